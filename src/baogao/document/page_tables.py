"""Tables of a page that have lines between their cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from baogao.document.glyphs import Box, Glyph
from baogao.document.page_lines import HANGING, Line, lines_of_print

_TOUCH = 2.5
"""Points between two lines that meet."""
_NARROWEST = 4.0
"""Points between two lines of a table; those nearer to each other are one."""
_OPEN_SIDE = 12.0
"""Points by which the lines between rows stand out over the last line between columns where a side has none."""
_MOST_RULES = 400
"""Each way. Drawings have more; a table that has more is read by the places of its words."""
_LAYOUT = 300
"""Characters in a cell of a table with one or two rows: columns of prose with lines around them."""
_TOO_NARROW = 2.1
"""In sizes of the font: with its margins a narrower cell has hardly room for two digits."""
_BEGUN = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*,(\d{0,2})$")
_DIGITS = re.compile(r"\d+(?![\d,])")
_PADDING = 3.0
"""In sizes of the font: a cell with more room than that beside its widest line has no line that is full."""

_FULL = 2.0
"""In sizes of the font: so little room is left beside a line that fills its cell."""


@dataclass
class Table:
    """A table: its place, and its rows, one text for each cell, empty where another cell reaches over."""

    box: Box
    rows: list[list[str]]
    full: list[bool] = field(default_factory=list)
    """For each cell of the last row, whether its last line fills it: it may go on over the page."""


def ruled_tables(glyphs: list[Glyph], across: Sequence[Box], down: Sequence[Box]) -> tuple[list[Table], list[Glyph]]:
    """The tables of a page, and the glyphs that stand in none."""
    level = _merged([(rule.y0 + rule.y1, rule.x0, rule.x1) for rule in across])
    upright = _merged([(rule.x0 + rule.x1, rule.y0, rule.y1) for rule in down])
    if not upright or len(level) < 2 or max(len(level), len(upright)) > _MOST_RULES:
        return [], glyphs
    tables: list[Table] = []
    for rows, columns in _meshes(level, upright):
        grid = _Grid.of(rows, columns)
        if grid is None:
            continue
        inside = [glyph for glyph in glyphs if grid.box.holds((glyph.x0 + glyph.x1) / 2, glyph.middle)]
        table = grid.filled(inside) if inside else None
        if table is not None:
            tables.append(table)
            held = set(map(id, inside))
            glyphs = [glyph for glyph in glyphs if id(glyph) not in held]
    return tables, glyphs


_Rule = tuple[float, float, float]
"""A line: where it lies, where it begins, where it ends."""


def _merged(rules: list[_Rule]) -> list[_Rule]:
    """Lines put together from their pieces. Each comes with twice its place."""
    pieces: dict[int, list[_Rule]] = defaultdict(list)
    last = None
    bucket = -1
    for twice, start, end in sorted(rules):
        if last is None or twice / 2 - last > _TOUCH / 2:
            bucket += 1
            last = twice / 2
        pieces[bucket].append((last, start, end))
    found: list[_Rule] = []
    for group in pieces.values():
        group.sort(key=lambda rule: rule[1])
        place, start, end = group[0]
        for _, begins, ends in group[1:]:
            if begins <= end + _TOUCH:
                end = max(end, ends)
            else:
                found.append((place, start, end))
                start, end = begins, ends
        found.append((place, start, end))
    return found


def _meshes(level: list[_Rule], upright: list[_Rule]) -> list[tuple[list[_Rule], list[_Rule]]]:
    """The lines that hang together, each table's apart."""
    owner = list(range(len(level) + len(upright)))
    root = _finder(owner)
    for i, (y, x0, x1) in enumerate(level):
        for j, (x, y0, y1) in enumerate(upright):
            if x0 - _TOUCH <= x <= x1 + _TOUCH and y0 - _TOUCH <= y <= y1 + _TOUCH:
                owner[root(i)] = root(len(level) + j)
    groups: dict[int, tuple[list[_Rule], list[_Rule]]] = defaultdict(lambda: ([], []))
    for i, rule in enumerate([*level, *upright]):
        groups[root(i)][0 if i < len(level) else 1].append(rule)
    return [(rows, columns) for rows, columns in groups.values() if len(rows) >= 2 and columns]


def _finder(owner: list[int]) -> Callable[[int], int]:
    """Finds the one that stands for a group."""

    def root(one: int) -> int:
        while owner[one] != one:
            owner[one] = owner[owner[one]]
            one = owner[one]
        return one

    return root


