"""The regions of an annotation: what is labelled, where it is in the text, and the mark that it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Any, get_args

from baogao.candidates.candidate import Candidate
from baogao.candidates.numbers import parse_quantity
from baogao.document import document_from_text
from baogao.document.view import clean_characters
from baogao.evaluation.compiling import reading_of
from baogao.evaluation.label_studio.config import (
    ALTERNATIVE,
    BOUND,
    FIELD,
    METADATA,
    NOT_LOOKED_AT,
    READING,
    ROW,
    STATUS,
    STATUSES,
    VALUE,
)
from baogao.evaluation.marks import Mark
from baogao.evaluation.values import words
from baogao.extraction import Link, ReportText
from baogao.reading import read_answer
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Bound, Span

_MOST_DIGITS = 15
"""Of an offset and of the number of a row."""


class UnfitError(Exception):
    """Why something cannot be gold, in words."""


@dataclass
class Region:
    """A labelled stretch of the text, and what is said of it."""

    id: str
    label: str
    start: int
    end: int
    quoted: str | None
    said: dict[str, str] = field(default_factory=dict)


def regions_of(results: Iterable[dict[str, Any]]) -> Iterator[Region]:
    """The labelled stretches, each as often as it has labels, with what is said of it."""
    said: dict[str, dict[str, str]] = {}
    for one in results:
        value = one.get("value")
        name, region = str(one.get("from_name")), str(one.get("id"))
        if isinstance(value, dict) and name in (STATUS, VALUE, BOUND, READING, ROW):
            lines = lines_of(value.get("choices", value.get("text")))
            if lines:
                said.setdefault(region, {})[name] = lines[-1].strip()
    for one in results:
        value = one.get("value")
        if one.get("from_name") == FIELD and isinstance(value, dict):
            quoted = value.get("text")
            for label in lines_of(value.get("labels")):
                start, end = _whole(value.get("start")), _whole(value.get("end"))
                quotes = quoted if isinstance(quoted, str) else None
                region = str(one.get("id"))
                yield Region(region, label, start, end, quotes, said.get(region, {}))


def lines_of(value: object) -> list[str]:
    """The texts of a value, which may be one, or a list of them."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _whole(value: object) -> int:
    """An offset; -1 for what is none."""
    if isinstance(value, str):
        return int(value) if value.isdecimal() and len(value) <= _MOST_DIGITS else -1
    return value if isinstance(value, int) else -1


