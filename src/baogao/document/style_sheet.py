"""What a web page's own style says of what is seen: text that it hides, strikes out or raises.

Only that much of CSS is read: simple selectors (``p``, ``.x``, ``#y``, ``[z]``, ``div.x span``, ``ul > li``), the
cascade between them, and a handful of properties. A selector of another kind changes nothing, so that text is
rather shown than hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from baogao.errors import DocumentError

_PROPERTIES = (
    r"display|visibility|opacity|font-size|text-decoration(?:-line)?|vertical-align|list-style(?:-type)?|color|left|top"
    r"|background(?:-color)?|text-indent|bottom|position|clip(?:-path)?|(?:max-)?(?:width|height)|overflow|float"
    r"|white-space|mso-hide|mso-text-raise|transform"
)
_DECLARATION = re.compile(rf"(?:^|[;\s])({_PROPERTIES})\s*:\s*([^;]*)", re.I)
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|<!--|-->", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*)?\]""")
_COMPOUND = re.compile(rf"(\*|[a-z][\w-]*)?((?:[.#][\w-]+|{_ATTRIBUTE.pattern})*)", re.I)
_PART = re.compile(r"\s*>\s*|\s+(?![^\[]*\])")
_GROUP = re.compile(r"@(?:supports|layer)\b.*", re.I | re.DOTALL)
"""Blocks whose rules hold everywhere."""
_QUERY = re.compile(
    r"\s*(?:only\s+)?(?:(?:screen|all)\b|(?=\())((?:\s*(?:and\s*)?\(\s*(?:min|max)-width\s*:\s*[\d.]+(?:px|em|rem)\s*\))*)\s*",
    re.I,
)
_WIDTH = re.compile(r"(min|max)-width\s*:\s*([\d.]+)(px|em|rem)", re.I)
_NARROW_SCREEN, _WIDE_SCREEN = 1280, 1920
"""Pixels: what holds for screens from the one to the other is taken to hold."""
_EM = 16
"""Pixels of an em where nothing says it."""
_MOST_RULES = 5_000
_MOST_TRIES = 2_000_000
"""Rules held against elements; a page of a government site takes some ten thousand."""
_LONGEST = 200
"""Characters, of a selector or of what is said."""
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)", "rgb(255, 255, 255)"})

Element = Any
"""An lxml element."""
Declared = dict[str, str]
"""What is said of an element, by property."""


class _Compound(NamedTuple):
    tag: str
    names: frozenset[str]
    """Its classes with a dot, its id with a #."""
    attributes: tuple[tuple[str, str, str], ...]
    """Name, sign and value of each; the sign is empty where the attribute must only be there."""
    parent: bool
    """Whether the compound before it must be the parent, not any ancestor."""


class _Rule(NamedTuple):
    compounds: tuple[_Compound, ...]
    rank: tuple[int, int, int]
    """How particular it is: ids, classes, tags."""
    order: int
    said: tuple[tuple[str, str], ...]


