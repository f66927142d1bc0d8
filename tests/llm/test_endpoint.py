"""The client of one model, against a real server on loopback."""

from __future__ import annotations

import asyncio
import socket
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from baogao.errors import BaogaoError, BudgetError, EndpointError, NoReplyError, ReplayError, ReplyError
from baogao.llm.cache import ReplyCache
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question, Reply
from baogao.llm.settings import EndpointSettings
from baogao.usage import Usage, usage_scope
from llm.fake_server import FakeServer, Script, Seen, Step, completion, failure, fake_server

QUESTION = Question((Message("system", "填表。"), Message("user", "原文：受理12件。")), max_tokens=20)


def settings(url: str, **more: Any) -> EndpointSettings:
    """Settings for a test: a model named, quick retries."""
    return EndpointSettings(**{"base_url": url, "model": "small", "first_wait": 0.001, **more})


def ask(server: FakeServer, question: Question = QUESTION, times: int = 1, **more: Any) -> tuple[Reply, Usage]:
    """Ask a question ``times`` times in turn; the last reply, and what all of them took."""
    cache = more.pop("cache", None)

    async def run() -> tuple[Reply, Usage]:
        with usage_scope() as usage:
            async with ModelClient(settings(server.url, **more), cache=cache) as client:
                for _ in range(times):
                    reply = await client.ask(question)
        return reply, usage

    return asyncio.run(run())


def failing(script: Script, question: Question = QUESTION, **more: Any) -> tuple[BaogaoError, FakeServer]:
    """The error of a question that must fail, and the server that was asked."""
    with fake_server(script, more.pop("models", ("small",))) as server, pytest.raises(BaogaoError) as caught:
        ask(server, question, **more)
    return caught.value, server


def test_reply_and_what_was_sent() -> None:
    """A reply comes back with its text and counts; exactly the question was sent."""
    with fake_server([completion("12件", prompt_tokens=31, completion_tokens=3)]) as server:
        reply, usage = ask(server)
    assert (reply.text, reply.finish_reason, reply.cached) == ("12件", "stop", False)
    assert server.seen[0].body == {
        "model": "small",
        "messages": [{"role": "system", "content": "填表。"}, {"role": "user", "content": "原文：受理12件。"}],
        "max_tokens": 20,
        "temperature": 0.0,
    }
    assert (usage.requests, usage.prompt_tokens, usage.completion_tokens) == (1, 31, 3)


def test_every_part_of_a_question_is_sent() -> None:
    """Temperature and log-probabilities arrive as the API names them, and log-probabilities come back."""
    question = Question(QUESTION.messages, 9, temperature=0.5, logprobs=True)
    with fake_server([completion("是", logprobs=[("是", -0.25)])]) as server:
        reply, _ = ask(server, question)
    body = server.seen[0].body
    assert (body["temperature"], body["max_tokens"], body["logprobs"]) == (0.5, 9, True)
    assert reply.logprobs is not None
    assert [(token.token, token.logprob) for token in reply.logprobs] == [("是", -0.25)]


@pytest.mark.parametrize(
    "trouble",
    [failure(429, "slow down"), failure(500, "oops"), failure(503, "busy"), failure(408, "late"), Step(drop=True)],
    ids=["429", "500", "503", "408", "reset"],
)
def test_passing_trouble_is_retried(trouble: Step) -> None:
    """What may pass by itself is tried again, and every attempt is counted."""
    with fake_server([trouble, trouble, completion("好")]) as server:
        reply, usage = ask(server)
    assert reply.text == "好"
    assert (usage.requests, usage.retries) == (3, 2)
    # A broken connection may have been paid for; a refusal was not.
    assert (usage.prompt_tokens > 10) == trouble.drop


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_lasting_trouble_is_not_retried(status: int) -> None:
    """What will not pass is sent once."""
    _, server = failing([failure(status, "no"), completion("late")])
    assert len(server.seen) == 1