def said_of_all(results: Iterable[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """What is said of the report as a whole."""
    for one in results:
        name, value = str(one.get("from_name")), one.get("value")
        if isinstance(value, dict) and (name.startswith(METADATA) or name == NOT_LOOKED_AT):
            yield name, [line for line in lines_of(value.get("text")) if line.strip()]


def copies_of(results: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Of each region that is a part of a sum, the number of its copy: regions that relations lead between."""
    copies: list[list[str]] = []
    for one in results:
        if one.get("type") == "relation":
            ends = [str(one.get("from_id")), str(one.get("to_id"))]
            joined = [copy for copy in copies if not set(ends).isdisjoint(copy)]
            first = joined[0] if joined else []
            if not joined:
                copies.append(first)
            for other in joined[1:]:
                copies.remove(other)
                ends += other
            first += [end for end in ends if end not in first]
    return {region: number for number, copy in enumerate(copies, start=1) for region in copy}


class Marks:
    """Makes marks of regions: what is not said of one is read from its characters."""

    def __init__(self, text: str, schema: Schema, copies: Mapping[str, int]) -> None:
        self._text, self._schema, self._copies = text, schema, copies
        self._report: ReportText | None = None
        self._units: list[int] | None = None

    def mark(self, region: Region, name: str) -> Mark:
        """The mark of a region.

        :param name: the field, or the cell, that it is labelled as.
        :raises UnfitError: its place is none, or nothing can be read there.
        """
        span = self._span(region)
        listed, _, cell = name.partition(".")
        spec = self._schema.by_id[listed]
        row = None
        if cell:
            spec = next(one for one in spec.cells if one.id == cell)
            row = _row(region.said.get(ROW, ""), name)
        part = self._copies.get(region.id)
        said, bound = self._said(region, spec, span)
        alternative = region.said.get(READING) == ALTERNATIVE
        words_there = self._text[slice(*span)]
        mark = Mark(listed, span, words_there, 0, said, bound, alternative, part, row, cell)
        fault = reading_of(spec, mark) if spec.kind != "items" else None
        if isinstance(fault, str):
            raise UnfitError(f"“{words_there}” at {span[0]} {fault}")
        return mark

    def _span(self, region: Region) -> Span:
        """Where a region is: in code points, or in units of UTF-16; the quoted characters tell which."""
        for start, end in self._counted(region):
            if 0 <= start < end <= len(self._text):
                there = self._text[start:end]
                if region.quoted is None or _plain(region.quoted) == _plain(there):
                    return start, end
        start, quoted = region.start, region.quoted
        if quoted is None:
            raise UnfitError(f"the region at {start} is not inside the text")
        raise UnfitError(f"the region at {start} quotes “{quoted}”, and the text has other characters there")

    def _counted(self, region: Region) -> Iterator[Span]:
        yield region.start, region.end
        if self._units is None:
            self._units = [0, *accumulate(1 + (ord(char) > 0xFFFF) for char in self._text)]
        places = {unit: place for place, unit in enumerate(self._units)}
        yield places.get(region.start, -1), places.get(region.end, -1)

    def _said(self, region: Region, spec: FieldSpec, span: Span) -> tuple[str | None, Bound]:
        """Value and bound of a region; what an annotator said counts before what is read there."""
        if spec.kind in ("items", "quote"):
            return None, "exact"
        status, value, bound = (region.said.get(name, "") for name in (STATUS, VALUE, BOUND))
        if status not in ("", *STATUSES) or bound not in ("", *get_args(Bound)):
            raise UnfitError(f"it is said to be {status or bound!r}, which is no state and no bound")
        if status == "reported_none" or value == "none":
            return "none", "exact"
        if value and (bound or spec.kind != "figure"):
            return value, bound_of(bound)
        read = self._read(spec, span)
        if read is None and not value:
            raise UnfitError(f"nothing can be read from “{self._text[slice(*span)]}”: say its value")
        said, printed = read or ("", "exact")
        return value or said, bound_of(bound or printed)

    def _read(self, spec: FieldSpec, span: Span) -> tuple[str, str] | None:
        """Value and bound of the candidate that shares most with a place; None where none can answer the field."""
        if self._report is None:
            self._report = ReportText.from_document(document_from_text(self._text), self._schema.sought)
        report, found = self._report, list[tuple[int, int, Candidate]]()
        for one in report.candidates:
            start, end = report.document.printed((one.start, one.end))
            shared = min(end, span[1]) - max(start, span[0])
            fits = one.kind == "date" if spec.kind == "date" else one.kind not in ("item", "date")
            if shared > 0 and fits and spec.kind in ("figure", "date"):
                found.append((shared, -one.id, one))
        if not found:
            return _parsed(spec, self._text[slice(*span)]) if spec.kind == "figure" else None
        best = max(found)[2]
        if spec.kind == "date":
            return best.date, "exact"
        answer = read_answer(report, Link((best.id,), 1.0, "person"), spec)
        if answer.status == "reported_none":
            return "none", "exact"
        upper = "" if answer.upper is None else f"..{words(answer.upper)}"
        return f"{words(answer.value or Decimal(0))}{upper}", answer.bound or "exact"


def _parsed(spec: FieldSpec, printed: str) -> tuple[str, str] | None:
    """Value and bound of characters where no candidate is looked for, in a second copy of the report."""
    figure = parse_quantity("".join(clean_characters(printed).text.split()))
    if figure is None:
        return None
    converted = spec.units.converted(figure.value, figure.unit, spec.unit)
    return words(figure.value if converted is None else converted), figure.bound


def bound_of(name: str) -> Bound:
    """A bound by its name; exact for none."""
    return next((one for one in get_args(Bound) if one == name), "exact")


def _row(said: str, name: str) -> int:
    if not said.isdecimal() or len(said) > _MOST_DIGITS:
        raise UnfitError(f"{name} is a cell, and its row is {said!r}: a number is wanted")
    return int(said)


def _plain(words_there: str) -> str:
    """Characters without white space, and without the spelling that some exports have of a line end."""
    return "".join(words_there.replace("\\n", "").split())
