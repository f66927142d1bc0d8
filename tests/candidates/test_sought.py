"""What a schema seeks beside the usual: ranges, units, kinds; and nothing else changes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import Candidate, find_candidates
from baogao.document import document_from_text
from baogao.schema.fields import Sought

DATASETS = Path(__file__).parents[2] / "eval" / "datasets"
REPORTS = (
    sorted((DATASETS / "fictional" / "dev").glob("*.txt"))[::4]
    + sorted((DATASETS / "fresh" / "tuning").glob("*.txt"))[::4]
)
EVERYTHING = Sought("title", frozenset({"number", "range", "rank", "ratio", "date"}), True, ("微克/立方米", "标箱"))
PIECES = [
    *"6%—7至到-标箱万12。，（）第3位\t\n",
    "居全市",
    "15:62:23",
    "2025年1月8日",
    "下降",
    "较上年",
    "2024年",
    "分别",
]
HEAD = "青原县2023年度工作报告\n\n一、主要情况\n"


def found(sentence: str, sought: Sought = EVERYTHING) -> list[Candidate]:
    """The candidates of a sentence that are no words."""
    candidates = find_candidates(document_from_text(HEAD + sentence), sought)
    return [c for c in candidates if c.kind not in {"none", "item"}]


@pytest.mark.parametrize(
    ("text", "value", "upper", "unit", "bound"),
    [
        ("6.5%—7%", 6.5, 7, "%", "exact"),
        ("6%-6.5%", 6, 6.5, "%", "exact"),
        ("6%～6.5%", 6, 6.5, "%", "exact"),
        ("5.5%至6%", 5.5, 6, "%", "exact"),
        ("6-7%", 6, 7, "%", "exact"),
        ("6.5%～7%左右", 6.5, 7, "%", "about"),
        ("约6%-6.5%", 6, 6.5, "%", "about"),
        ("3-5万元", 30000, 50000, "元", "exact"),
        ("1.2-1.5万亿元", 1.2e12, 1.5e12, "元", "exact"),
        ("三至五件", 3, 5, "件", "exact"),
    ],
)
def test_ranges(text, value, upper, unit, bound):
    """The two ends of a range are one candidate, whose text is all of it."""
    ((one),) = found(f"增长{text}。")
    assert (one.kind, one.text, one.unit, one.bound) == ("range", text, unit, bound)
    assert (float(one.value or 0), float(one.upper or 0)) == (value, upper)


@pytest.mark.parametrize("text", ["从6%到7%", "由5件至9件", "9%到7%", "5%、6%", "5%和6%", "3件-5起"])
def test_what_is_no_range(text):
    """A change from one number to another, a fall, a list, or two things, are two numbers."""
    assert [one.kind for one in found(f"共{text}。")] == ["number", "number"]


def test_ranges_in_cells():
    """A range in a cell is one candidate in the unit of its head."""
    (one,) = [c for c in found("指标\t目标（%）\n收入\t6-6.5\n支出\t无") if c.kind == "range"]
    assert (one.text, one.unit, one.cues, one.label) == ("6-6.5", "%", ("target",), "收入 目标(%)")


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("28微克/立方米", 28, "微克/立方米", "exact"),
        ("28微克/立方米以下", 28, "微克/立方米", "under"),
        ("3.2万标箱", 32000, "标箱", "exact"),
        ("3.2万标箱左右", 32000, "标箱", "about"),
        ("约三百标箱", 300, "标箱", "about"),
    ],
)
def test_units_of_a_schema(text, value, unit, bound):
    """A unit that only the schema knows is read with its number, its scale word and the bound words around it."""
    ((one),) = found(f"达{text}。")
    assert (one.text, float(one.value or 0), one.unit, one.bound) == (text, value, unit, bound)


def test_a_unit_that_nobody_knows():
    """It drops no candidate."""
    assert [(one.text, one.unit) for one in found("产出35焦耳。", Sought(units=("微克/立方米",)))] == [("35", "")]


def test_the_unit_of_a_schema_in_a_head():
    """A head may name it, with a scale word."""
    cells = found("指标\t吞吐（万标箱）\t浓度（微克/立方米）\n上半\t3.2\t28\n下半\t4\t30")
    assert [(float(c.value or 0), c.unit) for c in cells[:2]] == [(32000, "标箱"), (28, "微克/立方米")]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("6.66万亿元", 6.66e12, "元"),
        ("6.66余万亿元", 6.66e12, "元"),
        ("1.2万亿", 1.2e12, ""),
        ("3.5万亿元以上", 3.5e12, "元"),
        ("2.5万亿美元", 2.5e12, "美元"),
        ("12.6亿斤", 1.26e9, "斤"),
        ("350万千瓦时", 3.5e6, "千瓦时"),
        ("3200标箱", 3200, "标箱"),
    ],
)
def test_large_numbers(text, value, unit):
    """万亿 is one scale word, behind 余 as well; common units are read for every schema."""
    ((one),) = found(f"达{text}。", Sought())
    assert (one.text, float(one.value or 0), one.unit) == (text, value, unit)


@pytest.mark.parametrize("text", ["PM2.5浓度下降", "PM10", "5G网络", "CO2排放", "4A级景区", "G7高速", "三次产业"])
def test_names_with_digits(text):
    """A digit of a name is no figure, whatever is sought."""
    assert found(f"关于{text}。") == []


def test_a_date_bears_no_cue():
    """A day of the year to come is no target."""
    assert [(one.kind, one.date, one.cues) for one in found("2024年1月8日作报告。")] == [("date", "2024-01-08", ())]


def inside(number: Candidate, others: list[Candidate]) -> bool:
    """Whether a number is one of some candidates, or part of one."""
    return any(one.start <= number.start and number.end <= one.end for one in others)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_nothing_is_lost(path):
    """Every usual candidate of a report is still one, or lies in a range, a rank, a ratio, or a date."""
    document = document_from_text(path.read_text(encoding="utf-8"))
    usual, more = list(find_candidates(document)), list(find_candidates(document, EVERYTHING))
    new = {(c.kind, c.start, c.end) for c in more}
    numbers = [c for c in more if c.kind not in {"none", "item"}]
    lost = [c.text for c in usual if (c.kind, c.start, c.end) not in new and not inside(c, numbers)]
    assert lost == []
    plain = list(find_candidates(document, Sought(kinds=frozenset({"number"}), units=("件", "%"))))
    assert plain == usual


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("居全市第15:62:23", "ratio ratio ratio"),
        ("居全市第2、15:62:23", "rank ratio ratio ratio"),
        ("2025-01-08:62:23", "date"),
        ("居全市第2和2025年1月8日", "rank date"),
        ("居全市首位、第2:3", "rank rank number"),
        ("达到6—6:62:23", "number ratio ratio ratio"),
        ("达到6—615:62:23", "number ratio ratio ratio"),
        ("15:62:236万", "number"),
    ],
)
def test_forms_lie_apart(text, kinds):
    """Of a ratio and a rank that share digits the ratio stays, of a date and anything else the date."""
    forms = found(f"{text}。")
    assert " ".join(one.kind for one in forms) == kinds
    assert all(one.end <= other.start for one, other in pairwise(forms))


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_text_is_at_its_offsets(words):
    """Whatever is sought, candidates say what stands at their place, those with a value lie apart, and no number is
    lost: another one may have its digits (the 236 of 15:62:236位)."""
    document = document_from_text(HEAD + "".join(words))
    numbers = [c for c in find_candidates(document, EVERYTHING) if c.kind not in {"none", "item"}]
    assert all(c.text == document.text[c.start : c.end] and c.text for c in numbers)
    assert all(a.end <= b.start for a, b in pairwise(numbers))
    usual = find_candidates(document).of_kind("number")
    assert all(any(one.start <= number.start < one.end for one in numbers) for number in usual)
