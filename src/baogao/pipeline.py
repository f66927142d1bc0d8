"""Many documents: several under way at once, results written as they come, a failure is a row."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from baogao.candidates import find_candidates
from baogao.document import Document, read_document
from baogao.errors import BaogaoError, UsageError
from baogao.extractors.base import Extractor
from baogao.extractors.reading import failed_record, read_record
from baogao.inputs import Source
from baogao.llm.usage import usage_scope
from baogao.record import Provenance, Record, Usage
from baogao.schema.fields import Schema

_log = logging.getLogger(__name__)

OnRecord = Callable[[Record], None]


class Sink(Protocol):
    """Where a run's texts and records go."""

    def keep_text(self, document: Document) -> None:
        """Take the text that a document's offsets refer to; its record follows."""

    def add(self, record: Record) -> None:
        """Take a record; they come as they are finished."""


async def extract_document(document: Document, extractor: Extractor, schema: Schema, made_by: Provenance) -> Record:
    """One document's record.

    :raises BaogaoError: whatever the extractor raises.
    """
    candidates = find_candidates(document)
    extraction = await extractor.extract(document, candidates, schema)
    return read_record(document, candidates, extraction, schema, made_by)


async def run_extraction(
    sources: Iterable[Source],
    extractor: Extractor,
    schema: Schema,
    made_by: Provenance,
    sink: Sink,
    concurrency: int = 1,
    on_record: OnRecord = lambda record: None,
) -> list[Record]:
    """Extract many documents; nothing that goes wrong with one of them stops the others.

    :param sink: gets every text and every record; an open ``RunFolder``, mostly.
    :param concurrency: how many documents are under way at once.
    :param on_record: called with each record as it is finished.
    :returns: the records in the order of the sources.
    :raises UsageError: no document could be asked about at all (no server, a wrong key, an unknown model, a template
        that does not render), found before the first one was answered.
    """
    run = _Run(extractor, schema, made_by, sink)
    slots = asyncio.Semaphore(concurrency)

    async def one(source: Source) -> Record:
        async with slots:
            record = await run.record_of(source)
        sink.add(record)
        on_record(record)
        return record

    tasks = [asyncio.create_task(one(source)) for source in sources]
    try:
        return await asyncio.gather(*tasks)
    finally:
        # After an error or Ctrl-C the others must not go on asking.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class _Run:
    """What all documents of a run share."""

    extractor: Extractor
    schema: Schema
    made_by: Provenance
    sink: Sink
    answered: bool = field(default=False, init=False)
    """Whether a model has answered for a document: from then on an error is that document's own."""

    fatal: UsageError | None = field(default=None, init=False)
    """What ended the run: no further document is begun."""

    async def record_of(self, source: Source) -> Record:
        """A source's record; one that cannot be read or asked about becomes a failed one, with its error in words."""
        if self.fatal is not None:
            raise self.fatal
        sha256 = ""
        with usage_scope() as meter:
            try:
                document = replace(read_document(source.path, source.doc_id), source=source.name)
                sha256 = document.sha256
                self.sink.keep_text(document)
                record = await extract_document(document, self.extractor, self.schema, self.made_by)
            except BaogaoError as error:
                if isinstance(error, UsageError) and not self.answered:
                    self.fatal = error
                    raise
                words = str(error)
            except Exception as error:  # a bug shows itself in one document; it must not take the others with it
                _log.exception("%s: an error inside baogao", source.name)
                words = f"an error inside baogao, please report it: {type(error).__name__}: {error}"
            else:
                self.answered = self.answered or bool(record.usage.requests or record.usage.cached)
                return record
        usage = Usage(**meter.as_dict())
        return failed_record(source.doc_id, source.name, words, self.schema, self.made_by, sha256, usage)
