"""Values of every kind: which are the same, what a date is, what a figure asks for."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.values import asked_for, has_plain_figures_only, is_date, is_plain, same_value
from baogao.schema.values import Answer


def said(value: object, upper: object = None) -> Answer:
    """An answer with a value."""
    return Answer(status="reported", value=value, upper=upper)


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("figure", said(12), said(Decimal("12.0")), True),
        ("figure", said(6, Decimal("6.5")), said(6, Decimal("6.50")), True),
        ("figure", said(6, 7), said(6), False),
        ("figure", said(6, 7), said(6, 8), False),
        ("quote", said("王海川"), said("王 海川"), True),
        ("quote", said("《条例》"), said("条例"), True),
        ("quote", said("“一网通办”"), said("一网通办"), True),
        ("quote", said("ＡＢ"), said("AB"), True),
        ("quote", said("《"), said("》"), False),
        ("quote", said("王海川"), said("王海"), False),
        ("date", said("2025-01-08"), said("2025-01-08 "), True),
        ("date", said("2025-01-08"), said("2025-01"), False),
        ("date", said("2025"), said(2025), True),
        ("choice", said("完成"), said("完成"), True),
        ("choice", said("完成"), said("《完成》"), False),
        ("choice", said("完成"), said("未完成"), False),
        ("quote", said("12"), said("12"), True),
    ],
)
def test_what_is_the_same(kind: str, one: Answer, other: Answer, same: bool) -> None:
    """Figures by both bounds, exactly; quotes without white space and quotation marks; choices as they are written."""
    assert same_value(one, other, kind) is same
    assert same_value(other, one, kind) is same


@given(st.dates())
def test_every_date_of_the_calendar_is_one(day) -> None:
    """Whole, or its first parts; with a part in another place, or of another width, it is none."""
    whole = day.isoformat()
    assert all(map(is_date, (whole, whole[:7], whole[:4])))
    assert not any(map(is_date, (whole[5:], whole[:6], f"{whole[:4]}-13", f"{whole[:7]}-32", whole.replace("-", "."))))


def test_what_figures_ask_for(every_kind, small) -> None:
    """A rank, a part of a ratio, a target, growth; a level where the field says nothing else."""
    asked = {spec.id: asked_for(spec) for spec in every_kind.figures}
    assert asked == {
        "cargo": "level",
        "cargo_growth": "growth",
        "cargo_target": "target",
        "place": "rank",
        "coal_share": "ratio",
        "invested": "level",
        "drills": "level",
    }
    assert asked_for(replace(small.figures[0], period="last")) == "prior year"


def test_what_is_a_plain_figure(every_kind, small) -> None:
    """A level, printed as a number, in a unit without a scale word: a schema with others is counted by kind."""
    assert [spec.id for spec in every_kind.figures if is_plain(spec)] == ["drills"]
    assert has_plain_figures_only(small)
    assert not has_plain_figures_only(every_kind)
