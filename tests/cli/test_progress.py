"""What a run prints: its pace, its failures, its reasons, its table."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from baogao.assemble import ModelOptions, ready_extractor
from baogao.cli.progress import RunProgress, Totals, duration, failed_line, pace, watching
from baogao.inputs import Source
from baogao.record import Check, Jury, Provenance, Record, Review
from baogao.schema import load_schema
from baogao.schema.values import Answer
from baogao.usage import Usage
from baogao.work import Worker
from cli.conftest import COMMUNIQUE, GOOD

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


def printed(table) -> list[str]:
    """The lines of a table on a wide terminal, white space made one."""
    said = io.StringIO()
    Console(file=said, width=200).print(table)
    return [" ".join(line.split()) for line in said.getvalue().splitlines()]


@pytest.fixture
def read(tmp_path) -> Record:
    """The record of a real report, by rules."""
    (tmp_path / "good.txt").write_text(GOOD, encoding="utf-8")

    async def work() -> Record:
        async with ready_extractor("rules", load_schema(COMMUNIQUE), ModelOptions()) as ready:
            return (await Worker(ready.extractor, ready.made_by).do(Source("good", tmp_path / "good.txt"))).record

    return asyncio.run(work())


def test_the_table_of_a_run(read):
    """One row a report in the order of the inputs: what is stated, silent, listed, what holds, why one failed."""
    totals = Totals()
    totals.add(record(7, "it is empty"))
    totals.add(read)
    assert printed(totals.table(["good", "r7"])) == [
        "report reported none silent lists checks",
        "good 4 0 1 1 0/0",
        "r7 failed: it is empty",
    ]
    assert totals.line() == "1 of 2 reports read · 4 figures, each tied to its characters"


def test_words_and_rows_are_counted_apart(read):
    """Only where there are any: words are no figures, and rows have a column of their own."""
    words = Answer(status="reported", value="2025-01-08", confidence=0.9, by="llm")
    totals = Totals()
    fields = read.fields | {"signed_on": words, "met": words}
    rows = {"works": [{"name": words, "opened": words}, {"name": words}]}
    totals.add(read.model_copy(update={"fields": fields, "rows": rows}))
    assert printed(totals.table(["good"])) == [
        "report reported none silent lists rows checks",
        "good 6 0 1 1 2 0/0",
    ]
    assert totals.line() == (
        "1 of 1 reports read · 4 figures, 2 choices, dates and quotes, 2 rows of 3 cells, each tied to its characters"
    )


def test_a_check_that_does_not_hold_is_shown(read):
    """What does not add up stands behind the counts, in its own words."""
    checks = [
        Check(check="sum", fields=["gdp"], holds=holds, message=words)
        for holds, words in ((True, "fine"), (False, "3 [of] 4"))
    ]
    totals = Totals()
    totals.add(read.model_copy(update={"checks": checks}))
    assert printed(totals.table(["good"]))[1] == "good 4 0 1 1 1/2 3 [of] 4"


def test_the_table_has_forty_rows_at_most():
    """A run of forty reports is listed, one of forty-one is not."""
    totals = Totals()
    for number in range(40):
        totals.add(record(number))
    order = [f"r{number}" for number in range(41)]
    assert len(printed(totals.table(order[:40]))) == 41
    totals.add(record(40))
    assert totals.table(order) is None


def test_cost_is_said_where_prices_are_known():
    """Costs of all reports are added up."""
    totals = Totals()
    for number in range(2):
        totals.add(record(number, requests=1, prompt_tokens=5, completion_tokens=2, cost=0.25))
    assert totals.line().endswith("2 requests, 0 from the cache, 14 tokens · cost 0.5000")


def test_what_the_server_had_in_its_cache_is_said():
    """Only where it had anything."""
    totals = Totals()
    totals.add(record(0, requests=1, prompt_tokens=50, completion_tokens=2, cached_prompt_tokens=40))
    assert totals.line().endswith("1 requests, 0 from the cache, 52 tokens, 40 of them cached by the server")


def test_records_of_an_earlier_run_say_nothing_of_the_pace():
    """They move the bar; they are neither counted as failures nor into tokens."""
    said = io.StringIO()
    with RunProgress(Console(file=said, width=200), "llm", 3) as progress:
        progress.add(record(0, "no", prompt_tokens=1000), fresh=False)
        progress.add(record(1, prompt_tokens=7))
    assert "failed" not in said.getvalue()
    assert "2/3" in said.getvalue()
    assert "7 tokens" in said.getvalue()


def test_a_bar_for_each_extractor():
    """An evaluation shows a bar under the extractor's name, which its records move."""
    said = io.StringIO()
    with watching(Console(file=said, width=200))("hybrid", 2) as on_record:
        on_record(record(0))
        on_record(record(1, "it is [empty]"))
    assert "hybrid" in said.getvalue()
    assert "2/2" in said.getvalue()
    assert "failed r1.txt: it is [empty]" in said.getvalue()
    assert failed_line(record(1, "it is [empty]")) == r"[red]failed[/] r1.txt: it is \[empty]"


