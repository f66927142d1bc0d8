"""What every command has: how much it says, its log, its language, its results as JSON, and examples in its help.

The options are put on each command, and on each group of commands, where it is made; no signature repeats them. A
command that returns :class:`Found` has ``--json`` besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from baogao.cli.examples import EXAMPLES
from baogao.cli.log import logging_to
from baogao.console import Console, printable_json
from baogao.errors import UsageError

stdout = Console()
"""What a command found, for people. Silent where it is asked for as JSON."""
stderr = Console(stderr=True)
"""Notes and progress. Silent with ``--quiet``."""
errors = Console(stderr=True)
"""What went wrong; never silent."""

_PANEL = "Options of every command"
_WITHOUT_VALUE = re.compile(r"-[vq]+|--verbose|--quiet|--(?:log-file|lang)=.*", re.DOTALL)
_WITH_VALUE = ("--log-file", "--lang")


@dataclass(frozen=True)
class Found:
    """What a command found: a document for ``--json``, which people have been told in words; and its exit code."""

    document: Mapping[str, Any]
    code: int = 0
    lines: Sequence[Mapping[str, Any]] | None = None
    """Objects to be printed one a line, and no document: the candidates of a report, which other programs read so."""


@dataclass
class Asked:
    """The options of every command, as this command line gives them: before the command, after it, or both."""

    verbose: int = 0
    quiet: bool = False
    log_file: Path | None = None
    json: bool = False

    def forget(self) -> None:
        """Begin anew: an earlier command line in this process has said nothing to this one."""
        vars(self).update(vars(Asked()))


asked = Asked()


def _more(value: int) -> None:
    asked.verbose += value


def _quiet(value: bool) -> None:
    asked.quiet = asked.quiet or value


def _log(value: Path | None) -> None:
    asked.log_file = value or asked.log_file


def _as_json(value: bool) -> None:
    asked.json = asked.json or value


def _speak(value: Literal["zh", "en"] | None) -> None:
    if value is not None:
        from baogao.language import use

        use(value)


def every_command(
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, callback=_more, show_default=False, help="Say what is done; -vv says more."
        ),
    ] = 0,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", callback=_quiet, help="Only errors and results: no progress, no notes.")
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", callback=_log, help="Append a log of everything to this file.")
    ] = None,
    lang: Annotated[
        Literal["zh", "en"] | None,
        typer.Option("--lang", callback=_speak, is_eager=True, help="Speak Chinese or English."),
    ] = None,
) -> None:
    """The options that every command has."""


def with_results(
    json: Annotated[
        bool,
        typer.Option("--json", callback=_as_json, help="Results as one JSON document; all else on standard error."),
    ] = False,
) -> None:
    """The option of commands that have results."""


@cache
def _options(function: Callable[..., None]) -> tuple[Any, ...]:
    """The parameters of a function as the parser has them; none of their values goes to a command."""
    program = typer.Typer(add_completion=False)
    program.command()(function)
    options = tuple(typer.main.get_command(program).params)
    for option in options:
        option.expose_value = False
        vars(option)["rich_help_panel"] = _PANEL
    return options


def complete(command: Any, name: str) -> None:
    """Give a command, or a group and every command in it, the options and examples that it has by its name.

    :param name: in full, without the program's: ``schema show``.
    """
    add_common_options(command)
    below = getattr(command, "commands", None)
    if below is not None:
        for one in below.values():
            complete(one, f"{name} {one.name}")
        return
    if has_results(command.callback):
        command.params += _options(with_results)
    if examples := EXAMPLES.get(name):
        command.epilog = "\n".join(["Examples:", *examples])
    command.callback = _carried_out(command.callback, name)


def every_name(command: Any, name: str = "") -> list[str]:
    """The names of all commands below one, without its own: ``schema show``; groups are none."""
    below = getattr(command, "commands", None)
    if below is None:
        return [name]
    return [full for one in below.values() for full in every_name(one, f"{name} {one.name}".strip())]


def add_common_options(command: Any) -> None:
    """Have a command, or a group, understand the options that every command has."""
    command.params = [*command.params, *_options(every_command)]


def has_results(callback: Callable[..., Any]) -> bool:
    """Whether a command returns what it found."""
    return callback.__annotations__.get("return") in (Found, Found.__name__)


def _carried_out(command: Callable[..., Any], name: str) -> Callable[..., None]:
    """A command that says as much as was asked, and its results as JSON where that was."""

    @wraps(command)
    def called(**given: Any) -> None:
        with _speaking(), logging_to(stderr, asked.verbose, asked.quiet, asked.log_file, name):
            found = command(**given)
            if isinstance(found, Found):
                if asked.json and found.lines is None:
                    print(printable_json(found.document, indent=2))
                elif asked.json:
                    for one in found.lines or ():
                        print(printable_json(one))
                raise typer.Exit(found.code)

    return called


@contextmanager
def _speaking() -> Iterator[None]:
    """Say inside as much as was asked.

    :raises UsageError: both more and less was.
    """
    if asked.verbose and asked.quiet:
        raise UsageError("--verbose and --quiet contradict each other: give one of them")
    stdout.quiet, stderr.quiet = asked.json, asked.quiet
    try:
        yield
    finally:
        stdout.quiet = stderr.quiet = False


def first_word(arguments: Sequence[str]) -> str | None:
    """What stands behind the options of every command: the name of a command, where there is one."""
    left = iter(arguments)
    for one in left:
        if one in _WITH_VALUE:
            next(left, None)
        elif not _WITHOUT_VALUE.fullmatch(one):
            return one
    return None
