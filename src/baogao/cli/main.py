"""The command line: thin commands, one place for errors and exit codes.

Exit codes: 0 all well, 1 some documents failed or a gate did not hold, 2 usage or set-up, 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baogao._version import __version__
from baogao.cli import batch, calibrate, evaluate, extract, gold, model, schema, tune
from baogao.console import log_to_terminal, say, shown
from baogao.errors import BaogaoError, UsageError
from baogao.llm.failures import without_keys
from baogao.llm.keys import refuse_keys
from baogao.outputs.export import write_table
from baogao.outputs.page import write_page
from baogao.outputs.records import read_records, schema_of, with_review

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
app.command("extract")(extract.extract_command)
app.command("tune")(tune.tune_command)

stdout = Console()
stderr = Console(stderr=True)

RunDir = Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="DIR")]
SchemaOfRecords = Annotated[str | None, typer.Option("--schema", help="The schema, if not the one in the records.")]


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Carry the options that stand before any command."""
    if version:
        stdout.print(f"baogao {__version__}", highlight=False)
        raise typer.Exit


@app.command()
def review(
    folder: RunDir,
    schema: SchemaOfRecords = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write the page of a run again: texts with their figures marked."""
    records = with_review(read_records(folder), folder)
    page = folder / "index.html"
    write_page(records, folder / "texts", schema_of(records, schema), page)
    say(stdout, shown(page))
    if show:
        webbrowser.open(page.resolve().as_uri())


@app.command()
def export(
    folder: RunDir,
    to: Annotated[Path, typer.Option("--to", help="FILE.csv, FILE.parquet or FILE.xlsx.")],
    schema: SchemaOfRecords = None,
) -> None:
    """Write the records as a table, one row a report."""
    records = read_records(folder)
    write_table(records, schema_of(records, schema), to)
    say(stdout, f"{len(records)} rows in {shown(to)}")


def run() -> None:
    """Run the command line and exit; whatever goes wrong on a user's side is one line."""
    log_to_terminal()
    try:
        refuse_keys(sys.argv[1:], os.environ.get("OPENAI_API_KEY", ""))
        app()
    except BaogaoError as error:
        say(stderr, f"[red]error:[/] {shown(without_keys(str(error)))}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
