"""Tables as text that spreadsheet programs open: ``.csv`` and ``.tsv``."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from baogao.outputs.headings import Cell

_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters, and a symbol, that print as nothing; so do Unicode's controls and formats (C), marks (M) and blanks (Z)."""


class DelimitedFile:
    """Writes a table row by row: UTF-8 with BOM, and CRLF, which is what spreadsheet programs expect.

    A cell that they would run as a formula gets an apostrophe in front. Figures have all their digits, 135 no point.

    :param file: stays open.
    """

    def __init__(self, file: BinaryIO, delimiter: str = ",") -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\r\n")

    def add(self, cells: Iterable[Cell]) -> None:
        """Write a row."""
        self._writer.writerow([_printed(cell) for cell in cells])

    def close(self) -> None:
        """See that all is in the file."""
        self._text.flush()
        self._text.detach()


def _printed(cell: Cell) -> str | None:
    if isinstance(cell, str):
        return f"'{cell}" if _is_risky(cell) else cell
    return None if cell is None else digits(cell)


def digits(value: float | Decimal) -> str:
    """A number with all its digits, and no more: 135, 98.5; a truth as 1 or 0."""
    if isinstance(value, Decimal):
        printed = f"{value:f}"  # normalising would round to the precision of the context
        return printed.rstrip("0").rstrip(".") if "." in printed else printed
    return str(int(value) if float(value).is_integer() else value)


def may_be_formula(text: str) -> bool:
    """Whether a spreadsheet program may take a text for a formula, past what is not seen; wide, small signs count."""
    seen = (char for char in text if char not in _UNSEEN and unicodedata.category(char)[0] not in "CMZ")
    return text.startswith(("\t", "\r", "\n")) or unicodedata.normalize("NFKC", next(seen, "")) in set("=+-@")


_is_risky = lru_cache(maxsize=4096)(may_be_formula)
