"""Learning curves: F1 by training data, and what more data would bring.

The curve is the inverse power law F1(n) = ceiling - scale * n ** -rate (Cortes et al. 1994,
Figueroa et al. 2012), fitted to the mean of every size by least squares, sizes weighted by the
number of their runs. Its uncertainty comes from refitting to runs drawn anew, with replacement,
within each size. That covers the spread over seeds; it does not cover which documents happened to
be annotated first, unless the runs drew them anew as well, and no fit knows what lies far beyond
the largest size.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from annotations.errors import EvaluationError
from evaluation.model import Figure, LearningBand, LearningCurve, LearningPoint

Floats = NDArray[np.float64]

_MORE_DOCUMENTS = 10
_MIN_SIZES = 3
# Rates slower or faster than any seen in practice bound the grid.
_RATES = np.geomspace(0.01, 3, 400)


def learning_curves(
    points: Sequence[LearningPoint], *, seed: int = 13, refits: int = 1000
) -> tuple[LearningCurve, LearningCurve]:
    """Bands and fit by documents and by characters.

    Args:
        points: one for every run; runs on as many documents form one size.
        seed: of the draws behind the interval of the gain.
        refits: how many draws.

    Raises:
        EvaluationError: there are no points, or one is out of range.
    """
    if not points:
        raise EvaluationError("a learning curve wants at least one point, got none")
    for point in points:
        if point.n_documents < 1 or point.n_characters < 1 or not 0 <= point.f1 <= 1:
            raise EvaluationError(
                "a learning point wants documents and characters >= 1 and F1 in [0, 1],"
                f" got {point}"
            )
    sizes: dict[int, list[LearningPoint]] = {}
    for point in sorted(points, key=lambda p: (p.n_documents, p.seed, p.n_characters, p.f1)):
        sizes.setdefault(point.n_documents, []).append(point)
    documents = {n: float(n) for n in sizes}
    characters = _mean_characters(sizes)
    last = max(sizes)
    more = _MORE_DOCUMENTS * characters[last] / last
    runs = list(sizes.values())
    drawn = _draws(runs, seed=seed, refits=refits)
    return (
        _curve("documents", runs, places=documents, more=_MORE_DOCUMENTS, drawn=drawn),
        _curve("characters", runs, places=characters, more=more, drawn=drawn),
    )


def fit_power_law(sizes: Floats, f1: Floats, weights: Floats) -> Floats:
    """Ceiling, scale and rate of the curves through some means, by weighted least squares.

    For a given rate the other two follow from a straight line; the rate is the best of a fine
    grid. The ceiling is kept at 1 or below and the scale at 0 or above.

    Args:
        sizes: amounts of data, shape (k,), at least three different ones.
        f1: mean F1 at each, shape (n, k), one row a curve.
        weights: number of runs behind each mean, shape (k,).

    Returns:
        Shape (n, 3).
    """
    # Sizes in units of the smallest one, so that the scale has the order of an F1.
    unit = sizes.min()
    share = weights / weights.sum()
    x = (sizes / unit)[None, :] ** -_RATES[:, None]
    x_mean, f1_mean = x @ share, (f1 @ share)[:, None]
    spread = ((x - x_mean[:, None]) ** 2) @ share
    covariance = ((f1 - f1_mean) * share) @ (x - x_mean[:, None]).T
    scale = np.maximum(-covariance / spread, 0)
    ceiling = f1_mean + scale * x_mean
    through_one = ((1 - f1) * share) @ x.T / ((x**2) @ share)
    scale = np.where(ceiling > 1, through_one, scale)
    ceiling = np.minimum(ceiling, 1)
    found = ceiling[..., None] - scale[..., None] * x
    best = (((found - f1[:, None, :]) ** 2) @ share).argmin(axis=1)
    row = np.arange(len(f1))
    rate = _RATES[best]
    return np.stack([ceiling[row, best], scale[row, best] * unit**rate, rate], axis=1)


def _power_law(sizes: Floats | float, fit: Floats) -> Floats:
    """F1 at one size or several under fits of shape (…, 3)."""
    return np.asarray(fit[..., 0] - fit[..., 1] * sizes ** -fit[..., 2], dtype=np.float64)


def _draws(runs: Sequence[Sequence[LearningPoint]], *, seed: int, refits: int) -> Floats:
    """Means of F1 at every size over runs drawn anew, shape (refits, sizes)."""
    generator = np.random.default_rng(seed)
    drawn = [
        generator.choice([point.f1 for point in of_size], size=(refits, len(of_size))).mean(axis=1)
        for of_size in runs
    ]
    return np.stack(drawn, axis=1)


def _curve(
    by: str,
    runs: Sequence[Sequence[LearningPoint]],
    *,
    places: Mapping[int, float],
    more: float,
    drawn: Floats,
) -> LearningCurve:
    x = np.array(list(places.values()))
    weights = np.array([len(of_size) for of_size in runs], dtype=np.float64)
    means = np.array([np.mean([point.f1 for point in of_size]) for of_size in runs])
    following = float(x[-1] + more)
    fit = None
    gain = Figure(None)
    if len(x) >= _MIN_SIZES:
        fit = fit_power_law(x, means[None], weights)[0]
        gain = Figure(float(_gain(fit, float(x[-1]), following)))
        # With one run a size there is nothing to draw anew, and no interval.
        if len(drawn) and weights.max() > 1:
            gains = _gain(fit_power_law(x, drawn, weights), float(x[-1]), following)
            low, high = (float(bound) for bound in np.percentile(gains, [2.5, 97.5]))
            gain = Figure(gain.value, low, high)
    bands = tuple(
        _band(of_size, None if fit is None else float(_power_law(place, fit)))
        for of_size, place in zip(runs, places.values(), strict=True)
    )
    ceiling, scale, rate = (None, None, None) if fit is None else (float(v) for v in fit)
    return LearningCurve(
        by=by,
        bands=bands,
        ceiling=ceiling,
        scale=scale,
        rate=rate,
        next_size=following,
        next_gain=gain,
    )


def _gain(fit: Floats, size: float, following: float) -> Floats:
    return _power_law(following, fit) - _power_law(size, fit)


def _band(points: Sequence[LearningPoint], fitted: float | None) -> LearningBand:
    """Mean and 95 % interval of the mean by Student's t over the runs of one size."""
    f1 = np.array([point.f1 for point in points])
    half = None
    if len(f1) > 1:
        half = float(student.ppf(0.975, len(f1) - 1) * f1.std(ddof=1) / np.sqrt(len(f1)))
    mean = float(f1.mean())
    return LearningBand(
        n_documents=points[0].n_documents,
        n_characters=round(float(np.mean([point.n_characters for point in points]))),
        n_seeds=len(points),
        mean=mean,
        low=None if half is None else max(0.0, mean - half),
        high=None if half is None else min(1.0, mean + half),
        fitted=fitted,
    )


def _mean_characters(sizes: Mapping[int, Sequence[LearningPoint]]) -> dict[int, float]:
    return {
        n: float(np.mean([point.n_characters for point in of_size])) for n, of_size in sizes.items()
    }
