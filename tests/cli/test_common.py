"""What every command has: how much it says, its results as JSON, examples in its help."""

from __future__ import annotations

import json
import logging
import shlex
from pathlib import Path

import pytest
import typer.main

from baogao.cli.common import asked, complete, every_name, first_word, stderr, stdout
from baogao.cli.examples import EXAMPLES
from baogao.cli.main import imported
from cli.conftest import COMMUNIQUE, GOOD

DOCS = Path(__file__).parents[2] / "docs"
PROGRAM = typer.main.get_command(imported())
for one in PROGRAM.commands.values():
    complete(one, one.name)
NAMES = every_name(PROGRAM)
WITHOUT_RESULTS = {"model serve", "eval serve"}


def command(name: str):
    """The parser of one command."""
    found = PROGRAM
    for word in name.split():
        found = found.commands[word]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_the_options(name):
    """Verbosity, log and language on all of them; JSON on all that have results; each once."""
    flags = [flag for param in command(name).params for flag in param.opts]
    for flag in ("--verbose", "-v", "--quiet", "-q", "--log-file", "--lang"):
        assert flags.count(flag) == 1, flag
    assert flags.count("--json") == (name not in WITHOUT_RESULTS)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_examples_that_it_takes(name):
    """The parser of the command takes each of them as it stands; files need not be there."""
    lines = EXAMPLES.get(name)
    assert lines, f"give {name} an example in cli/examples.py"
    for line in lines:
        program, *words = shlex.split(line)
        if words[:1] == ["eval"] and words[1] not in PROGRAM.commands["eval"].commands:
            words.insert(1, "run")
        assert program == "baogao"
        assert words[: len(name.split())] == name.split()
        with command(name).make_context(name, words[len(name.split()) :]) as parsed:
            assert not parsed.args
    assert all(line in command(name).epilog for line in lines)


def test_no_example_is_of_a_command_that_is_not_there():
    """What was renamed takes its examples along."""
    assert set(EXAMPLES) <= set(NAMES)


def test_help_shows_examples_and_brackets(baogao):
    """Each example is a line of its own, and what stands in square brackets is no markup."""
    said = baogao("candidates", "--help").out
    assert "baogao candidates report.pdf" in [line.strip() for line in said.splitlines()]
    assert "baogao[ocr]" in said


@pytest.mark.parametrize("flags", [["--json"], ["--json", "--quiet"], ["-v", "--json"]])
def test_extract_as_json(extract, reports, flags):
    """One document on standard output and nothing else, whatever is said beside it; files that it names are there."""
    outcome = extract(reports, "--extractor", "rules", *flags)
    found = json.loads(outcome.out)
    assert outcome.code == 0
    assert (found["reports"], found["failed"], found["failures"]) == (1, 0, [])
    assert found["figures"] > 0
    assert Path(found["records"]).is_file()
    assert Path(found["page"]).is_file()
    assert (outcome.err == "") == ("--quiet" in flags)


def test_a_failed_report_is_told_with_its_reason(extract, reports):
    """Exit code 1, and why, though nothing is noted."""
    (reports / "bad.txt").write_bytes(b"")
    outcome = extract(reports, "--extractor", "rules", "--json", "-q")
    found = json.loads(outcome.out)
    assert (outcome.code, found["reports"], found["failed"]) == (1, 2, 1)
    assert found["failures"] == [{"reason": "it is empty: there is no text in it", "reports": 1, "examples": ["bad"]}]


def test_results_of_every_kind(extract, baogao, reports):
    """Keys that programs read, command by command; what is printed for people is not among it."""
    extract(reports)
    schema = ("--schema", COMMUNIQUE)
    marked = COMMUNIQUE.with_name("haituo-2022.marked.txt")

    def found(*arguments):
        outcome = baogao(*arguments, "--json")
        assert outcome.code == 0, outcome.err
        return json.loads(outcome.out)

    assert found("review", "out", *schema)["page"] == "out/index.html"
    assert found("export", "out", "--to", "t.csv", *schema)["files"][0] == {"file": "t.csv", "rows": 1}
    assert found("extract", reports, *schema, "--out", "no", "--dry-run", "--extractor", "rules")["requests"] == 0
    assert found("schema", "list")["schemas"][0].keys() == {"name", "title", "fields", "file"}
    assert found("schema", "check", COMMUNIQUE)["has_rules"] is True
    assert found("gold", "build", marked, "--out", "gold", *schema)["reports"] == 1
    assert found("gold", "check", "gold", *schema)["errors"] == 0
    run = found("eval", "gold", "--out", "run", *schema)
    assert [row["extractor"] for row in run["rows"]] == ["rules"]
    assert 0 < run["rows"][0]["f1"] <= 1
    assert run["gates"] == []
    assert found("eval", "report", "run")["verdict"] == run["verdict"]
    assert set(found("eval", "diff", "run", "run")["counts"].values()) == {0}
    assert found("cache", "stats")["replies"] == 0
    assert found("cache", "clear") == {"bytes_removed": 0}


