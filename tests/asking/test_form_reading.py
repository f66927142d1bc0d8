"""Reading a filled form: which lines count, and at which candidate they point."""

from __future__ import annotations

import pytest

from baogao.asking.form import assign_lines, form_lines, read_form
from baogao.asking.passages import Passage, PassageCutter, Shortlist
from short_reports import Read, read


def passage_of(report: Read, schema) -> Passage:
    """The one passage of a short report."""
    (passage,) = PassageCutter(Shortlist(schema)).cut(report)
    return passage


def answers(text: str, reply: str, schema) -> tuple[dict[str, str], int]:
    """The text of the candidate that each field is linked to, and how many lines were dropped."""
    report = read(text)
    filled, dropped = read_form(reply, passage_of(report, schema))
    links = assign_lines(filled)
    assert all(0 < link.confidence <= 1 for link in links.values())
    return {name: report.candidates[link.candidates[0]].text for name, link in links.items()}, dropped


GDP = "全年地区生产总值86.4亿元，年末常住人口21.03万人。"


@pytest.mark.parametrize(
    "line",
    [
        "地区生产总值：86.4亿元",
        "地区生产总值: 86.4亿元。",
        " - 地区生产总值：86.4亿元",
        "地区生产总值（元）：86.4亿元",
        "地区生产总值：８６．４亿元",
        "地区生产总值：86.4 亿元",
        "地区生产总值：8640000000元",
    ],
)
def test_ways_to_write_a_line(communique, line):
    """Colons and digits of either width, dashes, a unit behind the name, the value written out."""
    assert answers(GDP, line, communique) == ({"gdp": "86.4亿元"}, 0)


@pytest.mark.parametrize("silence", ["", "无", "未提及", "-", "空"])
def test_silence(communique, silence):
    """A blank is no answer and nothing that was dropped."""
    assert answers(GDP, f"地区生产总值：{silence}\n常住人口：21.03万人", communique) == ({"residents": "21.03万人"}, 0)


def test_lines_that_were_not_asked_for(communique):
    """Names of no field are ignored; the first line of a name counts."""
    passage = passage_of(read(GDP), communique)
    reply = "天气：晴\n地区生产总值：86.4亿元\n地区生产总值：1元\n好的\n"
    assert [(spec.id, answer) for spec, answer in form_lines(reply, passage)] == [("gdp", "86.4亿元")]
    assert form_lines("好的，我来填表。", passage) == []


def test_a_figure_of_another_field(communique):
    """A figure whose words speak of something else is dropped, although it is printed."""
    assert answers(GDP, "地区生产总值：21.03万人", communique) == ({}, 1)


def test_one_figure_for_one_field(communique):
    """Where the model gives one figure to two fields, the one that its words fit keeps it."""
    text = "全县人口城镇化率47.6%，经济发展平稳。"
    found, _ = answers(text, "地区生产总值增速：47.6%\n城镇化率：47.6%", communique)
    assert found == {"urban_share": "47.6%"}


@pytest.mark.parametrize("answer", ["零", "0件", "无", "没有"])
def test_none_is_stated(flagship, answer):
    """A phrase that says none answers the field that it names, however the model puts it."""
    label = flagship.by_id["litigation_cases"].label
    found, dropped = answers("全年未发生行政应诉案件。", f"{label}：{answer}", flagship)
    assert found["litigation_cases"].startswith("未发生行政应诉案件")
    assert (len(found), dropped) == (1, 0)


def test_last_year_is_no_answer(communique):
    """A figure that the cues exclude is dropped, even when the model copies it."""
    text = "全年地区生产总值86.4亿元，上年为80.1亿元。"
    assert answers(text, "地区生产总值：80.1亿元", communique)[0] == {}
