"""What an author should know of a schema that loads: where its fields ask for what reports will hardly give."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from baogao.candidates.numbers import UNIT
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.source import SourceLines


def advice(schema: Schema, ruled: Collection[str] | None = None) -> list[str]:
    """One sentence for each doubt, with the line of its field, in the order of the fields.

    :param ruled: the choices, dates and quotes that its rules answer; None where it has no rules.
    """
    source = SourceLines(schema.path)
    said = []
    for spec in (one for field in schema.specs for one in (field, *field.cells)):
        line = next(iter(source.lines_of_field(spec.id)), 1)
        said += [f"{schema.path.name}, line {line}: {spec.id}: {doubt}" for doubt in _doubts(spec, schema, ruled)]
    return said


def _doubts(spec: FieldSpec, schema: Schema, ruled: Collection[str] | None) -> Iterator[str]:
    unit = schema.units.name_of(spec.unit)
    if unit and not schema.units.is_measured(unit) and not re.fullmatch(UNIT, unit):
        yield f"the unit {unit!r} is read where it is printed just so, and never converted"
    earlier = schema.figures[: schema.figures.index(spec)] if spec in schema.figures and spec.terms else ()
    twin = next((other for other in earlier if _asks(other) == _asks(spec)), None)
    if twin is not None:
        yield f"nothing but label and note tells it from {twin.id}: terms, unit and period are the same"
    silent = ruled is not None and spec in schema.fields and spec.id not in ruled
    if silent and spec.kind == "choice" and not spec.terms:
        yield "no rule answers it, and it has no terms: only its label and options say where it is looked for"


def _asks(spec: FieldSpec) -> tuple[object, ...]:
    """What tells a figure from others, beside its label and its note."""
    return frozenset(spec.terms), spec.unit, spec.period, spec.allow, spec.takes
