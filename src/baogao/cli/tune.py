"""``baogao tune``: a model of one's own, trained on one's gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.choices import DEFAULT_MODEL, HELD_OUT, DeviceOrAuto, Export, TunedWay
from baogao.cli.common import Found, stderr, stdout
from baogao.cli.options import DEFAULT_SCHEMA, PromptsDir, SchemaName
from baogao.console import say, shown
from baogao.errors import UsageError
from baogao.resources import resource_dir

if TYPE_CHECKING:
    from rich.progress import Progress

    from baogao.pipeline import OnRecord
    from baogao.schema.fields import Schema
    from baogao.tuning.training import Step
    from baogao.tuning.tune import Prepared, Tuned, TuneRequest

_BEHIND: dict[Export, str] = {"gguf": "", "peft": ".peft", "merged": ".merged"}
"""What the folder of an export is called, behind the name of the file."""


def tune_command(
    gold: Annotated[list[Path], typer.Argument(help="Folders with gold to learn from.", metavar="GOLD...")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Default: NAME.adapter.gguf beside a schema of your own.", show_default=False),
    ] = None,
    schema: SchemaName = DEFAULT_SCHEMA,
    ask: Annotated[TunedWay, typer.Option("--ask", help="The way of asking that the model learns.")] = "tag",
    base: Annotated[
        str, typer.Option("--base", help="A model that `baogao model pull` fetched, or a GGUF file.")
    ] = DEFAULT_MODEL,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="How often every pair is seen at most.")] = 2,
    rank: Annotated[int, typer.Option("--rank", min=1, help="The adapter's rank; its alpha is twice that.")] = 8,
    layers: Annotated[
        int | None,
        typer.Option("--layers", min=1, help="Tune only so many of the last layers: faster.", show_default=False),
    ] = None,
    learning_rate: Annotated[float, typer.Option("--learning-rate", min=0, help="The highest one.")] = 2e-4,
    held_out: Annotated[
        float,
        typer.Option("--held-out", min=0, max=0.9, help="The share of the reports that is held out; one at least."),
    ] = HELD_OUT,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Learn from so many reports at most; the held-out ones stay the same."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of everything that is drawn at random.")] = 0,
    device: Annotated[DeviceOrAuto, typer.Option("--device", help="Where to train.")] = "auto",
    export: Annotated[
        Export,
        typer.Option("--export", help="An adapter for llama.cpp; peft's folder; or base and adapter as one model."),
    ] = "gguf",
    prompts: PromptsDir = None,
    from_checkpoint: Annotated[
        bool, typer.Option("--from-checkpoint", help="Write what a run learned that was broken off; train no further.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would take.")] = False,
) -> Found:
    """Tune the embedded model on gold: from then on it is asked with what it learned. The same command goes on with a
    run that was broken off."""
    from baogao.cli.progress import watching
    from baogao.schema.load import load_schema
    from baogao.tuning.training import Recipe
    from baogao.tuning.tune import TuneRequest, prepare, tune

    loaded = load_schema(schema)
    request = TuneRequest(
        folders=gold,
        out=out or default_out(loaded, ask, export),
        way=ask,
        base=base,
        recipe=Recipe(rank=rank, alpha=2 * rank, epochs=epochs, learning_rate=learning_rate, seed=seed, layers=layers),
        device=device,
        held_out=held_out,
        limit=limit,
        export=export,
        prompts=prompts,
        from_checkpoint=from_checkpoint,
    )
    prepared = prepare(request, loaded)
    _say_plan(prepared, request, timed=dry_run)
    prepared.plan.check()
    if dry_run:
        return Found({"adapter": None, **_document(prepared)})
    with _progress() as (bar, watch):

        def watch_reports(name: str, reports: int) -> AbstractContextManager[OnRecord]:
            bar.stop()  # a terminal has room for one
            return watching(stderr)(name, reports)

        tuned = tune(request, loaded, prepared, watch=watch, watch_reports=watch_reports)
    _say_tuned(tuned, request)
    return Found({"adapter": str(request.out), **_document(prepared), "measured": tuned.info.measured})


def _document(prepared: Prepared) -> dict[str, object]:
    """What a run is about, for programs."""
    material, plan = prepared.material, prepared.plan
    return {
        "reports": len(material.learned),
        "held_out": len(material.held_out),
        "pairs": plan.pairs,
        "tokens": plan.tokens,
        "memory_bytes": plan.memory,
        "disk_bytes": plan.disk,
    }


def default_out(schema: Schema, way: TunedWay, export: Export) -> Path:
    """Where an adapter is looked for: beside its schema.

    :raises UsageError: the schema comes with baogao, whose files stay as they are.
    """
    from baogao.asking.adapters import adapter_path

    if schema.path.resolve().parent == resource_dir("schemas").resolve():
        raise UsageError(
            f"{schema.name} comes with baogao, and so may its adapter: say with --out where to write yours"
        )
    path = adapter_path(schema, way)
    return path.with_name(path.name.removesuffix(".adapter.gguf") + _BEHIND[export]) if _BEHIND[export] else path


def _say_plan(prepared: Prepared, request: TuneRequest, *, timed: bool) -> None:
    """What a run is about and what it takes."""
    console = stdout if timed else stderr  # it is all that a dry run finds
    from baogao.cli.progress import duration
    from baogao.tuning.plan import gigabytes

    material, plan = prepared.material, prepared.plan
    of_memory, of_disk = (
        "" if free is None else f" of {gigabytes(free)} that are free" for free in (plan.machine.memory, plan.disk_free)
    )
    once = "; layers are computed twice to save memory" if plan.careful else ""
    say(
        console,
        f"{len(material.learned)} reports to learn from, {len(material.held_out)} held out: "
        f"{plan.pairs:,} pairs, {plan.tokens:,} tokens an epoch",
        f"{plan.machine.device}, {plan.machine.dtype}, {plan.at_once:,} tokens at once{once}",
        f"about {gigabytes(plan.memory)} of memory{of_memory}, "
        f"{gigabytes(plan.loading)} while the base is unpacked; {gigabytes(plan.disk)} of disk{of_disk}",
        *(f"[yellow]note:[/] {shown(note)}" for note in material.notes),
    )
    if timed:
        seconds = plan.seconds(prepared.base)
        say(
            console,
            f"about {duration(seconds)} (h:mm:ss) for {request.recipe.epochs} epochs on this machine as it is now",
        )


@contextmanager
def _progress() -> Iterator[tuple[Progress, Callable[[Step], None]]]:
    """A bar of steps, with the loss and the time that is left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from baogao.cli.progress import duration

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[pace]}"), console=stderr) as bar:
        task = bar.add_task("unpacking the base", total=None, pace="")
        held_out = ""

        def watch(step: Step) -> None:
            nonlocal held_out
            if step.held_out is not None:
                held_out = f" · {step.held_out:.3f} held out"
                bar.console.print(f"step {step.step}: loss {step.held_out:.4f} held out", highlight=False)
            pace = f"loss {step.loss:.3f}{held_out} · {duration(step.seconds_left)} left"
            bar.update(task, description="training", completed=step.step, total=step.of, pace=pace)

        yield bar, watch


def _say_tuned(tuned: Tuned, request: TuneRequest) -> None:
    """What came of it, and how it is used."""
    from baogao.evaluation.report.render import share

    measured = tuned.info.measured
    say(stdout, *(f"[yellow]note:[/] {shown(note)}" for note in tuned.notes))
    if measured["held_out_loss"] is not None:
        say(stdout, f"loss on the reports held out {measured['held_out_loss']:.4f}, after step {measured['step']}")
    if tuned.scores is not None:
        rates = [share(measured[name]) for name in ("f1", "precision", "recall")]
        of = tuned.scores.documents
        say(stdout, f"alone on {of} reports held out: F1 {rates[0]}, precision {rates[1]}, recall {rates[2]}")
    say(stdout, f"adapter  {shown(request.out)}")
