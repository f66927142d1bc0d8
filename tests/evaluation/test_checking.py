"""Checks of one gold file: everything that they must find."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.evaluation.checking import Finding, check_gold
from baogao.evaluation.compiling import to_gold
from baogao.evaluation.marks import parse


def findings(small, source: str, **changes: object) -> list[tuple[str, str]]:
    """The level and message of what a check finds, the gold's fields changed by hand."""
    marked = parse(source, "doc")
    gold = to_gold(marked, small, Path("doc.marked.txt"))
    gold.metadata.update({"title": None, "issuer": None})
    data = json.loads(gold.to_json())
    for name, change in changes.items():
        data["fields"][name] = {**data["fields"].get(name, {}), **change}
    changed = type(gold).model_validate(data)
    return [(found.level, str(found)) for found in check_gold(changed, marked.text, small, Path("doc.gold.json"))]


@pytest.mark.parametrize(
    "source",
    [
        "{6.5万余人次|passengers>65000}",
        "{１２辆|buses=12}",
        "{二十七辆|buses=27}",
        "{98.48%|punctuality=98.48}",
        "{百分之百|punctuality=100}",
        "{九成以上|punctuality>90}",
        "{8\n9辆|buses=89}",
        "{1,234|buses=1234}",
        "{未发生事故|accidents=none}",
        "{3次|drills+=3}、{近2次|drills+<2}",
        "夜间演练、白天演练各{1次|drills=2}",
        "新车、旧车各{7辆|buses=7}",
    ],
)
def test_figures_in_every_dress_pass(small, source: str) -> None:
    """Evidence that reads as the stated value and bound is fine."""
    assert findings(small, source) == []


@pytest.mark.parametrize(
    ("source", "level", "message"),
    [
        ("{12辆|buses=13}", "error", "'12辆' reads as 12, and the gold says 13"),
        ("{12辆|buses>12}", "warning", "no word for the bound 'over'"),
        ("{近12辆|buses=12}", "error", "reads as 'under', the gold says 'exact'"),
        ("{1.2|passengers=12000}", "warning", "reads as 1.2, and the gold says 12000"),
        ("{95|punctuality=95}", "warning", "no per cent sign"),
        ("{95件|punctuality=95}", "error", "is in '件'"),
        ("{12%|buses=12}", "error", "is in '%'"),
        ("{若干辆|buses=12}", "error", "does not read as a figure"),
        ("{事故|accidents=none}", "warning", "does not read as a none"),
        ("{12辆|buses?=13}", "error", "buses, alternative 1 at 0"),
    ],
)
def test_evidence_that_does_not_read_as_stated(small, source: str, level: str, message: str) -> None:
    """A contradiction is an error; a word that may stand elsewhere, as in a table's head, a warning."""
    ((found, said),) = findings(small, source)
    assert found == level
    assert message in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"evidence": [[[0, 99]]]}, "buses at 0: the span [0, 99] is not inside the text"),
        ({"evidence": [[[3, 3]]]}, "not inside the text"),
        ({"evidence": [[[-1, 3]]]}, "not inside the text"),
        ({"evidence": [[[0, 3], [0, 3]]]}, "out of order or overlaps"),
        ({"evidence": [[[0, 1], [1, 3]]]}, "is not additive"),
        ({"evidence": []}, "without evidence"),
        ({"evidence": [[]]}, "empty copy"),
        ({"value": None}, "reported without a value"),
        ({"status": "not_reported"}, "not_reported and has a value"),
        ({"status": "reported_none"}, "its value is 0"),
        ({"alternatives": [{"status": "not_reported"}]}, "silence is never an alternative"),
    ],
)
def test_gold_that_does_not_hold_together(small, change: dict, message: str) -> None:
    """Spans, states and values are checked, each error with field and offset."""
    found = findings(small, "{12辆|buses=12}", buses=change)
    assert any(level == "error" and message in said for level, said in found)


def test_a_finding_says_where() -> None:
    """File, field and offset, as an editor jumps to them; without an offset where there is none."""
    assert str(Finding("error", Path("a.gold.json"), "buses", "is wrong", 7)) == "a.gold.json: buses at 7: is wrong"
    assert str(Finding("error", Path("a.gold.json"), "schema", "is wrong")) == "a.gold.json: schema: is wrong"


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_a_figure_passes_when_it_reads_as_the_gold_says(small, printed: Decimal, stated: Decimal) -> None:
    """The same number is fine; another one is an error, or a warning where a table's head may scale it."""
    found = findings(small, f"{{{printed:f}辆|buses={stated:f}}}")
    scales = [10**power for power in (3, 4, 6, 7, 8)]
    if printed == stated:
        assert found == []
    else:
        level = "warning" if any(printed * scale == stated for scale in scales) else "error"
        assert [level for level, _ in found] == [level]


def found_in(every_kind, source: str, change=lambda data: None) -> list[tuple[str, str]]:
    """The level and message of what a check finds in a report by the schema of every kind, its gold changed by hand."""
    marked = parse(source, "doc")
    gold = to_gold(marked, every_kind, Path("doc.marked.txt"))
    data = json.loads(gold.to_json()) | {"metadata": {"title": None}}
    change(data)
    changed = type(gold).model_validate(data)
    return [(found.level, str(found)) for found in check_gold(changed, marked.text, every_kind, Path("doc.gold.json"))]


def test_gold_of_an_older_schema_version(every_kind) -> None:
    """It is one clear error; gold that does not say its version is taken."""

    def older(data: dict) -> None:
        data["schema_version"] = 0

    ((level, message),) = found_in(every_kind, "甲", older)
    assert level == "error"
    assert "schema_version: is 0, and every_kind is of version 1" in message
    assert found_in(every_kind, "甲", lambda data: data.pop("schema_version")) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"cost": {"status": "reported", "value": 8, "evidence": [[[4, 7]]]}}, "berths, row 1: has no name"),
        ({"name": {"status": "not_reported"}}, "berths, row 1: has no name, by which a row is known"),
        ({"depth": {"status": "not_reported"}}, "row 1, depth: is not among the cells of berths"),
        (
            {
                "name": {
                    "status": "not_reported",
                    "alternatives": [{"status": "reported", "value": "城东泊位", "evidence": [[[0, 4]]]}],
                },
                "cost": {"status": "reported", "value": 8, "evidence": [[[4, 7]]]},
            },
            "row 1, cost: is stated in a row that may be there or not",
        ),
    ],
)
def test_rows_that_do_not_hold_together(every_kind, row: dict, message: str) -> None:
    """A row is known by its naming cell; a cell that does not exist, and one that is stated where its row is not."""

    def with_row(data: dict) -> None:
        data["rows"] = {"berths": [row]}

    assert any(level == "error" and message in said for level, said in found_in(every_kind, "城东泊位8亿元", with_row))


def test_rows_of_no_list(every_kind) -> None:
    """A list of rows that the schema does not have is named."""

    def with_rows(data: dict) -> None:
        data["rows"] = {"ships": []}

    assert any("ships: is not among the rows" in said for _, said in found_in(every_kind, "甲", with_rows))
