"""``baogao schema``: show, check and begin schemas."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from baogao.candidates import USUAL
from baogao.candidates.find import as_printed
from baogao.cli.options import DEFAULT_SCHEMA, Ocr
from baogao.console import printable_json, shown
from baogao.document.ocr import require_engine
from baogao.errors import DocumentError, UsageError
from baogao.guarded import GuardedReader
from baogao.inputs import Source
from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema import as_table, json_schema, load_schema, new_schema

app = typer.Typer(no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="Name of a schema, or the path of a .py file.", metavar="NAME|FILE.py")]


@app.command()
def show(
    schema: _Name = DEFAULT_SCHEMA,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Schema.")] = False,
) -> None:
    """Print every field with its label, unit and note."""
    loaded = load_schema(schema)
    if as_json:
        print(printable_json(json_schema(loaded), indent=2))
    else:
        Console().print(as_table(loaded))


@app.command()
def check(schema: _Name) -> None:
    """Load a schema and its rules, if it has any, and say what is in them; an error names its line."""
    loaded = load_schema(schema)
    counts = f"{len(loaded.metadata)} metadata fields, {len(loaded.figures)} figures in {len(loaded.groups)} groups"
    print(f"{loaded.name}: {counts}, {len(loaded.lists)} lists, {len(loaded.relations)} relations")
    rules = rules_path(loaded)
    if rules.is_file():
        rulebook = load_rulebook(rules, loaded)
        print(f"{rules.name}: rules for {len(rulebook.fields)} of {len(loaded.figures)} figures")
    else:
        print(f"no rules ({rules.name}): the extractors rules and hybrid cannot use it, llm can")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE.py")],
    name: Annotated[str | None, typer.Option(help="The schema's name, if not the file's.")] = None,
) -> None:
    """Write a small commented schema to go on from."""
    written = new_schema(path, name)
    print(f"{written} is written: change it, then run: baogao schema check {written}")


def show_candidates(
    file: Annotated[Path, typer.Argument(help="One report.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    schema: Annotated[
        str | None, typer.Option(help="A schema that asks for more: ranks, ranges, dates …", metavar="NAME|FILE.py")
    ] = None,
    ocr: Ocr = False,
) -> None:
    """Print the candidates of one report: every number, none-phrase and list head, with its place and value."""
    if ocr:
        require_engine()
    try:
        with closing(GuardedReader(sought=load_schema(schema).sought if schema else USUAL)) as files:
            document, candidates = files.read(Source(file.stem, file, ocr=ocr)).found()
    except DocumentError as error:
        raise UsageError(f"{file}: {error}") from error
    found = [as_printed(candidate, document) for candidate in candidates]
    if as_json:
        for candidate in found:
            print(printable_json(candidate.to_json()))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "kind", "place", "text", "value", "bound", "unit", "cues"):
        table.add_column(name, justify="right" if name in {"id", "value"} else "left", overflow="fold")
    for c in found:
        value = c.date if c.value is None else f"{'-' * c.falls}{c.value}" + ("" if c.upper is None else f"-{c.upper}")
        place = f"{c.start}-{c.end}"
        table.add_row(str(c.id), c.kind, place, shown(c.text), value, c.bound, c.unit, " ".join(c.cues))
    Console().print(table)
