"""Many documents: a failure is a row, what is wrong for all ends the run, and nobody goes on asking after the end."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from baogao import pipeline
from baogao.errors import BudgetError, EndpointError, NoReplyError, PromptError, QuotaError, ReplyError
from baogao.extraction import Extraction, HoldingExtractor
from baogao.inputs import Source
from baogao.pipeline import Patience, documents_at_once, run_documents, run_extraction
from baogao.reading import failed_record, provenance
from baogao.record import Record
from baogao.schema import load_schema
from baogao.usage import Usage, count, usage_scope
from baogao.work import Outcome, Worker

COMMUNIQUE = Path(__file__).parent / "fixtures" / "communique" / "communique.py"
SCHEMA = load_schema(COMMUNIQUE)


class Kept:
    """Remembers what a run hands over."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.records: list[Record] = []
        self.again: list[str] = []
        self.before: dict[str, Record] = {}

    def has_all(self, sources) -> bool:
        """Whether every one is there from before."""
        return all(source.doc_id in self.before for source in sources)

    def finished(self, source: Source) -> Record | None:
        """What an earlier run left."""
        return self.before.get(source.doc_id)

    def add(self, record: Record, text: str | None = None, *, again: bool = False) -> None:
        """Records come as they are finished, with their texts."""
        self.records.append(record)
        if text is not None:
            self.texts.append(record.doc_id)
        if again:
            self.again.append(record.doc_id)


class Scripted:
    """An extractor that does for each document what its script says: waits, raises, counts requests."""

    name = "llm"

    def __init__(self, **script: object) -> None:
        self.schema = SCHEMA
        self.script = script
        self.ended: list[str] = []
        self.at_once = self.most_at_once = 0

    async def extract(self, report) -> Extraction:
        """Follow the script."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for step in self.script.get(report.document.doc_id, ()):
                if isinstance(step, BaseException):
                    count(requests=1, prompt_tokens=70)
                    raise step
                await asyncio.sleep(step)
        finally:
            self.at_once -= 1
        self.ended.append(report.document.doc_id)
        count(requests=1)
        return Extraction()


@pytest.fixture
def sources(tmp_path) -> list[Source]:
    """Four documents; ``empty`` cannot be read."""
    for name in ("a", "b", "c", "empty"):
        (tmp_path / f"{name}.txt").write_text("" if name == "empty" else f"报告{name}。", encoding="utf-8")
    return [Source(name, tmp_path / f"{name}.txt") for name in ("a", "empty", "b", "c")]


def run(sources, extractor, concurrency=1, kept=None) -> list[Record]:
    """A whole run."""
    made_by = provenance(SCHEMA, "llm")
    return asyncio.run(run_extraction(sources, extractor, made_by, kept or Kept(), concurrency))


def test_records_are_handed_over_as_they_finish(sources):
    """The sink sees them at once, the caller in the order of the inputs; no more are under way than allowed."""
    kept, extractor = Kept(), Scripted(a=[0.2], b=[0.1], c=[0.0])
    records = run(sources, extractor, 2, kept)
    assert [record.doc_id for record in records] == ["a", "empty", "b", "c"]
    assert kept.records[-1].doc_id == "a"
    assert extractor.most_at_once == 2
    assert "empty" not in kept.texts


@pytest.mark.parametrize("error", [ReplyError("it said nothing"), BudgetError("spent"), ZeroDivisionError("oh")])
def test_a_failure_is_a_row(sources, error):
    """Its words, what it took all the same, and the digest of what was read; the others are not touched."""
    records = run(sources, Scripted(a=[error]))
    assert [record.status for record in records] == ["failed", "failed", "ok", "ok"]
    failed, unread = records[:2]
    assert str(error) in failed.error
    assert (failed.usage.requests, failed.usage.prompt_tokens) == (1, 70)
    assert len(failed.sha256) == 64
    assert (unread.error, unread.sha256) == ("it is empty: there is no text in it", "")


@pytest.mark.parametrize("error", [EndpointError("no server"), PromptError("form.jinja:3: 'x' is undefined")])
def test_what_is_wrong_for_all_ends_the_run(sources, error):
    """Before anything was answered there is no point in going on."""
    extractor = Scripted(a=[error])
    with pytest.raises(type(error), match=str(error)):
        run(sources, extractor)
    assert extractor.ended == []


def test_later_it_is_a_row(sources):
    """After an answer the same error is that document's own."""
    records = run(sources, Scripted(b=[EndpointError("the key has expired")]))
    assert [record.status for record in records] == ["ok", "failed", "failed", "ok"]


def test_an_empty_account_ends_a_run_that_was_answered_before(sources):
    """No further report would be answered: the row of the one that met it is kept, to be done again, and no other."""
    kept, extractor = Kept(), Scripted(b=[QuotaError("the account has no quota left")])
    with pytest.raises(QuotaError, match="no quota left; the run ends here: the same command goes on where it stopped"):
        asyncio.run(run_documents(sources, extractor, provenance(SCHEMA, "llm"), kept))
    assert [(record.doc_id, record.status) for record in kept.records[-2:]] == [("empty", "failed"), ("b", "failed")]
    assert kept.records[-1].error == "the account has no quota left"
    assert "c" not in extractor.ended


