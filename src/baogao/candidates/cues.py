"""What the context says of a number: last year's, a growth, a target, a total over years, a part, a sub-unit's.

Within a sentence the words that set a cue and the words that end it are read in order, like a tape. A cue holds for its
clause (up to ，), for its segment (up to ； or 。) or for its brackets, and ends early where the text comes back to the
period.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from baogao.candidates.candidate import Cue
from baogao.candidates.cue_words import (
    BASELINE_AFTER,
    BASELINE_BEFORE,
    CARRIED_OVER,
    CHANGED,
    GOAL,
    GOAL_AFTER,
    NOT_A_NAME,
    PLACE,
    PRIOR_AFTER,
    SUB_UNIT,
    TOKEN,
)
from baogao.candidates.period import Period, year_of

_SPACE = re.compile(r"\s")
_WRITTEN_YEAR = re.compile(r"(\S{4})年")
_ORDER: tuple[Cue, ...] = ("prior_year", "growth", "target", "cumulative", "part", "sub_unit")
_NOT_NOW: tuple[Cue, ...] = ("prior_year", "growth", "cumulative")
_CITIES = {"省": "市州盟", "市": "县区", "盟": "旗市县", "州": "县市"}
"""The places below a province, a city …: for its report they are sub-units."""


class Mention(NamedTuple):
    """A number to be judged; offsets count in the sentence."""

    start: int
    end: int
    unit: str


@dataclass(slots=True)
class _Scope:
    """The cues in force, and until where."""

    clause: set[Cue] = field(default_factory=set)
    segment: set[Cue] = field(default_factory=set)
    comparing: bool = False
    """After 比上年 or 较去年同期: the number right behind is last year's, one behind a verb of change is a growth."""
    compared_at: int = -9
    first_clause: bool = True

    def end_clause(self) -> None:
        self.clause.clear()
        self.comparing = self.first_clause = False

    def end_segment(self) -> None:
        self.end_clause()
        self.segment.clear()
        self.first_clause = True

    def lift(self, *cues: Cue) -> None:
        self.clause.difference_update(cues)
        self.segment.difference_update(cues)
        self.comparing = False


def read_cues(
    sentence: str, mentions: Iterable[Mention], period: Period, planned: bool = False
) -> list[tuple[Cue, ...]]:
    """The cues of each number of one sentence.

    :param sentence: the sentence, folded.
    :param mentions: its numbers, in order.
    :param planned: True where the section is about what is to come.
    """
    compact, places = _without_spaces(sentence, list(mentions))
    return _Tape(compact, period, planned).read(places)


def _without_spaces(sentence: str, mentions: list[Mention]) -> tuple[str, list[Mention]]:
    """White space inside a sentence means nothing in Chinese; OCR and hard line breaks strew it about."""
    spaces = [match.start() for match in _SPACE.finditer(sentence)]
    if not spaces:
        return sentence, mentions
    moved = [
        Mention(m.start - bisect_left(spaces, m.start), m.end - bisect_left(spaces, m.end), m.unit) for m in mentions
    ]
    return _SPACE.sub("", sentence), moved


