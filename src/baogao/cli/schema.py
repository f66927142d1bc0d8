"""``baogao schema``: show, check and begin schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema import Schema, as_table, json_schema, load_schema, new_schema

app = typer.Typer(no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="Name of a schema, or the path of a .py file.", metavar="NAME|FILE.py")]


@app.command()
def show(
    schema: _Name = "law_based_government",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Schema.")] = False,
) -> None:
    """Print every field with its label, unit and note."""
    loaded = load_schema(schema)
    if as_json:
        typer.echo(json.dumps(json_schema(loaded), ensure_ascii=False, indent=2))
    else:
        Console().print(as_table(loaded))


@app.command()
def check(schema: _Name) -> None:
    """Load a schema and its rules, if it has any, and say what is in them; an error names its line."""
    loaded = load_schema(schema)
    typer.echo(_summary(loaded))
    rules = rules_path(loaded)
    if rules.is_file():
        rulebook = load_rulebook(rules, loaded)
        typer.echo(f"{rules.name}: rules for {len(rulebook.fields)} of {len(loaded.figures)} figures")
    else:
        typer.echo(f"no rules ({rules.name}): the extractors rules and hybrid cannot use it, llm can")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE.py")],
    name: Annotated[str | None, typer.Option(help="The schema's name, if not the file's.")] = None,
) -> None:
    """Write a small commented schema to go on from."""
    written = new_schema(path, name)
    typer.echo(f"{written} is written: change it, then run: baogao schema check {written}")


def _summary(schema: Schema) -> str:
    counts = f"{len(schema.metadata)} metadata fields, {len(schema.figures)} figures in {len(schema.groups)} groups"
    return f"{schema.name}: {counts}, {len(schema.lists)} lists, {len(schema.relations)} relations"
