"""From pair scores to relations under the scheme's constraints.

An amount has one owner and one role, a project is member of one group, a status belongs to at
least one project or is no mention at all. Where no option is probable enough, nothing is said,
but for what the words tell: such a relation has at least the least probability of its type.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.document import Mention, Relation
from annotations.schema import load_schema
from pipeline.counts import parse_count
from pipeline.enumerations import owners_in_step
from pipeline.pairs import MAX_GAP, Pairs
from pipeline.rules.builders import told_builders
from pipeline.rules.owners import completed_sums, possible_roles, sums_of_nobody, told_owners
from pipeline.rules.sites import told_days, told_sites
from pipeline.rules.topics import told_topics
from pipeline.windows import FloatArray

_NUMERAL = re.compile(r"[\d一二两三四五六七八九十百几]|数[十百千万个]")
# Head and tail as indices of mentions, type and probability.
_Found = tuple[int, int, str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Least probability of a relation, by type; `status` is the least for a STATUS to stay."""

    relations: Mapping[str, float]
    status: float


def relation_names() -> tuple[str, ...]:
    """The relation types in the order of the scores' columns."""
    return tuple(load_schema().relations)


def allowed_columns(tail_label: str) -> NDArray[np.bool_]:
    """Which columns a tail of this label may have, shape (relations,)."""
    schema = load_schema()
    return np.array([r.tail == tail_label for r in schema.relations.values()], dtype=bool)


def decode_relations(
    text: str,
    mentions: Sequence[Mention],
    pairs: Pairs,
    scores: FloatArray,
    thresholds: Thresholds,
) -> tuple[Relation, ...]:
    """The relations of one text.

    Args:
        text: the whole text.
        mentions: in text order; the pairs' indices mean them.
        pairs: candidate pairs.
        scores: probabilities, shape (pairs, relations); columns that the tail's label does not
            allow are ignored.
        thresholds: least probabilities.
    """
    lists = owners_in_step(text, mentions, reach=MAX_GAP)
    topics = told_topics(text, mentions)
    nobodys = sums_of_nobody(text, mentions)
    sums = {t: h for t, h in topics.items() if mentions[t].label == "AMOUNT" and t not in nobodys}
    owners = sums | told_owners(text, mentions, nobodys=nobodys)
    # Hardly a text has one, and all have many pairs.
    row_of = pairs.rows() if lists or owners else {}
    columns = [_columns(text, mention) for mention in mentions]
    settled = _settle_owners(owners, row_of, scores, columns, thresholds)
    settled |= _settle_lists(mentions, lists, row_of, scores, thresholds)
    passed_over = settled.keys() | nobodys
    builders = told_builders(text, mentions)
    told = {(head, tail) for tail, head in builders.items()}
    told |= {(head, tail) for tail, head in topics.items()}
    told |= told_sites(text, mentions) | told_days(text, mentions)
    names = relation_names()
    linked: list[_Found] = []
    for tail, rows in _rows_by_tail(mentions, pairs, builders).items():
        if tail not in passed_over:
            heads = pairs.heads[rows].tolist()
            linked += _decode_tail(
                mentions[tail].label,
                [(head, tail) for head in heads],
                scores[np.ix_(np.array(rows), columns[tail])],
                names=[names[column] for column in columns[tail]],
                told=told,
                thresholds=thresholds,
            )
    found = [*settled.values(), *(r for r in linked if r[2] != "MemberOf")]
    found += _settle_completed(completed_sums(text, mentions), found, passed_over)
    found += _settle_groups(mentions, [r for r in linked if r[2] == "MemberOf"])
    return tuple(
        Relation(type=name, head=mentions[head].id, tail=mentions[tail].id, score=round(score, 4))
        for head, tail, name, score in sorted(found)
    )


def _columns(text: str, mention: Mention) -> NDArray[np.int64]:
    """Which columns of the scores a tail may have, shape (columns,)."""
    allowed = allowed_columns(mention.label)
    roles = possible_roles(text, mention) if mention.label == "AMOUNT" else None
    if roles is not None:
        allowed &= np.isin(relation_names(), list(roles))
    return np.flatnonzero(allowed)


def _decode_tail(
    label: str,
    pairs: Sequence[tuple[int, int]],
    scores: FloatArray,
    *,
    names: Sequence[str],
    told: Collection[tuple[int, int]],
    thresholds: Thresholds,
) -> list[_Found]:
    """The relations of one tail of this label.

    Args:
        label: the tail's.
        pairs: heads with the tail, by index.
        scores: probabilities, shape (pairs, names).
        names: the relations that it may have.
        told: pairs that words tell of.
        thresholds: least probabilities.
    """
    if label == "AMOUNT":
        options = [divmod(int(scores.argmax()), len(names))]
    else:
        options = [(row, int(scores[row].argmax())) for row in range(len(pairs))]
    found: list[_Found] = []
    for row, column in options:
        name, score = names[column], float(scores[row, column])
        if pairs[row] in told:
            score = max(score, thresholds.relations[name])
        if score >= thresholds.relations[name]:
            found.append((*pairs[row], name, score))
    if label == load_schema().status_label and not found:
        best = int(scores[:, 0].argmax())
        if float(scores[best, 0]) >= thresholds.status:
            found.append((*pairs[best], names[0], float(scores[best, 0])))
    return found


