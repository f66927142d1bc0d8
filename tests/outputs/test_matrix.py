"""The table over all reports, without a browser: what stands in the file."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from baogao.errors import UsageError
from baogao.outputs.matrix import write_matrix
from baogao.outputs.page_file import csp_hash
from baogao.record import Record
from baogao.schema.values import Answer, Reviewed, TextAnswer

LOOK, FAILING, OUTLIER, REVIEWED = 1, 2, 4, 8


def block(html: str, name: str) -> dict:
    """A block of inert JSON."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html)[1])


@pytest.fixture
def written(plain, hostile, failed, queued, disputed, texts, schema, tmp_path):
    """The file over all kinds of report."""
    write_matrix([plain, hostile, failed, queued, disputed], schema, tmp_path / "matrix.html", texts)
    return (tmp_path / "matrix.html").read_text(encoding="utf-8")


def cells(html: str, number: int) -> dict[str, list]:
    """The cells of a report by the id of their field."""
    table = block(html, "table")
    columns = [column["id"] for group in table["groups"] for column in group["columns"]]
    return {columns[cell[0]]: cell[1:] for cell in table["reports"][number].get("cells", [])}


def test_cells_say_state_value_confidence_and_marks(written):
    """Silence has no cell; a bound and what is to be looked at are there."""
    plain, queued = cells(written, 0), cells(written, 3)
    assert plain["case_files_reviewed"] == [1, 135, 90, FAILING, "≈"]
    assert plain["entities_inspected"] == [1, 2600, 90, 0, "≥"]
    assert plain["hotline_satisfaction_rate"] == [1, 98.5, 31, LOOK]
    assert plain["reconsideration_accepted"] == [2, 0, 90, 0]
    assert plain["problems"] == [1, 2, None, 0]
    assert "exam_passed" not in plain
    assert queued["entities_inspected"] == [3, 2600, 41, LOOK, "≥"]
    assert cells(written, 4)["exam_passed"] == [0, None, None, LOOK], "what is only proposed"


def test_a_report_that_failed_says_why(written):
    """It is a row without cells."""
    row = block(written, "table")["reports"][2]
    assert row == {"id": "broken", "error": "the file is empty", "failed": True}


def test_details_say_where_it_stands(written):
    """The sentence from the text, and what a check says."""
    detail = block(written, "detail-0")
    told = [cell for cell in detail["cells"].values() if cell.get("text") == "约135卷"]
    assert [detail["sentences"][cell["sentence"]] for cell in told] == [
        "全年评查案卷约135卷，抽查主体2600余户，满意率98.5%。"
    ]
    assert [check["message"] for check in detail["checks"]] == ["135 < 140"]
    assert ["力量\n不足", "质量不高"] in [cell.get("entries") for cell in detail["cells"].values()]


def test_what_a_person_said(plain, texts, schema, tmp_path):
    """It is marked, no more to be looked at, and told with name and comment; also where there is nothing."""
    said = Reviewed(who="李敏", at="2026-11-27T08:00:00+00:00", act="accept", comment="对")
    rate = plain.fields["hotline_satisfaction_rate"].model_copy(update={"reviewed": said})
    fields = {"hotline_satisfaction_rate": rate, "exam_passed": Answer(status="not_reported", reviewed=said)}
    record = plain.model_copy(update={"fields": plain.fields | fields})
    write_matrix([record], schema, tmp_path / "matrix.html", texts)
    html = (tmp_path / "matrix.html").read_text(encoding="utf-8")
    assert cells(html, 0)["hotline_satisfaction_rate"] == [1, 98.5, 31, REVIEWED]
    assert cells(html, 0)["exam_passed"] == [0, None, None, REVIEWED]
    told = [cell["reviewed"]["comment"] for cell in block(html, "detail-0")["cells"].values() if "reviewed" in cell]
    assert told == ["对", "对"]


