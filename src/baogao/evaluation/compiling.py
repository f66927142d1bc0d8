"""From a report with inline marks (``baogao.evaluation.marks``) to its text and gold file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from baogao.candidates.each import nouns_sharing
from baogao.candidates.numbers import parse_quantity
from baogao.errors import GoldError
from baogao.evaluation.checking import Finding, check_gold
from baogao.evaluation.gold import (
    Copies,
    Gold,
    GoldField,
    GoldRow,
    Reading,
    read_text,
    split_of,
    write_whole,
)
from baogao.evaluation.marks import Mark, MarkedReport, parse
from baogao.evaluation.values import is_date, version_said
from baogao.inputs import MARKED
from baogao.schema.fields import FieldSpec, Schema

_FIGURE = re.compile(r"(?P<lower>-?\d+(?:\.\d+)?)(?:\.\.(?P<upper>-?\d+(?:\.\d+)?))?")
"""A value in a label, or the two bounds of one."""


def build(marked: Path, schema: Schema) -> tuple[str, Gold]:
    """Compile one marked report.

    :returns: the plain text, and its gold.
    :raises GoldError: marks that do not parse, or contradict one another.
    """
    report = parse(read_text(marked), str(marked))
    return report.text, to_gold(report, schema, marked)


def build_dataset(marked: Iterable[Path], out: Path, schema: Schema, by_split: bool = False) -> list[Finding]:
    """Compile marked reports into ``NAME.txt`` and ``NAME.gold.json``; nothing is written when any has an error.

    :param by_split: write into ``out/dev`` and ``out/test`` by the rule of ``split_of``.
    :returns: what the checks found; warnings only where something was written.
    :raises GoldError: marks that do not parse or contradict one another, or two reports of one id.
    :raises UsageError: a file cannot be written.
    """
    built: dict[Path, tuple[str, Gold]] = {}
    findings: list[Finding] = []
    for path in marked:
        text, gold = build(path, schema)
        folder = out / split_of(gold.doc_id) if by_split else out
        target = folder / f"{gold.doc_id}.gold.json"
        if target in built:
            raise GoldError(f"{path}: doc_id: a second report of the id {gold.doc_id!r}")
        built[target] = text, gold
        findings += check_gold(gold, text, schema, target)
    if not any(finding.level == "error" for finding in findings):
        for target, (text, gold) in built.items():
            write_whole(target.with_name(gold.text_file), text.encode())
            write_whole(target, gold.to_json().encode())
    return findings


def to_gold(report: MarkedReport, schema: Schema, path: Path) -> Gold:
    """The gold that a report's marks say.

    :param path: of the marked file: for messages, and for the id when the front matter gives none.
    :raises GoldError: a field that the schema does not have, a value that is none of its kind, one field that is
        marked with two different values, a sum that is also marked as a whole with another value.
    """
    compiler = _Compiler(report, schema, path)
    doc_id = str(report.front.get("doc_id") or path.name.removesuffix(MARKED).removesuffix(".txt"))
    return Gold(
        doc_id=doc_id,
        schema_name=schema.name,
        schema_version=version_said(schema),
        text_file=f"{doc_id}.txt",
        sha256=hashlib.sha256(report.text.encode()).hexdigest(),
        characters=len(report.text),
        metadata=compiler.metadata(),
        fields=compiler.fields(),
        lists=compiler.lists(),
        rows=compiler.rows(),
    )


class _Compiler:
    def __init__(self, report: MarkedReport, schema: Schema, path: Path) -> None:
        self.report, self.schema, self.path = report, schema, path
        self.readers: dict[str, _FieldCompiler] = {}
        """By field; of cells by ``list.row.cell``."""
        self.items: dict[str, list[Mark]] = {}
        self.numbers: dict[str, set[int]] = {}
        """Of each list of rows the numbers of its rows."""
        for mark in report.marks:
            spec = self._spec(mark)
            if spec.kind == "items":
                self._refuse(mark, "is an entry of a list: its label has no value" if _says_more(mark) else None)
                self.items.setdefault(mark.name, []).append(mark)
                continue
            if mark.row is not None:
                self.numbers.setdefault(mark.name, set()).add(mark.row)
            reader = self.readers.setdefault(mark.label, _FieldCompiler(spec, self.path))
            reader.add(mark, report.text)

    def _spec(self, mark: Mark) -> FieldSpec:
        """What a mark is of."""
        spec = self.schema.by_id.get(mark.name)
        if spec is None:
            raise _error(self.path, f"{mark.name!r} is no field of {self.schema.name}", mark)
        if spec.kind == "rows":
            self._refuse(mark, "is a list of rows: write NAME.NUMBER.CELL" if mark.row is None else None)
            cells = {cell.id: cell for cell in spec.cells}
            if mark.cell not in cells:
                raise _error(self.path, f"{mark.cell!r} is no cell of {mark.name}, only {', '.join(cells)}", mark)
            return cells[mark.cell]
        self._refuse(mark, "is no list of rows" if mark.row is not None else None)
        self._refuse(mark, "is metadata: it stands in the front matter" if spec.kind == "text" else None)
        return spec

    def _refuse(self, mark: Mark, fault: str | None) -> None:
        if fault is not None:
            raise _error(self.path, f"{mark.name} {fault}", mark)

    def metadata(self) -> dict[str, str | None]:
        given: Any = self.report.front.get("metadata") or {}
        if not isinstance(given, dict):
            raise GoldError(f"{self.path}: metadata: a name and a value on each line is wanted, not {given!r}")
        known = {spec.id for spec in self.schema.metadata}
        for name, value in given.items():
            if name not in known:
                raise GoldError(f"{self.path}: metadata: {name!r} is not in {self.schema.name}")
            if value is not None and not isinstance(value, str):
                raise GoldError(f"{self.path}: metadata: {name}: write {value!r} in quotes")
        return {spec.id: given[spec.id] for spec in self.schema.metadata if spec.id in given}

    def fields(self) -> dict[str, GoldField]:
        """The marked fields, in the schema's order."""
        return {spec.id: self.readers[spec.id].gold() for spec in self.schema.fields if spec.id in self.readers}

    def rows(self) -> dict[str, list[GoldRow]]:
        """Every list of rows of the schema, by the rows' numbers; cells in the schema's order."""
        return {
            spec.id: [self._row(spec, number) for number in sorted(self.numbers.get(spec.id, ()))]
            for spec in self.schema.rows
        }

    def _row(self, spec: FieldSpec, number: int) -> GoldRow:
        labels = {cell.id: f"{spec.id}.{number}.{cell.id}" for cell in spec.cells}
        named = self.readers.get(labels[spec.named_by.id]) if spec.named_by else None
        optional = named is not None and not any(not mark.alternative for mark, _ in named.marks)
        return {cell: self.readers[label].gold(optional) for cell, label in labels.items() if label in self.readers}

    def lists(self) -> dict[str, list[Copies]]:
        """Every list of the schema; an item whose text was marked before, white space aside, is a copy of it."""
        found: dict[str, list[Copies]] = {}
        for spec in self.schema.lists:
            items: dict[str, Copies] = {}
            for mark in self.items.get(spec.id, []):
                items.setdefault("".join(mark.text.split()), []).append([mark.span])
            found[spec.id] = list(items.values())
        return found


