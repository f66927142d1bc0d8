"""The values that fields take: how figures are written and read, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from baogao.schema.values import MOST_DIGITS, Answer, HeldBack, Item, TextAnswer, plain_number

PRINTED = st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False)
"""Figures as reports print them."""


def reported(value: object) -> Answer:
    """An answer with this value."""
    return Answer(status="reported", value=value)


@given(PRINTED)
def test_a_figure_survives_json(value):
    """What a report prints is written as a number of JSON and reads back to the same figure."""
    written = reported(value).model_dump_json()
    assert Answer.model_validate_json(written).value == value
    assert isinstance(json.loads(written)["value"], int | float)


@pytest.mark.parametrize(
    ("value", "printed"), [("135", "135"), ("135.0", "135"), ("98.480", "98.48"), ("6.5E+4", "65000"), ("-0.5", "-0.5")]
)
def test_whole_numbers_have_no_point(value, printed):
    """135 is written as 135, however it was computed, and 98.48 with as many digits as it needs."""
    assert str(plain_number(Decimal(value))) == printed
    assert json.loads(reported(Decimal(value)).model_dump_json())["value"] == float(value)


@pytest.mark.parametrize("value", ["1e1000000", "-1e999", "1e-1000000", "1" * (2 * MOST_DIGITS + 1), "NaN", "Infinity"])
def test_a_monstrous_figure_is_refused(value):
    """A few characters of JSON must not fill the memory when they are written out."""
    with pytest.raises(ValidationError):
        reported(value)


def test_the_longest_figure_is_written_whole():
    """A figure of just as many digits as are allowed loses none."""
    value = Decimal("9" * MOST_DIGITS)
    assert json.loads(reported(value).model_dump_json())["value"] == int(value)


@pytest.mark.parametrize(
    ("model", "data", "key"),
    [
        (Answer, {"status": "reported", "valeu": 3}, "valeu"),
        (Answer, {"status": "none"}, "status"),
        (Answer, {"status": "reported", "bound": "roughly"}, "bound"),
        (Answer, {"status": "reported", "evidence": [[3]]}, "evidence"),
        (Answer, {"status": "not_reported", "held_back": {"status": "not_reported"}}, "held_back"),
        (TextAnswer, {"text": "报告"}, "text"),
        (Item, {"text": "力量不足"}, "evidence"),
    ],
)
def test_what_is_no_value_is_named(model, data, key):
    """A misspelt key, a fourth state, half a span: the error names the key, and nothing is dropped in silence."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    assert key in {error["loc"][0] for error in caught.value.errors()}


def test_what_is_held_back_keeps_its_value():
    """It is a whole answer with a reason; it never is one of silence."""
    held = HeldBack(
        status="reported_none",
        value=0,
        bound="exact",
        evidence=[(3, 6)],
        text="无案件",
        confidence=0.4,
        by="llm",
        reason="r",
    )
    answer = Answer(status="not_reported", held_back=held)
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert (answer.value, answer.held_back.value) == (None, 0)
