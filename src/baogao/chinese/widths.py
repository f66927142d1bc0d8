"""One width for every character, offsets unchanged: １２％ is read as 12%."""

from __future__ import annotations

_PLAIN = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    "　": " ",
    "\u00a0": " ",
    "﹪": "%",
    "〔": "[",
    "〕": "]",
    "【": "[",
    "】": "]",
    "—": "-",
    "–": "-",
    "―": "-",
    "～": "~",
}


def fold(text: str) -> str:
    """The text with full-width ASCII, spaces, dashes and square brackets in their plain form, as long as before."""
    for char in _PLAIN.keys() & set(
        text
    ):  # few kinds stand in one text: faster than a table look-up for each character
        text = text.replace(char, _PLAIN[char])
    return text
