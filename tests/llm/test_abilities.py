"""Probing what an endpoint can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from baogao.errors import EndpointError
from baogao.llm.abilities import abilities_of, probe
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Abilities
from baogao.llm.profiles import known_profile, memory_file
from baogao.llm.settings import EndpointSettings
from llm.fake_server import Seen, Step, completion, failure, fake_server

SEASON = '{"season": "spring"}'


def able(seen: Seen) -> Step:
    """A server that can do everything."""
    if "tools" in seen.body:
        return completion(SEASON, tool="choose", finish_reason="tool_calls")
    if "response_format" in seen.body:
        return completion(SEASON)
    return completion("yes", logprobs=[("yes", -0.1)])


def ignoring(seen: Seen) -> Step:
    """A server that knows no parameter and refuses none: it answers in prose, JSON only where the words ask for it."""
    asked_for_json = "JSON" in seen.body["messages"][0]["content"]
    return completion(f"```json\n{SEASON}\n```" if asked_for_json else "I like spring, because of the flowers.")


def refusing(status: int) -> Callable[[Seen], Step]:
    """A server that refuses what it does not know."""

    def script(seen: Seen) -> Step:
        if {"tools", "response_format", "logprobs"} & seen.body.keys():
            return failure(status, "unknown field")
        return completion("yes")

    return script


def probed(
    script: Callable[[Seen], Step], models: Sequence[str | dict[str, Any]] = ("small",)
) -> tuple[Abilities, int]:
    """What is found, and by how many requests."""

    async def run(url: str) -> Abilities:
        async with ModelClient(EndpointSettings(base_url=url, model="small", first_wait=0)) as client:
            found = (await probe(client)).abilities
            assert found is not None
            return found

    with fake_server(script, models) as server:
        return asyncio.run(run(server.url)), len(server.seen)


def test_able_server() -> None:
    """Everything is found where it is there, by four requests."""
    assert probed(able) == (Abilities(json_schema=True, json_object=True, tools=True, logprobs=True), 4)


def test_server_that_ignores_parameters() -> None:
    """Prose, or JSON behind a fence, is no sign of an ability."""
    assert probed(ignoring)[0] == Abilities()


@pytest.mark.parametrize(("status", "requests"), [(400, 4), (422, 4), (500, 9), (501, 9)])
def test_server_that_refuses_parameters(status: int, requests: int) -> None:
    """A refusal is taken for an answer; a fault is one when it comes twice, and the plainest question is answered."""
    assert probed(refusing(status)) == (Abilities(), requests)


@pytest.mark.parametrize("trouble", [failure(503, "loading"), failure(429, "busy"), failure(500, "oops")])
def test_trouble_that_passes_hides_no_ability(trouble: Step) -> None:
    """One failed request in four is sent again, and everything is found."""
    steps = iter([trouble])
    assert probed(lambda seen: next(steps, able(seen)))[0] == probed(able)[0]


@pytest.mark.parametrize("trouble", [failure(503, "loading"), Step("{"), Step(drop=True)])
def test_a_busy_server_is_not_remembered_as_unable(trouble: Step) -> None:
    """What could not be found out is asked again by the next run."""

    def script(seen: Seen) -> Step:
        return trouble if "tools" in seen.body else able(seen)

    with fake_server(script) as server:
        asyncio.run(_abilities(server.url))
    assert not memory_file().exists()


@pytest.mark.parametrize(
    "trouble", [failure(500, "oops"), failure(503, "loading"), Step("{}"), Step("<html>hi</html>")]
)
def test_a_server_that_answers_nothing_is_an_error(trouble: Step) -> None:
    """It is not one that can do nothing, and nothing is remembered of it."""
    with fake_server(lambda _: trouble) as server, pytest.raises(EndpointError):
        asyncio.run(_abilities(server.url))
    assert not memory_file().exists()


async def _abilities(url: str) -> Abilities:
    async with ModelClient(EndpointSettings(base_url=url, model="small", first_wait=0)) as client:
        return await abilities_of(client)


@pytest.mark.parametrize("said", [{"max_model_len": 4096}, {"meta": {"n_ctx": 4096, "n_ctx_train": 32768}}])
def test_context_length(said: dict[str, object]) -> None:
    """The size of the context is read from the list of models, under the names that servers give it."""
    assert probed(able, models=({"id": "small", **said},))[0].context_length == 4096


@pytest.mark.parametrize(
    "said",
    [{"meta": "n_ctx"}, {"meta": None}, {"max_model_len": "long"}, {"n_ctx": True}, {"n_ctx": -1}, {"n_ctx": 10**4000}],
)
def test_odd_entries_in_the_list_of_models(said: dict[str, object]) -> None:
    """What is no length is none."""
    assert probed(able, models=({"id": "small", **said},))[0].context_length is None


def test_no_server_is_an_error() -> None:
    """A server that is not there is not one that can do nothing."""

    async def run() -> None:
        async with ModelClient(EndpointSettings(base_url="http://127.0.0.1:9/v1", model="small")) as client:
            await probe(client)

    with pytest.raises(EndpointError, match="no model server answers"):
        asyncio.run(run())


def test_remembered_per_endpoint_and_model() -> None:
    """Probed once for each model; forgotten on request; a broken memory is as good as none."""

    async def run(url: str, model: str) -> Abilities:
        async with ModelClient(EndpointSettings(base_url=url, model=model)) as client:
            return await abilities_of(client)

    with fake_server(able, models=("small", "large")) as server:
        first = asyncio.run(run(server.url, "small"))
        assert asyncio.run(run(server.url, "small")) == first
        assert len(server.seen) == 4
        asyncio.run(run(server.url, "large"))
        assert len(server.seen) == 8
        memory_file().unlink()
        asyncio.run(run(server.url, "small"))
        assert len(server.seen) == 12
        memory_file().write_text("[broken", encoding="utf-8")
        asyncio.run(run(server.url, "small"))
        assert len(server.seen) == 16


FOUND = {"json_schema": True, "json_object": True, "tools": False, "logprobs": False, "context_length": 4096}
AS_IT_WAS_FIRST = {
    "cap": "max_tokens",
    "left_out": [],
    "least_temperature": 0.0,
    "system_turn": True,
    "stream": False,
    "refs": True,
    "switch": "unknown",
    "thinking_tokens": 0,
}


def entry_of(abilities: Any, manner: Any = AS_IT_WAS_FIRST) -> dict[str, Any]:
    """An entry of the memory."""
    return {"abilities": abilities, "manner": manner}


def test_the_form_of_what_is_remembered() -> None:
    """The file may come from a baogao before this one, and go to the next."""
    endpoint = EndpointSettings(base_url="http://a/v1", model="small")
    memory_file().parent.mkdir(parents=True)
    memory_file().write_text(json.dumps({"http://a/v1 small": entry_of(FOUND)}), encoding="utf-8")
    assert known_profile(endpoint).abilities == Abilities(json_schema=True, json_object=True, context_length=4096)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        5,
        [],
        {},
        FOUND,
        entry_of(5),
        entry_of(FOUND | {"tools": "no"}),
        entry_of(FOUND | {"context_length": "4096"}),
        entry_of(FOUND | {"context_length": 4096.5}),
        entry_of(FOUND | {"context_length": -1}),
        entry_of(FOUND | {"context_length": 10**12}),
        entry_of(FOUND | {"tools": 1}),
        "small",
        entry_of(FOUND | {"images": True}),
        entry_of({name: FOUND[name] for name in FOUND if name != "tools"}),
        entry_of(FOUND, AS_IT_WAS_FIRST | {"cap": "length"}),
        entry_of(FOUND, AS_IT_WAS_FIRST | {"switch": 1}),
        entry_of(FOUND, AS_IT_WAS_FIRST | {"colour": "red"}),
        entry_of(FOUND, {}),
    ],
)
def test_a_memory_of_a_wrong_shape_is_probed_again(entry: Any) -> None:
    """What another version wrote, or another program, is not believed; what is known of other models stays."""
    with fake_server(able) as server:
        memory_file().parent.mkdir(parents=True)
        memory = {f"{server.url} small": entry, "http://a/v1 other": entry_of(FOUND)}
        memory_file().write_text(json.dumps(memory), encoding="utf-8")
        found = asyncio.run(_abilities(server.url))
        assert len(server.seen) == 4
        assert known_profile(EndpointSettings(base_url=server.url, model="small")).abilities == found
    assert known_profile(EndpointSettings(base_url="http://a/v1", model="other")).abilities is not None


@pytest.mark.parametrize(
    "memory", ["", "5", "[]", '"a"', '{"a": ', "\udcff", "[" * 100_000, '{"a":' * 100_000, " " * 2_000_000, "\x00"]
)
def test_a_broken_memory_is_as_good_as_none(memory: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is in the file, nothing is known of the endpoint, and a line says so."""
    memory_file().parent.mkdir(parents=True)
    memory_file().write_text(memory, encoding="utf-8", errors="surrogateescape")
    assert known_profile(EndpointSettings(base_url="http://a/v1", model="small")).abilities is None
    assert caplog.messages[0].count("\n") == 0
    assert "what endpoints can do is tried again" in caplog.messages[0]


