"""What is wrong or doubtful in a gold file: its digests, ids and offsets, and whether its evidence reads as it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from baogao.evaluation.gold import Copies, Gold, GoldField, GoldRow, Reading
from baogao.evaluation.printed import Printed, fault_of
from baogao.schema.fields import FieldSpec, Schema


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or doubtful, in a gold file."""

    level: Literal["error", "warning"]
    path: Path
    place: str
    """The field, list or key; ``field, alternative 1`` for an alternative."""
    message: str
    offset: int | None = None
    """Where in the text."""

    def __str__(self) -> str:
        at = "" if self.offset is None else f" at {self.offset}"
        return f"{self.path}: {self.place}{at}: {self.message}"


def check_gold(gold: Gold, text: str, schema: Schema, path: Path) -> list[Finding]:
    """Everything that is wrong or doubtful in one gold file, errors of the whole file first.

    :param text: the text that the offsets refer to, exactly as it stands in its file.
    :param path: the gold file's, for messages and because its name must be the id's.
    """
    return list(_Checker(gold, text, schema, path).run())


@dataclass
class _Checker:
    gold: Gold
    text: str
    schema: Schema
    path: Path

    def run(self) -> Iterator[Finding]:
        """Everything that is found, part by part."""
        yield from self._head()
        specs = {spec.id: spec for spec in self.schema.fields}
        for name, field in self.gold.fields.items():
            if name in specs and self.gold.knows(name):
                yield from self._field(specs[name], name, field)
        for name, items in self.gold.lists.items():
            for number, copies in enumerate(items if self.gold.knows(name) else (), start=1):
                yield from self._copies(f"{name}, item {number}", copies)
        for spec in self.schema.rows:
            rows = self.gold.rows.get(spec.id, []) if self.gold.knows(spec.id) else ()
            for number, row in enumerate(rows, start=1):
                yield from self._row(spec, f"{spec.id}, row {number}", row)

    def _row(self, spec: FieldSpec, place: str, row: GoldRow) -> Iterator[Finding]:
        """A row of a list of rows: it is named, and its cells are as fields are."""
        cells, key = {cell.id: cell for cell in spec.cells}, spec.named_by
        named = row.get(key.id) if key else None
        if key is not None and (named is None or not named.readings):
            yield self._error(place, f"has no {key.id}, by which a row is known")
        for name, field in row.items():
            if name not in cells:
                yield self._error(f"{place}, {name}", f"is not among the cells of {spec.id}")
                continue
            yield from self._field(cells[name], f"{place}, {name}", field)
            if named is not None and field.stated and not named.stated:
                yield self._error(f"{place}, {name}", "is stated in a row that may be there or not")

    def _field(self, spec: FieldSpec, place: str, field: GoldField) -> Iterator[Finding]:
        """A field, or a cell, with its alternatives."""
        yield from self._reading(spec, place, field)
        for number, other in enumerate(field.alternatives, start=1):
            yield from self._reading(spec, f"{place}, alternative {number}", other, alternative=True)

    def _head(self) -> Iterator[Finding]:
        """The file as a whole: its name, its schema, its text, and the ids in it."""
        gold = self.gold
        if self.path.name != f"{gold.doc_id}.gold.json":
            yield self._error("doc_id", f"{gold.doc_id!r} is not the file's name")
        if gold.schema_name != self.schema.name:
            yield self._error("schema", f"is {gold.schema_name!r}, and {self.schema.name!r} was loaded")
        if gold.schema_version not in (None, self.schema.version):
            newer = f"{self.schema.name} is of version {self.schema.version}: go through the gold, and say so in it"
            yield self._error("schema_version", f"is {gold.schema_version}, and {newer}")
        if gold.sha256 != hashlib.sha256(self.text.encode()).hexdigest():
            yield self._error("sha256", f"is not the digest of {gold.text_file}: the text was changed after the gold")
        if gold.characters != len(self.text):
            yield self._error("characters", f"is {gold.characters}, and {gold.text_file} has {len(self.text)}")
        groups = (
            ("names", dict.fromkeys(gold.not_looked_at), self.schema.specs),
            ("metadata", gold.metadata, self.schema.metadata),
            ("fields", gold.fields, self.schema.fields),
            ("lists", gold.lists, self.schema.lists),
            ("rows", gold.rows, self.schema.rows),
        )
        for group, names, specs in groups:
            for name in sorted(names.keys() - {spec.id for spec in specs}):
                yield self._error(name, f"is not among the {group} of {self.schema.name}")
        for spec in self.schema.metadata:
            if spec.id not in gold.metadata and gold.knows(spec.id):
                yield self._warning(spec.id, "is not given; write null where the text has none")

    def _reading(self, spec: FieldSpec, place: str, reading: Reading, alternative: bool = False) -> Iterator[Finding]:
        if reading.status == "not_reported":
            if alternative:
                yield self._error(place, "silence is never an alternative")
            if reading.value is not None or reading.upper is not None or reading.evidence:
                yield self._error(place, "is not_reported and has a value or evidence")
            return
        if reading.value is None:
            yield self._error(place, f"is {reading.status} without a value")
            return
        if not reading.evidence:
            yield self._error(place, f"is {reading.status} without evidence")
        unfit = fault_of(spec, reading)
        if unfit is not None:
            yield self._error(place, unfit)
        bad_spans = list(self._copies(place, reading.evidence))
        yield from bad_spans
        if bad_spans or unfit is not None:
            return
        for copy in reading.evidence:
            for level, message in Printed(self.text, copy, spec).faults(reading):
                yield Finding(level, self.path, place, message, copy[0][0])

    def _copies(self, place: str, copies: Copies) -> Iterator[Finding]:
        if not copies:
            yield self._error(place, "has no evidence")
        for copy in copies:
            if not copy:
                yield self._error(place, "has an empty copy")
            last = 0
            for start, end in copy:
                if not 0 <= start < end <= len(self.text):
                    yield self._error(place, f"the span [{start}, {end}] is not inside the text", start)
                elif start < last:
                    yield self._error(place, f"the span [{start}, {end}] is out of order or overlaps", start)
                last = end

    def _error(self, place: str, message: str, offset: int | None = None) -> Finding:
        return Finding("error", self.path, place, message, offset)

    def _warning(self, place: str, message: str, offset: int | None = None) -> Finding:
        return Finding("warning", self.path, place, message, offset)
