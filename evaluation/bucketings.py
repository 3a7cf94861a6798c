"""The properties by which `evaluation.buckets` splits the scores."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotations.document import Document
from evaluation.buckets import Bucketing, Item, steps, training_surfaces
from evaluation.model import FACT, MENTION, RELATION
from evaluation.surroundings import Paragraph
from pipeline.words import shipped_segmenter, word_starts

_UNKNOWN = "unknown"
_ALL = (MENTION, RELATION, FACT)


def all_bucketings(*, training: Sequence[Document] = ()) -> tuple[Bucketing, ...]:
    """Every bucketing that can be done with what is there.

    Args:
        training: the documents that the scored system was trained on; without any, nothing is
            split by what was seen.
    """
    found = [*_of_spans(), *_of_paragraphs(), *_of_documents(), _of_words()]
    if training:
        surfaces = training_surfaces(training)
        found += [
            Bucketing(
                name="seen",
                title="Surface annotated with this label in the training data",
                layers=(MENTION,),
                order=("seen", "unseen"),
                bucket=surfaces.seen,
            ),
            Bucketing(
                name="consistency",
                title="Share of the training occurrences that carry this label (seen surfaces)",
                layers=(MENTION,),
                order=("always", "50 to 99 %", "under 50 %"),
                bucket=surfaces.consistency,
            ),
        ]
    return tuple(found)


def _of_spans() -> list[Bucketing]:
    lengths, length = steps(1, 3, 5, 9, 13, 21)
    distances, distance = steps(0, 1, 6, 16, 41)
    return [
        Bucketing(
            name="span_length",
            title="Length of the span in characters",
            layers=(MENTION,),
            order=lengths,
            bucket=lambda item: length(item.spans[0][1] - item.spans[0][0]),
        ),
        Bucketing(
            name="distance",
            title="Characters between the two mentions",
            layers=(RELATION,),
            order=distances,
            bucket=lambda item: distance(_gap(item)),
        ),
    ]


def _of_paragraphs() -> list[Bucketing]:
    lengths, length = steps(1, 100, 200, 400)
    numbers, number = steps(0, 1, 2, 5)
    return [
        _by_paragraph(
            "paragraph_length",
            "Length of the paragraph in characters",
            order=lengths,
            bucket=lambda p: length(p.span[1] - p.span[0]),
        ),
        _by_paragraph(
            "projects",
            "Projects in the paragraph",
            order=numbers,
            bucket=lambda p: number(p.n_projects),
        ),
        _by_paragraph(
            "sums",
            "Sums of money in the paragraph",
            order=numbers,
            bucket=lambda p: number(p.n_amounts),
        ),
        _by_paragraph(
            "hard",
            "Hard subset: two or more projects and two or more sums in the paragraph",
            order=("hard", "other"),
            bucket=lambda p: "hard" if p.hard else "other",
        ),
        _by_paragraph(
            "section",
            "Kind of section",
            order=("review", "plan", "heading", "other"),
            bucket=lambda p: p.section,
        ),
    ]


def _by_paragraph(
    name: str, title: str, *, order: tuple[str, ...], bucket: Callable[[Paragraph], str]
) -> Bucketing:
    def of_item(item: Item) -> str:
        # A fact, like a relation, is where its project is.
        return _UNKNOWN if item.paragraph is None else bucket(item.paragraph)

    return Bucketing(name=name, title=title, layers=_ALL, order=order, bucket=of_item)


def _of_documents() -> list[Bucketing]:
    return [
        Bucketing(
            name="genre",
            title="Genre",
            layers=_ALL,
            order=("seed", "report", "authored", "other"),
            bucket=lambda item: item.document.origin.genre,
        ),
        Bucketing(
            name="province",
            title="Province",
            layers=_ALL,
            order=(),
            bucket=lambda item: item.document.origin.province or _UNKNOWN,
        ),
        Bucketing(
            name="year",
            title="Year of the report",
            layers=_ALL,
            order=(),
            bucket=_years,
        ),
    ]


def _years(item: Item) -> str:
    year = item.document.year
    if year is None:
        return _UNKNOWN
    first = year - year % 5
    return f"{first}–{first + 4}"


def _of_words() -> Bucketing:
    names, name = steps(1, 2, 3, 4, 6)

    @cache
    def starts(text: str) -> NDArray[np.bool_]:
        """Where words begin that are not white space."""
        is_blank = np.array([character.isspace() for character in text], dtype=bool)
        begins: NDArray[np.bool_] = word_starts(text, shipped_segmenter()) & ~is_blank
        return begins

    def of_item(item: Item) -> str:
        start, end = item.spans[0]
        if item.paragraph is None:
            return _UNKNOWN
        shift = item.paragraph.span[0]
        begins = starts(item.document.text[slice(*item.paragraph.span)])
        # The word that the span begins in, and those that begin behind it.
        return name(1 + int(begins[start - shift + 1 : end - shift].sum()))

    return Bucketing(
        name="words",
        title="Words that the span touches",
        layers=(MENTION,),
        order=names,
        bucket=of_item,
    )


def _gap(item: Item) -> int:
    left, right = sorted(item.spans[:2])
    return max(0, right[0] - left[1])
