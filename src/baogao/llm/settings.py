"""Which endpoint to ask, and how hard: from flags, the environment and ``baogao.toml``, in this order."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import httpx2
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from baogao.errors import UsageError
from baogao.llm.secrets import Secrets, secrets_of

CONFIG_FILE = "baogao.toml"
OPENAI_URL = "https://api.openai.com/v1"
_UNSEEN = "\ufeff\u200b\u2060"
"""Characters without width that come along when a key is copied; ``str.strip`` leaves them."""
_NOT_IN_A_URL = re.compile(r"[@?#;=&\\\s]")
"""What begins or parts a user, a password, a query, a parameter or a fragment."""
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\x20-\x7e]*)")
_SECRET_HEADER = re.compile("auth|key|token|secret|password|cookie", re.I)


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
        beside = [value for name, value in self.account_headers.items() if _SECRET_HEADER.search(name)]
        return [self.secret, *beside] if self.api_key else beside

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
        url = plain = (url or "").strip() or None
        while plain and plain != unquote(plain):
            plain = unquote(plain)
        if plain and _NOT_IN_A_URL.search(plain):
            raise ValueError(
                "a user, a password, a query or a fragment does not belong in it (none of @ ? # ; = &); "
                "a key is given in OPENAI_API_KEY"
            )
        try:
            httpx2.URL(plain or "")
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
