"""From a document to its candidates: numbers, none-phrases and item heads, in reading order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from baogao.candidates.candidate import USUAL, Candidate, Candidates, Kind, Parted, touches
from baogao.candidates.cues import read_cues
from baogao.candidates.doubtful import doubtful_tokens
from baogao.candidates.each import nouns_sharing
from baogao.candidates.figures import commas_part_clauses, find_figures, join_groups
from baogao.candidates.forms import Form, find_forms
from baogao.candidates.items import find_items
from baogao.candidates.numbers import Quantity
from baogao.candidates.period import Period, period_of, planned_spans, reviewed_spans
from baogao.candidates.phrases import find_none_phrases
from baogao.candidates.tables import find_cells
from baogao.candidates.tape import Mention
from baogao.chinese.numerals import fold
from baogao.document.document import Document, Span
from baogao.schema.fields import Cue, Sought
from baogao.schema.values import Bound


@dataclass(slots=True)
class _Draft:
    """A candidate before it has an id and its text."""

    start: int
    end: int
    kind: Kind
    value: Decimal | None = None
    bound: Bound = "exact"
    unit: str = ""
    cues: tuple[Cue, ...] = ()
    label: str = ""
    each: Decimal | None = None
    parted: Parted = ""
    upper: Decimal | None = None
    falls: bool = False
    date: str = ""
    whole: Span | None = None
    """Of a part of a ratio: where all of it is printed, which the words around it are about."""

    @classmethod
    def of(cls, figure: Quantity, begin: int = 0, cues: tuple[Cue, ...] = (), label: str = "") -> _Draft:
        """A figure, or a range, that was read from ``begin`` on."""
        kind: Kind = "number" if figure.upper is None else "range"
        draft = cls(
            begin + figure.start, begin + figure.end, kind, figure.value, figure.bound, figure.unit, cues, label
        )
        draft.upper, draft.falls = figure.upper, figure.falls
        return draft

    def numbered(self, number: int, text: str) -> Candidate:
        """The candidate with this id.

        :param text: of the whole document.
        """
        return Candidate(
            number,
            self.kind,
            self.start,
            self.end,
            text[self.start : self.end],
            self.value,
            self.bound,
            self.unit,
            self.cues,
            self.label,
            self.each,
            self.parted,
            self.upper,
            self.falls,
            self.date,
        )


def find_candidates(document: Document, sought: Sought = USUAL) -> Candidates:
    """Every number, none-phrase and item head in the main copy of ``document``; and what else is sought.

    Numbers do not overlap one another, nor ranges, ranks, parts of ratios, dates; ``candidate.text`` is
    ``document.text[start:end]``.

    :param sought: of a schema, ``schema.sought``; by default nothing more.
    """
    text, folded = document.text, join_groups(fold(document.text))
    nones = [
        _Draft(start, end, "none", Decimal(0))
        for sentence in document.sentences
        for start, end in find_none_phrases(text, sentence.span)
    ]
    period = period_of("".join(folded[begin:end] for begin, end in document.main), sought.year)
    planned = planned_spans(document, folded, period)
    forms = [form for form in find_forms(folded, sought) if touches(document.main, form.start, form.end)]
    numbers = [
        *_numbers_in_prose(document, folded, period, planned, forms, sought),
        *_without(
            (
                _Draft.of(cell.figure, 0, cell.cues, cell.label)
                for cell in find_cells(document, folded, period, planned, sought)
            ),
            forms,
        ),
    ]
    drafts = [
        *_not_denied(numbers, nones, text),
        *nones,
        *(_Draft(*entry.span, "item", parted=entry.parted) for entry in find_items(document, planned)),
    ]
    doubtful = _doubtful(document, folded)
    if doubtful or document.file.inserted:
        drafts = [draft for draft in drafts if not _is_barred(document, doubtful, draft)]
    drafts.sort(key=lambda draft: (draft.start, draft.end, draft.kind))
    return Candidates(tuple(draft.numbered(number, text) for number, draft in enumerate(drafts, 1)), doubtful)


def _not_denied(numbers: Iterable[_Draft], nones: Iterable[_Draft], text: str) -> Iterator[_Draft]:
    """The numbers without a 一 inside a phrase that says "none": in 没有一件 there is none."""
    spans = sorted((none.start, none.end) for none in nones)
    starts, reach = [start for start, _ in spans], list(accumulate((end for _, end in spans), max))
    for number in numbers:
        before = bisect_right(starts, number.start)
        if text[number.start] != "一" or not before or number.start >= reach[before - 1]:
            yield number


def _doubtful(document: Document, folded: str) -> tuple[Span, ...]:
    """Where digits cannot be told to be a figure: by a stranger among them, or by a blank."""
    strange = (
        (begin + start, begin + stop)
        for begin, end in document.main
        for start, stop in doubtful_tokens(folded[begin:end], folded=True)
    )
    return tuple(sorted({*strange, *document.view.doubtful}))


def as_printed(candidate: Candidate, document: Document) -> Candidate:
    """A candidate with the place and the characters of what is printed, for whoever has only the file's text."""
    start, end = document.printed((candidate.start, candidate.end))
    return candidate._replace(start=start, end=end, text=document.file.text[start:end])


