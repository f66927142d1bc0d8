"""Tables of web pages and of Word documents, laid out as lines: a line for a row, tabs between its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from baogao.document.signs import inserted, plain
from baogao.errors import DocumentError

_LONGEST_CELL = 200
"""Characters of a cell of a table of figures; one with more, or with two sentences, is text."""
_LONGEST_ENTRY = 1_000
"""Characters of a cell of a table of problems or measures; one with more is a stretch of the report in a layout."""
MOST_COLUMNS = 63
"""What Word itself allows in a table; a cell can claim to be wider."""
_MOST_PLACES = 500_000
"""Cells of a table with those that merged ones cover; the largest of a report has some thousands."""
_MOST_HEAD_ROWS = 4
_LONGEST_REPEATED = 60
"""Characters of a row's head that are repeated in each row that it stands beside."""
_FIGURE = re.compile(r"(?!(?:19|20)\d\d年?度?$)\W*\d[\d.,，\s]*(?![年月日季周])[%％‰]?[^\W\d]{0,3}\W*")
"""A cell that is a number, with its unit, and no date."""
_DATE = re.compile(r"(?:19|20)\d\d年?|\d{1,2}月")
_NUMBER_OR_LATIN = re.compile(r"[!-~０-９·．，]")
_HEADING = re.compile(r"\s*[一二三四五六七八九十]{1,3}、")
"""A heading of a report; a cell that holds two of them is no cell of a table."""
_ITEM = re.compile(
    r"\s*(?:[（(]?[\d一二三四五六七八九十]{1,3}[）)、.．]|[①-⑳●•·■◆]|[一二三四五六七八九十]是|第[一二三四五六七八九十])"
)


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    lines: tuple[str, ...] = ()
    """What stands in it; tabs part the cells of a table inside."""
    columns: int = 1
    rows: int = 1
    """How many rows it covers; 0 for the rest of one that began above."""
    head: bool = False

    @cached_property
    def text(self) -> str:
        """All of it in one line."""
        return in_one_line(self.lines)


@dataclass(frozen=True)
class _Place:
    """A place of a table: the cell that covers it, and whether it begins here."""

    cell: Cell
    in_first_row: bool = True
    in_first_column: bool = True


_EMPTY = _Place(Cell())


