"""Records as a workbook."""

from __future__ import annotations

import openpyxl
import pytest

from baogao.errors import UsageError
from baogao.outputs.export import write_table
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
