"""Intervals and tests: what they must be by arithmetic, and what they are worth by simulation."""

import importlib.util
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.scoring import Scores, score_document
from baogao.evaluation.statistics import (
    F1,
    PRECISION,
    RECALL,
    Bootstrap,
    Rate,
    compare,
    compare_fields,
    document_counts,
    field_counts,
    holm,
    rates_of,
    sign_flip_test,
    student_t,
)
from baogao.evaluation.submissions import Submission
from baogao.evaluation.tally import Tally

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def simulation():
    """The simulation script, as a module."""
    path = ROOT / "eval" / "simulate_statistics.py"
    spec = importlib.util.spec_from_file_location("simulate_statistics", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulate_statistics"] = module
    spec.loader.exec_module(module)
    return module


def counts(*rows: tuple[int, ...]) -> np.ndarray:
    """Counts of some documents."""
    return np.array(rows, dtype=np.float64)


MIXED = counts((9, 1, 0, 0), (8, 0, 2, 1), (5, 3, 2, 2), (10, 0, 0, 0), (7, 1, 2, 0), (6, 2, 1, 3))
WORSE = counts((8, 1, 1, 0), (6, 2, 2, 1), (4, 4, 2, 2), (9, 0, 1, 2), (6, 2, 2, 0), (5, 2, 2, 3))


def test_rates_are_the_codebooks() -> None:
    """Precision, recall and F1 of pooled counts, and nan without a denominator."""
    total = counts((6, 2, 1, 3))
    assert PRECISION.of(total)[0] == pytest.approx(6 / 11)
    assert RECALL.of(total)[0] == pytest.approx(6 / 9)
    assert F1.of(total)[0] == pytest.approx(2 * (6 / 11) * (6 / 9) / (6 / 11 + 6 / 9))
    assert np.isnan(F1.of(counts((0, 0, 0, 0)))[0])


@given(st.integers(0, 2**32 - 1))
def test_an_interval_holds_its_rate_and_stays_a_rate(seed: int) -> None:
    """Lower, rate, upper, all between 0 and 1, for any seed; the same seed gives the same interval."""
    low, high = Bootstrap(len(MIXED), seed, 200).interval(MIXED, F1)
    assert 0 < low < float(F1.of(MIXED.sum(axis=0))) < high < 1
    assert Bootstrap(len(MIXED), seed, 200).interval(MIXED, F1) == (low, high)


def test_the_interval_by_hand() -> None:
    """Logit scale, Student's t on five degrees of freedom, the error enlarged by sqrt(6/5)."""
    bootstrap = Bootstrap(6, seed=4)
    error = np.std(F1.of(bootstrap.weights @ MIXED), ddof=1) * np.sqrt(6 / 5)
    rate = float(F1.of(MIXED.sum(axis=0)))
    low, high = bootstrap.interval(MIXED, F1)
    for end, sign in ((low, -1), (high, 1)):
        logit = np.log(rate / (1 - rate)) + sign * 2.5706 * error / (rate * (1 - rate))
        assert end == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-4)


def test_a_higher_level_and_fewer_documents_are_wider() -> None:
    """99% is wider than 95%, and six documents say less than sixty."""
    low, high = Bootstrap(6).interval(MIXED, F1)
    wide = Bootstrap(6).interval(MIXED, F1, level=0.99)
    narrow = Bootstrap(60).interval(np.tile(MIXED, (10, 1)), F1)
    assert wide[1] - wide[0] > high - low > 2 * (narrow[1] - narrow[0])


@pytest.mark.parametrize(
    "rows",
    [MIXED[:4], np.tile(counts((9, 0, 0, 0)), (20, 1)), np.tile(counts((0, 2, 1, 0)), (20, 1)), np.zeros((20, 4))],
)
def test_too_little_is_not_available(rows: np.ndarray) -> None:
    """Four documents, no variation, or nothing stated: no interval rather than a flattering one."""
    assert Bootstrap(len(rows)).interval(rows, F1) is None


def test_documents_that_do_not_speak_do_not_count() -> None:
    """A field that only four of twenty reports mention has no interval."""
    assert Bootstrap(20).interval(np.vstack([MIXED[:4], np.zeros((16, 4))]), F1) is None


def test_a_share_of_two_columns() -> None:
    """A rate may be of other counts: a part and its whole per document."""
    low, high = Bootstrap(5).interval(counts((3, 4), (5, 5), (2, 4), (6, 7), (4, 6)), Rate((1, 0), (0, 1)))
    assert low < 20 / 26 < high