class StyleSheet:
    """The style sheets that stand in a page.

    :param sheets: their sources, in order.
    """

    def __init__(self, sheets: Iterable[str] = ()) -> None:
        self._rules: dict[str, list[_Rule]] = {}
        """By a name, or the tag, that an element must have."""
        self._tries = 0
        self._names: dict[Element, frozenset[str]] = {}
        """What was looked at, by its names; it keeps the elements in mind as well, so that they are the same later."""
        count = 0
        for selectors, said in (each for sheet in sheets for each in _blocks(_COMMENT.sub("", sheet))):
            for selector in selectors.split(","):
                compounds = _compounds(selector.strip())
                if compounds is None or count >= _MOST_RULES:
                    continue
                count += 1
                names = [name for each in compounds for name in each.names]
                ids = sum(name.startswith("#") for name in names)
                others = sum(len(each.attributes) for each in compounds)
                rank = (ids, len(names) - ids + others, sum(each.tag != "*" for each in compounds))
                last = compounds[-1]
                self._rules.setdefault(min(last.names, default=last.tag), []).append(
                    _Rule(compounds, rank, count, said)
                )

    def of(self, element: Element) -> Declared:
        """What the sheets and the element's own ``style`` say of it.

        :raises DocumentError: the sheets are made to take too long.
        """
        said: list[tuple[tuple[Any, ...], str, str]] = []
        if self._rules:
            for key in {*self._names_of(element), element.tag, "*"} & self._rules.keys():
                for rule in self._rules[key]:
                    self._tries += 1
                    if self._matches(element, rule.compounds):
                        said.extend(((False, rule.rank, rule.order), name, value) for name, value in rule.said)
            if self._tries > _MOST_TRIES:
                raise DocumentError("its style sheets take too long to read; save it as text")
        own = element.get("style")
        said.extend(((True, (0, 0, 0), 0), name, value) for name, value in _declared(own)) if own else None
        ranked = sorted((("!important" in value, *rank), name, value) for rank, name, value in said)
        return {name: value.replace("!important", "").strip() for _, name, value in ranked}

    def _matches(self, element: Element, compounds: tuple[_Compound, ...]) -> bool:
        if not self._fits(element, compounds[-1]):
            return False
        for later, earlier in zip(reversed(compounds), reversed(compounds[:-1]), strict=False):
            above = (element.getparent(),) if later.parent else element.iterancestors()
            found = None
            for each in above:
                self._tries += 1
                if each is not None and self._fits(each, earlier):
                    found = each
                    break
            if found is None:
                return False
            element = found
        return True

    def _fits(self, element: Element, compound: _Compound) -> bool:
        if compound.tag not in {"*", element.tag} or not (compound.names <= self._names_of(element)):
            return False
        return all(_has_attribute(element.get(name), *wanted) for name, *wanted in compound.attributes)

    def _names_of(self, element: Element) -> frozenset[str]:
        names = self._names.get(element)
        if names is None:
            classes = (f".{name}" for name in (element.get("class") or "").split())
            names = self._names[element] = frozenset((*classes, f"#{element.get('id') or ''}"))
        return names


_ZERO = re.compile(r"0+(?:\.0+)?(?:px|pt|em|rem|%)?")
_TINY = re.compile(r"(?:0+(?:\.\d+)?|1(?:\.0+)?)(?:px|pt)?")
_FAR_AWAY = re.compile(r"-(?:\d{4,}(?:\.\d+)?(?:px|pt|em|rem|%)?|\d{2,}(?:\.\d+)?(?:em|rem)|\d{3}%)")
_CLEAR = re.compile(r"transparent|(?:rgb|hsl)a?\([^()]*(?:,[^(),]*,[^(),]*,|/)\s*(?:0+(?:\.0+)?|\.0+)%?\s*\)")
_CLIPPED = re.compile(
    r"rect\(\s*([01])(?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+\1(?:px)?\s*\)|inset\((?:50|100)%\)"
)
_SIZES = ("width", "height", "max-width", "max-height")
_LENGTH = re.compile(r"(-?)(\d*\.?\d+)(px|pt|em|rem|%)")


def hides(said: Declared) -> bool:
    """Whether text with such a style is not seen."""
    return (
        said.get("display") == "none"
        or said.get("visibility") in {"hidden", "collapse"}
        or said.get("mso-hide") == "all"
        or re.fullmatch(r"0+(?:\.0+)?%?|\.0+", said.get("opacity", "1")) is not None
        or _ZERO.fullmatch(said.get("font-size", "1")) is not None
        or _CLEAR.fullmatch(said.get("color", "")) is not None
        or any(_FAR_AWAY.fullmatch(said.get(name, "")) for name in ("left", "top", "text-indent"))
        or any(_CLIPPED.fullmatch(said.get(name, "")) for name in ("clip", "clip-path"))
        or (said.get("overflow") in {"hidden", "clip"} and any(_TINY.fullmatch(said.get(name, "")) for name in _SIZES))
        or said.get("transform") in {"scale(0)", "scale(0,0)", "scale(0, 0)"}
    )


def rise(said: Declared) -> float:
    """How far text with such a style stands above its line, or below it (negative), in sizes of its own letters."""
    size = _pixels(said.get("font-size", ""), _EM) or _EM
    lifted = _pixels(said.get("vertical-align", ""), size) or _pixels(said.get("mso-text-raise", ""), size)
    if not lifted and said.get("position") == "relative":
        lifted = _pixels(said.get("bottom", ""), size) or -_pixels(said.get("top", ""), size)
    return lifted / size


