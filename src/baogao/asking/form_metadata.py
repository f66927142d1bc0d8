"""Metadata by a model: one short form over the first and last lines of a report.

A value counts only where it is printed in the report, white space aside. A field whose value follows from other words
(a level, a period) is taken as the model says it, if it is of the form that the field's pattern allows.
"""

from __future__ import annotations

import re
import unicodedata

from baogao.document.document import Document, Span
from baogao.extraction import TextLink
from baogao.llm.messages import Question, Reply
from baogao.llm.prompts import Prompt
from baogao.schema.fields import FieldSpec, Schema

_HEAD = 260
_TAIL = 120
"""Characters shown of either end: titles, addressees, issuers and dates stand there."""
_TOKENS_PER_LINE = 40
_SILENT = frozenset({"", "无", "未知", "没有", "null", "缺失"})


def metadata_question(document: Document, schema: Schema, prompt: Prompt) -> Question | None:
    """The form for a document's metadata, or None where the schema asks for none."""
    if not schema.metadata or not document.main:
        return None
    text = "\n".join(document.slice(span) for span in document.main).strip()
    head, tail = text[:_HEAD], text[_HEAD:][-_TAIL:]
    messages = prompt.render(head=head.strip(), tail=tail.strip(), fields=schema.metadata)
    return Question(
        messages, max_tokens=_TOKENS_PER_LINE * len(schema.metadata), accept_cut=True, purpose="form: metadata"
    )


def read_metadata(reply: Reply, document: Document, schema: Schema) -> dict[str, TextLink]:
    """The lines of a reply that hold, each with the place where its words are printed."""
    found: dict[str, TextLink] = {}
    for line in reply.text.splitlines():
        label, _, answer = line.partition("：")
        spec = next((spec for spec in schema.metadata if spec.label == label.strip()), None)
        link = _link(spec, answer.strip(), document) if spec else None
        if spec and link and spec.id not in found:
            found[spec.id] = link
    return found


def _link(spec: FieldSpec, answer: str, document: Document) -> TextLink | None:
    if answer in _SILENT:
        return None
    if spec.pattern:
        match = re.search(spec.pattern, answer)
        return TextLink(match[0]) if match else None
    span = _printed(answer, document)
    return TextLink(_squeeze(document.slice(span)), (span,)) if span else None


def _printed(answer: str, document: Document) -> Span | None:
    """Where an answer's characters stand in the report, white space and widths aside."""
    wanted = [re.escape(char) for char in _squeeze(_fold(answer))]
    match = re.search(r"\s*".join(wanted), _fold(document.text)) if wanted else None
    return match.span() if match else None


def _fold(text: str) -> str:
    """Widths folded character by character, so that offsets stay; what would become several characters is kept."""
    folded = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, folded, strict=True))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)
