"""Units: what measures the same, and exact conversions between them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.schema.units import Unit, Units

UNITS = Units()
OF_ONE_MEASURE = (
    ("克", "斤", "公斤", "千克", "吨", "万吨", "亿斤"),
    ("平方米", "亩", "公顷", "万亩", "平方公里", "平方千米"),
    ("米", "公里", "千米", "万公里"),
    ("元", "万元", "亿元", "万亿元", "块"),
    ("千瓦时", "度", "亿千瓦时"),
    ("千瓦", "兆瓦", "万千瓦"),
    ("分钟", "小时"),
    ("%", "‰"),
)
PRINTED = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
"""Figures as reports print them."""


@pytest.mark.parametrize(
    ("value", "unit", "into", "converted"),
    [
        ("1260000000", "斤", "万吨", "63"),
        ("12.6", "亿斤", "万吨", "63"),
        ("6666500000000", "元", "亿元", "66665"),
        ("6.66", "万亿元", "元", "6660000000000"),
        ("15", "亩", "公顷", "1"),
        ("3", "亩", "平方米", "2000"),
        ("2", "公顷", "亩", "30"),
        ("1", "平方公里", "亩", "1500"),
        ("5", "‰", "%", "0.5"),
        ("1.5", "小时", "分钟", "90"),
        ("120", "万千瓦", "兆瓦", "1200"),
        ("35", "度", "千瓦时", "35"),
        ("25", "人次", "万人次", "0.0025"),
        ("7", "件", "起", "7"),
        ("3", "千米", "米", "3000"),
        ("-2.50", "万元", "元", "-25000"),
    ],
)
def test_conversions_are_exact(value, unit, into, converted):
    """Scale words count, 千 of 千瓦 and 千米 is none, and things that are counted are taken as they are."""
    assert UNITS.converted(Decimal(value), unit, into) == Decimal(converted)


def test_a_quotient_without_end_is_rounded():
    """Twelve digits, and no more."""
    assert UNITS.converted(Decimal(1), "亩", "公顷") == Decimal("0.0666666666667")
    assert UNITS.converted(Decimal(10_000), "亩", "公顷") == Decimal("666.666666667")


@pytest.mark.parametrize(
    ("unit", "into"), [("亩", "吨"), ("元", "美元"), ("%", "个百分点"), ("件", "元"), ("元", "件"), ("吨", "")]
)
def test_what_measures_something_else_is_not_converted(unit, into):
    """Dollars are not yuan, percentage points no per cent, and what is counted is not measured."""
    assert UNITS.converted(Decimal(3), unit, into) is None


def test_a_bare_number_is_taken_as_it_is():
    """Where no unit is printed, the value is in the field's: its scale word counts."""
    assert UNITS.converted(Decimal(3), "", "件") == 3
    assert UNITS.converted(Decimal(30_000), "", "万人") == 3


@given(value=PRINTED, units=st.sampled_from(OF_ONE_MEASURE).flatmap(lambda one: st.tuples(*[st.sampled_from(one)] * 2)))
def test_there_and_back(value, units):
    """A conversion that has an end comes back to the same figure; one that has none to within its twelve digits."""
    unit, into = units
    there = UNITS.converted(value, unit, into)
    back = UNITS.converted(there, into, unit)
    (_, factor), (_, divisor) = UNITS.measure(unit), UNITS.measure(into)
    if Fraction(there) == Fraction(value) * factor / divisor:
        assert back == value
    else:
        assert abs(back - value) <= abs(value) * Decimal("1e-11")


@given(value=PRINTED, unit=st.sampled_from([one for units in OF_ONE_MEASURE for one in units] + ["件", "", "标箱"]))
def test_into_itself_nothing_changes(value, unit):
    """Not by a digit."""
    converted = UNITS.converted(value, unit, unit)
    assert converted == value
    assert str(converted) == str(value)


@pytest.mark.parametrize(
    ("unit", "name"), [("万人次", "人次"), ("亿元", "元"), ("千瓦", "千瓦"), ("千米", "千米"), ("%", "%"), ("", "")]
)
def test_a_unit_without_its_scale_word(unit, name):
    """A 千 that belongs to the unit stays."""
    assert UNITS.name_of(unit) == name


def test_units_of_ones_own():
    """They are converted into those that they are said in, by a fraction, too; one in no others measures itself."""
    units = Units((Unit("方", "立方米"), Unit("垧", "亩", "15"), Unit("分地", "亩", "1/10"), Unit("标箱")))
    assert units.converted(Decimal(2), "万方", "立方米") == 20_000
    assert units.converted(Decimal(2), "垧", "公顷") == 2
    assert units.converted(Decimal(150), "分地", "公顷") == 1
    assert units.converted(Decimal(30_000), "标箱", "万标箱") == 3
    assert units.converted(Decimal(3), "标箱", "件") is None
    assert units.is_measured("标箱")
    assert not UNITS.is_measured("标箱")


def test_what_nobody_knows():
    """A unit in terms of an unknown one is named; one that is defined by itself is no measure."""
    assert Units((Unit("斛", "斗", "10"),)).unknown() == "斗"
    assert Units((Unit("斛", "万斤", "0.01"),)).unknown() is None
    circle = Units((Unit("甲", "乙"), Unit("乙", "甲")))
    with pytest.raises(ValueError, match="is defined by itself"):
        circle.measure("甲")
    assert UNITS.measure("标箱") == ("标箱", 1)
