"""Patterns found in gold: words near the figures of a field that do not stand near other figures.

A pattern is words on one side of the figure, in its own clause, under a topic that is near; where such words alone
stand near other figures as well, words of the clauses before are asked for, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from baogao.rules.context import Context
from baogao.rules.matching import THRESHOLD
from baogao.rules.rules_file import FIGURE

SCORE = 0.9
"""Of a pattern that says none."""
MOST_PATTERNS = 4
"""That are proposed for one field."""
FEWEST_REPORTS = 2
"""In which a pattern is found: one report's words are its author's."""
_LEAST_PRECISE = 0.5
"""A pattern that finds more figures of other things than of its own is none."""
_SURE = 0.8
"""Below this precision words of the clauses before are looked for."""
_LENGTHS = range(2, 7)
_LEAD_LENGTHS = range(2, 5)
_BEST_LENGTHS = (4, 3, 5, 2, 6)
"""Of several that tell as well, in this order: most Chinese nouns and verbs have two characters, and stand in twos."""
_BEFORE = re.compile(r"[^，,；;。#№（）()\n]{0,20}$")
_BEHIND = re.compile(r"[^，,；;。#№（）()\n]{0,12}")
_LEAD = re.compile(r"[^；;。№\n]{0,40}$")
_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z.]+")


class Shape(NamedTuple):
    """A pattern: ``words~№`` or ``№~words``, under a topic; with a lead, ``lead…words~№``."""

    words: str
    figure_behind: bool
    topic: str
    lead: str = ""

    @property
    def match(self) -> str:
        """As a rules file has it."""
        words = re.escape(self.words)
        own = f"{words}~{FIGURE}" if self.figure_behind else f"{FIGURE}~{words}"
        return f"{re.escape(self.lead)}…{own}" if self.lead else own


@dataclass(frozen=True)
class Seen:
    """One figure as patterns see it."""

    report: str
    right: bool
    """Whether it answers the field, by gold."""
    open: bool
    """Whether it does, and the rules so far do not find it."""
    context: Context

    @cached_property
    def shapes(self) -> frozenset[Shape]:
        """Every pattern without a lead that would find it."""
        before, _, behind = self.context.text.partition(FIGURE)
        near = _BEFORE.search(before)
        after = _BEHIND.match(behind)
        words = [
            *((gram, True) for gram in grams(near[0] if near else "", _LENGTHS)),
            *((gram, False) for gram in grams(after[0] if after else "", _LENGTHS)),
        ]
        topics = [name for name, weight in self.context.topics.items() if weight * SCORE >= THRESHOLD]
        return frozenset(Shape(gram, side, topic) for gram, side in words for topic in topics)

    @cached_property
    def leads(self) -> frozenset[str]:
        """The words of the clauses before, back to a full stop."""
        before = self.context.text.partition(FIGURE)[0]
        near = _BEFORE.search(before)
        lead = _LEAD.search(before[: near.start()] if near else before)
        return frozenset(grams(lead[0] if lead else "", _LEAD_LENGTHS))

    def has(self, shape: Shape) -> bool:
        """Whether a pattern finds it."""
        return (not shape.lead or shape.lead in self.leads) and shape._replace(lead="") in self.shapes


def grams(text: str, lengths: Iterable[int]) -> Iterator[str]:
    """The runs of characters of a text that have one of some lengths, none across punctuation or figures."""
    for run in _RUN.findall(text):
        for length in lengths:
            yield from (run[start : start + length] for start in range(len(run) - length + 1))


@dataclass(frozen=True)
class _Worth:
    """How well a pattern tells the figures that are looked for from all others."""

    covered: frozenset[str]
    """The reports whose figure it finds."""
    hits: int
    misses: int
    wanted: int
    """The reports whose figure is looked for."""

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.misses) if self.hits else 0.0

    @property
    def f1(self) -> float:
        recall = len(self.covered) / self.wanted
        return 2 * self.precision * recall / (self.precision + recall) if self.hits else 0.0


def find_shapes(seen: Sequence[Seen]) -> list[Shape]:
    """The patterns that find the open figures of a field best, each of them those that the ones before leave open.

    :param seen: every figure that could answer the field by its form, its unit and its cues.
    """
    found: list[Shape] = []
    left = [one for one in seen if one.open]
    while left and len(found) < MOST_PATTERNS:
        best = _best(seen, left)
        if best is None:
            break
        found.append(best)
        covered = {one.report for one in left if one.has(best)}
        left = [one for one in left if one.report not in covered]
    return found


def _best(seen: Sequence[Seen], left: Sequence[Seen]) -> Shape | None:
    """The pattern that tells best; None where none is found in enough reports, or is precise enough."""
    wanted = len({one.report for one in left})
    reports: dict[Shape, set[str]] = {}
    for one in left:
        for shape in one.shapes:
            reports.setdefault(shape, set()).add(one.report)
    frequent = {shape: frozenset(found) for shape, found in reports.items() if len(found) >= FEWEST_REPORTS}
    hits, misses = Counter[Shape](), Counter[Shape]()
    for one in seen:
        (hits if one.right else misses).update(one.shapes & frequent.keys())
    worth = {shape: _Worth(covered, hits[shape], misses[shape], wanted) for shape, covered in frequent.items()}
    if not worth:
        return None
    ordered = sorted(worth, key=lambda shape: (-worth[shape].f1, *_preference(shape)))
    led = [one for shape in ordered[:3] if worth[shape].precision < _SURE for one in _with_lead(shape, seen, left)]
    worth |= dict(led)
    best = min(worth, key=lambda shape: (-worth[shape].f1, *_preference(shape)))
    return best if worth[best].precision >= _LEAST_PRECISE else None


def _with_lead(shape: Shape, seen: Sequence[Seen], left: Sequence[Seen]) -> list[tuple[Shape, _Worth]]:
    """The same pattern behind each lead that is found in enough reports."""
    wanted = len({one.report for one in left})
    matched = [one for one in seen if one.has(shape)]
    reports: dict[str, set[str]] = {}
    for one in left:
        for lead in one.leads if one.has(shape) else ():
            reports.setdefault(lead, set()).add(one.report)
    frequent = {lead: frozenset(found) for lead, found in reports.items() if len(found) >= FEWEST_REPORTS}
    hits = Counter(lead for one in matched if one.right for lead in one.leads & frequent.keys())
    misses = Counter(lead for one in matched if not one.right for lead in one.leads & frequent.keys())
    return [
        (shape._replace(lead=lead), _Worth(covered, hits[lead], misses[lead], wanted))
        for lead, covered in frequent.items()
    ]


def _preference(shape: Shape) -> tuple[bool, int, int, Shape]:
    """Of two that tell as well: without a lead, of a length that words have."""
    length = _BEST_LENGTHS.index(len(shape.words))
    return bool(shape.lead), length, -len(shape.lead), shape