def test_retries_have_an_end() -> None:
    """After the last attempt the error says what the server said."""
    error, server = failing(lambda _: failure(500, "oops"), max_attempts=3)
    assert isinstance(error, ReplyError)
    assert "500: oops" in str(error)
    assert len(server.seen) == 3


def test_retry_after_is_honoured() -> None:
    """A pause that the server asks for is kept."""
    throttled = failure(429, "slow down", headers={"retry-after": "0.3"})
    with fake_server([throttled, completion("好")]) as server:
        loop_time: list[float] = []

        async def run() -> None:
            async with ModelClient(settings(server.url)) as client:
                started = asyncio.get_running_loop().time()
                await client.ask(QUESTION)
                loop_time.append(asyncio.get_running_loop().time() - started)

        asyncio.run(run())
    assert loop_time[0] >= 0.3


def test_too_long_a_pause_is_not_waited_for() -> None:
    """A server that asks for an hour is reported at once."""
    error, server = failing([failure(429, "come back later", headers={"retry-after": "3600"})])
    assert "asks to wait 3600 seconds" in str(error)
    assert len(server.seen) == 1


def test_no_quota_is_not_retried() -> None:
    """An empty account answers 429 for ever; it is an error of the endpoint."""
    error, server = failing([failure(429, "pay first", code="insufficient_quota")])
    assert isinstance(error, EndpointError)
    assert "no quota" in str(error)
    assert len(server.seen) == 1


def test_no_server() -> None:
    """Where nothing listens, the message names the URL and says what to do."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

    async def run() -> None:
        async with ModelClient(settings(url)) as client:
            await client.ask(QUESTION)

    with pytest.raises(
        EndpointError, match=r"no model server answers at http://127\.0\.0\.1:\d+/v1/chat/completions: .*model serve"
    ):
        asyncio.run(run())


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_key(status: int) -> None:
    """A refused key is named as such, and never printed, not even where the server repeats it."""
    error, _ = failing([failure(status, "bad key sk-secret")], api_key="sk-secret")
    assert isinstance(error, EndpointError)
    assert "OPENAI_API_KEY was not accepted" in str(error)
    assert "sk-secret" not in str(error)


def test_key_is_struck_from_other_errors() -> None:
    """A server that repeats the key in any other error does not bring it into ours."""
    error, _ = failing([failure(400, "do not send sk-secret here")], api_key="sk-secret")
    assert "do not send *** here" in str(error)


@pytest.mark.parametrize("refusal", [failure(404, "model not found"), failure(400, "Model Not Exist")])
def test_unknown_model_lists_the_known(refusal: Step) -> None:
    """An unknown model is answered with the list of models."""
    error, _ = failing([refusal], model="huge", models=("b", "a"))
    assert isinstance(error, EndpointError)
    assert str(error).endswith("has no model 'huge'; it has: a, b")


def test_wrong_path() -> None:
    """A server without the API's pages makes us doubt the URL."""
    error, _ = failing([Step("<html>Not Found</html>", 404)], models=None)
    assert isinstance(error, EndpointError)
    assert "ends in /v1" in str(error)
    assert "<html>" not in str(error)


@pytest.mark.parametrize(
    "said", ["This model's maximum context length is 4096 tokens", "request exceeds the available context size"]
)
def test_question_too_long(said: str) -> None:
    """A question beyond the context is this document's error."""
    error, _ = failing([failure(400, said)])
    assert isinstance(error, ReplyError)
    assert "longer than the model can read" in str(error)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (completion(""), "empty"),
        (completion(" \n"), "empty"),
        (completion("<think>嗯</think>\n"), "empty"),
        (completion("12", finish_reason="length", completion_tokens=20), "cut after 20 tokens"),
        (completion("", finish_reason="content_filter"), "withheld"),
        (completion("受理：12件\n" * 8), "same line over and over"),
        (Step({"choices": []}), "not a chat completion"),
        (Step({"hello": 1}), "not a chat completion"),
        (Step("null"), "not a chat completion"),
    ],
)
def test_useless_reply(step: Step, words: str, tmp_path: Path) -> None:
    """A reply that cannot be used is an error in words, is paid for, and is never kept."""
    cache = ReplyCache(tmp_path / "replies")
    error, _ = failing(lambda _: step, cache=cache, max_attempts=1)
    assert isinstance(error, ReplyError)
    assert words in str(error)
    with fake_server([completion("好")]) as server:
        reply, _ = ask(server, cache=ReplyCache(tmp_path / "replies"))
    assert reply.text == "好"


