"""Same command, same answers: no order of a set, which differs from process to process, reaches what is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from baogao.evaluation.compiling import build_dataset
from baogao.schema import load_schema

TESTS = Path(__file__).parent
COMMUNIQUE = TESTS / "fixtures" / "communique"


def answers(folder: Path, seed: int, *more: str) -> list[str]:
    """The lines of ``every_answer.py`` in a process of its own."""
    outcome = subprocess.run(
        [sys.executable, str(TESTS / "every_answer.py"), str(folder), *more],
        cwd=TESTS.parent,
        env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return outcome.stdout.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the communiqués are compiled to: a record names its file."""
    build_dataset(
        sorted(COMMUNIQUE.glob("*.marked.txt")), tmp_path / "communiques", load_schema(COMMUNIQUE / "communique.py")
    )
    return tmp_path


def test_two_seeds(folder: Path) -> None:
    """Rules over a third of all reports, and the recorded model alone and beside rules: ``make seeds`` does more."""
    first, other = (answers(folder, seed) for seed in (1, 2))
    assert len(first) > 50
    assert [pair for pair in zip(first, other, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.seeds
def test_eight_seeds(folder: Path) -> None:
    """The same, the published run and the calibration among them."""
    first = answers(folder, 0, "--all")
    for seed in range(1, 8):
        pairs = zip(first, answers(folder, seed, "--all"), strict=True)
        assert [pair for pair in pairs if pair[0] != pair[1]] == [], f"seed {seed}"
