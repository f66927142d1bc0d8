"""Reading a file: text, web page, Word document or PDF, told by content before name."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from pathlib import Path

from baogao.document.copies import find_copies
from baogao.document.document import Document, Span
from baogao.document.encoding import decode
from baogao.document.file_text import FileText, Notice
from baogao.document.navigation import navigation_spans
from baogao.document.paragraphs import lines_of, paragraphs_of, sentences_of
from baogao.document.pdf import read_pdf, read_picture
from baogao.document.sections import sections_of
from baogao.document.webpage import decode_page, read_page
from baogao.document.word_and_pdf import read_word
from baogao.errors import DocumentError

SUFFIXES = frozenset({".txt", ".text", ".html", ".htm", ".xhtml", ".docx", ".pdf", ".doc", ".wps", ".rtf"})
"""What a folder is searched for; a file that is named outright may be called anything."""
LARGEST = 50_000_000
"""Bytes; a report has some thousands."""
MOST_CHARACTERS = 300_000
"""Of text; the longest reports have some ten thousand. What costs the square of a text's length ends here."""

_MARKUP = re.compile(
    r"(?:<\?xml[^>]*+>|<!--(?:(?!-->).)*+-->|\s)*+<(?:!doctype\s+html|(?:html|head|body|meta|div|p|table)[\s>])", re.I
)
"""Possessive, because a row of comments could be taken apart in more ways than anybody can try."""
_VISIBLE = re.compile(r"[^\s\ufeff\u200b]")
_OLD_WORD = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
"""The first bytes of OLE files, which .doc, .wps and locked .docx are, and of .rtf."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")


def document_from_text(text: str | FileText, doc_id: str = "text", source: str = "", sha256: str = "") -> Document:
    """Work out the shape of a text.

    :param text: a plain text, or what a reader made of a file.
    :param sha256: the digest of the file it came from; by default of the text in UTF-8.
    """
    file = text if isinstance(text, FileText) else FileText(text)
    text = file.text
    notices = file.messages
    copies = find_copies(text)
    skipped = sorted([*navigation_spans(text, lines_of(text)), *(copy.span for copy in copies)])
    main: list[Span] = []
    position = 0
    for start, end in [*skipped, (len(text), len(text))]:
        if text[position:start].strip():
            main.append((position, start))
        position = max(position, end)
    paragraphs = paragraphs_of(text, main)
    prose = [paragraph.span for paragraph in paragraphs if not paragraph.row]
    repeated = sum(copy.span[1] - copy.span[0] for copy in copies)
    return Document(
        doc_id=doc_id,
        source=source,
        text=text,
        file=file,
        sha256=sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        main=tuple(main),
        sections=sections_of(text, prose, main[-1][1] if main else 0),
        sentences=tuple(sentences_of(text, paragraphs)),
        copies=copies,
        notices=(*notices, f"{repeated} characters are printed twice; one copy is read") if repeated else notices,
    )


def read_document(path: str | Path, doc_id: str | None = None, *, ocr: bool = False) -> Document:
    """Read one report.

    :param doc_id: by default the file's name without its suffix.
    :param ocr: recognise the words in pictures, and on pages of PDFs that have no text.
    :raises DocumentError: the file is missing, empty, too large, binary, encrypted, scanned, or in a format that is not
        read; the message says what to do instead.
    :raises UsageError: text is to be recognised, and the extra for it is not installed.
    """
    path = Path(path)
    data = _bytes_of(path)
    file = text_of(data, path.suffix.lower(), ocr=ocr)
    return document_from_text(file, doc_id or path.stem, str(path), hashlib.sha256(data).hexdigest())


def _bytes_of(path: Path) -> bytes:
    """The bytes of a regular file; never more than are allowed, whatever its size was said to be."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode):  # a pipe would keep the run waiting, a device never ends
            raise DocumentError("it is a pipe, a device or a socket, not a file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1) if status.st_size <= LARGEST else None
    except OSError as error:
        raise DocumentError(f"it cannot be opened: {error.strerror or error}") from error
    except ValueError as error:
        raise DocumentError(f"it cannot be opened: {error}") from error
    if data is None or len(data) > LARGEST:
        raise DocumentError(f"it is larger than {LARGEST // 1_000_000} MB: that is no single report; split it")
    return data


def text_of(data: bytes, suffix: str = "", *, ocr: bool = False) -> FileText:
    """The text of a file's bytes, and what is to be known of how it was read.

    :param suffix: the file's suffix with its dot, used where the bytes alone do not tell.
    :param ocr: see ``read_document``.
    :raises DocumentError, UsageError: see ``read_document``.
    """
    if not data.strip():
        raise DocumentError("it is empty: there is no text in it")
    file = _read(data, suffix, ocr)
    if not _VISIBLE.search(file.text):
        raise DocumentError("it is empty: there is no text in it")
    if len(file.text) > MOST_CHARACTERS:
        raise DocumentError(f"it has more than {MOST_CHARACTERS:,} characters: that is no single report; split it")
    return file


def _read(data: bytes, suffix: str, ocr: bool) -> FileText:
    """What the reader for a file makes of it: by content before name, because names are often wrong.

    :raises DocumentError: see ``read_document``.
    """
    if data.startswith(_OLD_WORD):
        raise _old_word(data)
    if data[:1024].lstrip().startswith(b"%PDF") or suffix == ".pdf":
        return read_pdf(data, ocr)
    if data.startswith(b"PK\x03\x04") or suffix == ".docx":
        return read_word(data)
    if data.startswith(_PICTURES):
        if ocr:
            return read_picture(data)
        raise DocumentError("it is a picture; run it through text recognition (OCR) first, or use --ocr")
    if suffix in {".html", ".htm", ".xhtml"}:
        return read_page(data)
    if suffix in {".doc", ".wps"} and b"\0" in data:
        raise _old_word(data)
    # Word processors also save pages as .doc, and a name may say nothing.
    if _MARKUP.match(decode_page(data[:4096], lenient=True)):
        return read_page(data)
    text, encoding = decode(data)
    return FileText(text, notices=() if encoding in {"utf-8", "utf-8-sig"} else (Notice(f"read as {encoding}"),))


def _old_word(data: bytes) -> DocumentError:
    """What is said of a document of an old Word format, or of a locked one, which is wrapped in the same way."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return DocumentError("it is locked by a password; open it in a word processor and save it without one")
    return DocumentError(
        "it is in an old Word format (.doc, .wps, .rtf); open it in a word processor and save it as .docx"
    )
