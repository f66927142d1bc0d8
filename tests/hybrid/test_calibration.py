"""A calibration: plain JSON, the same bytes each time, and arithmetic that anyone can redo."""

import json
import re
from math import exp

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.hybrid.calibration import (
    Asked,
    Calibration,
    Calibrations,
    FitOn,
    Weight,
    calibration_digest,
    calibration_path,
    load_calibrations,
    strangeness,
)
from baogao.hybrid.features import FEATURES

FIT_ON = FitOn(documents={"a": "0" * 64}, proposals=10, right=7, schema="sha256:1")


def calibration(**more) -> Calibration:
    """Two features, and one model by form."""
    weights = [Weight(feature="x", mean=1.0, scale=2.0, weight=0.5), Weight(feature="y", mean=0, scale=1, weight=-1)]
    given = {"sure": 0.85, "threshold": 0.4, "intercept": 0.25, "weights": weights, "fit_on": FIT_ON}
    return Calibration(**({"asked": [Asked(way="form", model="small")]} | given | more))


def file_of(*calibrations: Calibration, schema_name: str = "communique") -> Calibrations:
    """A file of some; of one, where none is given."""
    return Calibrations(schema_name=schema_name, calibrations=list(calibrations or (calibration(),)))


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
    file = file_of(calibration(), calibration(asked=[Asked(way="link", model=None)], sure=None, agreement=0.9))
    path.write_text(file.to_json(), encoding="utf-8")
    again = load_calibrations(path, communique, ["x", "y"])
    assert again == file
    assert again.to_json() == file.to_json()
    assert calibration_digest(path).startswith("sha256:")


def test_each_is_used_for_its_readers_only():
    """The model by its name, the way in which it was asked, and no other model beside them."""
    small, big = (Asked(way="form", model=name) for name in ("small", "big"))
    of_small, of_both = calibration(), calibration(asked=[small, big], threshold=0.3)
    file = file_of(of_small, of_both)
    assert file.of([small]) is of_small
    assert file.of([small, big]) is of_both
    for other in ([big], [Asked(way="link", model="small")], [Asked(way="form", model=None)], [big, small], []):
        assert file.of(other) is None


def test_one_more_joins_the_others_or_takes_its_place():
    """Two sets of readers leave two calibrations; the same readers again leave the later one, whatever the order."""
    first, other = calibration(), calibration(asked=[Asked(way="link", model="big")])
    both = file_of(first).with_one(other)
    assert both.calibrations == [first, other]
    assert file_of(other).with_one(first).to_json() == both.to_json()
    again = both.with_one(calibration(threshold=0.7))
    assert [one.threshold for one in again.calibrations] == [0.7, 0.4]
    assert again.with_one(first) == both


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(way="form", model="small"), "form of small"),
        (Asked(way="link", model=None), "link of a model without a name"),
    ],
)
def test_who_was_asked_in_words(asked, words):
    """The way and the name."""
    assert str(asked) == words


def test_it_lies_beside_the_schema(communique):
    """Under the schema's own name."""
    assert calibration_path(communique).name == "communique.calibration.json"
    assert calibration_path(communique).parent == communique.path.parent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 5000, "is not JSON"),
        ("[]", "is not a calibration: the file: "),
        ("{}", "is not a calibration: schema_name"),
        ('{"kind": "baogao.calibration", "version": 1, "sure": 0.85}', "is of an earlier version"),
        (file_of(schema_name="other").to_json(), "belongs to the schema 'other'"),
        (file_of(calibration(threshold=0.4)).to_json().replace("0.4", "4"), "threshold"),
        (file_of().to_json().replace('"y"', '"z"'), "wants the feature 'z'"),
        (file_of().to_json().replace('"y"', '"x"'), "a term has two weights"),
        (json.dumps(json.loads(file_of().to_json()) | {"pickle": 1}), "pickle"),
        (
            json.dumps(
                json.loads(file_of().to_json())
                | {"calibrations": [json.loads(calibration().model_dump_json(by_alias=True))] * 2}
            ),
            "the same readers have two calibrations",
        ),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, communique, text, said):
    """In one line that names the file."""
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"c\.json") as error:
        load_calibrations(path, communique, ["x", "y"])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path, communique):
    """Is a message, too."""
    with pytest.raises(UsageError, match="cannot read"):
        load_calibrations(tmp_path / "none.json", communique, ["x", "y"])


def test_what_comes_along_can_be_used(flagship):
    """The calibrations beside the shipped schema load, know only features that there are, and are written as read."""
    path = calibration_path(flagship)
    found = load_calibrations(path, flagship, FEATURES)
    assert found.calibrations
    assert found.to_json() == path.read_text(encoding="utf-8")


def test_what_has_changed_since_is_said():
    """Other prompts or rules: probabilities learned with the old ones need not hold."""
    learned = calibration(fit_on=FIT_ON.model_copy(update={"prompts": "p", "rules": "r"}))
    assert strangeness(learned, "p", "r") == []
    assert "other rules:" in strangeness(learned, "p", "q")[0]


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


@given(WEIGHTS, NUMBERS, st.floats(0, 1), st.none() | st.floats(0, 2), st.text("ab/ ：", max_size=4))
def test_a_file_comes_back(weights, intercept, threshold, sure, model):
    """Read and written again it is the same bytes, and its numbers differ by rounding only."""
    asked = [Asked(way="choice", model=model)]
    first = calibration(asked=asked, weights=weights, intercept=intercept, threshold=threshold, sure=sure)
    text = file_of(first).to_json()
    knots = [(weight.feature, weight.above if weight.above is None else round(weight.above, 6)) for weight in weights]
    assume(len(set(knots)) == len(knots))
    file = Calibrations.model_validate(json.loads(text))
    (again,) = file.calibrations
    assert file.to_json() == text
    assert file.of(asked) is again
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
        if one.feature in features and one.above is not None:
            value = max(0.0, value - one.above)
        total += one.weight * (value - one.mean) / one.scale
    expected = 1 / (1 + exp(-max(-35.0, min(35.0, total))))
    assert calibration(weights=weights).probability(features) == pytest.approx(expected)


def test_a_weight_is_a_line():
    """So that two calibrations can be compared by eye; the rest stands above them."""
    lines = file_of().to_json().splitlines()
    assert (lines[0], lines[-1]) == ("{", "}")
    assert [line.strip() for line in lines[-6:-1]] == [
        '{"feature": "x", "above": null, "mean": 1.0, "scale": 2.0, "weight": 0.5},',
        '{"feature": "y", "above": null, "mean": 0.0, "scale": 1.0, "weight": -1.0}',
        *("]", "}", "]"),
    ]
    assert json.loads("".join(lines))["calibrations"][0]["fit_on"]["schema"] == "sha256:1"


@pytest.mark.parametrize(
    ("changed", "said"), [({"prompts": "b"}, "prompts:"), ({"rules": "b", "prompts": "b"}, "prompts and rules:")]
)
def test_only_what_changed_is_named(changed, said):
    """One notice for all that is other."""
    then = {"prompts": "a", "rules": "a"}
    learned = calibration(fit_on=FIT_ON.model_copy(update=then))
    (notice,) = strangeness(learned, **(then | changed))
    assert f"learned with other {said}" in notice
