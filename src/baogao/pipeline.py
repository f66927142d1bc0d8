"""Many documents: several under way at once, each handed over as it is finished, a failure is a row.

Documents are opened only as others are finished, so that memory does not grow with their number.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Protocol

from baogao.errors import BaogaoError, EndpointError
from baogao.extraction import Extractor, ReportText, SamplingExtractor, innermost
from baogao.guarded import Task
from baogao.inputs import Source
from baogao.record import Provenance, Record
from baogao.work import Outcome, Worker, no_task

_log = logging.getLogger(__name__)

OnRecord = Callable[[Record], None]
Work = Callable[[Source], Awaitable[Outcome]]
"""Does one document, and never raises for what is wrong with it."""

MOST_SAMPLED = 12
"""Reports that are read before any is answered: with 10 to 40 figures in each, enough to tell two readers apart, and
few enough that a long run is not held up."""
ENOUGH_TOLD = 150
"""So many answers tell enough; reports that are full of figures need not be as many."""
MOST_REFUSED_IN_A_ROW = 5
"""After so many documents in a row that no server would answer, the others would fare no better."""
SILENT_SECONDS = 120.0
"""A server that has answered before and only fails may be back as soon as this."""


class Sink(Protocol):
    """Where a run's records go."""

    def finished(self, source: Source) -> Record | None:
        """The record of a document that need not be done again; asked of each before it is opened."""

    def has_all(self, sources: Sequence[Source]) -> bool:
        """Whether none of some documents need be done again, as far as can be told without opening any."""

    def add(self, record: Record, text: str | None = None, *, again: bool = False) -> None:
        """Take a record as it is finished, with the text that its offsets refer to.

        :param text: None where the document could not be read.
        :param again: whether it failed for a reason that may pass.
        """


class Nowhere(Sink):
    """Keeps nothing: whoever wants the records takes them as they are finished."""

    def finished(self, source: Source) -> Record | None:
        """Nothing is."""
        return None

    def has_all(self, sources: Sequence[Source]) -> bool:
        """Nothing is there."""
        return False

    def add(self, record: Record, text: str | None = None, *, again: bool = False) -> None:
        """Let it go."""


