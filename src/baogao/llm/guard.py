"""What keeps keys out of errors, of what caused them, and of every log line of this process."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from baogao.errors import BaogaoError
from baogao.llm.secrets import SHORTEST_SECRET, is_noted, note_secrets, without_keys
from baogao.llm.settings import EndpointSettings

_log = logging.getLogger(__name__)

_MOST_READ = 5000
"""Characters of an error's body that are looked at; it may be of any size."""


def shown_cause(
    trouble: BaseException, settings: EndpointSettings, *, of: BaseException | None = None
) -> BaseException | None:
    """An error as the cause of another, which a traceback shows; None where something in its chain repeats the key.

    One that says more than anybody would read is not shown either.

    :param of: what is raised; where it is in the chain itself, only what led to it is its cause.
    """
    cause: BaseException | None = trouble
    link: BaseException | None = trouble
    while link is not None:
        try:
            said = str(link)
            if len(said) < _MOST_READ:
                said += f" {link!r} {getattr(link, 'body', None)}"
        except (RecursionError, ValueError):  # a body that nests, or a number in it that is long, without end
            return None
        if len(said) > 4 * _MOST_READ or settings.secrets.within(said):
            return None
        before = link.__cause__ or link.__context__
        if link is of:
            cause = before
        link = before
    return cause


def without_key_in(error: BaogaoError, settings: EndpointSettings | None = None) -> BaogaoError:
    """An error that does not repeat a key: the same, or one of its kind with the key struck out.

    :param settings: whose key, beside whatever this process was given.
    """
    said = str(error)
    if (shown := settings.redact(said) if settings else without_keys(said)) == said:
        return error
    # A kind that is not public may want more than words.
    public: type[BaogaoError] = next(kind for kind in type(error).__mro__ if kind.__module__ == BaogaoError.__module__)
    return public(shown)


def guard(settings: EndpointSettings, passwords: Iterable[str] = ()) -> None:
    """Let no log line, of whichever library and for whichever handler, show the key; a server may repeat it anywhere.

    :param passwords: user and password of each proxy.
    """
    if len(settings.secret) < SHORTEST_SECRET and settings.api_key and not is_noted(settings.secret):
        _log.warning(
            "the key in OPENAI_API_KEY has fewer than %d characters: it is taken for a stand-in, "
            "and not struck out of what is shown and kept",
            SHORTEST_SECRET,
        )
    note_secrets(settings.secret_values)
    for password in passwords:
        note_secrets((password, unquote(password), unquote(password).partition(":")[2]))
    make = logging.getLogRecordFactory()
    if getattr(make, "keeps_keys", False):
        return

    def make_without_keys(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        said = record.getMessage()
        if (shown := without_keys(said)) != said:
            record.msg, record.args = shown, ()
        if record.exc_info and record.exc_info[0]:
            trace = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            if (shown := without_keys(trace)) != trace:
                record.exc_info, record.exc_text = None, shown
        return record

    make_without_keys.keeps_keys = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_without_keys)
