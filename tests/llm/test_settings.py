"""Where the settings of an endpoint come from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from baogao.errors import UsageError
from baogao.llm.settings import OPENAI_URL, load_settings
from baogao.resources import cache_dir, models_dir


def toml(text: str) -> None:
    """Write the configuration file of the working directory."""
    Path("baogao.toml").write_text(text, encoding="utf-8")


def test_nothing_is_configured() -> None:
    """Without flags, environment and file there is no endpoint."""
    settings = load_settings()
    assert not settings.configured
    assert settings.url == OPENAI_URL
    assert settings.secret == "no-key"


def test_flag_before_environment_before_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source yields to the one before it."""
    toml('[endpoint]\nbase_url = "http://file/v1/"\nmodel = "file"\ntimeout = 5\nconcurrency = 3\n')
    assert load_settings().url == "http://file/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://environment/v1")
    monkeypatch.setenv("BAOGAO_MODEL", "environment")
    monkeypatch.setenv("BAOGAO_CONCURRENCY", "7")
    settings = load_settings(model="flag", timeout=None)
    assert (settings.url, settings.model) == ("http://environment/v1", "flag")
    assert (settings.timeout, settings.concurrency) == (5, 7)


def test_empty_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is as good as none."""
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    assert not load_settings().configured


@pytest.mark.parametrize("flags", [{"base_url": "http://a/v1"}, {"model": "a"}])
def test_either_name_configures(flags: dict[str, Any]) -> None:
    """A URL or a model's name is enough."""
    assert load_settings(**flags).configured


def test_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is at hand for the client, and in no print."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings = load_settings()
    assert settings.secret == "sk-secret"
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.redact("key sk-secret refused") == "key *** refused"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8080/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://a/", False),
    ],
)
def test_on_this_machine(url: str, here: bool) -> None:
    """Loopback in each of its spellings."""
    assert load_settings(base_url=url).on_this_machine is here


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[endpoint", "baogao.toml: Expected"),
        ("endpoint = 1", "endpoint must be a table"),
        ('[endpoint]\ntimeout = "soon"', "timeout: Input should be a valid number"),
        ("[endpoint]\nmax_attempts = 0", "max_attempts: Input should be greater"),
        ("[endpoint]\nmodle = 'x'", "[endpoint]: there is no 'modle'; 'model' is meant, perhaps"),
        ("[endpoint]\nwhatever = 'x'", "[endpoint]: there is no 'whatever'; there are: base_url, api_key, model, "),
        ("[endpont]\nmodel = 'x'", "baogao.toml: there is no section [endpont]; 'endpoint' is meant, perhaps"),
        ("[[model]]\nmodel = 'x'", "baogao.toml: there is no section [model]; 'models' is meant, perhaps"),
        ("[other]\na = 1", "baogao.toml: there is no section [other]; there are: endpoint, models"),
        ("timeout = 5", "baogao.toml: there is no key 'timeout' above the sections; there are: endpoint, models"),
    ],
)
def test_settings_that_do_not_hold(text: str, words: str) -> None:
    """Each way to misconfigure is named."""
    toml(text)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert words in str(caught.value)


def test_places_that_were_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Our own variables name the folders themselves; a tilde is the user's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BAOGAO_CACHE_DIR", "~/fast")
    monkeypatch.setenv("BAOGAO_MODELS_DIR", "/large/models")
    assert cache_dir() == tmp_path / "fast"
    assert models_dir() == Path("/large/models")


@pytest.mark.parametrize(
    ("platform", "variables", "cache", "models"),
    [
        ("linux", {}, "home/.cache/baogao", "home/.local/share/baogao/models"),
        ("linux", {"XDG_CACHE_HOME": "c", "XDG_DATA_HOME": "d"}, "c/baogao", "d/baogao/models"),
        ("darwin", {}, "home/Library/Caches/baogao", "home/Library/Application Support/baogao/models"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/baogao", "local/baogao/models"),
        ("win32", {}, "home/baogao", "home/baogao/models"),
    ],
)
def test_places_of_each_system(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], cache: str, models: str
) -> None:
    """Where nothing was chosen, what is kept goes where the system keeps such things; an empty variable is none."""
    monkeypatch.setenv("HOME", "home")
    monkeypatch.setenv("BAOGAO_CACHE_DIR", "")
    monkeypatch.setenv("BAOGAO_MODELS_DIR", "")
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert (cache_dir(), models_dir()) == (Path(cache), Path(models))


def test_what_any_program_may_call_so_is_no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """BASE_URL and API_KEY in the environment are other programs': reports go only where OPENAI_BASE_URL says."""
    for name in ("BASE_URL", "API_KEY", "base_url", "MODEL"):
        monkeypatch.setenv(name, "http://elsewhere/v1")
    settings = load_settings()
    assert (settings.base_url, settings.api_key, settings.model) == (None, None, None)
