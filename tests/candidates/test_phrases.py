"""Phrases that say none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.phrases import _AFTER_NOUN, _NEGATION, find_none_phrases
from pattern_words import texts_of


def phrases(text):
    """The none-phrases of a text."""
    return [text[start:end] for start, end in find_none_phrases(text, (0, len(text)))]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("截至目前，暂无备案文件。", "暂无备案文件"),
        ("全年未发生安全事故。", "未发生安全事故"),
        ("本年度未收到申请，", "未收到申请"),
        ("没有收到依申请公开件。", "没有收到依申请公开件"),
        ("无一件败诉，", "无一件败诉"),
        ("实现零投诉。", "零投诉"),
        ("尚无败诉案件；", "尚无败诉案件"),
        ("涉外的一件也没有，", "涉外的一件也没有"),
        ("全年无败诉，", "无败诉"),
        ("败诉案件为零。", "败诉案件为零"),
        ("涉外公证：无。", "涉外公证：无"),
        ("全年无一例。", "全年无一例"),
        ("涉外公证没有一件，", "涉外公证没有一件"),
        ("本年度败诉案件无。", "本年度败诉案件无"),
        ("较大以上事故无，", "较大以上事故无"),
    ],
)
def test_none_is_found(text, phrase):
    """The phrase runs from the negation, or from its noun, to the end of the clause."""
    assert phrase in phrases(text)


def test_conjuncts_are_phrases_of_their_own():
    """暂无甲和乙 denies 甲, and it denies both."""
    assert phrases("暂无甲类案件和乙类案件。") == ["暂无甲类案件", "暂无甲类案件和乙类案件"]
    assert phrases("未发生火灾、爆炸事故。") == ["未发生火灾", "未发生火灾、爆炸事故"]


@pytest.mark.parametrize(
    "text",
    [
        "没有最好，只有更好。",
        "面向未来，保护未成年人。",
        "建设无障碍环境，推行无纸化办公，无偿提供服务。",
        "无论大小，无一例外。",
        "从有到无，从无到有。",
        "零距离服务，零容忍。",
        "尚未完全落实。",
        "借助无人机巡查。",
        "8件没收违法所得。",
    ],
)
def test_other_negations_are_not_none(text):
    """Words that begin like a negation, and qualities denied, are no statement of none."""
    assert phrases(text) == []


@given(st.text(alphabet="暂无未没有零发生收到一件也和、，。案件：为 \n", max_size=40))
def test_phrases_lie_in_the_text(text):
    """Whatever the text, every phrase is a stretch of it."""
    assert all(0 <= start < end <= len(text) for start, end in find_none_phrases(text, (0, len(text))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("未发生甲类、乙类、丙类案件。", ["未发生甲类", "未发生甲类、乙类", "未发生甲类、乙类、丙类案件"]),
        ("暂无甲类案件以及乙类案件。", ["暂无甲类案件", "暂无甲类案件以及乙类案件"]),
        ("没有发生总和不符的事件。", ["没有发生总和不符的事件"]),
        ("暂无共和国案件。", ["暂无共和国案件"]),
        ("甲类，乙类一件也没有。", ["乙类一件也没有"]),
        ("案件：无", ["案件：无"]),
        ("无", []),
        ("一件也没有。", []),
    ],
)
def test_nouns_of_a_negation(text, found):
    """Nouns are divided by 、 and conjunctions, not inside words; a negation without a noun denies nothing."""
    assert phrases(text) == found


def test_a_none_phrase_has_an_end():
    """Forty characters behind its negation a phrase is cut, and forty before its negation a noun."""
    (phrase,) = phrases("未收到" + "申" * 100)
    assert len(phrase) == 40
    (phrase,) = phrases("案" * 100 + "为零。")
    assert phrase == "案" * 40 + "为零"


def test_phrases_stay_in_their_span():
    """Neither the noun before nor the nouns behind are taken from outside of the sentence."""
    text = "涉外的一件也没有。未收到申请"
    assert [text[start:end] for start, end in find_none_phrases(text, (1, len(text) - 1))] == [
        "外的一件也没有",
        "未收到申",
    ]


@given(texts_of(_AFTER_NOUN, _NEGATION, more=["暂无", "一件也", "为零", "未", "不存在"]))
def test_every_negation_has_one_of_five_characters(text):
    """A sentence without any of them is passed over, and would have no phrase."""
    if _AFTER_NOUN.search(text) or _NEGATION.search(text):
        assert not set("没无未零不").isdisjoint(text)
