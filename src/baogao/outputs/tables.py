"""Records as frames: one row a report, one row a report and field, one row a row of a list of records.

In the wide table value, bound and state of every figure stand in columns of their own. Silence is an empty value with
``not_reported``; a stated none is 0 with ``reported_none``; a report that failed has neither. The long table says the
same of every figure, and where in the report it was read. Choices, dates and quotes are text, and have no bound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl

from baogao.document import document_from_text
from baogao.errors import UsageError
from baogao.outputs.records import astray, kept_text, words_of
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, HeldBack

Cell = str | int | float | bool | None
_Types = list[tuple[str, type[pl.DataType]]]
"""The columns of a table in order, and what they hold."""

HELD_BACK = "held_back"
"""Wide: the column of answers that wait for review. Long: whether the row's answer is one of them."""
_SILENCE = Answer(status="not_reported")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
"""A line break inside a list item or a figure is the scrape's, not the author's; with the blanks around it, it goes."""


def columns_of(spec: FieldSpec, *, include_text: bool = False) -> _Types:
    """The columns of one field, or of one cell of a row: what is added to its id for their names, and what they hold.

    A figure has its value and ``_bound``, one that may be a range ``_upper``, everything ``_status``.
    """
    if spec.kind == "figure":
        upper: _Types = [("_upper", pl.Float64)] if "range" in spec.takes else []
        columns: _Types = [("", pl.Float64), *upper, ("_bound", pl.String)]
    else:
        columns = [("", pl.String)]
    return [*columns, ("_status", pl.String), *([("_text", pl.String)] if include_text else [])]


def wide_table(records: Iterable[Record], schema: Schema, *, include_text: bool = False) -> pl.DataFrame:
    """One row a report: what it is, metadata, fields, lists; figures are Float64, all other columns String.

    :raises UsageError: records of another schema, or field ids that would give two columns one name.
    """
    columns: _Types = [
        *((name, pl.String) for name in ("doc_id", "source", "status", "error")),
        *((spec.id, pl.String) for spec in schema.metadata),
        *_columns(schema.fields, include_text=include_text),
        *((spec.id, pl.String) for spec in schema.lists),
        (HELD_BACK, pl.String),
    ]
    return _frame([_wide_row(record, schema) for record in records], columns, schema)


def rows_table(
    records: Iterable[Record], schema: Schema, spec: FieldSpec, *, include_text: bool = False
) -> pl.DataFrame:
    """One row for each row of a list of records: its report, its number in it, from 1, and its cells.

    A cell has the columns that a field of its kind has in :func:`wide_table`.

    :param spec: the list.
    :raises UsageError: records of another schema, or cell ids that would give two columns one name.
    """
    columns: _Types = [("doc_id", pl.String), ("row", pl.Int64), *_columns(spec.cells, include_text=include_text)]
    rows: list[dict[str, Cell]] = []
    for record in records:
        _check_fields(record, schema)
        for number, row in enumerate(record.rows.get(spec.id, []), start=1):
            rows.append({"doc_id": record.doc_id, "row": number, **_cells(row, spec.cells)})
    return _frame(rows, columns, schema)


def long_table(records: Iterable[Record], schema: Schema, texts: Mapping[str, str] | Path | None) -> pl.DataFrame:
    """One row a report and field, silent ones too; see :func:`baogao.outputs.export.records_to_frame`.

    :raises UsageError: records of another schema; a text that is not the record's.
    """
    ranges = any("range" in spec.takes for spec in schema.figures)
    words = len(schema.fields) > len(schema.figures)
    columns: _Types = [
        *((name, pl.String) for name in ("doc_id", "field", "label", "group", "status")),
        ("value", pl.Float64),
        *([("upper", pl.Float64)] if ranges else []),
        *([("words", pl.String)] if words else []),
        *((name, pl.String) for name in ("bound", "unit", "text", "sentence")),
        *((name, pl.Int64) for name in ("start", "end")),
        ("confidence", pl.Float64),
        ("by", pl.String),
        (HELD_BACK, pl.Boolean),
    ]
    return _frame([row for record in records for row in _long_rows(record, schema, texts)], columns, schema)


