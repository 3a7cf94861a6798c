"""Intervals, randomisation, Holm, the smallest difference: against slow or exact versions."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.errors import EvaluationError
from evaluation.resample import (
    draw,
    few_documents_warning,
    holm,
    randomisation_test,
    smallest_difference,
)


def mean_of_first(counts: np.ndarray) -> np.ndarray:
    """A share: first column over second."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return (counts[..., 0] / counts[..., 1])[..., None]


def test_same_seed_same_draws() -> None:
    one, other = (draw(12, resamples=50, seed=7) for _ in range(2))
    assert np.array_equal(one.weights, other.weights)
    assert not np.array_equal(one.weights, draw(12, resamples=50, seed=8).weights)
    assert (one.weights.sum(axis=1) == 12).all()


def test_replicate_is_the_sum_over_the_drawn_documents() -> None:
    draws = draw(4, resamples=5, seed=1)
    counts = np.arange(4 * 2 * 3, dtype=float).reshape(4, 2, 3)
    for weights, replicate in zip(draws.weights, draws.replicate(counts), strict=True):
        drawn = [counts[n] for n, times in enumerate(weights) for _ in range(int(times))]
        assert np.array_equal(replicate, sum(drawn))


def test_interval_is_the_percentile_interval() -> None:
    values = np.random.default_rng(0).normal(size=(1001, 3))
    low, high = draw(5, resamples=1, seed=0).interval(values)
    assert low == pytest.approx(np.percentile(values, 2.5, axis=0), abs=0.01)
    assert high == pytest.approx(np.percentile(values, 97.5, axis=0), abs=0.01)


def test_interval_passes_over_undefined_replicates() -> None:
    values = np.linspace(0, 1, 100)[:, None] * np.ones((1, 2))
    values[:10, 0] = np.nan
    values[:60, 1] = np.nan
    low, high = draw(5, resamples=1, seed=0).interval(values)
    assert low[0] == pytest.approx(0.12, abs=0.02)
    assert np.isnan(low[1])
    assert np.isnan(high[1])


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    hits = 0
    for seed in range(200):
        documents = generator.binomial(20, 0.7, size=(30, 1)) * [[1, 0]] + [[0, 20]]
        draws = draw(30, resamples=200, seed=seed)
        low, high = draws.interval(mean_of_first(draws.replicate(documents.astype(float))))
        hits += int(low[0] <= 0.7 <= high[0])
    assert 0.87 <= hits / 200 <= 0.99


@pytest.mark.parametrize(
    ("n", "resamples", "confidence"), [(0, 10, 0.95), (5, -1, 0.95), (5, 10, 1.0)]
)
def test_refused(n: int, resamples: int, confidence: float) -> None:
    with pytest.raises(EvaluationError, match="expected"):
        draw(n, resamples=resamples, seed=0, confidence=confidence)


def test_randomisation_agrees_with_all_swaps() -> None:
    generator = np.random.default_rng(5)
    a = np.stack([generator.integers(5, 10, 8), np.full(8, 10)], axis=1).astype(float)
    b = np.stack([generator.integers(3, 9, 8), np.full(8, 10)], axis=1).astype(float)
    observed = abs(a[:, 0].sum() - b[:, 0].sum())
    signs = np.array(list(product([-1, 1], repeat=8)))
    exact = (np.abs(signs @ (a[:, 0] - b[:, 0])) >= observed - 1e-9).mean()
    p = randomisation_test(a, b, statistic=mean_of_first, rounds=20000, seed=0)[0]
    assert p == pytest.approx(exact, abs=0.015)


def test_randomisation_is_never_zero_and_one_for_equals() -> None:
    a = np.array([[10.0, 10.0]] * 40)
    b = np.array([[0.0, 10.0]] * 40)
    p = randomisation_test(a, b, statistic=mean_of_first, rounds=99, seed=0)[0]
    assert p == pytest.approx(1 / 100)
    assert randomisation_test(a, a, statistic=mean_of_first, rounds=99, seed=0)[0] == 1
    nothing = np.zeros((4, 2))
    assert np.isnan(
        randomisation_test(nothing, nothing, statistic=mean_of_first, rounds=9, seed=0)
    ).all()


def test_randomisation_holds_its_level() -> None:
    generator = np.random.default_rng(11)
    rejected = 0
    for seed in range(200):
        scores = generator.binomial(10, 0.6, size=(2, 25, 1)) * [[1, 0]] + [[0, 10]]
        p = randomisation_test(
            scores[0].astype(float),
            scores[1].astype(float),
            statistic=mean_of_first,
            rounds=199,
            seed=seed,
        )[0]
        rejected += p <= 0.05
    assert rejected <= 20


@pytest.mark.parametrize(
    ("given_p", "expected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, None, 0.01], [0.5, None, 0.02]),
        ([0.9, 0.8], [1.0, 1.0]),
    ],
)
def test_holm(given_p: list[float | None], expected: list[float | None]) -> None:
    assert holm(given_p) == [None if p is None else pytest.approx(p) for p in expected]


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None)
def test_holm_keeps_the_order_and_never_lowers(p_values: list[float]) -> None:
    corrected = [p or 0.0 for p in holm(p_values)]
    assert all(c >= p for c, p in zip(corrected, p_values, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(corrected)[order]) >= 0)


def test_smallest_difference_is_2_8_standard_errors() -> None:
    replicates = np.random.default_rng(0).normal(scale=0.02, size=(20000, 1))
    assert smallest_difference(replicates)[0] == pytest.approx(2.80 * 0.02, rel=0.03)
    assert np.isnan(smallest_difference(np.full((10, 1), np.nan))[0])
    assert np.isnan(smallest_difference(np.zeros((0, 1)))[0])


def test_warning_below_twenty_documents() -> None:
    assert few_documents_warning(20) is None
    assert "19 documents" in (few_documents_warning(19) or "")
