"""The client of one model: cache, budget, retries and counting around a single request."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx2

from baogao.errors import BaogaoError, EndpointError, NoReplyError, ReplyError, UsageError
from baogao.llm.base_url import meant_instead
from baogao.llm.cache import ReplyCache, cache_key
from baogao.llm.client import Validate, check
from baogao.llm.failures import UnknownModelError, in_words, one_line, with_url
from baogao.llm.guard import shown_cause, without_key_in
from baogao.llm.manner import Manner
from baogao.llm.messages import Abilities, Payload, Question, Reply
from baogao.llm.profiles import Profile, known_profile, remember
from baogao.llm.retry import Limiter, retrying
from baogao.llm.sdk import Sdk
from baogao.llm.sender import Sender
from baogao.llm.settings import EndpointSettings
from baogao.llm.tokens import Budget, estimate_payload_tokens
from baogao.usage import count

if TYPE_CHECKING:
    import openai

_log = logging.getLogger(__name__)

_LONGEST_NAME = 100
"""Characters of a model's name that a message shows."""


class ModelClient:
    """Asks one model at one endpoint. Use as ``async with ModelClient(settings) as client``.

    :param cache: where replies are kept; without one every question is sent.
    :param abilities: what the endpoint can do, where it need not be probed.
    :param manner: how it wants to be asked, where that is known; refusals are learned from in any case.
    :param budget: what several clients share; by itself each has its settings' own.
    :param transport: what carries the requests, for record and replay.
    :param extra: parts of every request's body beside the question: what of a server is meant, and not what is asked,
        so they are in no cache key.
    :param may_return: whether a server that has gone away may come back; one that may not is not waited for.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        *,
        cache: ReplyCache | None = None,
        abilities: Abilities | None = None,
        manner: Manner | None = None,
        budget: Budget | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        extra: Payload | None = None,
        may_return: Callable[[], bool] = lambda: True,
    ) -> None:
        self.settings = settings
        self.cache = cache
        self.abilities = abilities
        self.budget = budget or Budget(settings.budget_tokens)
        self.sure = True
        """Whether what was found out may be remembered: a server that was only busy may be able after all."""
        self.probing = asyncio.Lock()
        """Held while somebody finds out what the endpoint can do; the others wait for what comes out."""
        self._model = settings.model
        self._remembers = transport is None
        self._limiter = Limiter(
            settings.concurrency,
            first_pause=settings.first_wait,
            longest_pause=settings.longest_wait,
            may_return=may_return,
        )
        self._naming = asyncio.Lock()
        self._sdk = Sdk(settings, transport, self._limiter.answered)
        told = settings.beside.sent_body | (extra or {})
        self._sender = Sender(settings, self._sdk, self._limiter, self.budget, told, on_learned=self.remember)
        self._sender.manner = manner

    @property
    def manner(self) -> Manner | None:
        """How requests are written; None until the first is, where it is to be looked up."""
        return self._sender.manner

    @manner.setter
    def manner(self, manner: Manner | None) -> None:
        self._sender.manner = manner

    async def __aenter__(self) -> Self:
        """Begin.

        :raises UsageError: nobody named the endpoint: reports go to no host that is only some library's default.
        """
        if self.settings.base_url is None and self._remembers:
            raise UsageError(
                "no model server is named, and reports go only to one that you name: with --base-url (base_url=… in "
                "Python), in OPENAI_BASE_URL, or as base_url in baogao.toml; --embedded starts a model on this machine"
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections and the cache."""
        await self._sdk.aclose()
        if self.cache is not None:
            self.cache.close()

    async def ask(self, question: Question, validate: Validate | None = None) -> Reply:
        """Ask one question; a good reply is kept for the next time.

        :param validate: raises :class:`ReplyError` on a reply that cannot be used.
        :raises ReplyError: this reply cannot be used.
        :raises EndpointError: no reply can be had at all.
        :raises BudgetError: the tokens of the budget do not reach.
        """
        payload = await self.complete(question.payload())
        kept = self.recall(payload)
        if kept is not None:
            with suppress(ReplyError):  # one that cannot be used is asked for again
                check(kept, question, validate)
                count(cached=1)
                return kept
        reply = await self.exchange(payload)
        check(reply, question, validate)
        self.keep(payload, reply)
        return reply

    async def complete(self, payload: Payload) -> Payload:
        """The request's body with the model's name in it."""
        return {"model": await self.model_name(), **payload}

    def recall(self, payload: Payload) -> Reply | None:
        """The reply kept for a request."""
        kept = self.cache.get(self._key(payload)) if self.cache is not None else None
        if kept is not None:
            _log.info("a question to %s is answered from the cache of replies", self.settings.url)
        return kept

    def keep(self, payload: Payload, reply: Reply) -> None:
        """Keep a good reply; one that was cut is not kept."""
        if self.cache is None or reply.cached or reply.finish_reason not in ("stop", "tool_calls"):
            return
        tokens = "".join(one.token for one in reply.logprobs or ())
        if self.settings.secrets.within(reply.text) or self.settings.secrets.within(tokens):
            _log.warning("a reply repeats the key; it is not kept")
        else:
            self.cache.put(self._key(payload), reply)

    @cached_property
    def shares_with(self) -> str:
        """What all endpoints say that share their kept replies: everything but the question that may change a reply."""
        shared = self.settings.shared_cache
        endpoint = self.settings.url if shared is None else f"shared {shared}"
        said = self.settings.beside.shown()
        if self.settings.thinking != "auto":
            said["thinking"] = self.settings.thinking
        return f"{endpoint} {json.dumps(said, sort_keys=True)}" if said else endpoint

    def _key(self, payload: Payload) -> str:
        return cache_key(self.shares_with, payload)

    async def exchange(self, payload: Payload, *, max_attempts: int | None = None) -> Reply:
        """Send one request, again where that may help, and count what it took. The cache is not asked.

        :raises ReplyError, EndpointError, BudgetError: as :meth:`ask`.
        """
        import openai

        prompt_tokens = estimate_payload_tokens(payload)
        loop = retrying(
            self._limiter,
            max_attempts=max_attempts or self.settings.max_attempts,
            first_wait=self.settings.first_wait,
            longest_wait=self.settings.longest_wait,
            retry_seconds=self.settings.retry_seconds,
        )

        async def attempt() -> Reply:
            again = loop.statistics["attempt_number"] > 1
            async with self._limiter.slot(again=again) as sent_at:
                if self.manner is None:
                    self.manner = await self._known_manner()
                return await self._sender.send(payload, prompt_tokens, sent_at)

        trouble: Exception
        try:
            reply: Reply = await loop(attempt)
            return reply
        except (openai.OpenAIError, BaogaoError) as error:
            trouble = error
        finally:
            count(retries=max(0, loop.statistics.get("attempt_number", 1) - 1))
        # Outside of the handler: what is raised in it drags the server's words along.
        words = await self._explained(trouble) if isinstance(trouble, openai.OpenAIError) else trouble
        shown = without_key_in(with_url(words, self.settings), self.settings)
        raise shown from shown_cause(trouble, self.settings, of=shown)

    async def _known_manner(self) -> Manner:
        """How the model is asked from the first request on."""
        if not self._remembers:
            return Profile().overruled(self.settings.profile).manner
        return known_profile(self.settings, await self.model_name()).manner

    def unlearn(self, ability: str) -> None:
        """Note that the server cannot do what it seemed to."""
        self.abilities = replace(self.abilities or Abilities(), **{ability: False})

    def relearn(self, abilities: Iterable[str]) -> None:
        """Take back what was noted of a question that is refused in every way."""
        if self.abilities is not None:
            self.abilities = replace(self.abilities, **dict.fromkeys(abilities, True))

    def remember(self) -> None:
        """Keep what was found out about the model, for the next run; of a replay nothing is kept."""
        if self._remembers and self._model is not None:
            abilities = self.abilities if self.sure else None
            remember(self.settings, self._model, Profile(abilities, self.manner or Manner()))

    async def _explained(self, error: openai.OpenAIError) -> BaogaoError:
        import openai

        words = in_words(error, self.settings, heard=self._limiter.heard)
        if self._limiter.heard and words.no_answer and isinstance(error, openai.APIConnectionError):
            return NoReplyError(str(words))  # it was there before, and may be again
        if not isinstance(words, UnknownModelError):
            return words
        try:
            models = await self.models()
        except BaogaoError:
            return EndpointError(f"{words}; {meant_instead(self.settings.url)}")
        if self._model in models:
            return ReplyError(str(words))
        return EndpointError(f"{self.settings.url} has no model {self._model!r}; it has: {_listed(models)}")

    async def models(self) -> list[str]:
        """Names of the models that the server lists.

        :raises EndpointError: there is no server, or it has no such list.
        """
        return [entry["id"] for entry in await self.model_entries()]

    async def model_entries(self) -> list[dict[str, Any]]:
        """The server's own words on its models, one entry each.

        :raises EndpointError: as :meth:`models`.
        """
        import openai

        try:
            entries = json.loads(await self._sdk.list_models())["data"]
            return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
        except openai.OpenAIError as error:
            trouble: Exception = error
            words = self.settings.redact(str(in_words(error, self.settings)))
        except (ReplyError, ValueError, LookupError, TypeError, RecursionError) as error:
            trouble = error
            words = f"{self.settings.url} does not list its models as the OpenAI API does"
        raise EndpointError(words) from shown_cause(trouble, self.settings)

    async def model_name(self) -> str:
        """The model that is asked: the one that was named, or the only one there is.

        :raises EndpointError: none was named and there is not exactly one.
        """
        async with self._naming:
            if self._model is None:
                models = await self.models()
                if len(models) != 1 or self.settings.secrets.within(models[0]):
                    has = self.settings.redact(_listed(models))
                    raise EndpointError(f"name a model with --model; {self.settings.url} has: {has}")
                self._model = models[0]
            return self._model


def _listed(models: list[str]) -> str:
    return ", ".join(one_line(name)[:_LONGEST_NAME] for name in sorted(models)[:20]) or "none"
