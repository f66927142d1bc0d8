"""The link way of asking, for capable models: the report with numbered candidates, answered with their numbers.

One call for a report of ordinary length; a longer one is asked in parts, cut between sentences. The model never writes
a figure, so it cannot miscopy one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from baogao.candidates.candidate import Candidate
from baogao.document.document import Sentence
from baogao.extraction import NOTHING_SETTLED, Extraction, Link, ReportText, Settled, answers
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Question
from baogao.llm.prompts import Prompts
from baogao.llm.structured import ask_model
from baogao.schema.fields import Schema
from baogao.usage import count

_PART_CHARACTERS = 9000
"""The most characters of one part, candidates' numbers aside: a report of ordinary length is one part."""
_TOKENS_PER_ANSWER = 16
"""A field's id and a number, in JSON."""
_FEWEST_TOKENS = 400
"""What a reply may take whatever is asked: the JSON around the answers, and lists, whose numbers are many."""
_CONFIDENCE = 0.8
"""A model by link does not say how sure it is. Hybrid by thresholds hears this much where rules are silent."""


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
class Part:
    """A stretch of a report as a model is shown it, and the candidates whose numbers stand in it."""

    text: str
    candidates: dict[int, Candidate]

    @classmethod
    def of(cls, report: ReportText, sentences: Iterable[Sentence]) -> Part:
        """Some sentences, every candidate in them led by its number: ``评查案卷[[17]]135卷``; a paragraph is a line."""
        document = report.document
        shown: dict[int, Candidate] = {}
        lines: list[str] = []
        paragraph = -1
        for sentence in sentences:
            start, end = sentence.span
            pieces: list[str] = []
            position = start
            for candidate in report.candidates.within(start, end):
                shown[candidate.id] = candidate
                if candidate.start >= position:
                    pieces.append(document.text[position : candidate.start])
                    position = candidate.start
                pieces.append(f"[[{candidate.id}]]")
            text = "".join([*pieces, document.text[position:end]]).strip()
            if sentence.paragraph == paragraph:
                lines[-1] += text
            else:
                lines.append(text)
            paragraph = sentence.paragraph
        return cls("\n".join(lines), shown)


def parts_of(report: ReportText) -> list[Part]:
    """The report in one part, or, where it is long, in several that are cut between sentences."""
    parts: list[list[Sentence]] = [[]]
    length = 0
    for sentence in report.document.sentences:
        size = sentence.span[1] - sentence.span[0]
        if parts[-1] and length + size > _PART_CHARACTERS:
            parts.append([])
            length = 0
        parts[-1].append(sentence)
        length += size
    return [Part.of(report, sentences) for sentences in parts if sentences]


def read_links(links: Links, part: Part, schema: Schema, extraction: Extraction) -> int:
    """Add what a reply says of a part to an extraction; returns how many ids pointed at nothing and were dropped.

    A list is answered by entries, a figure by numbers and by phrases that say "none", metadata by neither.
    """
    dropped = 0
    for link in links.links:
        spec = schema.by_id.get(link.field)
        ids = list(dict.fromkeys(link.ids))
        fitting: list[int] = []
        if spec is not None and spec.kind != "text":
            known = [one for one in ids if one in part.candidates]
            fitting = [one for one in known if (part.candidates[one].kind == "item") == (spec.kind == "items")]
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


class LinkExtractor:
    """Asks for candidate numbers, one call for each part of a report; mostly it is one part."""

    name = "llm"

    def __init__(self, schema: Schema, client: ModelClient, prompts: Prompts) -> None:
        self.schema = schema
        self._client = client
        self._prompt = prompts["link"]
        self._repair = prompts["repair"]

    async def extract(self, report: ReportText, settled: Settled = NOTHING_SETTLED) -> Extraction:
        """Link one report; it is asked about whole, whatever is settled.

        :raises ReplyError: no usable reply, after one turn of repair.
        :raises EndpointError: no model can be reached.
        :raises BudgetError: the token budget is spent.
        """
        extraction = Extraction()
        parts = parts_of(report)
        found = await answers([ask_model(self._client, self._question(part), Links, self._repair) for part in parts])
        for part, answer in zip(parts, found, strict=True):
            count(dropped=read_links(answer, part, self.schema, extraction))
        return extraction

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report, for a dry run."""
        return [self._question(part) for part in parts_of(report)]

    def _question(self, part: Part) -> Question:
        messages = self._prompt.render(report=part.text, fields=self.schema.figures, lists=self.schema.lists)
        most = _FEWEST_TOKENS + _TOKENS_PER_ANSWER * min(len(part.candidates), len(self.schema.specs))
        return Question(messages=messages, max_tokens=most, purpose="link")
