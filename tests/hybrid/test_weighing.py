"""Weighing: what comes with baogao knows only what can be computed, and what is said of one stand tells no other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.hybrid import weighing
from baogao.hybrid.calibration import Regression, Weight
from baogao.hybrid.features import FEATURES
from baogao.hybrid.proposals import Proposal, Proposer
from baogao.hybrid.trust import BY_MODEL, BY_RULES, STANDS, Trust
from baogao.hybrid.weighing import (
    MODEL_RATIO,
    NOT_WEIGHED,
    RULES_RATIO,
    WEIGHED,
    AnyModel,
    Plausibility,
    any_model,
)
from hybrid.conftest import GDP, proposal

TRUST = Trust(reports=4, both=60, differ=6, rules_only=12, model_only=9, model_right=0.7, rules_right=0.5,
              rules_right_against=0.4)  # fmt: skip
PLAIN = dict.fromkeys(FEATURES, 0.0)
STAND_FEATURES = {name for stand in STANDS for name in TRUST.features(stand)}


def made(*weights: Weight) -> AnyModel:
    """Regressions made by hand: a high fit looks right, and the last one weighs as is said."""
    fit = [Weight(feature="fit", mean=0, scale=1, weight=2)]
    looks = Plausibility(intercept=-1, weights=fit, average=0.5, most=3)
    weigh = Regression(intercept=0, weights=list(weights))
    return AnyModel(model_looks=looks, rules_look=looks, weigh=weigh, threshold=0.4, sure_at_98=None, learned={})


def test_what_comes_along_knows_only_what_is_computed():
    """Features of proposals that hold for any model, those of the stands, and how right an answer looks."""
    shipped = any_model()
    looks = {one.feature for part in (shipped.model_looks, shipped.rules_look) for one in part.weights}
    assert looks <= set(WEIGHED)
    assert {one.feature for one in shipped.weigh.weights} <= {*WEIGHED, *STAND_FEATURES, MODEL_RATIO, RULES_RATIO}
    assert not NOT_WEIGHED & {one.feature for one in (*shipped.weigh.weights, *shipped.rules_look.weights)}
    assert set(FEATURES) >= NOT_WEIGHED
    assert 0 < shipped.threshold < shipped.sure_at_98 < 1


def test_it_is_written_as_it_is_read():
    """To the byte; so a file that is learned again differs only where something else was learned."""
    text = weighing._FILE.read_text(encoding="utf-8")
    again = AnyModel.model_validate_json(text)
    assert again == any_model()
    assert again.to_json() == text
    assert json.loads(text)["kind"] == "baogao.any_model"


NUMBERS = st.floats(-1e6, 1e6)
WEIGHTS = st.lists(
    st.builds(Weight, feature=st.sampled_from(WEIGHED), mean=NUMBERS, scale=st.floats(1e-3, 1e6), weight=NUMBERS),
    max_size=4,
    unique_by=lambda weight: weight.feature,
)


@given(WEIGHTS, NUMBERS, st.floats(0, 1), st.none() | st.floats(0, 1))
def test_any_file_comes_back(weights, intercept, threshold, sure):
    """Read and written again it is the same bytes."""
    looks = Plausibility(intercept=intercept, weights=weights, average=intercept)
    first = AnyModel(model_looks=looks, rules_look=looks, weigh=Regression(intercept=intercept, weights=weights),
                     threshold=threshold, sure_at_98=sure, learned={"sets": ["a"], "ece": 0.01})  # fmt: skip
    text = first.to_json()
    assert AnyModel.model_validate(json.loads(text)).to_json() == text


@pytest.mark.parametrize("stand", STANDS)
def test_a_term_of_another_stand_adds_nothing_that_an_answer_could_change(stand):
    """Whatever trust says: the sum is what it would be if the other stands' features were 0."""
    own, other = f"{stand}:lead", next(f"{one}:lead" for one in STANDS if one != stand)
    weights = [
        Weight(feature=name, above=above, mean=0.0, scale=2.0, weight=3.0)
        for name in (own, other)
        for above in (None, -1.5, 0.5)
    ]
    found = made(*weights)
    one = replace(proposal("f", 1), features=PLAIN, stand=stand)
    lead = TRUST.lead
    expected = 3 / 2 * (lead + max(0.0, lead + 1.5) + max(0.0, lead - 0.5))
    assert found.weigh.log_odds(found.features(one, TRUST)) == pytest.approx(expected)


@pytest.mark.parametrize("stand", STANDS)
def test_what_an_answer_is_weighed_by(stand):
    """Its own features, those of its stand, and how right it looks only where one reader alone gives it."""
    one = replace(proposal("f", 1), features=PLAIN, stand=stand)
    found = any_model().features(one, TRUST)
    ratios = {MODEL_RATIO} if stand in BY_MODEL else {RULES_RATIO} if stand in BY_RULES else set()
    assert set(found) == set(FEATURES) | set(TRUST.features(stand)) | ratios


def test_how_right_an_answer_looks():
    """Log-odds over the average, and no more than the most either way: one answer alone proves nothing."""
    weights = made()
    ratios = [weights.ratio(proposal("f", 1, stand="model_only", fit=fit)) for fit in (0.0, 1.0, 99.0, -99.0)]
    assert ratios == pytest.approx([-1.5, 0.5, 3.0, -3.0])


def test_the_look_is_asked_of_the_reader():
    """An answer of the model is looked at by what was learned of models, one of rules by what was learned of rules."""
    weights = made()
    silent = Plausibility(intercept=0, weights=[], average=0)
    weights = weights.model_copy(update={"rules_look": silent})
    for stand in STANDS:
        found = weights.ratio(proposal("f", 1, stand=stand, fit=2.0))
        assert found == (2.5 if stand in BY_MODEL else 0)


def test_trust_is_found_on_cases():
    """Fields are counted by stand, and how right answers look decides what share of them is right."""
    right, wrong = ([proposal("f", 1, stand="model_only", fit=fit)] * 30 for fit in (9.0, -9.0))
    agreed = [proposal("g", 2, stand="both", fit=0.0)] * 5
    good, bad = (made().trust([one, agreed]) for one in (right, wrong))
    assert (good.reports, good.both, good.model_only, good.differ, good.rules_only) == (2, 5, 30, 0, 0)
    assert good.model_right > 0.9 > 0.1 > bad.model_right


def test_without_a_report_nothing_is_known():
    """Nobody leads where nothing was heard."""
    assert any_model().trust([]).leader == "both"


@pytest.mark.parametrize("stand", STANDS)
def test_a_probability_is_one(stand, case_of, communique):
    """Whatever stand a real proposal is put in and however good the readers are, it lies between 0 and 1."""
    _, case = case_of(GDP, communique, {"gdp": "80亿元"})
    proposals: list[Proposal] = Proposer(communique).propose(case)
    extremes = {"model_right": 1.0, "rules_right": 0.0, "differ": 500, "both": 0}
    for trust in (TRUST, TRUST.model_copy(update=extremes)):
        for one in proposals:
            assert 0 <= any_model().probability(replace(one, stand=stand), trust) <= 1
