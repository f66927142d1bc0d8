"""Records as one long table: a row for everything that a report states, with the sentence that it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import polars as pl

from baogao.document import document_from_text
from baogao.document.document import Document
from baogao.errors import UsageError
from baogao.outputs.headings import Cell
from baogao.outputs.records import PAGE, astray, belongs, kept_text, words_of
from baogao.outputs.subject import Subject
from baogao.outputs.tables import HELD_BACK, SILENCE, Columns, Row, check_fields, frame_of, number_of, on_one_line
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, HeldBack, Item, Reviewed, Span, TextAnswer

LONG: Columns = [
    *((name, pl.String) for name in ("doc_id", "place")),
    ("year", pl.Int64),
    *((name, pl.String) for name in ("group", "field")),
    ("row", pl.Int64),
    *((name, pl.String) for name in ("label", "status")),
    *((name, pl.Float64) for name in ("value", "upper")),
    *((name, pl.String) for name in ("words", "bound", "unit", "text", "sentence")),
    *((name, pl.Int64) for name in ("page", "start", "end")),
    ("confidence", pl.Float64),
    *((name, pl.String) for name in ("by", "reviewed", "reviewer", "reviewed_at", "comment")),
    (HELD_BACK, pl.Boolean),
    *((name, pl.String) for name in ("reason", "link")),
]
"""The columns of a long file, in order."""
_LATER = ("page", "place", "year", "reviewed", "reviewer", "reviewed_at", "comment", "reason", "link")
"""Columns that the frame got after its first ones, on which programs rely."""


@dataclass(frozen=True)
class Statement:
    """What a record says in one place: a field, a piece of metadata, an entry of a list, a cell of a row."""

    spec: FieldSpec
    said: Answer | TextAnswer | Item
    key: str
    """As the page calls it: ``FIELD``, ``LIST/ENTRY``, ``ROWS/ROW/CELL``, counted from 0."""
    of: FieldSpec | None = None
    """Of a cell its list of rows."""
    row: int | None = None
    """The number of an entry or of a row, from 1."""

    @property
    def name(self) -> str:
        """The field's id; of a cell behind that of its list: ``works.cost``."""
        return f"{self.of.id}.{self.spec.id}" if self.of else self.spec.id

    @property
    def label(self) -> str:
        """The field's label; of a cell behind that of its list."""
        return f"{self.of.label}·{self.spec.label}" if self.of else self.spec.label

    @property
    def given(self) -> Answer | HeldBack | TextAnswer | Item:
        """What was read: of a silent field the answer that is held back, where there is one."""
        held = self.said.held_back if isinstance(self.said, Answer) and self.said.status == "not_reported" else None
        return held or self.said

    @property
    def status(self) -> str:
        """The state, as in a record; metadata and entries are reported or not there."""
        if isinstance(self.said, Answer):
            return self.said.status
        return "not_reported" if isinstance(self.said, TextAnswer) and self.said.value is None else "reported"

    @property
    def stated(self) -> bool:
        """Whether the report states it, or states that there was none."""
        return self.status != "not_reported"

    @property
    def reviewed(self) -> Reviewed | None:
        """What a person said of it."""
        return self.said.reviewed

    @property
    def spans(self) -> list[Span]:
        """Where it was read, in the order of the text."""
        return sorted(self.given.evidence or ())


def field_statements(record: Record, schema: Schema) -> Iterator[Statement]:
    """What a record says of each field that is answered once, silent ones too."""
    for spec in schema.fields:
        yield Statement(spec, record.fields.get(spec.id, SILENCE), spec.id)


def all_statements(record: Record, schema: Schema) -> Iterator[Statement]:
    """Everything that a record says: metadata, fields, entries of lists, cells of rows."""
    for spec in schema.metadata:
        yield Statement(spec, record.metadata.get(spec.id, TextAnswer()), spec.id)
    yield from field_statements(record, schema)
    for spec in schema.lists:
        for number, item in enumerate(record.lists.get(spec.id, ())):
            yield Statement(spec, item, f"{spec.id}/{number}", row=number + 1)
    for spec in schema.rows:
        for number, row in enumerate(record.rows.get(spec.id, ())):
            for cell in spec.cells:
                answer = row.get(cell.id, SILENCE)
                yield Statement(cell, answer, f"{spec.id}/{number}/{cell.id}", spec, number + 1)


class Sentences:
    """The sentences of a report's text; where the text was not kept, or is another by now, it has none.

    :param texts: the texts by document id, or the folder that holds them as ``DOC_ID.txt``.
    """

    def __init__(self, record: Record, texts: Mapping[str, str] | Path | None) -> None:
        self._record = record
        text = None if texts is None or record.status == "failed" else kept_text(record.doc_id, texts)
        self.astray = text is not None and not belongs(record, text)
        """Whether the text is not the one that the record was read from."""
        self._text = None if self.astray else text

    def of(self, statement: Statement) -> str | None:
        """The sentence around a statement; of a sum those of its parts, with a line break between them."""
        given, spans = statement.given, statement.spans
        if self._document is None or not spans:
            return given.sentence if isinstance(given, Answer | HeldBack) else None
        if isinstance(given, Answer | HeldBack) and astray(given, self._document.file.text):
            return None
        return self._document.printed_sentences(spans)

    @cached_property
    def _document(self) -> Document | None:
        return None if self._text is None else document_from_text(self._text, self._record.doc_id)


