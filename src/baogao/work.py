"""One document's way from its file to its record, wherever it is done: here, or in a worker on another machine."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from baogao.document import Document
from baogao.errors import BaogaoError
from baogao.extraction import Extractor, ReportText
from baogao.guarded import GuardedReader, Reading
from baogao.inputs import Source
from baogao.llm.failures import without_key_in, without_keys
from baogao.reading import failed_record, read_record
from baogao.record import Provenance, Record
from baogao.usage import usage_scope

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one document."""

    record: Record
    document: Document | None = None
    """None where it could not be read."""
    error: BaogaoError | None = None
    """What it failed of; None also where it failed of a bug."""
    again: bool = False
    """Whether it failed for a reason that may pass."""

    def portable(self) -> Outcome:
        """The same, so that it can be sent to another machine.

        The document is without the views that it makes of itself; the error is the nearest of those that are public,
        without what caused it.
        """
        document = replace(self.document) if self.document else None
        error = self.error
        if error is not None:
            public = next(kind for kind in type(error).__mro__ if kind.__module__ == BaogaoError.__module__)
            error = public(str(error))
        return replace(self, document=document, error=error)


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


class Worker:
    """Does documents, any number at once: files are read in a process of its own, all else is done here.

    :raises UsageError: a limit for reading, in the environment, cannot be used.
    """

    def __init__(self, extractor: Extractor, made_by: Provenance) -> None:
        self._extractor = extractor
        self._made_by = made_by
        self._files = GuardedReader()
        # One thread waits for the process: a second process would only take the memory of another file.
        self._reader = ThreadPoolExecutor(1, "reader")

    def close(self) -> None:
        """End what is being read, and let the reader's thread end."""
        self._files.close()
        self._reader.shutdown(cancel_futures=True)

    async def read(self, source: Source) -> ReportText:
        """A document, read in the process for files.

        :raises BaogaoError: it cannot be read.
        """
        return ReportText(*(await self._reading(source)).found())

    async def _reading(self, source: Source) -> Reading:
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._files.read, source)

    async def do(self, source: Source) -> Outcome:
        """One document, from its file to its record; one that cannot be read or asked about becomes a failed record."""
        document: Document | None = None
        failure: BaogaoError | None = None
        with usage_scope() as usage:
            try:
                reading = await self._reading(source)
                document = reading.document
                report = ReportText(*reading.found())
                return Outcome(await extract_report(report, self._extractor, self._made_by), document)
            except BaogaoError as error:
                failure = error
                words, again = str(error), error.may_pass
            except Exception as error:  # a bug shows itself in one document; it must not take the others with it
                _log.exception("%s: an error inside baogao", source.name)
                words, again = f"an error inside baogao, please report it: {type(error).__name__}: {error}", True
                words = without_keys(words)
        sha256 = document.sha256 if document else ""
        record = failed_record(source, words, self._extractor.schema, self._made_by, sha256, usage)
        return Outcome(record, document, failure, again)
