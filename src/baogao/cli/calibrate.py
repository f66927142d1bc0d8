"""``baogao calibrate``: learn from gold how likely each answer of hybrid is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from baogao.assemble import ModelOptions
from baogao.cli.options import BaseUrl, Budget, Concurrency, Embedded, Gguf, ModelName, PromptsDir, WayToAsk
from baogao.cli.progress import watching
from baogao.console import shown
from baogao.errors import UsageError
from baogao.evaluation.calibrating import (
    Ablation,
    Judged,
    Learned,
    Witness,
    ablate,
    calibration_of,
    judge_cases,
    learn,
    rates_of,
)
from baogao.evaluation.gold import Dataset
from baogao.evaluation.predict import EvalRequest, predict_run
from baogao.evaluation.report.render import points, points_interval, share
from baogao.evaluation.run_info import RunInfo
from baogao.evaluation.runs import load_datasets
from baogao.hybrid.calibration import Calibration, calibration_path
from baogao.hybrid.hybrid import ThresholdArbiter
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

stdout = Console()
stderr = Console(stderr=True)


@dataclass(frozen=True)
class _Seen:
    """What came of running hybrid over the gold."""

    judged: list[Judged]
    requests: float
    """A report."""
    sure: float
    """From this confidence on rules settled a field."""
    info: RunInfo
    """Of the last run."""


def calibrate_command(
    datasets: Annotated[list[Path], typer.Argument(help="Folders with gold to learn from.", metavar="DATASET...")],
    out: Annotated[Path | None, typer.Option("--out", help="Default: NAME.calibration.json beside the schema.")] = None,
    replay: Annotated[
        list[Path] | None,
        typer.Option("--replay", help="Play a recording: one for all data sets, or one for each, in their order."),
    ] = None,
    record: Annotated[Path | None, typer.Option("--record", help="Record the exchanges with the model here.")] = None,
    sure: Annotated[
        float | None,
        typer.Option(
            "--sure",
            min=0,
            help="Rules this confident settle a field: the model is not asked. Default: as hybrid does.",
            show_default=False,
        ),
    ] = None,
    with_ablation: Annotated[
        bool, typer.Option("--ablate", help="Also learn with each part taken away, and keep what that cost.")
    ] = False,
    schema: Annotated[
        str, typer.Option("--schema", help="Name of a schema, or the path of a .py file.")
    ] = "law_based_government",
    base_url: BaseUrl = None,
    model: ModelName = None,
    embedded: Embedded = False,
    gguf: Gguf = None,
    ask: WayToAsk = "auto",
    prompts: PromptsDir = None,
    concurrency: Concurrency = 1,
    budget_tokens: Budget = None,
) -> None:
    """Run hybrid over gold and learn how likely each of its answers is right; hybrid then decides by that."""
    options = ModelOptions(base_url, model, embedded, gguf, ask, prompts, False, concurrency, budget_tokens)
    loaded = load_schema(schema)
    seen = _see(datasets, replay or [], record, options, loaded, sure)
    learned = learn(seen.judged)
    rows = ablate(seen.judged, learned) if with_ablation else []
    calibration = _calibration(seen, learned, rows, loaded)
    path = out or calibration_path(loaded)
    try:
        path.write_text(calibration.to_json(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    _say(seen, learned, rows)
    stdout.print(f"calibration  {shown(path)}", highlight=False, soft_wrap=True)


def _see(
    folders: Sequence[Path],
    replays: Sequence[Path],
    record: Path | None,
    options: ModelOptions,
    schema: Schema,
    sure: float | None,
) -> _Seen:
    """Run hybrid, live or replayed, and judge whatever it considered.

    :raises UsageError: nothing could start.
    :raises ReplayError: a question that was not recorded.
    """
    if len(replays) > 1 and len(replays) != len(folders):
        raise UsageError(f"there are {len(folders)} data sets and {len(replays)} recordings: give one for each, or one")
    parts: list[tuple[Sequence[Path], Path | None]] = [(folders, replays[0] if replays else None)]
    if len(replays) > 1:
        parts = [([folder], recording) for folder, recording in zip(folders, replays, strict=True)]
    witness = Witness()

    def arbiter_for(thresholds: ThresholdArbiter) -> Witness:
        witness.thresholds = thresholds if sure is None else replace(thresholds, sure=sure)
        return witness

    info: RunInfo | None = None
    requests = 0
    for part, recording in parts:
        with TemporaryDirectory(prefix="baogao-calibrate-") as folder:
            request = EvalRequest(
                part, Path(folder), ["hybrid"], {}, options, recording, record, arbiter_for, strict=False
            )
            run = predict_run(request, schema, watching(stderr))
            info = run.info()
            requests += run.timing().extractors["hybrid"].requests
    datasets: list[Dataset] = load_datasets(folders, schema)
    judged = judge_cases(witness, datasets)
    if not judged or info is None:
        raise UsageError("no report came through, so there is nothing to learn from")
    return _Seen(judged, requests / len(judged), witness.sure, info)


def _calibration(seen: _Seen, learned: Learned, rows: Sequence[Ablation], schema: Schema) -> Calibration:
    hybrid = seen.info.extractors[0]
    calibration = calibration_of(learned, seen.judged, schema, seen.sure, hybrid.model, hybrid.prompts, seen.info.rules)
    calibration.measured["requests"] = seen.requests
    if rows:
        calibration.measured["ablation"] = [_row(one) for one in rows]
    return calibration


def _row(one: Ablation) -> dict[str, Any]:
    change = one.change
    return {"without": one.without, "f1": one.f1, "change": change.difference, "ci": change.interval, "p": change.p}


def _say(seen: _Seen, learned: Learned, rows: Sequence[Ablation]) -> None:
    reliability = learned.reliability
    labels = [right for one in seen.judged for right in one.example.right if right is not None]
    for line in (
        f"{len(seen.judged)} reports, {len(labels)} proposed answers, {sum(labels)} of them right; "
        f"{seen.requests:.1f} requests a report",
        f"threshold {learned.fit.threshold:.2f}; on reports left out: ECE {share(reliability.ece)}, "
        f"at 98% precision {share(reliability.coverage)} of the stated fields",
    ):
        stdout.print(line, highlight=False, soft_wrap=True)
    stdout.print(_scores(learned))
    if rows:
        stdout.print(_ablation(rows))


def _scores(learned: Learned) -> Table:
    """F1, precision and recall on reports left out, beside what there was before."""
    table = Table(box=None, pad_edge=False)
    table.add_column("on reports left out")
    for name in ("F1", "precision", "recall"):
        table.add_column(name, justify="right")
    for name, counts in (
        ("rules alone", learned.by_rules),
        ("hybrid, thresholds", learned.by_thresholds),
        ("hybrid, calibrated", learned.calibrated),
    ):
        table.add_row(name, *(share(rate) for rate in rates_of(counts)))
    return table


def _ablation(rows: Sequence[Ablation]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("without")
    for name in ("F1", "change, points", "95% interval"):
        table.add_column(name, justify="right")
    for one in rows:
        change = one.change.difference
        table.add_row(
            one.without,
            share(one.f1),
            "n/a" if change is None else points(change),
            points_interval(one.change.interval),
        )
    return table
