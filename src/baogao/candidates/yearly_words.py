"""The words by which cues are told where a schema asks for changes, or its reports are given after their period.

Such a report has words of its own: its 去年 is the period, its 今年 is what is to come, 预计 says what was reached
before it is counted, and much is told of five years at once.
"""

from __future__ import annotations

import re
from functools import lru_cache

from baogao.candidates.words import (
    COMPARED,
    CUMULATIVE,
    NOW,
    PART_OF_YEAR,
    PLANNED,
    REACHED,
    STARTS,
    THEN,
    TOKEN,
    WHEN,
)
from baogao.chinese.numerals import YEAR
from baogao.choices import ReportingYear

_YEARS = r"[两二三四五六七八九十]"
_LAST_YEAR = rf"(?:去年|(?<!前)上一?年度?|前一年度?|头一?年|(?:刚刚)?过去的?一年|(?<!\d)一年来)(?!同期){PART_OF_YEAR}"
"""In a report that is given after its period: the period itself."""
_EARLIER = rf"(?:(?:去年|上一?年)同期|前年|往年|{YEAR}年){PART_OF_YEAR}"
_OVER_YEARS = (
    rf"(?!近?{_YEARS}年(?:以?来)?[^，。；,;]{{0,4}}(?:最|新高|首|少有))(?:{CUMULATIVE}"
    rf"|(?<!连续)(?:过去|[这近前])的?{_YEARS}年(?!前)"
    rf"|(?<![第连续\d])(?<!今后)(?<!未来){_YEARS}年(?:新增|共|来|间|里|[建完]成|增[长加]|净增|投入|改造|新建)"
    r"|(?:本届政府|任期)(?:任期)?(?:以来|内|[五5]年)|[“\"]?[一二三四五六七八九十]{1,2}五[”\"]?(?:时期|规划期))"
)
"""A total over several years, or what was done in them; 近五年来最高 is said of one year."""
_ON_AVERAGE = r"(?:年(?:均|平均)(?![浓值气降])|[两二三四五六七八九十]年平均)"
_COMING = (
    r"力争|争取(?=实现|达到|完成|新增|年内|全年|早日|开工|尽快|用)|有望|明年|来年|下一步|下一?阶段|要达到|今后|未来[一两三五几]|目标(?:[是为定:：]|值[是为:：])"
    r"|(?<![于超出及合])预期(?:性)?(?:目标)?(?=增长|[为是:：])"
    rf"|计划(?:再|年内|全年|于|在|到|\d{{1,2}}月|年底)?(?={PLANNED})"
    r"|拟(?:再)?(?:新增|新建|投入|举办|开展|安排|招|选聘|组织|培训|打造|达到|修改|废止|抽取|[检评审]查|于)"
    r"|将(?:再|进一步)?(?:达到|实现|开展|新增|建成|举办|组织|突破|超过|力争|继续|着力|重点)"
)
"""Words of what is to come; 预计 is none: before the year is counted it says what was reached."""
_MOVES = (
    r"同比|环比|(?<!抗)增[长幅速](?![点极])|[涨降跌]幅|[正负]增长|[↑↓]"
    r"|(?:下[降跌滑]|上[升涨]|回[落升]|降低|提[升高]|增加|减少)(?=[了约近达超]{0,2}\s?[-+]?\d[\d.]*(?:%|个?百分点|倍))"
)
"""Words of a change where changes are asked about."""
_MORE_STARTS = "过这任年回负正未第刚在"


