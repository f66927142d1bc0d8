"""Why a candidate answers a field, or none: what the rules see of it, and onto which form it brings which fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from baogao.asking.passages import PassageCutter, Shortlist, may_answer
from baogao.candidates.candidate import FIGURES, Candidate
from baogao.extraction import Extraction, ReportText, Words
from baogao.rules.context import Context, build_contexts
from baogao.rules.extractor import RulesExtractor
from baogao.rules.lists import find_regions
from baogao.rules.matching import THRESHOLD, Scored, is_free, score_of
from baogao.rules.rulebook import FieldRules, Pattern, Rulebook
from baogao.rules.topics import TopicWords
from baogao.schema.fields import FieldSpec, Schema


@dataclass(frozen=True)
class FieldWhy:
    """What the rules of one field say of one candidate."""

    field: str
    score: float
    """Of its best pattern, between 0 and 1; 0 where its topic is not near."""
    pattern: str
    """As written in the rules file."""
    excluded: str = ""
    """Why it does not answer the field, in words; empty where it does."""


@dataclass(frozen=True)
class OnForm:
    """One field that a form may ask about because of a candidate."""

    field: str
    fit: float
    """How well the words around the candidate suit the field."""
    brought: bool
    """Whether the candidate brings it onto the form; if not, others fit better, or it may not answer it."""
    barred: str = ""
    """What of its kind or its cues does not suit the field, in words."""


@dataclass(frozen=True)
class Why:
    """One candidate with all that decides about it."""

    candidate: Candidate
    answers: tuple[str, ...]
    """The fields and lists that the rules answer with it."""
    context: str
    """What stands around it, as the rules read it: № is itself, # another figure; empty where they do not."""
    unread: str
    """Why the rules read nothing around it; empty where they do."""
    topics: dict[str, float]
    """What its passage talks about, each with a weight between 0 and 1."""
    rules: tuple[FieldWhy, ...]
    """The fields with a pattern that is found around it, the best first."""
    form: int | None
    """Which form it would stand on, from 1; None for none."""
    fits: tuple[OnForm, ...]
    """The fields whose words its surroundings share, best first."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, beside the keys of the candidate itself."""
        return {
            "answers": list(self.answers),
            "context": self.context,
            **({"unread": self.unread} if self.unread else {}),
            "topics": {name: round(weight, 3) for name, weight in self.topics.items()},
            "rules": [vars(one) for one in self.rules],
            "form": self.form,
            "fits": [vars(one) for one in self.fits],
        }

    def of_field(self, name: str) -> Why | None:
        """The same, of one field alone; None where it has nothing to do with the candidate."""
        rules = tuple(one for one in self.rules if one.field == name)
        fits = tuple(one for one in self.fits if one.field == name)
        if not rules and not fits and name not in self.answers:
            return None
        return Why(self.candidate, self.answers, self.context, self.unread, self.topics, rules, self.form, fits)


