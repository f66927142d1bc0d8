"""Lists by rules: which list items of a report stand in the section that a list asks for.

A section is known by its heading, or, in reports that run on, by the sentence that leads over to the first item
(“虽然…，但还存在不足。一是…”). One section may hold two lists; the lead of the second ends the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from baogao.candidates.candidate import Candidate, Candidates
from baogao.document.document import Document, Section, Span
from baogao.rules.rulebook import ListRules

_LATE = 0.45
"""Leads without a heading are believed only in this last part of a report."""
_REACH = 90
"""The first item stands at most this many characters after a lead."""
_ITEM_LEVEL = 3
_TITLE_LIMITS = {1: 60, 2: 20, 3: 8, 4: 8}
"""A longer title at such a level is an item itself, not the heading of a list."""
_NUMERAL = re.compile(r"[一二三四五六七八九十]+")
_DIGITS = re.compile(r"\d+")
_ORDINAL = re.compile(
    r"(?:[一二三四五六七八九十]{1,2}(?:是|要|则)[要在]?|第[一二三四五六七八九十]{1,2}(?:点|件|方面)?[，、,：:是]"
    r"|(?:首先|其次|再次|再者|此外|最后)[，,：:是]|其[一二三四五六][，、,：:是]?)\s?\Z"
)
_FIRST = re.compile(r"[。：:，,；;\s](?:一是|一要|首先[，,]|第一[，、,]|[（(]1[）)]|①)")
_CIRCLED = re.compile(r"[①-⑳⑴-⒛]")
_MARKER_REACH = 6


@dataclass(frozen=True)
class Region:
    """Where a list stands."""

    name: str
    """The list's id."""
    span: Span


def link_lists(
    document: Document, candidates: Candidates, rules: dict[str, ListRules], regions: list[Region]
) -> dict[str, list[int]]:
    """The item candidates of every list, in reading order; an empty list where there is no such section."""
    items = candidates.of_kind("item")
    found: dict[str, list[int]] = {name: [] for name in rules}
    for region in regions:
        inside = [item for item in items if region.span[0] <= item.start and item.end <= region.span[1]]
        found[region.name] += [item.id for item in _outermost(document, inside)]
    return found


def find_regions(document: Document, candidates: Candidates, rules: dict[str, ListRules]) -> list[Region]:
    """Where each list stands: its headed section if there is one, else from its lead on; cut where the next begins."""
    heads = {section.title[0] for section in document.sections if section.level < _ITEM_LEVEL}
    starts = [item.start for item in candidates.of_kind("item") if item.start not in heads]
    headings = {name: _heading(document, rule) for name, rule in rules.items()}
    found: list[Region] = []
    for name, rule in rules.items():
        section = headings[name]
        if section is None:
            span = _led(document, rule, starts, _last_part(document))
        elif any(_announced_before(document, section, rules[key], rule) for key in rules if headings[key] == section):
            span = _led(document, rule, starts, (section.title[1], _end_of(document, section)))
        else:
            span = (section.title[1], _end_of(document, section))
        found += [Region(name, span)] if span else []
    found.sort(key=lambda region: region.span)
    return [
        Region(one.name, (one.span[0], min([one.span[1], *(other.span[0] for other in found[number + 1 :])])))
        for number, one in enumerate(found)
    ]


def _heading(document: Document, rule: ListRules) -> Section | None:
    """The section that is headed so: of several the outermost, and of those the last."""
    fitting = [section for section in document.sections if _fits(document, section, rule)]
    top = min((section.level for section in fitting), default=0)
    return next((section for section in reversed(fitting) if section.level == top), None)


def _fits(document: Document, section: Section, rule: ListRules) -> bool:
    title = document.slice(section.title)
    if len(title) > _TITLE_LIMITS[section.level]:
        return False
    if section.level > _ITEM_LEVEL and not _stands_alone(document, section):
        return False
    if section.level == _ITEM_LEVEL and not (_stands_alone(document, section) or _holds_items(document, section)):
        return False
    return bool(rule.heading.search(title)) and not (rule.not_heading and rule.not_heading.search(title))


