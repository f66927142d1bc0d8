"""The command line: thin commands, one place for errors and exit codes.

A command's module is imported when the command is called; the list of commands needs none.

Exit codes: 0 all well, 1 some documents failed or a gate did not hold, 2 usage or set-up, 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pkgutil import resolve_name
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from baogao._version import __version__
from baogao.cli.common import add_common_options, asked, complete, errors
from baogao.cli.translation import complaints, speaking
from baogao.console import log_to_terminal, print_in_any_encoding, say, shown
from baogao.errors import BaogaoError, UsageError
from baogao.language import translated
from baogao.llm.keys import refuse_keys

ABOUT = "Government reports in, a table of figures out, every figure tied to the characters it was read from."
COMMANDS = {
    "candidates": (
        "candidates:show_candidates",
        "Print the candidates of one report: every number, none-phrase and list head, with its place and value.",
    ),
    "calibrate": (
        "calibrate:calibrate_command",
        "Run hybrid over gold and learn how likely each of its answers is right; hybrid then decides by that.",
    ),
    "extract": (
        "extract:extract_command",
        "Read reports and write one record for each: every figure with its place in the text.",
    ),
    "tune": (
        "tune:tune_command",
        "Tune the embedded model on gold: from then on it is asked with what it learned. The same command goes on with "
        "a run that was broken off.",
    ),
    "review": (
        "review:review",
        "Write the page of a run again: texts with their figures marked. With --serve people correct it in the "
        "browser.",
    ),
    "matrix": ("matrix:matrix", "Write one table over all reports of a run, and print the figures that stand out."),
    "export": (
        "export:export",
        "Write the records as a table, as people left them: one row a report, or one a figure with its sentence.",
    ),
    "schema": ("schema:app", "Show, check, begin and draft schemas: what a kind of report is asked."),
    "rules": ("rules:app", "Patterns for the rules of a schema."),
    "model": ("model:app", "Get, serve and probe language models."),
    "config": (
        "config:config_command",
        "Show every setting in force, its value, and where it comes from.",
    ),
    "cache": ("model:cache_app", "The cache of model replies."),
    "gold": ("gold:app", "Write and check gold labels."),
    "batch": ("batch:app", "Ask a model by files: for hosted batch services and `vllm run-batch`."),
    "eval": ("evaluate:app", "Measure extractors against gold labels."),
}
"""Where in this room each command is, a function or a group of further commands; and its words in the list of them."""


class LateCommand(TyperCommand):
    """A command as the list shows it; its module is imported when it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself, which goes on from here."""
        name = self.name or ""
        command = typer.main.get_group(imported([name])).commands[name]
        complete(command, name)
        return speaking(command).make_context(info_name, args, parent, **extra)


class LateGroup(TyperGroup):
    """The program: it knows what commands there are without importing them."""

    def __init__(self, **settings: Any) -> None:
        commands = {name: LateCommand(name, help=words) for name, (_, words) in COMMANDS.items()}
        super().__init__(**{**settings, "commands": commands})
        add_common_options(self)
        self._afterwards = ExitStack()
        speaking(self)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program; typer's own words are English again at its end."""
        with ExitStack() as self._afterwards:
            return super().main(*args, **extra)

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """The context of the program; what is wrong with its own options is said in the language in force."""
        asked.forget()
        with complaints(self._afterwards):
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what is wrong with its options is said in the language in force."""
        with complaints(self._afterwards):
            return super().invoke(ctx)


def imported(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program with only these commands, whose modules are imported."""
    program = typer.Typer(add_completion=False, help=ABOUT)
    for name in names:
        place, words = COMMANDS[name]
        command = resolve_name(f"baogao.cli.{place}")
        if isinstance(command, typer.Typer):
            program.add_typer(command, name=name, help=words)
        else:
            program.command(name)(command)
    program.callback()(main)
    return program


def print_version(asked_for: bool) -> None:
    """Print the version and end, where it is asked for."""
    if asked_for:
        print(f"baogao {__version__}")
        raise typer.Exit


def main(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Carry the options that stand before any command."""


app = typer.Typer(cls=LateGroup, no_args_is_help=True, pretty_exceptions_enable=False, help=ABOUT)
app.callback()(main)


def run() -> None:
    """Run the command line and exit; whatever goes wrong on a user's side is one line."""
    print_in_any_encoding()
    log_to_terminal()
    try:
        refuse_keys(sys.argv[1:], os.environ.get("OPENAI_API_KEY", ""))
        app()
    except BaogaoError as error:
        from baogao.llm.secrets import without_keys  # no command needs it before it has imported it

        say(errors, f"[red]error:[/] {shown(translated(without_keys(str(error))))}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except UnicodeEncodeError as error:
        names = sys.getfilesystemencoding()
        if error.encoding != names or names == "utf-8":
            raise
        say(errors, f"[red]error:[/] a name cannot be written in {names}, in which files are named; set PYTHONUTF8=1")
        sys.exit(2)
