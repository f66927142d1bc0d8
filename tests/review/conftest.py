"""Runs to review: a plain, a hostile, a disputed and a failed report; one with a field of every kind."""

import pytest

from outputs.conftest import (  # noqa: F401 - they are fixtures
    disputed,
    failed,
    hostile,
    plain,
    queued,
    schema,
    texts,
    water,
    water_schema,
)
from review.window import Window, write_run


@pytest.fixture
def run(plain, hostile, disputed, failed, texts, tmp_path):  # noqa: F811
    """The folder of a run with four reports."""
    return write_run(tmp_path / "run", [plain, hostile, disputed, failed], texts)


@pytest.fixture(scope="module")
def still(plain, failed, texts, tmp_path_factory):  # noqa: F811
    """The page of a run on which nothing is ever saved, open."""
    return Window(write_run(tmp_path_factory.mktemp("still") / "run", [plain, failed], texts))


@pytest.fixture
def water_run(water, texts, tmp_path):  # noqa: F811
    """The folder of a run with a field of every kind."""
    return write_run(tmp_path / "water", [water], texts)


@pytest.fixture
def window(run):
    """The page of the run, open."""
    return Window(run)


@pytest.fixture
def water_window(water_run, water_schema):  # noqa: F811
    """The page of the run with every kind of field, open."""
    return Window(water_run, schema=water_schema)
