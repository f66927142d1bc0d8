"""What the context says of a number: last year's, a growth, a target, a total over years, a part, a sub-unit's.

Within a sentence the words that set a cue and the words that end it are read in order. A cue holds for its
clause (up to ，), for its segment (up to ； or 。) or for its brackets, and ends early where the text comes back to the
period.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from baogao.candidates.period import CARRIED_OVER, Period
from baogao.chinese.numerals import YEAR, year_of
from baogao.schema.fields import Cue

_PART_OF_YEAR = r"(?:年?[底末初]|同期|全年|上半年|下半年|前?[一二三四]个?季度|一年)*"
_WHEN = rf"(?:去年|上一?年度?|前一年度?|头一?年|前年|往年|{YEAR}年){_PART_OF_YEAR}"
"""An earlier time: 去年, 上年末, 2022年上半年."""
_THEN = (
    r"(?:年初|同期|上月|上季度|以往|以前|平均[^，。；,;\d]{0,4}|[^，。；,;\d]{1,8}前"
    r"|全[省市县盟州区][^，。；,;\d]{0,8}?|省定[^，。；,;\d]{0,6}?|计划)"
)
"""What else a figure may be compared with."""
_CHANGE = r"(?:净?增[加长多]?|减少?|[多少]出?|提[高升]|[上抬]升|[高低]出?|下?降[低]?|涨|缩[短减]|翻|抬高|回落|压减)"
"""Verbs of change: a number behind them is a difference, unless it is what was reached."""
_COMPARED = rf"(?=[（(\d+±-]|约|近|[^，。；,;]{{0,10}}{_CHANGE}|[^，。；,;]{{0,20}}相比|$|[，,])"
"""What must follow a comparison: a number, a change, or the end of the clause; else 与去年 only tells of a time."""
_REACHED = (
    r"达(?:到)?|[增升降减扩涨变添提][加高大升展低少长]?[到至成](?:了)?"
    r"|(?:压缩|提高|提升|抬升|缩短|增加|扩大|扩展|扩容|调整)[到至为成]|[跃攀冲爬蹿][升到至上]+|登顶|到如今"
)
"""Verbs that bring the text back to the period: 增至, 压缩到."""
_NOW = (
    r"今年|本年度?|当年|年内|全年|目前|如今|眼下|现如今|截[至止](?!20)|现[有已共]|(?<![均都])已|上半年|本期|新增|年末|年底前?|总[数量计]"
    r"|基础上|全[省市县区旗盟州镇](?=[^各])"
)
"""Words of the period itself."""
_CUMULATIVE = (
    r"(?:自|从)?(?P<since>20\d\d)年(?:度|\d{1,2}月)?[^，。；,;\d]{0,14}?(?:以来|至今|起(?![诉草]))|自(?P<since2>20\d\d)年"
    r"|[“\"]?[一二三四五六七八九十]{1,2}五[”\"]?[^，。；,;\d]{0,8}(?:以来|期间|五年间)"
    r"|(?<![0-9第半])近?(?:[两二三四五六七八九十]|(?<!\d)[2-9])年半?(?:以?来|间|累计|平均)"
)
"""A total since an earlier year, over a five-year plan, or over several years."""
_PLANNED = r"[检评审]查|举办|开展|招|新|组织|培训|完成(?!率)|建|安排|抽|选|投|达|实现|覆盖|参"
"""What makes 计划 a verb, with a number to come; else it is the name of a plan."""
_TARGET = (
    r"力争|争取(?!到)|预[计期](?!性)|有望|明年|来年|下一步|下一?阶段|要达到|目标[是为]"
    rf"|计划(?:再|年内|全年|于|在|到|\d{{1,2}}月|年底)?(?={_PLANNED})"
    r"|拟(?:再)?(?:新增|新建|投入|举办|开展|安排|招|选聘|组织|培训|打造|达到|修改|废止|抽取|[检评审]查|于)"
    r"|将(?:再|进一步)?(?:达到|实现|开展|新增|建成|举办|组织|突破|超过|力争|继续|着力|重点)"
)
"""Words of what is to come."""
_STARTS = (
    "累年去上前头往比较与同和跟高低从由今本当现目如眼截到增提升减降扩变添涨压缩抬调跃攀冲爬蹿登基达新总其环下↑↓力争预有要计拟将明来近自全包仅另此"
    '二一三四五六七八九十两已“"，,；;。.（(）)任'
)
"""What any alternative of ``TOKEN`` may begin with, beside a year and a few years: it lets the search skip most
characters at once, the digits of figures among them."""

TOKEN = re.compile(
    rf"""(?=[{re.escape(_STARTS)}]|20\d\d年|[2-9]年)(?:
      (?P<stop>[；;。]|\.(?!\d))
    | (?P<comma>，|,(?!\d\d\d))
    | (?P<opened>[（(])
    | (?P<closed>[）)])
    | (?P<cumulative>{_CUMULATIVE})
    | (?P<compare>(?:比|较|与|同|和|跟|高于|低于)(?:{_WHEN}|{_THEN})(?:的|相比|相较)?{_COMPARED})
    | (?P<prior>(?:{_WHEN}|年初(?=[是为的有]?\d))
        (?P<attributive>度(?![为是的共：:\d]|分别)|以来|(?=[^，。；,;\d]{{0,3}}(?:结转|转入|遗留)))?)
    | (?P<growth>同比|环比|增[长幅速](?![点极])|[涨降跌]幅|(?:下降|上升)(?=[了约近]?\d)|[↑↓])
    | (?P<reached>{_REACHED})
    | (?P<now>{_NOW})
    | (?P<target>{_TARGET})
    | (?P<second_half>下半年)
    | (?P<running>(?<=[，,、；;（(])累计)
    | (?P<listed_part>(?<=、)其中)
    | (?P<part>其中|包括)
    | (?P<other>另有?|此外|同时)
    )""",
    re.VERBOSE,
)
"""One word that matters for the cues; the name of its group says how."""

BASELINE_BEFORE = re.compile(r"(?:从|由)[^，。；,;]{0,14}\Z")
"""由 or 从 before a number …"""
BASELINE_AFTER = re.compile(r"[升降增减提高扩添抬涨翻变压缩加长下上达拉调大展容]*[到至为成]")
"""… and a change behind it: it is what the change began from, last year's (由9件增至12件)."""
PRIOR_AFTER = re.compile(rf"[^，。；,;\d]{{0,2}}(?:[是为系]|属于?)(?:的是)?{_WHEN}")
"""“压缩七成三是去年底的数”: said of the number before."""
GOAL = re.compile(r"(?:计划|任务|目标)数?\Z")
"""Before brackets: what they hold is the target, 全年任务（120件）."""
GOAL_AFTER = re.compile(r"的?(?:年度|总体|预期|工作)?(?:目标|任务|计划)(?![^，。；]{0,4}数)")
"""Behind a number: 120件的目标."""
_ENDS = frozenset({"", *"，。；,;"})
"""Behind a number: its clause ends, so that no word of it can say more."""
CHANGED = re.compile(rf"{_CHANGE}[了达约近超过至不足为\s]*\Z")
"""Right before a number: 比上年增加约12件."""

_TOWN = (
    r"(?P<town>[\u4e00-\u9fff]{2,6}?(?:镇|(?<!城)乡|街道|苏木|开发区|园区|高新区))"
    r"(?![村街级区两三各全\u4e00-\u9fff]?[两三]级)(?!镇|乡|村|等|街|长|党|里|直|属|[（(])"
)
SUB_UNIT = re.compile(
    rf"(?:[，。；：,;:（(]|^)(?:其中|仅|而)?[：:]?{_TOWN}|仅[^，。；,;\d]{{2,14}}?[就即]|一[家地](?=[就即便收抽])"
    r"|局(?=\d+(?![\d月日年时：:])|[^，。；,;\d]{0,4}两家)"
)
"""One unit below the one that reports, as the subject of a clause."""
_BELOW = re.compile("[镇乡街木区仅家地局]")
"""``SUB_UNIT`` matches no sentence without one of these, and most have none."""
PLACE = re.compile(
    r"(?:[，。；：、,;:（(]|^)(?:其中|仅|而)?[：:]?(?P<place>[\u4e00-\u9fff]{2,5}?[市县区旗州盟])(?![各直属级辖两（(])"
)
"""A place at the head of a clause."""
NOT_A_NAME = re.compile(
    r"^(?:推动|推进|指导|组织|督促|实施|深入|走进|赋予|下沉|开展|建立|完善|加强|强化|落实|打造|建设|覆盖|涉及|选派|联合"
    r"|会同|依托|通过|面向|承接|健全|规范|明确|发挥|调动|统筹|成立|支持|向|对|在|为|将|由|给|到|从|以|与|和|多|有)"
    r"|[各全我本该每某两个]|部分|少数|其[他余]|所有|乡|[省市县区旗镇村街州盟、]+(?:镇|乡|街道)$|苏木镇|苏木乡"
)
"""What the two patterns above find and is no name of a place: verbs before 乡镇, 全县, 各镇."""

_SPACE = re.compile(r"\s")
_WRITTEN_YEAR = re.compile(r"(\S{4})年")
_ORDER: tuple[Cue, ...] = ("prior_year", "growth", "target", "cumulative", "part", "sub_unit")
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
class _Scope:
    """The cues in force, and until where."""

    clause: set[Cue] = field(default_factory=set)
    """Up to the next ，."""
    segment: set[Cue] = field(default_factory=set)
    """Up to the next ； or 。, or to the end of its brackets."""
    comparing: bool = False
    """After 比上年 or 较去年同期: the number right behind is last year's, one behind a verb of change is a growth."""
    compared_at: int = -9
    """Where the last word of an earlier time ends; far before the sentence if there was none."""
    first_clause: bool = True
    """In the first clause of a segment an earlier time holds for all of it: 去年收到45件，办结41件."""

    def end_clause(self) -> None:
        """At ，: a comparison ends as well."""
        self.clause.clear()
        self.comparing = self.first_clause = False

    def end_segment(self) -> None:
        """At ； or 。."""
        self.end_clause()
        self.segment.clear()
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


def read_cues(
    sentence: str, mentions: Iterable[Mention], period: Period, planned: bool = False
) -> list[tuple[Cue, ...]]:
    """The cues of each number of one sentence.

    White space inside a sentence means nothing in Chinese; OCR and hard line breaks strew it about.

    :param sentence: the sentence, folded.
    :param mentions: its numbers, in order.
    :param planned: True where the section is about what is to come.
    """
    places = list(mentions)
    spaces = [match.start() for match in _SPACE.finditer(sentence)]
    if spaces:
        sentence = _SPACE.sub("", sentence)
        places = [
            Mention(m.start - bisect_left(spaces, m.start), m.end - bisect_left(spaces, m.end), m.unit) for m in places
        ]
    if not places:
        return []
    tape = _Tape(sentence, period, planned)
    events = _events(sentence, period, places[-1].end)
    result: list[tuple[Cue, ...]] = []
    position = 0
    for mention in places:
        while position < len(events) and events[position][0] < mention.end:
            start, kind, token = events[position]
            if start < mention.start:
                tape.apply(kind, token)
            position += 1
        result.append(tape.cues(mention))
        tape.last_number_end = mention.end
    return result


class _Tape:
    """A sentence while it is read from left to right, and what is in force at the place that was reached."""

    def __init__(self, sentence: str, period: Period, planned: bool) -> None:
        self.text = sentence
        self.period = period
        self.planned = planned
        self.scope = _Scope()
        self.outer: list[_Scope] = []
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
        written = _WRITTEN_YEAR.search(token[0])
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
        inner = _Scope()
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
        if self.scope.comparing:
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
        return tuple(cue for cue in _ORDER if cue in found) if found else ()

    def _by_words_behind(self, mention: Mention, before: str) -> Iterator[Cue]:
        """The cues of a number by the words that follow it at once."""
        starts = BASELINE_AFTER.match(self.text, mention.end) and BASELINE_BEFORE.search(before)  # 由9件增至12件
        if starts or PRIOR_AFTER.match(self.text, mention.end):
            yield "prior_year"
        if GOAL_AFTER.match(self.text, mention.end):
            yield "target"


def _events(text: str, period: Period, end: int) -> list[tuple[int, str, re.Match[str]]]:
    """The words that matter, with place and kind, in order, before ``end``: behind the last number none does."""
    events: list[tuple[int, str, re.Match[str]]] = []
    for match in TOKEN.finditer(text):
        if match.start() >= end:
            break
        assert match.lastgroup is not None  # every alternative is a named group
        events.append((match.start(), match.lastgroup, match))
    for match in SUB_UNIT.finditer(text) if _BELOW.search(text) else ():
        if match.start() >= end:
            break
        town = match["town"]
        if town is None or not (NOT_A_NAME.search(town) or town in period.title):
            events.append((match.start(), "sub_unit", match))
    for match in PLACE.finditer(text) if period.below else ():
        if match.start() >= end:
            break
        place = match["place"]
        if place[-1] in period.below and not NOT_A_NAME.search(place) and place not in period.title:
            events.append((match.start(), "sub_unit", match))
    events.sort(key=itemgetter(0))
    return events
