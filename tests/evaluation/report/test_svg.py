"""Drawing: scales that go where they should, ticks that are round, words that stay words."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.report.svg import Drawing, Scale, decimal, percent, whole, width_of

LOW = st.floats(-1e6, 1e6)


@given(LOW, st.floats(1e-3, 1e6), st.floats(0, 500), st.floats(0, 500))
def test_a_scale_goes_from_end_to_end(low, length, start, end):
    """Its ends are its ends, whichever way it goes, and the middle is between them."""
    scale = Scale(low, low + length, start, end)
    assert scale(scale.low) == pytest.approx(start)
    assert scale(scale.high) == pytest.approx(end, abs=1e-3)
    assert scale(low + length / 2) == pytest.approx((start + end) / 2, abs=1e-2)


@given(LOW, st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_inside(low, length):
    """Between two and ten, evenly apart by 1, 2 or 5 of something, none outside."""
    scale = Scale(low, low + length, 0, 100)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 7
    steps = {round((b - a) / (ticks[1] - ticks[0]), 3) for a, b in pairwise(ticks)}
    assert steps == {1}
    assert f"{ticks[1] - ticks[0]:.0e}"[0] in "125"
    assert all(-1e-3 <= scale(tick) <= 100.001 for tick in ticks)


@given(st.text(max_size=20))
def test_words_are_words(words):
    """Whatever a label says, it is read back as it is, and is no markup."""
    drawing = Drawing(100, 100)
    clean = "".join(char for char in words if char.isprintable())
    drawing.text(0, 0, clean)
    drawing.dot(0, 0, "s0", title=f"{clean}!")
    tree = ElementTree.fromstring(drawing.svg("x", clean, clean))
    space = "{http://www.w3.org/2000/svg}"
    assert [one.text or "" for one in tree.iter(f"{space}text")] == [clean]
    assert tree.findtext(f"{space}circle/{space}title") == f"{clean}!"


def test_wide_characters_are_wider():
    """Room is left for Chinese labels, twice that of letters."""
    assert width_of("执法") == 24
    assert width_of("ab") < width_of("执法") < width_of("abcd")


def test_numbers_as_axes_write_them():
    """Thousands are parted, shares are percent, decimals have no needless zeros."""
    assert [whole(1200), percent(0.2), decimal(0.85), decimal(1), decimal(0.125)] == [
        "1,200",
        "20%",
        "0.85",
        "1.0",
        "0.125",
    ]
