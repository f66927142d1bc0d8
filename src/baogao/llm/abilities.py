"""What an endpoint's model can do: tried once, by requests that only an able server answers well, and remembered."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from baogao.errors import EndpointError, NoReplyError, ReplyError
from baogao.llm.endpoint import ModelClient
from baogao.llm.failures import one_line
from baogao.llm.messages import MOST_TOKENS, Abilities, Payload, Reply
from baogao.llm.settings import EndpointSettings
from baogao.resources import cache_dir

_log = logging.getLogger(__name__)

_ATTEMPTS = 2
"""One more than is needed to be refused, because trouble passes and what is found here is remembered."""
_CONTEXT_NAMES = ("max_model_len", "n_ctx", "context_length", "context_window", "max_context_length", "n_ctx_train")
"""What servers call the context's length in their lists of models, the length in use before the one trained for."""

_SEASONS = ("spring", "autumn")
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"season": {"type": "string", "enum": list(_SEASONS)}},
    "required": ["season"],
    "additionalProperties": False,
}


def _plain(text: str) -> Payload:
    return {"messages": [{"role": "user", "content": text}], "max_tokens": 40, "temperature": 0.0}


# Nothing in the words asks for JSON: a server that ignores the schema answers in prose.
_FOR_SCHEMA = _plain("Which season do you like best, and why?") | {
    "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": _SCHEMA, "strict": True}}
}
# Hosted servers insist that the word JSON is in the question.
_FOR_OBJECT = _plain('Which season do you like best? Answer in JSON with the one key "season".') | {
    "response_format": {"type": "json_object"}
}
_CHOOSE = {"name": "choose", "description": "Choose a season.", "parameters": _SCHEMA}
_FOR_TOOL = _plain("Which season do you like best? Tell me in a sentence.") | {
    "tools": [{"type": "function", "function": _CHOOSE}],
    "tool_choice": {"type": "function", "function": {"name": "choose"}},
}
_PLAINEST = _plain("Say: yes")

_MEMORY = TypeAdapter(dict[str, Any])
_ENTRY = TypeAdapter(Abilities)
_MOST_REMEMBERED = 1_000_000
"""Bytes of the memory: thousands of endpoints."""
_SHOWN = 120
"""Characters of what is wrong with it."""


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
            json_schema=await self._works(_FOR_SCHEMA, _is_season),
            json_object=await self._works(_FOR_OBJECT, lambda reply: bool(_object(reply))),
            tools=await self._works(_FOR_TOOL, lambda reply: reply.finish_reason != "length" and _is_season(reply)),
            logprobs=await self._works(_PLAINEST | {"logprobs": True}, lambda reply: reply.logprobs is not None),
            context_length=await _context_length(self._client),
        )
        if not self._heard:
            try:
                await self._client.exchange(await self._client.complete(_PLAINEST))
            except NoReplyError as error:
                raise EndpointError(str(error)) from error
        return abilities

    async def _works(self, payload: Payload, shows: Callable[[Reply], bool]) -> bool:
        try:
            reply = await self._client.exchange(await self._client.complete(payload), max_attempts=_ATTEMPTS)
        except ReplyError as error:
            _log.debug("no answer: %s" if error.no_answer else "not able: %s", error)
            if not error.no_answer:
                self._heard = True
            elif getattr(error.__cause__, "status_code", None) not in (500, 501):
                # Not a fault of the server over the request: some break down over a parameter that they do not know.
                self.sure = False
            return False
        self._heard = True
        return shows(reply)


def _is_season(reply: Reply) -> bool:
    return _object(reply).get("season") in _SEASONS


def _object(reply: Reply) -> dict[str, Any]:
    try:
        value = json.loads(reply.text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


async def _context_length(client: ModelClient) -> int | None:
    """What the list of models says, in tokens; servers have no common name for it."""
    try:
        entries = await client.model_entries()
    except EndpointError:
        return None
    model = await client.model_name()
    entry = next((entry for entry in entries if entry["id"] == model), {})
    meta = entry.get("meta")
    said = entry | (meta if isinstance(meta, dict) else {})
    lengths = (said[name] for name in _CONTEXT_NAMES if type(said.get(name)) is int)
    return next((length for length in lengths if 0 < length <= MOST_TOKENS), None)


def memory_file() -> Path:
    """Where abilities are remembered, by endpoint and model."""
    return cache_dir() / "abilities.json"


def remembered_abilities(settings: EndpointSettings) -> Abilities | None:
    """What an endpoint's model was found to do, earlier; None where it was never probed. Nothing is sent."""
    return _known(f"{settings.url} {settings.model}")


def _memory(*, say: bool = False) -> dict[str, Any]:
    """What the file holds, entries of whatever shape; nothing where it is damaged, which may be said."""
    try:
        with memory_file().open("rb") as file:
            content = file.read(_MOST_REMEMBERED + 1)
    except OSError:
        return {}
    try:
        if len(content) > _MOST_REMEMBERED:
            raise ValueError(f"larger than {_MOST_REMEMBERED // 1_000_000} MB")
        return _MEMORY.validate_json(content)
    except (ValueError, RecursionError) as error:
        if say:
            words = one_line(str(error))[:_SHOWN]
            _log.warning("%s is damaged (%s); what endpoints can do is tried again", memory_file(), words)
        return {}


def _known(key: str) -> Abilities | None:
    """What is remembered under a key; what was written by a baogao that tried more, or less, is probed again."""
    entry = _memory(say=True).get(key)
    if entry is None:
        return None
    try:
        known = _ENTRY.validate_json(json.dumps(entry), strict=True)
        if asdict(known) == entry:
            return known
    except (ValueError, RecursionError):
        pass
    _log.warning("what %s can do is not remembered as this baogao writes it; it is tried again", key)
    return None


def _remember(key: str, abilities: Abilities) -> None:
    try:
        memory_file().parent.mkdir(parents=True, exist_ok=True)
        flat = {other: entry for other, entry in _memory().items() if isinstance(entry, dict)}
        memory_file().write_text(json.dumps(flat | {key: asdict(abilities)}, indent=1), encoding="utf-8")
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("what %s can do is not remembered: %s", key, error)
