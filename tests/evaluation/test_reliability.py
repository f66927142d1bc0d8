"""Reliability: calibration error by hand, bins of equal mass, and what is covered at high precision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.reliability import BINS, JudgedAnswer, measure, reliability_of
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.scoring import score_dataset
from baogao.evaluation.submissions import read_submissions
from evaluation.run_fixtures import make_dataset, make_run, perfect_records

OUTCOMES = st.lists(st.builds(JudgedAnswer, st.floats(0, 1), st.booleans(), st.booleans()), max_size=60)


def outcomes(*groups: tuple[float, int, int]) -> list[JudgedAnswer]:
    """Groups of (confidence, answers, right ones)."""
    return [JudgedAnswer(confidence, number < right) for confidence, count, right in groups for number in range(count)]


def test_the_error_by_hand():
    """Ten bins of ten: half of them are 0.1 too sure, the others exactly as sure as right."""
    found = measure(outcomes((0.6, 50, 25), (0.9, 50, 45)), 100)
    assert [one.answers for one in found.bins] == [10] * BINS
    assert sum(one.right * one.answers for one in found.bins) == 70
    by_hand = sum(one.answers * abs(one.confidence - one.right) for one in found.bins) / 100
    assert found.ece == pytest.approx(by_hand)


def test_alike_bins():
    """Where every bin has the same mixture, the error is the plain distance between confidence and right answers."""
    mixed = [JudgedAnswer(0.8, number % 2 == 0) for number in range(100)]
    assert measure(mixed, 100).ece == pytest.approx(0.3)


def test_perfect_and_hopeless():
    """Sure and right is no error; sure and wrong is all of it; nothing said is n/a."""
    assert measure(outcomes((1.0, 20, 20)), 20).ece == 0
    assert measure(outcomes((1.0, 20, 0)), 20).ece == 1
    assert measure([], 20).ece is None
    assert measure([], 20).coverage == 0
    assert measure([], 0).coverage is None


@given(OUTCOMES)
def test_bins_hold_every_answer_once(found):
    """Their sizes differ by one at most, confidence rises, and the error is a share."""
    result = measure(found, 60)
    sizes = [one.answers for one in result.bins]
    assert sum(sizes) == len(found) == result.answers
    assert len(found) < BINS or max(sizes) - min(sizes) <= 1
    assert [one.confidence for one in result.bins] == sorted(one.confidence for one in result.bins)
    assert result.ece is None or 0 <= result.ece <= 1 + 1e-9


@given(OUTCOMES)
def test_the_threshold_keeps_its_promise(found):
    """From it on 98% are right; from no lower confidence are they."""
    threshold = measure(found, 60).threshold

    def precise(at: float) -> bool:
        kept = [one.right for one in found if one.confidence >= at]
        return sum(kept) >= 0.98 * len(kept)

    assert threshold is None or precise(threshold)
    assert not any(precise(one.confidence) for one in found if threshold is None or one.confidence < threshold)


def test_coverage_counts_stated_fields():
    """Answers to fields that the gold does not state cover nothing; unanswered fields are not covered."""
    sure = [JudgedAnswer(0.9, True), *[JudgedAnswer(0.95, True)] * 98, JudgedAnswer(0.97, False, stated=False)]
    result = measure([*sure, *outcomes((0.2, 20, 5))], 200)
    assert result.threshold == 0.9
    assert result.coverage == pytest.approx(99 / 200)


def test_answers_of_a_run(tmp_path, small):
    """Verdicts become outcomes: right, wrong and spurious answers count, silence and answers without confidence not."""
    folder = make_dataset(tmp_path, small)
    records = perfect_records(folder, small)
    first, second = records[0]["fields"], records[1]["fields"]
    first["buses"]["value"] = 1
    del first["drills"]
    del second["buses"]["confidence"]
    run = make_run(tmp_path / "run", folder, small, rules=records)
    dataset = load_datasets([folder], small)[0]
    found = reliability_of(score_dataset(dataset, read_submissions(run.records_path("rules")), small))
    stated = 8 * 5
    assert found.answers == stated - 2
    assert sum(one.answers * one.right for one in found.bins) == pytest.approx(stated - 3)
    part = run.summary().extractors["rules"].confidence
    assert part.answers == stated - 2
    assert part.ece == pytest.approx(found.ece, abs=1e-6)
