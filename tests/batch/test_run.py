"""A batch prepared and collected by a program: no terminal, no flags; and what carries its requests."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from baogao.api import extract
from baogao.assemble import ModelOptions
from baogao.batch import (
    AnsweredTransport,
    BatchSetup,
    BatchSink,
    BatchTransport,
    Replies,
    RequestFiles,
    collect_batch,
    prepare_batch,
)
from baogao.batch.folder import BatchFolder, Limits
from baogao.batch.run import BatchOptions, PatientExtractor
from baogao.choices import AskingName, HoldTo, Way
from baogao.errors import EndpointError, NoReplyError, PendingError, ReplyError, UsageError
from baogao.extraction import ReportText
from baogao.inputs import find_sources
from baogao.llm import Abilities
from baogao.opening import questioner
from baogao.schema import load_schema
from batch.conftest import executed, requests, untimed, write_reports, write_results
from cli.conftest import COMMUNIQUE, rows
from cli.model_of_tests import good_model
from llm.fake_server import fake_server
from short_reports import read

QUESTION = {"model": "small", "messages": [{"role": "user", "content": "多少？"}], "max_tokens": 9}


def setup_of(**more) -> BatchSetup:
    """A batch over the four reports, by links unless told otherwise."""
    told = {"extractor": "hybrid", "model": "small", "ask": "link", "hold_to": "json_schema", **more}
    return BatchSetup(inputs=["reports"], schema_source=str(COMMUNIQUE), made_with={}, **told)


@pytest.fixture(autouse=True)
def _reports(tmp_path):
    write_reports(tmp_path / "reports")


@pytest.mark.parametrize("ask", ["auto", *get_args(Way)])
@pytest.mark.parametrize("extractor", get_args(AskingName))
def test_prepared_and_collected(extractor, ask):
    """By every way of asking, for either extractor: one round of questions, and four records made of the replies."""
    prepared = prepare_batch(Path("batch"), setup_of(extractor=extractor, ask=ask))
    asked = requests()
    assert (prepared.documents, prepared.for_round, prepared.for_results) == (4, 4, 0)
    assert prepared.finished == []
    assert prepared.requests.new == len(asked) > 0
    assert {path.name for path in prepared.requests.written} == {"requests-1-001.jsonl"}
    with fake_server(good_model) as server:
        results = write_results("results.jsonl", executed(server, asked))
    done = collect_batch(Path("batch"), Path("out"), [results])
    assert (done.finished, done.for_round, done.for_results) == (["r0", "r1", "r2", "r3"], 0, 0)
    assert done.made_with == prepared.made_with
    assert [row.fields["gdp"].text for row in rows()] == ["86.4亿元"] * 4
    assert {row.made_by.extractor for row in rows()} == {extractor}


def test_whoever_looks_on_is_told():
    """The documents go by as they are drawn; records are told as they are finished, notices before all."""
    (Path("reports") / "r9.docx").write_bytes(b"no zip")
    told: list[str] = []

    def watch(sources):
        for source in sources:
            told.append(f"at {source.doc_id}")
            yield source

    def note(record):
        told.append(f"{record.status} {record.doc_id}")

    prepare_batch(Path("batch"), setup_of(), watch=watch, on_record=note)
    assert [words for words in told if not words.startswith("at")] == ["failed r9"]
    assert [words for words in told if words.startswith("at")] == ["at r0", "at r1", "at r2", "at r3", "at r9"]
    with fake_server(good_model) as server:
        results = write_results("results.jsonl", ["cut", *executed(server, requests())])
    told.clear()
    collect_batch(Path("batch"), Path("out"), [results], watch=watch, on_record=note, on_notice=told.append)
    assert told[0] == "1 lines are no results and were left out: results.jsonl, line 1"
    assert [words for words in told if words.startswith(("ok", "failed"))] == [
        *(f"ok r{number}" for number in range(4)),
        "failed r9",
    ]


@pytest.mark.parametrize("ask", ["form", "choice"])
def test_requests_have_the_order_of_the_questions(ask, monkeypatch):
    """A file is the same every time: the SDK's thread, which the first requests wait for, lets none be overtaken."""
    (Path("reports") / "r3.txt").unlink()
    slow = iter([0.02, 0.01])
    monkeypatch.setattr("openai._base_client.get_platform", lambda: time.sleep(next(slow, 0.0)) or "Linux")
    written = []
    for _ in range(2):
        prepare_batch(Path("batch"), setup_of(extractor="llm", ask=ask))
        written.append(Path("batch/requests-1-001.jsonl").read_bytes())
    assert written[0] == written[1]
    options = BatchOptions.of(setup_of(extractor="llm", ask=ask))
    asker = asyncio.run(questioner("llm", load_schema(COMMUNIQUE), options))
    reports = [ReportText.from_document(source.read()) for source in find_sources(["reports"])]
    questions = [question.payload()["messages"] for report in reports for question in asker.questions(report)]
    assert len(questions) > 4
    assert [request["body"]["messages"] for request in requests()] == [
        one for number, one in enumerate(questions) if one not in questions[:number]
    ]


