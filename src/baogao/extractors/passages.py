"""Cutting a report into passages that a small model can take in at once.

A passage is whole sentences from one section, only those that hold a candidate worth asking about, up to a length; the
section's title stands above it, because it often says what the figures are of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baogao.candidates.model import Candidate, Candidates
from baogao.document.model import Document, Sentence, Span
from baogao.extractors.shortlist import Shortlist
from baogao.schema.fields import FieldSpec

_TITLE_LIMIT = 40


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


@dataclass(frozen=True)
class _Unit:
    """One sentence with what is worth asking about it."""

    sentence: Sentence
    section: Span
    title: str
    candidates: tuple[Candidate, ...]
    fields: frozenset[str]


@dataclass(frozen=True)
class PassageCutter:
    """How passages are cut.

    :param length: the most characters of one passage, unless a single sentence is longer.
    :param per_candidate: how many fields each figure brings.
    :param least_score: a field with a lower score is not asked about.
    """

    shortlist: Shortlist
    length: int = 280
    per_candidate: int = 3
    least_score: float = 0.0
    most_fields: int = 12

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
        for sentence in document.sentences:
            inside = tuple(c for c in candidates.within(*sentence.span) if c.kind != "item")
            fields = frozenset(spec.id for c in inside for spec in self.fields_of(document, c))
            if fields:
                section, title = _section(document, sentence)
                yield _Unit(sentence, section, title, inside, fields)

    def fields_of(self, document: Document, candidate: Candidate) -> list[FieldSpec]:
        """The fields that one candidate brings."""
        ranked = self.shortlist.rank(document, candidate)
        return [spec for score, spec in ranked[: self.per_candidate] if score >= self.least_score]

    def _fits(self, group: list[_Unit], unit: _Unit) -> bool:
        length = sum(u.sentence.span[1] - u.sentence.span[0] for u in [*group, unit])
        fields = frozenset().union(unit.fields, *(u.fields for u in group))
        return group[0].section == unit.section and length <= self.length and len(fields) <= self.most_fields

    def _passage(self, document: Document, group: list[_Unit]) -> Passage:
        asked = frozenset().union(*(unit.fields for unit in group))
        spans = tuple(unit.sentence.span for unit in group)
        return Passage(
            title=group[0].title,
            spans=spans,
            text="".join(_flat(document.slice(span)) for span in spans),
            candidates=tuple(c for unit in group for c in unit.candidates),
            fields=tuple(spec for spec in self.shortlist.fields if spec.id in asked),
        )


def _section(document: Document, sentence: Sentence) -> tuple[Span, str]:
    """The innermost numbered section (not a run-in item) around a sentence, and its title."""
    around = [s for s in document.sections_at(sentence.span[0]) if s.level < 4]
    if not around:
        return (0, len(document.text)), ""
    return around[-1].span, document.slice(around[-1].title).strip()[:_TITLE_LIMIT]


def _flat(text: str) -> str:
    """A sentence on one line: line breaks inside it are the page's, not the author's."""
    return "".join(text.split()) if "\t" not in text else " ".join(text.split())
