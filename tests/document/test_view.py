"""The reading view: what is left out, what is replaced, and where each character that stays is printed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.document.view import Cuts, View, clean_characters

NOTHING = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\ufe0f\u202a\U000e0001\U000e0100"
TEXT = st.text(alphabet="全年收到申请128件、，。.（）[1]注①¹ \t\n\u00a0\u2009\u3000⾏⼆５" + NOTHING, max_size=60)


@pytest.mark.parametrize("char", NOTHING, ids=lambda char: f"U+{ord(char):04X}")
def test_what_nobody_sees_is_left_out(char):
    """A character without width or meaning is gone wherever it stands, inside a number and a word too."""
    view = clean_characters(f"收{char}到1{char}28件{char}。{char}")
    assert view.text == "收到128件。"
    assert view.printed((2, 6)) == (3, 8)


@pytest.mark.parametrize("space", "\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", ids=lambda c: f"{ord(c):x}")
def test_a_thin_blank_parts_no_number(space):
    """Printers part thousands by it; elsewhere it is a blank."""
    assert clean_characters(f"共1{space}234件{space}已办").text == "共1234件 已办"


def test_a_fixed_blank_parts_thousands_and_words():
    """Before three digits it is inside a number; before fewer, or more, it is a blank like others."""
    assert clean_characters("共1\u00a0234件，2023\u00a012件").text == "共1234件，2023\u00a012件"


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("⾏政⼆⼗⼋件", "行政二十八件"),
        ("⻅⻓⻋", "见长车"),
        ("〸件〹件", "十件卄件"),
        ("\uf9b4⼀", "領一"),
        ("𝟏𝟐𝟖件", "128件"),
        ("﹙12﹚", "(12)"),
        ("㎡和㈠", "㎡和㈠"),
        ("１２８件", "１２８件"),
    ],
)
def test_other_forms_of_a_character_are_read_as_the_plain_one(printed, read):
    """Radicals, compatibility forms and mathematical digits, one for one; what is no twin of one character stays."""
    view = clean_characters(printed)
    assert view.text == read
    assert view.origins is None


@pytest.mark.parametrize(
    "mark",
    [
        "①",
        "⑫",
        "¹",
        "¹²",
        "⁽¹⁾",
        "⑴",
        "㈠",
        "†",
        "‡",
        "※",
        "[1]",
        "［2］",
        "[12]",
        "（注1）",
        "[注]",
        "(注2)",
        "（注）",
    ],
)
def test_the_mark_of_a_note_is_no_part_of_its_figure(mark):
    """Behind a figure, or its measure word, it is left out; the figure and what follows stay."""
    assert clean_characters(f"收到128{mark}件，审结97{mark}。").text == "收到128件，审结97。"
    if not unicodedata.numeric(mark[0], 0):
        assert clean_characters(f"收到128件{mark}，审结97件。").text == "收到128件，审结97件。"


@pytest.mark.parametrize(
    "text",
    [
        "①加强学习。②完善制度。",
        "面积128m²。",
        "国发[2015]1号",
        "国办发〔2023〕12号",
        "共3[2022年为2]件",
        "（1）加强（注意安全）",
        "x²+1",
        "12¹8件",
        "全年128件（注意：不含转办）",
    ],
)
def test_what_only_looks_like_a_note_stays(text):
    """List marks, units, document numbers, remarks in brackets, and a mark between two digits, which is no note."""
    assert clean_characters(text).text == text


@given(TEXT)
def test_every_character_that_stays_is_printed_where_it_says(text):
    """A view keeps the order of the print, and each of its characters is the printed one or its plain form."""
    view = clean_characters(text)
    places = [view.printed((place, place + 1)) for place in range(len(view.text))]
    assert places == sorted(set(places))
    for char, (start, end) in zip(view.text, places, strict=True):
        assert end == start + 1
        assert char == text[start] or char in unicodedata.normalize("NFKC", text[start])
        assert view.read(start) == places.index((start, end))


@given(TEXT)
def test_a_clean_text_stays_as_it_is(text):
    """Once cleaned, nothing more is found to be done."""
    once = clean_characters(text).text
    twice = clean_characters(once)
    assert len(twice.text) <= len(once)
    if not any(mark in once for mark in "[注①¹（"):
        assert twice.text == once


@given(
    st.text(alphabet="甲乙丙丁", max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6)
)
def test_what_stays_is_what_was_not_cut(text, spans):
    """Cuts may overlap, touch, be empty and reach beyond the text; places move with what stays."""
    cuts = Cuts((min(span), min(max(span), len(text))) for span in spans)
    gone = {place for start, end in cuts.spans for place in range(start, end)}
    kept = [place for place in range(len(text)) if place not in gone]
    view = View(text).without(cuts)
    assert view.text == "".join(text[place] for place in kept)
    assert [cuts.moved((place, place + 1)) for place in kept] == [(n, n + 1) for n in range(len(kept))]
    assert [view.printed((n, n + 1)) for n in range(len(kept))] == [(place, place + 1) for place in kept]


def test_a_place_is_no_stretch():
    """An empty span stands before the character that follows it, and at the end behind the last one that stayed."""
    view = View("甲乙丙丁").without(Cuts([(1, 2), (3, 4)]))
    assert (view.text, view.printed((1, 1)), view.printed((2, 2))) == ("甲丙", (2, 2), (3, 3))
    assert View("").printed((0, 0)) == (0, 0)
