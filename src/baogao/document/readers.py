"""Reading a file: text, web page, Word document or PDF, told by content before name."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pypdfium2
import trafilatura
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from baogao.document.encoding import decode
from baogao.document.model import Document
from baogao.document.structure import document_from_text
from baogao.errors import DocumentError

SUFFIXES = frozenset({".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".docx", ".pdf", ".doc", ".wps"})
"""What a folder is searched for; a file that is named outright may be called anything."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML_STARTS = (b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body", b"<meta", b"<div")


def read_document(path: str | Path, doc_id: str | None = None) -> Document:
    """Read one report.

    :param doc_id: by default the file's name without its suffix.
    :raises DocumentError: the file is missing, empty, binary, encrypted, scanned, or in a format that is not read; the
        message says what to do instead.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"it cannot be opened: {error.strerror or error}") from error
    text, notices = text_of(data, path.suffix.lower())
    if not text.strip():
        raise DocumentError("it is empty: there is no text in it")
    return document_from_text(text, doc_id or path.stem, str(path), hashlib.sha256(data).hexdigest(), notices)


def text_of(data: bytes, suffix: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of a file's bytes, and notices about how it was read.

    :param suffix: the file's suffix with its dot, used where the bytes alone do not tell.
    :raises DocumentError: see ``read_document``.
    """
    if not data.strip():
        raise DocumentError("it is empty: there is no text in it")
    return _reader_for(data, suffix)(data)


def _reader_for(data: bytes, suffix: str) -> Callable[[bytes], tuple[str, tuple[str, ...]]]:
    if data.startswith(_OLE) or suffix in {".doc", ".wps"}:
        return _refuse_old_word
    if data.startswith(b"%PDF") or suffix == ".pdf":
        return _pdf
    if data.startswith(b"PK\x03\x04") or suffix == ".docx":
        return _docx
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_HTML_STARTS) or suffix in {".html", ".htm", ".xhtml"}:
        return _html
    return _plain


def _plain(data: bytes) -> tuple[str, tuple[str, ...]]:
    text, encoding = decode(data)
    return text, () if encoding in {"utf-8", "utf-8-sig"} else (f"read as {encoding}",)


def _refuse_old_word(data: bytes) -> tuple[str, tuple[str, ...]]:
    raise DocumentError("it is in the old Word format (.doc); open it in a word processor and save it as .docx")


def _html(data: bytes) -> tuple[str, tuple[str, ...]]:
    text = trafilatura.extract(_html_source(data), include_tables=True, include_comments=False, favor_recall=True)
    if not text:
        raise DocumentError("no main text was found on this web page; save the report itself as text")
    return text, ("the main text of a web page",)


def _html_source(data: bytes) -> str:
    return decode(data)[0]


def _docx(data: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DocumentError(
            "it is not a Word document that can be opened; save it again as .docx or as text"
        ) from error
    return "\n".join(_blocks(document.iter_inner_content())), ()


def _blocks(blocks: Iterator[Paragraph | Table]) -> Iterator[str]:
    """One line for a paragraph, one tab-separated line for a table's row; merged cells are written once."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
            continue
        for row in block.rows:
            cells = dict.fromkeys(cell._tc for cell in row.cells)
            texts = {cell._tc: " ".join(cell.text.split()) for cell in row.cells}
            yield "\t".join(texts[cell] for cell in cells)


def _pdf(data: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = "it is locked by a password" if "assword" in str(error) else "it is damaged or not a PDF"
        raise DocumentError(f"{reason}; save it again as PDF or as text") from error
    try:
        pages = [_page_text(pdf[number]) for number in range(len(pdf))]
    finally:
        pdf.close()
    if not any(page.strip() for page in pages):
        raise DocumentError("it is a scanned PDF: pictures without text; run it through text recognition (OCR) first")
    return "\n".join(pages), ("the text layer of a PDF",)


def _page_text(page: pypdfium2.PdfPage) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
