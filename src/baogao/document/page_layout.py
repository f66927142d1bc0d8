"""The order in which a page is read: column after column, with tables in their places.

A page is taken row by row from its top. Rows that share a free strip from top to bottom are columns of prose if
their lines fill them, and a table without lines if they do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from baogao.chinese.list_marks import leading_mark
from baogao.document.glyphs import Box
from baogao.document.page_lines import Line, blank_between
from baogao.document.page_tables import Table, cell_text

_GUTTER = 0.5
"""In sizes of the font: the least width of a free strip."""
_NARROWEST = 6.5
"""In sizes of the font: a column of prose is wider."""
_FULL = 2.0
"""In sizes of the font: so little room is left behind a line that fills its column."""
_FULL_SHARE = 0.25
"""Of the lines of columns are full."""
_PROSE_SHARE = 0.3
"""Of the lines of columns have a mark in them as sentences do; few cells have."""
_PROSE_LENGTH = 7
"""Characters of a line of prose on average; cells are shorter."""
_MARK = re.compile(r"[，。；、：]|[,.;:](?!\d)")
_FIGURE = re.compile(r"[\d.,%％+-]+\S{0,2}")
_FIGURES_SHARE = 0.4
"""Of the lines of a column are mere figures; those of a table may be."""
_LONG_LIST = 8
"""Lines of a column that is a list and has few full lines."""
_MOST_CELLS = 100
"""Side by side; scattered letters are more."""
_DEEPEST = 3
"""Columns within columns."""
_UNEVEN = 0.2
"""Share by which the distance of two columns may differ from that of others."""
_FAR = 1.8
"""Times the usual distance of two rows: a row further down does not belong to the columns above it."""
_CLOSE = 0.8
"""Of the usual distance of two rows of a table: a row that is nearer holds second lines of the cells above it."""

Item = Line | Table
_Strip = tuple[float, float]
"""Where a free strip between two parts of a page begins and ends, from left to right."""


@dataclass
class Column:
    """What stands one below the other, from the top to the bottom."""

    items: list[Item]
    whole: bool = True
    """Whether it is as wide as the page's text."""


@dataclass
class _Row:
    """What stands side by side."""

    items: list[Item]

    @property
    def y0(self) -> float:
        return min(map(_top, self.items))

    @property
    def y1(self) -> float:
        return max(map(_bottom, self.items))

    def gaps(self) -> list[_Strip]:
        """The free stretches beside its items, those to either side included."""
        spans = sorted((_left(item), _right(item)) for item in self.items)
        gaps = [(float("-inf"), spans[0][0])]
        right = spans[0][1]
        for x0, x1 in spans[1:]:
            if x0 > right:
                gaps.append((right, x0))
            right = max(right, x1)
        return [*gaps, (right, float("inf"))]


def _left(item: Item) -> float:
    return item.x0 if isinstance(item, Line) else item.box.x0


def _right(item: Item) -> float:
    return item.x1 if isinstance(item, Line) else item.box.x1


def _top(item: Item) -> float:
    return item.top if isinstance(item, Line) else item.box.y0


def _bottom(item: Item) -> float:
    return item.bottom if isinstance(item, Line) else item.box.y1


def columns_of(items: Sequence[Item], depth: int = 0) -> list[Column]:
    """The columns of a page in the order in which they are read.

    :param items: its lines and tables, in any order.
    :param depth: how many columns these items stand in already.
    """
    rows = _rows(items)
    bands: list[tuple[list[_Row], list[_Strip]]] = []
    number = 0
    while number < len(rows):
        end, gutters = _band(rows, number)
        band = rows[number:end]
        if gutters and _is_prose(_parts(band, gutters)):
            # A column may begin higher up than its neighbour.
            while bands and not bands[-1][1] and _is_beside(bands[-1][0][-1], band[0], gutters):
                band[:0] = bands.pop()[0]
        bands.append((band, gutters))
        number = end
    columns: list[Column] = []
    for band, gutters in bands:
        for column in _columns_or_table(band, gutters, depth) if gutters else [Column(list(band[0].items))]:
            if columns and column.whole and columns[-1].whole:
                columns[-1].items.extend(column.items)
            else:
                columns.append(column)
    return columns


