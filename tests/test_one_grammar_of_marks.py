"""Sections, entries and rules read the same marks in a text: one grammar for all."""

from __future__ import annotations

import pytest

from baogao.candidates.find import find_candidates
from baogao.document import document_from_text
from baogao.document.sections import heading_level
from baogao.extraction import ReportText
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema.load import load_schema

EXTRACTOR = RulesExtractor(load_rulebook(None, load_schema("law_based_government")))
WORK = "青川县2022年法治政府建设工作报告\n一、工作情况\n" + "全县上下齐心协力，各项工作稳步推进，取得明显成效。" * 6
ENTRIES = ["粮仓容量太小", "管护人员偏少"]
MARKS = [
    "（一） （二）",
    "（一）、 （二）、",
    "㈠ ㈡",
    "1. 2.",
    "1、 2、",
    "１． ２．",
    "（1） （2）",
    "(1) (2)",
    "1） 2）",
    "⑴ ⑵",
    "⒈ ⒉",
    "① ②",
    "❶ ❷",
    "1.1 1.2",
    "2.1.1 2.1.2",
    "A. B.",
    "a) b)",
    "一， 二，",
    "一是 二是",
    "一要 二要",
    "一则 二则",
    "第一， 第二，",
    "第一、 第二、",
    "第一点， 第二点，",
    "第一个方面是 第二个方面是",
    "其一， 其二，",
    "其一 其二",
    "首先， 其次，",
    "● ●",
    "■ ■",
    "※ ※",
    "√ √",
    "➢ ➢",
    "· ·",
    "—— ——",
    "— —",
    "- -",
    "* *",
]
NO_MARKS = [
    "1.5倍于上年的仓容已经建成，群众满意",
    "12.4宪法日活动办得热闹，群众满意",
    "2023.5开工的粮仓已经建成，群众满意",
    "3、4月份巡查了全部粮仓，群众满意",
    "一、二季度巡查了全部粮仓，群众满意",
    "第一、二季度巡查了全部粮仓，群众满意",
    "三五、十五年一遇的洪水没有冲毁粮仓，群众满意",
    "第一书记带队巡查了全部粮仓，群众满意",
    "一要求就办，部门配合，群众满意",
    "一则新闻报道了粮仓的建设，群众满意",
    "其一般流程已经简化，群众满意",
    "-3.2%的损耗率已经达到，群众满意",
    "A、B两类粮仓全部巡查过，群众满意",
    "十分感谢各方支持粮仓建设，群众满意",
]


def read(text: str):
    """A report's text with its candidates, and the words that sections, entries and rules each begin behind a mark."""
    report = ReportText.from_document(document_from_text(text))
    document, candidates = report.document, report.candidates
    lists = EXTRACTOR.link(report)[0].lists
    sections = [document.slice(one.title).split("，")[0] for one in document.sections if one.marker]
    entries = [one.text for one in find_candidates(document).of_kind("item") if one.parted == "mark"]
    return sections, entries, [candidates[one].text for one in lists["problems"]]


@pytest.mark.parametrize("marks", MARKS)
@pytest.mark.parametrize("numbers", [False, True])
def test_all_see_the_mark(marks, numbers):
    """Two marked lines are two sections, two entries and two problems, also where a figure stands behind the mark."""
    first, second = marks.split(" ")
    gap = " " if first[-1] in "1*" else ""
    words = [f"128{entry}" if numbers and first[-1] not in ".．-—一" else entry for entry in ENTRIES]
    lines = [f"{first}{gap}{words[0]}，亟待扩建。", f"{second}{gap}{words[1]}，亟待补充。"]
    sections, entries, problems = read(f"{WORK}\n二、存在的问题\n" + "\n".join(lines) + "\n")
    assert sections[-2:] == entries[-2:] == problems == words
    assert heading_level(lines[0]) == heading_level(lines[1]) is not None


@pytest.mark.parametrize("line", NO_MARKS)
def test_nobody_sees_a_mark(line):
    """What only looks like a mark is none for anybody."""
    sections, entries, _ = read(f"{WORK}\n二、存在的问题\n{line}。\n")
    assert sections == entries == ["工作情况", "存在的问题"]
    assert heading_level(line) is None


@pytest.mark.parametrize("marks", ["（一） （二）", "1. 2.", "① ②", "一是 二是", "第一， 第二，", "其一， 其二，"])
@pytest.mark.parametrize("joint", ["。", "；", "。 ", "。\n"])
def test_all_see_a_mark_in_a_running_text(marks, joint):
    """Behind the end of a clause a mark is one for all, with and without blanks between."""
    first, second = marks.split(" ")
    sections, entries, problems = read(
        f"{WORK}\n二、存在的问题\n主要有：{first}{ENTRIES[0]}{joint}{second}{ENTRIES[1]}。\n"
    )
    assert sections[-2:] == entries[-2:] == problems == ENTRIES
