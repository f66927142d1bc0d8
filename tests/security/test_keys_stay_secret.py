"""A key is in the header of a request and nowhere else: not in what is said, kept, recorded or written."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sqlite3
import subprocess
import sys
import traceback
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from baogao.errors import BaogaoError
from baogao.evaluation.cassettes import CassetteTransport
from baogao.llm import EndpointSettings, ModelClient, Question, ReplyCache, cache_clear
from baogao.llm.guard import guard
from baogao.llm.messages import Message
from cli.model_of_tests import good_model
from evaluation.one_cassette import cassette
from llm.fake_server import Seen, Step, completion, failure, fake_server
from security.conftest import CANARY

ECHO = f"you sent Authorization: Bearer {CANARY}"
QUESTION = Question((Message("user", "多少？"),), max_tokens=50)
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
    assert ("***" in recorded) is (answer.status != 200)
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


ODD_KEYS = [
    "{}\r{}",
    "{}\n{}",
    "{}\t{}",
    "{} {}",
    "{}密钥{}",
    "{}\x1b[31m{}",
    "{}\u2028{}",
    "{}é{}",
    "{}\x7f{}",
]


@pytest.mark.parametrize("form", ODD_KEYS)
def test_a_key_that_can_be_no_header(extract, reports, every_byte, monkeypatch, form):
    """A key with anything in it that is not of one word is one line, which does not show it; nothing is sent."""
    monkeypatch.setenv("OPENAI_API_KEY", form.format(CANARY, CANARY))
    with fake_server(good_model) as server:
        outcome = extract(reports, "--base-url", server.url, "--model", "small")
    assert outcome.code == 2
    assert outcome.err.count("error:") == 1
    assert "the key in OPENAI_API_KEY is one word" in outcome.err
    assert not server.seen
    assert_absent(outcome.out + outcome.err)
    assert_absent(every_byte())
    with pytest.raises(ValueError, match="one word") as caught:
        EndpointSettings()
    assert_absent("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("around", ["\n", "\r\n", " ", "\t", "\ufeff", "\u3000", "\u200b\n", '"', " '"])
def test_white_space_around_a_key_is_no_part_of_it(monkeypatch, around):
    """What a file or a clipboard put there is left out of the header and of what is struck out."""
    monkeypatch.setenv("OPENAI_API_KEY", f"{around}{CANARY}{around[::-1]}")
    settings = EndpointSettings()
    assert settings.secret == CANARY
    assert settings.redact(f"you sent {CANARY}!") == "you sent ***!"


@pytest.mark.parametrize("key", ["2", "21", "x", "EMPTY", "no-key", "1234567"])
def test_a_stand_in_for_a_key_alters_nothing(extract, reports, monkeypatch, caplog, tmp_path, key):
    """With a key that any text may hold by chance the figures are those of any other, from the model and the cache."""
    monkeypatch.setattr("baogao.llm.secrets._known", set())
    figures = []
    with fake_server(good_model) as server:
        model = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "llm")
        for used in (CANARY, key, key):
            if used == key and len(figures) == 1:
                cache_clear()
            monkeypatch.setenv("OPENAI_API_KEY", used)
            assert extract(reports, *model).code == 0
            figures.append(Path("out/records.jsonl").read_text(encoding="utf-8").partition('"usage"')[0])
    assert figures[1] == figures[0]
    assert figures[2] == figures[0]
    assert '"reported"' in figures[0]
    assert caplog.text.count("fewer than 8 characters") == 1


@pytest.mark.parametrize("host", ["other", "named"])
def test_an_account_is_told_only_to_hosts_that_are_named_for_it(monkeypatch, host):
    """The SDK by itself would send these headers to whatever server is asked."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-mine")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "admin-key-of-mine")
    headers = f"X-Gateway-Token: {CANARY[::-1]}\nAuthorization: Basic of-mine" + "\nX-Team: 密" * (host == "other")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", headers)
    if host == "named":
        monkeypatch.setenv("BAOGAO_ACCOUNT_HOSTS", "api.openai.com, 127.0.0.1")

    async def ask(url: str) -> None:
        async with ModelClient(EndpointSettings(base_url=url, model="small")) as client:
            await client.ask(QUESTION)

    with fake_server([completion("5")]) as server:
        asyncio.run(ask(server.url))
    sent = server.seen[0].headers
    assert sent["authorization"] == ("Basic of-mine" if host == "named" else f"Bearer {CANARY}")
    said = {name: sent.get(name) for name in ("openai-organization", "openai-project", "x-gateway-token")}
    expected = ("org-of-mine", "proj-of-mine", CANARY[::-1]) if host == "named" else (None, None, None)
    assert tuple(said.values()) == expected
    assert "of-mine" not in str(sent) or host == "named"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OPENAI_CUSTOM_HEADERS", f"X-Token: 密{CANARY}"),
        ("OPENAI_CUSTOM_HEADERS", f"{CANARY}"),
        ("OPENAI_CUSTOM_HEADERS", f"X Token: {CANARY}"),
        ("OPENAI_ORG_ID", f"{CANARY}\x1b"),
        ("OPENAI_PROJECT_ID", f"{CANARY}\nX-Other: 1"),
    ],
)
def test_an_account_that_can_be_no_header(extract, reports, monkeypatch, variable, value):
    """One line, that names the variable and does not show what is in it."""
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("BAOGAO_ACCOUNT_HOSTS", "127.0.0.1")
    outcome = extract(reports, "--base-url", "http://127.0.0.1:1/v1", "--model", "small")
    assert outcome.code == 2
    assert f"{variable} holds what can be no header" in outcome.err
    assert_absent(outcome.err)


