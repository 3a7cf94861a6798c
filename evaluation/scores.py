"""From decisions to counts for each document, from counts to tables.

Every figure of every table is a function of four counts for each label and document: gold items,
predicted items, and the points on each side. They are counted once; totals, bootstrap replicates
and permutations are sums of them with different weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.model import MACRO, MICRO, WHOLE, Decision, Figure, ScoreRow, ScoreTable
from evaluation.resample import Resampling

Floats = NDArray[np.float64]

# The last axis of a count array.
GOLD, PREDICTED, GOLD_MATCHED, PREDICTED_MATCHED = range(4)
# The last axis of a figure array.
PRECISION, RECALL, F1 = range(3)
FIGURES = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How the decisions of one layer earn points.

    `points` gives the points of a kind of decision, for both sides; other kinds earn none. Where
    `whole` is set, the label `whole` is a row of its own that takes no part in micro and macro.
    """

    table: str
    name: str
    layer: str
    points: Mapping[str, float]
    labels: tuple[str, ...]
    whole: bool = False

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the table: whole, micro, macro, labels."""
        return (*((WHOLE,) if self.whole else ()), MICRO, MACRO, *self.labels)


def count(decisions: Sequence[Sequence[Decision]], scheme: Scheme) -> Floats:
    """Counts of every document and label, shape (documents, labels, 4).

    Args:
        decisions: the decisions of each document; those of other layers are passed over.
        scheme: its labels are the second axis, `whole` before them where the scheme has it.
    """
    labels = (*((WHOLE,) if scheme.whole else ()), *scheme.labels)
    column = {label: n for n, label in enumerate(labels)}
    counts = np.zeros((len(decisions), len(labels), 4))
    for n, of_document in enumerate(decisions):
        for decision in of_document:
            if decision.layer == scheme.layer:
                add(counts[n], decision, column=column, points=scheme.points)
    return counts


def add(
    counts: Floats, decision: Decision, *, column: Mapping[str, int], points: Mapping[str, float]
) -> None:
    """Add one decision to counts of shape (labels, 4), in place."""
    worth = points.get(decision.kind, 0.0)
    if decision.gold_label is not None:
        counts[column[decision.gold_label], GOLD] += 1
        counts[column[decision.gold_label], GOLD_MATCHED] += worth
    if decision.predicted_label is not None:
        counts[column[decision.predicted_label], PREDICTED] += 1
        counts[column[decision.predicted_label], PREDICTED_MATCHED] += worth


def figures(counts: Floats) -> Floats:
    """Precision, recall and F1 of counts of shape (…, 4); NaN where they divide by zero.

    F1 is the harmonic mean of the two. With items on one side only it is 0: there is something to
    find or to reject, and nothing matched.
    """
    gold, predicted = counts[..., GOLD], counts[..., PREDICTED]
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = counts[..., PREDICTED_MATCHED] / predicted
        recall = counts[..., GOLD_MATCHED] / gold
        f1 = 2 * precision * recall / (precision + recall)
    nothing_matched = (counts[..., GOLD_MATCHED] == 0) | (counts[..., PREDICTED_MATCHED] == 0)
    f1 = np.where(nothing_matched & (gold + predicted > 0), 0.0, f1)
    return np.stack([precision, recall, f1], axis=-1)


def row_counts(counts: Floats, scheme: Scheme) -> Floats:
    """Counts of the rows of a scheme's table, shape (…, rows, 4), micro and macro as sums."""
    skip = 1 if scheme.whole else 0
    total = counts[..., skip:, :].sum(axis=-2, keepdims=True)
    return np.concatenate([counts[..., :skip, :], total, total, counts[..., skip:, :]], axis=-2)


def row_figures(counts: Floats, scheme: Scheme) -> Floats:
    """Figures of the rows of a scheme's table, shape (…, rows, 3).

    Args:
        counts: shape (…, labels, 4), as `count` orders the labels.
        scheme: the scheme that they were counted under.
    """
    result = figures(row_counts(counts, scheme))
    macro = scheme.rows.index(MACRO)
    result[..., macro, :] = nan_mean(result[..., macro + 1 :, :], axis=-2)
    return result


def nan_mean(values: Floats, *, axis: int) -> Floats:
    """The mean of what is defined, NaN (without a warning) where nothing is."""
    defined = ~np.isnan(values)
    n = defined.sum(axis=axis)
    total = np.where(defined, values, 0.0).sum(axis=axis)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def score_table(counts: Floats, scheme: Scheme, *, resampling: Resampling) -> ScoreTable:
    """The table of one scheme with bootstrap intervals.

    Args:
        counts: shape (documents, labels, 4).
        scheme: the scheme that they were counted under.
        resampling: the draws, for as many documents.
    """
    total = counts.sum(axis=0)
    values = row_figures(total, scheme)
    low, high = resampling.interval(row_figures(resampling.replicate(counts), scheme))
    sums = row_counts(total, scheme)
    rows = tuple(
        ScoreRow(
            label=label,
            gold=round(sums[n, GOLD]),
            predicted=round(sums[n, PREDICTED]),
            gold_matched=float(sums[n, GOLD_MATCHED]),
            predicted_matched=float(sums[n, PREDICTED_MATCHED]),
            precision=figure(values[n, PRECISION], low[n, PRECISION], high[n, PRECISION]),
            recall=figure(values[n, RECALL], low[n, RECALL], high[n, RECALL]),
            f1=figure(values[n, F1], low[n, F1], high[n, F1]),
        )
        for n, label in enumerate(scheme.rows)
    )
    return ScoreTable(table=scheme.table, scheme=scheme.name, rows=rows)


def figure(value: float, low: float, high: float) -> Figure:
    """A figure in which NaN has become None."""
    return Figure(none_if_nan(value), none_if_nan(low), none_if_nan(high))


def none_if_nan(value: float) -> float | None:
    """None for NaN, else the number as a plain float."""
    return None if np.isnan(value) else float(value)
