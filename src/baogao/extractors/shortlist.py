"""Which fields to ask about a figure: the few whose words its surroundings share.

A small model fills a short form well and a long one badly, so every figure brings only a handful of fields with it. The
measure is an overlap of character bigrams, weighted by rarity among the fields (as in tf-idf); it knows no field by name.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from baogao.candidates.model import Candidate
from baogao.document.model import Document
from baogao.schema.fields import FieldSpec, Schema

_BEFORE = 48
_AFTER = 14
_NEAR = 16
"""Characters on the left that count double: a figure's own noun stands next to it."""
_TITLE_WEIGHT = 0.35
"""Words of the section's titles and of the sentence before count less: they are shared by many figures."""
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
        weights = {spec.id: _field_bigrams(spec) for spec in self.fields}
        spread = Counter(bigram for counts in weights.values() for bigram in counts)
        total = len(self.fields)
        self._weights = {
            name: {bigram: weight * math.log(1 + total / spread[bigram]) for bigram, weight in counts.items()}
            for name, counts in weights.items()
        }
        self._norms = {name: math.sqrt(sum(w * w for w in ws.values())) or 1.0 for name, ws in self._weights.items()}

    def rank(self, document: Document, candidate: Candidate) -> list[tuple[float, FieldSpec]]:
        """The fields that a candidate may answer, best first, with their scores; those that share nothing are left out."""
        context = _context(document, candidate)
        scored = [
            (score, spec)
            for spec in self.fields
            if _compatible(spec, candidate) and (score := self._score(context, spec.id)) > 0
        ]
        return sorted(scored, key=lambda pair: -pair[0])

    def _score(self, context: dict[str, float], name: str) -> float:
        weights = self._weights[name]
        overlap = sum(weights[bigram] * weight for bigram, weight in context.items() if bigram in weights)
        return overlap / math.sqrt(self._norms[name])


@lru_cache(maxsize=1024)
def _field_bigrams(spec: FieldSpec) -> dict[str, float]:
    """Label and terms count fully, the rest of the note half; what a note excludes does not count."""
    counts: dict[str, float] = {}
    for text, weight in (
        (spec.label, 1.0),
        *((term, 1.0) for term in spec.terms),
        (_EXCLUSION.sub("", spec.note), 0.5),
    ):
        for bigram in set(bigrams(text)):
            counts[bigram] = max(counts.get(bigram, 0.0), weight)
    return counts


def _context(document: Document, candidate: Candidate) -> dict[str, float]:
    """Weighted bigrams around a candidate: near words most, section titles and the sentence before least."""
    sentence = document.sentence_at(candidate.start)
    start, end = sentence.span if sentence else (candidate.start - _BEFORE, candidate.end + _AFTER)
    left = document.text[max(start, candidate.start - _BEFORE) : candidate.start]
    right = document.text[candidate.end : min(end, candidate.end + _AFTER)]
    context: dict[str, float] = {}
    _add(context, bigrams(left[:-_NEAR] if len(left) > _NEAR else ""), 0.6)
    _add(context, bigrams(left[-_NEAR:]), 1.2)
    _add(context, bigrams(candidate.text + right), 0.8)
    _add(context, bigrams(candidate.label), 1.2)
    titles = [document.slice(section.title) for section in document.sections_at(candidate.start)]
    before = document.text[max(0, start - 60) : start]
    _add(context, bigrams("，".join([*titles, before])), _TITLE_WEIGHT)
    return context


def _add(context: dict[str, float], found: Iterable[str], weight: float) -> None:
    for bigram in found:
        context[bigram] = max(context.get(bigram, 0.0), weight)


def _compatible(spec: FieldSpec, candidate: Candidate) -> bool:
    """A rate wants a percentage and a count wants none; a phrase that says "none" fits counts only."""
    return (candidate.unit == "%") == spec.is_rate
