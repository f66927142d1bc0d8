"""What a run prints: a bar and its pace while it lasts, a table of reports and why some failed at its end."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from baogao.console import say, shown
from baogao.language import translated
from baogao.pipeline import OnRecord
from baogao.record import Record
from baogao.usage import Counts, Usage

_LISTED = 40
"""Reports listed one by one; of a larger run only the reasons of failures are."""
_REASONS = 20
"""Reasons of failures that are printed, the most frequent first; the others are counted."""
_EXAMPLES = 3
"""Reports that are named for each reason."""
_FAILURES_SHOWN = 20
"""Failures printed as they happen; of the others the summary says how many and why."""


@dataclass
class _Reason:
    """What several reports failed of: numbers aside, in the same words."""

    words: str
    reports: int = 0
    examples: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The reason in rich's markup: how many reports it cost, the words of the first, and a few of their ids."""
        more = ", …" if self.reports > len(self.examples) else ""
        return f"[red]{self.reports} failed:[/] {shown(self.words)} ({shown(', '.join(self.examples))}{more})"


class Totals:
    """Adds up the records of a run as they come, in any order; keeps none of them."""

    def __init__(self) -> None:
        self.reports = 0
        self.failed = 0
        self.usage = Usage()
        self.to_look_at = 0
        """Fields in the queue for people."""
        self._asked = Counter[str]()
        """How many reports each of several models was asked about."""
        self._figures = 0
        self._words = 0
        """Choices, dates and quotes."""
        self._rows_read = 0
        self._cells = 0
        self._confidences: Counter[float] = Counter()
        """Of the figures that are given; with four digits there are not many that differ."""
        self._leaders: Counter[str] = Counter()
        self._led_because = ""
        """Why, in the words of the first report."""
        self._led_alike = True
        self._calibration_left = False
        """Whether a calibration was left aside in this run, so that its bound says nothing here."""
        self._hardly_fit: list[str] = []
        """Reports that are rather of another kind than the schema's, a few of them."""
        self._count_hardly_fit = 0
        self._rows: dict[str, list[str]] = {}
        self._reasons: dict[str, _Reason] = {}

    def add(self, record: Record) -> None:
        """Count one record."""
        self.reports += 1
        self.usage += record.usage
        self._asked.update(name for name, counts in (record.usage.readers or {}).items() if counts.asked)
        given = [answer for answer in record.fields.values() if answer.status != "not_reported"]
        figures = [answer for answer in given if not isinstance(answer.value, str)]
        self._figures += len(figures)
        self._words += len(given) - len(figures)
        rows = [row for rows in record.rows.values() for row in rows]
        self._rows_read += len(rows)
        self._cells += sum(map(len, rows))
        self._confidences.update(answer.confidence for answer in figures if answer.confidence is not None)
        self.to_look_at += len(record.review)
        if jury := record.made_by.jury:
            self._led_because = self._led_because or jury.reason
            self._led_alike = self._led_alike and jury.reason == self._led_because
            self._leaders[jury.leader] += 1
            self._calibration_left = self._calibration_left or record.made_by.calibration is not None
        if record.fit is not None:
            self._count_hardly_fit += 1
            if len(self._hardly_fit) < _EXAMPLES:
                self._hardly_fit.append(record.doc_id)
        if record.status == "failed":
            self.failed += 1
            words = record.error or ""
            reason = self._reasons.setdefault(re.sub(r"\d+", "#", words), _Reason(words))
            reason.reports += 1
            if len(reason.examples) < _EXAMPLES:
                reason.examples.append(record.doc_id)
        if len(self._rows) <= _LISTED:
            self._rows[record.doc_id] = _row(record)

    def summary(self) -> dict[str, Any]:
        """The whole run for a program."""
        reasons = sorted(self._reasons.values(), key=lambda reason: -reason.reports)
        return {
            "reports": self.reports,
            "failed": self.failed,
            "figures": self._figures,
            "words": self._words,
            "rows": self._rows_read,
            "to_look_at": self.to_look_at,
            "usage": self.usage.model_dump(mode="json", exclude_none=True),
            "failures": [{"reason": one.words, "reports": one.reports, "examples": one.examples} for one in reasons],
        }

    def table(self, order: list[str]) -> Table | None:
        """One row a report: fields found, figures stated as none, silence, list entries, rows where there are any, and
        what does not add up.

        :param order: the ids of the reports.
        :returns: None where there are too many.
        """
        if self.reports > _LISTED:
            return None
        table = Table(box=None, pad_edge=False)
        left_out = -1 if self._rows_read else 5
        for at, head in enumerate(("report", "reported", "none", "silent", "lists", "rows", "checks", "")):
            if at != left_out:
                table.add_column(head, overflow="fold", justify="right" if 0 < at < 7 else "left")
        for doc_id in order:
            table.add_row(*(cell for at, cell in enumerate(self._rows[doc_id]) if at != left_out))
        return table

    def line(self) -> str:
        """The whole run in one line."""
        parts = [
            f"{self.reports - self.failed} of {self.reports} reports read",
            ", ".join([f"{self._figures} figures", *self._in_words(), "each tied to its characters"]),
        ]
        if self.usage.requests or self.usage.cached:
            parts.append(asked_words(self.usage))
        if self.usage.cost is not None:
            parts.append(f"cost {self.usage.cost:.4f}")
        return " · ".join(parts)

    def _in_words(self) -> list[str]:
        """What else was found, where there is any."""
        words = [f"{self._words} choices, dates and quotes"] if self._words else []
        return [*words, f"{self._rows_read} rows of {self._cells} cells"] if self._rows_read else words

    def led(self) -> str:
        """Who led where several readers were heard, and why; empty where one was."""
        if self._led_alike:
            return self._led_because
        model, rules, neither = (self._leaders[who] for who in ("model", "rules", "both"))
        told = ((model, f"the model in {model}"), (rules, f"rules in {rules}"), (neither, f"neither in {neither}"))
        counts = [words for count, words in told if count]
        return f"found report by report: {', '.join(counts)} reports"

    def to_review(self, queue: Path, sure_from: float | None) -> str:
        """How many fields a person should look at, how many of the figures need no look, and how many of the others are
        wrong by their own confidence, in rich's markup; empty where nothing is known of it.

        :param queue: the file of the queue.
        :param sure_from: from this confidence on 98% are right; None where that was not learned.
        """
        words = f"{self.to_look_at} field{'' if self.to_look_at == 1 else 's'} to look at"
        if self.to_look_at:
            words += f", most valuable first: {shown(queue)}"
        figures = self._confidences.total()
        if sure_from is None or not figures or self._calibration_left:
            return words if self.to_look_at else ""
        unsure = {one: number for one, number in self._confidences.items() if one < sure_from}
        share = 1 - sum(unsure.values()) / figures
        words += f" · {share:.0%} of the figures need no look (98% precision)"
        if unsure:
            wrong = sum((1 - one) * number for one, number in unsure.items())
            words += f"; about {wrong:.0f} of the other {sum(unsure.values())} are wrong"
        return words

    def readers(self) -> list[str]:
        """What each of several models took, and what was saved where one was not asked, in rich's markup."""
        lines = []
        for name, counts in (self.usage.readers or {}).items():
            parts = [
                f"{self._asked[name]} of {self.reports} reports",
                asked_words(counts),
            ]
            if counts.cost is not None:
                parts.append(f"cost {counts.cost:.4f}")
            if counts.spared_tokens is not None:
                saved = f"saved about {counts.spared_tokens} prompt tokens"
                cost = f", cost {counts.spared_cost:.4f}" if counts.spared_cost is not None else ""
                parts.append(f"{saved}{cost}, and the replies to them")
            lines.append(f"{shown(name)}  {' · '.join(parts)}")
        return lines

    def hardly_fit(self) -> list[str]:
        """The line on reports that are rather of another kind than the schema's, in rich's markup; none without any."""
        if not self._count_hardly_fit:
            return []
        count, reports, names = self._count_hardly_fit, self.reports, shown(", ".join(self._hardly_fit))
        more = ", …" if count > len(self._hardly_fit) else ""
        line = f"reports that hardly fit the schema ({count} of {reports}): {names}{more}; is it the right schema?"
        return [f"[yellow]{line}[/]"]

    def reasons(self) -> list[str]:
        """Why reports failed, the most frequent reason first, in rich's markup."""
        frequent = sorted(self._reasons.values(), key=lambda reason: -reason.reports)
        lines = [reason.line() for reason in frequent[:_REASONS]]
        others = frequent[_REASONS:]
        if others:
            lines.append(f"[red]{sum(one.reports for one in others)} failed[/] for {len(others)} other reasons")
        return lines


