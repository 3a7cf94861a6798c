"""Checking annotation files against their texts and the scheme, all problems at once."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from rich.table import Table

from annotations.brat import (
    MODALITY,
    STATUS_CLASS,
    AnnLines,
    Line,
    MentionLine,
    Problem,
    assemble,
    line_problems,
    read_lines,
)
from annotations.document import Document, Relation, violations
from annotations.errors import AnnotationError
from annotations.progress import ShowProgress, show_nothing
from annotations.schema import load_schema
from annotations.store import UnlinkedTextError, annotation_files, find_text, read_text

Paragraphs = Callable[[str], Sequence[tuple[int, int]]]

_STATUS_NAMES = {MODALITY, STATUS_CLASS}
_REWRITE = "`zonefacts convert DIR DIR --from brat --to brat` rewrites the folder in order"
_SUBJECT = re.compile(r"(?:(\S+) )?(T[0-9]+)(?: -> (T[0-9]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem of a file, or of a whole folder; lines count from 1."""

    path: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        where = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All problems of a folder, and the documents as far as they can be read."""

    n_files: int
    findings: tuple[Finding, ...]
    documents: tuple[Document, ...]


def check_folder(
    folder: Path, *, paragraphs: Paragraphs, show: ShowProgress = show_nothing
) -> CheckReport:
    """Check every `.ann` file below a folder.

    Args:
        folder: the folder.
        paragraphs: gives the spans of a text within which relations must stay.
        show: is told how many files are done.

    Raises:
        AnnotationError: there is no such folder or no `.ann` file in it.
    """
    files = annotation_files(folder)
    findings: list[Finding] = []
    documents: list[Document] = []
    unlinked: Counter[tuple[Path, str]] = Counter()
    for n_done, path in enumerate(files):
        show("checking", n_done, len(files))
        try:
            problems, document = _check_file(path, paragraphs)
        except UnlinkedTextError as error:
            unlinked[error.folder, error.repository] += 1
            # A malformed line is wrong whatever the text says.
            problems, document = list(read_lines(read_text(path)).malformed), None
        findings += [Finding(path=path, line=p.line, message=p.message) for p in problems]
        documents += [document] if document else []
    # A collection that was not linked is one problem, not one for each of its passages.
    findings += [
        Finding(
            path=where,
            line=None,
            message=f"{count} {'text' if count == 1 else 'texts'} of {repository}"
            f" {'is' if count == 1 else 'are'} not here: run `zonefacts corpus link SOURCE"
            f" --annotations {where}` with a copy of that collection",
        )
        for (where, repository), count in unlinked.items()
    ]
    return CheckReport(n_files=len(files), findings=tuple(findings), documents=tuple(documents))


def check_ann(
    ann: str,
    *,
    text: str,
    id: str,  # noqa: A002
    paragraphs: Paragraphs,
) -> tuple[list[Problem], Document]:
    """All problems of an `.ann` file in line order, and the document of the lines that fit."""
    lines = read_lines(ann)
    problems = [*line_problems(lines, text), *_order_problems(lines)]
    document = assemble(_usable(lines, text), text=text, id=id, source="")
    by_subject: dict[object, int] = {mention.id: mention.line for mention in lines.mentions}
    by_subject |= {(r.type, r.head, r.tail): r.line for r in lines.relations}
    for message in [*violations(document), *_paragraph_problems(document, paragraphs(text))]:
        subject = _SUBJECT.match(message)
        # A violation opens with the mention or the relation that it is about.
        key = None if subject is None else subject.groups() if subject[3] else subject[2]
        problems.append(Problem(by_subject.get(key, 1), message))
    return sorted(problems, key=lambda problem: problem.line), document


def summary(report: CheckReport) -> Table:
    """How many documents, mentions, relations and status values there are."""
    schema = load_schema()
    labels = Counter(m.label for d in report.documents for m in d.mentions)
    types = Counter(r.type for d in report.documents for r in d.relations)
    values = [value for d in report.documents for value in d.status.values()]
    classes = Counter(value.status_class for value in values)
    modalities = Counter(value.modality for value in values)
    table = Table("", "count", title="Annotations")
    table.columns[1].justify = "right"
    table.add_row("documents", str(len(report.documents)))
    table.add_row("characters", str(sum(len(d.text) for d in report.documents)))
    for title, counts, names in (
        ("mentions", labels, schema.labels),
        ("relations", types, schema.relations),
        ("status", classes, schema.status_classes),
        ("modality", modalities, schema.modalities),
    ):
        table.add_section()
        table.add_row(title, str(counts.total()), style="bold")
        for name in [*names, *sorted(counts.keys() - set(names))]:
            table.add_row(f"  {name}", str(counts[name]))
    return table


def _check_file(path: Path, paragraphs: Paragraphs) -> tuple[list[Problem], Document | None]:
    """Problems and document of a file.

    Raises:
        UnlinkedTextError: its text was not linked.
    """
    try:
        ann = read_text(path)
    except AnnotationError as error:
        return [Problem(1, str(error))], None
    try:
        found = find_text(path)
    except UnlinkedTextError:
        raise
    except AnnotationError as error:
        return [Problem(1, str(error)), *read_lines(ann).malformed], None
    problems, document = check_ann(ann, text=found.text, id=path.stem, paragraphs=paragraphs)
    return problems, document


def _usable(lines: AnnLines, text: str) -> AnnLines:
    """The lines that make a document, wrong wording aside: one bad line must not hide others."""
    mentions: dict[str, MentionLine] = {}
    for mention in lines.mentions:
        if mention.start < mention.end <= len(text):
            mentions.setdefault(mention.id, mention)
    given = {(a.mention, a.name) for a in lines.attributes}
    whole = {m for m in mentions if {name for key, name in given if key == m} == _STATUS_NAMES}
    return replace(
        lines,
        mentions=tuple(mentions.values()),
        relations=tuple(r for r in lines.relations if {r.head, r.tail} <= mentions.keys()),
        attributes=tuple(a for a in lines.attributes if a.mention in whole),
    )


def _order_problems(lines: AnnLines) -> Iterator[Problem]:
    for before, after in pairwise(lines.mentions):
        if (after.start, after.end) < (before.start, before.end):
            yield Problem(
                after.line,
                f"unsorted: {after.id} starts at {after.start}, {before.id} before it at"
                f" {before.start}; {_REWRITE}",
            )
    yield from _id_problems(lines.mentions)
    yield from _id_problems(lines.relations)
    yield from _id_problems(lines.attributes)


def _id_problems(lines: Sequence[Line]) -> Iterator[Problem]:
    """Ids of one kind that do not count upwards."""
    for before, after in pairwise(lines):
        if int(after.id[1:]) < int(before.id[1:]):
            yield Problem(
                after.line, f"unsorted: the id {after.id} follows {before.id}; {_REWRITE}"
            )


def _paragraph_problems(document: Document, paragraphs: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Relations whose ends lie in two paragraphs; the scheme wants one paragraph to say them."""
    starts = [start for start, _ in paragraphs]
    by_id = document.by_id()

    def paragraph(relation_end: str) -> int:
        return bisect_right(starts, by_id[relation_end].start)

    for relation in document.relations:
        if paragraph(relation.head) != paragraph(relation.tail):
            yield (
                f"{_name(relation)}: joins two paragraphs: {by_id[relation.head].text!r} at"
                f" {by_id[relation.head].start} and {by_id[relation.tail].text!r} at"
                f" {by_id[relation.tail].start}"
            )


def _name(relation: Relation) -> str:
    return f"{relation.type} {relation.head} -> {relation.tail}"
