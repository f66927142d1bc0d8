"""From the classes of a schema file to the Schema that the engine works from; a mistake is an error with its line."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import get_args, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from baogao.choices import ReportingYear
from baogao.resources import digest_files
from baogao.schema.fields import (
    Ask,
    AskedPeriod,
    Cue,
    FieldSpec,
    Group,
    Printed,
    Relation,
    Report,
    Role,
    Row,
    Schema,
    Sought,
)
from baogao.schema.kinds import Annotation, annotation_of, ask_of
from baogao.schema.source import SourceLines
from baogao.schema.units import Units
from baogao.schema.wording import Wording

ID = re.compile(r"[a-z][a-z0-9_]*")
"""Ids of fields and names of schemas: they become columns, keys of JSON and names of Python."""
_FEWEST = {"rate": 3, "ordered": 2, "parts": 3}
"""How many fields each kind of relation needs; a rate has just so many."""
_ALLOWED = {
    "the report": "Figure, Text, Items, Choice, Date, Quote, a Group or list[Row]",
    "a group": "Figure, Choice, Date, Quote or a list of entries",
    "a row": "Figure, Choice, Date, Quote",
}
"""What a field may be, by where it stands."""
_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def report_class(module: ModuleType, path: Path) -> type[BaseModel]:
    """The class of the report that a schema file defines: the one derived from Report, or the outermost plain model.

    :raises SchemaError: there is none, or more than one, or it has no name.
    """
    source = SourceLines(path)
    models = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, BaseModel) and value.__module__ == module.__name__
    ]
    reports = [model for model in models if issubclass(model, Report)]
    plain = not reports and not any(issubclass(model, Group | Row) for model in models)
    if plain:
        inner = {id(one) for model in models for one in _models_in(model, source)}
        reports = [model for model in models if id(model) not in inner]  # type: ignore[misc]
    if len(reports) != 1:
        names = ", ".join(report.__name__ for report in reports) or "none"
        line = source.line_of_class(reports[1].__name__) if reports else 1
        wanted = "one outermost model" if plain and models else "exactly one class derived from Report"
        raise source.error(line, f"there must be {wanted}; there is: {names}")
    name = _schema_name(reports[0])
    if not isinstance(name, str) or not ID.fullmatch(name):
        line = source.line_of_class(reports[0].__name__)
        raise source.error(line, f'the class {reports[0].__name__} needs a schema_name like "my_report"')
    return reports[0]


def schema_of(report: type[BaseModel], path: Path) -> Schema:
    """Build the engine's view of a report class that was defined in ``path``.

    :raises SchemaError: a field that is not one, two fields of one id or one label, a relation between unknown fields.
    """
    source = SourceLines(path)
    units = _units(report, source)
    builder = _Builder(source, getattr(report, "language", "zh"), units)
    specs = builder.specs(report)
    if not specs:
        raise source.error(source.line_of_class(report.__name__), f"the class {report.__name__} has no fields")
    _check_ids(specs, source)
    _check_labels(specs, source)
    roles = [spec.role for spec in specs if spec.role]
    twice = next((spec for spec in specs if spec.role and roles.count(spec.role) > 1), None)
    if twice is not None:
        raise source.error(source.lines_of_field(twice.id)[0], f"two fields have the role {twice.role!r}")
    relations: tuple[Relation, ...] = getattr(report, "relations", ())
    for relation in relations:
        _check_relation(relation, {spec.id for spec in specs if spec.kind == "figure"}, source)
    return Schema(
        name=_schema_name(report),
        title=_own_doc(report) or _schema_name(report),
        version=getattr(report, "schema_version", 1),
        language=builder.language,
        specs=specs,
        groups=builder.groups,
        relations=relations,
        model=report,
        path=path,
        digest=digest_files([path]),
        units=units,
        sought=_sought(report, specs, units, source),
        wording=getattr(report, "wording", Wording()),
    )


@dataclass
class _Builder:
    """Reads the fields of a report class and of the models in it."""

    source: SourceLines
    language: str
    units: Units

    def __post_init__(self) -> None:
        self.groups: dict[str, str] = {}
        """Group id to label, in order."""

    def specs(self, report: type[BaseModel]) -> tuple[FieldSpec, ...]:
        """Every field, those of groups in the place of their group."""
        found: list[FieldSpec] = []
        hints = _hints(report, self.source)
        for name, info in report.model_fields.items():
            annotation = annotation_of(hints[name], self.language)
            if annotation is not None and annotation.kind == "group" and annotation.model is not None:
                self.groups[name] = _own_doc(annotation.model) or info.title or name
                found += self._of_model(annotation.model, name, "a group", "rows")
            else:
                found.append(self._spec(name, info, annotation, "", "the report"))
        return tuple(found)

    def _of_model(self, model: type[BaseModel], group: str, where: str, *barred: str) -> list[FieldSpec]:
        """The fields of a group, or the cells of a row."""
        hints = _hints(model, self.source)
        found = []
        for name, info in model.model_fields.items():
            annotation = annotation_of(hints[name], self.language)
            if annotation is not None and annotation.kind in ("group", "text", *barred):
                annotation = None
            found.append(self._spec(name, info, annotation, group, where))
        return found

    def _spec(self, name: str, info: FieldInfo, annotation: Annotation | None, group: str, where: str) -> FieldSpec:
        line = next(iter(self.source.lines_of_field(name)), 1)
        if annotation is None or annotation.kind == "group":
            raise self.source.error(line, f"the field {name} of {where} must be annotated as {_ALLOWED[where]}")
        ask = ask_of(name, info, annotation)
        if ask is None:
            raise self.source.error(line, f'the field {name} needs one Ask("label", …) in its Annotated[…]')
        note = inspect.cleandoc(info.description or "")
        fault = _fault(name, ask, note, annotation)
        if fault:
            raise self.source.error(line, fault)
        cells: tuple[FieldSpec, ...] = ()
        if annotation.kind == "rows" and annotation.model is not None:
            cells = tuple(self._of_model(annotation.model, "", "a row", "items", "rows"))
        spec = FieldSpec(
            id=name,
            kind=annotation.kind,
            label=ask.label,
            note=note,
            unit=ask.unit,
            group=group,
            additive=ask.additive,
            terms=tuple(ask.terms),
            pattern=ask.pattern,
            role=ask.role,
            period=ask.period,
            allow=frozenset(ask.allow),
            signed=ask.signed,
            takes=frozenset(ask.takes),
            options=tuple(ask.options) if annotation.kind == "choice" else (),
            key=ask.key,
            cells=cells,
            units=self.units,
        )
        if spec.kind == "rows" and spec.named_by is None:
            raise self.source.error(
                line, f"the rows of {name} need a key: a Quote that names a row, or Ask(…, key=True)"
            )
        return spec


def _fault(name: str, ask: Ask, note: str, annotation: Annotation) -> str | None:
    """What is wrong with a field, as a sentence; None where nothing is."""
    if not ID.fullmatch(name):
        return f"an id has small letters, digits and _ only: {name!r}"
    if not note and not annotation.plain:
        return f"the field {name} needs a docstring below it, its note"
    fault = _fault_of_ask(ask, annotation)
    return fault and f"the field {name} {fault}"


def _fault_of_ask(ask: Ask, annotation: Annotation) -> str | None:
    """What is wrong with what a field asks for, as the rest of a sentence; None where nothing is."""
    kind, options = annotation.kind, list(ask.options)
    if ask.role is not None and (kind != "text" or ask.role not in get_args(Role)):
        return f"has the role {ask.role!r}; a Text may have one of {', '.join(get_args(Role))}"
    if ask.period not in get_args(AskedPeriod):
        return f"has the period {ask.period!r}; there are {', '.join(get_args(AskedPeriod))}"
    for known, given, word in ((get_args(Cue), ask.allow, "allows"), (get_args(Printed), ask.takes, "takes")):
        if isinstance(given, str):
            return f"{word} {given!r}, which is no list; write [{given!r}]"
        strange = next((one for one in given if one not in known), None)
        if strange is not None:
            return f"{word} {strange!r}; it may be some of {', '.join(known)}"
    if not ask.takes:
        return "takes nothing: it needs one of " + ", ".join(get_args(Printed))
    if kind == "choice" and (len(options) < 2 or len(set(options)) < len(options)):
        return f"needs two or more different options; it has: {', '.join(options) or 'none'}"
    return None


def _check_ids(specs: tuple[FieldSpec, ...], source: SourceLines) -> None:
    ids = [spec.id for spec in specs]
    cells = {cell.id for spec in specs for cell in spec.cells}
    for name in ids:
        lines = source.lines_of_field(name)
        # In two groups, or in one class, where Python keeps only the second; a row has names of its own.
        if ids.count(name) > 1 or (len(lines) > 1 and name not in cells):
            raise source.error(lines[-1] if lines else 1, f"two fields have the id {name!r}")


def _check_labels(specs: tuple[FieldSpec, ...], source: SourceLines) -> None:
    """Forms and replies know a field by its label."""
    for together in (specs, *(spec.cells for spec in specs)):
        seen: dict[str, str] = {}
        for spec in together:
            if spec.label in seen:
                line = next(iter(source.lines_of_field(spec.id)), 1)
                raise source.error(line, f"two fields have the label {spec.label!r}: {seen[spec.label]} and {spec.id}")
            seen[spec.label] = spec.id


def _units(report: type[BaseModel], source: SourceLines) -> Units:
    """The units of a schema, each of which can be converted into those that it is said in."""
    units = Units(tuple(getattr(report, "units", ())))
    unknown = units.unknown()
    if unknown is not None:
        raise source.error(
            source.line_of_text(unknown), f"nothing is known of the unit {unknown!r}: it cannot be converted"
        )
    for unit in units.own:
        try:
            units.measure(unit.name)
        except (ValueError, ArithmeticError) as error:
            message = f"the unit {unit.name!r} cannot be converted: {error if str(error) else unit.factor}"
            raise source.error(source.line_of_text(unit.name), message) from error
    return units


def _sought(report: type[BaseModel], specs: tuple[FieldSpec, ...], units: Units, source: SourceLines) -> Sought:
    year: ReportingYear = getattr(report, "reporting_year", "title")
    if year not in get_args(ReportingYear):
        message = f"the reporting_year is {year!r}; there are {', '.join(get_args(ReportingYear))}"
        raise source.error(source.line_of_class(report.__name__), message)
    every = [one for spec in specs for one in (spec, *spec.cells)]
    figures = [spec for spec in every if spec.kind == "figure"]
    taken = frozenset().union(*(spec.takes for spec in figures))
    names = {units.name_of(spec.unit) for spec in figures} | {unit.name for unit in units.own}
    return Sought(
        year=year,
        kinds=taken | {"date"} if any(spec.kind == "date" for spec in every) else taken,
        signed=any(spec.signed for spec in figures),
        units=tuple(sorted((name for name in names if name), key=lambda name: (-len(name), name))),
    )


def _schema_name(report: type[BaseModel]) -> str:
    """The name that a report class gives itself; of a plain model its own, in small letters."""
    if issubclass(report, Report):
        return getattr(report, "schema_name", "")
    return _WORD_ENDS.sub("_", report.__name__).lower()


def _models_in(model: type[BaseModel], source: SourceLines) -> list[type[BaseModel]]:
    """The models that a model's fields are of."""
    found = (annotation_of(hint, "") for hint in _hints(model, source).values())
    return [one.model for one in found if one is not None and one.model is not None]


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


def _check_relation(relation: Relation, known: set[str], source: SourceLines) -> None:
    """Every field of a relation must be a figure, and there must be as many as its kind needs."""
    for name in relation.fields:
        if name not in known:
            message = f"a relation names the figure {name!r}, which does not exist"
            raise source.error(source.line_of_text(name), message)
    line = source.line_of_text(relation.kind)
    fewest = _FEWEST.get(relation.kind)
    if fewest is None:
        raise source.error(line, f"there is no relation {relation.kind!r}, only {', '.join(_FEWEST)}")
    if len(relation.fields) < fewest or (relation.kind == "rate" and len(relation.fields) != fewest):
        raise source.error(line, f"the relation {relation.kind!r} needs {fewest} fields")