def link_to(doc_id: str, key: str, page: str = PAGE) -> str:
    """The address of a field in a run's page."""
    return f"{page}#{quote(doc_id, safe='')}&{quote(key, safe='')}"


def long_row(statement: Statement, sentence: str | None, record: Record) -> Row:
    """A statement as a row of the long table, without what is known of its report."""
    spec, given = statement.spec, statement.given
    failed = record.status == "failed"
    row: Row = {
        "field": statement.name,
        "row": statement.row,
        "label": statement.label,
        "group": (statement.of or spec).group,
        "status": None if failed else statement.status,
        HELD_BACK: not failed and given is not statement.said,
    }
    if (reviewed := statement.reviewed) is not None:
        row |= {"reviewed": reviewed.act, "reviewer": reviewed.who, "reviewed_at": reviewed.at}
        row["comment"] = reviewed.comment or None
    if failed or (given is statement.said and not statement.stated):
        return row
    if spans := statement.spans:
        row |= {"start": spans[0][0], "end": max(end for _, end in spans)}
    return row | _value_cells(given, spec) | {"sentence": sentence}


def _value_cells(given: Answer | HeldBack | TextAnswer | Item, spec: FieldSpec) -> Row:
    """What a statement says, in its columns."""
    if isinstance(given, TextAnswer):
        return {"words": given.value}
    if isinstance(given, Item):
        return {"words": on_one_line(given.text), "text": given.text, "page": given.page}
    row: Row = {name: getattr(given, name) for name in ("bound", "unit", "text", "page", "confidence", "by")}
    if isinstance(given, HeldBack):
        row["reason"] = given.reason
    if spec.kind == "figure":
        return row | {"value": number_of(given), "upper": given.upper}
    return row | {"words": words_of(given.value)}


@dataclass
class LongTable:
    """Makes the rows of a long file.

    :param silent: rows of silent fields, too, and those of reports that failed.
    :param texts: as for :class:`Sentences`; None where no sentences are wanted.
    :param page: the address of the run's page, as seen from the table.
    """

    schema: Schema
    texts: Mapping[str, str] | Path | None = None
    silent: bool = False
    page: str = PAGE
    astray: list[str] = field(default_factory=list)
    """The reports whose texts are not the ones that they were read from."""

    def rows(self, record: Record) -> Iterator[tuple[Statement, Row]]:
        """The statements of a report with their rows.

        :raises UsageError: a record of another schema.
        """
        check_fields(record, self.schema)
        if record.status == "failed" and not self.silent:
            return
        sentences = Sentences(record, self.texts)
        if sentences.astray:
            self.astray.append(record.doc_id)
        head = subject_cells(record, self.schema)
        for statement in all_statements(record, self.schema):
            if statement.stated or self.silent:
                link: Row = {"link": link_to(record.doc_id, statement.key, self.page)}
                yield statement, head | long_row(statement, sentences.of(statement), record) | link


def subject_cells(record: Record, schema: Schema) -> dict[str, Cell]:
    """A report's id, its place and its year."""
    subject = Subject.of(record, schema)
    return {"doc_id": record.doc_id, "place": subject.place or None, "year": subject.year}


def long_table(records: Iterable[Record], schema: Schema, texts: Mapping[str, str] | Path | None) -> pl.DataFrame:
    """One row a report and field, silent ones too; see :func:`baogao.outputs.export.records_to_frame`.

    :raises UsageError: records of another schema; a text that is not the record's.
    """
    ranges = any("range" in spec.takes for spec in schema.figures)
    words = len(schema.fields) > len(schema.figures)
    types = dict(LONG)
    first = ["doc_id", "field", "label", "group", "status", "value"]
    first += [*(["upper"] if ranges else []), *(["words"] if words else []), "bound", "unit", "text", "sentence"]
    names = [*first, "start", "end", "confidence", "by", HELD_BACK, *_LATER]
    rows = (row for record in records for row in _field_rows(record, schema, texts))
    return frame_of(rows, [(name, types[name]) for name in names], schema)


def _field_rows(record: Record, schema: Schema, texts: Mapping[str, str] | Path | None) -> Iterator[Row]:
    """The rows of one report in the frame."""
    check_fields(record, schema)
    head = subject_cells(record, schema)
    text = None if texts is None or record.status == "failed" else kept_text(record.doc_id, texts)
    document = None if text is None else document_from_text(text, record.doc_id)
    for statement in field_statements(record, schema):
        given, sentence = statement.given, None
        if isinstance(given, Answer | HeldBack):
            sentence = given.sentence
            if document is not None and (statement.stated or isinstance(given, HeldBack)):
                if astray(given, document.file.text):
                    name = statement.name
                    raise UsageError(f"{record.doc_id}: the record does not belong to this text: {name} is not there")
                sentence = document.printed_sentences(statement.spans)
        link: Row = {"link": link_to(record.doc_id, statement.key)}
        yield head | long_row(statement, sentence, record) | link
