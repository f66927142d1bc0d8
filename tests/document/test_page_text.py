"""What a reader sees of a web page's elements."""

from __future__ import annotations

import lxml.html
import pytest

from baogao.document.page_text import PageText
from baogao.document.signs import FileText, file_text


def seen(source: str, head: str = "") -> FileText:
    """What is seen of a piece of markup."""
    page = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{source}</body></html>")
    return file_text(PageText(page).text(page.find("body")), "page")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("申请128<sup>1</sup>件", "申请128¹件"),
        ("申请128<sup>[1]</sup>件", "申请128[1]件"),
        ("申请128<sup><a href='#n'>1</a></sup>件", "申请128¹件"),
        ("申请128<sup>注1</sup>件", "申请128（注1）件"),
        ("申请128<span style='vertical-align:super'>1</span>件", "申请128¹件"),
        ("申请128<span style='vertical-align: sub'>1</span>件", "申请128₁件"),
        ("CO<sub>2</sub>减排12吨", "CO₂减排12吨"),
        ("3.2万m<sup>2</sup>", "3.2万m²"),
        ("1&shy;128件", "1\xad128件"),
        ("1<wbr>128件", "1128件"),
        ("1&#8203;128件", "1\u200b128件"),
        ("1&zwj;128件", "1\u200d128件"),
        ("128&nbsp;件", "128 件"),
        ("<b>1</b><i>28</i>件", "128件"),
        ("<ruby>县<rp>(</rp><rt>12</rt><rp>)</rp></ruby>内", "县内"),
        ("<details><summary>附</summary>12件</details>", "附\n12件"),
        ("<p>甲<textarea>12</textarea>乙</p>", "甲乙"),
        ("<p>甲<template>12</template>乙</p>", "甲乙"),
        ("<dialog>12</dialog>甲", "甲"),
        ("<dialog open>12</dialog>甲", "12甲"),
        ("<math><mn>128</mn></math>件", "128件"),
        ("<math><mfrac><mn>3</mn><mn>4</mn></mfrac></math>", "3/4"),
        ("<ins>128</ins>件", "128件"),
        ("<form><p>甲。乙。</p><input value='9'></form>", "甲。乙。"),
        ("<form>搜索<input></form>甲", "甲"),
        ("<dl><dt>甲</dt><dd>12件</dd></dl>", "甲\n12件"),
        ("申请128<span style='position:relative;top:-5px;font-size:9px'>1</span>件", "申请128¹件"),
        ("申请128<span style='vertical-align:40%;font-size:70%'>1</span>件", "申请128¹件"),
        ("申请128<span style='mso-text-raise:5.0pt;font-size:8pt'>1</span>件", "申请128¹件"),
        ("申请<span style='position:relative;top:-1px;font-size:16pt'>128</span>件", "申请128件"),
        ("申请<span style='vertical-align:5px'>一百二十八件</span>", "申请一百二十八件"),
        ("申请128<sub>注</sub>件", "申请128（注）件"),
        ("甲<span style='display:block'>35</span><span style='display:block'>128</span>", "甲\n35\n128"),
        ("<div style='display:flex'><span>35</span><span>128</span></div>", "35\n128"),
        ("<span style='float:left'>35</span><span style='float:left'>128</span>", "35\n128"),
        ("<span style='display:inline-block'>1</span><span>28</span>件", "128件"),
        ("<pre>申请<del>9</del>128<sup>1</sup>件\n审结97件</pre>", "申请128¹件\n审结97件"),
        ("<pre>申请<i style='display:none'>9</i>128件\n审结97件</pre>乙\n丙", "申请128件\n审结97件\n乙丙"),
        ("<div style='white-space:pre-wrap'>甲\n<b>乙\n丙</b></div>", "甲\n乙\n丙"),
        ("<pre>甲\n<span style='white-space:normal'>乙\n丙</span></pre>", "甲\n乙丙"),
        ("<textarea>甲。\n乙12件。</textarea>", "甲。\n乙12件。"),
        ("甲<meter value=12>999</meter>128件", "甲128件"),
        (
            "<table><tfoot><tr><td>计<td>9</tfoot><thead><tr><th>乡<th>件</thead><tr><td>甲<td>9</table>",
            "乡\t件\n甲\t9\n计\t9",
        ),
    ],
)
def test_inline_elements(source, text):
    """Each element is what a browser shows of it."""
    assert seen(source).text == text


