"""Whoever has files read in a process of its own, and that process as its parent sees it."""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from baogao.candidates import USUAL
from baogao.errors import BaogaoError, DocumentError, ReadingLimitError, UsageError
from baogao.guarded.reading import Order, Reading, ReadingLimits, Task
from baogao.inputs import Source
from baogao.llm.beside import SECRET_NAME
from baogao.schema.fields import Sought

_log = logging.getLogger(__name__)

_TICK = 0.2
"""Seconds: time is counted in these, so that a run that was suspended for a night has waited for one of them."""
_START_SECONDS = 300
"""The process has these to start: it takes one, where nothing else keeps the machine busy."""


class GuardedReader:
    """Reads files in a process of its own, one at a time. :meth:`close` may be called from another thread.

    :param limits: None for those of the environment.
    :param sought: what a schema asks about beside the usual, ``schema.sought``.
    :raises UsageError: a limit in the environment cannot be used.
    """

    def __init__(self, limits: ReadingLimits | None = None, sought: Sought = USUAL) -> None:
        self._sought = sought
        self._limits = limits or ReadingLimits.chosen()
        self._process: _Process | None = None
        self._closed = False

    def read(self, source: Source, task: Task | None = None) -> Reading:
        """Read a file; it says why where it could not be read within the limits.

        :param task: what to do with it there, within as much time again; where that comes to no end, the file is read
            once more without it, so that what comes of it does not depend on where things are done.
        :raises UsageError: no process can be started.
        """
        process = self._process = self._process or _Process.idle(self._limits) or _Process(self._limits)
        started = time.monotonic()
        reading = process.read(source, task, self._sought)
        _log.info("%s: %s; it took %.2f s", source.name, reading.told(), time.monotonic() - started)
        if self._closed:
            process.end()
        elif not process.usable:
            self._process = None
            if process.broke_off:
                return self.read(source)
        return reading

    def close(self) -> None:
        """Let the process go: one that is at work is ended at once."""
        self._closed = True
        if self._process is not None:
            self._process.let_go()


def warm_up() -> None:
    """Start the process for the next reader already, so that it is there when it is needed.

    :raises UsageError: a limit in the environment cannot be used.
    """
    limits = ReadingLimits.chosen()
    (_Process.idle(limits) or _Process(limits)).let_go()


