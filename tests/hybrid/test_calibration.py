"""A calibration: plain JSON, the same bytes each time, and arithmetic that anyone can redo."""

import json
import re
from math import exp

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.hybrid.calibration import (
    Calibration,
    FitOn,
    Weight,
    calibration_digest,
    calibration_path,
    load_calibration,
    strangeness,
)

FIT_ON = FitOn(documents={"a": "0" * 64}, proposals=10, right=7, schema="sha256:1")


def calibration(schema_name: str = "communique", **more) -> Calibration:
    """Two features."""
    weights = [Weight(feature="x", mean=1.0, scale=2.0, weight=0.5), Weight(feature="y", mean=0, scale=1, weight=-1)]
    given = {"sure": 0.85, "threshold": 0.4, "intercept": 0.25, "weights": weights, "fit_on": FIT_ON}
    return Calibration(schema_name=schema_name, **(given | more))


def test_probability_is_the_logistic_of_the_weighted_sum():
    """Standardise, weigh, add, and take the logistic; what is not given counts as 0."""
    assert calibration().probability({"x": 3.0, "y": 1.0}) == pytest.approx(1 / (1 + exp(-(0.25 + 0.5 - 1))))
    assert calibration().probability({"x": 1.0}) == pytest.approx(1 / (1 + exp(-0.25)))


def test_what_lies_above_a_knot():
    """Below its knot a term is worth the same everywhere, above it rises."""
    weights = [Weight(feature="x", above=2.0, mean=0.0, scale=1.0, weight=1.0)]
    found = calibration(weights=weights, intercept=0.0)
    assert found.probability({"x": 1.0}) == found.probability({"x": 2.0}) == 0.5
    assert found.probability({"x": 3.0}) == pytest.approx(1 / (1 + exp(-1)))


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_probability_is_one(x, y):
    """Whatever the features, it lies between 0 and 1 and nothing overflows."""
    assert 0 <= calibration().probability({"x": x, "y": y}) <= 1


def test_what_is_written_is_read(tmp_path, communique):
    """The file comes back whole, and its text is the same each time."""
    path = tmp_path / "c.json"
    path.write_text(calibration().to_json(), encoding="utf-8")
    again = load_calibration(path, communique, ["x", "y"])
    assert again == calibration()
    assert again.to_json() == calibration().to_json()
    assert calibration_digest(path).startswith("sha256:")


def test_it_lies_beside_the_schema(communique):
    """Under the schema's own name."""
    assert calibration_path(communique).name == "communique.calibration.json"
    assert calibration_path(communique).parent == communique.path.parent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("{}", "is not a calibration: schema_name"),
        (calibration("other").to_json(), "belongs to the schema 'other'"),
        (calibration(threshold=0.4).to_json().replace("0.4", "4"), "threshold"),
        (calibration().to_json().replace('"y"', '"z"'), "wants the feature 'z'"),
        (calibration().to_json().replace('"y"', '"x"'), "a term has two weights"),
        (json.dumps(json.loads(calibration().to_json()) | {"pickle": 1}), "pickle"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, communique, text, said):
    """In one line that names the file."""
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"c\.json") as error:
        load_calibration(path, communique, ["x", "y"])
    assert said in str(error.value)


def test_a_file_that_is_not_there(tmp_path, communique):
    """Is a message, too."""
    with pytest.raises(UsageError, match="cannot read"):
        load_calibration(tmp_path / "none.json", communique, ["x", "y"])


def test_what_has_changed_since_is_said():
    """Another model, other prompts or rules: probabilities learned with the old ones need not hold."""
    learned = calibration(fit_on=FIT_ON.model_copy(update={"model": "small", "prompts": "p", "rules": "r"}))
    assert strangeness(learned, "small", "p", "r") == []
    assert "other model and rules:" in strangeness(learned, "big", "p", "q")[0]


NUMBERS = st.floats(-1e6, 1e6)
WEIGHTS = st.lists(
    st.builds(
        Weight,
        feature=st.sampled_from("xyz"),
        above=st.none() | NUMBERS,
        mean=NUMBERS,
        scale=st.floats(1e-3, 1e6),
        weight=NUMBERS,
    ),
    max_size=5,
    unique_by=lambda weight: (weight.feature, weight.above),
)


@given(WEIGHTS, NUMBERS, st.floats(0, 1), st.floats(0, 2))
def test_a_file_comes_back(weights, intercept, threshold, sure):
    """Read and written again it is the same bytes, and its numbers differ by rounding only."""
    first = calibration(weights=weights, intercept=intercept, threshold=threshold, sure=sure)
    text = first.to_json()
    knots = [(weight.feature, weight.above if weight.above is None else round(weight.above, 6)) for weight in weights]
    assume(len(set(knots)) == len(knots))
    again = Calibration.model_validate(json.loads(text))
    assert again.to_json() == text
    assert [weight.feature for weight in again.weights] == [weight.feature for weight in weights]
    assert again.intercept == pytest.approx(intercept, abs=1e-6)
    for new, old in zip(again.weights, weights, strict=True):
        assert (new.mean, new.scale, new.weight) == pytest.approx((old.mean, old.scale, old.weight), abs=1e-6)
    assert "-0.0" not in re.findall(r"-?[\d.]+", text)


@given(WEIGHTS, st.dictionaries(st.sampled_from("xyz"), NUMBERS))
def test_the_probability_is_the_sum_of_terms(weights, features):
    """What anyone can redo: standardise, weigh, add, take the logistic, and cut what a float cannot tell from 1."""
    total = 0.25
    for one in weights:
        value = features.get(one.feature, 0.0)
        value = value if one.above is None else max(0.0, value - one.above)
        total += one.weight * (value - one.mean) / one.scale
    expected = 1 / (1 + exp(-max(-35.0, min(35.0, total))))
    assert calibration(weights=weights).probability(features) == pytest.approx(expected)


def test_a_weight_is_a_line():
    """So that two calibrations can be compared by eye; the rest stands above them."""
    lines = calibration().to_json().splitlines()
    assert lines[0] == "{"
    assert lines[-4:-1] == [
        '  {"feature": "x", "above": null, "mean": 1.0, "scale": 2.0, "weight": 0.5},',
        '  {"feature": "y", "above": null, "mean": 0.0, "scale": 1.0, "weight": -1.0}',
        " ]",
    ]
    assert json.loads("".join(lines))["fit_on"]["schema"] == "sha256:1"


@pytest.mark.parametrize(
    ("changed", "said"), [({"model": "b"}, "model:"), ({"rules": "b", "prompts": "b"}, "prompts and rules:")]
)
def test_only_what_changed_is_named(changed, said):
    """One notice for all that is other."""
    then = {"model": "a", "prompts": "a", "rules": "a"}
    learned = calibration(fit_on=FIT_ON.model_copy(update=then))
    (notice,) = strangeness(learned, **(then | changed))
    assert f"learned with other {said}" in notice
