"""``eval/simulate_panel.py``: what it prints of a panel and of escalation, on one report."""

from __future__ import annotations

import sys

import pytest

from baogao.schema import load_schema
from evaluation.eval_scripts import script, small_dataset


@pytest.fixture
def folder(tmp_path):
    """One report whose gold states two figures."""
    return small_dataset(tmp_path / "one", {"case_files_reviewed": ("128卷", 128, "exact")}, [])


@pytest.fixture
def panel(monkeypatch):
    """The script."""
    pytest.importorskip("sklearn")
    found = script("simulate_panel")
    monkeypatch.setattr(found, "SEEDS", 1)
    monkeypatch.setattr(found, "PAIRS", ((0.0, 1.0),))
    monkeypatch.setattr(found, "CHEAP", (0.0,))
    return found


def test_models_that_know_everything(panel, folder):
    """Beside a perfect model one that knows nothing costs nothing, by whatever name it goes."""
    items, schema = panel.items_of(folder, load_schema()), load_schema()
    one, _, both, _ = panel.of_panels(items, schema, (0.0, 1.0), 0)
    assert one == both
    alone, everywhere, asked = panel.of_escalation(items, schema, 0.0, 0)
    assert all(0 <= share <= 1 for _, share in asked)
    assert min(alone, everywhere) <= asked[0][0] <= max(alone, everywhere)


def test_both_tables_are_printed(panel, folder, monkeypatch, capsys):
    """A line for each pair, and one for each cheap model."""
    monkeypatch.setattr(sys, "argv", ["simulate_panel.py", str(folder)])
    panel.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["set,", "one", "set,", "one"]
