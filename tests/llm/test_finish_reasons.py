"""Why a reply ended."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import NoReplyError
from baogao.llm import finish_reasons
from baogao.llm.finish_reasons import finish_reason


def reason(
    said: str | None, text: str = "受理：12", *, tokens: int = 0, thoughts: int = 0, cap: int | None = 20
) -> str:
    """The reason of a reply that may be half a figure."""
    return finish_reason(said, text, tokens=tokens, thoughts=thoughts, max_tokens=cap)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("stop STOP eos eos_token end_turn end-turn stop_sequence COMPLETE", "stop"),
        ("length max_tokens MAX_TOKENS model_length model_context_window_exceeded incomplete", "length"),
        ("tool_calls tool_use function_call", "tool_calls"),
        ("content_filter sensitive safety SAFETY RECITATION PROHIBITED_CONTENT", "content_filter"),
        ("refusal", "refusal"),
    ],
)
def test_what_servers_call_it(words: str, meant: str) -> None:
    """One word of the OpenAI API for each kind, in small letters or large."""
    assert {reason(word, tokens=5) for word in words.split()} == {meant}


@pytest.mark.parametrize("word", ["error", "abort", "network_error", "insufficient_system_resource", "cancelled"])
def test_a_reply_that_the_server_gave_up(word: str) -> None:
    """It is half a reply, and the trouble passes."""
    with pytest.raises(NoReplyError, match=rf"gave up its reply \({word}\)"):
        reason(word, "受理：12件。")


@pytest.mark.parametrize("said", ["stop", "eos", None, "", "null", "weird"])
@pytest.mark.parametrize(("tokens", "thoughts"), [(20, 0), (28, 8)])
def test_a_reply_that_fills_its_cap(said: str | None, tokens: int, thoughts: int) -> None:
    """It was cut, whatever the server says, unless it ends as a whole one; thoughts may count beside the cap."""
    assert reason(said, tokens=tokens, thoughts=thoughts) == "length"
    assert reason(said, '{"a": [1', tokens=tokens, thoughts=thoughts) == "length"
    assert reason("stop", '{"a": [1]}', tokens=tokens, thoughts=thoughts) == "stop"
    assert reason("stop", "受理：12件。", tokens=tokens, thoughts=thoughts) == "stop"


@pytest.mark.parametrize("said", [None, "", "null"])
def test_a_reply_without_a_reason(said: str | None) -> None:
    """It ended, unless it reaches its cap: by the server's count, or about so where there is none."""
    assert reason(said, tokens=19) == "stop"
    assert reason(said) == "stop"
    assert reason(said, cap=None) == "stop"
    assert reason(said, "受理：12件\n" * 4 + "办结：1", cap=25) == "length"
    assert reason(said, "受理：12件\n" * 4 + "无。", cap=25) == "stop"


def test_an_unknown_word(caplog: pytest.LogCaptureFixture) -> None:
    """It is told of once; the reply is whole where its count or its end says so, and is not like others even then."""
    finish_reasons._said.clear()
    with caplog.at_level(logging.WARNING):
        assert reason("odd\x1b", tokens=19) == "unknown"
        assert reason("odd\x1b") == "length"
        assert reason("odd\x1b", "受理：12件。") == "unknown"
        assert reason("odd\x1b", "[1]") == "unknown"
        assert reason("odd\x1b", "[1") == "length"
    assert len(caplog.records) == 1
    assert "'odd" in caplog.text
    assert "\x1b" not in caplog.text


@given(st.none() | st.text(max_size=9), st.text(max_size=9), st.integers(0, 30), st.integers(0, 30))
def test_every_reason_is_one_of_six(said: str | None, text: str, tokens: int, thoughts: int) -> None:
    """Whatever a server says, and what fills its cap without an end is cut or was not to be had."""
    found = reason(said, text, tokens=tokens, thoughts=thoughts)
    assert found in {"stop", "length", "tool_calls", "content_filter", "refusal", "unknown"}
    if tokens == 20 and text.isalnum():
        assert found not in {"stop", "unknown"}
