"""Numbers of a spreadsheet as it shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document.number_format import BUILT_IN, shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("128", "", "128"),
        ("128", "General", "128"),
        ("128", "@", "128"),
        ("128.30000000000001", "General", "128.3"),
        ("0.1", "General", "0.1"),
        ("123456789012", "General", "123456789012"),
        ("1.2E3", "General", "1200"),
        ("-5", "General", "-5"),
        ("0.985", "0.00%", "98.50%"),
        ("0.985", "0%", "99%"),
        ("0.98499999999999999", "0.0%", "98.5%"),
        ("1234567.891", "#,##0", "1,234,568"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("0.5", "#.##", "0.5"),
        ("12", '0"件"', "12件"),
        ("12", "0\\件", "12件"),
        ("12", '"共"0"件"', "共12件"),
        ("12", "0_ ", "12"),
        ("12", "0_);[Red](0)", "12"),
        ("-12", "0_);[Red](0)", "(12)"),
        ("-12", "0", "-12"),
        ("0", '0;-0;"无"', "无"),
        ("12345", '0!.0,"万"', "1.2万"),
        ("123456", '0.00,"千"', "123.46千"),
        ("1234567", "0.0,,", "1.2"),
        ("45000", "yyyy/m/d", "2023/3/15"),
        ("45000", 'yyyy"年"m"月"d"日"', "2023年3月15日"),
        ("45000", 'yyyy"年"m"月"', "2023年3月"),
        ("45000", "[$-804]yyyy\\年m\\月", "2023年3月"),
        ("45000.5", "yyyy-mm-dd hh:mm", "2023-03-15 12:00"),
        ("-3", "yyyy/m/d", "-3"),
        ("1e300", "0", "1e300"),
        ("x", "0", "x"),
        ("nan", "0", "nan"),
        ("5", "# ?/?", "5"),
        ("5", "0.00E+00", "5"),
        ("5", ";;;", ""),
    ],
)
def test_formats(value, code, text):
    """Percentages, thousands, units, signs, scales and dates come out as they are seen."""
    assert shown(value, code) == text


def test_formats_that_have_a_number():
    """The usual formats are known by their numbers, as they are shown in China."""
    assert shown("0.985", BUILT_IN[10]) == "98.50%"
    assert shown("1234", BUILT_IN[3]) == "1,234"
    assert shown("45000", BUILT_IN[14]) == "2023/3/15"
    assert shown("45000", BUILT_IN[57]) == "2023年3月"


def test_the_other_beginning_of_time():
    """Some workbooks count their days from 1904."""
    assert shown("43538", "yyyy/m/d", since_1904=True) == "2023/3/15"


@given(st.floats(allow_nan=True).map(repr), st.text(alphabet='0#?.,%;"件\\!_*[]@ymdhsE+-/ ', max_size=12))
def test_any_format_gives_a_text(value, code):
    """However odd a format, a number comes out, and soon."""
    assert len(shown(value, code)) < 400
