"""Texts of one unit over and over: what a pattern that goes back, or a loop within a loop, takes for ever to read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from baogao.document import document_from_text, text_of
from baogao.errors import DocumentError
from baogao.extraction import ReportText
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook

LENGTH = int(os.environ.get("BAOGAO_UNITS_LENGTH", "8000"))
"""Characters; with BAOGAO_UNITS_LENGTH=64000 the same takes some minutes."""
_SECONDS = 3.0 * LENGTH / 64_000
"""What reading, finding and linking may take each."""
_GROWTH = 11.0
"""Four times the text takes about four times as long; what takes the square of it takes sixteen times."""
_NOISE = 0.04
"""Seconds in which nothing can be told from anything else."""

BLANK = ["\n", " \n", "\t", " ", "　", "\t\n", "\x0b", " ", "甲\n", "1\n", "。\n", "甲 1\n", "1  "]
NUMBERS = [
    "1",
    "1,",
    "1,000",
    "12 ",
    "1、",
    "1.",
    "1)",
    "1-",
    "1/",
    "1:",
    "1件",
    "1件、",
    "1件和",
    "1和",
    "1万",
    "1%",
    "百分之1",
]
BRACKETS = [
    "（1",
    "（1）",
    "（",
    "）",
    "(1件",
    "（上年1件",
    "“",
    "“1",
    "“各”",
    "《",
    "《甲》",
    "【甲",
    "[2023]",
    "＞甲",
]
MARKERS = [
    "一、",
    "一是",
    " 一是",
    "第一",
    "其一",
    "（一）",
    "①甲",
    "●甲\n",
    "—",
    "- ",
    "一、1件。",
    "一、\n",
    "附件\n",
    "甲；",
    "一，甲，",
    "①甲",
    "1.1 甲",
    "甲乙丙丁，",
    "甲乙丙丁戊、",
    "如下：甲乙丙丁，",
    "甲乙丙丁戊己\t甲乙丙丁戊己庚\n",
]
WORDS = [
    "，",
    "，甲",
    "和",
    "分别",
    "各",
    "暂",
    "从",
    "从1",
    "由1件",
    "去年",
    "比上年",
    "与",
    "无",
    "一件",
    "甲镇",
    "局",
    "下一步，",
]
MORE = [
    "共有",
    "有均",
    "有均1件",
    "达到",
    "其中，",
    "收到1件",
    "复议",
    "培训1、",
    "存在问题",
    "人民政府：\n",
    "2023年1月1日\n",
]
ROWS = ["1\t", "甲\t1\n", "甲\t1\t", "甲|1|2\n", "甲  1  2\n", "| ", "首页 ", "来源：甲\n", "*", "×", "（略）", "\r\n"]
UNITS = [*BLANK, *NUMBERS, *BRACKETS, *MARKERS, *WORDS, *MORE, *ROWS]

WHOLES: dict[str, Callable[[int], str]] = {
    "a gap in a line": lambda n: f"甲{' ' * n}乙",
    "a gap in a signature": lambda n: f"甲县报告\n甲{' ' * n}县人民政府\n2023年1月1日",
    "digits that a sign ends": lambda n: f"1/{'1' * n}%",
    "blanks before a head": lambda n: "甲。" + "\n" * n + "附件",
    "words that say nothing": lambda n: f"{'共有' * 60}甲1件。" * (n // 120),
    "names without end": lambda n: f"{'有均' * 60}甲1件。" * (n // 120),
    "one open title": lambda n: f"《{'《甲》' * (n // 3)}",
    "figures in one bracket": lambda n: f"（{'甲1' * (n // 2)}（",
    "a row without end": lambda n: "甲\t1\t" * (n // 4),
    "blanked words": lambda n: f"（{' ' * n}略",
    "plans": lambda n: "南屏县2023年工作报告\n" + "明年，将办理1件。\n" * (n // 10),
    "headed sections": lambda n: "2023年报告\n" + "一、甲。\n（一）乙1件。" * (n // 12),
}


@pytest.fixture(scope="module")
def rules(flagship) -> RulesExtractor:
    """The rules of the flagship."""
    return RulesExtractor(load_rulebook(None, flagship))


def times(text: str, rules: RulesExtractor) -> dict[str, float]:
    """Seconds of this process for each step from a text to its links."""
    marks = [time.process_time()]
    document = document_from_text(text)
    marks.append(time.process_time())
    report = ReportText.from_document(document)
    marks.append(time.process_time())
    rules.link(report)
    marks.append(time.process_time())
    return {step: marks[n + 1] - marks[n] for n, step in enumerate(("reading", "finding", "linking"))}


def grows_too_fast(make: Callable[[int], str], rules: RulesExtractor) -> str:
    """Which step took too long, or grew like the square of the text; measured anew where chance may have spoken."""
    found = ""
    for _ in range(3):
        short, long = times(make(LENGTH // 4), rules), times(make(LENGTH), rules)
        slow = {
            step: (round(short[step], 3), round(long[step], 3))
            for step in long
            if long[step] > _SECONDS + _NOISE or long[step] > _GROWTH * max(short[step], _NOISE / 4)
        }
        if not slow:
            return ""
        found = str(slow)
    return found


@pytest.mark.parametrize("kind", ["BLANK", "NUMBERS", "BRACKETS", "MARKERS", "WORDS", "MORE", "ROWS"])
def test_repeated_units(kind, rules):
    """Whatever is repeated, a text of four times the length takes about four times as long, and never seconds."""
    found = {unit: grows_too_fast(lambda n, unit=unit: unit * (n // len(unit)), rules) for unit in globals()[kind]}
    assert not {unit: slow for unit, slow in found.items() if slow}


@pytest.mark.parametrize("name", WHOLES)
def test_texts_with_one_bad_place(name, rules):
    """The same where what is repeated is framed, so that a pattern fails only at its far end."""
    assert not grows_too_fast(WHOLES[name], rules)


def test_words_that_could_be_parted_in_many_ways(rules):
    """A clause that is nothing but small words is parted once, not in every way there is."""
    started = time.process_time()
    for words in ("共有", "有均", "达到", "到达到", "均已是", "去年全年"):
        rules.link(ReportText.from_document(document_from_text(f"全年培训，{words * 40}甲1件。")))
    assert time.process_time() - started < 2


MARKUP = [
    "<div>甲，",
    "<p>甲，",
    "<td>甲，1",
    "<a>",
    "<b>",
    "<br>",
    "<",
    "&",
    "<!--",
    "<x ",
    "<a/",
    'a="',
    "<script>",
    "<li>甲",
]


@pytest.mark.parametrize("unit", MARKUP)
def test_repeated_markup(unit):
    """A page of one piece of markup over and over is read, or refused in words, at once."""
    started = time.process_time()
    with suppress(DocumentError):
        text_of(("<html><body>" + unit * (LENGTH // len(unit))).encode(), ".html")
    assert time.process_time() - started < _SECONDS + 0.2


def test_a_tag_of_too_many_attributes():
    """The parser compares every attribute of a tag with every other: a tag that has too many is not given to it."""
    started = time.process_time()
    for between in (" a{0}=1", " a{0}", "/a{0}", " a{0}='>'", ' a{0}="<p>"'):
        tag = "".join(between.format(number) for number in range(50_000))
        with pytest.raises(DocumentError, match="a tag of it has more than 5,000 attributes"):
            text_of(f"<html><body><p{tag}>报告，甲。</p></body></html>".encode(), ".html")
    assert time.process_time() - started < 2


def test_many_attributes_that_are_none():
    """Tags of some attributes, and scripts that only look like a tag, are no reason to refuse a page."""
    script = "<script>if (a<b && " + "c d " * 20_000 + ") e()</script>"
    tag = "".join(f' a{number}="{"x" * 20}"' for number in range(900))
    page = f"<html><head>{script}</head><body><p{tag}>报告，甲。</p></body></html>"
    assert text_of(page.encode(), ".html").text == "报告，甲。"
