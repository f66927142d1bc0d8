"""Records as a workbook.

The wide table is its first sheet, with one header row of field ids, so that programs read it as it is. The label, unit
and note of a field are the comment of its header cell, and fill the second sheet.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import polars as pl
import xlsxwriter

from baogao.errors import UsageError
from baogao.outputs.tables import HELD_BACK
from baogao.schema import Schema

_SIDES = {"_bound": "bound", "_status": "state", "_text": "printed characters", "": ""}
"""What a column says of its field, by the end of its name; the value itself has nothing added to the field's id."""
_WIDTHS = {"title": 40, "source": 28, "doc_id": 24, "error": 24}
_WIDTH_OF_LINES = 60
_WIDTH = 14
"""How wide a column of the first sheet is, in characters: by its name, one with an item a line, any other."""
_FIELD_SHEET = (("field", 30), ("label", 24), ("unit", 8), ("group", 26), ("kind", 10), ("note", 90))
"""The columns of the second sheet, and how wide they are."""


def workbook_bytes(table: pl.DataFrame, schema: Schema) -> bytes:
    """The table of :func:`wide_table` as ``.xlsx``; text is never taken for a formula or a link.

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
        _write_figures(book.add_worksheet("figures"), table, schema, formats)
        sheet = book.add_worksheet("fields")
        for column, (name, width) in enumerate(_FIELD_SHEET):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, formats["head"])
        for row, spec in enumerate(schema.specs, start=1):
            cells = (spec.id, spec.label, spec.unit, schema.groups.get(spec.group, ""), spec.kind, spec.note)
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, formats["lines"])
        sheet.freeze_panes(1, 1)
    return buffer.getvalue()


def _write_figures(sheet: Any, table: pl.DataFrame, schema: Schema, formats: dict[str, Any]) -> None:
    meanings = {spec.id + suffix: (spec, side) for suffix, side in _SIDES.items() for spec in schema.specs}
    lists = {HELD_BACK, *(spec.id for spec in schema.lists)}
    for column, series in enumerate(table):
        name = series.name
        spec, side = meanings.get(name, (None, ""))
        sheet.set_column(column, column, _WIDTH_OF_LINES if name in lists else _WIDTHS.get(name, _WIDTH))
        sheet.write_string(0, column, name, formats["side" if side else "head"])
        if spec is not None:
            unit = f" ({spec.unit})" if spec.unit else ""
            comment = f"{spec.label}: {side}" if side else f"{spec.label}{unit}\n{spec.note}"
            sheet.write_comment(0, column, comment, {"x_scale": 2})
        style = formats["lines" if name in lists else "cell"]
        for row, value in enumerate(series, start=1):
            if isinstance(value, float):
                sheet.write_number(row, column, value, style)
            elif value is not None and sheet.write_string(row, column, value, style) < 0:
                raise UsageError(
                    f"row {row + 1}, {name}: {len(value)} characters are more than a cell of a workbook can hold"
                )
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, table.height, table.width - 1)