def _places(places: list[float], least: float, most: float) -> list[float]:
    """Where lines lie, each once, with the ends where a side has no line."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _NARROWEST:
            found.append(place)
    if found[0] - least > _OPEN_SIDE:
        found.insert(0, least)
    if most - found[-1] > _OPEN_SIDE:
        found.append(most)
    return found


@dataclass
class _Grid:
    """The lines of a table as a grid, and which of its fields have no line between them."""

    xs: list[float]
    ys: list[float]
    owner: list[int]

    @classmethod
    def of(cls, level: list[_Rule], upright: list[_Rule]) -> _Grid | None:
        """The grid of some lines that hang together; None if there is one field only."""
        xs = _places([x for x, _, _ in upright], min(x0 for _, x0, _ in level), max(x1 for _, _, x1 in level))
        ys = _places([y for y, _, _ in level], min(y0 for _, y0, _ in upright), max(y1 for _, _, y1 in upright))
        wide, high = len(xs) - 1, len(ys) - 1
        owner = list(range(max(wide * high, 0)))
        root = _finder(owner)
        beside = [[rule for rule in upright if abs(rule[0] - x) <= _NARROWEST] for x in xs]
        below = [[rule for rule in level if abs(rule[0] - y) <= _NARROWEST] for y in ys]
        for i in range(high):
            for j in range(wide):
                y, x = (ys[i] + ys[i + 1]) / 2, (xs[j] + xs[j + 1]) / 2
                if j + 1 < wide and not _passes(beside[j + 1], y):
                    owner[root(i * wide + j + 1)] = root(i * wide + j)
                if i + 1 < high and not _passes(below[i + 1], x):
                    owner[root((i + 1) * wide + j)] = root(i * wide + j)
        if len({root(one) for one in range(len(owner))}) < 2:
            return None
        return cls(xs, ys, [root(one) for one in range(len(owner))])

    @property
    def box(self) -> Box:
        """Its place."""
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def filled(self, glyphs: list[Glyph]) -> Table | None:
        """The table with these glyphs in it; None where they are prose with lines around."""
        wide, high = len(self.xs) - 1, len(self.ys) - 1
        held: dict[int, list[Glyph]] = defaultdict(list)
        for before, glyph in pairwise([None, *glyphs]):
            assert glyph is not None
            # A mark may hang over the line behind its cell.
            placed = before if before is not None and glyph.text in HANGING and _follows(before, glyph) else glyph
            j = min(max(bisect_right(self.xs, (placed.x0 + placed.x1) / 2) - 1, 0), wide - 1)
            i = min(max(bisect_right(self.ys, placed.middle) - 1, 0), high - 1)
            held[self.owner[i * wide + j]].append(glyph)
        if high <= 2 and max(map(len, held.values())) > _LAYOUT:
            return None
        rows = []
        widths = self._widths()
        written: set[int] = set()
        for i in range(high):
            row = []
            for j in range(wide):
                owner = self.owner[i * wide + j]
                new = owner not in written and owner in held
                written.add(owner)
                row.append(cell_text(lines_of_print(held[owner]), widths[owner]) if new else "")
            if any(row):
                rows.append(row)
        last = [self.owner[(high - 1) * wide + j] for j in range(wide)]
        full = [bool(held[one]) and _is_full(lines_of_print(held[one])[-1], widths[one]) for one in last]
        return Table(self.box, rows, full)

    def _widths(self) -> dict[int, float]:
        """Of each cell, in points."""
        wide = len(self.xs) - 1
        spans: dict[int, tuple[int, int]] = {}
        for place, owner in enumerate(self.owner):
            first, last = spans.get(owner, (wide, 0))
            spans[owner] = min(first, place % wide), max(last, place % wide)
        return {owner: self.xs[last + 1] - self.xs[first] for owner, (first, last) in spans.items()}


def _follows(before: Glyph, after: Glyph) -> bool:
    """Whether a glyph stands right behind another."""
    return after.base == before.base and abs(after.x0 - before.x1) < 0.3 * after.size


def _is_full(line: Line, width: float) -> bool:
    """Whether a line fills a cell of this width."""
    return width - (line.x1 - line.x0) < _FULL * line.size


def _passes(rules: list[_Rule], at: float) -> bool:
    """Whether one of some lines passes a point."""
    return any(start - _TOUCH <= at <= end + _TOUCH for _, start, end in rules)


def _is_rest_of_group(text: str, rest: str) -> bool:
    """Whether digits complete the group of three that a text ends in the midst of."""
    begun, missing = _BEGUN.search(text), _DIGITS.match(rest)
    return begun is not None and missing is not None and len(begun[1]) + len(missing[0]) == 3


def cell_text(lines: list[Line], width: float) -> str:
    """The text of a cell: lines that were broken because the cell was full are one, others have a blank between them.

    Two figures are never made one, but a figure that the cell was too narrow for is: 12,34 and 5, or digit below digit.

    :param width: of the cell, in points.
    """
    free = [width - (line.x1 - line.x0) for line in lines]
    least = min(free, default=0.0)
    text = lines[0].text if lines else ""
    narrow = bool(lines) and width < _TOO_NARROW * lines[0].size and min(len(line.text) for line in lines) == 1
    for number, (before, line) in enumerate(pairwise(lines)):
        below = line.base - before.base > 0.5 * line.size
        full = least < _PADDING * line.size and free[number] - least < 1.1 * line.size
        broken = (narrow and line.text[0].isdigit()) or _is_rest_of_group(text, line.text)
        words = text[-1].isascii() and line.text[0].isascii() and not broken
        text += line.text if below and full and not words else f" {line.text}"
    return text
