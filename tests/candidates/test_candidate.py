"""A candidate, and all candidates of one document."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates import Candidate, Candidates, find_candidates
from baogao.document import document_from_text

TEXT = "一是办理3件，暂无积案。\n二是评查5卷，约谈企业2家。"


@pytest.fixture
def found() -> Candidates:
    """Three numbers, a none-phrase and two item heads."""
    return find_candidates(document_from_text(TEXT))


def test_kinds(found):
    """Each kind on its own, in reading order."""
    assert [c.text for c in found.of_kind("number")] == ["3件", "5卷", "2家"]
    assert [c.text for c in found.of_kind("none")] == ["暂无积案"]
    assert [c.text for c in found.of_kind("item")] == ["办理3件", "评查5卷"]


def test_ids(found):
    """A candidate is found by its id, and an id that was not given is not there."""
    assert [found[c.id] for c in found] == list(found)
    assert 1 in found
    assert 0 not in found
    assert len(found) + 1 not in found
    with pytest.raises(KeyError):
        found[len(found) + 1]


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_within(start, end):
    """A stretch holds the candidates that lie in it with both ends, and no other."""
    found = find_candidates(document_from_text(TEXT))
    inside = found.within(start, end)
    assert all(start <= c.start and c.end <= end for c in inside)
    assert all(c.start < start or c.end > end for c in found if c not in inside)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "评查案卷135卷。",
            {"kind": "number", "start": 4, "end": 8, "text": "135卷", "value": 135, "bound": "exact", "unit": "卷"},
        ),
        (
            "发放约3.6万。",
            {
                "kind": "number",
                "start": 2,
                "end": 7,
                "text": "约3.6万",
                "value": 36000,
                "bound": "about",
                "unit": "",
            },
        ),
        (
            "暂无积案。",
            {"kind": "none", "start": 0, "end": 4, "text": "暂无积案", "value": 0, "bound": "exact", "unit": ""},
        ),
    ],
)
def test_json_lines(text, line):
    """The contract of ``candidates --json``: plain numbers, cues as a list, keys in their order, no empty label."""
    (candidate,) = [c for c in find_candidates(document_from_text(text)) if c.kind == line["kind"]]
    written = json.loads(json.dumps(candidate.to_json()))
    assert written == {"id": candidate.id, **line, "cues": []}
    assert list(written) == ["id", *line, "cues"]


def test_json_of_an_item_and_of_a_cell():
    """An item has no value; a cell of a table has a label, behind everything else."""
    item = Candidate(3, "item", 2, 4, "力量", None)
    assert item.to_json()["value"] is None
    cell = Candidate(1, "number", 0, 2, "12", Decimal("91.9"), "exact", "%", ("prior_year",), "办结率 上年")
    assert list(cell.to_json().items())[-3:] == [("unit", "%"), ("cues", ["prior_year"]), ("label", "办结率 上年")]
    assert cell.to_json()["value"] == 91.9
