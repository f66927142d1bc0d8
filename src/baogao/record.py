"""The results: one Record for each document, every answer tied to its characters.

The JSON of a record is a fixed contract (docs/records.md); other programs read it.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import ConfigDict, Field

from baogao.schema.values import Answer, Item, Strict, TextAnswer
from baogao.usage import Usage

_LINE_ENDS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}
"""Some programs end a line at them, although JSON does not."""


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
    checks: list[Check] = Field(default_factory=list)
    read: FileReading | None = None
    """None where the file could not be read, and in records of earlier versions."""
    notices: list[str] = Field(default_factory=list)
    """What a user should know, one line each: those of ``read`` in words, and what the extractor has to say."""
    usage: Usage = Field(default_factory=Usage)
    made_by: Provenance

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    def to_json(self) -> str:
        """The record as one line of JSON, keys in a fixed order, silence as ``{"status": "not_reported"}``."""
        data: dict[str, Any] = self.model_dump(mode="json", by_alias=True)
        data["fields"] = {name: _compact(answer) for name, answer in data["fields"].items()}
        data["lists"] = {name: [_compact(item) for item in items] for name, items in data["lists"].items()}
        return json_line(data)


def json_line(data: object) -> str:
    """Data as JSON that is one line for everybody: line ends that JSON lets stand are escaped."""
    return json.dumps(data, ensure_ascii=False, separators=(", ", ": ")).translate(_LINE_ENDS)


def _compact(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its empty parts."""
    return {
        key: _compact(value) if isinstance(value, dict) else value for key, value in answer.items() if value is not None
    }