STRUCK, HIDDEN = "struck-out text is left out", "hidden text is left out"


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("<del>120</del>", STRUCK),
        ("<s>120</s>", STRUCK),
        ("<strike>120</strike>", STRUCK),
        ("<span style='text-decoration: line-through'>120</span>", STRUCK),
        ("<span class=old>120</span>", STRUCK),
        ("<span hidden>120</span>", HIDDEN),
        ("<span style='display:none'>120</span>", HIDDEN),
        ("<span style='visibility:hidden'>120</span>", HIDDEN),
        ("<span style='font-size:0'>120</span>", HIDDEN),
        ("<span style='opacity:0'>120</span>", HIDDEN),
        ("<span class=x>120</span>", HIDDEN),
        ("<span class='a sr-only'>120</span>", HIDDEN),
        ("<span class=visually-hidden>120</span>", HIDDEN),
        ("<span class='sr-only' style='position:static'>120</span>", None),
        ("<span class=sr-only-not>120</span>", None),
        ("<b id=y>120</b>", HIDDEN),
        ("<em><u class='a x b'>1<i>20</i></u></em>", HIDDEN),
        ("<span style='color:#fff'>120</span>", HIDDEN),
        ("<font color=white>120</font>", HIDDEN),
        ("<span style='color:#fff;background:#00f'>120</span>", None),
        ("<span style='color:#f00'>120</span>", None),
        ("<span hidden class=shown>120</span>", None),
        ("<span aria-hidden=true>120</span>", None),
        ("<span class=print>120</span>", None),
    ],
)
def test_what_is_not_seen_is_left_out(markup, message):
    """Struck-out and hidden text is no part of the sentence, by itself or by the page's sheet, and has a notice."""
    sheet = (
        ".x{display:none} #y{visibility:hidden} .old{text-decoration:line-through} @media print{.print{display:none}}"
    )
    read = seen(f"收到申请{markup}128件", f"<style>{sheet}.shown{{display:inline}}</style>")
    assert read.text == ("收到申请128件" if message else "收到申请120128件")
    assert [(notice.message, notice.span) for notice in read.notices] == ([(message, (4, 4))] if message else [])


def test_white_text_on_a_dark_page_is_seen():
    """Where an element around it has a background, white text is seen; so is a heading that is white by itself."""
    for source in (
        "<div bgcolor=blue>甲<b style='color:#fff'>12</b></div>",
        "<h1><span style='color:#fff'>12</span></h1>",
    ):
        assert "12" in seen(source).text
    assert (
        "12" in seen("<div class=d>甲<b style='color:#fff'>12</b></div>", "<style>.d{background:url(a)}</style>").text
    )


