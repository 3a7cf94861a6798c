"""From pair scores to relations under the scheme's constraints.

An amount has one owner and one role, a project is member of one group, a status belongs to at
least one project or is no mention at all. Where no option is probable enough, nothing is said,
but for what the words tell: such a relation has at least the least probability of its type.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.document import Mention, Relation
from annotations.schema import load_schema
from pipeline.enumerations import owners_in_step
from pipeline.owners import (
    completed_sums,
    sums_of_nobody,
    told_builders,
    told_owners,
    told_sites,
)
from pipeline.pairs import MAX_GAP, Pairs
from pipeline.windows import FloatArray

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
    names = relation_names()
    lists = owners_in_step(text, mentions, reach=MAX_GAP)
    owners = told_owners(text, mentions)
    # Hardly a text has one, and all have many pairs.
    row_of = pairs.rows() if lists or owners else {}
    settled = _settle_owners(owners, row_of, scores, thresholds)
    settled |= _settle_lists(mentions, lists, row_of, scores, thresholds)
    found = list(settled.values())
    grouped: dict[int, tuple[float, int]] = {}
    passed_over = settled.keys() | sums_of_nobody(text, mentions)
    builders = told_builders(text, mentions)
    sites = told_sites(text, mentions)
    for tail, rows in _rows_by_tail(mentions, pairs, builders).items():
        if tail in passed_over:
            continue
        label = mentions[tail].label
        columns = np.flatnonzero(allowed_columns(label))
        block = scores[np.ix_(np.array(rows), columns)]
        if label == "AMOUNT":
            row, column = divmod(int(block.argmax()), len(columns))
            options = [(row, column)]
        else:
            options = [(row, int(block[row].argmax())) for row in range(len(rows))]
        tied = False
        for row, column in options:
            name, score = names[columns[column]], float(block[row, column])
            head = int(pairs.heads[rows[row]])
            if builders.get(tail) == head or (head, tail) in sites:
                score = max(score, thresholds.relations[name])
            elif score < thresholds.relations[name]:
                continue
            if name == "MemberOf":
                grouped[head] = max(grouped.get(head, (0.0, -1)), (score, tail))
            else:
                found.append((head, tail, name, score))
                tied = True
        if label == load_schema().status_label and not tied:
            best = int(block[:, 0].argmax())
            if float(block[best, 0]) >= thresholds.status:
                head = int(pairs.heads[rows[best]])
                found.append((head, tail, names[columns[0]], float(block[best, 0])))
    found += _settle_completed(completed_sums(text, mentions), found, passed_over)
    found += [
        (head, tail, "MemberOf", score)
        for head, (score, tail) in grouped.items()
        # Two mentions that each claim the other: the likelier claim stands.
        if not (tail in grouped and grouped[tail][1] == head and grouped[tail][0] > score)
    ]
    return tuple(
        Relation(type=name, head=mentions[head].id, tail=mentions[tail].id, score=round(score, 4))
        for head, tail, name, score in sorted(found)
    )


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
    thresholds: Thresholds,
) -> dict[int, _Found]:
    """The relation of each sum whose project is told, by its index: in the likeliest role."""
    columns = np.flatnonzero(allowed_columns("AMOUNT"))
    settled: dict[int, _Found] = {}
    for tail, head in owners.items():
        row = row_of.get((head, tail))
        if row is not None:
            likeliest = columns[scores[row, columns].argmax()]
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
