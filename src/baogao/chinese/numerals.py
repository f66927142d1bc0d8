"""Numbers as Chinese writes them: numerals (二十七), mixed ones (1千2百), years digit by digit, full-width forms.

cn2an reads numerals too, but it is built on exceptions and takes some 20 microseconds a numeral; a test holds this
module to it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

ZEROS = "零〇○◯"
DIGITS = (
    {char: value for value, char in enumerate("零一二三四五六七八九")}
    | dict.fromkeys(ZEROS, 0)
    | {"两": 2, "兩": 2}
    | {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
    | {"貳": 2, "叄": 3, "陸": 6}
)
SCALES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8, "萬": 10**4, "億": 10**8}
TENS = {"廿": "二十", "卄": "二十", "卅": "三十", "卌": "四十"}
"""One character for twenty, thirty, forty."""
NUMERAL_CHARS = "".join(DIGITS) + "".join(SCALES) + "".join(MYRIADS) + "".join(TENS)
_LONGEST = 40
"""Characters; a longer run of numerals is a broken file, and would be read by as many nested calls."""
_ORDINARY = str.maketrans(
    {char: "零一二三四五六七八九"[value] for char, value in DIGITS.items() if char not in "两"}
    | dict(zip("拾佰仟萬億", "十百千万亿", strict=True))
    | TENS
)
"""Formal and other spellings, to the ordinary one."""
_BIG = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))
_SCALE_CHARS = frozenset("亿万千百十")
_FEWEST = {10**8: 8, 10**4: 3, 1000: 2, 100: 2, 10: 1}
"""How many Arabic digits may follow a scale word without a zero: 1万500, but not 1万2, which is 12,000 to many."""
_ARABIC = re.compile(r"\d+(?:\.\d+)?")

YEAR = r"(?:20\d\d|二[〇零○◯Oo0][〇零○◯Oo0一二三四五六七八九]{2})"
"""A regular expression for a year from 2000 to 2099, 2023 or 二〇二三, without the 年 behind it."""
_YEAR_DIGITS = str.maketrans("〇零○◯Oo一二三四五六七八九", "000000123456789")
_WIDE_COMMA = re.compile(r"(?<=[0-9])，(?=[0-9])")

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
    "〜": "~",
    "−": "-",
    "﹣": "-",
    **dict.fromkeys("•‧∙⋅・", "·"),
    **dict.fromkeys("‐‑‒", "-"),
    "∶": ":",
}
"""Each character that ``fold`` replaces: the full-width twins of ASCII, 0xFEE0 above it, and some more."""
_FOLDED = re.compile(f"[{''.join(_PLAIN)}]")


def fold(text: str) -> str:
    """One width for every character: １２％ is read as 12%.

    Full-width ASCII, spaces, dashes and square brackets get their plain form. A full-width comma between plain digits
    stays: it parts two figures (8，129人), where one between full-width digits may part thousands. The text stays as
    long as it was, so offsets in it stay right.
    """
    # Few kinds stand in one text: replacing kind by kind is faster than a table look-up for each character.
    kinds = set(_FOLDED.findall(text))
    kept = [match.start() for match in _WIDE_COMMA.finditer(text)] if "，" in kinds else []
    for char in kinds:
        text = text.replace(char, _PLAIN[char])
    if not kept:
        return text
    pieces, position = [], 0
    for place in kept:
        pieces += [text[position:place], "，"]
        position = place + 1
    return "".join([*pieces, text[position:]])


def year_of(digits: str) -> int:
    """The year that four digits write, Arabic or Chinese (see ``YEAR``)."""
    return int(digits.translate(_YEAR_DIGITS))


def chinese_number(text: str) -> Decimal | None:
    """The value of a numeral, parts of it perhaps in Arabic digits; None for what is not one (两三, 十四五, 千千万万).

    A numeral may begin with its scale: 百 is 100 (as in 百余), 十二 is 12. What people read in two ways is not read:
    1万2 is 12,000 to one and 10,002 to another. For digits without a scale word see :func:`digit_by_digit`.
    """
    if len(text) == 1 and text in DIGITS:
        return Decimal(DIGITS[text])
    if not text or len(text) > _LONGEST:
        return None
    value = _read(text.translate(_ORDINARY))
    return None if value is None else _plain(value)


def digit_by_digit(text: str) -> int | None:
    """The value of Chinese digits in a row, 一二〇 is 120; None for guesses (三四, 五六七) and other words."""
    text = text.translate(_ORDINARY)
    if len(text) < 2 or len(text) > _LONGEST or not set(text) <= set("零一二三四五六七八九"):
        return None
    digits = [DIGITS[char] for char in text]
    climbing = all(later - earlier == 1 for earlier, later in pairwise(digits))
    if digits[0] == 0 or climbing or (len(digits) == 2 and digits[1] != 0):
        return None
    return int("".join(map(str, digits)))


def scale_of(text: str) -> int:
    """The factor that a run of scale words stands for: 万 10,000, 千万 10,000,000, empty 1."""
    factor = 1
    for char in text:
        factor *= SCALES.get(char) or MYRIADS[char]
    return factor


def _plain(value: Decimal) -> Decimal:
    """The same value, without a fraction of nothing."""
    whole = value.to_integral_value()
    return whole if whole == value else value


def _read(text: str) -> Decimal | None:
    """The value of a numeral: what stands before its largest scale word, times it, plus what stands behind."""
    for char, scale in _BIG:
        head, found, tail = text.rpartition(char)
        if not found:
            continue
        if scale < 10**4 and not _SCALE_CHARS.isdisjoint(head):
            return None  # 二百三千
        many = _read(head) if head else Decimal(1)
        rest = _rest(head, tail, scale) if tail else Decimal(0)
        if not many or rest is None or rest >= scale or (tail and many != many.to_integral_value()):
            return None
        return many * scale + rest
    return _without_scale(text)


def _rest(head: str, tail: str, scale: int) -> Decimal | None:
    """The value of what stands behind a scale word."""
    bare = tail.lstrip("零")
    if not bare:
        return Decimal(0)
    if bare[0] in "百千万亿":
        return None  # 万千
    if bare == tail and bare[-1].isdigit() and len(bare.partition(".")[0].replace(",", "")) < _FEWEST[scale]:
        return None  # 1万2
    if tail in DIGITS:  # a lone digit counts the next scale down: 三万五 is 35,000
        return None if head[-1:].isdigit() else Decimal(DIGITS[tail] * max(1, scale // 10))
    if bare.startswith("点"):
        bare = "零" + bare
    elif bare[1:2] == "点" and bare == tail and scale > 10:
        return None  # 三万五点五
    return _read(bare)


def _without_scale(text: str) -> Decimal | None:
    """The value of one Chinese digit, of one with a fraction, or of Arabic digits."""
    if text in DIGITS:
        return Decimal(DIGITS[text])
    if text[:1].isdigit():
        arabic = text.replace(",", "").replace(" ", "")
        return Decimal(arabic) if _ARABIC.fullmatch(arabic) else None
    whole, _, fraction = text.partition("点")
    if whole not in DIGITS or not fraction or any(char not in DIGITS or char == "两" for char in fraction):
        return None
    return Decimal(f"{DIGITS[whole]}.{''.join(str(DIGITS[char]) for char in fraction)}")
