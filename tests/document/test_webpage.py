"""Web pages: the report, whole and in order, and nothing else."""

from __future__ import annotations

from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import lxml.html
import pytest

from baogao.document import document_from_text, text_of, webpage
from baogao.document.page_text import PageText
from baogao.document.signs import plain
from baogao.document.webpage import decode_page
from baogao.errors import DocumentError

MENU = (
    "<div><ul>" + "".join(f"<li><a href='/{n}'>{n}</a></li>" for n in ["首页", "机构", "公开", "服务"]) + "</ul></div>"
)
SIDE = (
    "<div><h3>相关新闻</h3>"
    + "".join(f"<p><a>某县召开第{n}次会议，部署{n}9项工作</a></p>" for n in range(9))
    + "</div>"
)
FOOT = "<div><p>主办：云岭县人民政府  承办：县政府办</p><p>某ICP备12345号</p></div>"
TABLE = (
    "<table><tr><th>指标</th><th>数量</th></tr>"
    "<tr><td><p>检查</p></td><td>46</td></tr><tr><td>约谈</td><td>3</td></tr></table>"
)


def page(body: str, head: str = "") -> bytes:
    """A whole page around a body."""
    return f"<!DOCTYPE html><html><head>{head}</head><body>{MENU}{body}{SIDE}{FOOT}</body></html>".encode()


LAYOUTS = {
    "paragraphs": lambda lines: (
        "<div><div>" + "".join(f"<p><span>{line}</span></p>" for line in lines) + "</div></div>"
    ),
    "breaks": lambda lines: "<div id='zoom'>" + "<br/>\n".join(lines) + "</div>",
    "font": lambda lines: "<div><font>" + "<br><br>".join(lines) + "</font></div>",
    "nested divs": lambda lines: "<div><div>" + "".join(f"<div>{line}</div>" for line in lines) + "</div></div>",
    "layout table": lambda lines: (
        f"<table><tr><td><table><tr><td>{lines[0]}</td></tr><tr><td>"
        + "".join(f"<p>{line}</p>" for line in lines[1:])
        + "</td></tr></table></td></tr></table>"
    ),
    "preformatted": lambda lines: "<pre>" + "\n".join(lines) + "</pre>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_government_sites(report, layout):
    """In every layout the report comes out line by line, without menus, news and footers."""
    read = text_of(page(LAYOUTS[layout](report.splitlines())), ".html")
    text, notices = read.text, read.messages
    assert text.splitlines() == report.splitlines()
    assert notices == ("the main text of a web page",)


def test_a_table_beside_the_prose_stays(report):
    """A table of figures belongs to the report, in its place, one row a line."""
    lines = report.splitlines()
    body = "<div><div>" + "".join(f"<p>{line}</p>" for line in lines) + f"</div>{TABLE}</div>"
    text = text_of(page(body)).text
    assert text.splitlines()[len(lines) :] == ["指标\t数量", "检查\t46", "约谈\t3"]
    assert [s for s in document_from_text(text).sentences if s.row]


def test_the_title_is_taken_from_the_page_when_the_block_has_none(report):
    """Sites print the title outside of the text's block, or only in the standard meta tag."""
    title, *lines = report.splitlines()
    body = "".join(f"<p>{line}</p>" for line in lines)
    for source in (
        page(f"<h1>{title}</h1><div>{body}</div>"),
        page(f"<div>{body}</div>", head=f"<meta name='ArticleTitle' content='{title}'>"),
    ):
        assert text_of(source).text.splitlines()[0] == title
    twice = text_of(page(f"<h1>{title}</h1><div><p>{title}</p>{body}</div>")).text
    assert twice.count(title) == 1


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "utf-8"])
def test_charsets(report, declared):
    """The declared charset is used, and GB 2312 pages hold characters of its larger sisters."""
    body = "".join(f"<p>{line}喆</p>" for line in report.splitlines())
    source = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head><body>{body}'
    codec = "utf-8" if declared == "utf-8" else "gb18030"
    assert "云岭县2023年粮食工作情况报告喆" in text_of(source.encode(codec), ".htm").text


def test_a_wrong_charset_does_not_spoil_valid_utf8(report):
    """A page that is UTF-8 is read as UTF-8 whatever it says of itself."""
    source = f"<html><meta charset=gb2312><body>{report}"
    assert "云岭县" in text_of(source.encode(), ".html").text


def test_a_few_broken_bytes_do_not_lose_a_page(report):
    """A page that says GBK and has a stray byte is read around it."""
    source = f"<html><meta charset=gbk><body><p>{report}</p>".encode("gbk") + b"\xff</body></html>"
    assert "收购粮食6.5万吨" in text_of(source, ".html").text


def test_hidden_text_and_scripts_are_not_read(report):
    """What a reader does not see is no report."""
    hidden = "<div style='display: none'>全年检查99次。</div><script>var a='全年检查98次。';</script>"
    text = text_of(page(f"<div>{hidden}<p>{report}</p></div>")).text
    assert "99次" not in text
    assert "98次" not in text


def test_a_page_of_nothing():
    """A page without text is an error in words."""
    with pytest.raises(DocumentError, match="no text was found"):
        text_of(b"<html><body><img src='a.png'></body></html>")


