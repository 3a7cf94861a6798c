"""In which bucket every item of a report stands, so that a bucket's figures lead to its items.

The buckets are found again from the texts and the gold annotation, those of words with the shipped
segmenter. What a bucket table took from training data cannot be: such a table has no codes. One
whose counts come out otherwise, as after a change of the segmenter, is not linked to its items.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.bucketings import all_bucketings
from evaluation.buckets import Bucketing, Item, side_items
from evaluation.model import (
    FACT,
    MENTION,
    RELATION,
    BucketRow,
    BucketTable,
    Evaluation,
)
from evaluation.surroundings import Surroundings

# Codes of one side of one document: for every table one letter an item, see `encode_codes`.
Codes = Sequence[str]

_FIRST = ord("A")
_NO_BUCKET = "."
_CONSTANT = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The buckets of all items.

    `names` are the buckets by table key (`mention.hard`); a code is an index into them. `gold` has
    the codes of every document, in the order of `names`, `predicted` of every run and document.
    `linked` has for every run the keys of the tables whose counts the codes give.
    """

    names: Mapping[str, tuple[str, ...]]
    gold: tuple[Codes, ...]
    predicted: tuple[tuple[Codes, ...], ...]
    linked: tuple[frozenset[str], ...]


def table_key(table: BucketTable) -> str:
    """Layer and name of a table, which together tell it from the others."""
    return f"{table.layer}.{table.name}"


def place_items(evaluations: Sequence[Evaluation]) -> Placement:
    """Find the bucket of every gold and predicted item of runs on the same gold."""
    tables = {table_key(t): t for evaluation in evaluations for t in evaluation.buckets}
    bucketings = {b.name: b for b in all_bucketings()}
    wanted = {key: bucketings[t.name] for key, t in tables.items() if t.name in bucketings}
    names = {
        key: tuple(dict.fromkeys(row.bucket for e in evaluations for row in _rows(e, key)))
        for key in wanted
    }
    around = [Surroundings(document.gold) for document in evaluations[0].documents]

    def encoded(side: Mapping[str, Sequence[int | None]]) -> tuple[str, ...]:
        return tuple(encode_codes(side[key]) for key in names)

    def of_side(evaluation: Evaluation, *, gold: bool) -> list[dict[str, list[int | None]]]:
        sides = []
        for document, here in zip(evaluation.documents, around, strict=True):
            items = {
                layer: side_items(document, here, layer=layer, gold=gold)
                for layer in (MENTION, RELATION, FACT)
            }
            sides.append(
                {
                    key: _codes(items[key.partition(".")[0]], wanted[key], names=names[key])
                    for key in wanted
                }
            )
        return sides

    gold = of_side(evaluations[0], gold=True)
    predicted = [of_side(evaluation, gold=False) for evaluation in evaluations]
    linked = [
        frozenset(
            key
            for key in wanted
            if _agrees(evaluation, key, names=names[key], gold=gold, predicted=sides)
        )
        for evaluation, sides in zip(evaluations, predicted, strict=True)
    ]
    return Placement(
        names=names,
        gold=tuple(encoded(side) for side in gold),
        predicted=tuple(tuple(encoded(side) for side in sides) for sides in predicted),
        linked=tuple(linked),
    )


def encode_codes(codes: Sequence[int | None]) -> str:
    """Codes as a string with one character an item.

    `.` is no bucket and left out at the end; `=` and one character say that all are the same.
    """
    letters = "".join(_NO_BUCKET if code is None else chr(_FIRST + code) for code in codes)
    letters = letters.rstrip(_NO_BUCKET)
    return f"{_CONSTANT}{letters[0]}" if len(letters) > 2 and len(set(letters)) == 1 else letters


def _rows(evaluation: Evaluation, key: str) -> list[BucketRow]:
    return [row for table in evaluation.buckets if table_key(table) == key for row in table.rows]


def _codes(
    items: Sequence[Item | None], bucketing: Bucketing, *, names: Sequence[str]
) -> list[int | None]:
    index = {name: n for n, name in enumerate(names)}
    found = (None if item is None else bucketing.bucket(item) for item in items)
    return [None if name is None else index.get(name) for name in found]


def _agrees(
    evaluation: Evaluation,
    key: str,
    *,
    names: Sequence[str],
    gold: Sequence[Mapping[str, Sequence[int | None]]],
    predicted: Sequence[Mapping[str, Sequence[int | None]]],
) -> bool:
    counts = [Counter(code for side in sides for code in side[key]) for sides in (gold, predicted)]
    rows = _rows(evaluation, key)
    return bool(rows) and all(
        (row.gold, row.predicted) == tuple(count[names.index(row.bucket)] for count in counts)
        for row in rows
    )
