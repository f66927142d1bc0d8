"""What is asked and what comes back, as plain values."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.llm.messages import Reply, TokenLogprob


def test_the_lines_of_a_reply_have_the_probability_of_their_tokens():
    """A line end belongs to the line that it ends, however the tokens are cut."""
    tokens = [("1 甲", 0.9), ("乙\n", 0.5), ("\n", 0.8), ("2 丙", 0.25)]
    reply = Reply("1 甲乙\n\n2 丙", "stop", 1, 1, logprobs=tuple(TokenLogprob(text, log(p)) for text, p in tokens))
    assert [(line, pytest.approx(p)) for line, p in reply.lines()] == [("1 甲乙", 0.45), ("", 0.8), ("2 丙", 0.25)]


def test_without_probabilities_none_is_made_up():
    """An endpoint that gives none is not taken for sure, or for unsure."""
    assert Reply("一\n二", "stop", 1, 1).lines() == [("一", None), ("二", None)]


def test_a_cut_reply_ends_with_half_a_line():
    """It is left out; of a single line nothing is left."""
    assert Reply("一\n二", "length", 1, 1).lines() == [("一", None)]
    assert Reply("一", "length", 1, 1).lines() == []


@given(st.lists(st.tuples(st.text("甲乙\n", max_size=3), st.floats(-5, 0)), max_size=30))
def test_every_token_counts_once(tokens):
    """The product over the lines is that of the tokens, whatever they hold."""
    text = "".join(token for token, _ in tokens)
    found = Reply(text, "stop", 1, 1, logprobs=tuple(TokenLogprob(*one) for one in tokens)).lines()
    assert [line for line, _ in found] == text.split("\n")
    if tokens:
        assert sum(log(p) for _, p in found) == pytest.approx(sum(logprob for _, logprob in tokens), abs=1e-6)
        assert all(0 < p <= exp(0) for _, p in found)


def test_what_of_a_cut_reply_is_whole():
    """All lines but the last; of one that ended by itself, all of it."""
    assert Reply("一\n二", "length", 1, 1).whole_lines == "一"
    assert Reply("一", "length", 1, 1).whole_lines == ""
    assert Reply("一\n二", "stop", 1, 1).whole_lines == "一\n二"


def test_the_token_at_a_place():
    """The one that spells the character; none where the tokens are of another text."""
    tokens = tuple(TokenLogprob(text, -number) for number, text in enumerate(("一二", "", "三")))
    reply = Reply("一二三四", "stop", 1, 1, logprobs=tokens)
    assert [reply.token_at(place) for place in range(4)] == [tokens[0], tokens[0], tokens[2], None]
    assert Reply("二二三", "stop", 1, 1, logprobs=tokens).token_at(2) is None
    assert Reply("一", "stop", 1, 1).token_at(0) is None
