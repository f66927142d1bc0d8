"""Chinese numerals to decimals: 二十七, 一千零五, 两万六千, 九十九点三.

cn2an does this too, but it is built on exceptions and takes some 20 microseconds a numeral; a test holds this one to
it.
"""

from __future__ import annotations

from decimal import Decimal

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SCALES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
_LONGEST = 40
NUMERAL_CHARS = "".join(DIGITS) + "".join(SCALES) + "".join(MYRIADS)


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
    for char, scale in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.rpartition(char)
        if found:
            return _scaled(head, tail, scale)
    return _below_myriad(text)


def _scaled(head: str, tail: str, scale: int) -> int | None:
    """``head`` times ``scale`` plus ``tail``; a lone digit counts the next scale down (三万五 is 35,000)."""
    many = _whole(head) if head else 1
    rest = _whole(tail.removeprefix("零") or "零") if tail else 0
    if many is None or rest is None or many == 0 or rest >= scale:
        return None
    if len(tail) == 1 and tail in DIGITS and rest:
        rest *= scale // 10
    return many * scale + rest


def _below_myriad(text: str) -> int | None:
    total, digit, last = 0, None, 10**4
    for char in text:
        if char in DIGITS:
            if digit:
                return None
            digit = DIGITS[char]
        elif char in SCALES and SCALES[char] < last and digit != 0:
            last = SCALES[char]
            total += (digit or 1) * last
            digit = None
        elif char == "十" and digit == 0 and last > 10:
            return None
        else:
            return None
    return _with_units(text, total, digit, last)


def _with_units(text: str, total: int, digit: int | None, last: int) -> int | None:
    if not text or (len(text) > 1 and not total):
        return None
    if digit and last in {100, 1000} and text[-2] in SCALES:
        return total + digit * last // 10  # 一百二 is 120
    return total + (digit or 0)
