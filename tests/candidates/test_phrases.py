"""Phrases that say none, and heads of list items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.phrases import find_items, find_none_phrases
from baogao.document import document_from_text


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


def items(text):
    """The item heads of a text."""
    document = document_from_text(text)
    return [document.slice(span) for span in find_items(document)]


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("存在不足。一是力量不足，人手紧；二是质量不高。", ["力量不足", "质量不高"]),
        ("其一，把评估做扎实。其二，建一支队伍。", ["把评估做扎实", "建一支队伍"]),
        ("首先，抓整改，并回头看。其次，抓监督。", ["抓整改", "抓监督"]),
        ("1.抓好监督。每季一次。\n2.抓好培训。", ["抓好监督", "抓好培训"]),
        ("（一）抓好监督，（二）抓好培训", ["抓好监督"]),
        ("● 力量：缺口大，难补\n● 质量：不规范", ["力量", "质量"]),
        ("——补齐短板。年底前完成。\n——抓好监督。", ["补齐短板", "抓好监督"]),
        ("还有不足：意识不强，有的走过场；力量不足；办法不多。", ["意识不强", "力量不足", "办法不多"]),
    ],
)
def test_item_heads(text, heads):
    """The head clause of every item, without its marker, for each kind of marker and for a series of semicolons."""
    assert items(text) == heads


@pytest.mark.parametrize(
    ("marker", "start"),
    [
        ("一是", ""),
        ("一是要", "。"),
        ("第一，", ""),
        ("第一件是", "\n"),
        ("其一，", "。"),
        ("首先，", ""),
        ("此外，", "；"),
        ("（一）", ""),
        ("(3) ", ""),
        ("1.", "。"),
        ("12、", "\n"),
        ("1.2 ", ""),
        ("①", "："),
        ("⑴", "\n"),
        ("● ", ""),
        ("✔", "\n"),
        ("—— ", "\n"),
        ("- ", ""),
        ("十一、", "\n"),
    ],
)
def test_markers(marker, start):
    """Each marker, where it may stand, with the head clause behind it."""
    assert "抓好监督工作" in items(f"{start}{marker}抓好监督工作，定期检查。")


@pytest.mark.parametrize(
    "text",
    ["办理3.5万件。", "全年第一，受到表彰", "占（3）成以上", "甲—乙两地", "二是乙", "2023年—2025年", "统一、规范地做"],
)
def test_no_markers(text):
    """Numbers, dashes between words and ordinals in mid-sentence mark nothing; nor does a head of a single word."""
    assert items(text) == []


def test_heads_end_where_the_item_goes_on():
    """A head ends at its first stop, an ASCII one too; blanks around it are not part of it."""
    assert items("一是 抓好监督 . 每季一次") == ["抓好监督"]
    assert items("一是抓好3.5吨以上的监督，每季一次") == ["抓好3.5吨以上的监督"]


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("意识不强；力量不足；办法不多。", ["意识不强", "力量不足", "办法不多"]),
        ("意识不强；力量不足。", []),
        ("对照群众期盼，意识不强；力量不足；办法不多。", ["意识不强", "力量不足", "办法不多"]),
        ("2024年，意识不强；力量不足；办法不多。", ["意识不强", "力量不足", "办法不多"]),
        ("还有：一是意识不强；力量不足；办法不多。", ["意识不强"]),
        ("还有: 意识不强; 力量不足; 办法不多。", ["意识不强", "力量不足", "办法不多"]),
    ],
)
def test_series(text, heads):
    """Two semicolons make a series, whose opening is no item; where one part is marked, only marked ones count."""
    assert items(text) == heads


@given(st.text(alphabet="一二是（）1.、；：，。● —抓好监督工作\n", max_size=60))
def test_item_heads_lie_in_the_text(text):
    """Whatever the text, heads are stretches of one line, in order, each once, of two characters or more."""
    document = document_from_text(text)
    spans = list(find_items(document))
    assert spans == sorted(set(spans))
    for span in spans:
        head = document.slice(span)
        assert len(head) >= 2
        assert head == head.strip()
        assert "\n" not in head
