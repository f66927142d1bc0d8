"""How the numbers of lists are written, by the names that Word gives the ways."""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_CHINESE = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "koreanCounting",
    }
)
_IN_DIGITS = frozenset({"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital", "koreanDigital2"})
_RINGED = frozenset({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})


def counted(number: int, form: str) -> str:
    """A number as a list writes it: 11 in ``chineseCounting`` is ``十一``; a form that is not known is decimal.

    :param form: a name of ``w:numFmt``.
    """
    number = max(0, number)
    if form in _CHINESE and number < 10_000:
        return chinese_count(number)
    if form in {"chineseLegalSimplified", "ideographLegalTraditional"} and number < 10_000:
        return chinese_count(number, _LEGAL, "拾佰仟")
    if form in _IN_DIGITS:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        return _roman(number) if form == "lowerRoman" else _roman(number).upper()
    if form in {"lowerLetter", "upperLetter"} and number:
        letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 50)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"ideographTraditional", "ideographZodiac"} and number:
        signs = _STEMS if form == "ideographTraditional" else _BRANCHES
        return signs[(number - 1) % len(signs)]
    return _with_digits(number, form)


def chinese_count(number: int, digits: str = _DIGITS, scales: str = "十百千") -> str:
    """A number below 10,000 as it is counted in Chinese: 10 is 十, 11 十一, 105 一百零五."""
    if number == 0:
        return "零"
    written = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(written)
            continue
        written += ("零" if gap else "") + digits[digit] + (scales[place - 1] if place else "")
        gap = False
    return written[1:] if written.startswith("一十") and number < 20 else written


def _with_digits(number: int, form: str) -> str:
    if form in _RINGED and 0 < number <= 20:
        return chr(ord("①") + number - 1)
    if form == "decimalEnclosedFullstop" and 0 < number <= 20:
        return chr(ord("⒈") + number - 1)
    if form == "decimalEnclosedParen" and 0 < number <= 20:
        return chr(ord("⑴") + number - 1)
    if form == "ideographEnclosedCircle" and 0 < number <= 10:
        return chr(ord("㊀") + number - 1)
    if form in {"decimalFullWidth", "decimalFullWidth2"}:
        return "".join(chr(ord("０") + int(digit)) for digit in str(number))
    if form == "none":
        return ""
    if form == "numberInDash":
        return f"- {number} -"
    if form == "ordinal":
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
        return f"{number}{ending}"
    width = form.split(",", 1)[0].strip() if form[:1] == "0" else ("01" if form == "decimalZero" else "")
    return str(number).zfill(min(len(width), 10))


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written
