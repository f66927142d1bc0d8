"""The process that reads files, as it is from within."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from baogao.document.readers import load_readers
from baogao.guarded.reading import Finish, Order, Reading, ReadingLimits, Task, portable

_ORPHAN_SECONDS = 10.0
"""More than is allowed: so much work a process does whose run was killed, and cannot stop it any more."""


def serve() -> None:
    """What the process does: read the files that it is told of, until there are no more."""
    orders, replies = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no reply
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends this process
    limits: ReadingLimits = pickle.load(orders)
    finish: Finish | None = None
    load_readers()
    import_module("baogao.candidates.find")
    _limit_memory(limits)
    answer: Any = "ready"
    with suppress(EOFError, BrokenPipeError):
        while True:
            _send(replies, answer)
            order: Order = pickle.load(orders)
            os.chdir(order.folder)
            if order.source is None:
                finish, answer = _begun(order.task, limits), "ready"
                continue
            _limit_time(limits.seconds + _ORPHAN_SECONDS)
            reading = Reading.of(order.source, order.sought)
            if order.whole and finish and reading.error is None:
                _send(replies, "read")
                _limit_time(limits.seconds + _ORPHAN_SECONDS)
                reading = reading.finished(finish)
            answer = portable(reading)
            _limit_time(0)


def _send(replies: BinaryIO, answer: Any) -> None:
    pickle.dump(answer, replies, pickle.HIGHEST_PROTOCOL)
    replies.flush()


def _limit_time(seconds: float) -> None:
    """Let work that nobody waits for, because its run was killed, come to an end; 0 for no limit."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


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
