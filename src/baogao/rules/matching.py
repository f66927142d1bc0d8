"""Matching: how well each candidate answers each field, by the rules.

A score is the pattern's own, less what speaks against the place: a topic that had to be inherited, a match that reaches
into a neighbouring clause, a long gap between the name and the figure, a figure that is part of a total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from baogao.candidates.candidate import Candidate
from baogao.rules.context import Context
from baogao.rules.rulebook import Exclude, FieldRules, Pattern, Rulebook
from baogao.rules.rules_file import FIGURE

THRESHOLD = 0.5
"""Below this a match is no answer."""
_CROSSING = 0.9
_PART = 0.85
_CUMULATED = 0.98
_NO_UNIT = 0.85
_NEAR = 0.7
_BESIDE = 0.93
_GAP_COST = 0.002
_GAP_LIMIT = 30

_LATELY = re.compile("累计[^，,；;。#№]{0,8}№")
"""A running total, where the period's own figure may stand beside it."""


class Scored(NamedTuple):
    """A candidate that may answer a field."""

    candidate: Candidate
    score: float
    """Between 0 and 1."""
    pattern: Pattern
    shared: bool = False
    """True when the figure may answer another field as well (受理并审结9件; 建议、提案各9件)."""

    @property
    def candidate_id(self) -> int:
        """The id of the candidate."""
        return self.candidate.id


def rank_candidates(contexts: Iterable[Context], rulebook: Rulebook) -> dict[str, list[Scored]]:
    """For every field that anything answers: its candidates, the best first, each once with its best pattern."""
    best: dict[str, dict[int, Scored]] = {}
    for context in contexts:
        for rules, scored in _matches(context, rulebook):
            found = best.setdefault(rules.id, {})
            found[scored.candidate_id] = _better(found.get(scored.candidate_id), scored)
    return {
        name: sorted(found.values(), key=lambda one: (-one.score, one.candidate_id)) for name, found in best.items()
    }


def _better(known: Scored | None, scored: Scored) -> Scored:
    """The better of two matches of one candidate; that it may be shared holds whichever pattern said so."""
    if known is None:
        return scored
    best = scored if scored.score > known.score else known
    return best._replace(shared=known.shared or scored.shared)


def _matches(context: Context, rulebook: Rulebook) -> Iterator[tuple[FieldRules, Scored]]:
    if context.bare:
        return
    barred: set[str] | None = None
    for rules, scored in (_none_answers if context.candidate.kind == "none" else _answers)(context, rulebook):
        if not _excluded(context, rules, scored.pattern):
            barred = _barred(context, rulebook) if barred is None else barred
            if barred.isdisjoint(rules.common):
                yield rules, scored


def _answers(context: Context, rulebook: Rulebook) -> Iterator[tuple[FieldRules, Scored]]:
    """The fields that a number may answer, before any exclusion: most patterns do not match, so they are tried here."""
    unit, cues, text = context.candidate.unit, context.candidate.cues, context.text
    for topic, weight in context.topics.items():
        for rules, pattern in rulebook.by_topic.get((topic, unit), ()):
            if weight * pattern.score < THRESHOLD or (cues and not rules.cues.isdisjoint(cues)):
                continue
            match = pattern.regex.search(text)
            if match and _is_free(context, pattern) and (scored := _score(context, pattern, weight, match)):
                yield rules, scored


def _none_answers(context: Context, rulebook: Rulebook) -> Iterator[tuple[FieldRules, Scored]]:
    """The same for a phrase that says "none"."""
    for topic, weight in context.topics.items():
        for rules, pattern in rulebook.none_by_topic.get(topic, ()):
            if weight * pattern.score < THRESHOLD or not rules.cues.isdisjoint(context.candidate.cues):
                continue
            if _is_free(context, pattern) and (scored := _score_none(context, pattern, weight)):
                yield rules, scored


def _is_free(context: Context, pattern: Pattern) -> bool:
    """Whether no topic is near under which another field is likelier to own the figure."""
    return not pattern.not_topic or context.topics.get(pattern.not_topic, 0.0) < _NEAR


def _excluded(context: Context, rules: FieldRules, pattern: Pattern) -> bool:
    if rules.exclude and rules.exclude.search(context.text, *context.own):
        return True
    if rules.exclude_passage is None or pattern.role == "total":
        return False
    return bool(rules.exclude_passage.search(context.passage + context.text[: context.own[1]]))


def _barred(context: Context, rulebook: Rulebook) -> set[str]:
    return {name for name, exclude in rulebook.common_excludes.items() if _excludes(exclude, context)}


def _excludes(exclude: Exclude, context: Context) -> bool:
    if exclude.regex.search(context.text, *context.own):
        return True
    if exclude.inherited is None or not exclude.inherited.search(context.passage):
        return False
    return exclude.unless is None or not exclude.unless.search(context.text, *context.own)


def _score(context: Context, pattern: Pattern, weight: float, match: re.Match[str]) -> Scored | None:
    crossing = match.start() < context.own[0] or match.end() > context.own[1]
    score = pattern.score * weight - _GAP_COST * min(match.end() - match.start(), _GAP_LIMIT)
    if crossing:
        score *= _CROSSING
    if (context.aside or "part" in context.candidate.cues) and pattern.role != "part":
        score *= _PART
    if not context.candidate.unit:
        score *= _NO_UNIT
    if _LATELY.search(context.text, *context.own):
        score *= _CUMULATED
    shared = pattern.share or context.text[: context.text.index(FIGURE)].endswith("各")
    return Scored(context.candidate, round(score, 4), pattern, shared) if score >= THRESHOLD else None


def _score_none(context: Context, pattern: Pattern, weight: float) -> Scored | None:
    """A none-phrase answers by the noun that it negates, or that its clause named before (复议申请没有收到一件)."""
    score = pattern.score * weight
    if pattern.regex.search(context.candidate.text) is None:
        if pattern.regex.search(context.text, *context.own) is None:
            return None
        score *= _BESIDE
    return Scored(context.candidate, round(score, 4), pattern, shared=True) if score >= THRESHOLD else None
