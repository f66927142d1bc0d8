"""What goes into every request beside the question: parts of the body, headers and a query that a user wants sent.

``$NAME`` as a value of a header or of the query stands for a variable of the environment, so that a key need not stand
in a file. What is shown and kept of all this holds no secret: ``$NAME`` stays as it is written, and what stands under a
name that speaks of a secret is struck out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from baogao.errors import UsageError

SECRET_NAME = re.compile("auth|key|token|secret|password|cookie", re.I)
"""Names of headers, and of other things, whose values nobody may see."""
STRUCK_OUT = "***"

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_OWN = ("model", "messages", "stream")
"""Parts of the body that are baogao's to write."""


@dataclass(frozen=True)
class Beside:
    """Parts of every request.

    :raises UsageError: one of them cannot be sent; no value is shown.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _OWN:
            if name in self.body:
                raise UsageError(f"extra_body: {name} is not to be set there")
        for name, value in self.sent_headers.items():
            if not _HEADER_NAME.fullmatch(name):
                raise UsageError("extra_headers: a name in it can be none of a header")
            if not all(" " <= char <= "~" for char in value):
                raise UsageError(f"extra_headers: the value of {name} can be none of a header: printable ASCII only")

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers, with what the environment holds.

        :raises UsageError: it has no such variable.
        """
        return _filled_in("extra_headers", self.headers)

    @property
    def sent_query(self) -> dict[str, str]:
        """The query, with what the environment holds.

        :raises UsageError: it has no such variable.
        """
        return _filled_in("query", self.query)

    @property
    def authorizes(self) -> bool:
        """Whether a header says who asks, so that no key need be sent beside it."""
        return any(SECRET_NAME.search(name) for name in self.headers)

    def secrets(self) -> Iterator[str]:
        """The values that nobody may see."""
        for told, sent in ((self.headers, self.sent_headers), (self.query, self.sent_query)):
            for name, value in sent.items():
                if SECRET_NAME.search(name) or _VARIABLE.fullmatch(told[name]):
                    yield from (value, value.removeprefix("Bearer "))
        yield from _named_secrets(self.body)

    def shown(self) -> dict[str, Any]:
        """The same as records and cache keys have it; empty where nothing is sent beside the question."""
        told = {"extra_body": self.body, "extra_headers": self.headers, "query": self.query}
        return {name: without_secrets(said) for name, said in told.items() if said}


def _filled_in(setting: str, told: Mapping[str, str]) -> dict[str, str]:
    sent = {}
    for name, value in told.items():
        variable = _VARIABLE.fullmatch(value.strip())
        sent[name] = os.environ.get(variable[1], "").strip() if variable else value
        if variable and not sent[name]:
            raise UsageError(f"{setting}: the environment has no variable of the name that {name} gives")
    return sent


def _named_secrets(part: Any, name: str = "") -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from _named_secrets(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from _named_secrets(value, name)
    elif isinstance(part, str) and SECRET_NAME.search(name):
        yield part


def without_secrets(part: Any, name: str = "") -> Any:
    """A part of a request as it may be shown: what stands under a name that speaks of a secret is struck out."""
    if isinstance(part, Mapping):
        return {key: without_secrets(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [without_secrets(one, name) for one in part]
    hidden = isinstance(part, str) and SECRET_NAME.search(name) and not _VARIABLE.fullmatch(part.strip())
    return STRUCK_OUT if hidden else part
