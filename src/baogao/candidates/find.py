"""From a document to its candidates: numbers, none-phrases and item heads, in reading order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from baogao.candidates.candidate import Candidate, Candidates, Cue, Kind
from baogao.candidates.cues import Mention, read_cues
from baogao.candidates.entries import find_items
from baogao.candidates.numbers import find_figures
from baogao.candidates.period import period_of, planned_spans
from baogao.candidates.phrases import find_none_phrases
from baogao.candidates.tables import find_cells
from baogao.chinese.widths import fold
from baogao.document.document import Document
from baogao.schema.values import Bound, plain_number


@dataclass(slots=True)
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
    nones = list(_nones(document))
    numbers = [draft for draft in _numbers(document) if not _denied(document, draft, nones)]
    drafts = [*numbers, *nones, *_items(document)]
    drafts.sort(key=lambda draft: (draft.start, draft.end, draft.kind))
    return Candidates(tuple(_candidate(document, number, draft) for number, draft in enumerate(drafts, 1)))


def _denied(document: Document, number: _Draft, nones: list[_Draft]) -> bool:
    """没有一件: the one that is not."""
    if document.text[number.start] != "一":
        return False
    return any(none.start <= number.start < none.end for none in nones)


def _candidate(document: Document, number: int, draft: _Draft) -> Candidate:
    text = document.text[draft.start : draft.end]
    return Candidate(
        number, draft.kind, draft.start, draft.end, text, draft.value, draft.bound, draft.unit, draft.cues, draft.label
    )


def _numbers(document: Document) -> Iterator[_Draft]:
    folded = fold(document.text)
    prose = _without_rows(document, folded)
    drafts = [
        _Draft(begin + figure.start, begin + figure.end, "number", figure.value, figure.bound, figure.unit)
        for begin, end in document.main
        for figure in find_figures(prose[begin:end], folded=True)
    ]
    yield from _with_cues(document, folded, drafts)
    for cell in find_cells(document, folded):
        figure = cell.figure
        yield _Draft(figure.start, figure.end, "number", figure.value, figure.bound, figure.unit, cell.cues, cell.label)


def _without_rows(document: Document, folded: str) -> str:
    """The folded text with the rows of pasted tables blanked: they are read cell by cell."""
    for sentence in document.sentences:
        if sentence.row:
            start, end = sentence.span
            folded = folded[:start] + "\n" * (end - start) + folded[end:]
    return folded


def _with_cues(document: Document, folded: str, drafts: list[_Draft]) -> Iterator[_Draft]:
    period = period_of("".join(folded[begin:end] for begin, end in document.main))
    planned = planned_spans(document, folded, period)
    starts = [draft.start for draft in drafts]
    for sentence in document.sentences:
        begin, end = sentence.span
        inside = drafts[bisect_left(starts, begin) : bisect_left(starts, end)]
        if not inside:
            continue
        mentions = [Mention(draft.start - begin, draft.end - begin, draft.unit) for draft in inside]
        ahead = any(start <= begin < stop for start, stop in planned)
        for draft, cues in zip(inside, read_cues(folded[begin:end], mentions, period, ahead), strict=True):
            draft.cues = cues
            yield draft


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
