"""Worked examples: what stands in the file, and what is wrong with it."""

from __future__ import annotations

import shutil

import pytest

from baogao.asking.examples import (
    FormLine,
    WorkedChoice,
    choices_path,
    examples_path,
    load_choices,
    load_examples,
)
from baogao.errors import PromptError
from baogao.schema import load_schema
from short_reports import COMMUNIQUE


@pytest.fixture
def schema(tmp_path):
    """The communiqués' schema in a folder of its own."""
    return load_schema(shutil.copy(COMMUNIQUE, tmp_path / "mine.py"))


def test_none(schema):
    """A schema needs no examples."""
    assert load_examples(schema) == ()
    assert load_choices(schema) == ()


def test_example(schema):
    """Passages are on one line, and the lines of the form bear the labels of the fields."""
    examples_path(schema).write_text(
        "- passage: |\n    粮食产量19万吨，\n    比上年增产。\n  answers: {grain_output: 19万吨, gdp: 无}\n",
        encoding="utf-8",
    )
    (example,) = load_examples(schema)
    assert example.passage == "粮食产量19万吨， 比上年增产。"
    assert example.form == (FormLine("粮食产量", "吨", "19万吨"), FormLine("地区生产总值", "元", "无"))


def test_those_that_come_along(flagship):
    """Every answer of ours is printed in its passage, or says that there is none."""
    examples = load_examples(flagship)
    assert examples
    for example in examples:
        assert all(line.answer in {"无", "零"} or line.answer in example.passage for line in example.form)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"- passage: [", "is not YAML: "),
        (b"- passage: a\n", "0.answers: Field required"),
        (b"passage: a\n", "list"),
        (b"- {passage: a, answers: {gpd: '1'}}\n", "the schema communique has no field 'gpd'"),
        (b"- {passage: a, answers: {}, note: b}\n", "0.note: Extra inputs"),
        (b"\xff\xfe\xff", "cannot be read"),
    ],
)
def test_files_that_do_not_load(schema, content, words):
    """The message is one line that names the file."""
    examples_path(schema).write_bytes(content)
    with pytest.raises(PromptError, match=f"mine.examples.yaml.*{words}") as error:
        load_examples(schema)
    assert "\n" not in str(error.value)


def test_choice(schema):
    """The fields to choose from by their labels, and the number of the right one; one past the last where none is."""
    choices_path(schema).write_text(
        "- {passage: 产量【19万吨】, fields: [gdp, grain_output], answer: grain_output}\n"
        "- {passage: 采购【19万吨】, fields: [gdp, grain_output]}\n",
        encoding="utf-8",
    )
    labels = ("地区生产总值", "粮食产量")
    assert load_choices(schema) == (
        WorkedChoice("产量【19万吨】", labels, 1),
        WorkedChoice("采购【19万吨】", labels, 2),
    )


def test_choices_that_come_along(flagship):
    """Each of ours has one figure in brackets, and some show that none of the fields may be right."""
    choices = load_choices(flagship)
    assert {choice.right == len(choice.labels) for choice in choices} == {True, False}
    for choice in choices:
        assert (choice.passage.count("【"), choice.passage.count("】")) == (1, 1)
        assert 0 <= choice.right <= len(choice.labels)
        assert len(set(choice.labels)) == len(choice.labels) <= 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"- {passage: a, fields: [gpd]}\n", "the schema communique has no field 'gpd'"),
        (b"- {passage: a, fields: [gdp], answer: gpd}\n", "the schema communique has no field 'gpd'"),
        (b"- {passage: a, fields: [gdp], answer: residents}\n", "the answer 'residents' is not among the fields"),
        (b"- {passage: a, fields: gdp}\n", "0.fields: Input should be a valid list"),
        (b"- {passage: a, answers: {}}\n", "0.fields: Field required"),
        (b"\xff\xfe\xff", "cannot be read"),
    ],
)
def test_choices_that_do_not_load(schema, content, words):
    """The message is one line that names the file."""
    choices_path(schema).write_bytes(content)
    with pytest.raises(PromptError, match=f"mine.choices.yaml.*{words}") as error:
        load_choices(schema)
    assert "\n" not in str(error.value)
