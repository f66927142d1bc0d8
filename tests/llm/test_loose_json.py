"""JSON as models write it."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.llm.loose_json import as_json, only_object, without_fence

WANTED = {"links": [{"field": 'it\'s "a"', "ids": [1, 20]}], "metadata": []}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WANTED),
        json.dumps(WANTED, indent=2),
        f"```json\n{json.dumps(WANTED)}\n```",
        f"```{json.dumps(WANTED)}```",
        r"{'links': [{'field': 'it\'s \"a\"', 'ids': [1, 20]}], 'metadata': []}",
        r"""{'links': [{'field': 'it\'s "a"', 'ids': [1, 20]}], 'metadata': []}""",
        r"""{“links”: [{“field”: “it's "a"”, “ids”: [1, 20]}], “metadata”: []}""",
        '{"links": [{"field": "it\'s \\"a\\"", "ids": [1, 20,],},], "metadata": [],}',
        '{"links": [{"field": "it\'s \\"a\\"", "ids": [1, 20 , ] , }, ] , "metadata": []\n,\n}',
        '{"links"：[{"field"："it\'s \\"a\\""，"ids"：[1，20]}]，"metadata"：[]}',
        '{\n// all\n"links": [{"field": "it\'s \\"a\\"", "ids": [1, /* and */ 20]}], // more\n"metadata": []}',
        '{"links": [{"field": "it\'s \\"a\\"", "ids": [1, 20]}, // last\n], "metadata": []}',
    ],
)
def test_what_is_nearly_json(text: str) -> None:
    """Other quotes, commas too many, wide marks and comments are set right."""
    assert json.loads(as_json(text) or "null") == WANTED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "好",
        '{"links": [12/*x*/4]}',
        '{"links": [12//x\n4]}',
        '{"links": [1, 2',
        '{"links": [1, 2]',
        '{"links": [1, 2}',
        "{'links': [1, 2",
        "{'links': 'a",
        '{"links": "a',
        "{“links”: “a",
        '{"a": 1} /* b */ {"b": 2}',
        '{"ids": [1 2]}',
        '{"ids": [１]}',
        '{"ids": [0x10]}',
        '{"ids": [01]}',
        '{"ids": [1,,2]}',
        '{"ids": [,]}',
        '{"ids": 1 // 2]}',
        "[" * 3000,
    ],
)
def test_what_is_not_whole_stays_no_json(text: str) -> None:
    """What was cut is never closed, and nothing is guessed."""
    assert as_json(text) is None


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text("a12'\"“”，：,//*\\{}[]\n"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("a'“，", max_size=3), inner, max_size=4),
    max_leaves=8,
)


@given(JSON, st.booleans())
def test_json_stays_as_it_is(value: Any, plain: bool) -> None:
    """Whatever stands in the strings of right JSON, nothing of it changes."""
    said = json.dumps(value, ensure_ascii=plain)
    assert as_json(said) == said


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.integers(0, 999)), min_size=1), st.data())
def test_no_cut_gives_another_value(value: list[dict[str, int]], data: st.DataObject) -> None:
    """Loosely written JSON that was cut anywhere is none."""
    said = str(value).replace("}", ",}").replace("{,", "{")
    assert json.loads(as_json(said) or "null") == value
    assert as_json(said[: data.draw(st.integers(0, len(said) - 1))]) is None


@given(st.text("a12'\"“”，：,/*\\{}[]\n", max_size=40))
def test_no_digit_is_made_or_lost(text: str) -> None:
    """Whatever is made of a text, its digits are those of the text without comments."""
    found = as_json(text)
    if found is not None and "//" not in text and "/*" not in text:
        assert re.findall(r"\d", found) == re.findall(r"\d", text)


@pytest.mark.parametrize(
    "unit",
    ['"', "'", '\\"', "\\'", "“", "/*", "//", ", ", "[", "`", "a\n", "``` ", "{", "{a}", "{1}", '{"', "{[", "{}"],
)
def test_size_is_no_trouble(unit: str) -> None:
    """A long text takes time in proportion."""
    started = time.process_time()
    as_json(unit * 30_000)
    as_json('"' + unit * 30_000)
    as_json("```" + unit * 30_000)
    only_object(unit * 30_000)
    only_object("{" * 30_000 + unit + "}" * 30_000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "inside"),
    [("```json\n{}\n```", "{}"), ("```A```", "A"), ("```\nB\n```\n", "B"), (" A ", "A"), ("```json\n{", "```json\n{")],
)
def test_fences(text: str, inside: str) -> None:
    """A fence around all of a text goes, with the language's name."""
    assert without_fence(text) == inside
