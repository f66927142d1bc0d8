"""A sentence while its cues are read: what is in force at the place that was reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from baogao.candidates.period import CARRIED_OVER, Period
from baogao.candidates.words import BASELINE_AFTER, BASELINE_BEFORE, CHANGED, GOAL, GOAL_AFTER, PRIOR_AFTER
from baogao.chinese.numerals import year_of
from baogao.schema.fields import Cue

_ENDS = frozenset({"", *"，。；,;"})
"""Behind a number: its clause ends, so that no word of it can say more."""

_SIGNS = frozenset("-+负")
WRITTEN_YEAR = re.compile(r"(\S{4})年")
ORDER: tuple[Cue, ...] = ("prior_year", "growth", "target", "cumulative", "part", "sub_unit")
"""In which a candidate has its cues."""
_SETS: dict[str, Cue] = {"target": "target", "part": "part", "sub_unit": "sub_unit"}
"""Words that set a cue for their segment, whatever else was said."""
_LIFTS: dict[str, tuple[Cue, ...]] = {"reached": ("growth", "prior_year"), "other": ("part",)}
"""Words that end cues, whatever else was said."""


class Mention(NamedTuple):
    """A number to be judged; offsets count in the sentence."""

    start: int
    end: int
    unit: str


@dataclass(slots=True)
class Scope:
    """The cues in force, and until where."""

    clause: set[Cue] = field(default_factory=set)
    """Up to the next ，."""
    segment: set[Cue] = field(default_factory=set)
    """Up to the next ； or 。, or to the end of its brackets."""
    comparing: bool = False
    """After 比上年 or 较去年同期: the number right behind is last year's, one behind a verb of change is a growth."""
    compared_at: int = -9
    """Where the last word of an earlier time ends; far before the sentence if there was none."""
    own_clause: bool = False
    """Whether a word of the period was read in the clause; only where a report is given after its period."""
    own_segment: bool = False
    """The same for the segment, where the word opened a clause."""
    moved_at: int = -9
    """Where the last word of a change in the clause ends."""
    first_clause: bool = True
    """In the first clause of a segment an earlier time holds for all of it: 去年收到45件，办结41件."""

    def end_clause(self) -> None:
        """At ，: a comparison ends as well."""
        self.clause.clear()
        self.comparing = self.first_clause = self.own_clause = False
        self.moved_at = -9

    def end_segment(self) -> None:
        """At ； or 。."""
        self.end_clause()
        self.segment.clear()
        self.own_segment = False
        self.first_clause = True

    def lift(self, *cues: Cue) -> None:
        """End some cues before their clause or segment does."""
        self.clause.difference_update(cues)
        self.segment.difference_update(cues)
        self.comparing = False

    def back_to_now(self) -> None:
        """At a word of the period: its own share of a total over years (累计486件，其中今年187件) is no part."""
        if "cumulative" in self.segment:
            self.lift("part")
        self.lift("prior_year", "growth", "cumulative")


