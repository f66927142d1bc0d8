"""Reading within limits: a file is read, and its candidates are found, in a process that may take only so much.

Files come from anywhere, and what opens them is large and written in C. A file that takes too much memory or time, or
breaks its reader, ends the process and not the run: it is told so, and the next file gets a new process. The process is
kept warm from file to file and from run to run, because starting one costs as much as reading twenty reports.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any, Protocol

from baogao.candidates import Candidates, find_candidates
from baogao.document import Document
from baogao.errors import BaogaoError, DocumentError, ReadingLimitError, UsageError
from baogao.inputs import Source
from baogao.llm.beside import SECRET_NAME
from baogao.record import Record

_TICK = 0.2
"""Seconds: time is counted in these, so that a run that was suspended for a night has waited for one of them."""
_START_SECONDS = 300
"""The process has these to start: it takes one, where nothing else keeps the machine busy."""
_ORPHAN_SECONDS = 10.0
"""More than is allowed: so much work a process does whose run was killed, and cannot stop it any more."""


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one report, and finding its candidates, may take."""

    memory_mb: int = 700
    """Megabytes of address space, above what the process has before its first file. Held on Linux only."""
    seconds: int = 120
    """By the clock."""

    @classmethod
    def chosen(cls) -> ReadingLimits:
        """``BAOGAO_READING_MEMORY_MB`` and ``BAOGAO_READING_SECONDS``, where they are set.

        :raises UsageError: one of them is no whole number above 0.
        """
        told: dict[str, int] = {}
        for name in ("memory_mb", "seconds"):
            variable = f"BAOGAO_READING_{name.upper()}"
            if value := os.environ.get(variable):
                if not (value.isascii() and value.isdigit() and int(value[:9]) > 0) or len(value) > 9:
                    raise UsageError(f"{variable} must be a whole number above 0, not {value[:40]!r}")
                told[name] = int(value)
        return cls(**told)


Finish = Callable[[Document, Candidates], Record | None]
"""From what was read to the record; None where that cannot be done in this process."""


class Task(Protocol):
    """What is done with a file once it is read, without leaving the process. It is sent there, so it can be pickled."""

    def begin(self) -> Finish:
        """Load what it takes; called in the process, once for any number of files."""
        ...


@dataclass(frozen=True)
class Done:
    """A report that is done: its record, and the text that its offsets refer to."""

    record: Record
    text: str


@dataclass(frozen=True)
class Reading:
    """What came of reading one file."""

    document: Document | None = None
    """None where it could not be read."""
    candidates: Candidates | None = None
    error: Exception | None = None
    """What reading it, or finding its candidates, failed of: a ``BaogaoError``, or a bug of ours."""
    done: Done | None = None
    """Instead of document and candidates, where there was a task and it came to its end."""

    def found(self) -> tuple[Document, Candidates]:
        """The document and its candidates.

        :raises BaogaoError: the file could not be read, or not within the limits.
        """
        if self.error is not None:
            raise self.error
        assert self.document is not None  # one of the two is always there
        assert self.candidates is not None
        return self.document, self.candidates

    @classmethod
    def of(cls, source: Source) -> Reading:
        """Read a file in this process, without limits."""
        document: Document | None = None
        try:
            document = source.read()
            candidates = find_candidates(document)
        except Exception as error:  # whoever asked is told, in another process
            return cls(document, error=error)
        return cls(replace(document), candidates)

    def finished(self, finish: Finish) -> Reading:
        """The same, taken to its end where that can be done here; what goes wrong on the way is not told.

        Whoever asked does it again, where it can be said.
        """
        if self.document is None or self.candidates is None:
            return self
        try:
            record = finish(replace(self.document), replace(self.candidates))
        except Exception:
            return self
        return Reading(done=Done(record, self.document.file.text)) if record else self


