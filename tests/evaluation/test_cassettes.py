"""Record and replay."""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.errors import EndpointError, NoReplyError, ReplayError, ReplyError, UsageError
from baogao.evaluation.cassettes import (
    Cassette,
    CassetteTransport,
    Mode,
    Persister,
    _same_body,
    bytes_of,
    json_of,
    playing,
)
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Message, Question
from baogao.llm.settings import EndpointSettings
from evaluation.one_cassette import cassette
from llm.fake_server import Script, Seen, Step, completion, failure, fake_server

NOWHERE = "http://127.0.0.1:9/v1"
SYSTEM = "你是统计员。\n照抄数字，例如５.6％，（共12件）。"


def question(text: str) -> Question:
    """A question with a long constant beginning."""
    return Question((Message("system", SYSTEM), Message("user", text)), max_tokens=20)


def echo(seen: Seen) -> Step:
    """A server whose reply tells the questions apart."""
    return completion(f"答：{seen.body['messages'][-1]['content']}")


async def ask(url: str, path: Path, mode: Mode, *texts: str) -> tuple[list[str], Cassette]:
    """Ask side by side under a cassette."""
    settings = EndpointSettings(base_url=url, model="small", api_key="sk-secret", first_wait=0.001)
    async with ModelClient(settings, transport=CassetteTransport()) as client:
        with cassette(path, mode) as played:
            replies = await asyncio.gather(*(client.ask(question(text)) for text in texts))
    return [reply.text for reply in replies], played


def record(path: Path, *texts: str, script: Script = echo) -> list[Seen]:
    """Record questions; what the server saw."""
    with fake_server(script) as server:
        asyncio.run(ask(server.url, path, "record", *texts))
    return server.seen


def test_replay_needs_no_server(tmp_path: Path) -> None:
    """What was recorded plays at another address, in another order, any number of times."""
    path = tmp_path / "a" / "one.yaml"
    record(path, "甲", "乙", "丙")
    replies, played = asyncio.run(ask(NOWHERE, path, "replay", "丙", "甲", "丙", "乙"))
    assert replies == ["答：丙", "答：甲", "答：丙", "答：乙"]
    assert played.unplayed == []


def test_replay_changes_nothing(tmp_path: Path) -> None:
    """A replay does not write."""
    path = tmp_path / "one.yaml"
    record(path, "甲")
    before = path.read_bytes()
    asyncio.run(ask(NOWHERE, path, "replay", "甲"))
    assert path.read_bytes() == before


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    """Ids, times and hosts are not in the file, so a new recording of the same answers is the same file."""
    record(tmp_path / "one.yaml", "甲")
    record(tmp_path / "two.yaml", "甲")
    assert (tmp_path / "one.yaml").read_bytes() == (tmp_path / "two.yaml").read_bytes()


def test_file_is_readable_and_holds_no_secret(tmp_path: Path) -> None:
    """Chinese stands as it is, shared texts once; no key, header, host or cookie is there."""
    path = tmp_path / "one.yaml"
    cookie = Step(completion("好").body, headers={"set-cookie": "session=1", "openai-organization": "org-1"})
    record(path, "甲", "乙", script=lambda _: cookie)
    text = path.read_text(encoding="utf-8")
    assert text.count("照抄数字，例如５.6％，（共12件）。") == 1
    for secret in ("sk-secret", "uthorization", "127.0.0.1", "session=1", "org-1", "created"):
        assert secret not in text


def test_miss_shows_the_difference(tmp_path: Path) -> None:
    """A request that was not recorded fails at once, and says how it differs from the nearest one."""
    path = tmp_path / "one.yaml"
    record(path, "受理12件", "罚款3万元")
    with pytest.raises(ReplayError) as caught:
        asyncio.run(ask(NOWHERE, path, "replay", "受理13件"))
    assert "-user: 受理12件 | +user: 受理13件" in str(caught.value)
    assert "罚款" not in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_miss_in_an_empty_cassette(tmp_path: Path) -> None:
    """An empty cassette says so."""
    path = tmp_path / "one.yaml"
    record(path)
    with pytest.raises(ReplayError, match="holds no exchange"):
        asyncio.run(ask(NOWHERE, path, "replay", "甲"))


def test_other_parameters_are_another_request(tmp_path: Path) -> None:
    """The whole body is compared, not the words only."""
    path = tmp_path / "one.yaml"
    record(path, "甲")

    async def run() -> None:
        settings = EndpointSettings(base_url=NOWHERE, model="other")
        async with ModelClient(settings, transport=CassetteTransport()) as client:
            with cassette(path, "replay"):
                await client.ask(question("甲"))

    with pytest.raises(ReplayError, match=r'-model: "small" \| \+model: "other"'):
        asyncio.run(run())


