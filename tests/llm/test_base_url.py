"""Base URLs as people give them."""

from __future__ import annotations

import pytest

from baogao.errors import EndpointError, QuotaError, UsageError
from baogao.llm import load_settings
from baogao.llm.base_url import meant_instead, other_api
from baogao.llm.replies import read_reply

MENDED = {
    "http://a:1/v1/chat/completions": "http://a:1/v1",
    "https://a.example/v1/completions/": "https://a.example/v1",
    " https://a.example/v1/\n": "https://a.example/v1",
    "HTTPS://A.example/v1": "HTTPS://A.example/v1",
    "http://a/completions-of-mine/v1": "http://a/completions-of-mine/v1",
}


@pytest.mark.parametrize("given", MENDED)
def test_what_is_plainly_meant(given: str) -> None:
    """The whole URL of a request is as good as the base of it."""
    settings = load_settings(base_url=given)
    assert settings.url == MENDED[given]
    assert settings.asked_url == f"{MENDED[given]}/chat/completions"


FAULTS = {
    "localhost:8080/v1": "it has no scheme: http://localhost:8080/v1 perhaps",
    "localhost/v1": "it has no scheme: http://localhost/v1 perhaps",
    "127.0.0.1:8000/v1": "it has no scheme: http://127.0.0.1:8000/v1 perhaps",
    "192.168.1.7/v1": "it has no scheme: http://192.168.1.7/v1 perhaps",
    "gpu-server:8000": "it has no scheme: http://gpu-server:8000 perhaps",
    "//api.example.com/v1": "it has no scheme: https://api.example.com/v1 perhaps",
    "api.example.com/v1": "it has no scheme: https://api.example.com/v1 perhaps",
    "api.example.com": "it has no scheme: https://api.example.com perhaps",
    "htp://a/v1": "htp://a/v1 does not begin as a URL of a server does",
    "ftp://a/v1": "ftp://a/v1 does not begin as a URL of a server does",
    "http:/a/v1": "it does not begin as a URL of a server does",
    "https://": "it does not begin as a URL of a server does",
    "v1": "it does not begin as a URL of a server does",
    "http://a:port/v1": "it is no URL",
    "http://[::1/v1": "it is no URL",
}


@pytest.mark.parametrize("given", FAULTS)
def test_what_is_no_url(given: str) -> None:
    """One line before anything is sent, with what was meant where that can be told."""
    with pytest.raises(UsageError) as caught:
        load_settings(base_url=given)
    assert f"base_url: {FAULTS[given]}" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://a:1", "It mostly ends in /v1: http://a:1/v1"),
        ("http://a:1/openai", "It mostly ends in /v1: http://a:1/openai/v1"),
        ("http://a:11434/api", "Ollama answers as the OpenAI API does at http://a:11434/v1"),
        ("https://a/api/paas/v4", "is the URL right? It mostly ends in /v1"),
    ],
)
def test_what_may_be_meant_instead(url: str, words: str) -> None:
    """The line names the URL to try, where one is likely."""
    assert meant_instead(url).endswith(words)


OTHERS = [
    ('{"model": "m", "response": "5", "done": true}', "Ollama's own API"),
    ('{"type": "message", "content": [{"type": "text", "text": "5"}], "stop_reason": "end_turn"}', "Anthropic's API"),
    ('{"candidates": [{"content": {"parts": [{"text": "5"}]}}]}', "Google's own API"),
    ('{"object": "response", "output": []}', "the responses of the OpenAI API"),
    ('[{"generated_text": "5"}]', "text generation"),
    ('{"content": "5", "stop": true, "generation_settings": {}}', "llama.cpp's own API"),
]


@pytest.mark.parametrize(("body", "name"), OTHERS)
def test_an_answer_of_another_api(body: str, name: str) -> None:
    """It is named, and is no matter of one reply."""
    with pytest.raises(EndpointError, match=f"the answer is one of {name}"):
        read_reply(body, prompt_tokens=1)


@pytest.mark.parametrize("answer", [None, 5, "x", [], {}, {"choices": [{"message": {}}]}, {"choices": 5}, [[]]])
def test_what_is_of_no_known_api(answer: object) -> None:
    """Nothing is said of it here."""
    assert other_api(answer) == ""


def test_an_empty_account_with_status_200() -> None:
    """Some gateways hide it so."""
    with pytest.raises(QuotaError, match="Insufficient Balance"):
        read_reply('{"error": {"message": "Insufficient Balance"}}', prompt_tokens=1)
