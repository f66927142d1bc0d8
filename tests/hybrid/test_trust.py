"""Trust: how good two readers are, found from how right their answers look."""

from __future__ import annotations

from collections import Counter
from math import log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.hybrid.trust import BY_MODEL, BY_RULES, LEADS, STANDS, Trust, trust_of

Truth = dict[str, tuple[int, int]]
"""By stand, how many answers there are, and how many of them are right."""


def drawn(seed: int, right: int, wrong: int) -> list[float]:
    """Likelihood ratios of answers, of which right ones show a sign in 9 of 10 cases, and wrong ones in 2 of 10."""
    draw = Random(seed)
    signs = [draw.random() < 0.9 for _ in range(right)] + [draw.random() < 0.2 for _ in range(wrong)]
    return [log(0.9 / 0.2) if sign else log(0.1 / 0.8) for sign in signs]


def mixture(truth: Truth, seed: int = 0) -> Trust:
    """Trust in readers whose answers are right as often as is said."""
    ratios = {stand: drawn(seed, right, count - right) for stand, (count, right) in truth.items()}
    return trust_of(12, Counter({stand: count for stand, (count, _) in truth.items()}), ratios)


def f1_of(truth: Truth, only: str, against: str, silent: str) -> float:
    """F1 of a reader, where what both say is right, and no field is stated that nobody answers rightly."""
    both, _ = truth["both"]
    differ, _ = truth[against]
    right = both + truth[only][1] + truth[against][1]
    answered = both + truth[only][0] + differ
    others = truth[silent][1] + max(truth["rules_against"][1], truth["model_against"][1]) - truth[against][1]
    return 2 * right / (answered + right + others)


@pytest.mark.parametrize(
    ("rules_only", "model_only", "rules_against", "model_against"),
    [
        ((60, 10), (80, 78), (60, 2), (60, 57)),
        ((80, 78), (60, 5), (60, 57), (60, 2)),
        ((60, 30), (60, 30), (40, 18), (40, 18)),
        ((5, 0), (120, 118), (100, 3), (100, 95)),
        ((120, 115), (10, 1), (100, 92), (100, 4)),
    ],
)
def test_f1_is_found_without_gold(rules_only, model_only, rules_against, model_against):
    """Of known mixtures the estimate is near the truth, and who is better by far leads."""
    truth: Truth = {"both": (200, 200), "rules_only": rules_only, "model_only": model_only,
                    "rules_against": rules_against, "model_against": model_against}  # fmt: skip
    trust = mixture(truth)
    rules = f1_of(truth, "rules_only", "rules_against", "model_only")
    model = f1_of(truth, "model_only", "model_against", "rules_only")
    assert trust.rules_f1 == pytest.approx(rules, abs=0.06)
    assert trust.model_f1 == pytest.approx(model, abs=0.06)
    assert trust.leader == ("both" if abs(rules - model) < 0.02 else "model" if model > rules else "rules")


@pytest.mark.parametrize(("ratio", "low", "high"), [(4.0, 0.97, 1.0), (-4.0, 0.0, 0.05)])
def test_all_right_and_all_wrong(ratio, low, high):
    """Many answers that look right are all right by estimate, many that look wrong all wrong."""
    trust = trust_of(12, Counter(both=10, model_only=100, rules_only=100),
                     {"model_only": [ratio] * 100, "rules_only": [ratio] * 100})  # fmt: skip
    assert low <= trust.model_right <= high
    assert low <= trust.rules_right <= high


def test_of_few_answers_little_is_learned():
    """One that looks wrong does not condemn a model; without any the share is what models mostly are."""
    none, one, many = (
        trust_of(1, Counter(both=5, model_only=n), {"model_only": [-4.0] * n}).model_right for n in (0, 1, 50)
    )
    assert none == pytest.approx(0.6)
    assert many < 0.1 < 0.3 < one < none


def test_nothing_said_is_nothing_known():
    """Of reports on which nobody spoke neither reader is better than the other."""
    trust = trust_of(3, Counter(), {})
    assert trust.leader == "both"
    assert trust.lead == 0
    assert "neither leads" in trust.words()
    assert "on 3 reports" in trust.words()


def test_one_of_two_different_answers_is_wrong():
    """What speaks for the model's speaks against those of rules, however right these look."""
    fields = Counter(both=100, rules_against=50, model_against=50)
    trust = trust_of(5, fields, {"rules_against": [4.0] * 50, "model_against": [4.0] * 50})
    assert trust.rules_right_against <= 1 - 0.9 * trust.model_right + 1e-6


