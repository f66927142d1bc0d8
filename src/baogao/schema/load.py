"""Loading a schema by name or by path.

A schema file is Python, so loading one runs it: it is trusted like any other program the user starts.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from pydantic.errors import PydanticUserError

from baogao.errors import SchemaError
from baogao.resources import resource_dir
from baogao.schema.build import report_class, schema_of
from baogao.schema.fields import Schema
from baogao.schema.source import SourceLines


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
