"""``baogao matrix``: one table over all reports of a run, and the figures in it that stand out."""

from __future__ import annotations

import re
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.cli.common import Found, stdout
from baogao.cli.review import RunDir, SchemaOfRecords
from baogao.console import say, shown

if TYPE_CHECKING:
    from baogao.outputs.outliers import Outlier
    from baogao.schema import Schema

_PRINTED = 20
_REPORT = re.compile(rb'<script type="application/json" id="report-\d+">')


def matrix(
    folder: RunDir,
    schema: SchemaOfRecords = None,
    show: Annotated[bool, typer.Option("--open", help="Open the table in the browser.")] = False,
) -> Found:
    """Write one table over all reports of a run, and print the figures that stand out."""
    from baogao.outputs.corrected import iterate_corrected
    from baogao.outputs.matrix import write_matrix
    from baogao.outputs.records import MATRIX, PAGE, iterate_records, iterate_review, schema_of

    used = schema_of(iterate_records(folder), schema, folder)
    page = folder / MATRIX
    records = iterate_corrected(folder, used, queue=False)
    outliers = write_matrix(records, used, page, queue=iterate_review(folder), in_page=reports_in(folder / PAGE))
    print_outliers(outliers, used)
    say(stdout, shown(page))
    if show:
        webbrowser.open(page.resolve().as_uri())
    said = [{"doc_id": one.doc_id, "field": one.field, "message": one.message} for one in outliers]
    return Found({"matrix": str(page), "outliers": said})


def reports_in(page: Path) -> int:
    """How many reports a page shows: that of a long run has the first ones only. 0 where there is no page."""
    try:
        return len(_REPORT.findall(page.read_bytes()))
    except OSError:
        return 0


def print_outliers(outliers: list[Outlier], schema: Schema) -> None:
    """Print the figures that stand out, the farthest first; where there are many, how many more."""
    for one in outliers[:_PRINTED]:
        label = schema.by_id[one.field].label
        say(stdout, f"{shown(one.doc_id)}  {shown(label)}  {shown(one.message)}")
    if more := len(outliers[_PRINTED:]):
        say(stdout, f"{more} more outliers are listed in the table")
