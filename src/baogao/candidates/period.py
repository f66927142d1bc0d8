"""Which period a report is about, as far as its own first lines say so, and which passages tell of what comes next."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from baogao.chinese.numerals import YEAR, chinese_number, year_of
from baogao.choices import ReportingYear
from baogao.document.document import Document, Span

_TITLED = re.compile(rf"({YEAR})年?[^，。；,;\d]{{0,24}}(?:报告|总结|汇报|情况|公报)")
_NAMED = re.compile(rf"({YEAR})年?(?:度|上半年|下半年)")
_PLAIN = re.compile(rf"({YEAR})年(?!\d{{1,2}}月|[一二三四五六七八九十]+月)")
_AS_PERIOD = re.compile(rf"({YEAR})\s?年\s?(?:度|全年|上半年|下半年)")
_NUMERAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_GIVEN = re.compile(rf"({YEAR})年({_NUMERAL})月{_NUMERAL}[日号]")
"""The day on which a report was given: 2025年1月8日."""
_LATE_IN_YEAR = 10
"""The month from which a report is about the year in which it is given."""
_REVIEWED = re.compile(
    rf"({YEAR})\s?年[^，。；,;\n\d]{{0,12}}?工作[^，。；,;\n\d]{{0,6}}?(?:回顾|总结)"
    rf"|(?:回顾|刚刚过去|过去)的?\s?({YEAR})\s?年(?!来|以来|至|到|-)"
)
"""What a report says of the year that it looks back on: 2024年工作回顾, 过去的2024年."""
_ALONE = re.compile(
    rf"^[^\S\n]*[(]?({YEAR})\s?年?[)]?[^\S\n]*$|^[^\d\n]{{0,16}}(20\d\d)[-/.]\d{{1,2}}[-/.]\d{{1,2}}", re.M
)
"""A line of the opening that is a year, or begins with a date of digits."""
_RUNNING = re.compile(r'[“"]累计[”"](?:数|均|都|系|是)?[指为]')
"""“累计”数为2021年以来…: the report explains its word."""
_OPENING = 600
"""Characters: a title, an addressee and the first sentences."""

_BELOW = {"省": "市州盟", "市": "县区", "盟": "旗市县", "州": "县市"}
"""The places below a province, a city …: for its report they are sub-units."""
CARRIED_OVER = re.compile(r"(?:转|结转|跨|顺延|留|延)[入至到]?\Z")
"""“转入2019年2件”: what is left at the end of the period."""
_AHEAD = re.compile(
    r"下一?步|下一?阶段|今后|明年|来年|新的?一年|接下来|打算|展望|努力方向|怎么干|往哪"
    r"|工作(?:安排|计划|重点|思路|考虑|设想)(?!落实|完成|执行|情况|进展)|(?:计划|安排|重点)(?:工作)?[\])：:]?$"
)
"""Words of a heading of what is to come."""
_BEHIND = re.compile(r"问题|不足|困难|差距|短板|弱项")
"""A heading with one of these is of the period, and of plans only from the sentence that opens them."""
_YEAR_AHEAD = re.compile(rf"({YEAR})年")
_OPENS = re.compile(
    r"(?:[^，。；,;]{0,14}[，,])?"
    r"(?:下一?步|下一?阶段|接下来|今后|新的一年|明年|来年|(?P<half>下半年)|(?P<year>20\d\d)年)"
    r"(?:[^。；;]{0,12}?(?:，|,|：|:|将|要|我们|拟|计划|重点|着重|着力))"
)
"""A sentence that opens the plans: 下一步，将…; 2024年，重点…."""
_APPENDIX = re.compile(r"^[^\S\n]*(?:附[表件]|附[:：]|注[:：])", re.MULTILINE)
_YEARLY_AHEAD = re.compile(
    r"下一?步|今后|未来[三五几]|明年|来年|新的?一年|接下来|努力方向|今年|本年|工作(?:安排|计划|打算|设想)"
    r"|(?P<late>展望|工作(?:重点|思路|部署|任务)|预期目标|总体要求|发展目标|目标任务|主要目标|奋斗目标)"
)
_YEARLY_BEHIND = re.compile(
    r"问题|不足|困难|差距|短板|弱项|回顾|总结|过去|去年|[一二三四五]年来|成[绩就效]|完成|圆满|落实情况"
)
"""The same two for reports that are given at the beginning of a year; what of them is ``late`` may be said of the year
before as well, and counts far down only."""
_TABLED = re.compile(r"完成|情况|指标|数据|统计|一览|表")
"""In a line with the period's own year: below it is a table of what was done."""
_YEARLY_OPENS = re.compile(
    rf"(?:[^，。；,;]{{0,14}}[，,])?(?:下一?步|下一?阶段|今后|新的一年|明年|来年|(?P<now>今年|本年度?)|(?P<year>{YEAR})年(?!\d{{1,2}}月))"
    r"|[^，。；,;]{0,24}(?:主要|预期|发展|总体)(?:预期)?目标(?:建议)?[是为:]"
)
_MANY_YEARS = re.compile(
    r"(?<!连续)(?!近?[两三四五]年(?:以?来)?[^，。；,;]{0,4}(?:最|新高|首|少有))"
    r"(?:(?:过去|[这近前])的?[两三四五]年|[两三四五]年(?:来|间|里|工作))|本届政府|[一二三四五六七八九十]{1,2}五[”\"]?(?:时期|期间|以来)"
)
"""Words of a heading, or at the beginning of a sentence, of what was done in several years."""
_LONGEST_HEADING = 30
"""Characters."""
_NEAR = 12
"""Characters of a sentence before words of several years of which it is all about."""
_LINE = re.compile(r"^[^\n。，；]{4,30}$", re.MULTILINE)
"""A line that may be a heading without a number."""
_EARLIEST = 0.35
"""Plans stand at the end; a heading before this share of the text is the title or a table of contents."""
_YEARLY_EARLIEST = 0.12
"""The same where half a report, or more, is about the year to come."""


