"""Records as one long table."""

from __future__ import annotations

import csv
import io

import polars as pl

from baogao.outputs.export import records_to_frame, write_export
from baogao.outputs.exported import Exported
from baogao.outputs.flat_files import Layout
from baogao.outputs.long import LongTable, Statement, all_statements, link_to


def rows_of(record, schema, texts=None, *, silent=False):
    """The rows of a report by the keys of their statements."""
    return {one.key: row for one, row in LongTable(schema, texts, silent=silent).rows(record)}


def test_a_row_for_everything_that_is_stated(water, water_schema, texts):
    """Metadata, figures, words, entries of lists and cells of rows, each with what it says and where."""
    rows = rows_of(water, water_schema, texts)
    assert [*rows] == [
        *("title", "signed_on", "manager", "plan_met", "water", "growth", "growth_target", "repairs", "problems/0"),
        *("works/0/name", "works/0/cost", "works/0/opened", "works/1/name", "works/1/cost", "works/1/stage"),
    ]
    assert (
        rows["works/1/cost"].items()
        >= {
            "field": "works.cost",
            "row": 2,
            "label": "工程·投资",
            "value": 3000,
            "upper": 3500,
            "link": "index.html#water&works%2F1%2Fcost",
        }.items()
    )
    assert (rows["repairs"]["status"], rows["repairs"]["value"]) == ("reported_none", 0)
    assert (rows["problems/0"]["words"], rows["problems/0"]["row"]) == ("管网老化", 1)
    assert rows["signed_on"]["words"] == "2025-01-08"
    assert "3000至3500万元" in rows["works/1/cost"]["sentence"]


def test_silent_fields_have_rows_where_they_are_wanted(queued, failed, schema, texts):
    """With what is held back, and why; a report that failed has rows without a state."""
    rows = rows_of(queued, schema, texts, silent=True)
    held = rows["entities_inspected"]
    assert (held["held_back"], held["status"], held["value"]) == (True, "not_reported", 2600)
    assert held["reason"] == "less sure than 0.50"
    assert "entities_inspected" not in rows_of(queued, schema)
    assert rows_of(failed, schema) == {}
    assert {row["status"] for row in rows_of(failed, schema, silent=True).values()} == {None}


def test_what_people_said_stands_beside_it(reviewed, schema, texts):
    """Who, when, what was done, and the comment; also in the frame, where silence that was confirmed says so."""
    row = rows_of(reviewed, schema)["case_files_reviewed"]
    assert (row["value"], row["by"], row["confidence"]) == (7, "person", None)
    assert (row["reviewed"], row["reviewer"], row["comment"]) == ("correct", "李云", "看错行")
    frame = records_to_frame([reviewed], schema, long=True)
    assert frame.filter(pl.col("reviewed") == "absent")["field"].to_list() == ["exam_passed"]


def test_a_text_that_changed_has_no_sentences(plain, schema, texts):
    """A sentence that the figure does not stand in would be worse than none; the report is named."""
    table = LongTable(schema, {plain.doc_id: texts[plain.doc_id].replace("2600", "2500")})
    rows = {one.key: row for one, row in table.rows(plain)}
    assert table.astray == [plain.doc_id]
    assert {row["sentence"] for row in rows.values()} == {None}
    assert rows["entities_inspected"]["value"] == 2600


def test_links_lead_to_the_page_of_the_run(plain, schema, tmp_path):
    """Relative to the table, so that both may be sent together; what a name may contain is escaped."""
    (tmp_path / "run of 2023").mkdir()
    exported = Exported([plain], schema, folder=tmp_path / "run of 2023")
    assert exported.page_from(tmp_path / "run of 2023" / "out.csv") == "index.html"
    assert exported.page_from(tmp_path / "out.csv") == "run%20of%202023/index.html"
    assert link_to("a&b#c", "works/0/cost") == "index.html#a%26b%23c&works%2F0%2Fcost"
    write_export(exported, tmp_path / "out.csv", Layout(long=True))
    rows = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"), newline=""))
    assert {row["link"].partition("&")[0] for row in rows} == {"run%20of%202023/index.html#qinghe-2023"}


def test_every_statement_of_a_record_has_its_own_key(water, water_schema):
    """The keys are those of the page: each leads to one place."""
    keys = [one.key for one in all_statements(water, water_schema)]
    assert len(set(keys)) == len(keys)
    assert all(isinstance(one, Statement) for one in all_statements(water, water_schema))