def lines_of_table(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a table.

    Each cell keeps its column. A merged head stands above each of its columns, and one that covers several rows in each
    of them: what is repeated is marked as inserted. Heads of several rows become one. What a layout holds comes cell by
    cell, line by line.

    :raises DocumentError: it has more cells than there is time for.
    """
    if _is_layout(rows):
        for row in rows:
            if all(map(_is_short, row)):
                yield "\t".join(cell.text for cell in row)
            else:
                yield from (line for cell in row for line in cell.lines)
        return
    grid = _grid(rows)
    while len(grid) > 1 and _is_caption(grid[0]):
        yield grid[0][0].cell.text
        del grid[0]
    heads = _head_rows(grid)
    if heads > 1:
        yield _merged_heads(grid[:heads])
    for line in grid[heads if heads > 1 else 0 :]:
        yield "\t".join(map(_text_at, line))


def in_one_line(lines: Iterable[str]) -> str:
    """The lines of a cell as one, so that no number melts with another.

    A word that a narrow cell broke is whole again; a semicolon parts two numbers, and is marked as inserted.
    """
    whole: list[str] = []
    last = ""
    for line in lines:
        for piece in line.split("\t"):
            words = " ".join(piece.split())
            seen = plain(words)
            if last and seen:
                whole.append(_between(last, seen))
            whole.append(words)
            last = seen[-1:] or last
    return "".join(whole)


def _between(before: str, after: str) -> str:
    """What parts two lines of a cell, by the last character of one and the words of the other."""
    if before.isdigit() and after[0].isdigit():
        return inserted("；")
    if before.isspace():
        return ""
    if _NUMBER_OR_LATIN.match(before) or _NUMBER_OR_LATIN.match(after) or _ITEM.match(after):
        return " "
    return ""


def _is_short(cell: Cell) -> bool:
    """Whether it is a cell of a table of figures."""
    length = sum(map(len, cell.lines))
    return length <= _LONGEST_CELL and sum(line.count("。") for line in cell.lines) < 2


def _is_layout(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a table only puts stretches of text beside or below each other."""
    long = [cell for row in rows for cell in row if not _is_short(cell)]
    if not long:
        return False
    beside = sum(sum(bool(cell.lines) for cell in row) > 1 for row in rows)
    widest = max(sum(map(len, cell.lines)) for cell in long)
    framed = (sum(map(bool, map(_HEADING.match, cell.lines))) > 1 or "\t" in "".join(cell.lines) for cell in long)
    return beside < 2 or widest > _LONGEST_ENTRY or any(framed)


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[_Place]]:
    """What covers each place of a table."""
    grid: list[list[_Place]] = []
    below: dict[int, tuple[int, _Place]] = {}
    """By column, the cell above that covers it, and in how many more rows."""
    size = 0
    for row in rows:
        covered = {column: place for column, (_, place) in below.items()}
        below = {column: (more - 1, place) for column, (more, place) in below.items() if more > 1}
        line: list[_Place] = []
        for cell in row:
            while len(line) in covered:
                line.append(covered[len(line)])
            above = grid[-1][len(line)].cell if cell.rows == 0 and grid and len(line) < len(grid[-1]) else None
            for number in range(cell.columns):
                if cell.rows > 1:
                    below[len(line)] = (cell.rows - 1, _Place(cell, False, number == 0))
                line.append(_Place(above or cell, above is None, number == 0))
        for column in range(len(line), max(covered, default=-1) + 1):
            line.append(covered.get(column, _EMPTY))
        grid.append(line)
        size += len(line)
        if size > _MOST_PLACES:
            raise DocumentError(f"a table of it has more than {_MOST_PLACES:,} cells: that is no single report")
    return grid


def _text_at(place: _Place) -> str:
    """What stands at a place in the line of its row."""
    if not place.in_first_column:
        return ""
    if place.in_first_row:
        return place.cell.text
    return "" if re.search(r"\d", _DATE.sub("", plain(place.cell.text))) else _repeated(place.cell)


def _repeated(cell: Cell) -> str:
    """The text of a merged cell where it stands once more; a figure is not repeated."""
    words = plain(cell.text)
    return "" if len(words) > _LONGEST_REPEATED or _FIGURE.fullmatch(words) else inserted(words)


def _is_caption(row: Sequence[_Place]) -> bool:
    """Whether one cell fills a row from side to side."""
    return len(row) > 1 and bool(row[0].cell.text) and all(place.cell is row[0].cell for place in row)


def _head_rows(grid: Sequence[Sequence[_Place]]) -> int:
    """How many rows the head of a table has: more than one where a merged head is divided below."""
    if not grid or not all(map(_may_head, grid[0])):
        return 0
    count = 1
    while count < min(len(grid), _MOST_HEAD_ROWS) and all(map(_may_head, grid[count])):
        divided = any(place.in_first_row and not place.in_first_column for place in grid[count - 1])
        if not divided and not all(place.cell.head for place in grid[count]):
            break
        count += 1
    return count


def _may_head(place: _Place) -> bool:
    words = plain(place.cell.text)
    return len(words) <= _LONGEST_REPEATED and not _FIGURE.fullmatch(words)


def _merged_heads(rows: Sequence[Sequence[_Place]]) -> str:
    """The heads of several rows as one row: above each column all that stands over it."""
    columns: list[str] = []
    for column in range(max(map(len, rows))):
        heads = [row[column] for row in rows if column < len(row) and row[column].in_first_row]
        texts = [head.cell.text if head.in_first_column else _repeated(head.cell) for head in heads]
        columns.append(" ".join(text for text in texts if plain(text)))
    return "\t".join(columns)
