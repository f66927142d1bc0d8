"""A sentence of a report that is given after its period: 去年 is the period, 今年 is what is to come."""

from __future__ import annotations

import re
from collections.abc import Mapping

from baogao.candidates.period import CARRIED_OVER, Period
from baogao.candidates.tape import ORDER, WRITTEN_YEAR, Mention, Tape
from baogao.candidates.words import BASELINE_BEFORE
from baogao.candidates.yearly_words import (
    ADDED,
    FALLEN_AFTER,
    GROWTH_AFTER,
    LEVEL_BEFORE,
    MOVED,
    RATE_NOUN,
    SHARE_BEFORE,
    TOTAL,
)
from baogao.chinese.numerals import year_of
from baogao.schema.fields import Cue

_RATES = frozenset({"%", "‰", "个百分点", "倍", "", "位"})
"""Units of a change that is told by a word far from it: 增速居全市第2位, 分别增长4.8%、6.5%."""
_MEASURED = frozenset({"元", "美元", "吨", "斤", "公斤", "亩", "公顷", "千瓦时"})
"""Units of what is measured: 增加1620元 is a change, where 增加12家 may be what was added."""
_CROSSED = ("突破", "超过", "超", "首破", "逾")
"""How the text of a number begins that was reached."""
_LISTED = re.compile(r"[、和与及,]|以及")
"""Between two numbers of a list."""
_LIFTED_TOO: Mapping[str, tuple[Cue, ...]] = dict.fromkeys("目如眼截现", ("prior_year",)) | dict.fromkeys(
    "全总", ("sub_unit",)
)
"""What words of now (目前, 全县) end beside a growth, by their first character."""
_HEADS = frozenset("，。；：、,;:(（-")
"""Behind one of these, or at the beginning, a word opens a clause."""


