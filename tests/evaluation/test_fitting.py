"""Fitting: what matters is found, reports left out are left out, and the threshold is the best one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.evaluation import fitting
from baogao.evaluation.fitting import (
    TrainingExample,
    best_threshold,
    count_verdicts,
    example_counts,
    fit,
    given_answers,
)
from baogao.evaluation.tally import Tally
from baogao.hybrid.calibration import Calibration, FitOn
from hybrid.conftest import proposal, synthetic

FEATURES = ("good", "noise")


def test_what_matters_is_found():
    """Probabilities follow the telling feature and are near the truth, whatever the noise."""
    examples = synthetic(30)
    found = fit(examples, FEATURES)
    stored = as_calibration(found)
    low, high = (stored.probability({"good": good, "noise": 0.5}) for good in (0.1, 0.9))
    assert high - low > 0.5
    quiet, loud = (stored.probability({"good": 0.5, "noise": noise}) for noise in (0.1, 0.9))
    assert abs(quiet - loud) < 0.2
    pairs = [
        (p, one.features["good"])
        for example, ps in zip(examples, found.probabilities, strict=True)
        for p, one in zip(ps, example.proposals, strict=True)
    ]
    assert sum(abs(p - truth) for p, truth in pairs) / len(pairs) < 0.12


def as_calibration(found: fitting.Fit) -> Calibration:
    """A fit as it is stored."""
    fit_on = FitOn(documents={}, proposals=0, right=0, schema="x")
    return Calibration(
        asked=[],
        threshold=found.threshold,
        intercept=found.intercept,
        weights=list(found.weights),
        fit_on=fit_on,
    )


def test_worth_need_not_be_linear():
    """Where only the middle of a feature is good, knots let the fit see it."""
    examples = [
        replace(
            example,
            right=tuple(0.3 < one.features["good"] < 0.7 for one in example.proposals),
        )
        for example in synthetic(30)
    ]
    stored = as_calibration(fit(examples, FEATURES))
    low, middle, high = (stored.probability({"good": good, "noise": 0.5}) for good in (0.1, 0.5, 0.9))
    assert middle > 0.6
    assert max(low, high) < 0.4


def test_stored_weights_give_the_same_probability():
    """Plain arithmetic says what scikit-learn says."""
    examples = synthetic(12)
    found = fit(examples, FEATURES)
    rows = np.array([[one.features[name] for name in FEATURES] for example in examples for one in example.proposals])
    labels = np.array([right for example in examples for right in example.right], np.int8)
    expected = fitting._Regression.fit(rows, labels, found.strength).predict(rows[:5])
    stored = as_calibration(found)
    ours = [stored.probability(one.features) for one in examples[0].proposals[:5]]
    assert ours == pytest.approx(expected.tolist(), abs=1e-9)


def test_a_report_does_not_vouch_for_itself():
    """A feature that gives away the label of one report alone is of no use to that report."""
    examples = synthetic(8)
    marked = [
        replace(one, features={**one.features, "leak": float(bool(right))})
        for one, right in zip(examples[0].proposals, examples[0].right, strict=True)
    ]
    rest = [
        replace(
            example, proposals=tuple(replace(one, features={**one.features, "leak": 0.0}) for one in example.proposals)
        )
        for example in examples[1:]
    ]
    leaking = [replace(examples[0], proposals=tuple(marked)), *rest]
    plain = fit(leaking, FEATURES, [0.1])
    knowing = fit(leaking, (*FEATURES, "leak"), [0.1])
    assert knowing.probabilities[0] == pytest.approx(plain.probabilities[0], abs=1e-6)
    assert {weight.feature: weight.weight for weight in knowing.weights}["leak"] > 0


def test_neutral_answers_teach_nothing():
    """What the gold allows and does not ask for changes no weight."""
    examples = synthetic(10)
    extra = proposal("extra", 99, good=0.0, noise=9.0)
    with_extra = [replace(one, proposals=(*one.proposals, extra), right=(*one.right, None)) for one in examples]
    assert fit(with_extra, FEATURES).weights == fit(examples, FEATURES).weights


def test_the_threshold_has_the_best_f1():
    """Above the wrong answers and below the right ones; alike thresholds give their middle."""
    proposals = tuple(proposal(f"f{number}", number) for number in range(4))
    example = TrainingExample("d", proposals, (True, True, False, False), frozenset({"f0", "f1"}))
    assert best_threshold([example], [[0.9, 0.8, 0.6, 0.2]]) == pytest.approx(0.7, abs=0.02)


def test_counts_are_those_of_the_score():
    """Correct, wrong, missing and spurious as the codebook counts them."""
    stated = frozenset({"a", "b", "c"})
    counts = count_verdicts([("a", True), ("b", False), ("x", False), ("y", None)], stated)
    tally = sum((Tally.of(v, s) for v, s in [("correct", True), ("wrong", True), ("missing", True),
                                             ("spurious", False), ("neutral", False)]), Tally())  # fmt: skip
    assert counts == tally.row


def test_answers_below_the_threshold_are_missing():
    """And one that loses its figure to another field as well."""
    example = TrainingExample("d", (proposal("a", 1), proposal("b", 1)), (True, False), frozenset({"a", "b"}))
    assert example_counts([example], [[0.8, 0.6]], 0.5) == [(1, 0, 1, 0)]
    assert example_counts([example], [[0.8, 0.6]], 0.9) == [(0, 0, 2, 0)]


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        (synthetic(3), "3 reports are too few"),
        ([replace(one, right=(True,) * 20) for one in synthetic(5)], "nothing to learn"),
    ],
)
def test_too_little_to_learn_from(examples, said):
    """Is said in words."""
    with pytest.raises(UsageError, match=said):
        fit(examples, FEATURES)


def test_without_scikit_learn(monkeypatch):
    """The message says how to install it."""
    monkeypatch.setitem(__import__("sys").modules, "sklearn.linear_model", None)
    with pytest.raises(UsageError, match="baogao\\[calibrate\\]"):
        fit(synthetic(5), FEATURES)


@pytest.mark.parametrize(
    ("confidences", "right", "threshold"),
    [
        ([0.9, 0.8, 0.7], (True, True, True), 0.58),
        ([0.9, 0.8, 0.7], (False, False, False), 0.7),
        ([0.2, 0.9], (True, True), 0.68),  # none is below 0.45, so that one answer is lost
    ],
)
def test_of_thresholds_that_are_alike_the_middle_is_taken(confidences, right, threshold):
    """Not the lowest, which the next report may undercut, nor the highest; where nothing is right all are alike."""
    proposals = tuple(proposal(f"f{number}", number) for number in range(len(right)))
    stated = frozenset(f"f{number}" for number, is_right in enumerate(right) if is_right)
    example = TrainingExample("d", proposals, right, stated)
    assert best_threshold([example], [confidences]) == pytest.approx(threshold, abs=0.011)


def test_a_figure_goes_to_one_field_of_an_example():
    """The most probable one; the other falls back on its next proposal, as hybrid will decide it."""
    proposals = (proposal("a", 1), proposal("b", 1), proposal("b", 2))
    example = TrainingExample("d", proposals, (True, False, None), frozenset({"a"}))
    given = given_answers(example, [0.9, 0.8, 0.4], 0.3)
    assert [(one.proposal, one.probability, right) for one, right in given] == [
        (proposals[0], 0.9, True),
        (proposals[2], 0.4, None),
    ]
    assert example_counts([example], [[0.9, 0.8, 0.4]], 0.3) == [(1, 0, 0, 0)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([True, False, None])), max_size=6), st.data())
def test_counts_add_up_to_what_was_stated_and_said(given_list, data):
    """Every stated field is correct, wrong or missing; every answer is one of three, or neither right nor wrong."""
    stated = data.draw(st.frozensets(st.sampled_from("abcdef")))
    correct_ones = {name: right for name, right in given_list if right is not True or name in stated}
    correct, wrong, missing, spurious = count_verdicts(correct_ones.items(), stated)
    assert correct + wrong + missing == len(stated)
    assert correct + wrong + spurious == sum(right is not None for right in correct_ones.values())
    assert min(correct, wrong, missing, spurious) >= 0


def test_knots_are_quartiles_of_what_takes_many_values():
    """A feature that says yes or no has one weight; one with many values has one more above each quartile."""
    examples = [
        replace(one, proposals=tuple(replace(p, features={**p.features, "yes": float(p.features["good"] > 0.5)})
                                     for p in one.proposals))
        for one in synthetic(10)
    ]  # fmt: skip
    found = fit(examples, ("good", "yes"), [0.1])
    above = {name: [one.above for one in found.weights if one.feature == name] for name in ("good", "yes")}
    assert above["yes"] == [None]
    assert above["good"][0] is None
    assert above["good"][1:] == pytest.approx([0.25, 0.5, 0.75], abs=0.1)


def test_the_penalty_is_the_one_that_predicts_best():
    """Of those that are tried; with one there is nothing to choose, and the same examples give the same fit."""
    examples = synthetic(12)
    found = fit(examples, FEATURES)
    alone = fit(examples, FEATURES, [found.strength])
    assert found.strength in fitting.STRENGTHS
    assert (alone.weights, alone.threshold, alone.probabilities) == (
        found.weights,
        found.threshold,
        found.probabilities,
    )
    assert [len(one) for one in found.probabilities] == [20] * 12
