"""Candidates that are entries of lists: head clauses, up to the first ，。；：.

Items are marked (一是…, （一）…, 1.…, ● …), or the parts of a series divided by semicolons.
"""

from __future__ import annotations

import re
from bisect import bisect_left
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
"""Characters of a head clause: a single one is a slip, a longer one is no head but prose."""
_FAR = 1_000
"""Characters; no head clause is looked for further behind its marker."""
_OPENING = re.compile(
    r"\s*(?:[^，,。；;：:\n]{1,6}|(?:对照|总的?[看来说]|回[头顾]|与|同|虽然|尽管|针对|围绕|面对|此外|过去|一年来|下一?步|新的|今后"
    r"|明年|来年|接下来|20\d\d年|[〇零○一二三四五六七八九]{4}年)[^，,。；;：:\n]*)[，,]"
)
"""A clause that leads up to a series: 对照群众期盼，…; 2024年，…."""
_SERIES = 2
"""Semicolons that make a sentence a series."""


def find_items(document: Document) -> Iterator[Span]:
    """The spans of the head clauses (up to the first ，。；：, without the marker), in reading order.

    An item bears a marker, or is a part of an unmarked series: a sentence with two semicolons or more.
    """
    text = document.text
    marked = {
        head
        for start, end in document.main
        for match in _MARKER.finditer(text, start, end)
        if (head := _head(text, match.end(), end)) is not None
    }
    starts = sorted(start for start, _ in marked)
    heads: set[Span | None] = set(marked)
    for sentence in document.sentences:
        begin, end = sentence.span
        cuts = [begin + match.end() for match in re.finditer("[；;]", text[begin:end])]
        if len(cuts) < _SERIES or sentence.row or bisect_left(starts, begin) < bisect_left(starts, end):
            continue
        # The first part begins after the last colon, or after a clause that only leads up to the series.
        first = 1 + max(text.rfind("：", begin, cuts[0]), text.rfind(":", begin, cuts[0]))
        if not first:
            opening = _OPENING.match(text, begin, cuts[0])
            first = opening.end() if opening else begin
        heads.update(_head(text, start, stop) for start, stop in pairwise([first, *cuts, end]))
    yield from sorted(head for head in heads if head is not None)


def _head(text: str, start: int, limit: int) -> Span | None:
    """The head clause that begins behind a marker; None where there are too few words, or too many."""
    match = _HEAD.match(text, start, min(limit, start + _FAR))
    if match is None:
        return None
    begin, end = match.span(1)
    stop = _ASCII_STOP.search(text, begin, end)
    end = stop.start() if stop else end
    end -= len(text[begin:end]) - len(text[begin:end].rstrip())
    return (begin, end) if _SHORTEST <= end - begin <= _LONGEST else None
