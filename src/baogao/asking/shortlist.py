"""Which fields to ask about a figure: the few whose words its surroundings share.

A small model fills a short form well and a long one badly, so every figure brings only a handful of fields with it.
The measure is an overlap of character bigrams, weighted by rarity among the fields (as in tf-idf), lowered where the
measure word is of another kind; it knows no field by name.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from baogao.candidates.candidate import Candidate
from baogao.document.document import Document
from baogao.schema.fields import FieldSpec, Schema

_BEFORE = 48
_AFTER = 14
_NEAR = 16
"""Characters on the left that count double: a figure's own noun stands next to it."""
_TITLE_WEIGHT = 0.35
"""Words of the section's titles and of the sentence before count less: they are shared by many figures."""
_CLAUSE = re.compile(r"[^，,。；;：:]*")
_FAMILIES = {
    "people": frozenset({"人", "名", "位", "人次", "余人"}),
    "events": frozenset({"场", "次", "期", "批", "批次", "场次", "轮", "班", "班次", "届", "回"}),
    "money": frozenset({"元"}),
    "things": frozenset(
        {"件", "份", "卷", "宗", "起", "册", "条", "部", "户", "家", "项", "例", "本", "张", "篇", "套"}
    ),
}
_FAMILY_OF = {unit: family for family, units in _FAMILIES.items() for unit in units}
_OTHER_FAMILY = 0.5
_CHINESE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
_EXCLUSION = re.compile(r"[^。；]*(?:不算|不含|不包括|不自行|不取)[^。；]*[。；]?")


def bigrams(text: str) -> list[str]:
    """Character bigrams of a text, none across punctuation."""
    return [run[i : i + 2] for run in _CHINESE.findall(text) for i in range(len(run) - 1)]


class Shortlist:
    """Ranks the figures of one schema for any candidate."""

    def __init__(self, schema: Schema) -> None:
        self.fields = schema.figures
        """The figures, in the schema's order."""
        self.by_id = {spec.id: spec for spec in self.fields}
        weights = {spec.id: _field_bigrams(spec) for spec in self.fields}
        spread = Counter(bigram for counts in weights.values() for bigram in counts)
        total = len(self.fields)
        self._lengths: list[float] = []
        # By bigram, because a context shares few of them with few of the fields.
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, counts in enumerate(weights.values()):
            rare = {bigram: weight * math.log(1 + total / spread[bigram]) for bigram, weight in counts.items()}
            self._lengths.append(math.sqrt(math.sqrt(sum(w * w for w in rare.values())) or 1.0))
            for bigram, weight in rare.items():
                self._postings.setdefault(bigram, []).append((number, weight))

    def rank(self, document: Document, candidate: Candidate) -> list[tuple[float, FieldSpec]]:
        """The fields that a candidate may answer, best first, with their scores; those that share nothing are out."""
        overlaps = self._overlaps(_context(document, candidate))
        scored = [
            (unit * (overlap / length), spec)
            for spec, overlap, length in zip(self.fields, overlaps, self._lengths, strict=True)
            if overlap > 0 and (unit := unit_fit(spec, candidate))
        ]
        return sorted(scored, key=lambda pair: -pair[0])

    def _overlaps(self, context: dict[str, float]) -> list[float]:
        """What each field shares with a context."""
        overlaps = [0.0] * len(self.fields)
        for bigram, weight in context.items():
            for number, rarity in self._postings.get(bigram, ()):
                overlaps[number] += rarity * weight
        return overlaps


@lru_cache(maxsize=1024)
def _field_bigrams(spec: FieldSpec) -> dict[str, float]:
    """Label and terms count fully, the rest of the note half; what a note excludes does not count."""
    counts: dict[str, float] = {}
    for text, weight in (
        (spec.label, 1.0),
        *((term, 1.0) for term in spec.terms),
        (_EXCLUSION.sub("", spec.note), 0.5),
    ):
        for bigram in bigrams(text):
            counts[bigram] = max(counts.get(bigram, 0.0), weight)
    return counts


def _context(document: Document, candidate: Candidate) -> dict[str, float]:
    """Weighted bigrams around a candidate: near words most, section titles and the sentence before least.

    A phrase that says "none" names its own field, so only its words and the few before them count.
    """
    context: dict[str, float] = {}
    sentence = document.sentence_at(candidate.start)
    start, end = sentence.span if sentence else (candidate.start - _BEFORE, candidate.end + _AFTER)
    left = document.text[max(start, candidate.start - _BEFORE) : candidate.start]
    _add(context, bigrams(left[-_NEAR:]), 0.4 if candidate.kind == "none" else 1.2)
    if candidate.kind == "none":
        _add(context, bigrams(candidate.text), 1.2)
        return context
    right = _CLAUSE.match(document.text, candidate.end, min(end, candidate.end + _AFTER))
    _add(context, bigrams(left[:-_NEAR]), 0.6)
    _add(context, bigrams(candidate.text + (right[0] if right else "")), 0.8)
    _add(context, bigrams(candidate.label), 1.2)
    titles = [document.slice(section.title) for section in document.sections_at(candidate.start)]
    before = document.text[max(0, start - 60) : start]
    _add(context, bigrams("，".join([*titles, before])), _TITLE_WEIGHT)
    return context


def _add(context: dict[str, float], found: Iterable[str], weight: float) -> None:
    for bigram in found:
        context[bigram] = max(context.get(bigram, 0.0), weight)


def unit_fit(spec: FieldSpec, candidate: Candidate) -> float:
    """How well a candidate's measure word suits a field, from 0 to 1.

    A rate wants a percentage and a count wants none. People, events and things are told apart, but not strictly: the
    same certificates are counted as 本 and as 人.
    """
    if candidate.kind == "none":
        return 0.0 if spec.is_rate else 1.0
    if (candidate.unit == "%") != spec.is_rate or candidate.unit == "个百分点":
        return 0.0
    wanted, found = _family(spec.unit), _family(candidate.unit)
    return 1.0 if not wanted or not found or wanted == found else _OTHER_FAMILY


def _family(unit: str) -> str:
    return _FAMILY_OF.get(unit, "")
