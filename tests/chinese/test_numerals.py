"""Chinese numerals."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.chinese.numerals import NUMERAL_CHARS, chinese_number, scale_of


@given(st.integers(min_value=0, max_value=999_999_999_999))
def test_reads_what_cn2an_writes(number):
    """Every numeral in cn2an's spelling has the value it was written from."""
    assert chinese_number(cn2an.an2cn(number)) == number


@given(st.decimals(min_value=0, max_value=9999, places=2, allow_nan=False))
def test_reads_decimals(number):
    """点 and the digits behind it are a fraction."""
    assert chinese_number(cn2an.an2cn(str(number))) == number


@given(st.text(alphabet=NUMERAL_CHARS + "点", max_size=8))
def test_agrees_with_cn2an_where_that_is_strict(text):
    """Where cn2an accepts a numeral in its strict mode, ours is the same or more careful."""
    try:
        expected = cn2an.cn2an(text, "strict")
    except ValueError:
        return
    assert chinese_number(text) in {None, Decimal(str(expected))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("两", 2),
        ("十二", 12),
        ("百", 100),
        ("一百二", 120),
        ("三万五", 35000),
        ("两万六千", 26000),
        ("一千零五", 1005),
        ("十三万四千", 134000),
    ],
)
def test_spoken_forms(text, value):
    """Two as 两, a scale without its one, a last digit that counts the next scale down."""
    assert chinese_number(text) == value


@pytest.mark.parametrize("text", ["", "两三", "十四五", "千千万万", "一二三", "点五", "三点", "百千万", "二〇二三"])
def test_not_numerals(text):
    """Guesses (两三), names of plans (十四五) and years digit by digit are no numerals."""
    assert chinese_number(text) is None


def test_scale_words_multiply():
    """千万 is a thousand myriads; no scale word is one."""
    assert (scale_of("千万"), scale_of("亿"), scale_of("")) == (10**7, 10**8, 1)
