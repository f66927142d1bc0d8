"""Debris: what stands in a text and parts nothing: line ends inside paragraphs, page furniture, blanks in numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from baogao.document.file_text import Span
from baogao.document.paragraphs import LINE_ENDS, Paragraph
from baogao.document.view import Cuts, View

_GAP = " \t\u3000\u00a0"
_LINE_END = re.compile(rf"[{LINE_ENDS}][{_GAP}{LINE_ENDS}]*+")
_LATIN = re.compile(r"[A-Za-z]")
_HAN = "\u3001-\u303f\u3400-\u9fff\uff01-\uffef“”‘’—…%‰·"
_BLANK = re.compile("[ \u00a0]")
_STRAY = re.compile(rf"(?<=[{_HAN}\d])[ \u00a0](?=[{_HAN}])|(?<=[{_HAN}])[ \u00a0](?=\d)")
"""One blank between two characters of which at least one is Chinese: it parts nothing. A full-width one parts names."""
_HEAD_NUMBER = re.compile(r"\s*[（(]?[\d.．、]+[)）]?[ \u00a0\u3000]")
"""The blank behind a heading's number stays, for it ends the number."""
_APART = re.compile(
    r"(?<![\d.,])\d[\d.,]*+"
    r"(?:(?<!,)[ \u00a0](?:[.,][ \u00a0]?)?\d[\d.,]*+|(?<=,)[ \u00a0]\d(?:[ \u00a0]?\d){2}(?!\d)[\d.,]*+)+(?<=\d)"
)
"""Digits with single blanks between them; behind a comma a blank parts two numbers, unless three digits follow."""
_ONE_NUMBER = re.compile(r"\d(?: \d)+|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+ \. ?\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_READ_AS_ONE = re.compile(r"(?:\d{1,2} \d{1,2}(?=[%件个名])|\d+\. \d+(?=\s?[%％万亿]))(?![\d.,])")
"""What the grammar of numbers reads as one all the same."""


def without_debris(
    view: View, paragraphs: Sequence[Paragraph], furniture: Iterable[Span]
) -> tuple[View, list[Paragraph], Cuts]:
    """A view without line ends inside its paragraphs, page furniture, and blanks that part nothing.

    :param view: of :func:`~baogao.document.view.clean_characters`.
    :param paragraphs: of its text; rows of tables keep their blanks.
    :param furniture: lines that belong to the page and not to the text.
    :return: that, the paragraphs in it, and what was left out.
    """
    text = view.text
    left_out: list[Span] = list(furniture)
    doubtful: list[Span] = []
    for paragraph in paragraphs:
        if paragraph.row:
            continue
        start, end = paragraph.span
        left_out.extend(_line_ends(text, paragraph.span))
        if not _BLANK.search(text, start, end):
            continue
        head = _HEAD_NUMBER.match(text, start, end)
        start = head.end() if head else start
        left_out.extend(match.span() for match in _STRAY.finditer(text, start, end))
        for match in _APART.finditer(text, start, end):
            joined = _blanks_inside(match)
            if joined is None:
                doubtful.append(match.span())
            else:
                left_out.extend(joined)
    cuts = Cuts(left_out)
    moved = [Paragraph(cuts.moved(one.span), one.row) for one in paragraphs]
    return replace(view.without(cuts), doubtful=tuple(map(cuts.moved, doubtful))), moved, cuts


def _line_ends(text: str, span: Span) -> Iterator[Span]:
    """The line ends inside a paragraph with the blanks around them; between two Latin words one stays, as a blank."""
    for match in _LINE_END.finditer(text, *span):
        start, end = match.span()
        while start > span[0] and text[start - 1] in _GAP:
            start -= 1
        if not (_LATIN.match(text, start - 1) and _LATIN.match(text, end)):
            yield start, end


def _blanks_inside(match: re.Match[str]) -> list[Span] | None:
    """The blanks of digits that are one number; None where that cannot be told."""
    digits = match[0].replace("\u00a0", " ")
    if _READ_AS_ONE.match(match.string, match.start()):
        return []
    if _ONE_NUMBER.fullmatch(digits) or _GROUPED.fullmatch(digits.replace(" ", "")):
        return [(match.start() + place, match.start() + place + 1) for place, char in enumerate(digits) if char == " "]
    return None
