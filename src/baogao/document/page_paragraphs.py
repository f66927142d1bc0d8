"""Lines of pages put together into paragraphs, by where they begin and end, over the ends of columns and pages too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from baogao.chinese.list_marks import leading_mark
from baogao.document.page_layout import Column
from baogao.document.page_lines import Line
from baogao.document.page_measures import (
    FINAL,
    LARGE,
    NEAR,
    SAME_SIZE,
    Frame,
    Habits,
    Measure,
    lines_of_column,
)
from baogao.document.page_tables import Table
from baogao.document.sections import heading_level

_CLAUSE = re.compile(r"[；;：:]$")
_RUNNING = re.compile(r"[，。；]|：.|[,.;](?!\d)")
"""What a sentence has and a heading has not."""
_PROSE = re.compile(r"[，。；：、]|[,.;:](?!\d)")
_DASHES = "—–－-"
_IN_TEXT = frozenset(f"{_DASHES}一二三四五六七八九十其第首再最")
"""Marks of entries that may stand in the midst of a sentence, by their first character."""
_NO_ROW = re.compile(r"[，。；]|[,;](?!\d)")
_CELL_FIGURE = re.compile(r"[\d.,％%-]+\D?")
_OPEN = re.compile(r"[，、,（(《“‘〔—第]$|(?<=[A-Za-z])-$")
_DATE = re.compile(r"(?:\d{4}|[二〇○零一九]{4})\s?年.{1,3}月.{1,4}日")
_UNCLOSED = re.compile(r"[（(][^（(）)]*$")
_NO_TITLE = re.compile(r"[\d（(〔\[—-]|.*[：:]$")
"""What stands below a title without being a part of it: a date, a number, whom it is sent to."""
_CLOSING = re.compile(r"[，、；。：）》”’〕,;)%％]")
_FIGURE = re.compile(r"(?!(?:19|20)\d\d\s*年)\d[\d,.]*\s*[^\d\s、.．)）]")
"""A figure with its measure word: a line that begins so goes on from a sentence that has not ended."""
_NOTE = re.compile(r"[①-⑳*※†¹²³⁴-⁹⁰\[〔]|注\d{0,2}[：:]|\d{1,2}[.、\s]")
"""How a note at the foot of a page begins."""
_SMALL = 0.92
"""Of the size of the text: notes at the foot of a page are smaller."""
_LAST_WORDS = 4
"""Characters of a name that did not fit on the line of who signs."""
_ASIDE = 4.0
"""In sizes of the font: a line further in than that is no first line of a paragraph."""
_SHORT = 0.75
"""Of the width of a column: a line of few words is shorter."""
_GAP = 1.2
"""Times the usual distance between lines: a wider one parts paragraphs."""


@dataclass
class Printed:
    """The text of pages, and where each begins."""

    text: str
    pages: tuple[int, ...]


def paragraphs_of_pages(pages: Sequence[Sequence[Column]], frames: Sequence[Frame]) -> Printed:
    """The text of pages: a line for each paragraph, heading, and row of a table (cells parted by tabs).

    Notes at the foot of a page follow the paragraph that goes on over the page's end.

    :param frames: where each page begins and ends.
    """
    habits = Habits.of(pages, frames)
    writer = _Writer(habits)
    for columns, frame in zip(pages, frames, strict=True):
        writer.begin_page()
        shared = habits.page_measure(columns, frame)
        notes = _notes(columns, habits.size)
        for column in columns:
            measure = shared if column.whole else habits.column_measure(column)
            for item, following in zip(column.items, [*column.items[1:], None], strict=True):
                if isinstance(item, Line):
                    if id(item) not in notes:
                        writer.below = following if isinstance(following, Line) else None
                        writer.add(item, measure)
                else:
                    writer.add_table(item)
        writer.keep_notes([item for column in columns for item in column.items if id(item) in notes])  # type: ignore[misc]
    return writer.printed()


def _is_row(text: str) -> bool:
    """Whether a line is a row of cells with blanks between them: three or more, one of them a mere figure."""
    if _NO_ROW.search(text):
        return False
    cells = text.split(" ")
    words = sum(cell.isascii() and not any(map(str.isdigit, cell)) for cell in cells)  # of a Latin sentence
    return len(cells) >= 3 and 2 * words < len(cells) and any(map(_CELL_FIGURE.fullmatch, cells[1:]))


def _is_rest(table: Table, row: Sequence[str]) -> bool:
    """Whether a row is what did not fit on the page of the last row of a table: words below cells that were full."""
    if len(row) != len(table.full) or all(row) or any(map(_CELL_FIGURE.fullmatch, row)):
        return False
    return all(full and above for cell, above, full in zip(row, table.rows[-1], table.full, strict=True) if cell)


def _notes(columns: Sequence[Column], size: float) -> set[int]:
    """The lines at the foot of a page that are notes: smaller than the text, and the first of them marked."""
    found: set[int] = set()
    for column in columns:
        lines = lines_of_column(column)
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

    habits: Habits
    parts: list[str] = field(default_factory=list)
    length: int = 0
    pages: list[int] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    """The pieces of the one that is open."""
    running: bool = False
    """Whether it is prose, not a heading."""
    last: Line | None = None
    """The last line of it."""
    measure: Measure | None = None
    """Of the column that holds that line."""
    below: Line | None = None
    """The line below the one that is added, in its column."""
    crossed: bool = False
    """Whether a page has begun since."""
    notes: list[str] = field(default_factory=list)
    """Those of the page, which wait until its last paragraph ends."""
    table: Table | None = None
    """The last thing that was added, if that is a table."""
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

    def add(self, line: Line, measure: Measure) -> None:
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
        self.last, self.measure, self.crossed, self.table = line, measure, False, None

    def add_table(self, table: Table) -> None:
        """Add the rows of a table; its first may go on from the last one of a table that ends a page or a column."""
        rows = table.rows
        if self.table and _is_rest(self.table, rows[0]):
            above = self.table.rows[-1]
            self._replace_row([f"{cell}{rest}" for cell, rest in zip(above, rows[0], strict=True)])
            rows = rows[1:]
        self.close()
        for row in rows:
            self._write("\t".join(row))
            self.close()
        self.table, self.crossed = table, False

    def _replace_row(self, row: list[str]) -> None:
        """Write a row in place of the last one."""
        assert self.parts[-1] == "\n"
        self.length -= len(self.parts[-2])
        self.parts[-2] = "\t".join(row)
        self.length += len(self.parts[-2])

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
        mark = leading_mark(text) if len(self.paragraph) == 1 else None
        self.running = self.running or _RUNNING.search(text, mark.end if mark else 0) is not None
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

    def _goes_on(self, before: Line, after: Line, above: Measure, below: Measure) -> bool:
        """Whether a line goes on from the line before it."""
        if abs(before.size - after.size) > SAME_SIZE * max(before.size, after.size):
            return False
        tail = self.paragraph[-1]
        if _is_row(tail) or _is_row(after.text) or (len(self.paragraph) == 1 and _DATE.fullmatch(tail)):
            return False
        full = above.is_full(before, after.text)
        centred = above.is_centred(before, self.habits.size), below.is_centred(after, self.habits.size)
        if any(centred):
            large = before.size > LARGE * self.habits.size
            title = large or (above.is_filled(before, after.text) and not (self.running or _NO_TITLE.match(after.text)))
            title = title and self.paragraph[0][:2] != after.text[:2]  # who made the report says its name anew
            return title and (centred[0] or full) and centred[1] and not (self.crossed or FINAL.search(tail))
        final, clause = bool(FINAL.search(tail)), bool(_CLAUSE.search(tail))
        indented = below.is_indented(after)
        if self._begins(after.text, full and not indented, final or clause):
            return False
        apart = above is below and not self.crossed and above.leading > 0
        if apart and after.base - before.base > _GAP * above.leading and not (full and not (final or clause)):
            return bool(_OPEN.search(tail)) and not indented
        if full:
            return self._full_goes_on(before, after, above, below)
        return self._short_goes_on(tail, after, indented, final, clause, above is not below)

    def _begins(self, text: str, flush: bool, ended: bool) -> bool:
        """Whether a line begins with the mark of a paragraph of its own.

        A dash or a number may stand in the midst of a sentence, and an entry may be run in.

        :param flush: whether the line above is full and this one is not indented.
        :param ended: whether the line above ends a sentence or a clause.
        """
        mark, tail = text[0], self.paragraph[-1]
        again = mark in _DASHES and self.paragraph[0][0] == mark
        level = heading_level(text)
        if level is None:
            return mark == "【" or (again and mark != "-" and not _OPEN.search(tail))
        if not flush or again:
            return True
        if tail[-1] == "第" or _UNCLOSED.search("".join(self.paragraph[-2:])):
            return False
        if level < 4:
            return ended or not (self.running and self.habits.indents)
        entry = (heading_level(self.paragraph[0]) or 0) > 2
        return mark not in _IN_TEXT or not (self.habits.indents if ended else self.running or entry)

    def _full_goes_on(self, before: Line, after: Line, above: Measure, below: Measure) -> bool:
        """Whether a paragraph goes on behind a line that is full."""
        tail, room, indented = self.paragraph[-1], below.right - after.x1, below.is_indented(after)
        if FINAL.search(tail) or _CLAUSE.search(tail):
            # Behind a whole sentence a line of few words is who signs, or a heading.
            few = after.x1 - after.x0 < _SHORT * (below.right - below.left)
            short = FINAL.search(tail) and few and room > NEAR * before.size and not _PROSE.search(after.text)
            return not (indented or short or (FINAL.search(tail) and self._signs(after, below)))
        if len(after.text) <= _LAST_WORDS and abs(after.x1 - before.x1) < 0.5 * before.size and indented:
            return not above.is_indented(before)  # who signs, to the right
        heading = len(self.paragraph) == 1 and heading_level(before.text) in (1, 2)
        return not indented or (self.running and not heading and not self._is_first(before, after, above, below))

    def _signs(self, line: Line, measure: Measure) -> bool:
        """Whether a full line is the first of a signature: words without a mark, and below them others to the right."""
        if self.below is None or _PROSE.search(line.text):
            return False
        inwards, room = self.below.x0 - measure.left, measure.right - self.below.x1
        return inwards > _ASIDE * line.size and room < 0.5 * line.size

    def _is_first(self, before: Line, after: Line, above: Measure, below: Measure) -> bool:
        """Whether an indented line is the first of its paragraph: not of one that is indented as a whole."""
        inwards = before.x0 - above.left, after.x0 - below.left
        if abs(inwards[0] - inwards[1]) > 0.3 * after.size:
            return self.habits.indents and len(self.paragraph) > 1
        flush = self.below is not None and not below.is_indented(self.below)
        return self.habits.indents and len(self.paragraph) == 1 and flush

    def _short_goes_on(
        self, tail: str, after: Line, indented: bool, final: bool, clause: bool, elsewhere: bool
    ) -> bool:
        """Whether a paragraph goes on behind a line that is not full."""
        if indented or final or clause:
            return False
        if _OPEN.search(tail) or _CLOSING.match(after.text) or (tail[-1].isdigit() and _FIGURE.match(after.text)):
            return True
        return self.running and (elsewhere or self.crossed or bool(_FIGURE.match(after.text)))
