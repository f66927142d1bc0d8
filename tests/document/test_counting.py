"""How lists write their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.chinese.numerals import chinese_number
from baogao.document.counting import chinese_count, counted


@pytest.mark.parametrize(
    ("number", "form", "written"),
    [
        (1, "decimal", "1"),
        (12, "chineseCounting", "十二"),
        (20, "chineseCountingThousand", "二十"),
        (21, "japaneseCounting", "二十一"),
        (110, "chineseCounting", "一百一十"),
        (11, "ideographDigital", "一一"),
        (10, "japaneseDigitalTenThousand", "一〇"),
        (3, "chineseLegalSimplified", "叁"),
        (15, "chineseLegalSimplified", "壹拾伍"),
        (3, "ideographTraditional", "丙"),
        (12, "ideographZodiac", "亥"),
        (3, "decimalEnclosedCircle", "③"),
        (20, "decimalEnclosedCircleChinese", "⑳"),
        (21, "decimalEnclosedCircle", "21"),
        (2, "decimalEnclosedFullstop", "⒉"),
        (2, "decimalEnclosedParen", "⑵"),
        (2, "ideographEnclosedCircle", "㊁"),
        (12, "decimalFullWidth", "１２"),
        (3, "decimalZero", "03"),
        (3, "001, 002, 003", "003"),
        (3, "numberInDash", "- 3 -"),
        (1, "ordinal", "1st"),
        (12, "ordinal", "12th"),
        (27, "lowerLetter", "aa"),
        (2, "upperLetter", "B"),
        (4, "lowerRoman", "iv"),
        (1999, "upperRoman", "MCMXCIX"),
        (3, "none", ""),
        (3, "something new", "3"),
        (0, "lowerRoman", "0"),
        (-4, "decimal", "0"),
        (100_000, "chineseCounting", "100000"),
    ],
)
def test_forms(number, form, written):
    """Each form writes its own signs; what cannot be written in one is decimal."""
    assert counted(number, form) == written


@given(st.integers(1, 9_999))
def test_chinese_counts_read_back(number):
    """What is counted in Chinese is the number again."""
    assert chinese_number(chinese_count(number)) == number