@pytest.mark.parametrize("depth", [50, 150, 300, 5000])
def test_a_deep_memory_is_written_anew(depth: int) -> None:
    """However deep an entry is, beside others or in their place, a run finds out and remembers."""
    with fake_server(able) as server:
        memory_file().parent.mkdir(parents=True)
        deep = '{"a":' * depth + "1" + "}" * depth
        memory_file().write_text(f'{{"{server.url} small": {deep}, "b": {deep}}}', encoding="utf-8")
        found = asyncio.run(_abilities(server.url))
        assert found.tools
        assert known_profile(EndpointSettings(base_url=server.url, model="small")).abilities == found


def test_given_abilities_are_not_probed() -> None:
    """A caller that knows is believed."""

    async def run(url: str) -> Abilities:
        settings = EndpointSettings(base_url=url, model="small")
        async with ModelClient(settings, abilities=Abilities(tools=True)) as client:
            return await abilities_of(client)

    with fake_server(able) as server:
        assert asyncio.run(run(server.url)).tools
        assert server.seen == []


def test_what_is_remembered_is_told_without_asking() -> None:
    """A dry run learns what a run found out; of an endpoint that was never probed nothing is known."""

    async def run(settings: EndpointSettings) -> Abilities:
        async with ModelClient(settings) as client:
            return await abilities_of(client)

    with fake_server(able) as server:
        settings = EndpointSettings(base_url=server.url, model="small", max_attempts=1)
        assert known_profile(settings).abilities is None
        found = asyncio.run(run(settings))
        asked = len(server.seen)
        assert known_profile(settings).abilities == found
        assert known_profile(settings.model_copy(update={"model": "other"})).abilities is None
        assert len(server.seen) == asked


def test_probed_once():
    """However many documents want to know at once what the server can do, it is asked once."""

    async def run(url: str) -> list[Abilities]:
        async with ModelClient(EndpointSettings(base_url=url, model="small")) as client:
            return await asyncio.gather(*(abilities_of(client) for _ in range(5)))

    with fake_server(lambda _: completion("autumn")) as server:
        found = asyncio.run(run(server.url))
        assert len(server.seen) == 4
    assert found == found[:1] * 5
