"""docs/recipes.md says what works: its blocks of Python and shell are run as they stand, in their order."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "recipes.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(sys.platform == "win32", reason="the recipes are for a shell of Unix")
def test_every_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """From the top of a checkout, one after the other; what they say they leave is there."""
    (tmp_path / "eval").symlink_to(ROOT / "eval")
    program = tmp_path / "bin" / "baogao"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m baogao "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BAOGAO_MODEL"):
        monkeypatch.delenv(name, raising=False)
    environment = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
    }
    names: dict[str, object] = {}
    ran = []
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(text, str(PAGE), "exec"), names)
        elif language == "sh":
            done = subprocess.run(
                ["sh", "-e", "-c", text], env=environment, capture_output=True, encoding="utf-8", check=False
            )
            assert done.returncode == 0, done.stderr
        ran.append(language)
    assert ran.count("python") >= 3
    assert ran.count("sh") >= 2
    printed = capsys.readouterr().out
    assert "qinghe-2023 reported 287" in printed
    (summary,) = Path("out").glob("*.json")
    assert json.loads(summary.read_text(encoding="utf-8"))["reports"] == 3
    assert f"{summary.stem} 3 reports, 0 failed, 79 figures" in printed
    assert sorted(path.name for path in Path("read").iterdir()) == [
        path.name for path in sorted((ROOT / "eval" / "datasets" / "examples").glob("*.txt"))
    ]
    assert not list(Path("incoming").iterdir())
    assert "ended with exit code 0" in Path("baogao.log").read_text(encoding="utf-8")
    assert len(list(csv.reader(Path("all.csv").read_text(encoding="utf-8").splitlines()))) > 3 * 65
    assert Path("out-offline/records.jsonl").is_file()
