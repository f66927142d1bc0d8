"""Runs over time: the newest last, each beside the one before on the same gold, and on no other."""

import json
import shutil

import pytest

from baogao.errors import UsageError
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.history import find_runs, history
from baogao.evaluation.runs import Run
from evaluation.run_fixtures import make_dataset, make_run, perfect_records


def dated(run, made):
    """A run that was made at another time."""
    run.write(run.info().model_copy(update={"made": made}))
    return run


@pytest.fixture
def runs(tmp_path, small):
    """Three runs of one extractor on one gold, the worst in the middle of time and first by name."""
    folder = make_dataset(tmp_path, small)
    good, bad = perfect_records(folder, small), perfect_records(folder, small)
    for record in bad:
        del record["fields"]["buses"]
    place = tmp_path / "runs"
    dated(make_run(place / "a" / "worse", folder, small, rules=bad, llm=bad), "2026-02-01T00:00:00+00:00")
    dated(make_run(place / "b", folder, small, rules=good), "2026-01-01T00:00:00+00:00")
    dated(make_run(place / "c", folder, small, llm=good, rules=good), "2026-03-01T00:00:00+00:00")
    return place


def told(place):
    """Run, extractor, the run before and the difference in points."""
    return [
        (one.run.name, one.extractor, one.before and one.before.name, one.difference and round(100 * one.difference))
        for one in history(find_runs([place]))
    ]


def test_each_extractor_is_compared_with_its_run_before(runs):
    """By time and not by name; the first of an extractor is compared with nothing."""
    points = told(runs)[1][3]
    assert points < 0
    assert told(runs) == [
        ("b", "rules", None, None),
        ("worse", "rules", "b", points),
        ("worse", "llm", None, None),
        ("c", "llm", "worse", -points),
        ("c", "rules", "worse", -points),
    ]


def test_what_a_line_says(runs):
    """Data set with digest, the held-out part, and rates with their interval."""
    line = history(find_runs([runs]))[1]
    digest = Run(runs / "b").info().datasets[0].digest
    assert line.data == f"set, 8 reports, {digest.removeprefix('sha256:')[:12]}"
    assert (line.part, line.documents, line.precision, line.model) == ("test", 6, 1, "")
    assert 0 < line.recall < 1
    data = line.to_data()
    assert json.loads(json.dumps(data))["before"].endswith("b")
    assert data["gold"] == (digest,)


def test_other_gold_is_never_compared(runs, small, tmp_path):
    """One character of gold more, under the same name, is other gold: its run stands alone."""
    marked = tmp_path / "marked" / "town8.marked.txt"
    marked.write_bytes((tmp_path / "marked" / "town7.marked.txt").read_bytes())
    assert build_dataset([marked], tmp_path / "set" / "test", small) == []
    folder = tmp_path / "set"
    run = make_run(runs / "d", folder, small, rules=perfect_records(folder, small))
    dated(run, "2026-04-01T00:00:00+00:00")
    assert told(runs)[-1] == ("d", "rules", None, None)


def test_the_same_gold_under_another_name_is_compared(runs):
    """The digest says what gold it is, not the folder."""
    info = Run(runs / "b").info()
    renamed = [info.datasets[0].model_copy(update={"name": "other"})]
    Run(runs / "b").write(info.model_copy(update={"datasets": renamed}))
    assert told(runs)[1][2] == "b"


def test_runs_that_cannot_be_read_are_there(runs):
    """Broken, unscored, cut short: each is a line that says why, and the others are compared as before."""
    (runs / "broken").mkdir()
    (runs / "broken" / "run.json").write_text("{")
    shutil.copytree(runs / "b", runs / "unscored")
    (runs / "unscored" / "summary.json").unlink()
    shutil.copytree(runs / "b", runs / "cut")
    summary = Run(runs / "cut").read_json("summary.json")
    summary["extractors"] = {}
    Run(runs / "cut").write_text("summary.json", json.dumps(summary))
    shutil.copytree(runs / "b", runs / "shape")
    (runs / "shape" / "summary.json").write_text("[]")
    errors = {one.run.name: one.error for one in history(find_runs([runs])) if one.error}
    assert set(errors) == {"broken", "unscored", "cut", "shape"}
    assert "baogao eval score" in errors["unscored"]
    assert "does not have the extractor 'rules'" in errors["cut"]
    assert next(line for line in told(runs) if line[0] == "worse")[2] == "b"


def test_a_run_is_found_once(runs):
    """Whichever way it is named: itself, the folder above, both."""
    assert len(find_runs([runs, runs / "b", runs / "a" / "worse"])) == 3
    assert find_runs([runs / "b"]) == [runs / "b"]
    with pytest.raises(UsageError, match="there is no folder"):
        find_runs([runs / "none"])
