"""Records as frames for programs, and as files for spreadsheets: ``.csv``, ``.parquet``, ``.xlsx``."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, overload

import polars as pl

from baogao.errors import UsageError
from baogao.outputs.records import schema_of
from baogao.outputs.tables import long_table, rows_table, wide_table
from baogao.outputs.workbook import workbook_bytes
from baogao.record import Record
from baogao.resources import mode_of
from baogao.schema import FieldSpec, Schema

_SUFFIXES = (".csv", ".parquet", ".xlsx")
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters, and a symbol, that print as nothing; so do Unicode's controls and formats (C), marks (M) and blanks (Z)."""


@overload
def records_to_frame(
    records: Iterable[Record],
    schema: Schema | None = None,
    *,
    long: bool = False,
    rows: str | None = None,
    texts: Mapping[str, str] | Path | None = None,
    library: Literal["polars"] = "polars",
) -> pl.DataFrame: ...
@overload
def records_to_frame(
    records: Iterable[Record],
    schema: Schema | None = None,
    *,
    long: bool = False,
    rows: str | None = None,
    texts: Mapping[str, str] | Path | None = None,
    library: Literal["pandas"],
) -> Any: ...
def records_to_frame(
    records: Iterable[Record],
    schema: Schema | None = None,
    *,
    long: bool = False,
    rows: str | None = None,
    texts: Mapping[str, str] | Path | None = None,
    library: Literal["polars", "pandas"] = "polars",
) -> Any:
    """Records as a DataFrame of polars, or of pandas where that is installed.

    Wide, it is :func:`wide_table`. Long, it has a row for every report and field, silent ones too:

    - ``doc_id``, ``field``, ``label``, ``group`` (the id; ``Schema.groups`` has its label)
    - ``status`` as in the record, null throughout a report that failed
    - ``value`` in the field's unit (a stated none is 0), ``bound``, ``unit`` as printed, ``text`` as printed
    - ``upper``, the other bound, where the schema asks for ranges; ``words``, the value of a choice, a date or a quote,
      where it asks for any
    - ``sentence``: the sentence around the figure; of a sum, those of its parts, with a line break between them; null
      where neither ``texts`` nor the record knows it (one that was read back from its file does not)
    - ``start``, ``end``: where the evidence begins and ends in the report's text, counted in characters, end exclusive
    - ``confidence`` between 0 and 1, ``by``: which extractor spoke
    - ``held_back``: true where an answer was not sure enough; then ``status`` is ``not_reported``, and value, bound,
      unit, text, sentence, start, end, confidence and by are those of the answer that was kept back

    :param schema: what the records were made with; None finds one that comes with baogao by the name in the records.
    :param rows: the id of a list of rows: the frame is :func:`rows_table` of it.
    :param texts: the text of each document by its id, or the folder that holds them as ``DOC_ID.txt``.
    :raises UsageError: records of several schemas, or of another than the one given; a text that is not the record's;
        ``rows`` names no list of rows; pandas is wanted and not installed.
    :raises SchemaError: the records' schema does not come with baogao; load it and hand it in.
    """
    records = list(records)
    if schema is None:
        schema = schema_of(records)
    if rows is not None:
        frame = rows_table(records, schema, _list_of_rows(rows, schema))
    else:
        frame = long_table(records, schema, texts) if long else wide_table(records, schema)
    if library == "polars":
        return frame
    try:
        import pandas
    except ImportError as error:
        raise UsageError("a frame of pandas needs pandas; install it with: pip install pandas") from error
    return pandas.DataFrame(frame.to_dict(as_series=False))


def _list_of_rows(name: str, schema: Schema) -> FieldSpec:
    found = next((spec for spec in schema.rows if spec.id == name), None)
    if found is None:
        known = ", ".join(spec.id for spec in schema.rows) or "none"
        raise UsageError(f"the schema {schema.name!r} has no list of rows {name!r}; there are: {known}")
    return found


def write_table(
    records: Iterable[Record], schema: Schema, path: Path, *, include_text: bool = False
) -> dict[Path, int]:
    """Write one row a report to a ``.csv``, ``.parquet`` or ``.xlsx`` file.

    A list of rows becomes a sheet of the workbook; beside ``NAME.csv`` and ``NAME.parquet`` it has a file of its own,
    ``NAME.FIELD.csv``, with one line a row.

    :param include_text: add ``FIELD_text``, the printed characters, for every field.
    :returns: each file that was written, and how many rows are in it.
    :raises UsageError: another suffix; a path that cannot be written; records of another schema.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{path}: a table is written as one of {', '.join(_SUFFIXES)}, not as {suffix or path.name!r}")
    records = list(records)
    table = wide_table(records, schema, include_text=include_text)
    rows = {spec.id: rows_table(records, schema, spec, include_text=include_text) for spec in schema.rows}
    if suffix == ".xlsx":
        _write(path, workbook_bytes(table, schema, rows))
        return {path: table.height}
    tables = {path: table} | {path.with_suffix(f".{name}{path.suffix}"): rows[name] for name in rows}
    for file, one in tables.items():
        _write(file, csv_bytes(one) if suffix == ".csv" else _parquet_bytes(one))
    return {file: one.height for file, one in tables.items()}


def _write(path: Path, data: bytes) -> None:
    try:
        # Named by the user, who may mean what a link leads to. Path.open knows no opener.
        with open(path, "wb", opener=partial(os.open, mode=mode_of("results"))) as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _parquet_bytes(table: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def csv_bytes(table: pl.DataFrame) -> bytes:
    """A table as ``.csv`` for spreadsheet programs: BOM and CRLF are what they expect.

    A cell that they would run as a formula gets an apostrophe in front. 135.0 is written as ``135``: counts are whole
    numbers, however the column is stored.
    """
    cells: dict[str, list[str | None]] = {}
    for column in table:
        values = cells[column.name] = []
        for value in column:
            if isinstance(value, int | float):
                values.append(str(int(value) if float(value).is_integer() else value))
            else:
                values.append(f"'{value}" if value is not None and may_be_formula(value) else value)
    text = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    return text.write_csv(include_bom=True, line_terminator="\r\n").encode()


def may_be_formula(text: str) -> bool:
    """Whether a spreadsheet program may take a text for a formula, past what is not seen; wide, small signs count."""
    seen = (char for char in text if char not in _UNSEEN and unicodedata.category(char)[0] not in "CMZ")
    return text.startswith(("\t", "\r", "\n")) or unicodedata.normalize("NFKC", next(seen, "")) in set("=+-@")
