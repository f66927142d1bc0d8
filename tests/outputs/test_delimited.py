"""Tables as text that spreadsheet programs open."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.outputs.delimited import DelimitedFile, digits


def written(*rows, delimiter=","):
    """The text of a file with these rows."""
    file = io.BytesIO()
    table = DelimitedFile(file, delimiter)
    for row in rows:
        table.add(row)
    table.close()
    return file.getvalue().decode("utf-8-sig")


@given(st.text(" \t\n\u3000\u200b\u2060\ufeff", max_size=4), st.sampled_from("=+-@＝＋－＠"), st.sampled_from(",\t"))
def test_no_cell_begins_like_a_formula(blanks, sign, delimiter):
    """Whatever blanks and unseen characters stand in front of a formula, it is written as text, and comes back."""
    text = written([f"{blanks}{sign}1", "a"], delimiter=delimiter)
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == [[f"'{blanks}{sign}1", "a"]]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_comes_back(value):
    """Whole numbers have no point, and no number loses a digit."""
    printed = written([value]).strip()
    assert float(printed) == value
    assert ("." in printed or "e" in printed) != value.is_integer()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_a_figure_has_all_its_digits(value):
    """No exponent, no zeros behind the last digit of a fraction, and nothing is rounded."""
    printed = digits(value)
    assert Decimal(printed) == value
    assert "E" not in printed.upper()
    assert not ("." in printed and printed.endswith("0"))


@pytest.mark.parametrize(("value", "printed"), [(Decimal("1E+3"), "1000"), (Decimal("98.50"), "98.5"), (True, "1")])
def test_how_numbers_are_printed(value, printed):
    """As people write them."""
    assert digits(value) == printed
