"""Which label was taken for which."""

from collections import Counter
from collections.abc import Sequence

from annotations.schema import Schema
from evaluation.model import (
    MENTION,
    RELATION,
    STATUS_CLASS,
    STATUS_MODALITY,
    WRONG_OWNER,
    Confusion,
    EvaluatedDocument,
)

NONE = "none"


def all_confusions(
    documents: Sequence[EvaluatedDocument], *, schema: Schema
) -> tuple[Confusion, ...]:
    """Confusions of mention labels, relations, status classes and modalities.

    Mentions and relations are paired as in the decisions, overlapping spans included. A relation
    given to another project is missed there and spurious here, since the label was not the error.
    """
    layers = (
        (MENTION, "mentions", (*schema.labels,)),
        (RELATION, "relations", (*schema.relations,)),
        (STATUS_CLASS, "status_class", schema.status_classes),
        (STATUS_MODALITY, "status_modality", schema.modalities),
    )
    found: dict[str, Counter[tuple[str, str]]] = {layer: Counter() for layer, _, _ in layers}
    for document in documents:
        for decision in document.decisions:
            if decision.layer not in found:
                continue
            pair = (decision.gold_label or NONE, decision.predicted_label or NONE)
            if decision.kind == WRONG_OWNER:
                found[decision.layer][pair[0], NONE] += 1
                found[decision.layer][NONE, pair[1]] += 1
            else:
                found[decision.layer][pair] += 1
    return tuple(
        Confusion(
            name=name,
            labels=(*labels, NONE),
            counts=tuple(
                tuple(found[layer][row, column] for column in (*labels, NONE))
                for row in (*labels, NONE)
            ),
        )
        for layer, name, labels in layers
    )
