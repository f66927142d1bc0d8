"""What is scored: records of baogao, or JSON lines of the same shape by anybody.

Only what scoring needs is read (docs/records.md): ``doc_id``, ``status``, ``sha256``, ``fields``, ``metadata``,
``lists``, ``rows``. Further keys of a record are left alone; inside an answer an unknown key is an error, because a
misspelt ``evidence`` would score as none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError, field_validator

from baogao.errors import GoldError
from baogao.evaluation.gold import Gold, read_text
from baogao.outputs.records import current
from baogao.record import Record
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Answer, Item, Span, TextAnswer


@dataclass(frozen=True)
class Submission:
    """One document's answers, ready to be scored."""

    doc_id: str
    where: str
    """File and line, for messages."""
    failure: str | None = None
    """Why the document failed, in words; None when it did not."""
    sha256: str = ""
    """Of the input; empty when not told."""
    fields: dict[str, Answer] = field(default_factory=dict)
    metadata: dict[str, str | None] = field(default_factory=dict)
    lists: dict[str, list[list[Span]]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Answer]]] = field(default_factory=dict)
    read_as: str | None = None
    """How the file was read (``text``, ``pdf``, …), where the record says it."""

    def check_against(self, gold: Gold, schema: Schema) -> None:
        """Refuse answers to questions that the schema does not ask, or about another text.

        :raises GoldError: names file, document and field; also where the value of a figure is no number.
        """
        groups: tuple[tuple[Iterable[str], Iterable[str]], ...] = (
            (self.fields, (spec.id for spec in schema.fields)),
            (self.metadata, (spec.id for spec in schema.metadata)),
            (self.lists, (spec.id for spec in schema.lists)),
            (self.rows, (spec.id for spec in schema.rows)),
            (
                (f"{name}.{cell}" for name, rows in self.rows.items() for row in rows for cell in row),
                (f"{spec.id}.{cell.id}" for spec in schema.rows for cell in spec.cells),
            ),
        )
        for answers, asked in groups:
            known = set(asked)
            for name in answers:
                if name not in known:
                    raise GoldError(f"{self.where}: {self.doc_id} answers {name!r}, which {schema.name} does not have")
        for place, spec, answer in self._answers(schema):
            if spec.kind == "figure" and answer.value is not None and answer.number is None:
                raise GoldError(f"{self.where}: {self.doc_id}: {place} is a figure, and its value is {answer.value!r}")
        if self.sha256 and self.failure is None and self.sha256 != gold.sha256:
            raise GoldError(
                f"{self.where}: {self.doc_id} was made from another text than the gold's ({gold.text_file})"
            )

    def _answers(self, schema: Schema) -> Iterator[tuple[str, FieldSpec, Answer]]:
        """Every answer with its field and its name; of a cell with its row's number."""
        for name, answer in self.fields.items():
            yield name, schema.by_id[name], answer
        for spec in schema.rows:
            cells = {cell.id: cell for cell in spec.cells}
            for number, row in enumerate(self.rows.get(spec.id, []), start=1):
                for name, answer in row.items():
                    yield f"{spec.id}, row {number}: {name}", cells[name], answer


class _Line(BaseModel):
    """A record as anybody may write it."""

    doc_id: str
    status: str
    error: str | None = None
    sha256: str = ""
    fields: dict[str, Answer] | None = None
    metadata: dict[str, TextAnswer] = {}
    lists: dict[str, list[Item]] = {}
    rows: dict[str, list[dict[str, Answer]]] = {}
    read: Any = None

    @field_validator("status")
    @classmethod
    def _known_status(cls, status: str) -> str:
        if status not in ("ok", "failed"):
            raise ValueError("must be ok or failed")
        return status

    def submission(self, where: str) -> Submission:
        """The record as what is scored.

        :param where: file and line, for messages.
        :raises GoldError: no fields; an answer whose state and value contradict each other; evidence that is no place.
        """
        failure = None
        if self.status == "failed":
            failure = self.error or "failed"
        elif self.fields is None:
            raise GoldError(f"{where}: {self.doc_id} has no fields")
        answers, whose = (self.fields or {}).items(), f"{where}: {self.doc_id}"
        return Submission(
            doc_id=self.doc_id,
            where=where,
            failure=failure,
            sha256=self.sha256,
            fields={name: _checked(answer, f"{whose}: {name}") for name, answer in answers},
            metadata={name: answer.value for name, answer in self.metadata.items()},
            lists={
                name: [_places(item.evidence, f"{whose}: {name}") for item in items]
                for name, items in self.lists.items()
            },
            rows={
                name: [
                    {cell: _checked(answer, f"{whose}: {name}, row {number}: {cell}") for cell, answer in row.items()}
                    for number, row in enumerate(rows, start=1)
                ]
                for name, rows in self.rows.items()
            },
            read_as=self._read_as(),
        )

    def _read_as(self) -> str | None:
        """The format that a record of baogao tells; whatever else stands there is left alone."""
        told = self.read.get("format") if isinstance(self.read, dict) else None
        return told if isinstance(told, str) else None


def read_submissions(path: Path) -> list[Submission]:
    """Read ``records.jsonl``.

    :raises GoldError: the file cannot be read, or a line is not a record; names file, line and field.
    """
    submissions: list[Submission] = []
    for number, line in enumerate(read_text(current(path)).split("\n"), start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            submissions.append(_Line.model_validate(json.loads(line, parse_float=Decimal)).submission(where))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "record"
            raise GoldError(f"{where}: {place}: {first['msg']}") from error
        except (ValueError, RecursionError) as error:
            raise GoldError(f"{where}: is not JSON: {error}") from error
    return submissions


def submission_of(record: Record) -> Submission:
    """A record that is still in memory, as what is scored.

    :raises GoldError: an answer whose state and value contradict each other.
    """
    return _Line.model_validate(record.model_dump()).submission("record")


def _places(evidence: list[Span], where: str) -> list[Span]:
    """Spans that hold at least one character."""
    for start, end in evidence:
        if not 0 <= start < end:
            raise GoldError(f"{where}: evidence from {start} to {end} holds no character")
    return evidence


def _checked(answer: Answer, where: str) -> Answer:
    """An answer whose state and value agree, with evidence that is somewhere; a none without a value is 0."""
    _places(answer.evidence or [], where)
    if answer.status == "reported" and answer.value is None:
        raise GoldError(f"{where} is reported without a value")
    if answer.status == "not_reported" and answer.value is not None:
        raise GoldError(f"{where} is not_reported and has a value")
    if answer.status != "reported_none":
        return answer
    if answer.value not in (None, 0):
        raise GoldError(f"{where} is reported_none with the value {answer.value}")
    return answer.model_copy(update={"value": Decimal(0)})
