"""Proposals and the calibrated arbiter: what is put forward, who gets which figure, what is held back."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.extraction import Link
from baogao.hybrid.arbiter import CalibratedArbiter, Proposer, choose
from baogao.hybrid.calibration import Calibration, FitOn, Weight
from baogao.hybrid.features import FEATURES
from baogao.hybrid.hybrid import Case, Decision
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from hybrid.conftest import GDP, proposal
from short_reports import read


def arbiter(schema, intercept: float, threshold: float, **weights: float) -> CalibratedArbiter:
    """An arbiter with weights made by hand."""
    found = [Weight(feature=name, mean=0, scale=1, weight=weight) for name, weight in weights.items()]
    fit_on = FitOn(documents={}, proposals=0, right=0, schema="sha256:1")
    return CalibratedArbiter(
        Calibration(
            schema_name=schema.name, sure=0.9, threshold=threshold, intercept=intercept, weights=found, fit_on=fit_on
        ),
        schema,
    )


def test_confidence_is_the_probability(case_of, communique):
    """Every answer says how likely it is right; who spoke stays on record."""
    _, case = case_of(GDP, communique, {"gdp": "86.4亿元"})
    decision = arbiter(communique, 0.0, 0.4, by_rules=1.0).decide(case)
    assert decision.fields["gdp"].confidence == pytest.approx(0.731, abs=1e-3)
    assert decision.fields["gdp"].by == "rules+llm"
    assert list(decision.fields) == [spec.id for spec in communique.figures if spec.id in decision.fields]


def test_evidence_chooses_between_candidates(case_of, communique):
    """The model is right where its evidence is better, though rules are sure of another figure."""
    report, case = case_of(GDP, communique, {"gdp": "80亿元"})
    by_model = arbiter(communique, -1.0, 0.4, by_model=3.0).decide(case)
    by_rules = arbiter(communique, -1.0, 0.4, by_rules=3.0).decide(case)
    assert by_model.fields["gdp"].candidates == (report.of("80亿元").id,)
    assert by_rules.fields["gdp"].candidates == (report.of("86.4亿元").id,)


def test_what_is_doubtful_is_held_back(case_of, communique):
    """Below the threshold an answer waits for review, with the reason; far below it is nothing."""
    _, case = case_of(GDP, communique)
    held = arbiter(communique, 0.0, 0.6).decide(case)
    assert not held.fields
    assert held.held["gdp"].reason == "less sure than 0.60"
    assert held.held["gdp"].link.confidence == 0.5
    assert arbiter(communique, -3.0, 0.6).decide(case).held == {}


def test_a_figure_that_went_to_another_field(case_of, communique):
    """Is held back for the field that lost it, and the reason says so."""
    _, case = case_of(GDP, communique, {"grain_output": "86.4亿元"})
    decision = arbiter(communique, 1.0, 0.4, by_rules=1.0).decide(case)
    assert "gdp" in decision.fields
    assert "another field" in decision.held["grain_output"].reason


def test_sure_is_the_calibrations(communique):
    """What the model is not asked about was learned as well."""
    assert arbiter(communique, 0, 0.5).sure == 0.9


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


TEXT = (
    "青川县2023年法治政府建设工作报告\n\n一、工作情况\n收到行政复议申请37件，受理36件，审结34件。受理并审结诉讼案件12件。"
    "评查案卷120卷，上年评查案卷98卷。开展防汛演练2场、消防演练3场。发放宣传资料3000份，参加考试68人，合格59人。\n"
)


@cache
def flagship_case() -> tuple[Schema, Case]:
    """A report in which figures compete for fields, and fields for figures."""
    schema, report = load_schema(), read(TEXT)
    links, ranked = RulesExtractor(load_rulebook(None, schema)).link(report)
    return schema, Case(report, schema, ranked, links.fields, {})


FIGURES = [spec.id for spec in flagship_case()[0].figures if spec.id in flagship_case()[1].ranked][:8]
NUMBERS = [one.id for one in flagship_case()[1].report.candidates.of_kind("number")]


@given(
    st.dictionaries(st.sampled_from(FIGURES), st.tuples(st.sampled_from(NUMBERS), st.floats(0, 1)), max_size=6),
    st.dictionaries(st.sampled_from(FEATURES), st.floats(-3, 3), max_size=6),
    st.floats(0, 1),
)
def test_what_is_decided_was_proposed(said, weights, threshold):
    """An answer is one of the two readers', or the rules' next; no figure answers two fields unless it is shared."""
    schema, case = flagship_case()
    case = replace(case, model={name: Link((number,), sure, "llm") for name, (number, sure) in said.items()})
    decision: Decision = arbiter(schema, 0.0, threshold, **weights).decide(case)
    proposals = Proposer(schema).propose(case)
    proposed = {(one.field, one.link.candidates) for one in proposals}
    shared = {(one.field, one.link.candidates) for one in proposals if one.shared}
    own: list[int] = []
    for name, link in decision.fields.items():
        assert (name, link.candidates) in proposed
        assert threshold <= link.confidence <= 1
        own += [] if (name, link.candidates) in shared else link.candidates
    assert len(own) == len(set(own))
    for name, held in decision.held.items():
        assert (name, held.link.candidates) in proposed
        assert name not in decision.fields
        assert held.link.confidence >= threshold / 2
    order = [spec.id for spec in schema.figures]
    assert list(decision.fields) == sorted(decision.fields, key=order.index)


@given(st.dictionaries(st.sampled_from(FIGURES), st.sampled_from(NUMBERS), max_size=6))
def test_proposals_of_a_field_have_no_figure_twice(said):
    """What both say is one proposal; every reader's answer is among them, in the schema's order of fields."""
    schema, case = flagship_case()
    case = replace(case, model={name: Link((number,), 0.8, "llm") for name, number in said.items()})
    proposals = Proposer(schema).propose(case)
    for name in FIGURES:
        own = [one.link for one in proposals if one.field == name]
        assert len({link.candidates for link in own}) == len(own)
        if name in case.rules:
            assert own[0].candidates == case.rules[name].candidates
        if name in said:
            assert any(said[name] in link.candidates for link in own)
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
    assert "reconsideration_concluded" in {one.field for one in Proposer(schema).propose(twice) if one.shared}
    decided = arbiter(schema, 2.0, 0.5).decide(twice).fields
    assert decided["reconsideration_accepted"].candidates == decided["reconsideration_concluded"].candidates


def test_notices_go_with_every_decision(communique):
    """What is other now than when the calibration was learned is said of each report."""
    fit_on = FitOn(documents={}, proposals=0, right=0, schema="sha256:1")
    calibration = Calibration(
        schema_name="communique", sure=0.9, threshold=0.5, intercept=0.0, weights=[], fit_on=fit_on
    )
    case = Case(read(GDP), communique, {}, {}, {})
    assert CalibratedArbiter(calibration, communique, ["other rules"]).decide(case).notices == ("other rules",)
    assert CalibratedArbiter(calibration, communique).decide(case) == Decision({})
