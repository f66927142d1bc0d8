"""Telling the furniture of a web page from the report on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from baogao.document.model import Span

_FURNITURE = re.compile(
    r"""
    ^\W*(?:
      首页|网站首页|当前位置|您(?:现在)?(?:的|所在)位?置?|所在位置|网站地图|站点地图|联系我们|关于我们|设为首页|加入收藏|无障碍|长者模式|繁體|繁体版|简体
      |打印(?:本页|此页|文章)?|关闭(?:窗口|本页|页面)?|返回(?:顶部|首页|列表)?|分享(?:到|至)?|收藏|扫一扫|字体|字号|大\s*中\s*小|【?字体
      |来源|信息来源|文章来源|稿源|作者|发布(?:时间|日期|机构|单位|人)|发文(?:时间|日期)|更新(?:时间|日期)|时间：|日期：|浏览(?:次数|量)?|阅读(?:次数|量)?|点击(?:数|量|率)?|访问量?|点击次数
      |责任编辑|编辑[:：]|审核[:：]|初审|终审|校对|监制|索引号|信息索引|信息分类|主题分类|主题词|公开(?:方式|范围|类别|形式|目录)|文\s*号[:：]|成文日期|有效性|名\s*称[:：]
      |版权所有|主办(?:单位)?|承办(?:单位)?|技术支持|网站标识码|地址[:：]|邮编|联系电话|电话[:：]|传真|邮箱|备案号
      |上一[篇条]|下一[篇条]|相关(?:链接|文章|新闻|信息|阅读|稿件|附件|文档)|友情链接|推荐阅读|热点(?:推荐|新闻)|最近搜索|热门搜索|搜索|热门|最新(?:公开|信息|文章)|更多
      |政府信息公开(?:指南|目录|年报|年度报告)?$|政务公开$|微信|微博|客户端|手机版|附件下载|点击下载|视力保护色
    )
    |ICP备|公网安备|Copyright|All\s+Rights|＞＞|>>|\s>\s.*\s>\s|>.{1,20}>|Produced\s+By
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"^\s*(?:[-－—–―]\s*\d{1,3}\s*[-－—–―]|第\s*\d{1,3}\s*页(?:.{0,3}共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})\s*$"
)
_LONG = 40
_SHORT = 80


def is_furniture(line: str) -> bool:
    """True for a line that belongs to the page and not to the report: a menu, a share button, a copyright notice."""
    return len(line) <= _SHORT and not line.rstrip().endswith(("。", "；")) and bool(_FURNITURE.search(line.strip()))


def is_page_number(line: str) -> bool:
    """True for a line that holds nothing but a page number."""
    return bool(_PAGE_NUMBER.match(line))


def navigation_spans(text: str, lines: Sequence[Span]) -> list[Span]:
    """The spans of a page's furniture: single lines before the report, and everything from the first such line after it.

    :param lines: the spans of the text's lines, without their line breaks.
    """
    long = [number for number, (start, end) in enumerate(lines) if _is_prose(text[start:end])]
    first, last = (long[0], long[-1]) if long else (len(lines), -1)
    head = [span for span in lines[:first] if is_furniture(text[slice(*span)])]
    for number in range(max(last + 1, first), len(lines)):
        if is_furniture(text[slice(*lines[number])]):
            return [*head, (lines[number][0], len(text))]
    return head


def _is_prose(line: str) -> bool:
    return (len(line.strip()) >= _LONG or line.rstrip().endswith(("。", "；"))) and not is_furniture(line)
