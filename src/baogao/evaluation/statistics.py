"""How much of a figure, or of a difference, is chance.

The fields of one report are correlated, so a report is drawn, or flipped, as a whole: pooled intervals and tests over
fields are far too sure of themselves. What is printed was chosen by simulation (``eval/simulate_statistics.py``): a
bootstrap over documents for the standard error, Student's t for the few documents, the logit scale for rates near 1;
and the sign-flip test by document.

Counts are arrays of shape (documents, 4): correct, wrong, missing (failed documents included), spurious. Where there is
too little to say anything, the answer is None, printed “n/a”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, fsum, isfinite, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from baogao.evaluation.scoring import Score, Scores
from baogao.evaluation.tally import Tally

Counts = NDArray[np.float64]
"""A row for each document; four columns for the rates below."""
Interval = tuple[float, float]

MINIMUM_DOCUMENTS = 5
"""Below this many documents that speak to a rate, nothing is said of it."""
_EXACT_UP_TO = 14
"""Documents up to which all 2^n flips are tried, 16,384 of them."""
_CHUNK = 500
"""Random flips that are worked out at once: it bounds the memory, and says which random numbers are drawn."""
_POWER = 0.8
"""How often the minimum detectable difference is found: four times out of five, as is usual."""


@dataclass(frozen=True)
class Rate:
    """A ratio of two sums of counts: ``sum(part · counts) / sum(whole · counts)``."""

    part: tuple[float, ...]
    whole: tuple[float, ...]

    def of(self, totals: Counts) -> Counts:
        """The rate of each row of totals; nan where there is nothing to divide by."""
        whole = totals @ np.array(self.whole)
        rates: Counts = np.full(np.shape(whole), np.nan)
        np.divide(totals @ np.array(self.part), whole, out=rates, where=whole > 0)
        return rates

    def speaking(self, counts: Counts) -> int:
        """How many documents have something in the denominator."""
        return int(np.count_nonzero(counts @ np.array(self.whole)))


PRECISION = Rate((1, 0, 0, 0), (1, 1, 0, 1))
RECALL = Rate((1, 0, 0, 0), (1, 1, 1, 0))
F1 = Rate((2, 0, 0, 0), (2, 2, 1, 1))


@dataclass(frozen=True)
class Bootstrap:
    """Resamples of whole documents, drawn once and used for every rate of a run."""

    documents: int
    seed: int = 0
    resamples: int = 2000

    @cached_property
    def weights(self) -> Counts:
        """How often each document stands in each resample: shape (resamples, documents)."""
        even = np.full(self.documents, 1 / self.documents)
        drawn = np.random.default_rng(self.seed).multinomial(self.documents, even, size=self.resamples)
        return drawn.astype(np.float64)

    def error(self, rates: Counts, documents: int) -> float:
        """The standard error of a rate from its resampled values, enlarged for the few documents."""
        known = rates[np.isfinite(rates)]
        return float(np.std(known, ddof=1)) * sqrt(documents / (documents - 1)) if len(known) > 1 else float("nan")

    def interval(self, counts: Counts, rate: Rate, level: float = 0.95) -> Interval | None:
        """The interval of a rate.

        :returns: None for fewer than five documents that speak to it, and where all of them agree on 0 or on 1: the
            sample then says nothing of its own spread.
        """
        speaking = rate.speaking(counts)
        value = float(rate.of(counts.sum(axis=0)))
        if speaking < MINIMUM_DOCUMENTS or not 0 < value < 1:
            return None
        error = self.error(rate.of(self.weights @ counts), speaking)
        reach = student_t(0.5 + level / 2, speaking - 1) * error / (value * (1 - value))
        centre = log(value / (1 - value))
        return _logistic(centre - reach), _logistic(centre + reach)


@dataclass(frozen=True)
class Comparison:
    """Two extractors on the same documents; ``difference`` is the first minus the second, in F1."""

    difference: float | None
    interval: Interval | None
    """95%, by the paired bootstrap."""
    p: float | None
    """Two-sided, by the sign-flip test."""
    minimum_detectable: float | None
    """The true difference that a test at 5% on so many documents would find four times out of five."""


def compare(a: Counts, b: Counts, bootstrap: Bootstrap, level: float = 0.95) -> Comparison:
    """Compare the F1 of two extractors, document by document.

    :param a: counts of the first, shape (documents, 4); ``b`` those of the second, the documents in the same order.
    :param bootstrap: over the same number of documents; its seed also serves the test.
    """
    difference = float(F1.of(a.sum(axis=0)) - F1.of(b.sum(axis=0)))
    documents = F1.speaking(a + b)
    if documents < MINIMUM_DOCUMENTS or not isfinite(difference):
        return Comparison(difference if isfinite(difference) else None, None, None, None)
    error = bootstrap.error(F1.of(bootstrap.weights @ a) - F1.of(bootstrap.weights @ b), documents)
    quantile = student_t(0.5 + level / 2, documents - 1)
    reach = quantile * error
    return Comparison(
        difference,
        (max(-1.0, difference - reach), min(1.0, difference + reach)),
        sign_flip_test(a, b, bootstrap.seed),
        (quantile + student_t(_POWER, documents - 1)) * error,
    )


def sign_flip_test(a: Counts, b: Counts, seed: int = 0, flips: int = 9999) -> float | None:
    """Two-sided p of the difference in pooled F1, when the two extractors are swapped within each document at random.

    All swaps are tried where at most 14 documents differ; beyond, ``flips`` random ones, the observed one added. It is
    exact where the two extractors are equally good in the same way; where they reach one F1 by unlike ways (one silent,
    one talkative) it errs a little more often than it says.

    :returns: None for fewer than five documents that speak to it.
    """
    if F1.speaking(a + b) < MINIMUM_DOCUMENTS:
        return None
    observed = float(F1.of(a.sum(axis=0)) - F1.of(b.sum(axis=0)))
    if not isfinite(observed):
        return None
    differing = np.any(a != b, axis=1)
    total, half = (a + b).sum(axis=0) / 2, (a - b)[differing] / 2
    extreme = tried = 0
    for signs in _signs(len(half), seed, flips):
        shift = signs @ half
        differences = F1.of(total + shift) - F1.of(total - shift)
        # a swap that leaves one side empty has no F1; it counts as extreme, on the safe side
        extreme += int(np.count_nonzero(~(np.abs(differences) < abs(observed) - 1e-12)))
        tried += len(signs)
    exact = len(half) <= _EXACT_UP_TO
    return extreme / tried if exact else (extreme + 1) / (tried + 1)


def _signs(documents: int, seed: int, flips: int) -> Iterator[Counts]:
    """All 2^n rows of +1 and -1, or random ones in chunks."""
    if documents <= _EXACT_UP_TO:
        numbers = np.arange(2**documents)[:, np.newaxis]
        return iter([1.0 - 2.0 * ((numbers >> np.arange(documents)) & 1).astype(np.float64)])
    generator = np.random.default_rng(seed)
    sizes = [min(_CHUNK, flips - start) for start in range(0, flips, _CHUNK)]
    return (1.0 - 2.0 * generator.integers(0, 2, (size, documents)).astype(np.float64) for size in sizes)


def compare_fields(a: Mapping[str, Counts], b: Mapping[str, Counts], seed: int = 0) -> dict[str, float | None]:
    """The sign-flip test for each field, Holm-corrected over the fields where it could be done."""
    return holm({name: sign_flip_test(a[name], b[name], seed) for name in a})


def holm(p_values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Holm's correction; None stays None and does not count as a test."""
    known = sorted((p, name) for name, p in p_values.items() if p is not None)
    adjusted: dict[str, float | None] = dict.fromkeys(p_values)
    largest = 0.0
    for rank, (p, name) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        adjusted[name] = largest
    return adjusted


