"""Agreement between two annotators of the same texts, before adjudication.

Mentions agree when label and both offsets are equal, relations when type and both mentions are.
Agreement is F1, which does not ask who of the two is right. Status values are compared on STATUS
mentions that both have. Intervals are percentile bootstrap intervals over documents (Efron and
Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.table import Table

from annotations.document import Document
from annotations.errors import AnnotationError
from annotations.schema import load_schema

N_RESAMPLES = 2000
CONFIDENCE = 0.95
_SEED = 0

MENTIONS, RELATIONS, STATUS = "mentions", "relations", "status"
ALL = "all"
CLASS, MODALITY, BOTH_VALUES = "class", "modality", "class and modality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many items both annotators have, and how many each of them has."""

    both: int
    first: int
    second: int

    @property
    def f1(self) -> float | None:
        """Twice the shared items over all items; None where nobody has any."""
        total = self.first + self.second
        return 2 * self.both / total if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts with the 95 % interval of their F1; no interval below two documents."""

    counts: Counts
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement by label, by relation type and on status values.

    `mentions` and `relations` have a row `all` (micro average) besides their labels and types.
    The rows of `status` count matched STATUS mentions, so that F1 is the share of equal values.
    """

    n_documents: int
    mentions: Mapping[str, Score]
    relations: Mapping[str, Score]
    status: Mapping[str, Score]


_Row = tuple[str, str]
_Items = Iterable[tuple[str, object]]


def agreement(first: Sequence[Document], second: Sequence[Document]) -> Agreement:
    """Compare two annotators' documents, matched by id. The same input gives the same intervals.

    Raises:
        AnnotationError: an annotator lacks a document of the other, or has another text for it.
    """
    pairs = _pairs(first, second)
    schema = load_schema()
    rows: list[_Row] = [
        *((MENTIONS, name) for name in (*schema.labels, ALL)),
        *((RELATIONS, name) for name in (*schema.relations, ALL)),
        *((STATUS, name) for name in (CLASS, MODALITY, BOTH_VALUES)),
    ]
    counts = np.array([_counts(*pair, rows=rows) for pair in pairs], dtype=np.int64)
    intervals = _intervals(counts)
    scores: dict[str, dict[str, Score]] = {MENTIONS: {}, RELATIONS: {}, STATUS: {}}
    for n, (group, name) in enumerate(rows):
        both, in_first, in_second = (int(count) for count in counts[:, n].sum(axis=0))
        scores[group][name] = Score(
            counts=Counts(both=both, first=in_first, second=in_second), interval=intervals[n]
        )
    return Agreement(
        n_documents=len(pairs),
        mentions=scores[MENTIONS],
        relations=scores[RELATIONS],
        status=scores[STATUS],
    )


def as_record(result: Agreement) -> dict[str, Any]:
    """The agreement as JSON values."""

    def rows(scores: Mapping[str, Score]) -> dict[str, Any]:
        return {
            name: {
                "f1": score.counts.f1,
                "interval": None if score.interval is None else list(score.interval),
                "both": score.counts.both,
                "first": score.counts.first,
                "second": score.counts.second,
            }
            for name, score in scores.items()
        }

    return {
        "n_documents": result.n_documents,
        "confidence": CONFIDENCE,
        "n_resamples": N_RESAMPLES,
        MENTIONS: rows(result.mentions),
        RELATIONS: rows(result.relations),
        STATUS: rows(result.status),
    }


def as_table(result: Agreement) -> Table:
    """The agreement as a table; a dash stands for a division by zero."""
    table = Table(title=f"Agreement on {result.n_documents} documents")
    table.add_column("")
    for title in ("F1", "95 % interval", "both", "first", "second"):
        table.add_column(title, justify="right")
    for group, scores in (
        (MENTIONS, result.mentions),
        (RELATIONS, result.relations),
        (f"{STATUS} of matched", result.status),
    ):
        table.add_section()
        table.add_row(group, style="bold")
        for name, score in scores.items():
            f1, interval = score.counts.f1, score.interval
            table.add_row(
                f"  {name}",
                "-" if f1 is None else f"{f1:.3f}",
                "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}",
                str(score.counts.both),
                str(score.counts.first),
                str(score.counts.second),
            )
    return table


