"""A key in twelve spellings, repeated in nine ways: nothing of it is on the terminal, in a file, a log or an error."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BaogaoError
from baogao.evaluation.cassettes import CassetteTransport
from baogao.evaluation.compiling import build_dataset
from baogao.llm import EndpointSettings, ModelClient, Question, ReplyCache
from baogao.llm.messages import Message
from baogao.llm.secrets import Secrets
from baogao.schema import load_schema
from cli.conftest import COMMUNIQUE, GOOD, rows
from evaluation.one_cassette import cassette
from llm.fake_server import Seen, Step, completion, fake_server
from security.test_keys_stay_secret import kept

KEY = 'sk-canary/5f3a+91c0"7e44b2d8'
QUESTION = Question((Message("user", "多少？"),), max_tokens=50)


def each(form: str, key: str = KEY) -> str:
    """Every character of the key by its number, in some notation."""
    return "".join(form % ord(char) for char in key)


SPELLINGS: dict[str, str] = {
    "raw": KEY,
    "repr of bytes": repr(f"{KEY}\r\n".encode()),
    "JSON": json.dumps(KEY)[1:-1].replace("/", "\\/"),
    "JSON by numbers": each("\\u%04x"),
    "JSON in JSON": json.dumps(each("\\u%04X"))[1:-1],
    "URL": quote(KEY, safe=""),
    "URL in a URL": quote(each("%%%02X"), safe=""),
    "HTML": escape(KEY).replace("-", "&#x2d;").replace("s", "&#115;"),
    "base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f":{KEY}".encode()).decode(),
    "hex": KEY.encode().hex(),
    "wrapped": " ".join((KEY[:4], KEY[4:15], KEY[15:])),
}


def raw_json(said: str) -> str:
    """What a server said as the inside of a JSON string: as it is where it may stand there, its escapes at work."""
    try:
        json.loads(f'"{said}"')
    except ValueError:
        return json.dumps(said)[1:-1]
    return said


def reply_of(said: str) -> str:
    """A completion whose content is spelt so."""
    whole: dict[str, Any] = completion("CONTENT").body
    return json.dumps(whole).replace("CONTENT", f"5 {raw_json(said)}")


WAYS: dict[str, Callable[[str], Step]] = {
    "text": lambda said: Step(f"you sent {said}", 400, {"content-type": "text/plain"}),
    "JSON": lambda said: Step(f'{{"error": {{"message": "you sent {raw_json(said)}"}}}}'.encode(), 400),
    "HTML": lambda said: Step(f"<html><b>{said}</b> is wrong</html>", 400),
    "header": lambda said: Step("{}", 400, {"www-authenticate": said, "x-request-id": said, "retry-after": said}),
    "reply": lambda said: Step(reply_of(said).encode()),
    "redirect": lambda said: Step("", 302, {"location": f"/?{said}"}),
    "log": lambda said: Step(completion("5").body, 200, {"x-request-id": said, "set-cookie": said}),
}
"""Two ways more have a test of their own: the list of models, and an exception of what carries the request."""
COMBINED = [WAYS[way](said) for way in WAYS for said in SPELLINGS.values()]


def assert_unseen(data: str | bytes) -> None:
    """Fail where the key is, however spelt, and however often that was escaped again by who wrote it down."""
    text = data.decode(errors="replace") if isinstance(data, bytes) else data
    fewer = re.sub(r"\\+", r"\\", text)
    for name, said in SPELLINGS.items():
        telling = said[3:-3]
        assert telling not in text, name
        assert re.sub(r"\\+", r"\\", telling) not in fewer, name
    for piece in (
        KEY[:14],
        KEY[-12:],
        KEY[8:20],
        KEY.encode().hex()[:24],
        base64.b64encode(KEY.encode())[:18].decode(),
    ):
        assert piece not in re.sub(r"[\\\s]", "", text)


@pytest.fixture(autouse=True)
def _with_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "1")


@pytest.fixture(autouse=True)
def log(tmp_path: Path) -> Iterator[Path]:
    """What somebody else's handler writes with every logger at its most talkative, as with ``OPENAI_LOG=debug``."""
    path = tmp_path / "debug.log"
    handler, root = logging.FileHandler(path), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


