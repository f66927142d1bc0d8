"""How many requests may be under way, by what the server stands.

A server that throttles means the whole client, not the one request that it refused. So all requests pause together,
half as many go on afterwards, and with every round of good replies one more is allowed, up to what the user set:
additive increase, multiplicative decrease, as networks share a line.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_DECREASE = 0.5
_JITTER = 0.25
"""Of a pause, so that clients that were told the same do not come back in the same moment."""


class Limiter:
    """Slots for requests.

    :param most: requests under way at once when the server has no trouble.
    :param first_pause: seconds of the first pause where the server does not say how long; it doubles with every further
        refusal until a reply comes.
    :param longest_pause: no pause that was not asked for is longer than this.
    """

    def __init__(self, most: int, *, first_pause: float = 1.0, longest_pause: float = 60.0) -> None:
        self.under_way = 0
        self.replies = 0
        """Good replies so far; a request that is refused can tell whether others get through."""
        self._most = most
        self._limit = float(most)
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._refusals = 0
        self._refused_at = 0.0
        self._open_at = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def limit(self) -> int:
        """Requests that may be under way now."""
        return max(1, int(self._limit))

    @asynccontextmanager
    async def slot(self, *, again: bool = False) -> AsyncIterator[float]:
        """Hold a slot, waiting for it and for the end of a pause; gives the time at which it was had.

        :param again: a request that was refused before: it need not queue behind those that were not sent yet.
        """
        await self._take(first=again)
        try:
            yield asyncio.get_running_loop().time()
        finally:
            self.under_way -= 1
            self._admit()

    def replied(self) -> None:
        """Note a good reply: a round of them makes room for one more request."""
        self.replies += 1
        self._refusals = 0
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._admit()

    def refused(self, sent_at: float, pause: float | None) -> None:
        """Note that the server was asked too much.

        :param sent_at: when the request got its slot; refusals of requests that were under way together count once.
        :param pause: seconds that the server asks for; None where it does not say.
        """
        now = asyncio.get_running_loop().time()
        if sent_at > self._refused_at:
            self._limit = max(1.0, self._limit * _DECREASE)
            self._refusals += 1
            self._refused_at = now
        if pause is None:
            pause = min(self._longest_pause, self._first_pause * 2 ** (self._refusals - 1))
        self._open_at = max(self._open_at, now + pause * (1 + random.uniform(0, _JITTER)))

    async def _take(self, *, first: bool) -> None:
        if not self._waiting and self._may_go():
            self.under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        if first:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.under_way -= 1
            self._admit()
            raise

    def _may_go(self) -> bool:
        return self.under_way < self.limit and asyncio.get_running_loop().time() >= self._open_at

    def _admit(self) -> None:
        """Let go whoever may; where a pause holds them, come back at its end."""
        while self._waiting and self._may_go():
            turn = self._waiting.popleft()
            if not turn.done():
                self.under_way += 1
                turn.set_result(None)
        if self._waiting and self.under_way < self.limit and self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_at(self._open_at, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        self._admit()
