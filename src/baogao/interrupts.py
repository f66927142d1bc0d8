"""Ctrl-C, heard soon: asyncio only notes it, and waits for the next pause of what is being computed."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

LONGEST_COMPUTING = 0.5
"""Seconds that Ctrl-C leaves to what is being computed."""

T = TypeVar("T")


def run_interruptibly(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as ``asyncio.run`` does; Ctrl-C also ends what computes for long.

    :raises KeyboardInterrupt: Ctrl-C, within half a second and the time that cleaning up takes.
    """

    async def run() -> T:
        with _prompt_interrupts():
            return await main

    return asyncio.run(run())


@contextmanager
def _prompt_interrupts() -> Iterator[None]:
    """Raise Ctrl-C where something is being computed, if no pause comes in time."""
    loop, noted = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    # A run may have been told to ignore it, and only the main thread may ask to be told.
    if not callable(noted) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def hear(number: int, frame: FrameType | None) -> None:
        again = threading.Timer(LONGEST_COMPUTING, signal.raise_signal, (number,))
        again.daemon = True
        again.start()
        loop.call_soon_threadsafe(again.cancel)  # there was a pause
        noted(number, frame)

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, noted)
