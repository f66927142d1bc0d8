"""A server that stands less than the user asked for: every question is answered all the same."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from baogao.errors import NoReplyError
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Abilities, Message, Question
from baogao.llm.settings import EndpointSettings
from baogao.llm.structured import abilities_of
from baogao.usage import Usage, usage_scope
from llm.fake_server import Seen, Step, completion, failure, fake_server


def question(number: int) -> Question:
    """One of many questions."""
    return Question((Message("user", f"第{number}题"),), max_tokens=20)


async def ask_all(url: str, questions: int, **settings: object) -> Usage:
    """Ask questions side by side; what they took."""
    endpoint = EndpointSettings(**{"base_url": url, "model": "small", "first_wait": 0.01, **settings})
    with usage_scope() as usage:
        async with ModelClient(endpoint) as client:
            await asyncio.gather(*(client.ask(question(number)) for number in range(questions)))
    return usage


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_rations(status):
    """Two attempts are enough, however often a question is refused while others get through."""
    lock, under_way = threading.Lock(), []

    def script(seen: Seen) -> Step:
        now = time.monotonic()
        with lock:
            under_way[:] = [start for start in under_way if now - start < 0.02]
            if len(under_way) >= 2:
                return failure(status, "slow down", headers={"retry-after": "0.02"})
            under_way.append(now)
        return completion("好")

    with fake_server(script) as server:
        usage = asyncio.run(ask_all(server.url, 24, concurrency=8, max_attempts=2))
    assert usage.requests - usage.retries == 24
    assert usage.retries > 0


def test_a_pause_holds_everybody():
    """After one refusal nothing is sent before the time that the server asked for, by any question."""
    seen_at: list[float] = []

    def script(seen: Seen) -> Step:
        seen_at.append(time.monotonic())
        if len(seen_at) == 1:
            return failure(429, "slow down", headers={"retry-after": "0.4"})
        return completion("好")

    with fake_server(script) as server:
        asyncio.run(ask_all(server.url, 6, concurrency=1))
    assert len(seen_at) == 7
    assert seen_at[1] - seen_at[0] >= 0.4


def test_a_server_that_refuses_everybody():
    """Where nobody gets through, the attempts are counted, and the words say why."""
    with fake_server(lambda _: failure(429, "slow down")) as server:
        with pytest.raises(NoReplyError, match="takes no more questions now"):
            asyncio.run(ask_all(server.url, 1, max_attempts=3))
        assert len(server.seen) == 3


def test_probed_once():
    """However many documents want to know at once what the server can do, it is asked once."""

    async def run(url: str) -> list[Abilities]:
        async with ModelClient(EndpointSettings(base_url=url, model="small")) as client:
            return await asyncio.gather(*(abilities_of(client) for _ in range(5)))

    with fake_server(lambda _: completion("autumn")) as server:
        found = asyncio.run(run(server.url))
        assert len(server.seen) == 4
    assert found == found[:1] * 5
