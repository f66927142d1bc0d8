"""Debris: what stands in a text and parts nothing: line ends inside paragraphs, page furniture, blanks in numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from baogao.chinese.numerals import NUMERAL_CHARS
from baogao.document.file_text import Span
from baogao.document.paragraphs import LINE_ENDS, Paragraph
from baogao.document.view import Cuts, View

_GAP = " \t\u3000\u00a0"
_LINE_END = re.compile(rf"[{LINE_ENDS}][{_GAP}{LINE_ENDS}]*+")
_FAR = 100
"""Characters; white space between two lines that is longer parts them."""
_NUMERAL = re.compile(rf"[\d{NUMERAL_CHARS}]")
_LATIN = re.compile(r"[A-Za-z]")
_HAN = "\u3001-\u303f\u3400-\u9fff\uff01-\uffef“”‘’—…%‰·"
_BLANK = re.compile("[ \t\u00a0\u3000]")
_STRAY = re.compile(
    rf"[ \u00a0\u3000](?:(?<=[{_HAN}\d][ \u00a0])(?=[{_HAN}])|(?<=[{_HAN}][ \u00a0])(?=\d)"
    rf"|(?<=[\d{NUMERAL_CHARS}]\u3000)(?=[{NUMERAL_CHARS}]))"
)
"""One blank beside a Chinese character parts nothing; a full-width one parts names, but no numerals."""
_HEAD_NUMBER = re.compile(r"\s*[（(]?\d{1,2}(?:[.．、]\d{0,2}){0,4}[)）]?[ \u00a0\u3000]+(?![\d.,．，])")
"""The blank behind a heading's number stays, for it ends the number."""
_APART = re.compile(
    r"(?<![\d.,])\d[\d.,．]*+"
    r"(?:(?<!,)[ \t\u00a0\u3000](?:[.,．][ \u00a0\u3000]?)?\d[\d.,．]*+"
    r"|(?<=,)[ \u00a0\u3000]\d(?:[ \u00a0\u3000]?\d){2}(?!\d)[\d.,．]*+)+(?<=\d)"
)
"""Digits with single blanks between them; behind a comma a blank parts two numbers, unless three digits follow."""
_ONE_NUMBER = re.compile(r"\d(?: \d)+(?: \.(?: \d)+)?|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+ \. ?\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_READ_AS_ONE = re.compile(
    r"(?:\d{1,2}[ \u00a0\u3000]\d{1,2}(?=[%％件个名])|\d+\.[ \u00a0\u3000]\d+(?=\s?[%％万亿]))(?![\d.,])"
)
"""Two short rows of digits before a measure word, or a fraction: these are one too."""


def without_debris(
    view: View, paragraphs: Sequence[Paragraph], furniture: Collection[Span]
) -> tuple[View, list[Paragraph], Cuts]:
    """A view without line ends inside its paragraphs, page furniture, and blanks that part nothing.

    :param view: of :func:`~baogao.document.view.clean_characters`.
    :param paragraphs: of its text; rows of tables keep their blanks.
    :param furniture: lines that belong to the page and not to the text.
    :return: that, the paragraphs in it, and what was left out.
    """
    text = view.text
    left_out: list[Span] = list(furniture)
    for start, end in (one.span for one in paragraphs if not one.row):
        left_out.extend(_line_ends(text, (start, end)))
        if _BLANK.search(text, start, end):
            start = _behind_number(text, (start, end))
            left_out.extend(match.span() for match in _STRAY.finditer(text, start, end))
            for match in _APART.finditer(text, start, end):
                left_out.extend(_blanks_inside(match))
    cuts = Cuts(left_out)
    moved = [Paragraph(cuts.moved(one.span), one.row) for one in paragraphs]
    made = view.without(cuts)
    # A bare number that was taken for that of a page, behind a digit at the end of its line, may be a part of a figure.
    bare = (cuts.moved(span)[0] for span in furniture if text[slice(*span)].strip().isdigit())
    ends = (len(made.text[max(0, place - _FAR) : place].rstrip()) + max(0, place - _FAR) for place in bare)
    parts = ((end - 1, end) for end in ends if _NUMERAL.match(made.text, end - 1))
    doubtful = sorted([*_doubtful(made.text, moved), *parts])
    return replace(made, doubtful=tuple(doubtful)), moved, cuts


def _doubtful(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Span]:
    """The digits that still have a blank among them, so that nobody can tell whether they are one number or several."""
    for start, end in (one.span for one in paragraphs if not one.row and _BLANK.search(text, *one.span)):
        for match in _APART.finditer(text, _behind_number(text, (start, end)), end):
            if not _READ_AS_ONE.match(text, match.start()):
                yield match.span()


def _behind_number(text: str, span: Span) -> int:
    """Where a paragraph goes on behind the number of its heading."""
    head = _HEAD_NUMBER.match(text, *span)
    return head.end() if head else span[0]


def _line_ends(text: str, span: Span) -> Iterator[Span]:
    """The line ends inside a paragraph with the blanks around them; between two Latin words one stays, as a blank."""
    for match in _LINE_END.finditer(text, *span):
        start, end = match.span()
        while start > span[0] and text[start - 1] in _GAP:
            start -= 1
        if not (_LATIN.match(text, start - 1) and _LATIN.match(text, end)):
            yield start, end


def _blanks_inside(match: re.Match[str]) -> Iterator[Span]:
    """The blanks of digits that are one number; none where that cannot be told."""
    digits = match[0].replace("\u00a0", " ").replace("\u3000", " ").replace("\t", " ").replace("．", ".")
    whole = _ONE_NUMBER.fullmatch(digits) or _GROUPED.fullmatch(digits.replace(" ", ""))
    if whole or _READ_AS_ONE.match(match.string, match.start()):
        yield from ((match.start() + place, match.start() + place + 1) for place, c in enumerate(digits) if c == " ")