def test_nobody_goes_on_asking(sources):
    """When the run ends in an error, documents under way are stopped."""
    extractor = Scripted(a=[30.0], b=[0.05, EndpointError("no server")], c=[30.0])
    with pytest.raises(EndpointError):
        run(sources, extractor, 4)
    assert (extractor.ended, extractor.at_once) == ([], 0)


def test_the_source_is_as_given(sources):
    """Records bear the path that the user gave."""
    assert run(sources[:1], Scripted())[0].source == str(sources[0].path)


def test_what_was_finished_before_is_not_opened(sources):
    """Its record is told apart from new ones, and nobody asks about it again."""
    kept, extractor = Kept(), Scripted()
    kept.before = {"a": failed_record(sources[0], "", SCHEMA, provenance(SCHEMA, "llm"), "", Usage())}
    new, old = [], []
    made_by = provenance(SCHEMA, "llm")
    running = run_documents(sources, extractor, made_by, kept, on_record=new.append, on_kept=old.append)
    asyncio.run(running)
    assert [record.doc_id for record in old] == ["a"]
    assert [record.doc_id for record in new] == ["empty", "b", "c"]
    assert extractor.ended == ["b", "c"]
    assert [record.doc_id for record in kept.records] == ["empty", "b", "c"]


def test_documents_are_opened_only_as_others_are_finished(sources):
    """No more are drawn than are under way and one: memory does not grow with their number."""
    drawn, most = [], []
    extractor = Scripted()

    def drawing():
        for source in sources:
            drawn.append(source)
            yield source

    def note(record):
        most.append(len(drawn))

    asyncio.run(run_documents(drawing(), extractor, provenance(SCHEMA, "llm"), Kept(), at_once=1, on_record=note))
    assert most == [2, 3, 4, 4]


@pytest.mark.parametrize(("requests", "documents"), [(1, 1), (2, 4), (4, 6), (8, 10), (16, 20), (100, 125)])
def test_documents_at_once(requests, documents):
    """A few more than requests, so that one is ready when a reply comes; one core's work is done one by one."""
    assert documents_at_once(requests) == documents


def outcome(error=None, **usage) -> Outcome:
    """A document that was answered for, or failed."""
    record = failed_record(Source("r", Path("r.txt")), "", SCHEMA, provenance(SCHEMA, "llm"), "", Usage(**usage))
    return Outcome(record if error else record.model_copy(update={"status": "ok", "error": None}), error=error)


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The seconds that it is, in a list of one."""
    now = [1000.0]
    monkeypatch.setattr(pipeline.time, "monotonic", lambda: now[0])
    return now


def heard(patience: Patience, *outcomes: Outcome) -> int:
    """How many outcomes a run hears of before it ends; raises nothing where it goes on."""
    for number, one in enumerate(outcomes):
        try:
            patience.hear(one)
        except EndpointError:
            return number + 1
    return 0


BUSY = outcome(NoReplyError("too busy"))
REFUSED = outcome(EndpointError("the key has expired"))
ANSWERED = outcome(requests=1)


@pytest.mark.usefixtures("clock")
def test_a_server_that_never_answered_is_given_five_documents():
    """Then the run ends, in the words of the last error and with what to do."""
    patience = Patience()
    assert heard(patience, *[BUSY] * 5) == 5
    with pytest.raises(EndpointError, match=r"too busy; so it was with 6 reports in a row.*the same command goes on"):
        patience.hear(BUSY)


def test_a_server_that_answered_may_be_back_soon(clock):
    """It is given two minutes, however many documents fail meanwhile."""
    patience = Patience()
    patience.hear(ANSWERED)
    clock[0] += pipeline.SILENT_SECONDS - 1
    assert heard(patience, *[BUSY] * 20) == 0
    clock[0] += 1
    assert heard(patience, BUSY) == 1


@pytest.mark.usefixtures("clock")
def test_a_key_that_expired_will_not_be_back():
    """After answers a refusal is the document's own; five in a row end the run without waiting."""
    assert heard(Patience(), REFUSED) == 1
    patience = Patience()
    patience.hear(ANSWERED)
    assert heard(patience, *[REFUSED] * 5) == 5


@pytest.mark.usefixtures("clock")
def test_an_answer_begins_the_count_anew():
    """Only refusals in a row count; what a model said badly, or a cache answered, says nothing of the server."""
    patience = Patience()
    assert heard(patience, ANSWERED, *[REFUSED] * 4, ANSWERED, *[REFUSED] * 4) == 0
    assert heard(patience, outcome(ReplyError("nonsense")), outcome(cached=1), outcome(), REFUSED) == 4


@pytest.mark.usefixtures("clock")
def test_a_reply_from_the_cache_shows_that_the_set_up_is_right():
    """Prompts and names are right where an earlier run was answered, so an error is the document's own."""
    patience = Patience()
    patience.hear(outcome(cached=1))
    assert heard(patience, REFUSED) == 0
    with pytest.raises(PromptError):
        Patience().hear(outcome(PromptError("form.jinja:3")))


