"""``--engine ray`` where it cannot work: one line, and nothing is started."""

from __future__ import annotations

import importlib.util

import pytest

from cli.conftest import _own_world, baogao, extract, reports  # noqa: F401


@pytest.fixture
def without_ray(monkeypatch):
    """An environment that Ray was not installed into."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "ray" else find(name, *more))


@pytest.fixture
def with_ray(monkeypatch):
    """An environment that Ray was installed into, as far as anybody looks."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: find("json" if name == "ray" else name, *more))


@pytest.mark.usefixtures("without_ray")
def test_missing(extract, reports, tmp_path):  # noqa: F811
    """Without the extra, the message says how to get it."""
    said = extract(reports, "--engine", "ray", "--extractor", "rules")
    assert said.code == 2
    assert "pip install 'baogao[ray]'" in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("with_ray")
def test_a_model_of_one_machine(extract, reports):  # noqa: F811
    """Workers cannot share a model that is started by the command."""
    said = extract(reports, "--engine", "ray", "--embedded")
    assert said.code == 2
    assert "--base-url" in said.err


def test_workers_without_ray(extract, reports):  # noqa: F811
    """A number of workers that nobody heeds is not taken in silence."""
    said = extract(reports, "--workers", 2, "--extractor", "rules")
    assert said.code == 2
    assert "--engine ray" in said.err
