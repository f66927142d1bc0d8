"""Tables pasted as text."""

from __future__ import annotations

import pytest

from baogao.candidates import find_candidates
from baogao.document import document_from_text

TITLE = "青原县2023年度工作报告\n\n以下为主要数据。\n\n"


def numbers(table):
    """The number candidates below the title."""
    return find_candidates(document_from_text(TITLE + table)).of_kind("number")


def test_unit_column():
    """A 单位 column gives the unit, a 序号 column no figures; 万 in the unit counts."""
    found = numbers("序号\t指标\t单位\t数量\n1\t评查案卷\t卷\t135\n2\t发放资料\t万份\t3.6\n3\t办理案件\t件\t1 492")
    assert [(c.text, int(c.value), c.unit) for c in found] == [
        ("135", 135, "卷"),
        ("3.6", 36000, "份"),
        ("1 492", 1492, "件"),
    ]
    assert found[0].label == "评查案卷 数量"


def test_unit_in_the_head():
    """A transposed table: indicators as column heads, their units in brackets."""
    found = numbers("年度\t收案（件）\t办结率（%）\n2023年\t37\t91.9\n2022年\t30\t90")
    assert [(c.text, c.unit, c.cues) for c in found] == [
        ("37", "件", ()),
        ("91.9", "%", ()),
        ("30", "件", ("prior_year",)),
        ("90", "%", ("prior_year",)),
    ]


def test_period_columns():
    """Columns of last year and of growth bear the cue."""
    found = numbers(
        "| 指标 | 2023年 | 上年 | 同比 |\n| 收案（件） | 37 | 30 | 23.3% |\n| 办结（件） | 34 | 28 | 21.4% |"
    )
    assert [c.cues for c in found[:3]] == [(), ("prior_year",), ("growth",)]
    assert [c.unit for c in found[:3]] == ["件", "件", "%"]


def test_parts_carry_their_parents_name():
    """A row that goes on from the one above is labelled with both."""
    found = numbers("序号\t指标\t单位\t数量\n1\t收到申请\t件\t30\n\t其中：网上\t件\t9")
    assert found[1].label == "收到申请 其中:网上 数量"
    assert found[1].cues == ("part",)


@pytest.mark.parametrize("gap", ["\t", " | ", "    "])
def test_dividers(gap):
    """Tabs, bars and wide gaps divide cells alike."""
    rows = [["指标", "单位", "数量"], ["评查案卷", "卷", "135"]]
    found = numbers("\n".join(gap.join(row) for row in rows))
    assert [(c.value, c.unit) for c in found] == [(135, "卷")]


def test_caption_unit():
    """单位：件 above a table holds where nothing else does."""
    found = numbers("单位：件\n类别\t收到\t办结\n甲类\t12\t11")
    assert [(int(c.value), c.unit) for c in found] == [(12, "件"), (11, "件")]


def test_rows_beside_a_total_are_parts():
    """Where a row sums up the others, or a column does, the others are parts."""
    found = numbers("单位\t案件数\t办结数\n县政府\t74\t66\n部门\t158\t139\n合计\t232\t205")
    assert {c.text for c in found if "part" in c.cues} == {"74", "66", "158", "139"}
    found = numbers("项目\t县本级\t乡镇\t合计\n案件数\t74\t158\t232")
    assert [c.text for c in found if "part" not in c.cues] == ["232"]
