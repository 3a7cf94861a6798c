"""Resampling over documents: bootstrap intervals, paired randomisation, Holm, smallest difference.

The document is the unit, since mentions of one text stand and fall together. Statistics are
functions of counts for each document (`evaluation.scores`), so a replicate is one row of a matrix
product and a thousand of them take milliseconds.

Sources: Efron and Tibshirani 1993, chapter 13 (percentile interval); Noreen 1989 and Yeh 2000
(approximate randomisation); Phipson and Smyth 2010 (a p-value is never 0: add one to both counts);
Holm 1979 (step-down correction).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from annotations.errors import EvaluationError

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

FEW_DOCUMENTS = 20
_CHUNK = 2000
_SIGNS = np.array([-1.0, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """Bootstrap draws of documents: how often each is in each replicate.

    `weights` has the shape (replicates, documents). Two systems on the same documents share one
    object, and with it the draws, so that their difference is a paired one.
    """

    weights: Floats
    confidence: float

    def replicate(self, counts: Floats) -> Floats:
        """Counts of shape (documents, …) summed in every replicate: (replicates, …)."""
        flat = counts.reshape(len(counts), -1)
        return (self.weights @ flat).reshape(len(self.weights), *counts.shape[1:])

    def interval(self, replicates: Floats) -> tuple[Floats, Floats]:
        """Lower and upper percentile along the first axis, of the replicates that are defined.

        NaN where there is no replicate, or where in more than half of them the figure is undefined.
        """
        shape = replicates.shape[1:]
        if not len(replicates):
            return np.full(shape, np.nan), np.full(shape, np.nan)
        tail = (1 - self.confidence) / 2
        # NaN sorts to the end, so the defined replicates come first in every column.
        ordered = np.sort(replicates, axis=0)
        defined = (~np.isnan(replicates)).sum(axis=0)
        enough = defined * 2 > len(replicates)
        low, high = (
            np.take_along_axis(
                ordered, np.rint(share * np.maximum(defined - 1, 0)).astype(np.int64)[None], axis=0
            )[0]
            for share in (tail, 1 - tail)
        )
        return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def draw(n_documents: int, *, resamples: int, seed: int, confidence: float = 0.95) -> Resampling:
    """Draw replicates: as many documents as there are, with replacement.

    Args:
        n_documents: how many documents there are.
        resamples: how many replicates; 0 gives no intervals.
        seed: the same seed gives the same draws.
        confidence: the share that an interval covers.

    Raises:
        EvaluationError: there is nothing to draw from, or a number is out of range.
    """
    if n_documents < 1:
        raise EvaluationError("there are no documents to resample; expected at least one")
    if resamples < 0 or not 0 < confidence < 1:
        raise EvaluationError(
            f"expected resamples >= 0 and 0 < confidence < 1, got {resamples} and {confidence}"
        )
    generator = np.random.default_rng(seed)
    shares = np.full(n_documents, 1 / n_documents)
    weights = generator.multinomial(n_documents, shares, size=resamples).astype(np.float64)
    return Resampling(weights=weights, confidence=confidence)


def few_documents_warning(n_documents: int) -> str | None:
    """What a reader of intervals from few documents has to know; None with enough of them."""
    if n_documents >= FEW_DOCUMENTS:
        return None
    return (
        f"only {n_documents} documents: intervals by bootstrap over fewer than {FEW_DOCUMENTS}"
        " documents are too narrow and unstable"
    )


def randomisation_test(
    a: Floats, b: Floats, *, statistic: Statistic, rounds: int, seed: int
) -> Floats:
    """Paired approximate randomisation: how often does swapping systems give as great a difference.

    In each round every document's results are swapped between the systems with a chance of one
    half. The test is two-sided; p = (1 + rounds at least as extreme) / (1 + rounds).

    Args:
        a: counts of the first system, shape (documents, …).
        b: counts of the second, the same documents in the same order.
        statistic: from summed counts, shape (n, …), to figures, shape (n, k).
        rounds: how many rounds.
        seed: the same seed gives the same rounds.

    Returns:
        k p-values, NaN where the figure is undefined for one of the systems.
    """
    generator = np.random.default_rng(seed)
    flat_a, flat_b = a.reshape(len(a), -1), b.reshape(len(b), -1)
    both, gap = flat_a.sum(axis=0) + flat_b.sum(axis=0), flat_b - flat_a
    shape = a.shape[1:]

    def difference(signs: Floats) -> Floats:
        # The sums of both systems, with sign +1 as they are and -1 swapped.
        half_gap = signs @ gap / 2
        second = (both / 2 + half_gap).reshape(-1, *shape)
        first = (both / 2 - half_gap).reshape(-1, *shape)
        return statistic(second) - statistic(first)

    observed = difference(np.ones((1, len(a)), dtype=np.float64))[0]
    extreme = np.zeros(observed.shape)
    for start in range(0, rounds, _CHUNK):
        size = min(_CHUNK, rounds - start)
        signs = generator.choice(_SIGNS, size=(size, len(a)))
        # A round that only repeats the observed split must not lose to rounding errors; one whose
        # figure is undefined counts against the difference.
        found = np.abs(difference(signs))
        extreme += ((found >= np.abs(observed) - 1e-12) | np.isnan(found)).sum(axis=0)
    return np.where(np.isnan(observed), np.nan, (1 + extreme) / (1 + rounds))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction over one family of tests; None stays None and is no member of it."""
    known = sorted((p, n) for n, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, n) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        corrected[n] = highest
    return corrected


def smallest_difference(replicates: Floats, *, level: float = 0.05, power: float = 0.8) -> Floats:
    """The smallest true difference that data like these would show.

    With a standard error s of the paired difference, a two-sided test at `level` finds a difference
    of (z[1 - level/2] + z[power]) s with the chance `power`; s is the standard deviation over the
    bootstrap replicates. For one system it says how far another, unrelated in its errors, would
    have to be only if s is multiplied by the square root of two; two runs on the same documents
    usually need less.

    Args:
        replicates: bootstrap replicates of the difference, shape (replicates, …).
        level: of the two-sided test.
        power: the chance to find the difference.

    Returns:
        The differences, NaN where fewer than half of the replicates are defined.
    """
    if not len(replicates):
        return np.full(replicates.shape[1:], np.nan)
    defined = ~np.isnan(replicates)
    n = defined.sum(axis=0)
    values = np.where(defined, replicates, 0.0)
    mean = values.sum(axis=0) / np.maximum(n, 1)
    variance = (np.where(defined, replicates - mean, 0.0) ** 2).sum(axis=0) / np.maximum(n - 1, 1)
    factor = NormalDist().inv_cdf(1 - level / 2) + NormalDist().inv_cdf(power)
    return np.where(n * 2 > len(replicates), factor * np.sqrt(variance), np.nan)
