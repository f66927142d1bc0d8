"""What the context says of a number: last year's, a growth, a target, a total over years, a part, a sub-unit's.

Within a sentence the words that set a cue and the words that end it are read in order. A cue holds for its
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
from baogao.candidates.period import CARRIED_OVER, Period, year_of

_YEAR = r"(?:20\d\d|二[〇零○][〇零○一二三四五六七八九]{2})年"
_PART_OF_YEAR = r"(?:年?[底末初]|同期|全年|上半年|下半年|前?[一二三四]个?季度|一年)*"
_WHEN = rf"(?:去年|上一?年度?|前一年度?|头一?年|前年|往年|{_YEAR}){_PART_OF_YEAR}"
_THEN = (
    r"(?:年初|同期|上月|上季度|以往|以前|平均[^，。；,;\d]{0,4}|[^，。；,;\d]{1,8}前"
    r"|全[省市县盟州区][^，。；,;\d]{0,8}?|省定[^，。；,;\d]{0,6}?|计划)"
)
_CHANGE = r"(?:净?增[加长多]?|减少?|[多少]出?|提[高升]|[上抬]升|[高低]出?|下?降[低]?|涨|缩[短减]|翻|抬高|回落|压减)"
_COMPARED = rf"(?=[（(\d]|约|近|[^，。；,;]{{0,10}}{_CHANGE}|[^，。；,;]{{0,20}}相比|$|[，,])"
_REACHED = (
    r"达(?:到)?|[增升降减扩涨变添提][加高大升展低少长]?[到至成](?:了)?"
    r"|(?:压缩|提高|提升|抬升|缩短|增加|扩大|扩展|扩容|调整)[到至为成]|[跃攀冲爬蹿][升到至上]+|登顶|到如今"
)
_NOW = (
    r"今年|本年度?|当年|年内|全年|目前|如今|眼下|现如今|截[至止](?!20)|现[有已共]|(?<![均都])已|上半年|本期|新增|年末|年底前?|总[数量计]"
    r"|基础上|全[省市县区旗盟州镇](?=[^各])"
)
_CUMULATIVE = (
    r"(?:自|从)?(?P<since>20\d\d)年(?:度|\d{1,2}月)?[^，。；,;\d]{0,14}?(?:以来|至今|起(?![诉草]))|自(?P<since2>20\d\d)年"
    r"|[“\"]?[一二三四五六七八九十]{1,2}五[”\"]?[^，。；,;\d]{0,8}(?:以来|期间|五年间)"
    r"|(?<![0-9第半])近?(?:[两二三四五六七八九十]|(?<!\d)[2-9])年半?(?:以?来|间|累计|平均)"
)
_PLANNED = r"[检评审]查|举办|开展|招|新|组织|培训|完成(?!率)|建|安排|抽|选|投|达|实现|覆盖|参"
_TARGET = (
    r"力争|争取(?!到)|预[计期](?!性)|有望|明年|来年|下一步|下一?阶段|要达到|目标[是为]"
    rf"|计划(?:再|年内|全年|于|在|到|\d{{1,2}}月|年底)?(?={_PLANNED})"
    r"|拟(?:再)?(?:新增|新建|投入|举办|开展|安排|招|选聘|组织|培训|打造|达到|修改|废止|抽取|[检评审]查|于)"
    r"|将(?:再|进一步)?(?:达到|实现|开展|新增|建成|举办|组织|突破|超过|力争|继续|着力|重点)"
)
# What any alternative may begin with: it lets the search skip most characters at once.
_STARTS = (
    "累年去上前头往比较与同和跟高低从由今本当现目如眼截到增提升减降扩变添涨压缩抬调跃攀冲爬蹿登基达新总其环下↑↓力争预有要计拟将明来近自全包仅另此"
    '二一三四五六七八九十两已“"，,；;。.（(）)0123456789任'
)

TOKEN = re.compile(
    rf"""(?=[{re.escape(_STARTS)}])(?:
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
BASELINE_AFTER = re.compile(r"[升降增减提高扩添抬涨翻变压缩加长下上达拉调大展容]*[到至为成]")
PRIOR_AFTER = re.compile(rf"[^，。；,;\d]{{0,2}}(?:[是为系]|属于?)(?:的是)?{_WHEN}")
"""“压缩七成三是去年底的数”: said of the number before."""
GOAL = re.compile(r"(?:计划|任务|目标)数?\Z")
GOAL_AFTER = re.compile(r"的?(?:年度|总体|预期|工作)?(?:目标|任务|计划)(?![^，。；]{0,4}数)")
CHANGED = re.compile(rf"{_CHANGE}[了达约近超过至不足为\s]*\Z")

_TOWN = (
    r"(?P<town>[\u4e00-\u9fff]{2,6}?(?:镇|(?<!城)乡|街道|苏木|开发区|园区|高新区))"
    r"(?![村街级区两三各全\u4e00-\u9fff]?[两三]级)(?!镇|乡|村|等|街|长|党|里|直|属|[（(])"
)
SUB_UNIT = re.compile(
    rf"(?:[，。；：,;:（(]|^)(?:其中|仅|而)?[：:]?{_TOWN}|仅[^，。；,;\d]{{2,14}}?[就即]|一[家地](?=[就即便收抽])"
    r"|局(?=\d+(?![\d月日年时：:])|[^，。；,;\d]{0,4}两家)"
)
"""One unit below the one that reports, as the subject of a clause."""
PLACE = re.compile(
    r"(?:[，。；：、,;:（(]|^)(?:其中|仅|而)?[：:]?(?P<place>[\u4e00-\u9fff]{2,5}?[市县区旗州盟])(?![各直属级辖两（(])"
)
NOT_A_NAME = re.compile(
    r"^(?:推动|推进|指导|组织|督促|实施|深入|走进|赋予|下沉|开展|建立|完善|加强|强化|落实|打造|建设|覆盖|涉及|选派|联合"
    r"|会同|依托|通过|面向|承接|健全|规范|明确|发挥|调动|统筹|成立|支持|向|对|在|为|将|由|给|到|从|以|与|和|多|有)"
    r"|[各全我本该每某两个]|部分|少数|其[他余]|所有|乡|[省市县区旗镇村街州盟、]+(?:镇|乡|街道)$|苏木镇|苏木乡"
)


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
