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
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from markupsafe import Markup

from baogao.language.choice import in_force
from baogao.language.said import chinese, in_chinese

_HERE = Path(__file__).parent
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(rf"(?<![\w.$])(?:t\(\s*({_STRING})|tn\(\s*({_STRING})\s*,\s*({_STRING}))")

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

    def data(self, texts: Iterable[str | None] = (), first: str | None = None) -> dict[str, object]:
        """What the page's script needs: the language that is shown first, and the Chinese of every message and text.

        :param texts: texts of the data that are messages too: notices, errors, reasons.
        :param first: where it is not the language in force.
        """
        return {"first": first or in_force(), "zh": self._zh | chinese_of(texts)}


def chinese_of(texts: Iterable[str | None]) -> dict[str, str]:
    """The Chinese of those texts that are messages."""
    pairs = ((text, in_chinese(text)) for text in dict.fromkeys(texts) if text)
    return {text: words for text, words in pairs if words != text}


def messages_of(source: str) -> list[str]:
    """The messages of a script or a template of HTML, in their order."""
    if source.lstrip().startswith("<"):
        return _Marked(source).messages
    return [json.loads(one) for call in _CALL.finditer(source) for one in call.groups() if one]


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
