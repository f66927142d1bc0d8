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
_HEADING_LINE = re.compile(r"[^。；;]*")
_BARE = re.compile(r"[^，。；：,;:、]{4,30}")
_BARE_DIGITS = re.compile(r"\d(?!\d*年)(?!\d{0,3}—)")
_LABEL = re.compile(r"(?P<title>[^，。；：,;:\d]{1,20})[：:]\s*")
_FRAMED = re.compile(r"【(?P<title>[^】]{2,30})】\s*")
_LONG = 30


@dataclass(frozen=True, slots=True)
class _Head:
    level: int
    marker: Span
    title: Span


def heading_level(line: str) -> int | None:
    """The level of the heading that a line begins with, by its numbering (see ``Section.level``), or None."""
    match = _MARKER.match(line.lstrip())
    return _level(match) if match else None


def _level(match: re.Match[str]) -> int:
    group = match.lastgroup or ""
    return int(group[-1]) if group.startswith("level") else 4


def sections_of(text: str, paragraphs: Sequence[Span], end: int) -> tuple[Section, ...]:
    """The headings and marked entries of a report, in order.

    :param paragraphs: the spans of its paragraphs, without table rows.
    :param end: where the report ends.
    """
    heads = [head for span in paragraphs for head in _heads_in(text, span)]
    numbered = [head.marker[0] for head in heads if head.level == 1]
    bare = [
        head
        for head in _bare_headings(text, paragraphs)
        if not numbered or (head.marker[0] > numbered[-1] and _after_prose(text, head.marker[0]))
    ]
    replaced = {head.title[1] for head in bare}
    heads = sorted([*bare, *(head for head in heads if head.title[1] not in replaced)], key=lambda head: head.marker)
    ends = _ends([head.level for head in heads], [head.marker[0] for head in heads], end)
    return tuple(
        Section(head.level, text[slice(*head.marker)].strip(), head.title, (head.marker[0], stop))
        for head, stop in zip(heads, ends, strict=True)
    )


def _ends(levels: list[int], starts: list[int], end: int) -> list[int]:
    """Where each section ends: at the next head of the same or a higher level."""
    ends = [end] * len(levels)
    open_heads: list[int] = []
    for number, (level, start) in enumerate(zip(levels, starts, strict=True)):
        while open_heads and levels[open_heads[-1]] >= level:
            ends[open_heads.pop()] = start
        open_heads.append(number)
    return ends


def _heads_in(text: str, paragraph: Span) -> list[_Head]:
    """The headings and marked entries in a paragraph."""
    start, end = paragraph
    start += len(text[start:end]) - len(text[start:end].lstrip())
    first = _MARKER.match(text, start, end)
    found = [(first, start)] if first else []
    for match in _RUN_IN.finditer(text, first.end() if first else start, end):
        marked = match.end() > match.end("gap")
        if marked and (match.lastgroup == "gap" or match["gap"].strip(" \t　")):
            found.append((match, match.end("gap")))
    stops = [position for _, position in found[1:]]
    return [
        _head(text, match, (position, stop), end) for (match, position), stop in zip(found, [*stops, end], strict=False)
    ]


def _head(text: str, match: re.Match[str], span: Span, end: int) -> _Head:
    """The heading that begins with a marker.

    :param span: from the marker to the next one in the paragraph.
    :param end: where the paragraph ends.
    """
    level = _level(match)
    start, stop = match.end(), span[1]
    line = _HEADING_LINE.match(text, start, stop)
    line_end = line.end() if line else start
    if level > 2 or not _is_heading(text, line_end, stop, end):
        clause = _HEAD_CLAUSE.match(text, start, line_end)
        line_end = clause.end() if clause else start
    return _Head(level, (span[0], start), (start, start + len(text[start:line_end].rstrip())))


def _is_heading(text: str, line_end: int, stop: int, end: int) -> bool:
    """Whether words after a marker are a heading (alone on their line, or followed by its text), and no list entry."""
    if not text[line_end:end].strip():
        return True
    return text[line_end] not in "；;" and bool(text[line_end:stop].strip("。\n 　\t"))


def _bare_headings(text: str, paragraphs: Sequence[Span]) -> Iterator[_Head]:
    """Unnumbered headings: a framed line, a label before marked entries, a short line without punctuation."""
    for number, (start, end) in enumerate(paragraphs):
        line = text[start:end]
        following = text[slice(*paragraphs[number + 1])] if number + 1 < len(paragraphs) else ""
        offset = len(line) - len(line.lstrip())
        if bullet := _MARKER.match(line, offset):
            offset = bullet.end() if bullet.lastgroup == "bullet" and not _MARKER.match(following.lstrip()) else end
        title = _bare_title(line[offset:].rstrip(), following, first=number == 0)
        if title:
            position = start + offset
            yield _Head(1, (start, position), (position + title[0], position + title[1]))


def _bare_title(line: str, following: str, first: bool) -> Span | None:
    if framed := _FRAMED.match(line):
        return framed.span("title")
    label = _LABEL.match(line)
    if label and _MARKER.match(line[label.end() :] or following.lstrip()):
        return label.span("title")
    prose = len(following) > _LONG or _MARKER.match(following.lstrip())
    if first or not prose or not _BARE.fullmatch(line) or _BARE_DIGITS.search(line):
        return None
    return (0, len(line))


def _after_prose(text: str, position: int) -> bool:
    return text[:position].rstrip().endswith(("。", "；", "！"))
