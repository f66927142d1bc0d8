"""The catalogue: every message of the source has its translation."""

import importlib.util
import re
from pathlib import Path

import pytest

pytest.importorskip("babel", reason="the catalogue is read with babel (the dev extra)")

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
MAKE = "run: python docs/generate_catalogue.py, and translate what is new in baogao.po"
NAMES = re.compile(r"\{\w*\}")


@pytest.fixture(scope="module")
def generator():
    """The script that makes the catalogue."""
    spec = importlib.util.spec_from_file_location("generate_catalogue", ROOT / "docs" / "generate_catalogue.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(generator):
    """The catalogue of today's source, with the translations that there are."""
    return generator.catalogue()


@pytest.fixture(scope="module")
def kept(generator):
    """The catalogue as it is committed."""
    with generator.PO.open("rb") as file:
        return {one.id: one.string for one in read_po(file) if one.id}


def test_messages_are_those_of_the_source(made, kept):
    """None is missing, none is of a source that is no more."""
    assert set(kept) == {one.id for one in made if one.id}, MAKE


def test_no_message_lacks_a_translation(kept):
    """Each says the same in Chinese, with the same values."""
    assert [message for message, words in kept.items() if not words] == [], MAKE
    assert [one for one, words in kept.items() if set(NAMES.findall(one)) != set(NAMES.findall(words))] == []


def test_files_agree(generator, made):
    """What is used is what is read, and both are as the script writes them."""
    assert (generator.PO.read_bytes(), generator.MO.read_bytes()) == generator.written(made), MAKE


def test_markup_stays(kept):
    """Colours are opened and closed in a translation as in its message."""
    marks = re.compile(r"\[/?(?:red|yellow|blue)?\]")
    assert [one for one, words in kept.items() if sorted(marks.findall(one)) != sorted(marks.findall(words))] == []


def test_messages_of_python(generator):
    """Errors, what is printed, help, sentences wherever they stand; neither docstrings, patterns nor keys."""
    source = '''
"""A docstring of a module is no message."""
WORDS = {"a key": "a sentence of a table"}
def f(path, error, many):
    """Nor is that of a function."""
    re.compile("a pattern (?:of words)")
    say(out, "done")
    raise UsageError(f"cannot read {shown(path.name)}: {error.strerror or error}" + (" (again)" if many else ""))
option: Annotated[int, typer.Option("--so-many", help="How many.")] = 1
_log.warning("%s is damaged (%d bytes)", path, 3)
'''
    assert set(generator.python_messages(source)) == {
        "a sentence of a table",
        "done",
        "cannot read {name}: {strerror}",
        "cannot read {name}: {strerror} (again)",
        "How many.",
        "{value1} is damaged ({value2} bytes)",
    }


def test_help_of_commands(generator):
    """The docstring of a command is its help, paragraph by paragraph."""
    source = '@app.command()\ndef f():\n    """Do this\n    and that.\n\n    Then more.\n    """\n'
    assert list(generator.python_messages(source, in_cli=True)) == ["Do this and that.", "Then more."]
    assert list(generator.python_messages(source)) == []
