"""Faults of the list of models, which is asked for when no model is named."""

from __future__ import annotations

import json

import pytest

from faults.faults import FAULTS
from llm.fake_server import FakeServer, Seen, Step, failure

SEEN = Seen("GET", "/v1/models", {}, {})

LISTS = {
    "401": (failure(401, "no key"), "refuses access (401)"),
    "500": (failure(500, "oops"), "says 500"),
    "none": (Step({"object": "list", "data": []}), "name a model with --model"),
    "two": (Step({"data": [{"id": "b"}, {"id": "a"}]}), "has: a, b"),
    "page": (Step("<html>Sign in</html>"), "does not list its models"),
    "truncated": (Step('{"data": [{"id"'), "does not list its models"),
    "other shape": (Step({"data": {"id": "small"}}), "name a model with --model"),
    "no objects": (Step({"data": ["id", 5, None]}), "name a model with --model"),
    "no list": (Step({"data": 5}), "does not list its models"),
    "deep": (Step(b"[" * 1_000_000), "does not list its models"),
    "10 MB": (Step(json.dumps({"data": ["x" * 10_000_000]})), "does not list its models"),
    "endless": (Step(b"x" * 100_000, endless=True), "does not list its models"),
    "endless error": (Step(b"x" * 100_000, 500, endless=True), "says 500"),
    "gzip bomb": (FAULTS["gzip bomb"](SEEN), "does not list its models"),
    "deep id": (Step(b'{"data": [{"id": ' + b"[" * 500 + b"]" * 500 + b"}]}"), "name a model with --model"),
    "long id": (Step({"data": [{"id": "x" * 10_000}, {"id": "b"}]}), "has: b, xxxxx"),
    "invalid UTF-8": (Step(b'{"data": [{"id": "\xff"}]}'), "does not list its models"),
    "reset": (Step(b'{"data": []}', reset_after=4), "broke"),
    "stall": (Step({"data": []}, delay=30), "gave no reply within"),
    "drip": (Step({"data": []}, drip=0.1), "gave no reply within"),
}


class _Listing(FakeServer):
    """A server with a list of models of its own."""

    def __init__(self, step: Step) -> None:
        super().__init__([])
        self._step = step

    def answer(self, seen):
        """The list, whatever is asked."""
        assert seen.path == "/v1/models"
        self.pause(self._step.delay)
        return self._step


@pytest.mark.parametrize("name", LISTS)
def test_list_of_models(extract, three, monkeypatch, name):
    """Without a usable list and without a name nothing starts: one line, exit code 2."""
    monkeypatch.setenv("BAOGAO_TIMEOUT", "0.3" if name in ("stall", "drip") else "60")
    step, words = LISTS[name]
    with _Listing(step) as server:
        outcome = extract(three, "--extractor", "llm", "--base-url", server.url)
    assert outcome.code == 2
    assert outcome.err.count("error:") == 1
    assert words in outcome.err
    assert "Traceback" not in outcome.err
