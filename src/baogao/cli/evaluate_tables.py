"""What ``baogao eval`` prints."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from baogao.evaluation.diff import CHANGES, FieldChange, RunDiff
from baogao.evaluation.report import ReportModel
from baogao.evaluation.report.words import interval_words, reading_words, share
from baogao.evaluation.rows import ScoreRow


def headline_table(report: ReportModel) -> Table:
    """One line for each extractor and part of the data."""
    table = Table(box=None, pad_edge=False)
    for name in ("reports", "extractor"):
        table.add_column(name, overflow="fold")
    for name in ("n", "F1", "95%", "precision", "recall", "bounds", "metadata"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report.headline:
        table.add_row(
            escape(row.part),
            escape(row.extractor),
            f"{row.documents}" + (f" [red]({row.failed} failed)[/]" if row.failed else ""),
            share(row.f1.value),
            interval_words(row.f1.interval),
            share(row.precision.value),
            share(row.recall.value),
            share(row.bound_accuracy.value),
            share(row.metadata.value),
        )
    return table


def diff_table(difference: RunDiff, show_test: bool, console: Console) -> None:
    """Counts of each kind of change, then the fields; those of test reports are counted, and listed only if wanted."""
    for side, names in (("first", difference.only_a), ("second", difference.only_b)):
        if names:
            console.print(f"only in the {side} run: {', '.join(names)}", highlight=False)
    for change, meaning in CHANGES.items():
        console.print(f"{len(difference.of(change)):5} {change:8} {meaning}", highlight=False)
    hidden = 0
    for one in difference.changes:
        if one.after.split == "test" and not show_test:
            hidden += 1
        else:
            console.print(_line(one), soft_wrap=True)
    if hidden:
        console.print(f"{hidden} of test reports are not listed; --show-test lists them", highlight=False)


def _line(one: FieldChange) -> str:
    colour = {"fixed": "green", "broken": "red"}.get(one.change, "yellow")
    place = f"{one.extractor}: {one.after.doc_id}: {one.after.field}"
    said = f"{_said(one.before)} → {_said(one.after)}; gold {reading_words(one.after.gold)}"
    return f"[{colour}]{one.change:8}[/] {escape(place)}: {escape(said)}"


def _said(row: ScoreRow) -> str:
    return "failed" if row.verdict == "errored" else reading_words(row.answer)
