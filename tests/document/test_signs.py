"""Signs in a text that is put together, and the offsets that come of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baogao.document.signs import HIDDEN, STRUCK, file_text, inserted, places, plain, printed_lines


def test_offsets_of_what_is_inserted_and_left_out():
    """An inserted number has its span, and what is left out has the place where it would stand."""
    file = file_text(f"{inserted('1. ')}甲{STRUCK}乙\n{HIDDEN}丙{STRUCK}", "word")
    assert file.text == "1. 甲乙\n丙"
    assert file.inserted == ((0, 3),)
    assert file.messages == (
        "struck-out text is left out, in 2 places; the first (character 4)",
        "hidden text is left out (character 6)",
    )


def test_one_place_counts_once():
    """Runs that are struck out side by side are one place."""
    assert file_text(f"甲{STRUCK}{STRUCK}乙", "page").messages == ("struck-out text is left out (character 1)",)


def test_empty_lines_go_and_their_signs_stay():
    """A line that holds nothing but what was left out is no line, and the notice keeps its place."""
    assert list(printed_lines([STRUCK, " 甲 ", "", f" {HIDDEN} ", "\t乙\t", STRUCK])) == [
        f"{STRUCK}甲",
        f"{HIDDEN}\t乙{STRUCK}",
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "甲", "12", " ", "\n"]), st.sampled_from(["", "insert", STRUCK])), max_size=20
    )
)
def test_nothing_but_signs_is_lost(pieces):
    """The text is that of the pieces, and each inserted span holds what was inserted."""
    marked = "".join(inserted(text) if kind == "insert" else text + kind for text, kind in pieces)
    file = file_text(marked, "text")
    assert file.text == plain(marked) == "".join(text for text, _ in pieces)
    assert [file.text[slice(*span)] for span in file.inserted] == [
        text for text, kind in pieces if kind == "insert" and text
    ]
    assert places("".join(printed_lines(marked.split("\n")))) == places(marked) or not plain(marked).strip()