def test_a_pass_that_is_told_nothing_waits():
    """Without results nothing is a record, and no question is put a second time."""
    prepare_batch(Path("batch"), setup_of())
    done = collect_batch(Path("batch"), Path("out"))
    assert (done.finished, done.for_results, done.for_round) == ([], 4, 0)
    assert (done.requests.new, done.requests.written) == (0, [])
    assert rows() == []


def test_records_of_an_earlier_call_are_told_again():
    """A caller that counts records counts all of them, those that a call before this one finished included."""
    prepare_batch(Path("batch"), setup_of())
    with fake_server(good_model) as server:
        results = executed(server, requests())
    collect_batch(Path("batch"), Path("out"), [write_results("all.jsonl", results)])
    before = untimed("out")
    counted: list[str] = []
    again = collect_batch(Path("batch"), Path("out"), on_record=lambda record: counted.append(record.doc_id))
    assert again.finished == counted == ["r0", "r1", "r2", "r3"]
    assert untimed("out") == before


@pytest.mark.parametrize("wrong", [{"prompts": "reports"}, {"model": ""}, {"inputs": ["nowhere"]}, {}])
def test_a_prepare_that_fails_leaves_the_batch_before_it(wrong):
    """What was prepared, and perhaps sent, can be collected as if nobody had tried to prepare another."""
    prepare_batch(Path("batch"), setup_of())
    with fake_server(good_model) as server:
        results = write_results("all.jsonl", executed(server, requests()))
    with pytest.raises(UsageError):
        prepare_batch(Path("batch"), setup_of().model_copy(update=wrong), None if wrong else Limits(bytes=100))
    assert not list(Path("batch").glob("*.part"))
    assert collect_batch(Path("batch"), Path("out"), [results]).finished == ["r0", "r1", "r2", "r3"]


def test_a_batch_prepared_twice_is_the_second_one():
    """Its request files are its own only, whatever the first one asked."""
    prepare_batch(Path("batch"), setup_of(), Limits(requests=1))
    assert len(list(Path("batch").glob("requests-1-*"))) > 2
    second = prepare_batch(Path("batch"), setup_of(ask="form"))
    assert sorted(Path("batch").glob("requests-*")) == second.requests.written
    assert BatchFolder(Path("batch")).load().ask == "form"


def test_a_failed_round_leaves_no_batch():
    """Where a request is larger than a file may be, the folder is not taken for a batch's."""
    with pytest.raises(UsageError, match="larger than a file may be"):
        prepare_batch(Path("batch"), setup_of(), Limits(bytes=100))
    with pytest.raises(UsageError, match="holds no batch"):
        collect_batch(Path("batch"), Path("out"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"model": ""}, "name the model"),
        ({"schema_source": "nonsense"}, "no schema named 'nonsense'"),
        ({"inputs": ["nowhere"]}, "there is no file or folder nowhere"),
        ({"prompts": "reports"}, "no prompt templates"),
    ],
)
def test_what_cannot_be_prepared(more, words):
    """It is said in words, and no request file is written."""
    with pytest.raises(UsageError, match=words):
        prepare_batch(Path("batch"), setup_of().model_copy(update=more))
    assert not list(Path().glob("batch/requests-*"))


def test_what_was_changed_since_is_named():
    """The files beside the schema are part of what was prepared."""
    schema = Path("mine.py")
    for path in COMMUNIQUE.parent.glob("communique.*"):
        schema.with_name(path.name.replace("communique", "mine")).write_bytes(path.read_bytes())
    prepare_batch(Path("batch"), setup_of().model_copy(update={"schema_source": "mine.py"}))
    Path("mine.rules.yaml").write_bytes(Path("mine.rules.yaml").read_bytes() + b"\n# another word\n")
    with pytest.raises(UsageError, match="was prepared with another files: put it back, or prepare the batch anew"):
        collect_batch(Path("batch"), Path("out"))


@pytest.mark.parametrize("hold_to", get_args(HoldTo))
def test_what_the_server_can_be_held_to_is_an_ability(hold_to):
    """Each word stands for the ability of that name and no other; the last one for none."""
    able = BatchOptions.of(setup_of(hold_to=hold_to)).abilities
    expected = {name: name == hold_to for name in ("json_schema", "tools", "json_object")}
    assert {name: getattr(able, name) for name in expected} == expected
    assert (able == Abilities()) == (hold_to == "plain")


