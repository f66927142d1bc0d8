"""Loading a schema by name or by path.

A schema file is Python, so loading one runs it: it is trusted like any other program the user starts.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import re
import sys
import traceback
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from baogao.errors import SchemaError
from baogao.resources import digest_files, resource_dir
from baogao.schema.fields import Ask, FieldKind, FieldSpec, Figure, Group, Items, Relation, Report, Role, Schema, Text

_KINDS: tuple[tuple[object, FieldKind], ...] = ((Figure, "figure"), (Text, "text"), (Items, "items"))
_ID = re.compile(r"[a-z][a-z0-9_]*")
"""Ids of fields and names of schemas: they become columns, keys of JSON and names of Python."""
_FEWEST = {"rate": 3, "ordered": 2, "parts": 3}
"""How many fields each kind of relation needs; a rate has just so many."""


@dataclass(frozen=True)
class SourceLines:
    """A schema file that Python can parse. What is not found is said to stand on line 1."""

    path: Path

    def error(self, line: int, message: str) -> SchemaError:
        """An error at a line of this file."""
        return SchemaError(f"{self.path}, line {line}: {message}")

    def line_of_class(self, name: str) -> int:
        """Where a class begins."""
        return next((n.lineno for n in self._nodes if isinstance(n, ast.ClassDef) and n.name == name), 1)

    def lines_of_field(self, name: str) -> list[int]:
        """Every line on which a class of the file declares a field of that name, in order."""
        targets = [field.target for _, field in self._fields]
        return sorted(one.lineno for one in targets if isinstance(one, ast.Name) and one.id == name)

    def line_of_text(self, text: str) -> int:
        """Where a string is written."""
        return next((n.lineno for n in self._nodes if isinstance(n, ast.Constant) and n.value == text), 1)

    def line_of_annotation(self, line: int, namespace: dict[str, Any]) -> int:
        """The annotation that cannot be evaluated in the class that begins on ``line``; else that line.

        With postponed annotations Python evaluates them all together, and says only which class it was.
        """
        for field in (field for node, field in self._fields if node.lineno == line):
            try:
                value = eval(compile(ast.Expression(field.annotation), str(self.path), "eval"), namespace)
                if isinstance(value, str):
                    eval(value, namespace)
            except Exception:  # whatever it is, the caller has it already; only the place was missing
                return field.lineno
        return line

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.path.read_bytes())))

    @cached_property
    def _fields(self) -> list[tuple[ast.ClassDef, ast.AnnAssign]]:
        """Every field with the class that declares it."""
        classes = [node for node in self._nodes if isinstance(node, ast.ClassDef)]
        return [(node, item) for node in classes for item in node.body if isinstance(item, ast.AnnAssign)]


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
    hints = _hints(report, source)
    groups: dict[str, str] = {}
    specs: list[FieldSpec] = []
    for name, info in report.model_fields.items():
        hint = hints[name]
        if inspect.isclass(hint) and issubclass(hint, Group):
            groups[name] = _own_doc(hint) or name
            inner = _hints(hint, source)
            specs += [_spec(one, of, inner[one], name, source) for one, of in hint.model_fields.items()]
        else:
            specs.append(_spec(name, info, hint, "", source))
    if not specs:
        raise source.error(source.line_of_class(report.__name__), f"the class {report.__name__} has no fields")
    ids = [spec.id for spec in specs]
    for name in ids:
        lines = source.lines_of_field(name)
        if ids.count(name) > 1 or len(lines) > 1:  # in two groups, or in one class, where Python keeps only the second
            raise source.error(lines[-1] if lines else 1, f"two fields have the id {name!r}")
    roles = [spec.role for spec in specs if spec.role]
    twice = next((spec for spec in specs if spec.role and roles.count(spec.role) > 1), None)
    if twice is not None:
        raise source.error(source.lines_of_field(twice.id)[0], f"two fields have the role {twice.role!r}")
    for relation in report.relations:
        _check_relation(relation, {spec.id for spec in specs if spec.kind == "figure"}, source)
    return Schema(
        name=report.schema_name,
        title=_own_doc(report) or report.schema_name,
        version=report.schema_version,
        language=report.language,
        specs=tuple(specs),
        groups=groups,
        relations=report.relations,
        model=report,
        path=path,
        digest=digest_files([path]),
    )


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
    line = next(iter(source.lines_of_field(field_id)), 1)
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
    if ask.role is not None and (kind != "text" or ask.role not in get_args(Role)):
        message = f"the field {field_id} has the role {ask.role!r}; a Text may have one of {', '.join(get_args(Role))}"
        raise source.error(line, message)
    note = inspect.cleandoc(info.description)
    return FieldSpec(
        field_id, kind, ask.label, note, ask.unit, group, ask.additive, tuple(ask.terms), ask.pattern, ask.role
    )


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


def load_schema(name: str | Path = "law_based_government") -> Schema:
    """Load a schema that comes with baogao by its name, or anyone's own by the path of its ``.py`` file.

    A name that comes from a file, and not from the user, goes to :func:`shipped_schema`: a path would be run.

    :raises SchemaError: no such schema; the file does not run; a field that is not one; two fields of one id. The
        message names the file and the line.
    """
    if str(name).endswith(".py"):
        path = Path(name)
        if not path.is_file():
            raise SchemaError(f"there is no schema file {name}")
    else:
        return shipped_schema(str(name))
    return schema_of(report_class(_run(path), path), path)


def shipped_schema(name: str) -> Schema:
    """Load a schema that comes with baogao. A name that was read from data leads to no other file.

    :raises SchemaError: none of that name comes with baogao.
    """
    known = available_schemas()
    if name not in known:
        message = f"there is no schema named {name!r}; there are: {', '.join(known)} (or give the path of a .py file)"
        raise SchemaError(message)
    path = resource_dir("schemas") / f"{name}.py"
    return schema_of(report_class(_run(path), path), path)


def available_schemas() -> list[str]:
    """The names of the schemas that come with baogao."""
    return sorted(path.stem for path in resource_dir("schemas").glob("*.py"))


def _run(path: Path) -> ModuleType:
    """Execute a schema file as a module of its own; pydantic looks annotations up in ``sys.modules``."""
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    module_name = f"baogao_schema_{path.stem}_{place}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise SchemaError(f"{path} cannot be loaded as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        # Compiled here and now: a byte-code cache would bring back a file that was edited within the same second.
        exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), module.__dict__)
    except SyntaxError as error:
        raise SchemaError(f"{path}, line {error.lineno or 1}: {error.msg}") from error
    except PydanticUserError as error:
        raise SchemaError(f"{path}, line {_line_in(error, path)}: {_first_line(error.message)}") from error
    except (Exception, SystemExit) as error:  # a user's file may raise anything; its line is what helps
        message = f"{type(error).__name__}: {_first_line(str(error))}"
        line = SourceLines(path).line_of_annotation(_line_in(error, path), vars(module))
        raise SchemaError(f"{path}, line {line}: {message}") from error
    return module


def _line_in(error: BaseException, path: Path) -> int:
    """The line of the file on which an error arose, also when it arose in what that line called."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return (frames[-1].lineno if frames else None) or 1


def _first_line(message: str) -> str:
    return message.strip().split("\n", 1)[0]
