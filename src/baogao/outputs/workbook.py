"""The table as an Excel workbook: the figures, and a second sheet that says what each column means.

The first sheet has one header row of field ids, so that programs read it as it is; the label, unit and note of a field
are the comment of its header cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import polars as pl
import xlsxwriter

from baogao.errors import UsageError
from baogao.schema import FieldSpec, Schema

_SIDE_COLUMNS = {"_bound": "bound", "_status": "state", "_text": "printed characters"}
_WIDTHS = {"title": 40, "source": 28, "doc_id": 24, "error": 24}
_FIELD_SHEET = (("field", 30), ("label", 24), ("unit", 8), ("group", 26), ("kind", 10), ("note", 90))


def workbook_bytes(table: pl.DataFrame, schema: Schema) -> bytes:
    """The table of ``baogao.outputs.writers.table_of`` as ``.xlsx``; text is never taken for a formula or a link.

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
        _write_fields(book.add_worksheet("fields"), schema, formats)
    return buffer.getvalue()


def _write_figures(sheet: Any, table: pl.DataFrame, schema: Schema, formats: dict[str, Any]) -> None:
    lists = {"held_back", *(spec.id for spec in schema.lists)}
    for column, series in enumerate(table):
        name = series.name
        spec, side = _meaning(name, schema)
        sheet.set_column(column, column, 60 if name in lists else _WIDTHS.get(name, 14))
        sheet.write_string(0, column, name, formats["side" if side else "head"])
        if spec is not None:
            sheet.write_comment(0, column, _comment(spec, side), {"x_scale": 2})
        for row, value in enumerate(series, start=1):
            _write_cell(sheet, row, column, value, formats["lines" if name in lists else "cell"], name)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, table.height, table.width - 1)


def _write_cell(sheet: Any, row: int, column: int, value: str | float | None, style: Any, name: str) -> None:
    if value is None:
        return
    if isinstance(value, float):
        sheet.write_number(row, column, value, style)
    elif sheet.write_string(row, column, value, style) < 0:
        raise UsageError(f"row {row + 1}, {name}: {len(value)} characters are more than a cell of a workbook can hold")


def _meaning(name: str, schema: Schema) -> tuple[FieldSpec | None, str]:
    """The field that a column belongs to, and which side of it the column shows (empty for the value itself)."""
    if name in schema.by_id:
        return schema.by_id[name], ""
    for suffix, side in _SIDE_COLUMNS.items():
        spec = schema.by_id.get(name.removesuffix(suffix))
        if spec is not None:
            return spec, side
    return None, ""


def _comment(spec: FieldSpec, side: str) -> str:
    if side:
        return f"{spec.label}: {side}"
    unit = f" ({spec.unit})" if spec.unit else ""
    return f"{spec.label}{unit}\n{spec.note}"


def _write_fields(sheet: Any, schema: Schema, formats: dict[str, Any]) -> None:
    for column, (name, width) in enumerate(_FIELD_SHEET):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["head"])
    for row, cells in enumerate(_field_rows(schema), start=1):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, formats["lines"])
    sheet.freeze_panes(1, 1)


def _field_rows(schema: Schema) -> Iterator[tuple[str, ...]]:
    for spec in schema.specs:
        yield spec.id, spec.label, spec.unit, schema.groups.get(spec.group, ""), spec.kind, spec.note
