"""``baogao extract`` end to end: rules, a model behind a fake server, Ctrl-C, order, texts, going on after a crash."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from baogao.outputs.journal import Journal
from cli.conftest import COMMUNIQUE, GOOD, rows
from cli.model_of_tests import filled_form, good_model
from llm.fake_server import Step, completion, fake_server

_PATIENCE = 300.0
"""Seconds for another process to start on a machine that has much else to do."""


def test_rules(extract, reports):
    """Records, texts and the page; without any model configured one line says that rules are used."""
    outcome = extract(reports)
    assert outcome.code == 0
    assert "no model is configured: using rules" in outcome.err
    assert "1 of 1 reports read · 4 figures" in outcome.out
    (record,) = rows()
    assert (record.doc_id, record.source) == ("good", str(reports / "good.txt"))
    assert record.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert record.made_by.extractor == "rules"
    assert record.fields["grain_output"].status == "not_reported"
    assert len(record.lists["notes"]) == 1
    assert "good" in Path("out/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("crlf.txt", lambda: GOOD.replace("\n", "\r\n").encode()),
        ("bom.txt", lambda: b"\xef\xbb\xbf" + GOOD.encode()),
        ("gb.txt", lambda: GOOD.encode("gb18030")),
        ("utf16.txt", lambda: GOOD.encode("utf-16")),
    ],
)
def test_texts_are_what_was_decoded(extract, tmp_path, name, encode):
    """The text beside a record is the file's own, to the last line ending, and every span of evidence fits it."""
    (tmp_path / name).write_bytes(encode())
    assert extract(name).code == 0
    (record,) = rows()
    text = Path(f"out/texts/{record.doc_id}.txt").read_bytes().decode()
    assert text == (GOOD.replace("\n", "\r\n") if name == "crlf.txt" else GOOD)
    for answer in record.fields.values():
        for start, end in answer.evidence or []:
            assert text[start:end] == answer.text


def test_a_second_run_replaces_the_first(extract, reports):
    """Records do not pile up in a folder that is used again."""
    extract(reports)
    extract(reports)
    assert len(rows()) == 1


def test_own_output_is_no_input(extract, baogao, reports):
    """A folder that also holds the results has the same reports every time; one line says what was left out."""
    (reports.parent / "out2" / "texts").mkdir(parents=True)
    note = "note: passed over what baogao itself wrote in {}"
    said = [extract(".").err for _ in range(3)]
    assert [note.format("out") in words for words in said] == [False, True, True]
    assert [row.doc_id for row in rows()] == ["good"]
    assert baogao("extract", "out", "--schema", COMMUNIQUE, "--out", "out2").code == 2
    assert baogao("extract", ".", "--schema", COMMUNIQUE, "--out", ".").code == 0
    assert note.format("., out") in extract(".").err
    assert [row.doc_id for row in rows()] == ["good"]


@pytest.mark.parametrize("ask", ["form", "link"])
@pytest.mark.parametrize("extractor", ["llm", "hybrid"])
def test_a_model(extract, reports, extractor, ask):
    """A model that reads well gets three figures right by either way; who spoke, and what it took, is recorded."""
    with fake_server(good_model) as server:
        outcome = extract(reports, "--extractor", extractor, "--ask", ask, "--base-url", server.url)
    assert outcome.code == 0, outcome.err
    (record,) = rows()
    expected = {"gdp": "86.4亿元", "residents": "21.03万人", "urban_share": "47.6%"}
    assert {name: record.fields[name].text for name in expected} == expected
    assert record.fields["gdp"].value == Decimal(8_640_000_000)
    assert record.made_by.extractor == extractor
    assert record.made_by.model == "small"
    if extractor == "llm":
        assert {answer.by for answer in record.fields.values() if answer.value is not None} == {"llm"}
        assert record.usage.requests > 0
        assert f"{record.usage.requests} requests" in outcome.out
    else:
        assert record.fields["gdp"].by in {"rules", "rules+llm"}
    if ask == "link":
        assert [item.text for item in record.lists["notes"]] == ["本公报数据为初步统计数"]


