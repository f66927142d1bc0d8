"""``baogao candidates``: what the grammar sees in a report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from baogao.candidates import Candidates, find_candidates, to_json
from baogao.console import shown
from baogao.document import read_document
from baogao.errors import DocumentError, UsageError

_CONTROL = re.compile(r"[\x7f-\x9f\ud800-\udfff]")
"""What JSON lets through and a terminal would obey, or could not print."""


def show_candidates(
    file: Annotated[Path, typer.Argument(help="One report.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Print the candidates of one report: every number, none-phrase and list head, with its place and value."""
    try:
        document = read_document(file)
    except DocumentError as error:
        raise UsageError(f"{file}: {error}") from error
    found = find_candidates(document)
    if as_json:
        for candidate in found:
            typer.echo(_CONTROL.sub(_escaped, json.dumps(to_json(candidate), ensure_ascii=False)))
    else:
        Console().print(_table(found))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _table(found: Candidates) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("id", "kind", "place", "text", "value", "bound", "unit", "cues"):
        table.add_column(name, justify="right" if name in {"id", "value"} else "left", overflow="fold")
    for c in found:
        value = "" if c.value is None else f"{c.value}"
        place = f"{c.start}-{c.end}"
        table.add_row(str(c.id), c.kind, place, shown(c.text), value, c.bound, c.unit, " ".join(c.cues))
    return table
