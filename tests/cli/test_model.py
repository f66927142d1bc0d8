"""``baogao model`` and ``baogao cache`` on the command line."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from baogao.llm.embedded import MODELS
from cli.model_of_tests import good_model
from llm.fake_server import fake_server


def test_model_and_cache_commands(baogao):
    """A server is probed, and the cache says what it holds and is emptied."""
    with fake_server(good_model) as server:
        outcome = baogao("model", "probe", "--base-url", server.url)
    assert outcome.code == 0
    assert "model: small\njson_schema: True\n" in outcome.out
    assert "0 replies" in baogao("cache", "stats").out
    assert "bytes removed" in baogao("cache", "clear").out


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """A folder of models with a whole one (as small as its description says), a part of another, and somebody's own."""
    folder = tmp_path / "models"
    folder.mkdir()
    small = replace(MODELS["qwen2.5-coder-1.5b"], size=8, sha256=hashlib.sha256(b"GGUF whole"[:8]).hexdigest())
    monkeypatch.setitem(MODELS, small.name, small)
    (folder / "qwen2.5-coder-1.5b.gguf").write_bytes(b"GGUF whole"[:8])
    (folder / "qwen2.5-coder-0.5b.gguf.part").write_bytes(b"GGUF")
    (folder / "mine.gguf").write_bytes(b"GGUF mine")
    (folder / "notes.txt").write_text("none of baogao's", encoding="utf-8")
    return folder


def test_models_are_listed(baogao, models):
    """Name, file, size, state, which is the default, adapters for it; and what else can be fetched."""
    found = json.loads(baogao("model", "list", "--json").out)
    assert found["folder"] == str(models)
    assert [(one["name"], one["bytes"], one["state"], one["default"]) for one in found["models"]] == [
        ("mine", 9, "own", False),
        ("qwen2.5-coder-0.5b", 4, "partial", False),
        ("qwen2.5-coder-1.5b", 8, "whole", True),
    ]
    assert found["can_be_fetched"] == ["qwen2.5-coder-0.5b"]
    adapters = [Path(one).name for one in found["models"][2]["adapters"]]
    assert adapters == ["law_based_government.adapter.gguf", "law_based_government.blank.adapter.gguf"]
    outcome = baogao("model", "list")
    assert re.search(r"qwen2.5-coder-1.5b.gguf +0 MB +whole +default", outcome.out)
    assert "baogao model pull qwen2.5-coder-0.5b" in outcome.err


def test_no_folder_is_no_model(baogao):
    """Before the first one is fetched there is nothing to list."""
    assert json.loads(baogao("model", "list", "--json").out)["models"] == []


@pytest.mark.parametrize(
    ("name", "gone"), [("mine", "mine.gguf"), ("qwen2.5-coder-0.5b", "qwen2.5-coder-0.5b.gguf.part")]
)
def test_a_model_is_removed(baogao, models, name, gone):
    """Its file, or what was fetched of it, and nothing else."""
    before = {path.name for path in models.iterdir()}
    outcome = baogao("model", "rm", name, "--yes", "--json")
    assert json.loads(outcome.out)["files"] == [str(models / gone)]
    assert before - {path.name for path in models.iterdir()} == {gone}


@pytest.mark.parametrize(("answer", "stays", "code"), [("n\n", True, 2), ("y\n", False, 0), ("", True, 1)])
def test_it_asks_first(baogao, models, monkeypatch, answer, stays, code):
    """On standard error, so that JSON stays whole; without an answer nothing is removed."""
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    outcome = baogao("model", "rm", "mine", "--json")
    assert outcome.code == code
    assert (models / "mine.gguf").exists() == stays
    assert f"Remove {models / 'mine.gguf'}?" in outcome.err


@pytest.mark.parametrize("name", ["nothing", "notes", "../secret", "notes.txt", "", "mine.gguf"])
def test_an_unknown_name_removes_nothing(baogao, models, name):
    """No path leads anywhere, and the names that there are are told."""
    (models.parent / "secret.gguf").write_bytes(b"GGUF")
    outcome = baogao("model", "rm", name, "--yes")
    assert outcome.code == 2
    assert f"there is no model {name!r} in {models}; there are: mine, qwen2.5-coder-0.5b" in outcome.err
    assert (models.parent / "secret.gguf").exists()
    assert len(list(models.iterdir())) == 4


def test_of_a_link_only_the_link_goes(baogao, models, tmp_path):
    """What it leads to is outside of the folder of models, and stays."""
    elsewhere = tmp_path / "elsewhere.gguf"
    elsewhere.write_bytes(b"GGUF")
    (models / "linked.gguf").symlink_to(elsewhere)
    assert baogao("model", "rm", "linked", "--yes").code == 0
    assert elsewhere.exists()
    assert not (models / "linked.gguf").is_symlink()


def test_a_file_that_was_carried_is_accepted(baogao, models):
    """``model pull`` checks it and fetches nothing: there is no server to ask."""
    outcome = baogao("model", "pull", "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["file"] == str(models / "qwen2.5-coder-1.5b.gguf")
