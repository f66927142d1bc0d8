"""PDFs."""

from __future__ import annotations

import shutil
import subprocess
import time

import docx
import pytest
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.document import document_from_text, pdf, text_of
from baogao.errors import DocumentError
from document.sheets import FONT, PROSE, apart, both, drawn, lines, run, table, wrapped


def test_pdf_text_layer(make_pdf, report):
    """The text of every page, line by line, with a notice; wrapped lines become one sentence again."""
    read = text_of(make_pdf(report.splitlines()[:4], report.splitlines()[4:]))
    text, notices = read.text, read.messages
    assert [line for line in text.splitlines() if line] == report.splitlines()
    assert notices == ("the text layer of a PDF",)
    assert len(document_from_text(text).sections) == len(document_from_text(report).sections)


def test_pdf_with_a_picture_page(make_pdf):
    """A page without text in a PDF with text is a notice."""
    assert "no text on page 2: a picture may be there" in text_of(make_pdf(["全年检查46次。"], None)).messages


def test_scanned_pdf(make_pdf):
    """A PDF of pictures says what to do instead."""
    with pytest.raises(DocumentError, match=r"scanned PDF.*OCR"):
        text_of(make_pdf(None, None))


def test_locked_pdf(make_pdf):
    """A PDF with a password says so."""
    with pytest.raises(DocumentError, match="locked by a password"):
        text_of(make_pdf(["全年检查46次。"], password="x"))


