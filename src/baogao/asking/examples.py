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
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from baogao.errors import PromptError
from baogao.schema.fields import Schema
from baogao.schema.values import Strict

T = TypeVar("T")


class _Written(Strict):
    """One example as written in the file."""

    passage: str
    answers: dict[str, str]


@dataclass(frozen=True)
class FormLine:
    """One line of a form: the field's name and what belongs behind it."""

    label: str
    unit: str
    answer: str


@dataclass(frozen=True)
class WorkedExample:
    """A passage and its form, filled."""

    passage: str
    form: tuple[FormLine, ...]


class _WrittenChoice(Strict):
    """One worked choice as written in the file."""

    passage: str
    fields: list[str]
    answer: str | None = None
    """One of the fields; without it none of them is right."""


@dataclass(frozen=True)
class WorkedChoice:
    """A passage with one figure in 【】, the fields to choose from, and the right one."""

    passage: str
    labels: tuple[str, ...]
    right: int
    """The number of the right label, from 0; one past the last where none is right."""


_FILE = TypeAdapter(list[_Written])
_CHOICES = TypeAdapter(list[_WrittenChoice])


def examples_path(schema: Schema) -> Path:
    """Where a schema's worked examples are."""
    return schema.path.with_name(f"{schema.path.stem}.examples.yaml")


def choices_path(schema: Schema) -> Path:
    """Where a schema's worked choices are: ``NAME.choices.yaml``, a list of passage, fields and answer."""
    return schema.path.with_name(f"{schema.path.stem}.choices.yaml")


def load_examples(schema: Schema) -> tuple[WorkedExample, ...]:
    """The worked examples of a schema; none where it has no such file.

    :raises PromptError: the file is not of the form above, or names an unknown field.
    """
    path = examples_path(schema)
    written = _load(path, _FILE)
    return tuple(WorkedExample(" ".join(one.passage.split()), _form(one, schema, path)) for one in written)


def load_choices(schema: Schema) -> tuple[WorkedChoice, ...]:
    """The worked choices of a schema; none where it has no such file.

    :raises PromptError: as :func:`load_examples`.
    """
    path = choices_path(schema)
    return tuple(_choice(one, schema, path) for one in _load(path, _CHOICES))


def _choice(written: _WrittenChoice, schema: Schema, path: Path) -> WorkedChoice:
    named = [*written.fields, *([written.answer] if written.answer else [])]
    _check_known(named, schema, path)
    if written.answer is not None and written.answer not in written.fields:
        raise PromptError(f"{path}: the answer {written.answer!r} is not among the fields to choose from")
    right = written.fields.index(written.answer) if written.answer else len(written.fields)
    return WorkedChoice(written.passage, tuple(schema.by_id[name].label for name in written.fields), right)


def _load(path: Path, shape: TypeAdapter[list[T]]) -> list[T]:
    """What a file holds; nothing where there is no such file."""
    if not path.is_file():
        return []
    try:
        return shape.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise PromptError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise PromptError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _form(written: _Written, schema: Schema, path: Path) -> tuple[FormLine, ...]:
    _check_known(list(written.answers), schema, path)
    return tuple(
        FormLine(schema.by_id[name].label, schema.by_id[name].unit, answer) for name, answer in written.answers.items()
    )


def _check_known(names: list[str], schema: Schema, path: Path) -> None:
    unknown = [name for name in names if name not in schema.by_id]
    if unknown:
        raise PromptError(f"{path}: the schema {schema.name} has no field {unknown[0]!r}")
