"""The first step of a run: an extractor over the texts of the gold, its records and what they took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from baogao.candidates import Candidates
from baogao.document import Document
from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset
from baogao.extractors.base import Extraction, Extractor
from baogao.inputs import Source
from baogao.pipeline import OnRecord, run_extraction
from baogao.record import Provenance, Record, Usage
from baogao.schema.fields import Schema

Around = Callable[[str], AbstractContextManager[object]]
"""Entered for the length of one document, by its id; a tape knows by it whose exchanges it carries."""


@dataclass
class WatchedExtractor:
    """An extractor, with the seconds that each document took."""

    inner: Extractor
    around: Around = lambda doc_id: nullcontext()
    seconds: dict[str, float] = field(default_factory=dict)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.inner.name

    async def extract(self, document: Document, candidates: Candidates, schema: Schema) -> Extraction:
        """Link one document, watching the clock."""
        started = time.perf_counter()
        try:
            with self.around(document.doc_id):
                return await self.inner.extract(document, candidates, schema)
        finally:
            self.seconds[document.doc_id] = time.perf_counter() - started


class RecordFile:
    """One extractor's records, in the order of the gold whatever finishes first; texts stay where they are."""

    def __init__(self, file: TextIO, order: Sequence[str]) -> None:
        self._file = file
        self._order = list(order)
        self._waiting: dict[str, Record] = {}

    def keep_text(self, document: Document) -> None:
        """Nothing to keep: the gold's own text file is what the offsets refer to."""

    def add(self, record: Record) -> None:
        """Write a record, or keep it until those before it are written."""
        self._waiting[record.doc_id] = record
        while self._order and self._order[0] in self._waiting:
            self._write(self._waiting.pop(self._order.pop(0)))

    def finish(self) -> None:
        """Write what still waits, when the run was interrupted."""
        for doc_id in self._order:
            if doc_id in self._waiting:
                self._write(self._waiting.pop(doc_id))

    def _write(self, record: Record) -> None:
        self._file.write(record.to_json() + "\n")
        self._file.flush()


async def predict(
    extractor: Extractor,
    made_by: Provenance,
    datasets: Sequence[Dataset],
    schema: Schema,
    path: Path,
    *,
    concurrency: int = 1,
    around: Around = lambda doc_id: nullcontext(),
    on_record: OnRecord = lambda record: None,
) -> dict[str, Any]:
    """Run an extractor over data sets and write its records to ``path``.

    :returns: its part of ``timing.json``: seconds and tokens in all, and for each document.
    :raises UsageError: ``path`` cannot be written.
    """
    sources = [Source(item.gold.doc_id, item.text_path) for dataset in datasets for item in dataset.items]
    watched = WatchedExtractor(extractor, around)
    started = time.perf_counter()
    with _record_file(path, [source.doc_id for source in sources]) as sink:
        records = await run_extraction(sources, watched, schema, made_by, sink, concurrency, on_record)
    return timing_of(records, watched.seconds, time.perf_counter() - started)


def timing_of(records: Sequence[Record], seconds: dict[str, float], wall: float) -> dict[str, Any]:
    """What a run took; seconds of a document count its own waiting for a busy server."""
    total = sum((record.usage for record in records), Usage())
    return {
        "seconds": round(wall, 3),
        **_tokens(total),
        "documents": {
            record.doc_id: {"seconds": round(seconds.get(record.doc_id, 0.0), 3), **_tokens(record.usage)}
            for record in records
        },
    }


def _tokens(usage: Usage) -> dict[str, Any]:
    counts = {
        "requests": usage.requests,
        "cached": usage.cached,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    }
    return counts if usage.cost is None else counts | {"cost": usage.cost}


@contextmanager
def _record_file(path: Path, order: Sequence[str]) -> Iterator[RecordFile]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    with file:
        sink = RecordFile(file, order)
        try:
            yield sink
        finally:
            sink.finish()