def by_hand(a: np.ndarray, b: np.ndarray) -> float:
    """The exact sign-flip test as a plain loop."""
    observed = abs(F1.of(a.sum(axis=0)) - F1.of(b.sum(axis=0)))
    extreme = 0
    for swaps in product([False, True], repeat=len(a)):
        swap = np.array(swaps)[:, np.newaxis]
        x, y = np.where(swap, b, a), np.where(swap, a, b)
        extreme += abs(F1.of(x.sum(axis=0)) - F1.of(y.sum(axis=0))) >= observed - 1e-12
    return extreme / 2 ** len(a)


def test_the_exact_test_is_the_plain_loop() -> None:
    """All 2^n swaps, vectorised, give the p of a loop over them."""
    assert sign_flip_test(MIXED, WORSE) == by_hand(MIXED, WORSE) == 2 / 64
    assert sign_flip_test(MIXED, MIXED[::-1]) == by_hand(MIXED, MIXED[::-1])


def test_equal_extractors_have_p_one() -> None:
    """No difference in any document: nothing to find."""
    assert sign_flip_test(MIXED, MIXED) == 1


def test_random_flips_are_near_the_exact_test(simulation) -> None:
    """Above 14 differing documents the flips are drawn; documents that do not differ change nothing."""
    rng = np.random.default_rng(3)
    a, b = simulation.paired(simulation.WORLDS[0], 15, rng, shift=-0.4)
    assert sign_flip_test(a, b) == pytest.approx(by_hand(a, b), abs=0.02)
    assert sign_flip_test(np.vstack([MIXED] * 9), np.vstack([MIXED] * 9)) == 1
    assert sign_flip_test(np.vstack([MIXED, MIXED]), np.vstack([WORSE, MIXED])) == 2 / 64


def test_a_drawn_p_is_never_zero() -> None:
    """The observed order counts among those tried, so the smallest p is one in ten thousand."""
    assert sign_flip_test(np.tile(counts((9, 1, 0, 0)), (40, 1)), np.tile(counts((1, 9, 0, 0)), (40, 1))) == 1e-4


def test_too_few_documents_have_no_test() -> None:
    """Below five documents there is no p, no interval and no detectable effect; the difference itself is said."""
    comparison = compare(MIXED[:4], WORSE[:4], Bootstrap(4))
    assert comparison.difference == pytest.approx(float(F1.of(MIXED[:4].sum(axis=0)) - F1.of(WORSE[:4].sum(axis=0))))
    assert (comparison.interval, comparison.p, comparison.minimum_detectable) == (None, None, None)
    assert compare(np.zeros((9, 4)), np.zeros((9, 4)), Bootstrap(9)).difference is None


def test_a_comparison_and_its_mirror() -> None:
    """Swapping the two extractors turns the sign and nothing else."""
    one, other = compare(MIXED, WORSE, Bootstrap(6)), compare(WORSE, MIXED, Bootstrap(6))
    assert one.difference == -other.difference > 0
    assert one.interval == pytest.approx((-other.interval[1], -other.interval[0]))
    assert (one.p, one.minimum_detectable) == (other.p, pytest.approx(other.minimum_detectable))
    assert one.interval[0] < one.difference < one.interval[1]


def test_holm_by_hand() -> None:
    """Multiplied by the tests that remain, never decreasing, at most 1; n/a is no test."""
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": None, "e": 0.5}) == {
        "a": pytest.approx(0.04),
        "b": pytest.approx(0.09),
        "c": pytest.approx(0.09),
        "d": None,
        "e": 0.5,
    }
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def test_fields_are_corrected_together() -> None:
    """A field that only few documents state is n/a, the others carry the correction."""
    sparse = np.vstack([MIXED[:3], np.zeros((3, 4))])
    result = compare_fields({"x": MIXED, "y": MIXED, "z": sparse}, {"x": WORSE, "y": MIXED, "z": sparse})
    assert result == {"x": 2 * 2 / 64, "y": 1.0, "z": None}


@pytest.mark.parametrize(
    ("probability", "freedom", "exact"),
    [(0.975, 4, 2.776445), (0.975, 13, 2.160369), (0.975, 99, 1.984217), (0.8, 4, 0.940965), (0.8, 35, 0.852012)],
)
def test_students_t(probability: float, freedom: int, exact: float) -> None:
    """The expansion against the tables, to the promised 0.1%."""
    assert student_t(probability, freedom) == pytest.approx(exact, rel=1e-3)


