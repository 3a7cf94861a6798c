"""Precision and recall by threshold, average precision, and calibration.

A prediction counts as right under strict matching. On flat annotations a strict match does not
depend on the other predictions, and of rows of facts that say the same those with the highest
scores are matched, so a threshold can be applied after matching. Average precision is the sum of
(R[n] - R[n-1]) P[n] over the thresholds from high to low, recall over all gold items, so that what
was never predicted lowers it. The calibration error is the expected one of Naeini et al. 2015: the
gap between mean score and accuracy in ten bins of equal width, weighted by count.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotations.schema import Schema
from evaluation.model import (
    CORRECT,
    FACT,
    MENTION,
    MICRO,
    RELATION,
    WHOLE,
    WRONG_CLASS,
    CalibrationBin,
    Curve,
    CurvePoint,
    Decision,
    EvaluatedDocument,
)

_N_BINS = 10
_MAX_POINTS = 200

Floats = NDArray[np.float64]


def all_curves(documents: Sequence[EvaluatedDocument], *, schema: Schema) -> tuple[Curve, ...]:
    """Curves of every mention label and relation type, of both micro, and of whole facts."""
    curves = []
    labels = {MENTION: (*schema.labels,), RELATION: (*schema.relations,), FACT: (WHOLE,)}
    for layer, names in labels.items():
        # (label, score, right) of every prediction, and the label of every gold item.
        predictions: list[tuple[str, float, bool]] = []
        gold: list[str] = []
        for document in documents:
            for decision in document.decisions:
                if decision.layer != layer:
                    continue
                if decision.gold_label is not None:
                    gold.append(decision.gold_label)
                if decision.predicted is not None and decision.predicted_label is not None:
                    score = _score(document, decision)
                    right = decision.kind == CORRECT or (
                        layer == RELATION and decision.kind == WRONG_CLASS
                    )
                    predictions.append((decision.predicted_label, score, right))
        for name in (*names, *((MICRO,) if len(names) > 1 else ())):
            chosen = [p for p in predictions if name in (p[0], MICRO)]
            curves.append(
                curve(
                    scores=[score for _, score, _ in chosen],
                    right=[right for _, _, right in chosen],
                    n_gold=len(gold) if name == MICRO else gold.count(name),
                    layer=layer,
                    label=name,
                )
            )
    return tuple(curves)


def curve(
    *, scores: Sequence[float], right: Sequence[bool], n_gold: int, layer: str, label: str
) -> Curve:
    """The curve of predictions with scores in [0, 1], of which some are right."""
    score = np.array(scores, dtype=np.float64)
    hit = np.array(right, dtype=np.float64)
    points, average = _points(score, hit, n_gold=n_gold)
    bins = _bins(score, hit)
    error = None
    if len(score):
        filled = [b for b in bins if b.mean_score is not None and b.accuracy is not None]
        gaps = (b.count * abs((b.mean_score or 0.0) - (b.accuracy or 0.0)) for b in filled)
        error = sum(gaps) / len(score)
    return Curve(
        layer=layer,
        label=label,
        gold=n_gold,
        predicted=len(score),
        points=points,
        average_precision=average,
        bins=bins,
        calibration_error=error,
        informative=len(set(scores)) > 1,
    )


def _points(
    score: Floats, hit: Floats, *, n_gold: int
) -> tuple[tuple[CurvePoint, ...], float | None]:
    order = np.argsort(-score, kind="stable")
    score, hit = score[order], hit[order]
    # One point a distinct score: predictions with the same score come and go together.
    last = np.flatnonzero(np.append(score[1:] != score[:-1], [True] * min(1, len(score))))
    found = np.cumsum(hit)[last]
    precision = found / (last + 1)
    average = None
    recall = None
    if n_gold:
        recall = found / n_gold
        average = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    kept = np.unique(np.linspace(0, len(found) - 1, min(len(found), _MAX_POINTS)).round())
    points = tuple(
        CurvePoint(
            float(score[last[n]]),
            float(precision[n]),
            None if recall is None else float(recall[n]),
        )
        for n in kept.astype(np.int64)
    )
    return points, average


def _bins(score: Floats, hit: Floats) -> tuple[CalibrationBin, ...]:
    which = np.clip((score * _N_BINS).astype(np.int64), 0, _N_BINS - 1)
    bins = []
    for n in range(_N_BINS):
        inside = which == n
        count = int(inside.sum())
        bins.append(
            CalibrationBin(
                low=n / _N_BINS,
                high=(n + 1) / _N_BINS,
                count=count,
                mean_score=float(score[inside].mean()) if count else None,
                accuracy=float(hit[inside].mean()) if count else None,
            )
        )
    return tuple(bins)


def _score(document: EvaluatedDocument, decision: Decision) -> float:
    index = decision.predicted or 0
    if decision.layer == MENTION:
        return document.predicted.mentions[index].score
    if decision.layer == RELATION:
        return document.predicted.relations[index].score
    return document.predicted_facts[index].score
