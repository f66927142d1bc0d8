"""A command of baogao as a process of its own, and what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """What a process took, by the kernel's count."""

    seconds: float
    """By the clock."""
    processor: float
    """Seconds of processor time, user and system."""
    peak: float
    """The most resident memory, in MB of a million bytes."""


def run_baogao(arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Taken:
    """Run ``baogao ARGUMENTS`` to its end.

    :raises SystemExit: it failed.
    """
    command = [sys.executable, "-m", "baogao", *map(str, arguments)]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"baogao ended with {process.returncode}: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def load() -> str:
    """How busy the machine is beside the benchmark, in words to print behind a figure."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
