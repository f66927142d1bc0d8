"""Documents distributed over the workers of a Ray cluster.

Every worker is an actor that builds its own extractor and client, and does some documents at once. A document's outcome
comes back by itself, as soon as it is there: the run hands it to its journal, and decides what ends the run, as it does
for documents that are done in this process. Ray starts a worker that died again, and repeats what it had under way.

Actors, not a Ray Data pipeline, because Ray Data hands results over by blocks of rows, and does a whole block again
when a worker dies: replies that were paid for, in reports that were finished, would be lost with it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from baogao.errors import UsageError
from baogao.inputs import Source
from baogao.reading import failed_record
from baogao.record import Provenance
from baogao.schema.fields import Schema
from baogao.work import Outcome, Worker

StartWorker = Callable[[], AbstractAsyncContextManager[Worker]]
"""Makes a worker, on whatever machine it is called; it must be picklable."""

_MOST_DEATHS = 3
"""So often a document that was under way when its worker died is begun again: it may be what kills them."""


def check_ray() -> None:
    """Make sure that Ray is installed.

    :raises UsageError: it is not; says how to install it.
    """
    if importlib.util.find_spec("ray") is None:
        raise UsageError("--engine ray needs Ray; install it with: pip install 'baogao[ray]'")


@dataclass(frozen=True)
class Team:
    """How many workers there are, and how many documents each has under way."""

    workers: int
    documents_each: int

    @property
    def at_once(self) -> int:
        """Documents under way in all of them: a few more, so that none waits for its next one."""
        return self.workers * self.documents_each + self.workers


class RayWorkers:
    """The workers of one run. Use as ``async with RayWorkers(start, team, schema, made_by) as workers``.

    A cluster that ``RAY_ADDRESS`` names is used; without it one is started on this machine, for the length of the run.

    :param made_by: for the record of a document that no worker survives.
    :raises UsageError: Ray is missing; there is no such cluster.
    """

    def __init__(self, start: StartWorker, team: Team, schema: Schema, made_by: Provenance) -> None:
        check_ray()
        self._start = start
        self._team = team
        self._schema = schema
        self._made_by = made_by
        self._actors: list[Any] = []
        self._busy: Counter[int] = Counter()

    async def __aenter__(self) -> Self:
        import ray

        await asyncio.to_thread(_connect, self._team.workers)
        actor = ray.remote(_Actor).options(
            num_cpus=1,
            max_concurrency=self._team.documents_each + 1,
            max_restarts=-1,
            max_task_retries=_MOST_DEATHS,
        )
        self._actors = [actor.remote(str(Path.cwd()), self._start) for _ in range(self._team.workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import ray

        # Whoever is still at work must not go on asking.
        for actor in self._actors:
            ray.kill(actor)
        await asyncio.to_thread(ray.shutdown)

    async def do(self, source: Source) -> Outcome:
        """Have the least busy worker do a document.

        :raises UsageError: a worker cannot start.
        """
        from ray.exceptions import RayError, RayTaskError

        number = min(range(len(self._actors)), key=lambda one: self._busy[one])
        self._busy[number] += 1
        try:
            outcome: Outcome = await self._actors[number].do.remote(source)
        except RayTaskError as error:
            raise UsageError(f"a worker of Ray cannot start: {error.cause}") from error
        except RayError as error:
            words = f"its worker died {_MOST_DEATHS + 1} times ({type(error).__name__}); is there enough memory?"
            return Outcome(failed_record(source, words, self._schema, self._made_by), again=True)
        finally:
            self._busy[number] -= 1
        return outcome


def _connect(workers: int) -> None:
    """Join the cluster of ``RAY_ADDRESS``, or start one here with a core for each worker."""
    # Nothing of a user's reports is anybody else's affair; Ray counts its users unless it is told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if os.environ.get("RAY_ADDRESS"):
            ray.init(**quiet)
        else:
            # On loopback: nobody else has any business there.
            local: dict[str, Any] = {"address": "local", "num_cpus": workers, "_node_ip_address": "127.0.0.1"}
            ray.init(include_dashboard=False, **local, **quiet)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        words = " ".join(str(error).split())[:300]
        raise UsageError(f"there is no Ray cluster to work with: {words}") from error


class _Actor:
    """One worker, in a process of its own on some machine."""

    def __init__(self, folder: str, start: StartWorker) -> None:
        # Inputs, schema and baogao.toml are named relative to where the command was given.
        os.chdir(folder)
        self._start = start
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def do(self, source: Source) -> Outcome:
        """One document; its outcome is ready to be sent."""
        async with self._starting:
            if self._worker is None:
                self._worker = await self._stack.enter_async_context(self._start())
        return (await self._worker.do(source)).portable()
