"""Endpoints that stream although nobody asked, or stream in a manner of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log
from typing import Any

from llm.fake_server import Seen, Step
from llm.quirks.model import LETTER_SURE, Body, Server, chunks, completion_of, is_ours, sse
from llm.quirks.quirk import Quirk, error, refuses

_PING = ": OPENROUTER PROCESSING\n\n"


def _streams(change: Callable[[list[Body]], Iterable[Body]] = lambda pieces: pieces, **how: Any) -> Server:
    """A server that streams whatever is asked.

    :param change: what it makes of the pieces of a completion.
    """
    return lambda seen: sse(list(change(list(chunks(completion_of(seen))))), **how)


def _half(pieces: list[Body]) -> list[Body]:
    return pieces[: max(2, len(pieces) // 2)]


def _without_reasons(pieces: list[Body]) -> list[Body]:
    return [piece for piece in pieces if not any(one["finish_reason"] for one in piece["choices"])]


def _empty_reasons(pieces: list[Body]) -> list[Body]:
    for piece in pieces:
        for one in piece["choices"]:
            one["finish_reason"] = one["finish_reason"] or ""
    return pieces


def _usage_in_choice(pieces: list[Body]) -> list[Body]:
    *rest, last, usage = pieces
    last["choices"][0]["usage"] = usage["usage"]
    return [*rest, last]


def _null_deltas(pieces: list[Body]) -> list[Body]:
    for piece in pieces:
        for one in piece["choices"]:
            one["delta"] = {"content": None, "tool_calls": None, "reasoning_content": None} | one["delta"]
    return pieces


def _no_index(pieces: list[Body]) -> list[Body]:
    for piece in pieces:
        for one in piece["choices"]:
            for call in one["delta"].get("tool_calls", ()):
                call.pop("index")
    return pieces


def _one_event(seen: Seen) -> Step:
    """The whole completion in one event."""
    return sse([completion_of(seen)])


def _thinking(seen: Seen) -> Step:
    body = completion_of(seen)
    body["choices"][0]["message"]["reasoning_content"] = "地区生产总值：21.03万人，选B。"
    return sse(list(chunks(body)))


def _cut(seen: Seen) -> Step:
    """A stream that ends at the cap, about reports."""
    body = completion_of(seen)
    if is_ours(seen.body):
        one = body["choices"][0]
        text = one["message"]["content"] or one["message"]["tool_calls"][0]["function"]["arguments"]
        one.update(message={"role": "assistant", "content": text[: len(text) // 2]}, finish_reason="length")
    return sse(list(chunks(body)))


def _fault(pieces: list[Body]) -> list[Body]:
    return [*_half(pieces), {"error": {"message": "The upstream provider overloaded", "code": 529}}]


def _only_when_streaming(server: Server) -> Server:
    return refuses(lambda body: not body.get("stream"), error(400, "This model only support stream mode"), server)


def _letter_apart(seen: Seen) -> Step:
    body = completion_of(seen)
    one = body["choices"][0]
    if "logprobs" in one:
        one["logprobs"] = {"content": [{"token": one["message"]["content"], "logprob": log(LETTER_SURE)}]}
    return sse(list(chunks(body)))


STREAMS = [
    Quirk("events although none were asked for", "rohitg00/agentmemory#526", _streams()),
    Quirk("events, by choice", "rohitg00/agentmemory#526", _streams(), ask="choice"),
    Quirk("events, by link", "rohitg00/agentmemory#526", _streams(), ask="link"),
    Quirk("events that call themselves JSON", "gateways", _streams(kind="application/json")),
    Quirk("events that call themselves text", "QwenLM/Qwen-Agent#61", _streams(kind="text/plain")),
    Quirk("comments between the events", "openrouter.ai, streaming", _streams(before=_PING)),
    Quirk("line ends of Windows", "servers of .NET", _streams(end="\r\n\r\n")),
    Quirk("no blank behind the colon", "Spark, Qianfan", _streams(start="data:")),
    Quirk("events with names", "gateways of Claude", _streams(before="event: message\nid: 7\n")),
    Quirk("no [DONE]", "Qianfan", _streams(done=False)),
    Quirk(
        "a mark of byte order before the events", "gateways", _streams(before="\ufeff"), says="not a chat", either=True
    ),
    Quirk("empty reasons until the last", "one-api", _streams(_empty_reasons)),
    Quirk("null in every delta", "GLM, Hunyuan", _streams(_null_deltas), ask="link"),
    Quirk("usage within the choice", "earendil-works/pi#2017 (Moonshot)", _streams(_usage_in_choice)),
    Quirk("no usage", "open-webui/open-webui#7726", _streams(lambda pieces: pieces[:-1])),
    Quirk("one event with all of it", "cached replies of gateways", _one_event),
    Quirk("thoughts before the answer", "api-docs.deepseek.com", _thinking),
    Quirk(
        "the letter's probability in an event", "InternLM/lmdeploy#2802", _letter_apart, ask="choice", sure=LETTER_SURE
    ),
    Quirk(
        "a call in pieces",
        "the OpenAI API",
        _only_when_streaming(lambda seen: sse(list(chunks(completion_of(seen))))),
        ask="auto",
    ),
    Quirk(
        "a call in pieces without an index",
        "Gemini's OpenAI layer",
        _only_when_streaming(_streams(_no_index)),
        ask="link",
    ),
    Quirk(
        "a stream that ends early",
        "proxies that time out",
        _streams(_half, done=False),
        says="end|cut|broke|half|finish",
    ),
    Quirk(
        "a stream that ends early, by link",
        "proxies that time out",
        _streams(_half, done=False),
        says="end|cut|broke|half|finish|fit",
        ask="link",
    ),
    Quirk("a stream without a reason", "old FastChat", _streams(_without_reasons), ask="link"),
    Quirk(
        "a stream without a reason or an end",
        "proxies that time out",
        _streams(_without_reasons, done=False),
        says="end|cut|broke|half|finish",
        either=True,
        ask="link",
    ),
    Quirk(
        "a stream that ends in an error", "openrouter.ai, streaming", _streams(_fault, done=False), says="overloaded"
    ),
    Quirk("a stream that ends at the cap", "the OpenAI API", _cut, says="cut", ask="link"),
    Quirk(
        "a stream of nothing but comments",
        "gateways",
        lambda seen: Step(b": ping\n\n: ping\n\n", headers={"content-type": "text/event-stream"}),
        says="not a chat|empty|end|stream",
    ),
]
