"""Entries of lists: their head clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.items import find_items
from baogao.document import document_from_text


def items(text):
    """The heads of a text's entries that have marks, or are parts of a series."""
    document = document_from_text(text)
    return [document.slice(entry.span) for entry in find_items(document) if entry.parted in {"mark", "semicolon"}]


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("存在不足。一是力量不足，人手紧；二是质量不高。", ["力量不足", "质量不高"]),
        ("其一，把评估做扎实。其二，建一支队伍。", ["把评估做扎实", "建一支队伍"]),
        ("首先，抓整改，并回头看。其次，抓监督。", ["抓整改", "抓监督"]),
        ("1.抓好监督。每季一次。\n2.抓好培训。", ["抓好监督", "抓好培训"]),
        ("（一）抓好监督，（二）抓好培训", ["抓好监督", "抓好培训"]),
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
    spans = [entry.span for entry in find_items(document)]
    assert spans == sorted(set(spans))
    for span in spans:
        head = document.slice(span)
        assert len(head) >= 2
        assert head == head.strip()
        assert "\n" not in head
