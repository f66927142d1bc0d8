"""Records as a workbook."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from baogao.errors import UsageError
from baogao.outputs.export import write_table
from baogao.outputs.tables import rows_table, wide_table
from baogao.outputs.workbook import workbook_bytes
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


def test_sheets_of_rows_have_names_that_a_workbook_allows(water_schema):
    """A list that is called like another sheet, or at too great length, is called by its number."""
    (works,) = water_schema.rows
    named = {name: replace(works, id=name) for name in ("fields", "w" * 40)}
    schema = replace(water_schema, specs=tuple(named.values()))
    rows = {name: rows_table([], schema, spec) for name, spec in named.items()}
    book = openpyxl.load_workbook(BytesIO(workbook_bytes(wide_table([], schema), schema, rows)))
    assert book.sheetnames == ["figures", "fields", "rows 1", "rows 2"]
