"""Label Studio: tasks with annotations, as its JSON import and export have them.

Labels, labelled relations and, for each STATUS region, two choices (class and modality). Offsets
are code points, which is how Label Studio has counted since release 1.5; exports of older releases
count UTF-16 code units and are recognised by the text that each region repeats. The format holds
everything but scores; year, source and document id stand in the task's `data`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from annotations.document import Document, Mention, Relation, StatusValue, renumber
from annotations.errors import AnnotationError
from annotations.formats.utf16 import code_points
from annotations.schema import Schema, load_schema
from annotations.store import read_text

# Names of the controls in the labelling configuration.
_LABEL, _TEXT, _STATUS_CLASS, _MODALITY = "label", "text", "status_class", "modality"


def labelling_config(schema: Schema | None = None) -> str:
    """The XML that a project needs so that people can edit what `render` writes."""
    schema = schema or load_schema()
    view = ET.Element("View")
    relations = ET.SubElement(view, "Relations")
    for name in schema.relations:
        ET.SubElement(relations, "Relation", value=name)
    labels = ET.SubElement(view, "Labels", name=_LABEL, toName=_TEXT)
    for label in schema.labels.values():
        ET.SubElement(
            labels, "Label", value=label.name, background=label.color, hint=label.description
        )
    ET.SubElement(view, "Text", name=_TEXT, value="$text", granularity="symbol")
    for name, values in ((_STATUS_CLASS, schema.status_classes), (_MODALITY, schema.modalities)):
        choices = ET.SubElement(
            view,
            "Choices",
            name=name,
            toName=_TEXT,
            perRegion="true",
            choice="single",
            whenTagName=_LABEL,
            whenLabelValue=schema.status_label,
        )
        for value in values:
            ET.SubElement(choices, "Choice", value=value)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def render(documents: Sequence[Document], target: Path) -> dict[Path, bytes]:
    """The tasks for the file `target`, and the labelling configuration beside it as `.xml`."""
    tasks = [_task(renumber(document)) for document in documents]
    return {
        target: (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
        target.with_suffix(".xml"): labelling_config().encode("utf-8"),
    }


def read(path: Path) -> list[Document]:
    """The documents of a JSON export, one a task.

    Raises:
        AnnotationError: the file is no such export, a task does not have exactly one annotation,
            or an annotation is incomplete or contradicts the text.
    """
    try:
        tasks = json.loads(read_text(path))
        return [_document(task) for task in tasks]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnnotationError(
            f"{path}: no Label Studio export ({type(error).__name__}: {error}); expected the"
            " format named JSON there, a list of tasks with data.text and annotations"
        ) from error
    except AnnotationError as error:
        raise AnnotationError(f"{path}: {error}") from error


def _task(document: Document) -> dict[str, Any]:
    result: list[dict[str, Any]] = []
    for mention in document.mentions:
        span = {"start": mention.start, "end": mention.end, "text": mention.text}
        region = {"id": mention.id, "to_name": _TEXT}
        result.append(
            region
            | {"from_name": _LABEL, "type": "labels", "value": span | {"labels": [mention.label]}}
        )
        if status := document.status.get(mention.id):
            for name, value in ((_STATUS_CLASS, status.status_class), (_MODALITY, status.modality)):
                choice = {
                    "from_name": name,
                    "type": "choices",
                    "value": span | {"choices": [value]},
                }
                result.append(region | choice)
    result += [
        {
            "type": "relation",
            "from_id": relation.head,
            "to_id": relation.tail,
            "direction": "right",
            "labels": [relation.type],
        }
        for relation in document.relations
    ]
    data = {
        "text": document.text,
        "id": document.id,
        "source": document.source,
        "year": document.year,
    }
    return {"data": data, "annotations": [{"result": result}]}


def _document(task: Mapping[str, Any]) -> Document:
    data = task["data"]
    text = data["text"]
    name = data.get("id") or f"task-{task['id']}"
    annotations = [a for a in task["annotations"] if not a.get("was_cancelled")]
    if len(annotations) != 1:
        raise AnnotationError(
            f"{name}: the task has {len(annotations)} annotations; expected exactly one, so finish"
            " the task, or export each person's annotations to a file of their own"
        )
    result = annotations[0]["result"]
    regions = [item for item in result if item["type"] == "labels"]
    to_code_points = _unit(text, regions, name=name)
    mentions = []
    for region in regions:
        value = region["value"]
        start, end = to_code_points[value["start"]], to_code_points[value["end"]]
        if len(value["labels"]) != 1:
            raise AnnotationError(f"{name}: region {text[start:end]!r} has {value['labels']}")
        mentions.append(
            Mention(
                id=region["id"],
                label=value["labels"][0],
                start=start,
                end=end,
                text=text[start:end],
            )
        )
    return renumber(
        Document(
            id=name,
            text=text,
            mentions=tuple(mentions),
            relations=_relations(result, name=name),
            status=_status(result, mentions, name=name),
            year=data.get("year"),
            source=data.get("source", ""),
        )
    )


def _unit(text: str, regions: Sequence[Mapping[str, Any]], *, name: str) -> Mapping[int, int]:
    """From the offsets of a task to code points: the first unit in which every region fits."""
    units = ({n: n for n in range(len(text) + 1)}, code_points(text))
    wrong: Mapping[str, Any] = {}
    for unit in units:
        wrong = next((r["value"] for r in regions if not _fits(r["value"], text, unit)), {})
        if not wrong:
            return unit
    raise AnnotationError(
        f"{name}: region {wrong['start']} {wrong['end']} says {wrong.get('text')!r}, which is not"
        " what the text has there, neither in code points nor in UTF-16 code units"
    )


def _fits(value: Mapping[str, Any], text: str, unit: Mapping[int, int]) -> bool:
    start, end = unit.get(value["start"]), unit.get(value["end"])
    if start is None or end is None:
        return False
    # Old releases write a line break within a region as backslash and n.
    return value.get("text") in (None, text[start:end], text[start:end].replace("\n", "\\n"))


def _relations(result: Sequence[Mapping[str, Any]], *, name: str) -> tuple[Relation, ...]:
    relations = []
    for item in result:
        if item["type"] != "relation":
            continue
        ends = (item["from_id"], item["to_id"])
        direction = item.get("direction", "right")
        if direction not in ("right", "left") or not item.get("labels"):
            raise AnnotationError(
                f"{name}: relation {ends[0]} {ends[1]} has direction {direction!r} and labels"
                f" {item.get('labels', [])}; it needs one direction and a label"
            )
        head, tail = ends if direction == "right" else ends[::-1]
        relations += [Relation(type=label, head=head, tail=tail) for label in item["labels"]]
    return tuple(relations)


def _status(
    result: Sequence[Mapping[str, Any]], mentions: Sequence[Mention], *, name: str
) -> dict[str, StatusValue]:
    chosen: dict[str, dict[str, str]] = {}
    for item in result:
        if item["type"] == "choices":
            (value,) = item["value"]["choices"]
            chosen.setdefault(item["id"], {})[item["from_name"]] = value
    by_id = {mention.id: mention for mention in mentions}
    status = {}
    for key, values in chosen.items():
        if key not in by_id or values.keys() != {_STATUS_CLASS, _MODALITY}:
            mention = by_id[key].text if key in by_id else ""
            raise AnnotationError(
                f"{name}: region {key} {mention!r} has the choices {sorted(values)}; a STATUS needs"
                f" both {_STATUS_CLASS} and {_MODALITY}, and a label"
            )
        status[key] = StatusValue(values[_STATUS_CLASS], values[_MODALITY])
    return status
