"""The real command line over three reports and a model server that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from baogao.llm.abilities import memory_file
from cli.conftest import GOOD, Outcome, _own_world, baogao, extract  # noqa: F401
from llm.fake_server import FakeServer

COUNTIES = ("甲山县", "乙水县", "丙林县")
_CAN = {"json_schema": True, "json_object": False, "tools": False, "logprobs": False}


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A folder with three reports, each of another county."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for number, county in enumerate(COUNTIES):
        (folder / f"r{number}.txt").write_text(GOOD.replace("南屏县", county), encoding="utf-8")
    return folder


@pytest.fixture
def ask_about(extract: Callable[..., Outcome], three: Path) -> Callable[..., Outcome]:  # noqa: F811
    """Extract the three reports with the model of a server, whose abilities are known."""

    def call(server: FakeServer, *more: object) -> Outcome:
        memory_file().parent.mkdir(parents=True, exist_ok=True)
        known = {f"{server.url} small": {**_CAN, "context_length": None}}
        memory_file().write_text(json.dumps(known), encoding="utf-8")
        return extract(three, "--extractor", "llm", "--base-url", server.url, "--model", "small", *more)

    return call
