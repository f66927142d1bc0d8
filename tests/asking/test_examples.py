"""Worked examples: what stands in the file, and what is wrong with it."""

from __future__ import annotations

import shutil

import pytest

from baogao.asking.examples import FormLine, examples_path, load_examples
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
