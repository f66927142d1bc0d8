"""``baogao model`` and ``baogao cache`` on the command line."""

from __future__ import annotations

from cli.model_of_tests import good_model
from llm.fake_server import fake_server


def test_model_and_cache_commands(baogao):
    """A server is probed, and the cache says what it holds and is emptied."""
    with fake_server(good_model) as server:
        outcome = baogao("model", "probe", "--base-url", server.url)
    assert outcome.code == 0
    assert "model: small\njson_schema: True\n" in outcome.out
    assert "0 replies" in baogao("cache", "stats").out
    assert "bytes removed" in baogao("cache", "clear").out
