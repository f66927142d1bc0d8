"""What the context says of a number."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import Cue, find_candidates
from baogao.candidates.cues import _BELOW, SUB_UNIT, read_cues
from baogao.candidates.period import Period
from baogao.candidates.tape import Mention
from baogao.candidates.words import TOKEN
from baogao.document import document_from_text
from pattern_words import texts_of

HEAD = "青原县2023年度工作报告\n\n一、主要情况\n"


def cues(sentence, head=HEAD):
    """Text and cues of the numbers of a sentence in a report on 2023."""
    document = document_from_text(head + sentence)
    start = len(head)
    return [(c.text, set(c.cues)) for c in find_candidates(document).of_kind("number") if c.start >= start]


def cue_of(sentence, head=HEAD):
    """The same as a dictionary."""
    return dict(cues(sentence, head))


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("共办理58件，去年为45件。", "45件"),
        ("共办理58件（上年45件）。", "45件"),
        ("共办理58件，2022年为45件。", "45件"),
        ("由上年末的45件增至58件。", "45件"),
        ("窗口从45个加到58个。", "45个"),
        ("共办理58件，比上年的45件多。", "45件"),
        ("去年收到45件，办结41件；今年收到58件。", "41件"),
        ("在去年压减45%的基础上，再压减58%。", "45%"),
    ],
)
def test_prior_year(sentence, number):
    """An earlier year's figure is marked, this year's beside it is not."""
    found = cue_of(sentence)
    assert "prior_year" in found[number]
    assert "prior_year" not in found[number.replace("45", "58").replace("41", "58")]


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("共办理58件，同比增长12%。", "12%"),
        ("共办理58件，较上年增加12件。", "12件"),
        ("办结率58%，提高3个百分点。", "3个百分点"),
        ("经营主体58户，增幅9.7%。", "9.7%"),
        ("共办理58件，比上年多了12件。", "12件"),
    ],
)
def test_growth(sentence, number):
    """A difference from another period is a growth and not last year's figure."""
    found = cues(sentence)
    assert found[0][1] == set()
    assert dict(found)[number] == {"growth"}


def test_growth_covers_a_list():
    """同比分别 holds for every figure of its clause."""
    found = cues("收到58件、办结47件，同比分别增长31.2%、29.8%；在审6件。")
    assert [kinds for _, kinds in found] == [set(), set(), {"growth"}, {"growth"}, set()]


@pytest.mark.parametrize(
    "sentence",
    [
        "力争办理120件。",
        "计划评查120卷。",
        "明年办理120件。",
        "已超过全年120件的目标。",
        "完成全年任务（120件）的一半。",
    ],
)
def test_target(sentence):
    """What is planned is marked."""
    assert next(kinds for text, kinds in cues(sentence) if text.startswith("120")) == {"target"}


def test_plan_sections_are_targets():
    """Everything under a heading about next steps is a target, nothing before it."""
    found = cue_of("全年办理58件。" * 9 + "\n三、下一步工作打算\n一是举办培训7期。")
    assert (found["7期"], found["58件"]) == ({"target"}, set())


@pytest.mark.parametrize(
    "sentence",
    ["自2019年以来累计办理900件。", "“八五”普法启动以来发放900件。", "近三年来办理900件。", "办理58件（累计900件）。"],
)
def test_cumulative(sentence):
    """A total since an earlier year is marked."""
    assert "cumulative" in cue_of(sentence)["900件"]


@pytest.mark.parametrize(
    "sentence",
    [
        "累计办理58件。",
        "截至目前，共办理58件。",
        "今年以来办理58件。",
        "完成2022年度资格考试，58人通过。",
        "对拟以县政府名义出台的58件文件作了审查。",
        "承诺时限较法定时限压减58%。",
        "由县政法部门牵头，评查58卷。",
        "2023年，全县办理58件。",
        "本年以来，全县各乡镇办理58件。",
    ],
)
def test_this_periods_figures_bear_no_cue(sentence):
    """累计 and 截至目前 alone, or work on last year's examination, are of this period."""
    assert cues(sentence) == [(cues(sentence)[0][0], set())]


def test_part():
    """其中 and brackets behind a total are parts, up to the end of the segment."""
    found = cues("共办理58件，其中甲类30件、乙类28件；评查9卷（优秀2卷）。")
    assert [kinds for _, kinds in found] == [set(), {"part"}, {"part"}, set(), {"part"}]


def test_own_share_of_a_running_total_is_no_part():
    """累计486件，其中今年187件: the second is the period's own figure."""
    assert cue_of("2021年以来累计收到486件，其中2023年收到187件。") == {"486件": {"cumulative"}, "187件": set()}


