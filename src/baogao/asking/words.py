"""Choices, dates, quotes and rows as a model says them: an answer counts only where its words are printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from baogao.asking.printed import place_of, squeeze
from baogao.candidates.candidate import Candidate
from baogao.document.document import Document, Span
from baogao.extraction import UNSAID_CONFIDENCE, Link, ReportText, Row, Words
from baogao.schema.fields import FieldSpec

_OUTER = " \t\r\n“”\"'‘’「」『』。；;，,"
"""What models put around words that they copy, where it is not printed so."""


class FieldWords(BaseModel):
    """A choice or a quote."""

    model_config = ConfigDict(extra="ignore")

    field: str = Field(description="the name of a field")
    answer: str = Field(default="", description="of a choice: one of its options")
    text: str = Field(default="", description="copied from the report: a quote, or the words that decide a choice")


class FieldRow(BaseModel):
    """One row of a list of records."""

    model_config = ConfigDict(extra="ignore")

    field: str = Field(description="the name of a list of records")
    cells: dict[str, int | str | list[int] | None] = Field(
        description="name of a cell to a number in [[ ]], an option, or words copied from the report"
    )


def words_of(spec: FieldSpec, said: FieldWords, document: Document) -> Words | None:
    """A choice or a quote with the place of its words; None for an option that is none, or words that are not there."""
    if spec.kind == "choice":
        option = option_of(spec, said.answer)
        place = _place(said.text, document)
        return _words(option, place) if option and place else None
    place = _place(said.text or said.answer, document)
    return _words(squeeze(document.slice(place)), place) if place else None


def date_of(candidate: Candidate) -> Words | None:
    """A date that is printed as a candidate; None for a candidate that is none."""
    if not candidate.date:
        return None
    return _words(candidate.date, (candidate.start, candidate.end))


def option_of(spec: FieldSpec, answer: str) -> str | None:
    """The option that an answer names, widths, white space and case aside; None where it names none."""
    by_key = {_key(option): option for option in spec.options}
    return by_key.get(_key(answer.strip(_OUTER)))


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of a list of records from a reply about a part of a report."""

    spec: FieldSpec
    shown: Mapping[int, Candidate]
    """The candidates whose numbers the model saw."""
    report: ReportText

    def read(self, said: FieldRow) -> tuple[Row, int]:
        """A row, and how many of its cells say nothing that is printed; an empty row where nothing names it."""
        by_name = {cell.label: cell for cell in reversed(self.spec.cells)} | {cell.id: cell for cell in self.spec.cells}
        given = {cell: value for name, value in said.cells.items() if (cell := by_name.get(name.strip())) and value}
        strange = sum(1 for name, value in said.cells.items() if value and name.strip() not in by_name)
        key = self.spec.named_by
        first = self._words(key, given[key]) if key in given and key is not None else None
        if key is None or first is None:
            return {}, len(given) + strange
        row: Row = {key.id: first}
        for cell, value in given.items():
            answer = self._cell(cell, value, first)
            if answer is not None:
                row.setdefault(cell.id, answer)
        return {cell.id: row[cell.id] for cell in self.spec.cells if cell.id in row}, len(given) - len(row) + strange

    def _cell(self, cell: FieldSpec, value: Any, named: Words) -> Link | Words | None:
        """What a cell says; an option is decided by the sentence that names the row."""
        if cell.kind == "choice":
            option = option_of(cell, value) if isinstance(value, str) else None
            sentence = self.report.document.sentence_at(named.evidence[0][0])
            place = sentence.span if sentence else named.evidence[0]
            return _words(option, place) if option else None
        return self._words(cell, value) if cell.kind != "figure" else self._figure(cell, value)

    def _words(self, cell: FieldSpec, value: Any) -> Words | None:
        """A quote, or a date, of a cell."""
        if cell.kind == "date":
            dates = (self.shown[one] for one in _ids(value) if one in self.shown)
            return next((found for one in dates if (found := date_of(one))), None)
        return words_of(cell, FieldWords(field=cell.id, text=value), self.report.document) if _is_words(value) else None

    def _figure(self, cell: FieldSpec, value: Any) -> Link | None:
        """A figure of a cell: by its number, or by what is printed where that stands at one place only."""
        linked = [self.shown[one] for one in _ids(value) if one in self.shown]
        if not linked and _is_words(value):
            wanted = squeeze(value)
            linked = [one for one in self.shown.values() if squeeze(one.text) == wanted]
            linked = linked if len(linked) == 1 else []
        fitting = [one for one in linked if is_figure_of(cell, one)]
        return Link((fitting[0].id,), UNSAID_CONFIDENCE, "llm", "linked") if fitting else None


def is_figure_of(spec: FieldSpec, candidate: Candidate) -> bool:
    """Whether a candidate is a number, or a phrase that says "none", in a unit that the field's can be told in."""
    if candidate.kind == "none":
        return True
    return candidate.value is not None and spec.units.converted(candidate.value, candidate.unit, spec.unit) is not None


def _ids(value: Any) -> list[int]:
    """The numbers of a cell: 17, "17", "[[17]]", [17]."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, int)]
    if isinstance(value, str):
        value = value.strip("[]【】 ")
        return [int(value)] if value.isdecimal() and len(value) < 9 else []
    return [value] if isinstance(value, int) else []


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _place(words: str, document: Document) -> Span | None:
    return place_of(words, document) or place_of(words.strip(_OUTER), document)


def _words(value: str, place: Span) -> Words:
    return Words(value, (place,), UNSAID_CONFIDENCE, "llm", "copied")


def _key(text: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", text)).casefold()
