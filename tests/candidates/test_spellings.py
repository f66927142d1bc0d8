"""Any number, however it is written and whatever was spilt on it, reads back as itself or not at all."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from baogao.candidates.figures import find_figures
from candidates.spellings import STRANGERS, spelled_numbers


@given(
    spelled_numbers(), st.sampled_from(["共办理", "受理了", "：", "发放资料", "其中"]), st.sampled_from("件份户场条")
)
@example(("1千2百", 1200), "共办理", "件")
@example(("1万2", 12_000), "共办理", "件")
def test_a_number_is_read_whole_or_not_at_all(spelled, before, unit):
    """Whatever mixes Arabic digits, numerals and scale words has its value, or none; no part of it is a figure."""
    text, value = spelled
    found = [(figure.value, figure.start, figure.end) for figure in find_figures(f"{before}{text}{unit}。")]
    assert found in ([], [(value, len(before), len(before) + len(text) + 1)])


@given(spelled_numbers(), st.sampled_from(STRANGERS), st.integers(0, 40))
def test_a_stranger_in_a_number_leaves_no_part_of_it(spelled, stranger, place):
    """A letter or a sign at any place in a number makes it no figure; at its edge the number may stay whole."""
    text, value = spelled
    place %= len(text) + 1
    token = f"{text[:place]}{stranger}{text[place:]}"
    found = [figure.value for figure in find_figures(f"共办理{token}件。")]
    assert found == [] or (found == [value] and place in {0, len(text)})
