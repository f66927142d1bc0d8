"""Help and complaints of typer in the language in force: what it says of its own accord, and what commands say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from rich.markup import escape

from baogao.language import in_force, translated
from baogao.language.said import paragraphs

_CONSTANTS = (
    *("DEFAULT_STRING", "ENVVAR_STRING", "REQUIRED_LONG_STRING", "RICH_HELP"),
    *("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ERRORS_PANEL_TITLE", "ABORTED_TEXT"),
)
"""What typer keeps of its own words in ``typer.rich_utils``."""


def speaking(command: Any) -> Any:
    """The command, and all below it, with help in the language that is in force when it is shown."""
    command.format_help = partial(_help, command, type(command).format_help)
    command.get_usage = partial(_usage, command, type(command).get_usage)
    for below in getattr(command, "commands", {}).values():
        speaking(below)
    return command


@contextmanager
def complaints(afterwards: ExitStack) -> Iterator[None]:
    """Let what is wrong on the command line be said in the language in force.

    :param afterwards: puts typer's own words back, when all is said.
    """
    try:
        yield
    except Exception as error:
        format_message = getattr(error, "format_message", None)
        if format_message is not None and in_force() == "zh":
            _translate_constants(afterwards)
            said = translated(format_message())
            error.format_message = lambda: said  # type: ignore[attr-defined]
        raise


def _help(command: Any, show: Any, ctx: Any, formatter: Any) -> None:
    """Show help with every text translated, square brackets as they are; what was translated is put back."""
    with ExitStack() as after:
        if in_force() == "zh":
            _translate_constants(after)
        for one in [command, *getattr(command, "commands", {}).values(), *command.get_params(ctx)]:
            for name in ("help", "short_help"):
                if isinstance(words := getattr(one, name, None), str):
                    _set(after, one, name, escape("\n\n".join(map(translated, paragraphs(words)))))
            if isinstance(panel := getattr(one, "rich_help_panel", None), str):
                _set(after, one, "rich_help_panel", translated(panel))
        if command.epilog:  # examples, a line each
            _set(after, command, "epilog", escape("\n".join(map(translated, command.epilog.splitlines()))))
        show(command, ctx, formatter)


def _usage(command: Any, show: Any, ctx: Any) -> str:
    usage: str = show(command, ctx)
    if in_force() == "zh":
        for words in ("Usage:", "[OPTIONS]", "COMMAND [ARGS]..."):
            usage = usage.replace(words, translated(words))
    return usage


def _translate_constants(after: ExitStack) -> None:
    """Typer's own words; a version that has one no more is not asked for it."""
    from rich.text import Text
    from typer import rich_utils

    class FoldedText(Text):
        """Text that is broken between any two characters: Chinese has no blanks to break it at."""

        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **{"overflow": "fold", **settings})

        @classmethod
        def from_markup(cls, *args: Any, **settings: Any) -> Text:
            """A text of rich's markup."""
            return Text.from_markup(*args, **{"overflow": "fold", **settings})

    for name in _CONSTANTS:
        if hasattr(rich_utils, name):
            _set(after, rich_utils, name, translated(getattr(rich_utils, name)))
    _set(after, rich_utils, "Text", FoldedText)


def _set(after: ExitStack, of: Any, name: str, words: Any) -> None:
    """Set an attribute until the end."""
    after.callback(setattr, of, name, getattr(of, name))
    setattr(of, name, words)
