"""A run in the terminal while it lasts: how far it is, how fast, what it took, how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from baogao.console import shown
from baogao.pipeline import OnRecord
from baogao.record import Record, Usage

_FAILURES_SHOWN = 20
"""Failures printed as they happen; of the others the summary says how many and why."""


class RunProgress:
    """A bar for one run. Use as ``with RunProgress(console, title, total) as progress``."""

    def __init__(self, console: Console, title: str, total: int) -> None:
        self._total = total
        self._finished = 0
        self._fresh = 0
        self._failed = 0
        self._usage = Usage()
        self._started = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[pace]}"),
            console=console,
        )
        self._task = self._bar.add_task(title, total=total, pace="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def add(self, record: Record, *, fresh: bool = True) -> None:
        """Note a record; one of an earlier run says nothing of this run's pace."""
        self._finished += 1
        if fresh:
            self._fresh += 1
            self._usage += record.usage
            if record.error:
                self._failed += 1
                self._show_failure(record)
        self._bar.update(self._task, completed=self._finished, pace=self._pace())

    def _show_failure(self, record: Record) -> None:
        if self._failed <= _FAILURES_SHOWN:
            self._bar.console.print(failed_line(record), highlight=False, soft_wrap=True)
        elif self._failed == _FAILURES_SHOWN + 1:
            self._bar.console.print("more fail; the summary will say how many and why", highlight=False)

    def _pace(self) -> str:
        return pace(self._fresh, self._total - self._finished, time.monotonic() - self._started, self._usage)


def watching(console: Console) -> Callable[[str, int], AbstractContextManager[OnRecord]]:
    """For runs of the evaluation: a bar for each extractor."""

    @contextmanager
    def watch(name: str, reports: int) -> Iterator[OnRecord]:
        with RunProgress(console, name, reports) as progress:
            yield progress.add

    return watch


def pace(done: int, left: int, seconds: float, usage: Usage) -> str:
    """Reports a second, tokens, cost where prices are known, and the time that is left at this rate.

    :param done: reports finished in ``seconds``.
    """
    rate = done / seconds if seconds > 0 else 0.0
    parts = [f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min"]
    tokens = usage.prompt_tokens + usage.completion_tokens
    if tokens:
        parts.append(f"{tokens:,} tokens")
    if usage.cost is not None:
        parts.append(f"cost {usage.cost:.2f}")
    if left and rate:
        parts.append(f"{duration(left / rate)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as hours, minutes and seconds: ``2:05:09``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def failed_line(record: Record) -> str:
    """One line on a document that failed, in rich's markup."""
    return f"[red]failed[/] {shown(record.source)}: {shown(record.error)}"
