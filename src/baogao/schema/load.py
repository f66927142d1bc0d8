"""Loading a schema by name or by path, and saying exactly what is wrong with one.

A schema file is Python, so loading one runs it: it is trusted like any other program the user starts.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from baogao.errors import SchemaError
from baogao.resources import digest_files, resource_dir
from baogao.schema.fields import Ask, FieldKind, FieldSpec, Figure, Group, Items, Report, Schema, Text

_KINDS: tuple[tuple[object, FieldKind], ...] = ((Figure, "figure"), (Text, "text"), (Items, "items"))
_ID = re.compile(r"[a-z][a-z0-9_]*")


def load_schema(name: str | Path = "law_based_government") -> Schema:
    """Load a schema that comes with baogao by its name, or anyone's own by the path of its ``.py`` file.

    :raises SchemaError: no such schema; the file does not run; a field that is not one; two fields of one id. The
        message names the file and the line.
    """
    path = _find(str(name))
    return schema_of(_report_class(_run(path), path), path)


def available_schemas() -> list[str]:
    """The names of the schemas that come with baogao."""
    return sorted(path.stem for path in resource_dir("schemas").glob("*.py"))


def schema_of(report: type[Report], path: Path) -> Schema:
    """Build the engine's view of a report class that was defined in ``path``."""
    groups: dict[str, str] = {}
    specs = list(_specs(report, path, groups))
    seen: set[str] = set()
    for spec in specs:
        if spec.id in seen:
            raise SchemaError(f"{_where(path, spec.id)}: two fields have the id {spec.id!r}")
        seen.add(spec.id)
    _check_relations(report, seen, path)
    return Schema(
        name=report.schema_name,
        title=inspect.getdoc(report) or report.schema_name,
        version=report.schema_version,
        language=report.language,
        specs=tuple(specs),
        groups=groups,
        relations=report.relations,
        model=report,
        path=path,
        digest=digest_files([path]),
    )


def _find(name: str) -> Path:
    if name.endswith(".py"):
        path = Path(name)
        if not path.is_file():
            raise SchemaError(f"there is no schema file {name}")
        return path
    path = resource_dir("schemas") / f"{name}.py"
    if not path.is_file():
        known = ", ".join(available_schemas())
        raise SchemaError(f"there is no schema named {name!r}; there are: {known} (or give the path of a .py file)")
    return path


def _run(path: Path) -> ModuleType:
    """Execute a schema file as a module of its own; pydantic looks annotations up in ``sys.modules``."""
    module_name = f"baogao_schema_{path.stem}_{abs(hash(str(path.resolve()))):x}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise SchemaError(f"{path} cannot be loaded as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise SchemaError(f"{path}, line {error.lineno}: {error.msg}") from error
    except PydanticUserError as error:
        raise SchemaError(f"{path}, line {_line_in(error, path)}: {error.message.splitlines()[0]}") from error
    except Exception as error:  # a user's file may raise anything; its line is what helps
        raise SchemaError(f"{path}, line {_line_in(error, path)}: {type(error).__name__}: {error}") from error
    return module


def _line_in(error: BaseException, path: Path) -> int | str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return frames[-1].lineno or "?" if frames else "?"


def _report_class(module: ModuleType, path: Path) -> type[Report]:
    reports = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Report) and value.__module__ == module.__name__
    ]
    if len(reports) != 1:
        names = ", ".join(report.__name__ for report in reports) or "none"
        raise SchemaError(f"{path} must define exactly one class derived from Report; it defines {names}")
    if not isinstance(getattr(reports[0], "schema_name", None), str):
        raise SchemaError(f"{_where(path, reports[0].__name__)}: the class {reports[0].__name__} needs a schema_name")
    return reports[0]


def _specs(report: type[Report], path: Path, groups: dict[str, str]) -> Iterator[FieldSpec]:
    hints = get_type_hints(report, include_extras=False)
    for name, info in report.model_fields.items():
        hint = hints[name]
        if inspect.isclass(hint) and issubclass(hint, Group):
            groups[name] = inspect.getdoc(hint) or name
            inner = get_type_hints(hint, include_extras=False)
            for field_id, field_info in hint.model_fields.items():
                yield _spec(field_id, field_info, inner[field_id], name, path)
        else:
            yield _spec(name, info, hint, "", path)


def _spec(field_id: str, info: FieldInfo, hint: object, group: str, path: Path) -> FieldSpec:
    asks = [extra for extra in info.metadata if isinstance(extra, Ask)]
    kind = next((kind for type_, kind in _KINDS if hint == type_), None)
    if kind is None or (group and kind != "figure"):
        allowed = "Figure" if group else "Text, Items or a Group"
        raise SchemaError(f"{_where(path, field_id)}: the field {field_id} must be annotated as {allowed}")
    if len(asks) != 1:
        raise SchemaError(
            f'{_where(path, field_id)}: the field {field_id} needs one Ask("label", …) in its Annotated[…]'
        )
    if not _ID.fullmatch(field_id):
        raise SchemaError(f"{_where(path, field_id)}: an id has small letters, digits and _ only: {field_id!r}")
    if not info.description:
        raise SchemaError(f"{_where(path, field_id)}: the field {field_id} needs a docstring below it, its note")
    ask = asks[0]
    note = inspect.cleandoc(info.description)
    return FieldSpec(field_id, kind, ask.label, note, ask.unit, group, ask.additive, tuple(ask.terms))


def _check_relations(report: type[Report], known: set[str], path: Path) -> None:
    for relation in report.relations:
        for name in relation.fields:
            if name not in known:
                raise SchemaError(f"{_where(path, name)}: a relation names the field {name!r}, which does not exist")


def _where(path: Path, name: str) -> str:
    """``FILE, line N``: the first line of the file on which ``name`` stands as a word."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if re.search(rf"\b{re.escape(name)}\b", line):
            return f"{path}, line {number}"
    return str(path)