def _is_barred(document: Document, doubtful: Sequence[Span], draft: _Draft) -> bool:
    """Whether a draft lies in characters that were inserted, or is a number of doubtful digits."""
    if draft.kind not in {"none", "item"} and touches(doubtful, draft.start, draft.end):
        return True
    own = (document.printed((place, place + 1)) for place in range(draft.start, draft.end))
    return bool(document.file.inserted) and any(touches(document.file.inserted, *span) for span in own)


def _without(drafts: Iterable[_Draft], forms: Sequence[Form]) -> list[_Draft]:
    """The drafts of figures that are no part of a rank, a ratio or a date."""
    spans = [(form.start, form.end) for form in forms]
    return [draft for draft in drafts if not touches(spans, draft.start, draft.end)]


def _numbers_in_prose(
    document: Document, folded: str, period: Period, planned: list[Span], forms: list[Form], sought: Sought
) -> Iterator[_Draft]:
    """The numbers of all sentences with their cues; rows of pasted tables are read cell by cell elsewhere.

    :param forms: ranks, ratios and dates, in order, those in tables included.
    """
    pieces: list[str] = []
    position = 0
    for start, end in (sentence.span for sentence in document.sentences if sentence.row):
        pieces += [folded[position:start], "\n" * (end - start)]
        position = end
    prose = "".join([*pieces, folded[position:]])
    commas_part = commas_part_clauses(document.text)
    drafts: list[_Draft] = []
    for begin, end in document.main:
        others = [(form.start - begin, form.end - begin) for form in forms if begin <= form.start < end]
        found = find_figures(prose[begin:end], True, commas_part, sought, others)
        drafts += [_Draft.of(figure, begin) for figure in found]
    for draft in drafts:
        _share(draft, folded)
    if forms:
        drafts = _without(drafts, forms)
        drafts += [_Draft(f.start, f.end, f.kind, f.value, unit=f.unit, date=f.date, whole=f.whole) for f in forms]
        drafts.sort(key=lambda draft: draft.start)
    starts = [draft.start for draft in drafts]
    reviewed = reviewed_spans(document, folded, period)
    for sentence in document.sentences:
        begin, end = sentence.span
        inside = drafts[bisect_left(starts, begin) : bisect_left(starts, end)]
        if not inside:
            continue
        counted = [draft for draft in inside if draft.kind != "date"]
        places = [draft.whole or (draft.start, draft.end) for draft in counted]
        mentions = [Mention(s - begin, e - begin, d.unit) for (s, e), d in zip(places, counted, strict=True)]
        ahead, back = touches(planned, begin, begin + 1), touches(reviewed, begin, begin + 1)
        read = read_cues(folded[begin:end], mentions, period, ahead, back, sought.signed)
        for draft, cues in zip(counted, read, strict=True):
            draft.cues = cues
        yield from inside


def _share(draft: _Draft, folded: str) -> None:
    """Let a number behind 各 count for each of its nouns; a rate and the ends of a range do not add up."""
    if "各" not in folded[max(0, draft.start - 5) : draft.start] or draft.value is None:
        return
    if (
        draft.upper is not None
        or draft.unit in {"%", "‰", "个百分点"}
        or folded[draft.end : draft.end + 1] in {"-", "~", "至", "到"}
    ):
        return
    nouns = nouns_sharing(folded, draft.start)
    if nouns > 1:
        draft.each, draft.value = draft.value, draft.value * nouns
