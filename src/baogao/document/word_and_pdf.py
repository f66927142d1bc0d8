"""The text of Word documents (.docx) and of PDFs, which libraries open and which may be damaged, locked or huge."""

from __future__ import annotations

import io
import re
import time
import zipfile
import zlib
from collections.abc import Iterator
from threading import Lock
from typing import Any

import pypdfium2
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from baogao.document.file_text import FileText, Notice
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

_UNREADABLE = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")
"""Characters of a font's own making, and replacements for what could not be read."""
_MOST_UNREADABLE = 0.3
"""Share of such characters; bullets and logos alone are fewer."""
_MOST_PAGES = 2_000
"""No single report has a tenth of that."""
_MOST_CHARACTERS = 2_000_000
"""Of all pages together; far more than a report may have, so that the reader of the text can say so."""
_MOST_SECONDS = 60.0
_SCANNED = "it is a scanned PDF: pictures without text; run it through text recognition (OCR) first"

Element = Any
"""An lxml element."""
_PDFIUM = Lock()
"""PDFium stands no second thread, in whatever file."""


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


def read_pdf(data: bytes) -> FileText:
    """The text layer of a PDF, page by page, and notices.

    :raises DocumentError: it is damaged, locked by a password, scanned, or its letters have no meaning attached; it
        has too many pages, or takes too long.
    """
    with _PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            reason = "it is locked by a password" if "assword" in str(error) else "it is damaged or not a PDF"
            raise DocumentError(f"{reason}; save it again as PDF or as text") from error
        try:
            pages = _pages(pdf)
        except pypdfium2.PdfiumError as error:
            raise DocumentError("it is damaged: a page cannot be opened; save it again as PDF or as text") from error
        finally:
            pdf.close()
    blank = [number for number, page in enumerate(pages, start=1) if not page.strip()]
    if len(blank) == len(pages):
        raise DocumentError(_SCANNED)
    text = "\n".join(pages)
    if len(_UNREADABLE.findall(text)) > _MOST_UNREADABLE * len("".join(text.split())):
        raise DocumentError("its fonts do not say which characters they show; run it through text recognition (OCR)")
    notices = [Notice("the text layer of a PDF")]
    if blank:
        notices.append(Notice(f"no text on page {', '.join(map(str, blank))}: a picture may be there"))
    return FileText(text, "pdf", tuple(notices))


def _pages(pdf: pypdfium2.PdfDocument) -> list[str]:
    """The text of every page; a file that is made to keep its reader busy is given up between two pages."""
    if len(pdf) > _MOST_PAGES:
        raise DocumentError(f"it has more than {_MOST_PAGES:,} pages: that is no single report; split it")
    pages: list[str] = []
    characters = 0
    until = time.monotonic() + _MOST_SECONDS
    for number in range(len(pdf)):
        if time.monotonic() > until:
            raise DocumentError(f"it takes more than {_MOST_SECONDS:.0f} seconds to read; save it again or as text")
        page = pdf[number]
        textpage = page.get_textpage()
        try:
            text: str = textpage.get_text_bounded()
        finally:
            textpage.close()
            page.close()
        # PDFium writes U+FFFE for a hyphen at the end of a line.
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-").replace("\0", "")
        pages.append(text.strip("\n"))
        characters += len(pages[-1])
        if characters > _MOST_CHARACTERS:
            raise DocumentError(f"it has more than {_MOST_CHARACTERS:,} characters: that is no single report; split it")
    return pages