def queue() -> list[dict]:
    """The entries of ``review.jsonl``, in order."""
    return [json.loads(line) for line in Path("out/review.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.usefixtures("weights")
def test_the_queue_for_people(extract, baogao, reports):
    """What one reader alone says stands in it, with its place; who led, how many to look at, and how many are wrong, is
    printed; the page shows it, also when it is written again."""
    with fake_server(good_model) as server:
        outcome = extract(reports, "--extractor", "hybrid", "--ask", "link", "--base-url", server.url)
    assert outcome.code == 0, outcome.err
    entries = queue()
    growth = next(entry for entry in entries if entry["field"] == "gdp_growth")
    assert (growth["label"], growth["kind"], growth["given"]) == ("地区生产总值增速", "figure", True)
    assert (growth["reason"], growth["wrong"], growth["priority"]) == ("rules alone", 0.3775, 0.3775)
    (proposal,) = growth["proposals"]
    assert (proposal["by"], proposal["value"], proposal["text"]) == ("rules", 5.8, "5.8%")
    assert GOOD[slice(*proposal["evidence"][0])] == "5.8%"
    assert proposal["sentence"].startswith("初步核算")
    assert [entry["priority"] for entry in entries] == sorted((entry["priority"] for entry in entries), reverse=True)
    (said,) = (line for line in outcome.out.splitlines() if line.startswith("review "))
    assert said == (
        f"review   {len(entries)} fields to look at, most valuable first: out/review.jsonl"
        " · 75% of the figures need no look (98% precision); about 0 of the other 1 are wrong"
    )
    (led,) = (line for line in outcome.out.splitlines() if line.startswith("jury "))
    assert led == f"jury     {rows()[0].made_by.jury.reason}"
    written = Path("out/index.html").read_text(encoding="utf-8")
    assert '"queue":[{"field"' in written
    assert baogao("review", "out", "--schema", COMMUNIQUE).code == 0
    assert Path("out/index.html").read_text(encoding="utf-8") == written


def test_what_is_held_back_is_in_the_queue(extract, reports):
    """With rules alone as well; a run that holds nothing back leaves no queue, and says nothing of one."""
    outcome = extract(reports, "--extractor", "rules", "--min-confidence", "1")
    held = {name: answer.held_back for name, answer in rows()[0].fields.items() if answer.held_back}
    assert held
    assert {entry["field"]: entry["wrong"] for entry in queue()} == {name: one.confidence for name, one in held.items()}
    assert {entry["reason"] for entry in queue()} == {"held back: less sure than the 1 that was asked for"}
    assert f"review   {len(held)} fields to look at, most valuable first: out/review.jsonl\n" in outcome.out
    outcome = extract(reports, "--extractor", "rules", "--overwrite")
    assert not Path("out/review.jsonl").exists()
    assert "review " not in outcome.out
    assert "jury " not in outcome.out


def test_the_cache_answers_the_second_time(extract, reports):
    """The same run again asks nothing and says the same."""
    with fake_server(good_model) as server:
        model = ["--extractor", "llm", "--ask", "form", "--base-url", server.url, "--model", "small"]
        extract(reports, *model)
        first = rows()[0]
        asked = len(server.seen)
        outcome = extract(reports, *model)
        assert len(server.seen) == asked
    again = rows()[0]
    assert again.fields == first.fields
    assert (again.usage.requests, again.usage.cached) == (0, first.usage.requests)
    assert f"0 requests, {asked} from the cache" in outcome.out


def test_order_with_several_under_way(extract, tmp_path):
    """Records stand in the order of the inputs, whichever is answered first."""
    names = [f"r{number}.txt" for number in range(5)]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(GOOD.replace("86.4", f"8{number}.4"), encoding="utf-8")

    def script(seen):
        question = seen.body["messages"][-1]["content"]
        number = int((re.search(r"总值8(\d)\.4", question) or [0, 4])[1])
        return Step(completion(filled_form(question)).body, delay=0.1 * (4 - number))

    with fake_server(script) as server:
        model = ["--extractor", "llm", "--ask", "form", "--base-url", server.url, "--model", "small"]
        assert extract(*reversed(names), *model, "--concurrency", "5").code == 0
        assert server.most_at_once > 1
    assert [row.doc_id for row in rows()] == ["r4", "r3", "r2", "r1", "r0"]
    assert [row.fields["gdp"].text for row in rows()] == [f"8{number}.4亿元" for number in (4, 3, 2, 1, 0)]


def test_interrupted(tmp_path):
    """Ctrl-C ends the run with 130; the report that was finished is there with its text, the other is not."""
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.txt").write_text(GOOD.replace("86.4", "66.6"), encoding="utf-8")
    reached = threading.Event()

    def script(seen):
        if "66.6" in json.dumps(seen.body):
            reached.set()
            return Step(delay=1.0, drop=True)
        return completion(filled_form(seen.body["messages"][-1]["content"]))

    with fake_server(script) as server:
        model = ["--extractor", "llm", "--ask", "form", "--base-url", server.url, "--model", "small"]
        command = [sys.executable, "-m", "baogao", "extract", "a.txt", "b.txt", "--out", "out", *model]
        process = subprocess.Popen(
            [*command, "--schema", str(COMMUNIQUE), "--concurrency", "1"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                assert reached.wait(_PATIENCE), "the second report was never asked about"
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=_PATIENCE)
            finally:
                process.kill()
    assert process.returncode == 130, err
    assert "interrupted; what was finished is kept in out" in err
    assert "Traceback" not in err
    assert [row.doc_id for row in rows(tmp_path / "out")] == ["a"]
    assert [path.name for path in (tmp_path / "out" / "texts").iterdir()] == ["a.txt"]


ENDLESS = """
from itertools import count
from baogao.cli.main import run
from baogao.rules.extractor import RulesExtractor

def link(self, report):
    if "66.6" in report.document.text:
        print("linking", flush=True)
        all(True for _ in count())
    return linked(self, report)

linked, RulesExtractor.link = RulesExtractor.link, link
run()
"""


def test_interrupted_while_rules_are_matched(tmp_path):
    """Ctrl-C waits half a second for what is computed; the report that was finished is there."""
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.txt").write_text(GOOD.replace("86.4", "66.6"), encoding="utf-8")
    arguments = ["extract", "a.txt", "b.txt", "--out", "out", "--extractor", "rules", "--schema", str(COMMUNIQUE)]
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "linking\n"
            process.send_signal(signal.SIGINT)
            started = time.monotonic()
            _, err = process.communicate(timeout=_PATIENCE)
        finally:
            process.kill()
    assert time.monotonic() - started < 60  # half a second, and the writing of what is there
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "never retrieved" not in err
    assert [row.doc_id for row in rows(tmp_path / "out")] == ["a"]


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
def test_what_was_read_without_recognition_is_not_mixed_in(extract, reports, monkeypatch):
    """A run that recognises words is refused where one that did not was broken off, or begins anew."""
    monkeypatch.setattr("baogao.document.ocr.require_engine", lambda: None)
    assert extract(reports, "--ocr").code == 2
    outcome = extract(reports, "--ocr", "--overwrite")
    assert outcome.code == 0
    assert "is not used, and begun anew: it is of a run that was made with something else" in outcome.err
    assert "going on" not in outcome.err


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
    """What rules finished is of no use to a run with another least confidence; it goes only where that is wanted."""
    otherwise = (reports, "--extractor", "rules", "--min-confidence", "0.5")
    outcome = extract(*otherwise)
    assert outcome.code == 2
    assert "(min_confidence: none), and this run is made otherwise (min_confidence: 0.5)" in outcome.err
    outcome = extract(*otherwise, "--overwrite")
    assert outcome.code == 0
    assert "made with something else" in outcome.err
    assert "going on" not in outcome.err
    assert {row.made_by.min_confidence for row in rows()} == {0.5}


def test_reports_of_another_kind_and_copies_are_named(baogao, tmp_path):
    """The summary counts those that hardly fit the schema, and names what is nearly the same text; records say it."""
    kinds = Path(__file__).parents[1] / "fixtures" / "other_kinds"
    folder = tmp_path / "reports"
    folder.mkdir()
    text = (kinds / "communique-1.txt").read_text(encoding="utf-8")
    (folder / "a.txt").write_text(text, encoding="utf-8")
    (folder / "b.html").write_text(f"<html><p>转发</p>{text.replace(chr(10), '<p>')}</html>", encoding="utf-8")
    outcome = baogao("extract", folder, "--extractor", "rules", "--out", "out")
    assert "reports that hardly fit the schema (2 of 2): a, b; is it the right schema?\n" in outcome.out
    assert "reports with nearly the text of an earlier one (1): a, b\n" in outcome.out
    first, second = rows()
    assert first.fit is not None
    assert second.notices[-1] == "nearly the same text as the report a"


def test_results_are_not_overwritten(baogao, extract, reports):
    """Another schema is refused with a sentence; more reports are added, and only they are counted."""
    assert extract(reports, "--extractor", "rules").code == 0
    outcome = baogao("extract", reports, "--extractor", "rules", "--out", "out")
    assert outcome.code == 2
    assert (
        "another run (schema: communique), and this run is made otherwise (schema: law_based_government)" in outcome.err
    )
    more = reports.parent / "more.txt"
    more.write_text(GOOD, encoding="utf-8")
    outcome = extract(more, "--extractor", "rules", "--add")
    assert "1 of 1 reports read" in outcome.out
    assert "added to the reports that were there (1)\n" in outcome.out
    assert [row.doc_id for row in rows()] == ["good", "more"]
    assert extract(more, "--overwrite", "--add").code == 2


def test_records_of_two_schemas_in_one_folder(baogao, extract, reports):
    """Neither a page nor a table is made of them; the sentence names both and says what to do."""
    assert extract(reports, "--extractor", "rules").code == 0
    records = Path("out/records.jsonl")
    line = json.loads(records.read_text(encoding="utf-8"))
    other = json.dumps(line | {"doc_id": "other", "schema": "law_based_government"})
    records.write_text(f"{json.dumps(line)}\n{other}\n", encoding="utf-8")
    for command in (["review", "out"], ["export", "out", "--to", "t.csv"]):
        outcome = baogao(*command)
        assert outcome.code == 2
        assert all(word in outcome.err for word in ("communique", "law_based_government"))
        assert "of one" in outcome.err.replace("\n", " ")
        assert "in a folder of its own" in outcome.err
