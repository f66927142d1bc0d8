"""Workbooks, and tables with commas or tabs between their cells."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import package, spreadsheet, text_of
from baogao.document.spreadsheet import read_delimited
from baogao.errors import DocumentError


def workbook(fill) -> bytes:
    """The bytes of a workbook that a function fills."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        fill(book)
    return buffer.getvalue()


def one_sheet(*rows: list[object], form: dict | None = None) -> bytes:
    """A workbook of one sheet; a format is that of its second column."""

    def fill(book) -> None:
        sheet = book.add_worksheet("统计表")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, book.add_format(form) if form and column == 1 and number else None)

    return workbook(fill)


def test_a_sheet():
    """A sheet is its name and its rows, parted by tabs."""
    read = text_of(one_sheet(["指标", "2023年"], ["申请", 128], ["审结", 97.5]))
    assert read.text == "统计表\n指标\t2023年\n申请\t128\n审结\t97.5"
    assert (read.format, read.notices) == ("excel", ())


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ({"num_format": "0.00%"}, 0.985, "98.50%"),
        ({"num_format": 10}, 0.985, "98.50%"),
        ({"num_format": "#,##0"}, 12345, "12,345"),
        ({"num_format": '0"件"'}, 12, "12件"),
        ({"num_format": "yyyy/m/d"}, 45000, "2023/3/15"),
        ({"bold": True}, 128, "128"),
        ({}, True, "TRUE"),
        ({}, "128件", "128件"),
        ({}, "35\n128", "35；128"),
    ],
)
def test_cells(form, value, text):
    """A cell is what is shown in it."""
    assert text_of(one_sheet(["项目", "数"], ["申请", value], form=form or None)).text.endswith(f"\n申请\t{text}")


def test_a_formula_is_its_value():
    """What was computed is shown, not how."""
    read = text_of(workbook(lambda book: book.add_worksheet("a").write_formula(0, 0, "=1+1", None, 128)))
    assert read.text == "a\n128"


def test_struck_out_and_raised_text():
    """Struck-out cells and parts of cells are left out, raised digits keep their form."""

    def fill(book) -> None:
        sheet = book.add_worksheet("a")
        old, up = book.add_format({"font_strikeout": True}), book.add_format({"font_script": 1})
        sheet.write(0, 0, 120, old)
        sheet.write(0, 1, 128)
        sheet.write_rich_string(1, 0, "收到", old, "120", "128", up, "1", "件")

    read = text_of(workbook(fill))
    assert read.text == "a\n\t128\n收到128¹件"
    assert [notice.message for notice in read.notices] == ["struck-out text is left out, in 2 places; the first"]


def test_hidden_rows_columns_and_sheets():
    """What is hidden is left out with a notice."""

    def fill(book) -> None:
        sheet, other = book.add_worksheet("a"), book.add_worksheet("b")
        for row in range(3):
            sheet.write_row(row, 0, [f"甲{row}", 9, row])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        other.write(0, 0, "乙")
        other.hide()

    read = text_of(workbook(fill))
    assert read.text == "a\n甲0\t0\n甲2\t2"
    assert [notice.message for notice in read.notices] == [
        "hidden rows, columns or sheets are left out, in 2 places; the first"
    ]


def test_merged_cells():
    """A title stands above its table, merged heads label their columns, a merged row head its rows."""

    def fill(book) -> None:
        sheet = book.add_worksheet("a")
        sheet.merge_range(0, 0, 0, 3, "统计表（单位：件）")
        sheet.merge_range(1, 0, 2, 0, "类")
        sheet.merge_range(1, 1, 2, 1, "项")
        sheet.merge_range(1, 2, 1, 3, "2023年")
        sheet.write_row(2, 2, ["上半年", "下半年"])
        sheet.merge_range(3, 0, 4, 0, "复议")
        sheet.write_row(3, 1, ["收到", 12, 9])
        sheet.write_row(4, 1, ["审结", 3, 4])

    read = text_of(workbook(fill))
    assert read.text.split("\n") == [
        "a",
        "统计表（单位：件）",
        "类\t项\t2023年 上半年\t2023年 下半年",
        "复议\t收到\t12\t9",
        "复议\t审结\t3\t4",
    ]


def test_cells_keep_their_columns():
    """A cell that stands alone, far right or far below, keeps its column, and no place is filled for ever."""

    def fill(book) -> None:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["甲", "乙", "丙"])
        sheet.write(1, 2, 5)
        sheet.write(1_000_000, 1, 6)
        sheet.write(1_000_001, 16_000, 7)

    lines = [line for line in text_of(workbook(fill)).text.split("\n") if line]
    assert lines[:4] == ["a", "甲\t乙\t丙", "\t\t5", "\t6"]
    assert lines[4].strip("\t") == "7"
    assert len(lines[4]) < 300