@pytest.mark.parametrize(
    ("model_right", "leader", "words"),
    [(0.99, "model", "the model leads"), (0.02, "rules", "rules lead"), (0.55, "both", "neither leads")],
)
def test_who_leads_and_why(model_right, leader, words):
    """One line says who leads, on what, and how good both are; records keep the same."""
    trust = Trust(reports=1, both=100, differ=10, rules_only=20, model_only=20, model_right=model_right,
                  rules_right=0.55, rules_right_against=0.45)  # fmt: skip
    jury = trust.as_jury()
    assert (trust.leader, jury.leader) == (leader, leader)
    assert jury.reason == trust.words()
    assert trust.words().startswith(words)
    assert "\n" not in trust.words()
    assert "on 1 report both agree on 100 figures and differ on 10, rules alone give 20" in trust.words()
    assert f"about {model_right:.0%} of the model's look right" in trust.words()
    assert (jury.reports, jury.rules_f1, jury.model_f1) == (1, round(trust.rules_f1, 3), round(trust.model_f1, 3))
    assert (abs(trust.lead) >= LEADS) == (leader != "both")


def test_features_are_named_for_the_stand():
    """The same facts under another name for each stand, so that each has weights of its own."""
    trust = mixture({"both": (20, 20), "model_only": (10, 9), "rules_only": (10, 5)})
    by_stand = [trust.features(stand) for stand in STANDS]
    assert all(all(name.startswith(stand) for name in one) for stand, one in zip(STANDS, by_stand, strict=True))
    assert len({name for one in by_stand for name in one}) == sum(map(len, by_stand))
    assert by_stand[0]["both"] == 1
    assert by_stand[0]["both:lead"] == trust.lead


COUNTS = st.dictionaries(st.sampled_from(STANDS), st.integers(0, 60))
RATIOS = st.lists(st.floats(-6, 6), max_size=30)


@given(COUNTS, st.dictionaries(st.sampled_from(sorted(BY_MODEL | BY_RULES)), RATIOS))
def test_estimates_are_shares(fields, ratios):
    """Whatever was counted and however it looks, every estimate lies between 0 and 1, and one of three leads."""
    trust = trust_of(7, Counter(fields), ratios)
    shares = (trust.model_right, trust.rules_right, trust.rules_right_against, trust.rules_f1, trust.model_f1)
    assert all(0 <= share <= 1 for share in shares)
    assert trust.leader in ("rules", "model", "both")
    assert trust == Trust.model_validate_json(trust.model_dump_json())


@given(st.lists(st.floats(-6, 6), max_size=30), st.integers(0, 29), st.floats(0, 6))
def test_looking_righter_never_lowers_the_model(ratios, which, more):
    """If one of the model's answers looks righter, its share of right ones is no less."""
    better = [ratio + more if number == which else ratio for number, ratio in enumerate(ratios)]
    fields = Counter(both=20, rules_only=5, model_only=len(ratios))
    before, after = (trust_of(7, fields, {"model_only": one}) for one in (ratios, better))
    assert after.model_right >= before.model_right - 1e-6
    assert after.model_f1 >= before.model_f1 - 1e-6


@given(st.integers(0, 100), st.integers(0, 40), st.integers(0, 40), RATIOS, st.integers(1, 20))
def test_more_right_looking_answers_never_lower_the_model(both, rules_only, differ, ratios, more):
    """A model that gives some more answers that look as right as can be is no less right, nor beside rules."""
    estimates = []
    for extra in (0, more):
        fields = Counter(both=both, rules_only=rules_only, rules_against=differ, model_against=differ,
                         model_only=len(ratios) + extra)  # fmt: skip
        estimates.append(trust_of(7, fields, {"model_only": [*ratios, *[6.0] * extra]}))
    before, after = estimates
    assert after.model_right >= before.model_right - 1e-6
    assert after.lead >= before.lead - 1e-6


@given(COUNTS, st.dictionaries(st.sampled_from(sorted(BY_MODEL | BY_RULES)), RATIOS), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(fields, ratios, draw):
    """The same answers in another order say the same."""
    shuffled = {stand: draw.sample(found, len(found)) for stand, found in ratios.items()}
    assert trust_of(7, Counter(fields), shuffled) == trust_of(7, Counter(fields), ratios)
