"""How far a confidence can be taken at its word: calibration error, and how much is covered at high precision.

Expected calibration error over bins of equal mass: answers are sorted by confidence and cut into ten bins of as equal
size as can be; the error is the mean of |mean confidence − share right| over the bins, weighted by their size (Naeini,
Cooper and Hauskrecht 2015 with equal widths; equal mass as in Nguyen and O'Connor 2015 and Nixon et al. 2019, because
most answers are very sure and would share one bin of equal width). Right means the verdict ``correct``; ``wrong`` and
``spurious`` are not right; ``neutral`` answers and silence do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from pydantic import ConfigDict, Field

from baogao.evaluation.scoring import Scores
from baogao.evaluation.tally import Verdict, ratio
from baogao.schema.values import Strict

BINS = 10
"""More would leave each too few answers: even ten of 60 answers, 95% right, show an error of 0.02 by chance alone."""
WANTED_PRECISION = 0.98
"""The share of right answers that coverage is asked for; the keys ``…_at_98`` of the file are named for it."""
JUDGED: tuple[Verdict, ...] = ("correct", "wrong", "spurious")
"""Verdicts on answers that are right or not; what the codebook leaves open counts neither way."""


class JudgedAnswer(NamedTuple):
    """One answer: how sure it was, and whether it was right."""

    confidence: float
    right: bool
    stated: bool = True
    """Whether the gold states the field."""


class Bin(NamedTuple):
    """Answers of about one confidence."""

    answers: int
    confidence: float
    """Their mean confidence."""
    right: float
    """The share of them that is right."""


class Reliability(Strict):
    """What is said of one extractor's confidence, as it stands in ``summary.json``."""

    answers: int
    bins: list[Bin]
    """The least sure first; none without answers."""
    ece: float | None
    """Expected calibration error, from 0 to 1; None without answers."""
    coverage: float | None = Field(alias="coverage_at_98")
    """Of the stated fields, the share with an answer at or above ``threshold``; 0 where no threshold reaches the
    precision, None where nothing is stated."""
    threshold: float | None = Field(alias="threshold_at_98")
    """The lowest confidence such that of the answers at or above it 98% are right; None where there is none."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


def reliability_of(scores: Scores) -> Reliability:
    """The reliability of an extractor's answers; those without a confidence do not count."""
    figures = [score for document in scores.documents for score in document.fields]
    outcomes = [
        JudgedAnswer(score.answer.confidence, score.verdict == "correct", score.gold.stated)
        for score in figures
        if score.verdict in JUDGED and score.answer is not None and score.answer.confidence is not None
    ]
    return measure(outcomes, scores.tally.stated)


def measure(outcomes: Iterable[JudgedAnswer], stated: int) -> Reliability:
    """Bins, calibration error, and coverage.

    :param stated: how many fields the gold states, answered or not.
    """
    ordered = sorted(outcomes, key=lambda one: one.confidence)
    edges = [round(number * len(ordered) / BINS) for number in range(BINS + 1)]
    parts = [ordered[start:end] for start, end in pairwise(edges) if start < end]
    bins = [
        Bin(len(part), sum(one.confidence for one in part) / len(part), sum(one.right for one in part) / len(part))
        for part in parts
    ]
    error = sum(one.answers * abs(one.confidence - one.right) for one in bins)
    threshold = _lowest(ordered)
    covered = sum(one.stated for one in ordered if threshold is not None and one.confidence >= threshold)
    return Reliability(
        answers=len(ordered),
        bins=bins,
        ece=ratio(error, len(ordered)),
        coverage=ratio(covered, stated),
        threshold=threshold,
    )


def _lowest(ordered: Sequence[JudgedAnswer]) -> float | None:
    """The lowest threshold with the precision that is wanted; answers of one confidence come together."""
    lowest, kept, right = None, 0, 0
    for confidence, same in groupby(reversed(ordered), key=lambda one: one.confidence):
        outcomes = list(same)
        kept += len(outcomes)
        right += sum(one.right for one in outcomes)
        if right >= WANTED_PRECISION * kept:
            lowest = confidence
    return lowest