def _pairs(
    first: Sequence[Document], second: Sequence[Document]
) -> list[tuple[Document, Document]]:
    of_first, of_second = ({d.id: d for d in documents} for documents in (first, second))
    if unmatched := sorted(of_first.keys() ^ of_second.keys()):
        where = [f"{name} ({'first' if name in of_first else 'second'} only)" for name in unmatched]
        raise AnnotationError(
            f"documents that only one annotator has: {', '.join(where)}; both must have the same"
        )
    if not of_first:
        raise AnnotationError("no document to compare; expected at least one from each annotator")
    pairs = [(of_first[name], of_second[name]) for name in sorted(of_first)]
    for left, right in pairs:
        if left.text != right.text:
            raise AnnotationError(
                f"{left.id}: the annotators have different texts; annotations of one text only can"
                " be compared"
            )
    return pairs


def _counts(
    first: Document, second: Document, *, rows: Sequence[_Row]
) -> list[tuple[int, int, int]]:
    """For each row, how many items both, the first and the second annotator have."""
    tables = [_tally(set(of(first)), set(of(second))) for of in (_mentions, _relations)]
    by_group = {MENTIONS: tables[0], RELATIONS: tables[1], STATUS: _status(first, second)}
    return [by_group[group].get(name, (0, 0, 0)) for group, name in rows]


def _tally(
    first: set[tuple[str, object]], second: set[tuple[str, object]]
) -> dict[str, tuple[int, int, int]]:
    shared = first & second
    both, in_first, in_second = (
        Counter(name for name, _ in items) for items in (shared, first, second)
    )
    table = {name: (both[name], in_first[name], in_second[name]) for name in in_first | in_second}
    return table | {ALL: (len(shared), len(first), len(second))}


def _mentions(document: Document) -> _Items:
    return ((m.label, m.span) for m in document.mentions)


def _relations(document: Document) -> _Items:
    by_id = {m.id: (m.label, m.span) for m in document.mentions}
    return ((r.type, (by_id[r.head], by_id[r.tail])) for r in document.relations)


def _status(first: Document, second: Document) -> dict[str, tuple[int, int, int]]:
    """Equal values among the STATUS mentions that both annotators have."""
    label = load_schema().status_label
    values = [
        {m.span: d.status.get(m.id) for m in d.mentions if m.label == label}
        for d in (first, second)
    ]
    matched = [(values[0][span], values[1][span]) for span in values[0].keys() & values[1].keys()]
    # A mention without a value agrees with nothing.
    pairs = [(a, b) for a, b in matched if a is not None and b is not None]
    equal = {
        CLASS: sum(a.status_class == b.status_class for a, b in pairs),
        MODALITY: sum(a.modality == b.modality for a, b in pairs),
        BOTH_VALUES: sum(a == b for a, b in pairs),
    }
    return {name: (n_equal, len(matched), len(matched)) for name, n_equal in equal.items()}


def _intervals(counts: np.ndarray) -> list[tuple[float, float] | None]:
    """Intervals of F1 for counts of shape (documents, rows, 3), resampling documents."""
    n_documents = len(counts)
    if n_documents < 2:
        return [None] * counts.shape[1]
    generator = np.random.default_rng(_SEED)
    weights = generator.multinomial(
        n_documents, np.full(n_documents, 1 / n_documents), size=N_RESAMPLES
    )
    totals = np.einsum("rd,dkc->rkc", weights, counts)
    tail = 100 * (1 - CONFIDENCE) / 2
    intervals: list[tuple[float, float] | None] = []
    for n in range(counts.shape[1]):
        both, total = totals[:, n, 0], totals[:, n, 1] + totals[:, n, 2]
        # Resamples without any item have no F1.
        scores = 2 * both[total > 0] / total[total > 0]
        if not len(scores):
            intervals.append(None)
            continue
        low, high = np.percentile(scores, [tail, 100 - tail])
        intervals.append((float(low), float(high)))
    return intervals
