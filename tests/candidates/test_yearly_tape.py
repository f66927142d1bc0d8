"""What the context says of a number in a report that is given at the beginning of the year after its period."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import find_candidates
from baogao.candidates.tape import ORDER
from baogao.document import document_from_text
from baogao.schema.fields import Sought

SOUGHT = Sought("before_title", frozenset({"number", "range", "rank", "ratio", "date"}), True, ("微克/立方米", "标箱"))
HEAD = "政府工作报告\n——2025年1月8日在云溪县第十八届人民代表大会第四次会议上\n\n各位代表：\n\n一、2024年工作回顾\n"
REST = "全县上下团结一心，各项事业稳步推进，人民生活不断改善。" * 12 + "\n"
AHEAD = "二、2025年工作安排\n"
WORDS = ["去年", "今年", "五年来", "增长", "达到", "基础上", "2024年", "下降", "比上年", "年均"]
MANY = HEAD.replace("2024年工作回顾", "过去五年工作回顾")


def cues_of(sentence: str, *, ahead: bool = False, head: str = HEAD) -> list[tuple[str, set[str]]]:
    """Text and cues of the numbers of a sentence, in the part that looks back or in the one on the year ahead."""
    text = head + REST + AHEAD + sentence if ahead else head + sentence + "\n" + REST + AHEAD + REST
    found = find_candidates(document_from_text(text), SOUGHT)
    start = text.index(sentence)
    inside = found.within(start, start + len(sentence))
    return [(c.text, set(c.cues)) for c in inside if c.kind not in {"item", "none", "date"}]


@pytest.mark.parametrize(
    ("sentence", "levels", "growths"),
    [
        ("地区生产总值完成286亿元、增长5.6%。", "286亿元", "5.6%"),
        ("地区生产总值达到286亿元，同比增长5.6%。", "286亿元", "5.6%"),
        ("预计地区生产总值突破280亿元，增长6%左右。", "突破280亿元", "6%左右"),
        ("投资增长8%、消费品零售总额完成96亿元。", "96亿元", "8%"),
        ("投资增长8%、消费品零售总额达到96亿元、增长6.2%。", "96亿元", "8% 6.2%"),
        ("城乡居民收入分别达到33500元、18200元，分别增长4.7%、6.4%。", "33500元 18200元", "4.7% 6.4%"),
        ("游客280万人次、旅游收入21亿元，分别增长12%和15.3%。", "280万人次 21亿元", "12% 15.3%"),
        ("进出口总额9.5亿元，下降2.4%；物价上涨0.3%。", "9.5亿元", "2.4% 0.3%"),
        ("工业增加值增速5.6%，用电4.1亿千瓦时。", "4.1亿千瓦时", "5.6%"),
        ("增速达到5.6%，高于全市0.8个百分点。", "", "5.6% 0.8个百分点"),
        ("以5.6%的增速领跑全市，总量286亿元。", "286亿元", "5.6%"),
        ("森林覆盖率达45.1%、提高1.2个百分点。", "45.1%", "1.2个百分点"),
        ("贷款增长11.2%、存贷比达76.1%。", "76.1%", "11.2%"),
        ("增收明显，人均33500元，增加1580元、增长4.9%。", "33500元", "1580元 4.9%"),
        ("全年新增就业4800人，为目标的104%。", "4800人 104%", ""),
        ("投资由降转升，增长3.1%。", "", "3.1%"),
        ("收入18亿元，同比+5.2%。", "18亿元", "+5.2%"),
        ("受理286件，较上年-12件。", "286件", "-12件"),
        ("民生支出占预算支出的81.2%，增长3.5%。", "81.2%", "3.5%"),
        ("消费96亿元增长6.2%。", "96亿元", "6.2%"),
        ("城镇33500元、增长4.7%和农村18200元、增长6.4%。", "33500元 18200元", "4.7% 6.4%"),
        ("PM2.5年均浓度28微克/立方米。", "28微克/立方米", ""),
        ("争取上级资金12亿元，到位资金31亿元，增长9%。", "12亿元 31亿元", "9%"),
    ],
)
def test_levels_and_growths(sentence, levels, growths):
    """A rate of change is a growth; what was reached, before it or behind it, bears no cue."""
    found = cues_of(sentence)
    assert [text for text, cues in found if not cues] == levels.split()
    assert [text for text, cues in found if cues - {"prior_year"} == {"growth"}] == growths.split()
    assert len(found) == len(levels.split()) + len(growths.split())


@pytest.mark.parametrize(
    "words",
    ["去年", "过去一年，", "上年", "上一年", "一年来，", "2024年，", "2024年全年", "回顾过去的一年，", "去年，全县"],
)
def test_the_words_of_the_period(words):
    """去年 and its like are the period itself."""
    assert cues_of(f"{words}新增就业4800人。") == [("4800人", set())]


@pytest.mark.parametrize(
    "words", ["今年", "今年，全县", "本年", "新的一年，", "2025年，", "今年以来", "明年", "今后五年，", "到2027年"]
)
def test_the_words_of_what_is_to_come(words):
    """今年 and its like are ahead, in the part that looks back as well."""
    assert cues_of(f"{words}新增就业4800人。") == [("4800人", {"target"})]


@pytest.mark.parametrize("words", ["前年", "2023年", "2022年全县"])
def test_the_words_of_an_earlier_year(words):
    """The year before the period is the prior year."""
    assert cues_of(f"{words}新增就业4800人。") == [("4800人", {"prior_year"})]


@pytest.mark.parametrize(
    ("sentence", "number", "cues"),
    [
        ("投资比上年增长8%。", "8%", {"growth"}),
        ("投资较2023年增长8%。", "8%", {"growth"}),
        ("在2023年增长6.1%的基础上，去年增长5.6%。", "5.6%", {"growth"}),
        ("在上年增长6.1%的基础上，增长5.6%。", "6.1%", {"prior_year", "growth"}),
        ("城镇化率由56.2%提高到58.1%。", "56.2%", {"prior_year"}),
        ("城镇化率由56.2%提高到58.1%。", "58.1%", set()),
        ("增速由8%回落至5%。", "8%", {"prior_year", "growth"}),
        ("产业比由16:61:23调整为15:62:23。", "16", {"prior_year"}),
        ("产业比由16:61:23调整为15:62:23。", "15", set()),
        ("去年增长5.6%，居全市第2位。", "第2位", set()),
        ("增速居全市第2位。", "第2位", {"growth"}),
        ("新增就业4800人，超目标300人，增长7%。", "7%", {"growth"}),
        ("高于预期目标0.3个百分点，工业增长7.1%。", "7.1%", {"growth"}),
        ("其中城镇化率58.1%。", "58.1%", {"part"}),
        ("城镇新增就业4800人。", "4800人", set()),
    ],
)
def test_comparisons(sentence, number, cues):
    """What a figure is compared with, and what it began from, is not the figure."""
    assert dict(cues_of(sentence))[number] == cues


@pytest.mark.parametrize(
    "sentence",
    [
        "五年来，累计新增就业2.6万人。",
        "过去五年，新增就业2.6万人。",
        "近三年，全县共新增就业2.6万人。",
        "“十四五”以来，新增就业2.6万人。",
        "2021年以来，新增就业2.6万人。",
        "本届政府任期以来，新增就业2.6万人。",
        "五年新增就业2.6万人。",
        "年均新增就业2.6万人。",
    ],
)
def test_many_years(sentence):
    """A total over several years, or an average of them, is cumulative."""
    assert cues_of(sentence) == [("2.6万人", {"cumulative"})]


def test_the_last_year_among_many():
    """In a sentence of five years the last one's own figures bear no cue, and what follows is of five years again."""
    sentence = "五年来，总量由2019年的190亿元增加到2024年的286亿元，年均增长6.5%，累计新增就业2.6万人。"
    assert [cues for _, cues in cues_of(sentence)] == [
        {"prior_year", "cumulative"},
        set(),
        {"growth", "cumulative"},
        {"cumulative"},
    ]


