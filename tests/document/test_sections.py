"""Headings and entries of lists, in the numbering schemes of official prose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text
from baogao.document.sections import heading_level


def titles(text: str, level: int | None = None) -> list[str]:
    """The titles of a text's sections."""
    document = document_from_text(text)
    return [document.slice(section.title) for section in document.sections if level in {None, section.level}]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("一、主要工作", 1),
        ("十二、其他", 1),
        ("第一部分 主要工作", 1),
        ("第三章　保障", 1),
        ("（一）收储", 2),
        ("(十一) 收储", 2),
        ("1.收储", 3),
        ("２．收储", 3),
        ("12、收储", 3),
        ("（3）收储", 3),
        ("3）收储", 3),
        ("①收储", 3),
        ("一是仓容不足", 4),
        ("二要加强检查", 4),
        ("第三，人员老化", 4),
        ("第二是人员", 4),
        ("其二，人员老化", 4),
        ("首先，加强检查", 4),
        ("● 仓容不足", 4),
        ("——仓容不足", 4),
        ("- 仓容不足", 4),
        ("　　一是仓容不足", 4),
        ("一、二季度检查46次", None),
        ("第一季度检查46次", None),
        ("第一书记3名", None),
        ("一般企业3家", None),
        ("1.5万吨", None),
        ("2023年检查46次", None),
        ("3、4月份检查9次", None),
        ("-3.2%", None),
        ("全县检查46次", None),
    ],
)
def test_heading_levels(line, level):
    """Every scheme has its level, and figures that look like numbering have none."""
    assert heading_level(line) == level


def test_sections_nest(report):
    """A section ends where the next of its own or a higher level begins."""
    document = document_from_text(report)
    shape = [(s.level, s.marker, document.slice(s.title)) for s in document.sections]
    assert shape == [
        (1, "一、", "主要工作"),
        (2, "（一）", "收储有序推进"),
        (2, "（二）", "检查从严从实"),
        (4, "一是", "开展检查46次"),
        (4, "二是", "约谈企业3家"),
        (1, "二、", "存在的问题"),
        (4, "一是", "仓容不足"),
        (4, "二是", "人员老化"),
    ]
    around = document.sections_at(report.index("发现问题"))
    assert [section.marker for section in around] == ["一、", "（二）", "一是"]
    assert document.sections[0].span[1] == report.index("二、存在")


def test_a_heading_is_whole_and_an_entry_is_its_head_clause():
    """Words before a line's end or a following text are a heading; list entries end at their first comma."""
    text = (
        "二、问题\n（一）强化领导，压实责任。全年开会6次。\n"
        "（二）仓容不足，粮食露天；（三）人员老化，占四成。\n1.补仓容，建10座。\n2.招新人。"
    )
    assert titles(text)[1:] == ["强化领导，压实责任", "仓容不足", "人员老化", "补仓容", "招新人"]


def test_run_in_markers_without_line_breaks(report):
    """A scrape that lost its line breaks keeps its sections."""
    flowing = report.replace("\n", "")
    assert "检查从严从实" in titles(flowing, level=2)
    assert set(titles(report, level=4)) - set(titles(flowing, level=4)) == {"仓容不足"}, "behind a bare heading"


@pytest.mark.parametrize("heading", ["存在的不足", "【存在的不足】", "● 存在的不足", "2024年存在的不足"])
def test_unnumbered_headings(heading):
    """A short line without punctuation before prose, or a framed one, is a heading of the first level."""
    body = "全县上下共同努力，各项工作取得了新的进展，现将有关情况报告如下，请予审议并提出意见。"
    text = f"云岭县粮食工作报告\n{body}\n{heading}\n{body}\n"
    assert titles(text, level=1) == [heading.strip("【】● ")]


def test_a_label_before_marked_entries_is_a_heading():
    """“存在的不足：” heads the bullets behind it, on its line or below."""
    for text in (
        "全年检查46次。\n存在的不足：●仓容不足；●人员老化。",
        "全年检查46次。\n存在的不足：\n——仓容不足。\n——人员老化。",
    ):
        assert titles(text, level=1) == ["存在的不足"]
        assert titles(text, level=4) == ["仓容不足", "人员老化"]


def test_an_addressee_is_no_heading():
    """The line of those a report is sent to heads nothing."""
    assert (
        titles("云岭县报告\n县委、县政府：\n全年检查46次，约谈企业3家，均已整改到位，群众满意度持续提升，未发生事故。")
        == []
    )


def test_an_entry_ends_its_own_level_only():
    """A section of a level ends at the next of that level or a higher one, never at a lower one."""
    text = "一、甲\n（一）乙\n1.丙\n（二）丁\n二、戊\n"
    ends = {section.marker: section.span[1] for section in document_from_text(text).sections}
    assert ends["1."] == ends["（一）"] == text.index("（二）")
    assert ends["（二）"] == ends["一、"] == text.index("二、戊")
    assert ends["二、"] == len(text)


@pytest.mark.parametrize("line", ["检查46次", "很长的一行" * 7, "短", "存在的不足，主要是", "存在的不足。"])
def test_lines_that_are_no_headings(line):
    """A figure, too many words or too few, or punctuation make a line no heading."""
    body = "全县上下共同努力，各项工作取得了新的进展，现将有关情况报告如下，请予审议并提出意见。"
    assert line not in titles(f"云岭县粮食工作报告\n{body}\n{line}\n{body}\n", level=1)


def test_in_a_numbered_report_a_bare_heading_stands_behind_the_last_number():
    """A short line among numbered chapters is a line of them."""
    body = "全县上下共同努力，各项工作取得了新的进展，现将有关情况报告如下，请予审议并提出意见。"
    text = f"报告\n一、甲\n{body}\n存在的不足\n{body}\n二、乙\n{body}\n"
    assert titles(text, level=1) == ["甲", "乙"]
    assert titles(f"{text}下一步打算\n{body}\n", level=1) == ["甲", "乙", "下一步打算"]


def test_a_run_in_marker_stands_behind_the_end_of_a_clause():
    """“共有 3、4 项” and 第1．2条 begin nothing; behind a full stop a marker begins an entry."""
    assert titles("共有 3、4 项。全年检查（一）次。") == []
    assert titles("全年检查46次。1.补仓容，建10座。2.招新人。") == ["补仓容", "招新人"]


PIECES = ["一、甲\n", "（一）乙\n", "1.丙。", "一是丁，戊；", "● 己\n", "全年检查46次。\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=16))
def test_sections_are_nested(pieces):
    """Two sections lie one in the other, or apart; the one inside is of a lower level."""
    sections = document_from_text("".join(pieces)).sections
    assert [section.span[0] for section in sections] == sorted(section.span[0] for section in sections)
    for number, outer in enumerate(sections):
        for inner in sections[number + 1 :]:
            if inner.span[0] < outer.span[1]:
                assert inner.span[1] <= outer.span[1]
                assert inner.level > outer.level
