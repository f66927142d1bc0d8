"""Tables pasted as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import find_candidates
from baogao.candidates.tables import split_row
from baogao.document import document_from_text
from baogao.schema.fields import Sought

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


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("检查\t次\t46", ["检查", "次", "46"]),
        ("\t次\t\t46", ["", "次", "", "46"]),
        ("| 检查 | 次 | 46 |", ["检查", "次", "46"]),
        ("检查 | | 46", ["检查", "", "46"]),
        ("检查   次 数  46", ["检查", "次 数", "46"]),
        ("检查 次 46", ["检查", "次", "46"]),
        ("  检查 46  ", ["检查", "46"]),
    ],
)
def test_rows_are_split(line, cells):
    """Tabs go before bars, bars before wide gaps, those before single blanks; the first two keep empty cells."""
    found = split_row(line, 100)
    assert [text for text, _ in found] == cells
    assert all(line[start - 100 : end - 100] == text for text, (start, end) in found)


@given(st.text(alphabet="检查46次 \t|%", max_size=30))
def test_any_row_has_its_cells_in_place(line):
    """Cells are where they are said to be, in order, without blanks around them."""
    last = 0
    for text, (start, end) in split_row(line, 0):
        assert last <= start <= end <= len(line)
        assert line[start:end] == text == text.strip()
        last = end


@pytest.mark.parametrize(
    ("head", "value", "unit"),
    [
        ("资料（万份）", 120000, "份"),
        ("资料[单位：份]", 12, "份"),
        ("金额/万元", 120000, "元"),
        ("办结率（%）", 12, "%"),
        ("名称（全称）", 12, ""),
    ],
)
def test_units_of_heads(head, value, unit):
    """A unit in a head gives its cells a unit and its factor; other words in brackets are no unit."""
    found = numbers(f"类别\t{head}\n甲类\t12\n乙类\t13")
    assert (found[0].value, found[0].unit) == (value, unit)


def test_the_nearest_unit_counts():
    """A unit in the cell goes before one in the row, that before the head's, and the head's before the caption's."""
    found = numbers("单位：项\n类别\t收案（件）\t其他\n甲类\t12\t9\n乙类\t3份\t8")
    assert [(int(c.value), c.unit) for c in found] == [(12, "件"), (9, "项"), (3, "份"), (8, "项")]
    found = numbers("类别\t单位\t收案（件）\n甲类\t宗\t12\n乙类\t宗\t13")
    assert [c.unit for c in found] == ["宗", "宗"]


def test_running_numbers_are_no_figures():
    """A column that is called so, or small numbers before names where the first column has no name."""
    assert [c.text for c in numbers("编号\t指标\t数量\n1\t检查\t46\n2\t约谈\t3")] == ["46", "3"]
    assert [c.text for c in numbers("1\t检查\t46\n2\t约谈\t3")] == ["46", "3"]
    assert [c.text for c in numbers("数量\t件数\t其他\n12\t13\t14\n15\t16\t17")][:3] == ["12", "13", "14"]


def test_words_in_a_cell_are_read_like_prose():
    """A cell that holds more than a number gives its figures, with the cell's heads."""
    found = numbers("指标\t内容\n检查\t全年46次、约谈3家\n培训\t9期")
    assert [(c.text, c.unit) for c in found] == [("46次", "次"), ("3家", "家"), ("9期", "期")]
    assert found[0].label.startswith("检查 ")


@pytest.mark.parametrize(
    ("head", "cues"),
    [
        ("同比（%）", ("growth",)),
        ("去年", ("prior_year",)),
        ("2022年", ("prior_year",)),
        ("2023年", ()),
        ("年度目标", ("target",)),
        ("同比上年", ("growth",)),
    ],
)
def test_cues_of_heads(head, cues):
    """A head says whose its figures are; of several words in one head the first kind counts."""
    found = numbers(f"指标\t本期\t{head}\n收案\t37\t30\n办结\t34\t28")
    assert [c.cues for c in found[:2]] == [(), cues]


def test_two_tables_do_not_mix():
    """Prose between two tables ends the heads of the first."""
    rows = "指标\t数量（件）\n收案\t37\n办结\t34"
    found = numbers(f"{rows}\n以下是另一张表的内容。\n{rows.replace('件', '次')}")
    assert [c.unit for c in found] == ["件", "件", "次", "次"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("1千2百", [1200]),
        ("1亿2345.6万", [123_456_000]),
        ("8，129", [8129]),
        ("1 234", [1234]),
        ("约120", [120]),
        ("1万2", []),
        ("1.2.3", []),
        ("12,34", []),
        ("12 8", []),
        ("1O8", []),
        ("1\ue0008", []),
        ("l2件", []),
    ],
)
def test_a_cell_is_read_whole_or_not_at_all(cell, found):
    """A cell holds one number; one that cannot be read whole gives no part of itself."""
    assert [int(c.value) for c in numbers(f"指标\t数量\n收案\t{cell}\n结案\t甲")] == found


