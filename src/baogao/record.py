"""The results: one Record for each document, every answer tied to its characters.

The JSON of a record is a fixed contract (docs/records.md); other programs read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from baogao.schema.fields import FieldKind
from baogao.schema.values import Answer, Bound, Item, Number, Span, Strict, TextAnswer, Value
from baogao.usage import Usage

_OTHER_LINE_ENDS = "\x85\u2028\u2029"
"""Some programs end a line at them, although JSON does not."""
_LINE_ENDS = {ord(char): f"\\u{ord(char):04x}" for char in _OTHER_LINE_ENDS}


class Check(Strict):
    """The outcome of one arithmetic relation between fields."""

    check: str
    fields: list[str]
    holds: bool
    message: str


class Jury(Strict):
    """Who led where rules and a model were both heard, as it was found on a sample of the run's reports."""

    leader: Literal["rules", "model", "both"]
    """``both`` where neither is clearly better, so that each answer is weighed."""
    reason: str
    """Why, in one line."""
    reports: int
    """How many the sample had."""
    rules_f1: float
    model_f1: float
    """How good each is by estimate, between 0 and 1; measured against no gold."""


class Provenance(Strict):
    """What made a record: enough to tell whether two records may be compared."""

    baogao: str
    extractor: str
    model: str | None = None
    prompts: str | None = None
    calibration: str | None = None
    """Digest of what turned evidence into confidence; None where confidence only ranks."""
    min_confidence: float | None = None
    """Answers that were less sure than this were held back; None where that was left to the extractor."""
    jury: Jury | None = Field(default=None, exclude_if=lambda jury: jury is None)
    """Who led in hybrid; None where that was learned from gold, and for other extractors."""
    sent_beside: dict[str, dict[str, Any]] | None = Field(default=None, exclude_if=lambda sent: sent is None)
    """By the name of a model: what went into every request beside the question, without secrets; None where nothing."""
    schema_digest: str = Field(alias="schema")

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ReadingNotice(Strict):
    """One thing that a user should know of how a file was read."""

    message: str
    start: int | None = None
    end: int | None = None
    """The characters of the text that it is about, end exclusive; None where it is about the whole file."""


class FileReading(Strict):
    """How a file was read."""

    format: str
    """What it is, whatever it is called: ``text``, ``page``, ``word``, ``pdf`` …"""
    pages: list[int] = Field(default_factory=list)
    """Where each page begins in the text; empty for what has no pages."""
    converter: str | None = None
    """The library or program that opened it, with its version; None for plain text."""
    notices: list[ReadingNotice] = Field(default_factory=list)
    """What was taken out, what was repaired, what was doubtful."""


class Fit(Strict):
    """How a report fits the schema that it was asked by, as far as its text alone tells."""

    numbers: int
    """How many it prints."""
    answers: float
    """The share of them that look like an answer to some field, by unit and words."""
    fields: float
    """The share of the figures that some number looks like an answer to."""
    title: float
    """The share of the schema's title that stands in one piece where the report begins."""


class ProposedFigure(Strict):
    """A figure that a reader proposes for a field; every key as in an answer."""

    by: str
    status: Literal["reported", "reported_none"]
    value: Value
    upper: Number | None = Field(default=None, exclude_if=lambda upper: upper is None)
    bound: Bound | None = None
    unit: str | None = None
    evidence: list[Span]
    text: str
    page: int | None = None
    sentence: str | None = None
    """The sentence that it stands in, as printed; of a sum those of its parts."""
    confidence: float
    """Between 0 and 1; of an answer that is not given, what its reader says of itself."""


class ProposedText(Strict):
    """A piece of metadata that a reader proposes."""

    by: str
    value: str
    evidence: list[Span] = Field(default_factory=list)


class ProposedItems(Strict):
    """The entries of a list that a reader proposes."""

    by: str
    items: list[Item]


