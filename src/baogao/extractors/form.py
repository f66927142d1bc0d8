"""The form way of asking, for small models: a passage, and a short form to fill in plain text.

The model copies the printed figure behind each name; the figure counts only where it is a candidate of the passage, so a
figure that was made up, or copied from a worked example, is dropped and counted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from baogao.candidates import parse_figure
from baogao.candidates.model import Candidate, Candidates
from baogao.document.model import Document
from baogao.errors import ReplyError
from baogao.extractors.base import Extraction, Link
from baogao.extractors.examples import Example
from baogao.extractors.passages import Passage, PassageCutter
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question, Reply
from baogao.llm.prompts import Prompt
from baogao.llm.usage import usage_scope
from baogao.record import Usage
from baogao.schema.fields import FieldSpec, Schema

_TOKENS_PER_LINE = 22
_LINE = re.compile(r"^\s*[-*]?\s*(?P<label>[^：:\n]{2,30})\s*[：:]\s*(?P<answer>.*?)\s*$", re.MULTILINE)
_SILENT = frozenset({"", "无", "未提", "未提及", "没有写", "-", "—", "/", "空", "未知"})
_NONE = re.compile(r"^(?:零|0|没有|未|暂无|不存在)")
_EXCLUDED = frozenset({"prior_year", "growth", "target", "cumulative"})


@dataclass(frozen=True)
class Filled:
    """One line of a form that the model filled: a field, and the candidate that it points at."""

    field: FieldSpec
    candidate: Candidate
    score: float
    """How well the candidate's surroundings fit the field, by the shortlist's measure."""


class FormExtractor:
    """Fills forms passage by passage."""

    name = "llm"

    def __init__(self, client: ModelClient, prompt: Prompt, cutter: PassageCutter, examples: Sequence[Example]) -> None:
        self._client = client
        self._prompt = prompt
        self._cutter = cutter
        self._examples = tuple(examples)

    async def extract(self, document: Document, candidates: Candidates, schema: Schema) -> Extraction:
        """Link one document.

        :raises ReplyError: a passage got no usable reply, or :raises EndpointError, BudgetError: no reply at all.
        """
        passages = self._cutter.cut(document, candidates)
        with usage_scope() as meter:
            results = await asyncio.gather(*(self._fill(document, passage) for passage in passages))
        filled = [line for lines, _ in results for line in lines]
        dropped = sum(count for _, count in results)
        usage = Usage(**meter.as_dict(), dropped=dropped)
        return Extraction(fields=self._choose(filled), usage=usage)

    def questions(self, document: Document, candidates: Candidates) -> list[Question]:
        """What would be asked of a document, for a dry run."""
        return [self.question(passage) for passage in self._cutter.cut(document, candidates)]

    def question(self, passage: Passage) -> Question:
        """The form of one passage."""
        return Question(
            messages=self._messages(passage),
            max_tokens=_TOKENS_PER_LINE * len(passage.fields) + 8,
            accept_cut=True,
            purpose=f"form: {passage.title}",
        )

    def _messages(self, passage: Passage) -> tuple[Message, ...]:
        return self._prompt.render(
            title=passage.title, passage=passage.text, fields=passage.fields, examples=self._examples
        )

    async def _fill(self, document: Document, passage: Passage) -> tuple[list[Filled], int]:
        """The lines of one passage's form that point at a candidate, and how many pointed at none."""

        def validate(reply: Reply) -> None:
            if not any(True for _ in _answers(reply.text, passage)):
                raise ReplyError(f"the model did not fill the form; it said {reply.text[:60]!r}")

        reply = await self._client.ask(self.question(passage), validate)
        filled, dropped = [], 0
        for spec, answer in _answers(reply.text, passage):
            if answer in _SILENT:
                continue
            match = self._match(document, passage, spec, answer)
            if match is None:
                dropped += 1
            else:
                filled.append(match)
        return filled, dropped

    def _match(self, document: Document, passage: Passage, spec: FieldSpec, answer: str) -> Filled | None:
        """The candidate of the passage that an answer points at: the same figure, where its words fit the field best."""
        figure = parse_figure(answer)
        if figure is None or figure.value == 0:
            return (
                self._best(document, [c for c in passage.candidates if c.value == 0], spec)
                if _NONE.match(answer)
                else None
            )
        same = [
            c
            for c in passage.candidates
            if c.value == figure.value and (c.unit == "%") == (figure.unit == "%" or spec.is_rate)
        ]
        return self._best(document, same, spec)

    def _best(self, document: Document, candidates: list[Candidate], spec: FieldSpec) -> Filled | None:
        scored = [
            Filled(spec, candidate, score)
            for candidate in candidates
            for score, ranked in self._cutter.shortlist.rank(document, candidate)
            if ranked.id == spec.id
        ]
        return max(scored, key=lambda filled: filled.score, default=None)

    def _choose(self, filled: list[Filled]) -> dict[str, Link]:
        """One candidate for each field: the best fit among what the passages said."""
        links: dict[str, Link] = {}
        best: dict[str, Filled] = {}
        for line in filled:
            if _EXCLUDED & set(line.candidate.cues):
                continue
            if line.field.id not in best or line.score > best[line.field.id].score:
                best[line.field.id] = line
        for name, line in best.items():
            links[name] = Link((line.candidate.id,), confidence=0.7, by="llm", reason=f"score {line.score:.1f}")
        return links


def _answers(reply: str, passage: Passage) -> list[tuple[FieldSpec, str]]:
    """The filled lines of a reply, in its order; a line with a name that was not asked is ignored."""
    asked = {spec.label: spec for spec in passage.fields}
    found: dict[str, tuple[FieldSpec, str]] = {}
    for match in _LINE.finditer(reply):
        spec = asked.get(match["label"].strip())
        if spec is not None and spec.id not in found:
            found[spec.id] = (spec, match["answer"].strip("。；; ，"))
    return list(found.values())
