"""Sending a request as the server wants it: thoughts, shapes, prompts that are cut, refusals met by many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from baogao.errors import BudgetError, ReplyError
from baogao.llm.endpoint import ModelClient
from baogao.llm.manner import SWITCHES, Manner
from baogao.llm.messages import Message, Question, Reply
from baogao.llm.profiles import memory_file
from baogao.llm.settings import EndpointSettings
from baogao.usage import usage_scope
from llm.fake_server import FakeServer, Seen, Step, completion, failure, fake_server

QUESTION = Question((Message("system", "填表。"), Message("user", "多少？")), max_tokens=50)


def ask(server: FakeServer, times: int = 1, question: Question = QUESTION, **told: Any) -> tuple[list[Reply], Manner]:
    """Ask a question several times at once; the replies, and how the server is asked in the end."""

    async def run() -> tuple[list[Reply], Manner]:
        settings = EndpointSettings(base_url=server.url, model="small", first_wait=0, concurrency=32, **told)
        async with ModelClient(settings) as client:
            replies = await asyncio.gather(*(client.ask(question) for _ in range(times)))
            assert client.manner is not None
            return replies, client.manner

    return asyncio.run(run())


def thinker(heeds: Callable[[dict[str, Any]], bool]) -> Callable[[Seen], Step]:
    """A model that thinks for 900 tokens before it answers, unless a request that it heeds keeps it from that."""

    def script(seen: Seen) -> Step:
        if heeds(seen.body):
            return completion("12件")
        thoughts = {"role": "assistant", "content": "", "reasoning_content": "想一想"}
        cap = seen.body["max_tokens"]
        step = completion("", finish_reason="length", completion_tokens=cap)
        if cap > 900:
            step = completion("", completion_tokens=905)
            thoughts["content"] = "12件"
        step.body["choices"][0]["message"] = thoughts
        return step

    return script


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_model_is_kept_from_thinking(switch: Any) -> None:
    """Whichever words the server has for it, they are found once, for all questions under way."""
    wanted = SWITCHES[switch]
    with fake_server(thinker(lambda body: wanted.items() <= body.items())) as server:
        replies, manner = ask(server, times=8)
    assert [reply.text for reply in replies] == ["12件"] * 8
    assert manner == Manner(switch=switch)
    tried = sum("Say: yes" in seen.body["messages"][-1]["content"] for seen in server.seen)
    assert tried == list(SWITCHES).index(switch) + 1
    assert len(server.seen) == 8 + tried + 8


def test_thoughts_that_cannot_be_helped_have_room() -> None:
    """The limit is raised once; what was thought is not in the answer."""
    with fake_server(thinker(lambda body: False)) as server:
        replies, manner = ask(server, times=4, thinking_tokens=2000)
    assert {reply.text for reply in replies} == {"12件"}
    assert all(reply.thought for reply in replies)
    assert manner == Manner(switch="none", thinking_tokens=2000)


def test_a_model_may_think() -> None:
    """Where a user wants it to, no switch is tried."""
    with fake_server(thinker(lambda body: "enable_thinking" in body)) as server:
        replies, manner = ask(server, thinking="on")
    assert replies[0].thought
    assert manner.thinking_tokens == 8000
    assert len(server.seen) == 2


def test_a_model_that_must_not_think() -> None:
    """Where that cannot be helped, the reply is refused, and no more is paid for."""
    with fake_server(thinker(lambda body: False)) as server, pytest.raises(ReplyError, match="nothing but thoughts"):
        ask(server, thinking="off")
    assert all(seen.body["max_tokens"] <= 50 for seen in server.seen)


def test_short_thoughts_are_no_better() -> None:
    """A model that must not think is kept from it also where its thoughts would have fitted."""

    def script(seen: Seen) -> Step:
        return completion("12件" if "enable_thinking" in seen.body else "<think>嗯</think>12件")

    with fake_server(script) as server:
        assert ask(server, thinking="off")[1].switch == "enable_thinking"
        assert ask(server, thinking="auto")[1].switch == "enable_thinking"  # remembered


def test_room_for_thoughts_is_in_the_budget() -> None:
    """What thoughts may take is held before the request is sent."""
    with fake_server(thinker(lambda body: False)) as server, pytest.raises(BudgetError), usage_scope() as usage:
        ask(server, budget_tokens=3000, profile={"thinking_tokens": 2960})
    assert (len(server.seen), usage.requests) == (0, 0)


@pytest.mark.parametrize(("read", "fits"), [(2048, False), (500, False), (499, True), (5000, True), (0, True)])
def test_a_prompt_that_is_cut(read: int, fits: bool) -> None:
    """A server that read far fewer tokens than it was sent has cut the question, if it counts them at all."""
    long = Question((Message("user", "受理行政复议案件，" * 1000),), max_tokens=50)
    with fake_server([completion("12件", prompt_tokens=read)]) as server:
        if fits:
            assert ask(server, question=long)[0][0].text == "12件"
        else:
            with pytest.raises(ReplyError, match=f"read {read} of about .*num_ctx"):
                ask(server, question=long)


def test_a_refusal_that_many_meet_at_once() -> None:
    """All are under way before the first is refused: each is asked again once, and nothing is lost."""
    refused = replace(failure(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."), delay=0.5)

    def script(seen: Seen) -> Step:
        return refused if "max_tokens" in seen.body else completion("12件")

    with fake_server(script) as server, usage_scope() as usage:
        replies, manner = ask(server, times=8)
    assert [reply.text for reply in replies] == ["12件"] * 8
    assert manner == Manner(cap="max_completion_tokens")
    assert (usage.requests, len(server.seen)) == (16, 16)


@pytest.mark.parametrize("status", [400, 404, 405, 415, 422, 500, 501])
def test_statuses_of_refusals(status: int) -> None:
    """Servers refuse a parameter with whatever status."""

    def script(seen: Seen) -> Step:
        return failure(status, "temperature is not supported") if "temperature" in seen.body else completion("12件")

    with fake_server(script) as server:
        assert ask(server)[0][0].text == "12件"
    # A breakdown may pass by itself: it must be said twice.
    assert len(server.seen) == (3 if status >= 500 else 2)


@pytest.mark.parametrize("status", [404, 405, 500])
def test_a_page_teaches_nothing(status: int) -> None:
    """A web page may hold any words; nobody behind it has read the request."""
    page = Step("<p>max_tokens, temperature, stream must be set</p>", status)
    with fake_server(lambda _: page) as server, pytest.raises(Exception, match=str(status)):
        ask(server, max_attempts=1)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        failure(400, "This model's maximum context length is 4096 tokens; 5000 in the messages, 50 in max_tokens"),
        failure(400, "Rejected by our safety system: the prompt of the system role was flagged"),
        failure(400, "max_tokens is too large: 50. It must be in [1, 40]"),
        failure(400, "bad request"),
    ],
)
def test_the_error_of_one_question_is_no_word_on_the_others(trouble: Step) -> None:
    """What is said of a question, or of a number in it, teaches nothing, and nothing is remembered."""
    with fake_server([trouble, completion("12件")]) as server:
        with pytest.raises(ReplyError):
            ask(server)
        assert ask(server)[1] == Manner()
    assert not memory_file().exists()


def test_a_request_that_is_refused_however_it_is_written_teaches_nothing() -> None:
    """What was left out of it in vain is sent with the next one, and not remembered."""

    def script(seen: Seen) -> Step:
        if seen.body["messages"][-1]["content"] != "多少？":
            return completion("12件")
        return failure(400, "temperature is not supported" if "temperature" in seen.body else "bad request")

    async def run(url: str) -> None:
        async with ModelClient(EndpointSettings(base_url=url, model="small")) as client:
            with pytest.raises(ReplyError, match="bad request"):
                await client.ask(QUESTION)
            await client.ask(Question((Message("user", "几件？"),), max_tokens=50))

    with fake_server(script) as server:
        asyncio.run(run(server.url))
    assert [("temperature" in seen.body) for seen in server.seen] == [True, False, True]
    assert not memory_file().exists()


def test_a_breakdown_that_passes_teaches_nothing() -> None:
    """Once may be chance, whatever words it comes in."""
    broken = failure(500, "Internal system error while processing message")
    with fake_server([broken, completion("12件")]) as server:
        assert ask(server)[1] == Manner()


def test_a_server_that_is_busy_while_switches_are_tried() -> None:
    """It is asked again; that the model cannot be kept from thinking is not learned of it."""
    busy = iter([failure(429, "slow down"), failure(503, "loading")])
    thinks = thinker(lambda body: "chat_template_kwargs" in body)

    def script(seen: Seen) -> Step:
        return next(busy, thinks(seen)) if "chat_template_kwargs" in seen.body else thinks(seen)

    with fake_server(script) as server:
        replies, manner = ask(server)
    assert replies[0].text == "12件"
    assert manner.switch == "chat_template_kwargs"


def test_a_cap_that_is_too_low_is_raised() -> None:
    """Some models want no reply to be as short as a letter."""

    def script(seen: Seen) -> Step:
        low = seen.body["max_tokens"] < 16
        return failure(400, "Invalid 'max_tokens': below minimum value, expected >= 16") if low else completion("A")

    with fake_server(script) as server:
        assert ask(server, question=Question(QUESTION.messages, max_tokens=4))[0][0].text == "A"


def test_what_adapting_takes_is_in_the_budget() -> None:
    """Every request is held against it, those that only try a switch, too."""
    with fake_server(thinker(lambda body: False)) as server, pytest.raises(BudgetError), usage_scope() as usage:
        ask(server, budget_tokens=1000)
    assert usage.prompt_tokens + usage.completion_tokens <= 1000


def test_a_server_that_refuses_everything_is_left_alone() -> None:
    """Whatever it names, it is not asked for ever."""
    words = iter(f"p{number} max_tokens temperature system role stream only" for number in range(100))
    with fake_server(lambda _: failure(400, next(words))) as server, pytest.raises(ReplyError):
        ask(server)
    assert len(server.seen) <= 20
