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


def unmarked(text, parted=None):
    """The entries of a text without marks, as what parts them and their words."""
    document = document_from_text(text)
    found = [(entry.parted, document.slice(entry.span)) for entry in find_items(document)]
    return [words for kind, words in found if kind != "mark" and parted in {None, kind}]


HEAD = (
    "云岭县粮食工作报告\n一、工作情况\n全年检查46次，约谈企业3家，收储粮食12万吨，轮换粮食3万吨，培训库管员80人次。\n"
)


@pytest.mark.parametrize(
    ("body", "parted", "entries"),
    [
        ("仓容普遍偏小。人员年龄偏大。", "sentence", ["仓容普遍偏小", "人员年龄偏大"]),
        (
            "仓容普遍偏小，露天堆放。人员年龄偏大，青黄不接。",
            "sentence",
            ["仓容普遍偏小", "人员年龄偏大"],
        ),
        ("仓容普遍偏小，露天堆放。", "clause", ["露天堆放"]),
        ("仓容普遍偏小\n人员年龄偏大\n", "sentence", ["仓容普遍偏小", "人员年龄偏大"]),
        ("仓容普遍偏小；人员年龄偏大。", "sentence", ["仓容普遍偏小", "人员年龄偏大"]),
        (
            "仓容普遍偏小；人员年龄偏大；检修经费不足。",
            "semicolon",
            ["仓容普遍偏小", "人员年龄偏大", "检修经费不足"],
        ),
        (
            "主要有：仓容普遍偏小，人员年龄偏大，检修经费不足。",
            "clause",
            ["仓容普遍偏小", "人员年龄偏大", "检修经费不足"],
        ),
        ("主要表现为仓容普遍偏小,人员年龄偏大,检修经费不足.", "clause", ["人员年龄偏大", "检修经费不足"]),
        ("不足有三，即仓容普遍偏小，人员年龄偏大。", "clause", ["仓容普遍偏小", "人员年龄偏大"]),
        (
            "在仓容普遍偏小、人员年龄偏大、检修经费不足上",
            "phrase",
            ["在仓容普遍偏小", "人员年龄偏大", "检修经费不足上"],
        ),
        ("收购、储存、轮换各环节衔接不畅。", "phrase", []),
        ("仓容（含露天，临时）普遍偏小，人员年龄偏大。", "sentence", ["仓容（含露天，临时）普遍偏小"]),
        ("缺口达到1,200吨，人员年龄偏大。", "sentence", ["缺口达到1,200吨"]),
        ("不大，不多。", None, []),
    ],
)
def test_prose_that_counts_little(body, parted, entries):
    """Sentences, clauses and the parts of series are entries, each under what parts it, without what announces them."""
    assert unmarked(f"{HEAD}二、存在的不足\n{body}", parted)[-len(entries) or None :] == entries


@pytest.mark.parametrize(
    "body",
    [
        "全年检查46次，约谈企业3家。培训库管员80人次，轮换粮食3万吨。",
        "1.扩建仓容。粮仓普遍偏小，亟待扩建。\n2.补充人手。",
        "一是仓容普遍偏小，亟待扩建，二是人员年龄偏大，亟待补充。",
    ],
)
def test_prose_that_is_no_list(body):
    """What counts much, and what stands in a marked entry, is no list without marks."""
    assert unmarked(f"{HEAD}二、其他\n{body}") == []


def test_what_is_to_come_may_count():
    """Plans are a list, whatever figures they name."""
    text = f"{HEAD}二、其他\n扩建粮仓12座，招录库管员30名，检修仓房46间，轮换粮食3万吨。"
    document = document_from_text(text)
    plans = (text.index("扩建"), len(text))
    added = {entry.span for entry in find_items(document, [plans])} - {entry.span for entry in find_items(document)}
    assert [document.slice(span) for span in sorted(added)] == [
        "扩建粮仓12座",
        "招录库管员30名",
        "检修仓房46间",
        "轮换粮食3万吨",
    ]


def test_a_long_stretch_is_taken_by_its_sentences():
    """Of prose without end only the sentences are entries, so that there are not too many."""
    body = "".join(f"{a}{b}仓容量普遍偏小，露天堆放很多。" for a in "东西南北上" for b in "甲乙丙丁戊己庚辛")
    assert unmarked(f"{HEAD}二、存在的不足\n{body}", "clause") == []
    assert len(unmarked(f"{HEAD}二、存在的不足\n{body}", "sentence")) == 40


@pytest.mark.parametrize(
    ("table", "entries"),
    [
        (
            "序号\t存在的不足\t责任单位\n1\t仓容普遍偏小\t粮食局\n2\t人员年龄偏大\t人社局\n",
            ["仓容普遍偏小", "人员年龄偏大"],
        ),
        (
            "| 不足 | 措施 |\n| 仓容普遍偏小 | 年内扩建，明年验收 |\n| 人员年龄偏大 | 招录一批大学毕业生 |\n",
            ["仓容普遍偏小", "年内扩建", "人员年龄偏大", "招录一批大学毕业生"],
        ),
        (
            "不足\t期限\n（1）仓容普遍偏小，露天堆放\t2024年6月\n（2）人员年龄偏大\t2024年底\n",
            ["仓容普遍偏小", "人员年龄偏大"],
        ),
        ("项目\t数量\n粮食收购总量指标\t12\n粮食轮换总量指标\t3\n", []),
        ("仓房\t负责人\n东仓\t张三\n西仓\t李四\n", []),
    ],
)
def test_rows(table, entries):
    """Rows of a table of words are entries, without their marks; rows of figures, labels and heads are none."""
    assert unmarked(f"{HEAD}二、不足清单\n{table}", "row") == entries


def test_a_single_row_head_is_kept():
    """An entry with a mark is told as marked, though its words stand in a sentence too."""
    document = document_from_text(f"{HEAD}二、存在的不足\n一是仓容普遍偏小。人员年龄偏大。\n")
    found = {document.slice(entry.span): entry.parted for entry in find_items(document)}
    assert found["仓容普遍偏小"] == "mark"


PIECES = ["仓容普遍偏小", "，", "。", "；", "、", "：", "\n", "一是", "1.", "\t", "12件", "（", "即"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_unmarked_entries_lie_in_one_sentence(text):
    """Whatever the text, an entry without a mark lies in one sentence and is long enough to say something."""
    document = document_from_text(f"云岭县报告\n{text}")
    for entry in find_items(document):
        if entry.parted not in {"mark", "row", "semicolon"}:
            sentence = document.sentence_at(entry.span[0])
            assert sentence is not None
            assert entry.span[1] <= sentence.span[1]
            assert entry.span[1] - entry.span[0] >= 4
