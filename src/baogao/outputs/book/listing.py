"""A sheet of the workbook with one head row and a row for each thing: evidence, checks, lists, what waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from baogao.outputs.book.styles import Mark, Styles, height_of
from baogao.outputs.headings import Cell
from baogao.outputs.workbook import fits_a_number, write_cell

_A4 = 9
_LONGEST_LINK = 2000
"""Characters; a workbook allows 2,079."""
MOST_LINKS = 65_000
"""Of a sheet; a workbook allows 65,530."""


class Listing:
    """A sheet that is written row by row.

    :param columns: the head and the width of each column, in characters; a Chinese one takes two.
    :param plain: heads of columns whose numbers are names and not amounts: a year has no comma.
    :param empty: what stands below the heads where there is nothing.
    """

    def __init__(
        self,
        sheet: Any,
        columns: Sequence[tuple[str, int]],
        styles: Styles,
        *,
        plain: Collection[str] = (),
        empty: str = "",
    ) -> None:
        self._sheet = sheet
        self._styles = styles
        self._heads = [head for head, _ in columns]
        self._widths = [width for _, width in columns]
        self._empty = empty
        self._plain = {column for column, head in enumerate(self._heads) if head in plain}
        self._links = 0
        self.height = 0
        for column, (head, width) in enumerate(columns):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, head, styles.head)
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)

    def add(
        self,
        cells: Sequence[Cell],
        links: Mapping[int, str] | None = None,
        styles: Mapping[int, Any] | None = None,
        mark: Mark = "",
    ) -> int:
        """Write a row below the last one, and return its number as people count.

        :param links: by column, where a click on it leads: ``internal:…``, ``external:…``.
        :param styles: by column, what it looks like, where that differs from others.
        :param mark: what all others look like.
        """
        self.height += 1
        height = height_of(zip(cells, self._widths, strict=True))
        if height is not None:
            self._sheet.set_row(self.height, height)
        for column, cell in enumerate(cells):
            link = (links or {}).get(column)
            style = (styles or {}).get(column) or self._style(column, cell, mark)
            if link and cell is not None and self._links < MOST_LINKS and len(link) <= _LONGEST_LINK:
                self._links += 1
                self._sheet.write_url(self.height, column, link, self._styles.words(mark, link=True), str(cell))
            elif cell is None and mark:
                self._sheet.write_blank(self.height, column, None, style)
            else:
                write_cell(self._sheet, self.height, column, cell, style, self._heads[column])
        return self.height + 1

    def _style(self, column: int, cell: Cell, mark: Mark) -> Any:
        if cell is None or isinstance(cell, str | bool) or not fits_a_number(cell):
            return self._styles.words(mark)
        if column in self._plain:
            return self._styles.name(mark)
        return self._styles.number(cell, mark)

    def close(self) -> None:
        """Let rows be filtered; say that there is nothing where there is nothing."""
        if not self.height and self._empty:
            self._sheet.write_string(1, 0, self._empty, self._styles.note)
        self._sheet.autofilter(0, 0, max(self.height, 1), len(self._heads) - 1)
