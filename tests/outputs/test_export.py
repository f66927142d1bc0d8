"""Records as tables: wide and long, as frame, CSV, Parquet and workbook."""

import csv
import io
from dataclasses import replace

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import SchemaError, UsageError
from baogao.outputs.export import csv_bytes, records_to_frame, wide_table, write_table
from baogao.schema import load_schema
from baogao.schema.values import Answer, TextAnswer
from short_reports import COMMUNIQUE

LONG = "doc_id field label group status value bound unit text sentence start end confidence by held_back"
"""The columns of the long frame, in order; programs rely on them."""


def rows_of_csv(path):
    """The rows as a program reads them, BOM aside."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_value_bound_and_state_stand_apart(plain, schema):
    """Silence is empty, a stated none is 0, a figure has its bound beside it."""
    row = wide_table([plain], schema).row(0, named=True)
    assert (row["entities_inspected"], row["entities_inspected_bound"]) == (2600, "over")
    assert (row["reconsideration_accepted"], row["reconsideration_accepted_status"]) == (0, "reported_none")
    assert (row["exam_passed"], row["exam_passed_bound"], row["exam_passed_status"]) == (None, None, "not_reported")


def test_a_failed_report_keeps_its_row(plain, failed, schema):
    """A failure is a row with its error, and is not mistaken for a silent report."""
    row = wide_table([plain, failed], schema).row(1, named=True)
    assert (row["doc_id"], row["status"], row["error"]) == ("broken", "failed", "the file is empty")
    assert row["exam_passed_status"] is None


def test_columns_follow_the_schema(schema):
    """Every field has its columns, in the schema's order, also in an empty table."""
    columns = wide_table([], schema).columns
    assert columns[:5] == ["doc_id", "source", "status", "error", "title"]
    assert len(columns) == 4 + 7 + 3 * 65 + 2 + 1
    assert "exam_passed_text" in wide_table([], schema, include_text=True).columns


def test_lists_are_one_item_a_line(plain, schema):
    """The scrape's line break inside an item does not make two of it."""
    assert wide_table([plain], schema)["problems"].to_list() == ["力量不足\n质量不高"]


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
    table = wide_table([queued, plain], schema)
    assert table["entities_inspected"].to_list() == [None, 2600.0]
    assert table["held_back"].to_list() == ["entities_inspected: 2600余户 (0.41, less sure than 0.50)", None]


def long_row(frame, field):
    """The one row of a field of the only report."""
    (row,) = frame.filter(pl.col("field") == field).iter_rows(named=True)
    return row


def test_wide_frame_is_the_table(plain, failed, queued, schema):
    """The frame of records is what a file of them would hold, whether or not the schema is handed in."""
    records = [plain, failed, queued]
    assert records_to_frame(records).equals(wide_table(records, schema))
    assert records_to_frame(iter(records), schema).equals(wide_table(records, schema))


def test_long_frame_has_a_row_for_every_figure(plain, queued, failed, schema):
    """Report by report in the order of the records, field by field in the schema's; types do not depend on them."""
    frame = records_to_frame([plain, queued, failed], long=True)
    assert frame.columns == LONG.split()
    assert frame["field"].to_list() == [spec.id for spec in schema.figures] * 3
    assert frame["doc_id"].unique(maintain_order=True).to_list() == ["qinghe-2023", "queued", "broken"]
    assert records_to_frame([failed], long=True).schema == frame.schema
    assert (frame["value"].dtype, frame["start"].dtype, frame["held_back"].dtype) == (pl.Float64, pl.Int64, pl.Boolean)


def test_long_row_of_a_figure(plain, texts):
    """A row says what the figure is, what was printed, who read it, and the sentence that it was read from."""
    row = long_row(records_to_frame([plain], long=True, texts=texts), "entities_inspected")
    start = texts["qinghe-2023"].index("2600余户")
    assert row == {
        "doc_id": "qinghe-2023",
        "field": "entities_inspected",
        "label": "抽查市场主体数",
        "group": "functions",
        "status": "reported",
        "value": 2600.0,
        "bound": "over",
        "unit": "户",
        "text": "2600余户",
        "sentence": "全年评查案卷约135卷，抽查主体2600余户，满意率98.5%。",
        "start": start,
        "end": start + len("2600余户"),
        "confidence": 0.9,
        "by": "rules+llm",
        "held_back": False,
    }


def test_long_rows_tell_the_states_apart(plain):
    """A stated none is 0; silence has no value, and is a row all the same."""
    frame = records_to_frame([plain], long=True)
    none, silent = long_row(frame, "reconsideration_accepted"), long_row(frame, "exam_passed")
    assert (none["status"], none["value"], none["text"]) == ("reported_none", 0.0, "暂无行政复议案件")
    assert silent["status"] == "not_reported"
    assert {name for name, cell in silent.items() if cell is None} == set(LONG.split()[5:-1])
    assert frame["status"].value_counts(sort=True).rows()[0] == ("not_reported", 60)