def documents_at_once(requests: int, jobs: int = 1) -> int:
    """A few more than requests under way, so that one is ready whenever a reply comes; two for each process, so that
    none waits for its next one.

    Rules in one process keep one core busy: more documents at once would only wait for each other.
    """
    return max(requests if requests == 1 else requests + max(2, requests // 4), 2 * jobs if jobs > 1 else 1)


async def run_documents(
    sources: Iterable[Source],
    extractor: Extractor,
    made_by: Provenance,
    sink: Sink,
    *,
    at_once: int = 1,
    on_record: OnRecord = lambda record: None,
    on_kept: OnRecord = lambda record: None,
    sample_of: Sequence[Source] | None = None,
    jobs: int = 1,
    task_for: Callable[[], Task | None] = no_task,
) -> None:
    """Extract any number of documents; nothing that goes wrong with one of them stops the others.

    :param sources: drawn from as documents are finished.
    :param sink: gets every record; an open ``RunFolder``, mostly.
    :param at_once: how many documents are open at once. How many requests are under way is the client's affair.
    :param on_record: called with each record as it is finished.
    :param on_kept: called with each record that ``sink`` has from before.
    :param sample_of: all documents of the run; an extractor that wants to see a sample first is shown some of them.
    :param jobs, task_for: see :class:`baogao.work.Worker`; the task is asked for after the sample.
    :raises UsageError: no document could be asked about at all (no server, a wrong key, an unknown model, a template
        that does not render), found before the first one was answered.
    :raises EndpointError: several documents in a row could not be asked about, or the account is empty.
    """
    with closing(Worker(extractor, made_by, jobs=jobs, task_for=task_for)) as worker:
        if sample_of is not None and not sink.has_all(sample_of):
            await read_sample(sample_of, extractor, worker, at_once)
        await run_work(sources, worker.do, sink, at_once=at_once, on_record=on_record, on_kept=on_kept)


async def read_sample(sources: Sequence[Source], extractor: Extractor, worker: Worker, at_once: int) -> None:
    """Show an extractor that wants it some of a run's reports, evenly spread, before any is answered.

    One that cannot be read or asked about is left out here: its turn comes.
    """
    sampling = innermost(extractor)
    if not isinstance(sampling, SamplingExtractor) or not sampling.wants_sample:
        return
    reports = await _sample(sources, sampling, worker)
    slots, ended = asyncio.Semaphore(at_once), asyncio.Event()

    async def show(report: ReportText) -> None:
        async with slots:
            if ended.is_set():
                return
            try:
                await extractor.extract(report)
            except BaogaoError as error:
                if error.ends == "run":  # the others would meet it, too
                    ended.set()
            except Exception:  # its turn comes, and then it is a row that says why
                return

    wanted = True
    while wanted:
        sampling.begin_sample()
        try:
            await asyncio.gather(*map(show, reports))
        finally:
            wanted = sampling.end_sample()


async def _sample(sources: Sequence[Source], sampling: SamplingExtractor, worker: Worker) -> list[ReportText]:
    """Reports evenly spread over a run, until they tell enough."""
    step = max(1.0, len(sources) / MOST_SAMPLED)
    reports: list[ReportText] = []
    told = 0
    for number in range(min(MOST_SAMPLED, len(sources))):
        if told < ENOUGH_TOLD:
            with suppress(BaogaoError):
                reports.append(await worker.read(sources[int(number * step)]))
                told += sampling.tells(reports[-1])
    return reports


async def run_work(
    sources: Iterable[Source],
    work: Work,
    sink: Sink,
    *,
    at_once: int = 1,
    on_record: OnRecord = lambda record: None,
    on_kept: OnRecord = lambda record: None,
) -> None:
    """As :func:`run_documents`, whoever does the work on each document.

    :raises UsageError, EndpointError: as there.
    """
    run = _Run(work, sink, on_record)
    opened: list[asyncio.Task[None]] = []
    try:
        for source in sources:
            kept = sink.finished(source)
            if kept is not None:
                on_kept(kept)
                await asyncio.sleep(0)
                continue
            while len(opened) >= at_once:
                opened = await _some_finished(opened)
            opened.append(asyncio.create_task(run.do(source)))
        while opened:
            opened = await _some_finished(opened)
    finally:
        # After an error or Ctrl-C the others must not go on asking.
        for task in opened:
            task.cancel()
        await asyncio.gather(*opened, return_exceptions=True)


async def run_extraction(
    sources: Iterable[Source],
    extractor: Extractor,
    made_by: Provenance,
    sink: Sink,
    concurrency: int = 1,
    on_record: OnRecord = lambda record: None,
) -> list[Record]:
    """As :func:`run_documents`, for as many documents as may stay in memory.

    :returns: the records in the order of the sources.
    """
    sources = list(sources)
    records: dict[str, Record] = {}

    def keep(record: Record) -> None:
        records[record.doc_id] = record
        on_record(record)

    await run_documents(
        sources, extractor, made_by, sink, at_once=concurrency, on_record=keep, on_kept=keep, sample_of=sources
    )
    return [records[source.doc_id] for source in sources]


async def _some_finished(opened: list[asyncio.Task[None]]) -> list[asyncio.Task[None]]:
    """Wait until at least one document is finished; returns those that are not.

    Of several that end the run the first in the order of the documents is heard.
    """
    finished, _ = await asyncio.wait(opened, return_when=asyncio.FIRST_COMPLETED)
    for task in opened:
        if task in finished:
            task.result()
    return [task for task in opened if task not in finished]


@dataclass
class Patience:
    """How long a run goes on with a server that does not answer; it hears of every document that was done."""

    answered: bool = False
    """Whether a model has answered for a document: from then on an error is that document's own."""
    refused: int = 0
    """Documents in a row for which no server would answer."""
    answered_at: float = 0.0
    """When the server last answered for a document, by the monotonic clock."""

    def hear(self, outcome: Outcome) -> None:
        """Note what became of a document.

        :raises UsageError: its error is one that every other document would meet, and none was answered before, or
            whatever was answered.
        :raises EndpointError: it is one of several in a row that no server would answer for.
        """
        error, usage = outcome.error, outcome.record.usage
        if error is None:
            if outcome.record.status == "ok":
                self.answered = self.answered or bool(usage.requests or usage.cached)
                if usage.requests:  # one that needed no answer says nothing of the server
                    self.refused, self.answered_at = 0, time.monotonic()
            return
        if error.ends == "run" and not self.answered:
            raise error
        if error.ends_for_good:
            raise type(error)(f"{error}; the run ends here: the same command goes on where it stopped")
        if not error.no_answer:
            return
        self.refused += 1
        back_soon = self.answered and error.ends == "report"
        patience = SILENT_SECONDS if back_soon else 0.0
        if self.refused >= MOST_REFUSED_IN_A_ROW and time.monotonic() - self.answered_at >= patience:
            words = f"{error}; so it was with {self.refused} reports in a row, and the run ends here"
            raise EndpointError(f"{words}: the same command goes on where it stopped")


@dataclass
class _Run:
    """What all documents of a run share."""

    work: Work
    sink: Sink
    on_record: OnRecord
    patience: Patience = field(default_factory=Patience, init=False)
    fatal: BaogaoError | None = field(default=None, init=False)
    """What ended the run: no further document is begun."""

    async def do(self, source: Source) -> None:
        """Have one document done, and hand its record over.

        :raises BaogaoError: the run ends here; none is handed over after that. Where others were answered before, and
            none will be again, that of this document still is: it says why.
        """
        if self.fatal is not None:
            raise self.fatal
        outcome = await self.work(source)
        try:
            self.patience.hear(outcome)
        except BaogaoError as error:
            self.fatal = error
            if self.patience.answered and error.ends_for_good:
                self._hand_over(outcome)
            raise
        self._hand_over(outcome)

    def _hand_over(self, outcome: Outcome) -> None:
        _say(outcome.record)
        self.sink.add(outcome.record, outcome.text, again=outcome.again)
        self.on_record(outcome.record)


def _say(record: Record) -> None:
    """Log what became of a report: how much of it was found, what was held back, and, where all is logged, why."""
    if record.status == "failed":
        _log.info("%s: failed", record.doc_id)
        _log.debug("%s: %s", record.doc_id, record.error)
        return
    found = sum(answer.status != "not_reported" for answer in record.fields.values())
    held, broken = sum(not one.given for one in record.review), sum(not check.holds for check in record.checks)
    words = "%s: %d of %d fields found, %d to look at, %d of them held back, %d checks do not hold"
    _log.info(words, record.doc_id, found, len(record.fields), len(record.review), held, broken)
    for one in record.review:
        _log.debug("%s: %s, to look at: %s", record.doc_id, one.field, one.reason)