def judged(number: int, leader: str, reason: str, *confidences: float, calibration: str | None = None) -> Record:
    """A record of a jury, with figures of some confidences."""
    jury = Jury(leader=leader, reason=reason, reports=3, rules_f1=0.5, model_f1=0.5)
    made_by = MADE_BY.model_copy(update={"jury": jury, "calibration": calibration})
    answers = [Answer(status="reported", value=1, confidence=one) for one in confidences]
    fields = {f"f{place}": answer for place, answer in enumerate([*answers, Answer(status="not_reported")])}
    return record(number).model_copy(update={"made_by": made_by, "fields": fields})


def looked_at(record: Record, entries: int) -> Record:
    """The record with so many entries of the queue."""
    about = {"doc_id": record.doc_id, "source": "", "field": "f", "label": "", "kind": "figure", "reason": ""}
    one = Review.model_validate(about | {"wrong": 0.5, "priority": 0.5, "given": True, "proposals": []})
    return record.with_review([one] * entries)


QUEUE = Path("[out]/review.jsonl")


@pytest.mark.parametrize(
    ("confidences", "entries", "sure_from", "words"),
    [
        ((), 0, None, ""),
        ((0.9,), 0, None, ""),
        ((), 0, 0.9, ""),
        ((0.9, 0.95), 0, 0.9, "0 fields to look at · 100% of the figures need no look (98% precision)"),
        ((0.9,), 1, None, r"1 field to look at, most valuable first: \[out]/review.jsonl"),
        (
            (0.95, 0.95, 0.99, 0.2, 0.3, 0.8999),
            2,
            0.9,
            r"2 fields to look at, most valuable first: \[out]/review.jsonl · 50% of the figures need no look "
            "(98% precision); about 2 of the other 3 are wrong",
        ),
    ],
)
def test_how_much_is_to_be_looked_at(confidences, entries, sure_from, words):
    """Fields in the queue; where it was learned, figures that need no look, and how many of the others are wrong."""
    totals = Totals()
    totals.add(looked_at(judged(0, "both", "why", *confidences), entries))
    assert totals.to_review(QUEUE, sure_from) == words


def test_the_bound_of_a_calibration_that_was_left_aside():
    """It says nothing of this run."""
    totals = Totals()
    totals.add(judged(0, "rules", "why", 0.95, calibration="sha256:0"))
    assert totals.to_review(QUEUE, 0.9) == ""


def test_who_led():
    """Said once for the run, in the words of its records; where each report was judged by itself, how many."""
    totals = Totals()
    totals.add(record(0))
    assert totals.led() == ""
    for number in range(3):
        totals.add(judged(number, "model", "the model leads: it is better"))
    assert totals.led() == "the model leads: it is better"
    totals.add(judged(4, "rules", "rules lead"))
    totals.add(judged(5, "both", "neither"))
    assert totals.led() == "found report by report: the model in 3, rules in 1, neither in 1 reports"
