"""What a command logs: on the terminal and in a file, and never a key."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path

import pytest

from cli.conftest import COMMUNIQUE
from cli.model_of_tests import good_model
from llm.fake_server import Seen, Step, completion, fake_server

KEY = "sk-" + "9fK2" * 10
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR) [\w.]+: ")


def test_a_file_has_everything_with_times(extract, reports):
    """What is done at INFO, more of it at DEBUG; a second run is appended; the terminal shows nothing of it."""
    outcome = extract(reports, "--extractor", "rules", "--log-file", "log.txt")
    first = Path("log.txt").read_text(encoding="utf-8").splitlines()
    assert all(map(LINE.match, first))
    assert "INFO baogao.cli.log: baogao " in first[0]
    assert any(": good: 4 of 5 fields found" in line for line in first)
    assert "extract: ended with exit code 0 after " in first[-1]
    assert " DEBUG " in "\n".join(first)
    assert "fields found" not in outcome.err
    extract(reports, "--extractor", "rules", "--log-file", "log.txt")
    second = Path("log.txt").read_text(encoding="utf-8").splitlines()
    assert second[: len(first)] == first
    assert len(second) > len(first)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_only_its_owner_reads_it(baogao):
    """A log quotes reports."""
    baogao("schema", "list", "--log-file", "log.txt")
    assert stat.S_IMODE(Path("log.txt").stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("path", ["no/such/folder/log.txt", "."])
def test_a_file_that_cannot_be_written(baogao, path):
    """One line, before anything is begun."""
    outcome = baogao("schema", "list", "--log-file", path)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: the log {path} cannot be written: ")


def test_how_a_command_failed_is_logged(baogao):
    """With the place in the program, in the file alone."""
    outcome = baogao("review", "nowhere", "--log-file", "log.txt", "-v")
    said = Path("log.txt").read_text(encoding="utf-8")
    assert "it failed: cannot read nowhere" in said
    assert "Traceback" in said
    assert "failed (UsageError)" in said
    assert "Traceback" not in outcome.err
    assert "info cli.log: review: failed (UsageError)" in outcome.err


def test_requests_are_logged_and_keys_are_not(extract, baogao, reports, monkeypatch):
    """Where each went, what it took and how it ended; no word of the report at INFO, and the key nowhere at all, though
    the server repeats it."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def model(seen: Seen) -> Step:
        if "response_format" not in seen.body and "tools" not in seen.body:
            return completion(f"无 {KEY}")
        return good_model(seen)

    with fake_server(model) as server:
        given = ("--extractor", "llm", "--base-url", server.url, "--model", "small", "--log-file", "log.txt", "-v")
        outcome = extract(reports, *given)
        again = baogao("extract", reports, "--schema", COMMUNIQUE, "--out", "again", *given)
        url = server.url
    assert outcome.code == 0, outcome.err
    assert re.search(
        rf"info llm.sender: request to {url}, model small: \d+ prompt tokens, \d+ reply tokens", outcome.err
    )
    assert "answered from the cache of replies" in again.err
    shown = [line for line in (outcome.err + again.err).splitlines() if line.startswith("info ")]
    assert not any("地区生产总值" in line for line in shown)
    everything = Path("log.txt").read_text(encoding="utf-8") + outcome.err + again.err
    assert KEY not in everything
    assert KEY[:12] not in everything
    assert "***" in everything


def test_a_refusal_is_logged_with_its_status(extract, reports):
    """Of a request that fails the log says how."""
    with fake_server(lambda seen: Step(status=401, body=json.dumps({"error": {"message": "no"}}))) as server:
        given = ("--extractor", "llm", "--base-url", server.url, "--model", "small", "-v")
        outcome = extract(reports, *given)
    assert outcome.code == 2
    assert f"info llm.sender: request to {server.url}: 401 after " in outcome.err


def test_quiet_keeps_warnings_from_the_terminal_and_not_from_the_file(extract, reports, monkeypatch):
    """Errors are shown all the same."""
    monkeypatch.setenv("OPENAI_API_KEY", "short")
    with fake_server(good_model) as server:
        given = ("--extractor", "llm", "--base-url", server.url, "--model", "small", "-q", "--log-file", "log.txt")
        outcome = extract(reports, *given)
    assert outcome.err == ""
    assert "WARNING baogao.llm.guard: the key in OPENAI_API_KEY has fewer than" in Path("log.txt").read_text()
