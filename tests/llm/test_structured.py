"""Answers in the shape of a model."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pydantic
import pytest
from pydantic import BaseModel

from baogao.errors import BudgetError, ReplyError
from baogao.llm.cache import ReplyCache
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Abilities, Message, Question
from baogao.llm.prompts import load_prompts
from baogao.llm.settings import EndpointSettings
from baogao.llm.structured import ask_model, json_inside
from baogao.usage import Usage, usage_scope
from llm.fake_server import Script, Seen, Step, completion, failure, fake_server

QUESTION = Question((Message("system", "连线。"), Message("user", "候选：1. 12件")), max_tokens=50)
GOOD = '{"accepted": [1], "closed": []}'
OTHER = '{"accepted": [2], "closed": [3]}'
BAD = '{"accepted": "many", "closed": []}'
WAYS = {
    "schema": Abilities(json_schema=True),
    "tools": Abilities(tools=True),
    "object": Abilities(json_object=True),
    "plain": Abilities(),
}

REPAIR = load_prompts()["repair"]


class Links(BaseModel):
    """Field to the ids of its candidates."""

    accepted: list[int]
    closed: list[int]


def ask(
    script: Script, abilities: Abilities = WAYS["schema"], *, times: int = 1, cache: Path | None = None, **more: int
) -> tuple[Links, list[Seen], Usage]:
    """Ask ``times`` times; the last answer, what the server saw, and what it took."""

    async def run(url: str) -> Links:
        settings = EndpointSettings(base_url=url, model="small", first_wait=0.001, **more)
        kept = ReplyCache(cache) if cache else None
        async with ModelClient(settings, abilities=abilities, cache=kept) as client:
            for _ in range(times):
                answer = await ask_model(client, QUESTION, Links, REPAIR)
            return answer

    with fake_server(script) as server, usage_scope() as usage:
        answer = asyncio.run(run(server.url))
    return answer, server.seen, usage


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_asking(way: str) -> None:
    """The answer is understood whichever way the endpoint is held to it, and it is held the strictest way it can."""
    tool = "Links" if way == "tools" else None
    answer, seen, _ = ask([completion(GOOD, tool=tool, finish_reason="tool_calls" if tool else "stop")], WAYS[way])
    assert answer == Links(accepted=[1], closed=[])
    body = seen[0].body
    held = {
        "schema": body.get("response_format", {}).get("type") == "json_schema",
        "object": body.get("response_format", {}).get("type") == "json_object",
        "tools": "tools" in body,
    }
    assert [name for name, holds in held.items() if holds] == ([] if way == "plain" else [way])
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("small", 50, 0.0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{GOOD}\n```",
        f"结果如下：\n{GOOD}\n以上。",
        f"<think>{{}}</think>{GOOD}",
        '{"accepted": ["1"], "closed": []}',
        "{'accepted': [1], 'closed': [],}",
        "```json\n{“accepted”: [1], “closed”: []}\n```",
        '结果如下：\n{"accepted": [1,], // 一\n"closed": []}\n以上。',
        '{"accepted": [2], "closed": []}</think>{"accepted": [1], "closed": []}',
    ],
    ids=[
        "fence",
        "words",
        "thoughts",
        "text for number",
        "quotes",
        "wide quotes",
        "comments",
        "thoughts without a mark",
    ],
)
def test_json_is_found_in_what_surrounds_it(way: str, text: str) -> None:
    """Fences, words around, thoughts and numbers in quotes need no repair."""
    answer, _, usage = ask([completion(text)], WAYS[way])
    assert answer.accepted == [1]
    assert usage.requests == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "text", [BAD, "我不知道。", '{"accepted": [1], "closed": [', "{'accepted': [1], 'closed': [2", '{"links": 1}']
)
def test_one_repair(way: str, text: str) -> None:
    """A reply that does not fit gets one more turn, whose tokens are counted."""
    answer, seen, usage = ask([completion(text), completion(GOOD)], WAYS[way])
    assert answer.accepted == [1]
    assert (usage.requests, usage.prompt_tokens, usage.retries) == (2, 20, 0)
    turns = [message["role"] for message in seen[1].body["messages"]]
    assert turns[-2:] == ["assistant", "user"]


def test_repair_says_only_what_failed() -> None:
    """The repair turn names the failing path; no link, no version of a library, nothing of the fields that held."""
    _, seen, _ = ask([completion(BAD), completion(GOOD)])
    said = seen[1].body["messages"][-1]["content"]
    assert "accepted: Input should be a valid" in said
    assert "closed" not in said
    assert "http" not in said
    assert pydantic.VERSION not in json.dumps(seen[1].body)


def test_only_the_first_faults_are_named() -> None:
    """A list of which every entry is wrong does not become a repair turn of its own length."""
    bad = json.dumps({"accepted": ["x"] * 50, "closed": []})
    _, seen, _ = ask([completion(bad), completion(GOOD)])
    said = seen[1].body["messages"][-1]["content"]
    assert "accepted.19: Input should be" in said
    assert "accepted.20" not in said
    assert "… (30 more)" in said


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (GOOD, GOOD),
        (f"结果：\n```json\n{GOOD}\n```\n以上。", GOOD),
        (f"先看 {GOOD} 就是", GOOD),
        (f"先看 {GOOD} 再看[注1]", GOOD),
        (f"{GOOD}\n{GOOD}", GOOD),
        (f"\\boxed{{{GOOD}}}，见{{附注}}", GOOD),
        ("没有", "没有"),
        ("12", "12"),
    ],
)
def test_json_inside(text: str, inside: str) -> None:
    """JSON is taken out of what stands around it; a text without any stays as it is."""
    assert json_inside(text) == inside


@pytest.mark.parametrize(
    "text",
    [
        f"{GOOD} 不对，应为 {OTHER}",
        f"```json\n{GOOD}\n```\n```json\n{OTHER}\n```",
        f"{GOOD}\n{OTHER}",
        f"{GOOD} 不对，应为 {OTHER[:-3]}",
        f"{GOOD} 不对，应为 {OTHER[:3]}",
        f"{GOOD} 不对，应为 {{'accepted': [1}}",
        f"{OTHER[:-1]}, {GOOD}",
        '{"links": [{"field": "a", "ids": [1]}], "metadata": [{"field": "b", "text": "c',
    ],
)
def test_several_objects_are_none(text: str) -> None:
    """Of different ones nobody knows which is meant, and a part of one that was cut is not the answer."""
    assert json_inside(text) == text


@pytest.mark.parametrize("text", [f"{GOOD} 不对，应为 {OTHER}", f"{OTHER[:-1]}, {GOOD}"])
def test_several_objects_are_asked_for_again(text: str) -> None:
    """The repair turn says which: neither the first nor the last is taken."""
    answer, seen, _ = ask([completion(text), completion(OTHER)])
    assert (answer.accepted, len(seen)) == ([2], 2)


def test_long_nonsense_is_not_sent_back_whole() -> None:
    """A long failed reply is shown to the model by its beginning."""
    nonsense = "".join(f"第{number}句废话。" for number in range(2000))
    _, seen, _ = ask([completion(nonsense), completion(GOOD)])
    assert len(json.dumps(seen[1].body, ensure_ascii=False)) < 4000


def test_only_one_repair() -> None:
    """Two replies that do not fit are an error that names what failed."""
    with pytest.raises(ReplyError, match="does not fit: accepted: Input should be"):
        ask([completion(BAD), completion(BAD), completion(GOOD)])


def test_cut_reply_is_not_repaired() -> None:
    """A reply without its end is refused at once: asked again it would be cut again."""
    with pytest.raises(ReplyError, match="cut after"):
        ask([completion(GOOD[:10], finish_reason="length"), completion(GOOD)])


def test_budget_error_passes_through() -> None:
    """Our own errors come out as they are."""
    with pytest.raises(BudgetError):
        ask([completion(GOOD)], budget_tokens=10)


def test_passing_trouble_is_retried_by_our_layer_only() -> None:
    """Three attempts are three requests: no other layer multiplies them."""
    trouble = Step({"error": {"message": "busy"}}, 503)
    _, seen, usage = ask([trouble, trouble, completion(GOOD)], max_attempts=3)
    assert len(seen) == 3
    assert usage.retries == 2
    with pytest.raises(ReplyError, match="503"):
        ask(lambda _: trouble, max_attempts=3)


def test_good_answer_is_kept(tmp_path: Path) -> None:
    """The second time the answer comes from the cache."""
    _, seen, usage = ask([completion(GOOD)], times=2, cache=tmp_path / "replies")
    assert (len(seen), usage.cached) == (1, 1)


def test_repaired_answer_is_kept_for_the_question(tmp_path: Path) -> None:
    """What did not fit is never kept; the repaired answer stands for the question the next time."""
    answer, seen, _ = ask([completion(BAD), completion(GOOD)], times=2, cache=tmp_path / "replies")
    assert answer.accepted == [1]
    assert len(seen) == 2


def test_failed_answer_is_not_kept(tmp_path: Path) -> None:
    """After a failure the question is asked afresh."""
    with pytest.raises(ReplyError):
        ask([completion(BAD), completion(BAD)], cache=tmp_path / "replies")
    _, seen, _ = ask([completion(GOOD)], cache=tmp_path / "replies")
    assert len(seen) == 1


def causes(error: BaseException) -> list[BaseException]:
    """An error and what caused it, each once."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None:
        assert not any(one is other for other in chain), "the errors cause each other"
        chain.append(one)
        one = one.__cause__ or one.__context__
    return chain


