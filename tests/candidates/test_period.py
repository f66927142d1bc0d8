"""The period of a report, and its passages about what is to come."""

from __future__ import annotations

import pytest

from baogao.candidates.period import period_of, planned_spans, reviewed_spans
from baogao.chinese.numerals import fold
from baogao.document import document_from_text


@pytest.mark.parametrize(
    ("opening", "year", "half"),
    [
        ("青原县2023年工作报告\n", 2023, False),
        ("2023年青原县工作报告", 2023, False),
        ("青原县2023年上半年\n工作情况报告", 2023, True),
        ("2024年1月15日发布\n青原县2023年度工作总结", 2023, False),
        ("市政府：\n2021年，青原县扎实工作", 2021, False),
        ("青原县 2020 年工 作报告", 2020, False),
        ("二〇二二年工作报告", 2022, False),
        ("工作报告", None, False),
    ],
)
def test_period(opening, year, half):
    """The title's year, not the date of publication, is the report's."""
    period = period_of(opening)
    assert (period.year, period.half) == (year, half)


def planned(text):
    """The planned passages of a text."""
    document = document_from_text(text)
    folded = fold(text)
    return [text[start:end] for start, end in planned_spans(document, folded, period_of(folded))]


BODY = "青原县2023年工作报告\n\n一、主要情况\n" + "全年办理58件，成效明显，群众满意。\n" * 9


@pytest.mark.parametrize("heading", ["二、下一步打算", "二、2024年工作安排", "三、明年往哪使劲", "接下来想做的"])
def test_headings(heading):
    """A late heading about next steps, in whatever words, opens a planned passage."""
    assert any("培训7期" in span for span in planned(f"{BODY}{heading}\n一是举办培训7期。\n"))


def test_sentences():
    """Where one section holds shortcomings and plans, the plans begin with their sentence."""
    text = BODY + "二、问题及下一步措施\n仅有3人。下一步，将举办培训7期。"
    assert any("7期" in span for span in planned(text))
    assert not any("3人" in span for span in planned(text))


@pytest.mark.parametrize("heading", ["二、工作计划落实情况", "二、普法工作"])
def test_other_headings(heading):
    """What became of a plan is no plan."""
    assert planned(f"{BODY}{heading}\n举办培训7期。\n") == []


def test_appendix_is_not_planned():
    """A table behind the plans is about the period."""
    assert not any("58" in span for span in planned(f"{BODY}二、下一步打算\n举办培训7期。\n附表：主要数据\n办理58件\n"))


@pytest.mark.parametrize("text", ["", "工作报告", "1998年工作报告", "转入二三年"])
def test_no_period(text):
    """An opening without a year of this century names no period; its first words stand for a title."""
    period = period_of(text)
    assert (period.year, period.half, period.running) == (None, False, False)
    assert period.title == text


def test_only_the_opening_counts():
    """A year far down in the text is not the report's."""
    assert period_of("工作情况。" * 200 + "2023年度工作报告").year is None


def test_the_title_reaches_up_to_the_year_without_blanks():
    """Places named in it are the report's own."""
    assert period_of("青 原 县\n2023年工作报告\n东乡镇").title == "青原县2023年工作报告"


def test_a_running_total_is_said_by_the_report():
    """“累计”指… tells that 累计 counts from an earlier year."""
    assert period_of("青原县2023年工作报告\n文中“累计”均指2021年以来。").running
    assert not period_of("青原县2023年工作报告\n累计办理58件。").running


def test_second_half():
    """下半年 opens plans in a report on the first half of a year, and nothing in one on a whole year."""
    text = BODY + "二、下半年工作\n下半年，将举办培训7期。\n"
    assert planned(text.replace("2023年", "2023年上半年", 1))
    assert not any(span.startswith("下半年") for span in planned(BODY + "下半年，举办培训7期。\n"))


@pytest.mark.parametrize(("year", "ahead"), [("2024", True), ("2023", False), ("2022", False), ("二〇二四", True)])
def test_years_in_headings(year, ahead):
    """A heading with a later year is about what is to come."""
    assert bool(planned(f"{BODY}二、{year}年各项工作\n举办培训7期。\n")) == ahead


def test_early_headings_open_nothing():
    """A table of contents, or a title, names the plans long before they stand."""
    assert planned("青原县2023年工作报告\n二、下一步打算\n" + "全年办理58件，成效明显，群众满意。\n" * 20) == []


def test_problems_are_no_plans():
    """A heading of problems and plans is left to the sentences below it."""
    assert planned(BODY + "二、存在问题和下一步打算\n仅有3人。\n") == []


def test_an_unnumbered_line_opens_the_rest():
    """From a short late line about next steps everything is ahead."""
    (span,) = planned(f"{BODY}下一步工作打算\n举办培训7期。\n评查120卷。\n")
    assert "120卷" in span


