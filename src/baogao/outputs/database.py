"""Records as a database of SQLite: tables that refer to each other, views for people, sentences that can be searched.

Values are numbers where SQLite keeps all their digits, and texts where it does not. Silence has no row in ``figures``
unless it was asked for; what is held back has rows in ``held_back``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from baogao._version import __version__
from baogao.errors import UsageError
from baogao.outputs.delimited import digits
from baogao.outputs.exported import Exported
from baogao.outputs.headings import Cell, Headings, Labels
from baogao.outputs.long import LONG, LongTable, Statement
from baogao.outputs.subject import Subject
from baogao.outputs.tables import HELD_BACK, Columns, Row, rows_columns, rows_of
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, Item

_TYPES: dict[type[pl.DataType], str] = {pl.String: "TEXT", pl.Int64: "INTEGER", pl.Float64: ""}
_TYPES[pl.Boolean] = "INTEGER"
"""A figure has no type: SQLite would make a float of a text of digits."""
_LARGEST = 2**63
_OF_REPORTS = ("place", "year")
"""Columns of the long table that stand in the table of reports."""
_CODED = ("status", "bound", "words", "by", "reviewed")
"""Columns of figures with words for programs."""
_FIGURES = [column for column in LONG if column[0] not in ("doc_id", "row", *_OF_REPORTS, HELD_BACK, "reason")]
_HELD = [
    column for column in LONG if column[0] in ("field", "label", "value", "upper", "words", "bound", "unit", "text")
]
_HELD += [
    column for column in LONG if column[0] in ("sentence", "page", "start", "end", "confidence", "by", "reason", "link")
]
_LISTS = (
    "field",
    "row",
    "label",
    "words",
    "sentence",
    "page",
    "start",
    "end",
    "reviewed",
    "reviewer",
    "reviewed_at",
    "link",
)
_REPORT_COLUMNS = ("doc_id", "source", "sha256", "status", "error", "place", "year", "made_with", "notices")


def write_database(exported: Exported, path: Path, page: str, labels: Labels = "id", *, silent: bool = False) -> int:
    """Write a new database.

    :param page: the address of the run's page, as seen from the database.
    :param labels: ``zh`` adds views whose columns have Chinese names, 数据 and 依据.
    :param silent: the table ``figures`` has rows of silent fields, too.
    :returns: how many reports it has.
    :raises UsageError: records of another schema; the database cannot be written.
    """
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")  # it is made aside: a file that is not whole is thrown away
            database.execute("BEGIN")
            count = _Database(database, exported, page, silent=silent).fill()
            _add_views(database, exported.schema, labels)
            database.commit()
            database.execute("PRAGMA foreign_keys = ON")
            return count
    except sqlite3.Error as error:
        raise UsageError(f"the database cannot be written: {error}") from error


class _Database:
    """The tables of one database, filled in one pass over the reports."""

    def __init__(self, database: sqlite3.Connection, exported: Exported, page: str, *, silent: bool) -> None:
        self._database = database
        self._schema = exported.schema
        self._exported = exported
        self._long = LongTable(exported.schema, exported.texts, silent=True, page=page, astray=exported.astray)
        self._silent = silent
        self._made: dict[str, int] = {}

    def fill(self) -> int:
        """Make the tables and write every report; returns how many there are."""
        self._make_tables()
        self._write_fields()
        count = 0
        for record in self._exported.records:
            self._write_report(record)
            count += 1
        for name in ("figures", "lists", "checks", "held_back", *(f"rows_{spec.id}" for spec in self._schema.rows)):
            self._database.execute(f"CREATE INDEX {_id(f'{name}_by_report')} ON {_id(name)} (doc_id)")
        for name in ("figures", "lists", "held_back"):
            self._database.execute(f"CREATE INDEX {_id(f'{name}_by_field')} ON {_id(name)} (field)")
        self._search()
        return count

    def _make_tables(self) -> None:
        metadata = [(spec.id, "TEXT") for spec in self._schema.metadata]
        taken = {*_REPORT_COLUMNS}
        told = [(f"{name}_told" if name in taken else name, type_) for name, type_ in metadata]
        report = [("source", "TEXT"), ("sha256", "TEXT"), ("status", "TEXT NOT NULL"), ("error", "TEXT")]
        report += [("place", "TEXT"), ("year", "INTEGER"), ("made_with", "INTEGER REFERENCES made_with (id)")]
        fields = [(name, "TEXT") for name in ("label", "unit", "category", "kind", "note", "options")]
        made = ("baogao", "extractor", "model", "prompts", "calibration", "schema", "schema_digest", "jury", "other")
        of_report = ("doc_id", "TEXT NOT NULL REFERENCES reports (doc_id)")
        of_field = ("field", "TEXT NOT NULL REFERENCES fields (field)")
        run = [(name, "TEXT") for name in made] + [
            ("min_confidence", "REAL"),
            ("read_at", "TEXT"),
            ("exported", "TEXT"),
            ("exported_by", "TEXT"),
        ]
        self._make("made_with", [("id", "INTEGER PRIMARY KEY"), *run])
        self._make("fields", [("field", "TEXT PRIMARY KEY"), *fields])
        self._make("reports", [("doc_id", "TEXT PRIMARY KEY"), *report, *told, ("notices", "TEXT")])
        self._make("figures", [("id", "INTEGER PRIMARY KEY"), of_report, of_field, *_typed(_FIGURES, {"field"})])
        lists = [column for name in _LISTS for column in LONG if column[0] == name]
        self._make("lists", [("id", "INTEGER PRIMARY KEY"), of_report, of_field, *_typed(lists, {"field"})])
        check = [("check", "TEXT"), ("fields", "TEXT"), ("holds", "INTEGER"), ("message", "TEXT")]
        self._make("checks", [("id", "INTEGER PRIMARY KEY"), of_report, *check])
        self._make("held_back", [("id", "INTEGER PRIMARY KEY"), of_report, of_field, *_typed(_HELD, {"field"})])
        for spec in self._schema.rows:
            cells = _typed(rows_columns(self._schema, spec, include_text=True), {"doc_id"})
            self._make(f"rows_{spec.id}", [of_report, *cells], "PRIMARY KEY (doc_id, row)")

    def _make(self, table: str, columns: Iterable[tuple[str, str]], *more: str) -> None:
        said = [f"{_id(name)} {type_}" for name, type_ in columns]
        self._database.execute(f"CREATE TABLE {_id(table)} ({', '.join([*said, *more])})")

    def _write_fields(self) -> None:
        for spec in self._schema.specs:
            for name, one in ((spec.id, spec), *((f"{spec.id}.{cell.id}", cell) for cell in spec.cells)):
                group = self._schema.groups.get(spec.group, "")
                row: Row = {"field": name, "label": one.label, "unit": one.unit, "category": group, "kind": one.kind}
                self._insert("fields", row | {"note": one.note, "options": " / ".join(one.options)})

    def _write_report(self, record: Record) -> None:
        rows = [*self._long.rows(record)]
        self._insert("reports", self._report(record))
        for statement, row in rows:
            if statement.spec.kind == "text" or statement.of is not None:
                continue
            row["group"] = self._schema.groups.get(str(row["group"]), row["group"])
            if isinstance(statement.said, Item):
                self._insert("lists", {name: row.get(name) for name in ("doc_id", *_LISTS)})
            elif record.status != "failed":
                self._write_field(statement, row)
        for check in record.checks:
            told: Row = {"doc_id": record.doc_id, "check": check.check, "fields": ", ".join(check.fields)}
            self._insert("checks", told | {"holds": check.holds, "message": check.message})
        for spec in self._schema.rows:
            for one in rows_of(record, self._schema, spec):
                names = [name for name, _ in rows_columns(self._schema, spec, include_text=True)]
                self._insert(f"rows_{spec.id}", {name: one.get(name) for name in names})

    def _write_field(self, statement: Statement, row: Row) -> None:
        held = isinstance(statement.said, Answer) and statement.given is not statement.said
        if held:
            self._insert("held_back", {name: row.get(name) for name in ("doc_id", *(name for name, _ in _HELD))})
        if statement.stated or self._silent:
            names = ("doc_id", *(name for name, _ in _FIGURES))
            kept = ("doc_id", "field", "label", "group", "status", "link") if held else names
            self._insert("figures", {name: row.get(name) for name in kept})

    def _report(self, record: Record) -> Row:
        subject = Subject.of(record, self._schema)
        row: Row = {name: getattr(record, name) for name in ("doc_id", "source", "sha256", "status", "error")}
        row |= {"place": subject.place or None, "year": subject.year, "made_with": self._made_with(record)}
        for name, answer in record.metadata.items():
            row[f"{name}_told" if name in _REPORT_COLUMNS else name] = answer.value
        return row | {"notices": "\n".join(record.notices) or None}

    def _made_with(self, record: Record) -> int:
        """The number of how a record was made."""
        key = record.made_by.model_dump_json()
        if key not in self._made:
            self._made[key] = len(self._made) + 1
            made, read_at = record.made_by, self._exported.read_at
            row: Row = {
                name: getattr(made, name) for name in ("baogao", "extractor", "model", "prompts", "calibration")
            }
            row |= {"id": self._made[key], "schema": self._schema.name, "schema_digest": made.schema_digest}
            row |= {"min_confidence": made.min_confidence, "jury": made.jury.reason if made.jury else None}
            sent = json.dumps(made.sent_beside, ensure_ascii=False) if made.sent_beside else None
            row |= {"other": sent, "read_at": read_at.isoformat(timespec="seconds") if read_at else None}
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._insert("made_with", row | {"exported": now, "exported_by": __version__})
        return self._made[key]

    def _insert(self, table: str, row: Row) -> None:
        names = ", ".join(map(_id, row))
        marks = ", ".join("?" * len(row))
        cells = [*map(_stored, row.values())]
        self._database.execute(f"INSERT INTO {_id(table)} ({names}) VALUES ({marks})", cells)

    def _search(self) -> None:
        """An index over sentences by three characters, where this SQLite has it; datasette finds it by itself."""
        with suppress(sqlite3.OperationalError):
            self._database.execute(
                "CREATE VIRTUAL TABLE figures_search USING fts5 "
                "(label, text, sentence, content='figures', content_rowid='id', tokenize='trigram')"
            )
            self._database.execute("INSERT INTO figures_search (figures_search) VALUES ('rebuild')")


def _add_views(database: sqlite3.Connection, schema: Schema, labels: Labels) -> None:
    """One row a report; with Chinese labels, the long one, too."""
    database.execute(f"CREATE VIEW wide AS {_wide_query(schema, [spec.id for spec in schema.fields])}")
    if labels == "id":
        return
    headings = Headings(schema, "zh", schema.specs)
    ids = [spec.id for spec in schema.fields]
    database.execute(f'CREATE VIEW "数据" AS {_wide_query(schema, headings.heads(ids))}')
    names = [name for name, _ in LONG if name not in ("row", HELD_BACK, "reason")]
    long = Headings(schema, "zh")
    heads = long.heads(names)
    of = {name: f"r.{_id(name)}" if name in ("doc_id", *_OF_REPORTS) else f"f.{_id(name)}" for name in names}
    of |= {name: _said(database, long, name) for name in _CODED}
    columns = ", ".join(f"{of[name]} AS {_id(head)}" for name, head in zip(names, heads, strict=True))
    database.execute(f'CREATE VIEW "依据" AS SELECT {columns} FROM figures f JOIN reports r ON r.doc_id = f.doc_id')


def _said(database: sqlite3.Connection, headings: Headings, name: str) -> str:
    """An expression for a column of figures whose words for programs are said in Chinese."""
    column = f"f.{_id(name)}"
    said = {
        value: headings.said(name, value) for (value,) in database.execute(f"SELECT DISTINCT {column} FROM figures f")
    }
    cases = [f"WHEN {_text(value)} THEN {_text(words)}" for value, words in said.items() if words != value]
    return f"CASE {column} {' '.join(cases)} ELSE {column} END" if cases else column


def _text(value: Cell) -> str:
    """A text as SQL has it."""
    doubled = str(value).replace("'", "''")
    return f"'{doubled}'"


def _wide_query(schema: Schema, heads: Sequence[str]) -> str:
    """A query that gives one row a report, and a column for every field."""

    def column(spec: FieldSpec, head: str) -> str:
        value = "value" if spec.kind == "figure" else "words"
        return f"MAX(CASE f.field WHEN '{spec.id}' THEN f.{value} END) AS {_id(head)}"

    columns = [column(spec, head) for spec, head in zip(schema.fields, heads, strict=True)]
    told = ", ".join(["r.doc_id", "r.place", "r.year", *columns])
    return f"SELECT {told} FROM reports r LEFT JOIN figures f ON f.doc_id = r.doc_id GROUP BY r.doc_id"


def _typed(columns: Columns, without: set[str]) -> Iterator[tuple[str, str]]:
    return ((name, _TYPES[type_]) for name, type_ in columns if name not in without)


def _id(name: str) -> str:
    """A name of a table or a column as SQL has it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _stored(cell: Cell) -> str | int | float | None:
    """A cell as SQLite has it: a whole number, a float where that says the same, else its digits."""
    if not isinstance(cell, Decimal):
        return cell
    if cell == cell.to_integral_value():
        return int(cell) if abs(cell) < _LARGEST else digits(cell)
    return float(cell) if Decimal(repr(float(cell))) == cell else digits(cell)
