"""Figures in tables that were pasted as text: value, unit from cell or head, and the heads as the label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from baogao.candidates.candidate import USUAL
from baogao.candidates.figures import find_figures
from baogao.candidates.numbers import UNIT, Quantity, parse_quantity, read_unit, times, unknown_units
from baogao.candidates.period import Period
from baogao.document.document import Document, Sentence, Span
from baogao.schema.fields import Cue, Sought

_TABBED = re.compile(r"\t")
_BARRED = re.compile(r"\|")
_GAPPED = re.compile(r" {2,}")
_SPACED = re.compile(r" +")
"""What divides the cells of a row: the first of them that it holds."""
_PURE = re.compile(
    rf"[约近超逾]?[-+]?\d[\d,，. 零一二三四五六七八九十百千万亿]*(?:[余多])?(?:[十百千]?[万亿]|[百千])?(?:[余多])?"
    rf"(?:{UNIT})?(?:以上|以下|以内|左右)?"
)
"""A cell that is a number, with its unit and bound words, and nothing else."""
_RANGE = re.compile(rf"(?:{_PURE.pattern})\s?[-~至到]\s?(?:{_PURE.pattern})")
"""A cell that is a range of numbers."""
_MOVES = re.compile(rf"(?:同比|环比|比上年)?(?:增[长加]|上[升涨]|下[降跌滑]|减少|提[高升]|回落){_PURE.pattern}")
"""A cell that is a change in words: 增长6.2%."""
_BLANKED = re.compile(r"\d{1,3} \d{3}")
"""Thousands with a blank, or two numbers of one cell."""
_OTHERWISE = re.compile(r"(?!(?:19|20)\d\d$)\d{4,}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
"""A cell which shows that a table does not part its thousands with blanks."""
_SIGNED = re.compile(r"[-+]\d")
"""A change against another time."""
_SPACE = re.compile(r"\s")
_HEAD_UNIT = re.compile(r"[(（\[]\s*(?:单位[:：]?)?\s*([^()（）\[\]:：]{1,8})\s*[)）\]]\s*$|[/／、]\s*([^/]{1,3})$")
"""The unit in a head: 收案（件）, 资料[单位：份], 金额/万元."""
_CAPTION_UNIT = re.compile(r"单位[:：]\s*([^\s,，。；;()（）]{1,4})")
_CAPTION = 80
"""Characters above a table in which its 单位：件 may stand."""
_SEQUENCE_HEAD = re.compile(r"序号|编号|No\.?|项次|行次|排名|名次")
_PERIODS: tuple[tuple[Cue, re.Pattern[str]], ...] = (
    ("growth", re.compile(r"同比|环比|增[长幅速减]|变化|[涨降]幅|比上年|较上年|比去年|较去年|±")),
    ("prior_year", re.compile(r"上年|去年|上一年|上期|同期")),
    ("target", re.compile(r"计划数?|目标|任务|预计|明年")),
)
"""Words of a head that say whose or when its figures are; the first cue of each head counts."""
_YEARLY_PERIODS: tuple[tuple[Cue, re.Pattern[str]], ...] = (
    ("growth", re.compile(r"同比|环比|增[长幅速减]|变化|[涨降]幅|比上年|较上年|比去年|较去年|±")),
    ("prior_year", re.compile(r"前年|同期")),
    ("target", re.compile(r"计划数?|目标(?!完成)|任务(?!完成)|预期|明年")),
)
"""The same in a report that is given at the beginning of a year."""
_LAST_YEAR = re.compile(r"(?<![比较前])(?:去年|上一?年)(?!同期)")
_THIS_YEAR = re.compile(r"今年|本年")
_YEAR = re.compile(r"(20\d\d)年")
_MERE_CHANGE = re.compile(r"(?:同比|比上年)?(?:增[长速幅减]|[涨降]幅)(?:率|[(（]?%[)）]?)?")
"""A head that says that its column is one of changes, and not of when."""
_TOTAL = re.compile(r"\s*(?:合\s*计|总\s*计|全[省市县区旗盟州])[数\s]*")
"""The head of the row, or of the column, that sums up the others."""
_LONGEST_HEAD = 1_000
"""Characters of a row's head, which goes into the label of each of its cells."""


class Cell(NamedTuple):
    """A number in a table; its offsets count in the document."""

    figure: Quantity
    label: str
    """Row head and column head, joined by a space; of each no more than a label needs."""
    cues: tuple[Cue, ...]


