"""One document's way from its file to its record, wherever it is done: here, or in a worker on another machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from baogao.candidates import Candidates, find_candidates
from baogao.document import Document
from baogao.errors import BaogaoError, NoReplyError, ReplyError
from baogao.extraction import Extractor
from baogao.inputs import Source
from baogao.llm.usage import usage_scope
from baogao.reading import failed_record, read_record
from baogao.record import Provenance, Record, Usage
from baogao.schema.fields import Schema

_log = logging.getLogger(__name__)

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


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


async def extract_document(document: Document, extractor: Extractor, schema: Schema, made_by: Provenance) -> Record:
    """One document's record.

    :raises BaogaoError: whatever the extractor raises.
    """
    return await link_document(document, find_candidates(document), extractor, schema, made_by)


async def link_document(
    document: Document, candidates: Candidates, extractor: Extractor, schema: Schema, made_by: Provenance
) -> Record:
    """The record of a document whose candidates were found.

    :raises BaogaoError: whatever the extractor raises.
    """
    extraction = await extractor.extract(document, candidates, schema)
    return read_record(document, candidates, extraction, schema, made_by)


class Worker:
    """Does documents in this process, any number at once."""

    def __init__(self, extractor: Extractor, schema: Schema, made_by: Provenance) -> None:
        self._extractor = extractor
        self._schema = schema
        self._made_by = made_by
        # One thread: more would only wait for each other, and pdfium stands no second one.
        self._reader = ThreadPoolExecutor(1, "reader")

    def close(self) -> None:
        """Let the reader's thread end."""
        self._reader.shutdown(cancel_futures=True)

    async def do(self, source: Source) -> Outcome:
        """One document, from its file to its record; one that cannot be read or asked about becomes a failed record."""
        document: Document | None = None
        failure: BaogaoError | None = None
        with usage_scope() as meter:
            try:
                document = await self._aside(Source.read, source)
                candidates = await self._aside(find_candidates, document)
                record = await link_document(document, candidates, self._extractor, self._schema, self._made_by)
            except BaogaoError as error:
                failure = error
                words, again = str(error), not isinstance(error, ReplyError) or isinstance(error, NoReplyError)
            except Exception as error:  # a bug shows itself in one document; it must not take the others with it
                _log.exception("%s: an error inside baogao", source.name)
                words, again = f"an error inside baogao, please report it: {type(error).__name__}: {error}", True
            else:
                return Outcome(record, document)
        sha256 = document.sha256 if document else ""
        usage = Usage(**meter.as_dict())
        record = failed_record(source.doc_id, source.name, words, self._schema, self._made_by, sha256, usage)
        return Outcome(record, document, failure, again)

    async def _aside(self, work: Callable[[_Given], _Made], given: _Given) -> _Made:
        """Do some work in the reader's thread, so that replies do not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work, given)