def _is_beside(row: _Row, below: _Row, gutters: list[_Strip]) -> bool:
    """Whether a row stands in one column of those below it."""
    size = _size(row.items)
    free = row.gaps()
    inside = all(any(min(b, d) - max(a, c) >= _GUTTER * size / 2 for c, d in free) for a, b in gutters)
    return inside and below.y0 - row.y1 < _FAR * size


def _rows(items: Sequence[Item]) -> list[_Row]:
    """Items by the height at which they stand."""
    rows: list[_Row] = []
    bottom = float("-inf")
    for item in sorted(items, key=_top):
        height = _bottom(item) - _top(item)
        if rows and _top(item) < bottom - 0.4 * height:
            rows[-1].items.append(item)
            bottom = max(bottom, _bottom(item))
        else:
            rows.append(_Row([item]))
            bottom = _bottom(item)
    for row in rows:
        row.items.sort(key=_left)
    return rows


def _band(rows: list[_Row], start: int) -> tuple[int, list[_Strip]]:
    """Where the rows end that share free strips with one, and the strips; none where the row has no gap."""
    if len(rows[start].items) > _MOST_CELLS:
        return start + 1, []
    least = _GUTTER * _size(rows[start].items)
    gutters = [gap for gap in rows[start].gaps()[1:-1] if gap[1] - gap[0] >= least]
    end = start + 1
    last = end
    distance: float | None = None
    while gutters and end < len(rows) and len(rows[end].items) <= _MOST_CELLS:
        gaps = rows[end].gaps()
        shared = [(max(a, c), min(b, d)) for a, b in gutters for c, d in gaps if min(b, d) - max(a, c) >= least]
        step = rows[end].y0 - rows[end - 1].y1
        if not shared or (distance is not None and step > max(_FAR * distance, 3 * least)):
            break
        distance = step if distance is None else max(distance, step)
        gutters = shared
        end += 1
        # Lines of columns may stand at other heights than those beside them.
        if len(rows[end - 1].items) > 1 or _right(rows[end - 1].items[0]) > max(b for _, b in gutters):
            last = end
    if last - start < 2:
        return start + 1, gutters
    return end, gutters


def _size(items: Sequence[Item]) -> float:
    return median([item.size for item in items if isinstance(item, Line)] or [12.0])


def _columns_or_table(band: list[_Row], gutters: list[_Strip], depth: int) -> list[Column]:
    """What rows with free strips between their parts are: columns, a table, or lines with holes."""
    edges = [(a + b) / 2 for a, b in sorted(gutters)]
    parts = _parts(band, gutters)
    if (len(band) > 1 or len(band[0].items) > 2) and _is_prose(parts):
        return [column for part in parts if part for column in _inside_column(part, depth)]
    several = [number for number, row in enumerate(band) if len(row.items) > 1]
    tables = any(isinstance(item, Table) for row in band for item in row.items)
    if len(several) < 2 or tables or (len(parts) == 2 and _are_marks(parts[0])):
        return [Column([item for row in band for item in _with_holes(row)])]
    first, last = several[0], several[-1] + 1
    above = [item for row in band[:first] for item in row.items]
    below = [item for row in band[last:] for item in row.items]
    return [Column([*above, _table(band[first:last], edges), *below])]


def _are_marks(items: list[Item]) -> bool:
    """Whether items are nothing but the marks of headings and entries, with wide room behind them."""
    marks = [(item.text, leading_mark(f"{item.text} 甲")) for item in items if isinstance(item, Line)]
    return len(marks) == len(items) > 0 and all(mark is not None and mark.end >= len(text) for text, mark in marks)


def _inside_column(items: list[Item], depth: int) -> list[Column]:
    """What stands in a column: it may have tables without lines, or columns of its own."""
    if depth >= _DEEPEST:
        return [Column(sorted(items, key=_top), whole=False)]
    return [Column(column.items, whole=False) for column in columns_of(items, depth + 1)]


