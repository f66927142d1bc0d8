"""``baogao config``: every setting in force, and where it comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from baogao.cli.common import Found, stdout
from baogao.console import say, shown
from baogao.language import in_force, translated
from baogao.resources import cache_dir, models_dir

_VARIABLES = {"base_url": "OPENAI_BASE_URL", "api_key": "OPENAI_API_KEY"}
"""Settings of the endpoint whose variable is not called by them."""
_SET = "(set)"
"""Stands for a value that is not shown."""


@dataclass(frozen=True)
class Setting:
    """One setting in force."""

    name: str
    value: Any
    """As JSON; never a key."""
    origin: str
    """``default``, a variable of the environment, or a place in the file."""


def config_command() -> Found:
    """Show every setting in force, its value, and where it comes from."""
    from rich.table import Table

    from baogao.llm.config_file import CONFIG_FILE

    settings = [*_of_endpoint(), *_of_models(), *_of_environment()]
    table = Table(box=None, pad_edge=False)
    for head in ("setting", "value", "from"):
        table.add_column(head, overflow="fold")
    for setting in settings:
        value = setting.value if isinstance(setting.value, str) else json.dumps(setting.value, ensure_ascii=False)
        name, origin = translated(shown(setting.name)), translated(shown(setting.origin))
        table.add_row(name, "–" if setting.value is None else shown(value), origin)
    stdout.print(table)
    place = Path(CONFIG_FILE).resolve()
    if not place.exists():
        say(stdout, f"there is no {shown(place)}")
    return Found({"file": str(place) if place.exists() else None, "settings": list(map(asdict, settings))})


def _of_endpoint() -> Iterator[Setting]:
    """What is known of the endpoint that is asked where no flag names another."""
    from baogao.llm.beside import without_secrets
    from baogao.llm.config_file import read_config
    from baogao.llm.settings import EndpointSettings, load_settings

    settings = load_settings()
    table = read_config().get("endpoint", {})
    values = settings.model_dump(mode="json")
    for name in EndpointSettings.model_fields:
        variable = _VARIABLES.get(name, f"BAOGAO_{name.upper()}")
        said = next((one for one in os.environ if one.upper() == variable and os.environ[one]), None)
        origin = "default"
        if said is not None:
            origin = said
        elif name in table:
            origin = _place("endpoint", name)
        value = without_secrets(values[name])
        if name == "api_key":
            value = None if settings.api_key is None else _SET
        text = settings.redact(json.dumps(value, ensure_ascii=False))
        yield Setting(f"endpoint.{name}", json.loads(text), origin)


def _of_models() -> Iterator[Setting]:
    """What the tables of further models say."""
    from baogao.llm.beside import without_secrets
    from baogao.llm.config_file import CONFIG_FILE
    from baogao.llm.model_table import load_model_table
    from baogao.llm.settings import load_settings

    base = load_settings()
    for name, entry in load_model_table().items():
        told = {key: value for key, value in entry.told.items() if key != "model"}
        told |= {"ask": entry.ask} if entry.ask else {}
        told |= {"api_key_env": _SET} if entry.api_key_env else {}  # somebody may have written the key itself there
        secrets = entry.settings(base)
        text = secrets.redact(json.dumps(without_secrets(told), ensure_ascii=False))
        yield Setting(f"models.{base.redact(secrets.redact(name))}", json.loads(text), CONFIG_FILE)


def _of_environment() -> Iterator[Setting]:
    """What is set by variables of the environment only."""
    from baogao.guarded.reading import ReadingLimits
    from baogao.llm.transport import proxies

    limits = ReadingLimits.chosen()
    told: list[tuple[str, str, Any]] = [
        ("folder of the cache", "BAOGAO_CACHE_DIR", str(cache_dir())),
        ("folder of models", "BAOGAO_MODELS_DIR", str(models_dir())),
        ("readable by the user only", "BAOGAO_PRIVATE", os.environ.get("BAOGAO_PRIVATE") or "work"),
        ("memory for reading a file, MB", "BAOGAO_READING_MEMORY_MB", limits.memory_mb),
        ("seconds for reading a file", "BAOGAO_READING_SECONDS", limits.seconds),
        ("language of messages", "BAOGAO_LANG", in_force()),
    ]
    for name, variable, value in told:
        yield Setting(name, value, variable if os.environ.get(variable) else "default")
    for kind, proxy in proxies().items():
        yield Setting(f"proxy for {kind}", proxy.shown, f"{kind.upper()}_PROXY")


def _place(section: str, key: str) -> str:
    from baogao.llm.config_file import CONFIG_FILE, line_of

    line = line_of(section, key)
    return CONFIG_FILE if line is None else f"{CONFIG_FILE}, line {line}"
