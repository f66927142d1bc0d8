"""Equations, in Word documents and on web pages, as one line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from baogao.document.scripts import lowered, raised
from baogao.document.signs import plain

Element = Any
"""An lxml element."""
_SPACE = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MATH = f"{_SPACE}oMath"
_DEEPEST = 40


def math_text(element: Element, depth: int = 0) -> str:
    """An equation of a Word document (``m:oMath``): ``3/4``, ``10⁴``, ``√(2)``."""
    if depth > _DEEPEST:
        return ""
    name = _name(element)
    if name == "t":
        return plain(element.text or "")
    if name.endswith("Pr") or name == "del" or (name == "phant" and _sign(element, "show", "1", "phantPr") in _OFF):
        return ""
    if name in _SHAPES:
        parts = {_name(child): math_text(child, depth + 1) for child in element}
        e, sup, sub, lim = (parts.get(part, "") for part in ("e", "sup", "sub", "lim"))
        return {
            "f": f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}",
            "sPre": raised(sup) + lowered(sub) + e,
            "limLow": e + _beside(lim, lowered),
            "limUpp": e + _beside(lim, raised),
            "nary": f"{_sign(element, 'chr', '∫', 'naryPr')}{lowered(sub)}{raised(sup)} {e}",
            "rad": f"{raised(parts.get('deg', ''))}√{_grouped(e)}",
        }.get(name, e + lowered(sub) + raised(sup))
    inner = [math_text(child, depth + 1) for child in element]
    if name in _ROWS:
        return _ROWS[name].join(filter(None, inner))
    whole = "".join(inner)
    return f"{_sign(element, 'begChr', '(')}{whole}{_sign(element, 'endChr', ')')}" if name == "d" else whole


def mathml_text(element: Element, depth: int = 0) -> str:
    """An equation of a web page (``<math>``)."""
    if not isinstance(element.tag, str) or depth > _DEEPEST or element.tag.startswith("annotation"):
        return ""
    own = "".join((element.text or "").split())
    inner = [mathml_text(child, depth + 1) for child in element if isinstance(child.tag, str)]
    if element.tag == "mphantom":
        return ""
    if element.tag == "msqrt":
        return f"√{_grouped(''.join(inner))}"
    if element.tag in _ROWS:
        return _ROWS[element.tag].join(filter(None, inner))
    count, written = _WRITTEN.get(element.tag, (0, "".join))
    return written(inner) if count == len(inner) > 0 else plain(own) + "".join(inner)


_SHAPES = frozenset({"f", "sSup", "sSub", "sSubSup", "sPre", "limLow", "limUpp", "nary", "rad"})
_ROWS = {"eqArr": "；", "m": "；", "mr": " ", "mtable": "；", "mtr": " ", "mlabeledtr": " ", "mmultiscripts": " "}
"""What holds rows, or cells of one, in the one language or the other, and what parts them."""
_OFF = frozenset({"0", "false", "off"})
_WRITTEN: dict[str, tuple[int, Callable[[list[str]], str]]] = {
    "mfrac": (2, lambda inner: f"{_grouped(inner[0])}/{_grouped(inner[1])}"),
    "msup": (2, lambda inner: inner[0] + raised(inner[1])),
    "msub": (2, lambda inner: inner[0] + lowered(inner[1])),
    "msubsup": (3, lambda inner: inner[0] + lowered(inner[1]) + raised(inner[2])),
    "munder": (2, lambda inner: inner[0] + _beside(inner[1], lowered)),
    "mover": (2, lambda inner: inner[0] + _beside(inner[1], raised)),
    "munderover": (3, lambda inner: f"{inner[0]}{lowered(inner[1])}{raised(inner[2])} "),
    "mroot": (2, lambda inner: f"{raised(inner[1])}√{_grouped(inner[0])}"),
}
"""By the names of MathML: of how many parts, and how they are written in one line."""


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1] if isinstance(element.tag, str) else "Pr"


def _grouped(text: str) -> str:
    """One term as it is, several in brackets."""
    return text if all(char.isalnum() or char in ".,%％" for char in text) else f"({text})"


def _beside(text: str, moved: Callable[[str], str]) -> str:
    """What stands above or below a term: in small characters, or in brackets."""
    return moved(text) if text.isascii() and len(text) <= 4 else f"（{text}）" if text else ""


def _sign(element: Element, name: str, default: str, properties: str = "dPr") -> str:
    found = element.find(f"{_SPACE}{properties}/{_SPACE}{name}")
    return default if found is None else str(found.get(f"{_SPACE}val", ""))
