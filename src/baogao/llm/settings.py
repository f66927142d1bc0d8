"""Which endpoint to ask, and how hard: from flags, the environment and ``baogao.toml``, in this order."""

from __future__ import annotations

import base64
import html
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from baogao.errors import UsageError
from baogao.llm.beside import SECRET_NAME, Beside
from baogao.llm.messages import MOST_TOKENS

CONFIG_FILE = "baogao.toml"
OPENAI_URL = "https://api.openai.com/v1"
_UNSEEN = "\ufeff\u200b\u2060"
"""Characters without width that come along when a key is copied; ``str.strip`` leaves them."""
_NOT_IN_A_URL = re.compile(r"[@?#;=&\\\s]")
"""What begins or parts a user, a password, a query, a parameter or a fragment."""
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\x20-\x7e]*)")

SHORTEST_SECRET = 8
"""Characters. A shorter key is a stand-in, and what any text may hold by chance: it is not struck out."""
_TELLING = 12
"""So many characters from within a key are struck out; of its beginning as many as the shortest secret has."""
_MOST_LAYERS = 5
"""What was escaped may have been escaped again, so often."""
_ESCAPED = re.compile(
    r"(?:\\+(?:u(?:0000)?(?=[0-9a-f]{4})|u\{0*(?=[0-9a-f]{2}\})|x(?=[0-9a-f]{2}))|[%=](?=[0-9a-f]{2}))"
    r"(?P<hex>(?<=u)[0-9a-f]{4}|(?<=u0000)[0-9a-f]{4}|[0-9a-f]{2})\}?"
    r"|\\+(?P<octal>[0-3][0-7]{2})|(?P<entity>&#?\w{1,31};)"
    # Nothing: line ends, blanks and marks put between the characters, and a backslash before one.
    r"|\\+[rnt]?|=?[\s\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff]+",
    re.I,
)
_FOLDED = {0xFEE0 + code: code for code in range(0x21, 0x7F)}
_FOLDED |= {code + wide: code + 32 for code in range(65, 91) for wide in (0, 0xFEE0)}
"""Small letters for capital ones, and half-width characters for full-width ones."""


