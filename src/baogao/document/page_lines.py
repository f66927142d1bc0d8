"""Lines of print: which glyphs of a page stand on one base line, and where there is a blank or a hole between them.

Blanks of the file mean little, because programs set characters apart in many ways; what counts is the room between
them, measured against the room that is usual on the line.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from baogao.document.glyphs import Box, Glyph

HANGING = "，。；、："
"""Marks that may hang over a margin, or the line behind a cell."""
_SAME_BASE = 0.22
"""In sizes of the font: glyphs whose base lines differ by less stand on one line."""
_SMALLER = 0.88
"""A note mark is at most so large, measured against its line."""
_RISE = (0.12, 0.8)
"""By so much, in sizes of the line, a note mark stands above its line."""
_LONGEST_MARK = 6
"""Glyphs."""
_BLANK_IN_WORDS = 0.18
"""Room, in sizes of the font, that parts two words or figures of Latin letters and digits."""
_TYPED_BLANK = 0.08
"""The same where the file has a blank between them: it is no mere shift."""
_WIDE_BLANK = 0.35
"""The same beside Chinese, where the file has a blank; programs leave less beside digits of themselves."""
_BLANK = 0.7
"""Room that is a blank beside Chinese."""
_WIDE = 0.9
"""Room, in sizes of the font, that is more than a blank."""
_HOLE, _HOLE_IN_WORDS = 1.3, 0.9
"""Room that parts the cells of a row, or two columns."""
_GUTTER = 0.6
"""Room between two columns that are as near as can be."""
_GUTTER_LINES = 5
"""Rows with room in one place make a gutter."""
_GUTTER_SIDE = 6
"""Glyphs on either side of it, at least: the room behind the number of an entry is none."""
_COVERED = 0.5
"""For each row with room there, so many may have letters: headings over both columns."""
_MOST_GUTTERS = 20
_WIDEST_PITCH = 2.6
"""Sizes of the font from one character to the next in spread-out words; cells lie further apart."""
_STRUCK = (0.12, 0.62)
"""A line so far above the base line, in sizes of the font, goes through its letters."""
_MOST_RULES = 1_000
"""Lines of a page; a drawing has more, and strikes nothing out."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_RAISED = str.maketrans("0123456789+-=()（）", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁽⁾")
_MARK = re.compile(r"[\d①-⑳*※†‡\[\]()（）〔〕,，+=-]+")
"""What is raised becomes raised characters if it is made of these."""


@dataclass(slots=True)
class Line:
    """Glyphs on one base line without a hole: a line of a column, a cell of a table, a page number."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    count: int = 0
    """Characters, with those that leave no ink."""

    @property
    def top(self) -> float:
        """Where its letters begin."""
        return self.base - 0.88 * self.size

    @property
    def bottom(self) -> float:
        """Where its letters end."""
        return self.base + 0.12 * self.size


def strike(glyphs: list[Glyph], across: Sequence[Box]) -> int:
    """Empty the glyphs that a line goes through the middle of; returns how many there are."""
    rules = sorted(((rule.y0 + rule.y1) / 2, rule.x0, rule.x1) for rule in across)
    struck = [glyph for glyph in glyphs if _is_struck(glyph, rules)] if 0 < len(rules) <= _MOST_RULES else []
    for glyph in struck:
        glyph.text = ""
    return len(struck)


def _is_struck(glyph: Glyph, rules: Sequence[tuple[float, float, float]]) -> bool:
    low, high = (glyph.base - share * glyph.size for share in reversed(_STRUCK))
    middle = (glyph.x0 + glyph.x1) / 2
    near = range(bisect_left(rules, (low,)), bisect_left(rules, (high,)))
    return any(rules[number][1] <= middle <= rules[number][2] for number in near)


def lines_of_print(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines of some glyphs, from the top to the bottom, those on one base line from left to right."""
    rows = _rows(glyphs)
    _attach_marks(rows)
    rows = [row for row in rows if row]
    gutters = _gutters(rows) if len(rows) > _GUTTER_LINES else []
    return [line for row in rows for line in _split(row, gutters) if line.text]


