"""Whether the characters at a place read as what gold says is printed there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Literal

from baogao.candidates.each import nouns_sharing
from baogao.candidates.numbers import CORE, Quantity, parse_quantity, read_quantity, times, unknown_units
from baogao.chinese.numerals import NUMERAL_CHARS, chinese_number, digit_by_digit, fold
from baogao.document.view import clean_characters
from baogao.evaluation.gold import Reading
from baogao.evaluation.values import is_date, key_of, words
from baogao.schema.fields import FieldSpec
from baogao.schema.values import Span

Fault = tuple[Literal["error", "warning"], str]
_NEGATION = re.compile("[无未没零〇0０不尚非]")
"""One of these stands in every phrase that says “none”: 无, 未发生, 没有, 零, 尚无."""
_SCALES = tuple(Decimal(10) ** power for power in (3, 4, 6, 7, 8))
"""What a table's head may multiply its cells by: 千, 万, 百万, 千万, 亿."""
_FALLS = re.compile(r"下跌|下滑|回落|降|减|负|↓|-\Z")
"""What makes a figure a decrease, before its number."""
_RISES = re.compile(r"增长|上升|提高|增加|上涨|↑|\+")
_CLAUSE = re.compile(r"[^，。；,;\n]*\Z")
_BEFORE = 12
"""Characters before a figure in which such a word may stand."""
_FIRST = re.compile("首")
"""首位 is the first place, without a number."""
_NUMBERS = re.compile(rf"\d+|[{NUMERAL_CHARS}]+")
_MOST_DAYS = 31
"""A number of a date above it is a year."""


def fault_of(spec: FieldSpec, reading: Reading) -> str | None:
    """Why a field cannot have such a value, whatever is printed; None where it can."""
    if spec.kind == "figure":
        if reading.number is None:
            return f"is a figure, and its value is {reading.value!r}"
        if reading.upper is not None and "range" not in spec.takes:
            return "has two bounds, and the field takes no range"
        return "is negative, and the field has no sign" if reading.number < 0 and not spec.signed else None
    if reading.status == "reported_none" or reading.upper is not None:
        return f"is a {spec.kind}: it is reported with one value, or not"
    said = words(reading.value or "")
    if spec.kind == "choice" and said not in spec.options:
        return f"is {said!r}, which is none of its options: {', '.join(spec.options)}"
    if spec.kind == "date" and not is_date(said):
        return f"is {said!r}, and no date: 2025-01-08, or its first parts"
    return None


