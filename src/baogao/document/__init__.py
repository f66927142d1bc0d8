"""Documents: reading a file, and working out the shape of the report in it.

What opens files is large: it is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from baogao.document.document import Copy, Document, Section, Sentence, Span

if TYPE_CHECKING:
    from baogao.document.readers import document_from_text, read_document, text_of

__all__ = ["Copy", "Document", "Section", "Sentence", "Span", "document_from_text", "read_document", "text_of"]


def __getattr__(name: str) -> object:
    """Import a reader from its home."""
    if name not in ("document_from_text", "read_document", "text_of"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("baogao.document.readers"), name)
