"""How long to wait, and for what."""

from __future__ import annotations

import time
from email.utils import formatdate

import httpx2
import openai
import pytest

from baogao.errors import ReplayError
from baogao.llm.retry import asked_pause, is_passing

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def refusal(status: int, retry_after: str = "") -> openai.APIStatusError:
    """A server's refusal."""
    response = httpx2.Response(status, headers={"retry-after": retry_after}, request=REQUEST)
    return openai.APIStatusError("no", response=response, body=None)


def broken(cause: Exception) -> openai.APIConnectionError:
    """A connection that broke for a reason."""
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("", None), ("soon", None), ("nan s", None)]
)
def test_pause_in_seconds(said: str, seconds: float | None) -> None:
    """A number is taken, nonsense is not."""
    assert asked_pause(refusal(429, said)) == seconds


def test_pause_until_a_date() -> None:
    """A date is taken as the time until then; one that has passed is no pause."""
    pause = asked_pause(refusal(503, formatdate(time.time() + 30, usegmt=True)))
    assert pause == pytest.approx(30, abs=2)
    assert asked_pause(refusal(503, formatdate(0, usegmt=True))) == 0


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (refusal(429), True),
        (refusal(503), True),
        (refusal(429, "60"), True),
        (refusal(429, "61"), False),
        (refusal(400), False),
        (broken(httpx2.ReadError("reset")), True),
        (broken(httpx2.RemoteProtocolError("closed")), True),
        (broken(httpx2.ConnectError("refused")), False),
        (broken(ReplayError("not recorded")), False),
        (ValueError("ours"), False),
    ],
)
def test_what_passes(error: Exception, passes: bool) -> None:
    """Throttling, faults of the server and broken connections pass; refusals and our own errors do not."""
    assert is_passing(error, longest_wait=60, answered_before=False) is passes


def test_a_miss_of_a_replay_never_passes() -> None:
    """Not even after other requests were answered."""
    assert not is_passing(broken(ReplayError("not recorded")), longest_wait=60, answered_before=True)