def test_nothing_is_waited_for_or_charged(monkeypatch):
    """Settings that are meant for a server that is asked now have no say."""
    monkeypatch.setenv("BAOGAO_MAX_ATTEMPTS", "9")
    monkeypatch.setenv("BAOGAO_BUDGET_TOKENS", "1")
    options = BatchOptions.of(setup_of(min_confidence=0.5, calibration="none"))
    settings = options.settings()
    assert (settings.max_attempts, settings.first_wait, settings.longest_wait) == (1, 0.0, 0.0)
    assert settings.budget_tokens is None
    assert (settings.model, options.min_confidence, options.calibration) == ("small", 0.5, "none")
    assert not options.cache


class Post:
    """A transport over files, asked one question at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask(self, *, again: bool = False) -> httpx2.Response | None:
        """Put the question, in a round of its own; None where it waits."""
        with BatchFolder(self.folder) as batch, RequestFiles(self.folder) as files:
            transport = BatchTransport(Replies(batch.replies), files, again=again)
            request = httpx2.Request("POST", "http://x/v1/chat/completions", json=QUESTION)
            try:
                return asyncio.run(transport.handle_async_request(request))
            except PendingError:
                return None

    def answer(self, **said) -> None:
        """Take what a service says of the question."""
        path = self.folder.with_name("said.jsonl")
        (custom_id,) = {one["custom_id"] for one in requests(1, self.folder)}
        path.write_text(json.dumps({"custom_id": custom_id, **said}) + "\n", encoding="utf-8")
        Replies(self.folder / "replies").take([path], lambda custom_id: True)

    def rounds(self) -> int:
        """How many rounds were written."""
        return len(list(self.folder.glob("requests-*.jsonl")))


@pytest.fixture
def post(tmp_path) -> Post:
    """An empty batch with one question put, and pending."""
    post = Post(tmp_path / "post")
    assert post.ask() is None
    return post


def test_a_question_waits_until_its_reply_is_here(tmp_path):
    """The first time it goes into a file; a list of models is no question."""
    with RequestFiles(tmp_path) as files:
        transport = BatchTransport(Replies(tmp_path / "replies"), files)
        listing = asyncio.run(transport.handle_async_request(httpx2.Request("GET", "http://x/v1/models")))
        assert (listing.status_code, files.new) == (404, 0)
        for _ in range(2):
            with pytest.raises(PendingError):
                asyncio.run(transport.handle_async_request(httpx2.Request("POST", "http://x/v1", json=QUESTION)))
        assert files.new == len(transport.waiting_for) == 1


def test_a_reply_is_handed_on_as_it_came(post):
    """Status and body are the service's, characters that are half of one included."""
    post.answer(response={"status_code": 200, "body": {"text": "三\ud83d"}})
    assert post.ask().json() == {"text": "三\ud83d"}


def test_an_error_is_the_last_word_unless_it_is_asked_again(post):
    """A failed request is put again only where that is wanted, once for each failure."""
    post.answer(id="1", response=None, error={"message": "too late"})
    with pytest.raises(ReplyError, match="the batch brought no reply: too late"):
        post.ask()
    assert post.rounds() == 1
    for _ in range(2):
        assert post.ask(again=True) is None
        assert post.rounds() == 2
    assert post.ask() is None  # it is out again: the old error is no longer the last word


@pytest.mark.parametrize("error", [EndpointError("refuses access"), NoReplyError("too busy")])
def test_errors_of_a_server_are_the_document_s_own(error):
    """No server is asked now, so that none can end the run for all."""

    class Failing:
        name, schema = "llm", load_schema(COMMUNIQUE)

        async def extract(self, report):
            raise error

    with RequestFiles(Path("batch")) as files:
        patient = PatientExtractor(Failing(), BatchTransport(Replies(Path("batch")), files), files)
        with pytest.raises(ReplyError, match=str(error)) as raised:
            asyncio.run(patient.extract(read("一句话。")))
    assert type(raised.value) is ReplyError
    assert patient.waiting == {}


