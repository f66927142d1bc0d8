"""``baogao calibrate``: learn from gold how likely each answer of hybrid is right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.cli.common import Found, stderr, stdout
from baogao.cli.options import DEFAULT_SCHEMA, Batch, SchemaName, with_model_flags
from baogao.console import say, shown, table_of
from baogao.errors import UsageError

if TYPE_CHECKING:
    from baogao.evaluation.calibrating import Ablation, Learned, Observed
    from baogao.model_options import ModelOptions


@with_model_flags({"no_cache": True, "min_confidence": None, "calibration": None, "escalate_to": None}, concurrency=1)
def calibrate_command(
    datasets: Annotated[list[Path], typer.Argument(help="Folders with gold to learn from.", metavar="DATASET...")],
    out: Annotated[Path | None, typer.Option("--out", help="Default: NAME.calibration.json beside the schema.")] = None,
    replay: Annotated[
        list[Path] | None,
        typer.Option("--replay", help="Play a recording: one for all data sets, or one for each, in their order."),
    ] = None,
    record: Annotated[Path | None, typer.Option("--record", help="Record the exchanges with the model here.")] = None,
    batch: Batch = None,
    sure: Annotated[
        float | None,
        typer.Option(
            "--sure",
            min=0,
            help="Rules this confident settle a field: the model is not asked. Default: it is asked about all.",
            show_default=False,
        ),
    ] = None,
    with_ablation: Annotated[
        bool, typer.Option("--ablate", help="Also learn with each part taken away, and keep what that cost.")
    ] = False,
    schema: SchemaName = DEFAULT_SCHEMA,
    *,
    options: ModelOptions,
) -> Found:
    """Run hybrid over gold and learn how likely each of its answers is right; hybrid then decides by that."""
    from baogao.batch import AnsweredTransport
    from baogao.cli.progress import watching
    from baogao.evaluation.calibrating import CalibrationRequest, ablate, calibration_of, learn, observe
    from baogao.hybrid.calibration import Calibrations, calibration_path, load_calibrations
    from baogao.hybrid.features import FEATURES
    from baogao.schema.load import load_schema

    loaded = load_schema(schema)
    sender = AnsweredTransport(batch) if batch else None
    options = sender.options(options) if sender else options
    request = CalibrationRequest(datasets, replay or [], record, options, sure, sender)
    observed = observe(request, loaded, watching(stderr))
    learned = learn(observed.judged)
    ablations = ablate(observed.judged, learned) if with_ablation else []
    path = out or calibration_path(loaded)
    learned_now = calibration_of(observed, learned, loaded, ablations)
    known = load_calibrations(path, loaded, FEATURES) if path.exists() else None
    file = known or Calibrations(schema_name=loaded.name, calibrations=[])
    text = file.with_one(learned_now).to_json()
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    _say(observed, learned, ablations)
    say(stdout, f"calibration  {shown(path)}")
    return Found({"calibration": str(path), "reports": len(observed.judged), **_document(learned)})


def _document(learned: Learned) -> dict[str, object]:
    """What was learned, for programs; rates on reports left out."""
    from baogao.evaluation.statistics import rates_of

    names = ("f1", "precision", "recall")
    compared = {"rules": learned.by_rules, "model": learned.by_model, "calibrated": learned.calibrated}
    return {
        "threshold": learned.fit.threshold,
        "ece": learned.reliability.ece,
        "coverage_at_98": learned.reliability.coverage,
        **{who: dict(zip(names, rates_of(counts), strict=True)) for who, counts in compared.items()},
    }


def _say(observed: Observed, learned: Learned, ablations: Sequence[Ablation]) -> None:
    """What was seen and learned, how that does on reports left out beside what was there before, and why."""
    from baogao.evaluation.report.render import NOT_AVAILABLE, points, points_interval, share
    from baogao.evaluation.statistics import rates_of

    labels, reliability = observed.labels, learned.reliability
    say(
        stdout,
        f"rules and {', '.join(map(str, observed.asked))}",
        f"{len(observed.judged)} reports, {len(labels)} proposed answers, {sum(labels)} of them right; "
        f"{observed.requests:.1f} requests a report",
        f"threshold {learned.fit.threshold:.2f}; on reports left out: ECE {share(reliability.ece)}, "
        f"at 98% precision {share(reliability.coverage)} of the stated fields",
    )
    compared = {"rules alone": learned.by_rules}
    if learned.uncalibrated is not None:
        compared |= {"the model alone": learned.by_model, "hybrid, uncalibrated": learned.uncalibrated}
    compared["hybrid, calibrated"] = learned.calibrated
    rows = [[name, *map(share, rates_of(counts))] for name, counts in compared.items()]
    stdout.print(table_of(["on reports left out", "F1", "precision", "recall"], rows))
    rows = []
    for one in ablations:
        lost = NOT_AVAILABLE if one.change.difference is None else points(one.change.difference)
        rows.append([one.without, share(one.f1), lost, points_interval(one.change.interval)])
    if rows:
        stdout.print(table_of(["without", "F1", "change, points", "95% interval"], rows))