class _FieldCompiler:
    """The marks of one field, or of one cell, and what they say together."""

    def __init__(self, spec: FieldSpec, path: Path) -> None:
        self.spec, self.path = spec, path
        self.marks: list[tuple[Mark, Reading]] = []

    def add(self, mark: Mark, text: str) -> None:
        """Take a mark; its label must fit the field's kind.

        :raises GoldError: it does not.
        """
        said = reading_of(self.spec, mark)
        if isinstance(said, str):
            raise _error(self.path, f"{mark.label} {said}", mark)
        if self.spec.additive and said.status == "reported":
            said = _shared(said, mark, text)
        self.marks.append((mark, said))

    def gold(self, optional: bool = False) -> GoldField:
        """The gold of the field.

        :param optional: whether it is of a row that may be there or not, so that all that is said is an alternative.
        :raises GoldError: marks that contradict one another.
        """
        alternatives = _readings(one for one in self.marks if one[0].alternative)
        stated = [one for one in self.marks if not one[0].alternative and one[0].part_of_copy is None]
        readings = self._with_sum(_readings(stated), [one for one in self.marks if one[0].part_of_copy is not None])
        if len(readings) > 1:
            first, said = stated[0]
            other = next(mark for mark, reading in stated if reading != said)
            message = f"{first.label} is marked {first.text!r} at {first.span[0]} and otherwise"
            raise _error(self.path, message, other)
        if optional:
            readings, alternatives = [], [*readings, *alternatives]
        best = readings[0] if readings else Reading(status="not_reported")
        return GoldField(
            status=best.status,
            value=best.value,
            upper=best.upper,
            bound=best.bound,
            evidence=best.evidence,
            alternatives=[other for other in alternatives if other != best],
        )

    def _with_sum(self, readings: list[Reading], parts: list[tuple[Mark, Reading]]) -> list[Reading]:
        """The readings of a field's printed totals, the sum of its printed parts among their copies.

        The sum is as exact as its parts: where some are inexact, it has their bound, ``about`` if that differs.
        """
        if not parts:
            return readings
        numbers = sorted({mark.part_of_copy or 1 for mark, _ in parts})
        copies = [[part for part in parts if part[0].part_of_copy == number] for number in numbers]
        value, *others = [sum((said.number or Decimal(0) for _, said in copy), Decimal(0)) for copy in copies]
        label = parts[0][0].label
        for copy, other in zip(copies[1:], others, strict=True):
            if other != value:
                raise _error(self.path, f"the copies of {label} add up to different sums", copy[0][0])
        evidence = [[mark.span for mark, _ in copy] for copy in copies]
        if not readings:
            bounds = {mark.bound for mark, _ in copies[0]} - {"exact"} or {"exact"}
            bound = bounds.pop() if len(bounds) == 1 else "about"
            return [Reading(status="reported", value=value, bound=bound, evidence=evidence)]
        if readings[0].value != value:
            message = f"the parts of {label} add up to {value}, not {readings[0].value}"
            raise _error(self.path, message, parts[0][0])
        return [readings[0].model_copy(update={"evidence": readings[0].evidence + evidence}), *readings[1:]]


