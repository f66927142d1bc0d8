"""What the page shows of answers: each as printed for people, with its places; what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from baogao.document import document_from_text
from baogao.document.document import Document
from baogao.outputs.places import Places
from baogao.outputs.records import astray, words_of
from baogao.record import ProposedFigure, ProposedItems, ProposedText, Record, Review
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, HeldBack, Item, TextAnswer, shown_value

REVIEW_BELOW = 0.5
"""An answer less sure than this is marked for a person to look at."""

_Given = Answer | HeldBack | ProposedFigure


def spec_view(spec: FieldSpec) -> dict[str, Any]:
    """A field of the schema: its id, label, unit and note; a kind, options and cells where it has any."""
    view: dict[str, Any] = {"id": spec.id, "label": spec.label, "unit": spec.unit, "note": spec.note}
    if spec.kind in ("choice", "date", "quote"):
        view["kind"] = spec.kind
    if spec.options:
        view["options"] = list(spec.options)
    if spec.cells:
        view["cells"] = [spec_view(cell) for cell in spec.cells]
    return view


def reviewed_view(answer: Answer | TextAnswer | Item | None) -> dict[str, Any]:
    """Who looked at an answer, when, and what became of it; empty where nobody did."""
    reviewed = answer.reviewed if answer else None
    return {"reviewed": reviewed.model_dump(mode="json")} if reviewed else {}


def unsure(record: Record) -> dict[str, Answer | HeldBack]:
    """The answers that are unsure or held back, by field, of a cell by its key: to be looked at, in a queue or not."""
    found: dict[str, Answer | HeldBack] = {}
    cells = {
        f"{name}/{number}/{cell}": answer
        for name, rows in record.rows.items()
        for number, row in enumerate(rows)
        for cell, answer in row.items()
    }
    for name, answer in [*record.fields.items(), *cells.items()]:
        if answer.reviewed is not None:
            continue
        if answer.held_back is not None:
            found[name] = answer.held_back
        elif answer.confidence is not None and answer.confidence < REVIEW_BELOW:
            found[name] = answer
    return found


@dataclass
class AnswerViews:
    """Shows the answers of one report, and notes their places."""

    record: Record
    text: str | None
    """What the offsets refer to; None when it was not kept."""
    schema: Schema
    places: Places
    _unsure: dict[str, Answer | HeldBack] = field(init=False)

    def __post_init__(self) -> None:
        self._unsure = unsure(self.record)

    def fields(self) -> dict[str, Any]:
        """Every field that is answered once, by its id; a silent one, too."""
        doubted = {review.field for review in self.record.review} | set(self._unsure)
        return {
            spec.id: self._answer(spec.id, self.record.fields.get(spec.id), spec, review=spec.id in doubted)
            for spec in self.schema.fields
        }

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Of every list of rows its rows: the cells that are answered."""
        return {
            spec.id: [
                {
                    cell.id: self._cell(f"{spec.id}/{number}/{cell.id}", row[cell.id], cell)
                    for cell in spec.cells
                    if cell.id in row
                }
                for number, row in enumerate(self.record.rows.get(spec.id, []))
            ]
            for spec in self.schema.rows
        }

    def queue(self) -> list[dict[str, Any]]:
        """What to look at, most valuable first: the record's queue, and unsure answers that are not in it."""
        entries = []
        for review in self.record.review:
            proposals = [
                self._proposal(f"{review.field}~{number}", one, review) for number, one in enumerate(review.proposals)
            ]
            told = review.model_dump(include={"field", "reason", "wrong", "priority", "given"})
            entries.append(told | {"proposals": proposals})
        queued = {review.field for review in self.record.review}
        for name, doubtful in self._unsure.items():
            if name in queued:
                continue
            key, given = f"{name}~0", isinstance(doubtful, Answer)
            confidence = doubtful.confidence or 0.0
            wrong = 1 - confidence if given else confidence
            reason = "unsure" if isinstance(doubtful, Answer) else f"held back: {doubtful.reason}"
            proposal = self._shown(doubtful, self._spec(name)) | {
                "key": key,
                "places": self.places.of(key, "proposal", doubtful.evidence or []),
            }
            told = {"field": name, "reason": reason, "wrong": wrong, "priority": wrong, "given": given}
            entries.append(told | {"proposals": [proposal]})
        return sorted(entries, key=lambda entry: -entry["priority"])

    def _spec(self, key: str) -> FieldSpec | None:
        """The field, or the cell of a list of rows, that a key is of; None where the schema has none."""
        name, *inner = key.split("/")
        spec = self.schema.by_id.get(name)
        return next((cell for cell in spec.cells if cell.id == inner[-1]), None) if spec and inner else spec

    def _answer(self, key: str, answer: Answer | None, spec: FieldSpec, *, review: bool) -> dict[str, Any]:
        """An answer as it is shown; a silent field shows what was held back beside it, and its place in the text."""
        given = answer.held_back if answer and answer.status == "not_reported" else answer
        if given is None:
            silent = {"status": "not_reported", "places": []} | ({"review": True} if review else {})
            return silent | reviewed_view(answer)
        shown = self._shown(given, spec) | ({} if spec.kind == "figure" else self._sentence(given))
        if isinstance(given, HeldBack):
            shown = {"status": "not_reported", "held": shown | {"reason": given.reason}}
        kind = "none" if given.status == "reported_none" else "figure" if spec.kind == "figure" else "words"
        return shown | {
            "review": review,
            "places": self.places.add(key, f"{kind} review" if review else kind, given.evidence),
            **reviewed_view(answer),
        }

    def _cell(self, key: str, answer: Answer, spec: FieldSpec) -> dict[str, Any]:
        """An answer of a row as it is shown."""
        review = key in self._unsure
        shown = self.shown(answer, spec)
        return shown | {
            "review": review,
            "places": self.places.add(key, "cell review" if review else "cell", answer.evidence),
            **reviewed_view(answer),
        }

    def shown(self, answer: Answer, spec: FieldSpec, *, sentence: bool = True) -> dict[str, Any]:
        """An answer of any field as it is shown, without a place of its own.

        :param sentence: whether with the sentence that it was read from, which takes a look at the whole text.
        """
        return self._shown(answer, spec) | (self._sentence(answer) if sentence else {})

    def _shown(self, given: _Given, spec: FieldSpec | None) -> dict[str, Any]:
        """An answer as it is shown, whether it is given, held back or proposed."""
        return {
            "status": given.status,
            "value": _printed(given, spec),
            "bound": given.bound,
            "unit": shown_unit(given, spec),
            "text": given.text,
            "confidence": given.confidence,
            "by": given.by,
            "page": given.page,
            "astray": self.text is not None and astray(given, self.text),
        }

    def _sentence(self, given: Answer | HeldBack) -> dict[str, Any]:
        """The sentence that an answer was read from, where it says more than what was quoted of it."""
        sentence = self._sentences.of(given)
        return {} if sentence in (None, given.text) else {"sentence": sentence}

    @cached_property
    def _sentences(self) -> Sentences:
        return Sentences(self.text)

    def _proposal(self, key: str, one: ProposedFigure | ProposedText | ProposedItems, review: Review) -> dict[str, Any]:
        """What a reader proposes, as it is shown, with its places."""
        if isinstance(one, ProposedFigure):
            shown = self._shown(one, self._spec(review.field)) | {"sentence": one.sentence}
            return shown | {"key": key, "places": self.places.of(key, "proposal", one.evidence)}
        if isinstance(one, ProposedText):
            places = self.places.of(key, "item proposal", one.evidence)
            return {"key": key, "by": one.by, "words": one.value, "places": places}
        others = [other for other in review.proposals if isinstance(other, ProposedItems)]
        lists = [{tuple(item.evidence) for item in other.items} for other in others]
        common = lists[0].intersection(*lists[1:]) if len(lists) > 1 else set()
        items = [{"text": item.text, "disputed": tuple(item.evidence) not in common} for item in one.items]
        evidence = [span for item in one.items for span in item.evidence]
        return {"key": key, "by": one.by, "items": items, "places": self.places.of(key, "item proposal", evidence)}


