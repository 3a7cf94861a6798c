"""One decision for every mention, the best pairing, whatever the order."""

import random
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.match import best_pairs, match_mentions, overlap, overlapping
from tests.evaluation.builders import LABELS, LENGTH, Spans, flat_spans, from_spans

ANY_SPANS = st.lists(
    st.tuples(st.integers(0, LENGTH - 10), st.integers(1, 9), st.sampled_from(LABELS[:3])).map(
        lambda t: (t[0], t[0] + t[1], t[2])
    ),
    max_size=8,
)


def decide(gold: Spans, predicted: Spans) -> list[tuple[str, int | None, int | None]]:
    decisions = match_mentions(from_spans(gold).mentions, from_spans(predicted).mentions)
    return [(d.kind, d.gold, d.predicted) for d in decisions]


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([], [], []),
        ([(0, 4, "ZONE")], [], [("missed", 0, None)]),
        ([], [(0, 4, "ZONE")], [("spurious", None, 0)]),
        ([(0, 4, "ZONE")], [(0, 4, "ZONE")], [("correct", 0, 0)]),
        ([(0, 4, "ZONE")], [(0, 5, "ZONE")], [("boundary", 0, 0)]),
        ([(0, 4, "ZONE")], [(0, 4, "DATE")], [("type", 0, 0)]),
        ([(0, 4, "ZONE")], [(1, 4, "DATE")], [("boundary_type", 0, 0)]),
        ([(0, 4, "ZONE")], [(4, 6, "ZONE")], [("missed", 0, None), ("spurious", None, 0)]),
        # One prediction over two gold mentions takes the one with its label.
        (
            [(0, 6, "ZONE"), (6, 8, "DATE")],
            [(0, 8, "DATE")],
            [("missed", 0, None), ("boundary", 1, 0)],
        ),
        # Two predictions on one gold mention: the one with its label, though it overlaps less.
        (
            [(0, 8, "ZONE")],
            [(0, 6, "DATE"), (6, 8, "ZONE")],
            [("boundary", 0, 1), ("spurious", None, 0)],
        ),
        # Among equal labels the greater overlap.
        (
            [(0, 8, "ZONE")],
            [(0, 2, "ZONE"), (2, 8, "ZONE")],
            [("boundary", 0, 1), ("spurious", None, 0)],
        ),
        # Taking the greatest overlap first would leave one on each side alone.
        (
            [(0, 5, "ZONE"), (5, 10, "ZONE")],
            [(3, 9, "ZONE"), (9, 12, "ZONE")],
            [("boundary", 0, 0), ("boundary", 1, 1)],
        ),
    ],
)
def test_kinds(gold: Spans, predicted: Spans, expected: list[tuple[str, int, int]]) -> None:
    assert decide(gold, predicted) == expected


@given(gold=ANY_SPANS, predicted=ANY_SPANS)
@settings(deadline=None)
def test_every_mention_has_exactly_one_decision(gold: Spans, predicted: Spans) -> None:
    decisions = decide(gold, predicted)
    assert sorted(i for _, i, _ in decisions if i is not None) == list(range(len(gold)))
    assert sorted(j for _, _, j in decisions if j is not None) == list(range(len(predicted)))


@given(gold=flat_spans(), predicted=flat_spans())
@settings(deadline=None)
def test_correct_is_the_set_intersection_on_flat_spans(gold: Spans, predicted: Spans) -> None:
    n_correct = sum(kind == "correct" for kind, _, _ in decide(gold, predicted))
    assert n_correct == len(set(gold) & set(predicted))


@given(gold=flat_spans(), predicted=flat_spans(), seed=st.integers(0, 99))
@settings(deadline=None)
def test_order_plays_no_part(gold: Spans, predicted: Spans, seed: int) -> None:
    def kinds(left: Spans, right: Spans) -> list[str]:
        return sorted(kind for kind, _, _ in decide(left, right))

    mixed_gold, mixed_predicted = list(gold), list(predicted)
    random.Random(seed).shuffle(mixed_gold)
    random.Random(seed).shuffle(mixed_predicted)
    assert kinds(mixed_gold, mixed_predicted) == kinds(gold, predicted)


@given(gold=ANY_SPANS, predicted=ANY_SPANS)
@settings(deadline=None)
def test_overlapping_finds_all_pairs(gold: Spans, predicted: Spans) -> None:
    expected = [
        (i, j)
        for i, (a, b, _) in enumerate(gold)
        for j, (c, d, _) in enumerate(predicted)
        if max(a, c) < min(b, d)
    ]
    assert overlapping(from_spans(gold).mentions, from_spans(predicted).mentions) == expected


@given(
    ranks=st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.integers(0, 1), st.just(1), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        max_size=10,
    )
)
@settings(deadline=None)
def test_pairing_is_as_good_as_trying_all(ranks: dict[tuple[int, int], tuple[float, ...]]) -> None:
    def total(pairs: list[tuple[int, int]]) -> tuple[float, ...]:
        return tuple(
            sum(column) for column in zip((0, 0, 0), *(ranks[p] for p in pairs), strict=True)
        )

    best = max(
        total([(i, j) for i, j in enumerate(columns) if (i, j) in ranks])
        for columns in permutations(range(4))
    )
    assert total(best_pairs(ranks)) == best


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [((0, 4), (0, 4), 1.0), ((0, 4), (2, 6), 1 / 3), ((0, 4), (4, 6), 0.0), ((0, 1), (5, 6), 0.0)],
)
def test_overlap(one: tuple[int, int], other: tuple[int, int], expected: float) -> None:
    assert overlap(one, other) == pytest.approx(expected)