@pytest.mark.parametrize(
    "sentence",
    ["全县办理58件，仅城关镇就有9件。", "全县办理58件；河湾街道办理9件。", "全县办理58件，公安局一家就占9件。"],
)
def test_sub_unit(sentence):
    """One town or bureau among several is marked, the whole is not."""
    found = cue_of(sentence)
    assert (found["58件"], "sub_unit" in found["9件"]) == (set(), True)


def test_places_below_a_city():
    """In a city's report its counties are sub-units, in a county's report the county itself is not."""
    city = "临江市2023年工作报告\n\n"
    assert "sub_unit" in cue_of("东溪县办理9件。", city)["9件"]
    assert cue_of("青原县办理9件。")["9件"] == set()


def test_own_name_is_no_sub_unit():
    """A town's own report is about the town."""
    assert cue_of("望湖街道办理9件。", "望湖街道2023年工作总结\n\n")["9件"] == set()


def test_second_half_of_a_half_year_report_is_ahead():
    """下半年 is a plan in July, and history in December."""
    assert cue_of("下半年办理9件。", "青原县2023年上半年工作报告\n\n")["9件"] == {"target"}
    assert cue_of("下半年办理9件。")["9件"] == set()


def test_strewn_spaces_do_not_hide_words():
    """OCR breaks 同比 in two; the cue holds all the same."""
    assert cue_of("办结率 95 % ,同 比上升 8.2 件。")["8.2件"] == {"growth"}


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("压缩七成三是去年底的数，6月末已到75.2%。", "七成三"),
        ("头一年是91件，今年收到58件。", "91件"),
        ("去年全县收到91件，本年58件。", "91件"),
        ("上年压到68%，今年再压缩到71%。", "68%"),
    ],
)
def test_prior_year_said_in_other_words(sentence, number):
    """Said behind the figure, with the whole county in between, or with a verb of reaching."""
    found = cue_of(sentence)
    assert [text for text, cues_of in found.items() if "prior_year" in cues_of] == [number]


@pytest.mark.parametrize("sentence", ["由2021年的45件，一举登顶58件。", "从上年的45名壮大到58名。", "转入2024年58件。"])
def test_what_was_reached_is_this_years(sentence):
    """The figure that last year's grew to, and what is carried over into the next year."""
    number = next(text for text in cue_of(sentence) if text.startswith("58"))
    assert not cue_of(sentence)[number] & {"prior_year", "target", "growth"}


def test_a_line_that_carries_over_opens_no_plans():
    """“转入2024年：2件” late in a report is a figure, not the heading of what is to come."""
    found = cue_of("工作平稳推进。\n" * 40 + "● 办结：58件\n● 转入2024年：2件\n● 败诉：3件\n")
    assert not any("target" in cues_of for cues_of in found.values())


def test_an_office_before_a_date_is_no_part():
    """县司法局4月… names who did it; 局3件 names whose it is."""
    assert "sub_unit" not in cue_of("县司法局4月评查案卷45宗。")["45宗"]
    assert "sub_unit" in cue_of("纠正违法45件，公安局3件。")["3件"]


@pytest.mark.parametrize("when", ["去年", "上年", "上一年度", "前年", "2022年", "二〇二二年", "上年末", "2022年上半年"])
def test_every_earlier_time(when):
    """However an earlier time is named, a figure behind it is not this year's."""
    assert cue_of(f"{when}办理45件。")["45件"] == {"prior_year"}


@pytest.mark.parametrize("year", ["2023", "二〇二三"])
def test_the_reports_own_year_is_now(year):
    """In a report on 2023 that year ends what was said of an earlier one."""
    assert cue_of(f"2022年办理45件，{year}年办理58件。") == {"45件": {"prior_year"}, "58件": set()}


def test_a_later_year_is_ahead():
    """A year after the report's own holds what is planned."""
    assert cue_of("2024年评查120卷。")["120卷"] == {"target"}


def test_without_a_period_years_say_nothing():
    """In a report whose year is not known no written year is earlier or later."""
    mentions = [Mention(7, 10, "件"), Mention(18, 21, "件")]
    assert read_cues("2022年办理45件，2024年办理58件。", mentions, Period()) == [(), ()]


@pytest.mark.parametrize("stop", ["；", "。"])
def test_segments_end_cues(stop):
    """An earlier year, a target or a part holds up to ； or 。 and no further."""
    for words in ("去年", "力争", "其中"):
        assert cue_of(f"{words}办理45件{stop}办理58件。")["58件"] == set()