_Cells = list[tuple[str, Span]]
"""The cells of a row: what is printed in each, and where."""


def find_cells(
    document: Document, folded: str, period: Period, planned: Sequence[Span] = (), sought: Sought = USUAL
) -> Iterator[Cell]:
    """The numbers in all tables of a document, in reading order.

    :param folded: the document's text, folded.
    :param planned: the spans about what is to come; they count where a report is given after its period.
    :param sought: numbers with a sign, ranges as one figure, and units that the grammar does not know, where they are.
    """
    for rows in tables_of(document):
        start = rows[0].span[0]
        caption = folded[max(0, start - _CAPTION) : start]
        cells = [split_row(folded[slice(*row.span)], row.span[0]) for row in rows]
        own = f"{period.year}年" in caption or "去年" in caption
        ahead = period.yearly and not own and any(begin <= start < end for begin, end in planned)
        yield from _Table(cells, caption, period, ahead, sought).cells()


def tables_of(document: Document) -> list[list[Sentence]]:
    """The tables of a document, each as its rows."""
    tables: list[list[Sentence]] = []
    for sentence in document.sentences:
        if sentence.row and tables and sentence.paragraph == tables[-1][-1].paragraph + 1:
            tables[-1].append(sentence)
        elif sentence.row:
            tables.append([sentence])
    return tables


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
    """A table while it is read from its first row to its last."""

    def __init__(self, rows: list[_Cells], caption: str, period: Period, ahead: bool, sought: Sought) -> None:
        self.rows = rows
        self.period = period
        self.ahead = ahead
        self.sought = sought
        self.units = unknown_units(sought.units)
        heads = [text for text, _ in rows[0]]
        self.heads = [] if any(map(_PURE.fullmatch, heads)) else heads
        self.first_head = self.heads[0] if self.heads else ""
        self.running = {column for column, head in enumerate(self.heads) if _SEQUENCE_HEAD.search(head)}
        """The columns of running numbers, by their heads."""
        unit = _CAPTION_UNIT.search(caption)
        self.unit = unit[1] if unit else ""
        self.parent = ""
        """The name of the last row that has one of its own."""
        printed = [text for row in rows for text, _ in row]
        blanked = sum(_BLANKED.fullmatch(text) is not None for text in printed)
        self.blanks_part = blanked > 1 or not any(map(_OTHERWISE.fullmatch, printed))
        self.total_row = any(_TOTAL.fullmatch(row[0][0]) for row in rows if row)
        self.total_column = any(map(_TOTAL.fullmatch, self.heads))

    def cells(self) -> Iterator[Cell]:
        """Its numbers, row by row; running numbers are none."""
        for row in self.rows[1:] if self.heads else self.rows:
            counted = [column for column in range(len(row)) if column not in self.running]
            first = row[0][0] if row else ""
            numbered = first.isdigit() and len(first) <= 2 < len(row) and not _PURE.fullmatch(row[1][0])
            if numbered and not self.first_head:
                counted = counted[1:]
            name = " ".join(self._named([row[column][0] for column in counted]))[:_LONGEST_HEAD]
            if name.startswith("其中") or (row and not first):
                name = f"{self.parent} {name}".strip()  # the row goes on from the one above
            else:
                self.parent = name
            unit = next((text for text, _ in row if text and read_unit(text)), "")
            for column in counted:
                yield from self._numbers(row[column], name, column, unit)

    def _named(self, words: list[str]) -> Iterator[str]:
        """The cells of a row that name its figures: those before the first one, where a cell may tell of a change."""
        for word in words:
            if self.period.yearly and next(find_figures(word, folded=True, sought=self.sought), None) is not None:
                return
            if word and not self._is_figure(word) and read_unit(word) is None:
                yield word

    def _time_of(self, column: int) -> str:
        """The head that tells the time of a column: of a mere 增长 the one on its left that names a year."""
        if not self.period.yearly or not _MERE_CHANGE.fullmatch(self.heads[column]):
            return ""
        before = (head for head in reversed(self.heads[:column]) if not _MERE_CHANGE.fullmatch(head))
        return next(before, "")

    def _is_figure(self, word: str) -> bool:
        """Whether a cell is a number, or a range or a change where they are sought, and no name."""
        ranges = "range" in self.sought.kinds and _RANGE.fullmatch(word)
        moves = self.sought.signed and _MOVES.fullmatch(word)
        return bool(_PURE.fullmatch(word) or ranges or moves)

    def _numbers(self, cell: tuple[str, Span], row_head: str, column: int, row_unit: str) -> Iterator[Cell]:
        """The numbers in one cell; one without a unit takes it from its row, its heads or the caption."""
        text, (start, end) = cell
        column_head = self.heads[column][:_LONGEST_HEAD] if column < len(self.heads) else ""
        label = f"{row_head} {column_head}".strip()
        cues = self._cues(row_head, column_head, self._time_of(column) if column_head else "")
        if not _PURE.fullmatch(text):
            printed = self._units(row_unit, row_head, column_head)
            if self.sought.signed and _MOVES.fullmatch(text):
                cues = tuple(sorted({*cues, "growth"}))
            for figure in find_figures(text, folded=True, sought=self.sought):
                if figure.upper is not None and not figure.unit:
                    figure = _with_unit(figure, printed)
                yield Cell(figure._replace(start=start + figure.start, end=start + figure.end), label, cues)
            return
        quantity = parse_quantity(text, self.units)
        one = self.blanks_part and " " not in column_head
        if quantity is None or (not one and _BLANKED.fullmatch(text)):
            return
        signed = _SIGNED.match(text)
        if signed and "growth" not in cues:
            cues = tuple(sorted({*cues, "growth"}))
        if quantity.end - quantity.start + bool(signed) < len(_SPACE.sub("", text)):
            return  # 1.2.3, or 12,34: no part of it is read
        if not quantity.unit:
            quantity = _with_unit(quantity, self._units(row_unit, row_head, column_head))
        if signed and self.sought.signed:
            quantity = quantity._replace(falls=text.startswith("-"))
        yield Cell(quantity._replace(start=start, end=end), label, cues)

    def _units(self, *printed: str) -> tuple[str, int] | None:
        """The unit of a cell that prints none, and its factor: that of its row, its heads, or the caption."""
        row_unit, row_head, column_head = printed
        own = _unit_in(column_head)
        first = own if self.period.yearly and own == "%" else row_unit  # 亿元 in the row, and a column of 增长(%)
        named = (first, own, _unit_in(row_head), self.unit)
        return next(filter(None, (read_unit(name, self.units) for name in named)), None)

    def _cues(self, row_head: str, column_head: str, time: str) -> tuple[Cue, ...]:
        """What the heads of a cell say of its numbers; see ``baogao.candidates.cues``.

        :param time: the head of another column that tells the time of this one; empty where it does itself.
        """
        found: set[Cue] = set()
        words = _YEARLY_PERIODS if self.period.yearly else _PERIODS
        for head in (row_head, column_head):
            found.update([cue for cue, pattern in words if pattern.search(head)][:1])
        years = [int(year) for year in _YEAR.findall(f"{row_head} {column_head}")]
        if self.period.year is not None and years and max(years) < self.period.year:
            found.add("prior_year")
        if self.period.yearly:
            heads = f"{row_head} {column_head} {time}"
            found |= self._cues_of_time([int(year) for year in _YEAR.findall(heads)], heads)
            found |= {"target"} if time and _YEARLY_PERIODS[-1][1].search(time) else set()
        # One of several rows, or of several columns, that another one sums up is a part.
        beside_row = self.total_row and not _TOTAL.fullmatch(row_head)
        beside_column = self.total_column and not _TOTAL.fullmatch(column_head)
        if "其中" in row_head or beside_row or beside_column:
            found.add("part")
        return tuple(sorted(found))

    def _cues_of_time(self, years: list[int], heads: str) -> set[Cue]:
        """What the heads of a report that is given at the beginning of a year say of the years before and after."""
        year, afterwards = self.period.year, self.period.afterwards
        last, this = _LAST_YEAR.search(heads) is not None, _THIS_YEAR.search(heads) is not None
        if year is not None and years and max(years) > year:
            return {"target"}
        if last and not afterwards:
            return {"prior_year"}
        named = bool(years) or last or this
        return {"target"} if (this and afterwards) or (self.ahead and not named) else set()


def _with_unit(figure: Quantity, known: tuple[str, int] | None) -> Quantity:
    """A figure without a unit in one that is printed elsewhere, by the unit's factor."""
    if known is None:
        return figure
    unit, factor = known
    upper = None if figure.upper is None else times(figure.upper, factor)
    return figure._replace(unit=unit, value=times(figure.value, factor), upper=upper)


def _unit_in(head: str) -> str:
    """The unit that a head ends with; empty if none."""
    match = _HEAD_UNIT.search(head)
    return (match[1] or match[2]).strip() if match else ""
