"""Counts and rates: what every other figure of an evaluation is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.tally import VERDICTS, Hits, Tally, ratio

COUNT = st.integers(0, 50)
TALLIES = st.builds(
    Tally, correct=COUNT, wrong=COUNT, missing=COUNT, spurious=COUNT, neutral=COUNT, absent=COUNT,
    errored=st.integers(50, 90), errored_stated=COUNT,
)  # fmt: skip


def test_nothing_to_divide_by():
    """A rate without a denominator is not 0 and not 1: it is not known."""
    empty = Tally()
    rates = (empty.precision, empty.recall, empty.f1, empty.specificity, empty.bound_accuracy, empty.grounding)
    assert rates == (None,) * 6
    assert (Hits().precision, Hits().recall, Hits().f1) == (None, None, None)
    assert ratio(0, 3) == 0


def test_rates_by_hand():
    """Six right, one wrong, two missing, one spurious, three rightly silent."""
    tally = Tally(correct=6, wrong=1, missing=2, spurious=1, absent=3, bounds_right=5, grounded=3)
    assert (tally.answered, tally.stated, tally.missed) == (8, 9, 2)
    assert (tally.precision, tally.recall) == (6 / 8, 6 / 9)
    assert tally.f1 == pytest.approx(12 / 17)
    assert (tally.specificity, tally.bound_accuracy, tally.grounding) == (3 / 4, 5 / 6, 3 / 6)


def test_an_extractor_that_never_answers():
    """It has no precision, and an F1 of 0 all the same: silence cannot win a comparison."""
    silent = Tally(missing=4)
    assert (silent.precision, silent.recall, silent.f1) == (None, 0, 0)


def test_a_failed_document_counts_in_recall_only():
    """Its stated fields are missed; those that the gold does not state count nowhere."""
    ok = Tally(correct=3)
    failed = Tally.of("errored", True) + Tally.of("errored", False)
    both = ok + failed
    assert (both.precision, both.recall) == (1, 3 / 4)
    assert both.verdicts["errored"] == 2
    assert both.row == (3, 0, 1, 0)


def test_what_is_left_open_counts_nowhere():
    """A judgement call changes no rate, whatever was answered."""
    tally = Tally(correct=2, wrong=1, missing=1, spurious=1, absent=1)
    open_too = tally + Tally.of("neutral", False)
    assert (open_too.precision, open_too.recall, open_too.specificity) == (
        tally.precision,
        tally.recall,
        tally.specificity,
    )


@given(TALLIES)
def test_f1_is_the_harmonic_mean(tally):
    """It lies between precision and recall, and is their harmonic mean where both are known and not 0."""
    if tally.precision and tally.recall:
        mean = 2 * tally.precision * tally.recall / (tally.precision + tally.recall)
        assert tally.f1 == pytest.approx(mean)
        assert min(tally.precision, tally.recall) - 1e-9 <= tally.f1 <= max(tally.precision, tally.recall) + 1e-9


@given(TALLIES, TALLIES, TALLIES)
def test_counts_add_up_in_any_order(one, two, three):
    """Documents may be counted in any order; adding nothing changes nothing; no verdict is lost."""
    assert (one + two) + three == three + (two + one)
    assert one + Tally() == one
    whole = one + two
    assert whole.verdicts == {name: one.verdicts[name] + two.verdicts[name] for name in VERDICTS}
    assert whole.row == tuple(a + b for a, b in zip(one.row, two.row, strict=True))


@given(st.sampled_from(VERDICTS), st.booleans(), st.booleans(), st.booleans())
def test_one_verdict_is_one_count(verdict, stated, bound_ok, grounded):
    """Whatever is said of a field, it counts once among the verdicts."""
    tally = Tally.of(verdict, stated, bound_ok, grounded)
    assert sum(tally.verdicts.values()) == tally.verdicts[verdict] == 1
    assert (tally.bounds_right, tally.grounded) == (bound_ok, grounded)
    assert tally.errored_stated == (verdict == "errored" and stated)


@given(COUNT, COUNT, COUNT)
def test_hits_are_counted_like_figures(found, surplus, unfound):
    """A list's rates are those of so many right, spurious and missing figures."""
    hits = Hits(found, found + surplus, found + unfound)
    tally = Tally(correct=found, spurious=surplus, missing=unfound)
    assert (hits.precision, hits.recall, hits.f1) == (tally.precision, tally.recall, tally.f1)
    assert hits + hits == Hits(2 * found, 2 * (found + surplus), 2 * (found + unfound))
