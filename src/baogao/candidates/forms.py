"""Numbers that are no counts: places in an order (第3位), ratios (15:61.9:23.1), dates.

They are found where a schema asks for them, apart from the figures, for which they are noise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from baogao.candidates.candidate import touches
from baogao.chinese.numerals import YEAR, chinese_number, year_of
from baogao.document.document import Span
from baogao.schema.fields import Sought


class Form(NamedTuple):
    """One rank, one part of a ratio, or one date; offsets count in the text, end exclusive."""

    kind: Literal["rank", "ratio", "date"]
    start: int
    end: int
    value: Decimal | None = None
    unit: str = ""
    whole: Span | None = None
    """Of a part of a ratio: where all of it is printed."""
    date: str = ""
    """``2025-01-08`` or ``2025-01``."""


_N = r"(?:\d{1,3}|[一二三四五六七八九十百]{1,4})"
_CLAUSE = r"[^，。；：！？,;:!?\n]"
_ORDER = (
    r"居(?![民住家委留])|位[居列次]|名[列次]|排(?:名|在|列|位|行|全|第)|列(?=[全第同我]|\Z)|[跃升进跻移][至到]?(?=[全第]|\Z)|跃[居升]|跻身|夺得|蝉联|荣获"
    r"|稳居|分列|处(?=[全第]|\Z)|处于"
)
"""Words behind which 第三 is a place in an order."""
_ENDS = r"(?=[\s，。；：、,;:()（）”\"]|[和与及且并同]|以及|以上|的(?!任务|责任)|-|\Z)"
_RANK = re.compile(
    rf"(?<![第倒])第\s?(?P<number>{_N})\s?(?:(?P<unit>位(?![置数于])|名(?!称|[\u4e00-\u9fff]*?[员者人手生家]))|(?P<bare>{_ENDS}))"
)
_NEXT = re.compile(rf"[、和与及]\s?(?:第\s?)?(?P<number>{_N})\s?(?:[位名]|{_ENDS})")
"""Behind a rank, one more of a list: 分别居第2、3位."""
_BEHIND_ORDER = re.compile(
    rf"(?:(?:{_ORDER}){_CLAUSE}{{0,16}}|[国省市区州盟县旗镇界部](?:同类|同行)?|[升移][到至]|位次)\Z"
)
_FIRST = re.compile(rf"(?:{_ORDER}){_CLAUSE}{{0,16}}?(?P<first>首位|榜首)")
"""A first place without a number: 居全市首位."""
_FAR = 24
"""Characters before a rank in which the word of its order may stand."""
_PRIORITY = re.compile(r"(?:[放摆置]在?|作为|倒数|视为|当[作成])[^，。；,;]{0,4}\Z|是\Z")
"""Before a rank that is none: 摆在第一位."""

_PART = r"\d{1,3}(?:\.\d+)?"
_RATIO = re.compile(rf"(?<![\d.:年月日]){_PART}(?:\s?:\s?{_PART}){{1,4}}(?![\d:%‰]|\.\d|[年月日十百千万亿])")
_PARTS = re.compile(_PART)
_PROPORTION = re.compile(r"(?:结构|构成|比例|比重|占比|(?<![对评])比(?![赛分上去较如]))[^，。；,;\n]{0,14}\Z")
"""Before a ratio of two, and before what might be a time of day."""
_WHOLE = (Decimal(99), Decimal(101))
"""What the parts of a whole add up to, rounded as they are."""

_CN = "[一二三四五六七八九十]{1,3}"
_DATE = re.compile(
    rf"(?<![\d.])(?P<year>{YEAR})\s?年\s?(?P<month>\d{{1,2}}|{_CN})\s?月(?:\s?(?P<day>\d{{1,2}}|{_CN})\s?[日号])?"
    r"|(?<![\d./-])(?P<year2>20\d\d)(?P<mark>[-/.])(?P<month2>\d{1,2})(?P=mark)(?P<day2>\d{1,2})(?![\d./-])"
)


def find_forms(text: str, sought: Sought) -> list[Form]:
    """The ranks, ratios and dates of a text that are sought, in reading order, without overlaps.

    :param text: folded.
    """
    finders: tuple[tuple[str, Callable[[str], Iterator[Form]]], ...] = (
        ("date", _dates),
        ("ratio", _ratios),
        ("rank", _ranks),
    )
    found: list[Form] = []
    for kind, find in finders:  # of two that share a character (第15:62:23) the earlier kind stays
        taken = sorted((form.start, form.end) for form in found)
        if kind in sought.kinds:
            found += [form for form in find(text) if not touches(taken, *(form.whole or (form.start, form.end)))]
    return sorted(found, key=lambda form: form.start)


def _ranks(text: str) -> Iterator[Form]:
    """第3位, 居全省第二, 居首位: only what is a place in an order."""
    for match in _FIRST.finditer(text):
        yield Form("rank", *match.span("first"), Decimal(1), "位")
    position = 0
    while (rank := _RANK.search(text, position)) is not None:
        position = rank.end()
        before = text[max(0, rank.start() - _FAR) : rank.start()]
        if _PRIORITY.search(before) or not (rank["unit"] == "位" or _BEHIND_ORDER.search(before)):
            continue
        while rank is not None:
            value, position = chinese_number(rank["number"]), rank.end()
            if value:
                yield Form("rank", rank.start() + (rank[0][0] in "、和与及"), position, value, "位")
            rank = _NEXT.match(text, position)


def _ratios(text: str) -> Iterator[Form]:
    """Each part of 15:61.9:23.1; times of day and scores are none."""
    for match in _RATIO.finditer(text):
        parts = list(_PARTS.finditer(text, *match.span()))
        values = [Decimal(part[0]) for part in parts]
        whole = _WHOLE[0] <= sum(values) <= _WHOLE[1]
        plain = len(parts) > 2 and not _is_time(match[0], values)
        if plain or whole or _PROPORTION.search(text, max(0, match.start() - _FAR), match.start()):
            unit = "%" if whole or len(parts) > 2 else ""
            for part, value in zip(parts, values, strict=True):
                yield Form("ratio", *part.span(), value, unit, match.span())


def _is_time(printed: str, values: list[Decimal]) -> bool:
    """Whether three numbers may be hours, minutes and seconds."""
    return "." not in printed and len(values) == 3 and values[0] < 24 and max(values[1:]) < 60


def _dates(text: str) -> Iterator[Form]:
    """2025年1月8日, 2025-01-08, 二〇二五年一月; what is no day of the calendar is none."""
    for match in _DATE.finditer(text):
        year = year_of(match["year"] or match["year2"])
        numerals = (match["month"] or match["month2"], match["day"] or match["day2"])
        month, day = (chinese_number(numeral) if numeral else None for numeral in numerals)
        try:
            printed = date(year, int(month or 0), int(day if day is not None else 1)).isoformat()
        except ValueError:
            continue
        yield Form("date", *match.span(), date=printed if day is not None else printed[:7])
