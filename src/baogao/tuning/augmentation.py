"""Reports with other figures, other years and another place, so that a model learns their language and not their facts.

Every change keeps its length. So no offset moves: sentences, sections and candidates of a report are those of its copy,
and what the gold says of the one it says of the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from baogao.candidates.candidate import Candidates
from baogao.chinese.numerals import YEAR, year_of
from baogao.document.document import Span
from baogao.extraction import ReportText

_KEPT = 0.15
"""The share of the numbers that stay as they are, so that round ones and small ones remain as frequent."""
_YEARS = 4
"""The most that years are moved, either way."""
_YEAR = re.compile(rf"(?<!\d){YEAR}(?=\s?年|\s?[—–－~～至-]\s?{YEAR}|[〕］\]】）)])")
"""A year, in a date, a range, or the number of a document; other four digits are none."""
_CHINESE_DIGITS = "〇一二三四五六七八九"
_LEVEL = re.compile("(?:自治)?[省市县区州旗盟乡镇]|街道|特别行政区")
"""What ends a part of a place's name and says its level."""
_SYLLABLES = "青云龙泉石河山平安永新兴宁东西南北江海川林清白沙金银长丰和顺华阳武昌临桥港湖岭溪"
"""Characters that names of places are made of."""


@dataclass(frozen=True)
class Change:
    """Characters of a report that stand for others in its copy."""

    span: Span
    text: str


def augmented(report: ReportText, place: str | None, random: Random) -> ReportText:
    """A copy with other digits in most of its figures, all years moved alike, and an invented place instead of its own.

    :param place: the name of the report's place, where that is known; it is changed wherever it stands.
    """
    document = report.document
    changes = [*_other_digits(report.candidates, random)]
    figures = [(candidate.start, candidate.end) for candidate in report.candidates.of_kind("number")]
    others = [*_other_years(document.text, random), *_other_place(document.text, place, random)]
    changes += [change for change in others if _apart(change.span, figures)]
    text = changed(document.text, changes)
    items = tuple(one._replace(text=text[one.start : one.end]) for one in report.candidates)
    candidates = replace(report.candidates, items=items)
    return ReportText(replace(document, view=replace(document.view, text=text)), candidates)


def changed(text: str, changes: Iterable[Change]) -> str:
    """A text with some of its characters changed for as many others; of changes that overlap the first one holds."""
    characters, end = list(text), 0
    for change in sorted(changes, key=lambda change: change.span):
        if change.span[0] >= end:
            characters[slice(*change.span)] = change.text
            end = change.span[1]
    return "".join(characters)


def _apart(span: Span, others: Sequence[Span]) -> bool:
    return all(end <= span[0] or span[1] <= start for start, end in others)


def _other_digits(candidates: Candidates, random: Random) -> Iterator[Change]:
    """As many other digits for most numbers; a number that is printed again is changed in the same way."""
    known: dict[str, str] = {}
    for candidate in candidates.of_kind("number"):
        for run in re.finditer("[0-9]+", candidate.text):
            digits = run[0]
            if candidate.unit == "%" and digits == "100":
                continue  # no share is more
            if digits not in known:
                known[digits] = digits if random.random() < _KEPT else _digits_like(digits, random)
            if known[digits] != digits:
                yield Change((candidate.start + run.start(), candidate.start + run.end()), known[digits])


def _digits_like(digits: str, random: Random) -> str:
    """As many digits; the first is no zero, unless it was one, and nothing stays nothing."""
    if not digits.strip("0"):
        return digits
    first = "0" if digits[0] == "0" else str(random.randint(1, 9))
    return first + "".join(str(random.randint(0, 9)) for _ in digits[1:])


def _other_years(text: str, random: Random) -> Iterator[Change]:
    """All years earlier or later by the same number."""
    moved = random.choice([years for years in range(-_YEARS, _YEARS + 1) if years])
    for found in _YEAR.finditer(text):
        year = str(year_of(found[0]) + moved)
        if found[0].isascii() and found[0].isdigit():
            yield Change(found.span(), year)
        else:
            yield Change(found.span(), "".join(_CHINESE_DIGITS[int(digit)] for digit in year))


def _other_place(text: str, place: str | None, random: Random) -> Iterator[Change]:
    """Invented names for the parts of a place's name (清河市南屏区), wherever they stand."""
    for name in filter(None, _LEVEL.split("".join((place or "").split()))):
        invented = "".join(random.sample(_SYLLABLES, len(name))) if len(name) <= len(_SYLLABLES) else name
        # One character alone is a word of many others: it is the place's only before its level.
        wanted = re.escape(name) if len(name) > 1 else rf"{re.escape(name)}(?={_LEVEL.pattern})"
        for found in re.finditer(wanted, text):
            yield Change(found.span(), invented)
