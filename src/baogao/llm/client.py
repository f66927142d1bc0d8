"""What a way of asking needs of a model: its replies, from its server or only those that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from baogao.errors import BaogaoError, ReplyError
from baogao.llm.cache import ReplyCache
from baogao.llm.failures import one_line
from baogao.llm.manner import Manner
from baogao.llm.messages import Abilities, Payload, Question, Reply
from baogao.llm.replies import refuse_useless
from baogao.llm.settings import EndpointSettings

Validate = Callable[[Reply], object]
"""Raises :class:`ReplyError` when a reply cannot be used; such a reply is never kept."""


class Client(Protocol):
    """Answers questions to one model, with kept replies where there are any."""

    settings: EndpointSettings
    cache: ReplyCache | None
    """Where replies are kept; without one nothing is."""
    abilities: Abilities | None
    """What the model can be held to; None where that is not known yet."""

    @property
    def manner(self) -> Manner | None:
        """How requests are written; None where none was yet."""

    @property
    def shares_with(self) -> str:
        """What all say that share their kept replies."""

    async def model_name(self) -> str:
        """The model that is asked.

        :raises BaogaoError: it is not known.
        """

    async def ask(self, question: Question, validate: Validate | None = None) -> Reply:
        """Ask one question.

        :param validate: raises :class:`ReplyError` on a reply that cannot be used.
        :raises BaogaoError: there is no reply, or it cannot be used.
        """

    async def complete(self, payload: Payload) -> Payload:
        """The request's body with the model's name in it."""

    def recall(self, payload: Payload) -> Reply | None:
        """The reply kept for a request."""

    async def exchange(self, payload: Payload) -> Reply:
        """The reply to a request, whatever is kept.

        :raises BaogaoError: there is none.
        """

    def keep(self, payload: Payload, reply: Reply) -> None:
        """Keep a good reply."""

    def unlearn(self, ability: str) -> None:
        """Note that the server cannot do what it seemed to."""

    def relearn(self, abilities: Iterable[str]) -> None:
        """Take back what was noted of a question that is refused in every way."""

    def remember(self) -> None:
        """Keep what was found out about the model, for the next run."""


def check(reply: Reply, question: Question, validate: Validate | None) -> None:
    """Refuse a reply that cannot be used; whatever else goes wrong in reading it is the fault of that one reply.

    :raises ReplyError: it is useless, or the caller cannot read it.
    """
    refuse_useless(reply, accept_cut=question.accept_cut)
    try:
        if validate is not None:
            validate(reply)
    except BaogaoError:
        raise
    except Exception as error:
        raise ReplyError(f"the model's reply cannot be read: {type(error).__name__}: {one_line(str(error))}") from error