class _Tape:
    def __init__(self, sentence: str, period: Period, planned: bool) -> None:
        self.text = sentence
        self.period = period
        self.planned = planned
        self.scope = _Scope()
        self.outer: list[_Scope] = []
        self.last_number_end = -9

    def read(self, mentions: list[Mention]) -> list[tuple[Cue, ...]]:
        if not mentions:
            return []
        end = mentions[-1].end
        events = sorted([*_tokens(self.text, end), *_sub_units(self.text, self.period, end)], key=itemgetter(0))
        result: list[tuple[Cue, ...]] = []
        position = 0
        for mention in mentions:
            while position < len(events) and events[position][0] < mention.end:
                start, kind, token = events[position]
                if start < mention.start:
                    self._apply(kind, token)
                position += 1
            result.append(self._cues(mention))
            self.last_number_end = mention.end
        return result

    def _apply(self, kind: str, token: re.Match[str]) -> None:
        if kind in _SETS:
            self.scope.segment.add(_SETS[kind])
        else:
            _HANDLERS[kind](self, token)

    def _stop(self, _: re.Match[str]) -> None:
        self.scope.end_segment()

    def _comma(self, _: re.Match[str]) -> None:
        self.scope.end_clause()

    def _growth(self, _: re.Match[str]) -> None:
        self.scope.clause.add("growth")

    def _open(self, token: re.Match[str]) -> None:
        self.outer.append(self.scope)
        inner = _Scope()
        inherited = self.scope.clause | self.scope.segment
        if token.start() - self.last_number_end <= 1:
            inner.segment |= inherited & {"target", "sub_unit", "cumulative"} | {"part"}
        else:
            inner.segment |= inherited
        if self.scope.compared_at == token.start():
            inner.segment.add("prior_year")
        if GOAL.search(self.text, max(0, token.start() - 3), token.start()):
            inner.segment.add("target")
        self.scope = inner

    def _close(self, _: re.Match[str]) -> None:
        if self.outer:
            self.scope = self.outer.pop()

    def _compare(self, token: re.Match[str]) -> None:
        self.scope.comparing = True
        self.scope.compared_at = token.end()

    def _prior(self, token: re.Match[str]) -> None:
        year = _WRITTEN_YEAR.search(token[0])
        if year is not None and year[1][0] in "2二":
            self._year(year_of(year[1]), token)
        elif token["attributive"] is None:
            self._set_prior(token)

    def _year(self, year: int, token: re.Match[str]) -> None:
        reported = self.period.year
        if reported is None or token["attributive"] is not None:
            return
        if year < reported and self.text[token.start() - 1 : token.start()] not in {"于", "自"}:
            self._set_prior(token)
        elif year == reported:
            self._back_to_now()
        elif year > reported and not CARRIED_OVER.search(self.text, max(0, token.start() - 4), token.start()):
            self.scope.segment.add("target")

    def _set_prior(self, token: re.Match[str]) -> None:
        self.scope.compared_at = token.end()
        wide = self.scope.first_clause and not self.outer
        (self.scope.segment if wide else self.scope.clause).add("prior_year")

    def _reached(self, _: re.Match[str]) -> None:
        self.scope.lift("growth", "prior_year")

    def _other(self, _: re.Match[str]) -> None:
        self.scope.lift("part")

    def _cumulative(self, token: re.Match[str]) -> None:
        since = token["since"] or token["since2"]
        if since is None or self.period.year is None or int(since) < self.period.year:
            self.scope.segment.add("cumulative")

    def _now(self, token: re.Match[str]) -> None:
        if token[0].startswith("全") and token.start() == self.scope.compared_at:
            return  # 去年全市收到…: still last year's
        self._back_to_now()
        self.scope.lift("sub_unit", "target")

    def _back_to_now(self) -> None:
        """The period's own share of a total over years (累计486件，其中今年187件) is no part."""
        if "cumulative" in self.scope.segment:
            self.scope.lift("part")
        self.scope.lift(*_NOT_NOW)

    def _running(self, token: re.Match[str]) -> None:
        if self.period.running or self.text[token.start() - 1] in "（(":
            self.scope.clause.add("cumulative")

    def _listed_part(self, _: re.Match[str]) -> None:
        """甲、其中的乙分别为…: names in a list, no figure before them."""
        if self.last_number_end >= 0:
            self.scope.segment.add("part")

    def _second_half(self, _: re.Match[str]) -> None:
        if self.period.half:
            self.scope.segment.add("target")

    def _is_baseline(self, end: int, before: str) -> bool:
        """由9件增至12件, or 9件是去年的数."""
        starts = BASELINE_AFTER.match(self.text, end) and BASELINE_BEFORE.search(before)
        return bool(starts or PRIOR_AFTER.match(self.text, end))

    def _cues(self, mention: Mention) -> tuple[Cue, ...]:
        found = self.scope.clause | self.scope.segment
        if self.text[mention.start - 1 : mention.start] in {"至", "到"}:
            # 比上年提高2个百分点至98%, 从上年的9名增到12名; but 上年压到68% stays last year's
            passed = self.scope.comparing or "growth" in found or self.last_number_end > self.scope.compared_at
            found -= {"growth", "prior_year"} if passed else {"growth"}
        before = self.text[max(0, mention.start - 16) : mention.start]
        if self.scope.comparing:
            if self.text[self.scope.compared_at : mention.start] in {"", "的", "为"}:
                found.add("prior_year")
            elif CHANGED.search(before) or "growth" in self.scope.clause:
                found.add("growth")
                self.scope.clause.add("growth")
        if self._is_baseline(mention.end, before):
            found.add("prior_year")
        if mention.unit == "个百分点":
            found.add("growth")
        if self.planned or GOAL_AFTER.match(self.text, mention.end):
            found.add("target")
        if self.outer and found & {"prior_year", "growth"}:
            found.discard("part")
        if not found:
            return ()
        return tuple(cue for cue in _ORDER if cue in found)


_SETS: dict[str, Cue] = {"target": "target", "part": "part", "sub_unit": "sub_unit"}
_HANDLERS: dict[str, Callable[[_Tape, re.Match[str]], None]] = {
    "stop": _Tape._stop,
    "comma": _Tape._comma,
    "opened": _Tape._open,
    "closed": _Tape._close,
    "compare": _Tape._compare,
    "prior": _Tape._prior,
    "cumulative": _Tape._cumulative,
    "growth": _Tape._growth,
    "now": _Tape._now,
    "second_half": _Tape._second_half,
    "running": _Tape._running,
    "listed_part": _Tape._listed_part,
    "reached": _Tape._reached,
    "other": _Tape._other,
}

_Event = tuple[int, str, re.Match[str]]


def _tokens(text: str, end: int) -> Iterator[_Event]:
    """The words that matter before ``end``: behind the last number none does."""
    for match in TOKEN.finditer(text):
        if match.start() >= end:
            return
        assert match.lastgroup is not None  # every alternative is a named group
        yield match.start(), match.lastgroup, match


def _sub_units(text: str, period: Period, end: int) -> Iterator[_Event]:
    for match in SUB_UNIT.finditer(text):
        if match.start() >= end:
            break
        town = match["town"]
        if town is None or not (NOT_A_NAME.search(town) or town in period.title):
            yield match.start(), "sub_unit", match
    below = next((_CITIES[level] for level in _CITIES if level in period.title[:8]), "")
    for match in PLACE.finditer(text) if below else ():
        if match.start() >= end:
            return
        place = match["place"]
        if place[-1] in below and not NOT_A_NAME.search(place) and place not in period.title:
            yield match.start(), "sub_unit", match