def _gutters(rows: list[list[Glyph]]) -> list[float]:
    """Places across the lines at which many rows have room in the midst of text: between two columns that are near."""
    steps: list[tuple[float, int]] = []
    for row in rows:
        size = _size(row)
        usual, pitch = _usual_room(row, size)
        if pitch is None:
            for number in range(_GUTTER_SIDE, len(row) - _GUTTER_SIDE + 1):
                before, after = row[number - 1], row[number]
                if after.x0 - before.x1 - usual >= _GUTTER * size:
                    steps += [(before.x1, 1), (after.x0, -1)]
    found: list[tuple[int, float]] = []
    open_rows = 0
    steps.sort()
    for (place, step), (end, following) in pairwise(steps):
        open_rows += step
        if step > 0 > following and open_rows >= _GUTTER_LINES:
            found.append((open_rows, (place + end) / 2))
    widest = sorted(found, reverse=True)[:_MOST_GUTTERS]
    return [middle for count, middle in widest if sum(_covers(row, middle) for row in rows) <= _COVERED * count]


def _covers(row: list[Glyph], place: float) -> bool:
    """Whether a letter of a row stands at a place."""
    number = bisect_left(row, place, key=_by_place)
    return any(glyph.x0 < place < glyph.x1 for glyph in row[max(0, number - 2) : number + 1])


