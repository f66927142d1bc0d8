"""The shape of a report: which of its characters are to be read, its paragraphs, sentences and sections."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from baogao.document.copies import find_copies
from baogao.document.document import Copy, Document, Span
from baogao.document.navigation import navigation_spans
from baogao.document.paragraphs import lines_of, paragraphs_of, sentences_of
from baogao.document.sections import sections_of


def document_from_text(
    text: str, doc_id: str = "text", source: str = "", sha256: str = "", notices: tuple[str, ...] = ()
) -> Document:
    """Work out the shape of a text.

    :param sha256: the digest of the file it came from; by default of the text in UTF-8.
    """
    copies = find_copies(text)
    skipped = [*navigation_spans(text, lines_of(text)), *(copy.span for copy in copies)]
    main = tuple(span for span in _complement(skipped, len(text)) if text[slice(*span)].strip())
    paragraphs = paragraphs_of(text, main)
    prose = [paragraph.span for paragraph in paragraphs if not paragraph.row]
    return Document(
        doc_id=doc_id,
        source=source,
        text=text,
        sha256=sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        main=main,
        sections=sections_of(text, prose, main[-1][1] if main else 0),
        sentences=tuple(sentences_of(text, paragraphs)),
        copies=copies,
        notices=notices + _copy_notice(copies),
    )


def _copy_notice(copies: tuple[Copy, ...]) -> tuple[str, ...]:
    repeated = sum(copy.span[1] - copy.span[0] for copy in copies)
    return (f"{repeated} characters are printed twice; one copy is read",) if repeated else ()


def _complement(spans: list[Span], length: int) -> Iterator[Span]:
    """What is left of ``[0, length)`` without some spans."""
    position = 0
    for start, end in sorted(spans):
        if start > position:
            yield (position, start)
        position = max(position, end)
    if position < length:
        yield (position, length)
