"""Arbiters: who is followed, how sure the answers are, what is held back and why, and what a person should look at."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.extraction import Link
from baogao.hybrid.arbiter import (
    SURE_RULES,
    CalibratedArbiter,
    RunArbiter,
    strange_agreement,
    sure_agreement,
)
from baogao.hybrid.calibration import Asked, Calibration, FitOn, Weight
from baogao.hybrid.case import Case, Decision
from baogao.hybrid.features import FEATURES
from baogao.hybrid.proposals import Proposer
from baogao.hybrid.trust import Trust
from baogao.hybrid.weighing import any_model
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from hybrid.conftest import GDP
from short_reports import read

READERS = [Asked(way="link", model="m")]
MODEL_LEADS = Trust(reports=9, both=150, differ=20, rules_only=30, model_only=60, model_right=0.98, rules_right=0.2,
                    rules_right_against=0.05)  # fmt: skip
RULES_LEAD = Trust(reports=9, both=60, differ=60, rules_only=70, model_only=40, model_right=0.05, rules_right=0.9,
                   rules_right_against=0.9)  # fmt: skip
NOBODY_LEADS = Trust(reports=9, both=100, differ=20, rules_only=30, model_only=30, model_right=0.55, rules_right=0.55,
                     rules_right_against=0.5)  # fmt: skip


def learned(intercept: float, threshold: float, *, agreement: float | None = None, **weights: float) -> Calibration:
    """A calibration made by hand."""
    found = [Weight(feature=name, mean=0, scale=1, weight=weight) for name, weight in weights.items()]
    fit_on = FitOn(documents={}, proposals=0, right=0, schema="sha256:1")
    return Calibration(
        asked=READERS,
        sure=0.9,
        threshold=threshold,
        agreement=agreement,
        intercept=intercept,
        weights=found,
        fit_on=fit_on,
    )


def arbiter(schema: Schema, intercept: float, threshold: float, **weights: float) -> CalibratedArbiter:
    """An arbiter with weights made by hand."""
    return CalibratedArbiter(learned(intercept, threshold, **weights), schema)


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


def test_what_was_learned_decides_what_is_asked(communique):
    """From where on rules settle a field, and whether the model can be compared with what it was."""
    assert arbiter(communique, 0, 0.5).sure == 0.9
    assert not arbiter(communique, 0, 0.5).wants_sample
    assert CalibratedArbiter(learned(0, 0.5, agreement=0.9), communique).wants_sample
    assert arbiter(communique, 0, 0.5).trust is None


def test_whose_texts_are_taken_was_learned(case_of, communique):
    """Metadata and lists by whom they were right more often."""
    _, case = case_of(GDP, communique)
    calibration = learned(0, 0.5).model_copy(update={"texts_by": "model"})
    assert arbiter(communique, 0, 0.5).decide(case).texts_by == "rules"
    assert CalibratedArbiter(calibration, communique).decide(case).texts_by == "model"


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


@cache
def proposer() -> Proposer:
    """One is enough."""
    return Proposer(flagship_case()[0])


FIGURES = [spec.id for spec in flagship_case()[0].figures if spec.id in flagship_case()[1].ranked][:8]
NUMBERS = [one.id for one in flagship_case()[1].report.candidates.of_kind("number")]
SAID = st.dictionaries(st.sampled_from(FIGURES), st.tuples(st.sampled_from(NUMBERS), st.floats(0, 1)), max_size=6)


def said_by(model: dict[str, tuple[int, float]]) -> tuple[Schema, Case]:
    """The same with what a model says."""
    schema, case = flagship_case()
    return schema, replace(case, model={name: Link((number,), sure, "llm") for name, (number, sure) in model.items()})


def check_decision(case: Case, decision: Decision, threshold: float) -> None:
    """What holds of every decision, whoever makes it."""
    proposals = proposer().propose(case)
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
        assert held.reason
    order = [spec.id for spec in case.schema.figures]
    assert list(decision.fields) == sorted(decision.fields, key=order.index)
    doubted = {doubt.field: doubt for doubt in decision.doubts}
    assert len(doubted) == len(decision.doubts)
    agreed = {name for name in case.agreed if name in decision.fields}
    spoke = set(case.rules) | set(case.model)
    for name in spoke:
        given = decision.fields.get(name)
        same_as_both = name in agreed and given is not None and given.by == "rules+llm"
        assert (name not in doubted) == same_as_both
    for doubt in decision.doubts:
        assert 0 <= doubt.wrong <= 1
        assert doubt.said
        if doubt.field in decision.fields:
            assert doubt.said[0][1].candidates == decision.fields[doubt.field].candidates


@given(SAID, st.dictionaries(st.sampled_from(FEATURES), st.floats(-3, 3), max_size=6), st.floats(0, 1))
@settings(max_examples=40)
def test_what_is_decided_was_proposed(said, weights, threshold):
    """An answer is one of the two readers', or the rules' next; no figure answers two fields unless it is shared."""
    schema, case = said_by(said)
    check_decision(case, arbiter(schema, 0.0, threshold, **weights).decide(case), threshold)


@given(SAID, st.sampled_from([None, MODEL_LEADS, NOBODY_LEADS, RULES_LEAD]))
@settings(max_examples=40)
def test_what_a_run_decides_was_proposed(said, trust):
    """The same without a calibration, whoever leads; and the record says who does."""
    schema, case = said_by(said)
    decision = RunArbiter(schema, trust).decide(case)
    check_decision(case, decision, any_model().threshold)
    assert decision.jury is not None
    if trust is not None:
        assert decision.jury == trust.as_jury()


@given(SAID)
@settings(max_examples=40)
def test_a_model_that_leads_is_followed(said):
    """Every figure that it gives is given, as far as no other of its fields has it; and no other answer is."""
    schema, case = said_by(said)
    decision = RunArbiter(schema, MODEL_LEADS).decide(case)
    answers = {name: link.candidates for name, link in decision.fields.items()}
    assert set(answers) <= set(case.model)
    for name, link in case.model.items():
        if name in answers:
            assert answers[name] == link.candidates or name in case.agreed
        else:
            taken = [one for other, ids in answers.items() for one in ids if other != name]
            assert set(link.candidates) & set(taken) or (
                name in case.agreed and set(case.rules[name].candidates) & set(taken)
            )
    assert decision.texts_by == "model"
    for name, held in decision.held.items():
        if name not in case.model and name in case.rules and "another field" not in held.reason:
            assert held.reason == "rules alone say so, and the model leads"


def test_what_rules_alone_say_beside_a_model_that_leads():
    """Is held back, with its reason, and below what is given; a person should look at it."""
    schema, case = said_by(
        {"case_files_reviewed": (flagship_case()[1].rules["case_files_reviewed"].candidates[0], 0.8)}
    )
    decision = RunArbiter(schema, MODEL_LEADS).decide(case)
    assert list(decision.fields) == ["case_files_reviewed"]
    assert decision.held
    assert {held.reason for held in decision.held.values()} == {"rules alone say so, and the model leads"}
    assert all(held.link.confidence < any_model().threshold for held in decision.held.values())
    reasons = {doubt.field: doubt.reason for doubt in decision.doubts}
    name = next(iter(decision.held))
    assert reasons[name] == "rules alone, held back: rules alone say so, and the model leads"
    assert decision.jury.leader == "model"


def test_rules_that_lead_are_not_overruled():
    """What they are sure of is given though the model says otherwise, and its own answers are less sure."""
    schema, case = flagship_case()
    sure = [name for name, link in case.rules.items() if link.confidence >= SURE_RULES]
    others = dict.fromkeys(sure, (NUMBERS[-1], 0.9))
    free = next(spec.id for spec in schema.figures if spec.id not in case.ranked and not spec.is_rate)
    _, case = said_by({**others, free: (NUMBERS[-2], 0.9)})
    decision = RunArbiter(schema, RULES_LEAD).decide(case)
    kept = [name for name in sure if name in decision.fields and "rules" in decision.fields[name].by]
    assert len(kept) >= 0.8 * len(sure)
    assert free not in decision.fields or decision.fields[free].confidence < 0.8
    assert decision.texts_by == "rules"
    assert decision.jury.leader == "rules"


@pytest.mark.parametrize("trust", [MODEL_LEADS, NOBODY_LEADS, RULES_LEAD])
def test_agreement_is_surer_than_either_alone(case_of, communique, trust):
    """Of the same figure for the same field, whoever leads: one model alone, where rules know no such words."""
    weights, proposer = any_model(), Proposer(communique)

    def probability(*, rules: bool = True, model: bool = True) -> float:
        report, case = case_of(GDP, communique, {"gdp": "86.4亿元"} if model else {})
        figure = report.of("86.4亿元").id
        if not rules:
            case = replace(case, rules={}, ranked={})
        (own,) = (one for one in proposer.propose(case) if one.field == "gdp" and figure in one.link.candidates)
        return weights.probability(own, trust)

    both = probability()
    assert both > max(probability(model=False), probability(rules=False))
    assert both > 0.9


def test_without_a_sample_each_report_speaks_for_itself():
    """Who leads is found on that report alone, until a sample or an earlier run has told."""
    schema, case = said_by({})
    alone = RunArbiter(schema)
    assert alone.wants_sample
    assert alone.trust is None
    decision = alone.decide(case)
    assert decision.jury.reports == 1
    assert alone.trust is None
    told = RunArbiter(schema, NOBODY_LEADS)
    assert not told.wants_sample
    assert told.trust == NOBODY_LEADS


def test_a_sample_is_heard():
    """What it says of the readers is kept; one without reports says nothing."""
    schema, case = said_by({})
    found = RunArbiter(schema)
    found.hear([])
    assert found.wants_sample
    found.hear([case] * 3)
    assert (found.trust.reports, found.trust.rules_only) == (3, 3 * len(case.rules))
    assert not found.wants_sample
    assert found.decide(case).jury.reports == 3


def test_models_that_differ_are_all_named():
    """Where several were asked, each that says something else than is given is in the doubt, by its name."""
    schema, case = flagship_case()
    own, other = case.rules["case_files_reviewed"], Link((NUMBERS[-1],), 0.8, "b")
    said = {"a": {"case_files_reviewed": replace(own, by="a")}, "b": {"case_files_reviewed": other}, "c": {}}
    case = replace(case, models=said, model={"case_files_reviewed": replace(own, by="a+b+c")})
    decision = RunArbiter(schema, NOBODY_LEADS).decide(case)
    (doubt,) = (one for one in decision.doubts if one.field == "case_files_reviewed")
    assert doubt.reason == "readers differ"
    assert [by for by, _ in doubt.said[1:]] == ["llm:b"]
    alike = {by: {"case_files_reviewed": replace(own, by=by)} for by in "abc"}
    decision = RunArbiter(schema, NOBODY_LEADS).decide(replace(case, models=alike))
    assert "case_files_reviewed" not in {one.field for one in decision.doubts}


@pytest.mark.parametrize(("sure", "looked_at"), [(None, True), (0.999, True), (0.6, False)])
def test_what_rules_settle_surely_needs_no_look(sure, looked_at):
    """Where a calibration lets rules settle a field, it is in the queue only if it is less sure than 98% precision
    wants."""
    schema, case = flagship_case()
    case = replace(case, settled=frozenset({"case_files_reviewed"}), model={})
    calibration = learned(2.0, 0.5).model_copy(update={"sure_at_98": sure})
    decision = CalibratedArbiter(calibration, schema).decide(case)
    assert decision.fields["case_files_reviewed"].confidence == pytest.approx(0.881, abs=1e-3)
    assert ("case_files_reviewed" in {doubt.field for doubt in decision.doubts}) == looked_at


def test_what_the_model_was_not_asked_is_said_so():
    """A settled field is rules' alone, and a person is told why no other spoke."""
    schema, case = flagship_case()
    case = replace(case, settled=frozenset({"case_files_reviewed"}))
    decision = arbiter(schema, 2.0, 0.5).decide(case)
    reasons = {doubt.field: doubt.reason for doubt in decision.doubts}
    assert reasons["case_files_reviewed"] == "rules alone; the model was not asked"
    assert set(reasons.values()) == {"rules alone; the model was not asked", "rules alone"}


