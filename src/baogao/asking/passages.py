"""Passages: what of a report a small model is shown at once, and the few fields it is asked about there.

A passage is whole sentences from one section, only those that hold a candidate worth asking about, up to a length; the
section's title stands above it, because it often says what the figures are of. A small model fills a short form well
and a long one badly, so every figure brings only the few fields whose words its surroundings share: an overlap of
character bigrams, weighted by rarity among the fields (as in tf-idf), lowered where the measure word is of another
kind. No field is known by name.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from operator import add, itemgetter

from baogao.candidates.candidate import Candidate
from baogao.document.document import Document, Sentence, Span
from baogao.extraction import ReportText, Settled
from baogao.schema.fields import FieldSpec, Schema

# Where words stand around a figure, and what they weigh. Reaches are in characters; reaches and weights were chosen by
# hand on the development reports, so that a form asks about the fields that are stated there.
_BEFORE = 48
"""Before a figure, within its sentence."""
_AFTER = 14
"""Behind it, within its clause."""
_NEAR = 16
"""Of those before it, the ones that are near."""
_SENTENCE_BEFORE = 60
"""Before its sentence."""
_NEAR_WEIGHT = 1.2
"""A figure's own noun stands next to it, mostly on its left; the head of a table cell is such a noun, too."""
_RIGHT_WEIGHT = 0.8
"""The figure with its measure word, and the rest of its clause."""
_FAR_WEIGHT = 0.6
"""The rest before it in its sentence, which may name other figures."""
_BEFORE_NONE_WEIGHT = 0.4
"""A phrase that says "none" names its own field; what stands before it matters little."""
_TITLE_WEIGHT = 0.35
"""Words of the section's titles and of the sentence before are shared by many figures."""
_NOTE_WEIGHT = 0.5
"""A field's note beside its label and its terms, which count 1: it explains, and so names its neighbours as well."""
_REST_OF_CLAUSE = re.compile(r"[^，,。；;：:]*")
# Measure words that count the same kind of thing; a word in none of them suits every count.
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
"""The fit of a figure in a measure word of another family: lowered, not excluded."""
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
"""A run of characters without punctuation."""
_PAIR = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2}")
# The part of a note that says what does not count: its words speak of other fields.
_EXCLUSION = re.compile(r"[^。；]*(?:不算|不含|不包括|不自行|不取)[^。；]*[。；]?")
FEW = 4
"""Of so few figures a form can ask about all at once, whatever the words around a candidate."""
_TITLE_LIMIT = 40
"""Characters of a section's title that are shown above a passage."""
_HEADING_LIMIT = 24
"""A longer line above a figure is a sentence, not a heading."""


def bigrams(text: str) -> list[str]:
    """Character bigrams of a text, none across punctuation."""
    return [run[i : i + 2] for run in _WORDS.findall(text) for i in range(len(run) - 1)]


class DocumentBigrams:
    """Where a document has which bigrams, found in one walk, because the surroundings of its figures overlap.

    :param known: the bigrams that matter, because fields have them; all do if it is None.
    """

    def __init__(self, document: Document, known: Container[str] | None = None) -> None:
        self.document = document
        text = document.text
        pairs = list(map(add, text, text[1:]))
        self._is_known = known.__contains__ if known is not None else _PAIR.fullmatch
        self._places = list(compress(range(len(pairs)), map(self._is_known, pairs)))
        self._pairs = [pairs[place] for place in self._places]

    def within(self, start: int, end: int) -> list[str]:
        """The bigrams of a stretch of the document, in order."""
        first = bisect_left(self._places, start)
        return self._pairs[first : bisect_left(self._places, end - 1, first)]

    def of(self, text: str) -> list[str]:
        """The bigrams of other words."""
        return list(filter(self._is_known, bigrams(text)))


