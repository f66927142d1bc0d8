"""Records as wide tables: one row a report, one row a row of a list of records.

Value, bound and state of every figure stand in columns of their own. Silence is an empty value with ``not_reported``;
a stated none is 0 with ``reported_none``; a report that failed has neither. Choices, dates and quotes are text, and
have no bound. The long table is in :mod:`baogao.outputs.long`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import polars as pl

from baogao.errors import UsageError
from baogao.outputs.headings import Cell
from baogao.outputs.records import words_of
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, HeldBack, Item, TextAnswer

Row = dict[str, Cell]
Columns = list[tuple[str, type[pl.DataType]]]
"""The columns of a table in order, and what they hold."""

HELD_BACK = "held_back"
"""Wide: the column of answers that wait for review. Long: whether the row's answer is one of them."""
REVIEWED = "reviewed"
"""Wide: the column of what people said. Long: what a person said of the row's answer."""
SILENCE = Answer(status="not_reported")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
"""A line break inside a list item or a figure is the scrape's, not the author's; with the blanks around it, it goes."""


def on_one_line(text: str) -> str:
    """A text without the line breaks of its file."""
    return _LINE_BREAK.sub("", text)


def number_of(answer: Answer | HeldBack) -> Decimal | None:
    """The figure as a table has it; a stated none is 0, also where the record does not say so."""
    if isinstance(answer.value, Decimal):
        return answer.value
    return Decimal(0) if answer.status == "reported_none" else None


def columns_of(spec: FieldSpec, *, include_text: bool = False) -> Columns:
    """The columns of one field, or of one cell of a row: what is added to its id for their names, and what they hold.

    A figure has its value and ``_bound``, one that may be a range ``_upper``, everything ``_status``.
    """
    if spec.kind == "figure":
        upper: Columns = [("_upper", pl.Float64)] if "range" in spec.takes else []
        columns: Columns = [("", pl.Float64), *upper, ("_bound", pl.String)]
    else:
        columns = [("", pl.String)]
    return [*columns, ("_status", pl.String), *([("_text", pl.String)] if include_text else [])]


def wide_columns(schema: Schema, *, include_text: bool = False) -> Columns:
    """The columns of the wide table: what a report is, metadata, fields, lists, what waits, what people said.

    :raises UsageError: field ids that would give two columns one name.
    """
    columns: Columns = [
        *((name, pl.String) for name in ("doc_id", "source", "status", "error")),
        *((spec.id, pl.String) for spec in schema.metadata),
        *_columns(schema.fields, include_text=include_text),
        *((spec.id, pl.String) for spec in schema.lists),
        (HELD_BACK, pl.String),
        (REVIEWED, pl.String),
    ]
    return _of_one_name_each(columns, schema)


def rows_columns(schema: Schema, spec: FieldSpec, *, include_text: bool = False) -> Columns:
    """The columns of the table of a list of rows: its report, its number in it, from 1, and its cells.

    :raises UsageError: cell ids that would give two columns one name.
    """
    columns: Columns = [("doc_id", pl.String), ("row", pl.Int64), *_columns(spec.cells, include_text=include_text)]
    return _of_one_name_each(columns, schema)


def wide_row(record: Record, schema: Schema) -> Row:
    """A report as a row of the wide table; a cell that is empty may be missing.

    :raises UsageError: a record of another schema.
    """
    check_fields(record, schema)
    row: Row = record.model_dump(include={"doc_id", "source", "status", "error"})
    if record.status == "failed":
        return row
    row |= _cells(record.fields, schema.fields)
    held = (
        f"{name}: {on_one_line(one.text)} ({one.confidence:.2f}, {one.reason})"
        for name, answer in record.fields.items()
        if (one := answer.held_back) is not None
    )
    row |= {name: words.value for name, words in record.metadata.items()}
    for name, items in record.lists.items():
        row[name] = "\n".join(on_one_line(item.text) for item in items) or None
    return row | {HELD_BACK: "\n".join(held) or None, REVIEWED: "\n".join(_reviewed(record)) or None}


def rows_of(record: Record, schema: Schema, spec: FieldSpec) -> Iterator[Row]:
    """The rows of a report's list of records, as rows of a table.

    :raises UsageError: a record of another schema.
    """
    check_fields(record, schema)
    for number, row in enumerate(record.rows.get(spec.id, []), start=1):
        yield {"doc_id": record.doc_id, "row": number, **_cells(row, spec.cells)}