class Sampling(Scripted):
    """An extractor that wants a sample: what it is shown before the answers begin, and when it has heard enough."""

    wants_sample = True

    def __init__(self, each: int = 10, **script: object) -> None:
        super().__init__(**script)
        self.each = each
        self.asked: list[str] = []
        self.shown: list[str] | None = None

    def tells(self, report) -> int:
        """The same of each."""
        self.asked.append(report.document.doc_id)
        return self.each

    def begin_sample(self) -> None:
        """Whatever is ended from now on was shown."""
        assert not self.ended

    def end_sample(self) -> None:
        """Remember what was shown."""
        assert self.at_once == 0
        self.shown, self.ended = self.ended, []
        self.wants_sample = False


@pytest.fixture
def many(tmp_path) -> list[Source]:
    """Thirty documents."""
    for number in range(30):
        (tmp_path / f"d{number}.txt").write_text(f"报告{number}。", encoding="utf-8")
    return [Source(f"d{number}", tmp_path / f"d{number}.txt") for number in range(30)]


@pytest.mark.parametrize(
    ("documents", "each", "shown"),
    [
        (30, 1, [0, 2, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27]),
        (30, 40, [0, 2, 5, 7]),
        (30, 1000, [0]),
        (13, 1, list(range(12))),
        (3, 1, [0, 1, 2]),
        (1, 0, [0]),
    ],
)
def test_a_sample_is_spread_and_no_larger_than_it_must_be(many, documents, each, shown):
    """Twelve reports over the whole run at most, and no more than tell enough; all are answered after that."""
    extractor = Sampling(each)
    records = run(many[:documents], extractor)
    assert sorted(extractor.shown, key=extractor.asked.index) == extractor.asked == [f"d{one}" for one in shown]
    assert [record.status for record in records] == ["ok"] * documents
    assert len(extractor.ended) == documents


def test_a_sample_of_nothing():
    """A run without documents has none, and ends."""
    extractor = Sampling()
    assert run([], extractor) == []
    assert extractor.shown is None


def test_what_cannot_be_sampled_has_its_turn(sources):
    """One that cannot be read or asked about is left out of the sample, and is a row that says why."""
    extractor = Sampling(a=[ReplyError("it said nothing")], b=[ZeroDivisionError("oh")])
    records = run(sources, extractor)
    assert extractor.asked == ["a", "b", "c"]
    assert extractor.shown == ["c"]
    assert [record.status for record in records] == ["failed", "failed", "failed", "ok"]
    assert "it said nothing" in records[0].error


def test_no_more_is_sampled_at_once_than_is_allowed(many):
    """A server sees no more requests in a sample than in the run."""
    extractor = Sampling(1, **{f"d{number}": [0.01] for number in range(30)})

    async def sample() -> None:
        with closing(Worker(extractor, provenance(SCHEMA, "llm"))) as worker:
            await pipeline.read_sample(many, extractor, worker, 3)

    asyncio.run(sample())
    assert (len(extractor.shown), extractor.most_at_once) == (12, 3)


def test_whoever_wants_no_sample_is_shown_none(sources):
    """Nobody asks who knows already; a caller without a list of all documents has none to show."""
    knowing, unasked = Sampling(), Sampling()
    knowing.wants_sample = False
    run(sources, knowing)
    asyncio.run(run_documents(sources, unasked, provenance(SCHEMA, "llm"), Kept()))
    assert knowing.asked == unasked.asked == []
    assert knowing.shown is unasked.shown is None


def test_an_extractor_inside_of_others_is_shown_its_sample(sources):
    """What is around it is no reason to be left out."""
    extractor = Sampling()
    run(sources, HoldingExtractor(extractor, 0.5))
    assert extractor.shown == ["a", "b", "c"]


def test_a_sample_that_is_broken_off_is_ended(sources):
    """Nobody goes on asking, and the extractor is told that its sample is over."""
    extractor = Sampling(a=[30.0], b=[30.0], c=[30.0])

    async def interrupted() -> None:
        running = asyncio.create_task(run_extraction(sources, extractor, provenance(SCHEMA, "llm"), Kept(), 3))
        while extractor.at_once < 3:
            await asyncio.sleep(0.01)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert (extractor.shown, extractor.at_once) == ([], 0)


def test_what_is_wrong_for_all_ends_a_sample(many):
    """A wrong key is found out with one request, as in a run without a sample."""
    refused = EndpointError("the key is wrong")
    extractor = Sampling(1, **{source.doc_id: [refused] for source in many})
    with usage_scope() as usage, pytest.raises(EndpointError):
        run(many, extractor)
    assert usage.requests <= 2


def test_a_run_that_is_finished_takes_no_sample(sources):
    """Where every record is there from before nobody is asked about anything."""
    kept, extractor = Kept(), Sampling()
    made_by = provenance(SCHEMA, "llm")
    kept.before = {one.doc_id: failed_record(one, "", SCHEMA, made_by, "", Usage()) for one in sources}
    asyncio.run(run_documents(sources, extractor, made_by, kept, sample_of=sources))
    assert not extractor.shown
