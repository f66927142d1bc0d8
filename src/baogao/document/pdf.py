"""The text of PDFs, which a library opens and which may be damaged, locked or huge.

PDFium (through pypdfium2) says what each character is and where it stands; order, paragraphs and tables are worked out
from the places. pdfplumber gives the same boxes and takes four to six times as long; pymupdf4llm orders text well, and
its licence (AGPL) would bind whoever passes baogao on.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from threading import Lock

import pypdfium2

from baogao.document.file_text import FileText, Notice
from baogao.document.furniture import Furniture, PageLine, page_furniture, page_number
from baogao.document.glyphs import Box, Page, page_of
from baogao.document.ocr import engine_name, frames, recognise
from baogao.document.page_layout import Column, columns_of
from baogao.document.page_lines import Line, lines_of_print, strike
from baogao.document.page_paragraphs import paragraphs_of_pages
from baogao.document.page_tables import Table, ruled_tables
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
_SCANNED = "it is a scanned PDF: pictures without text; run it through text recognition (OCR) first, or use --ocr"

_NAMED = 10
"""Pages that a notice names."""
_DOTS = 200
"""To the inch: a picture of a page in which text is recognised."""
_MOST_DOTS = 3_000
"""Along the longer side of the picture."""
_SMALL = 0.92
"""Of the size of the text: running heads may be smaller."""
_CONVERTER = f"pypdfium2 {pypdfium2.PYPDFIUM_INFO}"
_PDFIUM = Lock()
"""PDFium stands no second thread, in whatever file."""


@dataclass
class _Count:
    """Characters of some kind, and the pages that they were found on."""

    characters: int = 0
    pages: list[int] = field(default_factory=list)

    def count(self, page: int, characters: int) -> None:
        """Count those of a page."""
        if characters:
            self.characters += characters
            self.pages.append(page)

    def words(self, what: str) -> list[Notice]:
        """A notice of them, if there are any."""
        if not self.pages:
            return []
        return [Notice(f"{what} ({self.characters} characters) on page {_numbers(self.pages)}: left out")]


@dataclass
class _Notices:
    """What was left out of the text."""

    hidden: _Count = field(default_factory=_Count)
    struck: _Count = field(default_factory=_Count)
    slanted: _Count = field(default_factory=_Count)

    def all(self) -> list[Notice]:
        """In words."""
        return [
            *self.hidden.words("text that cannot be seen"),
            *self.struck.words("struck-out text"),
            *self.slanted.words("slanted text, as of a watermark,"),
        ]


def _numbers(pages: list[int]) -> str:
    """Numbers of pages, the first of many."""
    return ", ".join(map(str, pages[:_NAMED])) + (f" and {len(pages) - _NAMED} more" if len(pages) > _NAMED else "")


def read_pdf(data: bytes, ocr: bool = False) -> FileText:
    """The text of a PDF in the order in which it is read, and notices.

    :param ocr: recognise the words of pages that have no text, in pictures of them.
    :raises DocumentError: it is damaged, locked by a password, scanned, or its letters have no meaning attached; it
        has too many pages, or takes too long.
    :raises UsageError: text is to be recognised, and the extra for it is not installed.
    """
    left_out = _Notices()
    with _PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            reason = "it is locked by a password" if "assword" in str(error) else "it is damaged or not a PDF"
            raise DocumentError(f"{reason}; save it again as PDF or as text") from error
        try:
            pages = _pages(pdf, left_out, ocr)
        except pypdfium2.PdfiumError as error:
            raise DocumentError("it is damaged: a page cannot be opened; save it again as PDF or as text") from error
        finally:
            pdf.close()
    file = _file_of(pages, left_out)
    if not file.text.strip():
        raise DocumentError(_SCANNED)
    return file


def read_picture(data: bytes) -> FileText:
    """The words that are recognised in a picture of pages: .png, .jpg, .tif.

    :raises DocumentError: it is damaged, or no words are found in it.
    :raises UsageError: the extra for recognising text is not installed.
    """
    pages = []
    for pixels, scale in frames(data):
        height, width = pixels.shape[:2]
        pages.append(_Read(recognise(pixels, scale), frame=Box(0, 0, width / scale, height / scale), recognised=True))
    file = _file_of(pages, _Notices())
    if not file.text.strip():
        raise DocumentError("no words were recognised in the picture")
    return replace(file, format="picture", notices=file.notices[1:], converter=engine_name())


def _file_of(pages: list[_Read], left_out: _Notices) -> FileText:
    """The text of some pages.

    :raises DocumentError: its letters have no meaning attached.
    """
    furniture = _without_furniture(pages).words()
    blank = [number for number, page in enumerate(pages, start=1) if page.blank]
    columns = [
        [*columns_of([*page.lines, *page.tables]), *(Column([line], False) for line in page.aside)] for page in pages
    ]
    printed = paragraphs_of_pages(columns, [(page.frame.x0, page.frame.x1) for page in pages])
    if len(_UNREADABLE.findall(printed.text)) > _MOST_UNREADABLE * len("".join(printed.text.split())):
        raise DocumentError("its fonts do not say which characters they show; run it through text recognition (OCR)")
    notices = [Notice("the text layer of a PDF")]
    if furniture:
        notices.append(Notice(f"left out as page furniture: {furniture}"))
    notices += left_out.all()
    if blank:
        notices.append(Notice(f"no text on page {_numbers(blank)}: a picture may be there"))
    ends = [*printed.pages[1:], len(printed.text)]
    for number, (page, span) in enumerate(zip(pages, zip(printed.pages, ends, strict=True), strict=True), start=1):
        if page.recognised and not page.blank:
            notices.append(Notice(f"recognised from a picture of page {number}; check its figures", span))
    converter = f"{_CONVERTER}, {engine_name()}" if any(page.recognised for page in pages) else _CONVERTER
    return FileText(printed.text, "pdf", tuple(notices), pages=printed.pages, converter=converter)


@dataclass
class _Read:
    """What was read of one page."""

    lines: list[Line]
    tables: list[Table] = field(default_factory=list)
    aside: list[Line] = field(default_factory=list)
    """Words that run along the side of the page."""
    frame: Box = field(default_factory=lambda: Box(0.0, 0.0, 0.0, 0.0))
    """Where the page lies."""
    recognised: bool = False
    """Whether its words were recognised in a picture of it."""

    @property
    def blank(self) -> bool:
        """Whether there is no text on it."""
        return not (self.lines or self.tables or self.aside)

    def has_words(self) -> bool:
        """Whether it has text that can be read, beside a page number."""
        text = "".join(line.text for line in self.lines if not page_number(line.text))
        return bool(self.tables) or len(_UNREADABLE.findall(text)) < _MOST_UNREADABLE * len(text)

    def seen(self, row: list[Line], small: float) -> PageLine:
        """What stands at one height, and whether all of it is smaller than a size."""
        place = (row[0].base - self.frame.y0) / ((self.frame.y1 - self.frame.y0) or 1.0)
        return PageLine("\t".join(line.text for line in row), place, all(line.size < small for line in row))

    def rows(self) -> list[list[Line]]:
        """Its lines by the height at which they stand, from the top to the bottom."""
        rows: list[list[Line]] = []
        for line in sorted(self.lines, key=lambda line: line.base):
            if rows and line.base - rows[-1][0].base < 0.5 * line.size:
                rows[-1].append(line)
            else:
                rows.append([line])
        return rows


def _pages(pdf: pypdfium2.PdfDocument, notices: _Notices, ocr: bool) -> list[_Read]:
    """What is printed on every page; a file that is made to keep its reader busy is given up between two pages.

    What recognising text takes is not counted: whoever wants it knows that it takes long.
    """
    if len(pdf) > _MOST_PAGES:
        raise DocumentError(f"it has more than {_MOST_PAGES:,} pages: that is no single report; split it")
    pages: list[_Read] = []
    characters = 0
    until = time.monotonic() + _MOST_SECONDS
    for number in range(len(pdf)):
        if time.monotonic() > until:
            raise DocumentError(f"it takes more than {_MOST_SECONDS:.0f} seconds to read; save it again or as text")
        page = pdf[number]
        try:
            printed = page_of(page)
            read = _read(printed, notices, number + 1)
            if ocr and not read.has_words():
                started = time.monotonic()
                read = _recognised(page)
                until += time.monotonic() - started
        finally:
            page.close()
        characters += len(printed.glyphs)
        if characters > _MOST_CHARACTERS:
            raise DocumentError(f"it has more than {_MOST_CHARACTERS:,} characters: that is no single report; split it")
        pages.append(read)
    return pages


def _recognised(page: pypdfium2.PdfPage) -> _Read:
    """The words in a picture of a page."""
    width, height = page.get_size()
    scale = min(_DOTS / 72, _MOST_DOTS / max(width, height, 1.0))
    bitmap = page.render(scale=scale, rev_byteorder=False)
    try:
        pixels = bitmap.to_numpy()[:, :, :3].copy()
    finally:
        bitmap.close()
    return _Read(recognise(pixels, scale), frame=Box(0.0, 0.0, width, height), recognised=True)


def _read(printed: Page, notices: _Notices, number: int) -> _Read:
    """The lines and tables of a page."""
    notices.hidden.count(number, printed.hidden)
    notices.struck.count(number, strike(printed.glyphs, printed.across))
    tables, rest = ruled_tables(printed.glyphs, printed.across, printed.down)
    aside = []
    for way, turned in printed.aside.items():
        if way % 90:
            notices.slanted.count(number, len(turned))
        else:
            aside += [line for line in lines_of_print(turned) if page_number(line.text) is None]
    return _Read(lines_of_print(rest), tables, aside, printed.frame)


def _without_furniture(pages: list[_Read]) -> Furniture:
    """Take page numbers and running heads out of some pages; returns what was taken."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
    small = _SMALL * sizes.most_common(1)[0][0] if sizes else 0.0
    rows = [page.rows() for page in pages]
    found = page_furniture(
        [[page.seen(row, small) for row in of_page] for page, of_page in zip(pages, rows, strict=True)],
        {number for number, page in enumerate(pages) if page.tables},
    )
    for page, of_page, taken in zip(pages, rows, found.lines, strict=True):
        page.lines = [line for number, row in enumerate(of_page) if number not in taken for line in row]
    return found
