"""Cutting a report into passages that a small model can take in at once.

A passage is whole sentences from one section, only those that hold a candidate worth asking about, up to a length; the
section's title stands above it, because it often says what the figures are of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from baogao.asking.shortlist import Shortlist
from baogao.candidates.candidate import Candidate, Candidates
from baogao.document.document import Document, Sentence, Span
from baogao.extraction import Settled
from baogao.schema.fields import FieldSpec

_TITLE_LIMIT = 40
_HEADING_LIMIT = 24
NOT_THIS_PERIOD = frozenset({"prior_year", "growth", "target", "cumulative"})
"""Cues of figures that answer no field, whatever their words."""


def askable(candidate: Candidate) -> bool:
    """Whether a candidate's cues leave it a chance to answer a field."""
    return not NOT_THIS_PERIOD & set(candidate.cues)


@dataclass(frozen=True)
class Passage:
    """Some sentences of a report and the fields to ask about in them."""

    title: str
    spans: tuple[Span, ...]
    """The sentences' spans, in order."""
    text: str
    candidates: tuple[Candidate, ...]
    fields: tuple[FieldSpec, ...]
    """In the schema's order."""
    fits: Mapping[int, Mapping[str, float]]
    """For each candidate's id, the fields that its surroundings speak of, best first, with the shortlist's scores."""


@dataclass(frozen=True)
class _Unit:
    """One sentence with what is worth asking about it."""

    sentence: Sentence
    headings: tuple[Span, ...]
    """Short lines without figures right above it (● 行政复议), which say what its figures are of."""
    section: Span
    title: str
    fits: dict[Candidate, dict[str, float]]
    fields: frozenset[str]


@dataclass(frozen=True)
class PassageCutter:
    """How passages are cut.

    :param length: the most characters of one passage, unless a single sentence is longer.
    :param per_candidate: how many fields each figure brings at most.
    :param least_score: a field that fits less well is not asked about.
    :param least_share: nor one that fits less well than this share of the best one's fit.
    :param most_fields: the most lines of one form.
    """

    shortlist: Shortlist
    length: int = 480
    per_candidate: int = 4
    least_score: float = 0.8
    least_share: float = 0.4
    most_fields: int = 16

    def cut(self, document: Document, candidates: Candidates) -> list[Passage]:
        """The passages of a report, in reading order; sentences without a candidate worth asking about are in none."""
        groups: list[list[_Unit]] = []
        for unit in self._units(document, candidates):
            if groups and self._fits(groups[-1], unit):
                groups[-1].append(unit)
            else:
                groups.append([unit])
        return [self._passage(document, group) for group in groups]

    def _units(self, document: Document, candidates: Candidates) -> Iterator[_Unit]:
        for number, sentence in enumerate(document.sentences):
            inside = [c for c in candidates.within(*sentence.span) if c.kind != "item"]
            fits = {c: {spec.id: score for score, spec in self.shortlist.rank(document, c)} for c in inside}
            fields = frozenset(name for c in inside if askable(c) for name in self.brought(fits[c]))
            if fields:
                section, title = _section(document, sentence)
                yield _Unit(sentence, _headings(document, candidates, number), section, title, fits, fields)

    def is_open(self, passage: Passage, settled: Settled) -> bool:
        """Whether a passage has a candidate left that may answer a field that is not settled."""
        return any(
            name not in settled.fields
            for candidate in passage.candidates
            if askable(candidate) and candidate.id not in settled.candidates
            for name in self.brought(passage.fits[candidate.id])
        )

    def brought(self, fits: Mapping[str, float]) -> list[str]:
        """The fields that one candidate brings onto a form, best first."""
        least = max(self.least_score, self.least_share * max(fits.values(), default=0.0))
        return [name for name, score in list(fits.items())[: self.per_candidate] if score >= least]

    def _fits(self, group: list[_Unit], unit: _Unit) -> bool:
        length = sum(u.sentence.span[1] - u.sentence.span[0] for u in [*group, unit])
        fields = frozenset().union(unit.fields, *(u.fields for u in group))
        return group[0].section == unit.section and length <= self.length and len(fields) <= self.most_fields

    def _passage(self, document: Document, group: list[_Unit]) -> Passage:
        asked = frozenset().union(*(unit.fields for unit in group))
        spans = tuple(dict.fromkeys(span for unit in group for span in (*unit.headings, unit.sentence.span)))
        return Passage(
            title=group[0].title,
            spans=spans,
            text="".join(_flat(document.slice(span)) for span in spans),
            candidates=tuple(c for unit in group for c in unit.fits),
            fits={c.id: fits for unit in group for c, fits in unit.fits.items()},
            fields=tuple(spec for spec in self.shortlist.fields if spec.id in asked),
        )


def _headings(document: Document, candidates: Candidates, number: int) -> tuple[Span, ...]:
    """The short lines without figures that end right before a sentence, in reading order."""
    section, title = _section(document, document.sentences[number])
    found: list[Span] = []
    for sentence in reversed(document.sentences[:number]):
        start, end = sentence.span
        text = document.slice(sentence.span).strip()
        if start < section[0] or not 0 < len(text) <= _HEADING_LIMIT or (title and text.endswith(title)):
            break
        if any(candidate.kind != "item" for candidate in candidates.within(start, end)):
            break
        found.append(sentence.span)
    return tuple(reversed(found))


def _section(document: Document, sentence: Sentence) -> tuple[Span, str]:
    """The innermost numbered section (not a run-in item) around a sentence, and its title."""
    around = [s for s in document.sections_at(sentence.span[0]) if s.level < 4]
    if not around:
        return (0, len(document.text)), ""
    return around[-1].span, document.slice(around[-1].title).strip()[:_TITLE_LIMIT]


def _flat(text: str) -> str:
    """A sentence on one line: line breaks inside it are the page's, not the author's."""
    return "".join(text.split()) if "\t" not in text else " ".join(text.split())
