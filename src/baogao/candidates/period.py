"""Which period a report is about, as far as its own first lines say so, and which passages tell of what comes next."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from baogao.chinese.numerals import YEAR, year_of
from baogao.document.document import Document, Span

_TITLED = re.compile(rf"({YEAR})年?[^，。；,;\d]{{0,24}}(?:报告|总结|汇报|情况|公报)")
_NAMED = re.compile(rf"({YEAR})年?(?:度|上半年|下半年)")
_PLAIN = re.compile(rf"({YEAR})年(?!\d{{1,2}}月|[一二三四五六七八九十]+月)")
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
_LONGEST_HEADING = 30
"""Characters."""
_LINE = re.compile(r"^[^\n。，；]{4,30}$", re.MULTILINE)
"""A line that may be a heading without a number."""
_EARLIEST = 0.35
"""Plans stand at the end; a heading before this share of the text is the title or a table of contents."""


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

    @cached_property
    def below(self) -> str:
        """What places end in that lie below the one that reports; empty where that is not told by the title."""
        return next((_BELOW[level] for level in _BELOW if level in self.title[:8]), "")


def period_of(text: str) -> Period:
    """The period that the opening of a folded text is about: a year in a title, else the first that is no date."""
    opening = _compact(text[:_OPENING])
    for pattern, reach in ((_TITLED, 0), (_NAMED, 12), (_PLAIN, 12)):
        match = pattern.search(opening)
        if match is not None:
            half = "上半年" in opening[match.start() : match.end() + reach]
            title = opening[: match.end() + reach]
            return Period(year_of(match[1]), half, _RUNNING.search(opening) is not None, title)
    return Period(title=opening[:40])


def planned_spans(document: Document, folded: str, period: Period) -> list[Span]:
    """The spans about what is to come, in order and apart: sections so headed, and from a sentence that opens so on."""
    spans = [
        section.span
        for section in document.sections
        if section.level <= 2
        and _is_late(document, section.span[0])
        and len(heading := _compact(folded[slice(*section.title)])) <= _LONGEST_HEADING
        and _is_ahead(heading, period)
    ]
    # From the first unnumbered heading, a short late line, everything is ahead.
    for line in _LINE.finditer(folded):
        if _is_late(document, line.start()) and _is_ahead(_compact(line[0]), period):
            spans.append((line.start(), max(document.main[-1][1], line.end())))
            break
    spans.extend(_by_sentence(document, folded, period))
    appendix = [match.start() for match in _APPENDIX.finditer(folded)]
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
        match = _OPENS.match(_compact(folded[start : start + 60]))
        if match is None or sentence.row:
            continue
        if match["half"] and not period.half:
            continue
        if match["year"] and (period.year is None or int(match["year"]) <= period.year):
            continue
        last = ends[sentence.paragraph]
        mixed = [section.span[1] for section in document.sections_at(start) if section.level == 1]
        heading_end = min(mixed) if mixed and _is_late(document, start) else last
        spans.append((start, max(last, heading_end)))
    return spans


def _is_ahead(heading: str, period: Period) -> bool:
    """Whether a heading, without white space, is of what is to come, and of nothing else."""
    if _BEHIND.search(heading):
        return False
    if _AHEAD.search(heading) or (period.half and "下半年" in heading):
        return True
    return any(
        period.year is not None
        and year_of(match[1]) > period.year
        and not CARRIED_OVER.search(heading, max(0, match.start() - 4), match.start())
        for match in _YEAR_AHEAD.finditer(heading)
    )


def _is_late(document: Document, offset: int) -> bool:
    """Whether a place is so far down in the report that plans may stand there."""
    if not document.main:
        return False
    start, end = document.main[0][0], document.main[-1][1]
    return offset - start > _EARLIEST * (end - start)


def _compact(text: str) -> str:
    return "".join(text.split())
