"""Precision-recall curves and calibration against scikit-learn, and learning curves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit
from sklearn.metrics import average_precision_score

from annotations.errors import EvaluationError
from evaluation.curves import all_curves, curve
from evaluation.evaluate import evaluate
from evaluation.learning import fit_power_law, learning_curves
from evaluation.model import Curve, LearningPoint
from tests.evaluation.builders import SCHEMA, corpus

SCORED = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1
)


def make(scores: list[float], right: list[bool], n_gold: int) -> Curve:
    return curve(scores=scores, right=right, n_gold=n_gold, layer="mention", label="ZONE")


@given(scored=SCORED)
@settings(deadline=None)
def test_average_precision_equals_scikit_learn(scored: list[tuple[float, bool]]) -> None:
    scores, right = [s for s, _ in scored], [r for _, r in scored]
    if not any(right):
        return
    ours = make(scores, right, sum(right)).average_precision
    assert ours == pytest.approx(average_precision_score(right, scores))


@given(scored=SCORED, missed=st.integers(0, 5))
@settings(deadline=None)
def test_last_point_is_the_score_without_a_threshold(
    scored: list[tuple[float, bool]], missed: int
) -> None:
    n_right = sum(right for _, right in scored)
    found = make([s for s, _ in scored], [r for _, r in scored], n_right + missed)
    last = found.points[-1]
    assert last.precision == pytest.approx(n_right / len(scored))
    if n_right + missed:
        assert last.recall == pytest.approx(n_right / (n_right + missed))
    thresholds = [point.threshold for point in found.points]
    assert thresholds == sorted(set(thresholds), reverse=True)


def test_what_was_never_predicted_lowers_average_precision() -> None:
    assert make([0.9, 0.8], [True, True], 2).average_precision == 1
    assert make([0.9, 0.8], [True, True], 4).average_precision == 0.5


def test_nothing_is_none() -> None:
    empty = make([], [], 0)
    assert (empty.average_precision, empty.calibration_error, empty.points) == (None, None, ())
    assert not empty.informative
    only_gold = make([], [], 3)
    assert only_gold.average_precision == 0
    only_predicted = make([0.5], [False], 0)
    assert only_predicted.average_precision is None
    assert only_predicted.points[0].recall is None


def test_calibration_by_hand() -> None:
    found = make([0.95, 0.91, 0.15, 1.0], [True, False, False, True], 2)
    counts = [b.count for b in found.bins]
    assert counts == [0, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    last = found.bins[-1]
    assert last.mean_score == pytest.approx((0.95 + 0.91 + 1) / 3)
    assert last.accuracy == pytest.approx(2 / 3)
    gap = abs((0.95 + 0.91 + 1) / 3 - 2 / 3) * 3 / 4 + 0.15 / 4
    assert found.calibration_error == pytest.approx(gap)
    assert found.bins[2].accuracy is None


def test_many_points_are_thinned_out() -> None:
    scores = list(np.linspace(0, 1, 5000))
    found = make(scores, [True] * 5000, 5000)
    assert len(found.points) == 200
    assert (found.points[0].threshold, found.points[-1].threshold) == (1.0, 0.0)


def test_all_curves_have_every_label_and_agree_with_the_tables() -> None:
    gold, predicted = corpus(3)
    result = evaluate(gold, predicted, name="x", resamples=0)
    found = {(c.layer, c.label): c for c in all_curves(result.documents, schema=SCHEMA)}
    assert len(found) == len(SCHEMA.labels) + len(SCHEMA.relations) + 3
    for layer, table, label in (
        ("mention", "mentions", "PROJECT"),
        ("mention", "mentions", "micro"),
        ("relation", "relations", "HasStatus"),
        ("fact", "facts", "whole"),
    ):
        row = result.table(table).row(label)
        last = found[layer, label].points[-1]
        assert last.precision == pytest.approx(row.precision.value)
        assert last.recall == pytest.approx(row.recall.value)
    assert found["mention", "micro"].informative
    assert not found["mention", "ZONE"].gold


def points(f1_of: dict[int, list[float]]) -> list[LearningPoint]:
    return [
        LearningPoint(n_documents=n, n_characters=1000 * n, seed=seed, f1=f1)
        for n, values in f1_of.items()
        for seed, f1 in enumerate(values)
    ]


def test_fit_finds_the_curve_that_made_the_points() -> None:
    sizes = np.array([5.0, 10, 20, 40, 80])
    fit = fit_power_law(sizes, 0.9 - 1.2 * sizes[None] ** -0.6, np.ones(5))
    assert fit[0] == pytest.approx((0.9, 1.2, 0.6), rel=0.02)


@pytest.mark.parametrize("f1", [[0.7, 0.7, 0.7], [0.8, 0.7, 0.6], [0.5, 0.75, 0.999]])
def test_fit_stays_within_what_f1_can_be(f1: list[float]) -> None:
    ceiling, scale, rate = fit_power_law(np.array([10.0, 20, 40]), np.array([f1]), np.ones(3))[0]
    assert 0 <= ceiling <= 1
    assert scale >= 0
    assert 0.01 <= rate <= 3.01


def test_fit_is_no_worse_than_scipy_finds() -> None:
    generator = np.random.default_rng(1)
    sizes = np.array([5.0, 10, 20, 40])
    for _ in range(5):
        f1 = 0.85 - 0.9 * sizes**-0.5 + generator.normal(0, 0.01, 4)
        ours = fit_power_law(sizes, f1[None], np.ones(4))[0]
        (other, _) = curve_fit(
            lambda n, c, a, b: c - a * n**-b, sizes, f1, p0=(0.85, 1, 0.5), bounds=(0, [1, 10, 3])
        )
        errors = [float(((c - a * sizes**-b - f1) ** 2).sum()) for c, a, b in (ours, other)]
        assert errors[0] <= errors[1] + 1e-6


def test_learning_curve_says_what_ten_more_documents_bring() -> None:
    generator = np.random.default_rng(0)
    sizes = [10, 20, 40, 80]
    made = {n: [0.9 - 1.2 * n**-0.6 + generator.normal(0, 0.005) for _ in range(4)] for n in sizes}
    by_documents, by_characters = learning_curves(points(made), refits=60)
    truth = 1.2 * (80**-0.6 - 90**-0.6)
    gain = by_documents.next_gain
    assert by_documents.next_size == 90
    assert gain.value == pytest.approx(truth, abs=0.004)
    assert gain.low <= gain.value <= gain.high
    assert by_characters.next_size == 90_000
    assert by_characters.next_gain.value == pytest.approx(gain.value, abs=1e-4)
    band = by_documents.bands[0]
    assert (band.n_seeds, band.n_characters) == (4, 10_000)
    assert band.low < band.mean < band.high
    again, _ = learning_curves(list(reversed(points(made))), refits=60)
    assert again == by_documents


def test_too_few_sizes_give_bands_alone() -> None:
    by_documents, _ = learning_curves(points({10: [0.5, 0.6], 20: [0.7]}))
    assert by_documents.rate is None
    assert by_documents.next_gain.value is None
    assert by_documents.bands[1].low is None
    assert by_documents.bands[0].mean == pytest.approx(0.55)


def test_one_run_a_size_gives_a_gain_without_interval() -> None:
    by_documents, _ = learning_curves(points({10: [0.5], 20: [0.6], 40: [0.66]}))
    assert by_documents.next_gain.value > 0
    assert by_documents.next_gain.low is None


@pytest.mark.parametrize("bad", [[], points({5: [1.2]}), points({0: [0.5]})])
def test_bad_learning_points(bad: list[LearningPoint]) -> None:
    with pytest.raises(EvaluationError, match="learning"):
        learning_curves(bad)
