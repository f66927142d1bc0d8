"""A key written wrongly, in every way that people were seen to: mended, or one line, and no eight characters of it."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import baogao
from baogao.errors import UsageError
from baogao.llm import load_settings
from baogao.llm.keys import looks_like_key, read_key
from baogao.model_options import ModelOptions
from cli.model_of_tests import good_model
from llm.fake_server import fake_server

KEY = "sk-5Qz8vKw2-Xr7TnB4mJd9LhC1y"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

MENDED = {
    "CRLF": f"{KEY}\r\n",
    "BOM": f"\ufeff{KEY}\n",
    "quotes": f'"{KEY}"',
    "quotes of a word processor": f"“{KEY}”\r\n",
    "single quotes": f" '{KEY}' ",
    "Bearer": f"Bearer {KEY}",
    "all of it": f'\ufeff"bearer  {KEY}\u200b"\r\n',
}
REFUSED = {
    "a line of settings": (f"OPENAI_API_KEY={KEY}", "line of settings"),
    "export": (f"export OPENAI_API_KEY='{KEY}'\r\n", "line of settings"),
    "PowerShell": (f'$env:OPENAI_API_KEY="{KEY}"', "line of settings"),
    "a key and its name": (f"api_key: {KEY}", "line of settings"),
    "a flag": (f"--api-key {KEY}", "line of settings"),
    "several lines": (f"# my key\n{KEY}\n", "several lines"),
    "a key twice": (f"{KEY}\r{KEY}", "several lines"),
    "a blank inside": (f"{KEY[:9]} {KEY[9:]}", "a blank"),
    "a tab inside": (f"{KEY[:9]}\t{KEY[9:]}", "a blank"),
    "a control character": (f"{KEY[:9]}\x1b[31m{KEY[9:]}", "a blank or a control character"),
    "nothing but its first half": (f"{KEY[:9]}\x7f", "a control character"),
    "full-width characters": (KEY.translate(_WIDE), "full-width"),
    "one full-width character": (f"{KEY}，", "full-width"),
    "a character without width inside": (f"{KEY[:9]}\u200b{KEY[9:]}", "outside ASCII"),
    "a URL": (f"https://api.example/v1?key={KEY}", "a URL"),
    "a header": (f"Authorization: Bearer {KEY}", "header"),
    "another header": (f"x-goog-api: {KEY}", "header"),
    "JSON": (json.dumps({"key": KEY}), "JSON"),
    "a list": (json.dumps([KEY]), "JSON"),
    "a variable": (f"${{{KEY}}}", "stands for a key"),
    "a key that was masked": (f"{KEY[:12]}***{KEY[-8:]}", "shows a part of one"),
    "a quotation mark": (f"{KEY}'", "quotation mark"),
    "a comma": (f'"{KEY}",', "quotation mark"),
    "a comma alone": (f"{KEY},", "comma"),
    "far too long": (KEY * 400, "longer than"),
}


def pieces() -> set[str]:
    """Every eight characters of the key, as they are and full-width."""
    plain = {KEY[at : at + 8] for at in range(len(KEY) - 7)}
    return plain | {piece.translate(_WIDE) for piece in plain}


def assert_unseen(text: str) -> None:
    """Fail where eight characters of the key are, also in base64 or by their numbers."""
    spelt = [text, text.replace("\u200b", ""), text.encode().decode("unicode_escape", errors="replace")]
    assert not [piece for piece in pieces() for one in spelt if piece in one]
    assert base64.b64encode(KEY.encode()).decode()[:12] not in text


@pytest.fixture
def said(baogao, every_byte, caplog, tmp_path):
    """Run a command with every logger at its most talkative; its exit code and all that it left but for settings."""
    caplog.set_level(logging.DEBUG)

    def run(*arguments: object) -> tuple[int, str]:
        outcome = baogao(*arguments)
        (tmp_path / "baogao.toml").unlink(missing_ok=True)
        left = every_byte().decode(errors="replace")
        return outcome.code, f"{outcome.out}{outcome.err}{caplog.text}{left}"

    return run


@pytest.mark.parametrize("way", MENDED)
def test_what_is_plainly_meant_is_mended(said, monkeypatch, way):
    """The server gets the key alone, and nobody else sees any of it."""
    monkeypatch.setenv("OPENAI_API_KEY", MENDED[way])
    with fake_server(good_model) as server:
        code, text = said("model", "probe", "--base-url", server.url, "--model", "small")
    assert code == 0, text
    assert {seen.headers["authorization"] for seen in server.seen} == {f"Bearer {KEY}"}
    assert_unseen(text)


@pytest.mark.parametrize("way", REFUSED)
@pytest.mark.parametrize("place", ["environment", "baogao.toml"])
def test_what_is_no_key_is_one_line(said, monkeypatch, tmp_path, way, place):
    """It says what is wrong, nothing is sent, and not even a part of it is shown, wherever it was written."""
    key, words = REFUSED[way]
    with fake_server(good_model) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        if place == "baogao.toml":
            (tmp_path / "baogao.toml").write_text(f"[endpoint]\napi_key = {json.dumps(key)}\n", encoding="utf-8")
        else:
            monkeypatch.setenv("OPENAI_API_KEY", key)
        code, text = said("model", "probe", "--model", "small")
    assert code == 2, text
    assert text.count("error:") == 1
    assert words in text
    assert "the key in OPENAI_API_KEY" in text
    assert not server.seen
    assert_unseen(text)


@pytest.mark.parametrize("way", REFUSED)
def test_the_key_of_one_of_several_models(monkeypatch, way):
    """The variable that is named is the one that ``api_key_env`` gives."""
    Path("baogao.toml").write_text('[[models]]\nmodel = "b"\napi_key_env = "OTHER_KEY"\n', encoding="utf-8")
    monkeypatch.setenv("OTHER_KEY", REFUSED[way][0])
    with pytest.raises(UsageError, match="the key in OTHER_KEY is one word") as caught:
        ModelOptions().wanted()
    assert REFUSED[way][1] in str(caught.value)
    assert_unseen("".join(traceback.format_exception(caught.value)))


TABLES = {
    "no quotes": f"[endpoint]\napi_key = {KEY}\n",
    "a number": "[endpoint]\napi_key = 5829173640182736\n",
    "a list": f'[endpoint]\napi_key = ["{KEY}"]\n',
    "a table": f'[endpoint.api_key]\nvalue = "{KEY}"\n',
    "the name of a setting": f'[endpoint]\n"{KEY}" = 1\n',
    "the name of a table": f"[{KEY}]\n[endpoint]\ntimeout = 'soon'\n",
    "the model": f'[endpoint]\nmodel = "{KEY}"\n',
    "the URL": f'[endpoint]\nbase_url = "{KEY}"\n',
    "the URL's user": f'[endpoint]\nbase_url = "http://{KEY}@localhost/v1"\n',
    "the URL's path": f'[endpoint]\nbase_url = "localhost:80/{KEY}/v1"\napi_key = "{KEY}"\n',
    "the file of authorities": f'[endpoint]\nca_file = "{KEY}"\n',
    "the word of a cache": f'[endpoint]\nshared_cache = "{KEY}"\n',
    "a query under another name": f'[endpoint.query]\nversion = "{KEY}"\n',
    "the name of a header": f'[endpoint.extra_headers]\n{KEY} = "x"\n',
    "a header that can be none": f'[endpoint.extra_headers]\nAuthorization = "Bearer {KEY}\\n"\n',
    "a part of the body": f'[endpoint.extra_body.more]\nuser = ["{KEY}"]\n',
    "the profile": f'[endpoint.profile]\ncap = "{KEY}"\n',
    "a time": f'[endpoint]\ntimeout = "{KEY}"\n',
    "the key of one of several": f'[[models]]\nmodel = "b"\napi_key = "{KEY}"\n',
    "the variable of one of several": f'[[models]]\nmodel = "b"\napi_key_env = "{KEY}"\n',
    "the name of one of several": f'[[models]]\nmodel = "{KEY}"\n',
    "the URL of one of several": f'[[models]]\nmodel = "b"\nbase_url = "https://{KEY}/v1"\n',
    "a setting of one of several": f'[[models]]\nmodel = "b"\n"{KEY}" = 1\n',
    "bytes of another encoding": f'[endpoint]\napi_key = "{KEY}é"\n',
}


@pytest.mark.parametrize("way", TABLES)
def test_a_key_at_the_wrong_place_of_the_settings(said, tmp_path, way):
    """``baogao.toml`` with a key where none belongs, or in no shape of one: one line without it."""
    encoding = "latin-1" if way.startswith("bytes") else "utf-8"
    (tmp_path / "baogao.toml").write_text(TABLES[way], encoding=encoding)
    if "several" in way:
        with pytest.raises(UsageError) as caught:
            ModelOptions().wanted()
        text = "".join(traceback.format_exception(caught.value))
    else:
        code, text = said("model", "probe")
        assert code == 2, text
        assert text.count("error:") == 1
    assert_unseen(text)
    assert "5829173640182736" not in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", KEY, "--out", "out"),
        ("extract", "reports", "--out", KEY),
        ("extract", "reports", "--out", "out", "--api-key", KEY),
        ("extract", "reports", "--out", "out", f"--api-key={KEY}"),
        ("extract", "reports", "--out", "out", "--concurrency", KEY),
        ("model", "probe", "--model", KEY),
        ("model", "probe", "--base-url", f"Bearer {KEY}"),
        ("model", "probe", "--header", f"Authorization: Bearer {KEY}"),
        (KEY,),
        ("model", "probe", "--model", "small", "of-my-own-making-1"),
    ],
)
def test_a_key_among_the_arguments(said, monkeypatch, arguments):
    """A key of a known service, or the one of the environment, is no argument of any command."""
    if arguments[-1] == "of-my-own-making-1":
        monkeypatch.setenv("OPENAI_API_KEY", arguments[-1])
    code, text = said(*arguments)
    assert code == 2
    assert "one of the arguments is a key" in text
    assert "of-my-own-making" not in text
    assert_unseen(text)


@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "BAOGAO_MODEL", "BAOGAO_CONCURRENCY", "BAOGAO_CA_FILE"])
def test_a_key_in_another_variable(said, monkeypatch, variable):
    """Variables that were mixed up are one line that names the setting."""
    monkeypatch.setenv(variable, KEY)
    code, text = said("model", "probe")
    assert code == 2
    assert variable.lower().partition("_")[2] in text
    assert_unseen(text)


def test_the_name_of_a_file_with_a_key(said, monkeypatch, tmp_path):
    """What stands in the file is the key; its name would be sent to the server as one."""
    (tmp_path / "key.txt").write_text(KEY, encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", str(tmp_path / "key.txt"))
    assert said("model", "probe", "--model", "small")[0] == 2
    with pytest.raises(UsageError, match="the name of a file"):
        load_settings()


def test_no_cause_of_a_refusal_holds_the_key(monkeypatch):
    """Tools that print an error's causes, with all that they hold, find nothing."""
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY} {KEY}")
    with pytest.raises(UsageError) as caught:
        load_settings(timeout=KEY)
    error: BaseException | None = caught.value
    assert_unseen("".join(traceback.format_exception(caught.value)))
    while error is not None:
        assert_unseen(f"{error!r} {vars(error)} {getattr(error, 'errors', str)()}")
        error = error.__cause__ or error.__context__


