"""Reading replies."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from baogao.errors import NoReplyError, ReplyError
from baogao.llm.messages import Reply, TokenLogprob
from baogao.llm.replies import (
    UnreadableReplyError,
    WebPageError,
    read_reply,
    refuse_useless,
)


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
    with pytest.raises(ReplyError, match=r"not a chat completion|stream"):
        read_reply(text, prompt_tokens=1)


@pytest.mark.parametrize(
    "choice",
    [
        {"message": "好"},
        {"message": {"tool_calls": [{}]}},
        {"message": {"content": 5}},
        {"message": {"content": ["好", 5]}},
        {"message": {"content": "好"}, "finish_reason": {}},
        {"message": {"content": "好", "refusal": 5}},
        {"message": {"content": "", "function_call": {}}},
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


@pytest.mark.parametrize("unit", ["1", "17, ", "受理", '{"field": "gdp", "ids": [1]}, '])
def test_repetition_within_a_line(unit: str) -> None:
    """A loop needs no line ends; JSON on one line shows it at its end."""
    with pytest.raises(ReplyError, match="over and over"):
        refuse_useless(Reply('{"links": [' + unit * 200, "stop", 1, 1), accept_cut=True)


@pytest.mark.parametrize("text", ["[1, 2, 3, 4, 5, 6, 7, 8]", "甲：1,000,000,000元", "结果\n" + "-" * 300, "是" * 11])
def test_no_loop(text: str) -> None:
    """Counting, zeros, rules of dashes and short echoes are none."""
    refuse_useless(Reply(text, "stop", 1, 1), accept_cut=False)


def test_far_too_long() -> None:
    """A server that disregards the cap is found out before anybody reads what it sent."""
    text = "".join(f"第{number}句。" for number in range(50_000))
    with pytest.raises(ReplyError, match="characters long"):
        refuse_useless(Reply(text, "stop", 1, 1), accept_cut=True)


def test_refusal() -> None:
    """What the model says instead of an answer is shown, and is no answer."""
    reply = read_reply(body(message={"content": None, "refusal": "I\ncannot."}), prompt_tokens=1)
    with pytest.raises(ReplyError, match=r"refuses to answer: 'I cannot\.'"):
        refuse_useless(reply, accept_cut=True)
    both = read_reply(body(message={"content": "12件", "refusal": ""}), prompt_tokens=1)
    assert (both.text, both.finish_reason) == ("12件", "stop")


def test_thoughts_without_an_end() -> None:
    """Thoughts that ran into the cap are no reply."""
    assert read_reply(body(message={"content": "<think>甲：12件\n"}), prompt_tokens=1).text == ""


@pytest.mark.parametrize(
    ("message", "text", "thought"),
    [
        ({"content": [{"type": "text", "text": "12"}, {"type": "text", "text": "件"}]}, "12件", False),
        ({"content": [{"type": "output_text", "text": "12件"}]}, "12件", False),
        ({"content": ["12", {"text": {"value": "件"}}]}, "12件", False),
        ({"content": {"type": "text", "text": "12件"}}, "12件", False),
        ({"content": [{"type": "image_url", "image_url": {}}, {"type": "text", "text": None}]}, "", False),
        ({"content": [{"type": "thinking", "thinking": "13？"}, {"type": "text", "text": "12件"}]}, "12件", True),
        ({"content": [{"type": "reasoning", "text": "13？"}, {"text": "12件"}]}, "12件", True),
        ({"content": {"受理": "12件"}}, '{"受理": "12件"}', False),
        ({"content": []}, "", False),
        ({"content": None, "reasoning_content": "12件"}, "", True),
        ({"content": "12件", "reasoning_content": ""}, "12件", False),
        ({"content": "12件", "reasoning_content": "\n"}, "12件", False),
        ({"content": "12件", "reasoning": "13？"}, "12件", True),
        ({"content": "12件", "thinking": "13？"}, "12件", True),
        ({"content": "13？</think>12件", "reasoning_content": None}, "12件", True),
        ({"content": "", "function_call": {"name": "links", "arguments": "{}"}}, "{}", False),
        ({"content": "", "tool_calls": [{"function": {"arguments": {"受理": 12}}}]}, '{"受理": 12}', False),
        ({"content": "", "tool_calls": [{"function": {"arguments": "</think>"}}]}, "</think>", False),
    ],
)
def test_where_the_text_of_a_message_may_stand(message: dict[str, Any], text: str, thought: bool) -> None:
    """Parts are joined, thoughts are none of the text, and what comes unpacked is packed."""
    reply = read_reply(body(message=message), prompt_tokens=1)
    assert (reply.text, reply.thought) == (text, thought)


def test_thoughts_have_no_part_in_probabilities() -> None:
    """In the text or beside it: the first token that is kept is the answer's."""
    tokens = {"content": [{"token": one, "logprob": -0.5} for one in ("B", "</think>", "A")]}
    for message in ({"content": "B</think>A"}, {"content": "A", "reasoning_content": "B"}):
        reply = read_reply(body(message=message, logprobs=tokens), prompt_tokens=1)
        assert reply.logprobs == (TokenLogprob("A", -0.5),)
    reply = read_reply(body(message={"content": "BA", "reasoning_content": "B"}, logprobs=tokens), prompt_tokens=1)
    assert reply.logprobs is None


def test_nothing_but_thoughts() -> None:
    """The error says so: a larger cap may help."""
    reply = read_reply(body(message={"reasoning_content": "嗯"}, finish_reason="length"), prompt_tokens=1)
    with pytest.raises(ReplyError, match="is empty: it is nothing but thoughts"):
        refuse_useless(reply, accept_cut=True)


