"""Site furniture is no report, and the report is no furniture."""

from __future__ import annotations

import pytest

from baogao.document import document_from_text
from baogao.document.navigation import is_furniture, is_page_number

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


@pytest.mark.parametrize("line", ["－ 3 －", "- 12 -", "— 3 —", "第 2 页 共 9 页", "3/12"])
def test_page_numbers(line):
    """The usual ways to print a page number."""
    assert is_page_number(line)


@pytest.mark.parametrize("line", ["3", "12件", "第2页的说明", "- 检查12次"])
def test_no_page_numbers(line):
    """A lone figure may be the cell of a table that lost its shape."""
    assert not is_page_number(line)
