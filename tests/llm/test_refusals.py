"""A server that refuses any parts of a request, in any words: what is under way adapts, and no report is lost."""

from __future__ import annotations

import itertools
import json
import ssl
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from baogao import extract_many
from baogao.llm import prompts
from baogao.record import Record
from baogao.schema import Schema
from llm.fake_server import FakeServer, Seen, Step, fake_server
from llm.quirks.model import Body, honest
from llm.quirks.quirk import error

_SYSTEM, _WHOLE = "a system turn", "a reply in one piece"
PARTS = (
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "logprobs",
    "response_format",
    "tools",
    "stream_options",
    _SYSTEM,
    _WHOLE,
)
REPORTS = {1: 8, 4: 12, 32: 32}
"""How many are read, by how many requests may be under way."""
_TOGETHER_SECONDS = 0.02
"""A refusal waits so long for others to be refused with it."""
_TRIED = 8
"""Requests that try an endpoint, before or between those about reports."""

Words = Callable[[str], Step]

WORDS: tuple[Words, ...] = (
    lambda name: error(400, f"Unsupported parameter: '{name}' is not supported with this model.", param=name),
    lambda name: error(400, f"Unrecognized request argument supplied: {name}"),
    lambda name: error(400, f"litellm.BadRequestError: OpenAIException - Unknown parameter: '{name}'.", code="400"),
    lambda name: error(400, f'json: unknown field "{name}"'),
    lambda name: error(400, f"参数 {name} 不支持"),
    lambda name: Step({"detail": [{"type": "extra_forbidden", "loc": ["body", name], "msg": "not permitted"}]}, 422),
    lambda name: Step(
        {"object": "error", "message": f"[{{'type': 'extra_forbidden', 'loc': ('body', '{name}')}}]"}, 400
    ),
)
_SYSTEM_WORDS = (
    "System role not supported",
    "Only user and assistant roles are supported!",
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
)
_STREAM_WORDS = (
    "This model only support stream mode, please enable the stream parameter to access the model.",
    "Stream must be set to true",
    "该模型仅支持流式输出，请设置 stream=true",
)


class Refuser:
    """A server that refuses some parts of requests, one at a time, and lets refusals meet.

    :param refused: in the order in which they are found.
    :param together: so many requests are refused at once where as many are under way.
    """

    def __init__(self, refused: list[str], words: int, together: int) -> None:
        self.refusals = 0
        self._refused = refused
        self._words = words
        self._together = together
        self._met = threading.Condition()

    def __call__(self, seen: Seen) -> Step:
        """Refuse a request, or answer it."""
        refused = next((part for part in self._refused if self._has(seen.body, part)), None)
        if refused is None:
            return honest(seen)
        with self._met:
            group = self.refusals // self._together + 1
            self.refusals += 1
            self._met.notify_all()
            self._met.wait_for(lambda: self.refusals >= group * self._together, _TOGETHER_SECONDS)
        return self._refusal(refused)

    def _has(self, body: Body, part: str) -> bool:
        if part == _SYSTEM:
            return any(turn["role"] == "system" for turn in body["messages"])
        return not body.get("stream") if part == _WHOLE else part in body

    def _refusal(self, part: str) -> Step:
        if part == _SYSTEM:
            return error(400, _SYSTEM_WORDS[self._words % len(_SYSTEM_WORDS)])
        if part == _WHOLE:
            return error(400, _STREAM_WORDS[self._words % len(_STREAM_WORDS)])
        return WORDS[self._words](part)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Tiny reports, each with a figure of its own."""
    folder = tmp_path_factory.mktemp("tiny")
    paths = [folder / f"r{number}.txt" for number in range(max(REPORTS.values()))]
    for number, path in enumerate(paths):
        path.write_text(f"第{number}县统计公报\n\n全年地区生产总值{number + 10}.5亿元。\n", encoding="utf-8")
    return paths


_read_prompt = cache(prompts.load_prompt)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "load_prompt", _read_prompt)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
    for name, value in {"FIRST_WAIT": "0", "MAX_ATTEMPTS": "2", "TIMEOUT": "60"}.items():
        monkeypatch.setenv(f"BAOGAO_{name}", value)


Read = Callable[..., dict[str, str | None]]


@pytest.fixture
def read(reports: list[Path], communique: Schema) -> Read:
    """Ask a server about some reports: what is read of each, by its id; the error where it failed."""

    def said(record: Record) -> str | None:
        return record.error or record.fields["gdp"].text

    def run(server: FakeServer, count: int, **told: object) -> dict[str, str | None]:
        paths = map(str, reports[:count])
        told = {"schema": communique, "extractor": "llm", "base_url": server.url, "cache": False, **told}
        return {record.doc_id: said(record) for record in extract_many(paths, **told)}

    return run


_models = (f"model{number}" for number in itertools.count())
"""Names of which each is new, so that nothing is remembered of it."""


@example(refused=["max_tokens"], words=0, concurrency=4, ask="link")
@example(refused=["max_tokens", "max_completion_tokens"], words=1, concurrency=32, ask="form")
@example(refused=[*PARTS], words=2, concurrency=32, ask="link")
@example(refused=["logprobs", _WHOLE, "stream_options"], words=5, concurrency=4, ask="choice")
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    refused=st.lists(st.sampled_from(PARTS), unique=True),
    words=st.integers(0, len(WORDS) - 1),
    concurrency=st.sampled_from([*REPORTS]),
    ask=st.sampled_from(["form", "choice", "link"]),
)
def test_no_report_is_lost(read, refused, words, concurrency, ask):
    """Whatever is refused, every report of a first run and of a second is read right, and few requests are refused."""
    count = REPORTS[concurrency]
    script = Refuser(refused, words, together=min(concurrency, count))
    right = {f"r{number}": f"{number + 10}.5亿元" for number in range(count)}
    told = {"model": next(_models), "ask": ask, "concurrency": concurrency}
    with fake_server(script) as server:
        for _ in range(2 if ask == "link" else 1):  # what was found out by trying is remembered, and not tried again
            script.refusals = 0
            assert read(server, count, **told) == right
            assert script.refusals <= len(refused) * (concurrency + _TRIED)


def test_the_server_lets_refusals_meet():
    """Requests that come together are refused together: what one learns comes too late for the others."""
    script = Refuser(["max_tokens"], 0, together=4)
    asked = json.loads('{"max_tokens": 1, "messages": []}')
    together: list[int] = []

    def ask() -> None:
        script(Seen("POST", "/v1/chat/completions", {}, asked))
        together.append(script.refusals)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [4] * 4
