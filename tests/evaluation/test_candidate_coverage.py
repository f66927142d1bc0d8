"""``eval/candidate_coverage.py``: what is among the candidates, and what no extractor could answer."""

from __future__ import annotations

import sys

import pytest

from baogao.document import document_from_text
from baogao.evaluation.datasets import load_dataset
from baogao.extraction import ReportText
from baogao.schema import load_schema
from evaluation.eval_scripts import TEXT, script, small_dataset

FIELDS = {
    "case_files_reviewed": ("128卷", 128, "exact"),
    "emergency_drills": ("30余场", 30, "over"),
    "foreign_notarisations": ("未发生涉外公证", None, "exact"),
}
ENTRIES = ["执法力量薄弱", "宣传形式单一"]


@pytest.fixture
def covered(tmp_path):
    """A function from what a report prints to its coverage by the gold of the small data set."""
    schema = load_schema("law_based_government")
    item = load_dataset(small_dataset(tmp_path / "small", FIELDS, ENTRIES), schema).items[0]
    coverage = script("candidate_coverage")
    return lambda text: coverage.cover(ReportText.from_document(document_from_text(text)), item, schema)


def test_what_is_among_the_candidates_is_found(covered):
    """Figures, nones and entries are found where a candidate says what the gold says."""
    found = covered(TEXT)
    assert (found.figures_found, found.figures) == (3, 3)
    assert (found.entries_found, found.entries) == (2, 2)
    assert (found.lists_whole, found.lists) == (1, 1)
    assert found.candidates["number"] >= 2
    assert found.misses == []


@pytest.mark.parametrize(
    ("printed", "instead", "missed"),
    [
        ("128卷", "129卷", "case_files_reviewed 128"),
        ("30余场", "整30场", "emergency_drills 30"),
        ("未发生涉外公证", "涉外公证若干件", "foreign_notarisations 0"),
    ],
)
def test_another_value_bound_or_kind_is_a_miss(covered, printed, instead, missed):
    """A candidate in the place counts only when its value, its bound and its kind are the gold's."""
    found = covered(TEXT.replace(printed, instead))
    assert found.figures_found == 2
    assert [miss for miss in found.misses if f"yunling: {missed}" in miss] == found.misses


def test_an_entry_without_a_candidate_is_a_miss(covered):
    """A list is whole only when each of its entries overlaps an entry among the candidates."""
    found = covered(TEXT.replace("（二）宣传形式单一，", "（二）    \n    "))
    assert (found.entries_found, found.lists_whole) == (1, 0)


def run(monkeypatch, capsys, *arguments: str) -> str:
    """What the script prints."""
    monkeypatch.setattr(sys, "argv", ["candidate_coverage.py", *map(str, arguments)])
    script("candidate_coverage").main()
    return capsys.readouterr().out


def test_texts_that_are_not_to_be_read_are_not_printed(tmp_path, monkeypatch, capsys):
    """Misses are printed for the sets that may be read; of any other only their number, unless it is asked for."""
    for place in ("fictional/dev", "fictional/test"):
        small_dataset(tmp_path / place, FIELDS, [*ENTRIES, "市人民政府"])
    assert "[[市人民政府]]" in run(monkeypatch, capsys, tmp_path / "fictional/dev", "--errors")
    said = run(monkeypatch, capsys, tmp_path / "fictional/test", "--errors")
    assert "人民政府" not in said
    assert "1 missed" in said
    assert "[[市人民政府]]" in run(monkeypatch, capsys, tmp_path / "fictional/test", "--errors", "--unread")
