"""``baogao schema``: show, check, begin and draft schemas."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baogao.candidates.advice import advice
from baogao.choices import ReportingYear
from baogao.cli.options import DEFAULT_SCHEMA, Ocr, with_model_flags
from baogao.console import inert, printable_json
from baogao.inputs import find_sources
from baogao.model_options import ModelOptions
from baogao.rules.rulebook import load_rulebook, rules_path
from baogao.schema import Schema, as_table, json_schema, load_schema, new_schema

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
    """Load a schema and its rules, if it has any, and say what is in them, and what is doubtful; an error names its
    line."""
    loaded = load_schema(schema)
    counts = [
        f"{len(loaded.metadata)} metadata fields",
        f"{len(loaded.figures)} figures in {len(loaded.groups)} groups",
        *_counts(loaded),
        f"{len(loaded.lists)} lists",
        *([f"{len(loaded.rows)} lists of rows"] if loaded.rows else []),
        f"{len(loaded.relations)} relations",
    ]
    print(f"{loaded.name}: {', '.join(counts)}")
    rules, ruled = rules_path(loaded), None
    if rules.is_file():
        rulebook = load_rulebook(rules, loaded)
        worded = len(loaded.fields) - len(loaded.figures)
        ruled = {one.spec.id for one in rulebook.words}
        words = f", {len(ruled)} of {worded} choices, dates and quotes" if worded else ""
        print(f"{rules.name}: rules for {len(rulebook.fields)} of {len(loaded.figures)} figures{words}")
    else:
        print(f"no rules ({rules.name}): the extractors rules and hybrid cannot use it, llm can")
    for doubt in advice(loaded, ruled):
        print(f"note: {inert(doubt)}")


def _counts(schema: Schema) -> list[str]:
    """How many fields there are of each kind in words."""
    numbers = Counter(spec.kind for spec in schema.fields)
    return [f"{numbers[kind]} {kind}s" for kind in ("choice", "date", "quote") if numbers[kind]]


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE.py")],
    name: Annotated[str | None, typer.Option(help="The schema's name, if not the file's.")] = None,
) -> None:
    """Write a small commented schema to go on from, and rules beside it."""
    written = new_schema(path, name)
    rules = rules_path(load_schema(written))
    print(f"{written} and {rules.name} are written: change them, then run: baogao schema check {written}")


@app.command()
@with_model_flags(
    {
        "escalate_to": None,
        "adapter": None,
        "thorough": False,
        "ask": "auto",
        "min_confidence": None,
        "calibration": None,
    }
)
def draft(
    reports: Annotated[list[str], typer.Argument(help="Files, folders or patterns.", metavar="REPORT...")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.", metavar="FILE.py")],
    *,
    options: ModelOptions,
    least: Annotated[int, typer.Option("--least", min=1, help="In how many reports a field must be stated.")] = 1,
    reporting_year: Annotated[
        ReportingYear,
        typer.Option("--reporting-year", help="Which year the reports are about: see docs/schemas.md."),
    ] = "title",
    ocr: Ocr = False,
) -> None:
    """Propose a schema from example reports: a model names what their figures count, and code takes units, periods and
    forms from the figures themselves."""
    from baogao.cli.draft import write_drafted  # no other command of this group asks a model

    write_drafted(find_sources(reports, ocr=ocr), out, options, least, reporting_year)
