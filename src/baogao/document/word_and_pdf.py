"""The text of PDFs, which a library opens and which may be damaged, locked or huge."""

from __future__ import annotations

import re
import time
from threading import Lock

import pypdfium2

from baogao.document.file_text import FileText, Notice
from baogao.errors import DocumentError

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
_PDFIUM = Lock()
"""PDFium stands no second thread, in whatever file."""


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