class Printed:
    """One copy of the evidence of a field's reading."""

    def __init__(self, text: str, copy: list[Span], spec: FieldSpec) -> None:
        self._text, self._copy, self._spec = text, copy, spec
        names = {spec.units.name_of(spec.unit), *(unit.name for unit in spec.units.own)} - {""}
        self._units = unknown_units(tuple(sorted(names, key=len, reverse=True)))
        printed = [text[start:end] for start, end in copy]
        self._shown = "、".join(printed)
        # white space inside a figure is layout: a scrape that broke the line, a thousands space
        self._read = ["".join(clean_characters(one).text.split()) for one in printed]

    def faults(self, reading: Reading) -> Iterator[Fault]:
        """What does not read as the reading says; its value is one that the field can have."""
        if reading.status == "reported_none":
            if reading.value != 0 or reading.bound not in (None, "exact"):
                yield "error", "is reported_none: its value is 0 and its bound exact"
            if not _NEGATION.search(self._read[0]):
                yield "warning", f"{self._shown!r} does not read as a none"
        elif len(self._copy) > 1 and not self._spec.additive:
            yield "error", "has several spans in one copy and is not additive"
        else:
            yield from self._value_faults(reading)
            if self._spec.kind == "figure" and len(self._figures) == len(self._copy):
                yield from self._sign(reading.number or Decimal(0))
                yield from self._dress(reading)

    def says(self, reading: Reading) -> bool:
        """Whether the value of a reading can be read here, whatever its sign and its bound."""
        return not any(level == "error" for level, _ in self._value_faults(reading))

    @cached_property
    def _figures(self) -> list[Quantity]:
        """The first figure of each span; fewer where some have none."""
        return [figure for text in self._read if (figure := parse_quantity(text, self._units)) is not None]

    def _value_faults(self, reading: Reading) -> Iterator[Fault]:
        if self._spec.kind == "date":
            yield from self._date(words(reading.value or ""))
        elif self._spec.kind == "quote":
            if key_of("".join(self._read), "quote") != key_of(reading.value or "", "quote"):
                yield "error", f"the text has {self._shown!r} there, and the gold quotes {words(reading.value or '')!r}"
        elif reading.number is not None and reading.upper is not None:
            yield from self._range(reading.number, reading.upper)
        elif reading.number is not None:
            yield from self._figure(reading.number)

    def _date(self, said: str) -> Iterator[Fault]:
        """Whether what is printed of a date is the same: 1月8日 is of 2025-01-08."""
        numbers = [_whole(one) for one in _NUMBERS.findall(fold("".join(self._read)))]
        stated = [int(part) for part in said.split("-")]
        with_year = bool(numbers) and numbers[0] > _MOST_DAYS
        same = numbers == (stated[: len(numbers)] if with_year else stated[-len(numbers) :])
        if not numbers:
            yield "error", f"{self._shown!r} does not read as a date"
        elif not same:
            yield "error", f"{self._shown!r} does not read as {said}"
        elif len(numbers) < len(stated):
            yield "warning", f"{self._shown!r} prints only a part of {said}"

    def _figure(self, value: Decimal) -> Iterator[Fault]:
        figures = self._figures
        if len(figures) < len(self._copy):
            if not (value == 1 and "rank" in self._spec.takes and _FIRST.search(self._shown)):
                yield "error", f"{self._shown!r} does not read as a figure"
            return
        wanted = abs(value) if self._spec.signed else value
        totals = [self._total(figures, each, bare) for each in (True, False) for bare in (True, False)]
        total = totals[0]
        if wanted not in totals[:2]:
            # where the field's unit has a scale word, what is printed in a unit says its own
            told = self._spec.unit != self._spec.units.name_of(self._spec.unit) and all(one.unit for one in figures)
            scaled = not told and any(total * scale == wanted for scale in _SCALES)
            level: Literal["error", "warning"] = "warning" if scaled or wanted in totals else "error"
            yield level, f"{self._shown!r} reads as {total:f}, and the gold says {value:f}"

    def _total(self, figures: list[Quantity], each: bool, bare: bool) -> Decimal:
        """The figures' sum in the field's unit.

        :param each: whether 各1场 behind two nouns counts for both, where the field is additive.
        :param bare: whether a number without a unit is in the field's unit already.
        """
        places = zip(figures, self._read, self._copy, strict=True)
        return sum(
            (
                _in_unit(self._spec, figure, _unit_of(figure, read), bare)
                * (nouns_sharing(self._text, start) if each and self._spec.additive else 1)
                for figure, read, (start, _) in places
            ),
            Decimal(0),
        )

    def _range(self, lower: Decimal, upper: Decimal) -> Iterator[Fault]:
        text = fold(self._read[0])
        found = [one for match in CORE.finditer(text) if (one := read_quantity(text, match, self._units)) is not None]
        if len(found) < len(("lower", "upper")):
            yield "error", f"{self._shown!r} does not read as a range"
            return
        first, last = found[0], found[-1]
        if not first.unit and first.factor == 1:  # 5—6万元
            first = first._replace(value=times(first.value, last.factor))
        unit = _unit_of(last, text)
        read = [
            [_in_unit(self._spec, one, _unit_of(first, "") or unit, bare) for one in (first, last)]
            for bare in (True, False)
        ]
        if [lower, upper] not in read and [abs(upper), abs(lower)] not in read:
            low, high = read[0]
            yield "error", f"{self._shown!r} reads as {low:f} to {high:f}, and the gold says {lower:f} to {upper:f}"

    def _sign(self, value: Decimal) -> Iterator[Fault]:
        """Whether the words before a figure say that it falls where it is negative, and only there."""
        if not self._spec.signed:
            return
        figure, start = self._figures[0], self._copy[0][0]
        clause = _CLAUSE.search(fold(self._text[max(0, start - _BEFORE) : start]))
        near = (clause[0] if clause else "") + fold(self._read[0])[: figure.start]
        falls, rises = _FALLS.search(near), _RISES.search(near)
        if value < 0 and not falls:
            yield "warning", f"the gold says {value:f}, and no word before {self._shown!r} says that it falls"
        elif value > 0 and falls and not rises:
            yield "warning", f"{near + self._shown!r} says that it falls, and the gold says {value:f}"

    def _dress(self, reading: Reading) -> Iterator[Fault]:
        """Whether bound words and units around the numbers agree with the gold's bound and the field's unit."""
        figures, stated = self._figures, reading.bound or "exact"
        printed = {figure.bound for figure in figures} - {"exact"}
        if not printed and stated != "exact":
            yield "warning", f"{self._shown!r} has no word for the bound {stated!r}"
        elif printed and stated not in printed:
            said = "/".join(sorted(printed))
            yield "error", f"{self._shown!r} reads as {said!r}, the gold says {stated!r}"
        for figure in figures:
            if figure.unit == "" and self._spec.is_rate and reading.upper is None and not self._is_part():
                yield "warning", f"{self._shown!r} has no per cent sign"
            elif figure.unit and not _fits(self._spec, figure.unit):
                yield "error", f"{self._shown!r} is in {figure.unit!r}, and the field in {self._spec.unit!r}"

    def _is_part(self) -> bool:
        """Whether it is a part of a printed ratio: 15:61.9:23.1."""
        start, end = self._copy[0]
        beside = fold(self._text[max(0, start - 1) : start] + self._text[end : end + 1])
        return "ratio" in self._spec.takes and ":" in beside


def _unit_of(figure: Quantity, text: str) -> str:
    """The unit behind a figure, in words where the grammar knows none: 微克/立方米."""
    return figure.unit or text[figure.end :]


def _in_unit(spec: FieldSpec, figure: Quantity, unit: str, bare: bool) -> Decimal:
    """A figure in the field's unit; as printed where it measures something else, or, if ``bare``, without a unit."""
    converted = spec.units.converted(figure.value, unit, spec.unit) if unit or not bare else None
    return figure.value if converted is None else converted


def _fits(spec: FieldSpec, unit: str) -> bool:
    """Whether what is printed in a unit can be given in the field's."""
    return spec.units.converted(Decimal(1), unit, spec.unit) is not None


def _whole(number: str) -> int:
    """A number of a date, digits or a numeral."""
    if number.isdigit():
        return int(number)
    value = chinese_number(number)
    return int(value) if value is not None else digit_by_digit(number) or 0
