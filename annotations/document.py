"""The core types: a text with mentions, relations and status values.

Gold and predictions have the same form. Offsets count Unicode code points of `Document.text`,
half-open `[start, end)`; `text[start:end]` is the evidence, and every boundary checks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType

from annotations.errors import AnnotationError
from annotations.schema import Schema, load_schema

_NO_STATUS: Mapping[str, "StatusValue"] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A labelled span `[start, end)` of a text, in code points."""

    id: str
    label: str
    start: int
    end: int
    text: str
    score: float = 1.0

    @property
    def span(self) -> tuple[int, int]:
        """The half-open span in code points."""
        return (self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A typed link between two mentions of one document, by mention id."""

    type: str
    head: str
    tail: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class StatusValue:
    """Class and modality of a STATUS mention."""

    status_class: str
    modality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text and everything said about it.

    Raises:
        AnnotationError: on construction, when a mention's text is not what its offsets cut out,
            an id occurs twice, or a relation or status names an unknown mention.
    """

    id: str
    text: str
    mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    status: Mapping[str, StatusValue] = field(default_factory=lambda: _NO_STATUS)
    year: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        ids = set()
        for mention in self.mentions:
            found = self.text[mention.start : mention.end]
            if not 0 <= mention.start < mention.end <= len(self.text) or found != mention.text:
                raise AnnotationError(
                    f"{self.id}: {mention.id} {mention.label} {mention.start} {mention.end} says"
                    f" {mention.text!r}, but the text has {found!r} there; offsets count code"
                    " points of the raw text"
                )
            if mention.id in ids:
                raise AnnotationError(f"{self.id}: the id {mention.id} is used twice")
            ids.add(mention.id)
        for relation in self.relations:
            if missing := {relation.head, relation.tail} - ids:
                raise AnnotationError(
                    f"{self.id}: relation {relation.type} names {sorted(missing)}, which no"
                    " mention has as id"
                )
        if missing := self.status.keys() - ids:
            raise AnnotationError(
                f"{self.id}: status values for {sorted(missing)}, which no mention has as id"
            )

    @property
    def sha256(self) -> str:
        """Hash of the text in UTF-8, which ties annotations to it."""
        return sha256(self.text.encode("utf-8")).hexdigest()

    def by_id(self) -> dict[str, Mention]:
        """The mentions by id."""
        return {mention.id: mention for mention in self.mentions}


def renumber(document: Document) -> Document:
    """The same document with mentions in text order and ids T1, T2, …; relations in that order."""
    ordered = sorted(document.mentions, key=lambda m: (m.start, m.end, m.label))
    new_id = {mention.id: f"T{n}" for n, mention in enumerate(ordered, 1)}
    relations = tuple(
        sorted(
            (replace(r, head=new_id[r.head], tail=new_id[r.tail]) for r in document.relations),
            key=lambda r: (int(r.head[1:]), int(r.tail[1:]), r.type),
        )
    )
    status = {new_id[key]: value for key, value in document.status.items()}
    return replace(
        document,
        mentions=tuple(replace(m, id=new_id[m.id]) for m in ordered),
        relations=relations,
        status=dict(sorted(status.items(), key=lambda item: int(item[0][1:]))),
    )


def violations(document: Document, schema: Schema | None = None) -> list[str]:
    """What breaks the scheme in a document whose offsets are already right; empty if nothing.

    Checks overlap, labels, relation signatures, duplicate relations, and that each STATUS has a
    class, a modality and a relation.
    """
    schema = schema or load_schema()
    by_id = document.by_id()
    found = []
    ordered = sorted(document.mentions, key=lambda m: m.span)
    for left, right in pairwise(ordered):
        if right.start < left.end:
            found.append(
                f"{left.id} {left.span} and {right.id} {right.span} overlap; mentions are flat"
            )
    found += [
        f"{m.id}: unknown label {m.label}; the schema has {', '.join(schema.labels)}"
        for m in document.mentions
        if m.label not in schema.labels
    ]
    seen = set()
    for relation in document.relations:
        signature = schema.relations.get(relation.type)
        where = f"{relation.type} {relation.head} -> {relation.tail}"
        if signature is None:
            found.append(f"{where}: unknown relation; the schema has {', '.join(schema.relations)}")
            continue
        labels = (by_id[relation.head].label, by_id[relation.tail].label)
        if labels != (signature.head, signature.tail):
            found.append(
                f"{where}: joins {labels[0]} to {labels[1]}, wants {signature.head} to"
                f" {signature.tail}"
            )
        if relation.head == relation.tail:
            found.append(f"{where}: joins a mention to itself")
        key = (relation.type, relation.head, relation.tail)
        if key in seen:
            found.append(f"{where}: stands twice")
        seen.add(key)
    return found + _status_violations(document, schema)


def _status_violations(document: Document, schema: Schema) -> list[str]:
    found = []
    linked = {r.tail for r in document.relations if r.type == "HasStatus"}
    for mention in document.mentions:
        value = document.status.get(mention.id)
        if mention.label != schema.status_label:
            if value is not None:
                found.append(f"{mention.id}: a {mention.label} carries a status class")
            continue
        if value is None:
            found.append(f"{mention.id} {mention.text!r}: STATUS without class and modality")
        elif (
            value.status_class not in schema.status_classes
            or value.modality not in schema.modalities
        ):
            found.append(
                f"{mention.id}: unknown status {value.status_class} {value.modality}; classes are"
                f" {', '.join(schema.status_classes)}, modalities {', '.join(schema.modalities)}"
            )
        if mention.id not in linked:
            found.append(f"{mention.id} {mention.text!r}: STATUS without a HasStatus relation")
    return found
