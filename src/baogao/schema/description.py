"""A schema as data: what its file says, in JSON that a run keeps beside its records.

Whoever works with records, and does not extract, needs the fields, labels, units and relations, and not the file: a
schema file is Python, and loading one from a folder that came from somebody else would run it. Reading a description
runs nothing. Rules, examples and prompts that stand beside a schema file do not belong to it.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from baogao.errors import SchemaError
from baogao.schema.build import ID
from baogao.schema.fields import FieldSpec, Relation, Report, Schema, Sought
from baogao.schema.units import Unit, Units
from baogao.schema.wording import Wording

_LARGEST = 4_000_000
"""Bytes of a description that is read; one of 1,000 fields with long notes has less than a fifth of it."""


@dataclass(frozen=True)
class _Description:
    """What a description holds; keys that it does not have are those of a later version, and are left alone."""

    name: str
    title: str
    version: int
    language: str
    file: str
    """The name of the schema file, for people."""
    digest: str
    specs: tuple[FieldSpec, ...]
    groups: dict[str, str] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    units: tuple[Unit, ...] = ()
    sought: Sought = field(default_factory=Sought)
    wording: Wording = field(default_factory=Wording)


_SHAPE = TypeAdapter(_Description)


def describe(schema: Schema) -> str:
    """A schema as JSON, the same bytes for the same schema."""
    description = _Description(
        name=schema.name,
        title=schema.title,
        version=schema.version,
        language=schema.language,
        file=schema.path.name,
        digest=schema.digest,
        specs=schema.specs,
        groups=schema.groups,
        relations=schema.relations,
        units=schema.units.own,
        sought=schema.sought,
        wording=schema.wording,
    )
    told = asdict(description) | {"specs": [_told(spec) for spec in schema.specs]}
    return json.dumps(told, ensure_ascii=False, indent=1, default=sorted) + "\n"


def read_description(path: Path) -> Schema:
    """The schema that a description tells of; its ``path`` is that of the description.

    :raises SchemaError: no such file, or not a description; ids that are none, or stand twice; units that do not hold.
    """
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST:
            raise ValueError(f"it has {len(data)} bytes")
        told = _SHAPE.validate_json(data)
    except OSError as error:
        raise SchemaError(f"cannot read {path}: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise SchemaError(f"{path} does not describe a schema: {place}: {first['msg']}") from error
    except ValueError as error:
        raise SchemaError(f"{path} does not describe a schema: {error}") from error
    units = _units(told, path)
    _check_ids(told, path)
    return Schema(
        name=told.name,
        title=told.title,
        version=told.version,
        language=told.language,
        specs=tuple(_with_units(spec, units) for spec in told.specs),
        groups=told.groups,
        relations=told.relations,
        model=Report,
        path=path,
        digest=told.digest,
        units=units,
        sought=told.sought,
        wording=told.wording,
    )


def _told(spec: FieldSpec) -> dict[str, Any]:
    """What a field says beside what every field says."""
    told = {}
    for one in fields(spec):
        value = getattr(spec, one.name)
        if one.name != "units" and (one.default is MISSING or value != one.default):
            told[one.name] = [_told(cell) for cell in value] if one.name == "cells" else value
    return told


def _with_units(spec: FieldSpec, units: Units) -> FieldSpec:
    return replace(spec, units=units, cells=tuple(_with_units(cell, units) for cell in spec.cells))


def _units(told: _Description, path: Path) -> Units:
    """The units of a described schema, each of which can be converted."""
    units = Units(told.units)
    try:
        for unit in units.own:
            units.measure(unit.name)
    except (ValueError, ArithmeticError) as error:
        raise SchemaError(f"{path} does not describe a schema: the units cannot be converted: {error}") from error
    return units


def _check_ids(told: _Description, path: Path) -> None:
    """Ids become columns, and names of files: they are what a schema file may use, and each is there once."""
    for together in (told.specs, *(spec.cells for spec in told.specs)):
        ids = [spec.id for spec in together]
        odd = next((name for name in ids if not ID.fullmatch(name) or ids.count(name) > 1), None)
        if odd is not None:
            raise SchemaError(f"{path} does not describe a schema: {odd!r} is no id, or stands twice")
    if not ID.fullmatch(told.name):
        raise SchemaError(f"{path} does not describe a schema: {told.name!r} is no name of one")