class Explainer:
    """Says of each candidate of one report why it answers what.

    :param rulebook: None for a schema without rules.
    """

    def __init__(self, report: ReportText, schema: Schema, rulebook: Rulebook | None) -> None:
        self.schema = schema
        self._report = report
        self._rulebook = rulebook
        self._extraction, ranked = RulesExtractor(rulebook).link(report) if rulebook else (Extraction(), {})
        self._ranked = {(name, one.candidate_id): one for name, found in ranked.items() for one in found}
        self._read, self._further = _contexts(report, rulebook) if rulebook else ({}, {})
        self._cutter = PassageCutter(Shortlist(schema))
        passages = self._cutter.cut(report)
        self._forms = {one.id: number for number, passage in enumerate(passages, 1) for one in passage.candidates}

    def words(self, name: str | None = None) -> Iterator[tuple[FieldSpec, Words | None]]:
        """The choices, dates and quotes, or one of them, each with what the rules say; None for silence."""
        for spec in self.schema.worded:
            if name in (None, spec.id):
                yield spec, self._extraction.words.get(spec.id)

    def all(self) -> Iterator[Why]:
        """Every candidate, in reading order."""
        return map(self.why, self._report.candidates)

    def why(self, candidate: Candidate) -> Why:
        """One candidate."""
        context = self._read.get(candidate.id) or self._further.get(candidate.id)
        unread = self._unread(candidate, context)
        fields = self._rulebook.fields.values() if self._rulebook and context else ()
        found = [one for rules in fields if context and (one := self._of_rules(rules, context, unread)) is not None]
        return Why(
            candidate=candidate,
            answers=tuple(self._answers(candidate)),
            context=context.text if context else "",
            unread=unread,
            topics=context.topics if context else {},
            rules=tuple(sorted(found, key=lambda one: (bool(one.excluded), -one.score))),
            form=self._forms.get(candidate.id),
            fits=tuple(self._fits(candidate)),
        )

    def _answers(self, candidate: Candidate) -> Iterator[str]:
        said, span = self._extraction, (candidate.start, candidate.end)
        yield from (name for name, link in said.fields.items() if candidate.id in link.candidates)
        yield from (name for name, words in said.words.items() if span in words.evidence)
        yield from (name for name, ids in said.lists.items() if candidate.id in ids)

    def _unread(self, candidate: Candidate, context: Context | None) -> str:
        """Why the rules do not read what is around a candidate."""
        if self._rulebook is None:
            return "the schema has no rules"
        if candidate.kind not in FIGURES and candidate.kind != "none":
            return f"patterns of figures are not tried on {candidate.kind}s"
        rules, document = self._rulebook.lists, self._report.document
        for region in find_regions(document, self._report.candidates, rules):
            if not rules[region.name].figures and region.span[0] <= candidate.start < region.span[1]:
                return f"no figure in the section of {region.name} answers a field (figures: false)"
        if context is None:
            return "another figure grew from it, or it is the one of a “none”"
        if context.bare:
            return "it has no measure word, and counts what follows at once"
        return "" if candidate.id in self._read else f"no field counts in {candidate.unit or 'bare numbers'}"

    def _fits(self, candidate: Candidate) -> Iterator[OnForm]:
        if candidate.kind in ("item", "date"):
            return
        ranked = self._cutter.shortlist.rank(self._report.document, candidate)
        brought = self._cutter.brought(candidate, {spec.id: fit for fit, spec in ranked})
        for fit, spec in ranked:
            barred = "" if may_answer(candidate, spec) else "; ".join(_barred(candidate, spec))
            yield OnForm(spec.id, round(fit, 2), spec.id in brought, barred)

    def _of_rules(self, rules: FieldRules, context: Context, unread: str) -> FieldWhy | None:
        """What a field's rules say; None where none of its patterns is found."""
        candidate = context.candidate
        scored = self._ranked.get((rules.id, candidate.id))
        if scored is not None:
            return FieldWhy(rules.id, scored.score, scored.pattern.source, self._passed_over(rules.id, scored))
        patterns = rules.none if candidate.kind == "none" else rules.patterns
        tried = [
            self._by_pattern(rules, pattern, match, context, unread)
            for pattern in patterns
            if (match := pattern.regex.search(context.text)) is not None
        ]
        return max(tried, key=lambda one: one.score, default=None)

    def _passed_over(self, field: str, scored: Scored) -> str:
        """Why the answer to a field is not a candidate that may answer it."""
        link = self._extraction.fields.get(field)
        if link is not None and scored.candidate_id in link.candidates:
            return ""
        if link is not None:
            best = link.candidates[0]
            return f"candidate {best} answers it ({self._ranked[field, best].score:.2f})"
        owners = [name for name in self._answers(scored.candidate) if name != field]
        return f"it answers {', '.join(owners)}"

    def _by_pattern(
        self, rules: FieldRules, pattern: Pattern, match: re.Match[str], context: Context, unread: str
    ) -> FieldWhy:
        near = {name: weight for name, weight in context.topics.items() if name in pattern.topics}
        weight = max(near.values(), default=0.0)
        score = score_of(context, pattern, weight, match) if near else 0.0
        against = [
            *_barred(context.candidate, self.schema.by_id[rules.id], rules),
            *_not_near(context, pattern, near, score),
            *self._excluded(rules, pattern, context),
        ]
        return FieldWhy(rules.id, round(max(score, 0.0), 4), pattern.source, "; ".join(against) or unread)

    def _excluded(self, rules: FieldRules, pattern: Pattern, context: Context) -> Iterator[str]:
        """Which patterns of the rules file exclude a figure that a pattern found."""
        text, own, passage = context.text, context.own, context.passage
        if rules.exclude and (match := rules.exclude.search(text, *own)):
            yield f"exclude: {match[0]}"
        elif rules.bars(pattern, text, own, passage):
            yield "exclude_passage"
        excludes = self._rulebook.common_excludes if self._rulebook else {}
        yield from (f"common exclude {name}" for name in rules.common if excludes[name].bars(text, own, passage))


def _contexts(report: ReportText, rulebook: Rulebook) -> tuple[dict[int, Context], dict[int, Context]]:
    """The contexts that the rules build, and those that they would build of the other measure words."""
    words = TopicWords(rulebook.topics)
    measures = rulebook.measures, frozenset(candidate.unit for candidate in report.candidates)
    read, every = (
        {context.candidate.id: context for context in build_contexts(report.document, report.candidates, words, some)}
        for some in measures
    )
    return read, every


def _barred(candidate: Candidate, spec: FieldSpec, rules: FieldRules | None = None) -> Iterator[str]:
    """What of a candidate's kind, unit and cues does not suit a field."""
    none = candidate.kind == "none"
    if not none and candidate.kind not in spec.takes:
        yield f"it is a {candidate.kind}, the field takes {', '.join(sorted(spec.takes))}"
    if rules and not none and candidate.unit not in rules.measures:
        yield f"its unit is {candidate.unit or 'none'}, the rules take {', '.join(sorted(rules.units))}"
    excluding = (rules.cues if rules else spec.excludes).intersection(candidate.cues)
    yield from (f"cue {cue} excludes it" for cue in sorted(excluding))
    yield from (f"it lacks the cue {cue}" for cue in sorted(spec.needs.difference(candidate.cues)) if not none)


def _not_near(context: Context, pattern: Pattern, near: dict[str, float], score: float) -> Iterator[str]:
    """What of the topics around speaks against a pattern."""
    if not near:
        yield f"topic {' or '.join(pattern.topics)} is not near"
    elif score < THRESHOLD:
        yield f"the score is below {THRESHOLD}"
    if not is_free(context, pattern):
        yield f"topic {pattern.not_topic} is near"
