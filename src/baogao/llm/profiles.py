"""What is known of endpoints' models: what they can do and how they want to be asked, remembered from run to run.

Found out once for each endpoint and model (``baogao.llm.abilities``, and by every refusal of a request), kept in
``profiles.json`` in the cache folder, and overruled by ``[endpoint.profile]`` of ``baogao.toml``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar

from filelock import FileLock
from pydantic import ConfigDict, TypeAdapter, ValidationError

from baogao.errors import UsageError
from baogao.llm.failures import one_line
from baogao.llm.manner import Manner
from baogao.llm.messages import Abilities
from baogao.llm.settings import EndpointSettings
from baogao.resources import cache_dir

_log = logging.getLogger(__name__)

_MEMORY = TypeAdapter(dict[str, Any])
_MOST_REMEMBERED = 1_000_000
"""Bytes of the memory: thousands of endpoints."""
_SHOWN = 120
"""Characters of what is wrong with it."""


@dataclass(frozen=True)
class Profile:
    """What is known of one endpoint's model."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    abilities: Abilities | None = None
    """None where they were not tried."""
    manner: Manner = field(default_factory=Manner)

    def flat(self) -> dict[str, Any]:
        """Everything by its name, as ``[endpoint.profile]`` takes it and ``baogao model probe`` prints it."""
        return {**asdict(self.abilities or Abilities()), **asdict(self.manner), "left_out": list(self.manner.left_out)}

    def overruled(self, told: Mapping[str, Any]) -> Profile:
        """The same, but for what a user says: where that is of abilities, what is not said is taken for missing.

        :param told: ``[endpoint.profile]``.
        :raises UsageError: a name or a value in it that there is not.
        """
        of_abilities, of_manner = ({one.name for one in fields(kind)} for kind in (Abilities, Manner))
        able = {name: value for name, value in told.items() if name in of_abilities}
        manner = {name: value for name, value in told.items() if name not in of_abilities}
        try:
            return Profile(
                TypeAdapter(Abilities).validate_python(able) if able else self.abilities,
                TypeAdapter(Manner).validate_python({**asdict(self.manner), **manner}),
            )
        except ValidationError as error:
            fault = error.errors(include_input=False, include_context=False, include_url=False)[0]
            name = ".".join(map(str, fault["loc"]))
            if name not in of_abilities | of_manner:
                known = ", ".join(sorted(of_abilities | of_manner))
                raise UsageError(f"[endpoint.profile]: there is no {name!r}; there are: {known}") from error
            raise UsageError(f"[endpoint.profile]: {name}: {fault['msg']}") from error


_ENTRY = TypeAdapter(Profile)


def memory_file() -> Path:
    """Where profiles are remembered, by endpoint and model."""
    return cache_dir() / "profiles.json"


def known_profile(settings: EndpointSettings, model: str | None = None) -> Profile:
    """What is known of an endpoint's model without asking it.

    :param model: its name, where the settings do not say it.
    :raises UsageError: ``[endpoint.profile]`` does not hold.
    """
    remembered = _remembered(f"{settings.url} {model or settings.model}")
    return (remembered or Profile()).overruled(settings.profile)


def remember(settings: EndpointSettings, model: str, profile: Profile) -> None:
    """Keep what was found out, for the next run; that it cannot be kept is said and no more.

    Abilities that are not in the profile, and what a user says of it, stay as they are remembered.
    """
    key = f"{settings.url} {model}"
    before = _remembered(key) or Profile()
    told = settings.profile.keys()
    if profile.abilities is None or told & {one.name for one in fields(Abilities)}:
        profile = replace(profile, abilities=before.abilities)
    said = {one.name: getattr(before.manner, one.name) for one in fields(Manner) if one.name in told}
    profile = replace(profile, manner=replace(profile.manner, **said))
    try:
        memory_file().parent.mkdir(parents=True, exist_ok=True)
        with FileLock(memory_file().with_suffix(".lock")):
            flat = {other: entry for other, entry in _memory().items() if isinstance(entry, dict)}
            whole = memory_file().with_suffix(".part")
            whole.write_text(json.dumps(flat | {key: asdict(profile)}, indent=1), encoding="utf-8")
            whole.replace(memory_file())
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("what was found out of %s is not remembered: %s", key, error)


def _memory(*, say: bool = False) -> dict[str, Any]:
    """What the file holds, entries of whatever shape; nothing where it is damaged, which may be said."""
    try:
        with memory_file().open("rb") as file:
            content = file.read(_MOST_REMEMBERED + 1)
    except OSError:
        return {}
    try:
        if len(content) > _MOST_REMEMBERED:
            raise ValueError(f"larger than {_MOST_REMEMBERED // 1_000_000} MB")
        return _MEMORY.validate_json(content)
    except (ValueError, RecursionError) as error:
        if say:
            words = one_line(str(error))[:_SHOWN]
            _log.warning("%s is damaged (%s); what endpoints can do is tried again", memory_file(), words)
        return {}


def _remembered(key: str) -> Profile | None:
    """What is remembered under a key; what was written by a baogao that tried more, or less, is found out again."""
    entry = _memory(say=True).get(key)
    if entry is None:
        return None
    try:
        text = json.dumps(entry)
        known = _ENTRY.validate_json(text, strict=True)
        if json.dumps(asdict(known)) == text:
            return known
    except (ValueError, RecursionError):
        pass
    _log.warning("what %s can do is not remembered as this baogao writes it; it is tried again", key)
    return None
