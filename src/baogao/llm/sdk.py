"""One request at a time over the OpenAI SDK: a body out, the bytes of the answer back, within a time limit."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2

from baogao.llm.beside import without_secrets
from baogao.llm.body import read_body
from baogao.llm.guard import guard
from baogao.llm.messages import Payload
from baogao.llm.settings import EndpointSettings
from baogao.llm.transport import http_client, proxy_of

if TYPE_CHECKING:
    import openai

_REQUEST = httpx2.Request("POST", "http://endpoint.invalid/")
"""What the SDK's errors want to hold; nothing of ours reads it."""


@dataclass(frozen=True)
class Asked:
    """What is asked by a request, apart from what a user wants sent beside it."""

    body: Payload
    beside: str
    """A digest of that, without its secrets; empty where there is nothing."""


asked: ContextVar[Asked | None] = ContextVar("baogao_asked", default=None)
"""For what carries a request; None where nothing is sent beside what is asked."""


class Sdk:
    """Sends requests to one endpoint, each once.

    :param transport: what carries the requests, for record and replay.
    :param on_answer: called whenever the server answers, whatever it says.
    :raises UsageError: a header, a proxy or a certificate cannot be used.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        transport: httpx2.AsyncBaseTransport | None,
        on_answer: Callable[[], None],
    ) -> None:
        import openai

        self._timeout = settings.timeout
        self._on_answer = on_answer
        proxy = proxy_of(settings) if transport is None else None
        guard(settings, [proxy.login] if proxy else [])
        http = http_client(settings, proxy, transport)
        # Repeating is ours: see ``baogao.llm.retry``.
        self._api = openai.AsyncOpenAI(base_url=settings.url, api_key=settings.secret, max_retries=0, http_client=http)
        # The SDK would send what the environment says of an account to whatever server is asked.
        self._api.organization = self._api.project = None
        beside = settings.beside
        # Written as the SDK writes its own, so that a user's takes the place of one, and does not stand beside it.
        headers = {name.title(): value for name, value in (settings.account_headers | beside.sent_headers).items()}
        self._api._custom_headers = headers
        self._api._custom_query = beside.sent_query
        shown = json.dumps(without_secrets(beside.body), sort_keys=True)
        self._beside = hashlib.sha256(shown.encode()).hexdigest()[:12] if beside.body else ""
        keyless = beside.authorizes and settings.api_key is None and "Authorization" not in headers
        self._headers = {"Authorization": openai.Omit()} if keyless else {}
        """Beside those: that no stand-in for a key is sent where a header of the user's says who asks."""

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def complete(self, body: Payload, beside: Payload) -> bytes:
        """The answer to a request for a chat completion.

        :param beside: parts of the body that are sent in place of its own, or beside them.
        :raises openai.OpenAIError: there is none, or the server refuses.
        :raises ReplyError: it is too large.
        """
        # As ``extra_body``: what is given by the SDK's own parameters is walked through piece by piece, which takes a
        # good part of the time that a request costs on this side.
        create = self._api.chat.completions.with_streaming_response.create
        sent = body | beside
        request = create(model=body["model"], messages=[], extra_body=sent, extra_headers=self._headers)
        token = asked.set(Asked(body, self._beside) if beside else None)
        try:
            return await self._received(request)
        finally:
            asked.reset(token)

    async def list_models(self) -> bytes:
        """The answer to the question which models there are.

        :raises openai.OpenAIError, ReplyError: as :meth:`complete`.
        """
        return await self._received(self._api.models.with_streaming_response.list(extra_headers=self._headers))

    async def _received(self, request: AbstractAsyncContextManager[openai.AsyncAPIResponse[Any]]) -> bytes:
        """The body of an answer; the time limit holds for the whole of it, however slowly it drips."""
        import openai

        try:
            async with asyncio.timeout(self._timeout), request as response:
                self._on_answer()
                return await read_body(response.iter_bytes())
        except openai.APIStatusError:
            self._on_answer()
            raise
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise openai.APITimeoutError(_REQUEST) from error
        except httpx2.HTTPError as error:
            raise openai.APIConnectionError(request=_REQUEST) from error