class Kept:
    """A sink that remembers what it was told."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def has_all(self, sources):
        """None is."""
        return False

    def finished(self, source):
        """Nothing is."""
        return

    def add(self, record, text=None, *, again=False):
        """Remember the id."""
        self.taken.append(record.doc_id)


def test_a_sink_is_not_told_of_what_waits():
    """A document that waits is no failure: it gets no record, and is opened again next time."""
    record = extract("reports/r0.txt", schema=COMMUNIQUE, extractor="rules")

    class Pending:
        name, schema = "llm", load_schema(COMMUNIQUE)

        async def extract(self, report):
            transport.waiting_for.add("k1")
            raise PendingError("later")

    kept = Kept()
    with RequestFiles(Path("batch")) as files:
        transport = BatchTransport(Replies(Path("batch")), files)
        patient = PatientExtractor(Pending(), transport, files)
        with pytest.raises(PendingError):
            asyncio.run(patient.extract(read("一句话。")))
    assert patient.waiting == {"report": False}
    sink = BatchSink(patient, kept)
    for doc_id in ("r0", "report"):
        sink.add(record.model_copy(update={"doc_id": doc_id}))
    assert kept.taken == ["r0"]


@pytest.fixture
def answered() -> Path:
    """A batch whose replies were all collected."""
    prepare_batch(Path("batch"), setup_of(min_confidence=0.7, calibration="none"))
    with fake_server(good_model) as server:
        results = write_results("results.jsonl", executed(server, requests()))
    collect_batch(Path("batch"), Path("out"), [results])
    return Path("batch")


def sent(transport: httpx2.AsyncBaseTransport, method: str, body: object = None) -> httpx2.Response:
    """What a transport says to one request."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = httpx2.Request(method, "http://x/v1/chat/completions", content=content)
    return asyncio.run(transport.handle_async_request(request))


def test_collected_replies_answer_again(answered):
    """Each question of the batch has its reply, as often as it is asked, and the folder is left as it is."""
    before = {path: path.read_bytes() for path in answered.rglob("*") if path.is_file()}
    transport = AnsweredTransport(answered)
    for request in requests() * 2:
        response = sent(transport, "POST", request["body"])
        assert response.status_code == 200
        assert "links" in response.json()["choices"][0]["message"]["content"]
    assert {path: path.read_bytes() for path in answered.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(("method", "body"), [("POST", QUESTION), ("GET", None)])
def test_what_was_not_asked_has_no_reply(answered, method, body):
    """It is an error of that report, and nothing is sent to anybody; a list of models is no question."""
    with pytest.raises(ReplyError, match="the batch in batch has no reply to this question"):
        sent(AnsweredTransport(answered), method, body)


def test_errors_of_a_batch_are_errors_again(answered):
    """What the service answered by an error is answered so."""
    (kept,) = (answered / "replies").glob("*.jsonl")
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    custom_id = next(request["custom_id"] for request in requests())
    body = next(request["body"] for request in requests())
    for line in lines:
        if line["custom_id"] == custom_id:
            line["response"] = {"status_code": 400, "request_id": "r", "body": {"error": {"message": "too long"}}}
    kept.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    assert sent(AnsweredTransport(answered), "POST", body).status_code == 400


def test_a_batch_says_what_it_was_prepared_with(answered):
    """Model and way of asking are the batch's; what is held back, and by which calibration, is the user's."""
    told = AnsweredTransport(answered).options(
        ModelOptions(model="other", base_url="http://x/v1", ask="form", min_confidence=0.3, calibration="mine.json")
    )
    assert (told.model, told.ask, told.base_url, told.cache) == ("small", "link", None, False)
    assert told.abilities == Abilities(json_schema=True)
    assert (told.min_confidence, told.calibration) == (0.3, "mine.json")
    assert told.settings().max_attempts == 1


def test_a_batch_without_replies_cannot_answer():
    """Prepared and not collected, or no batch at all: an error that says what to do."""
    prepare_batch(Path("batch"), setup_of())
    with pytest.raises(UsageError, match="batch holds no replies: `baogao batch collect` takes them in"):
        AnsweredTransport(Path("batch"))
    with pytest.raises(UsageError):
        AnsweredTransport(Path("nowhere"))


def test_a_sample_of_a_batch(answered):
    """Collected at once, all records are decided by the same jury, and what a reply took is counted once."""
    records = rows()
    assert {record.made_by.jury.model_dump_json() for record in records} == {records[0].made_by.jury.model_dump_json()}
    assert records[0].made_by.jury.reports == 4
    asked = {json.dumps(request["body"], sort_keys=True) for request in requests()}
    assert sum(record.usage.requests for record in records) == len(asked)


def test_a_sample_of_replies_that_are_not_here():
    """Without any reply nothing is decided, every document waits once, and no question is put again."""
    prepare_batch(Path("batch"), setup_of())
    with fake_server(good_model) as server:
        results = executed(server, requests())
    first = write_results("first.jsonl", results[:1])
    done = collect_batch(Path("batch"), Path("out"), [first])
    assert len(done.finished) + done.for_results == 4
    assert (done.for_round, done.requests.new) == (0, 0)
    done = collect_batch(Path("batch"), Path("out"), [write_results("rest.jsonl", results[1:])])
    assert (sorted(done.finished), done.for_results) == (["r0", "r1", "r2", "r3"], 0)
