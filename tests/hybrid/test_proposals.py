"""Proposals: what is put forward, by whom, and who gets which figure."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.extraction import Link
from baogao.hybrid.case import Case, same
from baogao.hybrid.proposals import Proposal, Proposer, choose
from baogao.reading import read_answer
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from hybrid.conftest import GDP, proposal
from short_reports import read

TEXT = (
    "青川县2023年法治政府建设工作报告\n\n一、工作情况\n收到行政复议申请37件，受理36件，审结34件。受理并审结诉讼案件12件。"
    "评查案卷120卷，上年评查案卷98卷。开展防汛演练2场、消防演练3场。发放宣传资料3000份，参加考试68人，合格59人。\n"
    "总的来说，全年收到行政复议申请37件，评查案卷120卷。\n"
)


@cache
def flagship_case() -> tuple[Schema, Case]:
    """A report in which figures compete for fields, and fields for figures; some of them are printed twice."""
    schema, report = load_schema(), read(TEXT)
    links, ranked = RulesExtractor(load_rulebook(None, schema)).link(report)
    return schema, Case(report, schema, ranked, links.fields, {})


FIGURES = [spec.id for spec in flagship_case()[0].figures if spec.id in flagship_case()[1].ranked][:8]
NUMBERS = [one.id for one in flagship_case()[1].report.candidates.of_kind("number")]


def with_model(**said: int) -> tuple[Schema, Case]:
    """The same, with what a model says: fields and the candidates that it links."""
    schema, case = flagship_case()
    return schema, replace(case, model={name: Link((number,), 0.8, "llm") for name, number in said.items()})


def test_each_answer_once(case_of, communique):
    """What rules and the model agree on is one proposal, named after both; the rules' second choice is another."""
    text = f"{GDP}初步核算，地区生产总值88亿元。\n"
    report, case = case_of(text, communique, {"gdp": "86.4亿元", "grain_output": "80亿元"})
    found = [(one.link.by, one.stand, one.link.candidates) for one in Proposer(communique).propose(case)]
    both, second, alone = (report.of(text).id for text in ("86.4亿元", "88亿元", "80亿元"))
    assert found[:3] == [
        ("rules+llm", "both", (both,)),
        ("rules", "neither", (second,)),
        ("llm", "model_only", (alone,)),
    ]


def test_agreement_is_by_answer_and_not_by_place():
    """A model that links the same figure where it is printed again says the same as rules."""
    schema, case = flagship_case()
    places = [one.id for one in case.report.candidates if one.text == "120卷"]
    assert case.rules["case_files_reviewed"].candidates == (places[0],)
    _, case = with_model(case_files_reviewed=places[1])
    own = [one for one in Proposer(schema).propose(case) if one.field == "case_files_reviewed"]
    assert case.agreed == {"case_files_reviewed"}
    assert [(one.stand, one.link.by, one.link.candidates) for one in own[:1]] == [("both", "rules+llm", (places[0],))]
    assert {one.stand for one in own[1:]} <= {"neither"}


def test_the_same_figure_with_another_bound_is_the_same_answer():
    """Answers are compared by what they say: status and value."""
    _, case = flagship_case()
    spec = case.schema.by_id["case_files_reviewed"]
    exact = read_answer(case.report, case.rules["case_files_reviewed"], spec)
    assert same(exact, exact.model_copy(update={"evidence": [(0, 1)], "bound": "over"}))
    assert not same(exact, exact.model_copy(update={"value": exact.value + 1}))
    assert not same(exact, exact.model_copy(update={"status": "reported_none"}))


@pytest.mark.parametrize(("fields", "shared"), [(1, False), (2, True), (3, False)])
def test_a_figure_that_the_model_lends(fields, shared):
    """To two fields it is shared, for words lend it so; to three it is not, and one gets it."""
    schema, case = flagship_case()
    (figure,) = (one.id for one in case.report.candidates if one.text == "3000份")
    names = [spec.id for spec in schema.figures if spec.id not in case.ranked and not spec.is_rate][:fields]
    _, case = with_model(**dict.fromkeys(names, figure))
    of_model = [one for one in Proposer(schema).propose(case) if one.stand == "model_only"]
    assert [one.shared for one in of_model] == [shared] * fields
    chosen, _ = choose(of_model, [0.9] * fields)
    assert len(chosen) == (fields if shared else 1)


def test_lending_is_the_models_and_not_the_rules():
    """What the model lends to two other fields is not given to a third that rules alone claim it for."""
    schema, case = flagship_case()
    figure = case.rules["case_files_reviewed"].candidates[0]
    names = [spec.id for spec in schema.figures if spec.id not in case.ranked and not spec.is_rate][:2]
    _, case = with_model(**dict.fromkeys(names, figure))
    (own,) = (
        one for one in Proposer(schema).propose(case) if one.stand == "rules_only" and figure in one.link.candidates
    )
    assert (own.field, own.shared) == ("case_files_reviewed", False)


@given(st.dictionaries(st.sampled_from(FIGURES), st.sampled_from(NUMBERS), max_size=6))
def test_no_two_proposals_of_a_field_say_the_same(said):
    """Whatever the model says; every reader's answer is among them, in the schema's order of fields."""
    schema, case = with_model(**said)
    proposals = Proposer(schema).propose(case)

    def answer(one: Proposal) -> tuple[object, object]:
        found = read_answer(case.report, one.link, schema.by_id[one.field])
        return found.status, found.value

    for name in FIGURES:
        own = [one for one in proposals if one.field == name]
        answers = [answer(one) for one in own]
        assert len(set(answers)) == len(answers)
        stands = [one.stand for one in own if one.stand != "neither"]
        if name in case.rules:
            assert own[0].link.candidates == case.rules[name].candidates
        if name in said:
            assert answer(replace(own[0], link=case.model[name])) in answers
        spoke = (name in case.rules) + (name in said) - (name in case.agreed)
        assert len(stands) == spoke
    order = [spec.id for spec in schema.figures]
    places = [order.index(one.field) for one in proposals]
    assert places == sorted(places)


def test_shared_is_what_rules_say():
    """受理并审结12件: both fields may have the figure; a figure that only one pattern wants is not shared."""
    schema, case = flagship_case()
    shared = {one.field for one in Proposer(schema).propose(case) if one.shared}
    assert "case_files_reviewed" not in shared
    text = "青川县2023年法治政府建设工作报告\n\n一、工作情况\n受理并审结行政复议案件12件。\n"
    links, ranked = RulesExtractor(load_rulebook(None, schema)).link(read(text))
    twice = Case(read(text), schema, ranked, links.fields, {})
    proposals = [one for one in Proposer(schema).propose(twice) if one.stand == "rules_only"]
    assert "reconsideration_concluded" in {one.field for one in proposals if one.shared}
    chosen, _ = choose(proposals, [0.9] * len(proposals))
    figures = [chosen[f"reconsideration_{name}"].proposal.link.candidates for name in ("accepted", "concluded")]
    assert figures[0] == figures[1]


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
