"""Reliability: calibration error by hand, bins of equal mass, and what is covered at high precision."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from baogao.evaluation.reliability import BINS, JudgedAnswer, Reliability, measure, reliability_of
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


@given(OUTCOMES)
def test_reliability_survives_the_file(found):
    """Bins are arrays in summary.json, the rest has the names that the documentation gives; all of it comes back."""
    result = measure(found, 60)
    data = json.loads(result.model_dump_json(by_alias=True))
    assert list(data) == ["answers", "bins", "ece", "coverage_at_98", "threshold_at_98"]
    assert all(len(one) == 3 for one in data["bins"])
    assert Reliability.model_validate(data) == result


@given(OUTCOMES, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter_between_confidences(found, chance):
    """Answers may come in any order: coverage and threshold are the same, and so is the error where none are equal."""
    shuffled = list(found)
    chance.shuffle(shuffled)
    one, other = measure(found, 60), measure(shuffled, 60)
    assert (one.coverage, one.threshold, one.answers) == (other.coverage, other.threshold, other.answers)
    if len({answer.confidence for answer in found}) == len(found):
        assert one.ece == pytest.approx(other.ece) if one.ece is not None else other.ece is None


@given(OUTCOMES)
def test_coverage_is_a_share_of_what_is_stated(found):
    """It is 0 where no threshold keeps the promise, and never above the share of stated fields with an answer."""
    stated = sum(one.stated for one in found) + 5
    result = measure(found, stated)
    assert 0 <= result.coverage <= sum(one.stated for one in found) / stated
    assert result.threshold is not None or result.coverage == 0


def test_answers_of_one_confidence_come_together():
    """A threshold cannot tell the right ones from the wrong ones among them, whichever comes first."""
    for answers in (outcomes((0.9, 2, 1)), outcomes((0.9, 2, 1))[::-1]):
        assert measure(answers, 2).threshold is None
    assert measure([*outcomes((0.9, 2, 1)), JudgedAnswer(0.95, True)], 3).threshold == 0.95


def test_a_misspelt_key_is_refused():
    """A summary of another program is not taken for one without calibration error."""
    with pytest.raises(ValidationError, match="coverage_at_89"):
        Reliability.model_validate(
            {"answers": 0, "bins": [], "ece": None, "coverage_at_89": 1, "threshold_at_98": None}
        )
