"""Adapters: small files that make of one base model one that was tuned to a schema and a way of asking (LoRA, GGUF).

``baogao tune`` makes them. What one was made for and from stands in the file itself, as JSON under one key, so that one
that does not fit is refused before a model is asked.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, ValidationError

from baogao.choices import TunedWay, Way
from baogao.errors import PromptError, UsageError
from baogao.llm.prompts import Prompts
from baogao.llm.server import check_gguf
from baogao.schema.fields import Schema
from baogao.schema.values import Strict

KEY = "baogao.adapter"
"""Under which a GGUF file holds an :class:`AdapterInfo`."""
_SUFFIX: Mapping[TunedWay, str] = MappingProxyType({"tag": ".adapter.gguf", "blank": ".blank.adapter.gguf"})
_TEMPLATE: Mapping[TunedWay, str] = MappingProxyType({"tag": "tag", "blank": "form"})
"""The prompt that each renders."""
_SHOWN = 8
"""Hex digits of a digest that tell one adapter from another in a name."""


class Base(Strict):
    """The model that an adapter was made on; it fits no other."""

    name: str
    size: int
    """Bytes of its file."""
    sha256: str


class TunedOn(Strict):
    """The gold that an adapter has learned from."""

    reports: int
    held_out: int = 0
    """Reports that were measured on, beside those."""
    pairs: int
    """Prompts with their replies, of all copies of the reports."""
    digest: str | None = None
    """Over all pairs; None where that is not known."""
    names: list[str] = Field(default_factory=list)
    """The data sets, for readers."""


class AdapterInfo(Strict):
    """What an adapter was made for, from what, and how."""

    kind: Literal["baogao.adapter"] = "baogao.adapter"
    version: Literal[1] = 1
    way: TunedWay
    schema_name: str
    learned: str
    """Digest of what it has learned of the schema; see :func:`learned_of`."""
    prompts: str
    """Digest of the prompt that it was trained on."""
    base: Base
    tuned_on: TunedOn
    recipe: dict[str, Any] = Field(default_factory=dict)
    """Rank, epochs, learning rate, seed and the like."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Of the packages that made it."""
    measured: dict[str, Any] = Field(default_factory=dict)
    """On the reports that were held out."""
    note: str = ""
    """For readers: licence, origin."""


@dataclass(frozen=True)
class Adapter:
    """An adapter's file, and what it says of itself."""

    path: Path
    info: AdapterInfo

    @cached_property
    def name(self) -> str:
        """What it goes by behind its base's name: its way and the beginning of its file's digest."""
        with self.path.open("rb") as file:
            return f"{self.info.way}-{hashlib.file_digest(file, 'sha256').hexdigest()[:_SHOWN]}"

    def check(self, schema: Schema, prompts: Prompts, base: Base) -> None:
        """Make sure that it is used for what it was made for.

        :raises UsageError: it was made for another base, another schema or other prompts; says which.
        """
        info = self.info
        if info.base.sha256 != base.sha256:
            raise UsageError(f"{self.path.name} was tuned on {info.base.name}, not on {base.name}; {_WAYS_OUT}")
        if info.schema_name != schema.name:
            raise UsageError(f"{self.path.name} was tuned for the schema {info.schema_name}, not {schema.name}")
        if info.learned != learned_of(schema):
            raise UsageError(f"{self.path.name} was tuned before the fields of {schema.name} were changed; {_WAYS_OUT}")
        try:
            same_prompt = info.prompts == prompts_learned(info.way, prompts, schema)
        except PromptError:  # prompts of a user's own may have none for it
            same_prompt = False
        if not same_prompt:
            raise UsageError(f"{self.path.name} was tuned on another prompt for {info.way}; {_WAYS_OUT}")


_WAYS_OUT = "tune one with `baogao tune`, or go on without: --adapter none"


def learned_of(schema: Schema) -> str:
    """A digest of what a tuned model knows of a schema: its figures' ids and names, in any order."""
    known = sorted((spec.id, spec.label, spec.additive) for spec in schema.figures)
    return f"sha256:{hashlib.sha256(json.dumps(known, ensure_ascii=False).encode()).hexdigest()}"


def prompts_learned(way: TunedWay, prompts: Prompts, schema: Schema) -> str:
    """The digest of the prompt that a tuned model knows.

    :raises PromptError: it is not there.
    """
    return prompts.digest_of([_TEMPLATE[way]], schema.wording.variables())


def adapter_path(schema: Schema, way: TunedWay) -> Path:
    """Where a schema's adapter is: ``NAME.adapter.gguf`` beside ``NAME.py``, ``NAME.blank.adapter.gguf``."""
    return schema.path.with_name(schema.path.stem + _SUFFIX[way])


def read_adapter(path: Path) -> Adapter:
    """An adapter's file as it describes itself.

    :raises UsageError: it cannot be read, is no adapter, or says nothing of itself; the extra ``local`` is missing.
    :raises ModelFileError: it is not in GGUF format.
    """
    check_gguf(path)
    if importlib.util.find_spec("gguf") is None:
        raise UsageError("adapters need the package gguf; install it with: pip install 'baogao[local]'")
    from gguf import GGUFReader

    try:
        field = GGUFReader(path).get_field(KEY)
        said = None if field is None else field.contents()
    except Exception as error:  # whatever a broken file makes of the library
        raise UsageError(f"{path} cannot be read as an adapter: {error}") from error
    if not isinstance(said, str):
        raise UsageError(f"{path} does not say what it was tuned for: `baogao tune` makes adapters that do")
    try:
        return Adapter(path, AdapterInfo.model_validate_json(said))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "its description"
        raise UsageError(f"{path} is of another version of baogao: {place}: {first['msg']}") from error


def find_adapters(
    schema: Schema, prompts: Prompts, base_of: Callable[[], Base], named: Sequence[Path] | None
) -> list[Adapter]:
    """The adapters to use with a base, each of a way of its own: those that are named, or those beside the schema.

    One beside the schema that was made on another base is left alone.

    :param base_of: says which base it is, which takes a moment for a file that nobody knows.
    :param named: files; None for those beside the schema.
    :raises UsageError: one does not fit, or two are of the same way.
    """
    beside = [path for way in _SUFFIX if (path := adapter_path(schema, way)).is_file()]
    found = [read_adapter(path) for path in (beside if named is None else named)]
    if not found:
        return []
    base = base_of()
    if named is None:
        found = [one for one in found if one.info.base.sha256 == base.sha256]
    for one in found:
        one.check(schema, prompts, base)
    ways: list[Way] = [one.info.way for one in found]
    if len(set(ways)) < len(ways):
        raise UsageError(f"two adapters are for {ways[0]}; name one of them")
    return sorted(found, key=lambda one: list(_SUFFIX).index(one.info.way))
