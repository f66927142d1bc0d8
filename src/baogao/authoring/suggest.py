"""Patterns proposed from gold, each measured on reports in which it was not looked for.

Report after report is left out: patterns are found in the others and scored on the one that is left out. A pattern that
is not found there is not used there, so that one that fits its own report only gains nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from baogao.authoring.patterns import Seen, Shape, find_shapes
from baogao.candidates.candidate import FIGURES
from baogao.document import read_document
from baogao.evaluation.gold import Dataset, Gold
from baogao.evaluation.judging import judge, overlaps
from baogao.evaluation.tally import Tally
from baogao.extraction import Link, ReportText
from baogao.reading import read_answer
from baogao.rules.context import Context
from baogao.rules.extractor import RulesExtractor, assign
from baogao.rules.matching import Scored, rank_candidates
from baogao.rules.rulebook import ANY_TOPIC, Pattern, compile_rulebook, read_rules, rules_path
from baogao.rules.rules_file import AlternativeModel, FieldModel, PatternCompiler, RulesFileModel, parse_rules
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Answer

_SILENT = Answer(status="not_reported")


@dataclass(frozen=True)
class Suggestion:
    """One pattern for one field, and what it is worth."""

    shape: Shape
    reports: int
    """In how many reports it finds the field's figure."""
    seen: Tally
    """The field's verdicts with it, beside the rules so far, on the reports in which it was found."""
    unseen: Tally
    """The same, each report with it only where it is found in the others as well."""
    lost: int
    """Right answers of other fields that it takes away, each report left out in turn."""
    kept: bool
    """Whether it is worth adding: F1 on unseen reports is higher, and other fields lose less than this one gains."""


@dataclass(frozen=True)
class FieldSuggestions:
    """The patterns for one field."""

    spec: FieldSpec
    units: tuple[str, ...]
    """The measure words that its figures have in gold, the most frequent first."""
    baseline: Tally
    """Its verdicts by the rules so far."""
    suggestions: tuple[Suggestion, ...]
    together: Tally
    """Its verdicts with all those that are kept, on unseen reports."""

    @property
    def kept(self) -> list[Suggestion]:
        """Those that are worth adding."""
        return [one for one in self.suggestions if one.kept]


@dataclass
class _Read:
    """One report with its gold."""

    gold: Gold
    report: ReportText
    ranked: dict[str, list[Scored]]
    """By the rules so far, the best first."""
    right: dict[str, set[int]]
    """For each field, the candidates at the place where gold has it."""
    contexts: list[Context]
    """Around every figure in a measure word that gold has."""
    links: dict[str, Link]
    """By the rules so far."""

    def verdict(self, links: dict[str, Link], spec: FieldSpec) -> Tally:
        """What an answer is worth; nothing where nobody looked at the field."""
        if not self.gold.knows(spec.id):
            return Tally()
        link, truth = links.get(spec.id), self.gold.field(spec.id)
        answer = read_answer(self.report, link, spec) if link else _SILENT
        return Tally.of(judge(truth, answer)[0], truth.stated)


