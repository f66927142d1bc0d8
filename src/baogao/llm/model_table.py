"""Several models: the tables ``[[models]]`` of ``baogao.toml``, each an endpoint that goes by its model's name.

What an entry does not say is taken from the endpoint in force (flags, environment, ``[endpoint]``), with one exception:
a key goes to another server only where the entry names the variable that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from baogao.errors import UsageError
from baogao.llm.config_file import CONFIG_FILE, check_keys, read_config
from baogao.llm.keys import holds_key
from baogao.llm.secrets import secrets_of
from baogao.llm.settings import EndpointSettings, load_settings

_SHARED = ("budget_tokens", "account_hosts")
"""Settings that all models have in common."""
_OF_A_SERVER = ("extra_body", "extra_headers", "query")
"""Settings that another server gets none of: they may hold a secret, and mean nothing to it."""
_OWN = (*(name for name in EndpointSettings.model_fields if name not in (*_SHARED, "api_key")), "api_key_env", "ask")
"""What an entry may say."""


@dataclass(frozen=True)
class ModelEntry:
    """One table ``[[models]]``."""

    model: str
    told: Mapping[str, Any]
    """What it says of its endpoint, by the names of the settings."""
    ask: str | None = None
    """How this model is asked, whatever else is asked for."""
    api_key_env: str | None = None
    """The variable of the environment that holds its key."""

    def settings(self, base: EndpointSettings) -> EndpointSettings:
        """Its endpoint.

        :param base: where what it does not say is taken from.
        :raises UsageError: a value cannot be used; the variable for its key is not set.
        """
        values = {name: getattr(base, name) for name in EndpointSettings.model_fields} | dict(self.told)
        key = values["api_key"].get_secret_value() if values["api_key"] else ""
        elsewhere = not _same_server(values["base_url"], base.base_url)
        inherited_not = [*(_OF_A_SERVER if elsewhere else ()), "profile"]
        values |= {name: {} for name in inherited_not if name not in self.told}
        if self.api_key_env is not None:
            key = os.environ.get(self.api_key_env, "")
        elif elsewhere:
            key = ""
        values["api_key"] = key  # if there is none, too, so that nobody takes that of the environment
        shown = "***" if holds_key(self.model) else base.redact(secrets_of(key).strike(self.model))
        where = f"the model {shown!r}"
        if self.api_key_env is not None and not key.strip():
            # Its name is not shown: somebody may have written the key itself there.
            raise UsageError(f"{where}: the environment has no variable of the name that api_key_env gives")
        try:
            return load_settings(**values)
        except UsageError as error:
            said = str(error).replace("OPENAI_API_KEY", self.api_key_env or "OPENAI_API_KEY")
            raise UsageError(f"{where}: {said}") from None


def load_model_table() -> dict[str, ModelEntry]:
    """The models of ``baogao.toml`` in the working directory, by their names, in their order.

    :raises UsageError: the file cannot be read, or an entry does not hold; nothing of what it says is shown but the
        names of its keys.
    """
    path = Path(CONFIG_FILE)
    entries = read_config().get("models", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path}: models must be tables, [[models]]")
    table: dict[str, ModelEntry] = {}
    for number, entry in enumerate(entries, 1):
        found = _entry(f"{path}: [[models]] number {number}", entry)
        if found.model in table:
            raise UsageError(f"{path}: [[models]] number {number} has the model of an earlier one")
        table[found.model] = found
    return table


def _entry(where: str, entry: Mapping[str, Any]) -> ModelEntry:
    if "api_key" in entry:
        raise UsageError(f"{where}: a key does not belong in it; api_key_env names the variable that holds it")
    for name in _SHARED:
        if name in entry:
            raise UsageError(f"{where}: {name} holds for all models together; it belongs in [endpoint]")
    check_keys(where, entry, _OWN)
    for name in ("model", "ask", "api_key_env"):
        said = entry.get(name)
        if (said is not None or name == "model") and not (isinstance(said, str) and said.strip()):
            raise UsageError(f"{where}: {name} must be a word in quotes")
    told = {name: value for name, value in entry.items() if name not in ("ask", "api_key_env")}
    return ModelEntry(entry["model"], told, entry.get("ask"), entry.get("api_key_env"))


def _same_server(one: str | None, other: str | None) -> bool:
    """Whether two base URLs are served by the same host and port."""
    if one is None or other is None:
        return one == other
    try:
        first, second = urlsplit(one.strip()), urlsplit(other.strip())
        return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
    except ValueError:
        return False
