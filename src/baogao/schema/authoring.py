"""What the author of a schema works with: it as a table, and as JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from rich.markup import escape
from rich.table import Table

from baogao.schema.fields import FieldKind, Schema
from baogao.schema.values import Answer, Item, TextAnswer

_PARTS: tuple[tuple[str, FieldKind, type[BaseModel]], ...] = (
    ("metadata", "text", TextAnswer),
    ("fields", "figure", Answer),
    ("lists", "items", Item),
)
"""The parts of a record that a schema decides, which kind of field each has, and what a value or an entry of it is."""


def json_schema(schema: Schema) -> dict[str, Any]:
    """JSON Schema (2020-12) of the part of a record that a schema decides: ``metadata``, ``fields`` and ``lists``.

    Beside the standard keys a figure has ``x-unit``, ``x-group`` and, where parts may be summed, ``x-additive``.
    """
    _, definitions = models_json_schema([(model, "serialization") for _, _, model in _PARTS])
    parts: dict[str, Any] = {}
    for part, kind, model in _PARTS:
        reference = {"$ref": f"#/$defs/{model.__name__}"}
        value = {"type": "array", "items": reference} if kind == "items" else reference
        properties: dict[str, Any] = {}
        for spec in schema.specs:
            if spec.kind == kind:
                extras = {"x-unit": spec.unit, "x-group": spec.group, "x-additive": spec.additive}
                given = {key: extra for key, extra in extras.items() if extra}
                properties[spec.id] = {"title": spec.label, "description": spec.note, **value, **given}
        parts[part] = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.name,
        "description": schema.title,
        "type": "object",
        "properties": parts,
        "required": list(parts),
        "$defs": definitions["$defs"],
    }


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
