"""Which numbers of a running text are figures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.figures import find_figures
from baogao.candidates.noise import blank_noise
from baogao.candidates.numbers import parse_quantity
from baogao.chinese.numerals import NUMERAL_CHARS, fold
from candidates.printed import printed_figures


def read(text):
    """The figures of a text as (text, value, bound, unit)."""
    return [(text[f.start : f.end], f.value, f.bound, f.unit) for f in find_figures(text)]


@given(printed_figures())
def test_rendered_figures_read_back(figure):
    """Value, bound and unit survive every printed form, alone and in a sentence."""
    text, value, bound, unit = figure
    assert read(f"共办理{text}。") == [(text, value, bound, unit)]
    parsed = parse_quantity(text)
    assert parsed is not None
    assert (parsed.value, parsed.bound, parsed.unit) == (value, bound, unit)


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
        ("三至五万元", [30000, 50000], "元"),
        ("十至二十万元", [100_000, 200_000], "元"),
        ("二十万至三十万元", [200_000, 300_000], "元"),
        ("3-5百万元", [3_000_000, 5_000_000], "元"),
        ("100-3万元", [100, 30000], "元"),
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


@pytest.mark.parametrize("piece", [", 111", "1 ", "万", "亿", "1,", "1,23,", "近", "百分之", "(1", "届三", "1件"])
def test_long_nonsense_is_read_in_time(piece):
    """A broken file can repeat anything: reading it neither recurses too deep nor takes quadratic time."""
    text = piece * 5000
    assert all(f.end <= len(text) for f in find_figures(text))


ANY = "共约近0123456789,.，．％%一二十百千万亿两点成分之余多件个人次年月日第（）《》“” \n-—：至到、和及/:x号条电话"


@given(st.text(alphabet=ANY, max_size=60))
def test_blanking_keeps_every_place(text):
    """Only numerals are blanked, each by one character, so that offsets stay."""
    folded = fold(text)
    clean = blank_noise(folded)
    assert len(clean) == len(folded)
    for before, after in zip(folded, clean, strict=True):
        assert after == before or (after == "\0" and (before.isdigit() or before in NUMERAL_CHARS))


@given(st.text(alphabet=ANY, max_size=60))
def test_folded_text_gives_the_same_figures(text):
    """Whether a text was folded before changes nothing: figures have places of the text as it is printed."""
    assert list(find_figures(fold(text), folded=True)) == list(find_figures(text))


@given(printed_figures(), printed_figures())
def test_a_sentence_keeps_its_figures_apart(one, other):
    """Two figures parted by a comma are read as if each stood alone."""
    assert read(f"共办理{one[0]}，评查{other[0]}。") == [one, other]


@given(
    printed_figures(),
    st.sampled_from(["2023年3月15日", "《12项办法》", "第15条", "16:42", "〔2022〕15号文件", "12345热线"]),
)
def test_noise_beside_a_figure_is_left_out(figure, noise):
    """A date, a title, an article, a time, a document's number or a hotline neither hides a figure nor adds one."""
    assert read(f"{noise}，共办理{figure[0]}。") == [figure]
    assert read(f"共办理{figure[0]}，{noise}。") == [figure]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("百余件", ["百余件"]),
        ("共收到八十八，办结四十九。", ["八十八", "四十九"]),
        ("位列第二十二，党的二十大，评分七，百分之百，", ["百分之百"]),
        ("办理数百件、几千件", []),
        ("数十件", []),
        ("三年来", []),
        ("五、六和七件", ["五", "六", "七件"]),
        ("五类案件", []),
        ("七部门联合", []),
        ("四级联动、两委班子", []),
        ("一起办理", []),
        ("发生一起事故", ["一起"]),
        ("受理两起。", ["两起"]),
        ("每一件、第一次、同一个", []),
        ("一件事一次办", []),
        ("行政复议一件。", ["一件"]),
        ("三项制度、四个意识", []),
        ("修订三项。", ["三项"]),
        ("近三成", ["近三成"]),
    ],
)
def test_chinese_numerals_count_only_where_something_is_counted(text, found):
    """A measure word or a bound makes a numeral a figure; set phrases, ordinals and vague numbers are none."""
    assert [figure for figure, *_ in read(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A4纸、5G基站", []),
        ("12 月度任务", []),
        ("12348接听297", ["297"]),
        ("共297", ["297"]),
        ("\n3 收储", []),
        ("\n3、4和5件", ["3", "4", "5件"]),
        ("2.5件", ["2.5件"]),
        ("12.4宪法日", []),
        ("12.4万件", ["12.4万件"]),
        ("5×3米", []),
        ("3/4", []),
        ("13812345678", []),
        ("123456789万元", ["123456789万元"]),
        ("第3至5条", []),
        ("3号楼2室内", []),
        ("十二届、3周年", []),
    ],
)
def test_bare_arabic_numbers(text, found):
    """A number without a measure word counts unless it names something."""
    assert [figure for figure, *_ in read(text)] == found


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("受理“12345”热线件", []),
        ("“八个一”行动", []),
        ("“回头看”12次", [("12次", 12)]),
        ("“收件12件”", [("12件", 12)]),
        ("‘三个3’", []),
    ],
)
def test_quoted_names(text, figures):
    """In quotation marks only a number with its unit is a figure."""
    assert [(figure, int(value)) for figure, value, *_ in read(text)] == figures