@pytest.mark.parametrize(
    ("text", "year", "afterwards"),
    [
        ("政府工作报告\n——2025年1月8日在云溪县人民代表大会上\n", 2024, True),
        ("政府工作报告\n（二〇二五年二月十六日）\n", 2024, True),
        ("政府工作报告\n2024年12月27日在云溪县人民代表大会上\n", 2024, False),
        ("云溪县2025年政府工作报告\n各位代表：\n", 2024, True),
        ("2025年政府工作报告\n——2024年12月27日在大会上\n", 2024, False),
        ("云溪镇工作报告\n2024年度政府工作报告\n", 2024, True),
        ("政府工作报告\n各位代表：\n一、2024年工作回顾\n2025年，我们将继续。\n", 2024, True),
        ("政府工作报告\n各位代表：\n刚刚过去的2024年，我们砥砺前行。\n", 2024, True),
        ("政府工作报告\n各位代表：\n2024年，全县办理58件。\n", 2024, True),
        ("政府工作报告\n2025年\n各位代表：\n", 2024, True),
        ("政府工作报告\n日期：2025-02-10\n", 2024, True),
        ("政府工作报告\n各位代表：\n", None, True),
    ],
)
def test_a_period_before_the_title(text, year, afterwards):
    """The year before the one in which a report is given, unless it is given at that one's end."""
    period = period_of(fold(text), "before_title")
    assert (period.year, period.afterwards, period.yearly) == (year, afterwards, True)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("工作情况。" * 300 + "2023年度办理58件。", 2023),
        ("2024年3月\n2023年全年办理58件。", 2023),
        ("2022年，办理58件。", 2022),
    ],
)
def test_a_period_that_is_printed(text, year):
    """The first year that is printed as a period counts, wherever it stands; else the title's."""
    assert period_of(fold(text), "printed").year == year


YEARLY = "政府工作报告\n——2025年1月8日在大会上\n"


def yearly_spans(text, find=planned_spans):
    """The texts of the spans of a report that is given at the beginning of 2025."""
    document = document_from_text(YEARLY + text)
    folded = fold(document.text)
    return [document.text[start:end] for start, end in find(document, folded, period_of(folded, "before_title"))]


@pytest.mark.parametrize(
    "heading",
    ["二、2025年工作安排", "二、今年工作", "二、新的一年目标任务", "第二部分 2025年重点工作", "2025年的主要工作"],
)
def test_a_heading_of_the_year_ahead(heading):
    """From it on all is ahead, however early in the report it stands."""
    (span,) = yearly_spans(f"一、2024年工作回顾\n{'办理58件，成效明显。' * 9}\n{heading}\n{'办理60件。' * 40}\n")
    assert heading.partition("、")[2] in span
    assert "58件" not in span


@pytest.mark.parametrize(
    "heading", ["二、2024年工作完成情况", "二、过去一年工作", "二、狠抓重点", "二、圆满完成目标任务"]
)
def test_a_heading_of_the_year_before(heading):
    """What was done is not ahead."""
    assert yearly_spans(f"一、概况\n{'办理58件，成效明显。' * 9}\n{heading}\n{'办理60件。' * 20}\n") == []


@pytest.mark.parametrize(("share", "spans"), [(1, 0), (9, 1)])
def test_a_heading_that_may_be_of_either_year(share, spans):
    """主要目标 heads what is ahead only far down in a report."""
    text = f"一、概况\n{'办理58件，成效明显。' * 3 * share}\n二、主要目标\n{'办理60件。' * 20}\n"
    assert len(yearly_spans(text)) == spans


def test_a_table_of_the_period_ends_the_plans():
    """A line with the period's own year, below the plans, heads what was done."""
    text = f"一、概况\n{'办理58件。' * 9}\n二、2025年工作安排\n办理60件。\n2024年主要指标完成情况\n办理59件。\n"
    assert ["59件" in span for span in yearly_spans(text)] == [False]


def test_spans_of_several_years():
    """A section so headed is of several years, but for the paragraphs of the last one and of the problems."""
    text = (
        "一、过去五年工作回顾\n新建学校12所。\n2024年，新建医院3所。建成公园4个。\n困难和问题不少：企业仅5家。\n"
        "办理58件。\n二、2025年工作安排\n办理60件。\n"
    )
    spans = "".join(yearly_spans(text, reviewed_spans))
    assert all(word in spans for word in ("12所", "58件"))
    assert not any(word in spans for word in ("3所", "4个", "5家", "60件"))


def test_a_part_of_the_last_year_among_several():
    """Below a heading of its own, inside a section of several years, the last one's figures are the period's."""
    text = "一、过去五年工作回顾\n（一）过去五年的成就\n新建学校12所。\n（二）2024年的工作\n新建医院3所。\n"
    assert [span for span in yearly_spans(text, reviewed_spans) if "新建" in span] == ["新建学校12所。"]


def test_only_yearly_reports_tell_of_several_years():
    """For other schemas nothing is set apart."""
    document = document_from_text("2023年工作报告\n一、过去五年工作回顾\n新建学校12所。\n")
    folded = fold(document.text)
    assert reviewed_spans(document, folded, period_of(folded)) == []
