"""When requests are sent: never too many at once, fewer after a refusal, all again when it is over."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import NoReplyError
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question
from baogao.llm.retry import Limiter
from baogao.llm.settings import EndpointSettings
from baogao.usage import Usage, usage_scope
from llm.fake_server import Seen, Step, completion, failure, fake_server


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on a loop of its own; what hangs fails."""
    return asyncio.run(asyncio.wait_for(work, 10))


class Server:
    """Refuses what is more than it stands."""

    def __init__(self, limiter: Limiter, stands: int, pause: float | None) -> None:
        self.limiter = limiter
        self.stands = stands
        self.pause = pause
        self.now = self.most = self.refusals = 0

    async def ask(self) -> None:
        """One request, until it is answered."""
        again = False
        while True:
            async with self.limiter.slot(again=again) as sent_at:
                self.now += 1
                self.most = max(self.most, self.now)
                refused = self.now > self.stands
                await asyncio.sleep(0.001)
                self.now -= 1
                if not refused:
                    self.limiter.replied()
                    return
                self.refusals += 1
                self.limiter.refused(sent_at, self.pause)
                again = True


@given(st.integers(1, 8), st.integers(1, 8), st.none() | st.sampled_from([0.0, 0.002]), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_everything_comes_through(most, stands, pause, requests):
    """Whatever a server stands, every request is answered and no more are under way than the user set."""

    async def work() -> Server:
        server = Server(Limiter(most, first_pause=0.001, longest_pause=0.002), stands, pause)
        await asyncio.gather(*(server.ask() for _ in range(requests)))
        return server

    server = run(work())
    assert server.most <= most
    assert server.limiter.under_way == 0
    assert server.limiter.replies == requests
    if stands >= most:
        assert server.refusals == 0


def test_refusals_side_by_side_halve_once():
    """Eight requests that are refused together mean one thing, not eight."""

    async def work() -> list[int]:
        limiter = Limiter(8)
        limits = []
        for sent_at in [asyncio.get_running_loop().time()] * 8:
            limiter.refused(sent_at, 0.0)
            limits.append(limiter.limit)
        await asyncio.sleep(0.002)
        limiter.refused(asyncio.get_running_loop().time(), 0.0)
        return [*limits, limiter.limit]

    assert run(work()) == [4] * 8 + [2]


def test_the_limit_comes_back():
    """With good replies it grows by one a round, up to what the user set and no further."""

    async def work() -> list[int]:
        limiter = Limiter(4)
        limiter.refused(asyncio.get_running_loop().time(), 0.0)
        limits = [limiter.limit]
        for _ in range(20):
            limiter.replied()
            limits.append(limiter.limit)
        return limits

    limits = run(work())
    assert limits[:3] == [2, 2, 2]
    assert limits == sorted(limits)
    assert limits[-1] == 4


def test_nobody_goes_out_in_a_pause():
    """Requests that had nothing to do with the refusal wait, too."""

    async def work() -> float:
        limiter = Limiter(2)
        loop = asyncio.get_running_loop()
        refused_at = loop.time()
        limiter.refused(refused_at, 0.1)
        async with limiter.slot() as sent_at:
            return sent_at - refused_at

    assert run(work()) >= 0.1


def test_pauses_grow_until_a_reply_comes():
    """Where the server does not say how long, a pause is twice the one before, up to a limit; then they begin anew."""

    async def work() -> list[float]:
        limiter = Limiter(2, first_pause=1.0, longest_pause=5.0)
        pauses = []
        for number in range(5):
            if number == 4:
                limiter.replied()
            now = asyncio.get_running_loop().time()
            limiter._refused_at, limiter._open_at = 0.0, now
            limiter.refused(now, None)
            pauses.append(limiter._open_at - now)
        return pauses

    for pause, least in zip(run(work()), [1.0, 2.0, 4.0, 5.0, 1.0], strict=True):
        assert least <= pause <= least * 1.26


def test_who_was_refused_goes_first():
    """It has waited already."""

    async def work() -> list[str]:
        limiter = Limiter(1)
        order: list[str] = []

        async def ask(name: str, again: bool) -> None:
            async with limiter.slot(again=again):
                order.append(name)

        async with limiter.slot():
            tasks = [asyncio.create_task(ask("new", False)), asyncio.create_task(ask("refused", True))]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return order

    assert run(work()) == ["refused", "new"]


def test_who_gives_up_leaves_no_gap():
    """A waiting request that is cancelled, before or just after its turn came, takes no slot with it."""

    async def work() -> int:
        limiter = Limiter(1)

        async def ask() -> None:
            async with limiter.slot():
                await asyncio.sleep(0)

        async with limiter.slot():
            early, late = asyncio.create_task(ask()), asyncio.create_task(ask())
            await asyncio.sleep(0)
            early.cancel()
            await asyncio.sleep(0)
        late.cancel()
        for task in (early, late):
            with pytest.raises(asyncio.CancelledError):
                await task
        await ask()
        return limiter.under_way

    assert run(work()) == 0


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
