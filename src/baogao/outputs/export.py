"""Records as tables: one row a report for spreadsheets, or one row a report and figure for programs.

In the wide table value, bound and state of every figure stand in columns of their own. Silence is an empty value with
``not_reported``; a stated none is 0 with ``reported_none``; a report that failed has neither. The long table says the
same of every figure, and where in the report it was read.

A workbook has the wide table on its first sheet, with one header row of field ids, so that programs read it as it is.
The label, unit and note of a field are the comment of its header cell, and fill the second sheet.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, overload

import polars as pl
import xlsxwriter

from baogao.document import document_from_text
from baogao.errors import UsageError
from baogao.outputs.records import astray, kept_text, schema_of
from baogao.record import Record
from baogao.resources import mode_of
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
_SUFFIXES = (".csv", ".parquet", ".xlsx")
_SILENCE = Answer(status="not_reported")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
"""A line break inside a list item or a figure is the scrape's, not the author's; with the blanks around it, it goes."""
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters, and a symbol, that print as nothing; so do Unicode's controls and formats (C), marks (M) and blanks (Z)."""

_SIDES = {"_bound": "bound", "_status": "state", "_text": "printed characters", "": ""}
"""What a column says of its field, by the end of its name; the value itself has nothing added to the field's id."""
_WIDTHS = {"title": 40, "source": 28, "doc_id": 24, "error": 24}
_WIDTH_OF_LINES = 60
_WIDTH = 14
"""How wide a column of the first sheet is, in characters: by its name, one with an item a line, any other."""
_FIELD_SHEET = (("field", 30), ("label", 24), ("unit", 8), ("group", 26), ("kind", 10), ("note", 90))
"""The columns of the second sheet, and how wide they are."""


@overload
def records_to_frame(
    records: Iterable[Record],
    schema: Schema | None = None,
    *,
    long: bool = False,
    texts: Mapping[str, str] | Path | None = None,
    library: Literal["polars"] = "polars",
) -> pl.DataFrame: ...
@overload
def records_to_frame(
    records: Iterable[Record],
    schema: Schema | None = None,
    *,
    long: bool = False,
    texts: Mapping[str, str] | Path | None = None,
    library: Literal["pandas"],
) -> Any: ...
def records_to_frame(
    records: Iterable[Record],
    schema: Schema | None = None,
    *,
    long: bool = False,
    texts: Mapping[str, str] | Path | None = None,
    library: Literal["polars", "pandas"] = "polars",
) -> Any:
    """Records as a DataFrame of polars, or of pandas where that is installed.

    Wide, it is :func:`wide_table`. Long, it has a row for every report and figure, silent ones too:

    - ``doc_id``, ``field``, ``label``, ``group`` (the id; ``Schema.groups`` has its label)
    - ``status`` as in the record, null throughout a report that failed
    - ``value`` in the field's unit (a stated none is 0), ``bound``, ``unit`` as printed, ``text`` as printed
    - ``sentence``: the sentence around the figure; of a sum, those of its parts, with a line break between them; null
      where neither ``texts`` nor the record knows it (one that was read back from its file does not)
    - ``start``, ``end``: where the evidence begins and ends in the report's text, counted in characters, end exclusive
    - ``confidence`` between 0 and 1, ``by``: which extractor spoke
    - ``held_back``: true where an answer was not sure enough; then ``status`` is ``not_reported``, and value, bound,
      unit, text, sentence, start, end, confidence and by are those of the answer that was kept back

    :param schema: what the records were made with; None finds one that comes with baogao by the name in the records.
    :param texts: the text of each document by its id, or the folder that holds them as ``DOC_ID.txt``.
    :raises UsageError: records of several schemas, or of another than the one given; a text that is not the record's;
        pandas is wanted and not installed.
    :raises SchemaError: the records' schema does not come with baogao; load it and hand it in.
    """
    records = list(records)
    if schema is None:
        schema = schema_of(records)
    if long:
        rows = [row for record in records for row in _long_rows(record, schema, texts)]
        frame = pl.DataFrame(rows, schema=_LONG_COLUMNS, orient="row")
    else:
        frame = wide_table(records, schema)
    if library == "polars":
        return frame
    try:
        import pandas
    except ImportError as error:
        raise UsageError("a frame of pandas needs pandas; install it with: pip install pandas") from error
    return pandas.DataFrame(frame.to_dict(as_series=False))


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


def write_table(records: Iterable[Record], schema: Schema, path: Path, *, include_text: bool = False) -> None:
    """Write one row a report to a ``.csv``, ``.parquet`` or ``.xlsx`` file.

    :param include_text: add ``FIELD_text``, the printed characters, for every figure.
    :raises UsageError: another suffix; a path that cannot be written; records of another schema.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{path}: a table is written as one of {', '.join(_SUFFIXES)}, not as {suffix or path.name!r}")
    table = wide_table(records, schema, include_text=include_text)
    if suffix == ".csv":
        data = csv_bytes(table)
    elif suffix == ".xlsx":
        data = workbook_bytes(table, schema)
    else:
        buffer = BytesIO()
        table.write_parquet(buffer)
        data = buffer.getvalue()
    try:
        # Named by the user, who may mean what a link leads to. Path.open knows no opener.
        with open(path, "wb", opener=partial(os.open, mode=mode_of("results"))) as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def csv_bytes(table: pl.DataFrame) -> bytes:
    """A table as ``.csv`` for spreadsheet programs: BOM and CRLF are what they expect.

    A cell that they would run as a formula gets an apostrophe in front. 135.0 is written as ``135``: counts are whole
    numbers, however the column is stored.
    """
    cells: dict[str, list[str | None]] = {}
    for column in table:
        values = cells[column.name] = []
        for value in column:
            if isinstance(value, float):
                values.append(str(int(value) if value.is_integer() else value))
            else:
                values.append(f"'{value}" if value is not None and may_be_formula(value) else value)
    text = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    return text.write_csv(include_bom=True, line_terminator="\r\n").encode()


def may_be_formula(text: str) -> bool:
    """Whether a spreadsheet program may take a text for a formula, past what is not seen; wide, small signs count."""
    seen = (char for char in text if char not in _UNSEEN and unicodedata.category(char)[0] not in "CMZ")
    return text.startswith(("\t", "\r", "\n")) or unicodedata.normalize("NFKC", next(seen, "")) in set("=+-@")


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
