"""Records as frames: one row a report, or one row a report and field.

In the wide table value, bound and state of every figure stand in columns of their own. Silence is an empty value with
``not_reported``; a stated none is 0 with ``reported_none``; a report that failed has neither. The long table says the
same of every figure, and where in the report it was read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl

from baogao.document import document_from_text
from baogao.errors import UsageError
from baogao.outputs.records import astray, kept_text
from baogao.record import Record
from baogao.schema import Schema
from baogao.schema.values import Answer, HeldBack

Cell = str | int | float | bool | None

HELD_BACK = "held_back"
"""Wide: the column of answers that wait for review. Long: whether the row's answer is one of them."""
_LONG_COLUMNS = {
    "doc_id": pl.String,
    "field": pl.String,
    "label": pl.String,
    "group": pl.String,
    "status": pl.String,
    "value": pl.Float64,
    "bound": pl.String,
    "unit": pl.String,
    "text": pl.String,
    "sentence": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "confidence": pl.Float64,
    "by": pl.String,
    HELD_BACK: pl.Boolean,
}
_SILENCE = Answer(status="not_reported")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
"""A line break inside a list item or a figure is the scrape's, not the author's; with the blanks around it, it goes."""


def wide_table(records: Iterable[Record], schema: Schema, *, include_text: bool = False) -> pl.DataFrame:
    """One row a report: what it is, metadata, figures, lists; values are Float64, all other columns String.

    :raises UsageError: records of another schema, or field ids that would give two columns one name.
    """
    suffixes = ["", "_bound", "_status", *(["_text"] if include_text else [])]
    columns = [
        *("doc_id", "source", "status", "error"),
        *(spec.id for spec in schema.metadata),
        *(spec.id + suffix for spec in schema.figures for suffix in suffixes),
        *(spec.id for spec in schema.lists),
        HELD_BACK,
    ]
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise UsageError(f"the schema {schema.name} would give two columns the name {twice[0]!r}; rename the field")
    rows = [_wide_row(record, schema) for record in records]
    figures = {spec.id for spec in schema.figures}
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in columns},
        schema={name: pl.Float64 if name in figures else pl.String for name in columns},
    )


def long_table(records: Iterable[Record], schema: Schema, texts: Mapping[str, str] | Path | None) -> pl.DataFrame:
    """One row a report and figure, silent ones too; see :func:`baogao.outputs.export.records_to_frame`.

    :raises UsageError: records of another schema; a text that is not the record's.
    """
    rows = [row for record in records for row in _long_rows(record, schema, texts)]
    return pl.DataFrame(rows, schema=_LONG_COLUMNS, orient="row")


def _wide_row(record: Record, schema: Schema) -> dict[str, Cell]:
    _check_fields(record, schema)
    row: dict[str, Cell] = record.model_dump(include={"doc_id", "source", "status", "error"})
    if record.status == "failed":
        return row
    held: list[str] = []
    for spec in schema.figures:
        answer = record.fields.get(spec.id, _SILENCE)
        row[f"{spec.id}_status"] = answer.status
        if answer.status != "not_reported":
            row |= {spec.id: _value(answer), f"{spec.id}_bound": answer.bound, f"{spec.id}_text": answer.text}
    for name, answer in record.fields.items():
        if (one := answer.held_back) is not None:
            held.append(f"{name}: {_LINE_BREAK.sub('', one.text)} ({one.confidence:.2f}, {one.reason})")
    row |= {name: words.value for name, words in record.metadata.items()}
    for name, items in record.lists.items():
        row[name] = "\n".join(_LINE_BREAK.sub("", item.text) for item in items) or None
    return row | {HELD_BACK: "\n".join(held) or None}


def _long_rows(record: Record, schema: Schema, texts: Mapping[str, str] | Path | None) -> Iterator[tuple[Cell, ...]]:
    """The rows of one report, each in the order of ``_LONG_COLUMNS``."""
    _check_fields(record, schema)
    failed = record.status == "failed"
    text = None if texts is None or failed else kept_text(record.doc_id, texts)
    document = None if text is None else document_from_text(text, record.doc_id)
    for spec in schema.figures:
        answer = record.fields.get(spec.id, _SILENCE)
        given = answer.held_back if answer.status == "not_reported" else answer
        head = (record.doc_id, spec.id, spec.label, spec.group, None if failed else answer.status)
        if given is None or failed:
            yield *head, *(None,) * 9, False
            continue
        spans = sorted(given.evidence or ())
        sentence = given.sentence
        if document is not None:
            if astray(given, document.file.text):
                raise UsageError(f"{record.doc_id}: the record does not belong to this text: {spec.id} is not there")
            sentence = document.printed_sentences(spans)
        quantity = (_value(given), given.bound, given.unit, given.text)
        place = (spans[0][0], max(end for _, end in spans)) if spans else (None, None)
        yield *head, *quantity, sentence, *place, given.confidence, given.by, given is not answer


def _check_fields(record: Record, schema: Schema) -> None:
    """Columns come from the schema, so a field that it does not have would be lost without a word."""
    if record.schema_name != schema.name:
        raise UsageError(f"{record.doc_id}: made with the schema {record.schema_name!r}, not with {schema.name!r}")
    unknown = {*record.fields, *record.metadata, *record.lists} - set(schema.by_id)
    if unknown:
        raise UsageError(f"{record.doc_id}: the schema {schema.name!r} has no field {min(unknown)!r}")


def _value(answer: Answer | HeldBack) -> float | None:
    """The figure as a table has it; a stated none is 0, also where the record does not say so."""
    if answer.value is None:
        return 0.0 if answer.status == "reported_none" else None
    return float(answer.value)
