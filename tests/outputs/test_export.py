"""Records as frames and files: CSV, Parquet, workbook."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import SchemaError, UsageError
from baogao.outputs.export import csv_bytes, records_to_frame, write_table
from baogao.schema import load_schema
from baogao.schema.values import TextAnswer
from short_reports import COMMUNIQUE


def rows_of_csv(path):
    """The rows as a program reads them, BOM aside."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


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


@pytest.mark.parametrize("long", [False, True])
def test_frames_of_other_schemas(long, plain, make_record):
    """One schema a frame; one that does not come along must be handed in, and must be the records' own."""
    own = load_schema(COMMUNIQUE)
    other = make_record("other", own)
    assert records_to_frame([other], own, long=long).height == (len(own.figures) if long else 1)
    with pytest.raises(UsageError, match=f"of several schemas: {own.name}, law_based_government"):
        records_to_frame([plain, other], long=long)
    with pytest.raises(SchemaError, match=f"the records are of the schema '{own.name}': give its file"):
        records_to_frame([other], long=long)
    with pytest.raises(UsageError, match="made with the schema 'law_based_government', not with"):
        records_to_frame([plain], own, long=long)


@given(st.text(" \t\n\u3000\u200b\u2060\ufeff", max_size=4), st.sampled_from("=+-@＝＋－＠"))
def test_no_cell_begins_like_a_formula(blanks, sign):
    """Whatever blanks and unseen characters stand in front of a formula, it is written as text, and comes back."""
    written = csv_bytes(pl.DataFrame({"a": [f"{blanks}{sign}1"]})).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a"], [f"'{blanks}{sign}1"]]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_csv_gives_every_figure_back(value):
    """Whole numbers have no point, and no figure loses a digit."""
    written = csv_bytes(pl.DataFrame({"a": [value]})).decode("utf-8-sig").split()[1]
    assert float(written) == value
    assert ("." in written or "e" in written) != value.is_integer()


def test_rows_have_a_file_of_their_own(water, water_schema, tmp_path):
    """Beside the table, called by its name and the field's, in the same format; dates and words stay text."""
    written = write_table([water], water_schema, tmp_path / "out.v2.csv")
    assert written == {tmp_path / "out.v2.csv": 1, tmp_path / "out.v2.works.csv": 2}
    first, second = rows_of_csv(tmp_path / "out.v2.works.csv")
    assert (first["doc_id"], first["row"], first["name"], first["cost"], first["opened"]) == (
        *("water", "1", "新水厂", "8600", "2024-06"),
    )
    assert (second["cost_upper"], second["opened"], second["opened_status"]) == ("3500", "", "not_reported")
    assert rows_of_csv(tmp_path / "out.v2.csv")[0]["signed_on"] == "2025-01-08"
    assert write_table([water], water_schema, tmp_path / "out.parquet").keys() == {
        tmp_path / "out.parquet",
        tmp_path / "out.works.parquet",
    }
    assert pl.read_parquet(tmp_path / "out.works.parquet")["row"].dtype == pl.Int64
