"""Everything a model server can do wrong, by name, and when it does it."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable
from typing import Any

from cli.model_of_tests import good_model
from llm.fake_server import Seen, Step, completion, failure

Fault = Callable[[Seen], Step]
When = Callable[[Seen], bool]

STALL = 30.0
"""Seconds; far more than any time limit of the tests."""
HUGE = 10_000_000


def _bomb() -> bytes:
    """Two megabytes that unpack to two thousand: one megabyte of nothing, packed once and put in again and again."""
    packing = zlib.compressobj(wbits=31)
    begin, block = (packing.compress(bytes(1_000_000)) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return begin + block * 2000


def _changed(**choice: Any) -> Step:
    step = _links()
    step.body["choices"][0].update(choice)
    return step


def _counted(tokens: int) -> Fault:
    def fault(seen: Seen) -> Step:
        step = good_model(seen)
        step.body["usage"] = {"prompt_tokens": tokens, "completion_tokens": tokens}
        return step

    return fault


def _always(step: Step) -> Fault:
    return lambda _: step


def _links(*links: dict[str, Any], **more: Any) -> Step:
    return completion(json.dumps({"links": links}), prompt_tokens=400, completion_tokens=60, **more)


def _said(text: str, **more: Any) -> Step:
    return completion(text, prompt_tokens=400, completion_tokens=60, **more)


def _refusal() -> Step:
    step = _said("")
    step.body["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    return step


_GOOD = json.dumps(_links().body).encode()
_TOO_LONG = "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens."
_FREE_QUOTA = "The free quota has been exhausted. To go on, leave the mode in which only free quota is used."
_QUOTA_A_MINUTE = "You exceeded your current quota: 30 requests per minute. Please retry in 0.02s."
_PAGE = "<html><head><title>Sign in</title></head><body>Welcome to the campus network</body></html>"

_BOMB = _bomb()
_PACKED = {"content-encoding": "gzip"}
_NEVER = "Fri, 31 Dec 99999999999 23:59:59 GMT"

FAULTS: dict[str, Fault] = {
    "401": _always(failure(401, "Incorrect API key provided")),
    "402": _always(failure(402, "Insufficient Balance")),
    "403": _always(failure(403, "Country not supported")),
    "404 model": _always(failure(404, "The model does not exist", code="model_not_found")),
    "400 context": _always(failure(400, _TOO_LONG, code="context_length_exceeded")),
    "400 other": _always(failure(400, "'messages' must alternate")),
    "429": _always(failure(429, "Rate limit reached")),
    "429 Retry-After": _always(failure(429, "Rate limit reached", headers={"retry-after": "0.05"})),
    "429 long Retry-After": _always(failure(429, "Rate limit reached", headers={"retry-after": "86400"})),
    "429 Retry-After never": _always(failure(429, "Rate limit reached", headers={"retry-after": _NEVER})),
    "429 quota": _always(failure(429, "You exceeded your current quota", code="insufficient_quota")),
    "429 quota a minute": _always(failure(429, _QUOTA_A_MINUTE, code="insufficient_quota")),
    "403 quota": _always(failure(403, _FREE_QUOTA, code="AllocationQuota.FreeTierOnly")),
    "400 arrears": _always(failure(400, "Access denied, your account is not in good standing", code="Arrearage")),
    "404 page": _always(Step("404 page not found", 404)),
    "500": _always(failure(500, "Internal error")),
    "503": _always(failure(503, "Loading model")),
    "reset": _always(Step(_GOOD, reset_after=60)),
    "stall": _always(Step(_GOOD, delay=STALL)),
    "truncated JSON": _always(Step(_GOOD[:60])),
    "empty choices": _always(Step({"id": "x", "choices": [], "usage": {"prompt_tokens": 400, "completion_tokens": 0}})),
    "error with 200": _always(Step({"error": {"message": "upstream is busy", "code": 502}})),
    "HTML page": _always(Step(_PAGE)),
    "10 MB": _always(_said("x" * 3 + "很" * (HUGE // 3))),
    "10 MB page": _always(Step("<" * HUGE)),
    "10 MB error": _always(Step("<" * HUGE, 500)),
    "endless error": _always(Step("<" * 100_000, 500, endless=True)),
    "endless 401": _always(Step("<" * 100_000, 401, endless=True)),
    "gzip bomb": _always(Step(_BOMB, headers=_PACKED)),
    "gzip bomb error": _always(Step(_BOMB, 500, _PACKED)),
    "broken gzip error": _always(Step(b"no gzip", 400, _PACKED)),
    "charset that unpacks": _always(Step("x", 500, {"content-type": "text/plain; charset=zlib_codec"})),
    "away": _always(Step(away=0.4)),
    "invalid UTF-8": _always(Step(json.dumps(_links().body).encode().replace(b'"stop"', b'"st\xff\xfeop"'))),
    "deep JSON": _always(Step(b"[" * 1_000_000)),
    "wrong shape": _always(_said('{"answers": [{"name": "gdp", "value": 86.4}]}')),
    "deep reply": _always(_said('{"links":' + "[" * 50_000)),
    "not JSON": _always(_said("地区生产总值为86.4亿元。")),
    "lone surrogate": _always(_said('{"links": "\ud83d"}')),
    "refusal": _always(_refusal()),
    "content filter": _always(_said("", finish_reason="content_filter")),
    "empty reply": _always(_said("")),
    "length": _always(_said('{"links": [{"field": "gdp", "ids": [1', finish_reason="length")),
    "repetition": _always(_said("地区生产总值：86.4亿元\n" * 200)),
    "repetition in a line": _always(_said('{"links": [{"field": "gdp", "ids": [' + "17, " * 400)),
    "logprob in words": _always(_changed(logprobs={"content": [{"token": "x", "logprob": "x"}]})),
    "logprob of 1000": _always(_changed(logprobs={"content": [{"token": "x", "logprob": 1000}]})),
    "usage of 4,300 digits": _counted(10**4299),
    "unknown ids": _always(_links({"field": "gdp", "ids": [9999]}, {"field": "no_such_field", "ids": [1]})),
}

DRIP = _always(Step(_GOOD, drip=0.02))
"""A byte now and then: no pause is long, the whole takes for ever."""


def faulty(good: Fault, fault: Fault, when: When) -> Fault:
    """A script that misbehaves ``when`` told to, and is good the rest of the time."""
    return lambda seen: (fault if when(seen) else good)(seen)


def always(seen: Seen) -> bool:
    """At every question about a report; what only tries the server's abilities is answered."""
    return "season" not in json.dumps(seen.body) and "Say: yes" not in json.dumps(seen.body)


def first(count: int) -> When:
    """At the first ``count`` questions."""
    return _numbered(lambda number: number <= count)


def every(step: int) -> When:
    """At every ``step``-th question."""
    return _numbered(lambda number: number % step == 0)


def about(words: str) -> When:
    """At every question that contains ``words``."""
    return lambda seen: always(seen) and any(words in str(message["content"]) for message in seen.body["messages"])


def _numbered(chosen: Callable[[int], bool]) -> When:
    lock = threading.Lock()
    count = 0

    def when(seen: Seen) -> bool:
        nonlocal count
        if not always(seen):
            return False
        with lock:
            count += 1
            return chosen(count)

    return when
