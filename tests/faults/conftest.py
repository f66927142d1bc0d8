"""The real command line over three reports and a model server that misbehaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from baogao.llm import Abilities, EndpointSettings, Profile
from baogao.llm.profiles import remember
from cli.conftest import GOOD, Outcome, _own_world, baogao, extract  # noqa: F401
from llm.fake_server import FakeServer

COUNTIES = ("甲山县", "乙水县", "丙林县")


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
        remember(EndpointSettings(base_url=server.url), "small", Profile(Abilities(json_schema=True)))
        return extract(three, "--extractor", "llm", "--base-url", server.url, "--model", "small", *more)

    return call
