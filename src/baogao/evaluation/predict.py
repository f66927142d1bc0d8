"""The first step of a run: an extractor over the texts of the gold, its records and what they took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baogao.candidates import Candidates
from baogao.document import Document
from baogao.evaluation.gold import Dataset
from baogao.extraction import Extraction, Extractor
from baogao.inputs import Source
from baogao.pipeline import OnRecord, run_extraction
from baogao.record import Provenance, Record, Usage
from baogao.record_file import RecordFile
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
    with RecordFile(path, [source.doc_id for source in sources]) as sink:
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