def test_cut_reply_where_it_is_welcome() -> None:
    """A caller that can read half a form gets it."""
    with fake_server([completion("甲：1件\n乙", finish_reason="length")]) as server:
        reply, _ = ask(server, Question(QUESTION.messages, 5, accept_cut=True))
    assert (reply.text, reply.finish_reason) == ("甲：1件\n乙", "length")


def test_thoughts_are_not_the_reply() -> None:
    """Thoughts that a server puts in front are taken off."""
    with fake_server([completion("<think>先看\n原文</think>\n\n12件")]) as server:
        assert ask(server)[0].text == "12件"


def test_slow_reply_times_out() -> None:
    """A server that never answers is given up after the timeout, at each attempt."""
    slow = Step(completion("好").body, delay=0.5)
    error, server = failing([slow, slow], timeout=0.1, max_attempts=2)
    assert "no reply within 0.1 seconds" in str(error)
    assert len(server.seen) == 2


def test_renamed_parameters() -> None:
    """A server that wants max_completion_tokens and no temperature gets them so, and it is remembered."""

    def script(seen: Seen) -> Step:
        if "max_tokens" in seen.body:
            return failure(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        if "temperature" in seen.body:
            return failure(400, "Unsupported value: 'temperature' does not support 0.0 with this model.")
        return completion("好")

    with fake_server(script) as server:
        _, usage = ask(server, times=2)
    assert len(server.seen) == 4
    assert server.seen[-1].body["max_completion_tokens"] == 20
    assert usage.requests == 4


def test_model_without_a_name() -> None:
    """Without a name the server's only model is asked; of several, one must be named."""
    with fake_server([completion("好")], models=("only",)) as server:
        ask(server, model=None)
    assert server.seen[0].body["model"] == "only"
    error, _ = failing([], model=None, models=("b", "a"))
    assert isinstance(error, EndpointError)
    assert "--model" in str(error)
    assert "a, b" in str(error)


def test_cache_answers_the_second_time(tmp_path: Path) -> None:
    """The same question is sent once; the second answer is marked, and costs nothing."""
    with fake_server([completion("好", logprobs=[("好", -0.5)])]) as server:
        reply, usage = ask(server, times=2, cache=ReplyCache(tmp_path / "replies"))
        assert reply.cached
        assert reply.logprobs is not None
        assert reply.logprobs[0].logprob == -0.5
    assert len(server.seen) == 1
    assert (usage.requests, usage.cached, usage.prompt_tokens) == (1, 1, 10)


def test_cut_reply_is_not_kept(tmp_path: Path) -> None:
    """A reply that was cut is asked for again."""
    question = Question(QUESTION.messages, 5, accept_cut=True)
    with fake_server(lambda _: completion("甲", finish_reason="length")) as server:
        ask(server, question, times=2, cache=ReplyCache(tmp_path / "replies"))
    assert len(server.seen) == 2


def test_reply_that_does_not_validate_is_not_kept(tmp_path: Path) -> None:
    """A reply that the caller refuses is not kept, and one from an older cache is asked for again."""

    def refuse(reply: Reply) -> None:
        if reply.text == "胡言":
            raise ReplyError("nonsense")

    async def run(url: str) -> Reply:
        async with ModelClient(settings(url), cache=ReplyCache(tmp_path / "replies")) as client:
            await client.ask(QUESTION)
            with pytest.raises(ReplyError, match="nonsense"):
                await client.ask(QUESTION, refuse)
            return await client.ask(QUESTION, refuse)

    with fake_server([completion("胡言"), completion("胡言"), completion("好")]) as server:
        assert asyncio.run(run(server.url)).text == "好"


def test_budget_is_never_exceeded() -> None:
    """A question that may not fit is not sent; what is under way counts at its worst."""
    with fake_server(lambda _: completion("好", prompt_tokens=20, completion_tokens=10)) as server:
        with pytest.raises(BudgetError, match="budget of 100 tokens"):
            ask(server, times=50, budget_tokens=100)
        sent = len(server.seen)
    assert 0 < sent * 30 <= 100


def test_budget_holds_side_by_side() -> None:
    """Questions asked at the same time do not overrun the budget together."""

    async def run(url: str) -> list[Reply | BaseException]:
        async with ModelClient(settings(url, budget_tokens=100, concurrency=8)) as client:
            return await asyncio.gather(*(client.ask(QUESTION) for _ in range(8)), return_exceptions=True)

    step = Step(completion("好", prompt_tokens=15, completion_tokens=20).body, delay=0.05)
    with fake_server(lambda _: step) as server:
        results = asyncio.run(run(server.url))
    assert len(server.seen) * 35 <= 100
    assert any(isinstance(result, BudgetError) for result in results)


def test_concurrency_is_capped() -> None:
    """No more requests are under way than the settings allow."""

    async def run(url: str) -> None:
        async with ModelClient(settings(url, concurrency=2)) as client:
            await asyncio.gather(*(client.ask(QUESTION) for _ in range(6)))

    with fake_server(lambda _: Step(completion("好").body, delay=0.05)) as server:
        asyncio.run(run(server.url))
    assert server.most_at_once == 2


def test_documents_side_by_side_do_not_mix() -> None:
    """Each scope counts what its own task asked; the one around them counts all."""

    async def document(client: ModelClient, questions: int) -> int:
        with usage_scope() as meter:
            await asyncio.gather(*(client.ask(QUESTION) for _ in range(questions)))
        return meter.requests

    async def run(url: str) -> tuple[list[int], int]:
        with usage_scope() as usage:
            async with ModelClient(settings(url)) as client:
                counts = await asyncio.gather(*(document(client, questions) for questions in (1, 2, 3)))
        return list(counts), usage.requests

    with fake_server(lambda _: completion("好")) as server:
        assert asyncio.run(run(server.url)) == ([1, 2, 3], 6)


def test_cost() -> None:
    """Prices are per million tokens; without any there is no cost."""
    with fake_server(lambda _: completion("好", prompt_tokens=2_000_000, completion_tokens=500_000)) as server:
        assert ask(server, prompt_price=1.5, completion_price=4.0)[1].cost == pytest.approx(5.0)
        assert ask(server)[1].cost is None


@pytest.mark.parametrize(
    ("prices", "cost"),
    [
        ({"prompt_price": 2.0, "completion_price": 4.0}, 4.0),
        ({"prompt_price": 2.0, "cached_price": 0.5}, 0.8),
        ({"cached_price": 0.5}, 0.4),
        ({"prompt_price": 2.0, "cached_price": 0.0}, 0.4),
    ],
)
def test_cost_of_what_the_server_had_in_its_cache(prices: dict[str, float], cost: float) -> None:
    """Cached prompt tokens are counted beside the others, and have a price of their own where one is set."""
    step = completion("好", prompt_tokens=1_000_000, completion_tokens=500_000)
    step.body["usage"]["prompt_tokens_details"] = {"cached_tokens": 800_000}
    with fake_server(lambda _: step) as server:
        usage = ask(server, **prices)[1]
    assert (usage.prompt_tokens, usage.cached_prompt_tokens) == (1_000_000, 800_000)
    assert usage.cost == pytest.approx(cost)


def test_tokens_are_estimated_where_the_server_does_not_say() -> None:
    """A server that leaves usage out is charged by estimate."""
    step = completion("好")
    del step.body["usage"]
    with fake_server([step]) as server:
        assert ask(server)[1].prompt_tokens > 0


class Away(httpx2.AsyncHTTPTransport):
    """Carries requests to the server, which refuses the connection at some of them, and at all the rest."""

    def __init__(self, *away: bool) -> None:
        super().__init__()
        self.away = iter(away)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Refuse, or send."""
        if next(self.away, True):
            raise httpx2.ConnectError("refused", request=request)
        return await super().handle_async_request(request)


def asked_twice(*away: bool, **more: Any) -> Usage:
    """Ask two questions of a server that is away at some of the requests; what the second took."""

    async def run(url: str) -> Usage:
        async with ModelClient(settings(url, max_attempts=3, **more), transport=Away(*away)) as client:
            await client.ask(QUESTION)
            with usage_scope() as usage:
                await client.ask(QUESTION)
        return usage

    with fake_server(lambda _: completion("好")) as server:
        return asyncio.run(run(server.url))


def test_server_that_comes_back() -> None:
    """A server that has answered in this run is waited for, however often that takes, and the question is answered."""
    usage = asked_twice(False, *[True] * 8, False)
    assert (usage.requests, usage.retries, usage.completion_tokens) == (9, 8, 5)


def test_server_that_stays_away() -> None:
    """One that was never there ends the run at once; one that was, may be there again for another report."""
    with pytest.raises(EndpointError, match="no model server answers at"):
        asked_twice(True, False, False)
    with pytest.raises(NoReplyError, match="no model server answers at"):
        asked_twice(False, retry_seconds=0.1)


def test_models_that_are_listed() -> None:
    """A list that is not one of models is an error that says so; odd entries of a list are passed over."""

    async def run(url: str) -> list[str]:
        async with ModelClient(settings(url)) as client:
            return await client.models()

    with fake_server([], models=("b", {"id": "a", "owned_by": "us"}, {"name": "no id"})) as server:
        assert asyncio.run(run(server.url)) == ["b", "a"]
    with fake_server([], models=None) as server, pytest.raises(EndpointError, match="404: no such page"):
        asyncio.run(run(server.url))


def test_renamed_parameters_keep_their_values() -> None:
    """What a server does not know by our name arrives by its own, and nothing else of the question changes."""
    refusal = failure(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    with fake_server([refusal, completion("好"), completion("好")]) as server:
        ask(server, times=2)
    first, *others = (seen.body for seen in server.seen)
    assert [other.pop("max_completion_tokens") for other in others] == [20, 20]
    assert first.pop("max_tokens") == 20
    assert others == [first, first]


@pytest.mark.parametrize("depth", [100, 800, 950, 990, 100_000])
@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
def test_a_body_that_nests_without_end(status: int, depth: int) -> None:
    """However deep a body is, it is an error of its status, in words."""
    body = b'{"error": ' + b"[" * depth + b"]" * depth + b"}"
    error, _ = failing(lambda _: Step(body, status), max_attempts=1)
    assert str(status) in str(error) if status != 200 else "chat completion" in str(error) or "error" in str(error)


class Unrecorded(httpx2.AsyncBaseTransport):
    """Has an answer to nothing."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Say so, because of another error."""
        raise ReplayError("not recorded") from LookupError("no such file")


def test_an_error_of_ours_does_not_cause_itself() -> None:
    """An error that comes through the SDK as it was has the causes that it had, and is none of them."""

    async def run() -> None:
        async with ModelClient(settings("http://server.invalid/v1"), transport=Unrecorded()) as client:
            await client.ask(QUESTION)

    with pytest.raises(ReplayError) as caught:
        asyncio.run(run())
    assert isinstance(caught.value.__cause__, LookupError)
    assert caught.value.__cause__.__cause__ is None


def test_a_reading_that_fails_is_a_bad_reply(tmp_path: Path) -> None:
    """Whatever a caller comes upon in a reply, it is that reply's error, and the reply is not kept."""

    def read(reply: Reply) -> None:
        raise OverflowError("math range error")

    cache = ReplyCache(tmp_path / "replies")

    async def run(url: str) -> None:
        async with ModelClient(settings(url), cache=cache) as client:
            await client.ask(QUESTION, read)

    words = "cannot be read: OverflowError: math range error"
    with fake_server(lambda _: completion("好")) as server, pytest.raises(ReplyError, match=words):
        asyncio.run(run(server.url))
    assert ReplyCache(tmp_path / "replies").count() == 0


def test_two_servers_on_one_machine_are_two(tmp_path: Path) -> None:
    """Two local servers that call different models by one name answer each for itself; one word lets them share."""
    place = tmp_path / "replies"
    with fake_server(lambda _: completion("甲")) as one, fake_server(lambda _: completion("乙")) as other:
        said = [ask(server, cache=ReplyCache(place))[0].text for server in (one, other, one, other)]
        assert said == ["甲", "乙", "甲", "乙"]
        assert len(one.seen) == len(other.seen) == 1
        said = [ask(server, cache=ReplyCache(place), shared_cache="both")[0].text for server in (one, other)]
        assert said == ["甲", "甲"]
        assert (len(one.seen), len(other.seen)) == (2, 1)
        assert ask(other, cache=ReplyCache(place), shared_cache=other.url)[0].text == "乙"
        assert len(other.seen) == 2


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("packed", [False, True])
def test_memory_is_bounded_whatever_is_sent(status: int, packed: bool) -> None:
    """A body without end, plain or packed and of whatever status, takes a few times 8 MB and no more."""
    packing = zlib.compressobj(wbits=31)
    begin, block = (packing.compress(bytes(1_000_000)) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = Step(begin + block * 1000, status, {"content-encoding": "gzip"})
    endless = Step(b"x" * 100_000, status, endless=True)
    tracemalloc.start()
    try:
        error, server = failing(lambda _: bomb if packed else endless, max_attempts=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ("larger than 8 MB" if status == 200 else f"says {status}") in str(error)
    assert peak < 80_000_000
    assert server.bytes_sent < 30_000_000


def test_a_server_away_is_waited_for_by_all_together() -> None:
    """What one question has waited in vain, the next need not wait again."""

    async def run(url: str) -> list[int]:
        requests = []
        async with ModelClient(settings(url, max_attempts=2, retry_seconds=0.3), transport=Away(False)) as client:
            await client.ask(QUESTION)
            for _ in range(2):
                with usage_scope() as usage, pytest.raises(NoReplyError):
                    await client.ask(QUESTION)
                requests.append(usage.requests)
                await asyncio.sleep(0.3)
        return requests

    with fake_server(lambda _: completion("好")) as server:
        first, second = asyncio.run(run(server.url))
    assert first > 2
    assert second == 2


def test_a_server_that_cannot_return_is_not_waited_for() -> None:
    """One that nobody starts again has the attempts of any other trouble."""

    async def run(url: str) -> int:
        async with ModelClient(
            settings(url, max_attempts=3), transport=Away(False), may_return=lambda: False
        ) as client:
            await client.ask(QUESTION)
            with usage_scope() as usage, pytest.raises(NoReplyError):
                await client.ask(QUESTION)
        return usage.requests

    with fake_server(lambda _: completion("好")) as server:
        assert asyncio.run(run(server.url)) == 3


def test_a_server_that_goes_away_before_its_first_reply() -> None:
    """A server that has said anything, also that it is not ready, was there."""
    steps = iter([failure(503, "loading"), Step(away=0.3)])
    with fake_server(lambda _: next(steps, completion("好"))) as server:
        assert ask(server, first_wait=0.02)[0].text == "好"