class Suggester:
    """Proposes patterns for the figures of one schema.

    :raises GoldError: a text cannot be read.
    :raises RulesError: the rules beside the schema do not hold.
    """

    def __init__(self, dataset: Dataset, schema: Schema) -> None:
        self.schema = schema
        path = rules_path(schema)
        source = read_rules(path) if path.is_file() else ""
        self._written = parse_rules(path, source) if source.strip() else RulesFileModel()
        rules = RulesExtractor(compile_rulebook(self._written, path, schema, source))
        reports = [
            (item.gold, ReportText.from_document(read_document(item.text_path), schema.sought))
            for item in dataset.items
        ]
        rights = [_right(gold, report, schema) for gold, report in reports]
        self._units = {spec.id: _units(spec, reports, rights) for spec in schema.figures}
        self._file = self._widened()
        self._compiler = PatternCompiler(path, source, self._file.words)
        self._further = compile_rulebook(self._file, path, schema, source)
        contexts = RulesExtractor(self._further).contexts
        self._reads = []
        for (gold, report), right in zip(reports, rights, strict=True):
            extraction, ranked = rules.link(report)
            self._reads.append(_Read(gold, report, ranked, right, contexts(report), extraction.fields))

    def _widened(self) -> RulesFileModel:
        """The rules so far, with every field and the measure words that gold has for it."""
        fields = {}
        for spec in self.schema.figures:
            units = list(self._units[spec.id])
            written = self._written.fields.get(spec.id) or FieldModel(units=[], topic=ANY_TOPIC)
            fields[spec.id] = written.model_copy(update={"units": [*written.units, *units]})
        return self._written.model_copy(update={"fields": fields})

    def suggest(self, spec: FieldSpec) -> FieldSuggestions:
        """The patterns for one figure that gold has to offer."""
        seen = [one for read in self._reads for one in self._figures(read, spec)]
        shapes = find_shapes(seen)
        baseline = _sum(read.verdict(read.links, spec) for read in self._reads)
        ids = [read.gold.doc_id for read in self._reads]
        unseen = (
            {doc_id: find_shapes([one for one in seen if one.report != doc_id]) for doc_id in ids} if shapes else {}
        )
        suggestions = [self._suggestion(spec, shape, seen, unseen, baseline) for shape in shapes]
        kept = {one.shape for one in suggestions if one.kept}
        together = _sum(
            self._with(read, spec, [shape for shape in unseen.get(read.gold.doc_id, ()) if shape in kept])[0]
            for read in self._reads
        )
        return FieldSuggestions(spec, self._units[spec.id], baseline, tuple(suggestions), together)

    def _suggestion(
        self, spec: FieldSpec, shape: Shape, seen: Sequence[Seen], unseen: dict[str, list[Shape]], baseline: Tally
    ) -> Suggestion:
        """One pattern with what it is worth, where it was looked for and where it was not."""
        inside = _sum(self._with(read, spec, [shape])[0] for read in self._reads)
        outside = [self._with(read, spec, [shape] if shape in unseen[read.gold.doc_id] else []) for read in self._reads]
        tally, lost = _sum(one for one, _ in outside), sum(lost for _, lost in outside)
        gained = tally.correct - baseline.correct
        return Suggestion(
            shape=shape,
            reports=len({one.report for one in seen if one.right and one.has(shape)}),
            seen=inside,
            unseen=tally,
            lost=lost,
            kept=(tally.f1 or 0.0) > (baseline.f1 or 0.0) and gained > lost,
        )

    def _figures(self, read: _Read, spec: FieldSpec) -> Iterator[Seen]:
        """Every figure of a report that could answer a field by its form, its unit and its cues; none where nobody
        looked at it: which of them do not answer it is not known."""
        if not read.gold.knows(spec.id):
            return
        rules, right = self._further.fields[spec.id], read.right[spec.id]
        answered = read.verdict(read.links, spec).correct > 0
        for context in read.contexts:
            one = context.candidate
            if one.kind in FIGURES and one.unit in rules.measures and rules.admits(one) and not context.bare:
                yield Seen(read.gold.doc_id, one.id in right, one.id in right and not answered, context)

    def _with(self, read: _Read, spec: FieldSpec, shapes: Sequence[Shape]) -> tuple[Tally, int]:
        """A field's verdict with some patterns beside the rules so far, and how many other right answers are lost."""
        if not shapes:
            return read.verdict(read.links, spec), 0
        rules = replace(
            self._further.fields[spec.id], patterns=tuple(self._pattern(spec, one) for one in shapes), none=()
        )
        found = rank_candidates(read.contexts, self._further.only(rules)).get(spec.id, [])
        if not found:
            return read.verdict(read.links, spec), 0
        best = {one.candidate_id: one for one in [*read.ranked.get(spec.id, []), *found]}
        for one in read.ranked.get(spec.id, []):
            if one.score > best[one.candidate_id].score:
                best[one.candidate_id] = one
        merged = sorted(best.values(), key=lambda one: (-one.score, one.candidate_id))
        links = assign({**read.ranked, spec.id: merged}, self._further)
        others = [
            other
            for other in self.schema.figures
            if other.id != spec.id and links.get(other.id) != read.links.get(other.id)
        ]
        lost = sum(read.verdict(read.links, one).correct - read.verdict(links, one).correct for one in others)
        return read.verdict(links, spec), lost

    def _pattern(self, spec: FieldSpec, shape: Shape) -> Pattern:
        written = AlternativeModel(match=shape.match, topic=shape.topic)
        return Pattern.of(written, spec.id, self._file, self._compiler)


def _right(gold: Gold, report: ReportText, schema: Schema) -> dict[str, set[int]]:
    """For each figure, the candidates at the places of its best reading."""
    figures = [one for one in report.candidates if one.kind in FIGURES]
    places = {one.id: [report.document.printed((one.start, one.end))] for one in figures}
    found = {}
    for spec in schema.figures:
        truth = gold.field(spec.id)
        copies = truth.evidence if truth.status == "reported" else []
        found[spec.id] = {one.id for one in figures if overlaps(copies, places[one.id])}
    return found


def _units(
    spec: FieldSpec, reports: Iterable[tuple[Gold, ReportText]], rights: Iterable[dict[str, set[int]]]
) -> tuple[str, ...]:
    """The measure words of a field's figures, the most frequent first."""
    counts: dict[str, int] = {}
    for (_, report), right in zip(reports, rights, strict=True):
        for one in right[spec.id]:
            unit = report.candidates[one].unit
            counts[unit] = counts.get(unit, 0) + 1
    return tuple(sorted((unit for unit in counts if unit), key=lambda unit: (-counts[unit], unit)))


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())
