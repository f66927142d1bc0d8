"""``baogao export``: the folder of a run as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from baogao.console import say, shown
from baogao.outputs.export import write_results
from baogao.outputs.flat_files import Layout
from baogao.outputs.results import Results

stdout = Console()
stderr = Console(stderr=True)
_NAMED = 5

RunDir = Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="DIR")]
SchemaOfRecords = Annotated[
    str | None, typer.Option("--schema", help="The schema, if not the one that the run remembers.")
]


def export(
    folder: RunDir,
    to: Annotated[
        Path, typer.Option("--to", help="FILE.csv, .tsv, .xlsx, .parquet, .json, .db (SQLite) or .dta (Stata).")
    ],
    labels: Annotated[
        Literal["id", "zh"],
        typer.Option("--labels", help="What columns are called by: ids for programs, Chinese labels for people."),
    ] = "id",
    long: Annotated[
        bool, typer.Option("--long", help="One row for everything that is stated, with its sentence and its page.")
    ] = False,
    silent: Annotated[bool, typer.Option("--all", help="With --long: rows of silent fields, too.")] = False,
    as_read: Annotated[bool, typer.Option("--as-read", help="Leave out what people corrected.")] = False,
    schema: SchemaOfRecords = None,
) -> None:
    """Write the records as a table, as people left them: one row a report, or one a figure with its sentence."""
    results = Results.of_run(folder, schema, as_read=as_read)
    written = write_results(results, to, Layout(labels=labels, long=long, silent=silent))
    if results.failed:
        count, names = len(results.failed), shown(_first(results.failed))
        say(stderr, f"note: reports that could not be read have no figures ({count}): {names}")
    if results.astray:
        count, names = len(results.astray), shown(_first(results.astray))
        say(stderr, f"note: reports whose texts were changed since have no sentences ({count}): {names}")
    say(stdout, *(f"{rows} rows in {shown(file)}" for file, rows in written.items()))


def _first(doc_ids: Sequence[str]) -> str:
    """Some reports by name, the first of them where they are many."""
    return ", ".join(doc_ids[:_NAMED]) + (" …" if len(doc_ids) > _NAMED else "")
