"""The calibrated arbiter: probable answers are given, doubtful ones held back, hopeless ones dropped."""

import pytest

from baogao.hybrid.arbiter import CalibratedArbiter
from baogao.hybrid.calibration import Calibration, FitOn, Weight
from hybrid.conftest import GDP


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
