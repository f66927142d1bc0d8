"""What a reader made of a file: its text, and what a user should know of how it was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]
"""Two offsets, the second exclusive."""
Format = Literal["text", "page", "word", "pdf", "markdown", "csv", "excel", "picture"]
"""What a file is, whatever it is called: a plain text, a web page, a Word document, …"""


@dataclass(frozen=True)
class Notice:
    """One thing that a user should know of how a file was read."""

    message: str
    """In a few words, without the place."""
    span: Span | None = None
    """The characters of the file's text that it is about, or where they would stand (an empty span) if they were left
    out; None where it is about the whole file."""

    def __str__(self) -> str:
        """The words with their place: “a bad byte (character 17)”."""
        if self.span is None:
            return self.message
        start, end = self.span
        return f"{self.message} ({f'character {start}' if end - start <= 1 else f'characters {start}-{end}'})"


@dataclass(frozen=True)
class FileText:
    """The text of a file, as its reader gives it; offsets count in ``text``, end exclusive."""

    text: str
    format: Format = "text"
    notices: tuple[Notice, ...] = ()
    inserted: tuple[Span, ...] = ()
    """Characters that the file does not print as text and that a reader of it sees all the same: automatic numbers of
    headings and items. They tell the shape of the text; evidence never points into them."""
    pages: tuple[int, ...] = ()
    """Where each page begins, the first at 0; empty for what has no pages."""
    converter: str | None = None
    """The library or program that opened the file, with its version; None for plain text."""

    @property
    def reader(self) -> str:
        """What read the file: ``pdf, pypdfium2 5.1``."""
        return f"{self.format}, {self.converter}" if self.converter else self.format

    @property
    def messages(self) -> tuple[str, ...]:
        """The notices in words, one line each."""
        return tuple(map(str, self.notices))


def joined(pieces: Iterable[tuple[str, bool]]) -> tuple[str, tuple[Span, ...]]:
    """A text of its pieces, and the spans of those that are inserted.

    :param pieces: each with whether it is inserted.
    """
    text: list[str] = []
    inserted: list[Span] = []
    length = 0
    for piece, is_inserted in pieces:
        if is_inserted and piece:
            inserted.append((length, length + len(piece)))
        text.append(piece)
        length += len(piece)
    return "".join(text), tuple(inserted)