def test_the_first_of_several_choices() -> None:
    """The one of index 0, wherever it stands."""
    choices = [{"index": number, "message": {"content": str(number)}} for number in (2, 0, 1)]
    assert read_reply(json.dumps({"choices": choices}), prompt_tokens=1).text == "0"


def test_a_cap_that_is_just_filled() -> None:
    """Half a figure is not taken for a whole one because the server says ``stop``."""
    data = {
        "choices": [{"message": {"content": "受理：12"}, "finish_reason": "stop"}],
        "usage": {"completion_tokens": 20, "completion_tokens_details": {"reasoning_tokens": 3}},
    }
    for cap, reason in ((20, "length"), (17, "length"), (19, "stop"), (None, "stop")):
        reply = read_reply(json.dumps(data), prompt_tokens=1, max_tokens=cap)
        assert (reply.finish_reason, reply.thought) == (reason, True)


@pytest.mark.parametrize(
    ("usage", "cached"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 64}}, 64),
        ({"prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36}, 64),
        ({"cache_read_input_tokens": 64}, 64),
        ({"cached_tokens": 64}, 64),
        ({"cached_tokens": 640}, 640),
        ({"prompt_tokens_details": None}, 0),
        ({"prompt_tokens_details": {"cached_tokens": None}}, 0),
        ({"prompt_cache_hit_tokens": "64"}, 0),
    ],
)
def test_tokens_that_the_server_had_read_before(usage: dict[str, Any], cached: int) -> None:
    """Whatever they are called; where they are more than the prompt's, they were counted apart from them."""
    data = {"choices": [{"message": {"content": "好"}}], "usage": {"prompt_tokens": 100, **usage}}
    reply = read_reply(json.dumps(data), prompt_tokens=7)
    assert (reply.prompt_tokens, reply.cached_tokens) == (740 if cached == 640 else 100, cached)


def test_half_a_character() -> None:
    """Half of a surrogate pair cannot be written anywhere; it is replaced."""
    reply = read_reply('{"choices": [{"message": {"content": "a\\ud83d"}}]}', prompt_tokens=1)
    assert reply.text == "a\ufffd"


@pytest.mark.parametrize("said", ["12", -1, None, 1.5, [], "NaN", True, 10**12, 10**4299, float("inf")])
def test_usage_that_is_no_count(said: Any) -> None:
    """What is no count is left out: the prompt by estimate, the reply as nothing."""
    usage = {"prompt_tokens": said, "completion_tokens": said}
    text = json.dumps({"choices": [{"message": {"content": "好"}}], "usage": usage})
    reply = read_reply(text, prompt_tokens=7)
    assert (reply.prompt_tokens, reply.completion_tokens) == (7, 0)


@pytest.mark.parametrize(
    "unreadable", [b"\xff\xfe{}", b"[" * 100_000, b"", b'{"choices": [', b"\x1b]0;owned\x07", b'{"choices": []}']
)
def test_bytes_that_are_no_completion(unreadable: bytes) -> None:
    """Another try may bring a reply; the error shows nothing that a terminal would obey."""
    with pytest.raises(UnreadableReplyError) as caught:
        read_reply(unreadable, prompt_tokens=1)
    assert isinstance(caught.value, NoReplyError)
    assert "\x1b" not in str(caught.value)


def test_an_error_behind_status_200() -> None:
    """Gateways hide errors so; the words are theirs."""
    with pytest.raises(UnreadableReplyError, match="answers with an error: 'upstream is busy'"):
        read_reply(json.dumps({"error": {"message": "upstream is busy"}}), prompt_tokens=1)


@pytest.mark.parametrize("page", ["<!DOCTYPE html><title>Sign in</title>", "\n<HTML><body>Sign in</body></HTML>"])
def test_web_page(page: str) -> None:
    """A web page is a matter of the endpoint, not of the report; its words are shown without tags."""
    with pytest.raises(WebPageError, match="'Sign in'; is the URL right"):
        read_reply(page, prompt_tokens=1)


def test_a_probability_that_was_rounded_up() -> None:
    """A little above 1 is rounding, and 1."""
    tokens = {"content": [{"token": "a\ud83d", "logprob": 1e-6}, {"token": "b", "logprob": -0.5}]}
    reply = read_reply(body(message={"content": "好"}, logprobs=tokens), prompt_tokens=1)
    assert reply.logprobs == (TokenLogprob("a\ufffd", 0.0), TokenLogprob("b", -0.5))


VALUES = st.sampled_from([None, True, 1000, -1.5, "x", [], {}, [[[]]], {"a": [1]}, 10**4000, float("nan"), "\ud83d"])


@given(
    st.sampled_from(["choices", "message", "content", "tool_calls", "logprobs", "token", "logprob", "usage"]), VALUES
)
def test_any_part_of_another_kind(part: str, value: Any) -> None:
    """Whatever stands in any part of a completion, it is a reply that can be kept, or one kind of error."""
    token = {"token": "好", "logprob": -0.5}
    message: dict[str, Any] = {"content": "好", "tool_calls": None}
    choice: dict[str, Any] = {"message": message, "logprobs": {"content": [token]}, "finish_reason": "stop"}
    data: dict[str, Any] = {"choices": [choice], "usage": {"prompt_tokens": 1}}
    for place in (data, choice, message, token):
        if part in place:
            place[part] = value
    try:
        reply = read_reply(json.dumps(data), prompt_tokens=7)
    except UnreadableReplyError:
        return
    kept = TypeAdapter(Reply).validate_json(json.dumps(asdict(reply)), strict=True)
    assert kept == reply
