"""The main text of a web page.

Government sites put a report into nested layout tables, or into one block with nothing but ``<br>`` between its lines.
Extractors made for news lose first lines there and move tables to the end; here the smallest element that holds the
page's prose is taken whole.
"""

from __future__ import annotations

import email
import re
from itertools import islice, takewhile
from typing import Any

import lxml.html

from baogao.document.encoding import decode, mended, reads_as_chinese, try_decode
from baogao.document.file_text import FileText, Notice
from baogao.document.navigation import is_furniture, is_prose
from baogao.document.page_text import PageText
from baogao.document.sections import heading_level
from baogao.document.signs import file_text, plain
from baogao.errors import DocumentError

_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_GB = frozenset({"gb2312", "gbk", "gb_2312-80", "x-gbk", "euc-cn"})
_HANZI = re.compile(r"[\u4e00-\u9fff]")
_MOST_ZEROS = 20
"""Bytes of zero that a page may hold; a browser shows nothing for them."""
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_PREFIX = re.compile(r"""\sxmlns:([\w-]{1,30})=["']http://www\.w3\.org/1999/xhtml["']""")
"""What stands before the names of elements in XHTML, if anything does."""
_ATTRIBUTE = re.compile(r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
_TAG = re.compile(
    rf"<(?:script\b[^>]*+>(?:(?!</script).)*+|[a-z][^\s/>]*+(?:{_ATTRIBUTE.pattern})*+)", re.I | re.DOTALL
)
"""A tag up to its end; a script whole, because what looks like a tag in it is none."""
_MOST_ATTRIBUTES = 5_000
"""Of one tag; a page has some ten, and the parser compares each with every other."""
_PUNCTUATION = re.compile(r"[，。；：,;]")
_DIGIT = re.compile(r"\d")
_TITLE = re.compile(r"[^。；，：\t]{8,60}")
"""A line that may be a title: long enough, and no sentence."""
_MAIN_SHARE = 0.95
"""The main block is the smallest one that holds so much of the page's prose."""
_LEAST_ROWS = 2
"""Rows with figures that make a table one that belongs to the prose beside it."""
_MOST_ELEMENTS = 100_000
"""A long page of a government site has some thousands."""

Element = Any
"""An lxml element."""


def read_page(data: bytes) -> FileText:
    """The main text of a web page, with its heading, and notices.

    Rows of tables become tab-separated lines.

    :raises DocumentError: there is no text on it.
    """
    source = _DECLARATION.sub("", decode_page(data))
    if not source.strip():
        raise DocumentError("it is empty: there is no text in it")
    long = (tag[0] for tag in _TAG.finditer(source) if tag.end() - tag.start() > 2 * _MOST_ATTRIBUTES)
    if any(not tag[:7].lower().startswith("<script") and _is_crowded(tag) for tag in long):
        raise DocumentError(
            f"a tag of it has more than {_MOST_ATTRIBUTES:,} attributes: that is no page; save it as text"
        )
    prefix = _PREFIX.search(source[:4096])
    source = re.sub(rf"<(/?){prefix[1]}:", r"<\1", source) if prefix else source
    try:
        page = lxml.html.document_fromstring(source)
    except (lxml.etree.LxmlError, ValueError, RecursionError) as error:
        if getattr(error, "code", None) == lxml.etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise DocumentError("no text was found on this web page; save the report itself as text") from error
    if sum(1 for _ in islice(page.iter(), _MOST_ELEMENTS + 1)) > _MOST_ELEMENTS:
        raise DocumentError(f"it has more than {_MOST_ELEMENTS:,} elements: that is no single report; save it as text")
    try:
        text, heading = _main_block(page, PageText(page))
    except RecursionError as error:
        raise DocumentError("its elements are nested too deep; save the report itself as text") from error
    if not plain(text).strip():
        raise DocumentError("no text was found on this web page; save the report itself as text")
    first = plain(text).split("\n", 1)[0].strip()
    untitled = is_prose(first) or first.endswith(("：", ":")) or heading_level(first) is not None
    untitled = untitled or len(first) < len(heading) // 2  # the rest of a title that is broken in two
    if heading and untitled and not _is_printed("".join(heading.split()), plain(text).split("\n")):
        text = f"{heading}\n{text}"
    return file_text(text, "page", [Notice("the main text of a web page")], f"lxml {lxml.etree.__version__}")


def read_saved_page(data: bytes) -> FileText:
    """The main text of a web page that was saved as one file (.mht): a mail that holds the page and its pictures.

    :raises DocumentError: there is no page in it, or no text on it.
    """
    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            charset = part.get_content_charset()
            if isinstance(page, bytes):
                declared = f'<meta charset="{charset}">'.encode("ascii", "ignore") if charset else b""
                return read_page(page if _CHARSET.search(page[:4096]) else declared + page)
    raise DocumentError("it is a mail or a saved page without a page in it; save the report itself as text")


def _is_printed(heading: str, lines: list[str]) -> bool:
    """Whether a heading stands in the lines above the first sentence; below it may be a copy of the report."""
    return heading in "".join("".join(line.split()) for line in takewhile(lambda line: not is_prose(line), lines))


def _is_crowded(tag: str) -> bool:
    """Whether a tag has more attributes than there is time to compare."""
    name = tag.split(maxsplit=1)[0].split("/", 1)[0]
    return sum(1 for _ in _ATTRIBUTE.finditer(tag, len(name))) > _MOST_ATTRIBUTES


def decode_page(data: bytes, lenient: bool = False) -> str:
    """The source of a page: UTF-8 where it is valid, else by the charset that it declares, else as any text.

    :param lenient: give what can be read instead of an error; for looking at the beginning of a file.
    """
    if lenient:
        encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
        return data.decode(encoding, "ignore").lstrip("\ufeff")
    if data[:2] not in {b"\xff\xfe", b"\xfe\xff"} and data.count(b"\0") <= _MOST_ZEROS:
        data = data.replace(b"\0", b"")
    declared = _CHARSET.search(data[:4096])
    if declared and try_decode(data, "utf-8") is None:
        name = declared[1].decode("ascii", "replace").lower()
        name = "gb18030" if name in _GB else name
        text = try_decode(data, name)
        if text is not None and _HANZI.search(text) and reads_as_chinese(text):
            return mended(data, name) or text
        for encoding in ("utf-8", name):
            text = mended(data, encoding)
            if text is not None and _HANZI.search(text) and reads_as_chinese(text):
                return text
    return decode(data)[0]


def _main_block(page: Element, seen: PageText) -> tuple[str, str]:
    """The text of the smallest element that holds nearly all prose, and the page's heading.

    The heading is in the standard meta tag of government sites, or the page's only h1, or a line above the element.
    """
    body = page.find("body")
    element = page if body is None else body
    least = _MAIN_SHARE * _prose(seen, element)
    if not least:
        return seen.text(element), ""
    above = ""
    while True:
        children = [child for child in element if isinstance(child.tag, str)]
        inner = next((child for child in children if _prose(seen, child) >= least), None)
        # A table of figures belongs to the prose beside it.
        beside = (plain(seen.text(child, links=False)).split("\n") for child in children if child is not inner)
        if inner is None or any(sum(map(_is_row, each)) >= _LEAST_ROWS for each in beside):
            break
        lines = "\n".join(plain(seen.text(child, links=False)) for child in children[: children.index(inner)]).split(
            "\n"
        )
        titles = (line for line in map(str.strip, reversed(lines)) if _TITLE.fullmatch(line) and not is_furniture(line))
        above = next(titles, above)
        element = inner
    for meta in page.iter("meta"):
        if (meta.get("name") or "").lower() == "articletitle" and meta.get("content"):
            return seen.text(element), str(meta.get("content")).strip() or above
    headings = [" ".join(plain(seen.text(heading)).split()) for heading in page.iter("h1")]
    return seen.text(element), (headings[0] if len(headings) == 1 else "") or above


def _prose(page: PageText, element: Element) -> int:
    """How many characters of prose and of tables an element holds, beside links and the page's furniture."""
    lines = plain(page.text(element, links=False)).split("\n")
    return sum(len(line) for line in lines if (_PUNCTUATION.search(line) or _is_row(line)) and not is_furniture(line))


def _is_row(line: str) -> bool:
    """True for a row of figures: cells, with a digit behind the first."""
    tab = line.find("\t")
    return tab >= 0 and _DIGIT.search(line, tab) is not None