def lines_of_block(source: str) -> list[str]:
    """The lines that a reader sees of a piece of markup."""
    element = lxml.html.fromstring(f"<div>{source}</div>")
    return plain(PageText(element).text(element)).split("\n")


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("甲<br>乙<br/><br>丙", ["甲", "乙", "丙"]),
        ("<p>甲<b>乙</b>丙</p>丁", ["甲乙丙", "丁"]),
        ("<p>全年\n检查</p>", ["全年检查"]),
        ("<p>word\nword</p>", ["word word"]),
        ("<p>检查&nbsp;  46次</p>", ["检查 46次"]),
        ("<pre>甲\n 乙</pre>", ["甲", " 乙"]),
        ("<p>甲<!-- 乙 -->丙</p>", ["甲丙"]),
        ("<p>甲<script>乙</script>丙</p>", ["甲丙"]),
        ("<p style='visibility:hidden'>乙</p>丙", ["丙"]),
        ("<table><tr><td>甲</td><td><p>1</p><p>2</p></td></tr></table>", ["甲\t1；2"]),
        ("<table><tr><td>甲</td><td></td><td>2</td></tr></table>", ["甲\t\t2"]),
    ],
)
def test_what_a_reader_sees(source, lines):
    """Blocks and breaks end lines, cells are parted by tabs, white space of the source is not the text's."""
    assert lines_of_block(source) == [line.strip(" ") for line in lines]


def test_links_can_be_left_out():
    """What can be clicked on is not counted as prose."""
    element = lxml.html.fromstring("<div>甲<a href='/'>乙</a>丙</div>")
    assert PageText(element).text(element) == "甲乙丙"
    assert PageText(element).text(element, links=False) == "甲丙"


def test_a_cell_that_holds_a_report_is_no_cell(report):
    """A layout table holds a whole report in one cell: its blocks are lines, not one line with tabs."""
    body = "".join(f"<p>{line}</p>" for line in report.splitlines())
    assert lines_of_block(f"<table><tr><td>{body}</td></tr></table>") == report.splitlines()


def test_the_beginning_of_a_page_is_looked_at_leniently():
    """A cut character at the end of what is looked at is no error, in UTF-8 and in UTF-16."""
    for codec in ("utf-8", "utf-16"):
        assert decode_page("<html>检查".encode(codec)[:-1], lenient=True) == "<html>检"


def test_a_title_above_the_block_is_taken(report):
    """Where the page says nothing of its title, the last line above the text that may be one is it."""
    title, *lines = report.splitlines()
    body = "<div>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>"
    assert text_of(page(f"<div>{title}</div>{body}")).text.splitlines()[0] == title
    assert text_of(page(f"<div>来源：县粮食局</div>{body}")).text.splitlines()[0] == lines[0]


def test_two_headings_are_no_title(report):
    """A page with several headings of the first level does not say which one is the report's."""
    _, *lines = report.splitlines()
    body = "<div>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>"
    assert text_of(page(f"<h1>站名站名</h1><h1>栏目栏目</h1>{body}")).text.splitlines()[0] == lines[0]


def test_a_page_of_too_many_elements(monkeypatch):
    """A page that is made to keep its reader busy is refused."""
    monkeypatch.setattr(webpage, "_MOST_ELEMENTS", 20)
    with pytest.raises(DocumentError, match="more than 20 elements"):
        text_of(b"<html><body>" + b"<p>1</p>" * 30, ".html")


@pytest.mark.parametrize("charset", ["gb2312", "utf-8"])
def test_a_page_saved_as_one_file(report, charset):
    """A page that was saved with its pictures is the page, whatever its name says."""
    body = "<html><body>" + "".join(f"<p>{line}</p>" for line in report.splitlines()) + "</body></html>"
    mail = MIMEMultipart("related")
    mail.attach(MIMEText(body, "html", charset))
    mail.attach(MIMEText("全年检查99次。", "plain", charset))
    for suffix in (".mht", ".doc"):
        assert text_of(mail.as_bytes(), suffix).text.splitlines() == report.splitlines()
    with pytest.raises(DocumentError, match="without a page in it"):
        text_of(b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx", ".mht")


def test_elements_with_a_prefix():
    """XHTML whose elements have a prefix is read like any other."""
    source = (
        '<?xml version="1.0"?><h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:p>检查<h:del>9</h:del>46次。</h:p>'
        "<h:p>约谈3家。</h:p></h:body></h:html>"
    )
    assert text_of(source.encode(), ".xhtml").text == "检查46次。\n约谈3家。"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("iso-8859-1", "gb18030"), ("windows-1252", "gb18030"), ("utf-8", "gb18030"), ("gbk", "utf-8"), ("x-none", "gbk")],
)
def test_a_charset_that_is_wrong(declared, codec):
    """What is declared is held against the text that it gives."""
    source = f"<html><meta charset={declared}><body><p>检查46次，约谈3家。</p><p>均已整改。</p></body></html>"
    assert text_of(source.encode(codec), ".html").text == "检查46次，约谈3家。\n均已整改。"


def test_zeros_on_a_page():
    """A browser shows nothing for a byte of zero, and neither is it a lost character."""
    assert (
        text_of("<html><body><p>检查46\0次，约谈3家。</p></body></html>".encode(), ".html").text
        == "检查46次，约谈3家。"
    )


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("现将云岭县2023年粮食工作情况报告如下。", "云岭县2023年粮食工作情况"),
        ("云岭县2023年粮食工作情况</p><p>检查46次。", "云岭县2023年粮食工作情况"),
        ("检查46次。</p><p>云岭县2023年粮食工作情况</p><p>检查46次。", "云岭县2023年粮食工作情况"),
        ("云岭县</p><p>2023年粮食工作情况</p><p>检查46次。", "云岭县"),
    ],
)
def test_a_heading_that_the_text_names(body, first):
    """A heading above the text is read unless it is printed again; that a sentence names it does not count."""
    source = (
        f"<html><body><h1>云岭县2023年粮食工作情况</h1><div><p>{body}</p><p>约谈3家，均已整改。</p></div></body></html>"
    )
    text = text_of(source.encode(), ".html").text
    assert text.split("\n")[0] == first
    assert text.count("约谈") == 1
