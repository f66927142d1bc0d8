"""Figures in tables that were pasted as text: value, unit from cell or head, and the heads as the label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from baogao.candidates.candidate import Cue
from baogao.candidates.measures import UNIT, read_unit
from baogao.candidates.numbers import Quantity, find_figures, parse_quantity
from baogao.candidates.period import Period, period_of, year_of
from baogao.document.document import Document, Sentence, Span

_TABBED = re.compile(r"\t")
_BARRED = re.compile(r"[ ]*\|[ ]*")
_GAPPED = re.compile(r" {2,}")
_SPACED = re.compile(r" +")
_PURE = re.compile(
    rf"[约近超逾]?[-+]?\d[\d,. ]*(?:[余多])?(?:[十百千]?[万亿]|[百千])?(?:[余多])?(?:{UNIT})?(?:以上|以下|以内|左右)?"
)
_HEAD_UNIT = re.compile(r"[(（\[]\s*(?:单位[:：]?)?\s*([^()（）\[\]:：]{1,4})\s*[)）\]]\s*$|[/／、]\s*([^/]{1,3})$")
_CAPTION_UNIT = re.compile(r"单位[:：]\s*([^\s,，。；;()（）]{1,4})")
_SEQUENCE_HEAD = re.compile(r"序号|编号|No\.?|项次|行次|排名|名次")
_PERIODS: tuple[tuple[Cue, re.Pattern[str]], ...] = (
    ("growth", re.compile(r"同比|环比|增[长幅速减]|变化|[涨降]幅|比上年|较上年|比去年|较去年|±")),
    ("prior_year", re.compile(r"上年|去年|上一年|上期|同期")),
    ("target", re.compile(r"计划数?|目标|任务|预计|明年")),
)
_YEAR = re.compile(r"(20\d\d)年")
_TOTAL = re.compile(r"\s*(?:合\s*计|总\s*计|全[省市县区旗盟州])[数\s]*")


@dataclass(frozen=True)
class Cell:
    """A number in a table; its offsets count in the document."""

    figure: Quantity
    label: str
    """Row head and column head, joined by a space."""
    cues: tuple[Cue, ...]


_Cells = list[tuple[str, Span]]


def find_cells(document: Document, folded: str) -> Iterator[Cell]:
    """The numbers in all tables of a document, in reading order."""
    runs = list(_runs(document))
    if not runs:
        return
    period = period_of("".join(folded[begin:end] for begin, end in document.main))
    for run in runs:
        caption = folded[max(0, run[0].span[0] - 80) : run[0].span[0]]
        yield from _Table(run, folded, caption, period).cells()


def _runs(document: Document) -> Iterator[list[Sentence]]:
    """Rows that follow one another."""
    run: list[Sentence] = []
    for sentence in document.sentences:
        if sentence.row and (not run or sentence.paragraph == run[-1].paragraph + 1):
            run.append(sentence)
            continue
        if run:
            yield run
        run = [sentence] if sentence.row else []
    if run:
        yield run


def split_row(line: str, offset: int) -> _Cells:
    """The cells of a row with their spans; empty cells are kept where tabs or bars divide."""
    divider = next((d for d in (_TABBED, _BARRED, _GAPPED) if d.search(line.strip())), _SPACED)
    cuts = [(0, 0), *(match.span() for match in divider.finditer(line)), (len(line), len(line))]
    cells: _Cells = []
    for (_, start), (end, _) in pairwise(cuts):
        text = line[start:end]
        begin = offset + start + len(text) - len(text.lstrip())
        cells.append((text.strip(), (begin, begin + len(text.strip()))))
    if divider is _BARRED:
        return cells[1:-1] if not cells[0][0] and not cells[-1][0] else cells
    return cells if divider is _TABBED else [cell for cell in cells if cell[0]]


class _Table:
    def __init__(self, rows: list[Sentence], folded: str, caption: str, period: Period) -> None:
        self.rows = [split_row(folded[slice(*row.span)], row.span[0]) for row in rows]
        self.period = period
        first = self.rows[0]
        self.heads = [text for text, _ in first] if not any(_is_number(text) for text, _ in first) else []
        match = _CAPTION_UNIT.search(caption)
        self.unit = match[1] if match else ""
        self.parent = ""
        self.total_row = any(_TOTAL.fullmatch(row[0][0]) for row in self.rows if row)
        self.total_column = any(_TOTAL.fullmatch(head) for head in self.heads)

    def cells(self) -> Iterator[Cell]:
        for row in self.rows[1:] if self.heads else self.rows:
            yield from self._row(row)

    def _row(self, row: _Cells) -> Iterator[Cell]:
        skipped = {column for column, (text, _) in enumerate(row) if self._is_sequence(column, text, row)}
        names = [text for column, (text, _) in enumerate(row) if column not in skipped and self._is_name(column, text)]
        head = self._row_head(row, " ".join(names))
        unit = next((text for text, _ in row if text and read_unit(text)), "")
        for column, (text, span) in enumerate(row):
            if column not in skipped:
                yield from self._figures(text, span, column, head, unit)

    def _row_head(self, row: _Cells, name: str) -> str:
        """The row's name; a row that goes on from the one above (an empty number, 其中) bears that one's name too."""
        if name.startswith("其中") or (row and not row[0][0]):
            return f"{self.parent} {name}".strip()
        self.parent = name
        return name

    def _is_sequence(self, column: int, text: str, row: _Cells) -> bool:
        if column < len(self.heads) and self.heads[column]:
            return _SEQUENCE_HEAD.search(self.heads[column]) is not None
        return column == 0 and text.isdigit() and len(text) <= 2 and len(row) > 2 and not _is_number(row[1][0])

    def _is_name(self, column: int, text: str) -> bool:
        return bool(text) and not _is_number(text) and read_unit(text) is None

    def _head(self, column: int) -> str:
        return self.heads[column] if column < len(self.heads) else ""

    def _figures(self, text: str, span: Span, column: int, row_head: str, row_unit: str) -> Iterator[Cell]:
        label = f"{row_head} {self._head(column)}".strip()
        cues = self._cues(row_head, self._head(column))
        if _is_number(text):
            figure = parse_quantity(text)
            if figure is not None:
                figure = figure._replace(start=span[0], end=span[1])
                yield Cell(self._with_unit(figure, column, row_head, row_unit), label, cues)
            return
        for figure in find_figures(text, folded=True):
            yield Cell(figure._replace(start=span[0] + figure.start, end=span[0] + figure.end), label, cues)

    def _with_unit(self, figure: Quantity, column: int, row_head: str, row_unit: str) -> Quantity:
        if figure.unit:
            return figure
        for printed in (row_unit, _unit_in(self._head(column)), _unit_in(row_head), self.unit):
            known = read_unit(printed)
            if known is not None:
                unit, factor = known
                value = figure.value * factor
                return figure._replace(unit=unit, value=value.to_integral_value() if value == int(value) else value)
        return figure

    def _cues(self, row_head: str, column_head: str) -> tuple[Cue, ...]:
        found: set[Cue] = set()
        for head in (row_head, column_head):
            found.update([cue for cue, words in _PERIODS if words.search(head)][:1])
        years = [year_of(match[1]) for match in _YEAR.finditer(f"{row_head} {column_head}")]
        if self.period.year is not None and years and max(years) < self.period.year:
            found.add("prior_year")
        if "其中" in row_head or self._beside_total(row_head, column_head):
            found.add("part")
        return tuple(sorted(found))

    def _beside_total(self, row_head: str, column_head: str) -> bool:
        """Whether a row or a column is one of several that another one sums up."""
        beside_row = self.total_row and not _TOTAL.fullmatch(row_head)
        return beside_row or (self.total_column and not _TOTAL.fullmatch(column_head))


def _unit_in(head: str) -> str:
    match = _HEAD_UNIT.search(head)
    return (match[1] or match[2]).strip() if match else ""


def _is_number(text: str) -> bool:
    return _PURE.fullmatch(text) is not None
