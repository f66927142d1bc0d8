"""``baogao gold``: write gold from marked reports or from what people looked at, check it, compare two annotators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.cli import label_studio, labels
from baogao.cli.common import Found, stdout
from baogao.cli.options import DEFAULT_SCHEMA, SchemaName
from baogao.console import say, shown, table_of
from baogao.errors import UsageError
from baogao.language import translated

if TYPE_CHECKING:
    from baogao.evaluation.agreement import FieldAgreement
    from baogao.evaluation.checking import Finding
    from baogao.evaluation.gold import GoldField

app = typer.Typer(no_args_is_help=True)
app.command("start")(labels.start)
app.command("save")(labels.save)
app.command("disputes")(labels.disputes)
app.command("export")(label_studio.export)
app.command("import")(label_studio.import_)


@app.command("build")
def build_command(
    marked: Annotated[list[Path], typer.Argument(help="Reports with inline marks.", metavar="MARKED...")],
    out: Annotated[Path, typer.Option("--out", help="Folder for NAME.txt and NAME.gold.json.")],
    by_split: Annotated[
        bool, typer.Option("--split", help="Write into OUT/dev and OUT/test by the id's digest.")
    ] = False,
    schema: SchemaName = DEFAULT_SCHEMA,
) -> Found:
    """Compile marked reports to texts and gold; nothing is written when one has an error."""
    from baogao.evaluation.compiling import build_dataset
    from baogao.schema.load import load_schema

    findings = build_dataset(marked, out, load_schema(schema), by_split)
    errors = _print(findings)
    done = "nothing written" if errors else f"{len(marked)} reports written to {out}"
    say(stdout, f"{shown(done)}: {errors} errors, {len(findings) - errors} warnings")
    return _found(findings, 0 if errors else len(marked))


@app.command("check")
def check_command(
    dataset: Annotated[Path, typer.Argument(help="A folder with *.gold.json beside *.txt.", metavar="DATASET")],
    schema: SchemaName = DEFAULT_SCHEMA,
) -> Found:
    """Compare gold with its texts: digests, offsets, ids, and that evidence reads as the stated value and bound."""
    from baogao.evaluation.datasets import check_dataset
    from baogao.schema.load import load_schema

    check = check_dataset(dataset, load_schema(schema))
    errors = _print(check.findings)
    say(stdout, f"{check.documents} reports: {errors} errors, {len(check.findings) - errors} warnings")
    if check.not_looked_at:
        count = check.not_looked_at
        say(stdout, f"{count} fields were not looked at: they are no gold, and nothing is said of them")
    return _found(check.findings, check.documents)


@app.command("agree")
def agree_command(
    a: Annotated[Path, typer.Argument(help="One annotator's data set; or a run, with --between.", metavar="A")],
    b: Annotated[Path | None, typer.Argument(help="The other's, of the same texts.", metavar="B")] = None,
    between: Annotated[
        tuple[str, str] | None, typer.Option("--between", help="Two people who looked at the run A.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", help="Name of a schema, or the path of a .py file; of a run its own.")
    ] = None,
) -> Found:
    """Say how far two annotators agree on what both looked at: per cent, and Krippendorff's alpha, per field and over
    all."""
    from baogao.evaluation.agreement import agree
    from baogao.evaluation.datasets import load_dataset
    from baogao.evaluation.labelling import LabelRun
    from baogao.schema.load import load_schema

    if between is not None and b is None:
        run = LabelRun(a, schema)
        result = agree(run.dataset_of(between[0]), run.dataset_of(between[1]), run.schema)
        say(stdout, "They are independent only if both worked with baogao review RUN --serve --blind.")
    elif b is not None and between is None:
        loaded = load_schema(schema or DEFAULT_SCHEMA)
        result = agree(load_dataset(a, loaded), load_dataset(b, loaded), loaded)
    else:
        raise UsageError("give two data sets, or one run and --between with two names")
    stated = [field for field in result.fields if field.stated]
    rows = [*map(_row, stated), [translated(result.overall.field), *_row(result.overall)[1:]]]
    stdout.print(table_of(("field", "pairs", "stated", "agreed", "agreed where stated", "alpha"), rows))
    for other in result.disagreements:
        allowed = " (allowed as an alternative)" if other.allowed else ""
        say(stdout, f"{shown(other.doc_id)}: {other.field}: {_said(other.a)} | {_said(other.b)}{allowed}")
    overall, alternatives = result.overall, sum(other.allowed for other in result.disagreements)
    say(
        stdout,
        f"{result.documents} reports in both: agreement {_percent(overall.agreed)}, where at least one states a field "
        f"{_percent(overall.agreed_stated)}, alpha {_alpha(overall)}; {len(result.disagreements)} disagreements, "
        f"{alternatives} of them allowed as alternatives",
    )
    return Found(
        {
            "reports": result.documents,
            "overall": asdict(overall),
            "fields": [asdict(field) for field in stated],
            "disagreements": [
                {
                    "doc_id": one.doc_id,
                    "field": one.field,
                    "allowed": one.allowed,
                    "a": one.a.model_dump(mode="json", exclude_none=True),
                    "b": one.b.model_dump(mode="json", exclude_none=True),
                }
                for one in result.disagreements
            ],
        }
    )


def _found(findings: Iterable[Finding], reports: int) -> Found:
    """Findings for a program; the exit code is 1 where one is an error."""
    said = [{**asdict(one), "path": str(one.path)} for one in findings]
    errors = sum(one["level"] == "error" for one in said)
    counts = {"reports": reports, "errors": errors, "warnings": len(said) - errors}
    return Found({**counts, "findings": said}, 1 if errors else 0)


def _print(findings: Iterable[Finding]) -> int:
    """Print findings, warnings first, and count the errors."""
    ordered = sorted(findings, key=lambda finding: finding.level == "error")
    for finding in ordered:
        say(stdout, f"{finding.level}: {shown(finding)}")
    return sum(finding.level == "error" for finding in ordered)


def _row(field: FieldAgreement) -> list[str]:
    counts = str(field.pairs), str(field.stated)
    return [field.field, *counts, _percent(field.agreed), _percent(field.agreed_stated), _alpha(field)]


def _alpha(field: FieldAgreement) -> str:
    return "n/a" if field.alpha is None else f"{field.alpha:.3f}"


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{100 * share:.1f}%"


def _said(field: GoldField) -> str:
    if field.status != "reported":
        return translated("none is stated" if field.status == "reported_none" else "silent")
    value, upper = field.value, field.upper
    return translated(f"reported {value}" if upper is None else f"reported {value} to {upper}")
