"""How the text of pages is set: its margins, the room between its lines, whether its first lines are indented."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from baogao.document.page_layout import Column
from baogao.document.page_lines import HANGING, Line

FINAL = re.compile(r"(?:[。！？!?]|(?<=[^\x00-\x7f])\.)[”’」』）)】]*$")
_ATOM = r"(?:[A-Za-z0-9.,%％]+|.)"
_UNIT = re.compile(rf"[（《“‘(〔—…-]*{_ATOM}(?:[，、；。：！？）》.,:;)]+[\d.,%％]*|[“”‘’]{_ATOM})*")
"""What programs do not break at the end of a line: a figure, a word, a character with the marks that hang on it; some
break neither beside a quotation mark nor between a mark and a figure behind it."""
_INDENT = 1.2
"""In sizes of the font: a line further in than that is indented."""
_ASIDE = 2.6
"""In sizes of the font: so much room is left on either side of a title that stands in the middle."""
_ROOM = 0.65
"""In sizes of the font: the room that a full line may leave beside what comes next."""
_LITTLE_ROOM = 0.3
"""The same for a line whose margins are both known."""
_DIGIT_ROOM = 0.06
"""In sizes of the font: by so much a digit may be narrower than the half width that a program reckoned with."""
SAME_SIZE = 0.08
"""Share by which sizes of one text may differ."""
LARGE = 1.15
"""Of the size of the text: titles are larger."""
_DEEPEST = 3.5
"""In sizes of the font: first lines are not indented by more."""
_FEW_LINES = 4
"""Of a page: they may all stand to the right, as who signs does."""
Frame = tuple[float, float]
"""Where a page begins and ends, from left to right."""
_WIDE = 0.75
"""Of the width of a page between margins that are alike: narrower text must be full lines for the most part."""
_MOSTLY = 0.4
"""Share of lines that are then full."""
NEAR = 1.6
"""In sizes of the font: full lines end so near to the margin; of lines that end anywhere more are a little shorter."""
_REACHED = 0.12
"""Share of lines that end at the margin of a text that is set in full lines."""
_COUNTED = 0.2
"""Share of lines with the very same number of characters in a text that was broken by counting them."""
_LONG = 20
"""Characters of a line that can be full even where no other line is as wide."""


@dataclass(frozen=True)
class Measure:
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
        """Whether a line begins further in than the others."""
        return line.x0 - self.left > _INDENT * line.size

    def is_centred(self, line: Line, size: float) -> bool:
        """Whether a line stands in the middle, with room to both sides; a title of larger print than the text may
        leave less."""
        left, right = line.x0 - self.left, self.right - line.x1
        return (
            min(left, right) > (0.5 if line.size > LARGE * size else _ASIDE) * line.size
            and abs(left - right) < 1.5 * line.size
        )

    def is_full(self, line: Line, following: str) -> bool:
        """Whether what follows a line did not fit on it."""
        if not self.full and len(line.text) < _LONG:
            return False
        narrow = _DIGIT_ROOM * sum(map(str.isascii, line.text))
        least = (_unit_width(following) + _ROOM + narrow) * line.size
        return line.count == self.wrap or self.right - line.x1 < least

    def is_filled(self, line: Line, following: str) -> bool:
        """Whether what follows a line that stands in the middle or to the right did not fit on it."""
        return self.right - self.left - (line.x1 - line.x0) < (_unit_width(following) + _LITTLE_ROOM) * line.size


def _unit_width(text: str) -> float:
    """How wide the first piece of a text is that cannot be broken, in sizes of the font."""
    unit = _UNIT.match(text)
    return sum(0.5 if char.isascii() else 1.0 for char in (unit[0] if unit else ""))


@dataclass(frozen=True)
class Habits:
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
    columns: tuple[Frame, ...] = ()
    """Where columns that are narrower than a page begin and end, those with full lines."""

    @classmethod
    def of(cls, pages: Sequence[Sequence[Column]], frames: Sequence[Frame]) -> Habits:
        """Those of some pages."""
        sizes: Counter[float] = Counter()
        measures: list[Measure] = []
        narrow: Counter[Frame] = Counter()
        whole = [line for columns in pages for column in columns if column.whole for line in lines_of_column(column)]
        indented = flush = 0
        for columns, frame in zip(pages, frames, strict=True):
            for column in columns:
                lines = lines_of_column(column)
                measure = measure_of(lines, frame if column.whole else None)
                for line in lines:
                    sizes[round(line.size, 1)] += len(line.text)
                if measure.full and column.whole:
                    measures += [measure] * len(lines)
                elif measure.full:
                    narrow[round(measure.left, 1), round(measure.right, 1)] += len(lines)
                for before, line in pairwise(lines):
                    step = line.base - before.base
                    if step > 0 and FINAL.search(before.text) and not measure.is_full(before, line.text):
                        indented += measure.is_indented(line)
                        flush += not measure.is_indented(line)
        size = sizes.most_common(1)[0][0] if sizes else 12.0
        left = median(measure.left for measure in measures) if measures else None
        width = median(measure.right - measure.left for measure in measures) if measures else 0.0
        return cls(size, left, width, indented > flush, _wrap(whole), tuple(frame for frame, _ in narrow.most_common()))

    def column_measure(self, column: Column) -> Measure:
        """How the text of a narrow column is set, by what other columns in its place are like where it is short."""
        return self._as_others(measure_of(lines_of_column(column), None))

    def _as_others(self, measure: Measure) -> Measure:
        """The measure of a column with the margins of those in its place."""
        for left, right in self.columns:
            if left - 2 <= measure.left and measure.right <= right + 2:
                return replace(measure, left=left, right=right, full=True)
        return measure

    def page_measure(self, columns: Sequence[Column], page: Frame) -> Measure:
        """How the text of a page is set that is as wide as the page, by what other pages are like where it is short."""
        measure = measure_of([line for column in columns for line in lines_of_column(column)], page)
        measure = replace(measure, wrap=measure.wrap or self.wrap)
        lines = sum(len(lines_of_column(column)) for column in columns)
        deepest = _DEEPEST * self.size if lines > _FEW_LINES else math.inf
        if self.left is not None and _INDENT * self.size < measure.left - self.left < deepest:
            measure = replace(measure, left=self.left)  # there are first lines only, or a signature
        if self.width and measure.right - measure.left < 0.97 * self.width:
            return replace(measure, right=measure.left + self.width, full=True)
        return measure if measure.full else self._as_others(measure)


def measure_of(lines: Sequence[Line], page: Frame | None) -> Measure:
    """How some lines are set, odd ones aside.

    :param page: where their page begins and ends, for lines that are as wide as it; its margins are mostly alike.
    """
    if not lines:
        return Measure(0.0, 0.0, False, 0.0)
    size = median(line.size for line in lines)
    left = -_edge([-line.x0 for line in lines], size)
    # Marks may hang over the margin.
    right = _edge([line.x1 - size * (line.text[-1] in HANGING) for line in lines], size)
    reached = sum(right - line.x1 < NEAR * size for line in lines)
    short = sum(NEAR * size <= right - line.x1 < 4 * NEAR * size for line in lines)
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
        and abs(after.size - before.size) < SAME_SIZE * after.size
    ]
    leading = min(_common(steps), 2.6 * size) if steps else 0.0
    return Measure(left, right, full, leading, _wrap(lines))


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


def lines_of_column(column: Column) -> list[Line]:
    """The lines of a column, its tables left out."""
    return [item for item in column.items if isinstance(item, Line)]
