"""The way in for programs: what the command line does, without a folder of results."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypedDict, TypeVar, Unpack

from baogao.assemble import Ready, extractor_named, ready_extractor
from baogao.choices import WayOrAuto
from baogao.document import Document, read_document
from baogao.engines.run import run_here
from baogao.errors import UsageError
from baogao.extraction import Extractor, ReportText
from baogao.inputs import find_sources
from baogao.model_options import ModelOptions, models_named
from baogao.pipeline import Nowhere
from baogao.reading import provenance
from baogao.record import Record
from baogao.schema import Schema, load_schema
from baogao.work import extract_report

_T = TypeVar("_T")


class Options(TypedDict, total=False):
    """Keywords on the model, as the flags of ``baogao extract``; what is not given is left to the environment and to
    ``baogao.toml``."""

    model: str | Sequence[str]
    """Several models may read beside each other in hybrid."""
    base_url: str
    embedded: bool
    """Start the model that ``baogao model pull`` fetched, for the length of the call."""
    gguf: str | Path
    """Start this model file instead."""
    adapter: str | Path
    """A file of ``baogao tune``, or ``none``; without it those beside the schema that fit the model started here."""
    thorough: bool
    """Whether the model that is started here reads twice, in two ways."""
    escalate_to: str
    """A model that is asked only about reports of which the others are not sure."""
    ask: WayOrAuto
    prompts: str | Path
    cache: bool
    """Whether replies are kept and found again; True."""
    concurrency: int
    """Requests under way at once, over all reports."""
    budget_tokens: int
    prompt_price: float
    """Of a million tokens, in any currency, as the other prices."""
    completion_price: float
    cached_price: float
    """Of prompt tokens that the server had in its own cache."""
    min_confidence: float
    """Answers less sure than this are held back for review; between 0 and 1."""
    calibration: str | Path
    """A file of ``baogao calibrate``, or ``none``; without it the one beside the schema."""


async def extract_async(
    source: str | Path | Document,
    *,
    schema: str | Path | Schema | None = None,
    extractor: str | Extractor | None = None,
    ocr: bool = False,
    **options: Unpack[Options],
) -> Record:
    """Extract one report.

    :param source: the path of a file, or a document that was read already.
    :param schema: the name of a schema that comes with baogao, the path of a ``.py`` file, or a loaded schema; None:
        that of the extractor, or ``law_based_government``.
    :param extractor: ``rules``, ``llm``, ``hybrid``, or anything that links reports; None: rules, or hybrid where a
        model is named, by keyword or in the settings.
    :param ocr: recognise words in pictures, and on pages of PDFs without text (the extra ``baogao[ocr]``).
    :raises DocumentError: the file cannot be read.
    :raises UsageError: there is no such extractor; the schema or its rules do not load; no model can be reached.
    :raises ReplyError: a model's reply cannot be used.
    :raises BudgetError: the token budget is spent.
    """
    document = source if isinstance(source, Document) else read_document(source, ocr=ocr)
    async with _ready(schema, extractor, options) as ready:
        report = ReportText.from_document(document, ready.extractor.schema.sought)
        return await extract_report(report, ready.extractor, ready.made_by)


def extract(
    source: str | Path | Document,
    *,
    schema: str | Path | Schema | None = None,
    extractor: str | Extractor | None = None,
    ocr: bool = False,
    **options: Unpack[Options],
) -> Record:
    """As :func:`extract_async`, for programs without an event loop, and for notebooks."""
    return _wait_for(extract_async(source, schema=schema, extractor=extractor, ocr=ocr, **options))


async def extract_many_async(
    sources: Iterable[str | Path],
    *,
    schema: str | Path | Schema | None = None,
    extractor: str | Extractor | None = None,
    ocr: bool = False,
    jobs: int | None = None,
    **options: Unpack[Options],
) -> AsyncGenerator[Record]:
    """Extract files, folders and glob patterns, and give each record as it is finished, in no order.

    A report that fails is a record that says why. What is under way when the caller stops asking is cancelled.

    :param extractor, ocr: as in :func:`extract_async`.
    :param jobs: how many processes read reports; None: one for each core, as far as reports are many.
    :raises UsageError: nothing could start: no such file or extractor, a schema or rules that do not load, no model.
    :raises EndpointError: several reports in a row could not be asked about.
    """
    found = find_sources(map(str, sources), ocr=ocr)
    if jobs is not None and jobs < 1:
        raise UsageError(f"jobs must be at least 1, not {jobs}")
    async with _ready(schema, extractor, options) as ready:
        finished: asyncio.Queue[Record | None] = asyncio.Queue()

        async def run() -> None:
            """Read and link them all, and give each record as it is finished."""
            try:
                give = finished.put_nowait
                await run_here(ready, found, Nowhere(), jobs=jobs, on_record=give, on_kept=give)
            finally:
                finished.put_nowait(None)

        running = asyncio.create_task(run())
        try:
            while (record := await finished.get()) is not None:
                yield record
            await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def extract_many(
    sources: Iterable[str | Path],
    *,
    schema: str | Path | Schema | None = None,
    extractor: str | Extractor | None = None,
    ocr: bool = False,
    jobs: int | None = None,
    **options: Unpack[Options],
) -> Iterator[Record]:
    """As :func:`extract_many_async`, for programs without an event loop, and for notebooks.

    The work goes on in a thread while the caller looks at a record.
    """
    finished: SimpleQueue[Record | BaseException | None] = SimpleQueue()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        records = extract_many_async(sources, schema=schema, extractor=extractor, ocr=ocr, jobs=jobs, **options)
        async with aclosing(records):
            async for record in records:
                finished.put(record)

    task = loop.create_task(run())

    def work() -> None:
        """Run the loop in its own thread, to its end."""
        try:
            loop.run_until_complete(task)
        except BaseException as error:  # handed to the caller, whose thread this is not
            finished.put(error)
        finally:
            finished.put(None)
            loop.close()

    thread = Thread(target=work, name="baogao", daemon=True)
    thread.start()
    try:
        while (one := finished.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        with suppress(RuntimeError):  # the loop is closed already: there is nothing under way
            loop.call_soon_threadsafe(task.cancel)
        thread.join()


@asynccontextmanager
async def _ready(
    schema: str | Path | Schema | None, extractor: str | Extractor | None, options: Options
) -> AsyncIterator[Ready]:
    """What a call works with: an extractor of ours made ready, or the caller's own as it is."""
    loaded = schema if isinstance(schema, Schema | None) else load_schema(schema)
    if extractor is not None and not isinstance(extractor, str):
        if options:
            raise UsageError(f"the extractor is made already: leave out {', '.join(options)}")
        if loaded is not None and loaded.digest != extractor.schema.digest:
            raise UsageError(f"the extractor asks the schema {extractor.schema.name!r}, not {loaded.name!r}")
        yield Ready(extractor, provenance(extractor.schema, extractor.name))
        return
    unknown = sorted(options.keys() - Options.__annotations__.keys())
    if unknown:
        raise UsageError(f"there is no keyword {unknown[0]!r}; there are: {', '.join(Options.__annotations__)}")
    told: dict[str, Any] = dict(options)
    for name in ("gguf", "prompts"):
        told[name] = Path(told[name]) if told.get(name) is not None else None
    told |= {name: str(told[name]) for name in ("adapter", "calibration") if told.get(name) is not None}
    model, escalate_to = told.pop("model", None) or (), told.pop("escalate_to", None)
    settings = ModelOptions(**told, **models_named([model] if isinstance(model, str) else model, escalate_to))
    name = settings.default_extractor() if extractor is None else extractor_named(extractor)
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(ready_extractor(name, loaded or load_schema(), settings))


def _wait_for(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end, also where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
