"""What goes into every request beside the question."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baogao.errors import UsageError
from baogao.llm.beside import SECRET_NAME, Beside
from baogao.llm.cache import ReplyCache
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question
from baogao.llm.settings import EndpointSettings, load_settings
from llm.fake_server import FakeServer, completion, fake_server

QUESTION = Question((Message("user", "多少？"),), max_tokens=50)
SECRET = "sk-beside-0123456789"


def ask(server: FakeServer, cache: Path | None = None, **told: Any) -> None:
    """Ask a server one question."""

    async def run() -> None:
        kept = ReplyCache(cache) if cache else None
        settings = EndpointSettings(base_url=server.url, model="small", **told)
        async with ModelClient(settings, cache=kept) as client:
            await client.ask(QUESTION)

    asyncio.run(run())


def test_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Body, headers and query are in the request; a variable of the environment stands for its value."""
    monkeypatch.setenv("AZURE_KEY", SECRET)
    with fake_server([completion("12件")]) as server:
        ask(
            server,
            extra_body={"enable_thinking": False, "options": {"num_ctx": 8192}},
            extra_headers={"api-key": "$AZURE_KEY", "X-Title": "baogao"},
            query={"api-version": "2024-10-21"},
        )
    (seen,) = server.seen
    assert (seen.body["enable_thinking"], seen.body["options"]) == (False, {"num_ctx": 8192})
    assert (seen.headers["api-key"], seen.headers["x-title"]) == (SECRET, "baogao")
    assert seen.path.endswith("/chat/completions?api-version=2024-10-21")


def test_no_key_beside_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a header says who asks, and no key is given, no stand-in for one is sent."""
    monkeypatch.setenv("AZURE_KEY", SECRET)
    with fake_server([completion("12件")] * 3) as server:
        ask(server, extra_headers={"api-key": "$AZURE_KEY"})
        ask(server, extra_headers={"api-key": "$AZURE_KEY"}, api_key="sk-of-the-user")
        ask(server)
    sent = [seen.headers.get("authorization") for seen in server.seen]
    assert sent == [None, "Bearer sk-of-the-user", "Bearer no-key"]


@pytest.mark.parametrize("key", [None, "sk-of-the-user"])
@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_the_user_s_own_word_on_who_asks(name: str, key: str | None) -> None:
    """It is sent in place of a key, once, in whatever case its name is written."""
    with fake_server([completion("12件")]) as server:
        ask(server, extra_headers={name: f"Bearer {SECRET}", "api-key": "sk-another-0123456789"}, api_key=key)
    (seen,) = server.seen
    assert seen.headers["authorization"] == f"Bearer {SECRET}"
    assert seen.headers["api-key"] == "sk-another-0123456789"


def test_other_parts_are_another_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache tells requests apart by what goes beside the question, and knows no secret."""
    monkeypatch.setenv("AZURE_KEY", SECRET)
    kept = tmp_path / "replies"
    with fake_server([completion("12件")] * 4) as server:
        ask(server, kept)
        ask(server, kept, extra_body={"top_k": 1})
        ask(server, kept, extra_body={"top_k": 1})
        ask(server, kept, extra_headers={"api-key": "$AZURE_KEY"})
        monkeypatch.setenv("AZURE_KEY", "sk-another-0123456789")
        ask(server, kept, extra_headers={"api-key": "$AZURE_KEY"})
    assert len(server.seen) == 3


def test_what_is_shown_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands under a telling name is struck out, a variable's name is shown, all else stays."""
    monkeypatch.setenv("AZURE_KEY", SECRET)
    beside = Beside(
        {"top_k": 1, "provider": {"api_key": SECRET, "order": ["a"]}},
        {"api-key": "$AZURE_KEY", "Authorization": f"Bearer {SECRET}", "X-Title": "baogao"},
        {"api-version": "1"},
    )
    shown = beside.shown()
    assert SECRET not in json.dumps(shown)
    assert shown == {
        "extra_body": {"top_k": 1, "provider": {"api_key": "***", "order": ["a"]}},
        "extra_headers": {"api-key": "$AZURE_KEY", "Authorization": "***", "X-Title": "baogao"},
        "query": {"api-version": "1"},
    }
    assert set(beside.secrets()) == {SECRET, f"Bearer {SECRET}"}
    assert Beside().shown() == {}


SECRET_NAMES = """api_key apiKey api-key Ocp-Apim-Subscription-Key X-Goog-Api-Key OPENAI_API_KEY Authorization auth
    oauth Proxy-Authorization authorisation authorizations X-Amz-Signature signature sig client_secret secrets
    password passwd db_pass passphrase PGPASSWORD pwd user_pwd credentials credential Cookie cookies session_id
    X-Session access_token accessToken hf_token token tokens refresh_tokens auth_tokens token_value code bearer jwt
    SSH_AUTH_SOCK GITHUB_PAT"""