@dataclass(frozen=True)
class Period:
    """The period of a report; ``year`` is None when its opening names none."""

    year: int | None = None
    half: bool = False
    """True for a report on the first half of the year: its second half is still to come."""
    running: bool = False
    """True where the report itself says that its 累计 counts from an earlier year."""
    title: str = ""
    """The opening up to the year's line, without white space: places named in it are the report's own."""
    yearly: bool = False
    """True where the schema's reports are given at the beginning of a year, about the year before …"""
    afterwards: bool = False
    """… and true where this one is: its 去年 is the period, its 今年 is what is to come."""

    @cached_property
    def below(self) -> str:
        """What places end in that lie below the one that reports; empty where that is not told by the title."""
        return next((_BELOW[level] for level in _BELOW if level in self.title[:8]), "")


def period_of(text: str, rule: ReportingYear = "title") -> Period:
    """The period that a folded text is about: by default a year in a title, else the first that is no date.

    :param rule: ``before_title`` for reports that are given at the beginning of the year after, ``printed`` for those
        that print their period anywhere.
    """
    if rule == "before_title":
        return _period_before(text)
    printed = _AS_PERIOD.search(text) if rule == "printed" else None
    if printed is not None:
        return Period(year_of(printed[1]), "上半年" in printed[0], title=_compact(text[:_OPENING])[:40])
    opening = _compact(text[:_OPENING])
    for pattern, reach in ((_TITLED, 0), (_NAMED, 12), (_PLAIN, 12)):
        match = pattern.search(opening)
        if match is not None:
            half = "上半年" in opening[match.start() : match.end() + reach]
            title = opening[: match.end() + reach]
            return Period(year_of(match[1]), half, _RUNNING.search(opening) is not None, title)
    return Period(title=opening[:40])


def _period_before(text: str) -> Period:
    """The year before the one at whose beginning a report is given; of one that is given late in a year, that year.

    It is told by the day on which it was given, by what it calls the year that it looks back on, by its title.
    """
    opening = _compact(text[:_OPENING])
    given, reviewed, titled = _GIVEN.search(opening), _REVIEWED.search(text), _TITLED.search(opening)
    title = opening[: given.end() + 40 if given else titled.end() + 12 if titled else 40]
    looked_back = year_of(next(filter(None, reviewed.groups()))) if reviewed else None
    if given is not None:
        year, month = year_of(given[1]), chinese_number(given[2])
        of_period = year if month is not None and month >= _LATE_IN_YEAR else year - 1
        of_period = looked_back if looked_back in {year - 1, year} else of_period
        return Period(of_period, title=title, yearly=True, afterwards=of_period < year)
    if looked_back is not None:
        return Period(looked_back, title=title, yearly=True, afterwards=True)
    if titled is not None:
        year = year_of(titled[1])
        return Period(year if f"{titled[1]}年度" in titled[0] else year - 1, title=title, yearly=True, afterwards=True)
    alone, plain = _ALONE.search(text[:_OPENING]), _PLAIN.search(opening)
    found = year_of(alone[1] or alone[2]) - 1 if alone else year_of(plain[1]) if plain else None
    return Period(found, title=title, yearly=True, afterwards=True)


