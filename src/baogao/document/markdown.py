"""Markdown: its text as it is shown, with the marks of emphasis, headings and links out of the way."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import lxml.html

from baogao.document.file_text import FileText
from baogao.document.page_text import PageText
from baogao.document.scripts import lowered, raised
from baogao.document.signs import STRUCK, file_text, inserted, plain

_HEADING = re.compile(r" {0,3}#{1,6}[ \t　]+")
_RULES = (frozenset("= "), frozenset("- "), frozenset("* "), frozenset("_ "), frozenset("|-: \t"))
"""What alone makes a line below a heading, across the page, or below the head of a table."""
_FENCE = re.compile(r"\s*(?:```|~~~)")
_BULLET = re.compile(r"(\s*)[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_QUOTE = re.compile(r"\A {0,3}(?:> ?)+")
_NOTE = re.compile(r"\[\^([^\]\s]{1,20})\]:\s*")
_MARKUP = re.compile(r"<!--|-->|<table\b|</table>", re.I)
_STRUCK = re.compile(r"~~([^~\n]+)~~|<(del|s|strike)>([^<\n]*)</\2>", re.I)
_RAISED = re.compile(r"<sup>([^<\n]*)</sup>|\[\^([^\]\s]{1,20})\](?!:)", re.I)
_LOWERED = re.compile(r"<sub>([^<\n]*)</sub>", re.I)
_IMAGE = re.compile(r"!\[[^\]\[\n]{0,200}\]\([^()\n]{0,500}\)")
_LINK = re.compile(r"\[([^\]\[\n]+)\]\([^()\n]{0,500}\)")
_EMPHASIS = (
    re.compile(r"\*\*\*([^*\n]+)\*\*\*"),
    re.compile(r"\*\*([^*\n]+)\*\*"),
    re.compile(r"(?<![\d*])\*(?=[^\s*])([^*\n]+)(?<=[^\s*])\*(?![\d*])"),
    re.compile(r"(?<![A-Za-z0-9_])__([^_\n]+)__(?![A-Za-z0-9_])"),
    re.compile(r"(?<![A-Za-z0-9_])_([^_\n]+)_(?![A-Za-z0-9_])"),
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"==([^=\n]+)=="),
)
_TAG = re.compile(r"</?(?:b|strong|i|em|u|ins|mark|span|font|p|div|center|small|big|a|img)(?:\s[^<>\n]*)?/?>", re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_FRONT = re.compile(r"---[ \t]*\r?\n(?:[\w-]+[ \t]*:.*\r?\n|[ \t#-](?!--[ \t]*\r?\n).*\r?\n)++---[ \t]*\r?\n")
"""What stands above a text for the program that prints it."""


def read_markdown(text: str) -> FileText:
    """The text of a Markdown file, line by line; bars of its tables stay, and struck-out text is left out."""
    text = _FRONT.sub("", plain(text), count=1) if text.startswith("---") else plain(text)
    return file_text("\n".join(_lines("".join(_without_markup(text)))), "markdown")


def _without_markup(text: str) -> Iterator[str]:
    """The text without comments, and with tables that are written in HTML as lines."""
    last = 0
    begun: re.Match[str] | None = None
    for mark in _MARKUP.finditer(text):
        word = mark[0].lower()
        if begun is None and word in {"<!--", "<table"}:
            begun = mark
        elif begun is not None and word == ("-->" if begun[0] == "<!--" else "</table>"):
            yield text[last : begun.start()]
            if word == "</table>":
                yield _html_table(text[begun.start() : mark.end()])
            last, begun = mark.end(), None
    yield text[last:]


def _lines(text: str) -> Iterator[str]:
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            yield line
        elif not line.strip() or len(set(line.strip()) - {" "}) > 4 or not any(set(line) <= rule for rule in _RULES):
            yield from _shown(line)


def _shown(line: str) -> Iterator[str]:
    """One line as it is shown, which may be several."""
    line = _QUOTE.sub("", line, count=1)
    heading = _HEADING.match(line)
    if heading:
        line = line[heading.end() :].rstrip(" \t#")
    bullet = _BULLET.match(line)
    note = _NOTE.match(line)
    if bullet:
        line = line[bullet.end() :]
    elif note:
        line = line[note.end() :]
    line = _inline(line)
    parts = [_BREAK.sub(" ", line)] if "|" in line else _BREAK.split(line)
    if bullet:
        parts[0] = bullet[1] + inserted("● ") + parts[0]
    elif note:
        parts[0] = f"[{note[1]}] {parts[0]}"
    yield from parts


def _inline(line: str) -> str:
    line = _STRUCK.sub(STRUCK, _IMAGE.sub("", line))
    line = _RAISED.sub(lambda match: raised(match[1] or match[2] or ""), line)
    line = _LOWERED.sub(lambda match: lowered(match[1]), line)
    line = _LINK.sub(r"\1", line)
    for emphasis in _EMPHASIS:
        line = emphasis.sub(r"\1", line)
    return html.unescape(_ESCAPED.sub(r"\1", _TAG.sub("", line)))


def _html_table(source: str) -> str:
    element = lxml.html.fragment_fromstring(source, create_parent="div")
    return f"\n{PageText(element).text(element)}\n"
