"""Headings and the marked entries of lists.

Scrapes lose line breaks, so a mark counts at the beginning of a paragraph and, where it cannot be mistaken, inside of
it as well; which words are marks, and where, is the business of ``baogao.chinese.list_marks``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from baogao.chinese.list_marks import ListMark, find_marks, leading_mark
from baogao.document.document import Section, Span

_HEAD_CLAUSE = re.compile(r"(?:[^，,。；;！!—]+|—(?!—))*+")
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


class _Head(NamedTuple):
    """A heading or an entry before it is known where its section ends."""

    level: int
    mark: ListMark | None
    marker: Span
    title: Span


def heading_level(line: str) -> int | None:
    """The level of the heading that a line begins with, by its mark (see ``Section.level``), or None."""
    mark = leading_mark(line)
    return mark.level if mark else None


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
        Section(
            head.level,
            text[slice(*head.marker)].strip(),
            head.title,
            (head.marker[0], stop),
            head.mark.kind if head.mark else "",
            head.mark.number if head.mark else None,
        )
        for head, stop in zip(heads, ends, strict=True)
    )


def _is_behind_a_sentence(text: str, place: int) -> bool:
    """Whether the last character before a place, white space aside, ends a sentence."""
    while place > 0 and text[place - 1].isspace():
        place -= 1
    return place > 0 and text[place - 1] in "。；！"


def _heads_in(text: str, paragraph: Span) -> Iterator[_Head]:
    """The headings and marked entries in a paragraph."""
    _, end = paragraph
    marks = list(find_marks(text, *paragraph))
    stops = [*(mark.start for mark in marks[1:]), end]
    for mark, stop in zip(marks, stops, strict=False):
        begin = mark.end
        line = _HEADING_LINE.match(text, begin, stop)
        line_end = line.end() if line else begin
        # A heading is alone on its line, or followed by its text; everything else is an entry of a list.
        if mark.level > 2 or (
            _PRINTED.search(text, line_end, end)
            and (text[line_end] in "；;" or not text[line_end:stop].strip("。\n 　\t"))
        ):
            clause = _HEAD_CLAUSE.match(text, begin, line_end)
            line_end = clause.end() if clause else begin
        yield _Head(mark.level, mark, (mark.start, begin), (begin, begin + len(text[begin:line_end].rstrip())))


def _bare_headings(text: str, paragraphs: Sequence[Span]) -> Iterator[_Head]:
    """Unnumbered headings: a framed line, a label before marked entries, a short line without punctuation."""
    marks = [leading_mark(text[slice(*span)]) for span in paragraphs]
    for number, (start, end) in enumerate(paragraphs):
        line = text[start:end]
        following = text[slice(*paragraphs[number + 1])].strip() if number + 1 < len(paragraphs) else ""
        entries = number + 1 < len(paragraphs) and marks[number + 1] is not None
        offset = len(line) - len(line.lstrip())
        if mark := marks[number]:
            offset = mark.end if mark.is_bullet and not entries else end
        line = line[offset:].rstrip()
        if framed := _FRAMED.match(line):
            title = framed.span("title")
        elif (label := _LABEL.match(line)) and (leading_mark(line[label.end() :]) if line[label.end() :] else entries):
            title = label.span("title")
        elif number and (entries or len(following) > _LONG) and _BARE.fullmatch(line) and not _BARE_DIGITS.search(line):
            title = (0, len(line))
        else:
            continue
        position = start + offset
        yield _Head(1, mark, (start, position), (position + title[0], position + title[1]))
