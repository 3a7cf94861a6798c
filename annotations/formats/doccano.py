"""doccano: JSON lines of a sequence-labelling project with relations.

A line has `text`, `entities` (id, label, start_offset, end_offset) and `relations` (from_id, to_id,
type). doccano counts UTF-16 code units unless the project counts grapheme clusters, so offsets are
converted both ways; leave that project option off. It has no values on entities: class and modality
of each STATUS stand in the line's metadata, under `zonefacts`, with the offsets of their mention,
and so do document id, source and year. doccano gives metadata back as they came, so a STATUS that
was moved or added there has to get its class and modality by hand. Scores are not held.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotations.document import Document, Mention, Relation, StatusValue, renumber
from annotations.errors import AnnotationError
from annotations.formats.utf16 import code_points, code_units
from annotations.store import read_text

_METADATA = "zonefacts"


def render(documents: Sequence[Document], target: Path) -> dict[Path, bytes]:
    """The lines for the file `target`, one a document."""
    lines = [json.dumps(_record(renumber(document)), ensure_ascii=False) for document in documents]
    return {target: "".join(f"{line}\n" for line in lines).encode("utf-8")}


def read(path: Path) -> list[Document]:
    """The documents of an export in JSONL with relations.

    Raises:
        AnnotationError: a line is no such record, or contradicts its text.
    """
    documents = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            documents.append(_document(json.loads(line), default_id=f"{path.stem}-{number}"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise AnnotationError(
                f"{path}:{number}: no doccano record ({type(error).__name__}: {error}); expected"
                " the export JSONL(relation), with text, entities and relations"
            ) from error
        except AnnotationError as error:
            raise AnnotationError(f"{path}:{number}: {error}") from error
    return documents


def _record(document: Document) -> dict[str, Any]:
    units = code_units(document.text)
    number = {mention.id: n for n, mention in enumerate(document.mentions, 1)}
    by_id = document.by_id()
    return {
        "text": document.text,
        "entities": [
            {
                "id": number[mention.id],
                "label": mention.label,
                "start_offset": units[mention.start],
                "end_offset": units[mention.end],
            }
            for mention in document.mentions
        ],
        "relations": [
            {
                "id": n,
                "from_id": number[relation.head],
                "to_id": number[relation.tail],
                "type": relation.type,
            }
            for n, relation in enumerate(document.relations, 1)
        ],
        _METADATA: {
            "id": document.id,
            "source": document.source,
            "year": document.year,
            "status": [
                {
                    "label": by_id[key].label,
                    "start_offset": units[by_id[key].start],
                    "end_offset": units[by_id[key].end],
                    "class": value.status_class,
                    "modality": value.modality,
                }
                for key, value in document.status.items()
            ],
        },
    }


def _document(record: Mapping[str, Any], *, default_id: str) -> Document:
    text = record["text"]
    metadata = record.get(_METADATA) or {}
    name = metadata.get("id") or default_id
    points = code_points(text)
    mentions = []
    for entity in record["entities"]:
        start, end = _span(entity, points, name=name)
        mentions.append(
            Mention(
                id=str(entity["id"]),
                label=entity["label"],
                start=start,
                end=end,
                text=text[start:end],
            )
        )
    by_place = {(m.label, m.start, m.end): m.id for m in mentions}
    status = {}
    for value in metadata.get("status", ()):
        place = (value["label"], *_span(value, points, name=name))
        if place not in by_place:
            raise AnnotationError(
                f"{name}: the status {value['class']} {value['modality']} belongs to"
                f" {text[slice(*place[1:])]!r} at {place[1]}, where no {place[0]} is any more; move"
                f" or delete it in {_METADATA}.status"
            )
        status[by_place[place]] = StatusValue(value["class"], value["modality"])
    return renumber(
        Document(
            id=name,
            text=text,
            mentions=tuple(mentions),
            relations=tuple(
                Relation(type=r["type"], head=str(r["from_id"]), tail=str(r["to_id"]))
                for r in record["relations"]
            ),
            status=status,
            year=metadata.get("year"),
            source=metadata.get("source", ""),
        )
    )


def _span(entity: Mapping[str, Any], points: Mapping[int, int], *, name: str) -> tuple[int, int]:
    offsets = (entity["start_offset"], entity["end_offset"])
    if not points.keys() >= set(offsets):
        raise AnnotationError(
            f"{name}: {entity['label']} {offsets[0]} {offsets[1]} is outside the text or splits a"
            " character; expected UTF-16 code units"
        )
    return (points[offsets[0]], points[offsets[1]])
