"""Counting, budgets and estimates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BudgetError
from baogao.llm.messages import Message, Question
from baogao.llm.usage import Budget, Meter, count, estimate_text_tokens, estimate_tokens, plan, usage_scope
from baogao.record import Usage


def test_names_are_those_of_the_record() -> None:
    """What a meter counted goes into a record as it is."""
    meter = Meter()
    meter.add({"requests": 2, "seconds": 1.23456, "cost": 0.5})
    assert Usage(**meter.as_dict()) == Usage(requests=2, seconds=1.235, cost=0.5)


def test_scopes_nest() -> None:
    """An inner scope counts for the outer one too, and none for what comes after it."""
    total = Meter()
    with usage_scope() as outer:
        with usage_scope() as inner:
            count(total, requests=1)
        count(total, requests=1)
    count(total, requests=1)
    assert (inner.requests, outer.requests, total.requests) == (1, 2, 3)


def test_budget() -> None:
    """What is spent and what is held are taken from the limit; what is let go is free again."""
    budget = Budget(100)
    with budget.reservation(60):
        with pytest.raises(BudgetError, match="60 are held by questions under way, and the next question may take 41"):
            budget.reservation(41).__enter__()
        budget.spend(30)
    with budget.reservation(70):
        assert budget.reserved == 70
    with pytest.raises(BudgetError):
        budget.reservation(71).__enter__()


def test_no_budget() -> None:
    """Without a limit everything fits."""
    with Budget(None).reservation(10**9):
        pass


@given(st.text(), st.text())
def test_estimate_grows_with_the_text(one: str, other: str) -> None:
    """A longer text is never estimated much below its parts."""
    assert estimate_text_tokens(one + other) >= max(estimate_text_tokens(one), estimate_text_tokens(other)) - 2


def test_estimate_of_a_conversation() -> None:
    """Every turn costs something beyond its words."""
    text = "全年受理行政复议申请12件"
    turns = [Message("user", text)] * 3
    assert estimate_tokens(turns) > 3 * estimate_text_tokens(text) > 0


def test_plan() -> None:
    """A dry run adds up requests, estimated prompts and the caps of replies."""
    turns = (Message("user", "全年受理行政复议申请12件"),)
    planned = plan([Question(turns, 20), Question(turns, 30)])
    assert (planned.requests, planned.prompt_tokens, planned.completion_tokens) == (2, 2 * estimate_tokens(turns), 50)
