"""Records as a workbook for programs.

The wide table, or the long one, is its first sheet, with one header row of ids, so that programs read it as it is. The
label, unit and note of a field are the comment of its header cell, and fill the second sheet. Every list of rows has a
sheet of its own behind them. The workbook for people is :mod:`baogao.outputs.book`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from baogao.errors import UsageError
from baogao.outputs.delimited import digits
from baogao.outputs.exported import Exported
from baogao.outputs.headings import SIDES, Cell
from baogao.outputs.tables import HELD_BACK, REVIEWED, Columns, Row
from baogao.record import Record
from baogao.schema import FieldSpec, Schema

_SIDES = {"_upper": "upper bound", "_bound": "bound", "_status": "state", "_text": "printed characters", "": ""}
"""What a column says of its field, by the end of its name; the value itself has nothing added to the field's id."""
_WIDTHS = {"title": 40, "source": 28, "doc_id": 24, "error": 24, "row": 6, "label": 24, "sentence": 60, "text": 24}
_WIDTH_OF_LINES = 60
_WIDTH_OF_WORDS = 24
_WIDTH = 14
"""How wide a column of a table is, in characters: by its name, one with an item a line, one of words, any other."""
_FIELD_SHEET = (("field", 30), ("label", 24), ("unit", 8), ("group", 26), ("kind", 10), ("note", 90))
_OPTIONS = ("options", 30)
"""The columns of the second sheet, and how wide they are; the last where the schema has a choice."""
LONGEST_NAME = 31
"""Of a sheet, in characters."""
MOST_ROWS = 1_048_576
"""Of a sheet."""
MOST_DIGITS = 15
"""Of a number in a workbook; one that has more is a text, so that none of them is lost."""

SheetOf = tuple[Columns, Sequence[FieldSpec], Callable[[Record], Iterable[Row]]]
"""The columns of a sheet, the fields that they are called by, and the rows that a record gives it."""


def write_workbook(exported: Exported, path: Path, tables: Sequence[SheetOf], *, long: bool) -> int:
    """Write tables as ``.xlsx``; text is never taken for a formula or a link.

    :param tables: the wide or the long one, and those of the schema's lists of rows.
    :returns: how many rows the first of them has.
    :raises UsageError: a text is longer than a cell can hold, or a sheet is.
    """
    schema = exported.schema
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            "side": book.add_format({"font_color": "#8a8378", "bottom": 1, "valign": "top"}),
            "lines": book.add_format({"text_wrap": True, "valign": "top"}),
            "cell": book.add_format({"valign": "top"}),
        }
        first = book.add_worksheet("long" if long else "figures")
        write_fields(book.add_worksheet("fields"), schema, formats)
        names = sheet_names([spec.id for spec in schema.rows], {first.name, "fields"})
        sheets = [first, *(() if long else (book.add_worksheet(names[spec.id]) for spec in schema.rows))]
        written = [
            _Sheet(sheet, columns, specs, formats) for sheet, (columns, specs, _) in zip(sheets, tables, strict=True)
        ]
        for record in exported.records:
            for sheet, (*_, rows_from) in zip(written, tables, strict=True):
                for row in rows_from(record):
                    sheet.add(row)
        for sheet in written:
            sheet.close()
    return written[0].height


def sheet_names(names: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Names of sheets for some lists of rows: their own, where a workbook allows them; else their numbers."""
    return {
        name: name if len(name) <= LONGEST_NAME and name not in taken else f"rows {number}"
        for number, name in enumerate(names, start=1)
    }


def write_fields(
    sheet: Any, schema: Schema, formats: Mapping[str, Any], columns_at: Mapping[str, str] | None = None
) -> None:
    """Every field and, below a list of rows, its cells, with what they mean.

    :param columns_at: by field, the column of another sheet where it stands.
    """
    lines = [*_explained(schema)]
    columns = [*_FIELD_SHEET, *([_OPTIONS] if any(spec.options for _, spec in lines) else [])]
    columns += [] if columns_at is None else [("column", 10)]
    for column, (name, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["head"])
    for row, (name, spec) in enumerate(lines, start=1):
        group = schema.groups.get(spec.group, "")
        cells = [name, spec.label, spec.unit, group, spec.kind, spec.note]
        cells += [" / ".join(spec.options)] if _OPTIONS in columns else []
        cells += [] if columns_at is None else [columns_at.get(name, "")]
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, formats["lines"])
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _explained(schema: Schema) -> Iterator[tuple[str, FieldSpec]]:
    for spec in schema.specs:
        yield spec.id, spec
        yield from ((f"{spec.id}.{cell.id}", cell) for cell in spec.cells)


def write_cell(sheet: Any, row: int, column: int, value: Cell, style: Any, name: str) -> None:
    """Write a cell: numbers as numbers, all else as text.

    :param name: what the column is called, for the error.
    :raises UsageError: a text is longer than a cell can hold; there is no such row.
    """
    if row >= MOST_ROWS:
        raise UsageError(f"{name}: more than {MOST_ROWS} rows are more than a sheet of a workbook can hold")
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif not isinstance(value, str) and fits_a_number(value):
        sheet.write_number(row, column, value, style)
    elif sheet.write_string(row, column, value if isinstance(value, str) else digits(value), style) < 0:
        length = len(str(value))
        raise UsageError(f"row {row + 1}, {name}: {length} characters are more than a cell of a workbook can hold")


def fits_a_number(value: float | Decimal) -> bool:
    """Whether a workbook keeps all digits of a number."""
    return not isinstance(value, Decimal) or len(digits(value).lstrip("-").replace(".", "").strip("0")) <= MOST_DIGITS


class _Sheet:
    """A table whose columns are called by the ids of fields, or of the cells of a row; written row by row."""

    def __init__(self, sheet: Any, columns: Columns, specs: Iterable[FieldSpec], formats: Mapping[str, Any]) -> None:
        self._sheet = sheet
        self._names = [name for name, _ in columns]
        self.height = 0
        specs = list(specs)
        lists = {HELD_BACK, REVIEWED, "sentence", *(spec.id for spec in specs if spec.kind == "items")}
        words = {spec.id for spec in specs if spec.kind in ("choice", "date", "quote")}
        self._styles = [formats["lines" if name in lists else "cell"] for name in self._names]
        meanings = {spec.id + side: (spec, _SIDES[side]) for side in SIDES for spec in specs}
        wide = {name: _WIDTH_OF_LINES for name in lists if specs} | dict.fromkeys(words, _WIDTH_OF_WORDS)
        for column, name in enumerate(self._names):
            spec, side = meanings.get(name, (None, ""))
            sheet.set_column(column, column, wide.get(name) or _WIDTHS.get(name, _WIDTH))
            sheet.write_string(0, column, name, formats["side" if side else "head"])
            if spec is not None:
                unit = f" ({spec.unit})" if spec.unit else ""
                comment = f"{spec.label}: {side}" if side else f"{spec.label}{unit}\n{spec.note}"
                sheet.write_comment(0, column, comment, {"x_scale": 2})
        sheet.freeze_panes(1, 1)

    def add(self, row: Row) -> None:
        """Write a row below the last one."""
        self.height += 1
        for column, (name, style) in enumerate(zip(self._names, self._styles, strict=True)):
            write_cell(self._sheet, self.height, column, row.get(name), style, name)

    def close(self) -> None:
        """Let rows be filtered."""
        self._sheet.autofilter(0, 0, self.height, len(self._names) - 1)
