"""Text on its way to a terminal: shown, never obeyed."""

from __future__ import annotations

import io
import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from baogao.console import InertFormatter, inert, print_in_any_encoding, printable_json, say, shown, table_of

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def printed(*lines: str, width: int = 20) -> str:
    """What reaches a narrow terminal that has colours."""
    said = io.StringIO()
    say(Console(file=said, width=width, force_terminal=True, color_system="truecolor"), *lines)
    return said.getvalue()


@given(ANYTHING)
def test_nothing_is_obeyed(text):
    """No control, no direction of writing, no half of a character and no other line end is left."""
    for out in (inert(text), Text.from_markup(shown(text)).plain):
        assert not {unicodedata.category(char) for char in out} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=60))
def test_what_is_harmless_is_shown_as_it_is(text):
    """Chinese, figures, brackets and blanks come out unchanged, markup or not."""
    assume(not text.endswith("\\"))  # rich doubles a last backslash, that it may stand before markup
    assert inert(text) == text
    assert Text.from_markup(shown(text) + "|").plain == text + "|"


@pytest.mark.parametrize(("text", "spelt"), [("\x1b[31m", r"\x1b[31m"), ("\u202e", r"\u202e"), ("a\nb", r"a\nb")])
def test_controls_are_spelt_out(text, spelt):
    """A reader sees what was there."""
    assert inert(text) == spelt


def test_a_log_keeps_its_lines():
    """The line ends of a traceback are its own; what it quotes is inert."""
    record = logging.LogRecord("x", logging.ERROR, "", 1, "%s", ("bell\x07",), None)
    assert InertFormatter("%(message)s\nmore").format(record) == "bell\\x07\nmore"


def test_lines_are_said_as_they_are():
    """No figure is coloured and no path is broken where the terminal ends; markup holds."""
    long = "out/" + "x" * 50 + "/123.jsonl"
    assert printed(long, "2 reports") == f"{long}\n2 reports\n"
    assert printed("[red]error:[/] 12") == "\x1b[31merror:\x1b[0m 12\n"


def test_names_left_figures_right():
    """The first column is flush left, the others are flush right."""
    said = io.StringIO()
    Console(file=said, width=60).print(table_of(["field", "pairs"], [["a", "1000"], ["longer", "7"]]))
    assert [line.rstrip() for line in said.getvalue().splitlines()] == [
        "field   pairs",
        "a        1000",
        "longer      7",
    ]


@given(ANYTHING, st.sampled_from(["utf-8", "gbk", "ascii", "cp1252"]), st.sampled_from([None, 2]))
def test_json_is_the_same_in_any_encoding(text, encoding, indent):
    """JSON for a terminal reads back as it was, obeys nothing, and can be written in the terminal's encoding."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
        out = printable_json({"text": text}, indent)
    assert json.loads(out) == {"text": text}
    assert inert(out, keep="\n") == out
    out.encode(encoding)


def test_what_an_encoding_lacks_is_spelt_out(monkeypatch):
    """Characters that the stream's encoding lacks are escapes; those that it has are themselves."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="gbk", errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    print_in_any_encoding()
    stream.write("报告🎉")
    stream.flush()
    assert stream.buffer.getvalue().decode("gbk") == "报告\\U0001f389"
