"""A base URL as people give it: mended where it is plain what is meant, else one sentence on what is wrong with it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from baogao.llm.keys import holds_key

_NOT_IN_A_URL = re.compile(r"[@?#;=&\\\s]")
"""What begins or parts a user, a password, a query, a parameter or a fragment."""
_ENDPOINT = re.compile(r"/(chat/)?completions/*\Z")
"""What comes behind a base URL; services show the whole in their examples."""
_PLACE = re.compile(r"(//)?((localhost|[\w-]+(\.[\w-]+)+|[\w-]+(?=:\d))(:\d{1,5})?(/[\w./-]*)?)", re.ASCII)
"""A host, perhaps with a port and a path."""
_PRIVATE = re.compile(r"localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|[^/]*:\d")
"""Where no certificate is to be expected."""

_OTHER_APIS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Ollama's own API", frozenset({"response", "done"})),
    ("Anthropic's API", frozenset({"type", "content", "stop_reason"})),
    ("Google's own API", frozenset({"candidates"})),
    ("the responses of the OpenAI API", frozenset({"object", "output"})),
    ("text generation without turns", frozenset({"generated_text"})),
    ("llama.cpp's own API", frozenset({"content", "stop", "generation_settings"})),
)
"""Names, and what answers of each have that a chat completion has not."""


def read_base_url(given: str) -> str | None:
    """The base URL without white space around it, and without ``/chat/completions``; None where there is none.

    Messages, records and logs name it, so that it holds nothing but a place.

    :raises ValueError: it is no URL, or holds more than a place; it is not shown.
    """
    url = given.strip()
    plain = url
    while plain != unquote(plain):
        plain = unquote(plain)
    if _NOT_IN_A_URL.search(plain):
        raise ValueError(
            "a user, a password, a query or a fragment does not belong in it (none of @ ? # ; = &); "
            "a key is given in OPENAI_API_KEY"
        )
    if not url:
        return None
    import httpx2  # late: rules have settings, too, and ask nobody

    try:
        httpx2.URL(plain)
    except (httpx2.InvalidURL, ValueError):
        raise ValueError("it is no URL; http://HOST:PORT/v1 is") from None
    return _ENDPOINT.sub("", url) or None


def fault_of_scheme(url: str) -> str:
    """What is wrong with the beginning of a base URL that holds no key, with what was meant; empty if nothing is."""
    parts = urlsplit(url)
    if parts.scheme.lower() in ("http", "https") and parts.hostname:
        return ""
    meant = "http://HOST:PORT/v1 or https://HOST/v1"
    if holds_key(url):
        return f"it does not begin as a URL of a server does: {meant}"
    if place := _PLACE.fullmatch(url):
        scheme = "http" if _PRIVATE.match(place[2]) else "https"
        return f"it has no scheme: {scheme}://{place[2]} perhaps"
    # A lone word may be a key of a service that is not known here.
    return f"{f'{url} does' if '://' in url else 'it does'} not begin as a URL of a server does: {meant}"


def meant_instead(url: str) -> str:
    """A question whether a base URL is right, for where something else answers than was expected."""
    path = urlsplit(url).path.rstrip("/")
    root = url.removesuffix(path) if path else url
    if path == "/api":
        return f"is the URL right? Ollama answers as the OpenAI API does at {root}/v1"
    if re.search(r"/v\d", path):
        return "is the URL right? It mostly ends in /v1"
    return f"is the URL right? It mostly ends in /v1: {url}/v1"


def other_api(answer: Any) -> str:
    """The API whose answer it is, where it is of one that is known and not the chat completions of the OpenAI API."""
    answer = answer[0] if isinstance(answer, list) and answer else answer
    if not isinstance(answer, dict) or "choices" in answer:
        return ""
    return next((name for name, parts in _OTHER_APIS if parts <= answer.keys()), "")
