"""What faults do to a run of many reports: what lasts is met a few times, what passes costs no report."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from pathlib import Path

import pytest

from baogao import pipeline
from baogao.llm.profiles import memory_file
from baogao.resources import cache_dir
from cli.conftest import GOOD, rows
from cli.model_of_tests import good_model
from faults.conftest import COUNTIES
from faults.faults import DRIP, FAULTS, about, always, every, faulty, first
from llm.fake_server import Seen, Step, completion, failure, fake_server

MANY = 30
LINK = ("--ask", "link")
KEY = "sk-do-not-print-me"


@pytest.fixture
def many(three: Path) -> Path:
    """A folder with thirty reports."""
    for report in three.iterdir():
        report.unlink()
    for number in range(MANY):
        (three / f"r{number:02}.txt").write_text(GOOD.replace("南屏县", f"第{number}县"), encoding="utf-8")
    return three


@pytest.fixture(autouse=True)
def _two_attempts(monkeypatch):
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "2")


def after(count: int):
    """At every question but the first ``count``."""
    early = first(count)
    return lambda seen: always(seen) and not early(seen)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("way", ["link", "form"])
def test_a_wrong_key_is_one_message(ask_about, way):
    """However many reports wait, no more requests go out than are under way at once, and one line says why."""
    with fake_server(faulty(good_model, FAULTS["401"], always)) as server:
        outcome = ask_about(server, "--ask", way, "--concurrency", "4")
    assert outcome.code == 2
    assert 1 <= len(server.seen) <= 4
    assert (outcome.out + outcome.err).count("refuses access") == 1
    assert not Path("out/records.jsonl").exists()


@pytest.mark.usefixtures("many")
def test_a_key_that_is_withdrawn(ask_about):
    """After a few refusals in a row the run ends; what was finished is kept, and a new key goes on from there."""
    with fake_server(faulty(good_model, FAULTS["401"], after(10))) as server:
        outcome = ask_about(server, *LINK, "--concurrency", "1")
        assert outcome.code == 2
        assert len(server.seen) == 10 + pipeline.MOST_REFUSED_IN_A_ROW
        assert outcome.err.count("error:") == 1
        assert "5 reports in a row" in outcome.err
    with fake_server(good_model) as server:
        assert ask_about(server, *LINK).code == 0
        assert len(server.seen) == MANY - 10
    assert [row.status for row in rows()] == ["ok"] * MANY


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", ["500", "reset", "truncated JSON", "429 long Retry-After"])
def test_a_server_that_only_fails(ask_about, name):
    """One that never answered is given five reports."""
    with fake_server(faulty(good_model, FAULTS[name], always)) as server:
        outcome = ask_about(server, *LINK, "--concurrency", "1")
    assert outcome.code == 2
    assert "5 reports in a row" in outcome.err
    assert len(server.seen) <= 2 * pipeline.MOST_REFUSED_IN_A_ROW


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(("patience", "code"), [(0.0, 2), (60.0, 1)])
def test_a_server_that_fails_later(ask_about, monkeypatch, patience, code):
    """One that has answered may come back: the run ends only after some time of silence."""
    monkeypatch.setattr(pipeline, "SILENT_SECONDS", patience)
    monkeypatch.setenv("BAOGAO_SHARED_CACHE", "one server at two ports")
    with fake_server(faulty(good_model, FAULTS["503"], after(10))) as server:
        assert ask_about(server, *LINK, "--concurrency", "1").code == code
    with fake_server(good_model) as server:
        assert ask_about(server, *LINK).code == 0
        assert len(server.seen) == MANY - 10
    assert [row.status for row in rows()] == ["ok"] * MANY


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", ["503", "reset", "truncated JSON"])
def test_what_passes_costs_no_report(ask_about, name):
    """With every third request failing, every report comes out, and the attempts are counted."""
    with fake_server(faulty(good_model, FAULTS[name], every(3))) as server:
        assert ask_about(server, *LINK, "--concurrency", "1").code == 0
    usage = [row.usage for row in rows()]
    assert sum(use.requests for use in usage) == len(server.seen) > MANY
    assert sum(use.retries for use in usage) == len(server.seen) - MANY


def test_only_what_failed_is_done_again(ask_about, monkeypatch):
    """The same command asks about the report whose failure may pass, and about no other."""
    monkeypatch.setenv("BAOGAO_SHARED_CACHE", "one server at two ports")
    with fake_server(faulty(good_model, FAULTS["503"], about(COUNTIES[1]))) as server:
        assert ask_about(server, *LINK).code == 1
    with fake_server(good_model) as server:
        assert ask_about(server, *LINK).code == 0
        assert len(server.seen) == 1
    assert [row.status for row in rows()] == ["ok"] * 3


@pytest.mark.parametrize("name", ["reset", "truncated JSON", "empty reply", "length"])
def test_attempts_that_fail_are_held_to_the_budget(ask_about, monkeypatch, name):
    """What may have been paid counts, so that a server that takes questions and gives nothing cannot go on for ever."""
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "1000")
    with fake_server(faulty(good_model, FAULTS[name], always)) as server:
        assert ask_about(server, *LINK, "--budget-tokens", "1500", "--concurrency", "1").code in (1, 2)
    assert len(server.seen) < 30
    assert any("the budget of 1500 tokens" in (row.error or "") for row in rows())


def test_retries_end_with_their_time(ask_about, monkeypatch):
    """However many attempts are allowed, none begins after the time for one question."""
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "1000000")
    monkeypatch.setenv("BAOGAO_RETRY_SECONDS", "0.2")
    with fake_server(faulty(good_model, FAULTS["503"], about(COUNTIES[1]))) as server:
        started = time.monotonic()
        assert ask_about(server, *LINK).code == 1
    assert time.monotonic() - started < 60
    assert "says 503" in rows()[1].error


def test_a_reply_that_drips(ask_about, monkeypatch):
    """The time limit is for the whole reply: a byte now and then does not hold a run up."""
    monkeypatch.setenv("BAOGAO_TIMEOUT", "0.5")
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "1")
    with fake_server(faulty(good_model, DRIP, always)) as server:
        assert ask_about(server, *LINK, "--concurrency", "3").code == 1
    assert {"gave no reply within 0.5 seconds" in row.error for row in rows()} == {True}


ENDING = ("401", "404 model", "429 quota", "HTML page")
FAILING = (
    "400 context",
    "500",
    "reset",
    "truncated JSON",
    "10 MB",
    "invalid UTF-8",
    "refusal",
    "empty reply",
    "repetition",
)


@pytest.mark.parametrize(("extractor", "way"), [("llm", "form"), ("hybrid", "link")])
@pytest.mark.parametrize("name", ENDING + FAILING)
def test_form_and_hybrid(ask_about, name, extractor, way):
    """A fault ends a run, or fails the reports, whatever the way of asking; rules alone never stand in for a model."""
    models = ("other",) if name == "404 model" else ("small",)
    with fake_server(faulty(good_model, FAULTS[name], always), models) as server:
        outcome = ask_about(server, "--ask", way, "--extractor", extractor)
    said = outcome.out + outcome.err
    assert "Traceback" not in said
    assert "inside baogao" not in said
    assert outcome.code == (2 if name in ENDING else 1), said
    assert name in ENDING or [row.status for row in rows()] == ["failed"] * 3


@pytest.mark.parametrize("name", ["401", "404 model", "HTML page", "500", "503", "truncated JSON", "stall"])
def test_faults_while_abilities_are_tried(extract, three, monkeypatch, name):
    """A server that answers nothing ends the run before it begins, and nothing is remembered of it."""
    monkeypatch.setenv("BAOGAO_TIMEOUT", "0.3" if name == "stall" else "60")
    with fake_server(FAULTS[name], ("other",) if name == "404 model" else ("small",)) as server:
        outcome = extract(three, "--extractor", "llm", "--base-url", server.url, "--model", "small")
    assert outcome.code == 2, outcome.err
    assert outcome.err.count("error:") == 1
    assert not memory_file().exists()
    assert not Path("out/records.jsonl").exists()


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
def test_a_key_that_the_server_repeats(ask_about, monkeypatch, status):
    """No error of a server brings the key into a record, onto the terminal or into a file."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def tell(seen: Seen) -> Step:
        return failure(status, f"you sent {seen.headers['authorization']}")

    with fake_server(tell) as server:
        outcome = ask_about(server, *LINK)
    assert KEY not in outcome.out + outcome.err
    assert all(KEY.encode() not in file.read_bytes() for file in Path().rglob("*") if file.is_file())


