"""Answers in the shape of a pydantic model, by whatever way the endpoint can be held to it.

instructor words the request for each way and reads the answer; the sending, with its cache, budget, retries and counts,
stays with :class:`~baogao.llm.endpoint.ModelClient`.
"""

from __future__ import annotations

import copy
import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ValidationError

from baogao.errors import BaogaoError, ReplyError
from baogao.llm.abilities import abilities_of
from baogao.llm.client import Client
from baogao.llm.loose_json import as_json, is_json, only_object
from baogao.llm.messages import Abilities, Message, Payload, Question, Reply
from baogao.llm.prompts import Prompt
from baogao.llm.replies import refuse_useless
from baogao.llm.sender import ShapeRefusedError
from baogao.usage import count

if TYPE_CHECKING:
    # As slow to import as the SDK: imported where a request is near.
    import instructor
    from openai.types.chat import ChatCompletion

M = TypeVar("M", bound=BaseModel)

# It logs every failed attempt as an error; ours are raised, in words.
logging.getLogger("instructor").setLevel(logging.CRITICAL)

_STRICTEST_FIRST = {"json_schema": "JSON_SCHEMA", "tools": "TOOLS", "json_object": "JSON"}
"""What an endpoint may be able to, and instructor's name for asking so."""
_ADDED: WeakKeyDictionary[Client, dict[tuple[type[BaseModel], instructor.Mode], _Added]] = WeakKeyDictionary()
"""What instructor adds to the questions of a client, for each model of an answer and each way to hold a reply to it."""
_OPENS = re.compile(r"[{[]")
_MOST_FAULTS = 20
"""That a repair turn names; a reply of another shape can have one for every entry."""
_MOST_REPEATED = 2000
"""Characters of a failed reply that are shown to the model again."""


class _NotUnderstoodError(ReplyError):
    """A reply that does not fit the model; carries what the repair turn needs.

    :param error: what pydantic says of it, or another error where the reply holds no JSON.
    """

    def __init__(self, error: BaseException | None, text: str) -> None:
        self.faults = ["the reply holds no JSON"]
        """Each failing path and what is wrong there; no links, no version numbers, no copy of the reply."""
        self.text = text
        if isinstance(error, ValidationError):
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            self.faults = [
                f"{'.'.join(map(str, fault['loc'])) or 'JSON'}: {fault['msg']}" for fault in faults[:_MOST_FAULTS]
            ]
            if len(faults) > _MOST_FAULTS:
                self.faults.append(f"… ({len(faults) - _MOST_FAULTS} more)")
        super().__init__(f"the model's reply does not fit: {'; '.join(self.faults)}")


async def ask_model(client: Client, question: Question, response_model: type[M], repair: Prompt) -> M:
    """Ask for an instance of ``response_model``; a reply that does not fit gets one turn of repair.

    A repaired answer is kept under the first question, so that neither turn is paid for again.

    :param repair: renders the turns that follow such a reply, from ``reply`` and ``faults``.
    :raises ReplyError: the repaired reply does not fit either, or a reply cannot be used.
    :raises EndpointError: as :meth:`Client.ask`.
    :raises BudgetError: as there.
    """
    lost: list[str] = []
    while True:
        mode = best_mode(await abilities_of(client))
        try:
            answer = await _ask_in(mode, client, question, response_model, repair)
        except ShapeRefusedError:
            # It was probed otherwise, or for another schema. The next best way is for all questions to come.
            lost.append(next(name for name, mode_name in _STRICTEST_FIRST.items() if mode_name == mode.name))
            client.unlearn(lost[-1])
        except BaogaoError:
            client.relearn(lost)
            raise
        else:
            if lost:
                client.remember()
            return answer


async def _ask_in(
    mode: instructor.Mode, client: Client, question: Question, response_model: type[M], repair: Prompt
) -> M:
    """As :func:`ask_model`, in one way.

    :raises ShapeRefusedError: the server cannot be held to it.
    """
    kept = await _kept_answer(client, question, response_model, mode)
    if kept is not None:
        return kept
    turn = _Turn(client, question, response_model, mode)
    try:
        value = await turn.take(question.messages)
        asked = turn.payload
        _remember(client, question, response_model, mode, asked)
    except _NotUnderstoodError as error:
        asked = turn.payload
        repairing = repair.render(reply=error.text[:_MOST_REPEATED], faults=error.faults)
        value = await turn.take((*question.messages, *repairing))
    client.keep(asked, turn.reply)
    return value


async def _kept_answer(client: Client, question: Question, model: type[M], mode: instructor.Mode) -> M | None:
    """The answer that is kept, without instructor, whose wording of a request takes longer than all else does here.

    :returns: None where it is not known yet what instructor adds to a question, and where nothing is kept that fits.
    """
    added = _ADDED.get(client, {}).get((model, mode))
    payload = added.to(question) if added is not None else None
    reply = client.recall(await client.complete(payload)) if payload is not None else None
    if reply is None:
        return None
    try:
        answer = model.model_validate_json(json_inside(reply.text), strict=False)
    except ValidationError:
        return None
    count(cached=1)
    return answer