OTHER_NAMES = """max_tokens maxOutputTokens max_completion_tokens thinking_tokens budget_tokens min_tokens tokenizer
    tokenize skip_special_tokens stop_token_ids allowed_token_ids thinking_token_budget token_limit stop_tokens
    eos_token pad_token return_tokens_as_token_ids top_k top_p author X-Author authors keyword keywords bypass passes
    passages pass_through encoding code_interpreter design monkey path patch X-Title model seed n_keep"""


def test_names_that_speak_of_a_secret() -> None:
    """A part of a name is enough, however it is written; what only sounds like one is not struck out."""
    assert [name for name in SECRET_NAMES.split() if not SECRET_NAME.search(name)] == []
    assert [name for name in OTHER_NAMES.split() if SECRET_NAME.search(name)] == []


@pytest.mark.parametrize(
    "body",
    [
        {"auth": {"value": SECRET}},
        {"auth": {"by": [{"value": SECRET}]}},
        {"passwd": SECRET},
        {"credentials": [SECRET, [SECRET]]},
        {"password": 1234567890},
        {"provider": {"session": {"number": 12345.67890}}},
    ],
)
def test_a_secret_however_deep(body: dict[str, Any]) -> None:
    """What stands anywhere below a telling name is shown nowhere, be it a text or a number."""
    beside = Beside(body)
    assert not re.search(r"sk-|1234", json.dumps(beside.shown()))
    assert {SECRET, "1234567890", "12345.6789"} >= set(beside.secrets()) > set()


def test_a_secret_in_the_query() -> None:
    """Services have a key there under names of their own."""
    beside = Beside(query={"code": SECRET, "sig": SECRET, "api-version": "1"})
    assert beside.shown() == {"query": {"code": "***", "sig": "***", "api-version": "1"}}


def test_what_is_no_secret_tells_requests_apart() -> None:
    """A number or a word under a name that only sounds like one stays, and is in the cache key."""
    for body in (
        {"tokenizer": "a"},
        {"max_tokens": 8},
        {"tokens_to_keep": 5},
        {"auth": True},
        {"top_k": 1, "key": None},
    ):
        assert Beside(body).shown() == {"extra_body": body}
        assert list(Beside(body).secrets()) == []


def test_variables_within_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are filled in as a request is sent, and shown as they are written; the sign itself is doubled."""
    monkeypatch.setenv("TOKEN_X", SECRET)
    body = {"provider": {"keys": ["$TOKEN_X"], "note": "a ${TOKEN_X}!", "price": "5$$TOKEN_X", "pattern": "^[0-9]+$"}}
    told = {
        "extra_body": body,
        "extra_headers": {"Authorization": "Bearer $TOKEN_X", "X-Note": "$$5 ${TOKEN_X}"},
        "query": {"signature": "v1${TOKEN_X}"},
    }
    with fake_server([completion("12件")]) as server:
        ask(server, **told)
    (seen,) = server.seen
    sent = {"keys": [SECRET], "note": f"a {SECRET}!", "price": "5$TOKEN_X", "pattern": "^[0-9]+$"}
    assert seen.body["provider"] == sent
    assert (seen.headers["authorization"], seen.headers["x-note"]) == (f"Bearer {SECRET}", f"$5 {SECRET}")
    assert seen.path.endswith(f"?signature=v1{SECRET}")
    beside = EndpointSettings(**told).beside
    assert beside.shown() == told
    assert set(beside.secrets()) == {SECRET, f"Bearer {SECRET}", f"v1{SECRET}"}


def test_a_key_beside_a_variable_is_struck_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a short word, such as Bearer, is shown beside a variable under a telling name."""
    monkeypatch.setenv("TOKEN_X", "tail-of-the-key")
    assert Beside(headers={"api-key": SECRET + "$TOKEN_X"}).shown() == {"extra_headers": {"api-key": "***"}}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"extra_body": {"model": "x"}}, "model is not to be set there"),
        ({"extra_body": {"stream": True}}, "stream is not to be set there"),
        ({"extra_body": {"auth": [date(2024, 1, 1), SECRET]}}, "can be none of JSON"),
        ({"extra_body": {"auth": SECRET, "top_p": float("inf")}}, "can be none of JSON"),
        ({"extra_headers": {"api key": SECRET}}, "can be none of a header"),
        ({"extra_headers": {"api-key": SECRET + "\n"}}, "the value of api-key can be none"),
        ({"extra_headers": {"api-key": "密钥" + SECRET}}, "the value of api-key can be none"),
        ({"extra_headers": {"api-key": "$NOT_THERE"}}, "no variable of the name that api-key gives"),
        ({"extra_headers": {"api-key": SECRET + "$NOT_THERE"}}, "no variable of the name that api-key gives"),
        ({"extra_body": {"auth": {"by": "${NOT_THERE}"}}}, "no variable of the name that by gives"),
        ({"query": {"api-version": "$NOT_THERE"}}, "no variable of the name that api-version gives"),
    ],
)
def test_what_cannot_be_sent_is_said_before(told: dict[str, Any], words: str) -> None:
    """One line, before any request, with no value in it."""
    with pytest.raises(UsageError, match=words) as caught:
        ModelClient(load_settings(base_url="http://127.0.0.1:9/v1", model="small", **told))
    assert SECRET not in str(caught.value)
