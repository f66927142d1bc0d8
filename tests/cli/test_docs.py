"""The page on the command line says what the program does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from baogao.cli.main import app, imported

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("generate_cli", DOCS / "generate_cli.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def every_command(name, command):
    """Full names and commands as the parser knows them, groups included."""
    yield name, command
    for below in getattr(command, "commands", {}).values():
        yield from every_command(f"{name} {below.name}", below)


COMMANDS = dict(every_command("baogao", typer.main.get_command(imported())))
SECTIONS = {
    section.split("`", 1)[0]: section for section in (DOCS / "cli.md").read_text(encoding="utf-8").split("\n## `")[1:]
}


def test_page_is_current(generator):
    """What the script would write is what is there."""
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == generator.page(), "run: python docs/generate_cli.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_everything_is_documented(name):
    """Every command has one section with its words, and every option stands in it with words of its own."""
    (section,) = [text for usage, text in SECTIONS.items() if usage == name or named(usage) == name]
    command = COMMANDS[name]
    assert command.help.strip() in section
    for param in command.params:
        if param.name != "help":
            assert param.help, f"{name}: {param.name} has no help"
            assert param.help in section
            assert all(f"`{option}`" in section for option in param.opts if option.startswith("-"))


def named(usage: str) -> str:
    """The words of a usage line before its arguments."""
    return " ".join(word for word in usage.split() if word.islower())


def test_the_list_of_commands_says_what_they_are():
    """The list knows every command without importing it, and its words are the command's own."""
    listed = typer.main.get_command(app).commands
    assert {name: one.help for name, one in listed.items()} == {
        name: " ".join(COMMANDS[f"baogao {name}"].help.split()) for name in listed
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_help_speaks_to_users(name):
    """No reST, and no errors of Python."""
    assert ":raises" not in COMMANDS[name].help
    assert "``" not in COMMANDS[name].help
