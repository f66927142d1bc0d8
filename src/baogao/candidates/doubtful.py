"""Numbers that a scan or a broken font left half read: 1O8, l2件, a sign without meaning between two digits.

Such a token is no figure, and no part of it is one. Ordinary Latin beside digits (5G, A4, PM2.5, APP12个) is no doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from baogao.candidates.numbers import UNIT
from baogao.chinese.numerals import NUMERAL_CHARS, fold
from baogao.schema.values import Span

_ZEROS = "零〇○◯"
_ODD = r"[^\u4e00-\u96f5\u96f7-\u9fff\d\s.,:;%()\[\]+/~<>=\"'、。，；：《》“”‘’…·×÷±‰→↑↓-]"
"""Signs that are neither Chinese nor digits nor known to stand in numbers and around them; and 零 (U+96F6)."""
_NUMERAL = re.compile(rf"[\d{NUMERAL_CHARS}]")
_NUMBER = rf"[\d.,，点{NUMERAL_CHARS}]"
_TOKEN = re.compile(rf"(?:{_NUMBER}|{_ODD}){{1,60}}")
_BEFORE = re.compile(rf"{_NUMBER}*\Z")
_STRANGER = re.compile(f"{_ODD}+")
_RUN = re.compile(f"[{_ZEROS}]|(?:(?![{_ZEROS}]){_ODD})+")
"""A run of strangers, or one Chinese zero."""
_LONGEST = 40
"""Characters of a token before its first stranger."""
_MEASURED = re.compile(rf"\s?(?:[余多几十百千万亿]|成|{UNIT})")
"""What shows that something is counted."""
_LOOKS_LIKE_A_DIGIT = re.compile(r"[OoQDlIiSsBZzqgb|]+")
_LATIN = re.compile(r"[A-Za-z|]+")
_LINE_START = re.compile(r"(?:^|\n)[ \t]*\Z")
_BETWEEN = frozenset("!?#$&@\\^_`")
"""ASCII signs that are strange between two digits only."""


def doubtful_tokens(text: str, folded: bool = False) -> Iterator[Span]:
    """The places of numbers with a stranger in them, in order, without overlaps; none of them is read.

    A stranger is a letter that looks like a digit (O, l, I, S …), a private-use, replacement or control character, or
    another sign that does not belong between two digits.

    :param folded: True when ``text`` has gone through :func:`~baogao.chinese.numerals.fold` already.
    """
    if not folded:
        text = fold(text)
    end = 0
    for odd in _STRANGER.finditer(text):
        start = odd.start()
        if start < end or not (_is_numeral(text, start - 1) or _is_numeral(text, odd.end())):
            continue
        before = _BEFORE.search(text, max(end, start - _LONGEST), start)
        token = _TOKEN.match(text, before.start() if before else start)
        if token is None:
            continue
        measured = _MEASURED.match(text, token.end()) is not None or token[0][-1] in "十百千万亿"
        strangers = _RUN.finditer(text, token.start(), token.end())
        end = token.end()
        if any(_is_strange(text, one, measured) for one in strangers):
            yield token.span()


def _is_numeral(text: str, place: int) -> bool:
    """Whether a digit or a Chinese numeral stands at a place."""
    return 0 <= place < len(text) and _NUMERAL.match(text, place) is not None


def _is_strange(text: str, odd: re.Match[str], measured: bool) -> bool:
    """Whether a run of signs beside a number makes it doubtful."""
    start, end = odd.span()
    before = _is_numeral(text, start - 1) or (text[start - 1 : start] in {".", ","} and _is_numeral(text, start - 2))
    after = _is_numeral(text, end) or (text[end : end + 1] in {".", ","} and _is_numeral(text, end + 1))
    between = before and after
    if not before and not after:
        return False
    if _LATIN.fullmatch(odd[0]):
        return _is_strange_latin(text, odd, between, measured)
    heads_line = _LINE_START.search(text, max(0, start - 8), start) is not None
    bullet = heads_line and after
    for char in odd[0]:
        kind = unicodedata.category(char)[0]
        if char in _ZEROS:
            strange = _is_strange_zero(text, start, end, heads_line)
        elif char == "\ufffd":
            strange = before  # a byte that was lost before a number was no digit of it: those are whole in any encoding
        elif kind in "CM" or char == "*":
            strange = (before or measured) and not (bullet and "\uf000" <= char <= "\uf0ff")
        elif kind == "L":
            strange = between or measured
        elif kind == "N":  # a fraction (½), an enclosed digit, or a Roman one
            strange = before or (measured and "\u2160" <= char <= "\u2188")
        else:  # signs of other scripts, frames, shapes, dingbats
            strange = between and (char in _BETWEEN or char < "\u2000" or "\u2500" <= char <= "\u27bf")
        if strange:
            return True
    return False


def _is_strange_latin(text: str, odd: re.Match[str], between: bool, measured: bool) -> bool:
    """The same for Latin letters: O for a zero, but not 5G or APP."""
    start, end = odd.span()
    alike = _LOOKS_LIKE_A_DIGIT.fullmatch(odd[0]) is not None
    sides = text[max(0, start - 2) : start], text[end : end + 1]
    if not (sides[0][-1:].isdigit() or sides[1].isdigit()):
        inside = between or "点" in {text[start - 1 : start], text[end : end + 1]}
        return alike and inside and measured and len(odd[0]) == 1  # 一百O五件
    if sides[0][-1:].isdigit() and sides[1].isdigit():
        return alike or measured
    return alike and (measured or (len(sides[0]) == 2 and sides[0].isdigit()))


def _is_strange_zero(text: str, start: int, end: int, heads_line: bool) -> bool:
    """The same for a Chinese zero among Arabic digits, 1○8; not for 1万零500, 一百○5, or ○ as the mark of a line."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isdigit():
        return after.isdigit() or text[start] != "零"
    return after.isdigit() and text[start] != "零" and not heads_line and before not in "十百千万亿"