def _rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs by base line."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.base):
        if rows and glyph.base - rows[-1][0].base <= _SAME_BASE * min(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    for row in rows:
        row.sort(key=_by_place)
    return rows


def _attach_marks(rows: list[list[Glyph]]) -> None:
    """Put raised small glyphs into the line that they belong to, as raised characters."""
    for number, row in enumerate(rows):
        below = rows[number + 1 : number + 4]
        moved: set[int] = set()
        for run in _runs(row):
            owner = _owner(run, below) if len(run) <= _LONGEST_MARK else None
            if owner is not None:
                moved.update(map(id, run))
                for glyph in _raised(run, owner[0].base):
                    insort(owner, glyph, key=_by_place)
        if moved:
            row[:] = [glyph for glyph in row if id(glyph) not in moved]


def _raised(run: list[Glyph], base: float) -> list[Glyph]:
    """A note mark on the line that it belongs to; letters and brackets are left as they are."""
    words = "".join(glyph.text for glyph in run)
    if _MARK.fullmatch(words) is None:
        return [replace(glyph, base=base) for glyph in run]
    bracketed = "[" in words or "]" in words
    texts = [glyph.text if bracketed and not glyph.text.isdigit() else glyph.text.translate(_RAISED) for glyph in run]
    return [replace(glyph, text=text, base=base) for glyph, text in zip(run, texts, strict=True)]


def _by_place(glyph: Glyph) -> float:
    return glyph.x0


def _runs(row: list[Glyph]) -> list[list[Glyph]]:
    """The glyphs of a row that stand close together and have one size."""
    runs: list[list[Glyph]] = []
    for glyph in row:
        last = runs[-1][-1] if runs else None
        if last and glyph.x0 - last.x1 < 0.5 * glyph.size and abs(glyph.size - last.size) < 0.1 * glyph.size:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return runs


def _owner(run: list[Glyph], below: list[list[Glyph]]) -> list[Glyph] | None:
    """The row whose letters a small run stands beside, raised."""
    for row in below:
        place = bisect_left(row, run[0].x0, key=_by_place)
        for glyph in row[max(0, place - 2) : place + 3]:
            rise = (glyph.base - run[0].base) / glyph.size
            if run[0].size > _SMALLER * glyph.size or not _RISE[0] <= rise <= _RISE[1]:
                continue
            room = 0.5 * glyph.size
            if -room <= run[0].x0 - glyph.x1 <= room or -room <= glyph.x0 - run[-1].x1 <= room:
                return row
    return None


def _size(row: list[Glyph]) -> float:
    """The size of most of a row."""
    return Counter(round(glyph.size, 1) for glyph in row).most_common(1)[0][0] or 1.0


def _split(row: list[Glyph], gutters: list[float]) -> list[Line]:
    """The lines of a row: it is parted at its holes, and at room between columns."""
    size = _size(row)
    usual, pitch = _usual_room(row, size)
    lines: list[Line] = []
    start = 0
    pieces = [row[0].text]
    for number in range(1, len(row) + 1):
        room = _room(row[number - 1], row[number], usual, pitch, size) if number < len(row) else "hole"
        if room == "twice":
            continue
        if number < len(row) and _has_gutter(row[number - 1].x1, row[number].x0, gutters, size):
            room = "hole"
        if room == "hole":
            part = row[start:number]
            end, count = max(glyph.x1 for glyph in part), sum(glyph.count for glyph in part)
            lines.append(Line("".join(pieces), part[0].x0, end, part[0].base, _size(part), count))
            start, pieces = number, []
        elif room == "blank":
            wide = row[number].x0 - row[number - 1].x1 - usual >= _WIDE * size
            pieces.append(blank_between(pieces[-1], row[number].text) if wide else " ")
        if number < len(row):
            pieces.append(row[number].text)
    return lines


def blank_between(before: str, after: str) -> str:
    """What wide room between two words on a line is: a wide blank between Chinese, as between two names that sign."""
    return "\u3000" if _CHINESE.search(before[-1:]) and _CHINESE.match(after) else " "


def _has_gutter(left: float, right: float, gutters: list[float], size: float) -> bool:
    """Whether there is the room of a gutter between two glyphs, at a gutter."""
    return right - left >= 0.5 * size and any(left <= gutter <= right for gutter in gutters)


def _usual_room(row: list[Glyph], size: float) -> tuple[float, float | None]:
    """The room between the characters of a row, and their pitch where they are spread out evenly."""
    if len(row) < 4:
        return 0.0, None
    pairs = list(pairwise(row))
    gaps = [after.x0 - before.x1 for before, after in pairs]
    usual = sorted(gaps)[len(gaps) // 4]  # of a row of cells most glyphs may stand apart
    pitches = Counter(round((after.x0 - before.x0) / size, 1) for before, after in pairs)
    pitch, count = pitches.most_common(1)[0]
    near = min((after.x0 - before.x0 for before, after in pairs if (before.text + after.text).isascii()), default=0.0)
    # Digits at the pitch of Chinese letters are set so one by one, if none of them stand as close as they could.
    least = 1.15 if near < 0.8 * pitch * size else 0.95
    spread = least < pitch <= _WIDEST_PITCH and 2 * count >= len(pairs)
    wide = sum(not glyph.text.isascii() for glyph in row)
    if not spread or 2 * wide < len(row):
        return min(max(usual, 0.0), 0.5 * size), None
    return max(usual, 0.0), pitch * size


def _room(before: Glyph, after: Glyph, usual: float, pitch: float | None, size: float) -> str:
    """What lies between two glyphs: nothing, a blank, a hole; or that the second is the first once more."""
    if before.text == after.text and abs(after.x0 - before.x0) < 0.2 * (before.x1 - before.x0):
        return "twice"
    if pitch is not None and (before.count == 1 or pitch > 1.15 * size):
        middles = (after.x0 + after.x1 - before.x0 - before.x1) / 2
        if min(abs(after.x0 - before.x0 - pitch), abs(middles - pitch)) <= 0.15 * size:
            return ""
    room = (after.x0 - before.x1 - usual) / max(min(before.size, after.size), 0.7 * size)
    words = before.text.isascii() and after.text.isascii()
    if room >= (_HOLE_IN_WORDS if words else _HOLE):
        return "hole"
    if before.count > 1:
        letters = words and before.text.isalpha() and after.text.isalpha()
        return "blank" if letters or room >= (_TYPED_BLANK if words else _WIDE_BLANK) else ""
    return "blank" if room >= (_BLANK_IN_WORDS if words else _BLANK) else ""