def _row(record: Record) -> list[str]:
    """A record's line in the table of a run, column by column, in rich's markup."""
    if record.status == "failed":
        error = shown(record.error)
        return [shown(record.doc_id), *[""] * 6, translated(f"[red]failed:[/] {error}")]
    states = [answer.status for answer in record.fields.values()]
    broken = [check.message for check in record.checks if not check.holds]
    return [
        shown(record.doc_id),
        str(states.count("reported")),
        str(states.count("reported_none")),
        str(states.count("not_reported")),
        str(sum(map(len, record.lists.values()))),
        str(sum(map(len, record.rows.values()))),
        f"{len(record.checks) - len(broken)}/{len(record.checks)}",
        f"[yellow]{shown(broken[0])}[/]" if broken else "",
    ]


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
                if self._failed <= _FAILURES_SHOWN:
                    say(self._bar.console, failed_line(record))
                elif self._failed == _FAILURES_SHOWN + 1:
                    self._bar.console.print("more fail; the summary will say how many and why", highlight=False)
        now = pace(self._fresh, self._total - self._finished, time.monotonic() - self._started, self._usage)
        self._bar.update(self._task, completed=self._finished, pace=now)


def watching(console: Console) -> Callable[[str, int], AbstractContextManager[OnRecord]]:
    """For runs of the evaluation: a bar for each extractor."""

    @contextmanager
    def watch(name: str, reports: int) -> Iterator[OnRecord]:
        with RunProgress(console, name, reports) as progress:
            yield progress.add

    return watch


def asked_words(counts: Counts) -> str:
    """How much was asked, and how many tokens it took."""
    held = counts.cached_prompt_tokens
    words = f"{counts.requests} requests, {counts.cached} from the cache, {counts.tokens} tokens"
    return f"{words}, {held} of them cached by the server" if held else words


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
