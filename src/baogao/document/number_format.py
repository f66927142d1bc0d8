"""Numbers of a spreadsheet as it shows them: 0.985 in the format ``0.00%`` is 98.50%."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    14: "yyyy/m/d",
    15: "d-m-yy",
    17: "yyyy/m",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    50: 'yyyy"年"m"月"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
    36: 'yyyy"年"m"月"',
    52: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    54: 'm"月"d"日"',
}
"""Formats that have a number instead of a text, as they are shown in China."""
_TOKEN = re.compile(
    r'"([^"]*)"|[\\!](.)|_.|\*.|\[[^\]]*\]|([#0?][#0?,]*(?:\.[#0?]+)?,*)|([ymdhs]+)|(.)', re.I | re.DOTALL
)
_LONGEST_FORMAT = 200
_MOST_DIGITS = 11
"""Of a number without a format of its own."""
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LARGEST_DAY = 2_958_465
"""The last day of the year 9999."""


def shown(value: str, code: str, since_1904: bool = False) -> str:
    """A stored number as its format shows it; as it is where the format is of an odd kind.

    :param value: as it is stored: ``0.985``, ``1.2E3``.
    :param code: the format, ``General`` or empty for none.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return value
    if not code or code.lower() == "general" or code == "@" or len(code) > _LONGEST_FORMAT:
        return _general(number)
    sections = _sections(code)
    if len(sections) > 2 and not any(sections):
        return ""
    tokens = list(_TOKEN.finditer(sections[0]))
    if any(token[4] for token in tokens):
        return _date(number, tokens, since_1904)
    if number < 0 and len(sections) > 1:
        number, tokens = -number, list(_TOKEN.finditer(sections[1]))
    elif number == 0 and len(sections) > 2:
        tokens = list(_TOKEN.finditer(sections[2]))
    return _number(number, tokens)


def _sections(code: str) -> list[str]:
    """The parts of a format: for positive numbers, negative ones, zero."""
    parts = [""]
    for piece in re.findall(r'"[^"]*"|[\\!].|.', code, re.DOTALL):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _general(number: Decimal) -> str:
    digits = max(_MOST_DIGITS, number.adjusted() + 1)
    rounded = +number if len(number.as_tuple().digits) <= digits else Decimal(f"{number:.{digits - 1}e}")
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(number: Decimal, tokens: list[re.Match[str]]) -> str:
    places = [token for token in tokens if token[3]]
    others = "".join(token[5] or "" for token in tokens)
    if not places and number:
        words = "".join((token[1] or token[2] or "") for token in tokens)
        return words if words and "@" not in others else _general(number)
    if "/" in others or "E" in others.upper():
        return _general(number)
    if "%" in others:
        number *= 100
    number = number.scaleb(-3 * sum(len(place[3]) - len(place[3].rstrip(",")) for place in places))
    whole = "".join(place[3] for place in places).rstrip(",") if places else ""
    if len(places) > 1:
        return _digit_by_digit(number, tokens)
    decimals = len(whole.partition(".")[2])
    least = whole.partition(".")[2].count("0")
    grouped = "," in whole.partition(".")[0]
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{rounded:,f}" if grouped else f"{rounded:f}"
    head, point, tail = text.partition(".")
    while len(tail) > least and tail.endswith("0"):
        tail = tail[:-1]
    text = f"{head}{point}{tail}" if tail else head
    return "".join(text if token[3] else token[1] or token[2] or token[5] or "" for token in tokens).strip()


def _digit_by_digit(number: Decimal, tokens: list[re.Match[str]]) -> str:
    """A number with signs between its digits: 12345 in ``0!.0,"万"`` is 1.2万."""
    digits = list(f"{abs(number).quantize(Decimal(1), ROUND_HALF_UP):f}")
    written: list[str] = []
    last = next(index for index, token in enumerate(tokens) if token[3])
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if not token[3]:
            written.append(token[1] or token[2] or token[5] or "")
            continue
        for _ in token[3].replace(",", "").replace(".", ""):
            written.append(digits.pop() if digits else "0")
        if index == last:
            written.extend(reversed(digits))
            digits = []
    return ("-" if number < 0 else "") + "".join(reversed(written)).strip()


def _date(number: Decimal, tokens: list[re.Match[str]], since_1904: bool) -> str:
    if not 0 <= number <= _LARGEST_DAY:
        return _general(number)
    seconds = int((number * 86_400).quantize(Decimal(1), ROUND_HALF_UP))
    try:
        moment = (_EPOCH_1904 if since_1904 else _EPOCH) + timedelta(seconds=seconds)
    except OverflowError:
        return _general(number)
    written = ""
    clock = False
    for token in tokens:
        sign = (token[4] or "").lower()
        if not sign:
            written += token[1] or token[2] or token[3] or token[5] or ""
            continue
        clock = clock or sign[0] == "h"
        written += _part_of_date(moment, sign, clock and sign[0] == "m")
        clock = sign[0] in "hs" or (clock and sign[0] != "m")
    return re.sub(r"\s*(?:AM/PM|@)", "", written).strip()


def _part_of_date(moment: datetime, sign: str, minutes: bool) -> str:
    if sign[0] == "y":
        return f"{moment.year:04d}" if len(sign) > 2 else f"{moment.year % 100:02d}"
    value = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": moment.hour, "s": moment.second}[
        sign[0]
    ]
    return f"{value:02d}" if len(sign) == 2 else str(value)
