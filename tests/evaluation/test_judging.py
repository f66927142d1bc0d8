"""One answer and its gold: which equals which, the heart of every figure that is printed."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.gold import GoldField, Reading
from baogao.evaluation.judging import has_bound, is_grounded, judge, match_items
from baogao.schema.values import Answer

SILENT = GoldField(status="not_reported")
NONE = GoldField(status="reported_none", value=0, bound="exact", evidence=[[(0, 4)]])


def gold(value: object, bound: str = "exact", evidence: object = (((0, 4),),), **more: object) -> GoldField:
    """A stated field's gold."""
    return GoldField(status="reported", value=value, bound=bound, evidence=evidence, **more)


def said(value: object, **more: object) -> Answer:
    """An answer with a figure."""
    return Answer(status="reported", value=value, **more)


def verdict(truth: GoldField, answer: Answer) -> str:
    """The verdict alone."""
    return judge(truth, answer)[0]


@pytest.mark.parametrize(
    ("true", "answer"),
    [
        (12, Decimal("12.0")),
        (12, 12.0),
        (Decimal("98.48"), 98.48),
        (65000, Decimal("6.5e4")),
        (Decimal("0.3"), "0.30"),
        (-3, Decimal("-3.00")),
        (10**30 + 1, 10**30 + 1),
        (0, Decimal("-0")),
    ],
)
def test_the_same_number_written_otherwise_is_correct(true: object, answer: object) -> None:
    """Trailing zeros, exponents and floats do not matter; the number does."""
    assert verdict(gold(true), said(answer)) == "correct"


@pytest.mark.parametrize(
    ("true", "answer"),
    [
        (26.5, 26.4),
        (12, 120000),
        (120000, 12),
        (Decimal("126058.2"), Decimal("126058.9")),
        (65000, 6.5),
        (98.48, 0.9848),
        (Decimal("0.3"), Decimal("0.1") + Decimal("0.2") + Decimal("1e-20")),
        (3, -3),
        (10**30 + 1, 10**30),
        (Decimal("99999999999999999.1"), Decimal("99999999999999999.2")),
    ],
)
def test_another_number_is_wrong_however_near(true: object, answer: object) -> None:
    """12 is not 12万, a share is not a per cent, and no tolerance forgives the last digit."""
    assert verdict(gold(true), said(answer)) == "wrong"


def test_decimal_sums_do_not_drift() -> None:
    """A sum of printed parts is exact where floats are not: 0.1 + 0.2 is 0.3."""
    assert verdict(gold(Decimal("0.3")), said(Decimal("0.1") + Decimal("0.2"))) == "correct"
    assert 0.1 + 0.2 != 0.3


def test_a_printed_zero_is_not_a_stated_none() -> None:
    """“0件” is a figure and “暂无” a statement: the state must be the same, not only the value."""
    assert verdict(NONE, said(0)) == "wrong"
    assert verdict(gold(0), Answer(status="reported_none", value=0)) == "wrong"
    assert verdict(NONE, Answer(status="reported_none", value=0)) == "correct"


def test_none_against_silence() -> None:
    """Silence is never zero, in either direction."""
    silence = Answer(status="not_reported")
    assert verdict(NONE, silence) == "missing"
    assert verdict(SILENT, Answer(status="reported_none", value=0)) == "spurious"
    assert verdict(SILENT, silence) == "absent"


def test_alternatives_of_a_stated_field_are_correct() -> None:
    """Where two careful annotators could differ either is right; anything else is wrong once."""
    truth = gold(87, alternatives=[Reading(status="reported", value=80, bound="exact", evidence=[[(9, 12)]])])
    assert [verdict(truth, said(value)) for value in (87, 80, 81)] == ["correct", "correct", "wrong"]
    assert verdict(truth, Answer(status="not_reported")) == "missing"


def test_alternatives_of_silence_are_neutral() -> None:
    """An alternative of an unstated field neither helps nor hurts; another value is spurious, silence is absent."""
    truth = GoldField(status="not_reported", alternatives=[gold(56), NONE])
    answers = [said(56), Answer(status="reported_none", value=0), said(0), Answer(status="not_reported")]
    assert [verdict(truth, answer) for answer in answers] == ["neutral", "neutral", "spurious", "absent"]


@pytest.mark.parametrize(("bound", "right"), [("over", True), ("exact", False), (None, False), ("about", False)])
def test_the_bound_does_not_decide_the_verdict(bound: str | None, right: bool) -> None:
    """A right value with another bound is correct, and counted apart; no bound means exact."""
    what, reading = judge(gold(2600, "over"), said(2600, bound=bound))
    assert what == "correct"
    assert reading is not None
    assert has_bound(reading, said(2600, bound=bound)) is right


def test_the_reading_at_the_answers_place_judges_its_bound() -> None:
    """Of two readings with the same value, the one where the answer points is the one that it matches."""
    other = Reading(status="reported", value=90, bound="over", evidence=[[(20, 25)]])
    truth = gold(90, alternatives=[other])
    assert judge(truth, said(90, bound="over", evidence=[(21, 23)])) == ("correct", other)
    assert judge(truth, said(90, bound="exact", evidence=[(2, 9)])) == ("correct", truth)
    assert judge(truth, said(90, bound="over", evidence=[(2, 9)])) == ("correct", truth)
    assert judge(truth, said(90, bound="over")) == ("correct", other)


@pytest.mark.parametrize(
    ("evidence", "grounded"),
    [
        ([(3, 8)], True),
        ([(4, 8)], False),
        ([(50, 60), (102, 103)], True),
        ([(10, 12)], True),
        ([], False),
        (None, False),
    ],
)
def test_grounding_needs_one_character_of_any_copy(evidence: object, grounded: bool) -> None:
    """Any span of any copy will do; touching is not overlapping; no evidence is no ground."""
    reading = gold(5, evidence=[[(0, 4), (10, 12)], [(100, 104)]])
    assert is_grounded(reading, said(5, evidence=evidence)) is grounded


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4), st.integers(-3, 3))
def test_only_the_very_number_is_correct(value: Decimal, ulps: int) -> None:
    """Moving the last place of any decimal makes it wrong; writing it as JSON and reading it back does not."""
    answer = Answer(status="reported", value=value + Decimal(ulps).scaleb(-4))
    assert (verdict(gold(value), answer) == "correct") is (ulps == 0)
    written = json.loads(json.dumps(str(value)))
    assert verdict(gold(value), said(written)) == "correct"


def test_list_items_are_taken_once_and_in_order() -> None:
    """A second answer for the same item is not right, and an item is found by any of its copies."""
    items = [[[(0, 5)], [(100, 105)]], [[(4, 9)]]]
    assert match_items(items, [[(4, 5)], [(4, 5)], [(0, 9)]]) == (0, 1, None)
    assert match_items(items, [[(104, 105)], [(0, 2)], []]) == (0, None, None)


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=6))
def test_a_lists_items_are_worth_the_same_in_any_order(order: list[int], said: list[int]) -> None:
    """How many items are found depends on which are answered, not on where they stand or how often they are named."""
    items = [[[(10 * number, 10 * number + 5)]] for number in order]
    matches = match_items(items, [[(10 * number, 10 * number + 1)] for number in said])
    found = [match for match in matches if match is not None]
    assert sorted(order[match] for match in found) == sorted(set(said))
    assert len(matches) == len(said)
