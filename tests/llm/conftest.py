"""Fixtures of the tests that ask a model; no user's settings or cache come in."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "BAOGAO_MODEL", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BAOGAO_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
