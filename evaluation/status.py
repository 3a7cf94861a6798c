"""Status values: class and modality of the STATUS mentions that were found.

A gold STATUS mention takes part when a predicted STATUS mention is its partner, with the same span
or an overlapping one. What was not found at all is counted with the mentions, and class and
modality end to end with the relations (`with_status`).
"""

from collections.abc import Iterable

from annotations.document import Document
from annotations.schema import Schema
from evaluation.model import (
    BOUNDARY,
    CORRECT,
    MENTION,
    STATUS_CLASS,
    STATUS_MODALITY,
    WRONG_CLASS,
    Decision,
)
from evaluation.scores import Scheme


def status_schemes(schema: Schema) -> tuple[Scheme, ...]:
    """Class and modality, each on matched mentions; micro precision and recall are accuracies."""
    return (
        Scheme(
            table="status",
            name="class",
            layer=STATUS_CLASS,
            points={CORRECT: 1},
            labels=schema.status_classes,
        ),
        Scheme(
            table="status",
            name="modality",
            layer=STATUS_MODALITY,
            points={CORRECT: 1},
            labels=schema.modalities,
        ),
    )


def match_status(
    gold: Document, predicted: Document, *, decisions: Iterable[Decision], schema: Schema
) -> list[Decision]:
    """Two decisions, class and modality, for every matched STATUS mention with a gold value.

    Args:
        gold: the gold document.
        predicted: the predictions for the same text; a STATUS without value is wrong in both.
        decisions: the mention decisions of the document.
        schema: names the label of status mentions.
    """
    found = []
    for decision in decisions:
        if decision.layer != MENTION or decision.kind not in (CORRECT, BOUNDARY):
            continue
        if decision.gold_label != schema.status_label:
            continue
        i, j = decision.gold, decision.predicted
        if i is None or j is None:
            continue
        expected = gold.status.get(gold.mentions[i].id)
        value = predicted.status.get(predicted.mentions[j].id)
        if expected is None:
            continue
        pairs = (
            (STATUS_CLASS, expected.status_class, value.status_class if value else None),
            (STATUS_MODALITY, expected.modality, value.modality if value else None),
        )
        found += [
            Decision(
                layer=layer,
                kind=CORRECT if right == given else WRONG_CLASS,
                gold=i,
                predicted=j,
                gold_label=right,
                predicted_label=given,
            )
            for layer, right, given in pairs
        ]
    return found
