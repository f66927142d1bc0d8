"""``baogao review`` and ``baogao export``: the folder of a run as a page and as a table."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from baogao.cli.common import Found, stdout
from baogao.console import say, shown

RunDir = Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="DIR")]
SchemaOfRecords = Annotated[
    str | None, typer.Option("--schema", help="The schema, if not the one that the run remembers.")
]


def review(
    folder: RunDir,
    schema: SchemaOfRecords = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> Found:
    """Write the page of a run again: texts with their figures marked."""
    from baogao.outputs.matrix import MATRIX, write_matrix
    from baogao.outputs.page import write_page
    from baogao.outputs.records import read_records, schema_of, with_review

    records = with_review(read_records(folder), folder)
    page = folder / "index.html"
    used = schema_of(records, schema, folder)
    write_page(records, folder / "texts", used, page, table=MATRIX)
    write_matrix(records, used, folder / MATRIX)
    say(stdout, shown(page))
    if show:
        webbrowser.open(page.resolve().as_uri())
    return Found({"page": str(page), "matrix": str(folder / MATRIX), "reports": len(records)})


def export(
    folder: RunDir,
    to: Annotated[Path, typer.Option("--to", help="FILE.csv, FILE.parquet or FILE.xlsx.")],
    schema: SchemaOfRecords = None,
) -> Found:
    """Write the records as a table, one row a report; a list of rows becomes a table of its own beside it."""
    from baogao.outputs.export import write_table
    from baogao.outputs.records import read_records, schema_of

    records = read_records(folder)
    written = write_table(records, schema_of(records, schema, folder), to)
    say(stdout, *(f"{rows} rows in {shown(file)}" for file, rows in written.items()))
    return Found({"files": [{"file": str(file), "rows": rows} for file, rows in written.items()]})
