"""The styles of a Word document: which text they hide, strike out, raise or number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from docx.oxml.ns import qn

Element = Any
"""An lxml element."""
VALUE = qn("w:val")
_ON = frozenset({None, "1", "true", "on"})
_TOGGLES = {"hidden": ("w:vanish", "w:specVanish"), "struck": ("w:strike", "w:dstrike")}
_RUN, _PARAGRAPH = qn("w:rPr"), qn("w:pPr")
_LONGEST_CHAIN = 50
"""Styles that are based on one another."""


@dataclass(frozen=True)
class RunStyle:
    """How a run of text is shown, as far as that changes what is read."""

    hidden: bool = False
    struck: bool = False
    place: str = "baseline"
    """Or ``superscript``, or ``subscript``."""


class Styles:
    """The styles of a document.

    :param root: the part of styles; None if there is none.
    """

    def __init__(self, root: Element | None) -> None:
        found = [] if root is None else root.findall(qn("w:style"))
        self._styles = {style.get(qn("w:styleId")): style for style in found}
        defaults = [style for style in found if style.get(qn("w:default")) in _ON - {None}]
        self._default = {style.get(qn("w:type")): style.get(qn("w:styleId")) for style in defaults}
        self._document = None if root is None else root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{_RUN}")
        self._known: dict[str | None, dict[str, Any]] = {}

    def of_run(self, run: Element, paragraph_style: str | None) -> RunStyle:
        """How a run is shown: by its own properties, its style, its paragraph's style, the document's defaults."""
        own = run.find(_RUN)
        styles = [self._of_style(paragraph_style or self._default.get("paragraph"))]
        named = _value(own, "w:rStyle")
        if named:
            styles.append(self._of_style(named))
        shown: dict[str, bool] = {}
        for name, tags in _TOGGLES.items():
            # A switch that both styles turn is turned back; what the run says itself goes before.
            direct = switched(own, tags)
            turned = [style[name] for style in styles if style[name] is not None]
            shown[name] = direct if direct is not None else (sum(map(bool, turned)) % 2 == 1)
            if direct is None and not turned:
                shown[name] = bool(switched(self._document, tags))
        raised = (_value(own, "w:vertAlign"), *(style["place"] for style in reversed(styles)))
        return RunStyle(shown["hidden"], shown["struck"], next((place for place in raised if place), "baseline"))

    def size(self, run: Element, paragraph_style: str | None) -> float:
        """The size of a run's letters, in half points; 0 where nothing says it."""
        return number(self._said(run, paragraph_style, "w:sz"))

    def position(self, run: Element, paragraph_style: str | None) -> float:
        """How far a run stands above its line, in half points."""
        return number(self._said(run, paragraph_style, "w:position"))

    def _said(self, run: Element, paragraph_style: str | None, tag: str) -> str | None:
        """A property of a run: its own, its style's, its paragraph's style's or the document's."""
        own = run.find(_RUN)
        named = _value(own, "w:rStyle")
        chains = chain(self._chain(named), self._chain(paragraph_style or self._default.get("paragraph")))
        values = (_value(own, tag), *(_value(style.find(_RUN), tag) for style in chains), _value(self._document, tag))
        return next(filter(None, values), None)

    def numbering(self, style: str | None) -> Element | None:
        """The numbering that a paragraph style gives (``w:numPr``); None if it gives none."""
        for each in self._chain(style or self._default.get("paragraph")):
            found = each.find(f"{_PARAGRAPH}/{qn('w:numPr')}")
            if found is not None:
                return found
        return None

    def _of_style(self, name: str | None) -> dict[str, Any]:
        """What a style and those below it say of a run; None for what they do not."""
        if name not in self._known:
            found: dict[str, Any] = {"hidden": None, "struck": None, "place": None}
            for style in self._chain(name):
                own = style.find(_RUN)
                for switch, tags in _TOGGLES.items():
                    if found[switch] is None:
                        found[switch] = switched(own, tags)
                found["place"] = found["place"] or _value(own, "w:vertAlign")
            self._known[name] = found
        return self._known[name]

    def _chain(self, name: str | None) -> Iterator[Element]:
        """A style and those that it is based on."""
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(name) if name else None
            if style is None:
                return
            yield style
            name = _value(style, "w:basedOn")


def number(value: str | None, default: float = 0.0) -> float:
    """A number of a property, also with a unit behind it; the default where there is none."""
    try:
        return float(value.rstrip("abcdefghijklmnopqrstuvwxyz%")) if value else default
    except ValueError:
        return default


def switched(properties: Element | None, tags: tuple[str, ...]) -> bool | None:
    """Whether one of some switches is on; None where none of them is there."""
    found = [] if properties is None else [each for tag in tags if (each := properties.find(qn(tag))) is not None]
    return any(each.get(VALUE) in _ON for each in found) if found else None


def _value(properties: Element | None, tag: str) -> str | None:
    found = None if properties is None else properties.find(qn(tag))
    return None if found is None else found.get(VALUE)
