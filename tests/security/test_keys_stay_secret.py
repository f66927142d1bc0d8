"""A key is in the header of a request and nowhere else: not in what is said, kept, recorded or written."""

from __future__ import annotations

import asyncio
import logging
import pickle
import sqlite3
import traceback
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from baogao.errors import BaogaoError
from baogao.evaluation.cassettes import CassetteTransport
from baogao.llm import EndpointSettings, ModelClient, Question, ReplyCache
from baogao.llm.messages import Message
from cli.model_of_tests import good_model
from evaluation.one_cassette import cassette
from llm.fake_server import Seen, Step, completion, failure, fake_server
from security.conftest import CANARY

ECHO = f"you sent Authorization: Bearer {CANARY}"
QUESTION = Question((Message("user", "多少？"),), max_tokens=5)
TROUBLE = {
    "401": failure(401, ECHO),
    "403": failure(403, ECHO),
    "400": failure(400, ECHO),
    "404": failure(404, f"model {CANARY} does not exist"),
    "429": failure(429, ECHO, headers={"retry-after": "0"}),
    "500": failure(500, ECHO),
    "cut": failure(400, "x" * 270 + ECHO),
    "page": Step(f"<html><body>{ECHO}</body></html>"),
    "no json": Step(ECHO),
    "another shape": Step({"message": ECHO}),
    "drop": Step(drop=True),
}


def pieces_of_key() -> list[str]:
    """The key and what is as telling as the key."""
    return [CANARY, CANARY[:14], CANARY[-12:]]


def assert_absent(text: str | bytes) -> None:
    """Fail where any telling part of the key is."""
    data = text.encode() if isinstance(text, str) else text
    for piece in pieces_of_key():
        assert piece.encode() not in data


def kept(tmp_path: Path) -> bytes:
    """Every value of the cache, unpacked."""
    out = b""
    for database in tmp_path.rglob("cache.db"):
        with sqlite3.connect(database) as cache:
            for key, value in cache.execute("SELECT key, value FROM Cache"):
                out += zlib.decompress(key) + (zlib.decompress(value) if value else b"")
    return out


@pytest.fixture(autouse=True)
def _with_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "2")


@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_failure_says_the_key(extract, reports, every_byte, trouble):
    """A server that repeats the key in whatever goes wrong does not bring it to the terminal or into a file."""
    with fake_server(lambda seen: TROUBLE[trouble]) as server:
        model = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "llm")
        outcome = extract(reports, *model)
    assert outcome.code != 0
    assert_absent(outcome.out + outcome.err)
    assert_absent(every_byte())


def test_no_file_of_a_run_holds_the_key(extract, baogao, reports, every_byte, tmp_path):
    """Records, page, journal, cache and table of a run that went well; a dry run says it neither."""
    seen: list[Seen] = []

    def model(request: Seen) -> Step:
        seen.append(request)
        return good_model(request)

    with fake_server(model) as server:
        asked = ("--base-url", server.url, "--model", "small", "--ask", "link", "--extractor", "hybrid")
        dry = extract(reports, *asked, "--dry-run")
        outcome = extract(reports, *asked)
        probed = baogao("model", "probe", "--base-url", server.url, "--model", "small")
    assert outcome.code == 0, outcome.err
    assert any(CANARY in request.headers["authorization"] for request in seen)
    for said in (dry, outcome, probed):
        assert_absent(said.out + said.err)
    assert kept(tmp_path)
    assert_absent(kept(tmp_path))
    assert_absent(every_byte())


def test_a_reply_that_repeats_the_key(tmp_path, every_byte, caplog):
    """A reply is read as it came, whatever it holds; one that repeats the key is not kept, which is said."""

    async def ask(url: str) -> str:
        settings = EndpointSettings(base_url=url, model="small")
        async with ModelClient(settings, cache=ReplyCache(tmp_path / "cache")) as client:
            return (await client.ask(QUESTION)).text

    with fake_server([completion(f"5 {CANARY}")]) as server:
        assert asyncio.run(ask(server.url)) == f"5 {CANARY}"
    assert "it is not kept" in caplog.text
    assert not kept(tmp_path)
    assert_absent(kept(tmp_path))
    assert_absent(every_byte())


