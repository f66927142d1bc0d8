"""Markdown: its text as it is shown, with the marks of emphasis, headings and links out of the way."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import lxml.html

from baogao.document.file_text import FileText
from baogao.document.grid import in_one_line
from baogao.document.page_text import PageText
from baogao.document.scripts import lowered, raised
from baogao.document.signs import HIDDEN, STRUCK, file_text, inserted, plain

_HEADING = re.compile(r" {0,3}#{1,6}[ \t　]+")
_RULES = (frozenset("= "), frozenset("- "), frozenset("* "), frozenset("_ "), frozenset("|-: \t"))
"""What alone makes a line below a heading, across the page, or below the head of a table."""
_FENCE = re.compile(r"\s*(?:```|~~~)")
_BULLET = re.compile(r"(\s*)[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_QUOTE = re.compile(r"\A {0,3}(?:> ?)+")
_NOTE = re.compile(r"\[\^([^\]\s]{1,20})\]:\s*")
_MARKUP = re.compile(r"<!--|-->|<(table|script|style|template)\b|</(table|script|style|template)>", re.I)
_MAY_HIDE = re.compile(
    r"<(div|span|p|section|font|b|i|em)\s[^<>\n]{0,200}\b(?:style|hidden|class)\b[^<>]{0,200}>"
    r"(?:(?!</?\1\b).){0,1000}</\1>",
    re.I | re.DOTALL,
)
_STRUCK_OUT = re.compile(r"<(del|s|strike)(?:\s[^<>\n]{0,200})?>[^<]{0,500}</\1>|\{--[^{}\n]{0,500}--\}", re.I)
_CHANGED = re.compile(r"\{\+\+([^{}\n]{0,500})\+\+\}|\{==([^{}\n]{0,500})==\}|\{>>[^{}\n]{0,500}<<\}")
"""What CriticMarkup inserts, highlights or says beside."""
_STRUCK = re.compile(r"~~([^~\n]+)~~")
_RAISED = re.compile(
    r"<sup(?:\s[^<>\n]{0,200})?>([^<\n]*)</sup>|\[\^([^\]\s]{1,20})\](?!:)"
    r"|\^([^\s^\[\]]{1,12})\^|\$\s*(?:\{\})?\^\{?([^{}$\n]{1,12})\}?\s*\$",
    re.I,
)
_LOWERED = re.compile(r"<sub(?:\s[^<>\n]{0,200})?>([^<\n]*)</sub>", re.I)
_REFERENCE = re.compile(r"^ {0,3}\[([^\]\[^\n][^\]\[\n]{0,99})\]:[ \t]+\S[^\n]*$", re.M)
_REFERRED = re.compile(r"\[([^\]\[\n]{1,200})\]\[([^\]\[\n]{0,100})\]")
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
    re.compile(r"\+\+([^+\n]+)\+\+"),
)
_TAG = re.compile(
    r"</?(?:b|strong|i|em|u|ins|mark|span|font|small|big|a|img|wbr|kbd|code|q|abbr|nobr|center|time|var|tt|label)"
    r"(?:\s[^<>\n]*)?/?>",
    re.I,
)
_BREAK = re.compile(r"<br\s*/?>|</?(?:p|div|section|article|li|ul|ol|h[1-6]|details|summary)(?:\s[^<>\n]*)?>", re.I)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_FRONT = re.compile(r"---[ \t]*\r?\n(?:[\w-]+[ \t]*:.*\r?\n|[ \t#-](?!--[ \t]*\r?\n).*\r?\n)++---[ \t]*\r?\n")
"""What stands above a text for the program that prints it."""
_FRONT_IN_TOML = re.compile(r"\+\+\+[ \t]*\r?\n(?:(?!\+\+\+).*\r?\n)++\+\+\+[ \t]*\r?\n")


def read_markdown(text: str) -> FileText:
    """The text of a Markdown file, line by line; bars of its tables stay, and struck-out text is left out."""
    text = plain(text)
    front = (_FRONT.match(text) if text.startswith("---") else None) or _FRONT_IN_TOML.match(text)
    text = _without_references(text[front.end() :] if front else text)
    return file_text("\n".join(_lines("".join(_without_markup(text)))), "markdown")


def _without_references(text: str) -> str:
    """The text with links whose addresses stand elsewhere as their words."""
    names = {match[1].lower() for match in _REFERENCE.finditer(text)}
    if not names:
        return text
    text = _REFERENCE.sub("", text)
    return _REFERRED.sub(lambda match: match[1] if (match[2] or match[1]).lower() in names else match[0], text)


def _without_markup(text: str) -> Iterator[str]:
    """The text without comments, scripts and what is hidden or struck out, and with tables in HTML as lines."""
    text = _MAY_HIDE.sub(lambda match: match[0] if _seen(match[0]) else HIDDEN, _STRUCK_OUT.sub(STRUCK, text))
    text = _CHANGED.sub(lambda match: match[1] or match[2] or "", text)
    last = 0
    begun: re.Match[str] | None = None
    for mark in _MARKUP.finditer(text):
        if begun is None and (mark[0] == "<!--" or mark[1]):
            begun = mark
        elif begun is not None and (mark[2] or "").lower() == (begun[1] or "").lower() and not mark[1]:
            yield text[last : begun.start()]
            if mark[0].lower() == "</table>":
                yield f"\n{_seen(text[begun.start() : mark.end()])}\n"
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
    line = _inline(line[:-1] if line.endswith("\\") and not line.endswith("\\\\") else line)
    cells = (in_one_line(_BREAK.split(cell)) if _BREAK.search(cell) else cell for cell in line.split("|"))
    parts = ["|".join(cells)] if "|" in line else _BREAK.split(line)
    if bullet:
        parts[0] = bullet[1] + inserted("● ") + parts[0]
    elif note:
        parts[0] = inserted(f"[{note[1]}] ") + parts[0]
    yield from (part for part in parts if part or len(parts) == 1)


def _inline(line: str) -> str:
    line = _TAG.sub("", _STRUCK.sub(STRUCK, _IMAGE.sub("", line)))
    line = _RAISED.sub(lambda match: _mark(match[1] or match[2] or match[3] or match[4] or ""), line)
    line = _LOWERED.sub(lambda match: lowered(match[1]), line)
    line = _LINK.sub(r"\1", line)
    for emphasis in _EMPHASIS:
        line = emphasis.sub(r"\1", line)
    return html.unescape(_ESCAPED.sub(r"\1", line))


def _mark(label: str) -> str:
    """The mark of a note, or an exponent; a note that has a word for a name gets no other."""
    return raised("注" if len(label) > 2 and label.isascii() and label.isalpha() else label)


def _seen(source: str) -> str:
    """What a browser shows of a piece of HTML."""
    element = lxml.html.fragment_fromstring(source, create_parent="div")
    return PageText(element).text(element)