def test_a_range_lends_its_scale_and_a_list_does_not():
    """3-5万元 is thirty thousand and fifty thousand; 3、5万元 says no such thing of the 3."""
    assert [int(value) for _, value, *_ in read("3-5万元")] == [30000, 50000]
    assert [int(value) for _, value, *_ in read("3、5万元")] == [3, 50000]


def test_a_unit_is_lent_over_one_joint_only():
    """Words between two numbers end the list, and a number with a unit of its own keeps it."""
    assert [unit for *_, unit in read("3人、5件")] == ["人", "件"]
    assert [unit for *_, unit in read("共9，办结5件")] == ["", "件"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("收到申请8，129人参加考试", ["8", "129人"]),
        ("收到申请8，129名干部参加考试", ["8", "129名"]),
        ("收到申请8,129人参加考试", ["8,129人"]),
        ("公开信息4，385条。", ["4，385条"]),
        ("公开信息1，234，567条参考", ["1，234，567条"]),
        ("发放资料3，050人次参加", ["3，050人次"]),
        ("公开信息4，385条，干部8，129人参加", ["4，385条", "8，129人"]),
        ("办班9期，2，300余人次走进课堂", ["9期", "2，300余人次"]),
        ("发放1，234份资料", ["1，234份"]),
        ("收到８，１２９人来信", ["８，１２９人"]),
        ("收到12，办结8件", ["12", "8件"]),
    ],
)
def test_a_full_width_comma_parts_thousands_or_figures(text, found):
    """What follows, and how the text parts its other thousands, tells whether a comma parts two figures."""
    assert [figure for figure, *_ in read(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("执法队伍三百人", ["三百人"]),
        ("收拾三间", ["三间"]),
        ("罚款伍佰元", ["伍佰元"]),
        ("登陆三人", ["三人"]),
        ("讲座廿三场、卅场", ["廿三场", "卅场"]),
        ("五卅运动", []),
        ("统一12件", ["12件"]),
        ("2五件", []),
        ("五2件", []),
        ("1 千2百件", []),
        ("6800多人一道参加", ["6800多人"]),
        ("二〇二三年一二〇件", ["一二〇件"]),
        ("三四件、七八十人、二三百户", []),
        ("数百人、几千件、数十万人次", []),
        ("千余人、近百件", ["千余人", "近百件"]),
        ("万里、万一、百姓、千万不要", []),
        ("每万人12件", ["12件"]),
    ],
)
def test_numerals_and_words_that_hold_them(text, found):
    """Old and formal numerals count; a numeral that is part of a word takes nothing away from its neighbour."""
    assert [figure for figure, *_ in read(f"共{text}")] == found
