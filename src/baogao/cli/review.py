"""``baogao review`` and ``baogao export``: what was extracted, as a page and as a table."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from rich.console import Console

from baogao.console import shown
from baogao.errors import UsageError
from baogao.outputs.export import write_table
from baogao.outputs.page import write_page
from baogao.outputs.records import read_records
from baogao.record import Record
from baogao.schema import Schema, load_schema
from baogao.schema.load import available_schemas

_DEFAULT_SCHEMA = "law_based_government"


def run_review(folder: Path, schema: str | None, show: bool, stdout: Console) -> None:
    """Write ``index.html`` of a run folder again.

    :raises UsageError: there are no records in it, or they do not load.
    """
    records = read_records(folder)
    page = folder / "index.html"
    write_page(records, folder / "texts", _schema_of(records, schema), page)
    stdout.print(shown(page), soft_wrap=True, highlight=False)
    if show:
        webbrowser.open(page.resolve().as_uri())


def run_export(folder: Path, to: Path, schema: str | None, stdout: Console) -> None:
    """Write a run folder's records as a table.

    :raises UsageError: no records, an unknown kind of table, or a file that cannot be written.
    """
    records = read_records(folder)
    write_table(records, _schema_of(records, schema), to)
    stdout.print(f"{len(records)} rows in {shown(to)}", soft_wrap=True, highlight=False)


def _schema_of(records: list[Record], given: str | None) -> Schema:
    """The schema of some records; one that is not baogao's own must be given by its path."""
    names = sorted({record.schema_name for record in records})
    if len(names) > 1:
        raise UsageError(f"the records are of several schemas: {', '.join(names)}")
    if given is None and names and names[0] not in available_schemas():
        raise UsageError(f"the records are of the schema {names[0]!r}: give its file with --schema FILE.py")
    schema = load_schema(given or next(iter(names), _DEFAULT_SCHEMA))
    if names and schema.name != names[0]:
        raise UsageError(f"the records are of the schema {names[0]!r}, not of {schema.name!r}")
    return schema
