"""Superscripts and subscripts in plain characters, so that no raised note mark melts with the figure before it."""

from __future__ import annotations

import re

from baogao.document.signs import inserted, plain

_RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyz（）＋－＝０１２３４５６７８９",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁽⁾⁺⁻⁼⁰¹²³⁴⁵⁶⁷⁸⁹",
)
_LOWERED = str.maketrans("0123456789+-−=()０１２３４５６７８９", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎₀₁₂₃₄₅₆₇₈₉")
_BRACKETED = re.compile(
    r"\[[^\[\]]*\]|［[^［］]*］|〔[^〔〕]*〕|【[^【】]*】|[（(][^（）()]*[^\d（）()][^（）()]*[)）]"
)
_NOTE = re.compile(r"注释?\s?\d{0,2}")
"""The mark of a note in words; brackets are for it what small figures are for others."""
_LONGEST = 12
"""Characters of a note mark or an exponent; longer text was raised by mistake."""


def raised(text: str) -> str:
    """Superscript text: ``1`` becomes ``¹``, ``[1]`` stays, ``注1`` is put in brackets.

    :param text: with or without signs; brackets around other words that end with a figure are marked as inserted.
    """
    return _in_place(text, _RAISED)


def lowered(text: str) -> str:
    """Subscript text: ``2`` becomes ``₂``."""
    return _in_place(text, _LOWERED)


def _in_place(text: str, characters: dict[int, int]) -> str:
    words = plain(text).strip()
    if len(words) <= _LONGEST and _BRACKETED.fullmatch(words):
        return text
    if len(words) <= _LONGEST and not any(char.isalpha() and not char.isascii() for char in words):
        return text.translate(characters)
    if _NOTE.fullmatch(words):
        return f"（{words}）"
    return f"{inserted('（')}{text}{inserted('）')}" if words[:1].isdigit() or words[-1:].isdigit() else text
