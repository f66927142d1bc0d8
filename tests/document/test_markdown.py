"""Markdown as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import text_of
from baogao.document.markdown import read_markdown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# 报告", "报告"),
        ("## 一、工作 ##", "一、工作"),
        ("#标签", "#标签"),
        ("标题\n====\n正文", "标题\n正文"),
        ("甲\n\n---\n\n乙", "甲\n\n\n乙"),
        ("收到**128**件", "收到128件"),
        ("收到*128*件", "收到128件"),
        ("收到__128__件", "收到128件"),
        ("***收到***128件", "收到128件"),
        ("收到`128`件", "收到128件"),
        ("3*5*2", "3*5*2"),
        ("a_b_c", "a_b_c"),
        ("128*件", "128*件"),
        ("收到128^[1]", "收到128^[1]"),
        ("收到128[^1]件\n\n[^1]: 含结转3件", "收到128¹件\n\n[1] 含结转3件"),
        ("收到128<sup>1</sup>件", "收到128¹件"),
        ("CO<sub>2</sub>", "CO₂"),
        ("[办法](http://a.cn/1)共12条", "办法共12条"),
        ("![图12](a.png)甲", "甲"),
        ("- 甲\n- 乙", "● 甲\n● 乙"),
        ("* 甲\n+ 乙", "● 甲\n● 乙"),
        ("  - 甲", "  ● 甲"),
        ("- [x] 甲", "● 甲"),
        ("1. 甲\n2. 乙", "1. 甲\n2. 乙"),
        ("-12件", "-12件"),
        ("> 引文", "引文"),
        ("1\\. 甲\\*", "1. 甲*"),
        ("甲&nbsp;乙&amp;", "甲\xa0乙&"),
        ("甲<br>乙", "甲\n乙"),
        ("| 指标 | 数 |\n|---|--:|\n| 申请 | 128 |", "| 指标 | 数 |\n| 申请 | 128 |"),
        ("| 申请 | 35<br>128 |", "| 申请 |35；128|"),
        ("128<sup class='n'><a href='#f'>1</a></sup>件", "128¹件"),
        ("128^1^件", "128¹件"),
        ("128$^{1}$件", "128¹件"),
        ("128$^1$件", "128¹件"),
        ("128[^note]件", "128（注）件"),
        ("1<wbr>28<kbd>件</kbd>", "128件"),
        ("<p>12</p><p>8件</p>", "12\n8件"),
        ("收到++128++件", "收到128件"),
        ("收到{--9--}{++128++}件{>>核<<}", "收到128件"),
        ("收到<s>99\n9</s>128件", "收到128件"),
        ("收到<script>9</script>128件", "收到128件"),
        ("收到<style>p{}</style>128件", "收到128件"),
        ("<span style='display:none'>999</span>128件", "128件"),
        ("<span hidden class=x>999</span>128件", "128件"),
        ("<span style='color:red'>128</span>件", "128件"),
        ("<div style='display:none'>\n9\n\n9\n</div>\n128件", "\n128件"),
        ("12\\\n8件", "12\n8件"),
        ("收到[128][k]件\n\n[k]: http://a/9", "收到128件\n"),
        ("收到[128][]件\n\n[128]: http://a/9", "收到128件\n"),
        ("收到128[1][2]件", "收到128[1][2]件"),
        ("+++\ntitle = 9\n+++\n128件", "128件"),
        ("```\n# 12\n```", "# 12"),
        ("甲<!-- 9 -->乙", "甲乙"),
        ("甲<!-- 9", "甲<!-- 9"),
        ("---\ntitle: 报告\n---\n正文", "正文"),
        ("<div align='center'><b>甲</b></div>", "甲"),
        ("1 < 2，3 > 2", "1 < 2，3 > 2"),
        (
            "<table><tr><td>指标</td><td>数</td></tr><tr><td>甲</td><td>1<br>2</td></tr></table>",
            "\n指标\t数\n甲\t1；2",
        ),
    ],
)
def test_marks_are_out_of_the_way(source, text):
    """What only says how a text is printed is taken out; everything else stays as it is printed."""
    assert read_markdown(source).text == text


def test_struck_out_text_has_a_notice():
    """What is struck out is left out."""
    for source in ("收到~~120~~128件", "收到<del>120</del>128件", "收到<s>120</s>128件"):
        read = text_of(source.encode(), ".md")
        assert (read.text, read.format) == ("收到128件", "markdown")
        assert read.messages == ("struck-out text is left out (character 2)",)


def test_bullets_are_inserted():
    """A bullet is what a reader sees for the sign that is printed."""
    read = read_markdown("- 甲")
    assert read.inserted == ((0, 2),)


@pytest.mark.parametrize(
    "unit",
    [
        "*",
        "**a",
        "_",
        "~~",
        "`",
        "[a](",
        "![",
        "<table",
        "<!--",
        "#",
        "# ",
        "|",
        "|-",
        "- ",
        "\\",
        "[^1]",
        "> ",
        "<b ",
        "---\n",
        "a: b\n",
    ],
)
def test_texts_made_to_take_for_ever(unit):
    """One sign over and over is read in time."""
    started = time.process_time()
    for before in ("", "---\n"):
        read_markdown(before + unit * (64_000 // len(unit)))
    assert time.process_time() - started < 4


@given(st.text(alphabet="收1*_~`[]()!#>|-\\<b/>\n &", max_size=80))
def test_no_digit_comes_from_nowhere(text):
    """Whatever the marks, no new digit comes out."""
    assert read_markdown(text).text.count("1") <= text.count("1")
