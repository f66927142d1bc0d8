"""Features of a proposed answer: what speaks for and against it. None of them knows a field by its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from math import log1p
from types import MappingProxyType
from typing import get_args

from baogao.asking.passages import Shortlist
from baogao.candidates.candidate import Candidate, Cue
from baogao.checks import run_checks
from baogao.extraction import Link
from baogao.hybrid.hybrid import Case
from baogao.reading import read_answer
from baogao.rules.matching import Scored
from baogao.schema.fields import FieldSpec
from baogao.schema.values import Answer

_ORDER = "not_more_than"


class CheckBench:
    """The answers of one case as they stand, in which one at a time is replaced."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._related = {name for relation in case.schema.relations for name in relation.fields}
        standing = {**case.model, **case.rules}
        self._answers = {name: self._read(case.schema.by_id[name], link) for name, link in standing.items()}

    def features(self, spec: FieldSpec, link: Link) -> dict[str, float]:
        """Whether a sum or a rate holds or fails with this answer in place, and whether an order does."""
        found = {"check_holds": 0.0, "check_fails": 0.0, "order_holds": 0.0, "order_fails": 0.0}
        if spec.id not in self._related and not spec.is_rate:
            return found
        answers = {**self._answers, spec.id: self._read(spec, link)}
        for check in run_checks(answers, self._case.schema):
            if spec.id in check.fields:
                kind = "order" if check.check == _ORDER else "check"
                found[f"{kind}_{'holds' if check.holds else 'fails'}"] = 1.0
        return found

    def _read(self, spec: FieldSpec, link: Link) -> Answer:
        return read_answer(self._case.report, link, spec)


_CLAUSES = re.compile("[，,；;：:、]")
_CUES: tuple[Cue, ...] = get_args(Cue)
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "model": ("by_model", "model_agrees", "model_differs", "model_silent", "model_confidence"),
        "rules": (
            *("by_rules", "rules_score", "rules_confidence", "rules_margin", "rules_differ", "rules_settled"),
            *("pattern_score", "pattern_length", "rules_share"),
        ),
        "cues": tuple(f"cue_{cue}" for cue in _CUES),
        "words": ("fit", "fit_of_candidate", "fit_of_field"),
        "rivals": ("claimed", "competitors", "answerable"),
        "place": (
            "none",
            "label",
            "parts",
            "loose",
            "position",
            "first",
            "repeated",
            "crowd",
            "clause",
            "sentence",
            "size",
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
        self._checks = CheckBench(case)
        self._fits: dict[int, dict[str, float]] = {}

    def features(self, spec: FieldSpec, link: Link) -> dict[str, float]:
        """Every feature of one proposal, by its name."""
        candidate = self.case.report.candidates[min(link.candidates)]
        return {
            **self._model(spec, link),
            **self._rules(spec, link, candidate),
            **{f"cue_{cue}": float(cue in candidate.cues) for cue in _CUES},
            **self._words(spec, candidate),
            **self._rivals(spec, link, candidate),
            **self._place(link, candidate),
            **self._checks.features(spec, link),
        }

    def _model(self, spec: FieldSpec, link: Link) -> dict[str, float]:
        said = self.case.model.get(spec.id)
        agrees = said is not None and bool(set(said.candidates) & set(link.candidates))
        rules = self.case.rules.get(spec.id)
        return {
            "by_model": float(agrees),
            "model_agrees": float(agrees and rules is not None and _overlap(rules, link)),
            "model_differs": float(said is not None and not agrees),
            "model_silent": float(said is None and spec.id not in self.case.settled),
            "model_confidence": said.confidence if said is not None and agrees else 0.0,
        }

    def _rules(self, spec: FieldSpec, link: Link, candidate: Candidate) -> dict[str, float]:
        said = self.case.rules.get(spec.id)
        mine = said is not None and _overlap(said, link)
        ranked = self.case.ranked.get(spec.id, ())
        best = max((one for one in ranked if one.candidate_id in link.candidates), key=_score, default=None)
        score = best.score if best else 0.0
        rival = max((one.score for one in ranked if one.candidate.value != candidate.value), default=0.0)
        return {
            "by_rules": float(mine),
            "rules_score": score,
            "rules_confidence": said.confidence if said is not None and mine else 0.0,
            "rules_margin": score - rival,
            "rules_differ": float(said is not None and not mine),
            "rules_settled": float(mine and spec.id in self.case.settled),
            "pattern_score": best.pattern.score if best else 0.0,
            "pattern_length": log1p(len(best.pattern.source)) if best else 0.0,
            "rules_share": len(self.case.rules) / len(self.case.schema.figures),
        }

    def _fits_of(self, candidate: Candidate) -> dict[str, float]:
        if candidate.id not in self._fits:
            ranked = self._shortlist.rank(self.case.report.document, candidate)
            self._fits[candidate.id] = {spec.id: score for score, spec in ranked}
        return self._fits[candidate.id]

    def _best_fit(self, spec: FieldSpec) -> float:
        """The best fit that any candidate has which somebody proposes for the field."""
        proposed = {one.candidate_id for one in self.case.ranked.get(spec.id, ())}
        for links in (self.case.rules, self.case.model):
            proposed.update(links[spec.id].candidates if spec.id in links else ())
        return max((self._fits_of(self.case.report.candidates[one]).get(spec.id, 0.0) for one in proposed), default=0.0)

    def _words(self, spec: FieldSpec, candidate: Candidate) -> dict[str, float]:
        fits = self._fits_of(candidate)
        fit = fits.get(spec.id, 0.0)
        return {
            "fit": log1p(fit),
            "fit_of_candidate": fit / max(fits.values()) if fit else 0.0,
            "fit_of_field": fit / max(fit, self._best_fit(spec)) if fit else 0.0,
        }

    @cached_property
    def _claims(self) -> dict[int, set[str]]:
        claims: dict[int, set[str]] = {}
        for links in (self.case.rules, self.case.model):
            for name, link in links.items():
                for candidate_id in link.candidates:
                    claims.setdefault(candidate_id, set()).add(name)
        return claims

    @cached_property
    def _answerable(self) -> Counter[int]:
        """For each candidate, how many fields it may answer by the rules."""
        return Counter(one.candidate_id for ranked in self.case.ranked.values() for one in ranked)

    def _rivals(self, spec: FieldSpec, link: Link, candidate: Candidate) -> dict[str, float]:
        others = [name for one in link.candidates for name in self._claims.get(one, ()) if name != spec.id]
        ranked = self.case.ranked.get(spec.id, ())
        return {
            "claimed": float(bool(others)),
            "competitors": log1p(len({one.candidate.value for one in ranked} - {candidate.value})),
            "answerable": log1p(self._answerable[candidate.id]),
        }

    @cached_property
    def _values(self) -> Counter[tuple[object, str]]:
        return Counter((one.value, one.unit) for one in self.case.report.candidates if one.kind == "number")

    def _place(self, link: Link, candidate: Candidate) -> dict[str, float]:
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
            "repeated": log1p(max(0, self._values[candidate.value, candidate.unit] - 1)),
            "crowd": log1p(len(candidates.within(start, end))),
            "clause": log1p(len(_CLAUSES.split(before)[-1])),
            "sentence": (candidate.start - start) / (end - start),
            "size": log1p(float(candidate.value or 0)),
        }


def _score(scored: Scored) -> float:
    return scored.score


def _overlap(one: Link, other: Link) -> bool:
    return bool(set(one.candidates) & set(other.candidates))
