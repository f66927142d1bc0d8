"""What goes into every request beside the question: parts of the body, headers and a query that a user wants sent.

``$NAME`` and ``${NAME}`` in a value stand for a variable of the environment, so that a key need not stand in a file;
``$$`` is the sign itself. What is shown and kept of all this holds no secret: ``$NAME`` stays as it is written, and
what stands under a name that speaks of a secret, however deep, is struck out.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from baogao.errors import UsageError
from baogao.llm.secrets import SHORTEST_SECRET

SECRET_NAME = re.compile(
    r"auth(?!or(?!i))|cookie|credential|bearer|jwt|secret|session|signature|pwd|(?<![a-z])(?:sig|pat)(?![a-z])|^code$"
    r"|(?<!mon)key(?!words?|board)"
    r"|(?<!by)(?<!com)pass(?!ag|e[sd]|i|[_-]?through)"
    # A model's tokens are counted, cut and named: max_tokens, tokenizer, stop_token_ids.
    r"|(?<!eos.)(?<!bos.)(?<!pad.)(?<!unk.)(?<!stop.)(?<!max.)(?<!min.)token(?!s|i[sz]|[_-]?(?:ids?|limit|count|budget))"
    r"|^tokens$|(?:access|api|refresh)[_-]?tokens",
    re.I,
)
"""Names of headers, of variables and of other things, whose values nobody may see."""
STRUCK_OUT = "***"

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VARIABLE = re.compile(r"\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
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
        fits = False
        with suppress(TypeError, ValueError, RecursionError):
            json.dumps(self.body, allow_nan=False)
            fits = True
        if not fits:  # outside of the handler: what was caught may show a value
            raise UsageError("extra_body: a value in it can be none of JSON, as a date, inf and nan cannot")
        for name, value in self.sent_headers.items():
            if not _HEADER_NAME.fullmatch(name):
                raise UsageError("extra_headers: a name in it can be none of a header")
            if not all(" " <= char <= "~" for char in value):
                raise UsageError(f"extra_headers: the value of {name} can be none of a header: printable ASCII only")

    @property
    def sent_body(self) -> dict[str, Any]:
        """The parts of the body, with what the environment holds.

        :raises UsageError: it has no such variable.
        """
        return {name: _filled_in("extra_body", name, part) for name, part in self.body.items()}

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers, with what the environment holds.

        :raises UsageError: it has no such variable.
        """
        return {name: _filled_in("extra_headers", name, value) for name, value in self.headers.items()}

    @property
    def sent_query(self) -> dict[str, str]:
        """The query, with what the environment holds.

        :raises UsageError: it has no such variable.
        """
        return {name: _filled_in("query", name, value) for name, value in self.query.items()}

    @property
    def authorizes(self) -> bool:
        """Whether a header says who asks, so that no key need be sent beside it."""
        return any(SECRET_NAME.search(name) for name in self.headers)

    def secrets(self) -> Iterator[str]:
        """The values that nobody may see: what the environment holds, and what stands under a telling name."""
        for setting, told in (("extra_body", self.body), ("extra_headers", self.headers), ("query", self.query)):
            for name, value, hidden in _values(told):
                sent = str(_filled_in(setting, name, value))
                if hidden:  # behind a word such as Bearer, too
                    yield from (sent, sent.partition(" ")[2] or sent)
                yield from (os.environ[variable].strip() for variable in _variables(value))

    def shown(self) -> dict[str, Any]:
        """The same as records and cache keys have it; empty where nothing is sent beside the question."""
        told = {"extra_body": self.body, "extra_headers": self.headers, "query": self.query}
        return {name: without_secrets(said) for name, said in told.items() if said}


def without_secrets(part: Any, *, hidden: bool = False) -> Any:
    """A part of a request as it may be shown: what stands under a name that speaks of a secret is struck out.

    :param hidden: whether it stands under such a name.
    """
    if isinstance(part, Mapping):
        return {
            name: without_secrets(value, hidden=hidden or bool(SECRET_NAME.search(str(name))))
            for name, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [without_secrets(one, hidden=hidden) for one in part]
    return STRUCK_OUT if hidden and not (_tells_nothing(part) or _only_names(part)) else part


def _tells_nothing(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _only_names(value: Any) -> bool:
    """Whether a value names variables, and has beside them no more than a word such as Bearer."""
    return bool(_variables(value)) and len(_VARIABLE.sub("", value).strip()) < SHORTEST_SECRET


def _variables(value: Any) -> list[str]:
    """The variables of the environment that a value names."""
    found = _VARIABLE.finditer(value) if isinstance(value, str) else ()
    return [name for one in found if (name := one[1] or one[2])]


def _values(part: Any, name: str = "", *, hidden: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """Each value, with the name that it stands under, and whether that or one above it speaks of a secret."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from _values(value, str(key), hidden=hidden or bool(SECRET_NAME.search(str(key))))
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _values(value, name, hidden=hidden)
    else:
        yield name, part, hidden and not _tells_nothing(part)


def _filled_in(setting: str, name: str, part: Any) -> Any:
    """A part as it is sent.

    :raises UsageError: the environment has no such variable.
    """
    if isinstance(part, Mapping):
        return {key: _filled_in(setting, str(key), value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_filled_in(setting, name, one) for one in part]
    if not isinstance(part, str):
        return part
    if any(not os.environ.get(variable, "").strip() for variable in _variables(part)):
        # It is not shown: somebody may have written a key that has the sign in it.
        raise UsageError(
            f"{setting}: the environment has no variable of the name that {name} gives ($$ stands for the sign itself)"
        )
    return _VARIABLE.sub(lambda one: os.environ[one[1] or one[2]].strip() if one[0] != "$$" else "$", part)