def rates_of(counts: Counts) -> tuple[float | None, float | None, float | None]:
    """F1, precision and recall over all documents; None where there is nothing to divide by."""
    values = [float(rate.of(counts.sum(axis=0))) for rate in (F1, PRECISION, RECALL)]
    f1, precision, recall = (value if np.isfinite(value) else None for value in values)
    return f1, precision, recall


def document_counts(scores: Scores) -> Counts:
    """The counts of each document, in the order of the scores."""
    return np.array([document.tally.row for document in scores.documents], dtype=np.float64).reshape(-1, 4)


def field_counts(scores: Scores) -> dict[str, Counts]:
    """The counts of each field in each document, fields in the schema's order; none where nobody looked at it."""
    rows: dict[str, list[tuple[int, int, int, int]]] = {}
    for number, document in enumerate(scores.documents):
        for score in document.fields:
            counts = rows.setdefault(score.field, [Tally().row] * len(scores.documents))
            counts[number] = score.tally.row
    return {name: np.array(counts, dtype=np.float64) for name, counts in rows.items()}


def group_counts(scores: Scores, group_of: Callable[[Score], str | None]) -> dict[str, Counts]:
    """The counts of each group of fields and cells in each document, groups in the order of their first field.

    :param group_of: which group a score belongs to; None for none.
    """
    groups: dict[str, list[Tally]] = {}
    for number, document in enumerate(scores.every):
        for score in document:
            name = group_of(score)
            if name is not None:
                tallies = groups.setdefault(name, [Tally()] * len(scores.documents))
                tallies[number] += score.tally
    return {name: np.array([one.row for one in tallies], dtype=np.float64) for name, tallies in groups.items()}


def student_t(probability: float, freedom: int) -> float:
    """The quantile of Student's t, by the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5).

    Within 0.1% of the exact one for the probabilities and degrees of freedom used here: 0.8 to 0.975, 4 and more.
    """
    z: float = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + fsum(term / freedom**power for power, term in enumerate(terms, start=1))


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x))
