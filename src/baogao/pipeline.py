"""Many documents: several under way at once, results written as they come, a failure is a row.

Records are written in the order of the inputs. A record that is finished before its turn waits in memory; when the run is
interrupted, whatever is finished is written, still in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, TextIO

from baogao.candidates import find_candidates
from baogao.document import Document, read_document
from baogao.errors import BaogaoError, UsageError
from baogao.extractors.base import Extractor
from baogao.extractors.reading import failed_record, read_record
from baogao.inputs import Source
from baogao.record import Provenance, Record
from baogao.schema.fields import Schema

OnRecord = Callable[[Record], None]


class Sink(Protocol):
    """Where a run's texts and records go."""

    def keep_text(self, document: Document) -> None:
        """Take the text that a document's offsets refer to."""

    def add(self, record: Record) -> None:
        """Take a record; they come as they are finished."""


class RunFolder:
    """The output folder: ``records.jsonl`` and ``texts/DOC_ID.txt``.

    :raises UsageError: it cannot be written to.
    """

    def __init__(self, path: Path, order: Sequence[str]) -> None:
        self.path = path
        self._order = list(order)
        self._waiting: dict[str, Record] = {}
        self._file: TextIO | None = None

    def __enter__(self) -> RunFolder:
        try:
            (self.path / "texts").mkdir(parents=True, exist_ok=True)
            self._file = (self.path / "records.jsonl").open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"cannot write to {self.path}: {error.strerror or error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for doc_id in self._order:
            if doc_id in self._waiting:
                self._write(self._waiting.pop(doc_id))
        if self._file:
            self._file.close()

    def keep_text(self, document: Document) -> None:
        """Write the text that the offsets refer to, unchanged: no newline is translated."""
        target = self.path / "texts" / f"{document.doc_id}.txt"
        target.write_text(document.text, encoding="utf-8", newline="")

    def add(self, record: Record) -> None:
        """Write a record, or keep it until the records before it are written."""
        self._waiting[record.doc_id] = record
        while self._order and self._order[0] in self._waiting:
            self._write(self._waiting.pop(self._order.pop(0)))

    def _write(self, record: Record) -> None:
        if self._file is None:
            raise UsageError(f"{self.path} is not open for writing")
        self._file.write(record.to_json() + "\n")
        self._file.flush()


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
    folder: Sink,
    concurrency: int = 1,
    on_record: OnRecord = lambda record: None,
) -> list[Record]:
    """Extract many documents; nothing that goes wrong with one of them stops the others.

    :param folder: gets every text and every record; an open ``RunFolder``, mostly.
    :param concurrency: how many documents are under way at once.
    :param on_record: called with each record as it is finished.
    :returns: the records in the order of the sources.
    """
    slots = asyncio.Semaphore(concurrency)

    async def one(source: Source) -> Record:
        async with slots:
            record = await _record_of(source, extractor, schema, made_by, folder)
        folder.add(record)
        on_record(record)
        return record

    return list(await asyncio.gather(*map(one, sources)))


async def _record_of(source: Source, extractor: Extractor, schema: Schema, made_by: Provenance, folder: Sink) -> Record:
    """A source's record; one that cannot be read or asked about becomes a failed one, with its error in words."""
    sha256 = ""
    try:
        document = read_document(source.path, source.doc_id)
        sha256 = document.sha256
        folder.keep_text(document)
        return await extract_document(document, extractor, schema, made_by)
    except BaogaoError as error:
        return failed_record(source.doc_id, str(source.path), str(error), schema, made_by, sha256)
