"""Features of a proposed answer: what speaks for and against it. None of them knows a field by its name.

A feature is 0 or 1 where it is a yes or no, else a share, a score, or the logarithm of one more than a count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from math import log1p
from types import MappingProxyType
from typing import get_args

from baogao.asking.passages import Shortlist
from baogao.candidates.candidate import Candidate
from baogao.checks import run_checks
from baogao.extraction import Link
from baogao.hybrid.case import Case, same
from baogao.hybrid.trust import Stand
from baogao.reading import read_answer
from baogao.schema.fields import Cue, FieldSpec
from baogao.schema.values import Answer

_ORDER = "not_more_than"
"""The check of an order, as records name it; the others are sums and rates."""
_CLAUSES = re.compile("[，,；;：:、]")
"""What ends a clause inside a sentence."""
_CUES: tuple[Cue, ...] = get_args(Cue)
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "model": ("by_model", "model_agrees", "model_differs", "model_silent", "model_confidence", "model_support"),
        "panel": ("first_gives", "first_confidence", "second_gives", "second_confidence"),
        "rules": (
            *("by_rules", "rules_score", "rules_confidence", "rules_margin", "rules_differ", "rules_settled"),
            *("pattern_score", "pattern_length", "rules_share"),
        ),
        "cues": tuple(f"cue_{cue}" for cue in _CUES),
        "words": ("fit", "fit_of_candidate", "fit_of_field"),
        "rivals": ("claimed", "competitors", "answerable"),
        "place": (
            *("none", "label", "parts", "loose", "position", "first", "repeated"),
            *("crowd", "clause", "sentence", "size"),
        ),
        "checks": ("check_holds", "check_fails", "order_holds", "order_fails"),
    }
)
"""The features by what they look at, for taking one group away at a time."""
FEATURES: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)


class Scene:
    """One case, seen as a whole, so that each of its proposals can be described."""

    def __init__(self, case: Case, shortlist: Shortlist) -> None:
        self.case = case
        self._shortlist = shortlist
        candidates = case.report.candidates
        self._answers = {**case.answers["model"], **case.answers["rules"]}
        """The answers as they stand, rules' before the model's."""
        self._related = {name for relation in case.schema.relations for name in relation.fields}
        self._claims: dict[int, set[str]] = {}
        """The fields that rules or the model give each candidate to."""
        for name, link in (*case.rules.items(), *case.model.items()):
            for candidate_id in link.candidates:
                self._claims.setdefault(candidate_id, set()).add(name)
        self._answerable = Counter(one.candidate_id for ranked in case.ranked.values() for one in ranked)
        """How many fields each candidate may answer by the rules."""
        self._printed = Counter((one.value, one.unit) for one in candidates if one.kind == "number")
        """How often each figure is printed."""
        self._fits: dict[int, dict[str, float]] = {}

    def stand(self, name: str, answer: Answer) -> Stand:
        """Who gives an answer to a field."""
        rules, model = self.case.answers["rules"].get(name), self.case.answers["model"].get(name)
        by_rules = rules is not None and same(rules, answer)
        if model is not None and same(model, answer):
            return "both" if by_rules else "model_only" if rules is None else "model_against"
        if by_rules:
            return "rules_only" if model is None else "rules_against"
        return "neither"

    def features(self, spec: FieldSpec, link: Link, stand: Stand) -> dict[str, float]:
        """Every feature of one proposal, by its name."""
        candidate = self.case.report.candidates[min(link.candidates)]
        return {
            **self._by_readers(spec, link, candidate, stand),
            **{f"cue_{cue}": float(cue in candidate.cues) for cue in _CUES},
            **self._by_words_and_rivals(spec, link, candidate),
            **self._by_place(link, candidate),
            **self._by_checks(spec, link),
        }

    def _by_readers(self, spec: FieldSpec, link: Link, candidate: Candidate, stand: Stand) -> dict[str, float]:
        """Groups ``model`` and ``rules``: who proposes it, how sure they are, and what they say instead."""
        model, rules = self.case.model.get(spec.id), self.case.rules.get(spec.id)
        by_model = stand in ("both", "model_only", "model_against")
        by_rules = stand in ("both", "rules_only", "rules_against")
        settled = spec.id in self.case.settled
        ranked = self.case.ranked.get(spec.id, ())
        mine = (one for one in ranked if one.candidate_id in link.candidates)
        best = max(mine, key=lambda one: one.score, default=None)
        score = best.score if best else 0.0
        rival = max((one.score for one in ranked if one.candidate.value != candidate.value), default=0.0)
        return {
            "by_model": float(by_model),
            "model_agrees": float(stand == "both"),
            "model_differs": float(model is not None and not by_model),
            "model_silent": float(model is None and not settled),
            "model_confidence": model.confidence if model is not None and by_model else 0.0,
            "model_support": self._support(spec.id, link),
            **self._by_each(spec, link),
            "by_rules": float(by_rules),
            "rules_score": score,
            "rules_confidence": rules.confidence if rules is not None and by_rules else 0.0,
            "rules_margin": score - rival,
            "rules_differ": float(rules is not None and not by_rules),
            "rules_settled": float(by_rules and settled),
            "pattern_score": best.pattern.score if best else 0.0,
            "pattern_length": log1p(len(best.pattern.source)) if best else 0.0,
            "rules_share": len(self.case.rules) / len(self.case.schema.figures),
        }

    def _support(self, name: str, link: Link) -> float:
        """Of several models, the share that gives this answer."""
        said = [links[name].candidates for links in self.case.models.values() if name in links]
        return sum(not set(ids).isdisjoint(link.candidates) for ids in said) / max(1, len(self.case.models))

    def _by_each(self, spec: FieldSpec, link: Link) -> dict[str, float]:
        """Group ``panel``: where several models were asked, which of the first two gives this answer, and how sure."""
        found = dict.fromkeys(GROUPS["panel"], 0.0)
        for which, links in zip(("first", "second"), self.case.models.values(), strict=False):
            theirs, report = links.get(spec.id), self.case.report
            if theirs is not None and same(read_answer(report, theirs, spec), read_answer(report, link, spec)):
                found |= {f"{which}_gives": 1.0, f"{which}_confidence": theirs.confidence}
        return found

    def _by_words_and_rivals(self, spec: FieldSpec, link: Link, candidate: Candidate) -> dict[str, float]:
        """Groups ``words`` and ``rivals``: how well its words fit, and who else wants the figure or the field."""
        ranked = self.case.ranked.get(spec.id, ())
        proposed = {one.candidate_id for one in ranked}
        for links in (self.case.rules, self.case.model):
            proposed.update(links[spec.id].candidates if spec.id in links else ())
        fits = self._fits_of(candidate)
        fit = fits.get(spec.id, 0.0)
        best_of_field = fit
        if fit:
            candidates = (self.case.report.candidates[one] for one in proposed)
            best_of_field = max([fit, *(self._fits_of(one).get(spec.id, 0.0) for one in candidates)])
        others = [name for one in link.candidates for name in self._claims.get(one, ()) if name != spec.id]
        return {
            "fit": log1p(fit),
            "fit_of_candidate": fit / max(fits.values()) if fit else 0.0,
            "fit_of_field": fit / best_of_field if fit else 0.0,
            "claimed": float(bool(others)),
            "competitors": log1p(len({one.candidate.value for one in ranked} - {candidate.value})),
            "answerable": log1p(self._answerable[candidate.id]),
        }

    def _fits_of(self, candidate: Candidate) -> dict[str, float]:
        """The fields that a candidate's words fit, ranked once."""
        if candidate.id not in self._fits:
            ranked = self._shortlist.rank(self.case.report.document, candidate)
            self._fits[candidate.id] = {spec.id: score for score, spec in ranked}
        return self._fits[candidate.id]

    def _by_place(self, link: Link, candidate: Candidate) -> dict[str, float]:
        """Group ``place``: what kind of candidate it is, and where in report, sentence and clause it stands."""
        document, candidates = self.case.report.document, self.case.report.candidates
        sentence = document.sentence_at(candidate.start)
        start, end = sentence.span if sentence else (candidate.start, candidate.end)
        before = document.text[start : candidate.start]
        same = [one for one in candidates if one.value == candidate.value and one.unit == candidate.unit]
        return {
            "none": float(candidate.kind == "none"),
            "label": float(bool(candidate.label)),
            "parts": log1p(len(link.candidates) - 1),
            "loose": float(candidate.bound != "exact"),
            "position": candidate.start / max(1, len(document.text)),
            "first": float(candidate.kind == "number" and same[0].id == candidate.id),
            "repeated": log1p(max(0, self._printed[candidate.value, candidate.unit] - 1)),
            "crowd": log1p(len(candidates.within(start, end))),
            "clause": log1p(len(_CLAUSES.split(before)[-1])),
            "sentence": (candidate.start - start) / (end - start),
            "size": log1p(float(candidate.value or 0)),
        }

    def _by_checks(self, spec: FieldSpec, link: Link) -> dict[str, float]:
        """Group ``checks``: whether a sum or a rate holds or fails with this answer among those that stand; an order,
        too."""
        found = dict.fromkeys(GROUPS["checks"], 0.0)
        if spec.id not in self._related and not spec.is_rate:
            return found
        answers = {**self._answers, spec.id: read_answer(self.case.report, link, spec)}
        for check in run_checks(answers, self.case.schema):
            if spec.id in check.fields:
                kind = "order" if check.check == _ORDER else "check"
                found[f"{kind}_{'holds' if check.holds else 'fails'}"] = 1.0
        return found
