"""Page numbers and running heads are told from figures and headings."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document.furniture import PageLine, is_page_number, page_furniture, page_number
from baogao.document.paragraphs import lines_of
from baogao.document.text_furniture import furniture_lines

BODY = (
    "全县粮食系统坚持稳字当头，扎实推进收储制度改革，严格落实各项惠农政策，收购秩",
    "序总体平稳，农民满意度持续提高。各乡镇加强组织领导，完善工作机制，强化督促检",
    "查，确保颗粒归仓，切实守住粮食安全底线，各项任务圆满完成，全年共计开展检查",
)
AFTER = "1128次，约谈97家，整改6项，群众反映良好，粮食安全责任制考核位居全市前列。"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("－ 3 －", 3),
        ("- 12 -", 12),
        ("— 3 —", 3),
        ("—3—", 3),
        ("－３－", 3),
        ("~ 3 ~", 3),
        ("第 2 页 共 9 页", 2),
        ("第2页", 2),
        ("第 2 页，共 9 页", 2),
        ("第2页（共9页）", 2),
        ("第三页", 3),
        ("共9页 第2页", 2),
        ("3/12", 3),
        ("3 / 12", 3),
        ("Page 3 of 9", 3),
        ("page 3", 3),
        ("3 of 9", 3),
        ("P. 3", 3),
        ("- iv -", 4),
        ("— 十二 —", 12),
    ],
)
def test_page_numbers(line, value):
    """The usual ways to print a page number, which are nothing else."""
    assert page_number(f" {line} ") == (value, True)
    assert is_page_number(line)


@pytest.mark.parametrize(("line", "value"), [("3", 3), ("１２", 12), ("iv", 4), ("XII", 12), ("三", 3), ("十二", 12)])
def test_bare_numbers(line, value):
    """A lone number may be one, and may be the cell of a table that lost its shape."""
    assert page_number(line) == (value, False)
    assert not is_page_number(line)


@pytest.mark.parametrize(
    "line",
    [
        "12件",
        "第2页的说明",
        "- 检查12次",
        "12/3",
        "1128",
        "2023年",
        "三是",
        "mix",
        "civil",
        "0",
        "",
        " ",
        "——",
        "3.",
        "(3)",
        "95%",
        "1,128",
    ],
)
def test_no_page_numbers(line):
    """Figures with their measure words, entries, fractions, words."""
    assert page_number(line) is None
    assert not is_page_number(line)


def taken(text: str) -> list[str]:
    """The lines of a text that are furniture."""
    return [text[slice(*span)] for span in furniture_lines(text, lines_of(text))]


@pytest.mark.parametrize("number", ["3", "12", "iii", "三", "— 3 —", "第3页", "3 / 9"])
def test_a_page_number_inside_a_sentence(number):
    """A number on a line of its own that breaks a sentence in two is a page number."""
    assert taken("\n".join([*BODY, number, AFTER])) == [number]


@pytest.mark.parametrize("between", ["3\n云岭县粮食工作年报", "云岭县粮食工作年报\n3", "云岭县粮食工作年报　3"])
def test_a_head_and_a_number_inside_a_sentence(between):
    """A head that comes again breaks sentences in two together with its number."""
    text = "\n".join(["云岭县粮食工作年报", *BODY, between, AFTER, *BODY, between.replace("3", "4"), AFTER])
    lines = [*between.split("\n"), *between.replace("3", "4").split("\n")]
    assert taken(text) == lines


def test_numbers_that_go_up_by_one():
    """Page numbers stand at even distances; some of them stand between paragraphs."""
    pages = [[*BODY, AFTER], [*BODY, AFTER, *BODY], [AFTER, *BODY, AFTER, *BODY], [AFTER, *BODY, AFTER]]
    text = "\n".join(line for number, page in enumerate(pages, start=7) for line in [*page, str(number)])
    assert taken(text) == ["7", "8", "9", "10"]


@pytest.mark.parametrize(
    "lines",
    [
        ["收到申请数", "47", "审结数", "48", "未审结数", "49"],
        ["全年收到粮食收购许可申请的数量（件）", "47", "全年办结粮食收购许可申请的数量（件）", "48"],
        ["全年，共检查", "47", "件次，约谈企业。"],
        ["全年共检查粮库，", "47", "余座，约谈企业。"],
        ["指标", "数量", "检查", "1", "约谈", "2", "整改", "3"],
        ["序号", "1", "2", "3", "4", "5"],
        [*BODY[:2], "全年检查如下：", "47", "48", "49", AFTER],
        ["1", "检查粮库，约谈企业。", "2", "整改问题，完善制度。", "3", "举办培训，发放资料。"],
    ],
)
def test_figures_on_lines_of_their_own(lines):
    """A figure in a column, or before its measure word, is none."""
    assert taken("\n".join(lines)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["甲镇工作报告", *BODY, AFTER, "下一步工作", *BODY, AFTER, "乙镇工作报告", *BODY, AFTER, "下一步工作", AFTER],
        ["单位：件", "检查\t12", "单位：件", "约谈\t9"],
        ["一、主要工作", *BODY[:1], "一、主要工作", *BODY[:1]],
        ["全年检查12次，", "约谈企业", "全年检查9次，", "约谈企业", "三家。"],
        ["检查12次", *BODY[1:], "检查12次", AFTER],
    ],
)
def test_lines_that_come_again(lines):
    """Headings of several reports, units above tables, entries with figures come again and are no heads."""
    assert [line for line in taken("\n".join(lines)) if line != "约谈企业"] == []


def test_a_title_that_is_the_head_as_well_stays_once():
    """The first is the title."""
    text = "\n".join(
        ["云岭县粮食工作年报", "（2023年）", *BODY, "云岭县粮食工作年报", AFTER, *BODY, "云岭县粮食工作年报", AFTER]
    )
    assert taken(text) == ["云岭县粮食工作年报"] * 2
    assert furniture_lines(text, lines_of(text))[0][0] > 20


@given(
    st.lists(
        st.sampled_from([*BODY, AFTER, "3", "4", "— 5 —", "云岭县粮食工作年报", "检查\t12", "", "一、工作", "47"]),
        max_size=20,
    )
)
def test_whatever_is_taken_is_whole_lines(lines):
    """Furniture is whole lines, in order, and never a sentence."""
    text = "\n".join(lines)
    spans = furniture_lines(text, lines_of(text))
    assert spans == sorted(set(spans))
    assert set(spans) <= set(lines_of(text))
    assert not any(text[slice(*span)] in (*BODY, AFTER) for span in spans)


@pytest.mark.parametrize("unit", ["3\n", "云岭县粮食工作年报\n", "1\n2\n3\n", "，\n3\n", "甲乙丙丁，戊\n7\n"])
def test_texts_of_one_thing_over_and_over(unit):
    """The time grows with the length of the text."""
    text = unit * (64_000 // len(unit))
    started = time.process_time()
    furniture_lines(text, lines_of(text))
    assert time.process_time() - started < 5


def page(*texts: str, head: str = "", foot: str = "") -> list[PageLine]:
    """The lines of a page, with a head and a foot that stand apart."""
    lines = [PageLine(text, 0.1 + 0.025 * number) for number, text in enumerate(texts)]
    before = [PageLine(head, 0.04)] if head else []
    return [*before, *lines, *([PageLine(foot, 0.96)] if foot else [])]


@pytest.mark.parametrize(
    ("heads", "feet"),
    [
        (["年报", "年报", "年报"], ["1", "2", "3"]),
        (["年报 1", "年报 2", "年报 3"], ["", "", ""]),
        (["第一章", "第一章", "第一章"], ["i", "ii", "iii"]),
        (["云粮字〔2023〕12号"] * 3, ["- 7 -", "- 8 -", "- 9 -"]),
        (["", "", ""], ["第1页 共3页", "第2页 共3页", "第3页 共3页"]),
        (["", "", ""], ["云岭县\t1", "云岭县\t2", "云岭县\t3"]),
    ],
)
def test_the_edges_of_pages(heads, feet):
    """What says the same at the same place, but for the number of its page, is furniture."""
    pages = [page(*BODY, AFTER, head=head, foot=foot) for head, foot in zip(heads, feet, strict=True)]
    found = page_furniture(pages)
    for lines, numbers in zip(pages, found.lines, strict=True):
        assert [line.text for number, line in enumerate(lines) if number not in numbers] == [*BODY, AFTER]
    assert found.words()


@pytest.mark.parametrize(
    "pages",
    [
        [page("检查12次，约谈。", *BODY), page("检查97次，约谈。", *BODY)],
        [page("下一步工作", *BODY, AFTER, *BODY), page("下一步工作", *BODY, AFTER, *BODY)],
        [page(*BODY, AFTER)],
        [page("47"), page("48")],
        [[]],
        [],
    ],
)
def test_text_at_the_edges_of_pages(pages):
    """Sentences, headings and figures that stand where the text does are none."""
    found = page_furniture(pages)
    kept = [
        line.text
        for lines, numbers in zip(pages, found.lines, strict=True)
        for number, line in enumerate(lines)
        if number not in numbers
    ]
    assert kept == [line.text for lines in pages for line in lines] or pages == [page("47"), page("48")]


def test_only_what_lies_further_out_is_taken():
    """Behind a line that is text nothing is furniture."""
    pages = [page(f"第{number}章的开头，", "年报", *BODY) for number in (1, 2, 3)]
    assert page_furniture(pages).lines == [set(), set(), set()]


TITLE = "云岭县粮食局关于二〇二三年度粮食收购储备和流通监督检查"


@pytest.mark.parametrize("second", ["告", "报告", "工作情况的报告", "设工作小结", "工作的总结报告（2023年）"])
@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize("at_head", [True, False])
def test_a_running_head_of_two_lines(second, count, at_head):
    """Both lines are furniture, however short the second and however near to the text."""
    pages = []
    for page in range(count):
        body = [f"第{page}季度检查粮库{line}座，约谈企业{page + line}家，" for line in range(20)]
        texts = [TITLE, second, *body] if at_head else [*body, TITLE, second]
        pages.append([PageLine(text, 0.06 + 0.022 * line) for line, text in enumerate(texts)])
    taken = {0, 1} if at_head else {20, 21}
    assert page_furniture(pages).lines == [taken] * count


@pytest.mark.parametrize("words", ["检查情况", "一、主要工作", "县粮食局"])
def test_two_pages_that_begin_alike(words):
    """A few words in the midst of the text that come twice at the head of a page are no running head."""
    pages = [
        [
            PageLine(text, 0.1 + 0.03 * line)
            for line, text in enumerate([words, *[f"检查{page}{n}座，" for n in range(20)]])
        ]
        for page in range(2)
    ]
    assert page_furniture(pages).lines == [set(), set()]


@pytest.mark.parametrize("tabled", [True, False])
def test_a_head_above_a_page_that_is_all_table(tabled):
    """What stands alone on a page is its text, unless there is a table beside it."""
    body = [PageLine(f"检查粮库{n}座，约谈{n}家，", 0.1 + 0.03 * n) for n in range(20)]
    head = PageLine("粮食工作年报", 0.04, small=True)
    pages = [[head, *body], [head, *body[:18]], [head]]
    assert page_furniture(pages, {2} if tabled else set()).lines[2] == ({0} if tabled else set())
