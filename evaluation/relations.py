"""Relation decisions: strict and boundary-relaxed, from whatever mentions the predictions used.

A relation is right under
    strict       when type, both spans and both labels are right,
    relaxed      when type and labels are right and both spans overlap their gold span,
    with_status  when it is strictly right and, for HasStatus, so are class and modality.

Whether predictions start from gold mentions or from predicted ones is decided by who makes them;
here every gold relation without a partner is missed, also one whose mentions were never found or
whose pair was never proposed, and every document counts, also one without relations.

Errors are told apart for the reader: `boundary` (right under relaxed only), `wrong_role` (the same
two mentions, another relation), `wrong_owner` (the same tail, another project), `wrong_class`
(strictly right, status value wrong). Membership has no owner, so there a wrong project is missed
and spurious. The pairing is one-to-one and optimal in that order, as for mentions.
"""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from annotations.document import Document, Mention, Relation
from annotations.schema import Schema
from evaluation.match import Pair, Rank, best_pairs, overlap, overlapping
from evaluation.model import (
    BOUNDARY,
    CORRECT,
    MISSED,
    RELATION,
    SPURIOUS,
    WRONG_CLASS,
    WRONG_OWNER,
    WRONG_ROLE,
    Decision,
)
from evaluation.scores import Scheme

_POINTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "strict": {CORRECT: 1, WRONG_CLASS: 1},
        "relaxed": {CORRECT: 1, WRONG_CLASS: 1, BOUNDARY: 1},
        "with_status": {CORRECT: 1},
    }
)
# A relation with its two mentions.
_Joined = tuple[Relation, Mention, Mention]


def relation_schemes(schema: Schema) -> tuple[Scheme, ...]:
    """The three schemes, strict first."""
    return tuple(
        Scheme(
            table="relations", name=name, layer=RELATION, points=points, labels=(*schema.relations,)
        )
        for name, points in _POINTS.items()
    )


def match_relations(gold: Document, predicted: Document) -> list[Decision]:
    """One decision for every relation of both sides, in the order of the gold relations."""
    left, right = _joined(gold), _joined(predicted)
    ranks, kinds = _candidates(gold, predicted, left=left, right=right)
    partner = dict(best_pairs(ranks))
    decisions = []
    for i, (relation, _, _) in enumerate(left):
        j = partner.get(i)
        kind = MISSED if j is None else kinds[i, j]
        if j is not None and kind == CORRECT and relation.type == "HasStatus":
            same = gold.status.get(relation.tail) == predicted.status.get(right[j][0].tail)
            kind = CORRECT if same else WRONG_CLASS
        decisions.append(
            Decision(
                layer=RELATION,
                kind=kind,
                gold=i,
                predicted=j,
                gold_label=relation.type,
                predicted_label=None if j is None else right[j][0].type,
            )
        )
    taken = set(partner.values())
    decisions += [
        Decision(
            layer=RELATION,
            kind=SPURIOUS,
            gold=None,
            predicted=j,
            gold_label=None,
            predicted_label=relation.type,
        )
        for j, (relation, _, _) in enumerate(right)
        if j not in taken
    ]
    return decisions


def _joined(document: Document) -> list[_Joined]:
    by_id = document.by_id()
    return [(r, by_id[r.head], by_id[r.tail]) for r in document.relations]


def _candidates(
    gold: Document, predicted: Document, *, left: list[_Joined], right: list[_Joined]
) -> tuple[dict[Pair, Rank], dict[Pair, str]]:
    """Rank and kind of every pair of relations whose tails overlap and that have much in common."""
    partners: dict[str, set[str]] = defaultdict(set)
    for i, j in overlapping(gold.mentions, predicted.mentions):
        partners[gold.mentions[i].id].add(predicted.mentions[j].id)
    by_tail: dict[str, list[int]] = defaultdict(list)
    for j, (relation, _, _) in enumerate(right):
        by_tail[relation.tail].append(j)
    ranks: dict[Pair, Rank] = {}
    kinds: dict[Pair, str] = {}
    for i, one in enumerate(left):
        for tail in partners[one[0].tail]:
            for j in by_tail[tail]:
                kind = _kind(one, right[j])
                if kind is None:
                    continue
                order = (CORRECT, BOUNDARY, WRONG_ROLE, WRONG_OWNER)
                heads = overlap(one[1].span, right[j][1].span)
                tails = overlap(one[2].span, right[j][2].span)
                kinds[i, j] = kind
                ranks[i, j] = (*(int(kind == k) for k in order), (heads + tails) / 2)
    return ranks, kinds


def _kind(one: _Joined, other: _Joined) -> str | None:
    same_type = one[0].type == other[0].type
    same_labels = (one[1].label, one[2].label) == (other[1].label, other[2].label)
    same_spans = (one[1].span, one[2].span) == (other[1].span, other[2].span)
    if same_type and same_labels and same_spans:
        return CORRECT
    if overlap(one[1].span, other[1].span) > 0:
        if same_type and same_labels:
            return BOUNDARY
        return None if same_type else WRONG_ROLE
    if same_type and same_labels and one[0].type != "MemberOf":
        return WRONG_OWNER
    return None
