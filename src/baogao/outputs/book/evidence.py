"""The sheet of evidence: everything that a report states, with its sentence and the way to its place in the page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from baogao.outputs.book.listing import Listing
from baogao.outputs.book.marks import mark_of
from baogao.outputs.book.styles import Styles
from baogao.outputs.headings import Headings
from baogao.outputs.long import Statement
from baogao.outputs.tables import Row
from baogao.schema import Schema
from baogao.schema.values import Answer

_WIDTHS = {"doc_id": 24, "place": 16, "group": 25, "label": 26, "value": 13, "words": 30, "text": 20, "sentence": 64}
_WIDTHS |= {"by": 12, "reviewed_at": 18, "comment": 20, "reason": 20, "field": 26}
_WIDTH = 9
_COLUMNS = (
    *("doc_id", "place", "year", "group", "label", "row", "status", "value", "upper", "words", "bound", "unit"),
    *("text", "sentence", "page", "link", "confidence", "by", "reviewed", "reviewer", "reviewed_at", "comment"),
    *("start", "end", "field"),
)
_NAMES = ("year", "row", "page", "start", "end")
"""Columns of numbers that are no amounts."""


class EvidenceSheet:
    """A row for each statement."""

    def __init__(self, sheet: Any, schema: Schema, styles: Styles, *, silent: bool) -> None:
        self._styles = styles
        self._headings = Headings(schema, "zh")
        self._columns = [*_COLUMNS, *(("held_back", "reason") if silent else ())]
        heads = self._headings.heads(self._columns)
        widths = [(head, _WIDTHS.get(column, _WIDTH)) for head, column in zip(heads, self._columns, strict=True)]
        self._listing = Listing(sheet, widths, styles, plain=self._headings.heads(_NAMES), empty="没有数据")

    def add(self, statement: Statement, row: Row, failing: Collection[str]) -> int:
        """Write a statement; the number of its row.

        :param failing: the fields of checks that do not hold.
        """
        mark = mark_of(statement, failing)
        value, said = self._columns.index("value"), statement.said
        styles = {}
        if isinstance(said, Answer) and row.get("value") is not None:
            styles[value] = self._styles.number(row["value"], mark)
        cells = [self._headings.said(column, row.get(column)) for column in self._columns]
        cells[self._columns.index("words")] = self._headings.words(statement.spec, row.get("words"))
        if row.get("reviewed_at") is not None:
            cells[self._columns.index("reviewed_at")] = str(row["reviewed_at"])[:16].replace("T", " ")
        at = self._columns.index("link")
        link = row["link"]
        cells[at] = "打开"
        return self._listing.add(cells, {at: f"external:{link}"}, styles, mark if statement.stated else "silent")

    def close(self) -> None:
        """All is written."""
        self._listing.close()


@dataclass(frozen=True)
class Evidence:
    """Where a statement stands in the sheet of evidence, and what it says there."""

    row: int
    sentence: str | None
