"""Diff of two runs and the gates: what was fixed and broken, refused on other gold."""

import copy

import pytest

from baogao.errors import UsageError
from baogao.evaluation.diff import check_floors, check_not_worse, diff_runs, parse_floors
from baogao.evaluation.summary import ExtractorSummary, Summary
from evaluation.run_fixtures import NAMES, make_dataset, make_run, perfect_records, point_at


@pytest.fixture
def folder(tmp_path, small):
    """A data set of eight reports."""
    return make_dataset(tmp_path, small)


@pytest.fixture
def records(folder, small):
    """A perfect extractor's records."""
    return perfect_records(folder, small)


def test_every_kind_of_change(tmp_path, folder, small, records):
    """Fixed, broken, added, removed and changed are told apart; what stays as it was is not listed."""
    before, after = copy.deepcopy(records), copy.deepcopy(records)
    point_at(before[0], folder, "buses", "上年为90辆", 90)
    point_at(after[1], folder, "buses", "上年为91辆", 91)
    del before[2]["fields"]["buses"]
    point_at(after[2], folder, "buses", "上年为92辆", 92)
    point_at(before[3], folder, "buses", "上年为93辆", 93)
    del after[3]["fields"]["buses"]
    point_at(before[4], folder, "buses", "上年为94辆", 94)
    point_at(after[4], folder, "buses", "99万人次", 990000)
    for side in (before, after):
        point_at(side[5], folder, "buses", "上年为95辆", 95)
    a = make_run(tmp_path / "a", folder, small, rules=before)
    b = make_run(tmp_path / "b", folder, small, rules=after)
    found = diff_runs(a, b)
    assert [(one.change, one.after.doc_id) for one in found.changes] == [
        ("fixed", NAMES[0]),
        ("broken", NAMES[1]),
        ("added", NAMES[2]),
        ("removed", NAMES[3]),
        ("changed", NAMES[4]),
    ]


def test_a_run_does_not_differ_from_itself(tmp_path, folder, small, records):
    """Nothing changed, nothing listed."""
    run = make_run(tmp_path / "a", folder, small, rules=records, llm=records)
    assert diff_runs(run, run).changes == []


def test_extractors_of_one_run_only(tmp_path, folder, small, records):
    """Those in both are compared, the others are named; two single ones are compared under their own names."""
    both = make_run(tmp_path / "a", folder, small, rules=records, llm=records)
    one = make_run(tmp_path / "b", folder, small, rules=records)
    other = make_run(tmp_path / "c", folder, small, hybrid=records)
    assert (diff_runs(both, one).compared, diff_runs(both, one).only_a) == (["rules"], ["llm"])
    assert diff_runs(one, other).compared == ["rules → hybrid"]
    with pytest.raises(UsageError, match="share no extractor"):
        diff_runs(both, other)


def test_other_gold_is_refused(tmp_path, folder, small, records):
    """Two runs that were judged by different gold are not compared."""
    a = make_run(tmp_path / "a", folder, small, rules=records)
    next(folder.rglob(f"{NAMES[0]}.gold.json")).unlink()
    b = make_run(tmp_path / "b", folder, small, rules=records[1:])
    with pytest.raises(UsageError, match="different gold"):
        diff_runs(a, b)


def test_floors():
    """A floor is reached, missed, or cannot be judged; each miss is one sentence."""
    scores = {"rules": ExtractorSummary.model_construct(f1=0.8), "llm": ExtractorSummary.model_construct(f1=None)}
    summary = Summary.model_construct(extractors=scores)
    assert check_floors(summary, {"rules": 0.8}) == []
    assert check_floors(summary, {"rules": 0.81, "llm": 0.1}) == [
        "F1 of rules is 0.8000, below the 0.81 that is asked for",
        "F1 of llm cannot be computed: no figure is stated or answered; 0.1 is asked for",
    ]
    with pytest.raises(UsageError, match="not in this run"):
        check_floors(summary, {"hybrid": 0.5})


@pytest.mark.parametrize("text", ["hybrid", "hybrid=", "=0.5", "hybrid=85", "hybrid=nan", "hybrid=high"])
def test_a_floor_that_cannot_be_read(text):
    """A misspelt gate is an error, and never one that always holds."""
    with pytest.raises(UsageError, match="--min-f1"):
        parse_floors([text])


def test_not_worse(tmp_path, folder, small, records):
    """A lower F1 than the earlier run's fails the gate with counts; an equal one passes."""
    worse = copy.deepcopy(records)
    del worse[0]["fields"]["buses"]
    good = make_run(tmp_path / "a", folder, small, rules=records)
    bad = make_run(tmp_path / "b", folder, small, rules=worse)
    assert check_not_worse(good, good) == []
    assert check_not_worse(good, bad) == []
    assert [line.split(" (")[0].split(": ")[1] for line in check_not_worse(bad, good)] == ["0 fields fixed, 1 broken"]
