"""The workbook for people, read back."""

from __future__ import annotations

import openpyxl
import pytest

from baogao.outputs.book import listing, wide
from baogao.outputs.book.styles import height_of, lines_in
from baogao.outputs.export import write_export
from baogao.outputs.exported import Exported
from baogao.outputs.flat_files import Layout


@pytest.fixture(scope="module")
def book(plain, queued, failed, reviewed, hostile, schema, texts, tmp_path_factory):
    """A workbook of five reports."""
    path = tmp_path_factory.mktemp("book") / "out.xlsx"
    records = [plain, queued, failed, reviewed, hostile]
    write_export(Exported(records, schema, texts | {"reviewed": texts[plain.doc_id]}), path, Layout("zh"))
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def cell(book):
    """The cell of a field in the row of a report."""
    at = {line[0]: line[-1] for line in book["fields"].values}
    rows = {line[0].value: line[0].row for line in book["数据"].iter_rows(min_row=5)}
    return lambda doc_id, field: book["数据"][f"{at[field]}{rows[doc_id]}"]


def table(sheet):
    """The rows of a sheet under their heads."""
    head, *rows = sheet.values
    return [dict(zip(head, row, strict=True)) for row in rows]


def colour(cell):
    """What a cell is filled with."""
    return cell.fill.start_color.rgb if cell.fill.fill_type else None


def test_sheets(book):
    """Figures first; the mapping of fields keeps its name, for programs."""
    assert book.sheetnames == ["数据", "依据", "列表", "校验", "待核", "说明", "fields"]
    assert book["数据"].freeze_panes == "B5"
    heads = [one.value for one in book["数据"][4]]
    assert "执法案卷评查数\n（卷）" in heads
    assert all(sheet.freeze_panes for sheet in book if sheet.title != "说明")


def test_a_figure_is_a_number_that_looks_as_printed(cell):
    """Its format has its decimals and its bound; a stated none is 0 and says so."""
    assert (cell("qinghe-2023", "case_files_reviewed").value, cell("queued", "case_files_reviewed").value) == (135, 135)
    assert cell("qinghe-2023", "case_files_reviewed").number_format == '"约"#,##0'
    assert cell("qinghe-2023", "entities_inspected").number_format == '#,##0"以上"'
    assert cell("qinghe-2023", "hotline_satisfaction_rate").number_format == "#,##0.0"
    none = cell("qinghe-2023", "reconsideration_accepted")
    assert (none.value, none.number_format) == (0, '"无（"0"）"')


def test_a_figure_leads_to_its_sentence(book, cell):
    """Its comment has it, and its link the row of the sheet of evidence that has it whole."""
    one = cell("qinghe-2023", "entities_inspected")
    assert "抽查主体2600余户" in one.comment.text
    assert "置信度 0.90" in one.comment.text
    sheet, _, place = one.hyperlink.location.partition("!")
    assert sheet == "'依据'"
    row = {head.value: value.value for head, value in zip(book["依据"][1], book["依据"][int(place[1:])], strict=True)}
    assert (row["报告"], row["指标"], row["数值"]) == ("qinghe-2023", "抽查市场主体数", 2600)
    assert "抽查主体2600余户" in row["所在句"]


def test_states_and_people_have_colours(cell):
    """A person's figure, one accepted, one against a check, one unsure, silence, silence confirmed, held back: each
    looks different, and what is silent or held back is empty."""
    places = {
        "failing": ("qinghe-2023", "case_files_reviewed"),
        "person": ("reviewed", "case_files_reviewed"),
        "accepted": ("reviewed", "reconsideration_accepted"),
        "unsure": ("qinghe-2023", "hotline_satisfaction_rate"),
        "silent": ("qinghe-2023", "exam_passed"),
        "seen": ("reviewed", "exam_passed"),
        "held": ("queued", "entities_inspected"),
        "plain": ("qinghe-2023", "entities_inspected"),
    }
    cells = {name: cell(*place) for name, place in places.items()}
    assert len({colour(one) for one in cells.values()}) == len(cells)
    assert [name for name, one in cells.items() if one.value is None] == ["silent", "seen", "held"]
    assert "未采用：2600余户" in cells["held"].comment.text
    assert "李云 更正，2026-03-05：看错行" in cells["person"].comment.text
    assert cells["silent"].comment is None


