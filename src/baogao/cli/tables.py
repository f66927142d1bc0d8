"""What a run prints: one line a report, one line for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from baogao.cli.terminal import shown
from baogao.record import Record, Usage

_SHOWN = 40
"""Reports listed one by one; of a larger run only the failed ones are."""


def summary_table(records: Sequence[Record]) -> Table:
    """One row a report: figures found, figures stated as none, silence, list entries, and what does not add up."""
    table = Table(box=None, pad_edge=False)
    table.add_column("report", overflow="fold")
    for name in ("reported", "none", "silent", "lists", "checks"):
        table.add_column(name, justify="right")
    table.add_column("")
    listed = records if len(records) <= _SHOWN else [record for record in records if record.status == "failed"]
    for record in listed:
        table.add_row(*_row(record))
    return table


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


def totals_line(records: Sequence[Record]) -> str:
    """The whole run in one line."""
    failed = sum(record.status == "failed" for record in records)
    figures = sum(answer.status != "not_reported" for record in records for answer in record.fields.values())
    usage = sum((record.usage for record in records), Usage())
    parts = [
        f"{len(records) - failed} of {len(records)} reports read",
        f"{figures} figures, each tied to its characters",
    ]
    if usage.requests or usage.cached:
        tokens = usage.prompt_tokens + usage.completion_tokens
        parts.append(f"{usage.requests} requests, {usage.cached} from the cache, {tokens} tokens")
    if usage.cost is not None:
        parts.append(f"cost {usage.cost:.4f}")
    return " · ".join(parts)