class Shortlist:
    """Ranks the figures of one schema for any candidate."""

    def __init__(self, schema: Schema) -> None:
        self.fields = schema.figures
        """The figures, in the schema's order."""
        self.by_id = {spec.id: spec for spec in self.fields}
        # Label and terms count fully, the rest of the note half; what a note excludes does not count.
        weights = [
            _heaviest(
                [
                    *((bigrams(text), 1.0) for text in (spec.label, *spec.terms)),
                    (bigrams(_EXCLUSION.sub("", spec.note)), _NOTE_WEIGHT),
                ]
            )
            for spec in self.fields
        ]
        spread = Counter(bigram for counts in weights for bigram in counts)
        total = len(self.fields)
        self._lengths: list[float] = []
        self._fits: dict[tuple[bool, str], list[float]] = {}
        """How well each field suits a measure word, by whether a phrase that says "none" is asked about, and by that
        word: few of them come, and often."""
        self._bigrams: DocumentBigrams | None = None
        """Those of the document that was asked about last; its figures are ranked one after another."""
        # By bigram, because a context shares few of them with few of the fields.
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, counts in enumerate(weights):
            rare = {bigram: weight * math.log(1 + total / spread[bigram]) for bigram, weight in counts.items()}
            self._lengths.append(math.sqrt(math.sqrt(sum(w * w for w in rare.values())) or 1.0))
            for bigram, weight in rare.items():
                self._postings.setdefault(bigram, []).append((number, weight))

    def rank(self, document: Document, candidate: Candidate) -> list[tuple[float, FieldSpec]]:
        """The fields that a candidate may answer, best first, with their scores.

        Those that share no word with its surroundings are out, unless the schema has only few.
        """
        words = self._bigrams
        if words is None or words.document is not document:
            self._bigrams = words = DocumentBigrams(document, self._postings)
        overlaps: dict[int, float] = {}
        for bigram, weight in surroundings(words, candidate).items():
            for number, rarity in self._postings[bigram]:
                overlaps[number] = overlaps.get(number, 0.0) + rarity * weight
        kind = (candidate.kind == "none", candidate.unit)
        if kind not in self._fits:
            self._fits[kind] = [unit_fit(spec, candidate) for spec in self.fields]
        fits = self._fits[kind]
        scored = [
            (fits[number] * (overlaps.get(number, 0.0) / self._lengths[number]), self.fields[number])
            for number in (sorted(overlaps) if len(self.fields) > FEW else range(len(self.fields)))
            if fits[number]
        ]
        return sorted(scored, key=itemgetter(0), reverse=True)


def surroundings(words: DocumentBigrams, candidate: Candidate) -> dict[str, float]:
    """The bigrams around a candidate and their weights: near words most, section titles and the sentence before least.

    A phrase that says "none" names its own field, so only its words and the few before them count.
    """
    document, (begin, behind) = words.document, (candidate.start, candidate.end)
    sentence = document.sentence_at(begin)
    start, end = sentence.span if sentence else (max(0, begin - _BEFORE), behind + _AFTER)
    near, far = max(start, begin - _NEAR), max(start, begin - _BEFORE)
    if candidate.kind == "none":
        return _heaviest(
            [(words.within(near, begin), _BEFORE_NONE_WEIGHT), (words.within(begin, behind), _NEAR_WEIGHT)]
        )
    rest = _REST_OF_CLAUSE.match(document.text, behind, min(end, behind + _AFTER))
    titles = (section.title for section in document.sections_at(begin))
    return _heaviest(
        [
            (words.within(near, begin), _NEAR_WEIGHT),
            (words.within(far, near), _FAR_WEIGHT),
            (words.within(begin, rest.end() if rest else behind), _RIGHT_WEIGHT),
            (words.of(candidate.label), _NEAR_WEIGHT),
            *((words.within(*title), _TITLE_WEIGHT) for title in titles),
            (words.within(max(0, start - _SENTENCE_BEFORE), start), _TITLE_WEIGHT),
        ]
    )


def _heaviest(weighted: Iterable[tuple[Iterable[str], float]]) -> dict[str, float]:
    """The bigrams of some texts, each with the greatest weight of a text that it stands in."""
    found: dict[str, float] = {}
    for pairs, weight in weighted:
        for bigram in pairs:
            if found.get(bigram, 0.0) < weight:
                found[bigram] = weight
    return found


def unit_fit(spec: FieldSpec, candidate: Candidate) -> float:
    """How well a candidate's measure word suits a field, from 0 to 1.

    A rate wants a percentage and a count wants none. People, events and things are told apart, but not strictly: the
    same certificates are counted as 本 and as 人.
    """
    if candidate.kind == "none":
        return 0.0 if spec.is_rate else 1.0
    if (candidate.unit == "%") != spec.is_rate or (candidate.unit == "个百分点") != (spec.unit == "个百分点"):
        return 0.0
    wanted, found = _FAMILY_OF.get(spec.unit), _FAMILY_OF.get(candidate.unit)
    return 1.0 if not wanted or not found or wanted == found else _OTHER_FAMILY