def wide_table(records: Iterable[Record], schema: Schema, *, include_text: bool = False) -> pl.DataFrame:
    """One row a report; figures are Float64, all other columns String.

    :raises UsageError: records of another schema, or field ids that would give two columns one name.
    """
    columns = wide_columns(schema, include_text=include_text)
    return frame_of((wide_row(record, schema) for record in records), columns, schema)


def rows_table(
    records: Iterable[Record], schema: Schema, spec: FieldSpec, *, include_text: bool = False
) -> pl.DataFrame:
    """One row for each row of a list of records. A cell has the columns that a field of its kind has in
    :func:`wide_table`.

    :param spec: the list.
    :raises UsageError: records of another schema, or cell ids that would give two columns one name.
    """
    rows = (row for record in records for row in rows_of(record, schema, spec))
    return frame_of(rows, rows_columns(schema, spec, include_text=include_text), schema)


def frame_of(rows: Iterable[Row], columns: Columns, schema: Schema) -> pl.DataFrame:
    """The rows under their columns; what a row does not have is null, what is no column is left out."""
    cells: dict[str, list[Cell]] = {name: [] for name, _ in _of_one_name_each(columns, schema)}
    for row in rows:
        for name, values in cells.items():
            value = row.get(name)
            values.append(float(value) if isinstance(value, Decimal) else value)
    return pl.DataFrame(cells, schema=dict(columns))


def check_fields(record: Record, schema: Schema) -> None:
    """Columns come from the schema, so a field that it does not have would be lost without a word.

    :raises UsageError: a record of another schema; a figure that is no number.
    """
    if record.schema_name != schema.name:
        raise UsageError(
            f"{record.doc_id}: made with the schema {record.schema_name!r}, not with {schema.name!r}; a table is of "
            "one schema: keep the records of each in a folder of its own"
        )
    unknown = {*record.fields, *record.metadata, *record.lists, *record.rows} - set(schema.by_id)
    if unknown:
        raise UsageError(f"{record.doc_id}: the schema {schema.name!r} has no field {min(unknown)!r}")
    _check_answers(record, record.fields, {spec.id: spec for spec in schema.fields})
    for name, rows in record.rows.items():
        cells = {cell.id: cell for cell in schema.by_id[name].cells}
        for row in rows:
            odd = row.keys() - cells.keys()
            if odd:
                raise UsageError(f"{record.doc_id}: the rows of {name!r} have no cell {min(odd)!r}")
            _check_answers(record, row, cells)


def _check_answers(record: Record, answers: Mapping[str, Answer], specs: Mapping[str, FieldSpec]) -> None:
    """A figure must be a number."""
    for name, answer in answers.items():
        given = answer.held_back or answer
        if name in specs and specs[name].kind == "figure" and isinstance(given.value, str):
            raise UsageError(f"{record.doc_id}: {name} is a figure, and {given.value!r} is no number")


def _columns(specs: Iterable[FieldSpec], *, include_text: bool) -> Columns:
    return [(spec.id + end, type_) for spec in specs for end, type_ in columns_of(spec, include_text=include_text)]


def _of_one_name_each(columns: Columns, schema: Schema) -> Columns:
    twice = [name for name, count in Counter(name for name, _ in columns).items() if count > 1]
    if twice:
        raise UsageError(f"the schema {schema.name} would give two columns the name {twice[0]!r}; rename the field")
    return columns


def _cells(answers: Mapping[str, Answer], specs: Iterable[FieldSpec]) -> Row:
    """Some answers in the columns of their fields."""
    cells: Row = {}
    for spec in specs:
        answer = answers.get(spec.id, SILENCE)
        cells[f"{spec.id}_status"] = answer.status
        if answer.status != "not_reported":
            cells |= {
                spec.id: number_of(answer) if spec.kind == "figure" else words_of(answer.value),
                f"{spec.id}_upper": answer.upper,
                f"{spec.id}_bound": answer.bound,
                f"{spec.id}_text": answer.text,
            }
    return cells


def _reviewed(record: Record) -> Iterator[str]:
    """What people said of a report, an answer a line: ``exam_passed: correct (who)``."""
    said: dict[str, Answer | TextAnswer | Item] = {**record.metadata, **record.fields}
    said |= {f"{name} {number}": item for name, items in record.lists.items() for number, item in enumerate(items, 1)}
    for name, rows in record.rows.items():
        for number, row in enumerate(rows, 1):
            said |= {f"{name} {number} {cell}": answer for cell, answer in row.items()}
    for name, one in said.items():
        if one.reviewed is not None:
            yield f"{name}: {one.reviewed.act} ({one.reviewed.who})"
