"""The OpenAI SDK, opened for one endpoint: what it repeats and what it looks through is switched off."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import httpx2

from baogao.llm.messages import Payload
from baogao.llm.settings import EndpointSettings

if TYPE_CHECKING:
    # It takes over a second to import, and rules need none of it: imported where a request is near.
    import openai

_CONNECT_SECONDS = 10.0


def open_api(settings: EndpointSettings, transport: httpx2.AsyncBaseTransport | None) -> openai.AsyncOpenAI:
    """The SDK's client for an endpoint. Repeating is ours: see ``baogao.llm.retry``.

    :param transport: what carries the requests, for record and replay.
    """
    import openai

    http = httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(settings.timeout, connect=_CONNECT_SECONDS),
        # A proxy of the environment cannot reach this machine's loopback.
        trust_env=not settings.on_this_machine,
    )
    return openai.AsyncOpenAI(base_url=settings.url, api_key=settings.secret, max_retries=0, http_client=http)


def chat_request(api: openai.AsyncOpenAI, body: Payload) -> AbstractAsyncContextManager[openai.AsyncAPIResponse[Any]]:
    """A chat completion that can be entered to be sent; its answer is not read yet.

    The body goes as ``extra_body``: what is given by the SDK's own parameters is walked through piece by piece, which
    takes a good part of the time that a request costs on this side.
    """
    return api.chat.completions.with_streaming_response.create(model=body["model"], messages=[], extra_body=body)