def reading_of(spec: FieldSpec, mark: Mark) -> Reading | str:
    """What a mark says of a field, without its place; or, as the rest of a sentence, why it says nothing of it."""
    said = mark.said
    if mark.part_of_copy is not None and not (spec.additive and said is not None):
        return "is marked as a part of a sum, and parts of it are not added up" if said else "is a part without a value"
    if spec.kind == "quote":
        return "takes no value: the marked text is it" if said else _reported("".join(mark.text.split()))
    if said is None:
        return f"is a {spec.kind}: its label needs a value"
    if spec.kind == "figure":
        return _figure(spec, said, mark)
    if mark.bound != "exact":
        return f"is a {spec.kind}: its label has a = and no other sign"
    if spec.kind == "choice":
        known = said in spec.options
        return _reported(said) if known else f"has no option {said!r}, only {', '.join(spec.options)}"
    return _reported(said) if is_date(said) else f"takes a date, 2025-01-08 or its first parts, not {said!r}"


def _figure(spec: FieldSpec, said: str, mark: Mark) -> Reading | str:
    if said == "none":
        return Reading(status="reported_none", value=Decimal(0), bound=mark.bound)
    match = _FIGURE.fullmatch(said)
    if match is None:
        return f"takes a number, a range 6..6.5 or none, not {said!r}"
    lower, upper = Decimal(match["lower"]), Decimal(match["upper"]) if match["upper"] else None
    if upper is not None and "range" not in spec.takes:
        return f"takes no range: {said!r}"
    if upper is not None and upper <= lower:
        return f"has a range whose second bound is not above the first: {said!r}"
    return Reading(status="reported", value=lower, upper=upper, bound=mark.bound)


def _reported(words: str) -> Reading:
    return Reading(status="reported", value=words)


def _says_more(mark: Mark) -> bool:
    """Whether a label is more than a name."""
    return mark.said is not None or mark.alternative or mark.part_of_copy is not None


def _shared(said: Reading, mark: Mark, text: str) -> Reading:
    """What a mark of an additive field says whose number stands behind 各: it counts for each noun before it."""
    printed = parse_quantity(mark.text)
    if printed is None or printed.value != said.value:
        return said
    return said.model_copy(update={"value": printed.value * nouns_sharing(text, mark.span[0])})


def _readings(marks: Iterable[tuple[Mark, Reading]]) -> list[Reading]:
    """One reading for each different thing that is said, its places as copies."""
    found: list[Reading] = []
    places: list[Copies] = []
    for mark, said in marks:
        if said not in found:
            found.append(said)
            places.append([])
        places[found.index(said)].append([mark.span])
    return [said.model_copy(update={"evidence": copies}) for said, copies in zip(found, places, strict=True)]


def _error(path: Path, message: str, mark: Mark) -> GoldError:
    where = f"{mark.text!r} at offset {mark.span[0]} of the text, line {mark.line}"
    return GoldError(f"{path}: {message}: {where}")
