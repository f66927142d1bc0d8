"""``baogao eval``: measure extractors against gold; compare runs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from baogao.cli import runs
from baogao.cli.common import Found, errors, first_word, stderr, stdout
from baogao.cli.options import DEFAULT_SCHEMA, Batch, SchemaName, with_model_flags
from baogao.console import say, shown
from baogao.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from baogao.evaluation.diff import FieldChange, RunDiff
    from baogao.evaluation.report import ReportModel
    from baogao.evaluation.rows import JudgedRow
    from baogao.evaluation.runs import Run
    from baogao.evaluation.summary import Summary
    from baogao.model_options import ModelOptions
    from baogao.schema.fields import Schema

RunDir = Annotated[Path, typer.Argument(help="The folder of a run.", metavar="RUN")]
SchemaOfRun = Annotated[str | None, typer.Option("--schema", help="The schema, if not the one of the run.")]
Floors = Annotated[
    list[str] | None, typer.Option("--min-f1", help="EXTRACTOR=NUMBER: fail when F1 is lower; may be repeated.")
]
NotWorse = Annotated[Path | None, typer.Option("--not-worse-than", help="Fail when F1 is lower than in this run.")]
_MOST_DIFFERENCES = 20


class RunByDefault(TyperGroup):
    """``baogao eval DATASET …`` is ``baogao eval run DATASET …``; ``./diff`` is a data set called like a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``run`` in front of whatever does not begin with a command."""
        word = first_word(args)
        if word and word not in self.commands and word not in ctx.help_option_names:
            args = ["run", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


app = typer.Typer(cls=RunByDefault, no_args_is_help=True)


@app.command("run")
@with_model_flags({"no_cache": True}, concurrency=1)
def run_command(
    datasets: Annotated[list[Path], typer.Argument(help="Folders with gold.", metavar="DATASET...")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the run.")],
    extractor: Annotated[
        list[str] | None, typer.Option("--extractor", help="rules, llm or hybrid; may be repeated. Default: rules.")
    ] = None,
    records: Annotated[
        list[str] | None, typer.Option("--records", help="NAME=FILE.jsonl: score somebody else's records beside them.")
    ] = None,
    replay: Annotated[Path | None, typer.Option("--replay", help="Play a recording; no network is used.")] = None,
    record: Annotated[Path | None, typer.Option("--record", help="Record the exchanges with the model here.")] = None,
    batch: Batch = None,
    min_f1: Floors = None,
    not_worse_than: NotWorse = None,
    schema: SchemaName = DEFAULT_SCHEMA,
    *,
    options: ModelOptions,
) -> Found:
    """Run extractors over gold, score them, and write the report. The word `run` may be left out."""
    from baogao.batch import AnsweredTransport
    from baogao.cli.progress import watching
    from baogao.evaluation.diff import parse_floors
    from baogao.evaluation.predict import EvalRequest, parse_records, predict_run
    from baogao.schema.load import load_schema

    floors = parse_floors(min_f1 or [])
    extractors = extractor or ([] if records else ["rules"])
    sender = AnsweredTransport(batch) if batch else None
    options = sender.options(options) if sender else options
    theirs = parse_records(records or [])
    request = EvalRequest(datasets, out, extractors, theirs, options, replay, record, sender=sender)
    loaded = load_schema(schema)
    run = predict_run(request, loaded, watching(stderr))
    return _finish(run, list(datasets), loaded, floors, not_worse_than)


@app.command("score")
def score_command(
    run: RunDir,
    dataset: Annotated[
        list[Path] | None, typer.Option("--dataset", help="Where the gold is now, if it was moved; may be repeated.")
    ] = None,
    min_f1: Floors = None,
    not_worse_than: NotWorse = None,
    schema: SchemaOfRun = None,
) -> Found:
    """Score the records of a run again, and write its report."""
    from baogao.evaluation.diff import parse_floors
    from baogao.evaluation.runs import Run
    from baogao.schema.load import load_schema, shipped_schema

    floors = parse_floors(min_f1 or [])
    info = Run(run).info()
    loaded = load_schema(schema) if schema else shipped_schema(info.schema_info.name)
    return _finish(Run(run), dataset or info.folders(), loaded, floors, not_worse_than)


@app.command("report")
def report_command(run: RunDir) -> Found:
    """Write the report of a scored run again."""
    from baogao.evaluation.report import build_report, write_report
    from baogao.evaluation.runs import Run

    report = build_report(Run(run))
    write_report(report, Run(run))
    plain(report)
    stdout.print(shown(report.verdict), highlight=False)
    say(stdout, f"report  {shown(run / 'report.html')}")
    return _found(Run(run), report, [])


@app.command("diff")
def diff_command(
    a: Annotated[Path, typer.Argument(help="The earlier run.", metavar="RUN_A")],
    b: Annotated[Path, typer.Argument(help="The later run.", metavar="RUN_B")],
    show_test: Annotated[
        bool, typer.Option("--show-test", help="List the fields of test reports too, not only count them.")
    ] = False,
) -> Found:
    """Say what the second run fixed and broke; refused when the two were judged by different gold."""
    from baogao.evaluation.diff import CHANGES, diff_runs
    from baogao.evaluation.runs import Run

    difference = diff_runs(Run(a), Run(b))
    diff_table(difference, show_test, stdout)
    listed = [one for one in difference.changes if show_test or one.after.split != "test"]
    return Found(
        {
            "only_in_first": difference.only_a,
            "only_in_second": difference.only_b,
            "counts": {change: len(difference.of(change)) for change in CHANGES},
            "changes": [
                {
                    "change": one.change,
                    "extractor": one.extractor,
                    "doc_id": one.after.doc_id,
                    "place": one.after.place,
                    "before": _said(one.before),
                    "after": _said(one.after),
                }
                for one in listed
            ],
        }
    )


@app.command("replay")
def replay_command(
    run: RunDir,
    out: Annotated[Path | None, typer.Option("--out", help="Keep the replayed run here.")] = None,
    cassettes: Annotated[
        Path | None, typer.Option("--cassettes", help="The recording, if it is not RUN/cassettes.")
    ] = None,
    schema: SchemaOfRun = None,
) -> Found:
    """Play a published run again, offline, and say whether its summary comes out the same to the byte."""
    from baogao.cli.progress import watching
    from baogao.evaluation.predict import SUMMARY, replay_run
    from baogao.evaluation.report import build_report
    from baogao.evaluation.runs import Run
    from baogao.schema.load import load_schema

    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(TemporaryDirectory(prefix="baogao-replay-")))
        loaded = load_schema(schema) if schema else None
        differences = replay_run(Run(run), folder, cassettes, watching(stderr), schema=loaded)
        plain(build_report(Run(folder)))
    say(errors, *map(shown, differences[:_MOST_DIFFERENCES]))
    if differences:
        say(errors, f"[red]{len(differences)} differences[/] from {shown(run / SUMMARY)}")
    else:
        say(stdout, f"{shown(run / SUMMARY)}: the same, to the byte")
    return Found({"summary": str(run / SUMMARY), "differences": differences}, 1 if differences else 0)


app.command("history")(runs.history_command)
app.command("serve")(runs.serve_command)


def _finish(run: Run, datasets: list[Path], schema: Schema, floors: dict[str, float], earlier: Path | None) -> Found:
    """Score and report; the exit code is 1 when a gate does not hold."""
    from baogao.evaluation.report import build_report, write_report
    from baogao.evaluation.runs import load_datasets, score_run

    summary = score_run(run, load_datasets(datasets, schema), schema)
    report = build_report(run, datasets)
    write_report(report, run)
    plain(report)
    stdout.print(headline_table(report))
    stdout.print(shown(report.verdict), highlight=False)
    say(stdout, *map(shown, report.notices))
    say(stdout, f"report  {shown(run.path / 'report.html')}")
    failures = _gates(run, summary, floors, earlier)
    say(errors, *(f"[red]gate:[/] {shown(failure)}" for failure in failures))
    return _found(run, report, failures)


def _found(run: Run, report: ReportModel, gates: list[str]) -> Found:
    """What a report says first, for programs.

    :param gates: those that do not hold.
    """
    rows = [
        {
            "reports": row.part,
            "extractor": row.extractor,
            "n": row.documents,
            "failed": row.failed,
            "f1": row.f1.value,
            "f1_interval": row.f1.interval,
            "precision": row.precision.value,
            "recall": row.recall.value,
            "bounds": row.bound_accuracy.value,
            "metadata": row.metadata.value,
        }
        for row in report.headline
    ]
    where = {"run": str(run.path), "report": str(run.path / "report.html")}
    return Found({**where, "verdict": report.verdict, "rows": rows, "gates": gates}, 1 if gates else 0)


def plain(report: ReportModel) -> None:
    """What a report opens with."""
    for sentence in [*report.opening, *report.proof]:
        stdout.print(shown(sentence), highlight=False)


def _gates(run: Run, summary: Summary, floors: dict[str, float], earlier: Path | None) -> list[str]:
    from baogao.evaluation.diff import check_floors, check_not_worse
    from baogao.evaluation.runs import Run

    failures = check_floors(summary, floors)
    if earlier is not None:
        if earlier.resolve() == run.path.resolve():
            raise UsageError("--not-worse-than names the run itself")
        failures += check_not_worse(run, Run(earlier))
    return failures


def headline_table(report: ReportModel) -> Table:
    """One line for each extractor and part of the data."""
    from rich.table import Table

    from baogao.evaluation.report.render import interval_words, share

    table = Table(box=None, pad_edge=False)
    for name in ("reports", "extractor"):
        table.add_column(name, overflow="fold")
    for name in ("n", "F1", "95%", "precision", "recall", "bounds", "metadata"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report.headline:
        table.add_row(
            shown(row.part),
            shown(row.extractor),
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
    from baogao.evaluation.diff import CHANGES

    for side, names in (("first", difference.only_a), ("second", difference.only_b)):
        if names:
            console.print(f"only in the {side} run: {shown(', '.join(names))}", highlight=False)
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
    from baogao.evaluation.report.render import reading_words

    colour = {"fixed": "green", "broken": "red"}.get(one.change, "yellow")
    place = f"{one.extractor}: {one.after.doc_id}: {one.after.place}"
    said = f"{_said(one.before)} → {_said(one.after)}; gold {reading_words(one.after.gold)}"
    return f"[{colour}]{one.change:8}[/] {shown(place)}: {shown(said)}"


def _said(row: JudgedRow) -> str:
    from baogao.evaluation.report.render import reading_words

    return "failed" if row.verdict == "errored" else reading_words(row.answer)
