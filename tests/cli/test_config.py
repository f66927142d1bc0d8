"""``baogao config``: what is in force, where it comes from, and never a key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

KEY = "sk-" + "k1" * 24


@pytest.fixture
def settings(baogao):
    """Call the command with ``--json``; gives value and origin by name."""

    def call() -> dict[str, tuple[object, str]]:
        outcome = baogao("config", "--json")
        assert outcome.code == 0, outcome.err
        assert KEY not in outcome.out
        return {one["name"]: (one["value"], one["origin"]) for one in json.loads(outcome.out)["settings"]}

    return call


def test_where_each_value_comes_from(settings, monkeypatch, tmp_path):
    """The environment comes before the file, whose line is named, and that before what is so by default."""
    monkeypatch.setenv("BAOGAO_CONCURRENCY", "9")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    Path("baogao.toml").write_text(
        '# ours\n[endpoint]\nbase_url = "http://here/v1"\nconcurrency = 2\n\n[endpoint.extra_headers]\n'
        f'X-Team = "a"\nX-Api-Key = "{KEY}"\n\n[[models]]\nmodel = "b"\nask = "form"\nprompt_price = 1.5\n',
        encoding="utf-8",
    )
    found = settings()
    assert found["endpoint.base_url"] == ("http://here/v1", "baogao.toml, line 3")
    assert found["endpoint.concurrency"] == (9, "BAOGAO_CONCURRENCY")
    assert found["endpoint.api_key"] == ("(set)", "OPENAI_API_KEY")
    assert found["endpoint.timeout"] == (600, "default")
    headers, origin = found["endpoint.extra_headers"]
    assert headers["X-Team"] == "a"
    assert origin == "baogao.toml, line 6"
    assert found["models.b"] == ({"prompt_price": 1.5, "ask": "form"}, "baogao.toml")
    assert found["folder of the cache"] == (str(tmp_path / "cache"), "BAOGAO_CACHE_DIR")
    assert found["seconds for reading a file"] == (120, "default")


def test_a_key_is_never_shown(baogao, monkeypatch):
    """Neither one of the environment, nor one in the file, nor a login of a proxy."""
    Path("baogao.toml").write_text(f'[endpoint]\napi_key = "{KEY}"\n', encoding="utf-8")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@proxy:3128")
    for arguments in (["config"], ["config", "--json"]):
        outcome = baogao(*arguments)
        assert outcome.code == 0
        assert KEY not in outcome.out
        assert "hunter2" not in outcome.out
        assert "http://proxy:3128" in outcome.out


def test_without_a_file(baogao):
    """The table is printed, and that there is no file is said."""
    outcome = baogao("config")
    assert outcome.code == 0
    assert "endpoint.base_url" in outcome.out
    assert f"there is no {Path('baogao.toml').resolve()}" in outcome.out.replace("\n", "")


def test_a_typo_is_an_error(baogao):
    """A section that is none is said with the nearest one."""
    Path("baogao.toml").write_text('[endpoints]\nmodel = "x"\n', encoding="utf-8")
    outcome = baogao("config")
    assert outcome.code == 2
    assert "there is no section [endpoints]; 'endpoint' is meant, perhaps" in outcome.err