def test_no_recording_holds_the_key(baogao, every_byte, tmp_path):
    """Cassettes, run.json and the report of an evaluation that was recorded."""
    from baogao.evaluation.compiling import build_dataset
    from baogao.schema import load_schema
    from cli.conftest import COMMUNIQUE

    marked = sorted(COMMUNIQUE.parent.glob("*.marked.txt"))
    build_dataset(marked, tmp_path / "set", load_schema(COMMUNIQUE))
    with fake_server(good_model) as server:
        model = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "llm")
        where = ("--schema", COMMUNIQUE, "--out", tmp_path / "run", "--record", tmp_path / "recordings")
        outcome = baogao("eval", tmp_path / "set", *where, *model)
    assert outcome.code == 0, outcome.err
    assert list((tmp_path / "recordings").rglob("*.yaml"))
    assert (tmp_path / "run" / "run.json").is_file()
    assert_absent(outcome.out + outcome.err)
    assert_absent(every_byte())


@pytest.mark.parametrize(
    "answer", [failure(401, ECHO), failure(400, ECHO), completion(ECHO)], ids=["401", "400", "200"]
)
def test_no_cassette_of_an_answer_holds_the_key(tmp_path, every_byte, answer):
    """An error that repeats the key is recorded without it; a reply that does, which would be read, is not recorded."""

    async def ask(url: str) -> None:
        settings = EndpointSettings(base_url=url, model="small")
        async with ModelClient(settings, transport=CassetteTransport()) as client:
            with cassette(tmp_path / "a.yaml", "record"):
                await client.ask(QUESTION)

    answer = replace(answer, headers={"x-seen": CANARY, "set-cookie": CANARY})
    with fake_server([answer]) as server, suppress(BaogaoError):
        asyncio.run(ask(server.url))
    recorded = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    assert ("Bearer ***" in recorded) is (answer.status != 200)
    assert ("exchanges: []" in recorded) is (answer.status == 200)
    assert_absent(every_byte())


@pytest.mark.parametrize("trouble", ["good", *TROUBLE])
def test_no_log_and_no_traceback_holds_the_key(caplog, tmp_path, trouble):
    """With every logger at its most talkative, and in the whole chain of an error's causes, as text and as repr."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    async def ask(url: str) -> None:
        settings = EndpointSettings(base_url=url, model="small", first_wait=0.0)
        said.extend((repr(settings), str(settings), settings.model_dump_json()))
        async with ModelClient(settings, cache=ReplyCache(tmp_path / "cache")) as client:
            said.append(repr(client.__dict__))
            await client.ask(QUESTION)

    with fake_server(lambda seen: TROUBLE.get(trouble) or completion("5")) as server:
        try:
            asyncio.run(ask(server.url))
        except BaogaoError as error:
            said += [str(error), repr(error), pickle.dumps(str(error)).decode("latin-1")]
            said += traceback.format_exception(error)
    assert caplog.records
    for text in [*(record.getMessage() for record in caplog.records), *said]:
        assert_absent(text)


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{CANARY}@127.0.0.1:1/v1",
        f"user:{CANARY}@127.0.0.1:1/v1",
        f"http://user:pa/{CANARY}@127.0.0.1:1/v1",
        f"http://user%3A{CANARY}%40127.0.0.1:1/v1",
        f"http://user%253A{CANARY}%2540127.0.0.1:1/v1",
        f"http://user:{CANARY}/v1",
        f"http://127.0.0.1:1/v1?api_key={CANARY}",
        f"http://127.0.0.1:1/v1#{CANARY}",
        f"http://127.0.0.1:1/v1;key={CANARY}",
        f"http://127.0.0.1:1/v1%3Fkey={CANARY}",
        f"http://127.0.0.1:1/{CANARY}/v1",
        f"http://{CANARY}.example/v1",
        f"http:\\\\user:{CANARY}\\127.0.0.1",
        f"http://127.0.0.1:1/ {CANARY}",
        f"http://[{CANARY}]/v1",
    ],
)
def test_a_key_in_the_url_is_refused(extract, reports, every_byte, url):
    """The URL is named in messages and records, so a secret in it is refused, and not repeated."""
    outcome = extract(reports, "--base-url", url, "--model", "small")
    assert outcome.code == 2
    assert outcome.err.count("error:") == 1
    assert "base_url" in outcome.err
    assert_absent(outcome.out + outcome.err)
    assert_absent(every_byte())


def test_a_cut_key_is_struck_out():
    """A message that was cut in the middle of the key does not show its beginning."""
    settings = EndpointSettings(base_url="http://127.0.0.1:1/v1")
    for length in range(8, len(CANARY) + 1):
        assert CANARY[:8] not in settings.redact(f"you sent {CANARY[:length]}")
        assert CANARY[:8] not in settings.redact(f"you sent '{CANARY[:length]}…'")
    assert settings.redact("you sent sk-c") == "you sent sk-c"