class Secrets:
    """Texts that nobody may see, found in any spelling: escaped for JSON, Python, URLs or HTML, in base64, in hex, cut.

    :param values: those of fewer than ``SHORTEST_SECRET`` characters are left out.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._pieces: dict[str, list[tuple[str, int]]] = {}
        """Where in which spelling so many characters as the shortest secret has stand."""
        for spelling in sorted({spelling for value in values for spelling in _spellings(value)}):
            for at in range(len(spelling) - SHORTEST_SECRET + 1):
                self._pieces.setdefault(spelling[at : at + SHORTEST_SECRET], []).append((spelling, at))

    def within(self, text: str) -> bool:
        """Whether a text holds one, or a telling part of one."""
        return any(True for _ in self._spans(text))

    def strike(self, text: str) -> str:
        """The text with three asterisks for each."""
        kept, end = [], 0
        for start, stop in sorted(self._spans(text)):
            if start >= end:
                kept += [text[end:start], "***"]
            end = max(end, stop)
        return "".join([*kept, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for layer, starts, ends in _layers(text) if self._pieces else ():
            small, position = layer.translate(_FOLDED), 0
            while position <= len(small) - SHORTEST_SECRET:
                length = self._length_at(small, position)
                if length:
                    yield starts[position], ends[position + length - 1]
                position += length or 1

    def _length_at(self, text: str, position: int) -> int:
        """How many characters of a secret stand there; 0 where they are too few to tell it."""
        longest = 0
        for spelling, at in self._pieces.get(text[position : position + SHORTEST_SECRET], ()):
            pairs = zip(spelling[at:], text[position : position + len(spelling) - at], strict=False)
            shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            if at == 0 or shared >= _TELLING:
                longest = max(longest, shared)
        return longest


def _spellings(secret: str) -> set[str]:
    """A secret as it is, decoded as a text would be in which it stands, in hex, and in base64 wherever it begins."""
    if len(secret) < SHORTEST_SECRET:
        return set()
    data, spellings = secret.encode(), {layer for layer, _, _ in _layers(secret)} | {secret.encode().hex()}
    for before in range(3):
        # Whole groups of three bytes, without the characters that hold bits of what stands before or after it.
        group = base64.b64encode(b"\0" * before + data)
        inner = group[-(-before * 4 // 3) : (before + len(data)) * 4 // 3].decode()
        spellings |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {small for small in (one.translate(_FOLDED) for one in spellings) if len(small) >= SHORTEST_SECRET}


def _layers(text: str) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
    """The text as it is, then decoded again and again; with each where its characters begin and end in the first."""
    starts: Sequence[int] = range(len(text))
    ends: Sequence[int] = range(1, len(text) + 1)
    for _ in range(_MOST_LAYERS):
        yield text, starts, ends
        parts: list[str] = []
        begins: list[int] = []
        stops: list[int] = []
        position = 0
        for found in _ESCAPED.finditer(text):
            first, last = found.span()
            char = _character(found)
            parts += text[position:first], char
            begins += [*starts[position:first], *[starts[first]] * len(char)]
            stops += [*ends[position:first], *[ends[last - 1]] * len(char)]
            position = last
        if not parts:
            return
        text = "".join([*parts, text[position:]])
        starts, ends = [*begins, *starts[position:]], [*stops, *ends[position:]]


def _character(found: re.Match[str]) -> str:
    """What an escape stands for; nothing for what only stands between characters."""
    if code := found["hex"] or found["octal"]:
        return chr(int(code, 16 if found["hex"] else 8))
    return html.unescape(found["entity"]) if found["entity"] else ""


@lru_cache(maxsize=32)
def secrets_of(*values: str) -> Secrets:
    """The same secrets are made ready once."""
    return Secrets(values)


class EndpointSettings(BaseSettings):
    """One OpenAI-compatible endpoint.

    A value given to the constructor (a flag) comes before the environment, the environment before the table
    ``[endpoint]`` of ``baogao.toml`` in the working directory.
    """

    model_config = SettingsConfigDict(
        env_prefix="BAOGAO_",
        toml_file=CONFIG_FILE,
        extra="forbid",
        populate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    base_url: str | None = Field(None, validation_alias=AliasChoices("base_url", "OPENAI_BASE_URL"))
    api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("api_key", "OPENAI_API_KEY"))
    model: str | None = None
    """Name of the model; without one, the only model that the server lists."""
    timeout: float = Field(600.0, gt=0)
    """Seconds to wait for one reply."""
    max_attempts: int = Field(4, ge=1)
    """How often one question is sent at most, the first time included."""
    first_wait: float = Field(1.0, ge=0)
    """Seconds before the second attempt; it doubles, with jitter, unless the server says how long."""
    longest_wait: float = Field(60.0, ge=0)
    """A server that asks for a longer pause than this many seconds is not waited for."""
    retry_seconds: float = Field(900.0, gt=0)
    """No further attempt at one question is begun so many seconds after the first."""
    concurrency: int = Field(4, ge=1)
    """Requests under way at the same time."""
    shared_cache: str | None = Field(None, min_length=1)
    """Endpoints with the same word here share their kept replies; by itself each has its own."""
    budget_tokens: int | None = Field(None, gt=0)
    """Prompt and reply tokens that all questions together may take."""
    prompt_price: float | None = Field(None, ge=0)
    """Price of a million prompt tokens."""
    completion_price: float | None = Field(None, ge=0)
    """Price of a million reply tokens."""
    extra_body: dict[str, Any] = Field(default_factory=dict)
    """Parts of the body of every request, beside what baogao asks."""
    extra_headers: dict[str, str] = Field(default_factory=dict)
    """Headers of every request; ``$NAME`` stands for a variable of the environment."""
    query: dict[str, str] = Field(default_factory=dict)
    """What follows a question mark in the URL of every request, as Azure wants its ``api-version``."""
    profile: dict[str, Any] = Field(default_factory=dict)
    """What is known of the model, so that it need not be found out: see :class:`baogao.llm.profiles.Profile`."""
    thinking: Literal["auto", "on", "off"] = "auto"
    """Whether a model that thinks may: by itself not, where that can be switched off."""
    thinking_tokens: int = Field(8000, ge=0, le=MOST_TOKENS)
    """What a model's thoughts may take, beside its reply."""
    account_hosts: str = "api.openai.com"
    """Hosts, parted by commas, that OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS are sent to."""

    @property
    def configured(self) -> bool:
        """Whether anyone said which model to ask."""
        return self.base_url is not None or self.model is not None

    @property
    def url(self) -> str:
        """The base URL without a slash at its end; OpenAI's own when only a model is named."""
        return (self.base_url or OPENAI_URL).rstrip("/")

    @property
    def on_this_machine(self) -> bool:
        """Whether the endpoint is a server on loopback."""
        return urlsplit(self.url).hostname in {"localhost", "127.0.0.1", "::1"}

    @property
    def secret(self) -> str:
        """The key, or a stand-in for servers that want none."""
        return self.api_key.get_secret_value() if self.api_key else "no-key"

    @property
    def account_headers(self) -> dict[str, str]:
        """What the environment says of an account, as headers; none for a host that ``account_hosts`` does not name.

        :raises UsageError: one of them can be no header; it is not shown.
        """
        named = {host.strip().lower() for host in self.account_hosts.split(",")}
        if urlsplit(self.url).hostname not in named:
            return {}
        lines = [("OPENAI_CUSTOM_HEADERS", line) for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines()]
        for name, header in (("OPENAI_ORG_ID", "OpenAI-Organization"), ("OPENAI_PROJECT_ID", "OpenAI-Project")):
            lines += [(name, f"{header}: {os.environ[name]}")] if os.environ.get(name) else []
        headers: dict[str, str] = {}
        for variable, line in lines:
            found = _HEADER.fullmatch(line.strip())
            if found is None and line.strip():
                raise UsageError(f"{variable} holds what can be no header: NAME: VALUE, in ASCII, one a line")
            headers |= {found[1]: found[2]} if found else {}
        return headers

    @property
    def secret_values(self) -> list[str]:
        """What nobody may see: the key, and what is sent beside it under a name that speaks of a secret."""
        given = [value for name, value in self.account_headers.items() if SECRET_NAME.search(name)]
        given += self.beside.secrets()
        return [self.secret, *given] if self.api_key else given

    @property
    def beside(self) -> Beside:
        """What goes into every request beside the question.

        :raises UsageError: it cannot be sent.
        """
        return Beside(self.extra_body, self.extra_headers, self.query)

    @property
    def secrets(self) -> Secrets:
        """The same, to be found in texts."""
        return secrets_of(*self.secret_values)

    def redact(self, text: str) -> str:
        """``text`` with the key struck out, in whatever spelling, also where the text was cut in the middle of it."""
        return self.secrets.strike(text)

    @field_validator("api_key")
    @classmethod
    def _one_word(cls, key: SecretStr | None) -> SecretStr | None:
        """A key goes into a header; what a file or a clipboard put around it is no part of it."""
        word = key.get_secret_value().strip().strip(_UNSEEN).strip() if key else ""
        if not all("!" <= char <= "~" for char in word):
            raise ValueError(
                "a blank, a control character or one outside ASCII is in it; the key in OPENAI_API_KEY is one word"
            )
        return SecretStr(word) if word else None

    @field_validator("base_url")
    @classmethod
    def without_secrets(cls, url: str | None) -> str | None:
        """The URL without white space around it: messages, records and logs name it.

        :raises ValueError: it is no URL, or holds more than a place.
        """
        url = plain = (url or "").strip()
        if not plain:
            return None
        import httpx2  # late: rules have settings, too, and ask nobody

        while plain != unquote(plain):
            plain = unquote(plain)
        if _NOT_IN_A_URL.search(plain):
            raise ValueError(
                "a user, a password, a query or a fragment does not belong in it (none of @ ? # ; = &); "
                "a key is given in OPENAI_API_KEY"
            )
        try:
            httpx2.URL(plain)
        except (httpx2.InvalidURL, ValueError):
            raise ValueError("it is no URL; http://HOST:PORT/v1 is") from None
        return url

    @model_validator(mode="after")
    def _key_in_its_place(self) -> Self:
        for name in ("base_url", "model"):
            if secrets_of(self.secret).within(getattr(self, name) or ""):
                raise ValueError(f"the key stands in {name}, which is shown")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment, then the file."""
        return init_settings, env_settings, _EndpointTable(settings_cls)


class _EndpointTable(TomlConfigSettingsSource):
    """The table ``[endpoint]``; the file may hold other tables, or none."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        with file_path.open("rb") as file:
            table = tomllib.load(file).get("endpoint", {})
        if not isinstance(table, dict):
            raise UsageError(f"{file_path}: endpoint must be a table, [endpoint]")
        return table


def load_settings(**flags: Any) -> EndpointSettings:
    """The settings in force; a flag that is ``None`` was not given.

    :raises UsageError: a value cannot be used, or ``baogao.toml`` cannot be read.
    """
    try:
        return EndpointSettings(**{name: value for name, value in flags.items() if value is not None})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{Path(CONFIG_FILE).resolve()}: {error}") from error
    except ValidationError as error:
        faults = [
            ": ".join((*map(str, fault["loc"]), fault["msg"]))
            for fault in error.errors(include_input=False, include_context=False, include_url=False)
        ]
        raise UsageError(f"the settings of the model endpoint do not hold: {'; '.join(faults)}") from error
