"""Budgets and estimates."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BudgetError
from baogao.llm.messages import Message, Payload
from baogao.llm.tokens import Budget, estimate_payload_tokens, estimate_text_tokens, estimate_tokens


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
    entered = False
    with Budget(None).reservation(10**9):
        entered = True
    assert entered


@given(st.integers(1, 200), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20))
def test_a_budget_is_never_overrun(limit: int, questions: list[tuple[int, int]]) -> None:
    """While no reply takes more than was held for it, what is spent and held stays within the limit."""
    budget = Budget(limit)
    for held, taken in questions:
        with suppress(BudgetError), budget.reservation(held):
            assert budget.spent + budget.reserved <= limit
            budget.spend(min(held, taken))
        assert budget.reserved == 0
    assert budget.spent <= limit


def test_an_error_lets_go_what_was_held() -> None:
    """A question that failed holds nothing of the budget."""
    budget = Budget(100)
    with suppress(ZeroDivisionError), budget.reservation(100):
        raise ZeroDivisionError
    with budget.reservation(100):
        assert budget.spent == 0


def test_what_comes_with_a_question_is_estimated() -> None:
    """The schema or the tools that a request describes are read by the model like its words."""
    payload: Payload = {"messages": [{"role": "user", "content": "受理12件"}]}
    bare = estimate_payload_tokens(payload)
    assert bare == estimate_tokens([Message("user", "受理12件")])
    for name in ("tools", "response_format"):
        assert estimate_payload_tokens(payload | {name: {"schema": {"type": "object"}}}) > bare + 10


@given(st.text(), st.text())
def test_estimate_grows_with_the_text(one: str, other: str) -> None:
    """A longer text is never estimated much below its parts."""
    assert estimate_text_tokens(one + other) >= max(estimate_text_tokens(one), estimate_text_tokens(other)) - 2


def test_estimate_of_a_conversation() -> None:
    """Every turn costs something beyond its words."""
    text = "全年受理行政复议申请12件"
    turns = [Message("user", text)] * 3
    assert estimate_tokens(turns) > 3 * estimate_text_tokens(text) > 0
