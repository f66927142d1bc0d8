"""Records as a workbook."""

from __future__ import annotations

import openpyxl
import pytest

from baogao.errors import UsageError
from baogao.outputs.export import write_export, write_table
from baogao.outputs.exported import Exported
from baogao.outputs.flat_files import Layout
from baogao.outputs.workbook import sheet_names, write_cell
from baogao.schema.values import TextAnswer


def test_workbook(plain, hostile, schema, tmp_path):
    """Numbers are numbers, text is text, the header is frozen, and the second sheet explains the fields."""
    path = tmp_path / "out.xlsx"
    write_table([plain, hostile], schema, path)
    book = openpyxl.load_workbook(path)
    sheet = book["figures"]
    heads = {cell.value: cell for cell in sheet[1]}
    cells = dict(zip(heads, sheet[3], strict=True))
    assert cells["case_files_reviewed"].value == 7
    assert (cells["title"].data_type, cells["title"].value[:4]) == ("s", "=1+1")
    assert sheet.freeze_panes == "B2"
    assert heads["case_files_reviewed"].comment.text.startswith("执法案卷评查数 (卷)\n")
    assert heads["case_files_reviewed_bound"].comment.text == "执法案卷评查数: bound"
    assert heads["case_files_reviewed_status"].comment.text == "执法案卷评查数: state"
    assert heads["doc_id"].comment is None
    fields = list(book["fields"].values)
    assert fields[0] == ("field", "label", "unit", "group", "kind", "note")
    assert len(fields) == 1 + len(schema.specs)


def test_a_text_too_long_for_a_cell_is_an_error(make_record, schema, tmp_path):
    """Excel holds 32,767 characters a cell; more would be lost without a word."""
    long = make_record("long", schema, metadata={"title": TextAnswer(value="长" * 40_000)})
    with pytest.raises(UsageError, match="row 2, title: 40000 characters"):
        write_table([long], schema, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


def test_rows_have_a_sheet_of_their_own(water, water_schema, tmp_path):
    """Behind the sheet that explains the fields, which explains their cells and the options of choices, too."""
    path = tmp_path / "out.xlsx"
    assert write_table([water], water_schema, path) == {path: 1}
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["figures", "fields", "works"]
    head, first, _ = book["works"].values
    row = dict(zip(head, first, strict=True))
    assert (row["doc_id"], row["row"], row["name"], row["cost"]) == ("water", 1, "新水厂", 8600)
    heads = {cell.value: cell for cell in book["works"][1]}
    assert heads["cost"].comment.text.startswith("投资 (万元)")
    assert heads["cost_upper"].comment.text == "投资: upper bound"
    lines = {line[0]: line for line in book["fields"].values}
    assert (lines["field"][-1], lines["plan_met"][-1]) == ("options", "完成 / 未完成")
    assert lines["works.cost"][1:5] == ("投资", "万元", "", "figure")


def test_sheets_of_rows_have_names_that_a_workbook_allows():
    """A list that is called like another sheet, or at too great length, is called by its number."""
    names = sheet_names(["works", "fields", "w" * 40], {"figures", "fields"})
    assert names == {"works": "works", "fields": "rows 2", "w" * 40: "rows 3"}


def test_the_long_table_as_a_workbook(plain, texts, schema, tmp_path):
    """Ids in the head, numbers as numbers, a sentence beside each; the fields are explained behind it."""
    write_export(Exported([plain], schema, texts), tmp_path / "out.xlsx", Layout(long=True))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["long", "fields"]
    head, *rows = book["long"].values
    (row,) = (line for line in (dict(zip(head, one, strict=True)) for one in rows) if line["value"] == 2600)
    assert (row["field"], row["bound"], row["year"]) == ("entities_inspected", "over", None)
    assert "2600余户" in row["sentence"]


def test_more_rows_than_a_sheet_holds():
    """The error says so, before the workbook drops them without a word."""
    with pytest.raises(UsageError, match="value: more than 1048576 rows"):
        write_cell(None, 1_048_576, 0, 1, None, "value")
