"""When a request is sent, and sent again: the only layer that repeats, and how many requests may be under way.

A server that throttles means the whole client, not the one request that it refused. So all requests pause together,
half as many go on afterwards, and with every round of good replies one more is allowed, up to what the user set:
additive increase, multiplicative decrease, as networks share a line.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_before_delay,
    wait_random_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from baogao.llm.failures import asked_pause, is_away, is_passing, is_throttling

_log = logging.getLogger(__name__)

_DECREASE = 0.5
"""What is left of the limit after a refusal: the half, as networks do."""
_JITTER = 0.25
"""Of a pause, so that clients that were told the same do not come back in the same moment."""
_MOST_FIRST_WAITS = 10
"""While a server is away, no pause is longer than so many first waits."""


class Limiter:
    """Slots for requests.

    :param most: requests under way at once when the server has no trouble.
    :param first_pause: seconds of the first pause where the server does not say how long; it doubles with every further
        refusal until a reply comes.
    :param longest_pause: no pause that was not asked for is longer than this.
    :param may_return: whether a server that is away may come back at all.
    """

    def __init__(
        self,
        most: int,
        *,
        first_pause: float = 1.0,
        longest_pause: float = 60.0,
        may_return: Callable[[], bool] = lambda: True,
    ) -> None:
        self.under_way = 0
        self.replies = 0
        """Good replies so far; a request that is refused can tell whether others get through."""
        self.may_return = may_return
        self.heard = False
        """Whether the server has answered anything at all: from then on it may come back when it goes away."""
        self.away_since: float | None = None
        """When the server was first found away, by the monotonic clock; None while it is there."""
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
        if not self._waiting and self._may_go():
            self.under_way += 1
        else:
            turn = asyncio.get_running_loop().create_future()
            if again:
                self._waiting.appendleft(turn)
            else:
                self._waiting.append(turn)
            self._admit()
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.under_way -= 1  # its turn had just come
                self._admit()
                raise
        try:
            yield asyncio.get_running_loop().time()
        finally:
            self.under_way -= 1
            self._admit()

    def replied(self) -> None:
        """Note a good reply: a round of them makes room for one more request."""
        self.replies += 1
        self.answered()
        self._refusals = 0
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._admit()

    def answered(self) -> None:
        """Note that the server is there, whatever it says."""
        self.heard, self.away_since = True, None

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


class _Pause(wait_base):
    """Exponentially longer, with jitter, so that requests spread out.

    Where the server throttles, the limiter holds this request and all others; where it says how long, it is obeyed.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._growing = wait_random_exponential(multiplier=first, max=longest)
        # Asking whether a server is back costs next to nothing, and whoever sleeps meanwhile holds its report up.
        self._until_back = wait_random_exponential(multiplier=first, max=min(longest, _MOST_FIRST_WAITS * first))

    def __call__(self, retry_state: RetryCallState) -> float:
        error = _error_of(retry_state)
        if error is None or is_throttling(error):
            return 0.0
        if is_away(error):
            return self._until_back(retry_state)
        asked = asked_pause(error)
        return self._growing(retry_state) if asked is None else asked


class _Attempts(stop_base):
    """Ends after so many attempts.

    Refusals by a server that answers others meanwhile are not counted among them, nor is what finds a server away
    that was there before: it is waited for, by all questions together for as long as by one. One attempt is just one.
    """

    def __init__(self, most: int, limiter: Limiter, away_seconds: float) -> None:
        self._most = most
        self._limiter = limiter
        self._away_seconds = away_seconds
        self._seen = limiter.replies
        self._excused = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        error, replies = _error_of(retry_state), self._limiter.replies
        if error is not None and (self._is_waited_for(error) or (is_throttling(error) and replies > self._seen)):
            self._excused += 1
        self._seen = replies
        return retry_state.attempt_number - self._excused >= self._most

    def _is_waited_for(self, error: BaseException) -> bool:
        """Whether the server is only away, and not yet for too long; the first who finds it so says it."""
        limiter, now = self._limiter, time.monotonic()
        if self._most == 1 or not (limiter.heard and is_away(error) and limiter.may_return()):
            return False
        if limiter.away_since is None:
            limiter.away_since = now
            _log.warning("the model server is away; it is waited for, at most %.0f seconds", self._away_seconds)
        return now - limiter.away_since < self._away_seconds


def _error_of(retry_state: RetryCallState) -> BaseException | None:
    return retry_state.outcome.exception() if retry_state.outcome else None


def _say_again(retry_state: RetryCallState) -> None:
    """Log that a question is asked once more."""
    error, pause = _error_of(retry_state), retry_state.upcoming_sleep
    _log.info("attempt %d: %s; again in %.1f s", retry_state.attempt_number, type(error).__name__, pause)


def retrying(
    limiter: Limiter, *, max_attempts: int, first_wait: float, longest_wait: float, retry_seconds: float
) -> AsyncRetrying:
    """A fresh retry loop for one question; the last error is raised as it is.

    :param limiter: knows how many replies the server has given to any question so far.
    :param retry_seconds: no attempt is begun so long after the first one, and no server is waited for any longer.
    """
    return AsyncRetrying(
        stop=_Attempts(max_attempts, limiter, retry_seconds) | stop_before_delay(retry_seconds),
        wait=_Pause(first_wait, longest_wait),
        retry=retry_if_exception(
            lambda error: (
                is_passing(error, longest_wait=longest_wait, answered_before=limiter.replies > 0)
                or (limiter.heard and is_away(error))
            )
        ),
        before_sleep=_say_again,
        reraise=True,
    )
