"""One document's way from its file to its record, and its outcome on the way to another machine."""

from __future__ import annotations

import asyncio
import pickle
import threading
from contextlib import closing

import pytest

from baogao.errors import BaogaoError, BudgetError, DocumentError, EndpointError, NoReplyError, ReplyError
from baogao.extraction import Doubt, Extraction, TextLink
from baogao.guarded import GuardedReader, Reading
from baogao.inputs import Source
from baogao.reading import provenance
from baogao.usage import count
from baogao.work import Worker, extract_report
from short_reports import read
from tasks_apart import Marked


class Scripted:
    """An extractor that spends a request, and does as it is told."""

    name = "llm"

    def __init__(self, schema, error: Exception | None = None) -> None:
        self.schema = schema
        self.error = error
        self.threads: list[str] = []

    async def extract(self, report) -> Extraction:
        """Link nothing, or fail."""
        self.threads.append(threading.current_thread().name)
        count(requests=1, prompt_tokens=70)
        if self.error is not None:
            raise self.error
        return Extraction(notices=["nothing"], doubts=(Doubt("title", "llm alone", 0.5, (("llm", TextLink("报告")),)),))


@pytest.fixture
def source(tmp_path) -> Source:
    """A report in a file."""
    (tmp_path / "r.txt").write_text("报告一句。", encoding="utf-8")
    return Source("r", tmp_path / "r.txt")


def done(schema, source, error=None):
    """What becomes of the report."""
    with closing(Worker(Scripted(schema, error), provenance(schema, "llm"))) as worker:
        return asyncio.run(worker.do(source))


def test_a_report_that_was_read(communique):
    """The record says who made it and what it took."""
    made_by = provenance(communique, "llm")
    record = asyncio.run(extract_report(read("一句话。"), Scripted(communique), made_by))
    assert (record.status, record.made_by, record.notices) == ("ok", made_by, ["nothing"])
    assert (record.usage.requests, record.usage.prompt_tokens) == (1, 70)


def test_what_an_extractor_raises_is_the_caller_s(communique):
    """A report in hand has a caller to tell; only a run makes a row of it."""
    with pytest.raises(ReplyError, match="nonsense"):
        asyncio.run(extract_report(read("一句话。"), Scripted(communique, ReplyError("nonsense")), None))


def test_an_outcome_holds_record_and_text(communique, source):
    """The text is the file's."""
    outcome = done(communique, source)
    assert (outcome.record.status, outcome.error, outcome.again) == ("ok", None, False)
    document = source.read()
    assert outcome.record.doc_id == "r"
    assert (outcome.text, outcome.record.sha256) == (document.file.text, document.sha256)


@pytest.mark.parametrize(
    ("error", "again"),
    [(ReplyError("nonsense"), False), (NoReplyError("busy"), True), (BudgetError("spent"), True)],
)
def test_a_failure_says_whether_it_may_pass(communique, source, error, again):
    """The record carries the words and what was spent; the run is handed the error itself."""
    outcome = done(communique, source, error)
    assert (outcome.error, outcome.again) == (error, again)
    assert (outcome.record.status, outcome.record.error) == ("failed", str(error))
    assert outcome.record.usage.requests == 1


def test_a_file_that_cannot_be_read(communique, source):
    """There is no text, and nothing was asked."""
    source.path.write_bytes(b"")
    outcome = done(communique, source)
    assert outcome.text is None
    assert isinstance(outcome.error, DocumentError)
    assert outcome.record.usage.requests == 0


def test_a_bug_takes_one_document(communique, source, caplog):
    """It is no error of the user's: the run is told of none, the record asks for a report, the log has the trace."""
    outcome = done(communique, source, ZeroDivisionError("oh"))
    assert (outcome.error, outcome.again) == (None, True)
    assert outcome.record.error == "an error inside baogao, please report it: ZeroDivisionError: oh"
    assert "Traceback" in caplog.text


def test_files_are_read_aside(communique, source, monkeypatch):
    """Reading does not hold up replies; links are made where replies come in."""
    extractor = Scripted(communique)
    read_in: list[str] = []

    reading = GuardedReader.read

    def watched(reader, given, task):
        read_in.append(threading.current_thread().name)
        return reading(reader, given, task)

    monkeypatch.setattr(GuardedReader, "read", watched)
    with closing(Worker(extractor, provenance(communique, "llm"))) as worker:
        asyncio.run(worker.do(source))
    assert read_in[0].startswith("reader")
    assert extractor.threads == [threading.main_thread().name]


def test_a_task_that_cannot_be_made_is_seldom_tried(communique, source, monkeypatch):
    """Making one takes time, too; it is made as soon as it can be, nearly, and then kept."""
    tried, given = [], []

    def task_for() -> Marked | None:
        tried.append(len(given))
        return Marked() if len(given) >= 30 else None

    monkeypatch.setattr(GuardedReader, "read", lambda _, one, task: [given.append(task), Reading.of(one)][1])
    with closing(Worker(Scripted(communique), provenance(communique, "llm"), task_for=task_for)) as worker:
        for _ in range(50):
            worker._read(source)
    assert tried == [0, 1, 2, 16, 32]
    assert [number for number, task in enumerate(given) if task] == [32, 48]


def test_what_is_to_be_looked_at_is_sent_along(communique, source):
    """The queue of a record that another machine made is whole."""
    outcome = done(communique, source)
    (review,) = outcome.record.review
    assert (review.field, review.proposals[0].value) == ("title", "报告")
    assert pickle.loads(pickle.dumps(outcome.portable())).record.review == [review]


class _OwnError(EndpointError):
    """An error of one room, which holds what cannot be sent."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.lock = threading.Lock()


@pytest.mark.parametrize(("error", "kind"), [(_OwnError("no server"), EndpointError), (ReplyError("x"), ReplyError)])
def test_an_outcome_can_be_sent(communique, source, error, kind):
    """On the other side it says the same, under the nearest public name: what it means for a run is kept."""
    error.__cause__ = ValueError("inside")
    sent = pickle.loads(pickle.dumps(done(communique, source, error).portable()))
    assert type(sent.error) is kind
    assert (str(sent.error), sent.error.ends, sent.error.no_answer) == (str(error), error.ends, error.no_answer)
    assert sent.error.__cause__ is None
    assert sent.record.error == str(error)


def test_nothing_to_send_but_a_record(communique, source):
    """A file that cannot be read has no text, and a bug no error."""
    source.path.write_bytes(b"")
    unread = done(communique, source).portable()
    assert unread.text is None
    assert isinstance(unread.error, BaogaoError)
