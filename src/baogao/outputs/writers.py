"""Records as a table, one row a report, and records read back from their file.

For every figure the value, its bound and its state stand in columns of their own. Silence is an empty value with
``not_reported``; a stated none is 0 with ``reported_none``; a report that failed has neither.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from baogao.errors import UsageError
from baogao.outputs.workbook import workbook_bytes
from baogao.record import Record
from baogao.schema import Schema
from baogao.schema.values import Answer, Item

Cell = str | int | float | None

_FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]")
"""What a spreadsheet program may take for the beginning of a formula, past blanks and characters that are not seen."""
HELD_BACK = "held_back"
"""The column of answers that wait for review."""
_SILENCE = Answer(status="not_reported")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")


def write_table(records: Iterable[Record], schema: Schema, path: Path, *, include_text: bool = False) -> None:
    """Write one row a report to a ``.csv``, ``.parquet`` or ``.xlsx`` file.

    :param include_text: add ``FIELD_text``, the printed characters, for every figure.
    :raises UsageError: another suffix; a path that cannot be written; records of another schema.
    """
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise UsageError(f"{path}: a table is written as one of {', '.join(_FORMATS)}, not as {suffix or path.name!r}")
    data = _FORMATS[suffix](table_of(records, schema, include_text=include_text), schema)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def table_of(records: Iterable[Record], schema: Schema, *, include_text: bool = False) -> pl.DataFrame:
    """One row a report: what it is, metadata, figures, lists; values are Float64, all other columns String.

    :raises UsageError: records of another schema, or field ids that would give two columns one name.
    """
    columns = _columns(schema, include_text)
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise UsageError(f"the schema {schema.name} would give two columns the name {twice[0]!r}; rename the field")
    rows = [_row(record, schema) for record in records]
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in columns},
        schema={name: pl.Float64 if name in _figure_ids(schema) else pl.String for name in columns},
    )


def read_records(path: Path) -> list[Record]:
    """Read ``records.jsonl``, given as the file itself or as the folder that holds it.

    :raises UsageError: no such file; a damaged line, a field that does not hold, a document twice; with its line.
    """
    return list(iterate_records(path))


def iterate_records(path: Path) -> Iterator[Record]:
    """As :func:`read_records`, one record at a time: a long run's records need not fit into memory."""
    file = path / "records.jsonl" if path.is_dir() else path
    first_lines: dict[str, int] = {}
    for number, line in enumerate(_lines_of(file), start=1):
        if not line.strip():
            continue
        record = _read_line(line, f"{file}, line {number}")
        first = first_lines.setdefault(record.doc_id, number)
        if first != number:
            raise UsageError(f"{file}, line {number}: the document {record.doc_id!r} stands already in line {first}")
        yield record


def _lines_of(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened):
                yield line if number else line.removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error


def _read_line(line: bytes, where: str) -> Record:
    try:
        data = json.loads(line)
        if b"\\u" in line or b"\xed" in line:  # the ways in which half of a character may come in
            json.dumps(data, ensure_ascii=False).encode()
        return Record.model_validate(data)
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}: not JSON at column {error.colno}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise UsageError(f"{where}: not a record: nested too deep") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "the record"
        raise UsageError(f"{where}: {field}: {first['msg']}") from error
    except ValueError as error:  # a whole number of too many digits, half of a character
        raise UsageError(f"{where}: it cannot be read: {error}") from error


def _figure_ids(schema: Schema) -> frozenset[str]:
    return frozenset(spec.id for spec in schema.figures)


def _columns(schema: Schema, include_text: bool) -> list[str]:
    suffixes = ["", "_bound", "_status", *(["_text"] if include_text else [])]
    return [
        *("doc_id", "source", "status", "error"),
        *(spec.id for spec in schema.metadata),
        *(spec.id + suffix for spec in schema.figures for suffix in suffixes),
        *(spec.id for spec in schema.lists),
        HELD_BACK,
    ]


def _row(record: Record, schema: Schema) -> dict[str, Cell]:
    _check_fields(record, schema)
    row: dict[str, Cell] = {
        "doc_id": record.doc_id,
        "source": record.source,
        "status": record.status,
        "error": record.error,
    }
    if record.status == "failed":
        return row
    for spec in schema.figures:
        row |= _figure_cells(spec.id, record.fields.get(spec.id, _SILENCE))
    row |= {name: answer.value for name, answer in record.metadata.items()}
    row |= {name: _lines(items) for name, items in record.lists.items()}
    return row | {HELD_BACK: _held_back(record)}


def _held_back(record: Record) -> str | None:
    """What waits for review, one figure a line: ``exam_passed: 287人 (0.41, less sure than 0.90)``."""
    held = [(name, answer.held_back) for name, answer in record.fields.items() if answer.held_back is not None]
    lines = [f"{name}: {_LINE_BREAK.sub('', one.text)} ({one.confidence:.2f}, {one.reason})" for name, one in held]
    return "\n".join(lines) or None


def _check_fields(record: Record, schema: Schema) -> None:
    """Columns come from the schema, so a field that it does not have would be lost without a word."""
    if record.schema_name != schema.name:
        raise UsageError(f"{record.doc_id}: made with the schema {record.schema_name!r}, not with {schema.name!r}")
    unknown = {*record.fields, *record.metadata, *record.lists} - set(schema.by_id)
    if unknown:
        raise UsageError(f"{record.doc_id}: the schema {schema.name!r} has no field {min(unknown)!r}")


def _figure_cells(name: str, answer: Answer) -> dict[str, Cell]:
    cells: dict[str, Cell] = {f"{name}_status": answer.status}
    if answer.status == "not_reported":
        return cells
    value = answer.value
    if value is None and answer.status == "reported_none":
        cells[name] = 0.0
    elif value is not None:
        cells[name] = float(value)
    return cells | {f"{name}_bound": answer.bound, f"{name}_text": answer.text}


def _lines(items: Iterable[Item]) -> str | None:
    """One item a line; a line break inside an item is the scrape's, not the author's."""
    return "\n".join(_LINE_BREAK.sub("", item.text) for item in items) or None


def _parquet_bytes(table: pl.DataFrame, schema: Schema) -> bytes:
    buffer = BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _csv_bytes(table: pl.DataFrame, schema: Schema) -> bytes:
    """BOM and CRLF are what spreadsheet programs expect; a cell that they would run as a formula gets an apostrophe."""
    numbers = _figure_ids(schema)
    cells = {
        column.name: [_printed(value) if column.name in numbers else _inert(value) for value in column]
        for column in table
    }
    text = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    return text.write_csv(include_bom=True, line_terminator="\r\n").encode()


def _printed(value: float | None) -> str | None:
    """135.0 as ``135``: counts are whole numbers, however the column is stored."""
    return None if value is None else str(int(value) if value.is_integer() else value)


def _inert(text: str | None) -> str | None:
    return f"'{text}" if text is not None and _FORMULA.match(text) else text


_FORMATS = {".csv": _csv_bytes, ".parquet": _parquet_bytes, ".xlsx": workbook_bytes}
