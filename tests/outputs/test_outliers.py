"""Figures that stand out from last year's and from their peers'."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.outputs.outliers import Outlier, find_outliers
from baogao.record import Record
from baogao.schema import load_schema
from baogao.schema.values import Answer, TextAnswer
from outputs.conftest import record

SCHEMA = load_schema("law_based_government")
COUNT, RATE = "case_files_reviewed", "online_service_rate"


def report(place: str, year: int, value: float | str | None, *, field: str = COUNT, **more: object) -> Record:
    """A report of a place on a whole year that states one figure."""
    metadata = {"jurisdiction": place, "level": "county", "period_start": f"{year}-01", "period_end": f"{year}-12"}
    said = {name: TextAnswer(value=words) for name, words in (metadata | more).items()}
    number = None if value is None else Decimal(str(value))
    answer = Answer(status="not_reported") if number is None else Answer(status="reported", value=number, bound="exact")
    return record(f"{place}-{year}", SCHEMA, metadata=said, fields={field: answer})


def found(*records: Record) -> list[tuple[str, str, float]]:
    """Which figures stand out, from what, and what that is."""
    return [(one.doc_id, one.against, one.usual) for one in find_outliers(records, SCHEMA)]


@pytest.mark.parametrize(
    ("before", "now", "stands_out"),
    [(130, 1300, True), (130, 1299, False), (1300, 130, True), (1300, 131, False), (0, 500, False), (None, 9, False)],
)
def test_ten_times_last_year(before, now, stands_out):
    """From ten times on, up and down; nothing can be said beside 0 and beside silence."""
    assert found(report("甲", 2022, before), report("甲", 2023, now)) == (
        [("甲-2023", "last_year", before)] if stands_out else []
    )


@pytest.mark.parametrize(("before", "now", "stands_out"), [(98.5, 73.5, True), (98.5, 74, False), (9.8, 98, True)])
def test_a_rate_that_jumps(before, now, stands_out):
    """Rates are compared by points: 25 of them stand out."""
    records = [report("甲", year, value, field=RATE) for year, value in ((2022, before), (2023, now))]
    assert bool(found(*records)) == stands_out


def test_only_like_is_compared():
    """The same place, however its name is spaced; the year before, not two; a year with a year, not with a half."""
    assert found(report("青 禾县", 2022, 10), report("青禾县", 2023, 900))
    assert not found(report("甲", 2022, 10), report("乙", 2023, 900))
    assert not found(report("甲", 2021, 10), report("甲", 2023, 900))
    half = report("甲", 2022, 10, period_end="2022-06")
    assert not found(half, report("甲", 2023, 900))
    assert not found(report("", 2022, 10), report("", 2023, 900))


def test_a_range_and_a_stated_none_are_not_judged():
    """They are no single figure above 0."""
    wide = report("甲", 2023, 900)
    wide.fields[COUNT] = Answer(status="reported", value=900, upper=1000)
    none = report("甲", 2023, 0)
    none.fields[COUNT] = Answer(status="reported_none", value=0)
    assert not found(report("甲", 2022, 10), wide)
    assert not found(report("甲", 2022, 10), none)


def peers(*values: float, **more: object) -> list[Record]:
    """A report of one place for each figure."""
    return [report(f"县{number}", 2023, value, **more) for number, value in enumerate(values)]


def test_far_from_its_peers():
    """Ten times the median of at least five others; fewer say nothing, and another level is no peer."""
    usual = peers(90, 100, 110, 120, 130)
    assert found(*usual, report("丙", 2023, 2000)) == [("丙-2023", "peers", 114.9)]
    assert found(*usual, report("丙", 2023, 5)) == [("丙-2023", "peers", 104.9)]
    assert not found(*usual[:4], report("丙", 2023, 2000))
    assert not found(*usual, report("丙", 2023, 2000, level="province"))


def test_peers_that_vary_as_widely():
    """Where figures differ by factors of ten among themselves, one that does so, too, is none."""
    assert not found(*peers(1, 10, 100, 1000, 10_000), report("丙", 2023, 100_000))


def test_a_place_with_many_reports_counts_once():
    """Its own earlier figures are not five peers."""
    same = [report("甲", year, 100) for year in range(2014, 2024)]
    assert not found(*same, report("丙", 2023, 2000))


def test_what_is_said():
    """In words, with the smaller of the two as the measure; the farthest comes first."""
    records = [
        *(report("甲", year, value) for year, value in ((2022, 1300), (2023, 13_520))),
        *(report("乙", year, value) for year, value in ((2022, 2550), (2023, 236))),
        *(report("丙", year, value, field=RATE) for year, value in ((2022, 98.48), (2023, 9.85))),
    ]
    assert [one.message for one in find_outliers(records, SCHEMA)] == [
        "9.85% is 88.63 points from last year's 98.48%",
        "last year's 2,550 is 10.8 times 236",
        "13,520 is 10.4 times last year's 1,300",
    ]
    from_peers = find_outliers([*peers(100, 100, 100, 100, 100), report("丙", 2023, 2)], SCHEMA)
    assert from_peers == [Outlier("丙-2023", COUNT, 2, "peers", 100, 6)]
    assert from_peers[0].message == "100, the median of 6 places, is 50 times 2"
    shares = [*peers(90, 91, 92, 93, 94, field=RATE), report("丙", 2023, 9.3, field=RATE)]
    assert [one.message for one in find_outliers(shares, SCHEMA)] == [
        "9.3% is 82.2 points from 91.5%, the median of 6 places"
    ]


VALUES = st.lists(st.integers(1, 10**6), min_size=6, max_size=12)


@settings(max_examples=40)
@given(VALUES, st.randoms())
def test_the_order_of_reports_does_not_matter(values, random):
    """The same figures stand out, whoever comes first."""
    records = [*peers(*values), *(report(f"县{number}", 2022, value) for number, value in enumerate(reversed(values)))]
    shuffled = random.sample(records, len(records))
    assert sorted(found(*records)) == sorted(found(*shuffled))


@settings(max_examples=40)
@given(VALUES)
def test_another_unit_for_all_does_not_matter(values):
    """Counts are compared by their ratios: a thousand times each, and the same ones stand out."""
    assert [one[:2] for one in found(*peers(*values))] == [
        one[:2] for one in found(*peers(*(value * 1000 for value in values)))
    ]


@settings(max_examples=40)
@given(st.lists(st.integers(100, 300), min_size=5, max_size=12), st.integers(10**6, 10**9))
def test_what_is_planted_is_found(values, planted):
    """Among places that differ by a factor of 3 at most, one that is thousands of times away is found, and no other."""
    assert [one[0] for one in found(*peers(*values), report("丙", 2023, planted))] == ["丙-2023"]
