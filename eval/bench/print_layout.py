"""A report as the blocks that a page is made of: title, headings, paragraphs, tables, signature.

They are the paragraphs of the report's main text as it is read: lines that were broken by hand are one paragraph again,
navigation and a body's second copy are not printed. Rows of pasted tables are the rows of a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from baogao.document import document_from_text
from baogao.document.furniture import is_page_number
from baogao.document.paragraphs import paragraphs_of
from baogao.document.sections import heading_level

Kind = Literal["title", "heading", "paragraph", "table", "signature"]

_MARK = re.compile(
    r"(?P<before>[（(]?)(?P<number>[一二三四五六七八九十]{1,3}|\d{1,2})(?P<after>[）)]|[、．.](?!\d))(?P<blank>\s*)"
)
"""A number that a word processor can print by itself."""
_CELLS = (re.compile(r"\t"), re.compile(r"\s*[|｜]\s*"), re.compile(r"[ 　]{2,}"), re.compile(r"\s+"))
"""What parts the cells of a row: the first of these that is in it."""
_LONG = 40
"""Characters of a line that is no heading."""
_MOST_SIGNED = 4
"""Lines under a report: who signs it, and when."""


@dataclass(frozen=True)
class Block:
    """One piece of a page."""

    kind: Kind
    text: str = ""
    level: int = 1
    """Of a heading, from 1; of any other block with a mark, that of its mark."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table, all equally long."""

    @property
    def mark(self) -> re.Match[str] | None:
        """The number at its beginning that a word processor can print by itself: ``（一）``, with its parts."""
        match = None if self.kind in ("title", "table", "signature") else _MARK.match(self.text)
        paired = match is not None and bool(match["before"]) == (match["after"] in "）)")
        return match if paired and match is not None and match.end() < len(self.text) else None


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a report's main text."""
    document = document_from_text(text)
    lines: list[tuple[str, bool]] = []
    for paragraph in paragraphs_of(document.text, document.main):
        printed = document.file.text[slice(*document.printed(paragraph.span))]
        if paragraph.row:
            lines.append((printed.strip("\r\n"), True))
        else:
            pieces = [piece.strip() for piece in printed.splitlines() if not is_page_number(piece)]
            lines.append(("".join(pieces), False))
    prose = [number for number, (line, row) in enumerate(lines) if row or _is_prose(line)]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), len(lines))
    blocks: list[Block] = []
    rows: list[str] = []
    for number, (line, row) in enumerate([*lines, ("", False)]):
        if row:
            rows.append(line)
            continue
        if rows:
            blocks.append(Block("table", rows=_table(rows)))
            rows = []
        if line:
            signed = number > last and len(lines) - number <= _MOST_SIGNED
            blocks.append(_block(line, opening=number < first, signed=signed))
    return tuple(blocks)


def _is_prose(line: str) -> bool:
    return len(line) > _LONG or line.endswith(("。", "；", "：", ":")) or heading_level(line) is not None


def _block(line: str, opening: bool, signed: bool) -> Block:
    level = heading_level(line)
    if opening:
        return Block("title", line)
    if level is None and signed:
        return Block("signature", line)
    if len(line) <= _LONG and not re.search("[。；：:]" if level else "[，。；：,;:]", line):
        return Block("heading", line, level or 1)
    return Block("paragraph", line, level or 1)


def _table(rows: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The cells of some rows that stand together, filled up to the longest."""
    cells = []
    for row in rows:
        parting = next(pattern for pattern in _CELLS if pattern is _CELLS[-1] or pattern.search(row.strip()))
        line = row.strip(" 　|｜") if parting is not _CELLS[0] else row
        cells.append(tuple(cell.strip() for cell in parting.split(line)))
    width = max(map(len, cells))
    return tuple(row + ("",) * (width - len(row)) for row in cells)