class Tape:
    """A sentence while it is read from left to right, and what is in force at the place that was reached."""

    def __init__(self, sentence: str, period: Period, planned: bool) -> None:
        self.text = sentence
        self.period = period
        self.planned = planned
        self.scope = Scope()
        self.outer: list[Scope] = []
        """The scopes around the brackets that are open."""
        self.last_number_end = -9

    def apply(self, kind: str, token: re.Match[str]) -> None:
        """Let a word change what is in force."""
        scope = self.scope
        if kind in _SETS:
            scope.segment.add(_SETS[kind])
        elif kind == "comma":
            scope.end_clause()
        elif kind == "stop":
            scope.end_segment()
        elif kind in _LIFTS:
            scope.lift(*_LIFTS[kind])
        elif kind == "growth":
            scope.clause.add("growth")
        elif kind == "compare":
            scope.comparing = True
            scope.compared_at = token.end()
        elif kind == "opened":
            self._open(token.start())
        elif kind == "closed":
            self.scope = self.outer.pop() if self.outer else scope
        else:
            self._apply_in_period(kind, token)

    def _apply_in_period(self, kind: str, token: re.Match[str]) -> None:
        """The same for a word that means one thing or another by the report's period, or by what stands before it."""
        scope, period = self.scope, self.period
        if kind == "prior":
            self._apply_year(token)
        elif kind == "now":
            if token[0].startswith("全") and token.start() == scope.compared_at:
                return  # 去年全市收到…: still last year's
            scope.back_to_now()
            scope.lift("sub_unit", "target")
        elif kind == "cumulative":
            since = token["since"] or token["since2"]
            if since is None or period.year is None or int(since) < period.year:
                scope.segment.add("cumulative")
        elif kind == "running" and (period.running or self.text[token.start() - 1] in "（("):
            scope.clause.add("cumulative")
        elif kind == "listed_part" and self.last_number_end >= 0:
            scope.segment.add("part")  # 甲、其中的乙分别为…, with no figure before it, only lists names
        elif kind == "second_half" and period.half:
            scope.segment.add("target")

    def _apply_year(self, token: re.Match[str]) -> None:
        """去年, 年初 or a written year: an earlier one is last year's, a later one ahead, the report's own is now."""
        if token["attributive"] is not None:
            return
        scope, start, reported = self.scope, token.start(), self.period.year
        written = WRITTEN_YEAR.search(token[0])
        earlier = written is None or written[1][0] not in "2二"
        if written is not None and not earlier and reported is not None:
            year = year_of(written[1])
            earlier = year < reported and self.text[start - 1 : start] not in {"于", "自"}
            if year == reported:
                scope.back_to_now()
            elif year > reported and not CARRIED_OVER.search(self.text, max(0, start - 4), start):
                scope.segment.add("target")
        if earlier:
            scope.compared_at = token.end()
            (scope.segment if scope.first_clause and not self.outer else scope.clause).add("prior_year")

    def _open(self, position: int) -> None:
        """Brackets have a scope of their own; right behind a number they hold its parts."""
        inner = Scope(own_segment=self.scope.own_clause or self.scope.own_segment)
        inherited = self.scope.clause | self.scope.segment
        if position - self.last_number_end <= 1:
            inner.segment |= inherited & {"target", "sub_unit", "cumulative"} | {"part"}
        else:
            inner.segment |= inherited
        if self.scope.compared_at == position:
            inner.segment.add("prior_year")
        if GOAL.search(self.text, max(0, position - 3), position):
            inner.segment.add("target")
        self.outer.append(self.scope)
        self.scope = inner

    def cues(self, mention: Mention) -> tuple[Cue, ...]:
        """The cues of a number, by what is in force and by the words that touch it."""
        found = self.scope.clause | self.scope.segment
        if self.text[mention.start - 1 : mention.start] in {"至", "到"}:
            # 比上年提高2个百分点至98%, 从上年的9名增到12名; but 上年压到68% stays last year's
            passed = self.scope.comparing or "growth" in found or self.last_number_end > self.scope.compared_at
            found -= {"growth", "prior_year"} if passed else {"growth"}
        before = self.text[max(0, mention.start - 16) : mention.start]
        if self.text[mention.start : mention.start + 1] in _SIGNS:
            found.add("growth")
        elif self.scope.comparing:
            if self.text[self.scope.compared_at : mention.start] in {"", "的", "为"}:
                found.add("prior_year")
            elif CHANGED.search(before) or "growth" in self.scope.clause:
                found.add("growth")
                self.scope.clause.add("growth")
        if self.text[mention.end : mention.end + 1] not in _ENDS:
            found.update(self._by_words_behind(mention, before))
        if mention.unit == "个百分点":
            found.add("growth")
        if self.planned:
            found.add("target")
        if self.outer and found & {"prior_year", "growth"}:
            found.discard("part")
        return tuple(cue for cue in ORDER if cue in found) if found else ()

    def _by_words_behind(self, mention: Mention, before: str) -> Iterator[Cue]:
        """The cues of a number by the words that follow it at once."""
        starts = BASELINE_AFTER.match(self.text, mention.end) and BASELINE_BEFORE.search(before)  # 由9件增至12件
        if starts or PRIOR_AFTER.match(self.text, mention.end):
            yield "prior_year"
        if GOAL_AFTER.match(self.text, mention.end):
            yield "target"
