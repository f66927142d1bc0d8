"""``baogao schema``: show, check, begin and draft schemas."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.choices import ReportingYear
from baogao.cli.common import Found, stdout
from baogao.cli.options import DEFAULT_SCHEMA, Ocr, schemas_like, with_model_flags
from baogao.console import say, shown

if TYPE_CHECKING:
    from baogao.model_options import ModelOptions
    from baogao.schema import Schema

app = typer.Typer(no_args_is_help=True)

_Name = Annotated[
    str,
    typer.Argument(
        help="Name of a schema, or the path of a .py file.", metavar="NAME|FILE.py", autocompletion=schemas_like
    ),
]


@app.command("list")
def list_schemas() -> Found:
    """Print the schemas that come with baogao; any other is named by its file."""
    from baogao.schema import available_schemas, load_schema

    found = []
    for name in available_schemas():
        schema = load_schema(name)
        found.append({"name": name, "title": schema.title, "fields": len(schema.fields), "file": str(schema.path)})
    say(stdout, *(shown(f"{one['name']}  {one['title']}  {one['fields']} fields") for one in found))
    return Found({"schemas": found})


@app.command()
def show(schema: _Name = DEFAULT_SCHEMA) -> Found:
    """Print every field with its label, unit and note; with --json as JSON Schema."""
    from baogao.schema import as_table, json_schema, load_schema

    loaded = load_schema(schema)
    stdout.print(as_table(loaded))
    return Found(json_schema(loaded))


@app.command()
def check(schema: _Name) -> Found:
    """Load a schema and its rules, if it has any, and say what is in them, and what is doubtful; an error names its
    line."""
    from baogao.candidates.advice import advice
    from baogao.rules.rulebook import load_rulebook, rules_path
    from baogao.schema import load_schema

    loaded = load_schema(schema)
    counts = [
        f"{len(loaded.metadata)} metadata fields",
        f"{len(loaded.figures)} figures in {len(loaded.groups)} groups",
        *_counts(loaded),
        f"{len(loaded.lists)} lists",
        *([f"{len(loaded.rows)} lists of rows"] if loaded.rows else []),
        f"{len(loaded.relations)} relations",
    ]
    say(stdout, f"{loaded.name}: {', '.join(counts)}")
    rules, ruled = rules_path(loaded), None
    if rules.is_file():
        rulebook = load_rulebook(rules, loaded)
        worded = len(loaded.fields) - len(loaded.figures)
        ruled = {one.spec.id for one in rulebook.words}
        words = f", {len(ruled)} of {worded} choices, dates and quotes" if worded else ""
        say(stdout, f"{shown(rules.name)}: rules for {len(rulebook.fields)} of {len(loaded.figures)} figures{words}")
    else:
        say(stdout, f"no rules ({shown(rules.name)}): the extractors rules and hybrid cannot use it, llm can")
    doubts = advice(loaded, ruled)
    say(stdout, *(f"note: {shown(doubt)}" for doubt in doubts))
    kinds = Counter(spec.kind for spec in loaded.specs)
    has_rules = ruled is not None
    return Found(
        {"schema": loaded.name, "file": str(loaded.path), "fields": kinds, "has_rules": has_rules, "notes": doubts}
    )


def _counts(schema: Schema) -> list[str]:
    """How many fields there are of each kind in words."""
    numbers = Counter(spec.kind for spec in schema.fields)
    return [f"{numbers[kind]} {kind}s" for kind in ("choice", "date", "quote") if numbers[kind]]


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE.py")],
    name: Annotated[str | None, typer.Option(help="The schema's name, if not the file's.")] = None,
) -> Found:
    """Write a small commented schema to go on from, and rules beside it."""
    from baogao.rules.rulebook import rules_path
    from baogao.schema import load_schema, new_schema

    written = new_schema(path, name)
    rules = rules_path(load_schema(written))
    file, beside = shown(written), shown(rules.name)
    say(stdout, f"{file} and {beside} are written: change them, then run: baogao schema check {file}")
    return Found({"schema": str(written), "rules": str(rules)})


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
) -> Found:
    """Propose a schema from example reports: a model names what their figures count, and code takes units, periods and
    forms from the figures themselves."""
    from baogao.cli.draft import write_drafted  # no other command of this group asks a model
    from baogao.inputs import find_sources

    return write_drafted(find_sources(reports, ocr=ocr), out, options, least, reporting_year)
