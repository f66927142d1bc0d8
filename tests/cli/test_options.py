"""The flags about the model: written once, given to a command as one value."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from baogao.assemble import ModelOptions
from baogao.cli.options import model_options, with_model_flags
from baogao.cli.schema import show

EVERY = {
    "--base-url": ("base_url", "http://x/v1", "http://x/v1"),
    "--model": ("model", "m", "m"),
    "--embedded": ("embedded", None, True),
    "--gguf": ("gguf", "m.gguf", Path("m.gguf")),
    "--ask": ("ask", "choice", "choice"),
    "--prompts": ("prompts", "mine", Path("mine")),
    "--no-cache": ("cache", None, False),
    "--concurrency": ("concurrency", "7", 7),
    "--budget-tokens": ("budget_tokens", "9", 9),
    "--min-confidence": ("min_confidence", "0.5", 0.5),
    "--calibration": ("calibration", "none", "none"),
}
"""Flag: the option that it sets, what is typed behind it, and what comes of that."""
FIXED = {"no_cache": True, "calibration": None}


class Program:
    """Two commands: one with every flag about the model, one with fewer."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ModelOptions, bool]] = []
        self.app = typer.Typer()

        @self.app.command("every")
        @with_model_flags()
        def every(
            name: Annotated[str, typer.Argument(help="A name.")],
            *,
            options: ModelOptions,
            last: Annotated[bool, typer.Option("--last", help="A flag behind them.")] = False,
        ) -> None:
            """Have them all."""
            self.told.append((name, options, last))

        @self.app.command("fewer")
        @with_model_flags(FIXED, concurrency=1)
        def fewer(name: Annotated[str, typer.Argument(help="A name.")], *, options: ModelOptions) -> None:
            """Have some."""
            self.told.append((name, options, False))

        self.commands = {"every": every, "fewer": fewer}

    def __call__(self, *arguments: str) -> ModelOptions:
        """What a command is told; its errors are raised."""
        result = CliRunner().invoke(self.app, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return self.told[-1][1]


@pytest.fixture
def program() -> Program:
    """A new one."""
    return Program()


def test_nothing_given(program):
    """Without a flag the options are those of a program that says nothing."""
    assert program("every", "x") == ModelOptions()
    assert program.told[-1][0] == "x"


@pytest.mark.parametrize("flag", EVERY)
def test_each_flag_reaches_its_option(program, flag):
    """What is typed becomes that option, and no other changes."""
    name, typed, value = EVERY[flag]
    found = program("every", "x", flag, *([] if typed is None else [typed]), "--last")
    assert found == ModelOptions(**{name: value})
    assert program.told[-1][2]


def test_flags_of_a_command_that_has_fewer(program):
    """A fixed one is no flag of it and has its value; another default holds until it is given."""
    assert program("fewer", "x") == ModelOptions(cache=False, concurrency=1)
    assert program("fewer", "x", "--concurrency", "3").concurrency == 3
    for flag in ("--no-cache", "--calibration"):
        assert CliRunner().invoke(program.app, ["fewer", "x", flag, "none"]).exit_code == 2


def test_flags_stand_where_the_options_do(program):
    """Help lists them in one order, between what stands before and behind; the words of the command stay."""
    flags = list(inspect.signature(model_options).parameters)
    every = program.commands["every"]
    assert list(inspect.signature(every).parameters) == ["name", *flags, "last"]
    assert list(inspect.signature(program.commands["fewer"]).parameters) == [
        "name",
        *(flag for flag in flags if flag not in FIXED),
    ]
    assert inspect.getdoc(every) == "Have them all."


def test_a_value_that_cannot_be(program):
    """What the flags allow is checked before the command runs."""
    for arguments in (["--ask", "shout"], ["--concurrency", "0"], ["--min-confidence", "2"]):
        assert CliRunner().invoke(program.app, ["every", "x", *arguments]).exit_code == 2
    assert program.told == []


def test_commands_without_a_model_have_no_such_flags():
    """A command is as it is written."""
    assert list(inspect.signature(show).parameters) == ["schema"]
