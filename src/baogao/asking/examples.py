"""Worked examples: short passages with their forms filled, and worked choices, shown to a model before it is asked.

They stand beside the schema ``NAME.py``, in ``NAME.examples.yaml`` and ``NAME.choices.yaml``::

    - passage: 组织评查执法案卷86卷，发现问题31个。
      answers:
        case_files_reviewed: 86卷
        case_file_problems: 31个
        case_files_self_checked: 无

    - passage: 组织评查执法案卷86卷，发现问题【31个】。
      fields: [case_files_reviewed, case_file_problems]
      answer: case_file_problems

A value that leaks from an example into an answer is caught: it is not among the passage's candidates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from baogao.errors import PromptError
from baogao.resources import read_yaml
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Strict

T = TypeVar("T")


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


@dataclass(frozen=True)
class WorkedChoice:
    """A passage with one figure in 【】, the fields to choose from, and the right one."""

    passage: str
    labels: tuple[str, ...]
    right: int
    """The number of the right label, from 0; one past the last where none is right."""


class _ExampleModel(Strict):
    """One example as written in the file."""

    passage: str
    answers: dict[str, str]


class _ChoiceModel(Strict):
    """One worked choice as written in the file."""

    passage: str
    fields: list[str]
    answer: str | None = None
    """One of the fields; without it none of them is right."""


_EXAMPLES = TypeAdapter(list[_ExampleModel])
_CHOICES = TypeAdapter(list[_ChoiceModel])


def examples_path(schema: Schema) -> Path:
    """Where a schema's worked examples are: ``NAME.examples.yaml``."""
    return schema.path.with_name(f"{schema.path.stem}.examples.yaml")


def choices_path(schema: Schema) -> Path:
    """Where a schema's worked choices are: ``NAME.choices.yaml``."""
    return schema.path.with_name(f"{schema.path.stem}.choices.yaml")


def load_examples(schema: Schema) -> tuple[WorkedExample, ...]:
    """The worked examples of a schema; none where it has no such file.

    :raises PromptError: the file is not of the form above, or names an unknown field.
    """
    path = examples_path(schema)
    examples: list[WorkedExample] = []
    for written in _read(path, _EXAMPLES):
        pairs = zip(_specs(written.answers, schema, path), written.answers.values(), strict=True)
        form = tuple(FormLine(spec.label, spec.unit, answer) for spec, answer in pairs)
        examples.append(WorkedExample(" ".join(written.passage.split()), form))
    return tuple(examples)


def load_choices(schema: Schema) -> tuple[WorkedChoice, ...]:
    """The worked choices of a schema; none where it has no such file.

    :raises PromptError: as :func:`load_examples`; or an answer is not among its fields.
    """
    path = choices_path(schema)
    choices: list[WorkedChoice] = []
    for written in _read(path, _CHOICES):
        fields, answer = written.fields, written.answer
        labels = tuple(spec.label for spec in _specs(fields, schema, path))
        if answer:
            _specs([answer], schema, path)
        if answer is not None and answer not in fields:
            raise PromptError(f"{path}: the answer {answer!r} is not among the fields to choose from")
        choices.append(WorkedChoice(written.passage, labels, fields.index(answer) if answer else len(fields)))
    return tuple(choices)


def _read(path: Path, shape: TypeAdapter[list[T]]) -> list[T]:
    """What a file holds, of this shape; nothing where there is no such file."""
    if not path.is_file():
        return []
    try:
        return shape.validate_python(read_yaml(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} cannot be read: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise PromptError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise PromptError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _specs(names: Iterable[str], schema: Schema, path: Path) -> list[FieldSpec]:
    """The fields with these ids."""
    specs = []
    for name in names:
        if name not in schema.by_id:
            raise PromptError(f"{path}: the schema {schema.name} has no field {name!r}")
        specs.append(schema.by_id[name])
    return specs
