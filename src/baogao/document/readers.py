"""Reading a file: text, web page, Word document or PDF, told by content before name."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from baogao.document.copies import find_copies
from baogao.document.debris import without_debris
from baogao.document.document import Copy, Document, Span
from baogao.document.file_text import FileText, Notice
from baogao.document.navigation import navigation_spans
from baogao.document.paragraphs import lines_of, paragraphs_of, sentences_of
from baogao.document.sections import sections_of
from baogao.document.signs import notice_of
from baogao.document.text_furniture import furniture_lines
from baogao.document.view import View, clean_characters
from baogao.errors import DocumentError

SUFFIXES = frozenset(
    {".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".docx", ".docm", ".pdf", ".csv", ".tsv", ".xlsx"}
    | {".xlsm", ".doc", ".wps", ".rtf", ".odt", ".xls", ".et", ".ods", ".mht", ".mhtml"}
)
"""What a folder is searched for; a file that is named outright may be called anything."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})
"""Suffixes of pictures that are read where text is recognised."""
LARGEST = 50_000_000
"""Bytes; a report has some thousands."""
MOST_CHARACTERS = 300_000
"""Of text; the longest reports have some ten thousand. What costs the square of a text's length ends here."""

_OPENERS = ("encoding", "markdown", "office", "pdf", "spreadsheet", "webpage", "word")
"""What opens files is large, and imported late: who only works out the shape of a text needs none of it."""
_MARKUP = re.compile(
    r"(?:<\?xml[^>]*+>|<!--(?:(?!-->).)*+-->|\s)*+<(?:!doctype\s+html|(?:html|head|body|meta|div|p|table)[\s>])", re.I
)
"""Possessive, because a row of comments could be taken apart in more ways than anybody can try."""
_VISIBLE = re.compile(r"[^\s\ufeff\u200b]")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF", b"\0\0\1\0")
_NO_REPORTS = (
    (
        _PICTURES,
        "it is a picture; run it through text recognition (OCR) first, or use --ocr",
    ),
    ((b"Rar!\x1a", b"7z\xbc\xaf", b"\x1f\x8b"), "it is an archive of files, not a report; unpack it first"),
)
"""What files begin with that hold no text, and what is said of them."""
_SAVED_PAGE = re.compile(
    rb"(?:[A-Za-z-]{2,40}: [^\r\n]{0,300}\r?\n(?:[ \t][^\r\n]{0,300}\r?\n){0,9}){0,9}MIME-Version: 1\.0"
)
"""A page that was saved with its pictures as one file (.mht), which sites also offer as .doc."""


def document_from_text(text: str | FileText, doc_id: str = "text", source: str = "", sha256: str = "") -> Document:
    """Work out the shape of a text.

    :param text: a plain text, or what a reader made of a file.
    :param sha256: the digest of the file it came from; by default of the text in UTF-8.
    """
    file = text if isinstance(text, FileText) else FileText(text)
    clean = clean_characters(file.text)
    copies = find_copies(clean.text)
    lines = lines_of(clean.text)
    furniture = set(furniture_lines(clean.text, lines))
    main = _between(clean.text, [*navigation_spans(clean.text, lines), *(copy.span for copy in copies)])
    view, paragraphs, cuts = without_debris(clean, paragraphs_of(clean.text, main, furniture), furniture)
    main = [cuts.moved(span) for span in main]
    return Document(
        doc_id=doc_id,
        source=source,
        file=file,
        view=view,
        sha256=sha256 or hashlib.sha256(file.text.encode("utf-8", "surrogatepass")).hexdigest(),
        main=tuple(main),
        sections=sections_of(view.text, [one.span for one in paragraphs if not one.row], main[-1][1] if main else 0),
        sentences=tuple(sentences_of(view.text, paragraphs)),
        copies=tuple(Copy(cuts.moved(copy.span), cuts.moved(copy.original)) for copy in copies),
        notices=(*file.notices, *_taken_out(clean, furniture), *_repeated(clean, copies)),
    )


