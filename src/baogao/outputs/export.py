"""Records as frames for programs, and as files for spreadsheets, databases and statistics."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, overload

import polars as pl

from baogao.errors import UsageError
from baogao.outputs.book.book import write_book
from baogao.outputs.database import write_database
from baogao.outputs.exported import Exported
from baogao.outputs.flat_files import Layout, tables_of, write_delimited, write_frames, write_json
from baogao.outputs.long import long_table
from baogao.outputs.records import schema_of
from baogao.outputs.tables import rows_table, wide_table
from baogao.outputs.workbook import write_workbook
from baogao.record import Record
from baogao.resources import mode_of
from baogao.schema import FieldSpec, Schema

_SUFFIXES = (".csv", ".tsv", ".parquet", ".xlsx", ".json", ".db", ".dta")


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
      unit, text, sentence, start, end, confidence and by are those of the answer that was kept back, and ``reason``
      says why
    - ``page``, of what has pages, from 1; ``place`` and ``year``: what the report is about, by the roles of metadata
    - ``reviewed``: what a person did (``accept``, ``correct``, ``none``, ``absent``), null where nobody looked;
      ``reviewer``, ``reviewed_at``, ``comment``
    - ``link``: the field in the page of the run, as seen from its folder

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
    """Write one row a report to a file; see :func:`write_export`."""
    return write_export(Exported(records, schema), path, Layout(include_text=include_text))


def write_export(exported: Exported, path: Path, layout: Layout) -> dict[Path, int]:
    """Write records to a file, in the format that its suffix names.

    - ``.csv``, ``.tsv``, ``.parquet``, ``.dta``: one row a report, or the long table. A list of rows has a file of its
      own beside that of reports, ``NAME.FIELD.csv``, with one line a row.
    - ``.xlsx``: a workbook with ids for programs; or, with Chinese labels, one for people, with sentences and sheets.
    - ``.json``: the records, or the rows of the long table.
    - ``.db``: all of it, as a database of SQLite.

    :param exported: those of a run have sentences, links and a queue; records alone have not.
    :returns: each file that was written, and how many rows are in it.
    :raises UsageError: another suffix; a path that cannot be written; records of another schema; a layout that the
        format does not have.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{path}: a table is written as one of {', '.join(_SUFFIXES)}, not as {suffix or path.name!r}")
    if suffix == ".json" and layout.labels != "id" and not layout.long:
        raise UsageError(f"{path}: records have keys, no labels; for a table of rows with labels add --long")
    if layout.silent and not layout.long and suffix != ".db" and not (suffix == ".xlsx" and layout.labels == "zh"):
        raise UsageError(f"{path}: a table of one row a report has every field already; --all is for --long")
    _check_place(path)
    with TemporaryDirectory(prefix="baogao-") as made:
        files = _WRITERS[suffix](exported, Path(made) / path.name, layout, path)
        for file in files:
            _copy(file, path.parent / file.name)
    return {path.parent / file.name: rows for file, rows in files.items()}


def _check_place(path: Path) -> None:
    """See that the folder is there before an hour's work."""
    if not path.parent.is_dir():
        raise UsageError(f"cannot write {path}: {os.strerror(errno.ENOENT)}")


def _copy(file: Path, path: Path) -> None:
    """Write a whole file to its place."""
    try:
        # Named by the user, who may mean what a link leads to. Path.open knows no opener.
        with file.open("rb") as whole, open(path, "wb", opener=partial(os.open, mode=mode_of("results"))) as place:
            shutil.copyfileobj(whole, place, 1 << 20)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _write_xlsx(exported: Exported, made: Path, layout: Layout, path: Path) -> dict[Path, int]:
    if layout.labels == "zh":
        return {made: write_book(exported, made, path, long_first=layout.long, silent=layout.silent)}
    tables = tables_of(exported, made, layout, path)
    return {made: write_workbook(exported, made, [table[1:] for table in tables], long=layout.long)}


def _write_db(exported: Exported, made: Path, layout: Layout, path: Path) -> dict[Path, int]:
    return {made: write_database(exported, made, exported.page_from(path), layout.labels, silent=layout.silent)}


_WRITERS = {
    ".csv": write_delimited,
    ".tsv": write_delimited,
    ".parquet": write_frames,
    ".dta": write_frames,
    ".json": write_json,
    ".xlsx": _write_xlsx,
    ".db": _write_db,
}
