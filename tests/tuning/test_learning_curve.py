"""``eval/learning_curve.py``: a point for each size, made once, and a picture of all."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
SCRIPT = Path(__file__).parents[2] / "eval" / "learning_curve.py"


def test_a_point_is_made_once(world, tiny, tmp_path, monkeypatch):
    """It says what was learned from and how right that is, alone and with rules; a second run only draws."""
    out = tmp_path / "curve"
    told = [world.gold, "--schema", world.schema_file, "--base", tiny, "--sizes", 2, "--epochs", 1, "--out", out]
    monkeypatch.setattr(sys, "argv", ["learning_curve.py", *map(str, told)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    (point,) = [json.loads(line) for line in out.with_suffix(".json").read_text("utf-8").splitlines()]
    assert (point["reports"], point["held_out"], point["recipe"]["epochs"]) == (2, 1, 1)
    assert set(point["f1"]) == {"rules", "llm", "hybrid"}
    assert point["f1"]["rules"] > 0.5
    assert "reports learned from" in out.with_suffix(".svg").read_text("utf-8")
    monkeypatch.setattr("baogao.tuning.tune.tune", lambda *told: pytest.fail("the point is there already"))
    runpy.run_path(str(SCRIPT), run_name="__main__")
