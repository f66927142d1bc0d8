"""Tables in files of their own: workbooks (.xlsx), and text with commas or tabs between its cells (.csv, .tsv)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

from baogao.document.file_text import FileText
from baogao.document.grid import MOST_COLUMNS, Cell, in_one_line, lines_of_table
from baogao.document.number_format import BUILT_IN, shown
from baogao.document.package import Package, opened
from baogao.document.scripts import lowered, raised
from baogao.document.signs import HIDDEN, HIDDEN_ROWS, STRUCK, file_text, plain
from baogao.errors import DocumentError

_DAMAGED = "it is not a workbook that can be opened; save it again as .xlsx or as text"
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = qn("r:id")
_DELIMITERS = "\t,;，；|"
_SAMPLE_LINES = 50
_WIDEST = 4 * MOST_COLUMNS
"""Columns of a sheet; what stands farther right moves up."""
_MOST_GAP = 20
"""Empty rows that are kept where rows are missing; merged cells reach over them."""
_MOST_COVERED = 200_000
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")

_OWN_TEXT = re.compile(r"""\A(?:="([^"]*)"|'(\d[\d,.]*[%％]?))\Z""")
"""How a cell says that its digits are text; a spreadsheet shows them without that."""

Element = Any
"""An lxml element."""


def read_delimited(text: str, suffix: str = ".csv") -> FileText:
    """The rows of a .csv or .tsv as tab-separated lines.

    :raises DocumentError: a cell has no end.
    """
    delimiter = "\t" if suffix == ".tsv" else _delimiter(text)
    try:
        rows = [
            [in_one_line(_OWN_TEXT.sub(r"\1\2", cell).splitlines()) for cell in row]
            for row in csv.reader(io.StringIO(text, ""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise DocumentError(f"it is no table of cells parted by {delimiter!r}: {error}; save it as text") from error
    return file_text("\n".join("\t".join(row).rstrip("\t") for row in rows), "csv")


def _delimiter(text: str) -> str:
    """What parts the cells: the sign that most lines have equally often."""
    lines = [line for line in text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES] if line.strip()]

    def fitness(sign: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=sign), [])) - 1 for line in lines]
        usual = max(counts, key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    try:
        return max(_DELIMITERS, key=fitness)
    except csv.Error:
        return ","


def read_workbook(data: bytes) -> FileText:
    """The rows of all sheets of an .xlsx, tab-separated, below the name of each sheet; numbers as they are shown.

    :raises DocumentError: it is damaged, or unpacks to more than a report needs.
    """
    with opened(data, _DAMAGED) as package:
        workbook = package.main()
        book = _Book(package, workbook)
        targets = package.targets()
        text = ""
        for sheet in workbook.findall(f"{_SPACE}sheets/{_SPACE}sheet"):
            if sheet.get("state", "visible") != "visible":
                text += HIDDEN_ROWS
                continue
            root = package.part(targets.get(sheet.get(_RELATION), ""))
            rows = [] if root is None else list(book.lines(root))
            if any(plain(line).strip() for line in rows):
                lines = "\n".join([plain(sheet.get("name", "")), *rows])
                text += f"\n{lines}" if plain(text) else lines
        return file_text(text, "excel", converter=f"lxml {etree.__version__}")


class _Book:
    """What all sheets of a workbook share."""

    def __init__(self, package: Package, workbook: Element) -> None:
        strings = package.related("sharedStrings")
        self._strings = [] if strings is None else [_rich_text(each) for each in strings.findall(f"{_SPACE}si")]
        styles = package.related("styles")
        self._formats: list[tuple[str, str]] = [] if styles is None else list(_formats(styles))
        properties = workbook.find(f"{_SPACE}workbookPr")
        self._since_1904 = properties is not None and properties.get("date1904") in {"1", "true"}

    def lines(self, sheet: Element) -> Iterator[str]:
        """The lines of a sheet."""
        rows = {int(row.get("r", count)): row for count, row in enumerate(sheet.iter(f"{_SPACE}row"), start=1)}
        gone = {number for number, row in rows.items() if _is_gone(row, "ht")}
        hidden = _hidden_columns(sheet)
        merged = _Merged(sheet, hidden, gone, max(rows, default=0))
        cells: list[list[Cell]] = []
        last = min(rows, default=1) - 1
        for number in sorted(rows.keys() - gone):
            cells.extend([] for between in range(last + 1, min(number, last + 1 + _MOST_GAP)) if between not in gone)
            cells.append(list(self._cells(rows[number], number, merged, hidden)))
            last = number
        lines = [line.rstrip("\t") for line in lines_of_table(cells)]
        while lines and not plain(lines[-1]):
            lines.pop()
        if lines:
            yield (HIDDEN_ROWS if hidden or gone else "") + lines[0]
            yield from lines[1:]

    def _cells(self, row: Element, number: int, merged: _Merged, hidden: set[int]) -> Iterator[Cell]:
        """The cells of a row from its first column on, those that a merged one covers aside."""
        column = 0
        for count, cell in enumerate(row.iter(f"{_SPACE}c")):
            place = _PLACE.fullmatch(cell.get("r", ""))
            at = _column(place[1]) if place else max(count, column)
            if at < column or at in hidden or (number, at) in merged.covered:
                continue
            free = (each for each in range(column, min(at, _WIDEST)) if each not in hidden)
            yield from (Cell() for each in free if (number, each) not in merged.covered)
            columns, rows = merged.sizes.get((number, at), (1, 1))
            yield Cell(tuple(self._text(cell).splitlines()), columns, rows)
            column = at + 1

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _rich_text(cell.find(f"{_SPACE}is"))
        value = cell.findtext(f"{_SPACE}v") or ""
        style = int(cell.get("s", "0"))
        code, sign = self._formats[style] if style < len(self._formats) else ("", "")
        if sign and value:
            return sign
        if kind == "s":
            return self._strings[int(value)] if value.strip() else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return shown(value, code, self._since_1904) if kind == "n" and value else plain(value)


def _rich_text(item: Element | None) -> str:
    """The text of a cell of words, its parts one by one; how Chinese is pronounced is left out."""
    pieces: list[str] = []
    for part in [] if item is None else item:
        if part.tag == f"{_SPACE}t":
            pieces.append(plain(part.text or ""))
        elif part.tag == f"{_SPACE}r":
            text = plain(part.findtext(f"{_SPACE}t") or "")
            properties = part.find(f"{_SPACE}rPr")
            struck = properties is not None and _is_struck(properties)
            place = None if properties is None else properties.find(f"{_SPACE}vertAlign")
            kind = None if place is None else place.get("val")
            moved = raised(text) if kind == "superscript" else lowered(text) if kind == "subscript" else text
            pieces.append(STRUCK if struck and text else moved)
    return "".join(pieces)


def _is_struck(properties: Element) -> bool:
    found = properties.find(f"{_SPACE}strike")
    return found is not None and found.get("val", "1") in {"1", "true"}


def _formats(styles: Element) -> Iterator[tuple[str, str]]:
    """The number format of each style of a cell, and the sign of what stands in its stead where it is not seen."""
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{_SPACE}numFmt")}
    fonts = [
        STRUCK if _is_struck(font) else HIDDEN if _is_white(font) else ""
        for font in styles.findall(f"{_SPACE}fonts/{_SPACE}font")
    ]
    for style in styles.findall(f"{_SPACE}cellXfs/{_SPACE}xf"):
        number, font = style.get("numFmtId", "0"), int(style.get("fontId", "0"))
        sign = fonts[font] if font < len(fonts) else ""
        filled = style.get("fillId", "0") != "0"
        yield own.get(number) or BUILT_IN.get(int(number), ""), "" if filled and sign == HIDDEN else sign


def _is_white(font: Element) -> bool:
    colour = font.find(f"{_SPACE}color")
    return colour is not None and colour.get("rgb", "")[-6:].upper() == "FFFFFF"


class _Merged:
    """The merged cells of a sheet: how many columns and rows that are seen each covers, and what they cover."""

    def __init__(self, sheet: Element, hidden: set[int], gone: set[int], last_row: int) -> None:
        self.sizes: dict[tuple[int, int], tuple[int, int]] = {}
        self.covered: set[tuple[int, int]] = set()
        for each in sheet.iter(f"{_SPACE}mergeCell"):
            corners = [_PLACE.fullmatch(corner) for corner in each.get("ref", "").split(":")]
            if len(corners) != 2 or corners[0] is None or corners[1] is None:
                continue
            first = int(corners[0][2]), _column(corners[0][1])
            rows = range(first[0], min(int(corners[1][2]), last_row) + 1)
            columns = range(first[1], min(_column(corners[1][1]) + 1, first[1] + MOST_COLUMNS, _WIDEST))
            if len(self.covered) + len(rows) * len(columns) > _MOST_COVERED:
                raise DocumentError(
                    f"its merged cells cover more than {_MOST_COVERED:,} others: that is no single report"
                )
            self.covered.update((row, column) for row in rows for column in columns if (row, column) != first)
            width = sum(column not in hidden for column in columns)
            self.sizes[first] = max(1, width), max(1, sum(row not in gone for row in rows))


def _is_gone(line: Element, size: str) -> bool:
    """Whether a row or a column is hidden, or has no height or width."""
    return line.get("hidden") in {"1", "true"} or re.fullmatch(r"0+(?:\.0+)?", line.get(size, "")) is not None


def _hidden_columns(sheet: Element) -> set[int]:
    hidden: set[int] = set()
    for each in sheet.iter(f"{_SPACE}col"):
        if _is_gone(each, "width"):
            hidden.update(range(int(each.get("min", "1")) - 1, min(int(each.get("max", "1")), _WIDEST)))
    return hidden


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