def test_notices_go_with_every_decision(communique):
    """What is other now than when the calibration was learned is said of each report."""
    case = Case(read(GDP), communique, {}, {}, {})
    assert CalibratedArbiter(learned(0, 0.5), communique, ["other rules"]).decide(case).notices == ("other rules",)
    assert arbiter(communique, 0, 0.5).decide(case) == Decision({})


def cases_with(agreeing: float, number: int = 8) -> list[Case]:
    """Some cases in which a model gives a share of what rules are sure of, and is silent on the rest."""
    _, case = flagship_case()
    sure = [name for name, link in case.rules.items() if link.confidence >= SURE_RULES]
    cases = []
    for place in range(number):
        kept = sure[: round(agreeing * len(sure))]
        model = {name: replace(case.rules[name], by="llm") for name in kept}
        report = replace(case.report, document=replace(case.report.document, doc_id=f"d{place}"))
        cases.append(replace(case, report=report, model=model))
    return cases


def test_sure_answers_are_counted():
    """Those that rules are sure of, that the model was asked about, and that it gives, too."""
    (case,) = cases_with(1.0, 1)
    asked, alike = sure_agreement([case])
    assert asked == alike > 3
    settled = replace(case, settled=frozenset(list(case.rules)[:1]))
    assert sure_agreement([settled, *cases_with(0.0, 2)]) == (3 * asked - 1, asked - 1)
    assert sure_agreement([]) == (0, 0)


