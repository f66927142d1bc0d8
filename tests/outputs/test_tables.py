"""Records as frames: wide and long."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from baogao.errors import UsageError
from baogao.outputs.export import records_to_frame
from baogao.outputs.tables import rows_table, wide_table
from baogao.schema import load_schema
from baogao.schema.values import Answer
from short_reports import COMMUNIQUE

LONG = "doc_id field label group status value bound unit text sentence start end confidence by held_back"
LATER = ["page", "place", "year", "reviewed", "reviewer", "reviewed_at", "comment", "reason", "link"]
"""The columns of the long frame, in order; programs rely on them."""


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
    assert len(columns) == 4 + 7 + 3 * 65 + 2 + 2
    assert columns[-2:] == ["held_back", "reviewed"]
    assert "exam_passed_text" in wide_table([], schema, include_text=True).columns


def test_lists_are_one_item_a_line(plain, schema):
    """The scrape's line break inside an item does not make two of it."""
    assert wide_table([plain], schema)["problems"].to_list() == ["力量不足\n质量不高"]


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
    assert frame.columns == [*LONG.split(), *LATER]
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
        **dict.fromkeys(LATER),
        "place": "青禾县",
        "link": "index.html#qinghe-2023&entities_inspected",
    }


def test_long_rows_tell_the_states_apart(plain):
    """A stated none is 0; silence has no value, and is a row all the same."""
    frame = records_to_frame([plain], long=True)
    none, silent = long_row(frame, "reconsideration_accepted"), long_row(frame, "exam_passed")
    assert (none["status"], none["value"], none["text"]) == ("reported_none", 0.0, "暂无行政复议案件")
    assert silent["status"] == "not_reported"
    assert {name for name, cell in silent.items() if cell is None} == {*LONG.split()[5:-1], *LATER} - {"place", "link"}
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


def test_frames_of_no_records(schema):
    """Nothing in, no row out, and the columns are there: of the schema that is given, else of the flagship."""
    assert records_to_frame([]).equals(wide_table([], schema))
    assert records_to_frame([], load_schema(COMMUNIQUE)).columns == wide_table([], load_schema(COMMUNIQUE)).columns
    empty = records_to_frame([], long=True)
    assert (empty.height, empty.columns) == (0, [*LONG.split(), *LATER])


def test_columns_of_one_name_are_refused(schema):
    """A field called like another's side column would overwrite it."""
    first = schema.figures[0]
    clash = replace(schema, specs=(*schema.specs, replace(first, id=f"{first.id}_bound")))
    with pytest.raises(UsageError, match=f"two columns the name '{first.id}_bound'"):
        wide_table([], clash)


def test_fields_of_every_kind_have_their_columns(water, water_schema):
    """Words have no bound, only what may be a range has a second one, and rows have a table of their own."""
    table = wide_table([water], water_schema)
    assert [name for name in table.columns if name.startswith(("growth", "metered", "signed_on"))] == [
        *("signed_on", "signed_on_status", "growth", "growth_bound", "growth_status"),
        *("growth_target", "growth_target_upper", "growth_target_bound", "growth_target_status"),
        *("metered", "metered_status"),
    ]
    assert "works" not in table.columns
    row = table.row(0, named=True)
    assert (row["signed_on"], row["manager"], row["plan_met"]) == ("2025-01-08", "李云", "完成")
    assert (row["growth"], row["growth_target"], row["growth_target_upper"]) == (-2.3, 6.5, 7.0)
    assert (row["metered"], row["metered_status"]) == (None, "not_reported")
    assert (row["repairs"], row["repairs_status"]) == (0.0, "reported_none")


def test_rows_are_a_table_of_their_own(water, failed, make_record, water_schema):
    """One line a row, with its report and its number; a cell that is not there is silence."""
    (works,) = water_schema.rows
    silent = make_record("silent", water_schema)
    table = rows_table([silent, water], water_schema, works)
    assert table.columns == [
        *("doc_id", "row", "name", "name_status", "cost", "cost_upper", "cost_bound", "cost_status"),
        *("stage", "stage_status", "opened", "opened_status"),
    ]
    assert table.select("doc_id", "row", "name", "cost", "cost_upper", "cost_bound", "stage").rows() == [
        ("water", 1, "新水厂", 8600.0, None, "about", None),
        ("water", 2, "北岭泵站", 3000.0, 3500.0, "exact", "在建"),
    ]
    assert table["opened_status"].to_list() == ["reported", "not_reported"]
    assert records_to_frame([silent, water], water_schema, rows="works").equals(table)
    assert rows_table([], water_schema, works).schema == table.schema
    with pytest.raises(UsageError, match="no list of rows 'problems'; there are: works"):
        records_to_frame([water], water_schema, rows="problems")


def test_long_rows_of_words(water, water_schema, texts):
    """Words stand in a column beside the figures, an upper bound in another; both only where they are asked for."""
    frame = records_to_frame([water], water_schema, long=True, texts=texts)
    assert frame.columns == [*LONG.replace("value", "value upper words").split(), *LATER]
    assert frame["field"].to_list() == [spec.id for spec in water_schema.fields]
    manager, target = long_row(frame, "manager"), long_row(frame, "growth_target")
    assert (manager["value"], manager["words"], manager["text"], manager["bound"]) == (None, "李云", "李 云", None)
    assert (target["value"], target["upper"], target["words"]) == (6.5, 7.0, None)
    assert long_row(frame, "plan_met")["sentence"] == "全年计划任务顺利完成。"


def test_a_year_is_no_number(water, water_schema):
    """A date of a year alone is text, with no comma and no point."""
    year = water.model_copy(update={"fields": {"signed_on": Answer(status="reported", value="2025")}})
    assert wide_table([year], water_schema)["signed_on"].to_list() == ["2025"]


def test_what_does_not_fit_its_field_is_refused(water, water_schema):
    """Words where a figure is asked, and a cell that the schema does not have: each is one line for the user."""
    words = water.fields | {"water": water.fields["manager"]}
    with pytest.raises(UsageError, match="water: water is a figure, and '李云' is no number"):
        wide_table([water.model_copy(update={"fields": words})], water_schema)
    rows = {"works": [{"owner": water.fields["manager"]}]}
    with pytest.raises(UsageError, match="water: the rows of 'works' have no cell 'owner'"):
        wide_table([water.model_copy(update={"rows": rows})], water_schema)
    rows = {"works": [{"cost": water.fields["manager"]}]}
    with pytest.raises(UsageError, match="water: cost is a figure"):
        wide_table([water.model_copy(update={"rows": rows})], water_schema)
