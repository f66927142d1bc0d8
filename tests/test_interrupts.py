"""Ctrl-C ends whatever a run is doing, soon."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time

import pytest

from baogao.interrupts import run_interruptibly

_PATIENCE = 30

PROGRAM = """
import asyncio, sys
from itertools import count
from baogao.interrupts import run_interruptibly

async def compute():
    print("begun", flush=True)
    all(True for _ in count())

async def wait():
    print("begun", flush=True)
    await asyncio.sleep(1000)

try:
    run_interruptibly(globals()[sys.argv[1]]())
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("doing", ["compute", "wait"])
def test_ctrl_c_is_heard(doing):
    """By what computes without a pause, after half a second, and by what waits, at once."""
    command = [sys.executable, "-c", PROGRAM, doing]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "begun\n"
            process.send_signal(signal.SIGINT)
            started = time.monotonic()
            out, err = process.communicate(timeout=_PATIENCE)
        finally:
            process.kill()
    assert time.monotonic() - started < _PATIENCE / 2
    assert (out, err) == ("interrupted\n", "")


def test_what_was_there_before_is_there_again():
    """A program's own way to hear Ctrl-C is not lost, and what the coroutine gives comes back."""
    before = signal.getsignal(signal.SIGINT)
    assert run_interruptibly(asyncio.sleep(0, "done")) == "done"
    assert signal.getsignal(signal.SIGINT) is before


def test_in_a_thread():
    """A thread cannot hear Ctrl-C, and runs as ever."""
    given: list[str] = []
    thread = threading.Thread(target=lambda: given.append(run_interruptibly(asyncio.sleep(0, "done"))))
    thread.start()
    thread.join()
    assert given == ["done"]
