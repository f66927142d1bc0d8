"""One document's way from its file to its record, wherever it is done: here, or in a worker on another machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from baogao.document import Document
from baogao.errors import BaogaoError
from baogao.extraction import Extractor, ReportText
from baogao.guarded import GuardedReader, Reading, Task
from baogao.inputs import Source
from baogao.llm.guard import without_key_in
from baogao.llm.secrets import without_keys
from baogao.reading import failed_record, read_record
from baogao.record import Provenance, Record
from baogao.usage import usage_scope

_log = logging.getLogger(__name__)

_IN_VAIN = 3
"""After so many documents in a row without a task, or whose task came to nothing, it is left alone: it takes time …"""
_TRIED_AGAIN = 16
"""… but for every so many."""


@dataclass(frozen=True)
class Outcome:
    """What became of one document."""

    record: Record
    text: str | None = None
    """What the record's offsets refer to; None where the document could not be read."""
    error: BaogaoError | None = None
    """What it failed of; None also where it failed of a bug."""
    again: bool = False
    """Whether it failed for a reason that may pass."""

    def portable(self) -> Outcome:
        """The same, so that it can be sent to another machine.

        The error is the nearest of those that are public, without what caused it.
        """
        if self.error is None:
            return self
        public = next(kind for kind in type(self.error).__mro__ if kind.__module__ == BaogaoError.__module__)
        return replace(self, error=public(str(self.error)))


async def extract_report(report: ReportText, extractor: Extractor, made_by: Provenance) -> Record:
    """The record of a report that was read.

    :raises BaogaoError: whatever the extractor raises, without a key in it.
    """
    with usage_scope() as usage:
        try:
            extraction = await extractor.extract(report)
        except BaogaoError as error:
            if (shown := without_key_in(error)) is error:
                raise
            raise shown from None
    return read_record(report, extraction, extractor.schema, made_by, usage)


def no_task() -> Task | None:
    """Files are read apart, and what follows is done here."""
    return None


class Worker:
    """Does documents, any number at once: files are read in processes of their own, all else is done there or here.

    :param jobs: how many processes.
    :param task_for: makes what these do with a file once it is read, or nothing; asked when the first one is begun, and
        where there was nothing now and then again: what is known of a model grows. It must make of a report what
        ``extractor`` does, or nothing.
    :raises UsageError: a limit for reading, in the environment, cannot be used.
    """

    def __init__(
        self,
        extractor: Extractor,
        made_by: Provenance,
        *,
        jobs: int = 1,
        task_for: Callable[[], Task | None] = no_task,
    ) -> None:
        self._extractor = extractor
        self._made_by = made_by
        self._task_for = task_for
        self._task: Task | None = None
        self._readers = [GuardedReader(sought=extractor.schema.sought) for _ in range(jobs)]
        self._idle = list(self._readers)
        # A thread waits for each process.
        self._threads = ThreadPoolExecutor(jobs, "reader")
        self._shown: set[str] = set()
        """Documents that the extractor was shown in a sample, and remembers."""
        self._in_vain = 0
        """Documents in a row for which there was no task, or it came to nothing."""

    def close(self) -> None:
        """End what is being read, and let the threads end."""
        for reader in self._readers:
            reader.close()
        self._threads.shutdown(cancel_futures=True)

    async def read(self, source: Source) -> ReportText:
        """A document of a sample, read in a process for files.

        :raises BaogaoError: it cannot be read.
        """
        self._shown.add(source.doc_id)
        return ReportText(*(await self._reading(source)).found())

    async def _reading(self, source: Source) -> Reading:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, source)

    def _read(self, source: Source) -> Reading:
        """Have an idle process read a document, and take it to its end where that may come to something."""
        reader = self._idle.pop()
        try:
            hopeless = self._in_vain >= _IN_VAIN and self._in_vain % _TRIED_AGAIN
            if self._task is None and not hopeless:
                self._task = self._task_for()
            task = None if hopeless or source.doc_id in self._shown else self._task
            reading = reader.read(source, task)
            self._in_vain = 0 if reading.done else self._in_vain + 1
            return reading
        finally:
            self._idle.append(reader)

    async def do(self, source: Source) -> Outcome:
        """One document, from its file to its record; one that cannot be read or asked about becomes a failed record."""
        document: Document | None = None
        failure: BaogaoError | None = None
        with usage_scope() as usage:
            try:
                reading = await self._reading(source)
                if reading.done is not None:
                    return Outcome(reading.done.record, reading.done.text)
                document = reading.document
                report = ReportText(*reading.found())
                record = await extract_report(report, self._extractor, self._made_by)
                return Outcome(record, report.document.file.text)
            except BaogaoError as error:
                failure = error
                words, again = str(error), error.may_pass
            except Exception as error:  # a bug shows itself in one document; it must not take the others with it
                _log.exception("%s: an error inside baogao", source.name)
                words, again = f"an error inside baogao, please report it: {type(error).__name__}: {error}", True
                words = without_keys(words)
        text, sha256 = (document.file.text, document.sha256) if document else (None, "")
        record = failed_record(source, words, self._extractor.schema, self._made_by, sha256, usage)
        return Outcome(record, text, failure, again)
