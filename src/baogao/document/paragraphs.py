"""Lines, paragraphs and sentences: putting hard-wrapped lines together, keeping table rows apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from baogao.chinese.numerals import DIGITS, NUMERAL_CHARS
from baogao.document.document import Sentence, Span
from baogao.document.sections import heading_level

LINE_ENDS = "\r\n\f\v\x85\u2028\u2029"
_LINE = re.compile(f"[^{LINE_ENDS}]+")
_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*")
_FINAL = re.compile(r"[。；：！？;:!?”）)】]$")
"""A line that ends so ends its paragraph, unless it is full."""
_OPEN_END = re.compile(r"[，、,（(《“‘]$")
_OPEN_START = re.compile(r"[，、；。）》”’,;)%％]")
"""Ends and beginnings of lines between which a sentence goes on, however short the lines."""
_FIGURE_START = re.compile(r"(?!(?:19|20)\d\d\s*年)\d[\d,.，]*\s*[^\d\s、.．)）]")
"""A figure with its measure word: a line that begins so goes on from one with a comma in it."""
_NUMBER_END = re.compile(rf"[\u4e00-\u9fff，、：].*(?:[\d{NUMERAL_CHARS}○][,.，．点]?|[百千万]分之?)$")
_NUMBER_START = re.compile(
    rf"(?:[.．,，]\s?)?\d|[{NUMERAL_CHARS}○]|分?之[\d{NUMERAL_CHARS}]|点[{''.join(DIGITS)}]|年|月(?=\d)|[%％‰]"
)
"""Ends and beginnings of lines between which a number or a date goes on."""
_BEGUN = re.compile(r"[\u4e00-\u9fff]{6}$")
"""The end of a line that a sentence may go on from with a figure."""
_FRACTION = re.compile(r"\d{1,2}[.．]\d{1,2}\s?[件份户场宗%％万亿]")
"""What goes on from a digit at the end of a line, and looks like the mark of a heading."""
_NEAR = 30
"""Characters at the end of a line that show whether a number stands there."""
_STRONG_BREAK = re.compile(r"[\t|｜]")
_WIDE_BREAK = re.compile(r"[  　]{2,}")
"""What parts cells: one tab or bar is certain, wide gaps where there are two of them."""
_LONE_FIGURE = re.compile(r"[\d,.，％%]+|单位|数量|序号|合计")
"""A cell that shows that words parted by blanks are a row: a figure, or a head."""
_CLAUSES = re.compile(r"[，；：]")
"""What no row of a table has."""
_PROSE = re.compile(r"[，。；]")
"""What a line of running text has."""
_WRAP_WIDTH = 120
"""In columns, two to a Chinese character: wider lines are paragraphs, not lines of a page."""
_FULL = 0.85
"""Of that width: what a line has that was broken because it was full; a last word may not have fitted."""
_WRAPPED_SHARE = 0.3
"""Of the lines are full in a wrapped text; the others end paragraphs, or are headings."""
_LONGEST_SENTENCE = 3_000
"""Of characters: a text without full stops is cut there, because what reads a sentence may take the square of it."""
_LOOK_BACK = 2_000
"""How much of a paragraph decides whether the next line belongs to it."""


class Paragraph(NamedTuple):
    """A stretch of the report between two paragraph breaks."""

    span: Span
    row: bool = False
    """True for a row of a pasted table."""


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The spans of the lines of ``text[start:end]`` that are not empty, line breaks excluded."""
    return [match.span() for match in _LINE.finditer(text, start, len(text) if end is None else end)]


def paragraphs_of(text: str, main: Sequence[Span], furniture: Collection[Span] = ()) -> list[Paragraph]:
    """The paragraphs of the main copy; a line that was broken in mid-sentence goes on in the next.

    :param furniture: lines that belong to the page: a sentence goes on below them.
    """
    paragraphs: list[Paragraph] = []
    for start, end in main:
        printed = [span for span in lines_of(text, start, end) if text[slice(*span)].strip()]
        lines = [span for span in printed if span not in furniture]
        over_page = {below for above, below in pairwise(printed) if above in furniture}
        cells = [_cells(text[slice(*span)]) for span in lines]
        # Cells parted by single blanks are told from words that a scan blew apart by a neighbour of the same shape.
        counts = [0, *(count for count, _ in cells), 0]
        rows = [
            certain or (count > 0 and count in (counts[number], counts[number + 2]))
            for number, (count, certain) in enumerate(cells)
        ]
        width = wrap_width([text[slice(*span)] for span, row in zip(lines, rows, strict=True) if not row])
        current: Span | None = None
        for span, row in zip(lines, rows, strict=True):
            if current and not row and _goes_on(text, current, span, width, span in over_page):
                paragraphs[-1] = Paragraph((current[0], span[1]))
            else:
                paragraphs.append(Paragraph(span, row))
            current = None if row else paragraphs[-1].span
    return paragraphs