@pytest.fixture
def twelve(tmp_path: Path) -> Path:
    """A report for each spelling."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(len(SPELLINGS)):
        (folder / f"r{number:02}.txt").write_text(GOOD.replace("南屏县", f"第{number}县"), encoding="utf-8")
    return folder


def answering(steps: list[Step]) -> Callable[[Seen], Step]:
    """One step after the other, and over again."""
    turn = cycle(steps)
    return lambda seen: next(turn)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_shows_and_keeps_no_spelling(extract, twelve, every_byte, tmp_path, log, way):
    """Terminal, records, page, cache and log of a run over twelve reports, one for each spelling."""
    said = [WAYS[way](spelling) for spelling in SPELLINGS.values()]
    with fake_server(answering(said)) as server:
        model = ("--base-url", server.url, "--model", "small", "--extractor", "llm", "--ask", "link")
        outcome = extract(twelve, *model, "--concurrency", "1")
    assert outcome.code in (1, 2)
    assert way == "redirect" or len(rows()) == len(SPELLINGS)
    assert log.read_text(encoding="utf-8")
    for data in (outcome.out, outcome.err, every_byte(), kept(tmp_path)):
        assert_unseen(data)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_list_of_models_shows_no_spelling(baogao, every_byte, spelling):
    """The only model that a server lists, and one of two, where either name repeats the key."""
    for names in ([f"m-{SPELLINGS[spelling]}"], ["small", SPELLINGS[spelling]]):
        with fake_server([], names) as server:
            outcome = baogao("model", "probe", "--base-url", server.url)
        assert outcome.code == 2
        assert "name a model with --model" in outcome.err
        for data in (outcome.out, outcome.err, every_byte()):
            assert_unseen(data)


def ask(url: str, folder: Path, transport: httpx2.AsyncBaseTransport, times: int = 1) -> list[BaogaoError]:
    """Ask some questions, recorded and kept; the errors that came of it."""
    errors = []

    async def one() -> None:
        settings = EndpointSettings(base_url=url, model="small")
        async with ModelClient(settings, cache=ReplyCache(folder / "cache"), transport=transport) as client:
            for number in range(times):
                with cassette(folder / f"{number}.yaml", "record"):
                    try:
                        await client.ask(replace(QUESTION, messages=(Message("user", f"{number}？"),)))
                    except BaogaoError as error:
                        errors.append(error)

    asyncio.run(one())
    return errors


def assert_chain_unseen(error: BaseException | None) -> None:
    """Fail where an error, or what it came of, whether a traceback shows that or not, holds the key."""
    while error is not None:
        assert_unseen(f"{error}\n{error!r}\n{''.join(traceback.format_exception(error))}")
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("way", WAYS)
def test_no_cassette_cache_or_error_has_a_spelling(every_byte, tmp_path, way):
    """What a program gets and what is recorded, of every spelling."""
    with fake_server([WAYS[way](said) for said in SPELLINGS.values()]) as server:
        errors = ask(server.url, tmp_path, CassetteTransport(), len(SPELLINGS))
    assert len(errors) == (0 if way in ("reply", "log") else len(SPELLINGS))
    assert len(list(tmp_path.glob("*.yaml"))) == len(SPELLINGS)
    for error in errors:
        assert_chain_unseen(error)
    assert_unseen(every_byte())
    assert_unseen(kept(tmp_path))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_exception_shows_a_spelling(every_byte, tmp_path, spelling):
    """What carries the request fails in words that repeat the key."""

    class Broken(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ReadError(f"wrong header {SPELLINGS[spelling]}") from ValueError(SPELLINGS[spelling])

    error = ask("http://127.0.0.1:1/v1", tmp_path, Broken())[0]
    assert "wrong header" in str(error)
    assert_chain_unseen(error)
    assert_unseen(every_byte())


def test_an_evaluation_shows_and_keeps_no_spelling(baogao, every_byte, tmp_path):
    """Recordings, run.json and the report of an evaluation in which a server repeats the key in every way."""
    marked = sorted(COMMUNIQUE.parent.glob("*.marked.txt"))
    build_dataset(marked, tmp_path / "set", load_schema(COMMUNIQUE))
    with fake_server(answering(COMBINED[::5])) as server:
        model = ("--base-url", server.url, "--model", "small", "--ask", "form", "--extractor", "llm")
        where = ("--schema", COMMUNIQUE, "--out", tmp_path / "run", "--record", tmp_path / "recordings")
        outcome = baogao("eval", tmp_path / "set", *where, *model)
    for data in (outcome.out, outcome.err, every_byte()):
        assert_unseen(data)


KEYS = st.from_regex(r"[A-Za-z0-9._~+/:$!-]{8,40}", fullmatch=True)
"""Characters that keys are made of; none that begins an escape."""


@given(KEYS, st.text(max_size=20), st.text(max_size=20), st.integers(0, 5))
def test_any_key_in_any_spelling_is_struck_out(key, before, after, form):
    """Whatever stands around it; what is struck out is all of it."""
    spelt = [
        key,
        each("\\u%04x", key),
        each("%%%02x", key),
        key.encode().hex(),
        json.dumps(json.dumps(key))[3:-3],
        "\u200b".join(key),
    ][form]
    secrets = Secrets([key])
    assert secrets.within(before + spelt + after)
    assert spelt not in secrets.strike(before + spelt + after)


@given(st.text(), KEYS)
def test_a_text_without_a_key_is_as_it_was(text, key):
    """Where nothing of a key is found, not a character changes."""
    secrets = Secrets([key, "short", ""])
    assert secrets.within(text) or secrets.strike(text) == text
