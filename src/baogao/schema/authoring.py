"""What the author of a schema works with: it as a table, and as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, get_args

from pydantic.json_schema import models_json_schema
from rich.markup import escape
from rich.table import Table

from baogao.schema.fields import Cue, FieldSpec, Printed, Schema
from baogao.schema.values import Answer, Item, TextAnswer

_NUMBER = ({"type": "integer"}, {"type": "number"})
_WORDS = (*_NUMBER, {"type": "string"})
"""Digits alone are written as a number, whatever they are of: an option, a quote, a year."""
_YEAR = {"type": "integer", "minimum": 0, "maximum": 9999}
_DATE = ({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}, _YEAR)
_VALUES: dict[str, tuple[dict[str, Any], ...]] = {
    "Answer": _NUMBER,
    "RangeAnswer": _NUMBER,
    "ChoiceAnswer": _WORDS,
    "DateAnswer": _DATE,
    "QuoteAnswer": _WORDS,
}
"""The kinds of answer that a JSON Schema knows, and what their values may be."""
_LEFT_OUT: dict[str, tuple[str, ...]] = {"Answer": ("upper",), "RangeAnswer": ()}
"""Keys that an answer never has; words have none of a figure's."""


def json_schema(schema: Schema) -> dict[str, Any]:
    """JSON Schema (2020-12) of the part of a record that a schema decides: ``metadata``, ``fields``, ``lists`` and,
    where it has any, ``rows``.

    Beside the standard keys a field has, where its author said so, ``x-unit``, ``x-group``, ``x-additive``,
    ``x-signed``, ``x-period``, ``x-allow``, ``x-takes``; a cell that names its row has ``x-key``.
    """
    parts = {
        "metadata": _object({spec.id: _property(spec, {"$ref": "#/$defs/TextAnswer"}) for spec in schema.metadata}),
        "fields": _object({spec.id: _property(spec, _answer(spec)) for spec in schema.fields}),
        "lists": _object({spec.id: _property(spec, _array({"$ref": "#/$defs/Item"})) for spec in schema.lists}),
    }
    if schema.rows:
        parts["rows"] = _object({spec.id: _property(spec, _array(_row(spec))) for spec in schema.rows})
    answered = [*schema.fields, *(cell for spec in schema.rows for cell in spec.cells)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.name,
        "description": schema.title,
        "type": "object",
        "properties": parts,
        "required": list(parts),
        "$defs": _definitions({_kind_of_answer(spec) for spec in answered}),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _row(spec: FieldSpec) -> dict[str, Any]:
    """One row of a list: a cell that is not there is not reported."""
    return _object({cell.id: _property(cell, _answer(cell)) for cell in spec.cells}) | {"required": []}


def _property(spec: FieldSpec, value: dict[str, Any]) -> dict[str, Any]:
    """A field: its label, its note, what it holds, and what else its author said of it."""
    extras = {
        "x-unit": spec.unit,
        "x-group": spec.group,
        "x-additive": spec.additive,
        "x-signed": spec.signed,
        "x-period": "" if spec.period == "this" else spec.period,
        "x-allow": sorted(spec.allow),
        "x-takes": [] if spec.takes == {"number"} else sorted(spec.takes),
        "x-key": spec.key,
    }
    return {"title": spec.label, "description": spec.note, **value, **{key: one for key, one in extras.items() if one}}


def _answer(spec: FieldSpec) -> dict[str, Any]:
    """An answer of the field's kind, of a choice with its options, whether it is given or held back."""
    answer: dict[str, Any] = {"$ref": f"#/$defs/{_kind_of_answer(spec)}"}
    if spec.kind != "choice":
        return answer
    written = [Answer(status="reported", value=option).model_dump(mode="json")["value"] for option in spec.options]
    value = {"value": {"enum": written}}
    return answer | {"properties": {**value, "held_back": {"properties": value}}}


def _kind_of_answer(spec: FieldSpec) -> str:
    if spec.kind == "figure":
        return "RangeAnswer" if "range" in spec.takes else "Answer"
    return f"{spec.kind.title()}Answer"


def _definitions(kinds: Iterable[str]) -> dict[str, Any]:
    """What the values and entries of a record are; of answers, given or held back, only some kinds."""
    _, whole = models_json_schema([(model, "serialization") for model in (TextAnswer, Answer, Item)])
    found: dict[str, Any] = whole["$defs"]
    answer, held_back = found.pop("Answer"), found.pop("HeldBack")
    for kind in kinds:
        held_name = kind.replace("Answer", "HeldBack")
        for name, model in ((kind, answer), (held_name, held_back)):
            properties = deepcopy(model["properties"])
            nothing = [one for one in properties["value"]["anyOf"] if one["type"] == "null"]
            properties["value"]["anyOf"] = [*_VALUES[kind], *nothing]
            for key in _LEFT_OUT.get(kind, ("upper", "bound", "unit")):
                del properties[key]
            found[name] = model | {"properties": properties, "title": name}
        found[kind]["properties"]["held_back"]["anyOf"][0]["$ref"] = f"#/$defs/{held_name}"
    return dict(sorted(found.items()))


def as_table(schema: Schema) -> Table:
    """Every field with its label, what its answer is, and its note, group by group; below rows their cells."""
    table = Table(title=f"{escape(schema.title)} ({schema.name}, version {schema.version})", title_justify="left")
    table.add_column("field", no_wrap=True)
    for name in ("label", "answer", "note"):
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
        for name, one in ((spec.id, spec), *((f"{spec.id}.{cell.id}", cell) for cell in spec.cells)):
            table.add_row(name, escape(one.label), escape(_asked(one)), escape(one.note))
    return table


def _asked(spec: FieldSpec) -> str:
    """What a field's answer is, in a few words: 卷, additive; %, of the next period; 是 / 否; date."""
    said = {
        "figure": spec.unit,
        "choice": " / ".join(spec.options),
        "date": "date",
        "quote": "words as printed",
        "rows": "rows",
    }
    parts = [
        said.get(spec.kind, ""),
        "additive" if spec.additive else "",
        "" if spec.period == "this" else "of any period" if spec.period == "any" else f"{spec.period} period",
        "signed" if spec.signed else "",
        "" if spec.takes == {"number"} else " or ".join(one for one in get_args(Printed) if one in spec.takes),
        *(f"{one.replace('_', ' ')} allowed" for one in get_args(Cue) if one in spec.allow),
        "names the row" if spec.key else "",
    ]
    return ", ".join(filter(None, parts))
