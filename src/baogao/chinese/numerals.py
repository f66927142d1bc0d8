"""Numbers as Chinese writes them: numerals (二十七, 两万六千, 九十九点三), years digit by digit, full-width forms.

cn2an reads numerals too, but it is built on exceptions and takes some 20 microseconds a numeral; a test holds this
module to it.
"""

from __future__ import annotations

from decimal import Decimal

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SCALES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
NUMERAL_CHARS = "".join(DIGITS) + "".join(SCALES) + "".join(MYRIADS)
_LONGEST = 40
"""Characters; a longer run of numerals is a broken file, and would be read by as many nested calls."""

YEAR = r"(?:20\d\d|二[〇零○][〇零○一二三四五六七八九]{2})"
"""A regular expression for a year from 2000 to 2099, 2023 or 二〇二三, without the 年 behind it."""
_YEAR_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")

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
"""Each character that ``fold`` replaces: the full-width twins of ASCII, 0xFEE0 above it, and some more."""


def fold(text: str) -> str:
    """One width for every character: １２％ is read as 12%.

    Full-width ASCII, spaces, dashes and square brackets get their plain form. The text stays as long as it was, so
    offsets in it stay right.
    """
    # Few kinds stand in one text: replacing kind by kind is faster than a table look-up for each character.
    for char in _PLAIN.keys() & set(text):
        text = text.replace(char, _PLAIN[char])
    return text


def year_of(digits: str) -> int:
    """The year that four digits write, Arabic or Chinese (see ``YEAR``)."""
    return int(digits.translate(_YEAR_DIGITS))


def chinese_number(text: str) -> Decimal | None:
    """The value of a Chinese numeral; None for what is not one (两三, 十四五, 千千万万).

    A numeral may begin with its scale: 百 is 100 (as in 百余), 十二 is 12.
    """
    if len(text) > _LONGEST:
        return None
    whole, point, fraction = text.partition("点")
    value = _whole(whole)
    if value is None or not point:
        return None if value is None else Decimal(value)
    if not fraction or any(char not in DIGITS or char == "两" for char in fraction):
        return None
    return Decimal(f"{value}.{''.join(str(DIGITS[char]) for char in fraction)}")


def scale_of(text: str) -> int:
    """The factor that a run of scale words stands for: 万 10,000, 千万 10,000,000, empty 1."""
    factor = 1
    for char in text:
        factor *= SCALES.get(char) or MYRIADS[char]
    return factor


def _whole(text: str) -> int | None:
    """The value of a numeral without a fraction: what stands before 亿 or 万, times it, plus what stands behind."""
    for char, scale in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.rpartition(char)
        if not found:
            continue
        many = _whole(head) if head else 1
        rest = _whole(tail.removeprefix("零") or "零") if tail else 0
        if many is None or rest is None or many == 0 or rest >= scale:
            return None
        if len(tail) == 1 and tail in DIGITS:
            rest *= scale // 10  # a lone digit counts the next scale down: 三万五 is 35,000
        return many * scale + rest
    return _below_myriad(text)


def _below_myriad(text: str) -> int | None:
    """The value of a numeral below 10,000, whose scale words go down from left to right."""
    total, digit, last = 0, None, 10**4
    for char in text:
        if char in DIGITS and not digit:
            digit = DIGITS[char]
        elif char in SCALES and SCALES[char] < last and digit != 0:
            last = SCALES[char]
            total += (digit or 1) * last
            digit = None
        else:
            return None
    if not text or (len(text) > 1 and not total):
        return None
    if digit and last in {100, 1000} and text[-2] in SCALES:
        return total + digit * last // 10  # 一百二 is 120
    return total + (digit or 0)
