"""``baogao extract`` end to end: rules, a model behind a fake server by both ways of asking, Ctrl-C, order, texts."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("extractor", ["rules", "llm"])
@pytest.mark.parametrize("more", [[], ["--ask", "form"]])
def test_dry_run(extract, reports, extractor, more):
    """What would be asked is counted; nothing is sent and nothing is written."""
    with fake_server([]) as server:
        model = ["--extractor", extractor, "--base-url", server.url, "--model", "small", *more]
        outcome = extract(reports, *model, "--dry-run")
        assert server.seen == []
    assert outcome.code == 0
    counted = re.search(r"1 reports, (\d+|no) requests", outcome.out)
    assert counted is not None
    assert (counted[1] == "no") == (extractor == "rules")
    assert not Path("out").exists()


def test_dry_run_names_what_cannot_be_read(extract, reports):
    """An input that would fail is said before anything is paid for."""
    (reports / "empty.txt").write_bytes(b"")
    outcome = extract(reports, "--extractor", "llm", "--model", "small", "--dry-run")
    assert outcome.code == 1
    assert "empty.txt: it is empty" in outcome.out


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


def test_review_and_export(extract, baogao, reports):
    """The page can be written again and the records as a table; a schema of one's own is asked for by its file."""
    extract(reports)
    Path("out/index.html").unlink()
    assert baogao("review", "out", "--schema", COMMUNIQUE).code == 0
    assert Path("out/index.html").is_file()
    outcome = baogao("export", "out", "--to", "t.csv", "--schema", COMMUNIQUE)
    assert (outcome.code, outcome.out) == (0, "1 rows in t.csv\n")
    assert "8640000000" in Path("t.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["review", "nowhere"], "cannot read nowhere"),
        (["review", "out"], "the records are of the schema 'communique': give its file with --schema FILE.py"),
        (["review", "out", "--schema", "law_based_government"], "'communique', not of 'law_based_government'"),
        (["export", "out", "--to", "t.ods", "--schema", str(COMMUNIQUE)], "t.ods: a table is written as one of"),
        (["export", "out", "--to", "no/t.csv", "--schema", str(COMMUNIQUE)], "cannot write no/t.csv"),
    ],
)
def test_review_and_export_refuse(extract, baogao, reports, arguments, words):
    """What cannot be is one line and exit code 2."""
    extract(reports)
    outcome = baogao(*arguments)
    assert outcome.code == 2
    assert words in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_damaged_records(extract, baogao, reports):
    """A line that is not a record is named."""
    extract(reports)
    Path("out/records.jsonl").write_text(json.dumps({"doc_id": "x"}) + "\n", encoding="utf-8")
    outcome = baogao("review", "out", "--schema", COMMUNIQUE)
    assert outcome.code == 2
    assert "out/records.jsonl, line 1" in outcome.err


def test_candidates(baogao, reports):
    """One object a line, with the keys that other programs read; the table shows the same."""
    outcome = baogao("candidates", reports / "good.txt", "--json")
    found = [json.loads(line) for line in outcome.out.splitlines()]
    gdp = next(one for one in found if one["text"] == "86.4亿元")
    assert {"id", "kind", "start", "end", "text", "value", "bound", "unit", "cues"} <= gdp.keys()
    assert (gdp["value"], gdp["unit"]) == (8_640_000_000, "元")
    assert GOOD[gdp["start"] : gdp["end"]] == "86.4亿元"
    assert "86.4亿元" in baogao("candidates", reports / "good.txt").out


def test_version_and_help(baogao):
    """The version, and help where nothing is asked."""
    assert re.fullmatch(r"baogao \d+\.\d+\.\d+\n", baogao("--version").out)
    assert "extract" in baogao("--help").out


def test_model_and_cache_commands(baogao):
    """A server is probed, and the cache says what it holds and is emptied."""
    with fake_server(good_model) as server:
        outcome = baogao("model", "probe", "--base-url", server.url)
    assert outcome.code == 0
    assert "model: small\njson_schema: True\n" in outcome.out
    assert "0 replies" in baogao("cache", "stats").out
    assert "bytes removed" in baogao("cache", "clear").out
