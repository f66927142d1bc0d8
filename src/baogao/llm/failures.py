"""What went wrong between us and a model server, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx2

from baogao.errors import BaogaoError, EndpointError, ReplyError
from baogao.llm.retry import asked_pause
from baogao.llm.settings import EndpointSettings

if TYPE_CHECKING:
    import openai

_TOO_LONG = re.compile(r"context.{0,20}(length|size|window)|exceed_context|too many tokens|prompt is too long", re.I)
_UNKNOWN_MODEL = re.compile(
    r"model.{0,60}(not\s+(be\s+)?(found|exist)|unknown|invalid)|invalid model|unknown model", re.I
)


class UnknownModelError(EndpointError):
    """The server seems not to have the model; the caller can say which it has."""


def in_words(error: openai.OpenAIError, settings: EndpointSettings) -> BaogaoError:
    """The error as one of ours: :class:`EndpointError` when no document could be answered, else :class:`ReplyError`."""
    import openai

    own = next((cause for cause in _causes(error) if isinstance(cause, BaogaoError)), None)
    if own is not None:
        return own
    if isinstance(error, openai.APIStatusError):
        return _status_in_words(error, settings)
    if isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, httpx2.ConnectTimeout):
        return ReplyError(f"the model server at {settings.url} gave no reply within {settings.timeout:g} seconds")
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
    return ReplyError(f"the connection to the model server at {settings.url} broke: {cause}")


def _status_in_words(error: openai.APIStatusError, settings: EndpointSettings) -> BaogaoError:
    said = settings.redact(said_by_server(error))
    if error.status_code in (401, 403):
        hint = "set OPENAI_API_KEY" if settings.api_key is None else "the key in OPENAI_API_KEY was not accepted"
        return EndpointError(f"the model server at {settings.url} refuses access ({error.status_code}); {hint}")
    if _TOO_LONG.search(said):
        return ReplyError(f"the question is longer than the model can read: {said}")
    if error.status_code == 404 or (error.status_code in (400, 422) and _UNKNOWN_MODEL.search(said)):
        return UnknownModelError(f"the model server at {settings.url} says {error.status_code}: {said}")
    if error.status_code == 429:
        return _throttled(error, settings, said)
    return ReplyError(f"the model server at {settings.url} says {error.status_code}: {said}")


def _throttled(error: openai.APIStatusError, settings: EndpointSettings, said: str) -> BaogaoError:
    if error.code == "insufficient_quota":
        return EndpointError(f"the account at {settings.url} has no quota left: {said}")
    pause = asked_pause(error)
    wait = f", asks to wait {pause:.0f} seconds" if pause else ""
    return ReplyError(f"the model server at {settings.url} takes no more questions now (429{wait}): {said}")


def said_by_server(error: openai.APIStatusError) -> str:
    """The message inside an error's body, on one line, at most 300 characters."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        body = inner.get("message", inner) if isinstance(inner, dict) else inner
    return _one_line(str(body or error.response.text or error.response.reason_phrase))[:300]


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