def _settle_groups(mentions: Sequence[Mention], claims: Sequence[_Found]) -> list[_Found]:
    """The one group of each member: the likeliest of those that may hold it."""
    best: dict[int, _Found] = {}
    for claim in claims:
        head, tail, _, score = claim
        # Of equals the later mention.
        if _may_hold(mentions[tail], mentions[head]) and (
            head not in best or (score, tail) > (best[head][3], best[head][1])
        ):
            best[head] = claim
    return [
        claim
        for head, claim in best.items()
        # Two mentions that each claim the other: the likelier claim stands.
        if not ((other := best.get(claim[1])) and other[1] == head and other[3] > claim[3])
    ]


def _may_hold(group: Mention, member: Mention) -> bool:
    """Whether a PROJECT may be a group with this member: it has a number in it, and no smaller one.

    In the annotated train documents 3,108 of 3,120 links to groups are to one with a number
    (三大片区), and 391 of 393 with counted members are to one that is not smaller.
    """
    if not _NUMERAL.search(group.text):
        return False
    all_, some = parse_count(group.text), parse_count(member.text)
    return all_ is None or some is None or all_.value >= some.value


def _rows_by_tail(
    mentions: Sequence[Mention], pairs: Pairs, builders: Mapping[int, int]
) -> dict[int, list[int]]:
    """The pairs of each tail, by its index; those of a builder only on the side of its project.

    甲公司承建的 tells of what follows, and so of nothing before it.
    """
    by_tail: dict[int, list[int]] = {}
    for row, (head, tail) in enumerate(
        zip(pairs.heads.tolist(), pairs.tails.tolist(), strict=True)
    ):
        project = builders.get(tail, head)
        sides = {mentions[n].start > mentions[tail].start for n in (head, project)}
        if len(sides) == 1:
            by_tail.setdefault(tail, []).append(row)
    return by_tail


def _settle_completed(
    statuses: Mapping[int, int], found: Sequence[_Found], passed_over: Collection[int]
) -> list[_Found]:
    """The relation of each sum right behind 完成投资 that was found to be nobody's.

    It is of the project that the status is said of, if that is one, and as sure as that one.
    """
    heads: dict[int, list[_Found]] = {}
    for relation in found:
        heads.setdefault(relation[1], []).append(relation)
    settled: list[_Found] = []
    for tail, status in statuses.items():
        of_status = heads.get(status, [])
        if tail not in heads and tail not in passed_over and len(of_status) == 1:
            head, _, _, score = of_status[0]
            settled.append((head, tail, "CompletedInvestment", score))
    return settled


def _settle_owners(
    owners: Mapping[int, int],
    row_of: Mapping[tuple[int, int], int],
    scores: FloatArray,
    columns: Sequence[NDArray[np.int64]],
    thresholds: Thresholds,
) -> dict[int, _Found]:
    """The relation of each sum whose project is told, by its index: in the likeliest role."""
    settled: dict[int, _Found] = {}
    for tail, head in owners.items():
        row = row_of.get((head, tail))
        if row is not None:
            likeliest = columns[tail][scores[row, columns[tail]].argmax()]
            name = relation_names()[likeliest]
            score = max(float(scores[row, likeliest]), thresholds.relations[name])
            settled[tail] = (head, tail, name, score)
    return settled


def _settle_lists(
    mentions: Sequence[Mention],
    lists: Sequence[Mapping[int, int]],
    row_of: Mapping[tuple[int, int], int],
    scores: FloatArray,
    thresholds: Thresholds,
) -> dict[int, _Found]:
    """The relation of each sum, date or status in lists that run in step, by its index.

    Once one of the projects is sure of its own, the others are of theirs, and in the same role.
    Where none is, the list is left alone: 产值分别达到 gives nobody an investment. The score of
    each is the mean over the list.
    """
    settled: dict[int, _Found] = {}
    for owners in lists:
        columns = np.flatnonzero(allowed_columns(mentions[next(iter(owners))].label))
        rows = [row_of[pair] for tail, head in owners.items() if (pair := (head, tail)) in row_of]
        # Some are too far apart to be candidates.
        if len(rows) < len(owners):
            continue
        block = scores[np.ix_(np.array(rows), columns)]
        surest = int(block.max(axis=0).argmax())
        name, score = relation_names()[columns[surest]], float(block[:, surest].mean())
        if block[:, surest].max() >= thresholds.relations[name]:
            settled |= {tail: (head, tail, name, score) for tail, head in owners.items()}
    return settled