def test_a_process_of_its_own():
    """The whole program, with a key of several lines: what Python itself prints does not show it either."""
    source = str(Path(baogao.__file__).parents[1])
    environment = os.environ | {"OPENAI_API_KEY": f"{KEY}\r\n{KEY}", "OPENAI_LOG": "debug", "PYTHONPATH": source}
    command = [sys.executable, "-m", "baogao", "model", "probe", "--model", "small"]
    outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert outcome.returncode == 2
    assert "it has several lines" in outcome.stderr
    assert_unseen(outcome.stdout + outcome.stderr)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_key_or_a_sentence(before, after):
    """A key is one word of ASCII; what is no key is refused in words that do not depend on it."""
    try:
        key = read_key(f"{before}{KEY}{after}")
    except ValueError as error:
        assert_unseen(str(error))
    else:
        assert key.isascii()
        assert not set(key) & set(" \t\r\n")
        assert read_key(key) == key


@pytest.mark.parametrize(
    "word",
    ["small", "Qwen/Qwen2.5-7B-Instruct", "reports/2023-11.txt", "sk-learn", "gpt-4o-mini-2024-07-18", "0.0.0.0:8000",
     "sk-report-of-the-county", "deepseek-ai/DeepSeek-V3.1-Terminus", "hf.co/unsloth/gemma-3-4b-it-GGUF:Q4_K_M", ""],
)  # fmt: skip
def test_words_that_are_no_keys(word):
    """Names of models and files are taken for no keys."""
    assert not looks_like_key(word)


@pytest.mark.parametrize(
    "key", ["lm-studio", "EMPTY", "ab12:cd34", "a/b+c==", "-starts-so-9", "bce-v3/ALTAK-x/9f", "1"]
)
def test_keys_of_odd_making(key):
    """Whatever is one word of ASCII may be a key; nobody knows all services."""
    assert read_key(key) == key


def test_no_key_at_all():
    """Nothing, or nothing but blanks and quotation marks, is no key."""
    assert [read_key(given) for given in ("", " \r\n", '""', " \ufeff'' ")] == [""] * 4


def test_a_folder_is_no_key_file():
    """A key with slashes in it is no name of a file because a folder is called so."""
    assert read_key(str(Path.cwd())) == str(Path.cwd())