@pytest.mark.parametrize(
    ("then", "now", "reports", "strange"),
    [
        (0.95, 1.0, 8, False),
        (0.95, 0.9, 8, False),
        (0.95, 0.5, 8, True),
        (0.95, 0.0, 8, True),
        (0.95, 0.0, 1, False),
        (0.3, 0.2, 8, False),
        (None, 0.0, 8, False),
    ],
)
def test_a_model_that_is_another(then, now, reports, strange):
    """It agrees with sure rules on far fewer answers than was learned; a few reports are no proof."""
    said = strange_agreement(then, cases_with(now, reports))
    assert bool(said) == strange
    if strange:
        asked, alike = sure_agreement(cases_with(now, reports))
        assert f"the model gives {alike} of {asked} here, and gave 95% when its calibration was learned" in said


def test_a_calibration_is_laid_aside(flagship):
    """For a model that is another the better reader is found on the run, and every decision says so; else it stands."""
    calibration = learned(5.0, 0.5, agreement=0.95)
    found, as_before = (CalibratedArbiter(calibration, flagship, ["other rules"]) for _ in range(2))
    as_before.hear(cases_with(1.0))
    strange = cases_with(0.0)
    found.hear(strange)
    own, by_run = RunArbiter(flagship), replace(as_before.decide(strange[0]), notices=())
    own.hear(strange)
    assert found.trust == own.trust is not None
    assert as_before.trust is None
    decision = found.decide(strange[0])
    assert replace(decision, notices=()) == own.decide(strange[0]) != by_run
    assert decision.jury == own.trust.as_jury()
    assert by_run.jury is None
    assert decision.notices[0] == "other rules"
    assert decision.notices[1].endswith("the calibration is not used")
    assert as_before.decide(strange[0]).notices == ("other rules",)