def _printed(given: _Given, spec: FieldSpec | None) -> str | None:
    """A value for people: 2,600; 6.5–7; an option, a date, a quote as they are."""
    if spec is not None and spec.kind != "figure":
        return words_of(given.value)
    return None if given.value is None else shown_value(given.value, given.upper)


class Sentences:
    """The sentences that a report's answers were read from.

    :param text: what evidence refers to; None when it was not kept. It is looked at once, and only where an answer that
        was read back from a file does not tell its sentence.
    """

    def __init__(self, text: str | None) -> None:
        self._text = text

    def of(self, given: Answer | HeldBack) -> str | None:
        """The sentence of an answer, as printed; None where nothing tells it."""
        if given.sentence is not None or self._text is None:
            return given.sentence
        spans, length = given.evidence or [], len(self._text)
        sane = all(0 <= start < end <= length for start, end in spans)
        return self._document.printed_sentences(spans) if spans and sane else None

    @cached_property
    def _document(self) -> Document:
        return document_from_text(self._text or "")


def shown_unit(given: _Given, spec: FieldSpec | None) -> str | None:
    """The unit of the value: as printed, unless the value was converted into that of the field."""
    if spec is None or not given.unit or not spec.unit:
        return given.unit
    return given.unit if spec.units.converted(Decimal(1), given.unit, spec.unit) in (None, 1) else spec.unit
