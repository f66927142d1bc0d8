"""List marks: which words are marks, of what kind and level, and where they may stand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.chinese.list_marks import find_marks, leading_mark
from baogao.chinese.numerals import fold


@pytest.mark.parametrize(
    ("line", "kind", "level", "number"),
    [
        ("第一部分 粮食收储", "第C章", 1, 1),
        ("第十二章、附则", "第C章", 1, 12),
        ("一、粮食收储", "C、", 1, 1),
        ("二十一、粮食收储", "C、", 1, 21),
        ("三．粮食收储", "C、", 1, 3),
        ("四.粮食收储", "C、", 1, 4),
        ("二、三项制度全面落实", "C、", 1, 2),
        ("五，粮食收储", "C，", 1, 5),
        ("（一）粮食收储", "（C）", 2, 1),
        ("( 二 )粮食收储", "（C）", 2, 2),
        ("（三）、粮食收储", "（C）", 2, 3),
        ("四）粮食收储", "（C）", 2, 4),
        ("㈤粮食收储", "（C）", 2, 5),
        ("1.粮食收储", "N.", 3, 1),
        ("１２．粮食收储", "N.", 3, 12),
        ("⒊粮食收储", "N.", 3, 3),
        ("4. 128家粮库达标", "N.", 3, 4),
        ("5.2023年粮食收储", "N.", 3, 5),
        ("01、粮食收储", "N、", 3, 1),
        ("1、128家粮库达标", "N、", 3, 1),
        ("1、2名库管员受奖", "N、", 3, 1),
        ("（2）粮食收储", "（N）", 3, 2),
        ("(3)128家粮库达标", "（N）", 3, 3),
        ("⑷粮食收储", "（N）", 3, 4),
        ("5）粮食收储", "N）", 3, 5),
        ("6) 粮食收储", "N）", 3, 6),
        ("⑦粮食收储", "①", 3, 7),
        ("㉑粮食收储", "①", 3, 21),
        ("❽粮食收储", "①", 3, 8),
        ("1.1 粮食收储", "N.N", 4, 1),
        ("1.2粮食收储", "N.N", 4, 2),
        ("2.1.3 128家粮库达标", "N.N", 4, 3),
        ("A.粮食收储", "A.", 4, None),
        ("b）粮食收储", "A.", 4, None),
        ("（C）粮食收储", "A.", 4, None),
        ("Ⅳ、粮食收储", "A.", 4, None),
        ("一是仓容太小", "C是", 4, 1),
        ("二是要扩仓", "C是", 4, 2),
        ("3是扩仓", "C是", 4, 3),
        ("5).粮食收储", "N）", 3, 5),
        ("二、三年行动", "C、", 1, 2),
        ("三要扩仓", "C是", 4, 3),
        ("四则仓容太小", "C是", 4, 4),
        ("第一，仓容太小", "第C", 4, 1),
        ("第二、128家粮库达标", "第C", 4, 2),
        ("第三点是仓容太小", "第C", 4, 3),
        ("第四方面 仓容太小", "第C", 4, 4),
        ("第五件，仓容太小", "第C", 4, 5),
        ("首先，仓容太小", "第C", 4, 1),
        ("其次是仓容太小", "第C", 4, 2),
        ("最后，仓容太小", "第C", 4, None),
        ("其一，仓容太小", "其C", 4, 1),
        ("其二仓容太小", "其C", 4, 2),
        ("●仓容太小", "●", 4, None),
        ("\uf06c 仓容太小", "\uf06c", 4, None),
        ("◆◆仓容太小", "◆", 4, None),
        ("——仓容太小", "——", 4, None),
        ("- 仓容太小", "-", 4, None),
        ("- 128家粮库达标", "-", 4, None),
        ("* 仓容太小", "*", 4, None),
        ("　　 8.粮食收储", "N.", 3, 8),
    ],
)
def test_marks(line, kind, level, number):
    """Every form has its kind, its level and its number, and ends where the words begin."""
    mark = leading_mark(line)
    assert mark is not None
    assert mark[2:] == (kind, level, number)
    assert line[mark.end :] == line[mark.end :].lstrip()
    assert line[mark.end :].startswith(("粮", "仓", "扩", "附", "1", "2", "三"))
    assert list(find_marks(line)) == [mark]


@pytest.mark.parametrize(
    "line",
    [
        "1.5倍于上年",
        "1.5万吨",
        "1.1倍",
        "12.4宪法日活动",
        "3.15 消费者权益日",
        "2023.粮食收储",
        "2023、2024年",
        "1234）粮食",
        "3、4月份检查9次",
        "3、5万元",
        "5、10月",
        "1、2号仓",
        "1、3、5号仓",
        "一、二季度检查46次",
        "二、三级粮库",
        "第一、二季度",
        "第三、四批",
        "三五、十五年一遇",
        "第一、第二产业",
        "（一）、（二）项规定",
        "1是否达标",
        "第一书记",
        "第一批粮库",
        "一般企业",
        "一要求就办",
        "一则消息说",
        "其一般流程",
        "其中，粮库",
        "首先锋队",
        "A、B两类粮库",
        "A股上市",
        "-3.2%",
        "- 3 -",
        "—— 12 ——",
        "***",
        "*号粮库",
        "（略）",
        "（2023）粮食",
        "全县检查46次",
        "",
        "\n",
    ],
)
def test_no_marks(line):
    """Decimals, dates, several numbers of one noun, page numbers and words that begin alike are no marks."""
    assert leading_mark(line) is None
    assert list(find_marks(line)) == []


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("主要有：一是仓容小；二是人手少。", ["一是", "二是"]),
        ("仓容小，一是粮库少，二是仓位少", ["一是", "二是"]),
        ("全县统一是要求，唯一是目标", []),
        ("共有 3、4 项。全年检查（一）次。", []),
        ("见第（一）、（二）项规定", []),
        ("（一）扩仓，（二）招人，（四）检修", ["（一）", "（二）"]),
        ("①扩仓②招人③检修", ["①", "②", "③"]),
        ("仓容128①吨，另有②处", []),
        ("1.扩仓 2.招人 3.检修", ["1.", "2.", "3."]),
        ("扩仓。2.招人。3.5吨。", ["2."]),
        ("扩仓”。（二）招人", ["（二）"]),
        ("他说：“扩仓。”（二）招人", ["（二）"]),
        ("时间16:42、地点粮库", []),
        ("粮库；●扩仓；●招人", ["●", "●"]),
        ("粮库；- 扩仓", []),
        ("【不足】一是仓容小；二是人手少", ["一是", "二是"]),
        ("不足——一是仓容小；二是人手少", ["一是", "二是"]),
        ("粮库。——扩仓", ["——"]),
        ("打算：一，扩仓。二，招人。", ["一，", "二，"]),
        ("扩仓，一，招人", []),
        ("扩仓，此外，招人", []),
        ("扩仓。此外，招人", ["此外，"]),
        ("扩仓.二是招人.（三）检修", ["二是", "（三）"]),
        ("www.1.cn", []),
        ("扩仓\n二、招人\n\n　　三、检修", ["二、", "三、"]),
    ],
)
def test_where_marks_stand(text, marks):
    """At the head of a line, behind the end of a clause, or where one goes on from another; nowhere else."""
    assert [text[mark.start : mark.end].strip() for mark in find_marks(text)] == marks


def test_a_comma_heads_a_chapter_only_at_the_head_of_a_line():
    """一， at the head of a line is a heading as 一、 is; in a running text it is an entry."""
    assert [mark.level for mark in find_marks("一，收储\n打算：一，扩仓。二，招人。")] == [1, 4, 4]


@pytest.mark.parametrize(
    "line", ["１．扩仓", "（１）扩仓", "（一）扩仓", "—扩仓", "１）扩仓", "一，扩仓", "Ａ．扩仓", "１．２　扩仓"]
)
def test_folded_texts(line):
    """A folded line has the same mark at the same place."""
    plain, folded = leading_mark(line), leading_mark(fold(line))
    assert plain is not None
    assert folded is not None
    assert plain[:2] == folded[:2]
    assert plain[3:] == folded[3:]


def test_the_stretch_begins_a_line():
    """What stands before the stretch is not looked at, and what stands behind is not read."""
    text = "统一是扩仓；二是招人；三是检修"
    assert [mark.start for mark in find_marks(text, 1, 8)] == [1, 6]
    assert [mark.start for mark in find_marks(text)] == [6, 11]


MARKS = ["一、", "（二）", "3.", "（4）", "⑤", "第六，", "七是", "其八，", "●", "——", "A.", "1.1 ", "首先，"]
PIECES = [*MARKS, "扩仓", "，", "。", "；", "\n", " ", "12", "1.5万吨", "（", "统一", "、"]


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_marks_lie_apart(text):
    """Marks are in order, do not overlap, and are not empty, whatever the text; a line's first is its leading mark."""
    marks = list(find_marks(text))
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks)
    assert all(one.end <= two.start for one, two in pairwise(marks))
    leading = leading_mark(text)
    assert (leading is not None) == (bool(marks) and not text[: marks[0].start].strip())


@given(
    st.sampled_from(MARKS), st.sampled_from(["扩仓", "招人手", "检修粮库"]), st.sampled_from(["", " ", "　　", "\t"])
)
def test_a_mark_is_the_same_in_any_line(mark, words, indent):
    """Alone, indented, or below other lines, a mark is of one kind."""
    alone = leading_mark(mark + words)
    assert alone is not None
    for before in ("", "粮食收储。\n", "粮食，\n", "共128\n"):
        (found,) = find_marks(f"{before}{indent}{mark}{words}")
        assert found[2:] == alone[2:]
        assert found.start == len(before) + len(indent)
