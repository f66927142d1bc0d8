"""What is remembered of endpoints' models, and what a user says of them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from baogao.errors import UsageError
from baogao.llm.abilities import abilities_of, probe
from baogao.llm.endpoint import ModelClient
from baogao.llm.manner import Manner
from baogao.llm.messages import Abilities, Message, Question
from baogao.llm.profiles import Profile, known_profile, memory_file, remember
from baogao.llm.settings import EndpointSettings
from llm.fake_server import Seen, Step, completion, failure, fake_server

QUESTION = Question((Message("system", "填表。"), Message("user", "多少？")), max_tokens=50)


def newer(seen: Seen) -> Step:
    """A server that wants the cap under its newer name, and no temperature."""
    if "max_tokens" in seen.body:
        return failure(400, "Unsupported parameter: use 'max_completion_tokens' instead")
    if "temperature" in seen.body:
        return failure(400, "'temperature' is not supported")
    return completion("yes")


def endpoint(url: str, **told: Any) -> EndpointSettings:
    """Settings of a server."""
    return EndpointSettings(base_url=url, model="small", first_wait=0, **told)


def ask(settings: EndpointSettings) -> None:
    """Ask one question."""

    async def run() -> None:
        async with ModelClient(settings) as client:
            await client.ask(QUESTION)

    asyncio.run(run())


def test_a_second_run_knows_what_the_first_has_learned() -> None:
    """What was refused once is not sent again, and what the server can do is not thereby known."""
    with fake_server(newer) as server:
        ask(endpoint(server.url))
        assert len(server.seen) == 3
        ask(endpoint(server.url))
        assert len(server.seen) == 4
        known = known_profile(endpoint(server.url))
    assert known == Profile(None, Manner(cap="max_completion_tokens", left_out=("temperature",)))


def test_abilities_stay_when_a_manner_is_learned() -> None:
    """A run that needs no abilities does not forget them for others."""
    with fake_server(newer) as server:
        remember(endpoint(server.url), "small", Profile(Abilities(tools=True)))
        ask(endpoint(server.url))
        known = known_profile(endpoint(server.url))
    assert known.abilities == Abilities(tools=True)
    assert known.manner.cap == "max_completion_tokens"


def test_what_a_user_says_comes_first() -> None:
    """Over what is remembered; of abilities what is not said is missing, and nothing is probed."""
    told = {"json_schema": True, "cap": "max_completion_tokens", "left_out": ["temperature"]}
    with fake_server(newer) as server:
        settings = endpoint(server.url, profile=told)
        remember(settings, "small", Profile(Abilities(tools=True), Manner(system_turn=False)))

        async def run() -> Abilities:
            async with ModelClient(settings) as client:
                await client.ask(QUESTION)
                return await abilities_of(client)

        assert asyncio.run(run()) == Abilities(json_schema=True)
        (seen,) = server.seen
    assert [message["role"] for message in seen.body["messages"]] == ["user"]


def test_what_a_user_says_is_not_found_out() -> None:
    """Taken out of the file, it holds no more; what was found out beside it does."""
    told = {"tools": True, "thinking_tokens": 900}
    with fake_server(newer) as server:
        ask(endpoint(server.url, profile=told))
        known = known_profile(endpoint(server.url))
    assert known == Profile(None, Manner(cap="max_completion_tokens", left_out=("temperature",)))


def test_what_was_found_of_a_busy_server_is_not_remembered_later() -> None:
    """Neither by the probe, nor when something else is learned."""

    def busy(seen: Seen) -> Step:
        if {"response_format", "tools"} & seen.body.keys():
            return failure(503, "loading")
        return newer(seen)

    with fake_server(busy) as server:

        async def run() -> None:
            async with ModelClient(endpoint(server.url, max_attempts=1)) as client:
                await abilities_of(client)
                await client.ask(QUESTION)

        asyncio.run(run())
        known = known_profile(endpoint(server.url))
    assert known.abilities is None
    assert known.manner.cap == "max_completion_tokens"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"colour": "red"}, "there is no 'colour'; there are: cap"),
        ({"cap": "length"}, "cap: Input should be 'max_tokens'"),
        ({"tools": "perhaps"}, "tools: Input should be a valid boolean"),
        ({"context_length": -1}, "context_length: Input should be greater than 0"),
        ({"thinking_tokens": -1}, "thinking_tokens: Input should be greater"),
    ],
)
def test_a_profile_that_does_not_hold(told: dict[str, Any], words: str) -> None:
    """A name or a value that there is not is said, with what there is."""
    with pytest.raises(UsageError, match=words):
        known_profile(endpoint("http://a/v1", profile=told))


def test_a_probe_begins_anew() -> None:
    """What was learned of the server that it was does not hold for what it is now."""
    with fake_server(lambda _: completion("yes")) as server:
        settings = endpoint(server.url)
        remember(settings, "small", Profile(Abilities(tools=True), Manner(stream=True, cap="none")))

        async def run() -> Profile:
            async with ModelClient(settings) as client:
                return await probe(client)

        assert asyncio.run(run()) == Profile(Abilities(), Manner())
        assert known_profile(settings) == Profile(Abilities(), Manner())


def test_a_probe_shows_how_the_server_wants_to_be_asked() -> None:
    """Its requests have a system turn, a cap and a temperature, so that their refusal is met."""

    def picky(seen: Seen) -> Step:
        if any(message["role"] == "system" for message in seen.body["messages"]):
            return failure(400, "System role not supported")
        return newer(seen)

    with fake_server(picky) as server:

        async def run() -> Profile:
            async with ModelClient(endpoint(server.url)) as client:
                return await probe(client)

        found = asyncio.run(run())
    assert found.manner == Manner(cap="max_completion_tokens", left_out=("temperature",), system_turn=False)


def test_several_runs_remember_at_once() -> None:
    """None loses what another has found out."""
    threads = [
        threading.Thread(target=remember, args=(endpoint(f"http://{name}/v1"), "small", Profile(Abilities(tools=True))))
        for name in "abcdefgh"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(known_profile(endpoint(f"http://{name}/v1")).abilities for name in "abcdefgh")


def test_a_replay_remembers_nothing() -> None:
    """What a recording teaches is no word of a server."""
    with fake_server(newer) as server:

        async def run() -> None:
            import httpx2

            async with ModelClient(endpoint(server.url), transport=httpx2.AsyncHTTPTransport()) as client:
                await client.ask(QUESTION)

        asyncio.run(run())
    assert not memory_file().exists()
