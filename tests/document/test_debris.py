"""Debris: line ends and blanks that part nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import find_candidates
from baogao.document import document_from_text

BEFORE, AFTER = "全年各窗口共收到群众来信来电及现场咨询", "件，已经全部办结并且答复。"
PROSE = "为进一步方便企业群众办事，中心持续优化流程，压缩办理时限，改善服务环境，提升服务水平，群众满意度稳步提高。"


def read(text):
    """A text as it is read."""
    return document_from_text(text).text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\u2029", " \n　", "\n\n"])
@pytest.mark.parametrize(
    "number", ["12|34", "1|234", "1,|234", "1|,234", "一百|二十", "一|百二十", "12.|5万", "百分之|三十", "3|万"]
)
def test_a_number_goes_on_over_a_line_end(number, end):
    """Whatever ends the line, a number that was begun on it is read whole."""
    document = document_from_text(f"{BEFORE}{number.replace('|', end)}{AFTER}\n{PROSE}")
    whole = find_candidates(document_from_text(f"{BEFORE}{number.replace('|', '')}{AFTER}\n{PROSE}"))
    numbers = find_candidates(document).of_kind("number")
    assert [c.value for c in numbers] == [c.value for c in whole.of_kind("number")]
    assert document.text.startswith(f"{BEFORE}{number.replace('|', '')}{AFTER}")


@pytest.mark.parametrize(
    ("printed", "as_read"),
    [
        ("全年收到来信1 2 8 件。", "全年收到来信128件。"),
        ("全年收到来信1 2 8件。", "全年收到来信128件。"),
        ("全 年 收 到 来 信 1 2 8 件 。", "全年收到来信128件。"),
        ("收到来信 1 234 件。", "收到来信1234件。"),
        ("收到来信1 234 567件。", "收到来信1234567件。"),
        ("收到来信1,23 4件。", "收到来信1,234件。"),
        ("收到来信1, 234, 567件。", "收到来信1,234,567件。"),
        ("收到来信3, 026 件。", "收到来信3,026件。"),
        ("共 有 三 十 五 件 。", "共有三十五件。"),
        ("使用 Windows 10 系统 3 套。", "使用 Windows 10系统3套。"),
        ("来信8, 12人参加。", "来信8, 12人参加。"),
        ("中共甲市委　乙市人民政府", "中共甲市委　乙市人民政府"),
        ("1 概述", "1 概述"),
        ("1.2 主要工作", "1.2 主要工作"),
    ],
)
def test_a_blank_between_characters_parts_nothing(printed, as_read):
    """Text layers set characters apart; a blank stays between Latin words, behind a comma and a heading's number."""
    assert read(printed) == as_read


@pytest.mark.parametrize(
    "text",
    [
        "收到来信12 348件。",
        "全年2023 128件。",
        "收到12 8 45件。",
        "办理128 47件。",
        "合计128. 47件属于来信。",
    ],
)
def test_digits_that_may_be_one_number_or_two_are_none(text):
    """Neither the whole nor a part is read, unless it is grouped by thousands, and a notice says so."""
    document = document_from_text(text)
    values = [c.value for c in find_candidates(document).of_kind("number")]
    assert values in ([], [12348])
    if not values:
        (start, end) = document.view.doubtful[0]
        assert " " in document.text[start:end]


@pytest.mark.parametrize("row", ["来信 128 47\n来访 96 35", "来信\t128\t47", "来信 | 128 | 47", "来信　　128　　47"])
def test_the_cells_of_a_table_stay_apart(row):
    """What parts cells is no debris."""
    text = f"类别\n{row}\n{PROSE}"
    assert "".join(read(text).split()) == "".join(text.split())
    assert {128, 47} <= {int(c.value) for c in find_candidates(document_from_text(text)) if c.kind == "number"}


def test_a_line_end_between_latin_words_stays():
    """It is white space as a blank would be: two words of a foreign name do not melt."""
    lines = [
        "本单位与国外同行机构开展业务交流和研讨",
        "活动多次参加活动的人员来自各科室Open",
        "Data与各市县开展了共建共享并继续进行下",
    ]
    assert "Open\nData" in read("\n".join([*lines, *lines[:1], "去。"]))


@given(st.text(alphabet="一二是共办理12３.,，。；：（）\n\t\u2028 |件%万余第（1）●— ", max_size=80))
def test_nothing_but_debris_is_left_out(text):
    """What is read is what is printed, less white space and page numbers, in its order."""
    document = document_from_text(text)
    printed = [document.printed((place, place + 1)) for place in range(len(document.text))]
    assert [document.file.text[start:end] for start, end in printed] == list(document.text)
    lost = set(range(len(text))) - {start for start, _ in printed}
    lines = document.file.text.splitlines()
    assert all(text[place].isspace() for place in lost) or len(lines) > 1
