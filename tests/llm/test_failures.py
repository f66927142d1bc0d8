"""From what a server or the network did to an error in words, of the right kind, and to whether it passes."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BaogaoError, EndpointError, NoReplyError, QuotaError, ReplayError, ReplyError
from baogao.llm.failures import (
    UnknownModelError,
    asked_pause,
    in_words,
    is_passing,
    said_by_server,
    was_worked_on,
)
from baogao.llm.settings import EndpointSettings

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
SETTINGS = EndpointSettings(base_url="http://127.0.0.1:1/v1", model="small")


def refusal(
    status: int, message: str, code: str | None = None, *, retry_after: str | None = None
) -> openai.APIStatusError:
    """A server's refusal as the SDK raises it."""
    body = {"message": message, "code": code}
    headers = {} if retry_after is None else {"retry-after": retry_after.encode("utf-8", "surrogateescape")}
    response = httpx2.Response(status, headers=headers, request=REQUEST)
    return openai.APIStatusError(message, response=response, body=body)


def said_as(body: dict[str, Any], status: int) -> openai.APIStatusError:
    """A refusal whose body is not that of the OpenAI API, as the SDK raises it."""
    response = httpx2.Response(status, json=body, request=REQUEST)
    return openai.APIStatusError("refused", response=response, body=body.get("error", body))


def broken(cause: Exception, *, late: bool = False) -> openai.APIConnectionError:
    """A connection that broke, or a reply that did not come in time."""
    error = openai.APITimeoutError(REQUEST) if late else openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    return error


CASES: list[tuple[openai.OpenAIError, type[BaogaoError], str]] = [
    (refusal(401, "no"), EndpointError, "refuses access (401)"),
    (refusal(403, "no"), EndpointError, "refuses access (403)"),
    (refusal(400, "API key not valid. Please pass a valid API key."), EndpointError, "refuses access (400)"),
    (refusal(400, "No connected db."), EndpointError, "refuses access (400)"),
    (refusal(402, "Insufficient Balance"), QuotaError, "no quota left"),
    (refusal(429, "You exceeded your current quota", "insufficient_quota"), QuotaError, "no quota left"),
    (refusal(429, "账户余额不足，请充值", "1113"), QuotaError, "no quota left"),
    (refusal(429, "Rate limit reached. Add a payment method at /account/billing"), NoReplyError, "(429)"),
    (refusal(429, "Too many tokens, please wait"), NoReplyError, "(429)"),
    (refusal(400, "maximum context length is 4096 tokens"), ReplyError, "longer than the model can read"),
    (refusal(400, "Range of input length should be [1, 6000]"), ReplyError, "longer than the model can read"),
    (refusal(413, "Request Entity Too Large"), ReplyError, "longer than the model can read"),
    (refusal(404, "model not found"), UnknownModelError, "says 404"),
    (refusal(400, "Model Not Exist"), UnknownModelError, "says 400"),
    (said_as({"error": "Cannot find a snapshot folder"}, 404), UnknownModelError, "says 404: Cannot find a snapshot"),
    (
        said_as({"detail": "Server is pinned to 'one'; requested 'other'."}, 400),
        UnknownModelError,
        "says 400: Server is",
    ),
    (refusal(405, "Method Not Allowed"), EndpointError, "is the URL right?"),
    (refusal(301, "Moved Permanently"), EndpointError, "is the URL right?"),
    (refusal(422, "messages.0.content: field required"), ReplyError, "says 422"),
    (refusal(408, "late"), NoReplyError, "says 408"),
    (refusal(500, "oops"), NoReplyError, "says 500"),
    (refusal(529, "overloaded"), NoReplyError, "says 529"),
    (broken(httpx2.ReadError("reset")), NoReplyError, "broke: reset"),
    (broken(TimeoutError(), late=True), NoReplyError, "gave no reply within 600 seconds"),
    (broken(httpx2.ConnectTimeout("slow"), late=True), EndpointError, "no model server answers"),
    (broken(httpx2.ConnectError("refused")), EndpointError, "no model server answers"),
    (openai.OpenAIError("something new"), EndpointError, "the model client failed: something new"),
]