def _columns(specs: Iterable[FieldSpec], *, include_text: bool) -> _Types:
    return [(spec.id + end, type_) for spec in specs for end, type_ in columns_of(spec, include_text=include_text)]


def _frame(rows: list[dict[str, Cell]], columns: _Types, schema: Schema) -> pl.DataFrame:
    """The rows under their columns; what a row does not have is null, what is no column is left out."""
    twice = [name for name, count in Counter(name for name, _ in columns).items() if count > 1]
    if twice:
        raise UsageError(f"the schema {schema.name} would give two columns the name {twice[0]!r}; rename the field")
    return pl.DataFrame({name: [row.get(name) for row in rows] for name, _ in columns}, schema=dict(columns))


def _wide_row(record: Record, schema: Schema) -> dict[str, Cell]:
    _check_fields(record, schema)
    row: dict[str, Cell] = record.model_dump(include={"doc_id", "source", "status", "error"})
    if record.status == "failed":
        return row
    held: list[str] = []
    row |= _cells(record.fields, schema.fields)
    for name, answer in record.fields.items():
        if (one := answer.held_back) is not None:
            held.append(f"{name}: {_LINE_BREAK.sub('', one.text)} ({one.confidence:.2f}, {one.reason})")
    row |= {name: words.value for name, words in record.metadata.items()}
    for name, items in record.lists.items():
        row[name] = "\n".join(_LINE_BREAK.sub("", item.text) for item in items) or None
    return row | {HELD_BACK: "\n".join(held) or None}


def _cells(answers: Mapping[str, Answer], specs: Iterable[FieldSpec]) -> dict[str, Cell]:
    """Some answers in the columns of their fields."""
    cells: dict[str, Cell] = {}
    for spec in specs:
        answer = answers.get(spec.id, _SILENCE)
        cells[f"{spec.id}_status"] = answer.status
        if answer.status != "not_reported":
            cells |= {
                spec.id: _number(answer) if spec.kind == "figure" else words_of(answer.value),
                f"{spec.id}_upper": None if answer.upper is None else float(answer.upper),
                f"{spec.id}_bound": answer.bound,
                f"{spec.id}_text": answer.text,
            }
    return cells


def _long_rows(record: Record, schema: Schema, texts: Mapping[str, str] | Path | None) -> Iterator[dict[str, Cell]]:
    """The rows of one report."""
    _check_fields(record, schema)
    failed = record.status == "failed"
    text = None if texts is None or failed else kept_text(record.doc_id, texts)
    document = None if text is None else document_from_text(text, record.doc_id)
    for spec in schema.fields:
        answer = record.fields.get(spec.id, _SILENCE)
        given = answer.held_back if answer.status == "not_reported" else answer
        row: dict[str, Cell] = {"doc_id": record.doc_id, "field": spec.id, "label": spec.label, "group": spec.group}
        row |= {"status": None if failed else answer.status, HELD_BACK: False}
        if given is None or failed:
            yield row
            continue
        spans = sorted(given.evidence or ())
        sentence = given.sentence
        if document is not None:
            if astray(given, document.file.text):
                raise UsageError(f"{record.doc_id}: the record does not belong to this text: {spec.id} is not there")
            sentence = document.printed_sentences(spans)
        if spec.kind == "figure":
            row |= {"value": _number(given), "upper": None if given.upper is None else float(given.upper)}
        else:
            row["words"] = words_of(given.value)
        row |= {"bound": given.bound, "unit": given.unit, "text": given.text, "sentence": sentence}
        if spans:
            row |= {"start": spans[0][0], "end": max(end for _, end in spans)}
        yield row | {"confidence": given.confidence, "by": given.by, HELD_BACK: given is not answer}


def _check_fields(record: Record, schema: Schema) -> None:
    """Columns come from the schema, so a field that it does not have would be lost without a word."""
    if record.schema_name != schema.name:
        raise UsageError(f"{record.doc_id}: made with the schema {record.schema_name!r}, not with {schema.name!r}")
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


def _number(answer: Answer | HeldBack) -> float | None:
    """The figure as a table has it; a stated none is 0, also where the record does not say so."""
    if isinstance(answer.value, Decimal):
        return float(answer.value)
    return 0.0 if answer.status == "reported_none" else None
