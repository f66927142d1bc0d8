"""The real command line, killed at random moments: nothing is lost, nothing that was paid for is asked again."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "eval" / "bench" / "kill_test.py"
REPORTS = [str(ROOT / "eval" / "datasets" / name) for name in ("fictional/dev", "second-hand")]
PATIENCE = 120.0
ATTEMPTS = 5
"""A process that is never caught half-way is too quick for this test, or this test is wrong."""


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """``eval/bench/kill_test.py``, of which this is the short form."""
    spec = importlib.util.spec_from_file_location("kill_test", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kill_test"] = module
    spec.loader.exec_module(module)
    return module


def test_killed_at_random_moments(bench, tmp_path):
    """Same records, same texts; after a kill at most what was under way is sent again."""
    outcome = bench.kill_often(tmp_path, kills=2, reports=8, concurrency=3, seed=1)
    assert outcome.same
    assert outcome.paid_twice == 0
    assert max(outcome.repeated) <= 3
    assert outcome.asked == outcome.needed + sum(outcome.repeated)


def started(place: Path, name: str, seed: int) -> subprocess.Popen[str]:
    """A run by rules, with a hash seed of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "baogao", "extract", *REPORTS, "--extractor", "rules", "--out", name],
        cwd=place,
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def caught(place: Path, name: str, seed: int) -> bool:
    """Start a run and kill it when its journal has some reports; whether it was caught half-way."""
    journal, run = place / name / "journal.jsonl", started(place, name, seed)
    end = time.monotonic() + PATIENCE
    while run.poll() is None and time.monotonic() < end and not (journal.exists() and journal.stat().st_size > 50_000):
        time.sleep(0.001)
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    return journal.exists()


def contents(folder: Path) -> dict[str, bytes]:
    """Records and texts."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.suffix in {".jsonl", ".txt", ".html"}}


def test_killed_and_begun_with_another_seed(tmp_path):
    """Two processes that do a part each write the bytes of one that does all, page and usage included."""
    started(tmp_path, "plain", 1).communicate(timeout=PATIENCE)
    assert any(caught(tmp_path, f"killed{number}", 2) for number in range(ATTEMPTS))
    killed = max(path for path in tmp_path.glob("killed*"))
    _, said = started(tmp_path, killed.name, 3).communicate(timeout=PATIENCE)
    assert "reports were finished before" in said
    assert contents(killed) == contents(tmp_path / "plain")
    assert len(contents(killed)) > 35
