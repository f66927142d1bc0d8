"""Diff of two runs and the gates: what was fixed and broken, refused on other gold."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.evaluation.diff import change_of, check_floors, check_not_worse, diff_runs, parse_floors
from baogao.evaluation.rows import ScoreRow
from baogao.evaluation.summary import ExtractorSummary, Summary
from baogao.schema.values import Answer
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
    assert (diff_runs(both, one).only_a, diff_runs(both, one).only_b) == (["llm"], [])
    assert (diff_runs(one, other).only_a, diff_runs(one, other).only_b) == ([], [])
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
    summary = scored(rules=0.8, llm=None)
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


def scored(**f1: float | None) -> Summary:
    """A summary, as far as a gate looks at it."""
    return Summary.model_construct(
        extractors={name: ExtractorSummary.model_construct(f1=one) for name, one in f1.items()}
    )


def test_floors_that_are_read():
    """A floor may be any share; the last one that is given for an extractor counts."""
    assert parse_floors(["hybrid=0.85", "rules=0", "llm=1", "rules=.5"]) == {"hybrid": 0.85, "rules": 0.5, "llm": 1.0}
    assert parse_floors([]) == {}


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_floor_holds_or_fails(f1, floor):
    """It fails exactly where F1 is below it, and what is printed then is lower, too."""
    failures = check_floors(scored(rules=f1), {"rules": floor})
    assert bool(failures) == (f1 < floor)
    assert all(failure.startswith(f"F1 of rules is {f1:.4f}, below the {floor}") for failure in failures)


def test_the_extractors_of_a_run_are_said(tmp_path):
    """A gate for an extractor that is not there names those that are, in the order of the run."""
    with pytest.raises(UsageError, match=r"--min-f1 names hybrid, which is not in this run \(rules, llm\)"):
        check_floors(scored(rules=1, llm=0), {"hybrid": 0.5})


def test_not_worse_where_nothing_can_be_computed(tmp_path, folder, small, records):
    """An F1 that was there and cannot be computed any more is worse; other extractors are not looked at."""
    good = make_run(tmp_path / "a", folder, small, rules=records, llm=records)
    bad = make_run(tmp_path / "b", folder, small, rules=records, hybrid=records)
    summary = bad.summary()
    summary.extractors["rules"].f1 = None
    bad.write(summary)
    (failure,) = check_not_worse(bad, good)
    assert failure.startswith(f"F1 of rules cannot be computed, 1.0000 in {good.path}: 0 fields fixed, 0 broken")
    assert check_not_worse(good, bad) == []


ANSWERS = st.none() | st.builds(
    Answer, status=st.just("reported"), value=st.sampled_from([1, 2]), confidence=st.sampled_from([0.1, 0.9])
)
GOLD = {"status": "reported", "value": 1, "bound": "exact", "evidence": [[[0, 1]]]}


@st.composite
def rows(draw) -> ScoreRow:
    """One verdict on a figure whose gold is 1."""
    answer = draw(ANSWERS)
    verdict = "missing" if answer is None else "correct" if answer.value == 1 else "wrong"
    row = {"extractor": "e", "dataset": "d", "doc_id": "x", "field": "f", "verdict": verdict, "gold": GOLD}
    return ScoreRow.model_validate(row | {"answer": answer})


@given(rows(), rows())
def test_a_change_seen_from_the_other_side(before, after):
    """What one order calls fixed the other calls broken, added removed; nothing is a change of confidence alone."""
    other_way = {"fixed": "broken", "broken": "fixed", "added": "removed", "removed": "added", "changed": "changed"}
    change = change_of(before, after)
    assert change_of(after, before) == (other_way[change] if change else None)
    assert change_of(before, before) is None
    same = (before.answer and before.answer.value) == (after.answer and after.answer.value)
    assert (change is None) == same


def test_a_report_that_is_in_one_run_only(tmp_path, folder, small, records):
    """A report without a record is compared as one that failed, and all of its stated fields are broken."""
    a = make_run(tmp_path / "a", folder, small, rules=records)
    b = make_run(tmp_path / "b", folder, small, rules=records[1:])
    found = diff_runs(a, b)
    assert {(one.change, one.after.doc_id, one.after.verdict) for one in found.changes} == {
        ("broken", NAMES[0], "errored")
    }
    assert len(found.of("broken")) == 5
    assert found.of("fixed") == []


def test_changes_stand_by_extractor(tmp_path, folder, small, records):
    """Extractors come in the order of the first run, each with its own rows only."""
    less = copy.deepcopy(records)
    del less[3]["fields"]["drills"]
    a = make_run(tmp_path / "a", folder, small, llm=records, rules=records)
    b = make_run(tmp_path / "b", folder, small, rules=less, llm=less, hybrid=less)
    found = diff_runs(a, b)
    assert [(one.extractor, one.after.extractor, one.before.field) for one in found.changes] == [
        ("llm", "llm", "drills"),
        ("rules", "rules", "drills"),
    ]
    assert (found.only_a, found.only_b) == ([], ["hybrid"])


def test_a_run_that_was_not_scored(tmp_path, folder, small, records):
    """It is said which one, and what to do."""
    a = make_run(tmp_path / "a", folder, small, rules=records)
    b = make_run(tmp_path / "b", folder, small, rules=records)
    b.scores_path.unlink()
    with pytest.raises(UsageError, match=r"there is no .*b.scores\.jsonl: score the run first"):
        diff_runs(a, b)


def test_a_gate_with_nothing_in_common_is_an_error(tmp_path, folder, small, records):
    """Runs of other extractors can be put side by side, but none of them is then as good as it was."""
    ours = make_run(tmp_path / "ours", folder, small, rules=records)
    theirs = make_run(tmp_path / "theirs", folder, small, hybrid=records)
    with pytest.raises(UsageError, match=r"ours \(rules\) and .*theirs \(hybrid\) share no extractor"):
        check_not_worse(ours, theirs)
    assert diff_runs(theirs, ours).changes == []