def test_nothing_hidden_is_no_notice():
    """An empty element that is hidden hides nothing."""
    assert seen("甲<span hidden> </span><del></del>乙").notices == ()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<ol><li>甲<li>乙</ol>", ["1. 甲", "2. 乙"]),
        ("<ol start=3><li>甲<li>乙</ol>", ["3. 甲", "4. 乙"]),
        ("<ol><li>甲<li value=7>乙<li>丙</ol>", ["1. 甲", "7. 乙", "8. 丙"]),
        ("<ol reversed><li>甲<li>乙</ol>", ["2. 甲", "1. 乙"]),
        ("<ol type=a><li>甲<li>乙</ol>", ["a. 甲", "b. 乙"]),
        ("<ol type=I><li>甲<li>乙</ol>", ["I. 甲", "II. 乙"]),
        ("<ol style='list-style:cjk-ideographic'><li>甲<li>乙</ol>", ["一、甲", "二、乙"]),
        ("<ol style='list-style-type:simp-chinese-informal'><li>甲</ol>", ["一、甲"]),
        ("<ol style='list-style:none'><li>甲<li>乙</ol>", ["甲", "乙"]),
        ("<ol><li style='list-style-type:none'>甲<li>乙</ol>", ["甲", "2. 乙"]),
        ("<ol><li>1、甲<li>2、乙</ol>", ["1、甲", "2、乙"]),
        ("<ol><li>一是甲<li>二是乙</ol>", ["一是甲", "二是乙"]),
        ("<ol><li>（一）甲</ol>", ["（一）甲"]),
        ("<ol><li>2场演练</ol>", ["1. 2场演练"]),
        ("<ol><li><p>甲</p><p>乙</p></ol>", ["1. 甲", "乙"]),
        ("<ol><li><div><p>甲</p></div><li></ol>丙", ["1. 甲", "丙"]),
        ("<ol><li>甲<ol><li>乙</ol><li>丙</ol>", ["1. 甲", "1. 乙", "2. 丙"]),
        ("<ol><li>甲<li hidden>乙<li>丙</ol>", ["1. 甲", "2. 丙"]),
        ("<ol start=x><li>甲</ol>", ["1. 甲"]),
        ("<ul><li>甲<li>乙</ul>", ["甲", "乙"]),
        ("<ul><li>人员不足。<li>经费紧张。</ul>", ["● 人员不足。", "● 经费紧张。"]),
        ("<ul style='list-style:none'><li>人员不足。</ul>", ["人员不足。"]),
        ("<ul><li><a href=x>部署工作。</a></ul>", ["部署工作。"]),
    ],
)
def test_numbers_of_lists(source, lines):
    """A list's numbers are text that is marked as inserted; items with a number of their own get none."""
    read = seen(source)
    assert read.text.split("\n") == lines
    for start, end in read.inserted:
        assert read.text[end - 1] in " 、"
        assert start == 0 or read.text[start - 1] == "\n"