class GuardedReader:
    """Reads files in a process of its own, one at a time. :meth:`close` may be called from another thread.

    :param limits: None for those of the environment.
    :raises UsageError: a limit in the environment cannot be used.
    """

    def __init__(self, limits: ReadingLimits | None = None) -> None:
        self._limits = limits or ReadingLimits.chosen()
        self._process: _Process | None = None
        self._closed = False

    def read(self, source: Source, task: Task | None = None) -> Reading:
        """Read a file; it says why where it could not be read within the limits.

        :param task: what to do with it there.
        :raises UsageError: no process can be started.
        """
        process = self._process = self._process or _Process.idle(self._limits) or _Process(self._limits)
        reading = process.read(source, task)
        if self._closed:
            process.end()
        elif not process.usable:
            self._process = None
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
            [sys.executable, "-P", "-c", "from baogao.guarded import serve; serve()"],
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

    def read(self, source: Source, task: Task | None) -> Reading:
        """Have it read a file.

        :param task: what to do with it there.
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
            self._send(_Order(Path.cwd(), task=task))
            with self._watched(_START_SECONDS):
                self._receive()
            self._task = task
        with self._watched(self.limits.seconds):
            self._send(_Order(Path.cwd(), source, whole=task is not None))
            reading: Reading | None = self._receive()
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


@dataclass(frozen=True)
class _Order:
    """What the process is told to do."""

    folder: Path
    """Where the program is by now; it may have gone elsewhere since the process was started."""
    source: Source | None = None
    """What to read."""
    task: Task | None = None
    """What to get ready for, where nothing is to be read."""
    whole: bool = False
    """Whether what is read is to be taken to its end, too."""


@atexit.register
def _end_idle() -> None:
    while _Process._idle:
        _Process._idle.pop().end()


def _environment() -> dict[str, str]:
    """What the process is told of its surroundings: where its modules are, and no keys.

    ``PWD``, which sounds like one, is the folder.
    """
    kept = {name: value for name, value in os.environ.items() if name == "PWD" or not SECRET_NAME.search(name)}
    places = [str(Path(__file__).parents[1]), *(place for place in sys.path if Path(place).is_absolute())]
    return kept | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(places))}


def serve() -> None:
    """What the process does: read the files that it is told of, until there are no more."""
    orders, replies = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no reply
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends this process
    limits: ReadingLimits = pickle.load(orders)
    finish: Finish | None = None
    _limit_memory(limits)
    answer: Any = "ready"
    with suppress(EOFError, BrokenPipeError):
        while True:
            pickle.dump(answer, replies, pickle.HIGHEST_PROTOCOL)
            replies.flush()
            order: _Order = pickle.load(orders)
            os.chdir(order.folder)
            if order.source is None:
                finish, answer = _begun(order.task, limits), "ready"
                continue
            if sys.platform != "win32":  # work that nobody waits for, because its run was killed, comes to an end
                signal.setitimer(signal.ITIMER_PROF, limits.seconds + _ORPHAN_SECONDS)
            reading = Reading.of(order.source)
            answer = _portable(reading.finished(finish) if order.whole and finish else reading)
            if sys.platform != "win32":
                signal.setitimer(signal.ITIMER_PROF, 0)


def _begun(task: Task | None, limits: ReadingLimits) -> Finish | None:
    """A task, ready for files; None where it cannot be done here. What it loads is not counted against the limits."""
    _lift_memory()
    try:
        return task.begin() if task else None
    except Exception:  # whoever sent it finds out what is wrong, where it can be said
        return None
    finally:
        _limit_memory(limits)


def _limit_memory(limits: ReadingLimits) -> None:
    """Let the process grow by so much, where the system can hold it to that."""
    size = Path("/proc/self/statm")
    if sys.platform != "win32" and size.is_file():
        import resource

        now = int(size.read_text().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = now + limits.memory_mb * 1_000_000
        wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        # What LibreOffice asks for is not counted here: it takes itself the limit that was there before.
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _lift_memory() -> None:
    """Let the process grow as it could before it was limited."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _portable(reading: Reading) -> Reading:
    """The same, with an error that can be sent: one of ours, or one that names the bug and where it is."""
    error = reading.error
    if error is None:
        return reading
    if isinstance(error, BaogaoError | MemoryError):
        return replace(reading, error=type(error)(str(error)))
    place = "".join(traceback.format_exception(error))
    try:
        sent: Exception = pickle.loads(pickle.dumps(error))
    except Exception:  # an exception may be made of anything
        sent = RuntimeError(f"{type(error).__name__}: {error}")
    sent.add_note(place)
    return replace(reading, error=sent)
