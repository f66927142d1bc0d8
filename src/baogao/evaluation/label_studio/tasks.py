"""From gold, or from a run's records, to tasks that Label Studio imports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from baogao.evaluation.gold import Gold, GoldField, Reading
from baogao.evaluation.label_studio.config import (
    ALTERNATIVE,
    BOUND,
    FIELD,
    METADATA,
    NOT_LOOKED_AT,
    PART,
    READING,
    ROW,
    STATUS,
    TEXT,
    VALUE,
    labels,
)
from baogao.evaluation.values import words
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Span

_Results = Iterator[dict[str, Any]]


def task_of(gold: Gold, text: str, schema: Schema, *, proposed_by: str | None = None) -> dict[str, Any]:
    """A task with its text and what is said of it: as an annotation, or as a prediction for people to go on from.

    :param proposed_by: the name of what proposes it; None where people have looked.
    """
    data = {"text": text, "doc_id": gold.doc_id, "schema": gold.schema_name, "sha256": gold.sha256}
    results = list(_Regions(gold, text, schema).results())
    if proposed_by is not None:
        return {"data": data, "predictions": [{"model_version": proposed_by, "result": results}]}
    return {"data": data, "annotations": [{"result": results, "was_cancelled": False}]}


class _Regions:
    """What a gold file says, region by region."""

    def __init__(self, gold: Gold, text: str, schema: Schema) -> None:
        self._gold, self._text, self._schema = gold, text, schema
        self._labels = labels(schema)
        self._count = 0

    def results(self) -> _Results:
        """Everything, as Label Studio keeps it: one after another, those of one region by its id."""
        gold = self._gold
        for spec in self._schema.fields:
            if spec.id in gold.fields:
                yield from self._field(gold.fields[spec.id], spec, spec.id, None)
        for spec in self._schema.lists:
            for copies in gold.lists.get(spec.id, ()):
                for span in (span for copy in copies for span in copy):
                    yield self._region(span, spec.id)
        for spec in self._schema.rows:
            yield from self._rows(spec)
        for name, value in gold.metadata.items():
            if value is not None:
                yield self._said_of_all(f"{METADATA}{name}", [value])
        if gold.not_looked_at:
            yield self._said_of_all(NOT_LOOKED_AT, gold.not_looked_at)

    def _rows(self, spec: FieldSpec) -> _Results:
        cells = {cell.id: cell for cell in spec.cells}
        for number, row in enumerate(self._gold.rows.get(spec.id, ()), start=1):
            for name, field in row.items():
                yield from self._field(field, cells[name], f"{spec.id}.{name}", number)

    def _field(self, field: GoldField, spec: FieldSpec, label: str, row: int | None) -> _Results:
        """The best reading, then the others."""
        if field.stated:
            yield from self._reading(field, spec, label, row, alternative=False)
        for other in field.alternatives:
            yield from self._reading(other, spec, label, row, alternative=True)

    def _reading(
        self, reading: Reading, spec: FieldSpec, label: str, row: int | None, *, alternative: bool
    ) -> _Results:
        for copy in reading.evidence:
            ids = []
            for span in copy:
                region = self._region(span, label)
                ids.append(region["id"])
                yield region
                # A part of a sum is what is printed there: only the sum is known.
                said = {} if len(copy) > 1 else _said_of(reading, spec)
                said |= {READING: ALTERNATIVE} if alternative else {}
                said |= {} if row is None else {ROW: str(row)}
                yield from (self._said(region, name, value) for name, value in said.items())
            for one, other in pairwise(ids):
                yield {"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": [PART]}

    def _region(self, span: Span, label: str) -> dict[str, Any]:
        self._count += 1
        value = {"start": span[0], "end": span[1], "text": self._text[slice(*span)], "labels": [self._labels[label]]}
        return {"id": f"r{self._count}", "from_name": FIELD, "to_name": TEXT, "type": "labels", "value": value}

    def _said(self, region: dict[str, Any], name: str, value: str) -> dict[str, Any]:
        """What is said of one region."""
        place = {key: region["value"][key] for key in ("start", "end")}
        if name in (VALUE, ROW):
            said = {"type": "textarea", "value": {**place, "text": [value]}}
        else:
            said = {"type": "choices", "value": {**place, "choices": [value]}}
        return {"id": region["id"], "from_name": name, "to_name": TEXT, **said}

    def _said_of_all(self, name: str, lines: list[str]) -> dict[str, Any]:
        """What is said of the report as a whole."""
        self._count += 1
        head = {"id": f"r{self._count}", "from_name": name, "to_name": TEXT}
        return {**head, "type": "textarea", "value": {"text": lines}}


def _said_of(reading: Reading, spec: FieldSpec) -> dict[str, str]:
    """State, value and bound of a reading; of a quote the characters themselves are its value."""
    said: dict[str, str] = {STATUS: reading.status} if spec.kind == "figure" else {}
    if reading.status == "reported" and spec.kind != "quote" and reading.value is not None:
        upper = "" if reading.upper is None else f"..{words(reading.upper)}"
        said[VALUE] = f"{words(reading.value)}{upper}"
    if spec.kind == "figure" and reading.status == "reported":
        said[BOUND] = reading.bound or "exact"
    return said
