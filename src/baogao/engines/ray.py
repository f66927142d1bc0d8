"""Documents distributed over the workers of a Ray cluster.

Every worker is an actor that builds its own extractor and client, and does some documents at once. A document's outcome
comes back by itself, as soon as it is there: the run hands it to its journal, and decides what ends the run, as it does
for documents that are done in this process. Ray starts a worker that died again; what it had under way is given out
again from here, because only here is it known which documents had begun.

Actors, not a Ray Data pipeline, because Ray Data hands results over by blocks of rows, and does a whole block again
when a worker dies: replies that were paid for, in reports that were finished, would be lost with it.

The cluster that is started for a run keeps to itself: loopback, a token and a folder of its own, and a guard, a process
that ends what is left of the cluster when the run has gone without a word.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, contextmanager, suppress
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
_BACK_SECONDS = 300.0
"""So long a worker that died may take to be back; on a cluster it may have to wait for a machine."""
_GUARD_SECONDS = 20.0
"""So long the guard goes on ending processes of a cluster."""
_LONGEST_BASE = 19
"""Characters of the folder for temporary files: the name of a socket has 107, and Ray's part of it is long."""
_MARK = "BAOGAO_RAY_FOLDER"
"""In the environment of every process of a cluster that was started here: whose it is."""


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
        self._cluster = ExitStack()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._cluster.enter_context, cluster(self._team.workers))
        import ray

        # No retries of Ray's: it cannot tell a document that was begun from one that was waiting.
        actor = ray.remote(_Actor).options(
            num_cpus=1, max_concurrency=self._team.documents_each + 2, max_restarts=-1, max_task_retries=0
        )
        self._actors = [actor.remote(str(Path.cwd()), self._start) for _ in range(self._team.workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import ray

        try:
            # Whoever is still at work must not go on asking.
            for actor in self._actors:
                ray.kill(actor)
        finally:
            await asyncio.to_thread(self._cluster.close)

    async def do(self, source: Source) -> Outcome:
        """Have the least busy worker do a document, and the next one if it dies.

        :raises UsageError: a worker cannot start, or does not come back; the cluster broke down.
        """
        from ray.exceptions import RayError, RayTaskError

        deaths = 0
        while True:
            number = min(range(len(self._actors)), key=lambda one: self._busy[one])
            self._busy[number] += 1
            begun = False
            try:
                async for step in self._actors[number].do.options(num_returns="streaming").remote(source):
                    outcome: Outcome | None = await step
                    if outcome is not None:
                        return outcome
                    begun = True
            except RayTaskError as error:
                raise UsageError(f"a worker of Ray cannot start: {error.cause}") from error
            except RayError as error:
                deaths += begun
                if deaths > _MOST_DEATHS:
                    words = f"its worker died {deaths} times ({type(error).__name__}); is there enough memory?"
                    return Outcome(failed_record(source, words, self._schema, self._made_by), again=True)
                await self._back(number)
            finally:
                self._busy[number] -= 1

    async def _back(self, number: int) -> None:
        """Wait until a worker that died is back.

        :raises UsageError: it never will be: it cannot be made, or there is nobody left to make it.
        """
        from ray.exceptions import ActorUnavailableError, RayError

        goes_on = "the same command goes on where it stopped"
        try:
            async with asyncio.timeout(_BACK_SECONDS):
                while True:
                    with suppress(ActorUnavailableError):  # it is on its way
                        await self._actors[number].is_there.remote()
                        return
                    await asyncio.sleep(0.5)
        except TimeoutError:
            raise UsageError(
                f"a worker of Ray died and was not back in {_BACK_SECONDS:.0f} seconds; {goes_on}"
            ) from None
        except RayError as error:
            why = " ".join(str(error).split())[-300:]
            raise UsageError(f"the Ray cluster broke down, or cannot make a worker; {goes_on} (…{why})") from error


@contextmanager
def cluster(workers: int) -> Iterator[None]:
    """For the length of a block the cluster of ``RAY_ADDRESS``, or one of this machine's own, a core for each worker.

    :raises UsageError: it cannot be joined or started, or would be open to other machines.
    """
    # Nothing of a user's reports is anybody else's affair; Ray counts its users unless it is told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    with ExitStack() as stack:
        started: dict[str, Any] = {}
        if not os.environ.get("RAY_ADDRESS"):
            folder = stack.enter_context(guarded_folder())
            # Ray reads its environment when it is loaded, and not again.
            os.environ.update(own_environment(folder))
            started = own_settings(folder, workers)
        try:
            _connect(started)
        finally:
            # What this program starts later is no part of the cluster.
            os.environ.pop(_MARK, None)
        import ray

        stack.callback(ray.shutdown)
        yield


def own_environment(folder: Path) -> dict[str, str]:
    """What keeps a cluster of this machine's own to itself: nobody else can reach it, or has its token.

    :param folder: that of the cluster.
    """
    return {
        # The only setting that makes Ray take loopback for an address; it is the default on macOS and Windows.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        # Not in a file: by default it would lie in the home folder, for everybody to read. Ray reads it once a process.
        "RAY_AUTH_TOKEN": os.environ.get("RAY_AUTH_TOKEN") or secrets.token_hex(32),
        _MARK: str(folder),
    }


def own_settings(folder: Path, workers: int) -> dict[str, Any]:
    """How a cluster of this machine's own is started; Ray opens its folder to all, so it gets one inside ours."""
    return {
        "address": "local",
        "num_cpus": workers,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
        "_temp_dir": str(folder / "ray"),
    }


def _connect(started: dict[str, Any]) -> None:
    """Join a cluster, or start one with some settings."""
    import ray
    from ray.exceptions import RayError

    if started and not ray.util.get_node_ip_address().startswith(("127.", "::1")):
        words = "Ray would listen on all addresses: it was loaded before this run; set"
        raise UsageError(f"{words} RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 before it is")
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **started)
    except (RayError, ConnectionError, RuntimeError, ValueError, OSError) as error:
        words = " ".join(str(error).split())[:300]
        raise UsageError(f"there is no Ray cluster to work with: {words}") from error


@contextmanager
def guarded_folder() -> Iterator[Path]:
    """A new folder that only this user can enter, for the length of a block, with a guard over the cluster in it.

    The guard ends what is left of the cluster and removes the folder, when the block is left or this process is killed.
    """
    base = tempfile.gettempdir()
    short = base if len(base) <= _LONGEST_BASE or not Path("/tmp").is_dir() else "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="baogao-ray-", dir=short))
    # From where this module is: the program may have found it without its environment.
    code = "import sys; sys.path.insert(0, sys.argv[2]); from baogao.engines.ray import guard; guard(sys.argv[1])"
    command = [sys.executable, "-P", "-c", code, str(folder), str(Path(__file__).parents[2])]
    quiet = subprocess.DEVNULL
    try:
        # In a session of its own, Ctrl-C does not reach it. Leaving the block closes its input and waits for it.
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def guard(folder: str) -> None:
    """Wait for the end of whoever started this process; then end what is left of a cluster, and remove its folder.

    :param folder: that of the cluster.
    """
    sys.stdin.buffer.read()
    until = time.monotonic() + _GUARD_SECONDS
    while time.monotonic() < until and (left := members(folder)):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def members(folder: str) -> list[int]:
    """Ids of the processes of the cluster in a folder; none on a system without ``/proc``."""
    mark = f"{_MARK}={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is somebody else's
            # Some of them write their name over their environment; they are known by their logs.
            named = (process / "cmdline").read_bytes().startswith(b"ray::")
            if mark in (process / "environ").read_bytes().split(b"\0") or (
                named and any(folder in str(file.readlink()) for file in (process / "fd").iterdir())
            ):
                found.append(int(process.name))
    return found


class _Actor:
    """One worker, in a process of its own on some machine."""

    def __init__(self, folder: str, start: StartWorker) -> None:
        # Inputs, schema and baogao.toml are named relative to where the command was given.
        os.chdir(folder)
        self._start = start
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def is_there(self) -> None:
        """Answer."""

    async def do(self, source: Source) -> AsyncIterator[Outcome | None]:
        """One document: None when it is begun, then its outcome, ready to be sent."""
        yield None
        async with self._starting:
            if self._worker is None:
                self._worker = await self._stack.enter_async_context(self._start())
        yield (await self._worker.do(source)).portable()