def test_counts_come_from_scores(compiled, small) -> None:
    """A row for each document, failed ones as missing, and the same by field."""
    gold = compiled("{5辆|buses=5}{95%|punctuality=95}")
    scores = Scores((score_document(gold, None, small), score_document(gold, Submission("doc", "x"), small)))
    assert document_counts(scores).tolist() == [[0, 0, 2, 0], [0, 0, 2, 0]]
    assert field_counts(scores)["buses"].tolist() == [[0, 0, 1, 0], [0, 0, 1, 0]]
    assert field_counts(scores)["drills"].sum() == 0


COUNTS = st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=6)


@given(COUNTS)
def test_rates_of_arrays_are_those_of_tallies(rows: list[tuple[int, int, int, int]]) -> None:
    """One definition in two places: what the statistics work on, and what is printed of single reports."""
    tally = sum((Tally(correct, wrong, missing, spurious) for correct, wrong, missing, spurious in rows), Tally())
    for ours, theirs in zip(rates_of(counts(*rows)), (tally.f1, tally.precision, tally.recall), strict=True):
        assert ours == (None if theirs is None else pytest.approx(theirs))


@given(COUNTS, st.integers(0, 9))
def test_a_bootstrap_draws_as_many_documents_as_there_are(rows: list[tuple[int, int, int, int]], seed: int) -> None:
    """Each resample is whole documents, drawn with replacement; one document can only be drawn as it is."""
    weights = Bootstrap(len(rows), seed, 50).weights
    assert weights.shape == (50, len(rows))
    assert (weights.sum(axis=1) == len(rows)).all()
    assert (weights == weights.astype(int)).all()
    assert len(rows) > 1 or (weights == 1).all()


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.none() | st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_never_flatters(p_values: dict[str, float | None]) -> None:
    """No corrected p is smaller than the plain one, none exceeds 1, and a smaller one stays the smaller one."""
    adjusted = holm(p_values)
    assert list(adjusted) == list(p_values)
    known = sorted((p, adjusted[name]) for name, p in p_values.items() if p is not None)
    assert all(p <= corrected <= 1 for p, corrected in known)
    assert [corrected for _, corrected in known] == sorted(corrected for _, corrected in known)
    assert all(adjusted[name] is None for name, p in p_values.items() if p is None)


@given(st.permutations(range(6)), st.integers(0, 99))
def test_the_order_of_documents_does_not_matter_to_the_test(order: list[int], seed: int) -> None:
    """Swaps are within documents, so p depends on the pairs alone; nor does it matter which extractor comes first."""
    p = sign_flip_test(MIXED, WORSE)
    assert sign_flip_test(MIXED[order], WORSE[order], seed) == p
    assert sign_flip_test(WORSE[order], MIXED[order], seed) == p


@pytest.mark.parametrize("documents", [14, 36, 100])
def test_intervals_cover_the_truth(simulation, documents: int) -> None:
    """95% intervals hold the true precision, recall and F1 in about 95% of simulated samples."""
    shares = simulation.coverage(simulation.WORLDS[1], documents, runs=200)
    assert all(0.89 <= share <= 0.99 for share in shares.values()), shares


def test_the_test_keeps_its_level(simulation) -> None:
    """Two equally good extractors are told apart in about 5% of simulated samples."""
    assert 0.025 <= simulation.type_one_error(simulation.WORLDS[1], 14, runs=400) <= 0.08


def test_the_minimum_detectable_effect_is_detected_four_times_in_five(simulation) -> None:
    """A true difference as large as the printed minimum is found by the test in about 80% of samples."""
    world, documents, shift = simulation.WORLDS[0], 36, 0.55
    rng = np.random.default_rng(8)
    a, b = simulation.paired(world, 200_000, rng, shift)
    truth = abs(float(F1.of(a.sum(axis=0)) - F1.of(b.sum(axis=0))))
    pairs = [simulation.paired(world, documents, rng, shift) for _ in range(200)]
    promised = [compare(a, b, Bootstrap(documents, resamples=300)).minimum_detectable for a, b in pairs]
    assert truth == pytest.approx(np.median(promised), abs=0.004)
    assert 0.7 <= np.mean([sign_flip_test(a, b, flips=499) <= 0.05 for a, b in pairs]) <= 0.9