def test_unplayed_exchanges_are_named(tmp_path: Path) -> None:
    """What was recorded and not asked for can be told."""
    path = tmp_path / "one.yaml"
    record(path, "甲", "乙")
    _, played = asyncio.run(ask(NOWHERE, path, "replay", "乙"))
    assert played.unplayed == ["one.yaml: POST /v1/chat/completions …user: 甲"]


def test_recorded_once(tmp_path: Path) -> None:
    """A question that comes again while recording is played from what was just recorded."""
    assert len(record(tmp_path / "one.yaml", "甲")) == 1
    with fake_server(echo) as server:

        async def run() -> None:
            settings = EndpointSettings(base_url=server.url, model="small")
            async with ModelClient(settings, transport=CassetteTransport()) as client:
                with cassette(tmp_path / "two.yaml", "record"):
                    await client.ask(question("甲"))
                    await client.ask(question("甲"))

        asyncio.run(run())
    assert len(server.seen) == 1


def test_recording_anew_forgets_the_old(tmp_path: Path) -> None:
    """A new recording does not keep what is no longer asked."""
    path = tmp_path / "one.yaml"
    record(path, "甲")
    record(path, "乙")
    with pytest.raises(ReplayError):
        asyncio.run(ask(NOWHERE, path, "replay", "甲"))


def test_passing_trouble_is_not_recorded(tmp_path: Path) -> None:
    """A retry plays back as the reply it led to; a lasting refusal plays back as it was."""
    path = tmp_path / "one.yaml"
    steps = [failure(503, "busy"), completion("好")]
    record(path, "甲", script=steps)
    assert asyncio.run(ask(NOWHERE, path, "replay", "甲"))[0] == ["好"]

    path = tmp_path / "two.yaml"
    with pytest.raises(ReplyError, match="longer than the model can read"):
        record(path, "甲", script=[failure(400, "exceeds the context size")])
    with pytest.raises(ReplyError, match="longer than the model can read"):
        asyncio.run(ask(NOWHERE, path, "replay", "甲"))


def test_a_packed_answer_is_recorded_unpacked(tmp_path: Path) -> None:
    """What a server packs is in the file as text, and plays back as it was."""
    path = tmp_path / "one.yaml"
    packed = Step(gzip.compress(completion("好").data()), headers={"content-encoding": "gzip"})
    record(path, "甲", script=[packed])
    assert "好" in path.read_text(encoding="utf-8")
    assert asyncio.run(ask(NOWHERE, path, "replay", "甲"))[0] == ["好"]


@pytest.mark.parametrize("step", [Step(b"x" * 100_000, 400, endless=True), Step(b"[" * 100_000, 400)])
def test_a_hostile_answer_while_it_is_recorded(tmp_path: Path, step: Step) -> None:
    """A body without end, or of brackets without end, is the error that its status says, recorded or not."""
    with pytest.raises(ReplyError, match="says 400"):
        record(tmp_path / "one.yaml", "甲", script=lambda _: step)
    assert (tmp_path / "one.yaml").stat().st_size < 100_000


def test_documents_side_by_side_have_a_cassette_each(tmp_path: Path) -> None:
    """Cassettes of concurrent tasks do not mix."""

    async def run(url: str) -> None:
        await asyncio.gather(*(ask(url, tmp_path / f"{name}.yaml", "record", name) for name in "甲乙丙"))

    with fake_server(lambda seen: Step(echo(seen).body, delay=0.05)) as server:
        asyncio.run(run(server.url))
    for name in "甲乙丙":
        _, played = asyncio.run(ask(NOWHERE, tmp_path / f"{name}.yaml", "replay", name))
        assert len(played) == 1


def test_outside_a_cassette_the_server_is_asked(tmp_path: Path) -> None:
    """The transport alone changes nothing."""

    async def run() -> None:
        async with ModelClient(
            EndpointSettings(base_url=NOWHERE, model="small"), transport=CassetteTransport()
        ) as client:
            await client.ask(question("甲"))

    with pytest.raises(EndpointError, match="no model server answers"):
        asyncio.run(run())


def test_cassette_that_cannot_be_played(tmp_path: Path) -> None:
    """A file of another kind is an error in words; one that is missing holds no exchange."""
    assert len(Cassette(tmp_path / "none.yaml", "replay")) == 0
    for text in ("- a\n", "[", "exchanges: []\n"):
        (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ReplayError, match="is not a cassette"), cassette(tmp_path / "odd.yaml", "replay"):
            pass


