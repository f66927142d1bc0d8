"""Text from files, servers and reports on its way to a terminal: shown, never obeyed."""

from __future__ import annotations

import unicodedata

from rich.markup import escape

from baogao.record import Record

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, directions of writing, halves of characters, and separators that end a line."""


def shown(text: object) -> str:
    """A text as it may be printed by rich: its square brackets are no markup, its control characters are spelt out."""
    return escape("".join(_spelt(char) if unicodedata.category(char) in _OBEYED else char for char in str(text)))


def _spelt(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def failed_line(record: Record) -> str:
    """One line on a document that failed, in rich's markup."""
    return f"[red]failed[/] {shown(record.source)}: {shown(record.error)}"
