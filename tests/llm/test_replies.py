"""Reading replies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import ReplyError
from baogao.llm.messages import Reply
from baogao.llm.replies import read_reply, refuse_useless


def body(**choice: Any) -> str:
    """The body of a chat completion with one choice."""
    return json.dumps({"choices": [choice], "usage": None})


def test_what_servers_leave_out() -> None:
    """Without usage the estimate counts; without a reason the reply ended."""
    reply = read_reply(body(message={"content": "好"}), prompt_tokens=7)
    assert reply == Reply("好", "stop", prompt_tokens=7, completion_tokens=0)


def test_no_content() -> None:
    """A reply of null is an empty one."""
    assert read_reply(body(message={"content": None}), prompt_tokens=1).text == ""


JSON = st.recursive(st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.text() | JSON.map(json.dumps))
def test_anything_else_is_refused(text: str) -> None:
    """Whatever a server sends instead of a completion is one kind of error."""
    with pytest.raises(ReplyError, match="not a chat completion"):
        read_reply(text, prompt_tokens=1)


@pytest.mark.parametrize(
    "choice",
    [
        {"message": "好"},
        {"message": {"tool_calls": [{}]}},
        {"message": {"content": 5}},
        {"message": {"content": "好"}, "logprobs": {"content": [{"token": "好"}]}},
    ],
)
def test_nearly_a_completion(choice: dict[str, Any]) -> None:
    """A completion with odd parts is refused in the same words."""
    with pytest.raises(ReplyError, match="not a chat completion"):
        read_reply(body(**choice), prompt_tokens=1)


@pytest.mark.parametrize("text", ["甲：无\n" * 7, "甲：无\n乙：无\n" * 20, "},\n" * 30])
def test_likeness_is_not_repetition(text: str) -> None:
    """Seven equal lines, lines that take turns and brackets are what forms and JSON look like."""
    refuse_useless(Reply(text, "stop", 1, 1), accept_cut=False)


def test_repetition_is_named_before_the_cut() -> None:
    """A loop runs into the cap; the loop is the news, also where a cut would be welcome."""
    loop = Reply("甲：无\n" * 40 + "甲：", "length", 1, 1)
    with pytest.raises(ReplyError, match="same line over and over"):
        refuse_useless(loop, accept_cut=True)
