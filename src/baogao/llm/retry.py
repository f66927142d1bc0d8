"""The only layer that repeats a request: which failures pass by themselves, and how long to wait for them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)
from tenacity.wait import wait_base

from baogao.errors import BaogaoError, EndpointError, NoReplyError

if TYPE_CHECKING:
    import openai

_PASSING_STATUS = frozenset({408, 425, 429})
_NO_MONEY = re.compile(
    r"insufficient.{0,10}(quota|balance|credit|funds)|exceeded your current quota|billing_(hard|not)|余额不足|欠费",
    re.I,
)
_MOST_READ = 5000


def is_passing(error: BaseException, *, longest_wait: float, answered_before: bool) -> bool:
    """Whether the same request may well succeed a little later.

    A refused connection is taken for a server that is not there, unless it answered earlier in this run.
    """
    import openai

    if isinstance(error, openai.APIStatusError):
        lasts = not is_passing_status(error.status_code) or is_out_of_money(error)
        return not lasts and (asked_pause(error) or 0.0) <= longest_wait
    if isinstance(error, BaogaoError):
        return isinstance(error, NoReplyError) or (isinstance(error, EndpointError) and answered_before)
    if isinstance(error, openai.APITimeoutError):
        return not isinstance(error.__cause__, httpx2.ConnectTimeout) or answered_before
    if isinstance(error, openai.APIConnectionError):
        if isinstance(error.__cause__, BaogaoError):
            return False
        return answered_before or not isinstance(error.__cause__, httpx2.ConnectError)
    return False


def is_passing_status(status: int) -> bool:
    """Whether a status speaks of trouble that may be over a little later."""
    return status in _PASSING_STATUS or status >= 500


def is_out_of_money(error: openai.APIStatusError) -> bool:
    """Whether the account is empty. Some servers say so with the status of throttling, which would pass."""
    if error.status_code not in (402, 403, 429):
        return False
    return error.status_code == 402 or bool(_NO_MONEY.search(f"{error.code} {str(error.body)[:_MOST_READ]}"))


def asked_pause(error: BaseException) -> float | None:
    """The seconds of a ``Retry-After`` header, given as a number or as a date."""
    import openai

    if not isinstance(error, openai.APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


class _Pause(wait_base):
    """As long as the server asks, else exponentially longer; always with jitter, so that clients spread out."""

    def __init__(self, first: float, longest: float) -> None:
        self._growing = wait_random_exponential(multiplier=first, max=longest)
        self._jitter = wait_random_exponential(multiplier=first / 4, max=first / 4)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = asked_pause(error) if error else None
        if asked is None:
            return self._growing(retry_state)
        return asked + self._jitter(retry_state)


def retrying(
    *,
    max_attempts: int,
    first_wait: float,
    longest_wait: float,
    retry_seconds: float,
    answered_before: Callable[[], bool],
) -> AsyncRetrying:
    """A fresh retry loop; the last error is raised as it is.

    :param retry_seconds: no attempt is begun so long after the first one.
    """
    return AsyncRetrying(
        stop=stop_after_attempt(max_attempts) | stop_before_delay(retry_seconds),
        wait=_Pause(first_wait, longest_wait),
        retry=retry_if_exception(
            lambda error: is_passing(error, longest_wait=longest_wait, answered_before=answered_before())
        ),
        reraise=True,
    )
