"""Chinese numerals, years and widths."""

from __future__ import annotations

import re
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.chinese.numerals import (
    DIGITS,
    NUMERAL_CHARS,
    YEAR,
    chinese_number,
    digit_by_digit,
    fold,
    scale_of,
    year_of,
)


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1千2百", 1200),
        ("3千5百万", 35_000_000),
        ("1亿2345.6万", 123_456_000),
        ("一万2千", 12_000),
        ("十万3000", 103_000),
        ("1万零500", 10_500),
        ("1万500", 10_500),
        ("3万零5", 30_005),
        ("1万2千3百", 12_300),
        ("1,234万5678", 12_345_678),
        ("6.66万亿", 6_660_000_000_000),
        ("1.2千万", 12_000_000),
        ("三点五万", 35_000),
        ("12百", 1200),
        ("1百五十", 150),
        ("廿三", 23),
        ("卅", 30),
        ("一百卌五", 145),
        ("一百○五", 105),
        ("两千〇五", 2005),
        ("一千◯一", 1001),
        ("壹佰贰拾捌", 128),
        ("叁萬伍仟", 35_000),
        ("貳億", 200_000_000),
        ("零点五", "0.5"),
        ("一百零五点二", "105.2"),
    ],
)
def test_mixed_and_old_forms(text, value):
    """Arabic and Chinese parts are one number; old and formal characters are digits like any other."""
    assert chinese_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["1万2", "一万2", "5万三", "500万12", "2亿3000", "1.2千3百", "万千", "1千2千", "1万2三", "2百3百", "一百1百"],
)
def test_what_can_be_read_in_two_ways_is_not_read(text):
    """1万2 is 12,000 to one and 10,002 to another; scale words that do not go down make no number."""
    assert chinese_number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一二〇", 120),
        ("二〇二三", 2023),
        ("二〇", 20),
        ("三五八", 358),
        ("一○五", 105),
        ("三四", None),
        ("五六七", None),
        ("〇五", None),
        ("两三", None),
        ("五一", None),
        ("一百二", None),
    ],
)
def test_digit_by_digit(text, value):
    """Chinese digits in a row are a number, unless they are a guess or a date's name."""
    assert digit_by_digit(text) == value


@pytest.mark.parametrize("text", ["", "两三", "十四五", "千千万万", "一二三", "点五", "三点", "百千万", "二〇二三"])
def test_not_numerals(text):
    """Guesses (两三), names of plans (十四五) and years digit by digit are no numerals."""
    assert chinese_number(text) is None


def test_scale_words_multiply():
    """千万 is a thousand myriads; no scale word is one."""
    assert (scale_of("千万"), scale_of("亿"), scale_of("")) == (10**7, 10**8, 1)


def test_a_broken_run_of_numerals_is_refused():
    """A file can repeat a character for ever; forty are read and no more."""
    assert chinese_number("一" + "零" * 39) is None
    assert chinese_number("九十九点" + "九" * 36) is not None
    assert chinese_number("九十九点" + "九" * 37) is None


@given(st.text(alphabet=NUMERAL_CHARS + "点", max_size=50))
def test_any_numeral_is_read_or_refused(text):
    """No run of numerals is an error, and what is read is finite and not negative."""
    value = chinese_number(text)
    assert value is None or (value.is_finite() and value >= 0)


@given(st.text(alphabet="十百千万亿", max_size=12))
def test_scales_multiply_in_any_order(text):
    """A run of scale words is the product of its words."""
    product = 1
    for char in text:
        product *= scale_of(char)
    assert scale_of(text) == product


@pytest.mark.parametrize(
    ("digits", "year"),
    [
        ("2023", 2023),
        ("二〇二三", 2023),
        ("二零二三", 2023),
        ("二○二三", 2023),
        ("二O二三", 2023),
        ("二0二三", 2023),
        ("二〇一〇", 2010),
        ("2099", 2099),
    ],
)
def test_years(digits, year):
    """A year in Arabic digits, or in Chinese ones with any of the three zeros."""
    assert re.fullmatch(YEAR, digits)
    assert year_of(digits) == year


@given(st.integers(2000, 2099))
def test_every_year_of_the_century(year):
    """Whatever the year, both spellings of it are read back."""
    chinese = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
    for digits in (str(year), chinese):
        assert re.fullmatch(YEAR, digits)
        assert year_of(digits) == year


@pytest.mark.parametrize("text", ["1998", "202", "二十三", "二〇二", "两〇二三", "二三二三"])
def test_no_years(text):
    """Other centuries, numbers of another length and numerals with scales are none."""
    assert re.fullmatch(YEAR, text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("１２％", "12%"),
        ("（ＡＢＣ）", "(ABC)"),
        ("１，２３４．５", "1,234.5"),
        ("〔２０２２〕１５号", "[2022]15号"),
        ("【重点】", "[重点]"),
        ("３—５件", "3-5件"),
        ("３～５件", "3~5件"),
        ("一　二\u00a0三", "一 二 三"),
        ("8，129人，12件", "8，129人,12件"),
        ("８，１２９人", "8,129人"),
        ("−3〜5﹣", "-3~5-"),
        ("《条例》“引号”、。", "《条例》“引号”、。"),
    ],
)
def test_fold(text, plain):
    """Full-width ASCII, spaces, dashes and square brackets get their plain form; Chinese punctuation stays."""
    assert fold(text) == plain


@given(st.text(max_size=60))
def test_fold_keeps_every_place(text):
    """Folding changes no length, leaves plain text alone, and folds once for all."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert all(a == b for a, b in zip(text, folded, strict=True) if a.isascii() or a in DIGITS)
