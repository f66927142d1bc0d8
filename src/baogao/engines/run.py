"""``--engine``: the documents of a run done in this process, or by workers of a Ray cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from baogao.assemble import ModelOptions, Ready, ready_extractor
from baogao.engines.ray import RayWorkers, Team, check_ray
from baogao.errors import UsageError
from baogao.extraction import ExtractorName
from baogao.inputs import Source
from baogao.pipeline import OnRecord, Sink, open_documents, run_documents, run_work
from baogao.schema import load_schema
from baogao.work import Worker

EngineChoice = Literal["local", "ray"]

_WORKERS = 4


@dataclass(frozen=True)
class Engine:
    """What the command line says about where documents are worked on."""

    choice: EngineChoice = "local"
    workers: int | None = None

    def check(self, options: ModelOptions) -> None:
        """Refuse what cannot work, before anything is started.

        :raises UsageError: Ray is missing; the model would be on one machine only; workers without Ray.
        """
        if self.choice == "local":
            if self.workers is not None:
                raise UsageError("--workers goes with --engine ray; on this machine it is --concurrency")
            return
        check_ray()
        if options.starts_server:
            raise UsageError("--engine ray needs a server that every worker can reach: --base-url, not --embedded")


@dataclass(frozen=True)
class Job:
    """What is to be done with each document."""

    name: ExtractorName
    schema_source: str
    """Where a worker finds the same schema."""
    options: ModelOptions
    ready: Ready


async def run_by(
    engine: Engine, job: Job, sources: Iterable[Source], sink: Sink, on_record: OnRecord, on_kept: OnRecord
) -> None:
    """Do the documents of a run where the command line says.

    :raises UsageError, EndpointError: as :func:`baogao.pipeline.run_documents`.
    """
    ready = job.ready
    if engine.choice == "local":
        at_once = open_documents(ready.requests_at_once)
        told = {"on_record": on_record, "on_kept": on_kept}
        await run_documents(sources, ready.extractor, ready.made_by, sink, at_once=at_once, **told)
        return
    workers = engine.workers or _WORKERS
    each = max(1, ready.requests_at_once // workers)
    start = partial(_worker, job.name, job.schema_source, _options_each(job, each, workers))
    team = Team(workers, open_documents(each))
    async with RayWorkers(start, team, ready.extractor.schema, ready.made_by) as ray:
        await run_work(sources, ray.do, sink, at_once=team.at_once, on_record=on_record, on_kept=on_kept)


def _options_each(job: Job, concurrency: int, workers: int) -> ModelOptions:
    """What one worker is told: its share, and what was found out about the model, so that it need not ask again."""
    client = job.ready.client
    if client is None:
        return job.options
    budget = client.settings.budget_tokens
    return replace(
        job.options,
        base_url=client.settings.url,
        model=job.ready.made_by.model,
        ask=job.ready.way or job.options.ask,
        concurrency=concurrency,
        budget_tokens=budget // workers if budget else None,
        abilities=client.abilities,
    )


@asynccontextmanager
async def _worker(name: ExtractorName, schema_source: str, options: ModelOptions) -> AsyncIterator[Worker]:
    """One worker, made where it works."""
    async with ready_extractor(name, load_schema(schema_source), options) as ready:
        worker = Worker(ready.extractor, ready.made_by)
        try:
            yield worker
        finally:
            worker.close()
