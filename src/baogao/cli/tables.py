"""What a run prints at its end: one line a report, one line for all of them, and why some failed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from rich.table import Table

from baogao.console import shown
from baogao.record import Record, Usage

_LISTED = 40
"""Reports listed one by one; of a larger run only the reasons of failures are."""
_REASONS = 20
_EXAMPLES = 3


@dataclass
class _Reason:
    """What several reports failed of: numbers aside, in the same words."""

    words: str
    reports: int = 0
    examples: list[str] = field(default_factory=list)


class Totals:
    """Adds up the records of a run as they come, in any order; keeps none of them."""

    def __init__(self) -> None:
        self.reports = 0
        self.failed = 0
        self.usage = Usage()
        self._figures = 0
        self._rows: dict[str, list[str]] = {}
        self._reasons: dict[str, _Reason] = {}

    def add(self, record: Record) -> None:
        """Count one record."""
        self.reports += 1
        self.usage += record.usage
        self._figures += sum(answer.status != "not_reported" for answer in record.fields.values())
        if record.status == "failed":
            self.failed += 1
            self._note(record)
        if len(self._rows) <= _LISTED:
            self._rows[record.doc_id] = _row(record)

    def _note(self, record: Record) -> None:
        words = record.error or ""
        reason = self._reasons.setdefault(re.sub(r"\d+", "#", words), _Reason(words))
        reason.reports += 1
        if len(reason.examples) < _EXAMPLES:
            reason.examples.append(record.doc_id)

    def table(self, order: list[str]) -> Table | None:
        """One row a report: figures found, figures stated as none, silence, list entries, and what does not add up.

        :param order: the ids of the reports.
        :returns: None where there are too many.
        """
        if self.reports > _LISTED:
            return None
        table = Table(box=None, pad_edge=False)
        table.add_column("report", overflow="fold")
        for name in ("reported", "none", "silent", "lists", "checks"):
            table.add_column(name, justify="right")
        table.add_column("")
        for doc_id in order:
            table.add_row(*self._rows[doc_id])
        return table

    def line(self) -> str:
        """The whole run in one line."""
        parts = [
            f"{self.reports - self.failed} of {self.reports} reports read",
            f"{self._figures} figures, each tied to its characters",
        ]
        if self.usage.requests or self.usage.cached:
            tokens = self.usage.prompt_tokens + self.usage.completion_tokens
            parts.append(f"{self.usage.requests} requests, {self.usage.cached} from the cache, {tokens} tokens")
        if self.usage.cost is not None:
            parts.append(f"cost {self.usage.cost:.4f}")
        return " · ".join(parts)

    def reasons(self) -> list[str]:
        """Why reports failed, the most frequent reason first, in rich's markup."""
        counted = Counter({key: reason.reports for key, reason in self._reasons.items()}).most_common()
        lines = [_reason_line(self._reasons[key]) for key, _ in counted[:_REASONS]]
        if len(counted) > _REASONS:
            others = sum(reports for _, reports in counted[_REASONS:])
            lines.append(f"[red]{others} failed[/] for {len(counted) - _REASONS} other reasons")
        return lines


def _reason_line(reason: _Reason) -> str:
    more = ", …" if reason.reports > len(reason.examples) else ""
    return f"[red]{reason.reports} failed:[/] {shown(reason.words)} ({shown(', '.join(reason.examples))}{more})"


def _row(record: Record) -> list[str]:
    if record.status == "failed":
        return [shown(record.doc_id), "", "", "", "", "", f"[red]failed:[/] {shown(record.error)}"]
    states = [answer.status for answer in record.fields.values()]
    broken = [check.message for check in record.checks if not check.holds]
    return [
        shown(record.doc_id),
        str(states.count("reported")),
        str(states.count("reported_none")),
        str(states.count("not_reported")),
        str(sum(map(len, record.lists.values()))),
        f"{len(record.checks) - len(broken)}/{len(record.checks)}",
        f"[yellow]{shown(broken[0])}[/]" if broken else "",
    ]
