"""Headings and the marked entries of lists: the numbering schemes of official Chinese prose.

Scrapes lose line breaks, so a marker counts at the beginning of a paragraph and, where it cannot be mistaken, after
the end of a clause as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from baogao.document.document import Section, Span

_NUMERAL = "一二三四五六七八九十"
_ORDINAL = (
    rf"[{_NUMERAL}]{{1,2}}(?:是(?:要|在)?|要)|第[{_NUMERAL}]{{1,2}}(?:点|方面)?(?:[，、,：:]|是)"
    rf"|其[{_NUMERAL}](?:[，、,：:]|是)|(?:首先|其次|再次|最后|再者)[，,：:]"
)
_BULLET = r"——|[•·●○◆◇■□▲△★☆※➢▪❖✓√]+"
_DASH = r"[-－—–](?=\s*[^\d\s—–－-])"
_NUMBERED = (
    rf"(?P<level1>第[{_NUMERAL}]{{1,3}}(?:部分|章|篇)[、，：\s]?|[{_NUMERAL}]{{1,3}}\s*[、．](?![{_NUMERAL}]))"
    rf"|(?P<level2>[（(]\s*[{_NUMERAL}]{{1,3}}\s*[）)][、，．.]?)"
    r"|(?P<level3>[（(]\s*\d{1,2}\s*[）)][、．.]?|\d{1,2}\s*(?:[、．.](?!\d)|[）)])|[①-⑳])"
)
_MARKER = re.compile(rf"(?:{_NUMBERED}|{_ORDINAL}|(?P<bullet>{_BULLET}|{_DASH}))\s*")
_RUN_IN = re.compile(rf"(?P<gap>[。；;：:！!\n \t　]++)(?:(?:{_NUMBERED}|{_ORDINAL}|(?P<bullet>{_BULLET}))[ \t　]*)?")
"""Behind a mere blank only an ordinal counts: “共有 3、4 项”. A gap without a marker is taken whole, so that a long row
of them is read once."""
_HEAD_CLAUSE = re.compile(r"(?:(?!——)[^，,。；;！!])*")
"""The head of an entry, up to its first comma."""
_HEADING_LINE = re.compile(r"[^。；;]*")
_BARE = re.compile(r"[^，。；：,;:、]{4,30}")
_BARE_DIGITS = re.compile(r"\d(?!\d*年)(?!\d{0,3}—)")
"""A line of few words is a heading unless it holds a figure: 检查46次 is none, 2024年工作打算 is one."""
_PRINTED = re.compile(r"\S")
_LABEL = re.compile(r"(?P<title>[^，。；：,;:\d]{1,20})[：:]\s*")
_FRAMED = re.compile(r"【(?P<title>[^】]{2,30})】\s*")
_LONG = 30
"""Characters of a paragraph that is prose: a shorter one below a short line makes both lines of a list."""


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading or an entry before it is known where its section ends."""

    level: int
    marker: Span
    title: Span


def heading_level(line: str) -> int | None:
    """The level of the heading that a line begins with, by its numbering (see ``Section.level``), or None."""
    match = _MARKER.match(line.lstrip())
    return _level(match) if match else None


def _level(match: re.Match[str]) -> int:
    """The level of a marker: that in the name of its group, or that of ordinals and bullets."""
    group = match.lastgroup or ""
    return int(group[-1]) if group.startswith("level") else 4


def sections_of(text: str, paragraphs: Sequence[Span], end: int) -> tuple[Section, ...]:
    """The headings and marked entries of a report, in order.

    :param paragraphs: the spans of its paragraphs, without table rows.
    :param end: where the report ends.
    """
    marked = [head for span in paragraphs for head in _heads_in(text, span)]
    last_numbered = max((head.marker[0] for head in marked if head.level == 1), default=None)
    bare = [
        head
        for head in _bare_headings(text, paragraphs)
        # In a numbered report only a line behind the last number, and behind a whole sentence, is a heading of its own.
        if last_numbered is None or (head.marker[0] > last_numbered and _is_behind_a_sentence(text, head.marker[0]))
    ]
    replaced = {head.title[1] for head in bare}
    heads = sorted([*bare, *(head for head in marked if head.title[1] not in replaced)], key=lambda head: head.marker)
    ends = [end] * len(heads)
    around: list[int] = []
    for number, head in enumerate(heads):
        while around and heads[around[-1]].level >= head.level:
            ends[around.pop()] = head.marker[0]
        around.append(number)
    return tuple(
        Section(head.level, text[slice(*head.marker)].strip(), head.title, (head.marker[0], stop))
        for head, stop in zip(heads, ends, strict=True)
    )


def _is_behind_a_sentence(text: str, place: int) -> bool:
    """Whether the last character before a place, white space aside, ends a sentence."""
    while place > 0 and text[place - 1].isspace():
        place -= 1
    return place > 0 and text[place - 1] in "。；！"


def _heads_in(text: str, paragraph: Span) -> Iterator[_Head]:
    """The headings and marked entries in a paragraph."""
    start, end = paragraph
    start += len(text[start:end]) - len(text[start:end].lstrip())
    first = _MARKER.match(text, start, end)
    found = [(first, start)] if first else []
    for match in _RUN_IN.finditer(text, first.end() if first else start, end):
        marked = match.end() > match.end("gap")
        if marked and (match.lastgroup == "gap" or match["gap"].strip(" \t　")):
            found.append((match, match.end("gap")))
    stops = [*(position for _, position in found[1:]), end]
    for (match, position), stop in zip(found, stops, strict=False):
        level, begin = _level(match), match.end()
        line = _HEADING_LINE.match(text, begin, stop)
        line_end = line.end() if line else begin
        # A heading is alone on its line, or followed by its text; everything else is an entry of a list.
        if level > 2 or (
            _PRINTED.search(text, line_end, end)
            and (text[line_end] in "；;" or not text[line_end:stop].strip("。\n 　\t"))
        ):
            clause = _HEAD_CLAUSE.match(text, begin, line_end)
            line_end = clause.end() if clause else begin
        yield _Head(level, (position, begin), (begin, begin + len(text[begin:line_end].rstrip())))


def _bare_headings(text: str, paragraphs: Sequence[Span]) -> Iterator[_Head]:
    """Unnumbered headings: a framed line, a label before marked entries, a short line without punctuation."""
    for number, (start, end) in enumerate(paragraphs):
        line = text[start:end]
        following = text[slice(*paragraphs[number + 1])] if number + 1 < len(paragraphs) else ""
        entries = _MARKER.match(following.lstrip()) is not None
        offset = len(line) - len(line.lstrip())
        if bullet := _MARKER.match(line, offset):
            offset = bullet.end() if bullet.lastgroup == "bullet" and not entries else end
        line = line[offset:].rstrip()
        if framed := _FRAMED.match(line):
            title = framed.span("title")
        elif (label := _LABEL.match(line)) and (_MARKER.match(line, label.end()) if line[label.end() :] else entries):
            title = label.span("title")
        elif number and (entries or len(following) > _LONG) and _BARE.fullmatch(line) and not _BARE_DIGITS.search(line):
            title = (0, len(line))
        else:
            continue
        position = start + offset
        yield _Head(1, (start, position), (position + title[0], position + title[1]))
