"""Texts cut at the edges of spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.outputs.places import Piece, cut

LENGTH = 40
spans_in_text = st.lists(
    st.tuples(st.integers(0, LENGTH - 1), st.integers(1, LENGTH)).map(sorted).filter(lambda s: s[0] < s[1]).map(tuple),
    max_size=12,
)


@given(spans_in_text, st.lists(st.integers(-3, LENGTH + 3), max_size=6))
def test_pieces_are_the_text(spans, cuts):
    """The pieces follow one another without a gap and are never empty."""
    pieces = cut(LENGTH, spans, cuts)
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == LENGTH
    assert all(piece.start < piece.end for piece in pieces)


@given(spans_in_text)
def test_every_character_knows_its_spans(spans):
    """A character is inside of exactly the spans that cover it."""
    for piece in cut(LENGTH, spans):
        for at in range(piece.start, piece.end):
            assert piece.inside == tuple(i for i, (start, end) in enumerate(spans) if start <= at < end)


@given(spans_in_text, st.lists(st.integers(1, LENGTH - 1), max_size=6))
def test_nothing_is_cut_without_need(spans, cuts):
    """Every inner border is the edge of a span or a cut that was asked for."""
    edges = {edge for span in spans for edge in span} | set(cuts)
    assert all(piece.start in edges for piece in cut(LENGTH, spans, cuts)[1:])


def test_a_text_without_characters_has_no_pieces():
    """An empty text has nothing to show."""
    assert cut(0, []) == []


def test_nested_spans():
    """The inner span's piece carries both."""
    assert cut(6, [(0, 6), (2, 4)]) == [Piece(0, 2, (0,)), Piece(2, 4, (0, 1)), Piece(4, 6, (0,))]


@pytest.mark.parametrize("span", [(3, 3), (4, 2), (-1, 2), (0, 7)])
def test_a_span_outside_is_refused(span):
    """A span that is not in the text belongs to another text: saying so beats showing the wrong place."""
    with pytest.raises(ValueError, match="does not lie in a text of 6 characters"):
        cut(6, [span])