ROWS = "<tr><td>行政复议</td><td>12件</td><td>9件</td></tr>"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            "<tr><td>指标</td><td>数</td></tr><tr><td>申请</td><td><p>35</p><p>128</p></td></tr>",
            ["指标\t数", "申请\t35；128"],
        ),
        ("<tr><td>申请</td><td>35<br>128</td></tr>", ["申请\t35；128"]),
        ("<tr><td>申请</td><td>35件<br>128件</td></tr>", ["申请\t35件 128件"]),
        ("<tr><td>收到<br>申请</td><td>128</td></tr>", ["收到申请\t128"]),
        ("<tr><td>甲</td><td><table><tr><td>12</td><td>8</td></tr></table></td></tr>", ["甲\t12；8"]),
        ("<tr><td>甲</td><td>12<table><tr><td>8</td></tr></table>5</td></tr>", ["甲\t12；8；5"]),
        ("<tr><td>甲</td><td></td><td>2</td></tr>", ["甲\t\t2"]),
        ("<tr><td></td><td>甲</td></tr><tr><td></td><td>乙</td></tr>", ["\t甲", "\t乙"]),
        (
            "<tr><th>项目</th><th colspan=2>2022年</th></tr><tr><th></th><th>上半年</th><th>下半年</th></tr>" + ROWS,
            ["项目\t2022年 上半年\t2022年 下半年", "行政复议\t12件\t9件"],
        ),
        (
            "<tr><td rowspan=2>项目</td><td colspan=2>2022年</td></tr><tr><td>上半年</td><td>下半年</td></tr>" + ROWS,
            ["项目\t2022年 上半年\t2022年 下半年", "行政复议\t12件\t9件"],
        ),
        (
            "<tr><td colspan=3>统计表（单位：件）</td></tr><tr><td>项目</td><td>甲</td><td>乙</td></tr>" + ROWS,
            ["统计表（单位：件）", "项目\t甲\t乙", "行政复议\t12件\t9件"],
        ),
        (
            "<tr><td>类</td><td>项</td><td>数</td></tr><tr><td rowspan=2>复议</td><td>收到</td><td>12</td></tr>"
            "<tr><td>审结</td><td>9</td></tr>",
            ["类\t项\t数", "复议\t收到\t12", "复议\t审结\t9"],
        ),
        (
            "<tr><td rowspan=2>复议</td><td>收到</td><td rowspan=2>12件</td></tr><tr><td>审结</td></tr>",
            ["复议\t收到\t12件", "复议\t审结"],
        ),
        ("<tr><td rowspan=0>甲</td><td>1</td></tr><tr><td>2</td></tr>", ["甲\t1", "甲\t2"]),
        ("<tr><td rowspan=99999999>甲</td><td>1</td></tr><tr><td>2</td></tr>", ["甲\t1", "甲\t2"]),
        ("<tr><td colspan=x>甲</td><td>1</td></tr>", ["甲\t1"]),
        ("<tr><td>甲</td><td style='display:none'>9</td><td>1</td></tr>", ["甲\t1"]),
        ("<tr style='display:none'><td>甲</td><td>9</td></tr><tr><td>乙</td><td>1</td></tr>", ["乙\t1"]),
        ("<caption>附表</caption><tr><td>乙</td><td>1</td></tr>", ["附表", "乙\t1"]),
        (
            "<thead><tr><td>指标</td><td>数</td></tr></thead><tbody><tr><td>乙</td><td>1</td></tr></tbody>",
            ["指标\t数", "乙\t1"],
        ),
        ("<tr><td>申请<sup>1</sup></td><td>128<del>120</del></td></tr>", ["申请¹\t128"]),
        ("<tr><td>甲</td><td><ol><li>12次</li><li>3家</li></ol></td></tr>", ["甲\t1. 12次 2. 3家"]),
        ("<form><tr><td>甲</td><td>1</td></tr></form>", ["甲\t1"]),
    ],
)
def test_tables(rows, lines):
    """Each cell stands in its column; heads and merged cells label what they stand over; no two numbers are one."""
    assert seen(f"<table>{rows}</table>").text.split("\n") == lines


def test_what_a_merged_cell_repeats_is_inserted():
    """Evidence is the cell itself, not its repetition."""
    rows = "<tr><td rowspan=2>复议</td><td>收到</td><td>12</td></tr><tr><td>审结</td><td>9</td></tr>"
    read = seen(f"<table>{rows}</table>")
    assert [read.text[slice(*span)] for span in read.inserted] == ["复议"]
    assert read.inserted[0][0] > read.text.index("12")


def test_a_short_report_beside_a_menu_is_no_cell():
    """A layout that puts a report beside something else is no table, however short the report."""
    report = "".join(
        f"<p>{line}</p>" for line in ("一、工作。做了12件。", "二、问题。有3个。", "三、打算。", "落款" * 60)
    )
    side = "<tr><td>标志</td><td>搜索</td></tr>"
    lines = seen(f"<table>{side}<tr><td>栏目</td><td>{report}</td></tr></table>").text.split("\n")
    assert lines[:3] == ["标志\t搜索", "栏目", "一、工作。做了12件。"]


def test_a_row_by_itself():
    """A part of a table is laid out as the table is."""
    element = lxml.html.fromstring("<table><tr><td>甲</td><td>1<br>2</td></tr><tr><td>乙</td><td>3</td></tr></table>")
    page = PageText(element)
    assert file_text(page.text(next(element.iter("tr"))), "page").text == "甲\t1；2"