def planned_spans(document: Document, folded: str, period: Period) -> list[Span]:
    """The spans about what is to come, in order and apart: sections so headed, and from a sentence that opens so on."""
    spans = [
        section.span
        for section in document.sections
        if section.level <= 2
        and len(heading := _compact(folded[slice(*section.title)])) <= _LONGEST_HEADING
        and _is_ahead(heading, period, document, section.span[0])
    ]
    # From the first unnumbered heading, a short late line, everything is ahead.
    for line in _LINE.finditer(folded):
        if _is_ahead(_compact(line[0]), period, document, line.start()):
            spans.append((line.start(), max(document.main[-1][1], line.end())))
            break
    spans.extend(_by_sentence(document, folded, period))
    appendix = [match.start() for match in _APPENDIX.finditer(folded)]
    if period.yearly:
        appendix = sorted([*appendix, *_own_tables(folded, period)])
    joined: list[Span] = []
    for start, end in sorted(spans):
        following = bisect_right(appendix, start)
        end = min([end, *appendix[following : following + 1]])
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _by_sentence(document: Document, folded: str, period: Period) -> list[Span]:
    """From each sentence that opens plans to the end of its paragraph, or late in the report of its section."""
    spans: list[Span] = []
    ends = {sentence.paragraph: sentence.span[1] for sentence in document.sentences}
    for sentence in document.sentences:
        start = sentence.span[0]
        if sentence.row or not _opens_plans(_compact(folded[start : start + 60]), period):
            continue
        last = ends[sentence.paragraph]
        mixed = [section.span[1] for section in document.sections_at(start) if section.level == 1]
        heading_end = min(mixed) if mixed and _is_late(document, start) else last
        spans.append((start, max(last, heading_end)))
    return spans


def _opens_plans(sentence: str, period: Period) -> bool:
    """Whether a sentence, without white space, begins to tell of what is to come."""
    match = (_YEARLY_OPENS if period.yearly else _OPENS).match(sentence)
    if match is None:
        return False
    named = match.groupdict()
    if (named.get("half") and not period.half) or (named.get("now") and not period.afterwards):
        return False
    return not named["year"] or (period.year is not None and year_of(named["year"]) > period.year)


def reviewed_spans(document: Document, folded: str, period: Period) -> list[Span]:
    """The sentences about several years at once, in order, of a report that is given at the beginning of a year.

    They are sections so headed, and from a sentence that begins so its paragraph; a sentence that begins with the
    period's own year, or tells of problems, ends them, for its paragraph.
    """
    if not period.yearly:
        return []
    own = re.compile(
        rf"(?:[^，。；,;]{{0,8}}[，,])?(?:去年|上年|过去的?一年|一年来|(?:刚刚过去的|回顾)?{period.year}年)"
    )
    headed = _headed_many(document, folded, own)
    spans: list[Span] = []
    paragraph, many = -1, False
    for sentence in document.sentences:
        start, end = sentence.span
        if sentence.paragraph != paragraph:
            around = [is_many for (begin, stop), is_many in headed if begin <= start < stop]
            paragraph, many = sentence.paragraph, bool(around) and around[-1]
        opening = _compact(folded[start : start + 40])
        if own.match(opening) or _BEHIND.search(folded, start, end):
            many = False
        elif (words := _MANY_YEARS.search(opening)) is not None and words.start() <= _NEAR:
            many = True
        if many:
            spans.append((start, end))
    return spans


def _headed_many(document: Document, folded: str, own: re.Pattern[str]) -> list[tuple[Span, bool]]:
    """The sections about several years, and those about the period alone, in order; whether each is the former."""
    found = []
    for section in document.sections:
        heading = _compact(folded[slice(*section.title)])[:_LONGEST_HEADING]
        if section.level <= 2 and own.search(heading):
            found.append((section.span, False))
        elif section.level <= 2 and _MANY_YEARS.search(heading) and not _YEARLY_AHEAD.search(heading):
            found.append((section.span, True))
    return found


def _own_tables(folded: str, period: Period) -> list[int]:
    """Where the short lines begin that head a table of the period itself, and of no other year: 2024年指标完成情况."""
    own = f"{period.year}年"
    return [
        line.start()
        for line in _LINE.finditer(folded)
        if own in line[0] and _TABLED.search(line[0]) and {*_YEAR_AHEAD.findall(line[0])} == {str(period.year)}
    ]


def _is_ahead(heading: str, period: Period, document: Document, offset: int) -> bool:
    """Whether a heading, without white space, is of what is to come, and of nothing else.

    :param offset: where it stands.
    """
    if not _is_late(document, offset, _YEARLY_EARLIEST if period.yearly else _EARLIEST):
        return False
    if (_YEARLY_BEHIND if period.yearly else _BEHIND).search(heading):
        return False
    if period.yearly:
        ahead = _YEARLY_AHEAD.search(heading)
        late = ahead is not None and ahead["late"] is not None
        if ahead is not None and (period.afterwards or ahead[0] not in {"今年", "本年"}):
            return not late or _is_late(document, offset)
    elif _AHEAD.search(heading) or (period.half and "下半年" in heading):
        return True
    return any(
        period.year is not None
        and year_of(match[1]) > period.year
        and not CARRIED_OVER.search(heading, max(0, match.start() - 4), match.start())
        for match in _YEAR_AHEAD.finditer(heading)
    )


def _is_late(document: Document, offset: int, earliest: float = _EARLIEST) -> bool:
    """Whether a place is so far down in the report that plans may stand there: a share of its text."""
    if not document.main:
        return False
    start, end = document.main[0][0], document.main[-1][1]
    return offset - start > earliest * (end - start)


def _compact(text: str) -> str:
    return "".join(text.split())
