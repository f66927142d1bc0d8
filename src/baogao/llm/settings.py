"""Which endpoint to ask, and how hard: from flags, the environment and ``baogao.toml``, in this order."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from baogao.errors import UsageError
from baogao.llm.base_url import fault_of_scheme, read_base_url
from baogao.llm.beside import SECRET_NAME, Beside, without_secrets
from baogao.llm.config_file import CONFIG_FILE, check_keys, line_of, read_config
from baogao.llm.keys import holds_key, read_key
from baogao.llm.messages import MOST_TOKENS
from baogao.llm.secrets import Secrets, known_secrets, secrets_of

OPENAI_URL = "https://api.openai.com/v1"
_NAMED_BY_OPENAI = ("base_url", "api_key")
_SHOWN = (
    *("base_url", "model", "shared_cache", "account_hosts", "ca_file"),
    *("extra_body", "extra_headers", "query", "profile"),
)
"""Settings that messages, records or kept files name."""
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\x20-\x7e]*)")


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
    cached_price: float | None = Field(None, ge=0)
    """Price of a million prompt tokens that the server had in its cache; without it they cost as the others."""
    ca_file: Path | None = None
    """Certificates of authorities, in PEM, that are trusted for this endpoint beside those that the system trusts."""
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
        """The base URL without a slash at its end; where none is named OpenAI's own, which nothing is sent to then."""
        return (self.base_url or OPENAI_URL).rstrip("/")

    @property
    def on_this_machine(self) -> bool:
        """Whether the endpoint is a server on loopback."""
        return urlsplit(self.url).hostname in {"localhost", "127.0.0.1", "::1"}

    @property
    def asked_url(self) -> str:
        """What requests are sent to."""
        return f"{self.url}/chat/completions"

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
        """The same, and whatever else this process was given, to be found in texts."""
        return known_secrets(*self.secret_values)

    def cost(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float | None:
        """What so many tokens cost, in the currency of the prices; None where there are none.

        :param cached_tokens: those of the prompt that the server had in its cache.
        """
        prompt, completion, cached = self.prompt_price, self.completion_price, self.cached_price
        if prompt is None and completion is None and cached is None:
            return None
        cached = cached if cached is not None else prompt or 0.0
        read = (prompt_tokens - cached_tokens) * (prompt or 0.0) + cached_tokens * cached
        return (read + completion_tokens * (completion or 0.0)) / 1e6

    def redact(self, text: str) -> str:
        """``text`` with the key struck out, in whatever spelling, also where the text was cut in the middle of it."""
        return self.secrets.strike(text)

    @field_validator("api_key", mode="before")
    @classmethod
    def _read_key(cls, given: Any) -> Any:
        given = given.get_secret_value() if isinstance(given, SecretStr) else given
        if given is not None and not isinstance(given, str):
            raise ValueError("it is a text, and in baogao.toml it stands in quotes")
        return read_key(given or "") or None

    @field_validator("base_url")
    @classmethod
    def _read_base_url(cls, given: str | None) -> str | None:
        return read_base_url(given or "")

    @field_validator("ca_file")
    @classmethod
    def _read_ca_file(cls, given: Path | None) -> Path | None:
        if given is not None and not given.expanduser().is_file():
            raise ValueError("there is no such file; it holds the certificates of authorities, in PEM")
        return given and given.expanduser()

    @model_validator(mode="after")
    def _key_in_its_place(self) -> Self:
        key = secrets_of(self.secret)
        for name in _SHOWN:
            said = without_secrets(getattr(self, name))
            words = re.findall(r"[^\s\"'{}\[\],]+", str(said))
            if key.within(str(said)) or any(map(holds_key, words)):
                raise ValueError(f"the key stands in {name}, which is shown")
        if fault := fault_of_scheme(self.url):
            raise ValueError(f"base_url: {fault}")
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
        return init_settings, _Environment(settings_cls), _EndpointTable(settings_cls)


class _Environment(EnvSettingsSource):
    """The environment: of ``base_url`` and ``api_key`` only what bears the name of OpenAI, and not what any program may
    call so."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        found = super()._load_env_vars()
        return {name: value for name, value in found.items() if name not in _NAMED_BY_OPENAI}


class _EndpointTable(TomlConfigSettingsSource):
    """The table ``[endpoint]``; the file may hold other tables, or none."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        table = read_config(file_path).get("endpoint", {})
        if not isinstance(table, dict):
            raise UsageError(f"{file_path}: endpoint must be a table, [endpoint]")
        check_keys(f"{file_path}: [endpoint]", table, EndpointSettings.model_fields)
        return table


def load_settings(**flags: Any) -> EndpointSettings:
    """The settings in force; a flag that is ``None`` was not given.

    :raises UsageError: a value cannot be used, or ``baogao.toml`` cannot be read.
    """
    try:
        return EndpointSettings(**{name: value for name, value in flags.items() if value is not None})
    except SettingsError as error:  # a variable that is to hold JSON
        raise UsageError(f"the settings of the model endpoint do not hold: {error}") from None
    except ValidationError as error:
        faults = [
            _place(fault["loc"], flags)
            + ": ".join((*map(_name, fault["loc"]), fault["msg"].removeprefix("Value error, ")))
            for fault in error.errors(include_input=False, include_context=False, include_url=False)
        ]
    # Outside of the handler: what was caught holds what was given.
    raise UsageError(f"the settings of the model endpoint do not hold: {'; '.join(faults)}")


def _place(loc: tuple[str | int, ...], flags: Mapping[str, Any]) -> str:
    """Where ``baogao.toml`` says what does not hold; empty where a flag or a variable says it."""
    name = str(loc[0]) if loc else ""
    said_else = flags.get(name) is not None or f"BAOGAO_{name.upper()}" in map(str.upper, os.environ)
    line = None if said_else else line_of("endpoint", name)
    return "" if line is None else f"{CONFIG_FILE}, line {line}: "


def _name(part: str | int) -> str:
    """A part of a setting's name, unless somebody wrote a key there."""
    return "***" if holds_key(str(part)) else str(part)
