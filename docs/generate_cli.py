"""Write ``cli.md`` beside this file: every command and option of the command line, from the program itself.

Run it after a change of the command line; a test says when it is due.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from baogao.cli.common import every_command, with_results
from baogao.cli.examples import EXAMPLES
from baogao.cli.main import imported

TARGET = Path(__file__).with_name("cli.md")
_INTRODUCTION = """# The command line

<!-- Written by docs/generate_cli.py: change the program, not this page. -->

`INPUT` is a file, a folder (searched to the bottom) or a pattern. `OPENAI_BASE_URL`, `OPENAI_API_KEY` and
`BAOGAO_MODEL` stand in for `--base-url`, the key and `--model`; so does a table `[endpoint]` in `baogao.toml`.

| exit code | means |
|---|---|
| 0 | all is well |
| 1 | some documents failed, or a gate did not hold |
| 2 | the request cannot work: nothing was started |
| 130 | Ctrl-C; what was finished is kept |
"""
_OF_ALL = """They stand behind the command, or, all but `--json`, before it. With `--json` the results are one JSON
document on standard output ([its keys](running.md#results-for-programs)); notes, progress and errors go to standard
error. Only `baogao model serve` and `baogao eval serve` have no results. `baogao --install-completion` sets up
completion for the shell that it is called from."""


@dataclass(frozen=True)
class Parameter:
    """One argument or option, as it stands in a function's signature."""

    names: tuple[str, ...]
    """The flags; an argument's placeholder."""
    is_option: bool
    kind: str
    """What belongs behind an option: ``TEXT``, ``rules or llm``; empty for a flag."""
    help: str
    default: Any
    required: bool


@dataclass(frozen=True)
class Command:
    """One command, or a group of them."""

    name: str
    """In full: ``baogao model pull``."""
    help: str
    parameters: tuple[Parameter, ...]


def page() -> str:
    """The whole page."""
    program = imported()
    return "\n".join([_INTRODUCTION, _common(), *map(_section, commands(program, "baogao", program.info.help or ""))])


def _common() -> str:
    """The section on what every command has."""
    rows = [f"| {_flags(one)} | {one.help} |" for one in (*_parameters(every_command), *_parameters(with_results))]
    return "\n".join(["## Options of every command", "", _OF_ALL, "", "| | |", "|---|---|", *rows, ""])


def commands(group: typer.Typer, name: str, about: str) -> Iterator[Command]:
    """A group and all commands below it, in the program's order."""
    callback = group.registered_callback
    yield Command(name, about, _parameters(callback.callback) if callback and callback.callback else ())
    for info in group.registered_commands:
        if info.callback is not None:
            own = info.name or info.callback.__name__.replace("_", "-")
            words = info.help or inspect.getdoc(info.callback) or ""
            yield Command(f"{name} {own}", words, _parameters(info.callback))
    for below in group.registered_groups:
        if below.typer_instance is not None:
            yield from commands(below.typer_instance, f"{name} {below.name}", str(below.help or ""))


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    hints = get_type_hints(function, include_extras=True)
    return tuple(_parameter(one, hints[one.name]) for one in inspect.signature(function).parameters.values())


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    type_, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    info = next(extra for extra in extras if isinstance(extra, ArgumentInfo | OptionInfo))
    is_option = isinstance(info, OptionInfo)
    # In Annotated, typer takes the first flag for the default and sorts it out later.
    flags = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str) and one.startswith("-")]
    names = (
        flags or ["--" + parameter.name.replace("_", "-")] if is_option else [info.metavar or parameter.name.upper()]
    )
    required = parameter.default is inspect.Parameter.empty
    default = None if required else parameter.default
    kind = "" if isinstance(info, OptionInfo) and info.count else _kind(type_)
    return Parameter(tuple(names), is_option, kind, info.help or "", default, required)


def _kind(type_: Any) -> str:
    if get_origin(type_) in (Union, types.UnionType):
        (type_,) = (one for one in get_args(type_) if one is not types.NoneType)
    if get_origin(type_) is list:
        return f"{_kind(get_args(type_)[0])}, again and again"
    if get_origin(type_) is Literal:
        return " or ".join(get_args(type_))
    if get_origin(type_) is tuple:
        return " ".join(map(_kind, get_args(type_)))
    return {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH", bool: ""}[type_]


def _section(command: Command) -> str:
    arguments = [one for one in command.parameters if not one.is_option]
    options = [one for one in command.parameters if one.is_option]
    placeholders = [one.names[0] if one.required else f"[{one.names[0]}]" for one in arguments]
    usage = " ".join([command.name, *placeholders, *(["[OPTIONS]"] if options else [])])
    rows = [f"| {one.names[0].replace('|', ' or ')} | {one.help} |" for one in arguments]
    rows += [f"| {_flags(one)} | {one.help}{_default(one)} |" for one in options]
    table = ["", "| | |", "|---|---|", *rows] if rows else []
    examples = EXAMPLES.get(command.name.removeprefix("baogao "), ())
    shown = ["", "```", *examples, "```"] if examples else []
    return "\n".join([f"## `{usage}`", "", command.help, *table, *shown, ""])


def _flags(option: Parameter) -> str:
    return f"{', '.join(f'`{name}`' for name in option.names)} {option.kind}".rstrip()


def _default(option: Parameter) -> str:
    if option.required:
        return " **Required.**"
    return f" Default: `{option.default}`." if option.default not in (None, False) else ""


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
