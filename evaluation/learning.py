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
from scipy.optimize import curve_fit
from scipy.stats import t as student

from annotations.errors import EvaluationError
from evaluation.model import Figure, LearningBand, LearningCurve, LearningPoint

Floats = NDArray[np.float64]

_MORE_DOCUMENTS = 10
_MIN_SIZES = 3
# ceiling, scale, rate: F1 is at most 1, the curve rises, and not faster than any seen in practice.
_LOWEST, _HIGHEST, _START = (0.0, 0.0, 0.01), (1.0, 10.0, 3.0), (0.85, 1.0, 0.5)


def learning_curves(
    points: Sequence[LearningPoint], *, seed: int = 13, refits: int = 200
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


def fit_power_law(sizes: Floats, f1: Floats, weights: Floats) -> tuple[float, float, float] | None:
    """Ceiling, scale and rate of the curve through some means; None where no fit is found.

    Args:
        sizes: amounts of data, at least three different ones.
        f1: mean F1 at each.
        weights: number of runs behind each mean.
    """
    # Sizes in units of the smallest one, so that the scale has the order of an F1.
    unit = sizes.min()
    try:
        found, _ = curve_fit(
            _power_law,
            sizes / unit,
            f1,
            p0=_START,
            sigma=1 / np.sqrt(weights),
            bounds=(_LOWEST, _HIGHEST),
            maxfev=2000,
        )
    except RuntimeError:
        return None
    ceiling, scale, rate = (float(value) for value in found)
    return ceiling, scale * float(unit**rate), rate


def _power_law(sizes: Floats, ceiling: float, scale: float, rate: float) -> Floats:
    return np.asarray(ceiling - scale * sizes**-rate, dtype=np.float64)


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
    enough = len(x) >= _MIN_SIZES
    fit = fit_power_law(x, means, weights) if enough else None
    gain = Figure(None)
    if fit is not None:
        gain = Figure(_gain(fit, float(x[-1]), following))
        refits = [fit_power_law(x, row, weights) for row in drawn]
        gains = [_gain(refit, float(x[-1]), following) for refit in refits if refit is not None]
        # With one run a size there is nothing to draw anew, and no interval.
        if gains and weights.max() > 1:
            low, high = (float(bound) for bound in np.percentile(gains, [2.5, 97.5]))
            gain = Figure(gain.value, low, high)
    bands = tuple(
        _band(of_size, None if fit is None else float(_power_law(np.array(place), *fit)))
        for of_size, place in zip(runs, places.values(), strict=True)
    )
    ceiling, scale, rate = fit or (None, None, None)
    return LearningCurve(
        by=by,
        bands=bands,
        ceiling=ceiling,
        scale=scale,
        rate=rate,
        next_size=following,
        next_gain=gain,
    )


def _gain(fit: tuple[float, float, float], size: float, following: float) -> float:
    return float(_power_law(np.array(following), *fit) - _power_law(np.array(size), *fit))


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
