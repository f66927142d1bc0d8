"""Which year a report is about, as far as its own first lines say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_YEAR = r"(20\d\d|二[〇零○][〇零○一二三四五六七八九]{2})"
_TITLED = re.compile(rf"{_YEAR}年?[^，。；,;\d]{{0,24}}(?:报告|总结|汇报|情况|公报)")
_NAMED = re.compile(rf"{_YEAR}年?(?:度|上半年|下半年)")
_PLAIN = re.compile(rf"{_YEAR}年(?!\d{{1,2}}月|[一二三四五六七八九十]+月)")
_RUNNING = re.compile(r'[“"]累计[”"](?:数|均|都|系|是)?[指为]')
_OPENING = 600


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


def period_of(text: str) -> Period:
    """The period that the opening of a folded text is about: a year in a title, else the first that is no date."""
    opening = re.sub(r"\s", "", text[:_OPENING])
    for pattern, reach in ((_TITLED, 0), (_NAMED, 12), (_PLAIN, 12)):
        match = pattern.search(opening)
        if match is not None:
            half = "上半年" in opening[match.start() : match.end() + reach]
            title = opening[: match.end() + reach]
            return Period(year_of(match[1]), half, _RUNNING.search(opening) is not None, title)
    return Period(title=opening[:40])


def year_of(digits: str) -> int:
    """The year that four digits write, Arabic or Chinese."""
    return int(digits.translate(_CHINESE_DIGITS))