def _remember(client: Client, question: Question, model: type[M], mode: instructor.Mode, asked: Payload) -> None:
    """Note what was added to a question, if it stands beside and behind its words."""
    plain = question.payload()
    pairs = list(zip(plain["messages"], asked["messages"], strict=False))
    if len(plain["messages"]) == len(asked["messages"]) and all(
        said["role"] == ours["role"] and str(said["content"]).startswith(ours["content"]) for ours, said in pairs
    ):
        behind = tuple(said["content"][len(ours["content"]) :] for ours, said in pairs)
        parts = {name: part for name, part in asked.items() if name not in plain and name != "model"}
        _ADDED.setdefault(client, {})[model, mode] = _Added(parts, behind)


@dataclass(frozen=True)
class _Added:
    """What instructor adds to a question, which is the same for every one of as many turns."""

    parts: Payload
    """Of the request, beside the turns."""
    behind: tuple[str, ...]
    """The end of each turn."""

    def to(self, question: Question) -> Payload | None:
        """The request for a question; None where it has more turns, or fewer."""
        payload = question.payload()
        if len(payload["messages"]) != len(self.behind):
            return None
        messages = [
            message | {"content": message["content"] + end}
            for message, end in zip(payload["messages"], self.behind, strict=True)
        ]
        return payload | self.parts | {"messages": messages}


def best_mode(abilities: Abilities) -> instructor.Mode:
    """The strictest way of asking that the endpoint can be held to."""
    import instructor

    able = next((name for name in _STRICTEST_FIRST if getattr(abilities, name)), None)
    return instructor.Mode[_STRICTEST_FIRST[able]] if able else instructor.Mode.MD_JSON


class _Turn(Generic[M]):
    """One way of asking one question; remembers what was sent and answered last."""

    def __init__(self, client: Client, question: Question, model: type[M], mode: instructor.Mode) -> None:
        import instructor

        self.payload: Payload
        self._reply: Reply | None = None
        self._client = client
        self._question = question
        self._model = model
        self._create: Any = instructor.patch(create=self._send, mode=mode)

    @property
    def reply(self) -> Reply:
        """What was answered last."""
        assert self._reply is not None
        return self._reply

    async def take(self, messages: tuple[Message, ...]) -> M:
        from instructor.core.exceptions import InstructorRetryException

        payload = self._question.payload()
        payload["messages"] = [{"role": message.role, "content": message.content} for message in messages]
        self._reply = None
        try:
            # max_retries=0: repeating is ours, in words of ours; strict=False: "3" is a 3 in a model's reply.
            value = await self._create(response_model=self._model, max_retries=0, strict=False, **payload)
            # instructor answers with a subclass of its own, the completion hidden in it.
            return self._model.model_validate(value.model_dump(by_alias=True))
        except Exception as error:
            failed = (error.__cause__ or error) if isinstance(error, InstructorRetryException) else error
        # Outside of the block: instructor's error was caused by ours, and ours must not be caused by it in turn.
        if isinstance(failed, BaogaoError) or self._reply is None:
            raise failed
        raise _NotUnderstoodError(failed, self.reply.text) from failed

    async def _send(self, **payload: Any) -> ChatCompletion:
        """Stand in for the SDK's ``create``: instructor gets its completion, from the cache where there is one.

        The JSON in it is freed of fences and of the words around it.
        """
        from openai.types.chat import ChatCompletion

        # instructor goes on to change the lists in it.
        self.payload = await self._client.complete(copy.deepcopy(payload))
        kept = self._client.recall(self.payload)
        if kept is None:
            self._reply = await self._client.exchange(self.payload)
            refuse_useless(self._reply, accept_cut=False)
        else:
            count(cached=1)
            self._reply = kept
        content = json_inside(self.reply.text)
        if _OPENS.search(content) and not is_json(content):
            raise _NotUnderstoodError(None, self.reply.text)  # instructor would take the last object, or a part of one
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if "tools" in self.payload:
            function = {"name": self.payload["tools"][0]["function"]["name"], "arguments": content}
            message["tool_calls"] = [{"id": "call", "type": "function", "function": function}]
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return ChatCompletion.model_validate(
            {"id": "", "object": "chat.completion", "created": int(time.time()), "model": "", "choices": [choice]}
        )


def json_inside(text: str) -> str:
    """The JSON in a reply, without the fence or the words around it; the whole text where none is found, or several."""
    if is_json(text):
        return text
    begin, end = _OPENS.search(text), max(text.rfind("}"), text.rfind("]"))
    inside = as_json(text[begin.start() : end + 1]) if begin and not _OPENS.search(text, end + 1) else None
    return inside or only_object(text) or text