@lru_cache(maxsize=6)
def tokens(year: ReportingYear, changes: bool) -> re.Pattern[str]:
    """The words that matter for the cues; the name of a word's group says how.

    :param changes: whether a schema asks for changes, so that more words of them count.
    """
    if year != "before_title":
        if not changes:
            return TOKEN
        growth = TOKEN.pattern.index("(?P<growth>")
        end = TOKEN.pattern.index("\n", growth)
        pattern = f"{TOKEN.pattern[:growth]}(?P<growth>{_MOVES}){TOKEN.pattern[end:]}"
        return re.compile(pattern.replace("[", f"[{_MORE_STARTS}", 1), re.VERBOSE)
    return re.compile(
        rf"""(?=[{re.escape(STARTS)}{_MORE_STARTS}]|20\d\d年|[2-9]年)(?:
          (?P<stop>[；;。]|\.(?!\d))
        | (?P<comma>，|,(?!\d\d\d))
        | (?P<opened>[（(])
        | (?P<closed>[）)])
        | (?P<average>{_ON_AVERAGE})
        | (?P<cumulative>{_OVER_YEARS})
        | (?P<compare>(?:比|较|与|同|和|跟|高于|低于)(?:{WHEN}|{THEN})(?:的|相比|相较)?{COMPARED})
        | (?P<based>在(?:去年|上一?年)(?=[^，。；,;]{{0,24}}基础上))
        | (?P<last_year>{_LAST_YEAR}(?P<said_of_it>以来|(?=[^，。；,;\d]{{0,3}}(?:结转|转入|遗留)))?)
        | (?P<prior>(?:{_EARLIER}|年初(?=[是为的有]?\d))
            (?P<attributive>度(?![为是的共：:\d]|分别)|以来|(?=[^，。；,;\d]{{0,3}}(?:结转|转入|遗留)))?)
        | (?P<this_year>今年|本年度?(?!末)|新的?一年)
        | (?P<growth>{_MOVES})
        | (?P<reached>{REACHED})
        | (?P<onward>基础上)
        | (?P<already>(?<![均都])已)
        | (?P<now>{NOW})
        | (?P<target>{_COMING})
        | (?P<second_half>下半年)
        | (?P<running>(?<=[，,、；;（(])累计)
        | (?P<listed_part>(?<=、)其中)
        | (?P<part>其中|包括)
        | (?P<other>另有?|此外|同时)
        )""",
        re.VERBOSE,
    )


RATE_NOUN = re.compile(r"(?:增[速幅]|[涨降跌]幅)\Z")
"""A word that names a rate of change."""
GROWTH_AFTER = re.compile(r"的?(?:增[长速幅]|[涨降]幅)(?![点极到至])")
"""Behind a number: 以5.8%的增速."""
FALLEN_AFTER = re.compile(r"(?:回落|下滑|下跌|滑落|攀|跃|调整|优化|演变|变化|转变|前移)[升降上]?[到至为成]")
"""More that may stand behind what a change began from; see ``BASELINE_AFTER``."""
SHARE_BEFORE = re.compile(
    r"(?:(?<!长)率|占比|比重|占[^，。；、,;\d]{0,14})(?:[约近达到为是超过保持稳定在:：]|提[高升]到)*\Z"
)
"""Before a number: it is a share of a whole, and no change, unless a change stands between."""
ADDED = re.compile(r"(?:(?<![新净])增[加长]|减少)了?\Z")
"""Right before a number of what is measured: it is a difference."""
LEVEL_BEFORE = re.compile(r"(?:[到至]|达到?|(?:调整|优化|变)为|[跃迈登站]上|跨[过越]|[稳保]?[定持]在)[了约近]?\Z")
"""Right before a number that was reached …"""
TOTAL = re.compile(
    r"累计|年均(?![浓值])|新[增建改]|(?<!公)共(?![同建享])|完成|投[入资]|引进|实施|[建办]成|改造|发放|争取|减免|转移|培训"
)
"""… unless its clause has one of these, so that it is a total."""
MOVED = re.compile(
    r"(?:(?<![新净])增(?:长|加|速|幅|收|支)?|[涨降跌]幅?|减少?|[多少高低]出?|提[高升]|[上抬回]升|[下降]低?|下[跌滑]|上涨|回落|翻)"
    r"[了达约近超过至不足为是分别:\s]*\Z"
)
"""Right before a number: it is a change of what is counted: 增长12亿元, but not 新增12亿元."""
