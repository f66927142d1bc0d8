"""Units: what a figure is counted in, which of them measure the same, and by what factor.

A field's unit may carry a scale word (亿元, 万吨): the value is then given in it. A schema may add units of its own
(``Report.units``); a unit that nobody knows is kept as printed, and measures the same as itself only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property

from baogao.chinese.numerals import scale_of


@dataclass(frozen=True)
class Unit:
    """A unit, and what it is in terms of another one.

    ``Unit("斤", of="公斤", factor="0.5")``; ``Unit("标箱")`` measures only itself.
    """

    name: str
    of: str = ""
    """Another unit; empty where it is one that others are measured by."""
    factor: str = "1"
    """How many of those it is: a decimal, or a fraction, ``1/15``."""


_KNOWN = (
    Unit("克"),
    Unit("千克", "克", "1000"),
    Unit("公斤", "克", "1000"),
    Unit("斤", "克", "500"),
    Unit("吨", "克", "1000000"),
    Unit("米"),
    Unit("公里", "米", "1000"),
    Unit("千米", "米", "1000"),
    Unit("平方米"),
    Unit("平方公里", "平方米", "1000000"),
    Unit("平方千米", "平方米", "1000000"),
    Unit("公顷", "平方米", "10000"),
    Unit("亩", "公顷", "1/15"),
    Unit("立方米"),
    Unit("千瓦时"),
    Unit("度", "千瓦时"),
    Unit("千瓦"),
    Unit("兆瓦", "千瓦", "1000"),
    Unit("元"),
    Unit("块", "元"),
    Unit("分钟"),
    Unit("小时", "分钟", "60"),
    Unit("%"),
    Unit("‰", "%", "0.1"),
    Unit("个百分点"),
    Unit("美元"),
)
_SCALED = re.compile(r"(?P<scale>[十百千]?[万亿]亿?|[百千](?=[万亿元吨]))?(?P<name>.+)")
_DIGITS = 12
"""Of a converted value that has no end."""


@dataclass(frozen=True)
class Units:
    """The units of a schema: those that are known, and its own."""

    own: tuple[Unit, ...] = ()

    def measure(self, unit: str) -> tuple[str, Fraction]:
        """What a unit measures by, and how many of that it is: 亿元 is 100,000,000 元.

        :raises ValueError: a unit that is defined by itself, or a factor that is no number.
        """
        if unit not in self._measures:
            self._measures[unit] = self._measured(unit)
        return self._measures[unit]

    @cached_property
    def _measures(self) -> dict[str, tuple[str, Fraction]]:
        """What was asked before: few units, and every number has one."""
        return {}

    def _measured(self, unit: str) -> tuple[str, Fraction]:
        scale, name = self._parted(unit)
        factor = Fraction(scale)
        seen = {name}
        while (known := self._known.get(name)) is not None and known.of:
            factor *= Fraction(known.factor)
            scale, name = self._parted(known.of)
            factor *= scale
            if name in seen:
                raise ValueError(f"the unit {name!r} is defined by itself")
            seen.add(name)
        return name, factor

    def converted(self, value: Decimal, unit: str, into: str) -> Decimal | None:
        """A value in another unit; None where the two do not measure the same.

        Measure words that count things (件, 起, 宗) and a bare number are taken as they are: which of them a field
        accepts is for its readers to say.
        """
        (base, factor), (wanted, divisor) = self.measure(unit), self.measure(into)
        if base != wanted and (self.is_measured(base) or self.is_measured(wanted)) and unit:
            return None
        if factor == divisor:
            return value
        return _decimal(Fraction(value) * factor / divisor)

    def name_of(self, unit: str) -> str:
        """A unit without its scale word: 人次 of 万人次."""
        return self._parted(unit)[1] if unit else ""

    def unknown(self) -> str | None:
        """A unit of the schema's own that is said in terms of one that nobody knows; None where there is none."""
        named = (self._parted(unit.of)[1] for unit in self.own if unit.of)
        return next((name for name in named if name not in self._known), None)

    def is_measured(self, name: str) -> bool:
        """Whether something is measured by it, and not counted: it is known, or one of the schema's own."""
        return name in self._known

    @cached_property
    def _known(self) -> dict[str, Unit]:
        return {unit.name: unit for unit in (*_KNOWN, *self.own)}

    def _parted(self, unit: str) -> tuple[int, str]:
        """The scale word of a unit and its name: 亿元, 万人次; 千瓦 has none."""
        match = _SCALED.fullmatch(unit)
        if unit in self._known or match is None or not match["scale"]:
            return 1, unit
        return scale_of(match["scale"]), match["name"]


def _decimal(number: Fraction) -> Decimal:
    """A number as a decimal: exactly, or rounded to twelve digits where it has no end."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    with localcontext(prec=60):
        quotient = Decimal(number.numerator) / number.denominator
        if rest != 1:
            quotient = quotient.quantize(Decimal(1).scaleb(quotient.adjusted() + 1 - _DIGITS))
        whole = quotient.to_integral_value()
        return whole if whole == quotient else quotient.normalize()
