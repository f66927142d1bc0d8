"""Records as tables: wide and long, as frame, CSV, Parquet and workbook."""

import csv
import io

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.outputs.export import table_of, write_table
from baogao.schema.values import TextAnswer


def rows_of_csv(path):
    """The rows as a program reads them, BOM aside."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_value_bound_and_state_stand_apart(plain, schema):
    """Silence is empty, a stated none is 0, a figure has its bound beside it."""
    row = table_of([plain], schema).row(0, named=True)
    assert (row["entities_inspected"], row["entities_inspected_bound"]) == (2600, "over")
    assert (row["reconsideration_accepted"], row["reconsideration_accepted_status"]) == (0, "reported_none")
    assert (row["exam_passed"], row["exam_passed_bound"], row["exam_passed_status"]) == (None, None, "not_reported")


def test_a_failed_report_keeps_its_row(plain, failed, schema):
    """A failure is a row with its error, and is not mistaken for a silent report."""
    row = table_of([plain, failed], schema).row(1, named=True)
    assert (row["doc_id"], row["status"], row["error"]) == ("broken", "failed", "the file is empty")
    assert row["exam_passed_status"] is None


def test_columns_follow_the_schema(schema):
    """Every field has its columns, in the schema's order, also in an empty table."""
    columns = table_of([], schema).columns
    assert columns[:5] == ["doc_id", "source", "status", "error", "title"]
    assert len(columns) == 4 + 7 + 3 * 65 + 2 + 1
    assert "exam_passed_text" in table_of([], schema, include_text=True).columns


def test_lists_are_one_item_a_line(plain, schema):
    """The scrape's line break inside an item does not make two of it."""
    assert table_of([plain], schema)["problems"].to_list() == ["力量不足\n质量不高"]


def test_csv_opens_in_a_spreadsheet_program(plain, hostile, failed, schema, tmp_path):
    """BOM, CRLF, whole numbers as such, and no text that would run as a formula."""
    path = tmp_path / "out.csv"
    write_table([plain, hostile, failed], schema, path)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfdoc_id,")
    assert data.endswith(b"\r\n")
    first, second, _ = rows_of_csv(path)
    assert (first["case_files_reviewed"], first["hotline_satisfaction_rate"]) == ("135", "98.5")
    assert first["problems"] == "力量不足\n质量不高"
    assert second["doc_id"].startswith("'=cmd")
    assert second["title"].startswith("'=1+1")


@settings(max_examples=50, deadline=None)
@given(title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_csv_gives_every_text_back(title, make_record, schema, tmp_path_factory):
    """Quotes, commas and line breaks survive; only an apostrophe may come in front."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    write_table([make_record("one", schema, metadata={"title": TextAnswer(value=title)})], schema, path)
    read = rows_of_csv(path)[0]["title"]
    assert read.removeprefix("'") == title.removeprefix("'")
    assert read[0] not in "=+-@\t\r"


def test_parquet_keeps_types(plain, failed, schema, tmp_path):
    """The types do not depend on which reports are in the file."""
    for name, records in (("all", [plain, failed]), ("none", [failed])):
        path = tmp_path / f"{name}.parquet"
        write_table(records, schema, path)
        read = pl.read_parquet(path)
        assert read["case_files_reviewed"].dtype == pl.Float64
        assert read["title"].dtype == pl.String
        assert read.height == len(records)


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
    fields = list(book["fields"].values)
    assert fields[0] == ("field", "label", "unit", "group", "kind", "note")
    assert len(fields) == 1 + len(schema.specs)


def test_a_text_too_long_for_a_cell_is_an_error(make_record, schema, tmp_path):
    """Excel holds 32,767 characters a cell; more would be lost without a word."""
    long = make_record("long", schema, metadata={"title": TextAnswer(value="长" * 40_000)})
    with pytest.raises(UsageError, match="row 2, title: 40000 characters"):
        write_table([long], schema, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize("name", ["out.tsv", "out"])
def test_an_unknown_suffix_is_refused(name, plain, schema, tmp_path):
    """The message lists what can be written."""
    with pytest.raises(UsageError, match=r"\.csv, \.parquet, \.xlsx"):
        write_table([plain], schema, tmp_path / name)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_path_that_cannot_be_written(suffix, plain, schema, tmp_path):
    """A missing folder is one line for the user."""
    with pytest.raises(UsageError, match=r"cannot write .*No such file"):
        write_table([plain], schema, tmp_path / "missing" / f"out{suffix}")


def test_a_field_outside_of_the_schema_is_refused(plain, schema, tmp_path):
    """A column that the schema does not have would be dropped without a word."""
    odd = plain.model_copy(update={"fields": plain.fields | {"budget": plain.fields["exam_passed"]}})
    with pytest.raises(UsageError, match=r"qinghe-2023: .* no field 'budget'"):
        write_table([odd], schema, tmp_path / "out.csv")
    with pytest.raises(UsageError, match="made with the schema 'other'"):
        write_table([plain.model_copy(update={"schema_name": "other"})], schema, tmp_path / "out.csv")


def test_what_is_held_back_has_a_column(queued, plain, schema):
    """The value stays empty; one line a figure says what waits and why; nothing waits in other reports."""
    table = table_of([queued, plain], schema)
    assert table["entities_inspected"].to_list() == [None, 2600.0]
    assert table["held_back"].to_list() == ["entities_inspected: 2600余户 (0.41, less sure than 0.50)", None]
