"""Equations, in Word documents and on web pages, as one line of text."""

from __future__ import annotations

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
    if name.endswith("Pr") or name == "del":
        return ""
    parts = {_name(child): math_text(child, depth + 1) for child in element} if name in _SHAPES else {}
    if name == "f":
        return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
    if name in {"sSup", "sSub", "sSubSup"}:
        return parts.get("e", "") + lowered(parts.get("sub", "")) + raised(parts.get("sup", ""))
    if name == "rad":
        return f"{raised(parts.get('deg', ''))}√{_grouped(parts.get('e', ''))}"
    inner = "".join(math_text(child, depth + 1) for child in element)
    return f"{_sign(element, 'begChr', '(')}{inner}{_sign(element, 'endChr', ')')}" if name == "d" else inner


def mathml_text(element: Element, depth: int = 0) -> str:
    """An equation of a web page (``<math>``)."""
    if not isinstance(element.tag, str) or depth > _DEEPEST or element.tag.startswith("annotation"):
        return ""
    own = "".join((element.text or "").split())
    inner = [mathml_text(child, depth + 1) for child in element if isinstance(child.tag, str)]
    if element.tag == "mfrac" and len(inner) == 2:
        return f"{_grouped(inner[0])}/{_grouped(inner[1])}"
    if element.tag == "msup" and len(inner) == 2:
        return inner[0] + raised(inner[1])
    if element.tag == "msub" and len(inner) == 2:
        return inner[0] + lowered(inner[1])
    if element.tag == "msubsup" and len(inner) == 3:
        return inner[0] + lowered(inner[1]) + raised(inner[2])
    if element.tag == "msqrt":
        return f"√{_grouped(''.join(inner))}"
    return plain(own) + "".join(inner)


_SHAPES = frozenset({"f", "sSup", "sSub", "sSubSup", "rad"})


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1] if isinstance(element.tag, str) else "Pr"


def _grouped(text: str) -> str:
    """One term as it is, several in brackets."""
    return text if all(char.isalnum() or char in ".,%％" for char in text) else f"({text})"


def _sign(element: Element, name: str, default: str) -> str:
    found = element.find(f"{_SPACE}dPr/{_SPACE}{name}")
    return default if found is None else str(found.get(f"{_SPACE}val", ""))
