"""Loading gold: a file, or a folder of them, with everything checked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from baogao.candidates.each import nouns_sharing
from baogao.candidates.numbers import Quantity, parse_quantity
from baogao.document.view import clean_characters
from baogao.errors import GoldError
from baogao.evaluation.gold import (
    Copies,
    Dataset,
    Gold,
    GoldDoc,
    Reading,
    Split,
    dataset_digest,
    gold_files,
    parse_gold,
    read_text,
)
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Bound, Span

_NEGATION = re.compile("[无未没零〇0０不尚非]")
"""One of these stands in every phrase that says “none”: 无, 未发生, 没有, 零, 尚无."""
_SCALES = tuple(Decimal(10) ** power for power in (3, 4, 6, 7, 8))
"""What a table's head may multiply its cells by: 千, 万, 百万, 千万, 亿."""
_SPLITS: dict[str, Split] = {"dev": "dev", "test": "test"}
"""Folders that are a split, by name."""


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
        yield from self._head()
        specs = {spec.id: spec for spec in self.schema.figures}
        for name, field in self.gold.fields.items():
            if name in specs:
                yield from self._reading(specs[name], name, field)
                for number, other in enumerate(field.alternatives, start=1):
                    yield from self._reading(specs[name], f"{name}, alternative {number}", other, alternative=True)
        for name, items in self.gold.lists.items():
            for number, copies in enumerate(items, start=1):
                yield from self._copies(f"{name}, item {number}", copies)

    def _head(self) -> Iterator[Finding]:
        """The file as a whole: its name, its schema, its text, and the ids in it."""
        gold = self.gold
        if self.path.name != f"{gold.doc_id}.gold.json":
            yield self._error("doc_id", f"{gold.doc_id!r} is not the file's name")
        if gold.schema_name != self.schema.name:
            yield self._error("schema", f"is {gold.schema_name!r}, and {self.schema.name!r} was loaded")
        if gold.sha256 != hashlib.sha256(self.text.encode()).hexdigest():
            yield self._error("sha256", f"is not the digest of {gold.text_file}: the text was changed after the gold")
        if gold.characters != len(self.text):
            yield self._error("characters", f"is {gold.characters}, and {gold.text_file} has {len(self.text)}")
        groups = (
            ("metadata", gold.metadata, self.schema.metadata),
            ("fields", gold.fields, self.schema.figures),
            ("lists", gold.lists, self.schema.lists),
        )
        for group, names, specs in groups:
            for name in sorted(names.keys() - {spec.id for spec in specs}):
                yield self._error(name, f"is not among the {group} of {self.schema.name}")
        for spec in self.schema.metadata:
            if spec.id not in gold.metadata:
                yield self._warning(spec.id, "is not given; write null where the text has none")

    def _reading(self, spec: FieldSpec, place: str, reading: Reading, alternative: bool = False) -> Iterator[Finding]:
        if reading.status == "not_reported":
            if alternative:
                yield self._error(place, "silence is never an alternative")
            if reading.value is not None or reading.evidence:
                yield self._error(place, "is not_reported and has a value or evidence")
            return
        if reading.value is None:
            yield self._error(place, f"is {reading.status} without a value")
            return
        if not reading.evidence:
            yield self._error(place, f"is {reading.status} without evidence")
        bad_spans = list(self._copies(place, reading.evidence))
        yield from bad_spans
        if not bad_spans:
            for copy in reading.evidence:
                yield from self._value(spec, place, reading, reading.value, copy)

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

    def _value(
        self, spec: FieldSpec, place: str, reading: Reading, value: Decimal, copy: list[Span]
    ) -> Iterator[Finding]:
        """Whether the characters of one copy read as what the gold says."""
        where, printed = copy[0][0], [self.text[start:end] for start, end in copy]
        if reading.status == "reported_none":
            if value != 0 or reading.bound not in (None, "exact"):
                yield self._error(place, "is reported_none: its value is 0 and its bound exact", where)
            if not _NEGATION.search(printed[0]):
                yield self._warning(place, f"{printed[0]!r} does not read as a none", where)
            return
        if len(copy) > 1 and not spec.additive:
            yield self._error(place, "has several spans in one copy and is not additive", where)
            return
        # white space inside a figure is layout: a scrape that broke the line, a thousands space
        read = ["".join(clean_characters(text).text.split()) for text in printed]
        figures = [figure for text in read if (figure := parse_quantity(text)) is not None]
        shown = "、".join(printed)
        if len(figures) < len(copy):
            yield self._error(place, f"{shown!r} does not read as a figure", where)
            return
        total = once = sum((figure.value for figure in figures), Decimal(0))
        if spec.additive:  # 各1场 behind two nouns counts for both
            places = zip(figures, copy, strict=True)
            total = sum((f.value * nouns_sharing(self.text, start) for f, (start, _) in places), Decimal(0))
        if total != value:
            scaled = any(total * scale == value for scale in _SCALES)
            add = self._warning if scaled or once == value else self._error
            yield add(place, f"{shown!r} reads as {total:f}, and the gold says {value:f}", where)
        yield from self._dress(spec, place, reading.bound or "exact", figures, (shown, where))

    def _dress(
        self, spec: FieldSpec, place: str, stated: Bound, figures: list[Quantity], at: tuple[str, int]
    ) -> Iterator[Finding]:
        """Whether bound words and units around the numbers agree with the gold's bound and the field's unit."""
        shown, where = at
        printed = {figure.bound for figure in figures} - {"exact"}
        if not printed and stated != "exact":
            yield self._warning(place, f"{shown!r} has no word for the bound {stated!r}", where)
        elif printed and stated not in printed:
            said = "/".join(sorted(printed))
            yield self._error(place, f"{shown!r} reads as {said!r}, the gold says {stated!r}", where)
        for figure in figures:
            if figure.unit == "" and spec.is_rate:
                yield self._warning(place, f"{shown!r} has no per cent sign", where)
            elif figure.unit and (figure.unit == "%") != spec.is_rate:
                yield self._error(place, f"{shown!r} is in {figure.unit!r}, and the field in {spec.unit!r}", where)

    def _error(self, place: str, message: str, offset: int | None = None) -> Finding:
        return Finding("error", self.path, place, message, offset)

    def _warning(self, place: str, message: str, offset: int | None = None) -> Finding:
        return Finding("warning", self.path, place, message, offset)


