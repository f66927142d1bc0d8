"""What holds for every test: nobody outside this machine is spoken to; and the two schemas that most tests ask."""

from __future__ import annotations

import gc
import os
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from baogao.hybrid.calibration import Asked, Calibrations
from baogao.llm import prompts
from baogao.schema import Schema, load_schema
from readiness import calibration_for
from short_reports import COMMUNIQUE

# How long an example takes says more of what else the machine does than of the code.
# Continuous integration judges every change by the same examples; `make fuzz` and `make properties` look for new ones.
settings.register_profile("default", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("fuzz", deadline=None, max_examples=2000)
settings.load_profile("default")

_MANY = 70
"""Tests of a file."""
_LOOPBACK = ("127.", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of tests that may go out; messages are English, whatever language the machine speaks."""
    os.environ["BAOGAO_LANG"] = "en"
    config.addinivalue_line("markers", "network: the test may speak to other machines")


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the collector of garbage need not walk through them again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of few tests come first: theirs are the long ones, and at the end one worker would be left with them."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (tests[item.path] >= _MANY, -tests[item.path]))


@pytest.fixture(autouse=True, scope="session")
def _templates_are_compiled_once() -> Iterator[None]:
    """Every command that asks a model loads all templates; one that has not changed is kept."""
    kept: dict[tuple[str, int, int], prompts.Prompt] = {}
    load = prompts.load_prompt

    def load_prompt(path: Path) -> prompts.Prompt:
        found = path.stat() if path.is_file() else None
        if found is None:
            return load(path)
        key = (str(path), found.st_mtime_ns, found.st_size)
        if key not in kept:
            kept[key] = load(path)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prompts, "load_prompt", load_prompt)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_wait_for_the_disk() -> Iterator[None]:
    """A run has its results forced to the disk, with all else that the machine has yet to write; no test outlives it.

    What is killed, or finds the disk full, leaves the same.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("sync", "fsync"):
            patch.setattr(os, name, lambda *_: None, raising=False)
        yield


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("network"):
        return

    def guarded(name: str) -> Any:
        real = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOOPBACK):
                pytest.fail(f"the test tried to speak to {address}; mark it `network` if it must", pytrace=False)
            return real(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(name))


@pytest.fixture(scope="session")
def communique() -> Schema:
    """Five figures and a list."""
    return load_schema(COMMUNIQUE)


@pytest.fixture(scope="session")
def flagship() -> Schema:
    """The schema that comes along; it has additive fields, rates and relations."""
    return load_schema()


@pytest.fixture
def learned(tmp_path) -> str:
    """A file of two calibrations: of a small model by form, and by choice, where rules settle what they answer."""
    by_form, by_choice = (Asked(way=way, model="small") for way in ("form", "choice"))
    file = Calibrations(
        schema_name="communique",
        calibrations=[calibration_for(by_form), calibration_for(by_choice, sure=0.7, agreement=0.9)],
    )
    (tmp_path / "mine.json").write_text(file.to_json(), encoding="utf-8")
    return str(tmp_path / "mine.json")
