"""The grammar of numbers: values, bounds and measure words."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.numbers import CORE, UNIT, parse_quantity, read_quantity, read_unit, times
from candidates.printed import AFTER, BEFORE, UNITS, printed_figures


@given(st.decimals(min_value=0, max_value=100, places=1, allow_nan=False), st.sampled_from(["%", "％", " %", "百分之"]))
def test_percentages_read_back(number, form):
    """Per cent is one unit, in digits or in words."""
    text = f"百分之{cn2an.an2cn(str(number))}" if form == "百分之" else f"{number}{form}"
    figure = parse_quantity(text)
    assert figure is not None
    assert (figure.value, figure.unit, figure.bound) == (number, "%", "exact")


@pytest.mark.parametrize(
    ("text", "value", "bound", "unit"),
    [
        ("2600余户", 2600, "over", "户"),
        ("98%以上", 98, "over", "%"),
        ("三千余人次", 3000, "over", "人次"),
        ("近七成", 70, "under", "%"),
        ("九成五", 95, "exact", "%"),
        ("六成二", 62, "exact", "%"),
        ("6.5万份", 65000, "exact", "份"),
        ("2157.09万元", 21570900, "exact", "元"),
        ("260余万元", 2600000, "over", "元"),
        ("百分之九十九点三", "99.3", "exact", "%"),
        ("百分之百", 100, "exact", "%"),
        ("百余件", 100, "over", "件"),
        ("上百场", 100, "over", "场"),
        ("十几件", 10, "over", "件"),
        ("4万8千人", 48000, "exact", "人"),
        ("4.2个百分点", "4.2", "exact", "个百分点"),
        ("64个批次", 64, "exact", "批次"),
        ("1 234件", 1234, "exact", "件"),
        ("3, 026 项", 3026, "exact", "项"),
        ("余2件", 2, "exact", "件"),
        ("稳定在98%以上", 98, "over", "%"),
        ("0件", 0, "exact", "件"),
    ],
)
def test_printed_forms(text, value, bound, unit):
    """One example of every form that the codebook names."""
    figure = parse_quantity(text)
    assert figure is not None
    assert (figure.value, figure.bound, figure.unit) == (Decimal(value), bound, unit)


@pytest.mark.parametrize(
    ("text", "value", "bound", "unit"),
    [
        ("1千2百件", 1200, "exact", "件"),
        ("2百多件", 200, "over", "件"),
        ("1千2百余万元", 12_000_000, "over", "元"),
        ("3.5亿余元", 350_000_000, "over", "元"),
        ("1亿2345.6万元", 123_456_000, "exact", "元"),
        ("3个亿", 300_000_000, "exact", ""),
        ("近1万2千人次", 12_000, "under", "人次"),
        ("约十万3000人", 103_000, "about", "人"),
        ("20来件", 20, "about", "件"),
        ("百分之12.5", "12.5", "exact", "%"),
        ("百分之三点五", "3.5", "exact", "%"),
        ("千分之三", 3, "exact", "‰"),
        ("千分之2.5", "2.5", "exact", "‰"),
        ("2成5", 25, "exact", "%"),
        ("两成五", 25, "exact", "%"),
        ("三成多", 30, "over", "%"),
        ("一二〇件", 120, "exact", "件"),
        ("一百0五件", 105, "exact", "件"),
        ("壹佰贰拾捌万元", 1_280_000, "exact", "元"),
        ("8，129人", 8129, "exact", "人"),
        ("3千克", 3, "exact", "千克"),
        ("12万千瓦时", 120_000, "exact", "千瓦时"),
        ("3千瓦", 3, "exact", "千瓦"),
        ("3千米", 3, "exact", "千米"),
        ("一万二千米", 12_000, "exact", "米"),
        ("3千吨", 3000, "exact", "吨"),
        ("5.6公里", "5.6", "exact", "公里"),
        ("3亩地", 3, "exact", "亩"),
        ("1.2亿元", 120_000_000, "exact", "元"),
        ("5百姓", 5, "exact", ""),
    ],
)
def test_scales_as_people_write_them(text, value, bound, unit):
    """A scale word belongs to its number, also in the middle of it, and is none where it begins another word."""
    figure = parse_quantity(text)
    assert figure is not None
    assert (figure.value, figure.bound, figure.unit) == (Decimal(value), bound, unit)


@pytest.mark.parametrize("text", ["1万2件", "三分之一", "3分之1", "二三十件", "1万两三千件", "九点三十分", "500万12个"])
def test_no_part_of_a_number_is_read(text):
    """What cannot be read whole is not read at all."""
    assert parse_quantity(text) is None


@pytest.mark.parametrize("text", ["全部", "未收到申请", "", "应聘尽聘"])
def test_words_are_no_figures(text):
    """Where no number is printed there is no figure."""
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("text", "unit"), [("件", ("件", 1)), ("万份", ("份", 10000)), ("%", ("%", 1)), ("指标", None)]
)
def test_read_unit(text, unit):
    """A unit in a table's head gives its name and its factor."""
    assert read_unit(text) == unit


