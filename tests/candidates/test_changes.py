"""Numbers with a sign, and numbers that are printed as a decrease."""

from __future__ import annotations

import pytest

from baogao.candidates import find_candidates
from baogao.document import document_from_text
from baogao.schema.fields import Sought

SIGNED = Sought(signed=True)
HEAD = "青原县2023年度工作报告\n\n一、主要情况\n"


def changes(sentence: str, sought: Sought = SIGNED) -> list[tuple[str, float, bool]]:
    """Text, value and fall of the numbers of a sentence."""
    found = find_candidates(document_from_text(HEAD + sentence), sought)
    return [(c.text, float(c.value or 0), c.falls) for c in found.of_kind("number")]


@pytest.mark.parametrize(
    "words",
    [
        "下降",
        "下降了",
        "下降约",
        "减少",
        "负增长",
        "回落",
        "降低",
        "缩减",
        "下滑",
        "下跌",
        "降幅为",
        "降幅达到",
        "同比降",
        "比上年少",
        "压减",
        "增长为负",
    ],
)
def test_decreases(words):
    """A number right behind a word of decrease falls; its value has no sign."""
    ((_, value, fallen),) = changes(f"收入{words}2.3%。")
    assert (value, fallen) == (2.3, True)


@pytest.mark.parametrize(
    "words",
    [
        "增长",
        "下降到",
        "降至",
        "回落至",
        "减少到",
        "降为",
        "由降转增",
        "不少于",
        "升降",
        "降本增效",
        "肩负",
        "减负",
        "至少",
    ],
)
def test_what_does_not_fall(words):
    """What was reached by a decrease, or stands behind no decrease, does not fall."""
    assert [fallen for _, _, fallen in changes(f"收入{words}2.3%。")] == [False]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("共58件，较上年-12件。", [("58件", 58, False), ("-12件", 12, True)]),
        ("投资增长-2.3%。", [("-2.3%", 2.3, True)]),
        ("投资同比+5.8%。", [("+5.8%", 5.8, False)]),
        ("分别下降2.3%、4.5%，增长6%。", [("2.3%", 2.3, True), ("4.5%", 4.5, True), ("6%", 6, False)]),
        ("增速由8%回落至5%。", [("8%", 8, False), ("5%", 5, False)]),
        ("完成率-100%。", [("100%", 100, False)]),
    ],
)
def test_signs(sentence, found):
    """A sign of a change is part of the text; a dash is none, and a list falls with its first number."""
    assert changes(sentence) == found


def test_signed_cells():
    """A cell with a minus falls, one with a plus does not."""
    table = "指标\t数量\t增速（%）\n收入\t37\t-2.3\n支出\t34\t+1.5"
    assert [one for one in changes(table) if one[1] < 10] == [("-2.3", 2.3, True), ("+1.5", 1.5, False)]


def test_without_signs_a_change_is_no_candidate():
    """For a schema that asks for no sign, 较上年-12件 stays out and nothing falls."""
    assert changes("共58件，较上年-12件，下降3%。", Sought()) == [("58件", 58, False), ("3%", 3, False)]


def test_a_signed_number_is_a_growth():
    """A number with a sign is a difference, not last year's figure."""
    found = find_candidates(document_from_text(f"{HEAD}共58件，较上年-12件。"), SIGNED).of_kind("number")
    assert [c.cues for c in found] == [(), ("growth",)]


@pytest.mark.parametrize("words", ["上涨", "下跌", "提高", "回升", "正增长", "增加"])
def test_more_words_of_change(words):
    """For a schema that asks for changes a rate behind any word of change is a growth."""
    found = find_candidates(document_from_text(f"{HEAD}共58件，价格{words}2.3%。"), SIGNED).of_kind("number")
    assert [c.cues for c in found] == [(), ("growth",)]