def _pixels(length: str, whole: float) -> float:
    """A length of a style in pixels; 0 where it is none.

    :param whole: what 100 % and one em are.
    """
    match = _LENGTH.fullmatch(length)
    if match is None:
        return 0.0
    factor = {"px": 1.0, "pt": 4 / 3, "%": whole / 100}.get(match[3], whole)
    return (-1 if match[1] else 1) * float(match[2]) * factor


def is_white(said: Declared) -> bool:
    """Whether text with such a style is white, and nothing is said of what stands behind it."""
    return said.get("color") in _WHITE and not any(name.startswith("background") for name in said)


def strikes(said: Declared) -> bool:
    """Whether text with such a style is struck out."""
    return "line-through" in said.get("text-decoration", "") + said.get("text-decoration-line", "")


def _blocks(sheet: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The selectors and the declarations of each rule that holds on a screen and says something that is read."""
    ignored: list[bool] = []
    start = 0
    opened_at: tuple[int, int] | None = None
    for brace in re.finditer(r"[{};]", sheet):
        if brace[0] == ";":
            if opened_at is None:  # @import …; and the like
                start = brace.end()
            continue
        if brace[0] == "{":
            before = sheet[start : brace.start()].strip()
            at_rule = before.startswith("@")
            ignored.append(at_rule and _GROUP.fullmatch(before) is None and not _is_for_screens(before))
            opened_at = None if at_rule else (start, brace.start())
        else:
            if opened_at is not None and not any(ignored):
                said = tuple(_declared(sheet[opened_at[1] + 1 : brace.start()]))
                if said:
                    yield sheet[slice(*opened_at)], said
            opened_at = None
            if ignored:
                ignored.pop()
        start = brace.end()


def _is_for_screens(rule: str) -> bool:
    """Whether what stands in a block of rules (``@media …``) holds on every usual screen of a desk."""
    if not re.match(r"@media[\s(]", rule, re.I):
        return False
    for query in rule[len("@media") :].split(","):
        match = _QUERY.fullmatch(query)
        widths = [] if match is None else _WIDTH.findall(match[1])
        sizes = [(kind.lower(), float(value) * (1 if unit == "px" else _EM)) for kind, value, unit in widths]
        if match and all(at <= _NARROW_SCREEN if kind == "min" else at >= _WIDE_SCREEN for kind, at in sizes):
            return True
    return False


def _has_attribute(value: str | None, sign: str, wanted: str) -> bool:
    """Whether an attribute's value is what a selector wants of it."""
    if value is None or not sign:
        return value is not None
    if not wanted and sign != "=":
        return False
    return {
        "=": value == wanted,
        "~=": wanted in value.split(),
        "|=": value == wanted or value.startswith(f"{wanted}-"),
        "^=": value.startswith(wanted),
        "$=": value.endswith(wanted),
        "*=": wanted in value,
    }[sign]


def _declared(declarations: str) -> Iterator[tuple[str, str]]:
    for match in _DECLARATION.finditer(declarations):
        yield match[1].lower(), " ".join(match[2][:_LONGEST].lower().replace("! ", "!").split())


def _compounds(selector: str) -> tuple[_Compound, ...] | None:
    """A selector, part by part; None for one that is not read."""
    if not selector or len(selector) > _LONGEST:
        return None
    found: list[_Compound] = []
    parts = _PART.split(selector)
    joints = [False, *(">" in joint[0] for joint in _PART.finditer(selector))]
    for part, parent in zip(parts, joints, strict=True):
        match = _COMPOUND.fullmatch(part)
        if not part or match is None:
            return None
        attributes = tuple(
            (each[1].lower(), each[2] or "", each[3] or each[4] or each[5] or "")
            for each in _ATTRIBUTE.finditer(match[2])
        )
        names = frozenset(re.findall(r"[.#][\w-]+", _ATTRIBUTE.sub("", match[2])))
        found.append(_Compound((match[1] or "*").lower(), names, attributes, parent))
    return tuple(found)