@given(printed_figures())
def test_the_text_of_a_figure_is_read_whole(figure):
    """Every printed form has its value, bound and unit, and nothing of it is left over."""
    text, value, bound, unit = figure
    parsed = parse_quantity(text)
    assert parsed is not None
    assert (parsed.value, parsed.bound, parsed.unit) == (value, bound, unit)
    assert (parsed.start, parsed.end) == (0, len(text))


@given(printed_figures(), st.sampled_from(["", "共", "办理了"]))
def test_words_around_a_figure_are_not_part_of_it(figure, before):
    """The first figure in a text is the one that is read, at its place."""
    text = figure[0]
    parsed = parse_quantity(f"{before}{text}，同比增长3%")
    assert parsed is not None
    assert (parsed.start, parsed.end) == (len(before), len(before) + len(text))


@pytest.mark.parametrize(("bound", "word"), [(bound, word) for bound, words in BEFORE.items() for word in words])
def test_bounds_before(bound, word):
    """Every word that bounds a number from before, with 了 or a blank behind it."""
    for text in (f"{word}12件", f"{word}了12件", f"{word} 12件"):
        parsed = parse_quantity(text)
        assert parsed is not None
        assert (parsed.bound, parsed.start, parsed.end) == (bound, 0, len(text))


@pytest.mark.parametrize(("bound", "word"), [(bound, word) for bound, words in AFTER.items() for word in words])
def test_bounds_behind_outrank_those_before(bound, word):
    """约12件以上 is at least twelve."""
    for text in (f"12件{word}", f"约12件{word}", f"近12{word}"):
        parsed = parse_quantity(text)
        assert parsed is not None
        assert parsed.bound == bound


@pytest.mark.parametrize(
    "text",
    [
        "附近12件",
        "最近12件",
        "签约12件",
        "节约12万元",
        "预约12人",
        "赶超12家",
        "12件上下联动",
        "12件以下简称",
    ],
)
def test_words_that_only_look_like_bounds(text):
    """附近, 节约 and 以下简称 bound nothing."""
    parsed = parse_quantity(text)
    assert parsed is not None
    assert parsed.bound == "exact"


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_read_from_heads_and_figures_alike(unit):
    """What a figure has as its unit is a unit in the head of a table."""
    parsed = parse_quantity(f"12{unit}")
    assert parsed is not None
    assert read_unit(unit) == (parsed.unit, 1)
    assert read_unit(f"万{unit}") == (parsed.unit, 10_000)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("12个批次", "批次"),
        ("12批次", "批次"),
        ("12百分点", "个百分点"),
        ("12工作日", "个工作日"),
        ("12个小时", "小时"),
        ("12小时", "小时"),
    ],
)
def test_spellings_of_one_unit(text, unit):
    """A unit that is written in two ways is carried in one."""
    parsed = parse_quantity(text)
    assert parsed is not None
    assert parsed.unit == unit


@pytest.mark.parametrize(
    "text",
    [
        "12条例",
        "12部门",
        "12起诉",
        "12项目",
        "12个别",
        "12家庭",
        "12位于",
        "12所有",
        "12分别",
        "12元旦",
        "12次年",
    ],
)
def test_beginnings_of_words_are_no_units(text):
    """A character that goes on as another word measures nothing."""
    parsed = parse_quantity(text)
    assert parsed is not None
    assert parsed.unit == ""


@pytest.mark.parametrize("word", ["公里", "平方公里", "立方米", "个百分点", "人次", "件次", "美元"])
def test_the_longer_unit_is_read(word):
    """米 in 立方米 and 个 in 个百分点 are no units of their own."""
    parsed = parse_quantity(f"12{word}")
    assert parsed is not None
    assert parsed.unit == word


@given(
    st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False), st.sampled_from([1, 10, 1000, 10**4, 10**8])
)
def test_times_is_exact_and_plain(value, factor):
    """A product is exact, and one that is whole is written without a fraction."""
    product = times(value, factor)
    assert product == value * factor
    assert ("." in str(product)) == (product != int(product))


def test_a_row_of_digits_without_end_is_no_quantity():
    """More than forty digits could not be written as a number."""
    assert parse_quantity("1" * 40) is not None
    assert parse_quantity("1" * 41) is None


@given(st.text(alphabet="约近超0123456789,.%一二十百千万亿两点成分之余多件个人次以上下 ", max_size=30))
def test_a_quantity_holds_its_number(text):
    """The figure around a number reaches at least over the number, and has a value that is finite and not negative."""
    for match in CORE.finditer(text):
        quantity = read_quantity(text, match)
        if quantity is not None:
            assert quantity.start <= match.start() < match.end() <= quantity.end <= len(text)
            assert quantity.value.is_finite()
            assert quantity.value >= 0


def test_the_pattern_of_units_names_no_group():
    """It stands in several patterns, and twice in one of them."""
    assert "(?P<" not in UNIT
