"""Budgets and estimates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BudgetError
from baogao.llm.messages import Message
from baogao.llm.tokens import Budget, estimate_text_tokens, estimate_tokens


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
