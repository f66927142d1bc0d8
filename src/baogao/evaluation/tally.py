"""Counts of verdicts, and the rates that are made of them. A rate whose denominator is 0 is None, printed “n/a”."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

Verdict = Literal["correct", "wrong", "missing", "spurious", "neutral", "absent", "errored"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, or None when there is nothing to divide by."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Tally:
    """How often each verdict was given."""

    correct: int = 0
    wrong: int = 0
    missing: int = 0
    spurious: int = 0
    neutral: int = 0
    absent: int = 0
    errored: int = 0
    """Fields of failed documents, stated or not."""
    errored_stated: int = 0
    """Those of them that the gold states: they count in recall like ``missing``."""
    bounds_right: int = 0
    """Among the correct."""
    grounded: int = 0
    """Among the correct."""

    @classmethod
    @cache
    def of(cls, verdict: Verdict, stated: bool, bound_ok: bool = False, grounded: bool = False) -> Tally:
        """One verdict as counts."""
        counts = {verdict: 1}
        return cls(
            **counts,
            errored_stated=int(verdict == "errored" and stated),
            bounds_right=int(bound_ok),
            grounded=int(grounded),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.correct + other.correct,
            self.wrong + other.wrong,
            self.missing + other.missing,
            self.spurious + other.spurious,
            self.neutral + other.neutral,
            self.absent + other.absent,
            self.errored + other.errored,
            self.errored_stated + other.errored_stated,
            self.bounds_right + other.bounds_right,
            self.grounded + other.grounded,
        )

    @property
    def answered(self) -> int:
        """The denominator of precision."""
        return self.correct + self.wrong + self.spurious

    @property
    def stated(self) -> int:
        """The denominator of recall."""
        return self.correct + self.wrong + self.missed

    @property
    def missed(self) -> int:
        """Stated fields without an answer, those of failed documents included."""
        return self.missing + self.errored_stated

    @property
    def precision(self) -> float | None:
        """Correct among the answered."""
        return ratio(self.correct, self.answered)

    @property
    def recall(self) -> float | None:
        """Correct among the stated."""
        return ratio(self.correct, self.stated)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two, from counts: 0 and not None for an extractor that never answers."""
        return ratio(2 * self.correct, self.answered + self.stated)

    @property
    def specificity(self) -> float | None:
        """Silence among the fields that the gold does not state, judgement calls aside."""
        return ratio(self.absent, self.absent + self.spurious)

    @property
    def bound_accuracy(self) -> float | None:
        """Right bounds among the correct."""
        return ratio(self.bounds_right, self.correct)

    @property
    def grounding(self) -> float | None:
        """Answers that point at a gold place among the correct."""
        return ratio(self.grounded, self.correct)

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """Each verdict with its count."""
        return {verdict: getattr(self, verdict) for verdict in VERDICTS}

    @property
    def row(self) -> tuple[int, int, int, int]:
        """(correct, wrong, missing, spurious) with failed documents among the missing: what statistics work on."""
        return self.correct, self.wrong, self.missed, self.spurious


@dataclass(frozen=True)
class Hits:
    """How many items of a list were found."""

    found: int = 0
    answers: int = 0
    gold: int = 0

    def __add__(self, other: Hits) -> Hits:
        return Hits(self.found + other.found, self.answers + other.answers, self.gold + other.gold)

    @property
    def precision(self) -> float | None:
        """Found among the answers."""
        return ratio(self.found, self.answers)

    @property
    def recall(self) -> float | None:
        """Found among the gold."""
        return ratio(self.found, self.gold)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two, from counts."""
        return ratio(2 * self.found, self.answers + self.gold)