def test_several_sheets_and_empty_ones():
    """Each sheet begins with its name; one without text is nothing."""

    def fill(book) -> None:
        for name in ("甲", "空", "乙"):
            sheet = book.add_worksheet(name)
            if name != "空":
                sheet.write(0, 0, 1)

    assert text_of(workbook(fill)).text == "甲\n1\n乙\n1"


def test_damaged_and_huge_workbooks(monkeypatch):
    """A workbook that cannot be opened, or unpacks to too much, is refused in words."""
    data = one_sheet(["a"])
    with pytest.raises(DocumentError, match="not a Word document that can be opened"):
        text_of(data[: len(data) // 2], ".xlsx")
    monkeypatch.setattr(package, "LARGEST_PART", 100)
    with pytest.raises(DocumentError, match="a part of it unpacks to more than"):
        text_of(data)


def test_merged_cells_that_cover_a_world(monkeypatch):
    """Merged cells that claim to cover more than a table has are refused."""
    monkeypatch.setattr(spreadsheet, "_MOST_COVERED", 5)
    with pytest.raises(DocumentError, match="merged cells cover more than 5"):
        text_of(workbook(lambda book: book.add_worksheet("a").merge_range(0, 0, 9, 9, "甲")))


@pytest.mark.parametrize(
    ("data", "suffix", "text"),
    [
        ("指标,数\n申请,128\n", ".csv", "指标\t数\n申请\t128"),
        ("指标;数\n申请;128\n", ".csv", "指标\t数\n申请\t128"),
        ("指标\t数\n申请\t128\n", ".csv", "指标\t数\n申请\t128"),
        ("指标\t数\n申请,乙\t128\n", ".tsv", "指标\t数\n申请,乙\t128"),
        ("指标，数\n申请，128\n", ".csv", "指标\t数\n申请\t128"),
        ('指标,数\r\n申请,"1,128"\r\n', ".csv", "指标\t数\n申请\t1,128"),
        ('指标,数\n申请,"35\n128"\n', ".csv", "指标\t数\n申请\t35；128"),
        ('指标,数\n"申""请",1\n', ".csv", '指标\t数\n申"请\t1'),
        ("申请", ".csv", "申请"),
        ("统计表,,\n指标,数,\n申请,128,\n", ".csv", "统计表\n指标\t数\n申请\t128"),
        ("指标,数\n,128\n", ".csv", "指标\t数\n\t128"),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimited_text(data, suffix, text, codec):
    """Rows are lines, cells are parted by tabs, whatever parts them in the file and however it is encoded."""
    read = text_of(data.encode(codec), suffix)
    assert read.text == text
    assert read.format == "csv"


@given(st.text(alphabet='指1,;\t"\n|，', max_size=60))
def test_any_table_of_text(text):
    """Whatever stands in it, it is read, or refused in words, and no digit is lost or comes from nowhere."""
    try:
        read = read_delimited(text)
    except DocumentError:
        return
    assert [char for char in read.text if char == "1"] == [char for char in text if char == "1"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"font_color": "#FFFFFF"}, ""),
        ({"font_color": "#FFFFFF", "bg_color": "#000080"}, "128"),
        ({"font_color": "#FF0000"}, "128"),
        ({"num_format": ";;;"}, ""),
    ],
)
def test_cells_that_are_not_seen(form, text):
    """A white figure on nothing, and one whose format shows nothing, are not read."""
    assert text_of(one_sheet(["项目", "数", "注"], ["申请", 128, "件"], form=form)).text.endswith(f"\n申请\t{text}\t件")


def test_rows_and_columns_without_a_size():
    """A row without a height or a column without a width is hidden."""

    def fill(book) -> None:
        sheet = book.add_worksheet("a")
        for number, row in enumerate((["指标", "旧", "数"], ["申请", 9, 128], ["申请", 8, 999])):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, 0)
        sheet.set_column(1, 1, 0)

    assert text_of(workbook(fill)).text == "a\n指标\t数\n申请\t128"


@pytest.mark.parametrize(
    ("cell", "text"), [('="128"', "128"), ("'128", "128"), ("'98.5%", "98.5%"), ("'引文'", "'引文'"), ("=A1", "=A1")]
)
def test_cells_that_say_they_are_text(cell, text):
    """What tells a spreadsheet that digits are text is no part of them."""
    assert read_delimited(f"指标,数\n申请,{cell}\n").text == f"指标\t数\n申请\t{text}"
