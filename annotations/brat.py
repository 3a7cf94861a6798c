"""Brat standoff files: `.ann` lines to documents and back.

A file holds mention lines (`T1<TAB>PROJECT 120 131<TAB>text`), relation lines
(`R1<TAB>TotalInvestment Arg1:T1 Arg2:T2`) and attribute lines (`A1<TAB>StatusClass T3 signed`,
`A2<TAB>Modality T3 actual`). Offsets count code points, half-open. A line break inside a mention
stands as a blank in its text, as brat writes it. Scores have no place in the format; what brat
knows beyond this (events, notes, discontinuous spans) is refused, because a document has no place
for it.
"""

import re
from dataclasses import dataclass

from annotations.document import Document, Mention, Relation, StatusValue, renumber
from annotations.errors import AnnotationError

STATUS_CLASS, MODALITY = "StatusClass", "Modality"

_BREAKS = str.maketrans("\n\r", "  ")
_KINDS = {
    "T": (
        re.compile(r"(T[0-9]+)\t([^\s]+) ([0-9]+) ([0-9]+)\t(.+)", re.DOTALL),
        "T1<TAB>LABEL START END<TAB>text",
    ),
    "R": (
        re.compile(r"(R[0-9]+)\t([^\s]+) Arg1:(T[0-9]+) Arg2:(T[0-9]+)\s*"),
        "R1<TAB>TYPE Arg1:T1 Arg2:T2",
    ),
    "A": (
        re.compile(r"(A[0-9]+)\t([^\s]+) (T[0-9]+) ([^\s]+)\s*"),
        "A1<TAB>StatusClass T1 CLASS",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionLine:
    """A `T` line as it stands, `[start, end)` in code points."""

    line: int
    id: str
    label: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationLine:
    """An `R` line as it stands."""

    line: int
    id: str
    type: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeLine:
    """An `A` line as it stands."""

    line: int
    id: str
    name: str
    mention: str
    value: str


Line = MentionLine | RelationLine | AttributeLine


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line of a file; lines count from 1."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnLines:
    """The lines of a file by kind, and the lines that are of no known form."""

    mentions: tuple[MentionLine, ...]
    relations: tuple[RelationLine, ...]
    attributes: tuple[AttributeLine, ...]
    malformed: tuple[Problem, ...]


def read_lines(ann: str) -> AnnLines:
    """Sort the lines of a file by kind; nothing is compared with a text yet."""
    mentions, relations, attributes, malformed = [], [], [], []
    for number, line in enumerate(ann.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        pattern, form = _KINDS.get(line[0], (None, ""))
        match = pattern.fullmatch(line) if pattern else None
        if match is None:
            wanted = form or (
                "a line that begins with T, R or A; notes, events and other lines have no place in"
                " the scheme, delete them"
            )
            malformed.append(Problem(number, f"malformed line {line!r}: expected {wanted}"))
            continue
        id_, name, *rest = match.groups()
        if line[0] == "T":
            start, end, text = rest
            mentions.append(
                MentionLine(
                    line=number, id=id_, label=name, start=int(start), end=int(end), text=text
                )
            )
        elif line[0] == "R":
            relations.append(
                RelationLine(line=number, id=id_, type=name, head=rest[0], tail=rest[1])
            )
        else:
            attributes.append(
                AttributeLine(line=number, id=id_, name=name, mention=rest[0], value=rest[1])
            )
    return AnnLines(
        mentions=tuple(mentions),
        relations=tuple(relations),
        attributes=tuple(attributes),
        malformed=tuple(malformed),
    )


def line_problems(lines: AnnLines, text: str) -> list[Problem]:
    """Everything that keeps lines and text from making a document, in line order."""
    problems = list(lines.malformed)
    known: set[str] = set()
    for mention in lines.mentions:
        if message := _text_problem(mention, text):
            problems.append(Problem(mention.line, message))
        known.add(mention.id)
    used: set[str] = set()
    every_line: list[Line] = [*lines.mentions, *lines.relations, *lines.attributes]
    for line in every_line:
        if line.id in used:
            problems.append(Problem(line.line, f"the id {line.id} is used twice"))
        used.add(line.id)
    problems += [
        Problem(relation.line, f"{relation.id} names {end}, which no mention has as id")
        for relation in lines.relations
        for end in (relation.head, relation.tail)
        if end not in known
    ]
    seen: set[tuple[str, str]] = set()
    for attribute in lines.attributes:
        if message := _attribute_problem(attribute, known=known, seen=seen):
            problems.append(Problem(attribute.line, message))
        seen.add((attribute.mention, attribute.name))
    for attribute in lines.attributes:
        if attribute.name not in (STATUS_CLASS, MODALITY):
            continue
        other = MODALITY if attribute.name == STATUS_CLASS else STATUS_CLASS
        if (attribute.mention, other) not in seen:
            message = f"{attribute.mention} has a {attribute.name} but no {other}"
            problems.append(Problem(attribute.line, message))
    return sorted(problems, key=lambda problem: problem.line)


def parse_ann(ann: str, *, text: str, id: str, source: str = "") -> Document:  # noqa: A002
    """The document that an `.ann` file and its text make together.

    Labels, signatures and status values are not judged here; `document.violations` does that.

    Raises:
        AnnotationError: a line is malformed, contradicts the text, uses an id again, or a status
            has a class without a modality or the reverse. The message begins `id.ann:line:`.
    """
    lines = read_lines(ann)
    if problems := line_problems(lines, text):
        more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
        raise AnnotationError(f"{id}.ann:{problems[0].line}: {problems[0].message}{more}")
    return assemble(lines, text=text, id=id, source=source)


def assemble(lines: AnnLines, *, text: str, id: str, source: str) -> Document:  # noqa: A002
    """The document of lines in which `line_problems` finds nothing."""
    values = {(a.mention, a.name): a.value for a in lines.attributes}
    return Document(
        id=id,
        text=text,
        mentions=tuple(
            Mention(id=m.id, label=m.label, start=m.start, end=m.end, text=text[m.start : m.end])
            for m in lines.mentions
        ),
        relations=tuple(Relation(type=r.type, head=r.head, tail=r.tail) for r in lines.relations),
        status={
            mention: StatusValue(value, values[mention, MODALITY])
            for (mention, name), value in values.items()
            if name == STATUS_CLASS
        },
        source=source,
    )


def format_ann(document: Document) -> str:
    """The lines of a document in one fixed form: mentions in text order, numbered anew.

    The same annotations always give the same bytes. Scores are not written.
    """
    document = renumber(document)
    lines = [
        f"{m.id}\t{m.label} {m.start} {m.end}\t{m.text.translate(_BREAKS)}"
        for m in document.mentions
    ]
    lines += [
        f"R{n}\t{r.type} Arg1:{r.head} Arg2:{r.tail}" for n, r in enumerate(document.relations, 1)
    ]
    attributes = [
        (name, mention, value)
        for mention, status in document.status.items()
        for name, value in ((STATUS_CLASS, status.status_class), (MODALITY, status.modality))
    ]
    lines += [
        f"A{n}\t{name} {mention} {value}" for n, (name, mention, value) in enumerate(attributes, 1)
    ]
    return "".join(f"{line}\n" for line in lines)


def _text_problem(mention: MentionLine, text: str) -> str | None:
    """How a mention line contradicts the text, or None if it does not."""
    is_within = mention.start < mention.end <= len(text)
    found = text[mention.start : mention.end]
    if is_within and found.translate(_BREAKS) == mention.text.translate(_BREAKS):
        return None
    # What goes on to the end of the text may be a whole report.
    there = f"{found!r} there" if is_within else "no such span"
    nearest = _nearest(text, mention)
    hint = "" if nearest is None else f"; the nearest such text starts at {nearest}"
    return (
        f"{mention.id} {mention.label} {mention.start} {mention.end} says {mention.text!r}, but"
        f" the text ({len(text)} characters) has {there}{hint}; offsets count code points of the"
        " raw text"
    )


def _attribute_problem(
    attribute: AttributeLine, *, known: set[str], seen: set[tuple[str, str]]
) -> str | None:
    """What is wrong with an attribute, given the mention ids and the attributes before it."""
    if attribute.name not in (STATUS_CLASS, MODALITY):
        return f"{attribute.id}: unknown attribute {attribute.name}; expected StatusClass, Modality"
    if attribute.mention not in known:
        return f"{attribute.id} names {attribute.mention}, which no mention has as id"
    if (attribute.mention, attribute.name) in seen:
        return f"{attribute.id}: {attribute.mention} has a {attribute.name} already"
    return None


def _nearest(text: str, mention: MentionLine) -> int | None:
    """Where the mention's text stands next to where it was said to be."""
    before = text.rfind(mention.text, 0, mention.start + len(mention.text))
    after = text.find(mention.text, mention.start)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - mention.start), default=None)
