"""Recordings: what a replay must know, one cassette a report, and nothing that does not belong."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from baogao.assemble import ModelOptions, Ready
from baogao.document import document_from_text
from baogao.errors import ReplayError, UsageError
from baogao.evaluation.cassettes import check_vcr
from baogao.evaluation.recordings import REPLAY_URL, RecordedExtractor, Recording, RecordingInfo
from baogao.extraction import Extraction, ReportText
from baogao.llm.endpoint import ModelClient
from baogao.llm.messages import Abilities, Message, Question
from baogao.llm.settings import EndpointSettings
from baogao.record import Provenance
from baogao.schema import load_schema
from llm.fake_server import Seen, Step, completion, fake_server
from short_reports import COMMUNIQUE

CHECKOUT = Path(__file__).parents[2]
COMMITTED = sorted(
    path
    for folder in ("cassettes", "eval/runs", "tests/fixtures")
    for path in (CHECKOUT / folder).rglob("recording.json")
)
MADE_BY = Provenance(baogao="0", extractor="llm", model="small", prompts="sha256:1", schema_digest="sha256:0")
NOWHERE = "http://127.0.0.1:9/v1"


class Asking:
    """An extractor that asks one question about each document: its id."""

    name = "llm"

    def __init__(self, client: ModelClient) -> None:
        self.client = client
        self.schema = load_schema(COMMUNIQUE)

    async def extract(self, report) -> Extraction:
        """Ask, and keep the reply as a notice."""
        reply = await self.client.ask(Question((Message("user", report.document.doc_id),), max_tokens=50))
        return Extraction(notices=[reply.text])


def named(doc_id: str) -> ReportText:
    """A report of which nothing matters but its id."""
    return ReportText.from_document(document_from_text("无。", doc_id))


async def ask(recording: Recording, url: str, *doc_ids: str, **told: Any) -> list[str]:
    """Ask about documents side by side; the replies."""
    settings = EndpointSettings(base_url=url, model="small", max_attempts=1, **told)
    async with ModelClient(settings, transport=recording.transport()) as client:
        extractor = RecordedExtractor(Asking(client), recording)
        found = await asyncio.gather(*(extractor.extract(named(one)) for one in doc_ids))
    return [notice for extraction in found for notice in extraction.notices]


def record(folder: Path, *doc_ids: str, **told: Any) -> list[Seen]:
    """Record a question about each document; what the server was asked."""
    with fake_server(lambda seen: completion(f"答：{seen.body['messages'][-1]['content']}")) as server:
        recording = Recording(folder, "record", doc_ids)
        asyncio.run(ask(recording, server.url, *doc_ids, **told))
        recording.write()
    return server.seen


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_committed_recording_comes_out_as_it_is(path):
    """Read and written again, its recording.json is the same to the byte."""
    info = RecordingInfo.of_json(json.loads(path.read_text(encoding="utf-8")), path)
    assert info.to_json() == path.read_text(encoding="utf-8")


def test_a_replay_asks_as_the_recording_did():
    """Model and way are the recording's, and no host and no server are there; the rest stays as it was given."""
    info = RecordingInfo(model="small", ask={"llm": "form"})
    given = ModelOptions(base_url="http://real", model="big", embedded=True, gguf=Path("m.gguf"), concurrency=4)
    options = info.options(given, "llm")
    assert (options.base_url, options.model, options.ask) == (REPLAY_URL, "small", "form")
    assert (options.starts_server, options.concurrency) == (False, 4)
    assert info.options(given, "hybrid").ask == "auto"


def test_what_a_recording_keeps_of_an_extractor(tmp_path):
    """Model, way and abilities of one that asks; of rules, nothing."""
    info = RecordingInfo()
    info.note("rules", Ready(None, MADE_BY))
    assert info == RecordingInfo()
    client = ModelClient(EndpointSettings(base_url=NOWHERE, model="small"), abilities=Abilities(logprobs=True))
    info.note("llm", Ready(None, MADE_BY, client, "choice"))
    assert json.loads(info.to_json()) == {
        "model": "small",
        "ask": {"llm": "choice"},
        "abilities": {
            "json_schema": False, "json_object": False, "tools": False, "logprobs": True,
            "context_length": None,
        },
    }  # fmt: skip


def test_a_recording_plays(tmp_path):
    """Each report's questions are in its own cassette, and play without a server, side by side."""
    assert len(record(tmp_path / "r", "a", "b", "c")) == 3
    assert sorted(path.name for path in (tmp_path / "r" / "reports").iterdir()) == ["a.yaml", "b.yaml", "c.yaml"]
    recording = Recording(tmp_path / "r", "replay", ["a", "b", "c"])
    assert asyncio.run(ask(recording, NOWHERE, "c", "a", "b")) == ["答：c", "答：a", "答：b"]
    recording.check()


