"""What an endpoint's model can do: tried once, by requests that only an able server answers well."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from baogao.errors import EndpointError, NoReplyError, ReplyError
from baogao.llm.client import Client
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import MOST_TOKENS, Abilities, Payload, Reply
from baogao.llm.profiles import Profile, known_profile
from baogao.llm.sender import PLAINEST

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
# Instructions have a turn of their own, which some servers refuse.
_FOR_LOGPROBS = _plain("Say: yes") | {
    "logprobs": True,
    "messages": [{"role": "system", "content": "Answer with one word."}, {"role": "user", "content": "Say: yes"}],
}


async def abilities_of(client: Client) -> Abilities:
    """The abilities of the client's model: given to the client, said by a user, remembered, or probed now.

    Of one that asks nobody they are what it was given.

    :raises EndpointError: there is no endpoint to probe.
    :raises UsageError: ``[endpoint.profile]`` does not hold.
    """
    if not isinstance(client, ModelClient):
        return client.abilities or Abilities()
    async with client.probing:
        if client.abilities is None:
            client.abilities = known_profile(client.settings, await client.model_name()).abilities
            if client.abilities is None:
                return await _find_out(client)
        return client.abilities


async def probe(client: ModelClient) -> Profile:
    """Try everything with four short requests, and a few more where a server refuses a parameter or a model thinks.

    A server may ignore a parameter and be found out.

    :raises EndpointError: there is no server, it refuses us, or it does not answer even the plainest question.
    """
    client.manner = Profile().overruled(client.settings.profile).manner
    return Profile(await _find_out(client), client.manner)


async def _find_out(client: ModelClient) -> Abilities:
    """Try the client's model, and remember what was sure."""
    trial = _Trial(client)
    found = client.abilities = await trial.abilities()
    client.sure = trial.sure
    if trial.sure:
        client.remember()
    return found


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
            logprobs=await self._works(_FOR_LOGPROBS, lambda reply: reply.logprobs is not None),
            context_length=await _context_length(self._client),
        )
        if not self._heard:
            try:
                await self._client.exchange(await self._client.complete(PLAINEST))
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
