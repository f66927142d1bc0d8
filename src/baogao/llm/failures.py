"""What went wrong between us and a model server, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx2

from baogao.errors import BaogaoError, EndpointError, NoReplyError, ReplyError
from baogao.llm.retry import asked_pause, is_out_of_money, is_passing_status
from baogao.llm.settings import EndpointSettings

if TYPE_CHECKING:
    import openai

_MOST_READ = 5000
"""Characters of an error's body that are looked at; it may be of any size."""
_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window)|exceed_context|too many tokens|(prompt|input) is too long|reduce the length"
    r"|input length",
    re.I,
)
_UNKNOWN_MODEL = re.compile(
    r"model.{0,60}(not\s+(be\s+)?(found|exist)|unknown|invalid)|invalid model|unknown model", re.I
)


class UnknownModelError(EndpointError):
    """The server seems not to have the model; the caller can say which it has."""


def in_words(error: openai.OpenAIError, settings: EndpointSettings) -> BaogaoError:
    """The error as one of ours.

    :class:`EndpointError` when no document could be answered, :class:`NoReplyError` when this one might be later, else
    :class:`ReplyError`.
    """
    import openai

    own = next((cause for cause in _causes(error) if isinstance(cause, BaogaoError)), None)
    if own is not None:
        return own
    if isinstance(error, openai.APIStatusError):
        return _status_in_words(error, settings)
    if isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, httpx2.ConnectTimeout):
        return NoReplyError(f"the model server at {settings.url} gave no reply within {settings.timeout:g} seconds")
    if isinstance(error, openai.APIConnectionError):
        return _unreachable(error, settings)
    return EndpointError(settings.redact(f"the model client failed: {_one_line(str(error))}"))


def _unreachable(error: openai.APIConnectionError, settings: EndpointSettings) -> BaogaoError:
    cause = settings.redact(_one_line(str(error.__cause__ or error)) or type(error.__cause__).__name__)
    if isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol)):
        return EndpointError(
            f"no model server answers at {settings.url}: {cause}; "
            "start one with `baogao model serve` or give --base-url"
        )
    return NoReplyError(f"the connection to the model server at {settings.url} broke: {cause}")


def _status_in_words(error: openai.APIStatusError, settings: EndpointSettings) -> BaogaoError:
    said = settings.redact(said_by_server(error))
    if error.status_code in (401, 403):
        hint = "set OPENAI_API_KEY" if settings.api_key is None else "the key in OPENAI_API_KEY was not accepted"
        return EndpointError(f"the model server at {settings.url} refuses access ({error.status_code}); {hint}")
    if is_out_of_money(error):
        return EndpointError(f"the account at {settings.url} has no quota left: {said}")
    if error.status_code == 429:
        return _throttled(error, settings, said)
    if error.status_code == 413 or _TOO_LONG.search(said):
        return ReplyError(f"the question is longer than the model can read: {said}")
    if error.status_code == 404 or (error.status_code in (400, 422) and _UNKNOWN_MODEL.search(said)):
        return UnknownModelError(f"the model server at {settings.url} says {error.status_code}: {said}")
    words = f"the model server at {settings.url} says {error.status_code}: {said}"
    if error.status_code == 405 or error.status_code < 400:
        return EndpointError(f"{words}; is the URL right? It mostly ends in /v1")
    return NoReplyError(words) if is_passing_status(error.status_code) else ReplyError(words)


def _throttled(error: openai.APIStatusError, settings: EndpointSettings, said: str) -> BaogaoError:
    pause = asked_pause(error)
    wait = f", asks to wait {pause:.0f} seconds" if pause else ""
    return NoReplyError(f"the model server at {settings.url} takes no more questions now (429{wait}): {said}")


def was_worked_on(error: Exception) -> bool:
    """Whether a server may have read the question, and charge for it, although no reply came of it."""
    import openai

    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        never_sent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
        return not isinstance(cause, (BaogaoError, *never_sent))
    return isinstance(error, ReplyError)


def said_by_server(error: openai.APIStatusError) -> str:
    """The message inside an error's body, on one line, at most 300 characters."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        body = inner.get("message", inner) if isinstance(inner, dict) else inner
    return _one_line(str(body or error.response.text or error.response.reason_phrase))[:300]


def _one_line(text: str) -> str:
    """Free of tags, line ends and of characters that would do something to a terminal."""
    words = " ".join(re.sub(r"<[^>]*>", " ", text[:_MOST_READ]).split())
    return "".join(char for char in words if char.isprintable())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
