"""``baogao rules``: patterns proposed from gold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.cli.common import Found, stderr, stdout
from baogao.cli.options import DEFAULT_SCHEMA, SchemaName
from baogao.console import inert, say, shown
from baogao.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from baogao.authoring.suggest import FieldSuggestions
    from baogao.evaluation.gold import Dataset
    from baogao.evaluation.tally import Tally
    from baogao.schema.fields import FieldSpec, Schema

app = typer.Typer(no_args_is_help=True)
_FEWEST = 3
"""Reports: with fewer no pattern is found in two of those that are not left out."""


@app.callback()
def about() -> None:
    """Patterns for the rules of a schema."""


@app.command()
def suggest(
    gold: Annotated[Path, typer.Argument(help="A folder with *.gold.json beside *.txt.", metavar="GOLD")],
    schema: SchemaName = DEFAULT_SCHEMA,
    field: Annotated[str | None, typer.Option("--field", help="One figure; without it all of them.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A new file for the YAML, instead of printing it.")] = None,
) -> Found:
    """Propose patterns for figures from gold, each with its F1 on reports in which it was not looked for."""
    from baogao.authoring.suggest import Suggester
    from baogao.evaluation.datasets import load_dataset
    from baogao.rules.rulebook import rules_path
    from baogao.schema.load import load_schema

    loaded = load_schema(schema)
    figures = _figures(loaded, field)
    if out is not None and out.exists():
        raise UsageError(f"{out} exists already; give another name")
    dataset = _without_test(load_dataset(gold, loaded))
    suggester = Suggester(dataset, loaded)
    found = [suggester.suggest(spec) for spec in figures]
    with_patterns = [one for one in found if one.suggestions]
    if with_patterns:
        stdout.print(_table(with_patterns))
    kept = [one for one in found if one.kept]
    say(stdout, *_totals(found, kept, len(dataset.items)))
    result = Found({"reports": len(dataset.items), "figures": [_document(one) for one in found]})
    if not kept:
        return result
    text = _yaml(kept, len(dataset.items), has_rules=rules_path(loaded).is_file())
    if out is None:
        stdout.print(f"\n{inert(text, keep=chr(10))}", highlight=False, markup=False, soft_wrap=True)
        return result
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}") from error
    say(stdout, f"patterns {shown(out)}")
    return result


def _document(one: FieldSuggestions) -> dict[str, object]:
    """What is proposed for a figure, for programs; F1 on reports in which a pattern was not looked for."""
    patterns = [
        {"match": each.shape.match, "topic": each.shape.topic, "f1": each.unseen.f1, "worth_adding": each.kept}
        for each in one.suggestions
    ]
    return {"field": one.spec.id, "f1_now": one.baseline.f1, "patterns": patterns}


def _figures(schema: Schema, field: str | None) -> Sequence[FieldSpec]:
    found = [spec for spec in schema.figures if field in (None, spec.id)]
    if not found:
        raise UsageError(f"the schema {schema.name} has no figure {field!r}: see `baogao schema show`")
    return found


def _without_test(dataset: Dataset) -> Dataset:
    """The reports that rules may be made from: those of the split test are not."""
    from baogao.evaluation.gold import Dataset

    items = [item for item in dataset.items if item.split != "test"]
    if len(items) < len(dataset.items):
        say(stderr, f"note: {len(dataset.items) - len(items)} reports of the split test are left out")
    if len(items) < _FEWEST:
        raise UsageError(f"patterns are looked for in {_FEWEST} reports or more, none of them of a split called test")
    return Dataset(dataset.name, items, dataset.digest)


def _table(found: Sequence[FieldSuggestions]) -> Table:
    """Every pattern with its F1 where it was found and where it was not, beside that of the rules so far."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    heads = ("field", "pattern", "topic", "reports", "F1 now", "F1 seen", "F1 unseen", "lost", "")
    for name in heads:
        is_words = name in ("field", "pattern", "topic", "")
        table.add_column(name, justify="left" if is_words else "right", overflow="fold")
    for one in found:
        for each in one.suggestions:
            words = one.spec.id, shown(each.shape.match), each.shape.topic, str(each.reports)
            scores = map(_f1, (one.baseline, each.seen, each.unseen))
            table.add_row(*words, *scores, str(each.lost), "worth it" if each.kept else "no gain")
    return table


def _totals(found: Sequence[FieldSuggestions], kept: Sequence[FieldSuggestions], reports: int) -> list[str]:
    """What the patterns come to."""
    from baogao.evaluation.tally import Tally

    silent = [one.spec.id for one in found if not one.baseline.stated]
    lines = [f"{reports} reports, {len(found)} figures: {sum(len(one.kept) for one in kept)} patterns are worth adding"]
    if silent:
        lines.append(f"stated by no report: {', '.join(silent)}")
    if kept:
        now, then = sum((one.baseline for one in kept), Tally()), sum((one.together for one in kept), Tally())
        lines.append(f"on unseen reports F1 of these {len(kept)} figures goes from {_f1(now)} to {_f1(then)}")
    return lines


def _f1(tally: Tally) -> str:
    return "n/a" if tally.f1 is None else f"{tally.f1:.3f}"


def _yaml(kept: Sequence[FieldSuggestions], reports: int, *, has_rules: bool) -> str:
    """The patterns as a rules file has them."""
    lines = [
        f"# Patterns found in the gold of {reports} reports by baogao rules suggest; F1 on reports left out in turn.",
        "# Read them before you add them: words that only happen to stand near a figure are among them.",
        *(
            ["# Where a field has rules already, add only the lines below match, and units that are missing."]
            * has_rules
        ),
        "fields:",
    ]
    for one in kept:
        topics = [each.shape.topic for each in one.kept]
        units = ", ".join(_scalar(unit) for unit in one.units)
        lines += [
            f"  {one.spec.id}:  # F1 {_f1(one.baseline)} without, {_f1(one.together)} with all of them",
            f"    units: [{units}]",
            f"    topic: {topics[0]}",
            "    match:",
        ]
        for each in one.kept:
            topic = "" if each.shape.topic == topics[0] and not has_rules else f", topic: {each.shape.topic}"
            lines.append(f"      - {{match: {_scalar(each.shape.match)}{topic}}}  # {_f1(each.unseen)}")
    return "\n".join([*lines, ""])


def _scalar(text: str) -> str:
    """A text as YAML takes it, whatever is in it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
