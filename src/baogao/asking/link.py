"""The link way of asking, for capable models: the report with numbered candidates, answered with their numbers.

One call for a report of ordinary length; a longer one is asked in parts, cut between sentences. The model never writes
a figure, so it cannot miscopy one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from baogao.candidates.candidate import Candidate, Candidates
from baogao.document.document import Document, Sentence
from baogao.extraction import NOTHING_SETTLED, Extraction, Link, Settled, answers
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Question
from baogao.llm.prompts import Prompt
from baogao.llm.structured import ask_model
from baogao.llm.usage import usage_scope
from baogao.record import Usage
from baogao.schema.fields import FieldSpec, Schema

_PART_CHARACTERS = 9000
"""A report of ordinary length is one part."""
_TOKENS_PER_ANSWER = 16
_FEWEST_TOKENS = 400
_CONFIDENCE = 0.8


class FieldLink(BaseModel):
    """One field and the candidates that answer it."""

    model_config = ConfigDict(extra="ignore")

    field: str = Field(description="the id of a field")
    ids: list[int] = Field(description="numbers in [[ ]] that answer it: one, or all parts of an additive field")


class Links(BaseModel):
    """The fields that the report answers; a field that it is silent on is left out."""

    model_config = ConfigDict(extra="ignore")

    links: list[FieldLink]


@dataclass(frozen=True)
class _Part:
    text: str
    candidates: dict[int, Candidate]


class LinkExtractor:
    """Asks for candidate numbers, one call a report."""

    name = "llm"

    def __init__(self, client: ModelClient, prompt: Prompt) -> None:
        self._client = client
        self._prompt = prompt

    async def extract(
        self, document: Document, candidates: Candidates, schema: Schema, settled: Settled = NOTHING_SETTLED
    ) -> Extraction:
        """Link one document; the report is asked about whole, whatever is settled.

        :raises ReplyError: no usable reply, after one turn of repair.
        :raises EndpointError, BudgetError: no reply at all.
        """
        extraction = Extraction()
        dropped = 0
        parts = _parts(document, candidates)
        with usage_scope() as meter:
            found = await answers(ask_model(self._client, self._question(part, schema), Links) for part in parts)
        for part, answer in zip(parts, found, strict=True):
            dropped += _collect(answer.value, part, schema, extraction)
        extraction.usage = Usage(**meter.as_dict(), dropped=dropped)
        return extraction

    def questions(self, document: Document, candidates: Candidates, schema: Schema) -> list[Question]:
        """What would be asked of a document, for a dry run."""
        return [self._question(part, schema) for part in _parts(document, candidates)]

    def _question(self, part: _Part, schema: Schema) -> Question:
        messages = self._prompt.render(report=part.text, fields=schema.figures, lists=schema.lists)
        most = _FEWEST_TOKENS + _TOKENS_PER_ANSWER * min(len(part.candidates), len(schema.specs))
        return Question(messages=messages, max_tokens=most, purpose="link")


def _collect(links: Links, part: _Part, schema: Schema, extraction: Extraction) -> int:
    """Add a part's answers; returns how many pointed at nothing and were dropped."""
    dropped = 0
    for link in links.links:
        spec = schema.by_id.get(link.field)
        ids = list(dict.fromkeys(link.ids))
        fitting = [i for i in ids if spec is not None and _may_answer(part.candidates.get(i), spec)]
        dropped += len(ids) - len(fitting)
        if spec is None or not fitting:
            continue
        if spec.kind == "items":
            entries = extraction.lists.get(spec.id, [])
            extraction.lists[spec.id] = sorted({*entries, *fitting})
        elif spec.id not in extraction.fields:
            chosen = tuple(fitting if spec.additive else fitting[:1])
            extraction.fields[spec.id] = Link(chosen, confidence=_CONFIDENCE, by="llm", reason="linked")
    return dropped


def _may_answer(candidate: Candidate | None, spec: FieldSpec) -> bool:
    """Whether there is such a candidate, and it is of the field's kind: an entry for a list, else a number or none."""
    if candidate is None or spec.kind == "text":
        return False
    return (candidate.kind == "item") == (spec.kind == "items")


def _parts(document: Document, candidates: Candidates) -> list[_Part]:
    parts: list[list[Sentence]] = [[]]
    length = 0
    for sentence in document.sentences:
        size = sentence.span[1] - sentence.span[0]
        if parts[-1] and length + size > _PART_CHARACTERS:
            parts.append([])
            length = 0
        parts[-1].append(sentence)
        length += size
    return [_numbered(document, candidates, sentences) for sentences in parts if sentences]


def _numbered(document: Document, candidates: Candidates, sentences: Iterable[Sentence]) -> _Part:
    """The sentences' text, every candidate led by its number: ``评查案卷[[17]]135卷``."""
    shown: dict[int, Candidate] = {}
    lines: list[str] = []
    paragraph = -1
    for sentence in sentences:
        start, end = sentence.span
        pieces: list[str] = []
        position = start
        for candidate in candidates.within(start, end):
            shown[candidate.id] = candidate
            if candidate.start >= position:
                pieces.append(document.text[position : candidate.start])
                position = candidate.start
            pieces.append(f"[[{candidate.id}]]")
        pieces.append(document.text[position:end])
        text = "".join(pieces).strip()
        if sentence.paragraph == paragraph:
            lines[-1] += text
        else:
            lines.append(text)
        paragraph = sentence.paragraph
    return _Part("\n".join(lines), shown)
