"""Text from files, servers and reports on its way to a terminal: shown, never obeyed."""

from __future__ import annotations

import io
import json
import logging
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import rich.console
from rich.markup import escape
from rich.table import Table

from baogao.language import translated

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, directions of writing, halves of characters, and separators that end a line."""


def shown(text: object) -> str:
    """A text as it may be printed by rich: its square brackets are no markup, its control characters are spelt out."""
    return escape(inert(text))


def inert(text: object, keep: str = "") -> str:
    """A text as it may be printed as it is: its control characters are spelt out, but for those to ``keep``."""
    return "".join(
        char.encode("unicode_escape").decode("ascii") if char not in keep and is_obeyed(char) else char
        for char in str(text)
    )


def is_obeyed(char: str) -> bool:
    """Whether a terminal might obey a character, or show nothing where it stands."""
    return unicodedata.category(char) in _OBEYED


def printable_json(value: object, indent: int | None = None) -> str:
    """A value as JSON that a terminal shows and does not obey, in characters that standard output has.

    The others are escapes of JSON, and so the same text.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return "".join(json.dumps(char)[1:-1] if char != "\n" and is_obeyed(char) else char for char in text)


def print_in_any_encoding() -> None:
    """From now on print a character that the encoding of a standard stream lacks as its escape (``\\u4e2d``).

    Standard output fails by default; consoles of Windows and ``PYTHONIOENCODING`` have encodings that lack characters.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class InertFormatter(logging.Formatter):
    """Log lines, with tracebacks, that a terminal shows and does not obey: they quote reports and file names."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, its own line ends kept."""
        return inert(super().format(record), keep="\n")


class TranslatedFormatter(InertFormatter):
    """Log lines for a terminal, in the language in force; files of logs are English."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without what follows it."""
        return translated(super().formatMessage(record))


def log_to_terminal() -> None:
    """Let warnings that no handler of the calling program takes be printed so on standard error."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(TranslatedFormatter("%(message)s"))


class Console(rich.console.Console):
    """A console that speaks the language in force: texts that it prints, titles and heads of tables."""

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print texts and tables, translated; whatever else as it is."""
        super().print(*map(_spoken, objects), **settings)


def _spoken(printed: Any) -> Any:
    if isinstance(printed, Table):
        for column in printed.columns:
            column.header = _spoken(column.header)
        printed.title = _spoken(printed.title)
    return translated(printed) if isinstance(printed, str) else printed


def say(console: rich.console.Console, *lines: str) -> None:
    """Print lines of rich's markup, in the language in force: no figure coloured, none broken where a terminal ends."""
    for line in lines:
        console.print(translated(line), highlight=False, soft_wrap=True)


def table_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table without lines: names in the first column, figures to the right of it."""
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    return table
