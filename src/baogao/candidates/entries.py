"""Heads of list items: 一是…, （一）…, 1.…, ● …, and the parts of a series divided by semicolons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from baogao.document.document import Document, Span

_NUMERAL = "一二三四五六七八九十"
_ORDINAL = (
    rf"[{_NUMERAL}]{{1,2}}(?:是|要|则)(?:要)?|第[{_NUMERAL}]{{1,2}}(?:件|点|方面)?[，、,：:是]|其[{_NUMERAL}]{{1,2}}[，、,：:是]?"
    r"|(?:首先|其次|再次|再者|此外|最后)[，,：:是]"
)
_NUMBERED = (
    rf"[（(]\s?(?:[{_NUMERAL}]{{1,3}}|\d{{1,2}})\s?[）)][、，,.．]?|\d{{1,2}}(?:\.\d{{1,2}})+(?=[\s　])|"
    r"\d{1,2}\s?(?:、|．|\.(?!\d)|\)|）)|[①-⑳⑴-⒇⒈-⒛]"
)
_BULLET = r"[●○■□◆◇▲△▶►•·★☆※✓✔➢]|[—－–-]{1,2}(?=[\s　\u4e00-\u9fff“])"
_MARKER = re.compile(
    rf"(?=[ \t　（(第其首再此最{_NUMERAL}\d①-⑳⑴-⒛●○■□◆◇▲△▶►•·★☆※✓✔➢—－–-])(?:"
    rf"(?:(?<=[。；;：:！!.\n\t 　，,])|^)(?:{_ORDINAL})|(?:^[ \t　]*|(?<=[。；;：:]))(?:{_NUMBERED})"
    rf"|^[ \t　]*(?:{_BULLET})|^[ \t　]*[{_NUMERAL}]{{1,3}}、)",
    re.MULTILINE,
)
_HEAD = re.compile(r"[ \t　]*([^，,。；;：:\n！!]*(?:（[^（）\n]*）[^，,。；;：:\n！!]*)?)")
_ASCII_STOP = re.compile(r"\.(?!\d)")
_SHORTEST, _LONGEST = 2, 120
_OPENING = re.compile(
    r"\s*(?:[^，,。；;：:\n]{1,6}|(?:对照|总的?[看来说]|回[头顾]|与|同|虽然|尽管|针对|围绕|面对|此外|过去|一年来|下一?步|新的|今后"
    r"|明年|来年|接下来|20\d\d年|[〇零○一二三四五六七八九]{4}年)[^，,。；;：:\n]*)[，,]"
)
"""A clause that leads up to a series: 对照群众期盼，…; 2024年，…."""
_SERIES = 2
"""Semicolons that make a sentence a series."""


def find_items(document: Document) -> Iterator[Span]:
    """The spans of the head clauses (up to the first ，。；：, without the marker), in reading order."""
    text = document.text
    marked = sorted({head for span in document.main for head in _marked(text, span)})
    starts = [start for start, _ in marked]
    yield from sorted({*marked, *_series(document, starts)})


def _marked(text: str, span: Span) -> Iterator[Span]:
    for match in _MARKER.finditer(text, *span):
        head = _head(text, match.end(), span[1])
        if head is not None:
            yield head


def _head(text: str, start: int, limit: int) -> Span | None:
    match = _HEAD.match(text, start, limit)
    if match is None:
        return None
    begin, end = match.span(1)
    stop = _ASCII_STOP.search(text, begin, end)
    end = stop.start() if stop else end
    end -= len(text[begin:end]) - len(text[begin:end].rstrip())
    return (begin, end) if _SHORTEST <= end - begin <= _LONGEST else None


def _series(document: Document, starts: list[int]) -> Iterator[Span]:
    """Unmarked series: the parts of a sentence with two semicolons or more, none of which bears a marker."""
    text = document.text
    for sentence in document.sentences:
        begin, end = sentence.span
        cuts = [match.end() for match in re.finditer("[；;]", text[begin:end])]
        if len(cuts) < _SERIES or sentence.row or any(begin <= start < end for start in starts):
            continue
        first = _after_opening(text, begin, begin + cuts[0])
        for start, _ in pairwise([first, *(begin + cut for cut in cuts), end]):
            head = _head(text, start, end)
            if head is not None:
                yield head


def _after_opening(text: str, begin: int, end: int) -> int:
    """Where the first part of a series begins: after the last colon, or after a clause that only leads up to it."""
    colon = max(text.rfind("：", begin, end), text.rfind(":", begin, end))
    if colon >= 0:
        return colon + 1
    match = _OPENING.match(text, begin, end)
    return match.end() if match else begin
