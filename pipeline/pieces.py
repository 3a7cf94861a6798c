"""Texts too long to annotate at once, in pieces that end where a paragraph ends.

The states of every character of a text are held until its relations are decided, which is nothing
for a report and gigabytes for a file of twenty megabytes. No relation leaves its paragraph, so
pieces lose none.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from annotations.document import Document, Mention, Relation, StatusValue, renumber
from corpus.segment import paragraphs, sentences

# Ten times the longest report known, so that only collections in one file are cut.
PIECE = 100_000


class Annotator(Protocol):
    """What scoring needs of a model."""

    @property
    def name(self) -> str:
        """The model's name, which results carry."""

    def annotate(
        self,
        text: str,
        *,
        id: str,  # noqa: A002 - as the field of Document is named
        source: str = "",
        year: int | None = None,
    ) -> Document:
        """Tag and link one text."""


class Loader(Protocol):
    """Loads a model; importable by name, since worker processes load their own."""

    def __call__(self, folder: Path | None) -> Annotator:
        """The model in a folder, or the shipped one."""


def annotate_pieces(
    model: Annotator,
    text: str,
    *,
    id: str,  # noqa: A002
    source: str,
    year: int | None,
    size: int = PIECE,
) -> Document:
    """Annotate a text of any length; one of at most `size` code points goes to the model whole."""
    if len(text) <= size:
        return model.annotate(text, id=id, source=source, year=year)
    mentions: list[Mention] = []
    relations: list[Relation] = []
    status: dict[str, StatusValue] = {}
    for number, (start, end) in enumerate(cut(text, size=size)):
        piece = model.annotate(text[start:end], id=id, source=source, year=year)
        names = {mention.id: f"{number}.{mention.id}" for mention in piece.mentions}
        mentions += (
            replace(m, id=names[m.id], start=m.start + start, end=m.end + start)
            for m in piece.mentions
        )
        relations += (replace(r, head=names[r.head], tail=names[r.tail]) for r in piece.relations)
        status |= {names[mention]: value for mention, value in piece.status.items()}
    return renumber(
        Document(
            id=id,
            text=text,
            mentions=tuple(mentions),
            relations=tuple(relations),
            status=status,
            year=year,
            source=source,
        )
    )


def cut(text: str, *, size: int) -> Iterator[tuple[int, int]]:
    """Spans of at most `size` code points that cover all that is not blank, in order.

    They end with a paragraph, else with a sentence, and within a sentence only where that is
    longer than `size`.
    """
    start = end = 0
    for left, right in _bits(text, size=size):
        if end > start and right - start > size:
            yield start, end
            start = left
        elif end == start:
            start = left
        end = right
    if end > start:
        yield start, end


def _bits(text: str, *, size: int) -> Iterator[tuple[int, int]]:
    for paragraph in paragraphs(text):
        if paragraph[1] - paragraph[0] <= size:
            yield paragraph
            continue
        for start, end in sentences(text, *paragraph):
            yield from ((left, min(left + size, end)) for left in range(start, end, size))
