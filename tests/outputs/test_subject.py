"""What a report is about."""

from __future__ import annotations

import pytest

from baogao.outputs.subject import Subject


@pytest.mark.parametrize(
    ("start", "end", "period", "year", "part"),
    [
        ("2023-01", "2023-12", "2023", 2023, ("-01", "-12")),
        ("2023-01", "2023-06", "2023-01–06", 2023, ("-01", "-06")),
        ("2022-07", "2023-06", "2022-07–2023-06", 2023, ("-07", "-06")),
        ("2023", "2023", "2023", 2023, ("", "")),
        ("2023-01", "", "2023-01", 2023, ("-01", "")),
        ("", "2023年底", "2023年底", 2023, ("", "年底")),
        ("", "", "", None, ("", "")),
        ("去年", "今年", "去年–今年", None, ("去年", "今年")),
    ],
)
def test_periods(start, end, period, year, part):
    """Whole years are said by their number; whatever else a schema puts there stays as it is."""
    subject = Subject(start=start, end=end)
    assert (subject.period, subject.year, subject.part_of_year) == (period, year, part)


def test_places_are_compared_without_white_space():
    """Width and blanks of a name do not matter; its words do."""
    keys = {Subject(place=name).place_key for name in ("Ａ县", "A县", " A 县\u3000")}
    assert keys == {"A县"}
    assert Subject(place="A县").place_key != Subject(place="A县人民政府").place_key


def test_a_schema_without_roles(water, water_schema):
    """What a schema does not ask for is empty."""
    assert Subject.of(water, water_schema) == Subject(title="关于2024年供水工作的报告")
