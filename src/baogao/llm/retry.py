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
    stop_before_delay,
    wait_random_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from baogao.errors import BaogaoError

if TYPE_CHECKING:
    import openai

_PASSING_STATUS = frozenset({408, 425, 429})
_THROTTLING_STATUS = frozenset({429, 503})
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
        return error.no_answer and (error.ends == "report" or answered_before)
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


def is_throttling(error: BaseException) -> bool:
    """Whether the server says that it is asked too much, by whomever."""
    import openai

    return (
        isinstance(error, openai.APIStatusError)
        and error.status_code in _THROTTLING_STATUS
        and not is_out_of_money(error)
    )


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
    """Exponentially longer, with jitter, so that requests spread out.

    Where the server throttles, the limiter holds this request and all others; where it says how long, it is obeyed.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._growing = wait_random_exponential(multiplier=first, max=longest)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = _error_of(retry_state)
        if error is None or is_throttling(error):
            return 0.0
        asked = asked_pause(error)
        return self._growing(retry_state) if asked is None else asked


class _Attempts(stop_base):
    """Ends after so many attempts. Refusals by a server that answers others meanwhile are not counted among them."""

    def __init__(self, most: int, replies: Callable[[], int]) -> None:
        self._most = most
        self._replies = replies
        self._seen = replies()
        self._excused = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        error, replies = _error_of(retry_state), self._replies()
        if error is not None and is_throttling(error) and replies > self._seen:
            self._excused += 1
        self._seen = replies
        return retry_state.attempt_number - self._excused >= self._most


def _error_of(retry_state: RetryCallState) -> BaseException | None:
    return retry_state.outcome.exception() if retry_state.outcome else None


def retrying(
    *,
    max_attempts: int,
    first_wait: float,
    longest_wait: float,
    retry_seconds: float,
    answered_before: Callable[[], bool],
    replies: Callable[[], int],
) -> AsyncRetrying:
    """A fresh retry loop for one question; the last error is raised as it is.

    :param replies: how many replies the server has given to any question so far.
    :param retry_seconds: no attempt is begun so long after the first one.
    """
    return AsyncRetrying(
        stop=_Attempts(max_attempts, replies) | stop_before_delay(retry_seconds),
        wait=_Pause(first_wait, longest_wait),
        retry=retry_if_exception(
            lambda error: is_passing(error, longest_wait=longest_wait, answered_before=answered_before())
        ),
        reraise=True,
    )
