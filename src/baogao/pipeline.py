"""Many documents: several under way at once, each handed over as it is finished, a failure is a row.

Documents are opened only as others are finished, so that memory does not grow with their number.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from baogao.document import Document
from baogao.errors import BaogaoError, EndpointError
from baogao.extraction import Extractor
from baogao.inputs import Source
from baogao.record import Provenance, Record
from baogao.work import Outcome, Worker

OnRecord = Callable[[Record], None]
Work = Callable[[Source], Awaitable[Outcome]]
"""Does one document, and never raises for what is wrong with it."""

MOST_REFUSED_IN_A_ROW = 5
"""After so many documents in a row that no server would answer, the others would fare no better."""
SILENT_SECONDS = 120.0
"""A server that has answered before and only fails may be back as soon as this."""


class Sink(Protocol):
    """Where a run's records go."""

    def finished(self, source: Source) -> Record | None:
        """The record of a document that need not be done again; asked of each before it is opened."""

    def add(self, record: Record, document: Document | None = None, *, again: bool = False) -> None:
        """Take a record as it is finished, with the document it was read from.

        :param document: None where it could not be read.
        :param again: whether it failed for a reason that may pass.
        """


def open_documents(requests: int) -> int:
    """A few more than requests under way, so that one is ready whenever a reply comes.

    Rules keep one core busy: more documents at once would only wait for each other.
    """
    return requests if requests == 1 else requests + max(2, requests // 4)


async def run_documents(
    sources: Iterable[Source],
    extractor: Extractor,
    made_by: Provenance,
    sink: Sink,
    *,
    at_once: int = 1,
    on_record: OnRecord = lambda record: None,
    on_kept: OnRecord = lambda record: None,
) -> None:
    """Extract any number of documents; nothing that goes wrong with one of them stops the others.

    :param sources: drawn from as documents are finished.
    :param sink: gets every record; an open ``RunFolder``, mostly.
    :param at_once: how many documents are open at once. How many requests are under way is the client's affair.
    :param on_record: called with each record as it is finished.
    :param on_kept: called with each record that ``sink`` has from before.
    :raises UsageError: no document could be asked about at all (no server, a wrong key, an unknown model, a template
        that does not render), found before the first one was answered.
    :raises EndpointError: several documents in a row could not be asked about.
    """
    worker = Worker(extractor, made_by)
    try:
        await run_work(sources, worker.do, sink, at_once=at_once, on_record=on_record, on_kept=on_kept)
    finally:
        worker.close()


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
    opened: set[asyncio.Task[None]] = set()
    try:
        for source in sources:
            kept = sink.finished(source)
            if kept is not None:
                on_kept(kept)
                await asyncio.sleep(0)
                continue
            while len(opened) >= at_once:
                opened = await _some_finished(opened)
            opened.add(asyncio.create_task(run.do(source)))
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

    await run_documents(sources, extractor, made_by, sink, at_once=concurrency, on_record=keep, on_kept=keep)
    return [records[source.doc_id] for source in sources]


async def _some_finished(opened: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Wait until at least one document is finished; returns those that are not."""
    finished, rest = await asyncio.wait(opened, return_when=asyncio.FIRST_COMPLETED)
    for task in finished:
        task.result()
    return rest


@dataclass
class _Run:
    """What all documents of a run share."""

    work: Work
    sink: Sink
    on_record: OnRecord
    answered: bool = field(default=False, init=False)
    """Whether a model has answered for a document: from then on an error is that document's own."""

    refused: int = field(default=0, init=False)
    """Documents in a row for which no server would answer."""

    answered_at: float = field(default=0.0, init=False)
    """When the server last answered for a document, by the monotonic clock."""

    fatal: BaogaoError | None = field(default=None, init=False)
    """What ended the run: no further document is begun."""

    async def do(self, source: Source) -> None:
        """Have one document done, and hand its record over."""
        if self.fatal is not None:
            raise self.fatal
        outcome = await self.work(source)
        if outcome.error is not None:
            self._note(outcome.error)
        elif outcome.record.status == "ok":
            self._note_answer(outcome.record)
        self.sink.add(outcome.record, outcome.document, again=outcome.again)
        self.on_record(outcome.record)

    def _note_answer(self, record: Record) -> None:
        self.answered = self.answered or bool(record.usage.requests or record.usage.cached)
        if record.usage.requests:  # one that needed no answer says nothing of the server
            self.refused = 0
            self.answered_at = time.monotonic()

    def _note(self, error: BaogaoError) -> None:
        """Let an error end the run that every other document would meet, too."""
        if error.ends == "run" and not self.answered:
            self.fatal = error
            raise error
        if not error.no_answer:
            return
        self.refused += 1
        back_soon = self.answered and error.ends == "report"
        patience = SILENT_SECONDS if back_soon else 0.0
        if self.refused >= MOST_REFUSED_IN_A_ROW and time.monotonic() - self.answered_at >= patience:
            words = f"{error}; so it was with {self.refused} reports in a row, and the run ends here"
            self.fatal = EndpointError(f"{words}: the same command goes on where it stopped")
            raise self.fatal
