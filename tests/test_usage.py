"""Counting what a model is asked: scopes, sums, and what a record keeps of them."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from baogao.usage import Usage, asked_of, count, count_again, usage_scope

COUNTS = st.builds(
    Usage,
    requests=st.integers(0, 10**6),
    prompt_tokens=st.integers(0, 10**9),
    cached_prompt_tokens=st.integers(0, 10**9),
    completion_tokens=st.integers(0, 10**9),
    cached=st.integers(0, 10**6),
    retries=st.integers(0, 10**6),
    dropped=st.integers(0, 10**6),
    cost=st.none() | st.integers(0, 1000).map(lambda cents: cents / 4),
)


def test_scopes_nest() -> None:
    """An inner scope counts for the outer one too, and neither what comes after it."""
    with usage_scope() as outer:
        with usage_scope() as inner:
            count(requests=1)
        count(requests=1, prompt_tokens=7)
    count(requests=1)
    assert (inner.requests, outer.requests, outer.prompt_tokens) == (1, 2, 7)


def test_tasks_side_by_side_do_not_mix() -> None:
    """A scope counts what its own task and the tasks that it starts are asked."""

    async def document(questions: int) -> int:
        with usage_scope() as usage:
            await asyncio.gather(*(asyncio.to_thread(count, requests=1) for _ in range(questions)))
        return usage.requests

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*map(document, (1, 2, 3)))

    with usage_scope() as whole:
        assert asyncio.run(all_of_them()) == [1, 2, 3]
    assert whole.requests == 6


def test_a_scope_that_ends_in_an_error_is_closed() -> None:
    """What is counted after it goes to the outer scope only."""
    with usage_scope() as outer:
        with suppress(ZeroDivisionError), usage_scope() as inner:
            count(requests=1)
            count(requests=1 // 0)
        count(requests=1)
    assert (inner.requests, outer.requests) == (1, 2)


@given(COUNTS, COUNTS)
def test_sums_add_every_count(one: Usage, other: Usage) -> None:
    """Each count of a sum is the sum of that count; a cost that neither knows stays unknown."""
    total = one + other
    for name in ("requests", "prompt_tokens", "completion_tokens", "cached", "retries", "dropped"):
        assert getattr(total, name) == getattr(one, name) + getattr(other, name)
    known = [usage.cost for usage in (one, other) if usage.cost is not None]
    assert total.cost == (sum(known) if known else None)


def test_a_sum_leaves_its_parts_alone() -> None:
    """Adding a record's usage to a total changes the total only."""
    one, other = Usage(requests=1), Usage(requests=2, seconds=0.5)
    assert (one + other).requests == 3
    assert (one.requests, other.requests, one.seconds) == (1, 2, 0.0)


def test_seconds_are_kept_to_the_millisecond() -> None:
    """While it is counted nothing is lost to rounding; what a record keeps is short."""
    usage = Usage()
    for _ in range(10):
        usage.add(seconds=0.00049)
    assert usage.rounded().seconds == 0.005
    assert json.loads(usage.rounded().model_dump_json())["seconds"] == 0.005


def test_an_unknown_count_is_refused() -> None:
    """A misspelt name is an error, in code and in a record that is read back."""
    with pytest.raises(AttributeError, match="tokens"):
        Usage().add(tokens=1)
    with pytest.raises(ValidationError):
        Usage.model_validate({"tokens": 1})


def test_several_models_are_told_apart() -> None:
    """What is counted while one of several is asked counts for it, too, in the tasks that it starts as well."""

    async def ask(name: str, requests: int) -> None:
        with asked_of(name):
            await asyncio.gather(*(asyncio.to_thread(count, requests=1, cost=0.5) for _ in range(requests)))

    async def both() -> None:
        await asyncio.gather(ask("b", 2), ask("a", 3))
        count(requests=1)

    with usage_scope() as usage:
        asyncio.run(both())
    assert (usage.requests, usage.cost) == (6, 2.5)
    assert usage.readers is not None
    assert {name: (one.requests, one.cost) for name, one in usage.readers.items()} == {"a": (3, 1.5), "b": (2, 1.0)}
    assert list(usage.rounded().readers or ()) == ["a", "b"]


def test_what_was_counted_earlier_counts_once_more() -> None:
    """For every scope that is open, model by model; the earlier count stays as it was."""
    with usage_scope() as earlier, asked_of("a"):
        count(requests=1, prompt_tokens=5)
    with usage_scope() as usage:
        count_again(earlier)
        count_again(earlier)
    assert (usage.requests, earlier.requests) == (2, 1)
    assert usage.readers is not None
    assert usage.readers["a"].tokens == 10
    total = earlier + usage
    assert (total.requests, (total.readers or {})["a"].requests) == (3, 3)
    assert (earlier.readers or {})["a"].requests == 1


def test_one_model_leaves_no_trace_of_several() -> None:
    """Records of one model have the keys that they always had."""
    with usage_scope() as usage:
        count(requests=1, cost=0.5)
    assert set(json.loads(usage.rounded().model_dump_json())) == {
        *("requests", "prompt_tokens", "completion_tokens", "cached", "seconds", "retries", "dropped", "cost")
    }
