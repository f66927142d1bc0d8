"""``baogao schema`` and ``baogao candidates`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from authoring.conftest import REPORT
from baogao.cli.main import app
from baogao.errors import RulesError, SchemaError
from cli.conftest import COMMUNIQUE, GOOD

RUNNER = CliRunner()
EVERY_KIND = Path(__file__).parents[1] / "fixtures" / "every_kind.py"


def run(*arguments: str) -> str:
    """What a command prints; its errors are raised."""
    return RUNNER.invoke(app, ["schema", *arguments], catch_exceptions=False).stdout


def test_show():
    """A table by default, JSON Schema when asked."""
    assert "case_files_reviewed" in run("show")
    assert json.loads(run("show", "--json"))["title"] == "law_based_government"


def test_new_then_check(tmp_path):
    """What new writes, check accepts, the rules too."""
    path = tmp_path / "water.py"
    said = run("new", str(path))
    assert str(path) in said
    assert "water.rules.yaml" in said
    said = run("check", str(path))
    assert "water: 1 metadata fields, 6 figures in 1 groups, " in said
    assert "water.rules.yaml: rules for 6 of 6 figures" in said


def test_check_reads_the_rules_too(tmp_path):
    """Rules that do not fit their schema are an error of the check."""
    path = tmp_path / "water.py"
    run("new", str(path))
    rules = tmp_path / "water.rules.yaml"
    rules.write_text("fields:\n  wells_dug: {units: [口], topic: any, match: [凿井]}\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"water\.rules\.yaml, line 2: .*wells_dug"):
        run("check", str(path))


def test_check_counts_every_kind():
    """Words and lists of rows, where there are any."""
    counts = (
        "1 metadata fields, 4 figures in 1 groups, 2 choices, 1 dates, 1 quotes, 1 lists, 1 lists of rows, 0 relations"
    )
    assert f"water_report: {counts}\n" in run("check", str(EVERY_KIND))


def test_check_says_what_is_doubtful(tmp_path):
    """One line a doubt, and the schema is accepted; that of the flagship has none."""
    path = tmp_path / "every_kind.py"
    path.write_text(EVERY_KIND.read_text(encoding="utf-8").replace("万立方米", "万升"), encoding="utf-8")
    said = run("check", str(path)).splitlines()
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "    water:" in text)
    doubt = "the unit '升' is read where it is printed just so, and never converted"
    assert said[2:] == [f"note: every_kind.py, line {line}: water: {doubt}"]
    assert "note:" not in run("check", "law_based_government")


def test_errors_are_left_to_main(tmp_path):
    """A schema that does not load raises what the main program prints."""
    with pytest.raises(SchemaError, match="no schema file"):
        run("check", str(tmp_path / "none.py"))


def test_candidates(baogao, reports):
    """One object a line, with the keys that other programs read; the table shows the same."""
    outcome = baogao("candidates", reports / "good.txt", "--json")
    found = [json.loads(line) for line in outcome.out.splitlines()]
    gdp = next(one for one in found if one["text"] == "86.4亿元")
    assert {"id", "kind", "start", "end", "text", "value", "bound", "unit", "cues"} <= gdp.keys()
    assert (gdp["value"], gdp["unit"]) == (8_640_000_000, "元")
    assert GOOD[gdp["start"] : gdp["end"]] == "86.4亿元"
    assert "86.4亿元" in baogao("candidates", reports / "good.txt").out


def test_candidates_as_json_obey_nothing(baogao, reports):
    """Directions of writing, separators and tags are escapes of JSON, and read back as they stand in the report."""
    odd = "\u202e\u2028\u200b\U000e0041"
    (reports / "odd.txt").write_text(f"全年办理案件1{odd}2件，其中{odd}立案3件。\n{GOOD}", encoding="utf-8")
    outcome = baogao("candidates", reports / "odd.txt", "--json")
    assert outcome.code == 0
    assert not set(outcome.out) & set(odd)


def test_why(baogao, reports):
    """Each candidate's context, topics and fields, for a terminal and as JSON; a field that does not exist is named."""
    options = ("candidates", reports / "good.txt", "--schema", COMMUNIQUE)
    outcome = baogao(*options, "--why")
    assert outcome.code == 0, outcome.err
    assert "answers  gdp\n    context  初步核算，全年地区生产总值№，" in outcome.out
    assert "gdp_growth" in outcome.out
    first = json.loads(baogao(*options, "--field", "gdp", "--json").out.splitlines()[0])
    assert (first["text"], first["answers"]) == ("86.4亿元", ["gdp"])
    assert {one["field"] for one in first["rules"]} == {"gdp"}
    baogao("schema", "new", "permits.py")
    (reports / "r.txt").write_text(REPORT, encoding="utf-8")
    said = baogao("candidates", reports / "r.txt", "--schema", "permits.py", "--field", "online").out
    assert said == "online  是 by 全程网办  [132-144] 所有事项已经实现全程网办\n"
    outcome = baogao(*options, "--field", "wells")
    assert outcome.code == 2
    assert "the schema communique has no field 'wells'" in outcome.err
