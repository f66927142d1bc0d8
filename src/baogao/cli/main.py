"""The command line: thin commands, one place for errors and exit codes.

Exit codes: 0 all well, 1 some documents failed or a gate did not hold, 2 usage or set-up, 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baogao._version import __version__
from baogao.assemble import ModelOptions
from baogao.cli import batch, calibrate, evaluate, gold, model, schema
from baogao.cli.extract import ExtractRequest, run_extract
from baogao.cli.options import (
    BaseUrl,
    Budget,
    CalibrationFile,
    Concurrency,
    Embedded,
    Gguf,
    MinConfidence,
    ModelName,
    NoCache,
    PromptsDir,
    WayToAsk,
)
from baogao.cli.review import run_export, run_review
from baogao.console import log_to_terminal, shown
from baogao.engines.run import Engine, EngineChoice
from baogao.errors import BaogaoError, UsageError
from baogao.extraction import ExtractorName

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Government reports in, a table of figures out, every figure tied to the characters it was read from.",
)
app.add_typer(schema.app, name="schema", help="Show, check and begin schemas: what a kind of report is asked.")
app.add_typer(model.app, name="model", help="Get, serve and probe language models.")
app.add_typer(model.cache_app, name="cache", help="The cache of model replies.")
app.add_typer(gold.app, name="gold", help="Write and check gold labels.")
app.add_typer(batch.app, name="batch", help="Ask a model by files: for hosted batch services and `vllm run-batch`.")
app.add_typer(evaluate.app, name="eval", help="Measure extractors against gold labels.")
app.command("candidates")(schema.show_candidates)
app.command("calibrate")(calibrate.calibrate_command)

stdout = Console()
stderr = Console(stderr=True)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Carry the options that stand before any command."""
    if version:
        stdout.print(f"baogao {__version__}", highlight=False)
        raise typer.Exit


@app.command()
def extract(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders or patterns.", metavar="INPUT...")],
    out: Annotated[Path, typer.Option("--out", help="Folder for records.jsonl, texts/ and index.html.")],
    schema: Annotated[str, typer.Option(help="Name of a schema, or the path of a .py file.")] = "law_based_government",
    extractor: Annotated[
        ExtractorName | None,
        typer.Option(help="Who answers. Without it rules, or hybrid where a model is configured."),
    ] = None,
    base_url: BaseUrl = None,
    model: ModelName = None,
    embedded: Embedded = False,
    gguf: Gguf = None,
    ask: WayToAsk = "auto",
    prompts: PromptsDir = None,
    no_cache: NoCache = False,
    concurrency: Concurrency = None,
    budget_tokens: Budget = None,
    min_confidence: MinConfidence = None,
    calibration: CalibrationFile = None,
    engine: Annotated[
        EngineChoice, typer.Option(help="Where reports are worked on: here, or by workers of Ray.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="How many workers of Ray; 4 without it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what a model would be asked.")] = False,
) -> None:
    """Read reports and write one record for each: every figure with its place in the text."""
    asking = (base_url, model, embedded, gguf, ask, prompts, not no_cache, concurrency, budget_tokens)
    options = ModelOptions(*asking, min_confidence=min_confidence, calibration=calibration)
    request = ExtractRequest(inputs, out, schema, extractor, options, dry_run, Engine(engine, workers))
    raise typer.Exit(run_extract(request, stdout, stderr))


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="DIR")],
    schema: Annotated[str | None, typer.Option(help="The schema, if not the one in the records.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write the page of a run again: texts with their figures marked."""
    run_review(folder, schema, show, stdout)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="DIR")],
    to: Annotated[Path, typer.Option("--to", help="FILE.csv, FILE.parquet or FILE.xlsx.")],
    schema: Annotated[str | None, typer.Option(help="The schema, if not the one in the records.")] = None,
) -> None:
    """Write the records as a table, one row a report."""
    run_export(folder, to, schema, stdout)


def run() -> None:
    """Run the command line and exit; whatever goes wrong on a user's side is one line."""
    log_to_terminal()
    try:
        app()
    except BaogaoError as error:
        stderr.print(f"[red]error:[/] {shown(error)}", highlight=False, soft_wrap=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
