"""Tables ``[[models]]`` of ``baogao.toml``: what they say, what they inherit, and that no key is shown or lent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import UsageError
from baogao.llm import ModelEntry, load_model_table, load_settings

KEY = "sk-canary-5f3a91c07e44b2d8"
HERE = '[endpoint]\nbase_url = "http://a:1/v1"\nconcurrency = 7\nprompt_price = 2.0\n'


def toml(text: str) -> None:
    """Write the configuration file of the working directory."""
    Path("baogao.toml").write_text(text, encoding="utf-8")


def test_without_a_file_there_are_none() -> None:
    """Nor where the file has no such tables."""
    assert load_model_table() == {}
    toml(HERE)
    assert load_model_table() == {}


def test_what_is_not_said_is_inherited() -> None:
    """From the endpoint in force, flags included; what is said counts, over the environment too."""
    toml(HERE + '[[models]]\nmodel = "b"\nprompt_price = 9.5\nask = "form"\n[[models]]\nmodel = "c"\ntimeout = 5\n')
    table = load_model_table()
    assert list(table) == ["b", "c"]
    second, third = (entry.settings(load_settings(budget_tokens=100)) for entry in table.values())
    assert (second.model, second.url, second.concurrency, second.prompt_price) == ("b", "http://a:1/v1", 7, 9.5)
    assert (second.budget_tokens, third.timeout, third.prompt_price) == (100, 5, 2.0)
    assert (table["b"].ask, table["c"].ask) == ("form", None)


@pytest.mark.parametrize(
    ("place", "has_key"),
    [
        ("", True),
        ('base_url = "http://a:1/other/v1"', True),
        ('base_url = "http://A:1/v1"', True),
        ('base_url = "http://a:2/v1"', False),
        ('base_url = "https://a:1/v1"', False),
        ('base_url = "http://b:1/v1"', False),
    ],
)
def test_a_key_goes_to_its_own_server_only(monkeypatch: pytest.MonkeyPatch, place: str, has_key: bool) -> None:
    """Another server gets none, whatever the environment holds, unless its entry names one."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    toml(HERE + f'[[models]]\nmodel = "b"\n{place}\n')
    settings = load_model_table()["b"].settings(load_settings())
    assert (settings.secret == KEY) is has_key


def test_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from the variable that is named, and is in no print."""
    monkeypatch.setenv("OPENAI_API_KEY", "another-key-altogether")
    monkeypatch.setenv("THEIRS", KEY)
    toml(HERE + '[[models]]\nmodel = "b"\nbase_url = "http://b/v1"\napi_key_env = "THEIRS"\n')
    entry = load_model_table()["b"]
    settings = entry.settings(load_settings())
    assert settings.secret == KEY
    assert KEY not in f"{entry!r} {settings!r} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("models = 1", "models must be tables"),
        ("models = [1]", "models must be tables"),
        ("[models]\nmodel = 'x'", "models must be tables"),
        ("[[models]]\nask = 'form'", "number 1: model must be a word"),
        ("[[models]]\nmodel = 3", "number 1: model must be a word"),
        ("[[models]]\nmodel = 'x'\nask = 1", "ask must be a word"),
        ("[[models]]\nmodel = 'x'\nmodle = 'y'", "there is no 'modle'; 'model' is meant, perhaps"),
        ("[[models]]\nmodel = 'x'\n[[models]]\nmodel = 'x'", "number 2 has the model of an earlier one"),
        (f"[[models]]\nmodel = 'x'\napi_key = '{KEY}'", "number 1: a key does not belong in it; api_key_env"),
        ("[[models]]\nmodel = 'x'\nbudget_tokens = 5", "budget_tokens holds for all models together"),
        ("[[models]", "baogao.toml"),
    ],
)
def test_tables_that_do_not_hold(text: str, words: str) -> None:
    """Each way to get them wrong is named, and a key is not shown."""
    toml(text)
    with pytest.raises(UsageError) as caught:
        load_model_table()
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("timeout = 0", "the settings of the model endpoint do not hold: timeout"),
        ('base_url = "http://u:p@b/v1"', "does not belong in it"),
        ('api_key_env = "NOWHERE"', "no variable of the name that api_key_env gives"),
        (f'api_key_env = "{KEY}"', "no variable of the name that api_key_env gives"),
        (f'base_url = "http://b/{KEY}"\napi_key_env = "THEIRS"', "the key stands in base_url"),
    ],
)
def test_values_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, text: str, words: str) -> None:
    """They are found before anything is asked; a key, in its place or out of it, is not shown."""
    monkeypatch.setenv("THEIRS", KEY)
    toml(f'[[models]]\nmodel = "x"\n{text}')
    with pytest.raises(UsageError) as caught:
        load_model_table()["x"].settings(load_settings())
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_key_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who gives the key as the model's name is told so, without it."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(UsageError) as caught:
        ModelEntry(KEY, {"model": KEY}).settings(load_settings())
    assert KEY not in str(caught.value)


@given(st.text())
def test_any_base_url_is_taken_or_refused(url: str) -> None:
    """In one line, never by another error."""
    try:
        settings = ModelEntry("x", {"model": "x", "base_url": url}).settings(load_settings(base_url="http://a:1/v1"))
    except UsageError:
        return
    assert settings.model == "x"
