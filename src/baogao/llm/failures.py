"""What went wrong between us and a model server: in words, and whether it passes by itself."""

from __future__ import annotations

import logging
import re
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from baogao.errors import BaogaoError, EndpointError, NoReplyError, QuotaError, ReplyError
from baogao.llm.base_url import meant_instead
from baogao.llm.quota import is_empty
from baogao.llm.settings import EndpointSettings
from baogao.llm.transport import SPEAKS_TLS, closed_way, is_closed_way, proxy_of, refusal_of, through, unreached

if TYPE_CHECKING:
    import openai

_log = logging.getLogger(__name__)

_PASSING_STATUS = frozenset({408, 425, 429})
"""Late, too early, too much; every fault of the server (500 and above) passes too."""
_THROTTLING_STATUS = frozenset({429, 503})
_MOST_READ = 5000
"""Characters of an error's body that are looked at; it may be of any size."""
_SECONDS = re.compile(r"-?[0-9]{1,12}(\.[0-9]{0,12})?")
_PAUSE = re.compile(
    r"(?:(?:retry|again) (?:in|after)|wait|retry_?delay\W{1,4}) *"
    r"(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,6})m(?!s))? *(?P<seconds>\d{1,9}(?:\.\d{0,12})?) *(?P<unit>ms|s)",
    re.I,
)
"""As in “try again in 7m12.5s”."""
_SHOWN = 300
"""Characters of what the server says that a message shows."""


# What servers write; there is no common code for any of these.
_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window)|exceed_context|too many tokens|(prompt|input) is too long|reduce the length"
    r"|input length|token limit|超长|上下文.{0,8}(超|过长)|(输入|内容).{0,6}(过长|超)",
    re.I,
)
_WANTS_TLS = re.compile(r"http request.{0,20}https", re.I)
_PERHAPS_TLS = "if it speaks TLS, its URL begins with https://"
_UNKNOWN_MODEL = re.compile(
    r"model.{0,60}(not\s+(be\s+)?(found|exist)|unknown|invalid)|invalid model|unknown model|server is pinned to", re.I
)
_WRONG_KEY = re.compile(
    r"api.?key.{0,20}(not valid|invalid|incorrect|expired)|(invalid|incorrect|expired).{0,10}api.?key|no connected db",
    re.I,
)
"""Said with status 400; the last by LiteLLM without a data base of keys."""


class UnknownModelError(EndpointError):
    """The server seems not to have the model; the caller can say which it has."""


def in_words(error: openai.OpenAIError, settings: EndpointSettings, *, heard: bool = True) -> BaogaoError:
    """The error as one of ours.

    :param heard: whether the server has answered anything before.

    :class:`EndpointError` when no document could be answered, :class:`NoReplyError` when this one might be later, else
    :class:`ReplyError`.
    """
    import httpx2
    import openai

    reason: BaseException | None = error
    while reason is not None:
        if isinstance(reason, BaogaoError):
            return reason
        reason = reason.__cause__
    if isinstance(error, openai.APIStatusError):
        return _status_in_words(error, settings)
    cause, place = error.__cause__, _place(error, settings)
    if isinstance(error, openai.APITimeoutError) and not isinstance(cause, httpx2.ConnectTimeout):
        return NoReplyError(f"the model server at {place} gave no reply within {settings.timeout:g} seconds")
    if isinstance(error, openai.APIConnectionError):
        if is_closed_way(cause):
            return EndpointError(
                f"no model server can be asked at {place}: {settings.redact(closed_way(cause, settings))}"
            )
        said = unreached(cause) or settings.redact(one_line(str(cause or error)) or type(cause).__name__)
        if not isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol)):
            perhaps = f"; {_PERHAPS_TLS}" if not heard and settings.url.startswith("http:") else ""
            return NoReplyError(f"the connection to the model server at {place} broke: {said}{perhaps}")
        return EndpointError(
            f"no model server answers at {place}: {said}; start one with `baogao model serve` or give --base-url"
        )
    return EndpointError(settings.redact(f"the model client failed: {one_line(str(error))}"))


def with_url(error: BaogaoError, settings: EndpointSettings) -> BaogaoError:
    """An error over an endpoint with the URL in it that was asked."""
    if not isinstance(error, EndpointError) or settings.url in str(error):
        return error
    return type(error)(f"{error} ({settings.asked_url} was asked)")


def _place(error: openai.OpenAIError, settings: EndpointSettings) -> str:
    """What was asked, and through which proxy."""
    request = getattr(error, "request", None)
    asked = str(request.url).partition("?")[0] if request is not None else ""
    return f"{f'{settings.url}/models' if asked.endswith('/models') else settings.asked_url}{through(settings)}"


