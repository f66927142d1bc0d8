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
from baogao.rules.rulebook import FieldRules, Pattern, Rulebook
from baogao.rules.rules_file import FIGURE

# What lowers a score. These numbers have no source but the development reports (eval/datasets/fictional/dev and the
# tuning parts of the others; docs/accuracy.md): they were set by hand there, and only their order is meant.
THRESHOLD = 0.5
"""Below this a match is no answer: higher, and far-fetched places fall silent; lower, and they answer wrongly."""
_CROSSING = 0.9
"""Where the match reaches out of the figure's own clause: a name there may well be that of a neighbour."""
_PART = 0.85
"""Where the figure is a part, or stands in brackets: it must not beat the total that stands beside it."""
_CUMULATED = 0.98
"""For a running total: just behind the period's own figure, where both are printed."""
_NO_UNIT = 0.85
"""Where a count has no measure word: it is less surely a count, and yields to one that has its word."""
_NEAR = 0.7
"""From this weight on a topic is near, so that ``not_topic`` speaks: a heading's is, one behind three rivals is not."""
_BESIDE = 0.93
"""For a phrase that says "none" and leaves its noun to the rest of its clause."""
_GAP_COST = 0.002
"""For each character that a match spans: of two figures behind one name the nearer wins."""
_GAP_LIMIT = 30
"""Characters after which a longer match costs no more: a long name is no worse a name."""

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
    """For every field that anything answers: its candidates, the best first, each once with its best pattern.

    That a candidate may be shared holds whichever of its patterns said so.
    """
    best: dict[str, dict[int, Scored]] = {}
    for context in contexts:
        if context.bare:
            continue
        text, own, passage = context.text, context.own, context.passage
        barred: set[str] | None = None
        answers = _none_answers if context.candidate.kind == "none" else _number_answers
        for rules, scored in answers(context, rulebook):
            if rules.bars(scored.pattern, text, own, passage):
                continue
            if barred is None:
                excludes = rulebook.common_excludes
                barred = {name for name in excludes if excludes[name].bars(text, own, passage)}
            if barred.isdisjoint(rules.common):
                found = best.setdefault(rules.id, {})
                known = found.get(scored.candidate_id, scored)
                better = scored if scored.score > known.score else known
                found[scored.candidate_id] = better._replace(shared=known.shared or scored.shared)
    return {
        name: sorted(found.values(), key=lambda one: (-one.score, one.candidate_id)) for name, found in best.items()
    }


def _number_answers(context: Context, rulebook: Rulebook) -> Iterator[tuple[FieldRules, Scored]]:
    """The fields that a number may answer, before any exclusion: most patterns do not match, so they are tried here."""
    candidate, text = context.candidate, context.text
    for topic, weight in context.topics.items():
        for rules, pattern in rulebook.open_to(candidate, topic):
            if weight * pattern.score < THRESHOLD or weight < pattern.least:
                continue
            match = pattern.regex.search(text)
            if match is None or not is_free(context, pattern):
                continue
            score = score_of(context, pattern, weight, match)
            if score >= THRESHOLD:
                shared = pattern.share or text[: text.index(FIGURE)].endswith("各")
                yield rules, Scored(candidate, round(score, 4), pattern, shared)


def score_of(context: Context, pattern: Pattern, weight: float, match: re.Match[str]) -> float:
    """How well a number answers by a pattern that is found around it, under a topic of some weight."""
    begin, end = context.own
    score = pattern.score * weight - _GAP_COST * min(match.end() - match.start(), _GAP_LIMIT)
    if match.start() < begin or match.end() > end:
        score *= _CROSSING
    if (context.aside or "part" in context.candidate.cues) and pattern.role != "part":
        score *= _PART
    if not context.candidate.unit:
        score *= _NO_UNIT
    if _LATELY.search(context.text, begin, end):
        score *= _CUMULATED
    return score


def _none_answers(context: Context, rulebook: Rulebook) -> Iterator[tuple[FieldRules, Scored]]:
    """The same for a phrase that says "none".

    It answers by the noun that it negates, or that its clause named before (复议申请没有收到一件).
    """
    candidate = context.candidate
    for topic, weight in context.topics.items():
        for rules, pattern in rulebook.none_by_topic.get(topic, ()):
            score = pattern.score * weight
            if score < THRESHOLD or not rules.cues.isdisjoint(candidate.cues) or not is_free(context, pattern):
                continue
            if pattern.regex.search(candidate.text) is None:
                if pattern.regex.search(context.text, *context.own) is None:
                    continue
                score *= _BESIDE
            if score >= THRESHOLD:
                yield rules, Scored(candidate, round(score, 4), pattern, shared=True)


def is_free(context: Context, pattern: Pattern) -> bool:
    """Whether no topic is near under which another field is likelier to own the figure."""
    return not pattern.not_topic or context.topics.get(pattern.not_topic, 0.0) < _NEAR
