"""Telling the furniture of a web page from the report on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, groupby

from baogao.document.document import Span
from baogao.document.sections import heading_level

_LABELS = r"""
    首页|网站首页|当前位置|您(?:现在)?(?:的|所在)位?置|所在位置|网站地图|站点地图|联系我们|关于我们|设为首页|加入收藏
    |无障碍(?:浏览|阅读|模式)?|长者(?:模式|专区)|繁體|繁体版?|简体版?|适老化|打印(?:本页|此页|文章)?|关闭(?:窗口|本页|页面)?
    |返回(?:顶部|首页|列表|上一页)?|分享(?:到|至)?|收藏|扫一扫|字体|字号|大\s*中\s*小|视力保护色|(?:来|稿)\s*源|信息来源|文章来源
    |作者|发布(?:时间|日期|机构|单位|人)|发文(?:时间|日期)|更新(?:时间|日期)|生成日期|时间|日期|浏览(?:次数|量)?|阅读(?:次数|量)?
    |点击(?:数|量|率|次数)?|访问(?:量|次数)|责任编辑|编辑|审核|初审|复审|终审|校对|监制|索\s*引\s*号|信息索引|信息分类|主题分类|主题词
    |公开(?:方式|范围|类别|形式|目录)|文\s*号|成文日期|有效性|名\s*称|主办(?:单位)?|承办(?:单位)?|技术支持|网站标识码|地址|邮编
    |联系电话|电话|传真|邮箱|备案号
"""
"""Labels head a line, and are followed by nothing, a blank or a colon: a sentence may begin with the same words."""
_LINKS = r"""
    上一[篇条]|下一[篇条]|相关(?:链接|文章|新闻|信息|阅读|稿件|附件|文档|解读)|友情链接|推荐阅读|热点(?:推荐|新闻)|最近搜索
    |热门(?:搜索|推荐|信息)?|最新(?:公开|信息|文章)|猜你喜欢|附件下载|点击下载|版权所有
"""
"""They head a line, whatever follows."""
_ALONE = r"""
    政府信息公开(?:指南|目录|年报|年度报告|制度)?|政务公开|政务服务|互动交流|走进\w{2,4}|微信(?:公众号)?|微博|客户端|手机版|搜索|更多|无
    |[大中小]
"""
"""They are furniture where nothing else stands on their line."""
_ANYWHERE = r"""
    ICP备|公网安备|Copyright|All\s+Rights|版权所有|网站标识码|＞＞|>>|›|扫一扫|在手机打开|\s[>＞]\s.*\s[>＞]\s|[>＞].{1,20}[>＞]|Produced\s+By
"""
"""Marks of a page wherever they stand in a line."""
_FURNITURE = re.compile(
    rf"^\W*(?:(?:{_LABELS})(?:\s*[:：|｜【\]】）)]|\s*$|\s+\S)|(?:{_LINKS})|(?:{_ALONE})\W*$)|{_ANYWHERE}",
    re.VERBOSE | re.IGNORECASE,
)
"""A line of a page's furniture."""
_AFTER = re.compile(
    rf"^\W*(?:(?:{_LINKS})|打印(?:本页|此页)|关闭(?:窗口|本页|页面)|分享(?:到|至)|责任编辑|友情链接)|{_ANYWHERE}",
    re.VERBOSE | re.IGNORECASE,
)
"""What stands below a report on its page, and not above it."""
_HEADINGS = {1, 2}
"""Levels of numbered headings: where one follows, the report goes on."""
_PUNCTUATED = re.compile(r"[，。；,]")
_LONG = 40
"""Characters of a punctuated line that is prose even without an end."""
_SHORT = 80
"""Characters; a longer line with a full stop in it is prose, whatever it begins with."""
_MENU_WORD = 8
"""Characters of an entry of a menu."""
_NO_MENU = re.compile(r"[\d，。；：、]")
_MENU_LENGTH = 5
"""Such entries in a row; fewer may be lines of a telegraphic report."""
_TAIL_SHARE = 0.35
"""At most so much of a page stands below its links: more is the report, and the line was part of it."""


def is_furniture(line: str) -> bool:
    """True for a line that belongs to the page and not to the report: a menu, a share button, a copyright notice."""
    stripped = line.strip()
    if stripped.endswith(("。", "；")) or (len(stripped) > _SHORT and "。" in stripped):
        return False
    return bool(_FURNITURE.search(stripped))


def navigation_spans(text: str, lines: Sequence[Span]) -> list[Span]:
    """The spans of a page's furniture: single lines before the report, and everything from the first such line after.

    :param lines: the spans of the text's lines, without their line breaks.
    """
    words = [text[slice(*span)] for span in lines]
    furniture = [is_furniture(line) for line in words]
    prose = [number for number, line in enumerate(words) if not furniture[number] and is_prose(line)]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), len(lines))
    # A menu is several very short lines in a row.
    short = [0 < len(line.strip()) <= _MENU_WORD and not _NO_MENU.search(line) for line in words[:first]]
    runs = [list(run) for is_short, run in groupby(range(first), key=short.__getitem__) if is_short]
    menus = {number for run in runs if len(run) >= _MENU_LENGTH for number in run}
    spans = [lines[number] for number in range(first) if furniture[number] or number in menus]
    # What follows the report begins with a row of links that has news below it, or with furniture below the last prose.
    last_numbered = next((n for n in range(len(words) - 1, -1, -1) if heading_level(words[n]) in _HEADINGS), -1)
    links = (
        number
        for number in range(max(first, last_numbered + 1), last)
        if furniture[number]
        and len(text) - lines[number][0] <= _TAIL_SHARE * len(text)
        and _AFTER.search(words[number].strip())
    )
    below = (number for number in range(last + 1, len(lines)) if furniture[number])
    tail = next(chain(links, below), None)
    return spans if tail is None else [*spans, (lines[tail][0], len(text))]


def is_prose(line: str) -> bool:
    """True for a line of running text: a whole sentence, or long and punctuated."""
    stripped = line.strip()
    return stripped.endswith(("。", "；")) or (len(stripped) >= _LONG and bool(_PUNCTUATED.search(stripped)))
