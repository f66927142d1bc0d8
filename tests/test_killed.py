"""The real command line, killed at random moments: nothing is lost, nothing that was paid for is asked again."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[1] / "eval" / "bench" / "kill_test.py"


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
