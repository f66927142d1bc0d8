"""Site furniture is no report, and the report is no furniture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document import document_from_text
from baogao.document.navigation import is_furniture, is_prose, navigation_spans
from baogao.document.paragraphs import lines_of

BEFORE = """首页
机构概况
政务公开
政务服务
互动交流
当前位置：首页 > 政务公开 > 工作报告
来源：县粮食局  发布时间：2024-01-20 浏览次数：318
【字体：大 中 小】
"""
AFTER = """
扫一扫在手机打开当前页
打印本页 关闭窗口
上一篇：关于开展夏粮收购检查的通知
下一篇：2022年全县粮食工作总结，开展检查40次
主办单位：云岭县人民政府  技术支持：某公司
网站标识码：1234567 某ICP备05001234号
"""


def test_furniture_around_a_report_is_cut(report):
    """What is left is the report with its foot lines."""
    document = document_from_text(BEFORE + report + AFTER)
    left = "".join(document.slice(span) for span in document.main)
    assert left.split() == report.split()


def test_a_news_teaser_below_the_links_is_cut_too(report):
    """Prose below a row of links belongs to another page, when it is short."""
    teaser = "\n相关阅读\n去年全县开展检查40次，发现问题20个，均已整改。\n"
    text = report.replace("\n二、", "\n" + "（三）保障到位。各项任务圆满完成，群众反映良好。\n" * 3 + "二、") + teaser
    document = document_from_text(text)
    assert not any("40次" in document.slice(span) for span in document.main)


def test_a_report_without_furniture_is_whole(report):
    """Nothing is cut from a clean text, its foot lines least of all."""
    document = document_from_text(report)
    assert document.main == ((0, len(report)),)


@pytest.mark.parametrize(
    "line",
    [
        "首页",
        "来源：县粮食局",
        "索 引 号：000123",
        "公开方式 主动公开",
        "更多",
        "大",
        "分享到：",
        "责任编辑：张三",
        "ICP备1号",
    ],
)
def test_furniture(line):
    """Menus, labels, share buttons and notices of ownership."""
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "来源广泛，收集线索12条。",
        "微信普法推送12条",
        "编辑部门权责清单46项",
        "更多群众受益",
        "地址变更登记12件",
        "电话咨询3000人次",
        "云岭县人民政府",
        "2024年1月15日",
        "点击量达12万次",
    ],
)
def test_sentences_that_begin_like_furniture(line):
    """Words of a menu may begin a sentence, and lines of a telegraphic report are short."""
    assert not is_furniture(line)


@pytest.mark.parametrize(
    ("line", "prose"),
    [
        ("全年检查46次。", True),
        ("一是检查46次；", True),
        ("全县认真落实上级部署，着力保障粮食安全，各项工作取得新的成效，群众满意度持续提升并不断巩固", True),
        ("云岭县2023年粮食工作情况报告", False),
        ("上一篇：关于开展检查的通知", False),
        ("全县粮食收购检查情况一览表及其说明" * 3, False),
        ("", False),
    ],
)
def test_prose(line, prose):
    """A whole sentence is prose, and so is a long line with a comma in it; titles and links are not."""
    assert is_prose(line) == prose


def spans(text: str) -> list[str]:
    """What of a text is furniture."""
    return [text[slice(*span)] for span in navigation_spans(text, lines_of(text))]


def test_a_menu_is_five_short_lines_in_a_row():
    """Fewer short lines before a report may be its title."""
    body = "全年检查46次，约谈企业3家，均已整改。\n"
    menu = "甲乡\n乙乡\n丙乡\n丁乡\n戊乡\n"
    assert spans(menu + body) == menu.split()
    assert spans(menu.replace("戊乡\n", "") + body) == []
    assert spans(menu.replace("丙乡", "12件") + body) == []


def test_furniture_inside_of_a_report_stays(report):
    """A line of the report that looks like a link is part of it where much of the report follows."""
    title, rest = report.split("\n", 1)
    assert spans(f"{title}\n开展检查。\n相关信息\n{rest}") == []


def test_a_numbered_heading_below_links_is_the_report_going_on(report):
    """Links between two chapters do not cut off the second one."""
    long = report.replace("\n二、", "\n" + "（三）保障到位。各项任务圆满完成，群众反映良好。\n" * 6 + "二、")
    assert spans(long.replace("二、", "相关阅读\n二、")) == []
    assert spans(long.replace("二、", "相关阅读\n"))[0].startswith("相关阅读")


def test_a_page_without_prose_keeps_what_is_no_furniture():
    """Where nothing is prose, single lines of furniture are cut and nothing else."""
    assert spans("首页\n检查46次\n约谈3家\n打印本页") == ["首页", "打印本页"]


PIECES = ["首页", "检查46次。", "甲乡", "上一篇：通知", "二、问题", "某ICP备1号", "长" * 50 + "，"]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_page_has_sane_furniture(lines):
    """Furniture is whole lines, in order, and the last stretch may reach to the end."""
    text = "\n".join(lines)
    last = 0
    for start, end in navigation_spans(text, lines_of(text)):
        assert last <= start < end <= len(text)
        assert start == 0 or text[start - 1] == "\n"
        assert end == len(text) or text[end] == "\n"
        last = end
