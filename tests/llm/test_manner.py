"""How requests are written for a server that refuses some part of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.llm.manner import SWITCHES, Manner, Refusal, refuses_shape

SCHEMA = {
    "$defs": {"One": {"type": "object", "properties": {"strict": {"type": "string"}}}},
    "type": "object",
    "properties": {"all": {"type": "array", "items": {"$ref": "#/$defs/One"}}},
}
PAYLOAD: dict[str, Any] = {
    "model": "small",
    "messages": [{"role": "system", "content": "填表。"}, {"role": "user", "content": "受理12件。"}],
    "max_tokens": 20,
    "temperature": 0.0,
    "logprobs": True,
}
SHAPED = PAYLOAD | {
    "response_format": {"type": "json_schema", "json_schema": {"name": "All", "schema": SCHEMA, "strict": True}}
}


def after(words: str, manner: Manner = Manner(), parameter: str = "", payload: Any = PAYLOAD) -> Manner | None:  # noqa: B008
    """The manner that a refusal teaches."""
    return manner.after(Refusal(words, parameter), manner.write(payload))


def test_by_default_nothing_is_changed() -> None:
    """Recordings hang on it: the body is the question, in the same order."""
    assert list(Manner().write(SHAPED).items()) == list(SHAPED.items())


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens'.", {"cap": 1}),
        ("please use max_completion_tokens", {"cap": 1}),
        ("Unrecognized request argument supplied: max_tokens", {"cap": 1}),
        ("'temperature' does not support 0 with this model. Only the default (1) value", {"left_out": "temperature"}),
        ("temperature must be greater than 0", {"least_temperature": 1}),
        ("参数 temperature 取值区间为 (0, 1)", {"least_temperature": 1}),
        ("logprobs is not supported", {"left_out": "logprobs"}),
        ("System role not supported", {"system_turn": 1}),
        ("Conversation roles must alternate user/assistant/user/assistant/...", {"system_turn": 1}),
        ("不支持 system 角色", {"system_turn": 1}),
        ("This model only support stream mode, please enable the stream parameter", {"stream": 1}),
        ("该模型仅支持流式输出", {"stream": 1}),
        ("parameter.enable_thinking must be set to false for non-streaming calls", {"switch": 1}),
        ("Upstream is busy", None),
        ("上游流式响应中断", None),
        ("stream disconnected before completion: it requires another try", None),
        ("context length exceeded: max_tokens too large", None),
        ("'max_tokens' or 'max_completion_tokens' is too large: at most 4096", None),
        ("response_format is not supported. Supported parameters: max_tokens, temperature", None),
        ("Supported parameters are: max_tokens, temperature. Not so: logprobs", {"left_out": "logprobs"}),
        ("bad request", None),
    ],
)
def test_what_a_refusal_teaches(words: str, changed: dict[str, Any] | None) -> None:
    """One thing is changed, the one that the words name; where they name none, nothing is."""
    found = after(words)
    if changed is None:
        assert found is None
        return
    assert found is not None
    differing = {name for name in vars(found) if getattr(found, name) != getattr(Manner(), name)}
    assert differing == set(changed)
    if "left_out" in changed:
        assert found.left_out == (changed["left_out"],)


def test_a_named_parameter_comes_before_other_words() -> None:
    """Servers list what they take, too: what stands in ``param`` or in quotes is what is refused."""
    listed = "unknown field 'logprobs'; there are model, messages, max_tokens, temperature"
    assert after(listed) == Manner(left_out=("logprobs",))
    assert after("max_tokens, temperature: fine; not so this one", parameter="logprobs") == Manner(
        left_out=("logprobs",)
    )


def test_references_are_put_in_place() -> None:
    """A schema without references says the same; a property that is called as a keyword is kept."""
    found = after("Invalid schema: $ref is not supported", payload=SHAPED)
    assert found == Manner(refs=False)
    schema = Manner(refs=False, left_out=("strict",)).write(SHAPED)["response_format"]["json_schema"]
    assert "strict" not in schema
    assert schema["schema"] == {
        "type": "object",
        "properties": {"all": {"type": "array", "items": SCHEMA["$defs"]["One"]}},
    }


@pytest.mark.parametrize("words", ["response_format is not supported", "json_schema: unsupported", "no grammar here"])
def test_a_shape_that_is_refused(words: str) -> None:
    """No other writing of the same request helps; without a shape in it these words are about something else."""
    assert after(words, payload=SHAPED) is None
    assert refuses_shape(Refusal(words), SHAPED)
    assert not refuses_shape(Refusal(words), PAYLOAD)


def test_instructions_without_a_turn_of_their_own() -> None:
    """They begin the first turn of the user; nothing is lost, nothing is said twice."""
    messages = Manner(system_turn=False).write(PAYLOAD)["messages"]
    assert messages == [{"role": "user", "content": "填表。\n\n受理12件。"}]
    alone = PAYLOAD | {"messages": PAYLOAD["messages"][:1]}
    assert Manner(system_turn=False).write(alone)["messages"] == [{"role": "user", "content": "填表。"}]


def test_thoughts_have_room_beside_the_reply() -> None:
    """The cap is that of both; where it is too high it is lowered, down to where no model can think."""
    manner = Manner(thinking_tokens=8000)
    assert manner.write(PAYLOAD)["max_tokens"] == 8020
    tried = []
    while manner is not None:
        tried.append(manner.thinking_tokens)
        manner = after("max_tokens is too large: at most 4096", manner)  # type: ignore[assignment]
    assert tried == [8000, 4000, 2000, 1000, 500]


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_that_is_refused_is_not_tried_again(switch: Any) -> None:
    """It goes with the request, and not after it was refused."""
    manner = Manner(switch=switch)
    name = next(iter(SWITCHES[switch]))
    assert name in manner.write(PAYLOAD)
    refused = after(f"unknown parameter {name}", manner)
    assert refused == Manner(switch="none")
    assert name not in refused.write(PAYLOAD)


def test_what_a_user_wants_sent_is_sent() -> None:
    """A part of ``extra_body`` is not left out; the refusal of it is shown instead."""
    body = PAYLOAD | {"top_k": 1}
    assert Manner().after(Refusal("unknown parameter: top_k"), body, kept=["top_k"]) is None


@given(st.lists(st.text(max_size=40), max_size=60), st.booleans())
def test_no_server_refuses_for_ever(refusals: list[str], shaped: bool) -> None:
    """Whatever is said, each refusal that teaches takes something away: they come to an end."""
    words = ["max_tokens", "temperature > 0", "system role", "must stream", "$ref", "strict", "enable_thinking"]
    manner, learned = Manner(), 0
    for said in [*refusals, *words * 20]:
        found = after(said, manner, payload=SHAPED if shaped else PAYLOAD)
        if found is not None:
            assert found != manner
            manner, learned = found, learned + 1
    assert learned <= 16


def test_a_request_that_is_repeated_is_no_refusal_of_all_in_it() -> None:
    """FastAPI shows what it was sent beside what is wrong with it."""
    fault = {"loc": ["body", "logprobs"], "msg": "Extra inputs are not permitted", "input": PAYLOAD}
    refusal = Refusal.of({"detail": [fault]}, "")
    assert Manner().after(refusal, PAYLOAD) == Manner(left_out=("logprobs",))
    assert "temperature" not in refusal.words


@pytest.mark.parametrize(
    ("body", "parameter", "words"),
    [
        ({"message": "no", "param": "logprobs"}, "logprobs", "no"),
        ({"detail": [{"loc": ["body", "max_tokens"], "msg": "Extra inputs"}]}, "body.max_tokens", "Extra inputs"),
        ({"detail": "不支持"}, "", "不支持"),
        ("不支持", "", "不支持"),
        (None, "", "as it came"),
        ({"error": {"message": "no", "param": 5}}, "", "no"),
        ({"detail": [{"loc": "body"}]}, "", "body"),
    ],
)
def test_a_refusal_in_any_shape(body: Any, parameter: str, words: str) -> None:
    """Servers name the parameter in places of their own."""
    refusal = Refusal.of(body, "as it came")
    assert refusal.parameter == parameter
    assert words in refusal.words


def test_a_manner_is_a_value() -> None:
    """Two requests can compare what they were written in."""
    assert replace(Manner(), left_out=("logprobs",)) == Manner(left_out=("logprobs",))
