"""The text of Word documents (.docx), which a library opens and which may be damaged, locked or huge."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from baogao.document.file_text import FileText
from baogao.errors import DocumentError

_LARGEST_UNPACKED = 200_000_000
"""Bytes of all parts of a .docx together, pictures included."""
_LARGEST_PART = 30_000_000
"""Bytes of one part that is parsed; its tree takes some ten times as many."""
_LARGE_PART = f"a part of it unpacks to more than {_LARGEST_PART // 1_000_000} MB: that is no report"
_MOST_COLUMNS = 63
"""What Word itself allows in a table; a cell can claim to be wider."""
_DAMAGED = "it is not a Word document that can be opened; save it again as .docx or as text"
_PARAGRAPH, _TABLE, _ROW, _CELL = (qn(name) for name in ("w:p", "w:tbl", "w:tr", "w:tc"))
_BOX = qn("w:txbxContent")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr"), _FALLBACK})
"""Deleted and moved text, field codes, and the second drawing of a text box for old programs."""
_MARKS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}

Element = Any
"""An lxml element."""


def read_word(data: bytes) -> FileText:
    """The text of a .docx: one line for each paragraph, one tab-separated line for each row of a table.

    Tracked insertions and text boxes are read. Merged cells are written once, and the others stay in their columns.

    :raises DocumentError: it is damaged, unpacks to more than a report needs, or is a zip file of another kind.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # Before anything is unpacked; zipfile never gives more of a part than the archive's list says.
            if sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
                raise DocumentError(f"it unpacks to more than {_LARGEST_UNPACKED // 1_000_000} MB: that is no report")
            parsed = [part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
            if max(parsed, default=0) > _LARGEST_PART:
                raise DocumentError(_LARGE_PART)
            return FileText("\n".join(_lines(_body(archive))), "word")
    except (zipfile.BadZipFile, zlib.error, etree.LxmlError) as error:
        raise DocumentError(_DAMAGED) from error
    except (
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        EOFError,
        RuntimeError,
        StopIteration,
    ) as error:
        raise DocumentError(_DAMAGED) from error  # what python-docx raises on wrong parts, locked ones included


def _body(archive: zipfile.ZipFile) -> Element:
    """The body of the main part. Only what leads to it is read besides: no pictures, no styles.

    :raises DocumentError: one of these parts unpacks to more than a report needs, whatever it is called.
    """
    relations = _parsed(archive, "_rels/.rels")
    main = next(one.get("Target") for one in relations if one.get("Type") == RELATIONSHIP_TYPE.OFFICE_DOCUMENT)
    body = _parsed(archive, main.removeprefix("/")).find(qn("w:body"))
    if body is None:
        raise DocumentError(_DAMAGED)
    return body


def _parsed(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as part:
        data = part.read(_LARGEST_PART + 1)
    if len(data) > _LARGEST_PART:
        raise DocumentError(_LARGE_PART)
    return parse_xml(data)


def _lines(container: Element) -> Iterator[str]:
    """The lines of everything that holds paragraphs and tables: the body, a content control, a text box."""
    for child in container:
        if child.tag == _PARAGRAPH:
            yield "".join(_runs(child))
            for box in child.iter(_BOX):
                if _nearest(box, _FALLBACK) is None and _nearest(box, _PARAGRAPH) is child:
                    yield from _lines(box)
        elif child.tag == _TABLE:
            yield from (_row(row) for row in child.iter(_ROW) if _nearest(row, _TABLE) is child)
        elif child.tag not in _SKIPPED:
            yield from _lines(child)


def _runs(element: Element) -> Iterator[str]:
    """The pieces of text of a paragraph, those in its boxes aside."""
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in _SKIPPED and child.tag != _BOX:
            yield from _runs(child)


def _row(row: Element) -> str:
    """The cells of a row, as many as the table has columns."""
    cells: list[str] = []
    for cell in row.iter(_CELL):
        if _nearest(cell, _ROW) is row:
            text = " ".join("".join("".join(_runs(paragraph)) for paragraph in cell.iter(_PARAGRAPH)).split())
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            width = min(int(span.get(qn("w:val"), "1")), _MOST_COLUMNS) if span is not None else 1
            cells.extend([text, *[""] * (width - 1)])
    return "\t".join(cells)


def _nearest(element: Element, tag: str) -> Element | None:
    """The nearest ancestor of a kind."""
    return next(element.iterancestors(tag), None)
