"""The program as a whole: version, help, exit codes, and what is made of a run's folder: the page and tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from baogao.cli import review
from baogao.errors import BudgetError, SchemaError, UsageError
from cli.conftest import COMMUNIQUE


def test_version_and_help(baogao):
    """The version, and help where nothing is asked."""
    assert re.fullmatch(r"baogao \d+\.\d+\.\d+\n", baogao("--version").out)
    assert "extract" in baogao("--help").out


def test_review_and_export(extract, baogao, reports):
    """The page can be written again and the records as a table; a schema of one's own is asked for by its file."""
    extract(reports)
    Path("out/index.html").unlink()
    assert baogao("review", "out", "--schema", COMMUNIQUE).code == 0
    assert Path("out/index.html").is_file()
    outcome = baogao("export", "out", "--to", "t.csv", "--schema", COMMUNIQUE)
    assert (outcome.code, outcome.out) == (0, "1 rows in t.csv\n")
    assert "8640000000" in Path("t.csv").read_text(encoding="utf-8-sig")


def test_export_names_every_file(baogao, tmp_path):
    """A list of rows becomes a file of its own, which is told."""
    made_by = {"baogao": "0", "extractor": "rules", "schema": "sha256:0"}
    rows = {"works": [{"name": {"status": "reported", "value": "新水厂"}}, {}]}
    head = {"doc_id": "a", "source": "a.txt", "sha256": "", "schema": "water_report", "status": "ok"}
    records = tmp_path / "records.jsonl"
    records.write_text(json.dumps(head | {"rows": rows, "made_by": made_by}), encoding="utf-8")
    outcome = baogao("export", records, "--to", "t.csv", "--schema", COMMUNIQUE.parents[1] / "every_kind.py")
    assert (outcome.code, outcome.out) == (0, "1 rows in t.csv\n2 rows in t.works.csv\n")
    assert Path("t.works.csv").is_file()


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
def test_review_and_export_refuse(extract, baogao, reports, tmp_path, arguments, words):
    """What cannot be is one line and exit code 2."""
    extract(reports)
    (tmp_path / "out" / "schema.json").unlink()  # as in runs of earlier versions
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


@pytest.mark.parametrize(("error", "code"), [(UsageError("no [way]"), 2), (SchemaError("x"), 2), (BudgetError("x"), 1)])
def test_an_error_is_one_line_and_a_code(baogao, monkeypatch, error, code):
    """2 where the request itself cannot work, 1 where something failed; brackets are no markup."""

    def fail(folder):
        raise error

    monkeypatch.setattr("baogao.outputs.records.read_records", fail)
    outcome = baogao("review", "out")
    assert (outcome.code, outcome.err) == (code, f"error: {error}\n")


def test_the_page_is_opened_only_when_asked(extract, baogao, reports, monkeypatch):
    """The browser is given the page by its full address."""
    opened = []
    monkeypatch.setattr(review.webbrowser, "open", opened.append)
    extract(reports)
    assert baogao("review", "out", "--schema", COMMUNIQUE).out == "out/index.html\nout/matrix.html\n"
    assert opened == []
    assert baogao("review", "out", "--schema", COMMUNIQUE, "--open").code == 0
    assert opened == [Path("out/index.html").resolve().as_uri()]