def _cells(line: str) -> tuple[int, bool]:
    """How many cells a line would have as a row of a table (0: it is none), and whether that is certain."""
    if "。" in line:
        return 0, False
    stripped = line.strip().strip("|｜").strip()
    strong = len([cell for cell in _STRONG_BREAK.split(stripped) if cell.strip()])
    if strong >= 2:
        return strong, True
    wide = len(_WIDE_BREAK.split(stripped))
    if wide >= 3:
        return wide, True
    blank = stripped.split()
    if len(blank) < 3 or _CLAUSES.search(stripped) or not any(map(_LONE_FIGURE.fullmatch, blank)):
        return 0, False
    return len(blank), False


def wrap_width(lines: list[str]) -> int:
    """The width in columns at which a text was wrapped by hand or by a PDF; 0 for one line to each paragraph.

    :param lines: its lines, without table rows.
    """
    if len(lines) < 3 or sum(map(len, lines)) > len(lines) * _WRAP_WIDTH // 2:
        return 0
    widths = sorted(len(line.rstrip().encode("gb18030", "replace")) for line in lines)
    width = widths[len(widths) * 9 // 10]
    full = sum(_FULL * width <= each <= width / _FULL for each in widths)
    return width if width <= _WRAP_WIDTH and full >= _WRAPPED_SHARE * len(widths) else 0


def _goes_on(text: str, before: Span, line: Span, width: int, over_page: bool) -> bool:
    """Whether ``line`` continues the sentence of ``before``.

    :param over_page: whether the furniture of a page stands between the two.
    """
    previous = text[max(before[0], before[1] - _LOOK_BACK) : before[1]].rstrip()
    following = text[slice(*line)].strip()
    cut = _FRACTION.match(following) is not None and _NUMBER_END.search(previous[-_NEAR:]) is not None
    if (heading_level(following) is not None and not cut) or following.startswith("【"):
        return False
    if _OPEN_END.search(previous) or _OPEN_START.match(following):
        return True
    last_line = previous[max(map(previous.rfind, LINE_ENDS)) + 1 :]
    full = bool(width) and len(last_line.encode("gb18030", "replace")) >= _FULL * width
    if _FINAL.search(previous):
        return full and previous[-1] in "；;）)”" and not text[line[0]].isspace()
    if _NUMBER_END.search(last_line) and _NUMBER_START.match(following):
        return True
    figure = _FIGURE_START.match(following) is not None
    if figure and heading_level(previous) is None and _BEGUN.search(previous) and _PROSE.search(following):
        return True
    return full or ((over_page or figure) and _PROSE.search(previous) is not None)


def sentences_of(text: str, paragraphs: list[Paragraph]) -> Iterator[Sentence]:
    """The sentences of some paragraphs, in order; a row of a table is one. One of monstrous length comes in pieces."""
    for number, paragraph in enumerate(paragraphs):
        start, end = paragraph.span
        stops = [] if paragraph.row else [match.end() for match in _SENTENCE_END.finditer(text, start, end)]
        for stop in (*stops, end):
            if not text[start:stop].strip():
                continue
            while stop - start > _LONGEST_SENTENCE:
                # Behind the last mark that ends a clause in the later half of what is allowed, else at its end.
                limit = start + _LONGEST_SENTENCE
                last = max(text.rfind(mark, (start + limit) // 2, limit) for mark in "；;，,\t\n")
                cut = last + 1 if last >= 0 else limit
                yield Sentence((start, cut), number, paragraph.row)
                start = cut
            yield Sentence((start, stop), number, paragraph.row)
            start = stop
