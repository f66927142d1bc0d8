"""The link way of asking, for capable models: the report with numbered candidates, answered with their numbers.

Figures, lists and metadata come in one answer. A field goes by its label there, which is shorter than its id and says
more; the id is taken as well. One call for a report of ordinary length; a longer one is asked in parts, cut between
sentences. The model never writes a figure, so it cannot miscopy one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from baogao.asking.metadata import said_of
from baogao.asking.words import FieldRow, FieldWords, RowReader, date_of, words_of
from baogao.candidates.candidate import Candidate
from baogao.document.document import Sentence
from baogao.extraction import NOTHING_SETTLED, UNSAID_CONFIDENCE, Extraction, Link, ReportText, Settled, answers
from baogao.llm.client import Client
from baogao.llm.messages import Question
from baogao.llm.prompts import Prompts
from baogao.llm.structured import ask_model
from baogao.schema.fields import FieldSpec, Schema
from baogao.usage import count

_PART_CHARACTERS = 9000
"""The most characters of one part, candidates' numbers aside: a report of ordinary length is one part."""
_TOKENS_PER_ANSWER = 16
"""A field's name and a number, in JSON."""
_TOKENS_PER_TEXT = 60
"""A piece of metadata, in JSON."""
_TOKENS_FOR_ROWS = 1500
"""Some thirty rows of a few cells, in JSON."""
_FEWEST_TOKENS = 400
"""What a reply may take whatever is asked: the JSON around the answers, and lists, whose numbers are many."""
_ESCAPED = str.maketrans("[]", "［］")
"""A report's own brackets are shown wide, so that every [[17]] is a mark."""


_KIND_FOR = {"item": "items", "date": "date"}
"""Which kind of field a kind of candidate answers, where that is no figure."""
_MARK = re.compile(r"\s*\[{0,2}\s*([0-9０-９]+)\s*\]{0,2}\s*")
"""A candidate's number, in the brackets that it stands in or without."""


def _numbers(said: Any) -> Any:
    """Numbers as models write them: one alone, or each in its brackets."""
    if isinstance(said, str) and (mark := _MARK.fullmatch(said)):
        return [int(mark[1])]
    if isinstance(said, list):
        return [number for one in said for number in (_numbers(one) if isinstance(one, str | list) else [one])]
    return [said] if type(said) is int else said


class FieldLink(BaseModel):
    """One field and the candidates that answer it."""

    model_config = ConfigDict(extra="ignore")

    field: str = Field(description="the name of a field")
    ids: Annotated[list[int], BeforeValidator(_numbers)] = Field(
        description="numbers in [[ ]] that answer it: one, or all parts of an additive field"
    )


class FieldText(BaseModel):
    """One piece of metadata and the words that the report prints for it."""

    model_config = ConfigDict(extra="ignore")

    field: str = Field(description="the name of a field")
    text: str = Field(description="copied from the report")


class Links(BaseModel):
    """The fields that the report answers; a field that it is silent on is left out."""

    model_config = ConfigDict(extra="ignore")

    links: list[FieldLink]
    metadata: list[FieldText] = Field(default_factory=list)


class AllLinks(Links):
    """The same of a schema that asks for words or rows, too."""

    words: list[FieldWords] = Field(default_factory=list)
    rows: list[FieldRow] = Field(default_factory=list)


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
                    pieces.append(document.text[position : candidate.start].translate(_ESCAPED))
                    position = candidate.start
                pieces.append(f"[[{candidate.id}]]")
            text = "".join([*pieces, document.text[position:end].translate(_ESCAPED)]).strip()
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


