"""Records as a workbook.

The wide table is its first sheet, with one header row of field ids, so that programs read it as it is. The label, unit
and note of a field are the comment of its header cell, and fill the second sheet. Every list of rows has a sheet of its
own behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

import polars as pl
import xlsxwriter

from baogao.errors import UsageError
from baogao.outputs.tables import HELD_BACK
from baogao.schema import FieldSpec, Schema

_SIDES = {"_upper": "upper bound", "_bound": "bound", "_status": "state", "_text": "printed characters", "": ""}
"""What a column says of its field, by the end of its name; the value itself has nothing added to the field's id."""
_WIDTHS = {"title": 40, "source": 28, "doc_id": 24, "error": 24, "row": 6}
_WIDTH_OF_LINES = 60
_WIDTH_OF_WORDS = 24
_WIDTH = 14
"""How wide a column of a table is, in characters: by its name, one with an item a line, one of words, any other."""
_FIELD_SHEET = (("field", 30), ("label", 24), ("unit", 8), ("group", 26), ("kind", 10), ("note", 90))
_OPTIONS = ("options", 30)
"""The columns of the second sheet, and how wide they are; the last where the schema has a choice."""
_LONGEST_NAME = 31
"""Of a sheet, in characters."""


def workbook_bytes(table: pl.DataFrame, schema: Schema, rows: Mapping[str, pl.DataFrame] | None = None) -> bytes:
    """The table of :func:`wide_table` as ``.xlsx``; text is never taken for a formula or a link.

    :param rows: by the id of each list of rows its :func:`rows_table`.
    :raises UsageError: a text is longer than a cell can hold.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            "side": book.add_format({"font_color": "#8a8378", "bottom": 1, "valign": "top"}),
            "lines": book.add_format({"text_wrap": True, "valign": "top"}),
            "cell": book.add_format({"valign": "top"}),
        }
        _write_answers(book.add_worksheet("figures"), table, schema.specs, formats)
        _write_fields(book.add_worksheet("fields"), schema, formats)
        for number, (name, one) in enumerate((rows or {}).items(), start=1):
            plain = len(name) <= _LONGEST_NAME and name not in ("figures", "fields")
            sheet = book.add_worksheet(name if plain else f"rows {number}")
            _write_answers(sheet, one, schema.by_id[name].cells, formats)
    return buffer.getvalue()


def _write_fields(sheet: Any, schema: Schema, formats: dict[str, Any]) -> None:
    """Every field and, below a list of rows, its cells, with what they mean."""
    lines = [*_explained(schema)]
    columns = [*_FIELD_SHEET, *([_OPTIONS] if any(spec.options for _, spec in lines) else [])]
    for column, (name, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["head"])
    for row, (name, spec) in enumerate(lines, start=1):
        group = schema.groups.get(spec.group, "")
        cells = (name, spec.label, spec.unit, group, spec.kind, spec.note, " / ".join(spec.options))
        for column, cell in enumerate(cells[: len(columns)]):
            sheet.write_string(row, column, cell, formats["lines"])
    sheet.freeze_panes(1, 1)


def _explained(schema: Schema) -> Iterator[tuple[str, FieldSpec]]:
    for spec in schema.specs:
        yield spec.id, spec
        yield from ((f"{spec.id}.{cell.id}", cell) for cell in spec.cells)


def _write_answers(sheet: Any, table: pl.DataFrame, specs: Iterable[FieldSpec], formats: dict[str, Any]) -> None:
    """A table whose columns are called by the ids of fields, or of the cells of a row."""
    specs = list(specs)
    meanings = {spec.id + suffix: (spec, side) for suffix, side in _SIDES.items() for spec in specs}
    lists = {HELD_BACK, *(spec.id for spec in specs if spec.kind == "items")}
    words = {spec.id for spec in specs if spec.kind in ("choice", "date", "quote")}
    for column, series in enumerate(table):
        name = series.name
        spec, side = meanings.get(name, (None, ""))
        width = _WIDTH_OF_LINES if name in lists else _WIDTH_OF_WORDS if name in words else _WIDTHS.get(name, _WIDTH)
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["side" if side else "head"])
        if spec is not None:
            unit = f" ({spec.unit})" if spec.unit else ""
            comment = f"{spec.label}: {side}" if side else f"{spec.label}{unit}\n{spec.note}"
            sheet.write_comment(0, column, comment, {"x_scale": 2})
        style = formats["lines" if name in lists else "cell"]
        for row, value in enumerate(series, start=1):
            if isinstance(value, int | float):
                sheet.write_number(row, column, value, style)
            elif value is not None and sheet.write_string(row, column, value, style) < 0:
                raise UsageError(
                    f"row {row + 1}, {name}: {len(value)} characters are more than a cell of a workbook can hold"
                )
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, table.height, table.width - 1)
