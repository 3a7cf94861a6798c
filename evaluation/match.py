"""One-to-one matching: every gold and every predicted mention gets exactly one decision.

Pairs are chosen together, not one after the other, so the order of mentions and of documents plays
no part. Of all one-to-one pairings of overlapping mentions that one is taken which has, in this
order of importance, the most pairs with the same span and label, with the same label, with the same
span, the most pairs, and the greatest overlap (intersection over union, summed). It is found with
the assignment algorithm of `scipy.optimize.linear_sum_assignment` on each connected group of
overlapping mentions.

On flat annotations (no two gold mentions overlap, no two predicted ones) the pairs with the same
span and label are exactly the set intersection, so strict scores cannot depend on the choice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from annotations.document import Mention
from evaluation.model import (
    BOUNDARY,
    BOUNDARY_TYPE,
    CORRECT,
    MENTION,
    MISSED,
    SPURIOUS,
    TYPE,
    Decision,
    Span,
)

Pair = tuple[int, int]
# Importance of a pair, the most important first; whole numbers 0 or 1, then a share in [0, 1].
Rank = tuple[int | float, ...]


def overlap(one: Span, other: Span) -> float:
    """Intersection over union of two half-open spans; 0 where they do not overlap."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    if common <= 0:
        return 0.0
    return common / (max(one[1], other[1]) - min(one[0], other[0]))


def overlapping(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Pair]:
    """Indices of all overlapping pairs of gold and predicted mentions, sorted."""
    order = sorted(range(len(predicted)), key=lambda j: predicted[j].start)
    starts = np.array([predicted[j].start for j in order], dtype=np.int64)
    longest = max((m.end - m.start for m in predicted), default=0)
    pairs = []
    for i, mention in enumerate(gold):
        first = int(np.searchsorted(starts, mention.start - longest))
        last = int(np.searchsorted(starts, mention.end))
        pairs += [(i, j) for j in order[first:last] if predicted[j].end > mention.start]
    return sorted(pairs)


def best_pairs(ranks: Mapping[Pair, Rank]) -> list[Pair]:
    """The one-to-one pairing with the lexicographically greatest sum of ranks.

    Args:
        ranks: for every admissible pair (row, column) its rank; all ranks have the same length and
            no negative entries, and pairs that are not in the mapping are never formed.

    Returns:
        The pairs, sorted. Among equally good pairings the choice depends on the indices alone.
    """
    chosen: list[Pair] = []
    for component in _components(ranks):
        if len(component) == 1:
            chosen += component
            continue
        rows = sorted({row for row, _ in component})
        columns = sorted({column for _, column in component})
        # In base n + 1 no sum over n pairs carries into the next more important place.
        base = min(len(rows), len(columns)) + 1
        weights = np.zeros((len(rows), len(columns)))
        for row, column in component:
            value = 0.0
            for part in ranks[row, column]:
                value = value * base + part
            weights[rows.index(row), columns.index(column)] = value
        admissible = set(component)
        for i, j in zip(*linear_sum_assignment(weights, maximize=True), strict=True):
            pair = (rows[i], columns[j])
            if pair in admissible:
                chosen.append(pair)
    return sorted(chosen)


def match_mentions(gold: Sequence[Mention], predicted: Sequence[Mention]) -> list[Decision]:
    """One decision for every mention of both sides.

    Args:
        gold: gold mentions; decisions give their indices in this sequence.
        predicted: predicted mentions of the same text, likewise.

    Returns:
        The decisions in the order of the gold mentions, then the spurious ones.
    """
    ranks: dict[Pair, Rank] = {}
    for i, j in overlapping(gold, predicted):
        same_span = gold[i].span == predicted[j].span
        same_label = gold[i].label == predicted[j].label
        ranks[i, j] = (
            int(same_span and same_label),
            int(same_label),
            int(same_span),
            1,
            overlap(gold[i].span, predicted[j].span),
        )
    partner = dict(best_pairs(ranks))
    decisions = []
    for i, mention in enumerate(gold):
        if i not in partner:
            decisions.append(_decision(MISSED, gold=i, gold_label=mention.label))
            continue
        j = partner[i]
        decisions.append(
            Decision(
                layer=MENTION,
                kind=_kind(mention, predicted[j]),
                gold=i,
                predicted=j,
                gold_label=mention.label,
                predicted_label=predicted[j].label,
            )
        )
    taken = set(partner.values())
    decisions += [
        _decision(SPURIOUS, predicted=j, predicted_label=mention.label)
        for j, mention in enumerate(predicted)
        if j not in taken
    ]
    return decisions


def _kind(gold: Mention, predicted: Mention) -> str:
    if gold.span == predicted.span:
        return CORRECT if gold.label == predicted.label else TYPE
    return BOUNDARY if gold.label == predicted.label else BOUNDARY_TYPE


def _decision(
    kind: str,
    *,
    gold: int | None = None,
    predicted: int | None = None,
    gold_label: str | None = None,
    predicted_label: str | None = None,
) -> Decision:
    return Decision(
        layer=MENTION,
        kind=kind,
        gold=gold,
        predicted=predicted,
        gold_label=gold_label,
        predicted_label=predicted_label,
    )


def _components(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs grouped so that no row or column stands in two groups; sorted within and among."""
    by_row: dict[int, list[Pair]] = defaultdict(list)
    by_column: dict[int, list[Pair]] = defaultdict(list)
    ordered = sorted(pairs)
    for pair in ordered:
        by_row[pair[0]].append(pair)
        by_column[pair[1]].append(pair)
    seen: set[Pair] = set()
    components = []
    for start in ordered:
        if start in seen:
            continue
        seen.add(start)
        stack, component = [start], []
        while stack:
            pair = stack.pop()
            component.append(pair)
            for other in (*by_row[pair[0]], *by_column[pair[1]]):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        components.append(sorted(component))
    return components
