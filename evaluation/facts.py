"""Fact scores: what a reader of the results gets, end to end, in two views.

Triple view: the rows (project, investment, status) of `pipeline.facts.derive_facts`, from gold and
from predictions alike. A project is its mention: the span must be right. Project view: the records
of `merge_projects`. A gold and a predicted record speak of the same project when they share a
mention or a name; they are paired one-to-one, those with most mentions in common first.

`whole` is the row (triple view), or the project with all its investments and statuses (project
view); it is right only when every part is. Each slot is also counted on its own, as the set of its
distinct values for a project: the project itself, investment (role, value and currency), status
(class and modality), date (interval), zone, companies (each one), member_of. There is no partial
credit.

Sums are equal by value and currency (of a range by both bounds), never by their words or their
qualifier; what no parser can read is equal by its words. Dates are equal by interval. Zones,
companies and, in the project view, groups are equal by name.

Errors of whole rows in the triple view are told apart when one thing is wrong: `boundary` (the
project's span), `wrong_value`, `wrong_role`, `wrong_class`, `wrong_owner` (the same investment and
status, said of another project). Where more is wrong, a row is missed and another is spurious.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from annotations.document import Document
from annotations.schema import Schema
from evaluation.fact_items import (
    project_items,
    record_names,
    status_key,
    triple_items,
    value_key,
)
from evaluation.match import Pair, Rank, best_pairs, overlap
from evaluation.model import (
    BOUNDARY,
    CORRECT,
    FACT,
    MISSED,
    PROJECT,
    SPURIOUS,
    WRONG_CLASS,
    WRONG_OWNER,
    WRONG_ROLE,
    WRONG_VALUE,
    Decision,
    FactItem,
    Span,
)
from evaluation.scores import Scheme
from pipeline.facts import Fact, ProjectRecord, derive_facts, merge_projects

_ORDER = (BOUNDARY, WRONG_VALUE, WRONG_ROLE, WRONG_CLASS, WRONG_OWNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedFacts:
    """The items of both sides of one document and the decisions that point into them."""

    gold: tuple[FactItem, ...]
    predicted: tuple[FactItem, ...]
    decisions: tuple[Decision, ...]


def fact_schemes(schema: Schema) -> tuple[Scheme, ...]:
    """The two views, triple first; labels are the fact slots."""
    return tuple(
        Scheme(
            table="facts",
            name=name,
            layer=layer,
            points={CORRECT: 1},
            labels=schema.fact_slots,
            whole=True,
        )
        for name, layer in (("triple", FACT), ("project", PROJECT))
    )


def match_facts(gold: Document, predicted: Document) -> MatchedFacts:
    """Derive the facts of both sides and decide on every row, record and slot value."""
    gold_facts, predicted_facts = derive_facts(gold), derive_facts(predicted)
    gold_records = merge_projects(gold, gold_facts)
    predicted_records = merge_projects(predicted, predicted_facts)
    names = _shared_names(gold_records, predicted_records)
    gold_items = [*triple_items(gold_facts), *project_items(gold_records, names=names[0])]
    predicted_items = [
        *triple_items(predicted_facts),
        *project_items(predicted_records, names=names[1]),
    ]
    pairs = _equal(gold_items, predicted_items)
    kinds = dict.fromkeys(pairs, CORRECT)
    near = _near_misses(gold_facts, predicted_facts, taken=pairs)
    kinds.update(near)
    decisions = _decisions(gold_items, predicted_items, kinds=kinds)
    return MatchedFacts(
        gold=tuple(gold_items), predicted=tuple(predicted_items), decisions=tuple(decisions)
    )


def _shared_names(
    gold: Sequence[ProjectRecord], predicted: Sequence[ProjectRecord]
) -> tuple[list[str], list[str]]:
    """A key for every record of both sides, the same for records of the same project."""
    ranks: dict[Pair, Rank] = {}
    left, right = [record_names(r) for r in gold], [record_names(r) for r in predicted]
    for i, one in enumerate(gold):
        for j, other in enumerate(predicted):
            spans = {m.span for m in one.mentions} & {m.span for m in other.mentions}
            if spans or left[i] & right[j]:
                shared = len(left[i] & right[j]) / max(len(left[i]), len(right[j]))
                ranks[i, j] = (len(spans), shared + 1)
    partner = {j: i for i, j in best_pairs(ranks)}
    return (
        [f"gold {i}" for i in range(len(gold))],
        [f"gold {partner[j]}" if j in partner else f"other {j}" for j in range(len(predicted))],
    )


def _equal(gold: Sequence[FactItem], predicted: Sequence[FactItem]) -> list[Pair]:
    """Pairs of items with the same view, slot and key, those with the highest scores first.

    So a prediction that is right stays right when a threshold takes others of its kind away.
    """
    waiting: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for j in sorted(range(len(predicted)), key=lambda j: (predicted[j].score, -j)):
        item = predicted[j]
        waiting[item.view, item.slot, item.key].append(j)
    pairs = []
    for i, item in enumerate(gold):
        if same := waiting.get((item.view, item.slot, item.key)):
            pairs.append((i, same.pop()))
    return pairs


@dataclass(frozen=True, slots=True)
class _Row:
    """A whole row in parts that are compared one by one; None for an absent part."""

    place: Span
    role: str | None
    value: str | None
    status: str | None
    sum_place: Span | None
    status_place: Span | None


def _row(fact: Fact) -> _Row:
    investment, status = fact.investment, fact.status
    return _Row(
        place=fact.project_span,
        role=investment.role if investment else None,
        value=value_key(investment) if investment else None,
        status=status_key(status) if status else None,
        sum_place=investment.span if investment else None,
        status_place=status.span if status else None,
    )


def _near_misses(
    gold: Sequence[Fact], predicted: Sequence[Fact], *, taken: Sequence[Pair]
) -> dict[Pair, str]:
    """Kinds of pairs of whole rows that are left over and differ in one thing only.

    The rows come first among the items, in the order of the facts, so indices agree.
    """
    used_gold, used_predicted = {i for i, _ in taken}, {j for _, j in taken}
    left = {i: _row(fact) for i, fact in enumerate(gold) if i not in used_gold}
    right = {j: _row(fact) for j, fact in enumerate(predicted) if j not in used_predicted}
    kinds: dict[Pair, str] = {}
    ranks: dict[Pair, Rank] = {}
    for i, one in left.items():
        for j, other in right.items():
            kind = _difference(one, other)
            if kind is not None:
                kinds[i, j] = kind
                near = overlap(one.place, other.place)
                ranks[i, j] = (*(int(kind == k) for k in _ORDER), near)
    return {pair: kinds[pair] for pair in best_pairs(ranks)}


def _difference(one: _Row, other: _Row) -> str | None:
    """The one thing in which two rows differ; None where it is more."""
    if (one.role is None, one.status is None) != (other.role is None, other.status is None):
        return None
    same = (one.role == other.role, one.value == other.value, one.status == other.status)
    if one.place != other.place:
        if not all(same):
            return None
        if overlap(one.place, other.place) > 0:
            return BOUNDARY
        # Another project may well have a sum and a status of the same value; the words tell.
        return WRONG_OWNER if _same_words(one, other) else None
    return {
        (True, False, True): WRONG_VALUE,
        (False, True, True): WRONG_ROLE,
        (True, True, False): WRONG_CLASS,
    }.get(same)


def _same_words(one: _Row, other: _Row) -> bool:
    places = ((one.sum_place, other.sum_place), (one.status_place, other.status_place))
    return all(a is None or b is None or overlap(a, b) > 0 for a, b in places)


def _decisions(
    gold: Sequence[FactItem], predicted: Sequence[FactItem], *, kinds: dict[Pair, str]
) -> list[Decision]:
    partner = dict(kinds.keys())
    taken = set(partner.values())
    decisions = []
    for i, item in enumerate(gold):
        j = partner.get(i)
        decisions.append(
            Decision(
                layer=item.view,
                kind=MISSED if j is None else kinds[i, j],
                gold=i,
                predicted=j,
                gold_label=item.slot,
                predicted_label=None if j is None else item.slot,
            )
        )
    decisions += [
        Decision(
            layer=item.view,
            kind=SPURIOUS,
            gold=None,
            predicted=j,
            gold_label=None,
            predicted_label=item.slot,
        )
        for j, item in enumerate(predicted)
        if j not in taken
    ]
    return decisions
