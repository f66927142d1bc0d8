"""Title, place, level, period, issuer and addressee, from the first and last lines of a report."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text
from baogao.extraction import TextLink
from baogao.rules.metadata import level_of, link_metadata, place_name, reporting_months
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema

SCHEMA = load_schema("law_based_government")
RULES = load_rulebook(None, SCHEMA).metadata
BODY = "2022年，全县认真落实上级部署，各项工作取得新进展。现将有关情况报告如下。\n一、工作情况\n（一）做了工作。\n"


def metadata(text):
    """Every piece of metadata that is found, by name."""
    return {name: link.value for name, link in link_metadata(document_from_text(text), RULES).items()}


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("青川县2022年法治政府建设工作报告\n", "青川县2022年法治政府建设工作报告"),
        ("青川县2022年法治政府建设\n\n工作报告\n", "青川县2022年法治政府建设工作报告"),
        ("青川县人民政府\n关于2022年度法治政府建设情况的报告\n", "青川县人民政府关于2022年度法治政府建设情况的报告"),
        (
            "中共青川县委员会\n青川县人民政府\n关于2022年度法治政府建设情况的报告\n",
            "中共青川县委员会青川县人民政府关于2022年度法治政府建设情况的报告",
        ),
        ("青川县人民政府\n\n2022年法治政府建设年度报告\n", "2022年法治政府建设年度报告"),
        ("关于青川县2022年度法治政府建设\n情况的报告\n\n市人民政府：\n", "关于青川县2022年度法治政府建设情况的报告"),
        ("青川县2022年度法治政府建设情况\n（2023年1月5日）\n", "青川县2022年度法治政府建设情况"),
        ("青川县2022年依法行政工作总结\n发布时间：2023-01-05 来源：县司法局\n", "青川县2022年依法行政工作总结"),
        ("", None),
    ],
)
def test_the_title_is_joined_over_its_lines(head, title):
    """Broken lines are one title; an issuer on a line of its own belongs to it only before 关于."""
    assert metadata(head + BODY).get("title") == title


def test_the_evidence_of_a_title_is_its_lines():
    """Every span of the evidence is one printed line."""
    document = document_from_text("青川县2022年法治政府建设\n\n 工作报告\n" + BODY)
    evidence = link_metadata(document, RULES)["title"].evidence
    assert [document.slice(span) for span in evidence] == ["青川县2022年法治政府建设", "工作报告"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("青川县2022年法治政府建设工作报告", "青川县"),
        ("2023年元山区法治政府建设工作报告", "元山区"),
        ("关于苍坪县2023年度法治政府建设工作情况的报告", "苍坪县"),
        ("巴彦塔林旗人民政府关于2022年度法治政府建设情况的报告", "巴彦塔林旗"),
        ("槐溪县司法局2022年度法治政府建设工作总结", "槐溪县司法局"),
        ("中共临渡区委员会临渡区人民政府关于2023年度法治政府建设情况的报告", "临渡区"),
        ("望湖街道办事处2023年法治政府建设工作报告", "望湖街道"),
        ("石磨湾镇2022年法治政府建设工作情况汇报", "石磨湾镇"),
        ("岚江省2022年法治政府建设情况报告", "岚江省"),
        ("2022年度法治政府建设工作报告", None),
    ],
)
def test_the_place_is_what_the_title_begins_with(text, name):
    """Without 关于, the year and 人民政府; an office keeps its full name."""
    assert place_name(text, RULES["title"].about) == name


@pytest.mark.parametrize(
    ("name", "text", "level"),
    [
        ("岚江省", "", "province"),
        ("重庆市", "", "province"),
        ("阿山盟", "", "prefecture"),
        ("青川县", "", "county"),
        ("乌山旗", "", "county"),
        ("元山区", "", "county"),
        ("望湖街道", "", "township"),
        ("白音苏木", "", "township"),
        ("青川县司法局", "", "department"),
        ("临西市", "全市12个县（市、区）都已建立制度，市县两级协同推进。", "prefecture"),
        ("东溪市", "全市16个乡镇（街道）实现全覆盖，各镇街均已建立制度。", "county"),
        ("某地", "", None),
    ],
)
def test_the_level_follows_from_the_name(name, text, level):
    """By its ending; a 市 by what the report says lies beneath it."""
    assert level_of(name, text) == level


@pytest.mark.parametrize(
    ("title", "opening", "closing", "period"),
    [
        ("青川县2022年度法治政府建设报告", "", "", ("2022-01", "2022-12")),
        ("青川县2023年上半年法治政府建设报告", "", "", ("2023-01", "2023-06")),
        ("青川县2023年1-6月法治政府建设报告", "", "", ("2023-01", "2023-06")),
        ("青川县2023年上半年工作情况及下半年工作安排", "", "", ("2023-01", "2023-06")),
        ("青川县2023年前三季度法治政府建设报告", "", "", ("2023-01", "2023-09")),
        ("青川县二〇二二年法治政府建设报告", "", "", ("2022-01", "2022-12")),
        ("法治政府建设工作报告", "2021年，青川县稳步推进。", "", ("2021-01", "2021-12")),
        ("法治政府建设工作报告", "一年来，青川县稳步推进。", "2023年1月8日", ("2022-01", "2022-12")),
        ("法治政府建设工作报告", "一年来，青川县稳步推进。", "2023年12月28日", ("2023-01", "2023-12")),
        ("法治政府建设工作报告", "上半年，青川县稳步推进。", "2023年7月8日", ("2023-01", "2023-06")),
        ("法治政府建设工作报告", "一季度，青川县稳步推进。", "2023年4月8日", ("2023-01", "2023-03")),
        ("法治政府建设工作报告", "青川县稳步推进。", "", None),
    ],
)
def test_the_period_is_named_by_title_opening_or_date(title, opening, closing, period):
    """In that order; a report dated in spring is about the year before."""
    assert reporting_months(title, opening, closing) == period


@pytest.mark.parametrize(
    ("head", "tail", "issuer"),
    [
        ("青川县2022年法治政府建设报告\n", "\n青川县人民政府\n2023年1月5日\n", "青川县人民政府"),
        (
            "青川县2022年法治政府建设报告\n",
            "\n中共青川县委\n青川县人民政府\n2023年1月5日\n",
            "中共青川县委、青川县人民政府",
        ),
        (
            "青川县2022年法治政府建设报告\n",
            "\n　　　中共青川县委　　青川县人民政府\n　　2023年1月5日\n",
            "中共青川县委、青川县人民政府",
        ),
        ("青川县2022年法治政府建设报告\n\n青川县司法局\n（2023年1月5日）\n", "", "青川县司法局"),
        ("青川县人民政府关于2022年法治政府建设情况的报告\n", "", "青川县人民政府"),
        (
            "青川县2022年法治政府建设报告\n",
            "\n青川县人民政府\n2023年1月5日\n\n附表：主要数据\n收案 9\n受理 8\n",
            "青川县人民政府",
        ),
        ("青川县2022年法治政府建设报告\n", "", None),
    ],
)
def test_the_issuer_signs_or_heads_the_report(head, tail, issuer):
    """Signature before letterhead before title; several are joined by 、."""
    assert metadata(head + BODY + tail).get("issuer") == issuer


@pytest.mark.parametrize(
    ("line", "addressee"),
    [
        ("市委、市政府：\n", "市委、市政府"),
        ("县委全面依法治县委员会办公室:\n", "县委全面依法治县委员会办公室"),
        ("各位代表：\n", None),
        ("", None),
    ],
)
def test_the_addressee_is_the_line_before_the_body(line, addressee):
    """A short line of organisations that ends in a colon."""
    assert metadata("青川县2022年法治政府建设报告\n\n" + line + BODY).get("addressee") == addressee


def test_a_report_that_is_nothing_but_a_title_has_no_place():
    """Where the title names no place and no line follows it, the place is left out, and nothing breaks."""
    assert metadata("2022年法治政府建设情况报告") == {
        "title": "2022年法治政府建设情况报告",
        "period_start": "2022-01",
        "period_end": "2022-12",
    }


NAMES = ["青川县", "人民政府", "司法局", "关于", "法治政府建设", "情况的报告", "市委、市政府："]
TIMES = ["2022年", "二〇二三年", "上半年", "（2023年1月5日）", "发布时间：2023-01-05"]
BODIES = ["现将情况报告如下", "一、工作", "。", "　", " ", "\n", "\n"]
HEADS = st.lists(st.sampled_from([*NAMES, *TIMES, *BODIES]), max_size=16).map("".join)


@given(HEADS)
def test_what_is_printed_is_read_from_its_place(text):
    """Title, addressee and issuer are the characters of their evidence, white space and a date aside; the rest may be
    inferred."""
    document = document_from_text(text)
    found = link_metadata(document, RULES)
    for name in ("title", "addressee"):
        if name in found:
            said = "".join(document.slice(span) for span in found[name].evidence)
            assert "".join(said.split()) == found[name].value
    if "issuer" in found:
        said = "".join("".join(document.slice(span) for span in found["issuer"].evidence).split())
        assert all(part in said.replace("（2023年1月5日）", "") for part in found["issuer"].value.split("、"))
    if "level" in found:
        assert found["level"].value in {"province", "prefecture", "county", "township", "department"}


@given(HEADS, HEADS, HEADS)
def test_a_period_is_two_months_in_order(title, opening, closing):
    """Of one year, whatever the texts say."""
    found = reporting_months(title, opening, closing)
    if found is not None:
        first, last = found
        assert re.fullmatch(r"\d{4}-(01|07)", first)
        assert re.fullmatch(r"\d{4}-(03|06|09|12)", last)
        assert first[:4] == last[:4]
        assert first < last


@pytest.mark.parametrize(
    ("opening", "period"),
    [
        ("2022年上半年，青川县稳步推进。", ("2022-01", "2022-06")),
        ("2022年，青川县稳步推进。" + "各项工作平稳有序。" * 6 + "下半年再接再厉。", ("2022-01", "2022-12")),
        ("2022年一季度，青川县稳步推进。", ("2022-01", "2022-03")),
    ],
)
def test_the_part_of_a_year_stands_near_it(opening, period):
    """In the body a half-year far from the year is not the period."""
    assert reporting_months("法治政府建设工作报告", opening, "") == period


def test_where_the_title_names_no_place():
    """The signature does; else the body's first words, which are no evidence."""
    signed = document_from_text("2022年法治政府建设工作报告\n" + BODY + "\n青川县人民政府\n2023年1月5日\n")
    found = link_metadata(signed, RULES)
    assert found["jurisdiction"].value == "青川县"
    assert found["jurisdiction"].evidence == found["issuer"].evidence
    opened = document_from_text("法治政府建设工作报告\n2022年，青川县坚持依法行政，各项工作有序。\n")
    assert link_metadata(opened, RULES)["jurisdiction"] == TextLink("青川县")


def test_rules_that_ask_for_no_title():
    """A schema may ask for nothing but a place; then no line is taken for a title."""
    rules = {"jurisdiction": RULES["jurisdiction"]}
    found = link_metadata(document_from_text("青川县2022年法治政府建设工作报告\n" + BODY + "\n青川县人民政府\n"), rules)
    assert {name: link.value for name, link in found.items()} == {"jurisdiction": "青川县"}