def may_answer(candidate: Candidate, spec: FieldSpec) -> bool:
    """Whether a candidate's kind and cues leave it a chance to answer a field."""
    if candidate.kind != "none" and candidate.kind not in spec.takes:
        return False
    return spec.excludes.isdisjoint(candidate.cues) and spec.needs.issubset(candidate.cues)


def section_around(document: Document, position: int) -> tuple[Span, str]:
    """The innermost numbered section around a character, run-in items aside, and its title; or the whole text."""
    sections = [section for section in document.sections_at(position) if section.level < 4]
    if not sections:
        return (0, len(document.text)), ""
    return sections[-1].span, document.slice(sections[-1].title).strip()[:_TITLE_LIMIT]


def on_one_line(text: str) -> str:
    """A sentence without line breaks: they are the page's, not the author's; a row of a table keeps its gaps."""
    return (" " if "\t" in text else "").join(text.split())


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

    @classmethod
    def of(cls, document: Document, units: Sequence[_Unit], figures: Iterable[FieldSpec]) -> Passage:
        """Some sentences with the headings above them."""
        asked = frozenset().union(*(unit.fields for unit in units))
        spans = tuple(dict.fromkeys(span for unit in units for span in (*unit.headings, unit.sentence.span)))
        printed = [document.slice(span) for span in spans]
        return cls(
            title=units[0].title,
            spans=spans,
            text="".join(map(on_one_line, printed)),
            candidates=tuple(c for unit in units for c in unit.fits),
            fits={c.id: fits for unit in units for c, fits in unit.fits.items()},
            fields=tuple(spec for spec in figures if spec.id in asked),
        )


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

    def cut(self, report: ReportText) -> list[Passage]:
        """The passages of a report, in reading order; sentences without a candidate worth asking about are in none."""
        groups: list[list[_Unit]] = []
        for unit in self._units(report):
            together = [*(groups[-1] if groups else []), unit]
            length = sum(u.sentence.span[1] - u.sentence.span[0] for u in together)
            fields = frozenset().union(*(u.fields for u in together))
            has_room = length <= self.length and len(fields) <= self.most_fields
            if groups and groups[-1][0].section == unit.section and has_room:
                groups[-1].append(unit)
            else:
                groups.append([unit])
        return [Passage.of(report.document, group, self.shortlist.fields) for group in groups]

    def _units(self, report: ReportText) -> Iterator[_Unit]:
        """Every sentence with a candidate worth asking about."""
        document = report.document
        for number, sentence in enumerate(document.sentences):
            inside = [c for c in report.candidates.within(*sentence.span) if c.kind not in ("item", "date")]
            fits = {c: {spec.id: score for score, spec in self.shortlist.rank(document, c)} for c in inside}
            fields = frozenset(name for c in inside for name in self.brought(c, fits[c]))
            if fields:
                section, title = section_around(document, sentence.span[0])
                yield _Unit(sentence, _headings(report, number, section, title), section, title, fits, fields)

    def is_open(self, passage: Passage, settled: Settled) -> bool:
        """Whether a passage has a candidate left that may answer a field that is not settled."""
        return any(
            name not in settled.fields
            for candidate in passage.candidates
            if candidate.id not in settled.candidates
            for name in self.brought(candidate, passage.fits[candidate.id])
        )

    def brought(self, candidate: Candidate, fits: Mapping[str, float]) -> list[str]:
        """The fields that one candidate brings onto a form, best first.

        :param fits: best first.
        """
        open_to = (name for name in fits if may_answer(candidate, self.shortlist.by_id[name]))
        if len(self.shortlist.fields) <= FEW:
            return list(open_to)
        best = list(islice(open_to, self.per_candidate))
        least = max(self.least_score, self.least_share * fits[best[0]]) if best else 0.0
        return [name for name in best if fits[name] >= least]


def _headings(report: ReportText, number: int, section: Span, title: str) -> tuple[Span, ...]:
    """The short lines of a section without figures that end right before a sentence, in reading order.

    The section's own title is none of them: it stands above the passage.
    """
    document = report.document
    found: list[Span] = []
    for sentence in reversed(document.sentences[:number]):
        start, end = sentence.span
        text = document.slice(sentence.span).strip()
        if start < section[0] or not 0 < len(text) <= _HEADING_LIMIT or (title and text.endswith(title)):
            break
        if any(candidate.kind != "item" for candidate in report.candidates.within(start, end)):
            break
        found.append(sentence.span)
    return tuple(reversed(found))