@pytest.mark.parametrize(("error", "kind", "words"), CASES)
def test_in_words(error: openai.OpenAIError, kind: type[BaogaoError], words: str) -> None:
    """Each failure is of one kind, and its line says what happened."""
    told = in_words(error, SETTINGS)
    assert type(told) is kind
    assert words in str(told)
    assert "\n" not in str(told)


@pytest.mark.parametrize(("error", "kind", "words"), CASES)
def test_what_may_pass_is_what_is_sent_again(error: openai.OpenAIError, kind: type[BaogaoError], words: str) -> None:
    """The layer that repeats and the words agree: no reply now is what another attempt may bring."""
    assert is_passing(error, longest_wait=60, answered_before=False) == (kind is NoReplyError)


@pytest.mark.parametrize(
    ("error", "worked"),
    [
        (broken(httpx2.ReadError("reset")), True),
        (broken(TimeoutError(), late=True), True),
        (broken(httpx2.ConnectError("refused")), False),
        (broken(httpx2.ConnectTimeout("slow"), late=True), False),
        (refusal(500, "oops"), False),
        (ReplyError("half a reply"), True),
        (EndpointError("a web page"), False),
    ],
)
def test_what_may_have_been_paid_for(error: Exception, worked: bool) -> None:
    """A question that reached the server may be charged; one that was refused or never left is not."""
    assert was_worked_on(error) is worked


@pytest.mark.parametrize("body", ["<" * 5_000_000, {"error": {"message": "<" * 5_000_000}}, "\x1b[2J\u202e" * 1000])
def test_errors_of_any_size_and_kind(body: Any) -> None:
    """A huge body takes no time, and no character of it reaches a terminal that would do something there."""
    error = openai.APIStatusError("no", response=httpx2.Response(500, request=REQUEST), body=body)
    said = said_by_server(error)
    assert len(said) <= 300
    assert said.isprintable()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        *((said, None) for said in ("", "soon", "nan s", "nan", "inf", "1e3", "1_0", "١٢", "\xa0", "9" * 5000)),
    ],
)
def test_pause_in_seconds(said: str, seconds: float | None) -> None:
    """A number is taken, nonsense is not."""
    assert asked_pause(refusal(429, "no", retry_after=said)) == seconds


def test_pause_until_a_date() -> None:
    """A date is taken as the time until then; one that has passed is no pause."""
    pause = asked_pause(refusal(503, "no", retry_after=formatdate(time.time() + 30, usegmt=True)))
    assert pause == pytest.approx(30, abs=2)
    assert asked_pause(refusal(503, "no", retry_after=formatdate(0, usegmt=True))) == 0


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (refusal(429, "no"), True),
        (refusal(503, "no"), True),
        (refusal(429, "no", retry_after="60"), True),
        (refusal(429, "no", retry_after="61"), False),
        (refusal(400, "no"), False),
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


_PART = st.sampled_from(
    ["Fri,", "31", "Dec", "99999999999", "0", "9999", "23:59:60", "99:99:99", "GMT", "+9999", "-2359", "-999999999999"]
)


@given(st.lists(_PART).map(" ".join) | st.binary().map(lambda said: said.decode("utf-8", "surrogateescape")))
def test_no_pause_is_beyond_the_calendar(said: str) -> None:
    """Whatever stands where a pause should, it is a number of seconds or none."""
    pause = asked_pause(refusal(429, "no", retry_after=said))
    assert pause is None or 0 <= pause < float("inf")


@pytest.mark.parametrize("said", ["Fri, 31 Dec 99999999999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_dates_beyond_the_calendar(said: str) -> None:
    """A date that never comes is no error: at most it is not waited for."""
    pause = asked_pause(refusal(429, "no", retry_after=said))
    assert pause is None or pause > 1e9


@pytest.mark.parametrize("depth", [500, 900, 2000])
def test_an_error_that_nests_without_end(depth: int) -> None:
    """A body too deep for words is an error like any other."""
    body: Any = "x"
    for _ in range(depth):
        body = [body]
    error = openai.APIStatusError("no", response=httpx2.Response(429, text="busy", request=REQUEST), body=body)
    assert "(429)" in str(in_words(error, SETTINGS))
