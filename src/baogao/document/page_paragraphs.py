"""Lines of pages put together into paragraphs, by where they begin and end, over the ends of columns and pages too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from baogao.document.page_layout import Column
from baogao.document.page_lines import Line
from baogao.document.sections import heading_level

_FINAL = re.compile(r"(?:[。！？!?]|(?<=[^\x00-\x7f])\.)[”’」』）)】]*$")
_CLAUSE = re.compile(r"[；;：:]$")
_RUNNING = re.compile(r"[，。；]|：.|[,.;](?!\d)")
"""What a sentence has and a heading has not."""
_PROSE = re.compile(r"[，。；：、]|[,.;:](?!\d)")
_DASHES = "—–－-"
_IN_TEXT = frozenset(f"{_DASHES}一二三四五六七八九十其第首再最")
"""Marks of entries that may stand in the midst of a sentence, by their first character."""
_HANGING = "，。；、："
_CELL_FIGURE = re.compile(r"[\d.,％%-]+\D?")
_OPEN = re.compile(r"[，、,（(《“‘〔—]$|(?<=[A-Za-z])-$")
_CLOSING = re.compile(r"[，、；。：）》”’〕,;)%％]")
_UNIT = re.compile(r"[（《“‘(〔—…-]*(?:[A-Za-z0-9.,%％]+|.)[，、；。：！？）》”’,;)]*")
"""What cannot be broken at the end of a line: a figure, a word, a character with the marks that hang on it."""
_FIGURE = re.compile(r"(?!(?:19|20)\d\d\s*年)\d[\d,.]*\s*[^\d\s、.．)）]")
"""A figure with its measure word: a line that begins so goes on from a sentence that has not ended."""
_NOTE = re.compile(r"[①-⑳*※†¹²³⁴-⁹⁰\[〔]|注\d{0,2}[：:]|\d{1,2}[.、\s]")
"""How a note at the foot of a page begins."""
_INDENT = 1.2
"""In sizes of the font: a line further in than that is indented."""
_ASIDE = 2.6
"""In sizes of the font: so much room is left on either side of a title that stands in the middle."""
_ROOM = 0.65
"""In sizes of the font: the room that a full line may leave beside what comes next."""
_DIGIT_ROOM = 0.06
"""In sizes of the font: by so much a digit may be narrower than the half width that a program reckoned with."""
_SAME_SIZE = 0.08
"""Share by which sizes of one text may differ."""
_SMALL = 0.92
"""Of the size of the text: notes at the foot of a page are smaller."""
_LARGE = 1.15
"""Of the size of the text: titles are larger."""
_DEEPEST = 3.5
"""In sizes of the font: first lines are not indented by more."""
_GAP = 1.2
"""Times the usual distance between lines: a wider one parts paragraphs."""
Frame = tuple[float, float]
"""Where a page begins and ends, from left to right."""
_WIDE = 0.75
"""Of the width of a page between margins that are alike: narrower text must be full lines for the most part."""
_MOSTLY = 0.4
"""Share of lines that are then full."""
_NEAR = 1.6
"""In sizes of the font: full lines end so near to the margin; of lines that end anywhere more are a little shorter."""
_REACHED = 0.12
"""Share of lines that end at the margin of a text that is set in full lines."""
_COUNTED = 0.2
"""Share of lines with the very same number of characters in a text that was broken by counting them."""
_LONG = 20
"""Characters of a line that can be full even where no other line is as wide."""


@dataclass
class Printed:
    """The text of pages, and where each begins."""

    text: str
    pages: tuple[int, ...]


@dataclass(frozen=True)
class _Measure:
    """How a column is set."""

    left: float
    right: float
    full: bool
    """Whether several lines end at the right margin."""
    leading: float
    """Points from line to line; 0 for a single one."""
    wrap: int = 0
    """Characters of its lines, where they were broken by counting; else 0."""

    def is_indented(self, line: Line) -> bool:
        return line.x0 - self.left > _INDENT * line.size

    def is_centred(self, line: Line, size: float) -> bool:
        """Whether a line stands in the middle, with room to both sides; a title of larger print than the text may
        leave less."""
        left, right = line.x0 - self.left, self.right - line.x1
        return (
            min(left, right) > (0.5 if line.size > _LARGE * size else _ASIDE) * line.size
            and abs(left - right) < 1.5 * line.size
        )

    def is_full(self, line: Line, following: str) -> bool:
        """Whether what follows a line did not fit on it."""
        if not self.full and len(line.text) < _LONG:
            return False
        unit = _UNIT.match(following)
        width = sum(0.5 if char.isascii() else 1.0 for char in (unit[0] if unit else "")) * line.size
        narrow = _DIGIT_ROOM * sum(map(str.isascii, line.text))
        return line.count == self.wrap or self.right - line.x1 < width + (_ROOM + narrow) * line.size


def paragraphs_of_pages(pages: Sequence[Sequence[Column]], frames: Sequence[Frame]) -> Printed:
    """The text of pages: a line for each paragraph, heading, and row of a table (cells parted by tabs).

    Notes at the foot of a page follow the paragraph that goes on over the page's end.

    :param frames: where each page begins and ends.
    """
    habits = _Habits.of(pages, frames)
    writer = _Writer(habits)
    for columns, frame in zip(pages, frames, strict=True):
        writer.begin_page()
        shared = habits.page_measure(columns, frame)
        notes = _notes(columns, habits.size)
        for column in columns:
            measure = shared if column.whole else _measure(_lines(column), None)
            for item in column.items:
                if isinstance(item, Line):
                    if id(item) not in notes:
                        writer.add(item, measure)
                else:
                    writer.add_rows(["\t".join(row) for row in item.rows])
        writer.keep_notes([item for column in columns for item in column.items if id(item) in notes])  # type: ignore[misc]
    return writer.printed()


@dataclass(frozen=True)
class _Habits:
    """How a document is set."""

    size: float
    """Of its text."""
    left: float | None
    """Where the text of its pages begins and how wide it is; None where no page has full lines."""
    width: float
    indents: bool
    """Whether the first lines of paragraphs are indented."""
    wrap: int
    """Characters of the lines of its pages, where they were broken by counting; else 0."""

    @classmethod
    def of(cls, pages: Sequence[Sequence[Column]], frames: Sequence[Frame]) -> _Habits:
        """Those of some pages."""
        sizes: Counter[float] = Counter()
        measures: list[_Measure] = []
        whole = [line for columns in pages for column in columns if column.whole for line in _lines(column)]
        indented = flush = 0
        for columns, frame in zip(pages, frames, strict=True):
            for column in columns:
                lines = _lines(column)
                measure = _measure(lines, frame if column.whole else None)
                for line in lines:
                    sizes[round(line.size, 1)] += len(line.text)
                if column.whole and measure.full:
                    measures += [measure] * len(lines)
                for before, line in pairwise(lines):
                    step = line.base - before.base
                    if step > 0 and _FINAL.search(before.text) and not measure.is_full(before, line.text):
                        indented += measure.is_indented(line)
                        flush += not measure.is_indented(line)
        size = sizes.most_common(1)[0][0] if sizes else 12.0
        left = median(measure.left for measure in measures) if measures else None
        width = median(measure.right - measure.left for measure in measures) if measures else 0.0
        return cls(size, left, width, indented > flush, _wrap(whole))

    def page_measure(self, columns: Sequence[Column], page: Frame) -> _Measure:
        """How the text of a page is set that is as wide as the page, by what other pages are like where it is short."""
        measure = _measure([line for column in columns for line in _lines(column)], page)
        measure = replace(measure, wrap=measure.wrap or self.wrap)
        if self.left is not None and _INDENT * self.size < measure.left - self.left < _DEEPEST * self.size:
            measure = replace(measure, left=self.left)  # there are first lines only
        if self.width and measure.right - measure.left < 0.97 * self.width:
            return replace(measure, right=measure.left + self.width, full=True)
        return measure


def _measure(lines: Sequence[Line], page: Frame | None) -> _Measure:
    """How some lines are set, odd ones aside.

    :param page: where their page begins and ends, for lines that are as wide as it; its margins are mostly alike.
    """
    if not lines:
        return _Measure(0.0, 0.0, False, 0.0)
    size = median(line.size for line in lines)
    left = -_edge([-line.x0 for line in lines], size)
    # Marks may hang over the margin.
    right = _edge([line.x1 - size * (line.text[-1] in _HANGING) for line in lines], size)
    reached = sum(right - line.x1 < _NEAR * size for line in lines)
    short = sum(_NEAR * size <= right - line.x1 < 4 * _NEAR * size for line in lines)
    expected = page[1] - (left - page[0]) if page else right
    wide = right - left >= _WIDE * (expected - left)
    full = reached >= max(2, _REACHED * len(lines), short) and (wide or reached >= _MOSTLY * len(lines))
    furthest = max(line.x1 for line in lines)
    if page and not full and expected - furthest < _DEEPEST * size:
        right, full = furthest, True  # few lines are full, but where they end a page ends
    steps = [
        round(after.base - before.base, 1)
        for before, after in pairwise(lines)
        if 0.9 * before.size < after.base - before.base < 4 * before.size
        and abs(after.size - before.size) < _SAME_SIZE * after.size
    ]
    leading = min(_common(steps), 2.6 * size) if steps else 0.0
    return _Measure(left, right, full, leading, _wrap(lines))


def _wrap(lines: Sequence[Line]) -> int:
    """The number of characters after which lines were broken, if they were broken by counting; else 0."""
    if not lines:
        return 0
    wrap, count = Counter(line.count for line in lines).most_common(1)[0]
    return wrap if count >= max(3, (_COUNTED if wrap >= _LONG else 2.5 * _COUNTED) * len(lines)) else 0


def _common(steps: list[float]) -> float:
    """The most frequent distance; the smaller of two."""
    counts = Counter(steps)
    most = max(counts.values())
    return min(step for step, count in counts.items() if count >= 0.6 * most)


def _edge(ends: list[float], size: float) -> float:
    """The furthest that lines reach, a few that stand out aside."""
    ordered = sorted(ends, reverse=True)
    least = max(2, round(_REACHED * len(ordered)))
    for number in range(len(ordered) // 8):
        if ordered[number] - ordered[number + least - 1] < 0.8 * size:
            return ordered[number]
    return ordered[len(ordered) // 8] if len(ordered) >= 8 else ordered[0]


def _lines(column: Column) -> list[Line]:
    """The lines of a column, its tables left out."""
    return [item for item in column.items if isinstance(item, Line)]


def _is_row(text: str) -> bool:
    """Whether a line is a row of cells with blanks between them: three or more, one of them a mere figure."""
    cells = text.split(" ")
    words = sum(cell.isascii() and not any(map(str.isdigit, cell)) for cell in cells)  # of a Latin sentence
    return len(cells) >= 3 and 2 * words < len(cells) and any(map(_CELL_FIGURE.fullmatch, cells[1:]))


def _notes(columns: Sequence[Column], size: float) -> set[int]:
    """The lines at the foot of a page that are notes: smaller than the text, and the first of them marked."""
    found: set[int] = set()
    for column in columns:
        lines = _lines(column)
        start = len(lines)
        while (
            start and lines[start - 1].size < _SMALL * size and lines[start - 1] is column.items[start - len(lines) - 1]
        ):
            start -= 1
        first = next((number for number in range(start, len(lines)) if _NOTE.match(lines[number].text)), len(lines))
        if start:  # a page of small print has no notes
            found.update(id(line) for line in lines[first:])
    return found


@dataclass
class _Writer:
    """Writes paragraphs, one behind the other."""

    habits: _Habits
    parts: list[str] = field(default_factory=list)
    length: int = 0
    pages: list[int] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    """The pieces of the one that is open."""
    running: bool = False
    """Whether it is prose, not a heading."""
    last: Line | None = None
    """The last line of it."""
    measure: _Measure | None = None
    """Of the column that holds that line."""
    crossed: bool = False
    """Whether a page has begun since."""
    notes: list[str] = field(default_factory=list)
    """Those of the page, which wait until its last paragraph ends."""
    turned: bool = False
    """Whether nothing was written of the page yet."""

    def begin_page(self) -> None:
        """Note that what follows stands on the next page."""
        self._count_page()
        self.crossed = self.turned = True

    def _count_page(self, skipped: int = 0) -> None:
        """Note where the page begins that nothing was written of yet."""
        if self.turned:
            self.pages.append(self.length + skipped)
        self.turned = False

    def add(self, line: Line, measure: _Measure) -> None:
        """Add a line: it goes on from the last one, or begins a paragraph."""
        if self.last is not None and self.measure is not None and self._goes_on(self.last, line, self.measure, measure):
            between = self._between(self.paragraph[-1], line.text)
            if between == "-":
                self._shorten()
                between = ""
            self._write(between + line.text, between)
        else:
            self.close()
            self._write(line.text)
        self.last, self.measure, self.crossed = line, measure, False

    def add_rows(self, rows: list[str]) -> None:
        """Add the rows of a table."""
        self.close()
        for row in rows:
            self._write(row)
            self.close()

    def keep_notes(self, lines: list[Line]) -> None:
        """Keep the notes of a page until its last paragraph has ended."""
        for line in lines:
            if self.notes and not _NOTE.match(line.text):
                self.notes[-1] += line.text
            else:
                self.notes.append(line.text)

    def close(self) -> None:
        """End the open paragraph."""
        if self.paragraph:
            self._put("\n")
            self.paragraph, self.last, self.running = [], None, False
            notes, self.notes = self.notes, []
            for note in notes:
                self._put(f"{note}\n")

    def printed(self) -> Printed:
        """Everything that was written."""
        self.close()
        for note in self.notes:
            self._put(f"{note}\n")
        self._count_page()
        text = "".join(self.parts).removesuffix("\n")
        return Printed(text, tuple(min(page, len(text)) for page in self.pages))

    def _write(self, text: str, between: str = "") -> None:
        self._count_page(len(between))
        self.paragraph.append(text)
        self.running = self.running or _RUNNING.search(text) is not None
        self._put(text)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _shorten(self) -> None:
        """Take back the hyphen at the end of the last line."""
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1

    @staticmethod
    def _between(before: str, after: str) -> str:
        """What belongs between two lines: a blank between words; ``-`` where a hyphen has to go."""
        end, start = before[-1], after[0]
        if end in "-\u00ad" and len(before) > 1 and before[-2].isascii() and before[-2].isalpha() and start.islower():
            return "-"
        letters = end.isascii() and start.isascii() and end.isalnum() and start.isalnum()
        return " " if letters and not (end.isdigit() and start.isdigit()) else ""

    def _goes_on(self, before: Line, after: Line, above: _Measure, below: _Measure) -> bool:
        """Whether a line goes on from the line before it."""
        if abs(before.size - after.size) > _SAME_SIZE * max(before.size, after.size):
            return False
        tail = self.paragraph[-1]
        if _is_row(tail) or _is_row(after.text):
            return False
        full = above.is_full(before, after.text)
        centred = above.is_centred(before, self.habits.size), below.is_centred(after, self.habits.size)
        if any(centred):
            large = before.size > _LARGE * self.habits.size and not self.crossed
            return large and (centred[0] or full) and centred[1] and not _FINAL.search(tail)
        level = heading_level(after.text)
        final, clause = bool(_FINAL.search(tail)), bool(_CLAUSE.search(tail))
        indented = below.is_indented(after)
        if level is not None and (
            level < 4 or not self._is_inside(after.text[0], full and not indented, final or clause)
        ):
            return False
        apart = above is below and not self.crossed and above.leading > 0
        if apart and after.base - before.base > _GAP * above.leading and not (full and not (final or clause)):
            return bool(_OPEN.search(tail)) and not indented
        if full:
            return self._full_goes_on(before, after, below.right - after.x1, final or clause, indented)
        return self._short_goes_on(tail, after, indented, final, clause, above is not below)

    def _is_inside(self, mark: str, flush: bool, ended: bool) -> bool:
        """Whether a line that begins with a mark goes on from the one above: with a dash, or an entry that is run in.

        :param flush: whether the line above is full and this one is not indented.
        """
        if not flush or mark not in _IN_TEXT or (mark in _DASHES and self.paragraph[0][0] == mark):
            return False
        return self.habits.indents if ended else self.running

    def _full_goes_on(self, before: Line, after: Line, room: float, ended: bool, indented: bool) -> bool:
        """Whether a paragraph goes on behind a line that is full."""
        if ended:
            # Behind a whole sentence a line of few words is who signs, or a heading.
            short = _FINAL.search(self.paragraph[-1]) and room > _NEAR * before.size and not _PROSE.search(after.text)
            return not (indented or short)
        heading = len(self.paragraph) == 1 and heading_level(before.text) in (1, 2)
        return not indented or (self.running and not heading)

    def _short_goes_on(
        self, tail: str, after: Line, indented: bool, final: bool, clause: bool, elsewhere: bool
    ) -> bool:
        """Whether a paragraph goes on behind a line that is not full."""
        if indented or final or clause:
            return False
        if _OPEN.search(tail) or _CLOSING.match(after.text) or (tail[-1].isdigit() and _FIGURE.match(after.text)):
            return True
        return self.running and (elsewhere or self.crossed or bool(_FIGURE.match(after.text)))