def _parts(band: list[_Row], gutters: list[_Strip]) -> list[list[Item]]:
    """The items between the free strips of some rows."""
    edges = [(a + b) / 2 for a, b in sorted(gutters)]
    parts: list[list[Item]] = [[] for _ in range(len(edges) + 1)]
    for row in band:
        for item in row.items:
            parts[_part(item, edges)].append(item)
    return parts


def _part(item: Item, edges: list[float]) -> int:
    middle = (_left(item) + _right(item)) / 2
    return sum(middle > edge for edge in edges)


def _is_prose(parts: list[list[Item]]) -> bool:
    """Whether parts of a page are columns of running text, or of a list."""
    full = count = characters = marked = 0
    for part in parts:
        lines = [item for item in part if isinstance(item, Line)]
        if len(lines) < 2:
            if any(isinstance(item, Table) for item in part):
                continue
            return False
        left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
        size = _size(lines)
        figures = sum(_FIGURE.fullmatch(line.text) is not None for line in lines)
        if right - left < _NARROWEST * size or figures > _FIGURES_SHARE * len(lines):
            return False
        full += sum(right - line.x1 < _FULL * size for line in lines)
        count += len(lines)
        characters += sum(len(line.text) for line in lines)
        marked += sum(_MARK.search(line.text) is not None for line in lines)
    if marked < max(1, _PROSE_SHARE * count) or characters < _PROSE_LENGTH * count:
        return False
    return full >= _FULL_SHARE * count or (count >= _LONG_LIST * len(parts) and _are_even(parts))


def _are_even(parts: list[list[Item]]) -> bool:
    """Whether parts of a page begin at even distances, as the columns of a page do."""
    lefts = [min(map(_left, part)) for part in parts]
    pitch = (max(map(_right, parts[-1])) - lefts[0]) / len(parts)
    return all(abs(right - left - pitch) < _UNEVEN * pitch for left, right in pairwise(lefts))


def _with_holes(row: _Row) -> list[Item]:
    """The items of a row; lines that are parted by holes only are one."""
    if len(row.items) == 1:
        return row.items
    table = next((item for item in row.items if isinstance(item, Table)), None)
    if table is not None:  # what stands to its left, from the top to the bottom, and what stands to its right
        box = table.box
        return sorted(row.items, key=lambda item: ((_left(item) >= box.x1) - (_right(item) <= box.x0), _top(item)))
    lines = [item for item in row.items if isinstance(item, Line)]
    size = max(line.size for line in lines)
    if max(line.base for line in lines) - min(line.base for line in lines) > 0.5 * size:
        return [*sorted(lines, key=lambda line: line.base)]
    text = lines[0].text + "".join(f"{blank_between(a.text, b.text)}{b.text}" for a, b in pairwise(lines))
    return [Line(text, lines[0].x0, max(line.x1 for line in lines), lines[0].base, lines[0].size)]


def _table(band: list[_Row], edges: list[float]) -> Table:
    """The rows of a table without lines; a row close below another one holds second lines of its cells."""
    steps = [after.y0 - before.y0 for before, after in pairwise(band)]
    usual = median(steps) if steps else 0.0
    merged: list[list[list[Line]]] = []
    for number, row in enumerate(band):
        cells: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
        for item in row.items:
            assert isinstance(item, Line)
            cells[_part(item, edges)].append(item)
        near = number > 0 and steps[number - 1] < _CLOSE * usual
        if near and not all(cells) and all(above for above, cell in zip(merged[-1], cells, strict=True) if cell):
            for above, cell in zip(merged[-1], cells, strict=True):
                above.extend(cell)
        else:
            merged.append(cells)
    widths = [
        max((line.x1 - line.x0 for cells in merged for line in cells[part]), default=0.0)
        for part in range(len(edges) + 1)
    ]
    rows = [[cell_text(cell, width) for cell, width in zip(cells, widths, strict=True)] for cells in merged]
    items = [item for row in band for item in row.items]
    return Table(Box(min(map(_left, items)), band[0].y0, max(map(_right, items)), max(map(_bottom, items))), rows)
