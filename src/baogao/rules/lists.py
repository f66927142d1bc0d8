"""Lists by rules: which list items of a report stand in the section that a list asks for.

A section is known by its heading, or, in reports that run on, by the sentence that leads over to the first item
(“虽然…，但还存在不足。一是…”). One section may hold two lists; the lead of the second ends the first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

from baogao.candidates.candidate import Candidate, Candidates
from baogao.chinese.list_marks import ANNOUNCED
from baogao.document.document import Document, Section, Sentence, Span
from baogao.rules.rulebook import ListRules

# Shares, reaches and limits have no source but the development reports (eval/datasets/fictional/dev and the tuning
# parts of the others; docs/accuracy.md), where they were set by hand.
_FAR = 200
"""Characters behind a lead in which the end of the heading that follows it is looked for."""
_REACH = 90
"""The first item stands at most this many characters after a lead; further on it belongs to something else."""
_ITEM_LEVEL = 3
"""From this level of sections on a title may be an item of a list as well as its heading."""
_FEWEST = 2
"""Entries of a list: a single marked one may be the heading of others."""
_CLOSING = re.compile(
    "特此|专此|以上|妥否|此致|现将|[^，。；]{0,30}(?:年[^，。；]{1,3}月[^，。；]{1,3}日|(?:政府|委员会|局|厅|办公室))$"
)
"""How a report ends, and who signs it."""
_TITLE_LIMITS = {1: 60, 2: 20, 3: 8, 4: 8}
"""Characters: a longer title at such a level is an item itself, not the heading of a list."""


@dataclass(frozen=True)
class Region:
    """Where a list stands."""

    name: str
    """The list's id."""
    span: Span


def link_lists(
    document: Document, candidates: Candidates, rules: dict[str, ListRules], regions: list[Region]
) -> dict[str, list[int]]:
    """The item candidates of every list, in reading order; an empty list where there is no such section.

    Items inside items are left out: those whose marker is of another kind than the first that stands there twice. Where
    nothing is marked, the list is what is parted most clearly: rows, a series, or prose.
    """
    items = candidates.of_kind("item")
    kinds = {section.title[0]: section.kind for section in document.sections}
    found: dict[str, list[int]] = {name: [] for name in rules}
    for region in regions:
        not_item = rules[region.name].not_item
        inside = [
            item
            for item in items
            if region.span[0] <= item.start
            and item.end <= region.span[1]
            and not (not_item and not_item.search(item.text))
        ]
        marked = [item for item in inside if item.parted == "mark"]
        counts = Counter(kinds.get(item.start) for item in marked)
        outermost = next((kind for kind, count in counts.items() if count > 1), next(iter(counts), None))
        chosen = [item for item in marked if kinds.get(item.start) == outermost]
        if len(chosen) < _FEWEST:
            chosen = _unmarked(document, inside, rules[region.name]) or chosen
        found[region.name] += [item.id for item in chosen]
    return found


def _unmarked(document: Document, inside: list[Candidate], rule: ListRules) -> list[Candidate]:
    """The entries of a list without marks."""
    rows = {document.sentence_at(item.start): item for item in reversed(inside) if item.parted == "row"}
    if len(rows) >= _FEWEST:
        return [*reversed(rows.values())]
    if series := [item for item in inside if item.parted == "semicolon"]:
        return series
    clauses: dict[Sentence, list[Candidate]] = {}
    for item in inside:
        sentence = document.sentence_at(item.start)
        if item.parted in {"sentence", "clause", "phrase"} and sentence is not None and not _CLOSING.match(item.text):
            clauses.setdefault(sentence, []).append(item)
    # One sentence announces its clauses, or is alone and holds them.
    for sentence, parts in clauses.items():
        announced = [match.end() for match in ANNOUNCED.finditer(document.text, *sentence.span)]
        for place in (*reversed(announced), *([sentence.span[0]] if len(clauses) == 1 else [])):
            behind = [item for item in parts if item.start >= place]
            whole = [item for item in behind if item.parted != "phrase"]
            series = whole if len(whole) > _FEWEST else [item for item in behind if item.parted == "phrase"]
            if len(series) > _FEWEST:
                return series
    heads = [parts[0] for parts in clauses.values()]
    if clauses and rule.lead.match(document.slice(next(iter(clauses)).span)):
        heads = heads[1:]
    return heads if len(heads) >= _FEWEST else []


