"""Tables as files of one table each: text, frames, JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from baogao.outputs.delimited import DelimitedFile
from baogao.outputs.exported import Exported
from baogao.outputs.frame_files import write_parquet, write_stata
from baogao.outputs.headings import Cell, Headings, Labels
from baogao.outputs.long import LONG, LongTable
from baogao.outputs.tables import Columns, Row, frame_of, rows_columns, rows_of, wide_columns, wide_row
from baogao.record import Record, json_line
from baogao.schema import FieldSpec
from baogao.schema.values import plain_number


@dataclass(frozen=True)
class Layout:
    """How a table is laid out."""

    labels: Labels = "id"
    """What its columns are called by: ids, or the labels of the schema and Chinese words."""
    long: bool = False
    """One row for everything that a report states, and not one a report."""
    silent: bool = False
    """Long: rows of silent fields, and of reports that failed, too."""
    include_text: bool = False
    """Wide: also ``FIELD_text``, the printed characters, for every field."""


Tables = list[tuple[Path, Columns, Sequence[FieldSpec], Callable[[Record], Iterable[Row]]]]
"""Of each table its file, its columns, the fields that they are called by, and what rows a record gives it."""


def tables_of(exported: Exported, made: Path, layout: Layout, path: Path) -> Tables:
    """The tables of a layout."""
    schema = exported.schema
    if layout.long:
        long = LongTable(schema, exported.texts, layout.silent, exported.page_from(path), exported.astray)
        return [(made, LONG, (), lambda record: (row for _, row in long.rows(record)))]

    def of(spec: FieldSpec) -> Callable[[Record], Iterator[Row]]:
        return lambda record: rows_of(record, schema, spec)

    text = layout.include_text
    wide = wide_columns(schema, include_text=text)
    tables: Tables = [(made, wide, schema.specs, lambda record: [wide_row(record, schema)])]
    for spec in schema.rows:
        file = made.with_suffix(f".{spec.id}{made.suffix}")
        tables.append((file, rows_columns(schema, spec, include_text=text), spec.cells, of(spec)))
    return tables


def write_delimited(exported: Exported, made: Path, layout: Layout, path: Path) -> dict[Path, int]:
    """Tables as text, all of them in one pass over the records."""
    tables = tables_of(exported, made, layout, path)
    count = dict.fromkeys((file for file, *_ in tables), 0)
    delimiter = "\t" if made.suffix.lower() == ".tsv" else ","
    with ExitStack() as stack:
        files = [DelimitedFile(stack.enter_context(file.open("wb")), delimiter) for file, *_ in tables]
        said = [Headings(exported.schema, layout.labels, specs) for _, _, specs, _ in tables]
        for file, headings, (_, columns, *_) in zip(files, said, tables, strict=True):
            file.add(headings.heads([name for name, _ in columns]))
        for record in exported.records:
            for file, headings, (name, columns, _, rows_from) in zip(files, said, tables, strict=True):
                for row in rows_from(record):
                    file.add(headings.said(column, row.get(column)) for column, _ in columns)
                    count[name] += 1
        for file in files:
            file.close()
    return count


def write_frames(exported: Exported, made: Path, layout: Layout, path: Path) -> dict[Path, int]:
    """Tables as frames, which are whole in memory."""
    tables = tables_of(exported, made, layout, path)
    rows: list[list[Row]] = [[] for _ in tables]
    for record in exported.records:
        for one, (*_, rows_from) in zip(rows, tables, strict=True):
            one.extend(rows_from(record))
    for one, (file, columns, specs, _) in zip(rows, tables, strict=True):
        headings = Headings(exported.schema, layout.labels, specs)
        frame = frame_of(one, columns, exported.schema)
        if file.suffix.lower() == ".dta":
            write_stata(frame, Headings(exported.schema, "zh", specs).heads(frame.columns), file)
        else:
            frame.columns = headings.heads(frame.columns)
            write_parquet(frame, file)
    return {file: len(one) for one, (file, *_) in zip(rows, tables, strict=True)}


def write_json(exported: Exported, made: Path, layout: Layout, path: Path) -> dict[Path, int]:
    """Records, or the rows of the long table, as one array of JSON."""
    found: Iterator[dict[str, Any]] = (record.to_data() for record in exported.records)
    if layout.long:
        ((_, columns, specs, rows_from),) = tables_of(exported, made, layout, path)
        headings, names = Headings(exported.schema, layout.labels, specs), [name for name, _ in columns]
        heads = headings.heads(names)
        rows = (row for record in exported.records for row in rows_from(record))
        found = (
            {head: _plain(headings.said(name, row.get(name))) for head, name in zip(heads, names, strict=True)}
            for row in rows
        )
    count = 0
    with made.open("wb") as file:
        for count, one in enumerate(found, start=1):
            file.write(f"{'[' if count == 1 else ','}\n{json_line(one)}".encode())
        file.write(b"\n]\n" if count else b"[]\n")
    return {made: count}


def _plain(cell: Cell) -> Cell:
    """A cell as JSON has it."""
    return plain_number(cell) if isinstance(cell, Decimal) else cell
