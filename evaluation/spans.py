"""Making documents from spans that some other tool found: flat, in text order, with ids."""

from collections.abc import Iterable
from dataclasses import dataclass

from annotations.document import Document, Mention


@dataclass(frozen=True, slots=True)
class Found:
    """A labelled span `[start, end)`; of overlapping ones those with the lowest `rank` win."""

    label: str
    start: int
    end: int
    rank: int = 0


def document_of(like: Document, found: Iterable[Found]) -> Document:
    """A document on the text of another, with flat mentions.

    Of overlapping spans the one with the lower rank is kept, then the longer, then the first.
    """
    kept: list[Found] = []
    for span in sorted(found, key=lambda f: (f.rank, f.start - f.end, f.start, f.label)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    mentions = tuple(
        Mention(
            id=f"T{n}",
            label=span.label,
            start=span.start,
            end=span.end,
            text=like.text[span.start : span.end],
        )
        for n, span in enumerate(sorted(kept, key=lambda f: f.start), 1)
    )
    return Document(
        id=like.id, text=like.text, mentions=mentions, year=like.year, source=like.source
    )
