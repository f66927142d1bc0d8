"""What a page needs to speak two languages, with a switch; the same for every page that baogao writes.

How a page is given both languages::

    page = PageLanguage(script, template)     # the sources of its script and its template, whose messages it takes
    css, script = css + page.css, page.script + script                  # before they are hashed; t, tn, told are global
    render(…, switch=page.switch, language=inert_json(page.data()))

In the template ``{{ switch }}`` stands in the top bar and ``<script type="application/json" id="language">{{ language
}}</script>`` before the script. ``<p data-t>Text</p>`` is an element whose text is a message, ``<input title="Find"
data-t-of="title">`` one with messages for the attributes that are named. In the script ``t("{n} of {all} fields", { n,
all })`` says a message, ``tn("{n} row", "{n} rows", n)`` one of two by number, ``told(text)`` a text out of the data
whose translation was given by ``page.data(texts)`` or, later, by ``learn(chinese_of(texts))``. When the reader
switches, the document hears ``baogao:language``: then the script draws again what it has drawn.

A page whose texts a template makes says ``<body data-t-tree>`` instead: every text and title below is a message. It is
rendered, given ``page.data_of(html)`` in the place that it left for it, and begins in the language of the browser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path

from markupsafe import Markup

from baogao.language.choice import in_force
from baogao.language.said import chinese, in_chinese

_HERE = Path(__file__).parent
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(rf"(?<![\w.$])(?:t\(\s*({_STRING})|tn\(\s*({_STRING})\s*,\s*({_STRING}))")
_HTML = re.compile(r"<!doctype html|<html|data-t", re.IGNORECASE)
_STATEMENT = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_VALUE = re.compile(r"\{\{-?\s*([a-z_][\w.]*)(?:\s*\|[^{}]*)?\s*-?\}\}")
_OTHER_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[A-Za-z]{2,}(?![^{}]*\})")
_TITLES = ("title", "placeholder", "aria-label")
_EMPTY = ("meta", "link", "input", "br", "img", "hr", "path", "circle", "rect", "line")

SWITCH = Markup(
    '<div class="languages" role="group" aria-label="Language 语言">'
    '<button type="button" value="en" lang="en">English</button>'
    '<button type="button" value="zh" lang="zh-CN">中文</button></div>'
)


class PageLanguage:
    """Both languages for one page.

    :param sources: the page's scripts and templates: their messages, and no others, are carried by the page.
    """

    def __init__(self, *sources: str) -> None:
        messages = [message for source in sources for message in messages_of(source)]
        self._zh = {message: words for message in messages if (words := chinese().exact(message)) is not None}
        self.css = (_HERE / "language.css").read_text(encoding="utf-8")
        self.script = (_HERE / "language.js").read_text(encoding="utf-8")
        self.switch = SWITCH

    def data_of(self, html: str) -> dict[str, object]:
        """What the script of a page needs whose texts below ``data-t-tree`` are shown in both languages.

        A page that is the same whoever writes it begins in the language of the browser.

        :param html: the page as it will be, but for this.
        """
        return {"first": "", "zh": self._zh | chinese_of(_Texts(html).messages)}

    def data(
        self, texts: Iterable[str | None] = (), first: str | None = None, words: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """What the page's script needs: the language that is shown first, and the Chinese of every message and text.

        :param texts: texts of the data that are messages too: notices, errors, reasons.
        :param first: where it is not the language in force.
        :param words: single words of the data with their Chinese.
        """
        return {"first": first or in_force(), "zh": self._zh | chinese_of(texts) | dict(words or {})}


def chinese_of(texts: Iterable[str | None]) -> dict[str, str]:
    """The Chinese of those texts that are messages."""
    pairs = ((text, in_chinese(text)) for text in dict.fromkeys(texts) if text)
    return {text: words for text, words in pairs if words != text}


def messages_of(source: str) -> list[str]:
    """The messages of a script or a template of HTML, in their order."""
    calls = [json.loads(one) for call in _CALL.finditer(source) for one in call.groups() if one]
    if not _HTML.search(source):
        return calls
    return calls + (_Texts(plain(source)) if "data-t-tree" in source else _Marked(source)).messages


def plain(template: str) -> str:
    """A template of jinja as HTML: values are ``{name}``, and statements cut texts."""
    named = _VALUE.sub(lambda match: f"{{{match[1].split('.')[-1]}}}", _STATEMENT.sub("\0", template))
    tags = _TAG.sub(lambda match: match[0].replace("\0", " "), _OTHER_VALUE.sub("{value}", named))
    return tags.replace("\0", "<!---->")


class _Texts(HTMLParser):
    """Every text and title of a page below ``data-t-tree``, but for Chinese, code and scripts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.messages: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the titles, and remember whether texts are taken inside."""
        values = dict(attrs)
        inside = self._open[-1][1] if self._open else False
        barred = tag in ("script", "style") or "data-t-not" in values or (values.get("lang") or "").startswith("zh")
        if tag not in _EMPTY:
            self._open.append((tag, not barred and (inside or "data-t-tree" in values)))
        if inside and not barred:
            self.messages += [words for name in _TITLES if (words := values.get(name))]

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last of this name."""
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._open and self._open[-1][1] and _WORD.search(data):
            self.messages.append(data.strip())


class _Marked(HTMLParser):
    """The messages of a template: the text of elements with ``data-t``, the attributes that ``data-t-of`` names."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.messages: list[str] = []
        self._open = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the attributes, and the text that follows."""
        values = dict(attrs)
        self.messages += [values[name] or "" for name in (values.get("data-t-of") or "").split()]
        self._open = "data-t" in values
        if values.get("data-t"):
            self.messages.append(values["data-t"] or "")
            self._open = False

    def handle_data(self, data: str) -> None:
        """Take the text of an element that is marked."""
        if self._open:
            self.messages.append(data)
        self._open = False
