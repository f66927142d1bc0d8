"""Metadata as a model says it: a value counts only where its words are printed in the report."""

from __future__ import annotations

import re

from baogao.asking.labels import Labels
from baogao.asking.printed import place_of, squeeze
from baogao.document.document import Document
from baogao.extraction import TextLink
from baogao.llm.messages import Question, Reply
from baogao.llm.prompts import Prompt
from baogao.schema.fields import FieldSpec, Schema

_HEAD = 260
_TAIL = 120
"""Characters shown of either end: titles, addressees, issuers and dates stand there."""
_TOKENS_PER_VALUE = 40
"""The longest title, about."""
# How a model says that a report does not print a piece of metadata.
_NO_VALUE = frozenset({"", "无", "未知", "没有", "null", "缺失"})
_SEVERAL = "、"
"""Joins the names of several authors, which a report may print on lines of their own."""


def metadata_question(document: Document, schema: Schema, prompt: Prompt) -> Question | None:
    """The form for a document's metadata, or None where the schema asks for none."""
    if not schema.metadata or not document.main:
        return None
    text = "\n".join(document.slice(span) for span in document.main).strip()
    head, tail = text[:_HEAD], text[_HEAD:][-_TAIL:]
    messages = prompt.render(head=head.strip(), tail=tail.strip(), fields=schema.metadata)
    return Question(
        messages, max_tokens=_TOKENS_PER_VALUE * len(schema.metadata), accept_cut=True, purpose="form: metadata"
    )


def read_metadata(reply: Reply, document: Document, schema: Schema) -> dict[str, TextLink]:
    """The lines of a filled form that hold, see :func:`said_of`; none of a reply that was cut and is no form so far."""
    labels = Labels({spec.label: spec for spec in reversed(schema.metadata)})
    if reply.finish_reason == "length" and labels.are_lost(reply.text):
        return {}
    found: dict[str, TextLink] = {}
    for spec, answer in labels.answers(reply.whole_lines):
        if spec.id not in found and (said := said_of(spec, answer, document)):
            found[spec.id] = said
    return found


def said_of(spec: FieldSpec, answer: str, document: Document) -> TextLink | None:
    """A model's answer with the place where its words are printed; None where it does not hold.

    White space and widths aside, it must stand in the report, whole or as the parts that 、 joins. A field whose value
    follows from other words (a level, a period) is taken as the model says it, if it has the form of its pattern.
    """
    answer = answer.strip()
    if answer in _NO_VALUE:
        return None
    if spec.pattern:
        match = re.search(spec.pattern, answer)
        return TextLink(match[0]) if match else None
    if whole := place_of(answer, document):
        return TextLink(squeeze(document.slice(whole)), (whole,))
    parts = [place_of(part, document) for part in answer.split(_SEVERAL)]
    places = tuple(part for part in parts if part is not None)
    if len(parts) < 2 or len(places) < len(parts):
        return None
    return TextLink(_SEVERAL.join(squeeze(document.slice(place)) for place in places), places)
