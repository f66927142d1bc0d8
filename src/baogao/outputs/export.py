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
from baogao.outputs.tables import long_table, wide_table
from baogao.outputs.workbook import workbook_bytes
from baogao.record import Record
from baogao.resources import mode_of
from baogao.schema import Schema

_SUFFIXES = (".csv", ".parquet", ".xlsx")
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters, and a symbol, that print as nothing; so do Unicode's controls and formats (C), marks (M) and blanks (Z)."""


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
    frame = long_table(records, schema, texts) if long else wide_table(records, schema)
    if library == "polars":
        return frame
    try:
        import pandas
    except ImportError as error:
        raise UsageError("a frame of pandas needs pandas; install it with: pip install pandas") from error
    return pandas.DataFrame(frame.to_dict(as_series=False))


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
