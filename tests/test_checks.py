"""Arithmetic between fields: made only where everything is stated, with allowance for bounds and rounding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.checks import run_checks
from baogao.schema import Relation, Schema, load_schema
from baogao.schema.values import Answer

FIELDS = ("reconsideration_accepted", "reconsideration_concluded", "reconsideration_upheld")


SCHEMA = load_schema()


def schema_with(*relations: Relation) -> Schema:
    """The schema that comes along, with other relations."""
    return replace(SCHEMA, relations=relations)


def stated(value: object, bound: str = "exact") -> Answer:
    """A figure that a report states."""
    return Answer(status="reported", value=Decimal(str(value)), bound=bound)


def check(relation: Relation, *answers: Answer) -> tuple[bool, str]:
    """The one check that is made; its label in front is left out."""
    fields = dict(zip(relation.fields, answers, strict=True))
    (found,) = run_checks(fields, schema_with(relation))
    assert found.fields == list(relation.fields)
    return found.holds, found.message.split(": ", 1)[1]


@pytest.mark.parametrize(
    ("values", "holds", "message"),
    [
        ([8, 2, 6], True, "2 + 6 = 8"),
        ([8, 2, 5], False, "2 + 5 ≠ 8"),
        (["65000.0", 65000, 0], True, "65000 + 0 = 65000"),
    ],
)
def test_parts(values, holds, message):
    """The first is the sum of the rest."""
    assert check(Relation("parts", FIELDS), *map(stated, values)) == (holds, message)


@pytest.mark.parametrize(
    ("values", "holds", "message"),
    [
        ([152, 140, 140], True, "152 >= 140 >= 140"),
        ([152, 160, 133], False, "152 < 160 >= 133"),
    ],
)
def test_ordered(values, holds, message):
    """Each is at most the one before, and the message shows where it is not."""
    assert check(Relation("ordered", FIELDS), *map(stated, values)) == (holds, message)


@pytest.mark.parametrize(
    ("values", "holds", "message"),
    [
        (["98.5", 197, 200], True, "197 / 200 = 98.50%, printed 98.5%"),
        ([98, 197, 200], True, "197 / 200 = 98.50%, printed 98%"),
        ([89, 197, 200], False, "197 / 200 = 98.50%, printed 89%"),
        ([100, 0, 0], True, "0 of 0 has no rate"),
        ([100, 3, 0], False, "3 of 0 has no rate"),
    ],
)
def test_rate(values, holds, message):
    """The first is the second's share of the third, as reports round; nothing is divided by zero."""
    assert check(Relation("rate", FIELDS), *map(stated, values)) == (holds, message)


def test_bounds_are_allowed_for():
    """What is only about right cannot contradict."""
    holds, message = check(Relation("parts", FIELDS), stated(8, "over"), stated(2), stated(5))
    assert holds
    assert message == "2 + 5 ≠ 8 (a bound among them)"


@pytest.mark.parametrize("silent", [{}, {FIELDS[0]: Answer(status="not_reported")}])
def test_silence_is_not_checked(silent):
    """A check needs all its fields stated."""
    fields = {FIELDS[1]: stated(2), FIELDS[2]: stated(5), **silent}
    assert run_checks(fields, schema_with(Relation("parts", FIELDS))) == []


def test_shares_stay_between_0_and_100():
    """A share above 100 is a misreading, and only then there is a row."""
    rate = next(spec for spec in SCHEMA.figures if spec.is_rate)
    assert run_checks({rate.id: stated("99.5")}, schema_with()) == []
    (found,) = run_checks({rate.id: stated("198.5")}, schema_with())
    assert (found.check, found.holds, found.message) == ("rate_in_range", False, f"{rate.label}: 198.5% is no share")


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=2))
def test_a_printed_rate_of_printed_counts_holds(counts):
    """However a report rounds or cuts to whole per cents, its own rate is not called wrong."""
    part, whole = min(counts), max(max(counts), 1)
    for printed in (part * 100 // whole, round(part * 100 / whole)):
        holds, message = check(Relation("rate", FIELDS), stated(printed), stated(part), stated(whole))
        assert holds or part * 100 / whole - printed > 0.5, message