def test_an_error_leaves_standard_output_empty(baogao):
    """What cannot be done has no document: one line on standard error, and exit code 2."""
    outcome = baogao("review", "nowhere", "--json", "--quiet")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: ")


@pytest.mark.parametrize("flags", [["-q"], ["--quiet"]])
def test_quiet_leaves_results_and_errors(extract, reports, flags):
    """No bar and no note; the table and where the files are is what was asked for."""
    outcome = extract(reports, *flags)
    assert outcome.err == ""
    assert "1 of 1 reports read" in outcome.out


def test_quiet_says_that_a_gate_does_not_hold(baogao, monkeypatch):
    """It is why the exit code is 1."""
    monkeypatch.setattr("baogao.evaluation.diff.check_floors", lambda summary, floors: ["F1 of rules is low"])
    marked = COMMUNIQUE.with_name("haituo-2022.marked.txt")
    baogao("gold", "build", marked, "--out", "gold", "--schema", COMMUNIQUE)
    outcome = baogao("eval", "-q", "gold", "--schema", COMMUNIQUE, "--out", "run")
    assert (outcome.code, outcome.err) == (1, "gate: F1 of rules is low\n")


def test_verbose_says_what_is_done(extract, baogao, reports):
    """Once: which file is read as what, and what came of it, without a word of it; twice: more; wherever it stands."""
    once = extract(reports, "-v").err
    assert f"info guarded.reader: {reports / 'good.txt'}: read as text: {len(GOOD)} characters" in once
    assert "info pipeline: good: " in once
    assert "地区生产总值" not in once
    given = ("extract", reports, "--schema", COMMUNIQUE, "--out", "again")
    assert "info pipeline: good: " in baogao("-v", *given).err
    assert "info" not in extract(reports).err


def test_more_and_less_contradict_each_other(baogao):
    """Both at once are refused, also where one stands before the command."""
    for words in (["schema", "list", "-v", "-q"], ["-q", "schema", "-v", "list"]):
        outcome = baogao(*words)
        assert (outcome.code, "contradict each other" in outcome.err) == (2, True)


def test_nothing_is_left_of_a_command(extract, baogao, reports):
    """The next one in the same process speaks as it is asked to, and logs nothing."""
    loggers = logging.getLogger("baogao"), logging.getLogger()
    before = [(one.level, list(one.handlers)) for one in loggers]
    extract(reports, "--json", "-q", "--log-file", "log.txt")
    baogao("schema", "check", "nowhere.py", "-vv", "--json")
    assert [(one.level, list(one.handlers)) for one in loggers] == before
    assert not stdout.quiet
    assert not stderr.quiet
    assert "law_based_government" in baogao("schema", "list").out
    assert not asked.json


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["-v", "score", "run"], "score"),
        (["-vq", "--log-file", "score", "diff"], "diff"),
        (["--log-file=x", "--lang", "zh", "gold"], "gold"),
        (["--out", "x", "gold"], "--out"),
        (["-q"], None),
    ],
)
def test_the_first_word_behind_common_options(arguments, word):
    """Values of options are no words; any other option is, because the command by default takes it."""
    assert first_word(arguments) == word


def test_common_options_before_a_command_of_eval(baogao):
    """``baogao eval -q report`` is no data set called so."""
    assert "score the run first" in baogao("eval", "-q", "report", "nowhere").err


def test_the_page_says_the_common_options_once():
    """docs/cli.md has each of them with its words, in a section of its own."""
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    for flag in ("--verbose", "--quiet", "--log-file", "--lang", "--json"):
        assert text.count(f"| `{flag}") == 1, flag
