"""The real command line in a world of its own, for tests of what an attacker would try."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import COMMUNIQUE, GOOD, Outcome, _own_world, baogao, extract, reports  # noqa: F401

CANARY = "sk-canary-5f3a91c07e44b2d8"
"""A key that must turn up nowhere but in the header of a request."""


@pytest.fixture
def every_byte(tmp_path: Path) -> Callable[[], bytes]:
    """A function that gives the bytes of every file of this test's world, names included."""

    def read() -> bytes:
        files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
        return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)

    return read