def _status_in_words(error: openai.APIStatusError, settings: EndpointSettings) -> BaogaoError:
    said, status, place = settings.redact(said_by_server(error)), error.status_code, _place(error, settings)
    if is_out_of_money(error):
        return QuotaError(f"the account at {settings.url} has no quota left: {said}")
    if status in (401, 403) or (status == 400 and _WRONG_KEY.search(said)):
        hint = "set OPENAI_API_KEY" if settings.api_key is None else "the key in OPENAI_API_KEY was not accepted"
        return EndpointError(f"the model server at {place} refuses access ({status}); {hint}")
    if status == 407:
        return EndpointError(f"no model server can be asked at {place}: {refusal_of(proxy_of(settings), '407')}")
    if status == 429:
        pause = asked_pause(error)
        wait = f", asks to wait {pause:.0f} seconds" if pause else ""
        return NoReplyError(f"the model server at {place} takes no more questions now (429{wait}): {said}")
    if status == 413 or _TOO_LONG.search(said):
        return ReplyError(f"the question is longer than the model can read: {said}")
    words = f"the model server at {place} says {status}: {said}"
    if is_passing_status(status):
        return NoReplyError(words)
    if hint := _other_address(error, settings):
        return EndpointError(f"{words}; {hint}")
    if status == 404 or (status in (400, 422) and _UNKNOWN_MODEL.search(said)):
        return UnknownModelError(words)
    return ReplyError(words)


def _other_address(error: openai.APIStatusError, settings: EndpointSettings) -> str:
    """Where the API may be, of an answer that is none of its own; empty where it is one."""
    if error.status_code == 400 and _WANTS_TLS.search(said_by_server(error)):
        return SPEAKS_TLS
    if error.status_code < 400:
        leads_to = error.response.headers.get("location", "").partition("?")[0]
        return f"it leads to {settings.redact(one_line(leads_to)[:_SHOWN])}; {meant_instead(settings.url)}"
    if error.status_code == 405 or (error.status_code == 404 and not _is_of_api(error)):
        return meant_instead(settings.url)
    return ""


def _is_of_api(error: openai.APIStatusError) -> bool:
    """Whether an error is one that the OpenAI API knows, and not that of any web server that has no such page."""
    if isinstance(error.body, str):  # what a server says in words alone, or a page
        return error.response.text.lstrip().startswith("{")
    return isinstance(error.body, dict) and error.body.keys() != {"detail"}


def said_by_server(error: openai.APIStatusError) -> str:
    """The message inside an error's body, on one line, at most 300 characters."""
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        body = inner.get("message", inner.get("detail", inner)) if isinstance(inner, dict) else inner
        more = inner.get("metadata") if isinstance(inner, dict) else None
        if isinstance(more, dict) and isinstance(more.get("raw"), str):  # a gateway's, with what it was told itself
            body = f"{_as_text(body)}: {_as_text(more['raw'])}"
    return one_line(_as_text(body) or error.response.text or error.response.reason_phrase)[:_SHOWN]


def _as_text(said: Any) -> str:
    """The beginning of whatever JSON a server sends; nothing where it nests, or a number is long, without end."""
    try:
        return str(said or "")[:_MOST_READ]
    except (RecursionError, ValueError):
        return ""


def one_line(text: str) -> str:
    """The beginning of a text, free of tags, line ends and of characters that would do something to a terminal."""
    words = " ".join(re.sub(r"<[^>]*>", " ", text[:_MOST_READ]).split())
    return "".join(char for char in words if char.isprintable())


def is_passing(error: BaseException, *, longest_wait: float, answered_before: bool) -> bool:
    """Whether the same request may well succeed a little later.

    A refused connection is taken for a server that was never there, unless it answered earlier in this run.

    :param longest_wait: a server that asks for more seconds than these is not waited for.
    """
    import httpx2
    import openai

    if isinstance(error, openai.APIStatusError):
        lasts = not is_passing_status(error.status_code) or is_out_of_money(error)
        return not lasts and (asked_pause(error) or 0.0) <= longest_wait
    if isinstance(error, BaogaoError):
        return error.no_answer and (error.ends == "report" or answered_before)
    if is_closed_way(error.__cause__):
        return False
    if isinstance(error, openai.APITimeoutError):
        return not isinstance(error.__cause__, httpx2.ConnectTimeout) or answered_before
    if isinstance(error, openai.APIConnectionError):
        if isinstance(error.__cause__, BaogaoError):
            return False
        return answered_before or not isinstance(error.__cause__, httpx2.ConnectError)
    return False


def is_away(error: BaseException) -> bool:
    """Whether nothing takes the connection: the server is not there, or not now."""
    import httpx2

    cause = error.__cause__
    return isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout)) and not is_closed_way(cause)


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
    words = (error.code, error.type, said_by_server(error), error.body)
    return is_empty(error.status_code, " ".join(map(_as_text, words)))


def asked_pause(error: BaseException) -> float | None:
    """The seconds that a server asks to wait; None where it does not, or where it is not understood.

    ``Retry-After`` is a number or a date; without it, what a server that throttles says in words counts.
    """
    import openai

    if not isinstance(error, openai.APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "").strip()
    if not value and error.status_code in _THROTTLING_STATUS:
        return _stated_pause(_as_text(error.body))
    if _SECONDS.fullmatch(value):
        return max(0.0, float(value))
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, LookupError, ArithmeticError, OSError):  # what a date that is none, or never, raises
        return None


def _stated_pause(said: str) -> float | None:
    found = _PAUSE.search(said)
    if found is None:
        return None
    seconds = float(found["seconds"]) / (1000 if found["unit"] == "ms" else 1)
    return 3600 * int(found["hours"] or 0) + 60 * int(found["minutes"] or 0) + seconds


def was_worked_on(error: Exception) -> bool:
    """Whether a server may have read the question, and charge for it, although no reply came of it."""
    import httpx2
    import openai

    if isinstance(error, openai.APIConnectionError):
        never_sent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
        return not isinstance(error.__cause__, (BaogaoError, *never_sent))
    return isinstance(error, ReplyError)