@pytest.mark.parametrize("step", [Step(b"{"), completion(""), completion(BAD), failure(400, "no")])
def test_no_error_causes_itself(step: Step) -> None:
    """Whoever walks from an error to its causes comes to an end."""
    with pytest.raises(ReplyError) as caught:
        ask(lambda _: step, max_attempts=1)
    assert len(causes(caught.value)) >= 1


def test_a_model_that_fails_over_a_reply() -> None:
    """What a model's own checks come upon is a reply that does not fit, never an error of ours."""

    class Fragile(Links):
        @pydantic.model_validator(mode="after")
        def _fails(self) -> Fragile:
            raise RecursionError("too deep")

    async def run(url: str) -> None:
        async with ModelClient(EndpointSettings(base_url=url, model="small"), abilities=WAYS["schema"]) as client:
            await ask_model(client, QUESTION, Fragile, REPAIR)

    with fake_server(lambda _: completion(GOOD)) as server, pytest.raises(ReplyError, match="does not fit"):
        asyncio.run(run(server.url))


@pytest.mark.parametrize("way", WAYS)
def test_a_kept_answer_wants_no_instructor(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it adds to a question is learned from another one; the answer is found under the same key."""
    import instructor

    other = Question((Message("system", "连线。"), Message("user", "候选：2. 13件")), max_tokens=50)
    tool = "Links" if way == "tools" else None
    answer = completion(GOOD, tool=tool, finish_reason="tool_calls" if tool else "stop")

    async def run(url: str) -> list[Links]:
        settings = EndpointSettings(base_url=url, model="small")
        found = []
        for learned in (False, True):
            async with ModelClient(settings, abilities=WAYS[way], cache=ReplyCache(tmp_path)) as client:
                found.append(await ask_model(client, QUESTION, Links, REPAIR))
                if learned:
                    monkeypatch.setattr(instructor, "patch", None)
                found.append(await ask_model(client, other, Links, REPAIR))
        return found

    with fake_server([answer, answer]) as server, usage_scope() as usage:
        assert asyncio.run(run(server.url)) == [Links(accepted=[1], closed=[])] * 4
    assert (usage.requests, usage.cached) == (2, 2)