def test_other_sheets(book):
    """Checks with their arithmetic, entries of lists, what waits, how it was made, which reports failed."""
    checks = table(book["校验"])
    assert [(row["结果"], row["算式"]) for row in checks[:2]] == [("不符", "135 < 140"), ("相符", "2600 >= 100")]
    assert [row["条目"] for row in table(book["列表"])[:2]] == ["力量不足", "质量不高"]
    waits = table(book["待核"])
    assert ("queued", "抽查市场主体数") in {(row["报告"], row["指标"]) for row in waits}
    about = {line[0]: line[1] for line in book["说明"].values if line[0]}
    assert about["报告数"] == "5 份，其中 1 份未能读取"
    assert about["broken"] == "reports/broken.txt"
    assert not any("不带批注" in (line[1] or "") for line in book["说明"].values)
    people = [line[1] for line in book["说明"].values if line[0] == "人工核对"]
    assert people == ["李云：3 项（确认 1，更正 1，确认未提及 1）", "王明：1 项（确认 1，更正 0，确认未提及 0）"]


def test_a_report_that_failed_says_why(book):
    """In its row, and it is not mistaken for a silent one."""
    (row,) = (line for line in book["数据"].iter_rows(min_row=5, values_only=True) if line[0] == "broken")
    assert row[1] == "未能读取：the file is empty"
    assert set(row[2:]) == {None}


def test_nothing_in_it_is_a_formula(book):
    """Whatever a report says; links lead into the workbook and to the page, nowhere else."""
    for sheet in book:
        for cells in sheet.iter_rows():
            for one in cells:
                assert one.data_type != "f"
                if one.hyperlink:
                    assert (one.hyperlink.target or "index.html") == "index.html"


def test_links_to_the_page(book):
    """The file and the place in it, apart, as workbooks have them."""
    links = [one.hyperlink for cells in book["依据"].iter_rows() for one in cells if one.hyperlink]
    assert {link.target for link in links} == {"index.html"}
    assert "qinghe-2023&entities_inspected" in {link.location for link in links}


def test_rows_have_a_sheet_of_their_own(water, water_schema, texts, tmp_path):
    """Called by its label; the wide sheet says how many there are, and leads there."""
    write_export(Exported([water], water_schema, texts), tmp_path / "out.xlsx", Layout("zh", long=True))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames[:4] == ["依据", "数据", "列表", "工程"]
    first, second = table(book["工程"])
    assert (first["投资（万元）"], first["报告"], second["投资（万元）·上限"]) == (8600, "water", 3500)
    at = {line[0]: line[-1] for line in book["fields"].values}
    one = book["数据"][f"{at['works']}5"]
    assert (one.value, one.hyperlink.location) == ("2 条", "'工程'!A2")
    assert book["数据"][f"{at['growth']}5"].value == -2.3
    assert book["数据"][f"{at['signed_on']}5"].value == "2025-01-08"


def test_many_reports_have_comments_as_far_as_a_workbook_can_take_them(monkeypatch, plain, schema, texts, tmp_path):
    """Beyond, figures and evidence are there all the same, and the workbook says so."""
    monkeypatch.setattr(wide, "MOST_COMMENTS", 5)
    monkeypatch.setattr(listing, "MOST_LINKS", 7)
    exported = Exported(
        [plain, plain.model_copy(update={"doc_id": "second"})], schema, texts | {"second": texts[plain.doc_id]}
    )
    write_export(exported, tmp_path / "out.xlsx", Layout("zh"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    comments = [[one.comment is not None for one in row] for row in book["数据"].iter_rows(min_row=5)]
    assert (any(comments[0]), any(comments[1])) == (True, False)
    evidence = book["依据"]
    assert sum(one.hyperlink is not None for cells in evidence.iter_rows() for one in cells) == 7
    assert evidence.max_row == 1 + 2 * (3 + 5 + 2)
    assert "最后 1 份报告不带批注和链接，原句见“依据”表。" in {line[1] for line in book["说明"].values}


def test_as_read_says_so(plain, schema, tmp_path):
    """A table without people's corrections must not be taken for one with them."""
    write_export(Exported([plain], schema, as_read=True), tmp_path / "out.xlsx", Layout("zh"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert "本表为程序所读原样，未计入人工更正" in {line[1] for line in book["说明"].values}


def test_how_high_a_row_is():
    """A Chinese character takes two; what has one line needs no height."""
    assert (lines_in("抽查主体", 8), lines_in("抽查主体户", 8), lines_in("a\nb", 8), lines_in("", 8)) == (1, 2, 2, 1)
    assert height_of([("抽查", 8), (5, 1), (None, 1)]) is None
    assert height_of([("抽查主体户", 8)]) == 29