@pytest.mark.parametrize(
    ("sentence", "cues"),
    [
        ("新建学校12所。", {"cumulative"}),
        ("规上企业增加到12家。", set()),
        ("累计达到12家。", {"cumulative"}),
        ("公共收入突破12亿元。", set()),
        ("人均收入分别达到30215元和12300元。", set()),
        ("居全市第12位。", set()),
        ("覆盖率12%。", set()),
        ("浓度12微克/立方米。", set()),
        ("2024年，新建学校12所。", set()),
        ("去年新建学校12所。", set()),
        ("但也存在不少困难和问题：企业仅12家。", set()),
    ],
)
def test_a_section_of_many_years(sentence, cues):
    """Below a heading of five years all is of them, but for levels at their end, the last year, and the problems."""
    assert [found for text, found in cues_of(sentence, head=MANY) if "12" in text] == [cues]


def test_a_paragraph_of_many_years():
    """What a paragraph's first sentence says holds for those behind it, until one is of the period."""
    sentence = "五年来，我们攻坚克难。新建学校12所。去年，新建医院3所。建成公园4个。"
    assert [cues for _, cues in cues_of(sentence)] == [{"cumulative"}, set(), set()]


@pytest.mark.parametrize("words", ["增长7%，为近五年来最高，投资增长8%。", "连续五年位居全市前列，投资增长8%。"])
def test_many_years_as_a_measure(words):
    """近五年来最高 and 连续五年 say something of one year."""
    assert all("cumulative" not in cues for _, cues in cues_of(words))


