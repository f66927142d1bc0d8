"""``baogao candidates``: what the grammar finds in a report, and why it answers what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baogao.cli.common import Found, stdout
from baogao.cli.options import DEFAULT_SCHEMA, Ocr
from baogao.console import inert, say, shown
from baogao.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from baogao.authoring.why import Why
    from baogao.candidates import Candidate
    from baogao.extraction import ReportText, Words
    from baogao.schema import Schema

_FIELDS_SHOWN = 4
"""Of those that share words with a candidate's surroundings, where no field is named."""


def show_candidates(
    file: Annotated[Path, typer.Argument(help="One report.")],
    schema: Annotated[
        str | None, typer.Option(help="A schema that asks for more: ranks, ranges, dates …", metavar="NAME|FILE.py")
    ] = None,
    why: Annotated[
        bool,
        typer.Option("--why", help="What each is to the schema: context, topics, fields, and what excludes it."),
    ] = False,
    field: Annotated[str | None, typer.Option(help="With --why: only what has to do with this field.")] = None,
    ocr: Ocr = False,
) -> Found:
    """Print the candidates of one report: every number, none-phrase and list head, with its place and value."""
    from baogao.candidates import USUAL
    from baogao.candidates.find import as_printed
    from baogao.document.ocr import require_engine
    from baogao.extraction import ReportText
    from baogao.guarded import GuardedReader
    from baogao.inputs import Source
    from baogao.schema import load_schema

    if ocr:
        require_engine()
    why = why or field is not None
    loaded = load_schema(schema or DEFAULT_SCHEMA) if schema or why else None
    if loaded is not None and field is not None and field not in {spec.id for spec in loaded.specs}:
        raise UsageError(f"the schema {loaded.name} has no field {field!r}: see `baogao schema show`")
    try:
        with closing(GuardedReader(sought=loaded.sought if loaded else USUAL)) as files:
            report = ReportText(*files.read(Source(file.stem, file, ocr=ocr)).found())
    except DocumentError as error:
        raise UsageError(f"{file}: {error}") from error
    if why and loaded is not None:
        return Found({}, lines=_print_reasons(report, loaded, field))
    found = [as_printed(candidate, report.document) for candidate in report.candidates]
    stdout.print(_table(found))
    return Found({}, lines=[candidate.to_json() for candidate in found])


def _table(found: Sequence[Candidate]) -> Table:
    """Candidates, a line each."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("id", "kind", "place", "text", "value", "bound", "unit", "cues"):
        table.add_column(name, justify="right" if name in {"id", "value"} else "left", overflow="fold")
    for c in found:
        place = f"{c.start}-{c.end}"
        table.add_row(str(c.id), c.kind, place, shown(c.text), _value(c), c.bound, c.unit, " ".join(c.cues))
    return table


def _print_reasons(report: ReportText, schema: Schema, field: str | None) -> list[dict[str, Any]]:
    """Print why each candidate answers what, or what has to do with one field.

    :returns: the same for programs.
    """
    from baogao.authoring.why import Explainer  # the plain table needs neither rules nor passages
    from baogao.candidates.find import as_printed
    from baogao.rules.rulebook import load_rulebook, rules_path

    rules = rules_path(schema)
    explainer = Explainer(report, schema, load_rulebook(rules, schema) if rules.is_file() else None)
    reasons = [one.of_field(field) if field else one for one in explainer.all()]
    shown_ones = [one for one in reasons if one is not None]
    documents = []
    for one in shown_ones:
        printed = as_printed(one.candidate, report.document)
        documents.append(printed.to_json() | one.to_json())
        if field or one.candidate.kind != "item" or one.answers:
            say(stdout, *map(shown, _lines(printed, one, None if field else _FIELDS_SHOWN)))
    for spec, words in explainer.words(field):
        say(stdout, shown(f"{spec.id}  {_said(words, report)}"))
    left = len(reasons) - len(shown_ones)
    if left and field in {spec.id for spec in schema.figures}:
        say(stdout, f"{left} other candidates: no pattern of {field} is found around them, and no word of it")
    return documents


def _said(words: Words | None, report: ReportText) -> str:
    """What rules say of a choice, a date or a quote, and where."""
    if words is None:
        return "no pattern is found in the text"
    (start, end), *_ = words.evidence
    place = report.document.printed((start, end))
    text = inert("".join(report.document.slice((start, end)).split()))
    return f"{inert(words.value)} by {inert(words.reason)}  [{place[0]}-{place[1]}] {text}"


def _lines(printed: Candidate, why: Why, most: int | None) -> Iterator[str]:
    """One candidate for a terminal.

    :param most: how many fields of a form are listed; None for all.
    """
    cues = f"  cues: {' '.join(printed.cues)}" if printed.cues else ""
    value = f" = {_value(printed)} {printed.unit}".rstrip(" =") if printed.kind != "item" else ""
    place = f"[{printed.start}-{printed.end}]"
    yield f"{printed.id}  {printed.kind}  {inert(printed.text)}{value}  {place}{cues}"
    if why.answers:
        yield f"    answers  {', '.join(why.answers)}"
    if why.context:
        yield f"    context  {inert(why.context)}"
    if why.topics:
        yield f"    topics   {', '.join(f'{name} {weight:.2f}' for name, weight in why.topics.items())}"
    if why.unread and not why.answers:
        yield f"    rules    {why.unread}"
    for one in why.rules:
        verdict = f"not: {one.excluded}" if one.excluded else "yes"
        yield f"    rules    {one.field} {one.score:.2f} by {inert(one.pattern)}  {verdict}"
    if why.fits:
        where = f"form {why.form}" if why.form else "no form"
        yield f"    {where:<8} {'; '.join(_fitting(why, most))}"


def _fitting(why: Why, most: int | None) -> Sequence[str]:
    listed = why.fits[:most]
    more = [f"{len(why.fits) - len(listed)} more fit less"] if len(listed) < len(why.fits) else []
    words = [
        f"{one.field} {one.fit:.2f} " + ("asked" if one.brought else f"not: {one.barred or 'fits too little'}")
        for one in listed
    ]
    return [*words, *more]


def _value(c: Candidate) -> str:
    if c.value is None:
        return c.date
    return f"{'-' * c.falls}{c.value}" + ("" if c.upper is None else f"-{c.upper}")
