"""Runs over many reports: what they print, how they go on after a crash, who may write to a folder."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from baogao.cli.progress import RunProgress, Totals, duration, pace
from baogao.outputs.journal import Journal
from baogao.record import Provenance, Record
from baogao.usage import Usage
from cli.conftest import GOOD, rows

MADE_BY = Provenance(baogao="0", extractor="llm", schema_digest="sha256:0")


def record(number: int, error: str | None = None, **usage: float) -> Record:
    """A record without answers."""
    return Record(
        doc_id=f"r{number}",
        source=f"r{number}.txt",
        sha256="",
        schema_name="s",
        status="failed" if error else "ok",
        error=error,
        usage=Usage(**usage),
        made_by=MADE_BY,
    )


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0:00:00"), (75, "0:01:15"), (7509, "2:05:09")])
def test_duration(seconds, words):
    """Hours, minutes, seconds."""
    assert duration(seconds) == words


def test_pace():
    """Rate, tokens, cost where prices are known, and the time that is left at this rate."""
    usage = Usage(prompt_tokens=1200, completion_tokens=34, cost=0.5)
    assert pace(20, 100, 10.0, usage) == "2.0/s · 1,234 tokens · cost 0.50 · 0:00:50 left"
    assert pace(1, 3, 120.0, Usage()) == "0.5/min · 0:06:00 left"
    assert pace(0, 3, 120.0, Usage()) == "0.0/min"
    assert "left" not in pace(3, 0, 1.0, Usage())


def test_failures_do_not_flood_the_terminal():
    """The first failures are printed; then one line says that there are more."""
    said = io.StringIO()
    with RunProgress(Console(file=said, width=200), "llm", 100) as progress:
        for number in range(100):
            progress.add(record(number, "no"))
    lines = said.getvalue().splitlines()
    assert sum(line.startswith("failed r") for line in lines) == 20
    assert sum("more fail" in line for line in lines) == 1


def test_reasons_are_grouped():
    """Errors that differ in numbers are one reason; the most frequent comes first, with a few examples."""
    totals = Totals()
    for number in range(50):
        totals.add(record(number, f"the budget does not reach: {number} spent" if number % 2 else None, requests=2))
    totals.add(record(50, "it is [empty]"))
    assert totals.table([f"r{number}" for number in range(51)]) is None
    assert totals.line() == (
        "25 of 51 reports read · 0 figures, each tied to its characters · 100 requests, 0 from the cache, 0 tokens"
    )
    budget, empty = totals.reasons()
    assert budget == "[red]25 failed:[/] the budget does not reach: 1 spent (r1, r3, r5, …)"
    assert empty == r"[red]1 failed:[/] it is \[empty] (r50)"


def test_too_many_reasons():
    """Where every report fails of something else, the summary stays short."""
    totals = Totals()
    for number in range(30):
        totals.add(record(number, "x" * (number + 1)))
    assert len(totals.reasons()) == 21
    assert totals.reasons()[-1] == "[red]10 failed[/] for 10 other reasons"


@pytest.fixture
def crashed(extract, reports, monkeypatch) -> None:
    """A run over three reports that dies while it writes the second one to its journal."""
    for name in ("later", "last"):
        (reports / f"{name}.txt").write_text(GOOD, encoding="utf-8")
    append = Journal.append

    def dies(self, entry):
        place = append(self, entry)
        if entry["doc_id"] == "last":
            raise SystemExit(9)
        return place

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", dies)
        patch.setattr("baogao.outputs.run_folder.RunFolder._write_results", lambda self: None)
        assert extract(reports).code == 9
    assert not Path("out/records.jsonl").exists()


@pytest.mark.usefixtures("crashed")
def test_the_same_command_goes_on(extract, reports):
    """Finished reports are not opened: one whose bytes are nonsense by now, of the same size and time, does no harm."""
    good = reports / "good.txt"
    before = good.stat()
    good.write_bytes(bytes(before.st_size))
    os.utime(good, ns=(before.st_atime_ns, before.st_mtime_ns))
    outcome = extract(reports)
    assert outcome.code == 0
    assert "going on: 2 of 3 reports were finished before" in outcome.err
    assert [row.doc_id for row in rows()] == ["good", "last", "later"]
    assert not Path("out/journal.jsonl").exists()


@pytest.mark.usefixtures("crashed")
def test_damage_is_said(extract, reports):
    """Half a line in the journal is named, and its report done again."""
    journal = Path("out/journal.jsonl")
    journal.write_bytes(journal.read_bytes()[:-20])
    outcome = extract(reports)
    assert outcome.code == 0
    assert "note: out/journal.jsonl is damaged in line 3" in outcome.err
    assert "going on: 1 of 3" in outcome.err
    assert [row.status for row in rows()] == ["ok"] * 3


@pytest.mark.usefixtures("crashed")
def test_made_with_something_else(extract, reports):
    """What rules finished is of no use to a run with another least confidence; that is said."""
    outcome = extract(reports, "--extractor", "rules", "--min-confidence", "0.5")
    assert outcome.code == 0
    assert "made with something else" in outcome.err
    assert "going on" not in outcome.err
    assert {row.made_by.min_confidence for row in rows()} == {0.5}
