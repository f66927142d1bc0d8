"""Which endpoint to ask, and how hard: from flags, the environment and ``baogao.toml``, in this order."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from baogao.errors import UsageError

CONFIG_FILE = "baogao.toml"
OPENAI_URL = "https://api.openai.com/v1"
_TELLING = 6
"""So many characters of a key are as telling as the whole."""


def cache_dir() -> Path:
    """``BAOGAO_CACHE_DIR``, or the folder ``baogao`` in the user's cache folder."""
    return _chosen("BAOGAO_CACHE_DIR") or _users("XDG_CACHE_HOME", mac="Library/Caches", linux=".cache")


def models_dir() -> Path:
    """``BAOGAO_MODELS_DIR``, or ``baogao/models`` in the user's data folder."""
    if chosen := _chosen("BAOGAO_MODELS_DIR"):
        return chosen
    return _users("XDG_DATA_HOME", mac="Library/Application Support", linux=".local/share") / "models"


def _chosen(variable: str) -> Path | None:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else None


def _users(xdg: str, *, mac: str, linux: str) -> Path:
    """The tool's own folder in one of the user's, where the system has them."""
    if base := os.environ.get(xdg):
        return Path(base) / "baogao"
    if sys.platform == "darwin":
        return Path.home() / mac / "baogao"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "baogao"
    return Path.home() / linux / "baogao"


class EndpointSettings(BaseSettings):
    """One OpenAI-compatible endpoint.

    A value given to the constructor (a flag) comes before the environment, the environment before the table
    ``[endpoint]`` of ``baogao.toml`` in the working directory.
    """

    model_config = SettingsConfigDict(
        env_prefix="BAOGAO_", toml_file=CONFIG_FILE, extra="forbid", populate_by_name=True, env_ignore_empty=True
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

    def redact(self, text: str) -> str:
        """``text`` with the key struck out, also where the text was cut in the middle of it."""
        key = self.api_key.get_secret_value() if self.api_key else ""
        if not key:
            return text
        text = text.replace(key, "***")
        at = text.rfind(key[:_TELLING])
        rest = text[at:].rstrip("'\"…. ")
        return f"{text[:at]}***" if at >= 0 and key.startswith(rest) else text

    def without_key(self, body: bytes) -> bytes:
        """A server's answer with the key struck out: it is kept and shown."""
        key = self.api_key.get_secret_value() if self.api_key else ""
        return body.replace(key.encode(), b"***") if key else body

    def shown_cause(self, error: BaseException) -> BaseException | None:
        """An error as the cause of another, which a traceback shows; None where it repeats the key."""
        cause: BaseException | None = error
        while cause is not None:
            if self.redact(str(cause)) != str(cause):
                return None
            cause = cause.__cause__ or cause.__context__
        return error

    @field_validator("base_url")
    @classmethod
    def _without_secrets(cls, url: str | None) -> str | None:
        """Messages, records and logs name the URL."""
        parts = urlsplit(url or "")
        if parts.username or parts.password or parts.query:
            raise ValueError("a user, a password or a query does not belong in it; give the key in OPENAI_API_KEY")
        return url

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
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{Path(CONFIG_FILE).resolve()}: {error}") from error
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise UsageError(f"the settings of the model endpoint do not hold: {'; '.join(faults)}") from error
