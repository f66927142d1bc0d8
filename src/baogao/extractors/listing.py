"""Lists by rules: which list items of a report stand in the section that a list asks for.

A section is known by its heading, or, in reports that run on, by the sentence that leads over to the first item (“虽然…，但还存在
不足。一是…”). One section may hold two lists; the lead of the second ends the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from baogao.candidates.model import Candidate, Candidates
from baogao.document.model import Document, Span
from baogao.extractors.rulebook import ListRules

_LATE = 0.35
"""Leads without a heading are believed only in this last part of a report."""


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
    levels = {section.title[0]: section.level for section in document.sections}
    found: dict[str, list[int]] = {name: [] for name in rules}
    for region in regions:
        inside = [item for item in items if region.span[0] <= item.start and item.end <= region.span[1]]
        found[region.name] += [item.id for item in _outermost(inside, levels)]
    return found


def find_regions(document: Document, rules: dict[str, ListRules]) -> list[Region]:
    """Where each list stands: its headed section if there is one, else from its lead on; cut where the next begins."""
    found: list[Region] = []
    for name in rules:
        region = _headed(document, name, rules) or _led(document, name, rules[name])
        found += [region] if region else []
    found.sort(key=lambda region: region.span)
    return [
        Region(one.name, (one.span[0], min([one.span[1], *(other.span[0] for other in found[number + 1 :])])))
        for number, one in enumerate(found)
    ]


def _headed(document: Document, name: str, rules: dict[str, ListRules]) -> Region | None:
    """The last section with such a heading; where it announces another list before this one, from the lead on."""
    rule = rules[name]
    for section in reversed(document.sections):
        title = document.slice(section.title)
        match = rule.heading.search(title)
        if match is None or section.level > 3:
            continue
        rivals = [other.heading.search(title) for key, other in rules.items() if key != name]
        if not any(rival and rival.start() < match.start() for rival in rivals):
            return Region(name, (section.title[1], section.span[1]))
        lead = rule.lead.search(document.text, section.title[1], section.span[1])
        if lead:
            return Region(name, (lead.end(), section.span[1]))
    return None


def _led(document: Document, name: str, rule: ListRules) -> Region | None:
    """From the lead of the list to the end of its section, in the last part of the report."""
    begin, end = (document.main[0][0], document.main[-1][1]) if document.main else (0, 0)
    lead = rule.lead.search(document.text, int(end - (end - begin) * _LATE), end)
    if lead is None:
        return None
    around = [section for section in document.sections_at(lead.end()) if section.level == 1]
    return Region(name, (lead.end(), around[-1].span[1] if around else end))


def _outermost(items: list[Candidate], levels: dict[int, int]) -> list[Candidate]:
    """Drop the items inside items: those of a deeper level than the first one."""
    if not items:
        return []
    depth = {item.id: levels.get(item.start, 5) for item in items}
    top = min(depth.values())
    return [item for item in items if depth[item.id] == top]
