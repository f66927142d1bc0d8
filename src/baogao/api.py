"""The way in for programs: one report, or many, without a folder of results."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

from baogao.document import Document, read_document
from baogao.extraction import Extractor
from baogao.inputs import Source, find_sources
from baogao.pipeline import Sink, run_extraction
from baogao.reading import provenance
from baogao.record import Provenance, Record
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from baogao.work import extract_document

DEFAULT_SCHEMA = "law_based_government"

_T = TypeVar("_T")


def extract(
    source: str | Path | Document,
    *,
    schema: str | Path | Schema = DEFAULT_SCHEMA,
    extractor: Literal["rules"] | Extractor = "rules",
) -> Record:
    """Extract one report.

    :param source: the path of a file, or a document that was read already.
    :param schema: the name of a schema that comes with baogao, the path of a ``.py`` file, or a loaded schema.
    :param extractor: the rules beside the schema, or anything that links documents.
    :raises DocumentError: the file cannot be read.
    :raises UsageError: the schema or its rules do not load, or a model cannot be reached.
    :raises ReplyError, BudgetError: by an extractor that asks a model.
    """
    loaded = schema if isinstance(schema, Schema) else load_schema(schema)
    document = source if isinstance(source, Document) else read_document(source)
    chosen, made_by = _extractor(extractor, loaded)
    return _wait_for(extract_document(document, chosen, loaded, made_by))


def extract_many(
    sources: Iterable[str | Path],
    *,
    schema: str | Path | Schema = DEFAULT_SCHEMA,
    extractor: Literal["rules"] | Extractor = "rules",
    concurrency: int = 1,
) -> list[Record]:
    """Extract files, folders and glob patterns; a report that fails is a record that says why.

    :param concurrency: how many reports are under way at once.
    :returns: a record for each report, in the order of the sources.
    :raises UsageError: nothing could start: no such file, a schema or rules that do not load, no model to ask.
    """
    loaded = schema if isinstance(schema, Schema) else load_schema(schema)
    found = find_sources(map(str, sources))
    chosen, made_by = _extractor(extractor, loaded)
    return _wait_for(run_extraction(found, chosen, loaded, made_by, _Nowhere(), concurrency))


def _extractor(extractor: Literal["rules"] | Extractor, schema: Schema) -> tuple[Extractor, Provenance]:
    chosen = RulesExtractor(load_rulebook(None, schema)) if isinstance(extractor, str) else extractor
    return chosen, provenance(schema, chosen.name)


class _Nowhere(Sink):
    """Keeps nothing: the caller gets the records."""

    def finished(self, source: Source) -> Record | None:
        """Nothing is."""
        return None

    def add(self, record: Record, document: Document | None = None, *, again: bool = False) -> None:
        """Let it go."""


def _wait_for(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end, also where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
