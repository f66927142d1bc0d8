"""The automatic numbers of Word documents: what stands before a paragraph that a list or a heading style counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from baogao.document.counting import counted
from baogao.document.word_styles import VALUE, Styles

Element = Any
"""An lxml element."""
_LEVELS = 9
_OWN_SIGN = re.compile(r"[\ue000-\uf8ff]")
"""A character of a font's own making: a bullet, in a list."""
_PLACE = re.compile(r"%([1-9])")
_LONGEST = 100
"""Characters of a number with the words around it."""


@dataclass(frozen=True)
class _Level:
    """How one level of a list counts."""

    form: str = "decimal"
    words: str = ""
    """``第%1章``; %1 stands for the number of the first level."""
    start: int = 1
    restart: int | None = None
    """0: it never begins anew; n: it does after a paragraph of level n or above; None: after any above."""
    divider: str = "tab"
    style: str | None = None
    """The paragraph style that takes this level."""
    only_decimal: bool = False


class Numbering:
    """The lists of a document, which count while its paragraphs are read in order.

    :param root: the part of numbering; None if there is none.
    """

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        lists = [] if root is None else root.findall(qn("w:abstractNum"))
        self._lists = {each.get(qn("w:abstractNumId")): each for each in lists}
        self._by_style = {_value(each, "w:styleLink"): each for each in lists if _value(each, "w:styleLink")}
        found = [] if root is None else root.findall(qn("w:num"))
        self._numbers = {each.get(qn("w:numId")): each for each in found}
        self._levels: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        """By numbering and level, where it begins anew."""

    def label(self, properties: Element | None) -> str:
        """What stands before a paragraph, and its count goes on; empty where nothing does.

        :param properties: those of the paragraph (``w:pPr``).
        """
        style = _value(properties, "w:pStyle")
        own = None if properties is None else properties.find(qn("w:numPr"))
        by_style = self._styles.numbering(style)
        number = _value(own, "w:numId") or _value(by_style, "w:numId")
        if number is None or number not in self._numbers:
            return ""
        name, levels = self._list(number)
        named = [level for level, each in levels.items() if style and each.style == style]
        at = _value(own, "w:ilvl") or (str(named[0]) if named else _value(by_style, "w:ilvl")) or "0"
        level = int(at) if at.isdigit() and len(at) == 1 else 0
        if level not in levels:
            return ""
        self._count(name, number, level, levels)
        return self._written(name, level, levels)

    def _list(self, number: str) -> tuple[str, dict[int, _Level]]:
        """The list that a numbering belongs to, and its levels with what this numbering changes in them."""
        if number not in self._levels:
            element = self._numbers[number]
            name = _value(element, "w:abstractNumId") or ""
            pattern = self._lists.get(name)
            link = _value(pattern, "w:numStyleLink")
            if link in self._by_style:
                pattern = self._by_style[link]
                name = pattern.get(qn("w:abstractNumId"))
            levels = _levels_of(pattern)
            self._starts[number] = {}
            for change in element.findall(qn("w:lvlOverride")):
                levels |= _levels_of(change)
                begins = _value(change, "w:startOverride")
                if begins is not None and int(change.get(qn("w:ilvl"), "0")) < _LEVELS:
                    self._starts[number][int(change.get(qn("w:ilvl"), "0"))] = int(begins)
            self._levels[number] = name, levels
        return self._levels[number]

    def _count(self, name: str, number: str, level: int, levels: dict[int, _Level]) -> None:
        counts = self._counts.setdefault(name, [None] * _LEVELS)
        for at in [at for at in self._starts[number] if at <= level]:
            begins = self._starts[number].pop(at)  # at the first paragraph only
            counts[at] = begins - 1 if at == level else begins
        before = counts[level]
        counts[level] = levels[level].start if before is None else before + 1
        for above in range(level):
            if counts[above] is None:
                counts[above] = levels[above].start if above in levels else 1
        for below in range(level + 1, _LEVELS):
            restart = levels[below].restart if below in levels else None
            if restart is None or (restart > level and restart > 0):
                counts[below] = None

    def _written(self, name: str, level: int, levels: dict[int, _Level]) -> str:
        counts = self._counts[name]
        this = levels[level]

        def one(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            form = levels[at].form if at in levels and not this.only_decimal else "decimal"
            count = counts[at]
            return counted(1 if count is None else count, form)

        if this.form == "bullet":
            words = _OWN_SIGN.sub("●", this.words)
        else:
            words = "" if this.form == "none" and "%" in this.words else _PLACE.sub(one, this.words)
        words = words.strip()[:_LONGEST]
        blank = this.divider != "nothing" and not words.endswith(("、", "）", "．", "。", "：", "】", "是"))
        return f"{words} " if words and blank else words


def _levels_of(parent: Element | None) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for each in [] if parent is None else parent.findall(qn("w:lvl")):
        at = each.get(qn("w:ilvl"), "0")
        if at.isdigit() and int(at) < _LEVELS:
            start, restart = _value(each, "w:start"), _value(each, "w:lvlRestart")
            levels[int(at)] = _Level(
                form=_form(each),
                words=_value(each, "w:lvlText") or "",
                start=int(start) if start else 0,
                restart=int(restart) if restart else None,
                divider=_value(each, "w:suff") or "tab",
                style=_value(each, "w:pStyle"),
                only_decimal=each.find(qn("w:isLgl")) is not None,
            )
    return levels


def _form(level: Element) -> str:
    """The form of its numbers; the newer forms stand beside an older one, for old programs."""
    forms = list(level.iter(qn("w:numFmt")))
    form = forms[0].get(VALUE, "decimal") if forms else "decimal"
    return str(forms[0].get(qn("w:format"), "decimal") if form == "custom" else form)


def _value(parent: Element | None, tag: str) -> str | None:
    found = None if parent is None else parent.find(qn(tag))
    return None if found is None else found.get(VALUE)
