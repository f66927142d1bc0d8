"""From a document to its candidates: numbers, none-phrases and item heads, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from baogao.candidates.items import find_items
from baogao.candidates.model import Candidate, Candidates, Cue, Kind
from baogao.candidates.numbers import find_figures
from baogao.candidates.phrases import find_none_phrases
from baogao.document.model import Document
from baogao.schema.values import Bound, plain_number


@dataclass(frozen=True)
class _Draft:
    """A candidate before it has a number; drafts sort by their place."""

    start: int
    end: int
    kind: Kind
    value: Decimal | None = None
    bound: Bound = "exact"
    unit: str = ""
    cues: tuple[Cue, ...] = ()
    label: str = ""


def find_candidates(document: Document) -> Candidates:
    """Every number, none-phrase and item head in the main copy of ``document``.

    Numbers do not overlap one another; ``candidate.text`` is ``document.text[start:end]``.
    """
    drafts = [*_numbers(document), *_nones(document), *_items(document)]
    drafts.sort(key=lambda draft: (draft.start, draft.end, draft.kind))
    return Candidates(tuple(_candidate(document, number, draft) for number, draft in enumerate(drafts, 1)))


def _candidate(document: Document, number: int, draft: _Draft) -> Candidate:
    text = document.text[draft.start : draft.end]
    return Candidate(
        number, draft.kind, draft.start, draft.end, text, draft.value, draft.bound, draft.unit, draft.cues, draft.label
    )


def _numbers(document: Document) -> Iterator[_Draft]:
    for begin, end in document.main:
        for figure in find_figures(document.text[begin:end]):
            yield _Draft(begin + figure.start, begin + figure.end, "number", figure.value, figure.bound, figure.unit)


def _nones(document: Document) -> Iterator[_Draft]:
    for sentence in document.sentences:
        for start, end in find_none_phrases(document.text, sentence.span):
            yield _Draft(start, end, "none", Decimal(0))


def _items(document: Document) -> Iterator[_Draft]:
    for start, end in find_items(document):
        yield _Draft(start, end, "item")


def to_json(candidate: Candidate) -> dict[str, Any]:
    """One line of ``baogao candidates --json``: plain JSON types, keys in a fixed order."""
    return {
        "id": candidate.id,
        "kind": candidate.kind,
        "start": candidate.start,
        "end": candidate.end,
        "text": candidate.text,
        "value": None if candidate.value is None else plain_number(candidate.value),
        "bound": candidate.bound,
        "unit": candidate.unit,
        "cues": list(candidate.cues),
    } | ({"label": candidate.label} if candidate.label else {})
