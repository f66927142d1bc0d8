"""Replies that are kept already, in a process that asks nobody: no network, no key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from baogao.errors import BaogaoError
from baogao.llm.cache import ReplyCache
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Abilities, Payload, Reply
from baogao.llm.settings import EndpointSettings


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
    def by(cls, client: ModelClient, model: str | None, abilities: Abilities) -> KeptAt | None:
        """Where a client keeps them; None where it keeps none."""
        if client.cache is None:
            return None
        return cls(client.cache.directory.absolute(), client.shares_with, model, abilities)


class KeptReplies(ModelClient):
    """A client that has the cache and no endpoint. Damage in the cache is left to whoever can say and mend it."""

    def __init__(self, place: KeptAt) -> None:
        self.settings = EndpointSettings.model_construct()
        self.probing = asyncio.Lock()
        self.cache = ReplyCache(place.directory, mend=False)
        self.abilities = place.abilities
        self._model = place.model
        self._shares_with = place.shares_with

    @property
    def shares_with(self) -> str:
        """See :class:`ModelClient`."""
        return self._shares_with

    async def model_name(self) -> str:
        """The model whose replies are kept.

        :raises NotKeptError: it is not known.
        """
        if self._model is None:
            raise NotKeptError("the model is not known")
        return self._model

    async def exchange(self, payload: Payload, *, max_attempts: int | None = None) -> Reply:
        """Ask nobody.

        :raises NotKeptError: always.
        """
        raise NotKeptError("the reply is not kept")

    async def aclose(self) -> None:
        """Release the files."""
        if self.cache is not None:
            self.cache.close()