def test_a_growth_holds_for_its_clause_and_an_earlier_time_for_its_segment():
    """Behind a comma a growth is over, while a segment that opens with 去年 goes on about it."""
    assert cue_of("同比增长45%，办理58件。")["58件"] == set()
    assert cue_of("去年办理45件，办结58件。")["58件"] == {"prior_year"}
    assert cue_of("办理58件，去年45件，办结9件。")["9件"] == set()


def test_brackets_end_with_their_own_cues():
    """What is said inside brackets does not leak, and what was said before goes on behind them."""
    found = cue_of("去年办理45件（其中甲类9件），办结41件。")
    assert (found["9件"], found["41件"]) == ({"part"}, {"prior_year"})
    assert cue_of("办理58件（上年45件），办结57件。")["57件"] == set()
    assert cue_of("办理58件），办结57件。")["57件"] == set()


def test_other_ends_a_part():
    """另 goes back to the whole."""
    assert cue_of("办理58件，其中甲类30件，另办理9件。")["9件"] == set()


@pytest.mark.parametrize("words", ["“十四五”以来", "自2021年", "近五年来", "2019年至今"])
def test_since_an_earlier_year(words):
    """A total since an earlier year, over a plan or over years is one, however it is said."""
    assert cue_of(f"{words}办理58件。")["58件"] == {"cumulative"}


@pytest.mark.parametrize("words", ["自2023年", "2023年以来"])
def test_since_this_year(words):
    """A total since the report's own year is the year's figure."""
    assert cue_of(f"{words}办理58件。")["58件"] == set()


def test_percentage_points_are_always_a_growth():
    """A unit that only differences have says it alone."""
    assert cue_of("办结率3个百分点。")["3个百分点"] == {"growth"}


def test_a_name_in_brackets_of_places():
    """Verbs before 乡镇, and 全县, are no places."""
    for words in ("指导乡镇", "深入街道", "全县", "各乡镇"):
        assert "sub_unit" not in cue_of(f"办理58件，{words}办理9件。")["9件"]


def test_no_numbers_no_cues():
    """A sentence without numbers costs nothing and says nothing."""
    assert read_cues("去年同比增长。", [], Period(2023)) == []


def test_planned_passages():
    """Where the section is about what is to come, every number is a target."""
    (found,) = read_cues("举办7期。", [Mention(2, 4, "期")], Period(2023), planned=True)
    assert found == ("target",)


@given(
    st.text(alphabet="今去上年2度同比增减至由自累计其中另有（），；。目标计划下半县镇 ", max_size=60),
    st.integers(0, 3),
)
def test_any_sentence_has_cues(words, count):
    """Every number gets its cues, each once, in the one order that candidates have."""
    sentence = words + "，9件" * count
    places = [len(words) + 3 * number + 1 for number in range(count)]
    mentions = [Mention(place, place + 2, "件") for place in places]
    found = read_cues(sentence, mentions, Period(2023, title="青原县2023年工作报告"))
    assert len(found) == count
    order = get_args(Cue)
    assert all(list(cues) == [cue for cue in order if cue in cues] for cues in found)


@given(st.text(alphabet="今去上年同比增长至到由从累计其中，；。目标", max_size=40), st.integers(0, 100))
def test_blanks_between_characters_change_nothing(words, seed):
    """OCR may strew white space anywhere outside of numbers."""
    plain = f"{words}9件。"
    strewn = "".join(char + (" " if (seed >> place % 7) & 1 else "") for place, char in enumerate(words)) + "9件。"
    period = Period(2023)
    assert read_cues(plain, [Mention(len(plain) - 3, len(plain) - 1, "件")], period) == read_cues(
        strewn, [Mention(len(strewn) - 3, len(strewn) - 1, "件")], period
    )


@given(texts_of(TOKEN, more=["20", "近三年", "5年来", "十四五", "“"]))
def test_words_are_found_wherever_they_begin(text):
    """What lets the search skip most characters hides no word that matters."""
    anywhere = re.compile(TOKEN.pattern[TOKEN.pattern.index("(?:") :], TOKEN.flags)
    found = [(match.span(), match.lastgroup) for match in TOKEN.finditer(text)]
    assert found == [(match.span(), match.lastgroup) for match in anywhere.finditer(text)]


@given(texts_of(SUB_UNIT, more=["东山镇", "局12", "红旗街道", "一家就"]))
def test_no_sub_unit_is_passed_over(text):
    """A sentence without any of nine characters is passed over, and would have none."""
    if SUB_UNIT.search(text):
        assert _BELOW.search(text)
