"""A schema for people and for programs: as a table, and as JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema
from rich.markup import escape
from rich.table import Table

from baogao.schema.fields import FieldKind, FieldSpec, Schema
from baogao.schema.values import Answer, Item, TextAnswer

_MODELS: dict[FieldKind, str] = {"figure": "Answer", "text": "TextAnswer", "items": "Item"}
_PARTS: tuple[tuple[str, FieldKind], ...] = (("metadata", "text"), ("fields", "figure"), ("lists", "items"))


def json_schema(schema: Schema) -> dict[str, Any]:
    """JSON Schema (2020-12) of the part of a record that a schema decides: ``metadata``, ``fields`` and ``lists``.

    Beside the standard keys a figure has ``x-unit``, ``x-group`` and, where parts may be summed, ``x-additive``.
    """
    _, definitions = models_json_schema([(model, "serialization") for model in (Answer, TextAnswer, Item)])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.name,
        "description": schema.title,
        "type": "object",
        "properties": {part: _part([s for s in schema.specs if s.kind == kind]) for part, kind in _PARTS},
        "required": [part for part, _ in _PARTS],
        "$defs": definitions["$defs"],
    }


def _part(specs: list[FieldSpec]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {spec.id: _property(spec) for spec in specs},
        "required": [spec.id for spec in specs],
        "additionalProperties": False,
    }


def _property(spec: FieldSpec) -> dict[str, Any]:
    reference = {"$ref": f"#/$defs/{_MODELS[spec.kind]}"}
    data: dict[str, Any] = {"title": spec.label, "description": spec.note}
    data |= {"type": "array", "items": reference} if spec.kind == "items" else reference
    if spec.unit:
        data["x-unit"] = spec.unit
    if spec.group:
        data["x-group"] = spec.group
    if spec.additive:
        data["x-additive"] = True
    return data


def as_table(schema: Schema) -> Table:
    """Every field with its label, unit and note, group by group."""
    table = Table(title=f"{escape(schema.title)} ({schema.name}, version {schema.version})", title_justify="left")
    table.add_column("field", no_wrap=True)
    for name in ("label", "unit", "note"):
        # Chinese has no blanks to break a line at: without folding, a long note would be cut off.
        table.add_column(name, overflow="fold", ratio=1 if name == "note" else None)
    section = None
    for spec in schema.specs:
        here = schema.groups.get(spec.group, spec.kind)
        if here != section:
            table.add_section()
            if spec.group:
                table.add_row(f"[bold]{escape(here)}[/bold]")
            section = here
        unit = f"{spec.unit}, additive" if spec.additive else spec.unit
        table.add_row(spec.id, escape(spec.label), escape(unit), escape(spec.note))
    return table
