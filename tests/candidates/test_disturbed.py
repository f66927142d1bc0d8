"""A number ends where the printed one ends: whatever disturbs it, it is read as itself or not at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from baogao.candidates import find_candidates
from baogao.document import document_from_text
from candidates.printed import printed_figures

INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u061c"]
BLANKS = [" ", "\u00a0", "\u2009", "\u202f", "\u2006"]
LINE_ENDS = ["\n", "\r\n", "\u2028", " \n", "\n　　", "\n- 3 -\n", "\n第 3 页 共 9 页\n", "\n\n"]
STRANGERS = ["O", "o", "l", "I", "\ue123", "\ufffd", "?", "S"]
BEFORE = "为方便群众反映诉求，各窗口全年共收到来信来电"
AFTER = "，其余事项已经转交有关部门办理，并及时向群众作了答复和说明。"


def values(text):
    """The values of the numbers in a text."""
    return [c.value for c in find_candidates(document_from_text(text)).of_kind("number")]


@st.composite
def disturbed(draw, kinds, least=1, most=4):
    """A figure with something strewn into it, between its first character and its last: printed text and value."""
    figure, value, _, _ = draw(printed_figures())
    places = draw(st.lists(st.integers(1, len(figure) - 1), min_size=least, max_size=most, unique=True))
    for place in sorted(places, reverse=True):
        figure = figure[:place] + draw(st.sampled_from(kinds)) + figure[place:]
    return figure, value


@given(disturbed(INVISIBLE))
@example(("1\u200b200件", 1200))
@example(("一\u00ad百二十件", 120))
def test_what_nobody_sees_disturbs_nothing(case):
    """Zero-width and soft characters inside a figure: it is read."""
    figure, value = case
    assert values(f"{BEFORE}{figure}{AFTER}") == [value]


@given(disturbed(BLANKS))
@example(("12 8件", 128))
@example(("1 2 8件", 128))
@example(("1,23 4件", 1234))
@example(("2023 12件", 202312))
@example(("一 百 二 十件", 120))
def test_blanks_make_no_part_of_a_figure(case):
    """Blanks of any width inside a figure: it is read whole or not at all."""
    figure, value = case
    assert values(f"{BEFORE}{figure}{AFTER}") in ([], [value])


@given(disturbed(LINE_ENDS, most=1))
@example(("12\n34件", 1234))
@example(("一百\n二十件", 120))
@example(("1,\n234件", 1234))
@example(("3.\n5万件", 35000))
def test_a_line_end_makes_no_part_of_a_figure(case):
    """A line end, or a page end with its number, inside a figure: it is read whole or not at all."""
    figure, value = case
    assert values(f"{BEFORE}{figure}{AFTER}") in ([], [value])


@given(disturbed(STRANGERS, most=1))
@example(("1O8件", 108))
@example(("l2件", 2))
@example(("1\ue1238件", 18))
def test_a_stranger_makes_no_figure(case):
    """A letter or a sign without meaning among the digits: neither what is before it is read, nor what is behind."""
    figure, value = case
    assert values(f"{BEFORE}{figure}{AFTER}") in ([], [value])


@given(disturbed([*INVISIBLE, *BLANKS], most=3), st.data())
def test_disturbances_together(case, data):
    """What is without width, blanks, and one line end.

    A digit between two line ends is taken for a page's number, and “1. ”, “1 ” or “1.5 ” at the head of a line for a
    mark.
    """
    figure, value = case
    assume(not re.search(r"\.\s", figure))
    place = data.draw(st.integers(1, len(figure) - 1))
    figure = figure[:place] + data.draw(st.sampled_from(LINE_ENDS)) + figure[place:]
    visible = "".join(char for char in figure if char not in INVISIBLE)
    assume(not re.search(r"[\n\u2028\u3000][^\d\n]{0,5}\d[\d.]{0,5}[^\d\n]{0,5}\s", visible))
    assert values(f"{BEFORE}{figure}{AFTER}") in ([], [value])


@pytest.mark.parametrize("mark", ["①", "¹", "㈠", "†", "[1]", "（注1）"])
@given(figure=printed_figures())
def test_the_mark_of_a_note_makes_no_other_figure(mark, figure):
    """Behind the number or behind its measure word."""
    text, value, _, unit = figure
    number = text[: text.rindex(unit)] if text.endswith(unit) else text
    for printed in (f"{number}{mark}{text[len(number) :]}", f"{text}{mark}"):
        assert values(f"{BEFORE}{printed}{AFTER}") in ([], [value])
