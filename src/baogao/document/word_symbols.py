"""The characters of symbol fonts, by what they show."""

from __future__ import annotations

_WINGDINGS = {
    0xA8: "□",
    0x6F: "□",
    0xFE: "☑",
    0xFD: "☒",
    0x52: "☑",
    0xFC: "✓",
    0xFB: "✗",
    0x6C: "●",
    0x6E: "■",
    0x75: "◆",
}
_SYMBOL = {
    0x2D: "−",
    0xA3: "≤",
    0xA5: "∞",
    0xAE: "→",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xB4: "×",
    0xB7: "•",
    0xB8: "÷",
    0xB9: "≠",
    0xBB: "≈",
    0xD6: "√",
    0xE5: "∑",
}


def symbol(code: str, font: str) -> str:
    """A character of ``w:sym``; one that is not known stays what it is, a character of the font's own making.

    :param code: hexadecimal, mostly F0 and the place in the font.
    """
    try:
        number = int(code, 16)
    except ValueError:
        return "\ufffd"
    own = 0xF000 <= number <= 0xF0FF
    place = number - 0xF000 if own else number
    name = font.lower()
    if place < 0x100 and name.startswith("wingdings"):
        if name == "wingdings" and 0x80 <= place <= 0x95:  # figures in rings, white and black
            return "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"[place - 0x80]
        return _WINGDINGS.get(place, chr(0xF000 + place)) if name == "wingdings" else chr(0xF000 + place)
    if place < 0x100 and name == "symbol":
        return _SYMBOL.get(place) or (
            chr(place) if chr(place).isdigit() or place in b" !%()+,./:;<=>[]|" else chr(0xF000 + place)
        )
    return chr(number) if own or (0x20 <= number < 0xD800) or (0xE000 <= number < 0xFDD0) else "\ufffd"
