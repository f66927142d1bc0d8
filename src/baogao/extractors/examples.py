"""Worked examples: short passages with their forms filled, shown to a model before it is asked.

They stand beside the schema, ``NAME.examples.yaml`` next to ``NAME.py``::

    - passage: 组织评查执法案卷86卷，发现问题31个。
      answers:
        case_files_reviewed: 86卷
        case_file_problems: 31个
        case_files_self_checked: 无

A value that leaks from an example into an answer is caught: it is not among the passage's candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from baogao.errors import PromptError
from baogao.schema.fields import Schema
from baogao.schema.values import Strict


class _Written(Strict):
    """One example as written in the file."""

    passage: str
    answers: dict[str, str]


@dataclass(frozen=True)
class Line:
    """One line of a form: the field's name and what belongs behind it."""

    label: str
    unit: str
    answer: str


@dataclass(frozen=True)
class Example:
    """A passage and its form, filled."""

    passage: str
    form: tuple[Line, ...]


_FILE = TypeAdapter(list[_Written])


def examples_path(schema: Schema) -> Path:
    """Where a schema's worked examples are."""
    return schema.path.with_name(f"{schema.path.stem}.examples.yaml")


def load_examples(schema: Schema) -> tuple[Example, ...]:
    """The worked examples of a schema; none where it has no such file.

    :raises PromptError: the file is not of the form above, or names an unknown field.
    """
    path = examples_path(schema)
    if not path.is_file():
        return ()
    try:
        written = _FILE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise PromptError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise PromptError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return tuple(Example(" ".join(one.passage.split()), _form(one, schema, path)) for one in written)


def _form(written: _Written, schema: Schema, path: Path) -> tuple[Line, ...]:
    unknown = [name for name in written.answers if name not in schema.by_id]
    if unknown:
        raise PromptError(f"{path}: the schema {schema.name} has no field {unknown[0]!r}")
    return tuple(
        Line(schema.by_id[name].label, schema.by_id[name].unit, answer) for name, answer in written.answers.items()
    )
