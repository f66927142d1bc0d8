"""The grammar of figures."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.figures import find_figures
from baogao.candidates.numbers import parse_quantity, read_unit

UNITS = ["件", "份", "人次", "户", "场次", "批次", "名", "卷", "册", "条", "项", "个", "宗", "%"]
BEFORE = {
    "over": ["超过", "突破", "逾", "不少于", "至少"],
    "under": ["近", "不到", "不足", "不超过"],
    "about": ["约", "大约"],
}
AFTER = {"over": ["以上"], "under": ["以下", "以内"], "about": ["左右"]}


def read(text):
    """The figures of a text as (text, value, bound, unit)."""
    return [(text[f.start : f.end], f.value, f.bound, f.unit) for f in find_figures(text)]


@st.composite
def rendered(draw):
    """A figure in one of the printed forms: its text, value, bound and unit."""
    form = draw(st.sampled_from(["plain", "commas", "wide", "decimal", "myriad", "chinese", "mixed"]))
    unit = draw(st.sampled_from(UNITS[:-1]))
    number, value = _number(draw, form)
    bound = draw(st.sampled_from(["exact", "over", "under", "about"]))
    if bound == "exact":
        return number + unit, value, bound, unit
    if draw(st.booleans()):
        return draw(st.sampled_from(BEFORE[bound])) + number + unit, value, bound, unit
    if bound == "over" and draw(st.booleans()):
        return number + draw(st.sampled_from("余多")) + unit, value, bound, unit
    return number + unit + draw(st.sampled_from(AFTER[bound])), value, bound, unit


def _number(draw, form):
    whole = draw(st.integers(min_value=11, max_value=98_765_432))
    cents = draw(st.integers(min_value=1, max_value=9999))
    wide = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
    forms = {
        "plain": (str(whole), Decimal(whole)),
        "commas": (f"{whole:,}", Decimal(whole)),
        "wide": (f"{whole:,}".translate(wide), Decimal(whole)),
        "decimal": (f"{cents}.5", Decimal(f"{cents}.5")),
        "myriad": (f"{cents}.25万", Decimal(cents * 10000 + 2500)),
        "chinese": (cn2an.an2cn(whole), Decimal(whole)),
        "mixed": (f"{cents}千", Decimal(cents * 1000)),
    }
    return forms[form]


@given(rendered())
def test_rendered_figures_read_back(figure):
    """Value, bound and unit survive every printed form, alone and in a sentence."""
    text, value, bound, unit = figure
    assert read(f"共办理{text}。") == [(text, value, bound, unit)]
    parsed = parse_quantity(text)
    assert parsed is not None
    assert (parsed.value, parsed.bound, parsed.unit) == (value, bound, unit)


@given(st.decimals(min_value=0, max_value=100, places=1, allow_nan=False), st.sampled_from(["%", "％", " %", "百分之"]))
def test_percentages_read_back(number, form):
    """Per cent is one unit, in digits or in words."""
    text = f"百分之{cn2an.an2cn(str(number))}" if form == "百分之" else f"{number}{form}"
    figure = parse_quantity(text)
    assert figure is not None
    assert (figure.value, figure.unit, figure.bound) == (number, "%", "exact")


@given(
    st.text(
        alphabet="共约近0123456789,.，．％%一二十百千万亿两点成分之余多件个人次年月日第（）《》“” \n-—：", max_size=60
    )
)
def test_figures_never_overlap(text):
    """Whatever the text, figures come in order, lie inside it and share no character."""
    figures = list(find_figures(text))
    assert all(0 <= f.start < f.end <= len(text) for f in figures)
    assert all(a.end <= b.start for a, b in pairwise(figures))


@given(st.text(max_size=80))
def test_arbitrary_text_never_raises(text):
    """Any text at all can be read."""
    assert all(text[f.start : f.end] for f in find_figures(text))
    parse_quantity(text)


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


@pytest.mark.parametrize("text", ["全部", "未收到申请", "", "应聘尽聘"])
def test_words_are_no_figures(text):
    """Where no number is printed there is no figure."""
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2023年3月15日",
        "2021—2025年",
        "5、10月",
        "〔2022〕15号文件",
        "第三条、第15条",
        "一是、二是、（三）",
        "“八五”普法、“十四五”",
        "12345热线和12348平台",
        "《2023年12项重点》",
        "9时30分、16:42",
        "联系电话：0471-1234567",
        "1+28预案",
        "“三项制度”",
        "三分之一",
        "数十次、几百人",
        "进一次门、一起谋划、一件一件办",
        "党的二十大",
    ],
)
def test_digits_that_are_no_figures(text):
    """Dates, document and clause numbers, names of plans and hotlines are never candidates."""
    assert read(f"落实{text}。") == []


def test_hotline_keeps_its_count():
    """The hotline's own number is a name, the count beside it is a figure."""
    assert [text for text, *_ in read("12345热线受理297件")] == ["297件"]


def test_page_number_and_markers_are_dropped():
    """A page number on its own line and the numbering of items are not figures."""
    assert [text for text, *_ in read("1.办理3件。\n－ 12 －\n（2）评查5卷。\n2.1 抽查6户")] == ["3件", "5卷", "6户"]


@pytest.mark.parametrize(
    ("text", "values", "unit"),
    [
        ("3至5件", [3, 5], "件"),
        ("三至五件", [3, 5], "件"),
        ("3-5万元", [30000, 50000], "元"),
        ("90%-95%", [90, 95], "%"),
        ("152、140和133件", [152, 140, 133], "件"),
    ],
)
def test_ranges_and_lists_share_the_unit(text, values, unit):
    """A range is two figures; bare numbers of a list take the unit at its end."""
    assert [(value, u) for _, value, _, u in read(text)] == [(value, unit) for value in values]


def test_measure_words_are_not_beginnings_of_words():
    """135件 has a measure word, 12条例 has not."""
    assert [unit for *_, unit in read("修订12条例，评查135件")] == ["", "件"]


@pytest.mark.parametrize(
    ("text", "unit"), [("件", ("件", 1)), ("万份", ("份", 10000)), ("%", ("%", 1)), ("指标", None)]
)
def test_read_unit(text, unit):
    """A unit in a table's head gives its name and its factor."""
    assert read_unit(text) == unit


@pytest.mark.parametrize("piece", [", 111", "1 ", "万", "亿", "1,", "近", "百分之"])
def test_long_nonsense_is_read_in_time(piece):
    """A broken file can repeat anything: reading it neither recurses too deep nor takes quadratic time."""
    text = piece * 5000
    assert all(f.end <= len(text) for f in find_figures(text))