class _Process:
    """The process as its parent sees it."""

    _idle: list[_Process] = []  # noqa: RUF012  shared on purpose: at most one waits for the next reader

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits = limits
        self.usable = True
        self.broke_off = False
        """Whether it had read its last file, and ended in what was to be done with it."""
        self._owner = os.getpid()
        self._busy = self._ready = self._late = False
        self._task: Task | None = None
        self._watch: Thread | None = None
        self._at_work = Event()
        self._now = 0
        """Ticks so far."""
        self._until: int | None = None
        """The tick at which what is under way has taken too long; None where nothing is."""
        # Not through multiprocessing, which would run the main file of whoever calls us once more.
        self._running = subprocess.Popen(
            [sys.executable, "-P", "-c", "from baogao.guarded.server import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        self._to: Any = self._running.stdin
        self._from: Any = self._running.stdout
        self._send(limits)

    @classmethod
    def idle(cls, limits: ReadingLimits) -> _Process | None:
        """The one that waits, where it has these limits."""
        with suppress(IndexError):  # none is left; another thread may have taken the last one
            while True:
                process = cls._idle.pop()
                if process._owner == os.getpid():  # a fork has no business with its parent's
                    if process.limits == limits and process._running.poll() is None:
                        return process
                    process.end()
        return None

    def let_go(self) -> None:
        """Keep it for the next reader; end it where it is at work, broken, or one too many."""
        if self._busy or not self.usable or self._idle:
            self.end()
        else:
            self._at_work.clear()
            self._idle.append(self)

    def end(self) -> int:
        """End it now; returns its exit code, less than 0 for the signal that ended it."""
        self.usable = False
        self._at_work.set()
        self._running.kill()
        with suppress(OSError):  # what was not yet sent is of no use any more
            self._to.close()
        return self._running.wait()

    def read(self, source: Source, task: Task | None, sought: Sought) -> Reading:
        """Have it read a file.

        :param task: what to do with it there.
        :param sought: see :class:`GuardedReader`.
        :raises UsageError: it does not start.
        """
        self._busy = True  # until it has answered: one that was broken off by Ctrl-C must not be asked again
        if not self._ready:
            with self._watched(_START_SECONDS):
                self._ready = self._receive() is not None
        if not self._ready:
            self.end()
            raise UsageError("files are read in a process of its own (docs/running.md), and none can be started")
        if task is not None and task != self._task:
            self._send(Order(Path.cwd(), task=task))
            with self._watched(_START_SECONDS):
                self._receive()
            self._task = task
        with self._watched(self.limits.seconds):
            self._send(Order(Path.cwd(), source, sought=sought, whole=task is not None))
            reading: Reading | str | None = self._receive()
        if isinstance(reading, str):  # it is read, and the rest is under way
            with self._watched(self.limits.seconds):
                reading = self._receive()
            self.broke_off = reading is None
        assert not isinstance(reading, str)
        if reading is None:
            reading = Reading(error=self._why(self.end()))
        elif self._late:  # in the moment in which it was done
            self.end()
        elif isinstance(reading.error, MemoryError):
            self.end()
            reading = Reading(error=ReadingLimitError(f"reading it {self._too_much_memory()}"))
        self._busy = False
        return reading

    def _why(self, code: int) -> BaogaoError:
        """What is said of a file whose reader has ended with this code."""
        if self._late:
            words = f"reading it takes more than {self.limits.seconds} seconds: that is no single report"
            return ReadingLimitError(f"{words} (BAOGAO_READING_SECONDS allows more)")
        if -code in {int(signal.SIGTERM), 9}:  # by somebody else, or by a machine without memory: it may pass
            return DocumentError("the process that read it was ended from outside; is there enough memory?")
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return ReadingLimitError(f"reading it broke the reader ({name}): it is damaged, or {self._too_much_memory()}")

    def _too_much_memory(self) -> str:
        return f"takes more than {self.limits.memory_mb:,} MB of memory (BAOGAO_READING_MEMORY_MB allows more)"

    @contextmanager
    def _watched(self, seconds: int) -> Iterator[None]:
        """End the process where what is done inside takes longer than so many seconds."""
        if self._watch is None:
            self._watch = Thread(target=self._count, name="time limit", daemon=True)
            self._watch.start()
        self._until = self._now + int(seconds / _TICK) + 1
        self._at_work.set()
        try:
            yield
        finally:
            self._until = None

    def _count(self) -> None:
        """Count ticks while the process is at work; one thread does so for all that it reads."""
        while self.usable:
            self._at_work.wait()
            time.sleep(_TICK)
            self._now += 1
            until = self._until
            if until is not None and self._now >= until:
                self._late = True
                self._running.kill()
                return

    def _send(self, value: Any) -> None:
        """Send it something; one that has ended is found out when its reply is waited for."""
        with suppress(OSError):
            self._to.write(pickle.dumps(value))
            self._to.flush()

    def _receive(self) -> Any:
        """What it sends; None where it has ended."""
        try:
            return pickle.load(self._from)
        except (EOFError, OSError, pickle.UnpicklingError):
            return None


@atexit.register
def _end_idle() -> None:
    while _Process._idle:
        _Process._idle.pop().end()


def _environment() -> dict[str, str]:
    """What the process is told of its surroundings: where its modules are, and no keys.

    ``PWD``, which sounds like one, is the folder.
    """
    kept = {name: value for name, value in os.environ.items() if name == "PWD" or not SECRET_NAME.search(name)}
    places = [str(Path(__file__).parents[2]), *(place for place in sys.path if Path(place).is_absolute())]
    return kept | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(places))}
