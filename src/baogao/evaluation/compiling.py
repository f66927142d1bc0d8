"""From a report with inline marks (``baogao.evaluation.marks``) to its text and gold file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from baogao.candidates.each import nouns_sharing
from baogao.candidates.numbers import parse_quantity
from baogao.errors import GoldError
from baogao.evaluation.datasets import Finding, check_gold
from baogao.evaluation.gold import Copies, Gold, GoldField, Reading, read_text, split_of, write_whole
from baogao.evaluation.marks import Mark, MarkedReport, parse
from baogao.inputs import MARKED
from baogao.schema.fields import Schema
from baogao.schema.values import Bound, Status


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
    :raises GoldError: a field that the schema does not have, one that is marked with two different values, a sum
        that is also marked as a whole with another value.
    """
    compiler = _Compiler(report, schema, path)
    doc_id = str(report.front.get("doc_id") or path.name.removesuffix(MARKED).removesuffix(".txt"))
    return Gold(
        doc_id=doc_id,
        schema_name=schema.name,
        text_file=f"{doc_id}.txt",
        sha256=hashlib.sha256(report.text.encode()).hexdigest(),
        characters=len(report.text),
        metadata=compiler.metadata(),
        fields=compiler.fields(),
        lists=compiler.lists(),
    )


class _Compiler:
    def __init__(self, report: MarkedReport, schema: Schema, path: Path) -> None:
        self.report, self.schema, self.path = report, schema, path
        self.by_name: dict[str, list[Mark]] = {}
        figures = {spec.id for spec in schema.figures}
        lists = {spec.id for spec in schema.lists}
        for mark in report.marks:
            if mark.name not in (lists if mark.status is None else figures):
                kind = "list" if mark.status is None else "figure"
                raise self._error(f"{mark.name!r} is no {kind} of {schema.name}", mark)
            additive = mark.status == "reported" and schema.by_id[mark.name].additive
            self.by_name.setdefault(mark.name, []).append(_shared(mark, report.text) if additive else mark)

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
        fields: dict[str, GoldField] = {}
        for name in (spec.id for spec in self.schema.figures if spec.id in self.by_name):
            marks = self.by_name[name]
            alternatives = _readings(mark for mark in marks if mark.alternative)
            stated = [mark for mark in marks if not mark.alternative and mark.part_of_copy is None]
            readings = self._with_sum(_readings(stated), [mark for mark in marks if mark.part_of_copy is not None])
            if len(readings) > 1:
                other = next(mark for mark in stated if _said(mark) != _said(stated[0]))
                raise self._error(f"{name} is marked {stated[0].text!r} at {stated[0].span[0]} and otherwise", other)
            best = readings[0] if readings else Reading(status="not_reported")
            fields[name] = GoldField(
                status=best.status,
                value=best.value,
                bound=best.bound,
                evidence=best.evidence,
                alternatives=[other for other in alternatives if other != best],
            )
        return fields

    def _with_sum(self, readings: list[Reading], parts: list[Mark]) -> list[Reading]:
        """The readings of a field's printed totals, the sum of its printed parts among their copies.

        The sum is as exact as its parts: where some are inexact, it has their bound, ``about`` if that differs.
        """
        if not parts:
            return readings
        numbers = sorted({mark.part_of_copy or 1 for mark in parts})
        copies = [[mark for mark in parts if mark.part_of_copy == number] for number in numbers]
        value, *others = [sum((mark.value or Decimal(0) for mark in copy), Decimal(0)) for copy in copies]
        name = parts[0].name
        for copy, other in zip(copies[1:], others, strict=True):
            if other != value:
                raise self._error(f"the copies of {name} add up to different sums", copy[0])
        evidence = [[mark.span for mark in copy] for copy in copies]
        if not readings:
            bounds = {mark.bound for mark in copies[0]} - {"exact"} or {"exact"}
            bound = bounds.pop() if len(bounds) == 1 else "about"
            return [Reading(status="reported", value=value, bound=bound, evidence=evidence)]
        if readings[0].value != value:
            raise self._error(f"the parts of {name} add up to {value}, not {readings[0].value}", parts[0])
        return [readings[0].model_copy(update={"evidence": readings[0].evidence + evidence}), *readings[1:]]

    def lists(self) -> dict[str, list[Copies]]:
        """Every list of the schema; an item whose text was marked before, white space aside, is a copy of it."""
        found: dict[str, list[Copies]] = {}
        for spec in self.schema.lists:
            items: dict[str, Copies] = {}
            for mark in self.by_name.get(spec.id, []):
                items.setdefault("".join(mark.text.split()), []).append([mark.span])
            found[spec.id] = list(items.values())
        return found

    def _error(self, message: str, mark: Mark) -> GoldError:
        return GoldError(f"{self.path}: {message}: {mark.text!r} at offset {mark.span[0]} of the text")


def _shared(mark: Mark, text: str) -> Mark:
    """A mark of an additive field whose number stands behind 各: it counts for each of the nouns before it."""
    printed = parse_quantity(mark.text)
    if printed is None or printed.value != mark.value:
        return mark
    return replace(mark, value=printed.value * nouns_sharing(text, mark.span[0]))


def _readings(marks: Iterable[Mark]) -> list[Reading]:
    """One reading for each different thing that is said, its places as copies."""
    places: dict[tuple[Status | None, Decimal | None, Bound], Copies] = {}
    for mark in marks:
        places.setdefault(_said(mark), []).append([mark.span])
    return [
        Reading.model_validate({"status": status, "value": value, "bound": bound, "evidence": copies})
        for (status, value, bound), copies in places.items()
    ]


def _said(mark: Mark) -> tuple[Status | None, Decimal | None, Bound]:
    return mark.status, mark.value, mark.bound
