"""Mention scores under the four schemes of MUC and SemEval-2013 task 9.

Chinchor and Sundheim 1993 (MUC-5 evaluation metrics) and Segura-Bedmar et al. 2013 (task 9.1)
count a pair as correct, incorrect or partial, and what has no partner as missing or spurious:

| scheme  | correct                 | partial (half a point)    | incorrect              |
|---------|-------------------------|---------------------------|------------------------|
| strict  | span and label          |                           | every other pair       |
| exact   | span, label ignored     |                           | span differs           |
| partial | span, label ignored     | overlaps, label ignored   |                        |
| type    | overlaps, label right   |                           | label differs          |

precision = points / predicted, recall = points / gold. Strict figures equal seqeval's
(`mode="strict", scheme=IOB2`) and all four equal nervaluate 1.2.1's, except, on purpose:

1. All schemes read one list of decisions. nervaluate matches anew for each scheme, greedily and in
   list order, so that where one mention overlaps several of the other side a prediction can belong
   to different gold mentions under different schemes, and type scores change with the order of the
   labels. Here the pairing prefers the right label; strict and exact never differ, type is never
   lower, partial can differ only in chains of at least two gold and two predicted mentions.
2. In the row of a label, recall asks what became of the gold mentions of that label and precision
   what its predictions were worth, whatever the label on the other side. nervaluate removes all
   other labels before it looks, which makes its exact the same as strict.
3. A share of nothing is None. seqeval and nervaluate give 0 for it, and with it seqeval's macro
   precision falls for a label that is never predicted; ours is the mean over labels that have
   predictions. F1 is defined wherever there is gold or a prediction, so macro F1 is the same.
"""

from collections.abc import Mapping
from types import MappingProxyType

from annotations.schema import Schema
from evaluation.model import BOUNDARY, BOUNDARY_TYPE, CORRECT, MENTION, TYPE
from evaluation.scores import Scheme

_POINTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "strict": {CORRECT: 1},
        "exact": {CORRECT: 1, TYPE: 1},
        "partial": {CORRECT: 1, TYPE: 1, BOUNDARY: 0.5, BOUNDARY_TYPE: 0.5},
        "type": {CORRECT: 1, BOUNDARY: 1},
    }
)


def mention_schemes(schema: Schema) -> tuple[Scheme, ...]:
    """The four schemes, strict first."""
    return tuple(
        Scheme(table="mentions", name=name, layer=MENTION, points=points, labels=(*schema.labels,))
        for name, points in _POINTS.items()
    )
