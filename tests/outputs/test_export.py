"""Records as frames and files: CSV, Parquet, workbook."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pandas
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import SchemaError, UsageError
from baogao.outputs.export import records_to_frame, write_export, write_table
from baogao.outputs.exported import Exported
from baogao.outputs.flat_files import Layout
from baogao.schema import load_schema
from baogao.schema.values import Answer, TextAnswer
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


@pytest.mark.parametrize("name", ["out.sav", "out"])
def test_an_unknown_suffix_is_refused(name, plain, schema, tmp_path):
    """The message lists what can be written."""
    with pytest.raises(UsageError, match=r"\.csv, \.tsv, \.parquet, \.xlsx, \.json, \.db, \.dta, not as"):
        write_table([plain], schema, tmp_path / name)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx", ".json", ".db", ".dta"])
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


FIGURES = st.one_of(
    st.integers(0, 10**20).map(Decimal), st.decimals(-(10**9), 10**9, places=4), st.decimals(0, 100, places=2)
)


def decimal(told):
    """A figure as a format tells it, by its digits."""
    return Decimal(str(told)).normalize()


@settings(max_examples=3, deadline=None)
@given(values=st.lists(FIGURES, min_size=40, max_size=40))
def test_every_figure_has_its_digits_in_every_format(values, make_record, schema, tmp_path_factory):
    """No format rounds a figure, adds a point, or writes it with an exponent; not even one of 20 digits."""
    folder = tmp_path_factory.mktemp("formats")
    figures = dict(zip((spec.id for spec in schema.figures), values, strict=False))
    said = {name: Answer(status="reported", value=value, bound="exact", text="x") for name, value in figures.items()}
    exported = Exported([make_record("one", schema, fields=said)], schema)
    wanted = {name: value.normalize() for name, value in figures.items()}
    found = {}
    for name, layout in (("w.csv", Layout()), ("l.tsv", Layout(long=True)), ("l.json", Layout(long=True))):
        write_export(exported, folder / name, layout)
    for name, layout in (("w.json", Layout()), ("w.db", Layout()), ("w.xlsx", Layout()), ("z.xlsx", Layout("zh"))):
        write_export(exported, folder / name, layout)
    row = rows_of_csv(folder / "w.csv")[0]
    assert not any("E" in row[name].upper() or row[name].endswith(".0") for name in figures)
    found["w.csv"] = {name: row[name] for name in figures}
    tabbed = csv.DictReader(io.StringIO((folder / "l.tsv").read_text("utf-8-sig"), newline=""), delimiter="\t")
    found["l.tsv"] = {line["field"]: line["value"] for line in tabbed if line["value"]}
    told = json.loads((folder / "l.json").read_text("utf-8"))
    found["l.json"] = {line["field"]: line["value"] for line in told if line["value"] is not None}
    (record,) = json.loads((folder / "w.json").read_text("utf-8"))
    found["w.json"] = {name: record["fields"][name]["value"] for name in figures}
    database = sqlite3.connect(folder / "w.db")
    found["w.db"] = dict(database.execute("SELECT field, value FROM figures"))
    head, cells = openpyxl.load_workbook(folder / "w.xlsx")["figures"].values
    found["w.xlsx"] = {name: cell for name, cell in zip(head, cells, strict=True) if name in figures}
    book = openpyxl.load_workbook(folder / "z.xlsx")
    at = {line[0]: line[-1] for line in book["fields"].values}
    found["z.xlsx"] = {name: book["数据"][f"{at[name]}5"].value for name in figures}
    for name, figures_there in found.items():
        assert {field: decimal(told) for field, told in figures_there.items()} == wanted, name


@pytest.mark.parametrize("suffix", [".parquet", ".dta"])
def test_frames_keep_figures_and_say_what_they_are(suffix, plain, schema, tmp_path):
    """They hold floats; Chinese labels are the columns' names, or in Stata what its variables are called."""
    write_export(Exported([plain], schema), tmp_path / f"out{suffix}", Layout("zh" if suffix == ".parquet" else "id"))
    if suffix == ".parquet":
        assert pl.read_parquet(tmp_path / "out.parquet")["执法案卷评查数（卷）"].to_list() == [135.0]
        return
    with pandas.io.stata.StataReader(tmp_path / "out.dta") as stata:
        assert stata.read()["case_files_reviewed"].to_list() == [135.0]
        labels = stata.variable_labels()
    assert labels["case_files_reviewed"] == "执法案卷评查数（卷）"
    assert max(map(len, labels)) <= 32


def test_layouts_that_a_format_does_not_have(plain, schema, tmp_path):
    """One sentence says what would do."""
    exported = Exported([plain], schema)
    with pytest.raises(UsageError, match=r"records have keys, no labels; .* add --long"):
        write_export(exported, tmp_path / "out.json", Layout("zh"))
    with pytest.raises(UsageError, match="has every field already; --all is for --long"):
        write_export(exported, tmp_path / "out.csv", Layout(silent=True))


def test_chinese_heads_and_words(plain, water, water_schema, schema, tmp_path):
    """Labels with their units, states and bounds in words, a level as people say it; a list of rows likewise."""
    write_export(Exported([plain], schema), tmp_path / "out.csv", Layout("zh"))
    (row,) = rows_of_csv(tmp_path / "out.csv")
    assert row["执法案卷评查数（卷）"] == "135"
    assert (row["执法案卷评查数·界限"], row["执法案卷评查数·状态"], row["状态"]) == ("约", "有数据", "已读取")
    assert row["行政层级"] == "县级"
    write_export(Exported([water], water_schema), tmp_path / "water.csv", Layout("zh"))
    first, second = rows_of_csv(tmp_path / "water.works.csv")
    assert first["投资（万元）"] == "8600"
    assert second["投资（万元）·上限"] == "3500"


def test_two_columns_of_one_head_have_their_ids(plain, schema, tmp_path):
    """A label of the schema may be a word that tables use themselves."""
    twin = replace(
        schema, specs=tuple(replace(one, label="文件") if one.id == "title" else one for one in schema.specs)
    )
    write_export(Exported([plain], twin), tmp_path / "out.csv", Layout("zh"))
    (row,) = rows_of_csv(tmp_path / "out.csv")
    assert row["文件 [title]"] == plain.metadata["title"].value
    assert row["文件 [source]"] == plain.source


def test_what_people_said_has_a_column(plain, reviewed, schema):
    """Which answers, what was done, and by whom; nothing where nobody looked."""
    frame = records_to_frame([plain, reviewed], schema)
    assert frame["reviewed"].to_list()[0] is None
    assert frame["reviewed"].to_list()[1].split("\n") == [
        "exam_passed: absent (李云)",
        "case_files_reviewed: correct (李云)",
        "reconsideration_accepted: accept (王明)",
        "problems 2: accept (李云)",
    ]
