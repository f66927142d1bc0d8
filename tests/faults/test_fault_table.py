"""Every fault through the real command line, compared with the table of docs/faults.md, so that it cannot drift."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from baogao.llm.cache import cache_stats
from baogao.record import Record
from cli.conftest import Outcome, rows
from cli.model_of_tests import good_model
from faults.conftest import COUNTIES
from faults.faults import FAULTS, about, always, faulty, first
from llm.fake_server import FakeServer, fake_server

DOC = Path(__file__).parents[2] / "docs" / "faults.md"
WHENS = ("every time", "one report", "once")
_ROW = re.compile(r"^\| `([^`]+)` \|(.+)\|$", re.MULTILINE)
_TOKENS_SAID = 400
HARMLESS = ("unknown ids", "usage of 4,300 digits", "logprob in words", "logprob of 1000")


class Row(NamedTuple):
    """One line of the table, as it is printed."""

    what: str
    words: str
    tokens: str
    cells: dict[str, str]


def table() -> dict[str, Row]:
    """The rows of the page by the name of their fault."""
    found = {}
    for name, rest in _ROW.findall(DOC.read_text(encoding="utf-8")):
        what, words, tokens, *cells = (cell.strip() for cell in rest.split("|"))
        found[name] = Row(what, words.strip("`"), tokens, dict(zip(WHENS, cells, strict=True)))
    return found


TABLE = table()


def records() -> list[Record]:
    """What the run wrote, if it wrote anything."""
    return rows() if Path("out/records.jsonl").exists() else []


def cell(outcome: Outcome, server: FakeServer) -> str:
    """What happened, in the words of the table."""
    failed = sum(record.status == "failed" for record in records())
    ending = "stops" if outcome.code == 2 else f"{failed} failed"
    return f"{ending} · {len(server.seen)} sent · exit {outcome.code}"


def tokens(name: str) -> str:
    """What a failed report's attempts were counted as, in the words of the table."""
    usage = next(record.usage for record in records() if record.status == "failed" or name in HARMLESS)
    if usage.prompt_tokens == 0:
        return "none"
    return "as said" if usage.prompt_tokens == _TOKENS_SAID * usage.requests else "estimated"


def scripted(name: str, when: str):
    """A server's script: good, but for one fault at its time."""
    chosen = {"every time": always, "one report": about(COUNTIES[1]), "once": first(1)}[when]
    return faulty(good_model, FAULTS[name], chosen)


def test_every_fault_is_in_the_table():
    """No fault is undocumented, and no row is without its fault."""
    assert list(TABLE) == list(FAULTS)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("name", FAULTS)
def test_fault(ask_about, monkeypatch, name, when):
    """Rows, requests, exit code, words and tokens are the table's; nothing bad is kept; nothing looks like a bug."""
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("BAOGAO_FIRST_WAIT", "0.02")
    # Where no reply is to come in time, little time is enough.
    patience = "120" if name != "stall" else "0.3" if when == "every time" else "1.5"
    monkeypatch.setenv("BAOGAO_TIMEOUT", patience)
    row = TABLE[name]
    models = ("other",) if name == "404 model" else ("small",)
    with fake_server(scripted(name, when), models) as server:
        outcome = ask_about(server, "--ask", "link", "--concurrency", "1")
    said = outcome.out + outcome.err
    assert "Traceback" not in said
    assert "inside baogao" not in said
    assert cell(outcome, server) == row.cells[when], said
    good = [record for record in records() if record.status == "ok"]
    assert cache_stats().replies == len(good)
    if outcome.code == 2:
        assert outcome.err.count("error:") == 1
        assert row.words in outcome.err
    for record in records():
        assert row.words in (record.error or row.words)
    if when == "every time" and outcome.code != 2:
        assert tokens(name) == row.tokens