def _repeated(clean: View, copies: Sequence[Copy]) -> Iterator[Notice]:
    """What is said of a body that is printed twice."""
    if copies:
        repeated = sum(copy.span[1] - copy.span[0] for copy in copies)
        place = clean.printed(copies[0].span) if len(copies) == 1 else None
        yield Notice(f"{repeated} characters are printed twice; one copy is read", place)


def _taken_out(clean: View, furniture: Collection[Span]) -> Iterator[Notice]:
    """What is said of lines that belong to a page."""
    if furniture:
        first = min(furniture)
        count = "1 line" if len(furniture) == 1 else f"{len(furniture)} lines"
        words = f"page numbers and running heads are not read: {count}, the first “{clean.text[slice(*first)].strip()}”"
        yield Notice(words, clean.printed(first))


def _between(text: str, skipped: Iterable[Span]) -> list[Span]:
    """What lies between stretches that are not read, where anything is printed there."""
    spans: list[Span] = []
    position = 0
    for start, end in [*sorted(skipped), (len(text), len(text))]:
        if text[position:start].strip():
            spans.append((position, start))
        position = max(position, end)
    return spans


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


def load_readers() -> None:
    """Import what opens files of any kind; else that is done for the first file, and counted against its limits."""
    for name in _OPENERS:
        import_module(f"baogao.document.{name}")


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
    from baogao.document.encoding import LOST

    if not data.strip():
        raise DocumentError("it is empty: there is no text in it")
    file = _read(data, suffix, ocr)
    lost = [match.span() for match in re.finditer(LOST, file.text)]
    if lost and file.format != "pdf":
        file = replace(file, notices=(*file.notices, notice_of("bytes that are no character are read as \ufffd", lost)))
    if not _VISIBLE.search(file.text):
        raise DocumentError("it is empty: there is no text in it")
    if len(file.text) > MOST_CHARACTERS:
        raise DocumentError(f"it has more than {MOST_CHARACTERS:,} characters: that is no single report; split it")
    return file


def _read(data: bytes, suffix: str, ocr: bool) -> FileText:
    """What the reader for a file makes of it: by content before name, because names are often wrong.

    :raises DocumentError: see ``read_document``.
    """
    from baogao.document.office import OLD_WORD, is_office, read_office
    from baogao.document.pdf import read_pdf, read_picture
    from baogao.document.webpage import decode_page, read_page, read_saved_page
    from baogao.document.word import read_word

    if is_office(data):
        return read_office(data)
    if data[:1024].lstrip().startswith(b"%PDF") or suffix == ".pdf":
        return read_pdf(data, ocr)
    if suffix in {".docx", ".docm"}:
        return read_word(data)
    if ocr and data.startswith(_PICTURES):
        return read_picture(data)
    for begins, message in _NO_REPORTS:
        if data.startswith(begins):
            raise DocumentError(message)
    if _SAVED_PAGE.match(data):
        return read_saved_page(data)
    if suffix in {".doc", ".wps"} and b"\0" in data:
        raise DocumentError(OLD_WORD)
    # Word processors also save pages as .doc, and a name may say nothing.
    if suffix in {".html", ".htm", ".xhtml"} or _MARKUP.match(decode_page(data[:4096], lenient=True)):
        return read_page(data)
    return _read_text(data, suffix)


def _read_text(data: bytes, suffix: str) -> FileText:
    """A file of characters: plain, Markdown, or a table of cells that commas or tabs part."""
    from baogao.document.encoding import decode
    from baogao.document.markdown import read_markdown
    from baogao.document.spreadsheet import read_delimited

    text, encoding = decode(data)
    if suffix in {".md", ".markdown"}:
        file = read_markdown(text)
    elif suffix in {".csv", ".tsv"}:
        file = read_delimited(text, suffix)
    else:
        file = FileText(text)
    said = () if encoding in {"utf-8", "utf-8-sig"} else (Notice(f"read as {encoding}"),)
    return replace(file, notices=(*said, *file.notices))
