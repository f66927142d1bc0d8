"""The sheets of lists: the entries of all lists in one, and for each list of rows one with its cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baogao.outputs.book.listing import Listing
from baogao.outputs.book.styles import Mark, Styles
from baogao.outputs.headings import Cell, with_unit
from baogao.outputs.long import link_to, subject_cells
from baogao.outputs.records import words_of
from baogao.outputs.tables import number_of, on_one_line
from baogao.outputs.workbook import LONGEST_NAME
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, Item

_SUBJECT = [("报告", 24), ("所属地区", 16), ("年份", 8)]
_NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")


class ListSheets:
    """The sheets of a schema's lists.

    :param taken: names of other sheets.
    :param page: the address of the run's page.
    """

    def __init__(self, book: Any, schema: Schema, styles: Styles, taken: set[str], page: str) -> None:
        self._schema = schema
        self._styles = styles
        self._page = page
        self.names = dict.fromkeys((spec.id for spec in schema.lists), "列表") | _row_names(schema, {*taken, "列表"})
        """By the id of a list, the name of its sheet."""
        self._sheets: dict[str, Listing] = {}
        if schema.lists:
            columns = [*_SUBJECT, ("列表", 18), ("序号", 6), ("条目", 90), ("页", 6), ("核对", 12), ("链接", 8)]
            listing = Listing(book.add_worksheet("列表"), columns, styles, plain=("年份", "序号", "页"), empty="无")
            self._sheets = dict.fromkeys((spec.id for spec in schema.lists), listing)
        for spec in schema.rows:
            self._sheets[spec.id] = self._rows_sheet(book, spec)

    def add(self, record: Record) -> Mapping[str, int]:
        """Write the lists of a report; by the id of a list, the number of its first row."""
        first: dict[str, int] = {}
        head = [*subject_cells(record, self._schema).values()]
        for spec in self._schema.lists:
            for number, item in enumerate(record.lists.get(spec.id, ())):
                at = self._add_item(
                    [*head, spec.label, number + 1], item, self._link(record, f"{spec.id}/{number}"), spec
                )
                first.setdefault(spec.id, at)
        for spec in self._schema.rows:
            for number, row in enumerate(record.rows.get(spec.id, ())):
                key = f"{spec.id}/{number}/{next(iter(row), '')}"
                first.setdefault(spec.id, self._add_row([*head, number + 1], row, self._link(record, key), spec))
        return first

    def close(self) -> None:
        """All is written."""
        for listing in dict.fromkeys(self._sheets.values()):
            listing.close()

    def _link(self, record: Record, key: str) -> str:
        return f"external:{link_to(record.doc_id, key, self._page)}"

    def _add_item(self, head: list[Cell], item: Item, link: str, spec: FieldSpec) -> int:
        seen = item.reviewed
        cells: list[Cell] = [*head, on_one_line(item.text), item.page, seen.who if seen else None, "打开"]
        mark: Mark = "" if seen is None else "accepted" if seen.act == "accept" else "person"
        return self._sheets[spec.id].add(cells, {len(cells) - 1: link}, mark=mark)

    def _add_row(self, head: list[Cell], row: Mapping[str, Answer], link: str, spec: FieldSpec) -> int:
        cells, styles = [*head], {}
        for cell in spec.cells:
            answer = row.get(cell.id)
            if answer is not None and answer.status != "not_reported" and cell.kind == "figure":
                styles[len(cells)] = self._styles.number(answer.value, "", answer.bound)
                cells.append(number_of(answer))
            else:
                cells.append(words_of(answer.value) if answer else None)
            if cell.kind == "figure" and "range" in cell.takes:
                cells.append(answer.upper if answer else None)
        cells.append("打开")
        return self._sheets[spec.id].add(cells, {len(cells) - 1: link}, styles)

    def _rows_sheet(self, book: Any, spec: FieldSpec) -> Listing:
        columns = [*_SUBJECT, ("序号", 6)]
        for cell in spec.cells:
            columns.append((with_unit(cell), 13 if cell.kind == "figure" else 30))
            if cell.kind == "figure" and "range" in cell.takes:
                columns.append((f"{with_unit(cell)}·上限", 13))
        columns.append(("链接", 8))
        return Listing(
            book.add_worksheet(self.names[spec.id]), columns, self._styles, plain=("年份", "序号"), empty="无"
        )


def _row_names(schema: Schema, taken: set[str]) -> dict[str, str]:
    """The names of the sheets of lists of rows: their labels, as far as a workbook allows them."""
    names: dict[str, str] = {}
    for number, spec in enumerate(schema.rows, start=1):
        name = spec.label.translate(_NOT_IN_NAMES).strip()[:LONGEST_NAME]
        used = {one.casefold() for one in (*taken, *names.values(), "history")}
        names[spec.id] = f"明细 {number}" if not name or name.casefold() in used else name
    return names