@dataclass(frozen=True)
class GoldCheck:
    """The outcome of checking a data set."""

    documents: int
    findings: list[Finding]


def load_gold(path: Path, schema: Schema) -> Gold:
    """Load one gold file and check it against its text.

    :raises GoldError: the first thing that is wrong: file, field, offset; warnings do not count.
    """
    gold = parse_gold(path)
    for finding in check_gold(gold, read_text(_text_path(path, gold)), schema, path):
        if finding.level == "error":
            raise GoldError(str(finding))
    return gold


def load_dataset(folder: Path, schema: Schema) -> Dataset:
    """Load a folder of gold, checked; a folder called ``dev`` or ``test`` is the split of what lies in it.

    :raises UsageError: no such folder, or no gold in it.
    :raises GoldError: anything that is wrong in a file, or an id that stands twice.
    """
    items: dict[str, GoldDoc] = {}
    for path in gold_files(folder):
        gold = load_gold(path, schema)
        if gold.doc_id in items:
            raise GoldError(f"{path}: doc_id: {gold.doc_id!r} is also in {items[gold.doc_id].gold_path}")
        # of folders within one another the innermost decides; a part of a data set that is loaded alone keeps its split
        names = [*reversed(path.relative_to(folder).parent.parts), folder.resolve().name]
        split = next((_SPLITS[name] for name in names if name in _SPLITS), None)
        items[gold.doc_id] = GoldDoc(gold, _text_path(path, gold), path, split)
    ordered = [items[doc_id] for doc_id in sorted(items)]
    return Dataset(folder.resolve().name, ordered, dataset_digest(ordered))


def check_dataset(folder: Path, schema: Schema) -> GoldCheck:
    """Find everything that is wrong or doubtful in a folder of gold, instead of stopping at the first error.

    :raises UsageError: no such folder, or no gold in it.
    """
    findings: list[Finding] = []
    seen: dict[str, Path] = {}
    paths = gold_files(folder)
    for path in paths:
        try:
            gold = parse_gold(path)
            findings += check_gold(gold, read_text(_text_path(path, gold)), schema, path)
        except GoldError as error:
            findings.append(Finding("error", path, "file", str(error).removeprefix(f"{path}: ")))
            continue
        if gold.doc_id in seen:
            findings.append(Finding("error", path, "doc_id", f"{gold.doc_id!r} is also in {seen[gold.doc_id]}"))
        seen[gold.doc_id] = path
    return GoldCheck(len(paths), findings)


def _text_path(path: Path, gold: Gold) -> Path:
    if Path(gold.text_file).name != gold.text_file or gold.text_file in {"", ".."}:
        raise GoldError(f"{path}: text_file: {gold.text_file!r} is not the name of a file beside the gold")
    return path.with_name(gold.text_file)
