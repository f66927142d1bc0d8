"""Documents: reading a file, and working out the shape of the report in it."""

from baogao.document.document import Copy, Document, Section, Sentence, Span
from baogao.document.readers import document_from_text, read_document, text_of

__all__ = ["Copy", "Document", "Section", "Sentence", "Span", "document_from_text", "read_document", "text_of"]
