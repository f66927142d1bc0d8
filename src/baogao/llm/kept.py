"""Replies that are kept already, in a process that asks nobody: no network, no key."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from baogao.errors import BaogaoError, ReplyError
from baogao.llm.cache import ReplyCache, cache_key
from baogao.llm.client import Client, Validate, check
from baogao.llm.messages import Abilities, Payload, Question, Reply
from baogao.llm.settings import EndpointSettings
from baogao.usage import count


class NotKeptError(BaogaoError):
    """The reply to a question is not in the cache; who may ask has to."""


@dataclass(frozen=True)
class KeptAt:
    """Where a client's replies are kept, and what it says to find them. It holds no secret, and can be sent."""

    directory: Path
    shares_with: str
    model: str | None
    abilities: Abilities

    @classmethod
    def by(cls, client: Client, model: str | None, abilities: Abilities) -> KeptAt | None:
        """Where a client keeps them; None where it keeps none."""
        if client.cache is None:
            return None
        return cls(client.cache.directory.absolute(), client.shares_with, model, abilities)


class KeptReplies:
    """A :class:`Client` that has the cache and no endpoint.

    Damage in the cache is left to whoever can say and mend it.
    """

    manner = None

    def __init__(self, place: KeptAt) -> None:
        self.settings = EndpointSettings.model_construct()
        self.cache: ReplyCache | None = ReplyCache(place.directory, mend=False)
        self.abilities: Abilities | None = place.abilities
        self.shares_with = place.shares_with
        self._model = place.model

    async def model_name(self) -> str:
        """The model whose replies are kept.

        :raises NotKeptError: it is not known.
        """
        if self._model is None:
            raise NotKeptError("the model is not known")
        return self._model

    async def ask(self, question: Question, validate: Validate | None = None) -> Reply:
        """The reply that is kept.

        :param validate: raises :class:`ReplyError` on a reply that cannot be used.
        :raises NotKeptError: there is none that can be used.
        """
        payload = await self.complete(question.payload())
        reply = self.recall(payload)
        if reply is not None:
            with suppress(ReplyError):
                check(reply, question, validate)
                count(cached=1)
                return reply
        return await self.exchange(payload)

    async def complete(self, payload: Payload) -> Payload:
        """The request's body with the model's name in it."""
        return {"model": await self.model_name(), **payload}

    def recall(self, payload: Payload) -> Reply | None:
        """The reply kept for a request."""
        return self.cache.get(cache_key(self.shares_with, payload)) if self.cache is not None else None

    async def exchange(self, payload: Payload) -> Reply:
        """Ask nobody.

        :raises NotKeptError: always.
        """
        raise NotKeptError("the reply is not kept")

    def keep(self, payload: Payload, reply: Reply) -> None:
        """Keep nothing: all that is had was kept."""

    def unlearn(self, ability: str) -> None:
        """Note nothing: no server says what it cannot do."""

    def relearn(self, abilities: Iterable[str]) -> None:
        """Take nothing back."""

    def remember(self) -> None:
        """Keep nothing: nothing was found out."""

    async def aclose(self) -> None:
        """Release the files."""
        if self.cache is not None:
            self.cache.close()
