"""Base URLs as people write them, gateways that want more, and prompts that are cut on the way."""

from __future__ import annotations

from collections.abc import Callable

from llm.fake_server import Seen, Step
from llm.quirks.model import Body, Server, completion_of, honest
from llm.quirks.quirk import LONG_REPORT, REPORT, Quirk, always, edited, error

_PAGE = "<!doctype html><html lang='en'><head><title>Open WebUI</title></head><body><div id='app'></div></body></html>"


def _at(path: str, elsewhere: Step) -> Server:
    """A server that answers under one path."""
    return lambda seen: honest(seen) if seen.path.partition("?")[0] == path else elsewhere


def _counted(count: Callable[[int], Body]) -> Server:
    """A server that counts the tokens of a prompt in its own way."""
    return edited(lambda body: body.update(usage=count(body["usage"]["prompt_tokens"])))


def _with_query(seen: Seen) -> Step:
    return honest(seen) if "api-version=2024-10-21" in seen.path else error(404, "Resource not found", code="404")


def _with_header(seen: Seen) -> Step:
    return honest(seen) if seen.headers.get("x-tenant") == "county" else Step({"message": "no tenant in request"}, 400)


def _with_key_header(seen: Seen) -> Step:
    return (
        honest(seen)
        if seen.headers.get("api-key") == "azure-0f83d1c2b7"
        else Step({"error": {"message": "Access denied"}}, 401)
    )


def _only_chat(seen: Seen) -> Step:
    return Step(completion_of(seen)) if seen.path == "/v1/chat/completions" else Step(_PAGE)


ENDPOINTS = [
    Quirk(
        "no /v1",
        "FastAPI servers",
        _at("/v1/chat/completions", Step({"detail": "Not Found"}, 404)),
        path="",
        says="/v1",
    ),
    Quirk(
        "no /v1 (Ollama)",
        "ollama",
        _at("/v1/chat/completions", Step(b"404 page not found", 404, {"content-type": "text/plain"})),
        path="",
        says="/v1",
    ),
    Quirk(
        "no /v1 (LM Studio)",
        "lmstudio.ai",
        _at("/v1/chat/completions", Step({"error": "Unexpected endpoint or method. (POST /chat/completions)"}, 200)),
        path="",
        says="Unexpected endpoint",
    ),
    Quirk(
        "/v1 twice",
        "users",
        _at("/v1/chat/completions", Step({"detail": "Not Found"}, 404)),
        path="/v1/v1",
        says="/v1/v1.*URL|/v1/v1.*/v1",
    ),
    Quirk(
        "the whole path",
        "users",
        _at("/v1/chat/completions", Step({"detail": "Not Found"}, 404)),
        path="/v1/chat/completions",
        says="/v1|chat/completions",
        either=True,
    ),
    Quirk("a slash at the end", "users", _at("/v1/chat/completions", Step({"detail": "Not Found"}, 404)), path="/v1/"),
    Quirk(
        "a path of a gateway",
        "AI gateways",
        _at("/api/openai/v1/chat/completions", Step({"detail": "Not Found"}, 404)),
        path="/api/openai/v1",
    ),
    Quirk("the page of a program", "open-webui", always(Step(_PAGE)), path="", says="web page"),
    Quirk("a page with status 404", "open-webui", always(Step(_PAGE, 404)), path="", says="/v1"),
    Quirk("a page to sign in", "campus networks", always(Step(b"", 302, {"location": "/login"})), says="302"),
    Quirk("another method", "static servers", always(Step(b"", 405)), says="405"),
    Quirk(
        "plain text with status 200",
        "ollama at its root",
        always(Step(b"Ollama is running", headers={"content-type": "text/plain"})),
        says="Ollama is running|not a chat",
    ),
    Quirk("no list of models", "gateways", _only_chat, ask="link"),
    Quirk(
        "api-version is missing",
        "MicrosoftDocs/azure-docs#114602",
        _with_query,
        says="Resource not found|api-version|/v1",
    ),
    Quirk(
        "api-version in the settings",
        "MicrosoftDocs/azure-docs#114602",
        _with_query,
        config='[endpoint.query]\napi-version = "2024-10-21"\n',
    ),
    Quirk("a header of a gateway is missing", "AI gateways", _with_header, says="no tenant in request"),
    Quirk(
        "a header in the settings",
        "AI gateways",
        _with_header,
        config='[endpoint.extra_headers]\nx-tenant = "county"\n',
        ask="link",
    ),
    Quirk(
        "a key in a header of its own",
        "Azure",
        _with_key_header,
        config='[endpoint.extra_headers]\napi-key = "azure-0f83d1c2b7"\n',
    ),
    Quirk(
        "a prompt is cut",
        "ollama/ollama#3839",
        _counted(lambda count: {"prompt_tokens": min(count, 2050), "completion_tokens": 60}),
        says="num_ctx|cut|read only",
        ask="link",
        report=LONG_REPORT,
    ),
    Quirk(
        "a prompt is cut to a half",
        "ollama/ollama#17427",
        _counted(lambda count: {"prompt_tokens": min(count, 1026), "completion_tokens": 60}),
        says="num_ctx|cut|read only",
        ask="link",
        report=LONG_REPORT,
    ),
    Quirk("a long prompt is read whole", "the OpenAI API", honest, ask="link", report=LONG_REPORT),
    Quirk(
        "a long prompt is counted more sparsely",
        "tokenizers that know Chinese well",
        _counted(lambda count: {"prompt_tokens": round(0.7 * count), "completion_tokens": 60}),
        ask="link",
        report=LONG_REPORT,
    ),
    Quirk(
        "the schema is no part of the prompt",
        "servers that hold replies to a grammar",
        _counted(lambda count: {"prompt_tokens": count, "completion_tokens": 60}),
        ask="link",
        report=LONG_REPORT[: len(REPORT) + 80],
    ),
    Quirk(
        "a long prompt is not counted",
        "langgenius/dify#2144",
        _counted(lambda count: {"prompt_tokens": 0, "completion_tokens": 60}),
        ask="link",
        report=LONG_REPORT,
    ),
    Quirk(
        "what was cached is counted apart",
        "Claude behind gateways",
        _counted(
            lambda count: {
                "prompt_tokens": 40,
                "completion_tokens": 60,
                "prompt_tokens_details": {"cached_tokens": count - 40},
            }
        ),
        ask="link",
        report=LONG_REPORT,
    ),
    Quirk(
        "what was cached is counted apart (Claude)",
        "Claude behind gateways",
        _counted(lambda count: {"prompt_tokens": 40, "completion_tokens": 60, "cache_read_input_tokens": count - 40}),
        ask="link",
        report=LONG_REPORT,
    ),
]
