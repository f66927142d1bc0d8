"""Ranks, ratios, dates."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.forms import find_forms
from baogao.chinese.numerals import fold
from baogao.schema.fields import Sought

ALL = Sought(kinds=frozenset({"rank", "ratio", "date"}))


def forms(text: str) -> list[tuple[str, str, str]]:
    """Kind, text and value (of a date its ISO form) of what is found."""
    folded = fold(text)
    return [(f.kind, folded[f.start : f.end], f.date or str(f.value)) for f in find_forms(folded, ALL)]


@pytest.mark.parametrize(
    ("text", "printed", "value"),
    [
        ("增速居全市第3位", "第3位", "3"),
        ("增速居全市首位，", "首位", "1"),
        ("稳居榜首。", "榜首", "1"),
        ("总量位居全省第二，", "第二", "2"),
        ("位列第五位", "第五位", "5"),
        ("考核排名第1。", "第1", "1"),
        ("居全省第2", "第2", "2"),
        ("增速全市第一、", "第一", "1"),
        ("荣获全省第三名", "第三名", "3"),
        ("跃升至第十二位", "第十二位", "12"),
        ("在12个县区中排名第 4", "第 4", "4"),
        ("列西部第一，", "第一", "1"),
        ("增速是全市第三的好成绩", "第三", "3"),
        ("前移至第5，", "第5", "5"),
    ],
)
def test_ranks(text, printed, value):
    """A place in an order is found however it is printed."""
    assert forms(text) == [("rank", printed, value)]


def test_lists_of_ranks():
    """Each of 第2、第4位 and of 第2、3位 is a rank."""
    assert [value for _, _, value in forms("分别居全市第2、第4位")] == ["2", "4"]
    assert [text for _, text, _ in forms("分别位居全省第2、3位")] == ["第2", "3位"]


@pytest.mark.parametrize(
    "text",
    [
        "第三季度",
        "第二产业增加值",
        "县第一中学",
        "第十八届会议",
        "第三条规定",
        "位于第1号楼",
        "居第一产业之首",
        "全市第三次普查",
        "摆在第一位",
        "摆在首位",
        "倒数第三位",
        "第一，抓好项目",
        "居全市第一方阵",
        "居民第二批补助",
    ],
)
def test_ordinals_that_are_no_ranks(text):
    """第 before the name of a thing, of a time, of a duty, is no place in an order."""
    assert forms(text) == []


@pytest.mark.parametrize("mark", [":", "：", "∶", " : "])
def test_ratios(mark):
    """Each part of a ratio is found, whichever colon parts them."""
    assert [value for _, _, value in forms(f"结构调整为15{mark}61.9{mark}23.1。")] == ["15", "61.9", "23.1"]


@pytest.mark.parametrize(
    ("text", "values", "unit"),
    [
        ("比例为40:60", [40, 60], "%"),
        ("收入比缩小到1.8:1", [1.8, 1], ""),
        ("结构优化为12:41:47", [12, 41, 47], "%"),
        ("比例为30:30:30", [30, 30, 30], "%"),
    ],
)
def test_units_of_ratios(text, values, unit):
    """What adds up to a whole, or has three parts, is in per cent; a ratio of two is a bare number."""
    found = find_forms(text, ALL)
    assert [float(form.value or 0) for form in found] == values
    assert {form.unit for form in found} == {unit}


@pytest.mark.parametrize("text", ["9:30开会", "16:45至18:00", "9:30:20开始", "比分3:2", "1:10000地图", "比赛12:10"])
def test_times_and_scores_are_no_ratios(text):
    """Neither a time of day nor a score nor a scale is a ratio."""
    assert forms(text) == []


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025年1月8日", "2025-01-08"),
        ("2025 年 1 月 8 日", "2025-01-08"),
        ("２０２５年１月８日", "2025-01-08"),
        ("二〇二五年一月八日", "2025-01-08"),
        ("二○二四年十二月二十八日", "2024-12-28"),
        ("2025年11月", "2025-11"),
        ("2025-01-08", "2025-01-08"),
        ("2025/1/8", "2025-01-08"),
        ("2025.1.8", "2025-01-08"),
    ],
)
def test_dates(text, iso):
    """A date is read whole, whatever its digits and marks, a month without a day as a month."""
    assert forms(f"（{text}）") == [("date", fold(text), iso)]


@pytest.mark.parametrize("text", ["2025年", "2025年13月", "2025年2月30日", "2025年1-6月", "2025-1-8-3", "12025.1.8"])
def test_no_dates(text):
    """A year alone, or what is no day of the calendar, is none."""
    assert forms(text) == []


def test_only_what_is_sought():
    """Without a schema that asks for them there are none."""
    assert find_forms("2025年1月8日居全市第3位，比为15:62:23", Sought()) == []


@given(st.text(alphabet="第居位名列全市3一十2025年月日:.-/、，比1", max_size=40))
def test_forms_lie_apart_in_order(text):
    """Whatever is printed, what is found is ordered, without overlaps, and has a value or a date."""
    found = find_forms(text, ALL)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(isinstance(f.value, Decimal) != bool(f.date) and 0 <= f.start < f.end <= len(text) for f in found)