def test_a_recording_plays_without_what_was_sent_beside(tmp_path, monkeypatch):
    """A replay needs no configuration of the endpoint, and no file holds a secret of it."""
    monkeypatch.setenv("TOKEN_X", "sk-of-the-environment")
    body = {"temperature": 0.6, "top_k": 1, "auth": {"value": "secret-of-the-body"}, "note": "a ${TOKEN_X}"}
    headers, query = {"Cookie": "a=secret-of-the-head"}, {"code": "secret-of-the-query"}
    seen = record(tmp_path / "r", "a", extra_body=body, extra_headers=headers, query=query)
    assert [one.body["auth"]["value"] for one in seen] == ["secret-of-the-body"]
    assert [(one.body["temperature"], one.body["note"]) for one in seen] == [(0.6, "a sk-of-the-environment")]
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "r").rglob("*.*") if path.is_file())
    assert not re.search("secret-of|sk-of|top_k", kept)
    monkeypatch.delenv("TOKEN_X")
    for told in ({}, {"extra_body": {"top_k": 2}}):
        recording = Recording(tmp_path / "r", "replay", ["a"])
        assert asyncio.run(ask(recording, NOWHERE, "a", **told)) == ["答：a"]
        recording.check()


def test_a_recording_of_another_configuration_is_not_gone_on_with(tmp_path, monkeypatch):
    """What was answered with other parts sent beside the question is asked again; a new key alone changes no answer."""
    monkeypatch.setenv("TOKEN_X", "sk-of-the-environment")
    told = {"top_k": 1, "auth": "$TOKEN_X"}
    asked = [len(record(tmp_path / "r", "a", extra_body=body)) for body in ({}, told, told)]
    monkeypatch.setenv("TOKEN_X", "sk-of-another")
    asked += [len(record(tmp_path / "r", "a", extra_body=body)) for body in (told, told | {"top_k": 2})]
    assert asked == [1, 1, 0, 0, 1]
    recording = Recording(tmp_path / "r", "replay", ["a"])
    assert asyncio.run(ask(recording, NOWHERE, "a")) == ["答：a"]
    recording.check()


def test_a_report_that_asks_nothing_has_a_cassette(tmp_path):
    """A replay can tell a report without questions from one whose cassette was lost."""
    Recording(tmp_path / "r", "record", ["silent"]).write()
    assert [path.name for path in (tmp_path / "r" / "reports").iterdir()] == ["silent.yaml"]
    Recording(tmp_path / "r", "replay", ["silent"]).check()


def test_a_miss_is_not_hidden_behind_a_failed_report(tmp_path):
    """An extractor may take the error for its report's own: the recording remembers it."""
    record(tmp_path / "r", "a", "b")
    recording = Recording(tmp_path / "r", "replay", ["a", "b"])

    async def swap() -> None:
        settings = EndpointSettings(base_url=NOWHERE, model="small", max_attempts=1)
        async with ModelClient(settings, transport=recording.transport()) as client:
            for doc_id, other in (("a", "b"), ("b", "a")):
                with recording.report(doc_id), pytest.raises(ReplayError):
                    await Asking(client).extract(named(other))

    asyncio.run(swap())
    with pytest.raises(ReplayError, match=r"a\.yaml does not hold this request.*\(and 1 more\)$"):
        recording.check()


def test_nothing_gets_out_of_a_replay(tmp_path):
    """A question outside of any cassette is an error, and not a request."""
    record(tmp_path / "r", "a")
    recording = Recording(tmp_path / "r", "replay", ["a"])

    async def get() -> None:
        async with httpx2.AsyncClient(transport=recording.transport()) as client:
            await client.get("http://127.0.0.1:9/v1/models")

    with pytest.raises(ReplayError, match="outside of any cassette: GET /v1/models"):
        asyncio.run(get())


def test_what_was_recorded_must_be_asked(tmp_path):
    """A whole replay names what nobody asked for, and how much more; a part of one, or none, need not ask."""
    record(tmp_path / "r", "a", "b", "c")
    part = Recording(tmp_path / "r", "replay", ["a", "b", "c"])
    asyncio.run(ask(part, NOWHERE, "b"))
    part.check(whole=False)
    with pytest.raises(ReplayError, match=r"recorded and never asked for: a\.yaml: POST .*user: a \(and 1 more\)$"):
        part.check()
    Recording(tmp_path / "r", "replay", ["a", "b", "c"]).check()  # rules only: no client was made