class Review(Strict):
    """One entry of the queue for people: a field to look at, with all that was proposed for it."""

    doc_id: str
    source: str
    field: str
    label: str
    kind: FieldKind
    reason: str
    """Why, in a few words."""
    wrong: Annotated[float, Field(ge=0, le=1)]
    """How likely it is that what the record says is wrong, silence included."""
    priority: Annotated[float, Field(ge=0)]
    """What a look is worth: ``wrong``, for a list times the number of entries on which readers differ."""
    given: bool
    """Whether the record answers the field; with the first of the proposals, if so."""
    proposals: list[ProposedFigure | ProposedText | ProposedItems]
    """A reader that is not named was silent, or says the same as the first."""

    def to_data(self) -> dict[str, Any]:
        """The entry as JSON data, keys in a fixed order, without its empty parts."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> str:
        """The same as one line of JSON."""
        return json_line(self.to_data())


class Record(Strict):
    """One document's results."""

    doc_id: str
    source: str
    sha256: str
    """Hex digest of the input file's bytes; empty when it could not be read."""
    schema_name: str = Field(alias="schema")
    status: Literal["ok", "failed"]
    error: str | None = None
    metadata: dict[str, TextAnswer] = Field(default_factory=dict)
    fields: dict[str, Answer] = Field(default_factory=dict)
    lists: dict[str, list[Item]] = Field(default_factory=dict)
    rows: dict[str, list[dict[str, Answer]]] = Field(default_factory=dict, exclude_if=lambda rows: not rows)
    """Of each list of small records its rows, cell by cell; a cell that is not there is not reported."""
    checks: list[Check] = Field(default_factory=list)
    read: FileReading | None = None
    """None where the file could not be read, and in records of earlier versions."""
    fit: Fit | None = Field(default=None, exclude_if=lambda fit: fit is None)
    """Only where the report hardly fits the schema."""
    notices: list[str] = Field(default_factory=list)
    """What a user should know, one line each: those of ``read`` in words, and what the extractor has to say."""
    usage: Usage = Field(default_factory=Usage)
    made_by: Provenance

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    @cached_property
    def review(self) -> list[Review]:
        """What a person should look at, most valuable first; empty where the record was read back from a file. It is
        not written with the record, and does not make two records differ."""
        return []

    def with_review(self, review: Iterable[Review]) -> Record:
        """The same record, with what a person should look at."""
        record = self.model_copy()
        vars(record)["review"] = list(review)
        return record

    def sentences(self) -> dict[str, str]:
        """The sentence that each answer, or what is held back of it, was read from, by field, where it is told."""
        told = ((name, (answer.held_back or answer).sentence) for name, answer in self.fields.items())
        return {name: sentence for name, sentence in told if sentence is not None}

    def tell_sentences(self, sentences: Mapping[str, str]) -> None:
        """Tell answers which sentences they were read from, but for those that are a person's."""
        for name, sentence in sentences.items():
            if (answer := self.fields.get(name)) and not answer.reviewed:
                (answer.held_back or answer).tell(sentence)

    def to_data(self) -> dict[str, Any]:
        """The record as JSON data, keys in a fixed order, silence as ``{"status": "not_reported"}``."""
        answers = {"fields", "lists", "rows"}
        data: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude=answers)
        data |= self.model_dump(mode="json", include=answers, exclude_none=True)
        return {key: data[key] for key in _KEYS if key in data}

    def to_json(self) -> str:
        """The same as one line of JSON."""
        return json_line(self.to_data())


_KEYS = tuple(field.alias or name for name, field in Record.model_fields.items())


def json_line(data: object) -> str:
    """Data as JSON that is one line for everybody: line ends that JSON lets stand are escaped."""
    line = json.dumps(data, ensure_ascii=False, separators=(", ", ": "))
    return line.translate(_LINE_ENDS) if any(char in line for char in _OTHER_LINE_ENDS) else line
