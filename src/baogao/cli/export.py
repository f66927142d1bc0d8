"""``baogao export``: the folder of a run as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from baogao.cli.common import Found, stderr, stdout
from baogao.cli.review import RunDir, SchemaOfRecords
from baogao.console import say, shown

_NAMED = 5


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
) -> Found:
    """Write the records as a table, as people left them: one row a report, or one a figure with its sentence."""
    from baogao.outputs.export import write_export
    from baogao.outputs.exported import Exported
    from baogao.outputs.flat_files import Layout

    exported = Exported.of_run(folder, schema, as_read=as_read)
    written = write_export(exported, to, Layout(labels=labels, long=long, silent=silent))
    if exported.failed:
        count, names = len(exported.failed), shown(_first(exported.failed))
        say(stderr, f"note: reports that could not be read have no figures ({count}): {names}")
    if exported.astray:
        count, names = len(exported.astray), shown(_first(exported.astray))
        say(stderr, f"note: reports whose texts were changed since have no sentences ({count}): {names}")
    say(stdout, *(f"{rows} rows in {shown(file)}" for file, rows in written.items()))
    return Found({"files": [{"file": str(file), "rows": rows} for file, rows in written.items()]})


def _first(doc_ids: Sequence[str]) -> str:
    """Some reports by name, the first of them where they are many."""
    return ", ".join(doc_ids[:_NAMED]) + (" …" if len(doc_ids) > _NAMED else "")