@pytest.mark.parametrize("body", ["{key}", "<html>{key}</html>", '{{"choices": "{key}"}}'])
def test_a_key_in_what_cannot_be_read(ask_about, monkeypatch, body):
    """The beginning of an unreadable answer is shown without the key."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with fake_server(lambda _: Step(body.format(key=KEY))) as server:
        outcome = ask_about(server, *LINK)
    assert "***" in outcome.out + outcome.err
    assert KEY not in outcome.out + outcome.err + "".join(row.error or "" for row in _rows())


def test_what_a_server_says_does_nothing_to_a_terminal(ask_about):
    """Escape codes and characters that turn the direction of writing are left out."""
    hostile = "\x1b]0;owned\x07\x1b[31mred \u202eturned\u202c [bold]loud[/bold]"
    with fake_server(lambda _: failure(400, hostile)) as server:
        outcome = ask_about(server, *LINK)
    assert outcome.code == 1
    said = outcome.out + outcome.err + json.dumps([row.error for row in _rows()], ensure_ascii=False)
    assert not {"\x1b", "\x07", "\u202e", "\u202c"} & set(said)
    assert "[bold]loud[/bold]" in rows()[0].error


def test_usage_that_is_no_number(ask_about):
    """Counts that are no counts are taken by estimate, and break nothing."""

    def script(seen: Seen) -> Step:
        step = good_model(seen)
        step.body["usage"] = {"prompt_tokens": "many", "completion_tokens": -5}
        return step

    with fake_server(script) as server:
        assert ask_about(server, *LINK).code == 0
    assert all(row.usage.prompt_tokens > 0 and row.usage.completion_tokens == 0 for row in rows())


def test_a_cut_form_is_read_and_not_kept(ask_about):
    """Half a form is half an answer; the next run asks for the whole."""

    def cut(seen: Seen) -> Step:
        return completion("地区生产总值：86.4亿元\n常住", finish_reason="length")

    with fake_server(cut) as server:
        assert ask_about(server, "--ask", "form").code == 0
        asked = len(server.seen)
        assert ask_about(server, "--ask", "form", "--concurrency", "2").code == 0
    assert asked > 0
    assert rows()[0].fields["gdp"].text == "86.4亿元"


def _rows():
    return rows() if Path("out/records.jsonl").exists() else []


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_server_that_is_started_anew(ask_about, monkeypatch, caplog, concurrency):
    """A server that is away for forty times the first wait, as for 40 seconds at defaults, costs no report."""
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "4")
    monkeypatch.setenv("BAOGAO_FIRST_WAIT", "0.02")
    eleventh = iter(range(MANY * 9))

    def script(seen: Seen) -> Step:
        return Step(away=0.8) if always(seen) and next(eleventh) == 10 else good_model(seen)

    with fake_server(script) as server:
        outcome = ask_about(server, *LINK, "--concurrency", concurrency)
    assert outcome.code == 0, outcome.err
    assert [row.status for row in rows()] == ["ok"] * MANY
    # What was under way is answered still, and the server found away once more.
    assert 1 <= caplog.text.count("it is waited for") <= concurrency


def test_a_server_that_was_never_there(ask_about, three):
    """It is said at once, and nothing is waited for."""
    with fake_server(good_model) as server:
        pass
    started = time.monotonic()
    outcome = ask_about(server, *LINK)
    assert outcome.code == 2
    assert "no model server answers at" in outcome.err
    assert time.monotonic() - started < 20


def test_a_damaged_cache_between_two_runs(ask_about, caplog):
    """Entries of another shape are asked for again; the run says so in a line, and nothing looks like a bug."""
    with fake_server(good_model) as server:
        assert ask_about(server, *LINK).code == 0
        with sqlite3.connect(cache_dir() / "replies" / "cache.db") as database:
            database.execute("UPDATE Cache SET value = ?", (zlib.compress(b'"a bare text"'),))
        outcome = ask_about(server, *LINK)
        assert len(server.seen) == 6
    assert outcome.code == 0
    assert [row.status for row in rows()] == ["ok"] * 3
    assert caplog.text.count("is damaged") == 1
    assert "inside baogao" not in outcome.out + outcome.err
