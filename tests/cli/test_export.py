"""``baogao export``: a run's folder as tables."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from baogao.outputs.corrected import text_digest
from baogao.outputs.decisions import Decision, ReviewsFile
from cli.conftest import rows


@pytest.fixture
def run(extract, reports):
    """A run of one report, whose schema is the user's own, with one figure that a person corrected."""
    assert extract(reports, "--extractor", "rules").code == 0
    (record,) = rows()
    name, answer = next((name, one) for name, one in record.fields.items() if one.status == "reported")
    text = Path("out/texts/good.txt").read_text(encoding="utf-8")
    after = answer.model_dump(mode="json", exclude_none=True) | {"value": 4321}
    decision = Decision(who="李云", doc_id="good", text_sha256=text_digest(text), key=name, act="correct", after=after)
    ReviewsFile(Path("out")).add([decision])
    return name, answer


def read_csv(path):
    """The rows of a file."""
    return list(csv.DictReader(io.StringIO(Path(path).read_text("utf-8-sig"), newline="")))


def test_a_table_is_as_people_left_it(run, baogao):
    """Without a word of the schema; and as it was read, where that is wanted."""
    name, answer = run
    assert baogao("export", "out", "--to", "out/corrected.csv").code == 0
    assert baogao("export", "out", "--to", "out/read.csv", "--as-read").code == 0
    (corrected,), (read,) = read_csv("out/corrected.csv"), read_csv("out/read.csv")
    assert (corrected[name], corrected["reviewed"]) == ("4321", f"{name}: correct (李云)")
    assert (read[name], read["reviewed"]) == (f"{answer.value:f}", "")


def test_every_format(run, baogao):
    """A corrected figure reaches each; what was written is said."""
    name, _ = run
    for file in ("long.tsv", "records.json", "all.db", "book.xlsx", "stata.dta", "frame.parquet"):
        told = ("--labels", "zh") if file == "book.xlsx" else ("--long",) if file == "long.tsv" else ()
        outcome = baogao("export", "out", "--to", f"out/{file}", *told)
        assert (outcome.code, f"out/{file}" in outcome.out) == (0, True), outcome.err
    (record,) = json.loads(Path("out/records.json").read_text(encoding="utf-8"))
    assert record["fields"][name]["value"] == 4321
    values = {row[7] for row in openpyxl.load_workbook("out/book.xlsx")["依据"].values}
    assert 4321 in values
    assert b"4321" in Path("out/long.tsv").read_bytes()


def test_what_cannot_be_written(run, baogao):
    """One line, before the work is done."""
    for told, words in (
        (("--to", "out/x.sav"), "not as '.sav'"),
        (("--to", "missing/x.csv"), "No such file"),
        (("--to", "x.csv", "--all"), "--all is for --long"),
        (("--to", "x.csv", "--schema", "government_work_report"), "the records are of the schema 'communique'"),
    ):
        outcome = baogao("export", "out", *told)
        assert (outcome.code, words in outcome.err.replace("\n", "")) == (2, True), outcome.err


def test_what_is_missing_is_said(extract, reports, baogao):
    """A report that failed has no rows in a long table, one whose text was changed no sentences: both are named."""
    (reports / "empty.txt").touch()
    extract(reports, "--extractor", "rules")
    text = Path("out/texts/good.txt")
    text.write_bytes("。".encode() + text.read_bytes())
    outcome = baogao("export", "out", "--to", "out/long.csv", "--long")
    said = " ".join(outcome.err.split())
    assert "reports that could not be read have no figures (1): empty" in said
    assert "reports whose texts were changed since have no sentences (1): good" in said
    assert {row["sentence"] for row in read_csv("out/long.csv")} == {""}
