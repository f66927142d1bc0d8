"""From a report class to the Schema that the engine works from, naming the line of everything that is wrong."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from baogao.resources import digest_files
from baogao.schema.fields import Ask, FieldKind, FieldSpec, Figure, Group, Items, Relation, Report, Schema, Text
from baogao.schema.source import SourceLines

_KINDS: tuple[tuple[object, FieldKind], ...] = ((Figure, "figure"), (Text, "text"), (Items, "items"))
_ID = re.compile(r"[a-z][a-z0-9_]*")
_FEWEST = {"rate": 3, "ordered": 2, "parts": 3}


def report_class(module: ModuleType, path: Path) -> type[Report]:
    """The one class derived from Report that a schema file defines.

    :raises SchemaError: there is none, or more than one, or it has no name.
    """
    source = SourceLines(path)
    reports = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Report) and value.__module__ == module.__name__
    ]
    if len(reports) != 1:
        names = ", ".join(report.__name__ for report in reports) or "none"
        line = source.line_of_class(reports[1].__name__) if reports else 1
        raise source.error(line, f"there must be exactly one class derived from Report; there is: {names}")
    name = getattr(reports[0], "schema_name", None)
    if not isinstance(name, str) or not _ID.fullmatch(name):
        line = source.line_of_class(reports[0].__name__)
        raise source.error(line, f'the class {reports[0].__name__} needs a schema_name like "my_report"')
    return reports[0]


def schema_of(report: type[Report], path: Path) -> Schema:
    """Build the engine's view of a report class that was defined in ``path``.

    :raises SchemaError: a field that is not one, two fields of one id, a relation between unknown fields.
    """
    source = SourceLines(path)
    groups: dict[str, str] = {}
    specs = tuple(_specs(report, source, groups))
    if not specs:
        raise source.error(source.line_of_class(report.__name__), f"the class {report.__name__} has no fields")
    _check_ids(source, [spec.id for spec in specs])
    for relation in report.relations:
        _check_relation(relation, {spec.id for spec in specs if spec.kind == "figure"}, source)
    return Schema(
        name=report.schema_name,
        title=_own_doc(report) or report.schema_name,
        version=report.schema_version,
        language=report.language,
        specs=specs,
        groups=groups,
        relations=report.relations,
        model=report,
        path=path,
        digest=digest_files([path]),
    )


def _specs(report: type[Report], source: SourceLines, groups: dict[str, str]) -> Iterator[FieldSpec]:
    hints = _hints(report, source)
    for name, info in report.model_fields.items():
        hint = hints[name]
        if inspect.isclass(hint) and issubclass(hint, Group):
            groups[name] = _own_doc(hint) or name
            inner = _hints(hint, source)
            for field_id, field_info in hint.model_fields.items():
                yield _spec(field_id, field_info, inner[field_id], name, source)
        else:
            yield _spec(name, info, hint, "", source)


def _hints(model: type[BaseModel], source: SourceLines) -> dict[str, object]:
    try:
        return get_type_hints(model, include_extras=False)
    except (NameError, TypeError) as error:
        line = source.line_of_class(model.__name__)
        line = source.line_of_annotation(line, vars(sys.modules[model.__module__]))
        raise source.error(line, f"{model.__name__}: {error}") from error


def _own_doc(model: type[BaseModel]) -> str:
    """A class's own docstring; that of Group or Report says nothing about it."""
    return inspect.cleandoc(model.__dict__.get("__doc__") or "")


def _spec(field_id: str, info: FieldInfo, hint: object, group: str, source: SourceLines) -> FieldSpec:
    asks = [extra for extra in info.metadata if isinstance(extra, Ask)]
    kind = next((kind for type_, kind in _KINDS if hint == type_), None)
    line = source.line_of_field(field_id)
    if kind is None or (group and kind != "figure"):
        allowed = "Figure" if group else "Figure, Text, Items or a Group"
        raise source.error(line, f"the field {field_id} must be annotated as {allowed}")
    if len(asks) != 1:
        raise source.error(line, f'the field {field_id} needs one Ask("label", …) in its Annotated[…]')
    if not _ID.fullmatch(field_id):
        raise source.error(line, f"an id has small letters, digits and _ only: {field_id!r}")
    if not info.description:
        raise source.error(line, f"the field {field_id} needs a docstring below it, its note")
    ask = asks[0]
    note = inspect.cleandoc(info.description)
    return FieldSpec(field_id, kind, ask.label, note, ask.unit, group, ask.additive, tuple(ask.terms), ask.pattern)


def _check_ids(source: SourceLines, ids: list[str]) -> None:
    """Two fields of one id: in two groups, or in one class, where Python keeps only the second."""
    for name in ids:
        lines = source.lines_of_field(name)
        if ids.count(name) > 1 or len(lines) > 1:
            raise source.error(lines[-1] if lines else 1, f"two fields have the id {name!r}")


def _check_relation(relation: Relation, known: set[str], source: SourceLines) -> None:
    for name in relation.fields:
        if name not in known:
            message = f"a relation names the figure {name!r}, which does not exist"
            raise source.error(source.line_of_text(name), message)
    fewest = _FEWEST.get(relation.kind)
    if fewest is None:
        kinds = ", ".join(_FEWEST)
        raise source.error(source.line_of_text(relation.kind), f"there is no relation {relation.kind!r}, only {kinds}")
    if len(relation.fields) < fewest or (relation.kind == "rate" and len(relation.fields) != fewest):
        message = f"the relation {relation.kind!r} needs {fewest} fields"
        raise source.error(source.line_of_text(relation.kind), message)