PROXIES = {
    f"http://user:pa/{CANARY}@proxy.example:3128": "the proxy proxy.example:3128, is not http://USER",
    f"http://user:1/{CANARY}@proxy.example:3128": "the proxy proxy.example:3128, is not http://USER",
    f"user:pa/{CANARY}@proxy.example:3128": "the proxy proxy.example:3128, is not http://USER",
    f"http://user:{CANARY}?x@proxy.example": "the proxy proxy.example, is not http://USER",
    f"http://user:{CANARY}#@proxy.example": "the proxy proxy.example, is not http://USER",
    f"http://user:{CANARY}": "is not http://USER",
    f"http://user:{CANARY}@": "is not http://USER",
    f"http://user:{CANARY}@@pro xy": "is not http://USER",
    f"socks4://user:{CANARY}@proxy.example:1080": "the proxy socks4://proxy.example:1080, has a scheme",
    f"ftp://user:{CANARY}@proxy.example": "the proxy ftp://proxy.example, has a scheme",
    f"http://user:{CANARY}@proxy.example:99999": "the proxy http://proxy.example:99999, has a scheme or a port",
    f"socks5://user:{CANARY}@proxy.example:1080": "socks5://proxy.example:1080, needs socksio",
}


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used(baogao, monkeypatch, variable, proxy):
    """One line names the variable and the proxy without its password, before anything is sent."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv(variable, proxy)
    outcome = baogao("model", "probe", "--base-url", "http://models.example/v1", "--model", "small")
    assert outcome.code == 2
    assert outcome.err.count("error:") == 1
    assert variable in outcome.err
    assert PROXIES[proxy] in " ".join(outcome.err.split())
    assert_absent(outcome.err)


def test_a_proxy_that_is_not_there_is_named(baogao, monkeypatch):
    """What is wrong may be the proxy, and not the server behind it."""
    monkeypatch.setenv("HTTP_PROXY", f"user:{CANARY}@127.0.0.1:1")
    outcome = baogao("model", "probe", "--base-url", "http://models.example/v1", "--model", "small")
    assert outcome.code == 2
    assert "(through the proxy http://127.0.0.1:1)" in outcome.err
    assert_absent(outcome.err)


def test_a_mirror_of_models_with_a_password(baogao, monkeypatch):
    """The address of the hub is shown where it does not answer, so that no password may be in it."""
    monkeypatch.setenv("HF_ENDPOINT", f"http://user:{CANARY}@127.0.0.1:1")
    outcome = baogao("model", "pull", "--source", "hub")
    assert outcome.code == 2
    assert "HF_ENDPOINT cannot be used" in outcome.err
    assert_absent(outcome.err)


def test_openai_log_shows_no_key():
    """The SDK's own logging, which it begins by itself, in a process of its own: headers of the answer are in it."""
    asked = "from baogao.cli.main import run; run()"
    answer = replace(failure(400, ECHO), headers={"x-request-id": CANARY, "set-cookie": CANARY})
    with fake_server(lambda seen: answer, ("small", CANARY)) as server:
        command = [sys.executable, "-c", asked, "model", "probe", "--base-url", server.url, "--model", "small"]
        environment = os.environ | {"OPENAI_LOG": "debug"}
        outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "DEBUG" in outcome.stderr
    assert "x-request-id" in outcome.stderr
    assert_absent(outcome.stdout + outcome.stderr)


def test_a_cut_key_is_struck_out():
    """A message that was cut in the middle of the key does not show its beginning."""
    settings = EndpointSettings(base_url="http://127.0.0.1:1/v1")
    for length in range(8, len(CANARY) + 1):
        assert CANARY[:8] not in settings.redact(f"you sent {CANARY[:length]}")
        assert CANARY[:8] not in settings.redact(f"you sent '{CANARY[:length]}…'")
    assert settings.redact("you sent sk-c") == "you sent sk-c"


def test_a_key_that_another_server_repeats():
    """Two keys that are alike in part are struck out whole, and not one of them up to where the other begins."""
    other = "sk-other-91c07e44b2d85f3a"
    first, second = (EndpointSettings(base_url="http://127.0.0.1:1/v1", api_key=key) for key in (CANARY, other))
    for settings in (first, second):
        guard(settings)
    for settings in (first, second):
        assert settings.redact(f"you sent {other} and {CANARY}!") == "you sent *** and ***!"
        assert settings.secrets.within(CANARY)
        assert settings.secrets.within(other)


def test_keys_of_several_models(extract, reports, every_byte, monkeypatch, tmp_path):
    """Each key goes to its own server, and is in no file but the one that the user wrote, nor on the terminal."""
    other = "sk-other-91c07e44b2d85f3a"
    monkeypatch.setenv("OTHER_KEY", other)
    echo = failure(400, f"you sent {other} and {CANARY}")
    with fake_server(good_model) as first, fake_server(lambda seen: echo) as second:
        table = f'[[models]]\nmodel = "b"\nbase_url = "{second.url}"\napi_key_env = "OTHER_KEY"\nask = "form"\n'
        (tmp_path / "baogao.toml").write_text(table, encoding="utf-8")
        asked = ("--model", "a", "--model", "b", "--ask", "link", "--extractor", "hybrid")
        monkeypatch.setenv("OPENAI_BASE_URL", first.url)
        outcome = extract(reports, *asked)
        assert "b was not heard on this report" in every_byte().decode(errors="replace"), outcome.err
        escalated = extract(reports, *asked[:2], "--escalate-to", "b", *asked[4:], "--overwrite")
    assert {seen.headers["authorization"] for seen in first.seen} == {f"Bearer {CANARY}"}
    assert {seen.headers["authorization"] for seen in second.seen} == {f"Bearer {other}"}
    for said in (outcome, escalated):
        assert_absent(said.out + said.err)
        assert other not in said.out + said.err
    assert_absent(every_byte())
    assert other.encode() not in every_byte()
