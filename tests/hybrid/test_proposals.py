"""Proposals: everything that is put forward once, and who gets which figure."""

from hypothesis import given
from hypothesis import strategies as st

from baogao.hybrid.arbiter import Proposer, choose
from hybrid.conftest import GDP, proposal


def test_each_candidate_once(case_of, communique):
    """What rules and the model agree on is one proposal, named after both; the rules' second choice is another."""
    report, case = case_of(GDP, communique, {"gdp": "86.4亿元", "grain_output": "80亿元"})
    agreed = report.of("86.4亿元").id
    proposals = Proposer(communique).propose(case)
    assert [one.link.by for one in proposals if one.field == "gdp" and agreed in one.link.candidates] == ["rules+llm"]
    assert [one.link.by for one in proposals if one.field == "grain_output"] == ["llm"]
    pairs = [(one.field, one.link.candidates) for one in proposals]
    assert len(set(pairs)) == len(pairs)


def test_the_most_probable_wins():
    """Of a field's proposals, and of two fields that want one figure; the loser takes its second choice."""
    proposals = [proposal("a", 1), proposal("a", 2), proposal("b", 1), proposal("c", 1)]
    chosen, lost = choose(proposals, [0.6, 0.5, 0.9, 0.3])
    assert {name: one.proposal.link.candidates for name, one in chosen.items()} == {"b": (1,), "a": (2,)}
    assert chosen["a"].probability == 0.5
    assert {name: one.probability for name, one in lost.items()} == {"c": 0.3}


def test_a_shared_figure_answers_two_fields():
    """各9件: where rules say that a figure may be shared, nobody loses it."""
    chosen, lost = choose([proposal("a", 1, shared=True), proposal("b", 1, shared=True)], [0.6, 0.9])
    assert set(chosen) == {"a", "b"}
    assert not lost


def test_parts_are_taken_together():
    """A field that sums figures keeps others from each of them."""
    chosen, lost = choose([proposal("sum", 1, 2), proposal("one", 2)], [0.9, 0.8])
    assert set(chosen) == {"sum"}
    assert set(lost) == {"one"}


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 4), st.floats(0, 1)), max_size=20))
def test_nobody_shares_and_nobody_is_passed_over(drawn):
    """Each field has one answer at most, each figure one field; a field without an answer lost all its figures."""
    proposals = [proposal(name, number) for name, number, _ in drawn]
    chosen, lost = choose(proposals, [probability for _, _, probability in drawn])
    figures = [one.proposal.link.candidates for one in chosen.values()]
    assert len(set(figures)) == len(figures)
    assert set(chosen) | set(lost) == {name for name, _, _ in drawn}
    assert not set(chosen) & set(lost)