@pytest.mark.parametrize(
    ("sentence", "number", "cues"),
    [
        ("地区生产总值增长6%左右；收入增长5%。", "5%", {"growth", "target"}),
        ("地区生产总值增长6%—6.5%，就业4800人以上。", "6%—6.5%", {"growth", "target"}),
        ("就业4800人以上，失业率控制在5.5%以内。", "5.5%以内", {"target"}),
        ("在去年完成18亿元的基础上，收入增长5%。", "18亿元", set()),
        ("在去年完成18亿元的基础上，收入增长5%。", "5%", {"growth", "target"}),
        ("2024年完成投资86亿元，今年再投入90亿元。", "86亿元", set()),
        ("2024年完成投资86亿元，今年再投入90亿元。", "90亿元", {"target"}),
        ("实施项目120个，已开工35个，投资86亿元。", "35个", set()),
        ("实施项目120个，已开工35个，投资86亿元。", "86亿元", {"target"}),
        ("单位能耗下降2%。", "2%", {"growth", "target"}),
    ],
)
def test_the_year_ahead(sentence, number, cues):
    """In the part about the year ahead all is target, but for what is said of the period."""
    assert dict(cues_of(sentence, ahead=True))[number] == cues


@pytest.mark.parametrize("opening", ["今年发展主要预期目标是：", "2025年，我们将做好以下工作：", "今年，要"])
def test_plans_without_a_heading(opening):
    """A sentence that opens the plans makes targets of its paragraph."""
    assert cues_of(f"{opening}增长6%。新增就业4800人。") == [("6%", {"growth", "target"}), ("4800人", {"target"})]


def test_a_report_given_late_in_its_own_year():
    """In December 今年 is the period and 去年 the year before; 预计 is still no plan."""
    head = HEAD.replace("2025年1月8日", "2024年12月26日")
    found = cues_of("今年预计完成286亿元，去年为271亿元，明年达到300亿元。", head=head)
    assert [cues for _, cues in found] == [set(), {"prior_year"}, {"target"}]


@given(st.lists(st.sampled_from([*"，；。（）由至、已", *WORDS, "8%", "12件"]), max_size=14))
def test_any_order_of_words_is_read(words):
    """Whatever the order of the words, a cue is said once, in one order."""
    for text, cues in ordered_cues("".join(words)):
        assert cues == tuple(cue for cue in ORDER if cue in cues), text


def ordered_cues(sentence: str) -> list[tuple[str, tuple[str, ...]]]:
    """Text and cues of the numbers of a sentence, the cues as they come."""
    found = find_candidates(document_from_text(HEAD + sentence), SOUGHT)
    return [(c.text, c.cues) for c in found if c.kind in {"number", "range"}]