def read_links(reply: Links, part: Part, report: ReportText, schema: Schema, extraction: Extraction) -> int:
    """Add what a reply says of a part to an extraction; returns how much of it pointed at nothing and was dropped.

    The first answer to a field holds. Where several marks stand at one place, whichever is named counts for all.
    """
    fields = _Fields(schema)
    dropped = 0
    for link in reply.links:
        spec, ids = fields.named(link.field), list(dict.fromkeys(link.ids))
        if spec is None or spec.kind not in ("figure", "date", "items"):
            dropped += len(ids)
            continue
        meant = [_meant(one, spec, part) for one in ids]
        fitting = list(dict.fromkeys(one for one in meant if one is not None))
        dropped += meant.count(None)
        if spec.kind == "items" and fitting:
            entries = extraction.lists.get(spec.id, [])
            extraction.lists[spec.id] = sorted({*entries, *fitting})
        elif spec.kind == "date" and fitting:
            date = date_of(part.candidates[fitting[0]])
            extraction.words.update({} if date is None or spec.id in extraction.words else {spec.id: date})
        elif fitting and spec.id not in extraction.fields:
            chosen = tuple(fitting if spec.additive else fitting[:1])
            extraction.fields[spec.id] = Link(chosen, confidence=UNSAID_CONFIDENCE, by="llm", reason="linked")
    dropped += _read_words(reply, part, report, fields, extraction) if isinstance(reply, AllLinks) else 0
    for said in reply.metadata:
        spec = fields.named(said.field)
        if spec is not None and spec.id in extraction.metadata:
            continue
        found = said_of(spec, said.text, report.document) if spec is not None and spec.kind == "text" else None
        if spec is not None and found is not None:
            extraction.metadata[spec.id] = found
        dropped += found is None
    return dropped


def _read_words(reply: AllLinks, part: Part, report: ReportText, fields: _Fields, extraction: Extraction) -> int:
    """Add the choices, quotes and rows of a reply; returns how much of it is not printed and was dropped."""
    dropped = 0
    for said in reply.words:
        spec = fields.named(said.field)
        if spec is not None and spec.id in extraction.words:
            continue
        found = words_of(spec, said, report.document) if spec is not None and spec.kind in ("choice", "quote") else None
        if spec is not None and found is not None:
            extraction.words[spec.id] = found
        dropped += found is None
    for one in reply.rows:
        spec = fields.named(one.field)
        if spec is None or spec.kind != "rows":
            dropped += len(one.cells)
            continue
        row, strange = RowReader(spec, part.candidates, report).read(one)
        dropped += strange
        rows = extraction.rows.setdefault(spec.id, [])
        if row and row not in rows:
            rows.append(row)
    return dropped


class _Fields:
    """The fields of a schema by what a reply may call them."""

    def __init__(self, schema: Schema) -> None:
        self._by_name = {spec.label: spec for spec in reversed(schema.specs)} | schema.by_id

    def named(self, name: str) -> FieldSpec | None:
        """The field of an id, or of a label as a prompt prints it, a unit in brackets behind it or not."""
        name = name.strip()
        return self._by_name.get(name) or self._by_name.get(name.partition("（")[0].rstrip("：: "))


def _meant(number: int, spec: FieldSpec, part: Part) -> int | None:
    """The candidate that a number stands for: a list is answered by entries, a date by dates, a figure by the others.

    A number of another kind stands for its neighbour of the right kind that begins at the same character.
    """
    named = part.candidates.get(number)
    if named is None:
        return None
    here = (one for one in (named, *part.candidates.values()) if one.start == named.start)
    return next((one.id for one in here if _KIND_FOR.get(one.kind, "figure") == spec.kind), None)


class LinkExtractor:
    """Asks for candidate numbers, one call for each part of a report; mostly it is one part."""

    name = "llm"

    def __init__(self, schema: Schema, client: Client, prompts: Prompts) -> None:
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
        extraction = Extraction(whole=True)
        parts = parts_of(report)
        shape = AllLinks if self.schema.worded or self.schema.rows else Links
        found = await answers([ask_model(self._client, self._question(part), shape, self._repair) for part in parts])
        for part, answer in zip(parts, found, strict=True):
            count(dropped=read_links(answer, part, report, self.schema, extraction))
        return extraction

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report, for a dry run."""
        return [self._question(part) for part in parts_of(report)]

    def _question(self, part: Part) -> Question:
        schema = self.schema
        words = tuple(spec for spec in schema.worded if spec.kind != "date")
        messages = self._prompt.render(
            report=part.text,
            fields=schema.linked,
            lists=schema.lists,
            metadata=schema.metadata,
            words=words,
            rows=schema.rows,
            wording=schema.wording,
        )
        most = _FEWEST_TOKENS + _TOKENS_PER_ANSWER * min(len(part.candidates), len(schema.specs))
        most += _TOKENS_PER_TEXT * (len(schema.metadata) + len(words)) + _TOKENS_FOR_ROWS * len(schema.rows)
        return Question(messages=messages, max_tokens=most, purpose="link")