@pytest.mark.parametrize("cell", ["-12", "+12", "−12"])
def test_a_signed_cell_is_a_change(cell):
    """A plus or a minus in a cell makes its number a difference, whatever the heads say."""
    assert [(int(c.value), c.cues) for c in numbers(f"指标\t数量\n收案\t{cell}\n结案\t甲")] == [(12, ("growth",))]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("收案\t45 128\n结案\t12 345", [45128, 12345]),
        ("收案\t45 128\n结案\t3", [45128, 3]),
        ("收案\t45 128\n结案\t1234", [1234]),
        ("收案\t45 128\n结案\t1,234", [1234]),
        ("收案\t45 128\n年度\t2023", [45128, 2023]),
        ("收案\t1 234\n结案\t5 678\n资料\t12000", [1234, 5678, 12000]),
        ("收案\t1 234 567\n结案\t1234", [1_234_567, 1234]),
        ("收案\t45 12\n结案\t3", [3]),
        ("收案\t128（1）\n结案\t12①", [128, 12]),
        ("收案\t12?\n结案\t12□", []),
        ("收案\t98,5%\n结案\t98. 5%", [98.5]),
    ],
)
def test_a_blank_in_a_cell_parts_thousands_or_numbers(rows, found):
    """What the table does with its other numbers tells; what stays in doubt is none."""
    assert [float(c.value) for c in numbers(f"指标\t数量\n{rows}")] == found


def test_a_head_of_two_words_has_two_numbers_below():
    """Two words in one head, parted by a blank: 45 128 is no number."""
    assert [int(c.value) for c in numbers("指标\t收案 结案\n甲类\t45 128\n乙类\t3")] == [3]


YEARLY = Sought("before_title", signed=True)


@pytest.mark.parametrize(
    ("head", "cues"),
    [
        ("2024年完成", ()),
        ("2024年", ()),
        ("去年完成", ()),
        ("2023年", ("prior_year",)),
        ("前年", ("prior_year",)),
        ("2025年目标", ("target",)),
        ("2025年", ("target",)),
        ("今年安排", ("target",)),
        ("预期目标", ("target",)),
        ("增速（%）", ("growth",)),
        ("比上年增长", ("growth",)),
        ("2025年增长目标", ("growth", "target")),
    ],
)
def test_cues_of_heads_in_a_report_on_the_year_before(head, cues):
    """For a report that is given at the beginning of 2025 the year 2024 and 去年 are the period, 2025 is ahead."""
    text = f"政府工作报告\n——2025年1月8日在大会上\n\n主要数据如下。\n\n指标\t单位\t{head}\n收入\t件\t37\n支出\t件\t34"
    found = find_candidates(document_from_text(text), YEARLY).of_kind("number")
    assert [c.cues for c in found] == [cues, cues]


def test_a_change_in_words_in_a_cell():
    """增长6.2% in one cell is a growth, and says nothing of the number beside it."""
    text = (
        "青原县2023年度工作报告\n\n主要数据如下。\n\n指标\t完成\t情况\n收入\t96亿元\t增长6.2%\n支出\t34亿元\t下降1.5%"
    )
    found = find_candidates(document_from_text(text), YEARLY).of_kind("number")
    assert [(c.text, c.cues, c.label) for c in found[:2]] == [
        ("96亿元", (), "收入 完成"),
        ("6.2%", ("growth",), "收入 情况"),
    ]
    assert [c.falls for c in found] == [False, False, False, True]


def test_a_table_of_the_year_ahead():
    """Below a heading of the year ahead a cell is a target, unless its head, or the table's, names another time."""
    rows = "指标\t单位\t数量\t去年\n收入\t件\t37\t35\n支出\t件\t34\t33"
    head = f"政府工作报告\n——2025年1月8日在大会上\n\n一、工作回顾\n{'成效明显。' * 40}\n"
    text = f"{head}二、2025年工作安排\n办理如下。\n\n{rows}"
    found = find_candidates(document_from_text(text), YEARLY).of_kind("number")
    assert [(c.text, c.cues) for c in found[:2]] == [("37", ("target",)), ("35", ())]
    own = text.replace("办理如下。", "2024年主要指标完成情况")
    found = find_candidates(document_from_text(own), YEARLY).of_kind("number")
    assert [(c.text, c.cues) for c in found[:2]] == [("37", ()), ("35", ())]


def test_a_row_is_named_before_its_first_figure():
    """A cell of words behind it (增长6%左右) tells of another year, and 增长 is of the year on its left."""
    table = "指标\t2024年完成\t增长\t2025年目标\n产量\t12亿元\t5%\t增长6%左右\n"
    document = document_from_text(f"工作报告\n——2025年1月8日在会议上\n{table}")
    found = find_candidates(document, Sought(year="before_title")).of_kind("number")
    assert [(one.text, one.label, one.cues) for one in found] == [
        ("12亿元", "产量 2024年完成", ()),
        ("5%", "产量 增长", ("growth",)),
        ("6%左右", "产量 2025年目标", ("target",)),
    ]


def test_a_column_of_percentages_beside_a_column_of_units():
    """增长(%) is the unit of its column, whatever the row counts in."""
    table = "指标\t单位\t2024年\t增长（%）\n产量\t亿元\t12\t5\n"
    document = document_from_text(f"工作报告\n——2025年1月8日在会议上\n{table}")
    found = find_candidates(document, Sought(year="before_title")).of_kind("number")
    assert [(one.value, one.unit) for one in found] == [(1_200_000_000, "元"), (5, "%")]


def test_a_table_of_both_years_ends_no_plans():
    """Its head names the period as well as the year to come; what stands below it is still ahead."""
    text = (
        "工作报告\n——2025年1月8日在会议上\n一、2024年工作回顾\n做了工作。\n二、2025年工作安排\n办理如下。\n\n"
        "指标\t2024年完成\t2025年目标\n产量\t12亿元\t13亿元\n\n（一）抓产业。建成厂房37个。\n"
    )
    found = find_candidates(document_from_text(text), YEARLY).of_kind("number")
    assert [(one.text, one.cues) for one in found] == [("12亿元", ()), ("13亿元", ("target",)), ("37个", ("target",))]