def test_pdf_of_many_pages(make_pdf, monkeypatch):
    """A book is no report: its pages, its characters and the time it takes have limits."""
    data = make_pdf(["甲。"], ["乙。"], ["丙。"])
    assert [line for line in text_of(data).text.splitlines() if line] == ["甲。", "乙。", "丙。"]
    for name, limit, message in (
        ("_MOST_PAGES", 2, "more than 2 pages"),
        ("_MOST_CHARACTERS", 3, "more than 3 characters"),
        ("_MOST_SECONDS", -1, "takes more than -1 seconds"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(pdf, name, limit)
            with pytest.raises(DocumentError, match=message):
                text_of(data)


def test_blank_pages_are_named(make_pdf):
    """All pages without text are listed, counted from one."""
    notices = text_of(make_pdf(None, ["全年检查46次。"], None)).messages
    assert notices == ("the text layer of a PDF", "no text on page 1, 3: a picture may be there")


def text(*pages, **options) -> str:
    """The text that is read of some drawn pages."""
    return drawn(*pages, **options).text


# Columns


@pytest.mark.parametrize("gutter", [10, 13, 20, 40])
@pytest.mark.parametrize("count", [14, 18])
def test_two_columns(gutter, count):
    """Columns are read one after the other, however near they are, and a sentence goes on from one to the next."""
    body = PROSE * 2 + "全年检查1128家，约谈97家。"
    broken = wrapped(body, count)
    half = (len(broken) + 1) // 2
    right = 72 + count * 12 + gutter
    assert text(both(lines(broken[:half]), lines(broken[half:], x=right))) == body


def test_a_heading_over_two_columns():
    """A title over both columns comes first; one between them parts what is above from what is below."""
    title, second = (
        "云岭县粮食局关于二〇二三年粮食收购工作情况的报告",
        "云岭县粮食局关于二〇二四年粮食收购工作安排的说明",
    )
    upper, lower = wrapped(PROSE, 16), wrapped(PROSE, 16)
    third = len(upper) // 2
    page = both(
        lines([title], x=150, y=800),
        lines(upper[:third]),
        lines(upper[third:], x=300),
        lines([second], x=150, y=560),
        lines(lower[:third], y=520),
        lines(lower[third:], x=300, y=520),
    )
    assert text(page).split("\n") == [title, PROSE, second, PROSE]


def test_columns_that_begin_and_end_at_different_heights():
    """The right column may begin above the left one, the left one may end below the right one."""
    broken = wrapped(PROSE * 2, 16)
    assert text(both(lines(broken[:8], y=720), lines(broken[8:], x=290, y=740))) == PROSE * 2
    assert text(both(lines(broken[:9]), lines(broken[9:], x=290))) == PROSE * 2


def test_columns_whose_lines_stand_at_different_heights():
    """Lines of two columns need not stand on one base line."""
    broken = wrapped(PROSE * 2, 16)
    assert text(both(lines(broken[:7], leading=20), lines(broken[7:], x=290, y=753, leading=22))) == PROSE * 2


def test_three_columns():
    """So are three."""
    broken = wrapped(PROSE * 2, 10)
    third = (len(broken) + 2) // 3
    page = both(*(lines(broken[third * n : third * (n + 1)], x=72 + 145 * n) for n in range(3)))
    assert text(page) == PROSE * 2


def test_columns_of_a_list():
    """Entries of a list in two columns are no rows of a table."""
    entries = [f"（{number}）检查粮库、粮站和粮店等第{number}批" for number in range(1, 21)]
    assert text(both(lines(entries[:10]), lines(entries[10:], x=320))).split("\n") == entries


def test_a_number_over_the_end_of_a_column():
    """Digits at the end of one line and at the beginning of the next are one number."""
    upper = wrapped(PROSE[:53] + "全年检查粮店和粮站共11", 15)
    lower = wrapped("28家，约谈97家，整改到位。" + PROSE, 15)
    assert "共1128家，约谈97家" in text(both(lines(upper), lines(lower, x=320)))


# Characters by themselves


@pytest.mark.parametrize("pitch", [12.0, 14.0, 16.0, 18.0, 21.0, 24.0])
def test_characters_placed_by_themselves(pitch):
    """Room between all the characters of a line is no blank, beside digits as little as beside Chinese."""
    line = "全年收购粮食128吨，检查97次，整改6项。" if pitch < 21 else "全年收购128吨，检查97次。"
    assert text(both(lines(wrapped(PROSE, 34)), apart(line, pitch))).split("\n")[-1] == line


@pytest.mark.parametrize("gap", [0.4, 1.2, 2.4, 4.0])
def test_a_justified_line(gap):
    """Room that a justified line spreads between its characters is none of the text."""

    def draw(canvas):
        words = canvas.beginText(72, 400)
        words.setFont(FONT, 12)
        words.setCharSpace(gap)
        words.textOut("全年收购粮食128吨，同比增长3.2%，检查97次。")
        canvas.drawText(words)

    assert text(draw) == "全年收购粮食128吨，同比增长3.2%，检查97次。"


def test_blanks_beside_digits_are_none_and_between_words_are_one():
    """Programs put a little room between Chinese and digits; words of Latin letters have blanks between them."""
    assert (
        text(
            run(
                ("2023", 12, 0),
                (" ", 12, 0),
                ("年收购", 12, 0),
                (" ", 12, 0),
                ("128", 12, 0),
                (" ", 12, 0),
                ("吨", 12, 0),
            )
        )
        == "2023年收购128吨"
    )
    assert text(lines(["ISO 9001 and HACCP 22000"])) == "ISO 9001 and HACCP 22000"


def test_two_figures_with_room_between_them_stay_two():
    """Digits are joined only where all the line is spread out."""
    assert text(run(("收购量  128  97  46", 12, 0))).split() == ["收购量", "128", "97", "46"]


def test_what_is_printed_twice_in_one_place_is_one():
    """Bold letters may be made by printing them twice."""
    page = both(lines(["全年检查128次。"]), lines(["全年检查128次。"], x=72.4))
    assert text(page) == "全年检查128次。"


# Note marks


@pytest.mark.parametrize(
    ("mark", "read"),
    [("1", "¹"), ("12", "¹²"), ("①", "①"), ("*", "*"), ("[1]", "[¹]"), ("(2)", "⁽²⁾"), ("1,2", "¹,²")],
)
@pytest.mark.parametrize(("size", "rise"), [(6, 5), (7, 4), (8, 3), (9.9, 4)])
def test_note_marks(mark, read, size, rise):
    """What is smaller than its line and raised is no digit of the figure before it."""
    page = both(
        lines(wrapped(PROSE, 34)),
        run(("全年检查128", 12, 0), (mark, size, rise), ("次，约谈97", 12, 0), (mark, size, rise), ("家。", 12, 0)),
    )
    assert text(page).split("\n")[-1] == f"全年检查128{read}次，约谈97{read}家。"


def test_square_metres():
    """An exponent is raised too."""
    assert text(run(("仓容面积3600m", 12, 0), ("2", 7, 5), ("。", 12, 0))) == "仓容面积3600m²。"


def test_small_print_on_the_line_is_not_raised():
    """Smaller figures on the same base line are figures."""
    assert text(run(("全年检查", 12, 0), ("128", 9, 0), ("次。", 12, 0))) == "全年检查128次。"


def test_a_line_of_small_print_below_is_a_line():
    """The line below a larger one is not raised into it."""
    assert text(both(lines(["全年检查128次。"], y=420), lines(["97家"], y=404, size=8))).split("\n") == [
        "全年检查128次。",
        "97家",
    ]


# Page furniture


HEADS = ["云岭县粮食工作年报", "云岭县粮食工作年报 {n}", "粮食工作年报　第{n}页", "云粮字〔2023〕12号"]
FEET = [
    "{n}",
    "- {n} -",
    "— {n} —",
    "－{n}－",
    "第{n}页",
    "第 {n} 页 共 3 页",
    "{n} / 3",
    "{n}/3",
    "Page {n} of 3",
    "{r}",
    "{c}",
    "·{n}·",
]
ROMAN, CHINESE = ["i", "ii", "iii"], ["一", "二", "三"]


def broken_pages(head: str, foot: str, count: int = 3) -> tuple[list, str]:
    """Pages that end in mid-sentence, with their furniture, and their text without it."""
    sentence = "".join(f"{PROSE[:60]}第{n}季度检查粮库" + f"{n}128座，" for n in range(1, count * 6)) + "整改到位。"
    broken = wrapped(sentence, 34, indent=2)
    each = -(-len(broken) // count)
    pages = []
    for n in range(count):
        marks = {"n": n + 1, "r": ROMAN[n], "c": CHINESE[n]}
        draws = [lines(broken[each * n : each * (n + 1)])]
        draws += [lines([head.format(**marks)], x=240, y=805, size=9)] if head else []
        draws += [lines([foot.format(**marks)], x=290, y=40, size=9)] if foot else []
        pages.append(both(*draws))
    return pages, sentence


@pytest.mark.parametrize("foot", FEET)
def test_page_numbers_inside_a_sentence(foot):
    """A page number between two halves of a sentence is taken out, and a notice says so."""
    pages, sentence = broken_pages("", foot)
    read = drawn(*pages)
    assert read.text == sentence
    assert "left out as page furniture: page numbers (3 pages)" in read.messages


@pytest.mark.parametrize("head", HEADS)
def test_running_heads_inside_a_sentence(head):
    """So is a running head that says the same on all pages but for a number."""
    pages, sentence = broken_pages(head, "— {n} —")
    read = drawn(*pages)
    assert read.text == sentence
    assert any("page numbers (3 pages)" in notice and "(3 pages)" in notice for notice in read.messages)


def test_the_furniture_of_one_page():
    """A page number, and a small head far above the text, are known on one page too."""
    pages, sentence = broken_pages("云岭县粮食工作年报", "- {n} -", count=1)
    assert drawn(*pages).text == sentence


def test_what_a_browser_prints_at_the_edges():
    """The address, the time and the title at the edge of a page are no text."""
    page = both(
        lines(wrapped(PROSE, 34)),
        lines(["2024/1/15 10:23"], x=30, y=820, size=8),
        lines(["工作报告"], x=300, y=820, size=8),
        lines(["https://example.gov.cn/report.html"], x=30, y=20, size=8),
        lines(["1/1"], x=560, y=20, size=8),
    )
    assert text(page) == PROSE


def test_lines_that_only_look_like_furniture():
    """Figures of a list at the foot of a page, the same words at the top of two pages, a single line: they are text."""
    figures = [f"第{n}季度检查次数" if n % 2 else "47" for n in range(1, 13)]
    assert "47" in text(lines(figures, y=300)).split("\n")[-1]
    page = [lines(["下一步工作", *wrapped(PROSE, 34)]), lines(["下一步工作", *wrapped(PROSE * 2, 34)])]
    assert text(*page).count("下一步工作") == 2
    assert text(lines(["检查12次。"]), lines(["检查12次。"])).count("检查12次。") == 2


# Pages


def test_pages_are_where_they_begin():
    """The page of a character is the last one that begins at or before it, also inside a sentence."""
    pages, sentence = broken_pages("", "{n}")
    read = drawn(*pages)
    assert read.pages[0] == 0
    assert len(read.pages) == 3
    assert list(read.pages) == sorted(read.pages)
    for number, start in enumerate(read.pages):
        assert read.text[start] in wrapped(sentence, 34, indent=2)[number * -(-len(wrapped(sentence, 34, 2)) // 3)][:3]
    assert read.converter is not None
    assert read.converter.startswith("pypdfium2 ")


def test_a_blank_page_begins_where_the_next_one_does():
    """Pages without text have their place as well."""
    read = drawn(lines(["甲。"]), lines([]), lines(["乙。"]))
    assert read.text == "甲。\n乙。"
    assert len(read.pages) == 3
    assert read.pages[2] == 3


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_a_number_over_the_end_of_a_page(digits):
    """A number may be broken by the end of a page."""
    upper = [*wrapped(PROSE[:68], 34), "全县粮食系统各单位上下联动、协同配合，全年共计开展检查" + "1128"[:digits]]
    lower = ["1128"[digits:] + "次，约谈97家，整改到位，群众反映良好。", *wrapped(PROSE, 34)]
    read = text(both(lines(upper), lines(["1"], x=290, y=40)), both(lines(lower), lines(["2"], x=290, y=40)))
    assert "开展检查1128次，约谈97家" in read


def test_notes_at_the_foot_of_a_page_follow_the_sentence():
    """A sentence that goes on over a page's end is not broken by the notes at its foot."""
    upper = wrapped(PROSE[:68] + "全县粮食系统各单位上下联动、协同配合，全年共计开展检查", 34)
    page = both(
        lines(upper, y=160), lines(["① 检查次数含联合检查12次。", "② 不含乡镇自查34次。"], y=70, size=9, leading=13)
    )
    read = text(page, lines(["1128次，约谈97家。", "下一年继续努力。"])).split("\n")
    assert read[0].endswith("开展检查1128次，约谈97家。")
    assert read[1:3] == ["①检查次数含联合检查12次。", "②不含乡镇自查34次。"]


# Tables


ROWS = [
    ["指标", "单位", "2022年", "2023年"],
    ["检查粮库", "座", "45", "128"],
    ["约谈企业", "家", "7", "97"],
    ["整改问题", "项", "", "6"],
]


@pytest.mark.parametrize("ruled", ["grid", "open", "rows", "none"])
def test_a_table(ruled):
    """A row is a line, its cells have tabs between them, with lines around or without."""
    read = text(both(lines(wrapped(PROSE, 34)), table(ROWS, [120, 80, 80, 80], ruled=ruled)))
    assert read.split("\n") == [PROSE, *("\t".join(row) for row in ROWS)]


def test_a_narrow_table():
    """Cells are as near to each other as their lines allow."""
    rows = [["12", "34", "56"], ["78", "90", "11"]]
    assert text(table(rows, [18, 18, 18])).split("\n") == ["12\t34\t56", "78\t90\t11"]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("45/128", "45 128"),
        ("检查粮/库数量", "检查粮库数量"),
        ("甲/乙", "甲 乙"),
        ("上年/45/本年/128", "上年 45 本年 128"),
    ],
)
def test_lines_of_a_cell(cell, read):
    """Lines of a cell are one cell; two figures in it stay two; a word that the cell broke is one again."""
    width = 47 if "粮" in cell else 90
    rows = [["项目", "数量"], [cell, "次"], ["合计", "9"]]
    assert text(table(rows, [width, 60])).split("\n")[1] == f"{read}\t次"


def test_a_cell_over_two_columns_and_one_over_two_rows():
    """A merged cell is written once, and the others stay in their columns."""

    def draw(canvas):
        canvas.setLineWidth(0.5)
        for level, left in ((600, 72), (576, 172), (552, 72), (528, 72)):
            canvas.line(left, level, 372, level)
        for place, top, bottom in ((72, 600, 528), (172, 600, 528), (272, 576, 528), (372, 600, 528)):
            canvas.line(place, top, place, bottom)
        for word, x, y in (
            ("指标", 80, 570),
            ("检查", 180, 584),
            ("县级", 180, 560),
            ("乡级", 280, 560),
            ("次数", 80, 536),
            ("128", 180, 536),
            ("97", 280, 536),
        ):
            canvas.drawString(x, y, word)

    assert text(draw).split("\n") == ["指标\t检查\t", "\t县级\t乡级", "次数\t128\t97"]


def test_prose_in_a_frame_is_prose():
    """A frame around a text, and a line below a word, make no table."""

    def draw(canvas):
        canvas.rect(60, 600, 470, 190)
        canvas.line(72, 500, 140, 500)
        lines(wrapped(PROSE, 34))(canvas)

    assert text(draw) == PROSE


def test_a_table_beside_columns_stands_in_its_place():
    """What is above a table comes before it, what is below comes after."""
    page = both(lines(wrapped(PROSE, 34)), table(ROWS, [120, 80, 80, 80]), lines(wrapped(PROSE, 34), y=420))
    assert text(page).split("\n") == [PROSE, *("\t".join(row) for row in ROWS), PROSE]


def test_a_table_over_two_pages():
    """Rows go on on the next page; its number is no row."""
    pages = [
        both(table(ROWS, [120, 80, 80, 80], y=200), lines(["1"], x=290, y=40)),
        both(table(ROWS[1:], [120, 80, 80, 80], y=780), lines(["2"], x=290, y=40)),
    ]
    assert text(*pages).split("\n") == ["\t".join(row) for row in [*ROWS, *ROWS[1:]]]


# Turned pages


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page(degrees):
    """A page that lies on its side or upside down is read as it was written, tables included."""

    def draw(canvas):
        canvas.translate(300, 420)
        canvas.rotate(degrees)
        canvas.translate(-300, -420)
        lines(wrapped(PROSE, 34), y=640)(canvas)
        table(ROWS, [120, 80, 80, 80], y=560)(canvas)

    assert text(draw).split("\n") == [PROSE, *("\t".join(row) for row in ROWS)]


def test_a_page_that_is_shown_turned():
    """How a page is shown does not change its words."""

    def draw(canvas):
        canvas.setPageRotation(90)
        lines(wrapped(PROSE, 34), y=500)(canvas)

    assert text(draw) == PROSE


def test_a_watermark_is_left_out():
    """Slanted words over a page are none of its sentences, and a notice says so."""

    def draw(canvas):
        lines(wrapped(PROSE, 34))(canvas)
        canvas.translate(200, 600)
        canvas.rotate(45)
        canvas.drawString(0, 0, "内部资料12件")

    read = drawn(draw)
    assert read.text == PROSE
    assert "slanted text, as of a watermark, (7 characters) on page 1: left out" in read.messages


# What cannot be seen


def hidden(how: str):
    """Draws a figure that cannot be seen."""

    def draw(canvas):
        lines(wrapped(PROSE, 34))(canvas)
        words = canvas.beginText(72, 400)
        words.setFont(FONT, 1 if how == "tiny" else 12)
        if how == "no ink":
            words.setTextRenderMode(3)
        if how == "white":
            canvas.setFillColorRGB(1, 1, 1)
        if how == "clear":
            canvas.setFillAlpha(0)
        words.setTextOrigin(-300 if how == "outside" else 72, 400)
        words.textOut("检查999次。")
        canvas.drawText(words)

    return draw


@pytest.mark.parametrize("how", ["no ink", "white", "clear", "tiny", "outside"])
def test_text_that_cannot_be_seen(how):
    """Words without ink, white on white, transparent, tiny or outside of the page are none of its text."""
    read = drawn(hidden(how))
    assert read.text == PROSE
    assert "text that cannot be seen (7 characters) on page 1: left out" in read.messages


def test_white_letters_on_a_dark_ground():
    """They can be seen."""

    def draw(canvas):
        canvas.setFillColorRGB(0, 0, 0.5)
        canvas.rect(60, 390, 300, 30, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        lines(["检查128次。"], y=400)(canvas)

    assert text(draw) == "检查128次。"


def test_the_words_below_a_scan(scan):
    """Words without ink over a picture of the page are what somebody recognised in it."""

    def draw(canvas):
        canvas.drawImage(scan, 0, 0, width=595, height=842)
        words = canvas.beginText(72, 700)
        words.setFont(FONT, 12)
        words.setTextRenderMode(3)
        words.textOut("检查128次。")
        canvas.drawText(words)

    assert text(draw) == "检查128次。"


def test_struck_out_text():
    """What has a line through its middle is left out, and what has one below it is not."""

    def draw(canvas):
        run(("全年检查", 12, 0), ("120", 12, 0), ("128", 12, 0), ("次。", 12, 0))(canvas)
        start = 72 + 48
        width = canvas.stringWidth("120", FONT, 12)
        canvas.line(start, 404, start + width, 404)
        canvas.line(start + width, 398, start + 2 * width, 398)

    read = drawn(draw)
    assert read.text == "全年检查128次。"
    assert "struck-out text (3 characters) on page 1: left out" in read.messages


# Paragraphs


def test_indented_paragraphs():
    """A paragraph begins where a line is indented, though the one before it ends at the margin."""
    first = PROSE[: 68 - 3] + "。"
    assert text(
        lines([*wrapped(first, 34, indent=2), *wrapped(PROSE, 34, indent=2), *wrapped(PROSE, 34, indent=2)])
    ).split("\n") == [first, PROSE, PROSE]


def test_paragraphs_with_room_between_them():
    """A paragraph begins behind room that is wider than that between lines."""
    first, second = wrapped(PROSE, 34), wrapped(PROSE, 34)
    page = both(
        lines(first),
        lines(second, y=760 - 20 * len(first) - 12),
        lines(wrapped(PROSE, 34), y=760 - 40 * len(first) - 24),
    )
    assert text(page).split("\n") == [PROSE, PROSE, PROSE]


def test_titles_and_headings_are_lines():
    """A title in the middle and headings stay lines of their own; a title of two lines in large print is one."""
    page = both(
        lines(["云岭县粮食局关于二〇二三年", "粮食收购工作情况的报告"], x=170, y=800, size=18, leading=28),
        lines(
            [
                "一、主要工作",
                *wrapped(PROSE, 34, indent=2),
                "（一）收储",
                *wrapped(PROSE, 34, indent=2),
                "二、存在的问题",
                *wrapped(PROSE, 34, indent=2),
            ],
            y=720,
        ),
    )
    assert text(page).split("\n") == [
        "云岭县粮食局关于二〇二三年粮食收购工作情况的报告",
        "一、主要工作",
        PROSE,
        "（一）收储",
        PROSE,
        "二、存在的问题",
        PROSE,
    ]


def test_entries_of_a_list():
    """Entries that begin with their marks are paragraphs, whatever their lines."""
    entries = ["一是检查粮库128座；", "二是约谈企业97家；", "三是" + PROSE, "（1）整改问题6项；", "（2）" + PROSE]
    assert text(lines([line for entry in entries for line in wrapped(entry, 34)])).split("\n") == entries


def test_lines_that_were_broken_by_counting():
    """Lines with the same number of characters are full, though digits make some of them shorter."""
    body = "一季度检查1,128家、约谈997家、整改1,001项，" * 12 + "群众满意。"
    assert text(lines(wrapped(body, 34))) == body


def test_short_lines_of_a_list_without_marks_stay_apart():
    """Lines that end anywhere are no broken sentence."""
    entries = [
        "检查粮库128座",
        "约谈企业97家，均已整改",
        "举办培训6期",
        "发放资料1.2万份",
        "整改问题9个，完成率100%",
        "走访农户345户",
    ]
    assert text(lines(entries)).split("\n") == entries


def test_a_word_broken_by_a_hyphen():
    """A hyphen that a line's end made is gone; one between figures stays."""
    first = "The county inspected all grain stores, and the inspec-"
    second = "tion found 128 faults in 97 of them during 2022-"
    third = "2023, as the annual report of the county says in full."
    read = text(lines([first, second, third]))
    assert "inspection found 128" in read
    assert "2022-2023" in read


def test_the_signature_stays_two_lines():
    """Who signs and when are lines of their own."""
    page = both(
        lines(wrapped(PROSE, 34)), lines(["云岭县粮食局"], x=380, y=560), lines(["2024年1月15日"], x=380, y=530)
    )
    assert text(page).split("\n") == [PROSE, "云岭县粮食局", "2024年1月15日"]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10**8), st.integers(0, 60), st.integers(12, 34), st.booleans())
def test_a_number_wherever_lines_and_pages_break_it(value, place, count, paged):
    """Whatever the lines, columns and pages of a text, a number in it stays whole."""
    body = f"{PROSE[:place]}全年检查{value}次，{PROSE}"
    broken = wrapped(body, count)
    half = len(broken) // 2
    if paged:
        foot = [lines([str(number)], x=290, y=40, size=9) for number in (1, 2)]
        read = text(both(lines(broken[:half]), foot[0]), both(lines(broken[half:]), foot[1]))
    else:
        read = text(lines(broken))
    assert f"全年检查{value}次" in read


# Programs


REPORT = """云岭县2023年粮食工作情况报告
一、主要工作
（一）收储有序推进。全县收购粮食6.5万吨，同比增长3.2%；新建粮仓12座，改造旧仓30余座，仓容达到18.6万吨，为历年最多。
（二）检查从严从实。一是开展检查1,128次，发现问题97个，均已整改；二是约谈企业3家，立案2件，罚款4.5万元，公示率100%。
二、存在的问题
一是仓容不足，部分乡镇露天存放；二是人员老化，五十岁以上的占四成，2023年新招录人员仅有6名。
云岭县粮食局
2024年1月15日"""
TABLE = [["指标", "单位", "数量"], ["检查", "次", "1128"], ["约谈", "家", "3"]]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("indent", [0, 24])
def test_what_libreoffice_prints(tmp_path, indent):
    """A Word document that LibreOffice printed reads as it was written, head, foot and table included."""
    document = docx.Document()
    head, foot = document.sections[0].header.paragraphs[0], document.sections[0].footer.paragraphs[0]
    head.text, foot.text = "粮食工作年报", "第1页"
    for line in REPORT.splitlines() * 6:
        paragraph = document.add_paragraph(line)
        paragraph.paragraph_format.first_line_indent = Pt(indent)
        paragraph.paragraph_format.space_after = Pt(0)
    rows = document.add_table(rows=3, cols=3, style="Table Grid").rows
    for row, cells in zip(rows, TABLE, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    document.save(tmp_path / "report.docx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "report.docx"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    read = text_of((tmp_path / "report.pdf").read_bytes())
    assert read.text.split("\n") == [*REPORT.splitlines() * 6, *("\t".join(row) for row in TABLE)]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
@pytest.mark.parametrize(
    "style", ["", "p{text-indent:2em;text-align:justify;margin:0}", "body{column-count:2;width:640px}"]
)
def test_what_chromium_prints(tmp_path, style):
    """A page that Chromium printed reads as it was written, in columns as well."""
    title, *body = REPORT.splitlines()
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    page = f"<meta charset=utf-8><title>年报</title><style>{style} td{{border:1px solid}}</style><h1>{title}</h1>"
    page += "".join(f"<p>{line}</p>" for line in body * 2) + f"<table style='border-collapse:collapse'>{table}</table>"
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    out = tmp_path / "report.pdf"
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={out}"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "report.html").as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    read = text_of(out.read_bytes())
    assert read.text.split("\n") == [title, *body * 2, *("\t".join(row) for row in TABLE)]


# Limits


def test_a_report_of_three_hundred_pages():
    """A long report is read, in time that grows with its pages."""
    page = lines(["全年检查128次。"])
    started = time.process_time()
    read = drawn(*[page] * 300)
    assert len(read.pages) == 300
    assert time.process_time() - started < 20


def test_a_page_of_a_thousand_lines(monkeypatch):
    """A drawing of many lines is no table, and keeps nobody waiting."""

    def draw(canvas):
        lines(wrapped(PROSE, 34))(canvas)
        for number in range(1500):
            canvas.line(60, 100 + number / 4, 500, 100 + number / 4)
            canvas.line(60 + number / 4, 100, 60 + number / 4, 500)

    started = time.process_time()
    assert text(draw) == PROSE
    assert time.process_time() - started < 10


def test_a_page_of_forty_thousand_characters():
    """One page that is full of small print is read in time that grows with its characters."""
    page = lines(["检查128次" * 45] * 100, x=10, y=830, size=2.5, leading=3)
    started = time.process_time()
    assert text(page).count("128") == 4500
    assert time.process_time() - started < 20
