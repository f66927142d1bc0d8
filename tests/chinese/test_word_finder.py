"""Many words found at once, as if each had been looked for alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baogao.chinese.word_finder import WordFinder

CHARACTERS = "一二.("
WORDS = st.lists(st.tuples(st.text(CHARACTERS, max_size=3), st.sampled_from("ab")), max_size=5)


@given(WORDS, st.text(CHARACTERS, max_size=20))
def test_every_place_of_every_word(words, text):
    """Words that overlap, that hold one another, that stand for the same; an empty one is nowhere."""
    alone = [
        (place, name) for word, name in words if word for place in range(len(text)) if text.startswith(word, place)
    ]
    found = list(WordFinder(words).find(text))
    assert sorted(found) == sorted(alone)
    assert [place for place, _ in found] == sorted(place for place, _ in found)