def test_without_vcrpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the user is told how to install it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[eval\]'"):
        CassetteTransport()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r\x85\u2028\ufeff \t#:-")), min_size=1, max_size=3
    ),
    st.text(),
)
def test_texts_survive_the_file(tmp_path_factory: pytest.TempPathFactory, contents: list[str], reply: str) -> None:
    """Whatever a report or a model says comes back from the file as it went in."""
    from vcr.request import Request

    path = tmp_path_factory.mktemp("cassettes") / "one.yaml"
    body = {"messages": [{"role": "user", "content": text} for text in contents * 2]}
    request = Request("POST", "http://x/v1/chat", bytes_of(body), {})
    response = {"status": {"code": 200}, "body": {"string": bytes_of({"content": reply})}}
    Persister.save_cassette(path, {"requests": [request], "responses": [response]})
    requests, responses = Persister.load_cassette(str(path), None)
    assert requests[0].body == request.body
    assert responses[0]["body"] == response["body"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON.filter(lambda body: not isinstance(body, str)))
def test_bodies_are_data(body: object) -> None:
    """A body goes through bytes and back; one that is no JSON stays the text that it is."""
    assert json_of(bytes_of(body)) == body
    assert json_of(b"<html>\xe5\xa5\xbd") == "<html>好"
    assert bytes_of("<html>好") == b"<html>\xe5\xa5\xbd"
    assert json_of(None) == ""


def test_a_committed_cassette_comes_out_as_it_is(tmp_path: Path) -> None:
    """Read and written again, the committed cassettes are the same to the byte."""
    for path in sorted((Path(__file__).parents[2] / "cassettes").rglob("*.yaml")):
        requests, responses = Persister.load_cassette(str(path), None)
        Persister.save_cassette(tmp_path / "again.yaml", {"requests": requests, "responses": responses})
        assert (tmp_path / "again.yaml").read_bytes() == path.read_bytes(), path


def test_stale_exchanges_are_dropped(tmp_path: Path) -> None:
    """A recording that goes on keeps what it asked, from before or new, and nothing else."""
    path = tmp_path / "one.yaml"
    record(path, "甲", "乙")

    async def go_on(url: str) -> Cassette:
        settings = EndpointSettings(base_url=url, model="small")
        played = Cassette(path, "record")
        async with ModelClient(settings, transport=CassetteTransport()) as client:
            with playing(played):
                await client.ask(question("乙"))
                await client.ask(question("丙"))
        return played

    with fake_server(echo) as server:
        played = asyncio.run(go_on(server.url))
    played.drop_stale()
    played.save()
    assert len(server.seen) == 1
    assert asyncio.run(ask(NOWHERE, path, "replay", "乙", "丙"))[0] == ["答：乙", "答：丙"]
    with pytest.raises(ReplayError):
        asyncio.run(ask(NOWHERE, path, "replay", "甲"))


def test_a_long_difference_is_cut(tmp_path: Path) -> None:
    """An error stays one line that can be read, however long the prompts are."""
    path = tmp_path / "one.yaml"
    record(path, "\n".join(f"旧{number}" * 99 for number in range(30)), script=[completion("好")])
    with pytest.raises(ReplayError) as caught:
        asyncio.run(ask(NOWHERE, path, "replay", "\n".join(f"新{number}" * 99 for number in range(30))))
    said = str(caught.value)
    assert said.endswith(" | …")
    assert "\n" not in said
    assert len(said) < 1500


def test_a_cassette_may_be_put_in_again(tmp_path: Path) -> None:
    """Several extractors ask about one report in turn, and its cassette answers each; between them it does not."""
    path = tmp_path / "one.yaml"
    record(path, "甲")
    played = Cassette(path, "replay")

    async def twice() -> None:
        async with ModelClient(
            EndpointSettings(base_url=NOWHERE, model="small", max_attempts=1), transport=CassetteTransport()
        ) as client:
            for _ in range(2):
                with playing(played):
                    await client.ask(question("甲"))
            with pytest.raises(NoReplyError):
                await client.ask(question("甲"))

    asyncio.run(twice())
    assert played.unplayed == []


def test_what_compares_bodies_says_no() -> None:
    """vcrpy takes what returns nothing for a match, and under ``python -O`` an assert is nothing: it must say False."""
    from vcr.request import Request

    one, other = (
        Request("POST", f"{NOWHERE}/chat/completions", json.dumps({"messages": [text]}), {}) for text in "甲乙"
    )
    assert _same_body(one, other) is False
    assert _same_body(one, one) is True


def test_a_cassette_that_cannot_be_written(tmp_path: Path) -> None:
    """It is an error in words, and what stood there is whole."""
    path = tmp_path / "one.yaml"
    record(path, "甲")
    before = path.read_bytes()
    played = Cassette(path, "record")
    (tmp_path / "one.yaml.part").mkdir()
    with pytest.raises(UsageError, match=r"cannot write .*one\.yaml"):
        played.save()
    assert path.read_bytes() == before
