"""``--engine``: the documents of a run done in this process, or by workers of a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from functools import partial

from baogao.assemble import Ready, ready_extractor, trust_in
from baogao.choices import EngineChoice, ExtractorName
from baogao.engines.ray import RayWorkers, Team, check_ray
from baogao.engines.whole import WholeReport
from baogao.errors import UsageError
from baogao.inputs import Source
from baogao.model_options import ModelOptions
from baogao.pipeline import OnRecord, Sink, documents_at_once, read_sample, run_documents, run_work
from baogao.schema import Schema, load_schema
from baogao.work import Worker, no_task

_WORKERS = 4
"""Workers of Ray, where the command line does not say how many."""
_MOST_JOBS = 8
"""Processes on this machine, where nobody says how many: what they do is written down by one."""
_REPORTS_A_JOB = 100
"""Starting a process takes as long as so many reports, about."""


@dataclass(frozen=True)
class Engine:
    """What the command line says about where documents are worked on."""

    choice: EngineChoice = "local"
    workers: int | None = None
    jobs: int | None = None
    """Processes on this machine; None leaves it to its cores and to the number of reports."""

    def check(self, options: ModelOptions) -> None:
        """Refuse what cannot work, before anything is started.

        :raises UsageError: Ray is missing; the model would be on one machine only; workers without Ray.
        """
        if self.choice == "local":
            if self.workers is not None:
                raise UsageError("--workers goes with --engine ray; on this machine it is --concurrency")
            return
        check_ray()
        if self.jobs is not None:
            raise UsageError("--jobs is for this machine; with --engine ray it is --workers")
        if options.starts_server:
            raise UsageError("--engine ray needs a server that every worker can reach: --base-url, not --embedded")


@dataclass(frozen=True)
class Job:
    """What is to be done with each document."""

    name: ExtractorName
    schema: Schema
    schema_source: str
    """Where a worker finds the same schema."""
    options: ModelOptions

    def share(self, ready: Ready, requests: int, workers: int) -> Job:
        """One worker's part of it: told what was found out about the model, so that it need not ask again.

        :param ready: the extractor of the whole job.
        :param requests: how many the worker may have under way at once.
        :param workers: how many there are; they divide the budget of tokens.
        """
        client = ready.client
        if client is None:
            return self
        budget = client.settings.budget_tokens
        options = replace(
            self.options,
            base_url=None if self.options.names_table_entry else client.settings.url,
            model=ready.made_by.model,
            ask=ready.way or self.options.ask,
            concurrency=requests,
            budget_tokens=budget // workers if budget else None,
            abilities=client.abilities,
            manner=client.manner,
            trust=trust_in(ready.extractor),
        )
        return replace(self, options=options)


async def run_here(
    ready: Ready,
    sources: Sequence[Source],
    sink: Sink,
    *,
    jobs: int | None = None,
    on_record: OnRecord,
    on_kept: OnRecord,
) -> None:
    """Do the documents of a run on this machine.

    :param jobs: processes that read them, and do all of it where that is computing only; one by itself only reads.
    :param sink, on_record, on_kept: as for :func:`baogao.pipeline.run_documents`.
    :raises UsageError, EndpointError: as there.
    """
    jobs = jobs_for(jobs, len(sources), starts_server=bool(ready.made_for and ready.made_for[1].starts_server))
    await run_documents(
        sources,
        ready.extractor,
        ready.made_by,
        sink,
        at_once=documents_at_once(ready.requests_at_once, jobs),
        on_record=on_record,
        on_kept=on_kept,
        sample_of=sources,
        jobs=jobs,
        task_for=partial(WholeReport.of, ready) if jobs > 1 else no_task,
    )


def jobs_for(wanted: int | None, reports: int, *, starts_server: bool = False) -> int:
    """How many processes read reports: as many as are wanted; else one for each core, as far as reports are many.

    :param starts_server: whether a model is started here, which wants the cores for itself.
    """
    if wanted is not None:
        return max(1, min(wanted, reports))
    if starts_server:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _MOST_JOBS, reports // _REPORTS_A_JOB))


async def run_by(
    engine: Engine,
    job: Job,
    ready: Ready,
    sources: Sequence[Source],
    sink: Sink,
    *,
    on_record: OnRecord,
    on_kept: OnRecord,
) -> None:
    """Do the documents of a run where the command line says.

    :param ready: the extractor of the job; workers of Ray make their own, told what this one knows.
    :param sink, on_record, on_kept: as for :func:`baogao.pipeline.run_documents`.
    :raises UsageError, EndpointError: as there.
    """
    if engine.choice == "local":
        await run_here(ready, sources, sink, jobs=engine.jobs, on_record=on_record, on_kept=on_kept)
        return
    if len(ready.models) > 1 or ready.escalate_to:
        raise UsageError("--engine ray asks one model: name one with --model, and leave out --escalate-to")
    with closing(Worker(ready.extractor, ready.made_by)) as here:  # before the reports are given out
        await read_sample(sources, ready.extractor, here, ready.requests_at_once)
    workers = engine.workers or _WORKERS
    if ready.client is not None:  # one that may not ask has nothing to do, and the endpoint is to see no more at once
        workers = min(workers, ready.requests_at_once)
    each = max(1, ready.requests_at_once // workers)
    part = job.share(ready, each, workers)
    start = partial(_worker, part.name, part.schema_source, part.options)
    team = Team(workers, documents_at_once(each))
    async with RayWorkers(start, team, ready.extractor.schema, ready.made_by) as ray:
        await run_work(sources, ray.do, sink, at_once=team.at_once, on_record=on_record, on_kept=on_kept)


@asynccontextmanager
async def _worker(name: ExtractorName, schema_source: str, options: ModelOptions) -> AsyncIterator[Worker]:
    """One worker, made where it works: a schema is loaded there, because none can be sent."""
    async with ready_extractor(name, load_schema(schema_source), options) as ready:
        with closing(Worker(ready.extractor, ready.made_by)) as worker:
            yield worker