def test_columns_of_every_kind(water, water_schema, texts, tmp_path):
    """Words as words, a range as it is printed, rows as their number; no place, no year."""
    write_matrix([water], water_schema, tmp_path / "matrix.html", texts)
    html = (tmp_path / "matrix.html").read_text(encoding="utf-8")
    found = cells(html, 0)
    assert found["signed_on"][:2] == [1, "2025-01-08"]
    assert found["growth_target"] == [1, 6.5, 90, 0, "", "6.5–7"]
    assert found["growth"][:2] == [1, -2.3]
    assert found["works"] == [1, 2, None, LOOK], "a cell of it is unsure"
    columns = {column["id"]: column for group in block(html, "table")["groups"] for column in group["columns"]}
    assert (columns["water"].get("sum"), columns["growth"].get("sum")) == (True, None)
    assert ["新水厂", "北岭泵站"] in [cell.get("entries") for cell in block(html, "detail-0")["cells"].values()]
    assert block(html, "table")["reports"][0].keys() == {"id", "title", "cells"}


def test_figures_that_a_browser_cannot_count(plain, schema, texts, tmp_path):
    """All digits of a long one are kept in words."""
    long = plain.fields["case_files_reviewed"].model_copy(update={"value": Decimal("12345678901234567890")})
    record = plain.model_copy(update={"fields": plain.fields | {"case_files_reviewed": long}})
    write_matrix([record], schema, tmp_path / "matrix.html", texts)
    found = cells((tmp_path / "matrix.html").read_text(encoding="utf-8"), 0)
    assert found["case_files_reviewed"][-1] == "12,345,678,901,234,567,890"


def year_of(record: Record, year: int, value: int) -> Record:
    """A report of the same place on another year."""
    period = {
        name: TextAnswer(value=f"{year}-{month}") for name, month in (("period_start", "01"), ("period_end", "12"))
    }
    answer = record.fields["case_files_reviewed"].model_copy(update={"value": Decimal(value)})
    fields = record.fields | {"case_files_reviewed": answer}
    update = {"doc_id": f"qinghe-{year}", "metadata": record.metadata | period, "fields": fields}
    return record.model_copy(update=update)


def test_outliers_are_marked_listed_and_given_back(plain, schema, tmp_path):
    """A figure that is ten times last year's."""
    records = (year_of(plain, year, value) for year, value in ((2022, 135), (2023, 1350)))
    found = write_matrix(records, schema, tmp_path / "matrix.html", {})
    html = (tmp_path / "matrix.html").read_text(encoding="utf-8")
    assert [(one.doc_id, one.field) for one in found] == [("qinghe-2023", "case_files_reviewed")]
    assert cells(html, 1)["case_files_reviewed"][3] == FAILING + OUTLIER
    assert cells(html, 0)["case_files_reviewed"][3] == FAILING
    assert [(one["id"], one["against"], one["usual"]) for one in block(html, "table")["outliers"]] == [
        ("qinghe-2023", "last_year", 135)
    ]


def test_a_queue_that_comes_apart_from_the_records(disputed, texts, schema, tmp_path):
    """Records that are read one at a time come without it."""
    bare = disputed.model_copy()
    for path, record, queue in (("a.html", disputed, ()), ("b.html", bare, disputed.review)):
        write_matrix([record.with_review([]) if queue else record], schema, tmp_path / path, texts, queue=queue)
    assert (tmp_path / "a.html").read_text("utf-8") == (tmp_path / "b.html").read_text("utf-8")


def test_nothing_runs_but_the_page_itself(written):
    """The policy names the style and the script that are there; hostile text is inert, in the plain table too."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', written)[1]
    assert csp_hash(re.search(r"<style>(.*?)</style>", written, re.DOTALL)[1]) in policy
    assert csp_hash(re.search(r"<script>(.*?)</script>", written, re.DOTALL)[1]) in policy
    assert written.count("<script") == written.count("</script>")
    assert not re.search(r"<(img|svg)\b", written.replace("%3Csvg", ""))
    assert "http://" not in written.replace("http://www.w3.org/2000/svg", "")


def test_without_javascript_there_is_a_table(written):
    """Each report with its values; what failed says why."""
    plain = re.search(r"<noscript>(.*?)</noscript>", written, re.DOTALL)[1]
    assert "<td>≈135</td>" in plain
    assert "<td>(≥2,600)</td>" in plain
    assert ">the file is empty</td>" in plain
    assert "=1+1&lt;img" in plain


def test_a_place_that_cannot_be_written(plain, schema, tmp_path):
    """One error that says so, and nothing is left behind."""
    with pytest.raises(UsageError, match="cannot write"):
        write_matrix([plain], schema, tmp_path / "missing" / "matrix.html", {})
    assert list(tmp_path.iterdir()) == []