def find_regions(document: Document, candidates: Candidates, rules: dict[str, ListRules]) -> list[Region]:
    """Where each list stands: its headed section if there is one, else from its lead on; cut where the next begins."""
    heads = {section.title[0] for section in document.sections if section.level < _ITEM_LEVEL}
    items = candidates.of_kind("item")
    starts = [item.start for item in items if item.parted in {"mark", "semicolon", "row"} and item.start not in heads]
    begin, end = (document.main[0][0], document.main[-1][1]) if document.main else (0, 0)
    headings = {name: _heading(document, rule) for name, rule in rules.items()}
    found: list[Region] = []
    for name, rule in rules.items():
        section = headings[name]
        span: Span | None
        if section is None:
            span = _led(document, rule, starts, (int(end - (end - begin) * rule.late), end))
        else:
            span = (section.title[1], _end_of(document, section))
            # A heading that speaks of two lists (问题及打算): the one that it names first begins at once.
            title = document.slice(section.title)
            sharing = {key: rules[key].heading.search(title) for key in rules if headings[key] == section}
            places = {key: match.start() for key, match in sharing.items() if match}
            if min(places.values()) < places[name]:
                span = _led(document, rule, starts, span)
        if span is not None:
            found.append(Region(name, span))
    found.sort(key=lambda region: region.span)
    return [
        Region(one.name, (one.span[0], min([one.span[1], *(other.span[0] for other in found[number + 1 :])])))
        for number, one in enumerate(found)
    ]


def _heading(document: Document, rule: ListRules) -> Section | None:
    """The section that is headed so: of several the outermost, and of those the last."""
    fitting = []
    highest = min((section.level for section in document.sections), default=1)
    for number, section in enumerate(document.sections):
        title = document.slice(section.title)
        # In a report whose chapters are 1. 2. 3. those may have titles as long as chapters have.
        if len(title) > _TITLE_LIMITS[1 if section.level == highest else section.level]:
            continue
        # On an item's level a heading stands alone, or counts something up: an item that speaks of a problem does not.
        alone = section.level < _ITEM_LEVEL or _stands_alone(document, section)
        if not alone and (section.level > _ITEM_LEVEL or not _counts_up(document, number)):
            continue
        if rule.heading.search(title) and not (rule.not_heading and rule.not_heading.search(title)):
            fitting.append(section)
    top = min((section.level for section in fitting), default=0)
    return next((section for section in reversed(fitting) if section.level == top), None)


def _stands_alone(document: Document, section: Section) -> bool:
    """Whether nothing but the title stands in a section: its entries have a marker of another kind."""
    return not document.text[section.title[1] : section.span[1]].strip()


def _counts_up(document: Document, number: int) -> bool:
    """Whether the section of that number counts something up: in it there is a first entry."""
    end = document.sections[number].span[1]
    following = map(document.sections.__getitem__, range(number + 1, len(document.sections)))
    return any(one.number == 1 for one in takewhile(lambda one: one.span[0] < end, following))


def _end_of(document: Document, section: Section) -> int:
    """Where a headed list ends: entries on the heading's level with another marker belong to it (7. and (1))."""
    if not _stands_alone(document, section):
        return section.span[1]
    after = [one for one in document.sections if one.span[0] >= section.span[1]]
    ends = (
        one.span[0]
        for one in after
        if one.level < section.level or (one.level == section.level and one.kind == section.kind)
    )
    return next(ends, document.main[-1][1] if document.main else section.span[1])


def _led(document: Document, rule: ListRules, starts: list[int], within: Span) -> Span | None:
    """From a lead that an item follows to the end of its section.

    Between the two stands at most one sentence (下一步，要…再上台阶。一是…). The item may be a heading, where a colon
    announces it.
    """
    text = document.text
    heads = sorted(section.title[0] for section in document.sections if section.level < _ITEM_LEVEL)
    for lead in rule.lead.finditer(text, *within):
        first = _first_from(starts, lead.end())
        headed = _first_from(heads, lead.end())
        if headed is not None and (first is None or headed < first):
            line = text.rfind("\n", lead.end() + 1, min(headed, lead.end() + _FAR))
            if line >= 0 and text[lead.end() : line].rstrip().endswith(("：", ":")):
                first = headed
        near = first is not None and first - lead.end() <= _REACH
        between = text[lead.end() : first] if near else ""
        if near and between.count("。") <= 1:
            around = [section for section in document.sections_at(lead.end()) if section.level == 1]
            return lead.end(), min(within[1], around[-1].span[1]) if around else within[1]
    return None


def _first_from(places: list[int], start: int) -> int | None:
    """The first of some places, which are in order, that is not before ``start``."""
    number = bisect_left(places, start)
    return places[number] if number < len(places) else None