def _stands_alone(document: Document, section: Section) -> bool:
    """Whether nothing but the title stands in a section: its entries have a marker of another kind."""
    return not document.text[section.title[1] : section.span[1]].strip()


def _holds_items(document: Document, section: Section) -> bool:
    """Whether a section counts something up: an item that merely speaks of a problem does not."""
    return _FIRST.search(document.text, section.title[1], section.span[1]) is not None


def _end_of(document: Document, section: Section) -> int:
    """Where a headed list ends: entries on the heading's level with another marker belong to it (7. and (1))."""
    if not _stands_alone(document, section):
        return section.span[1]
    marker = _marker_kind(document, section.title[0])
    after = [one for one in document.sections if one.span[0] >= section.span[1]]
    ends = (
        one.span[0]
        for one in after
        if one.level < section.level or (one.level == section.level and _marker_kind(document, one.title[0]) == marker)
    )
    return next(ends, document.main[-1][1] if document.main else section.span[1])


def _marker_kind(document: Document, start: int) -> str:
    """What kind of marker stands before a title or an item: “(N)”, “C、”, ``ordinal``; empty where there is none."""
    line = document.text.rfind("\n", 0, start) + 1
    before = document.text[max(line, start - _MARKER_REACH) : start]
    if _ORDINAL.search(before):
        return "ordinal"
    cut = max((before.rfind(stop) for stop in "。；;：:！!，,"), default=-1)
    marker = "".join(before[cut + 1 :].split())
    return _CIRCLED.sub("①", _DIGITS.sub("N", _NUMERAL.sub("C", marker)))


def _announced_before(document: Document, section: Section, other: ListRules, rule: ListRules) -> bool:
    """Whether a heading that speaks of two lists (问题及打算) names ``other`` first."""
    title = document.slice(section.title)
    mine, theirs = rule.heading.search(title), other.heading.search(title)
    return mine is not None and theirs is not None and theirs.start() < mine.start()


def _last_part(document: Document) -> Span:
    begin, end = (document.main[0][0], document.main[-1][1]) if document.main else (0, 0)
    return int(end - (end - begin) * _LATE), end


def _led(document: Document, rule: ListRules, starts: list[int], within: Span) -> Span | None:
    """From a lead that an item follows to the end of its section."""
    heads = sorted(section.title[0] for section in document.sections if section.level < _ITEM_LEVEL)
    for lead in rule.lead.finditer(document.text, *within):
        first = next((start for start in starts if start >= lead.end()), None)
        headed = next((start for start in heads if start >= lead.end()), None)
        if headed is not None and (first is None or headed < first) and _announces(document, lead.end(), headed):
            first = headed
        if first is not None and _leads_to(document.text[lead.end() : first]):
            around = [section for section in document.sections_at(lead.end()) if section.level == 1]
            return lead.end(), min(within[1], around[-1].span[1]) if around else within[1]
    return None


def _announces(document: Document, start: int, head: int) -> bool:
    """Whether a colon stands before a heading, so that it is an entry of what was announced."""
    line = document.text.rfind("\n", 0, head)
    return line > start and document.text[start:line].rstrip().endswith(("：", ":"))


def _leads_to(between: str) -> bool:
    """Whether the text between a lead and an item is short and at most one sentence (下一步，要…再上台阶。一是…)."""
    return len(between) <= _REACH and between.count("。") <= 1


def _outermost(document: Document, items: list[Candidate]) -> list[Candidate]:
    """Drop the items inside items: those whose marker is of another kind than the first marked one's."""
    kinds = [_marker_kind(document, item.start) for item in items]
    first = next((kind for kind in kinds if kind), "")
    return [item for item, kind in zip(items, kinds, strict=True) if kind == first]