class YearlyTape(Tape):
    """See the module; what is said of many years holds until the text comes back to the period.

    :param reviewed: True where the passage is about several years.
    """

    def __init__(self, sentence: str, period: Period, planned: bool, reviewed: bool) -> None:
        super().__init__(sentence, period, planned)
        self.reviewed = reviewed
        self._last: frozenset[Cue] = frozenset()
        """The cues of the last number …"""
        self._last_unit = ""
        """… its unit …"""
        self._level = False
        """… and whether it says where things stand."""

    def apply(self, kind: str, token: re.Match[str]) -> None:
        """Let a word change what is in force."""
        scope = self.scope
        if kind == "growth":
            scope.clause.add("growth")
            scope.moved_at = token.end()
        elif kind == "reached" and self._names_rate(token.start()):
            return  # 增速达到5.8%
        elif kind in {"last_year", "this_year", "based", "onward", "already"}:
            self._apply_named_year(kind, token)
        elif kind == "average":
            scope.clause.add("cumulative")
        elif kind == "now":
            scope.lift("growth", *_LIFTED_TOO.get(token[0][0], ()))
        elif kind == "cumulative":
            self._apply_many_years(token)
        else:
            super().apply(kind, token)

    def _apply_named_year(self, kind: str, token: re.Match[str]) -> None:
        """去年, 今年 and their like, by whether the report is given after its period."""
        scope = self.scope
        if kind == "already":
            scope.own_clause = True
            scope.lift("growth", "prior_year")
        elif kind == "onward":  # in 去年…的基础上 what follows is new
            scope.own_clause = scope.own_segment = False
            scope.lift("prior_year", "growth")
        elif kind == "based":
            if self.planned and self.period.afterwards:
                scope.own_clause = True
            else:
                scope.clause.add("prior_year")
        elif (kind == "last_year") == self.period.afterwards:
            if kind == "this_year" or token["said_of_it"] is None:
                self._of_period(token.start())
        elif kind == "this_year":
            self._ahead()
        elif token["said_of_it"] is None:
            scope.compared_at = token.end()
            (scope.segment if scope.first_clause and not self.outer else scope.clause).add("prior_year")

    def _apply_many_years(self, token: re.Match[str]) -> None:
        since, reported = token["since"] or token["since2"], self.period.year
        if since is not None and reported is not None and int(since) >= reported:
            return
        (self.scope.clause if self.scope.own_segment else self.scope.segment).add("cumulative")

    def _apply_year(self, token: re.Match[str]) -> None:
        """A written year, or 前年: the report's own is now, a later one ahead, an earlier one another time."""
        written = WRITTEN_YEAR.search(token[0])
        year = year_of(written[1]) if written and written[1][0] in "2二" else None
        if year is None or self.period.year is None or year < self.period.year:
            super()._apply_year(token)
        elif token["attributive"] is None and year == self.period.year:
            self._of_period(token.start())
        elif token["attributive"] is None and not CARRIED_OVER.search(
            self.text, max(0, token.start() - 4), token.start()
        ):
            self._ahead()

    def _of_period(self, start: int) -> None:
        """At a word of the period: what else was said ends; in the middle of a clause for that clause only."""
        scope = self.scope
        scope.lift("prior_year", "growth", "target", "sub_unit")
        scope.clause.discard("cumulative")
        scope.own_clause = True
        if start == 0 or self.text[start - 1] in _HEADS:
            scope.own_segment = True

    def _ahead(self) -> None:
        """At a word of the year that is to come."""
        scope = self.scope
        scope.lift("prior_year", "growth", "cumulative")
        scope.own_clause = scope.own_segment = False
        scope.segment.add("target")

    def _names_rate(self, place: int) -> bool:
        """Whether a rate of growth was named last, with no number since: 增速 in 增速达到5.8%, 增长 in 增长达5.8%."""
        moved = self.scope.moved_at
        if moved < 0 or self.last_number_end > moved:
            return False
        return place == moved or RATE_NOUN.search(self.text, max(0, moved - 4), moved) is not None

    def cues(self, mention: Mention) -> tuple[Cue, ...]:
        """The cues of a number; see :meth:`Tape.cues`."""
        scope = self.scope
        planned, self.planned = self.planned, False
        found = set(super().cues(mention))
        self.planned = planned
        own = scope.own_clause or scope.own_segment
        if own and "cumulative" not in scope.clause:
            found.discard("cumulative")
        if "growth" in found and not self._moves(mention):
            found.discard("growth")
        if mention.unit in _MEASURED and ADDED.search(self.text, max(0, mention.start - 6), mention.start):
            found.add("growth")
        named = self._names_rate(mention.start) or GROWTH_AFTER.match(self.text, mention.end)
        if named and mention.unit in _RATES:
            found.add("growth")
        before = self.text[max(0, mention.start - 16) : mention.start]
        if FALLEN_AFTER.match(self.text, mention.end) and BASELINE_BEFORE.search(before):
            found.add("prior_year")
        if planned and not own and "prior_year" not in found:
            found.add("target")
        if self.reviewed and not own and not found & {"target", "prior_year"}:
            found.add("cumulative")
        self._level = self._is_level(mention)
        if self._level and "cumulative" not in scope.clause:
            found.discard("cumulative")
        self._last, self._last_unit = frozenset(found), mention.unit
        return tuple(cue for cue in ORDER if cue in found) if found else ()

    def _is_level(self, mention: Mention) -> bool:
        """Whether a number among those of many years says where things stand at their end: 增加到236亿元."""
        start, unit = mention.start, mention.unit
        level = unit == "位" or "/" in unit or self.text.startswith(_CROSSED, start)
        if unit == "%":
            level = SHARE_BEFORE.search(self.text, max(0, start - 24), start) is not None
        if self.last_number_end > 0 and _LISTED.fullmatch(self.text[self.last_number_end : start]):
            level = level or self._level
        if not level and LEVEL_BEFORE.search(self.text, max(0, start - 8), start) is None:
            return False
        clause = max(self.text.rfind(mark, 0, start) for mark in "，。；,;")
        return TOTAL.search(self.text, clause + 1, start) is None

    def _moves(self, mention: Mention) -> bool:
        """Whether a number in a clause with a word of change is one: 增长8% is, the total behind it is not."""
        before = self.text[max(0, mention.start - 24) : mention.start]
        if mention.unit == "个百分点" or self.text[mention.start] in "-+负" or MOVED.search(before):
            return True
        if self.last_number_end > 0 and _LISTED.fullmatch(self.text[self.last_number_end : mention.start]):
            return "growth" in self._last and mention.unit in {self._last_unit, "个百分点"}
        if mention.unit not in _RATES:
            return False
        return SHARE_BEFORE.search(before) is None
