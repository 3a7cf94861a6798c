"""Means of states over spans equal those of a loop, and nothing stands outside the text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.states import SpanStates

LENGTH, WIDTH = 6, 3
STATES = np.arange(1, LENGTH * WIDTH + 1, dtype=np.float32).reshape(LENGTH, WIDTH)
ZEROS = [0.0] * WIDTH


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.data())
def test_means_are_those_of_a_loop(length, seed, data):
    states = np.random.default_rng(seed).normal(size=(length, WIDTH)).astype(np.float32)
    border = st.integers(0, length)
    spans = [sorted(pair) for pair in data.draw(st.lists(st.tuples(border, border), max_size=9))]
    starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    means = SpanStates(states).mean(starts, ends)
    assert (means.shape, means.dtype) == ((len(spans), WIDTH), np.float32)
    for mean, (start, end) in zip(means, spans, strict=True):
        rows = [states[position].astype(np.float64) for position in range(start, end)]
        expected = sum(rows) / len(rows) if rows else np.zeros(WIDTH)
        np.testing.assert_allclose(mean, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("position", [0, 3, LENGTH])
def test_mean_of_an_empty_span_is_zero(position):
    at = np.array([position])
    assert SpanStates(STATES).mean(at, at).tolist() == [ZEROS]


@pytest.mark.parametrize("length", [0, LENGTH])
def test_without_spans_there_are_no_rows(length):
    states = SpanStates(STATES[:length])
    spans = np.zeros((0, 2), dtype=np.int64)
    assert states.mean(spans[:, 0], spans[:, 1]).shape == (0, WIDTH)
    assert states.mention(spans).shape == (0, 3 * WIDTH)


@pytest.mark.parametrize(
    ("start", "end", "before", "after"),
    [
        (2, 4, STATES[1].tolist(), STATES[4].tolist()),
        (0, 2, ZEROS, STATES[2].tolist()),
        (4, LENGTH, STATES[3].tolist(), ZEROS),
        (0, LENGTH, ZEROS, ZEROS),
    ],
    ids=["inside", "at the start", "at the end", "the whole text"],
)
def test_mention_has_its_mean_and_its_neighbours(start, end, before, after):
    (row,) = SpanStates(STATES).mention(np.array([[start, end]])).reshape(1, 3, WIDTH)
    assert row.tolist() == [STATES[start:end].mean(axis=0).tolist(), before, after]


def test_mentions_are_read_each_for_itself():
    states = SpanStates(STATES)
    spans = np.array([[4, LENGTH], [0, 1], [1, 5]])
    alone = [states.mention(spans[n : n + 1])[0] for n in range(len(spans))]
    np.testing.assert_array_equal(states.mention(spans), alone)
