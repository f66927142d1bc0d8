"""A report as a web page: by itself, and inside the pages of government sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from print_layout import Block

_STYLE = """
body { font-family: "Noto Serif CJK SC", serif; font-size: 12pt; line-height: 1.8; }
h1 { text-align: center; font-size: 18pt; } .center { text-align: center; } .right { text-align: right; }
p.text { text-indent: 2em; text-align: justify; margin: 0; }
table.figures, table.figures td { border: 1px solid black; }
table.figures { border-collapse: collapse; width: 100%; } .noprint { display: none }
"""
_NAVIGATION = """<div class="top"><ul>{menu}</ul></div>
<div class="place">当前位置：
<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; <a href="/fz">法定主动公开内容</a></div>"""
_ABOVE = """<div class="info"><span>发布时间：2024-03-18 16:42</span>&nbsp;&nbsp;<span>来源：本站</span>&nbsp;&nbsp;
<span>浏览次数：1832</span>&nbsp;&nbsp;<span>字体：[<a>大</a> <a>中</a> <a>小</a>]</span></div>"""
_BELOW = """<div class="share"><a>分享到：</a><a>微信</a><a>微博</a> <a>【打印本页】</a><a>【关闭窗口】</a></div>
<div class="more"><p>上一篇：<a>关于召开座谈会的通知</a></p><p>下一篇：<a>关于公布2022年部门决算的公告</a></p></div>"""
_NEWS = """<div class="side"><h3>相关新闻</h3>{news}</div>"""
_FOOT = """<div class="foot"><p>主办：县人民政府办公室　承办：县大数据中心</p>
<p>网站标识码：0000000000　某ICP备12345678号</p>
<p>联系电话：0000-1234567</p></div>"""


def print_page(blocks: Sequence[Block]) -> bytes:
    """A clean page: nothing but the report."""
    title = "".join(block.text for block in blocks if block.kind == "title")
    return _html(escape(title), "\n".join(map(_markup, blocks)))


def print_site(blocks: Sequence[Block]) -> bytes:
    """The report in paragraphs, inside the page of a site; a line of it is hidden by the page's style sheet."""
    hidden = '<p class="noprint">本页已被访问9999次。</p>'
    return _site(blocks, lambda shown: f'<div class="article">{"".join(map(_markup, shown))}{hidden}</div>')


def print_titled_site(blocks: Sequence[Block]) -> bytes:
    """The report inside the page of a site that prints its title above it, where it has but one line."""
    titles = [block for block in blocks if block.kind == "title"]
    if len(titles) != 1:
        return print_site(blocks)
    rest = [block for block in blocks if block.kind != "title"]
    heading = f"<h1>{escape(titles[0].text)}</h1>"
    return _site(
        rest,
        lambda shown: f'{heading}{_ABOVE}<div class="article">{"".join(map(_markup, shown))}</div>',
        titles[0].text,
    )


def print_broken_site(blocks: Sequence[Block]) -> bytes:
    """The report as one block of a site's page, its lines parted by ``<br>``."""

    def body(shown: Sequence[Block]) -> str:
        pieces = (
            _markup(block) if block.kind == "table" else f"　　{escape(block.text)}<br/><br/>\n" for block in shown
        )
        return f'<div id="zoom"><font>{"".join(pieces)}</font></div>'

    return _site(blocks, body)


def print_tabled_site(blocks: Sequence[Block]) -> bytes:
    """The report in a cell of the table that lays the page out, in nested divisions with spans."""

    def body(shown: Sequence[Block]) -> str:
        pieces = (
            _markup(block)
            if block.kind == "table"
            else f'<div><span style="font-size: 16px">&emsp;&emsp;{escape(block.text)}</span></div>'
            for block in shown
        )
        return f'<table width="100%"><tr><td>{_ABOVE}</td></tr><tr><td><div>{"".join(pieces)}</div></td></tr></table>'

    return _site(blocks, body)


def _site(blocks: Sequence[Block], body: Callable[[Sequence[Block]], str], title: str = "") -> bytes:
    menu = "".join(
        f'<li><a href="/{word}">{word}</a></li>' for word in ("首页", "走进本县", "政务公开", "办事服务", "互动交流")
    )
    news = "".join(f"<p><a>县政府召开第{number}次常务会议，部署{number}9项工作</a></p>" for number in range(1, 9))
    printed = title or "".join(block.text for block in blocks if block.kind == "title")
    meta = f'<meta name="SiteName" content="县人民政府"><meta name="ArticleTitle" content="{escape(printed)}">'
    parts = (_NAVIGATION.format(menu=menu), body(blocks), _BELOW, _NEWS.format(news=news), _FOOT)
    return _html(f"{escape(printed)}_县人民政府", "\n".join(parts), meta)


def _html(title: str, body: str, meta: str = "") -> bytes:
    head = f'<meta charset="utf-8">{meta}<title>{title}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="zh"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'.encode()


def _markup(block: Block) -> str:
    """A block as a site's editor writes it."""
    text = escape(block.text)
    if block.kind == "title":
        return f'<p class="center"><strong>{text}</strong></p>\n'
    if block.kind == "heading":
        return f'<p class="text"><strong>{text}</strong></p>\n'
    if block.kind == "signature":
        return f'<p class="right">{text}</p>\n'
    if block.kind == "table":
        return f'<table class="figures"><tbody>{"".join(map(_row, block.rows))}</tbody></table>\n'
    return f'<p class="text"><span>{text}</span></p>\n'


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td><p>{escape(cell)}</p></td>" for cell in cells) + "</tr>"