def test_a_none_is_0_also_where_no_value_is_written(make_record, schema):
    """Records that others made may leave the 0 of a stated none out; a figure without a value stays without."""
    fields = {"exam_passed": Answer(status="reported_none"), "exam_candidates": Answer(status="reported")}
    record = make_record("bare", schema, fields=fields)
    wide, long = records_to_frame([record]), records_to_frame([record], long=True, texts={"bare": "无。"})
    assert (wide["exam_passed"].item(), wide["exam_candidates"].item()) == (0.0, None)
    assert (long_row(long, "exam_passed")["value"], long_row(long, "exam_candidates")["value"]) == (0.0, None)


def test_long_row_of_what_is_held_back(queued, texts):
    """The state stays silent, so that a filter by state counts no doubtful figure; what waits is beside it."""
    row = long_row(records_to_frame([queued], long=True, texts=texts), "entities_inspected")
    assert (row["held_back"], row["status"]) == (True, "not_reported")
    assert (row["value"], row["bound"], row["unit"], row["text"]) == (2600.0, "over", "户", "2600余户")
    assert (row["confidence"], row["by"]) == (0.41, "llm")
    assert "2600余户" in row["sentence"]
    assert texts["queued"][row["start"] : row["end"]] == "2600余户"
    assert records_to_frame([queued], long=True)["held_back"].sum() == 1


def test_long_rows_of_a_failure(failed, plain, texts):
    """A report that failed keeps its rows, and is not mistaken for a silent one."""
    frame = records_to_frame([plain, failed], long=True, texts=texts).filter(pl.col("doc_id") == "broken")
    assert frame.height == 65
    for name in LONG.split()[4:-1]:
        assert frame[name].null_count() == 65
    assert not frame["held_back"].any()


def test_long_row_of_a_sum(make_record, schema):
    """Parts may stand in several sentences: each is given once, and start and end lie around all of them."""
    text = "青禾县情况的报告\n\n一、主要工作\n开展防汛演练2场、消防演练3场。另外办了会。又开展地震演练4场。\n"
    spans = [(text.index(part), text.index(part) + 2) for part in ("4场", "2场", "3场")]
    total = Answer(status="reported", value=9, bound="exact", unit="场", evidence=spans, text="4场、2场、3场")
    record = make_record("sum", schema, fields={"emergency_drills": total})
    row = long_row(records_to_frame([record], long=True, texts={"sum": text}), "emergency_drills")
    assert row["sentence"] == "开展防汛演练2场、消防演练3场。\n又开展地震演练4场。"
    assert (row["start"], row["end"]) == (text.index("2场"), text.index("4场") + 2)


def test_sentences_need_the_text(plain, texts, tmp_path):
    """They come from a mapping or from a run's folder; where a text was not kept there is none, and the rest stands."""
    (tmp_path / "qinghe-2023.txt").write_bytes(texts["qinghe-2023"].encode())
    whole = records_to_frame([plain], long=True, texts=texts)
    assert records_to_frame([plain], long=True, texts=tmp_path).equals(whole)
    for without in (None, {}, tmp_path / "missing"):
        bare = records_to_frame([plain], long=True, texts=without)
        assert bare["sentence"].null_count() == bare.height
        assert bare.drop("sentence").equals(whole.drop("sentence"))


def test_a_text_of_another_report_is_refused(plain, texts):
    """A sentence that the figure does not stand in would be worse than none."""
    with pytest.raises(UsageError, match="qinghe-2023: the record does not belong to this text: entities_inspected"):
        records_to_frame([plain], long=True, texts={"qinghe-2023": "短"})
    changed = texts["qinghe-2023"].replace("2600", "2500")
    with pytest.raises(UsageError, match="entities_inspected is not there"):
        records_to_frame([plain], long=True, texts={"qinghe-2023": changed})


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


def test_frames_of_no_records(schema):
    """Nothing in, no row out, and the columns are there: of the schema that is given, else of the flagship."""
    assert records_to_frame([]).equals(wide_table([], schema))
    assert records_to_frame([], load_schema(COMMUNIQUE)).columns == wide_table([], load_schema(COMMUNIQUE)).columns
    empty = records_to_frame([], long=True)
    assert (empty.height, empty.columns) == (0, LONG.split())


def test_columns_of_one_name_are_refused(schema):
    """A field called like another's side column would overwrite it."""
    first = schema.figures[0]
    clash = replace(schema, specs=(*schema.specs, replace(first, id=f"{first.id}_bound")))
    with pytest.raises(UsageError, match=f"two columns the name '{first.id}_bound'"):
        wide_table([], clash)


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
