"""What an endpoint's model can do: tried once, by requests that only an able server answers well, and remembered."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from baogao.errors import EndpointError, NoReplyError, ReplyError
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Abilities, Payload, Reply
from baogao.llm.settings import EndpointSettings, cache_dir

_log = logging.getLogger(__name__)

_ATTEMPTS = 2
"""One more than is needed to be refused, because trouble passes and what is found here is remembered."""
_SEASONS = ("spring", "autumn")
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"season": {"type": "string", "enum": list(_SEASONS)}},
    "required": ["season"],
    "additionalProperties": False,
}
_CONTEXT_NAMES = ("max_model_len", "n_ctx", "context_length", "context_window", "max_context_length", "n_ctx_train")


async def abilities_of(client: ModelClient) -> Abilities:
    """The abilities of the client's model: given to the client, remembered, or probed now.

    :raises EndpointError: there is no endpoint to probe.
    """
    async with client.probing:
        if client.abilities is None:
            key = f"{client.settings.url} {await client.model_name()}"
            client.abilities = _known(key)
            if client.abilities is None:
                trial = _Trial(client)
                client.abilities = await trial.abilities()
                if trial.sure:
                    _remember(key, client.abilities)
        return client.abilities


async def probe(client: ModelClient) -> Abilities:
    """Try everything with four short requests; a server may refuse a parameter, or ignore it and be found out.

    :raises EndpointError: there is no server, it refuses us, or it does not answer even the plainest question.
    """
    return await _Trial(client).abilities()


class _Trial:
    """Four requests to one model, and what its answers are worth."""

    def __init__(self, client: ModelClient) -> None:
        self._client = client
        self._heard = False
        self.sure = True
        """Whether the outcome may be remembered: a server that was only busy may be able after all."""

    async def abilities(self) -> Abilities:
        abilities = Abilities(
            json_schema=await self._works(_asking_for_schema(), _is_season),
            json_object=await self._works(_asking_for_object(), _is_object),
            tools=await self._works(_asking_for_tool(), lambda r: r.finish_reason != "length" and _is_season(r)),
            logprobs=await self._works(_plain("Say: yes") | {"logprobs": True}, lambda r: r.logprobs is not None),
            context_length=await _context_length(self._client),
        )
        if not self._heard:
            await self._answers_at_all()
        return abilities

    async def _works(self, payload: Payload, shows: Callable[[Reply], bool]) -> bool:
        try:
            reply = await self._client.exchange(await self._client.complete(payload), max_attempts=_ATTEMPTS)
        except NoReplyError as error:
            _log.debug("no answer: %s", error)
            self.sure = self.sure and _is_fault_of_the_server(error)
            return False
        except ReplyError as error:
            _log.debug("not able: %s", error)
            self._heard = True
            return False
        self._heard = True
        return shows(reply)

    async def _answers_at_all(self) -> None:
        try:
            await self._client.exchange(await self._client.complete(_plain("Say: yes")))
        except NoReplyError as error:
            raise EndpointError(str(error)) from error


def _is_fault_of_the_server(error: NoReplyError) -> bool:
    """Whether the server broke down over the request: some do so over a parameter that they do not know."""
    return getattr(error.__cause__, "status_code", None) in (500, 501)


def _plain(text: str) -> Payload:
    return {"messages": [{"role": "user", "content": text}], "max_tokens": 40, "temperature": 0.0}


def _asking_for_schema() -> Payload:
    # Nothing in the words asks for JSON: a server that ignores the schema answers in prose.
    schema = {"name": "reply", "schema": _SCHEMA, "strict": True}
    return _plain("Which season do you like best, and why?") | {
        "response_format": {"type": "json_schema", "json_schema": schema}
    }


def _asking_for_object() -> Payload:
    # Hosted servers insist that the word JSON is in the question.
    words = 'Which season do you like best? Answer in JSON with the one key "season".'
    return _plain(words) | {"response_format": {"type": "json_object"}}


def _asking_for_tool() -> Payload:
    function = {"name": "choose", "description": "Choose a season.", "parameters": _SCHEMA}
    return _plain("Which season do you like best? Tell me in a sentence.") | {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "choose"}},
    }


def _is_season(reply: Reply) -> bool:
    return _object(reply).get("season") in _SEASONS


def _is_object(reply: Reply) -> bool:
    return bool(_object(reply))


def _object(reply: Reply) -> dict[str, Any]:
    try:
        value = json.loads(reply.text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


async def _context_length(client: ModelClient) -> int | None:
    """What the list of models says; servers have no common name for it."""
    try:
        entries = await client.model_entries()
    except EndpointError:
        return None
    model = await client.model_name()
    entry = next((entry for entry in entries if entry["id"] == model), None)
    if entry is None:
        return None
    meta = entry.get("meta")
    said = entry | (meta if isinstance(meta, dict) else {})
    return next((int(said[name]) for name in _CONTEXT_NAMES if isinstance(said.get(name), int)), None)


def memory_file() -> Path:
    """Where abilities are remembered, by endpoint and model."""
    return cache_dir() / "abilities.json"


def _memory() -> dict[str, Any]:
    try:
        memory = json.loads(memory_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def remembered_abilities(settings: EndpointSettings) -> Abilities | None:
    """What an endpoint's model was found to do, earlier; None where it was never probed. Nothing is sent."""
    return _known(f"{settings.url} {settings.model}")


def _known(key: str) -> Abilities | None:
    known = _memory().get(key)
    if not isinstance(known, dict) or known.keys() != {field.name for field in fields(Abilities)}:
        return None
    return Abilities(**known)


def _remember(key: str, abilities: Abilities) -> None:
    try:
        memory_file().parent.mkdir(parents=True, exist_ok=True)
        memory_file().write_text(json.dumps(_memory() | {key: asdict(abilities)}, indent=1), encoding="utf-8")
    except OSError as error:
        _log.warning("what %s can do is not remembered: %s", key, error)