def test_recording_goes_on_where_it_stopped(tmp_path):
    """What is there is not asked again; what is not asked any more, and reports that are gone, are dropped."""
    record(tmp_path / "r", "a", "b")
    whole = (tmp_path / "r" / "reports" / "a.yaml").read_bytes()
    assert len(record(tmp_path / "r", "a", "c")) == 1
    assert (tmp_path / "r" / "reports" / "a.yaml").read_bytes() == whole
    assert not (tmp_path / "r" / "reports" / "b.yaml").exists()
    recording = Recording(tmp_path / "r", "record", ["a", "c"])
    with fake_server([completion("好")]) as server:
        asyncio.run(ask(recording, server.url, "c"))
        recording.write()
    assert server.seen == []
    assert "- request:" not in (tmp_path / "r" / "reports" / "a.yaml").read_text(encoding="utf-8")


def test_a_recording_that_breaks_off_keeps_what_was_asked(tmp_path):
    """A report's cassette is written when the report is done, not at the end of the run."""
    recording = Recording(tmp_path / "r", "record", ["a", "b"])
    with fake_server([completion("好")]) as server:
        asyncio.run(ask(recording, server.url, "a"))
    assert "- request:" in (tmp_path / "r" / "reports" / "a.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda r: (r / "recording.json").unlink(), ReplayError, r"is not a recording: recording\.json cannot be read"),
        (lambda r: (r / "recording.json").write_text("{"), ReplayError, r"is not a recording: recording\.json cannot"),
        (lambda r: (r / "recording.json").write_text('{"ask": {"llm": "nicely"}}'), UsageError, r"\.json: ask\.llm: "),
        (lambda r: (r / "recording.json").write_text("[]"), UsageError, r"recording\.json: Input should be"),
        (lambda r: (r / "reports" / "a.yaml").unlink(), ReplayError, r"there is no cassette .*a\.yaml; record the run"),
        (lambda r: (r / "reports" / "x.yaml").touch(), ReplayError, r"x\.yaml belongs to no report of the data sets$"),
    ],
)
def test_what_cannot_be_replayed_is_said_at_once(tmp_path, spoil, error, message):
    """Before anything runs, in one line, with the file."""
    record(tmp_path / "r", "a")
    spoil(tmp_path / "r")
    with pytest.raises(error, match=message) as caught:
        Recording(tmp_path / "r", "replay", ["a"])
    assert "\n" not in str(caught.value)


def test_without_vcrpy_nothing_is_begun(tmp_path, monkeypatch):
    """A recording says what to install before a model is asked."""
    check_vcr()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'baogao\[eval\]'"):
        Recording(tmp_path, "record", ["a"])


def test_what_is_asked_outside_of_any_report(tmp_path):
    """It has a cassette of its own, shared by all extractors, and a replay need not ask it again."""
    recording = Recording(tmp_path / "r", "record", ["a"])

    async def models(recording: Recording, url: str) -> int:
        with recording.endpoint():
            async with httpx2.AsyncClient(transport=recording.transport()) as client:
                return (await client.get(f"{url}/models")).status_code

    with fake_server([Step({"data": [{"id": "small"}]})]) as server:
        assert asyncio.run(models(recording, server.url)) == 200
    recording.write()
    assert "GET /v1/models" in (tmp_path / "r" / "endpoint.yaml").read_text(encoding="utf-8")
    played = Recording(tmp_path / "r", "replay", ["a"])
    assert asyncio.run(models(played, NOWHERE)) == 200
    played.check()
    silent = Recording(tmp_path / "r", "replay", ["a"])
    silent.transport()
    silent.check()


@pytest.mark.parametrize("blocked", ["r", "r/reports", "r/recording.json.part"])
def test_a_place_that_cannot_be_recorded_to(tmp_path, blocked):
    """It is said before anything is asked."""
    place = tmp_path / blocked
    place.parent.mkdir(exist_ok=True)
    if blocked.endswith(".part"):
        place.mkdir()
    else:
        place.touch()
    with pytest.raises(UsageError, match="cannot write"):
        Recording(tmp_path / "r", "record", ["a"])


def test_a_place_for_a_recording_is_left_as_it_was(tmp_path):
    """Trying it leaves no file behind."""
    Recording(tmp_path / "r", "record", ["a"])
    assert [path.name for path in (tmp_path / "r").rglob("*")] == ["reports"]
