"""``baogao schema draft``: a schema proposed from example reports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rich.table import Table

from baogao.authoring.draft import DraftField, fields_of
from baogao.authoring.draft_file import draft_source, write_draft
from baogao.authoring.naming import Namer, Sighting, named_by_words, naming_passages
from baogao.choices import ReportingYear
from baogao.cli.common import Found, stderr, stdout
from baogao.console import say, shown
from baogao.document.ocr import require_engine
from baogao.errors import DocumentError, SchemaError, UsageError
from baogao.extraction import ReportText
from baogao.guarded import GuardedReader
from baogao.inputs import Source
from baogao.interrupts import run_interruptibly
from baogao.llm import load_prompts
from baogao.model_options import ModelOptions
from baogao.opening import open_client
from baogao.schema.fields import Sought
from baogao.schema.skeleton import schema_name

_WIDEST = 36
"""Characters of an example that are shown."""
_PROBLEMS = ("问题", "不足", "困难")
"""What the heading of a list of problems says."""


def write_drafted(
    sources: Sequence[Source], out: Path, options: ModelOptions, least: int, reporting_year: ReportingYear
) -> Found:
    """Draft a schema from reports, write it, and print its fields.

    :raises UsageError: no report can be read, no field is found, or no model can be asked.
    :raises SchemaError: the file exists, its name cannot be that of a schema, or the draft does not load.
    """
    schema_name(out, None)  # before a model is asked for what could not be written
    if out.exists():
        raise SchemaError(f"{out} exists already; give another name")
    reports = _read(sources, reporting_year)
    sightings = run_interruptibly(_named(reports, options))
    if not sightings:
        say(stderr, "note: the model named nothing: fields are called by the words before their figures")
        sightings = [one for report in reports for one in named_by_words(report)]
    fields = fields_of(sightings, min(least, len(reports)))
    if not fields:
        raise UsageError(f"no figure is stated by {least} of {len(reports)} reports: nothing is written")
    source = draft_source(
        fields, out, reports=len(reports), reporting_year=reporting_year, problems=any(map(_has_problems, reports))
    )
    write_draft(source, out)
    stdout.print(_table(fields, len(reports)))
    say(stdout, f"{len(fields)} fields are written to {shown(out)}: read every one, then run: baogao schema check")
    counts = [{"id": one.id, "label": one.label, "unit": one.unit, "reports": one.reports} for one in fields]
    return Found({"schema": str(out), "reports": len(reports), "fields": counts})


def _read(sources: Sequence[Source], year: ReportingYear) -> list[ReportText]:
    """The reports, with figures of every form in them; one that cannot be read is left out, and said so."""
    if any(source.ocr for source in sources):
        require_engine()
    sought = Sought(year=year, kinds=frozenset({"number", "range", "rank", "ratio"}), signed=True)
    reports = []
    with closing(GuardedReader(sought=sought)) as files:
        for source in sources:
            try:
                reports.append(ReportText(*files.read(source).found()))
            except DocumentError as error:
                say(stderr, f"[red]failed[/] {shown(source.name)}: {shown(error)}")
    if not reports:
        raise UsageError("no report could be read")
    return reports


async def _named(reports: Sequence[ReportText], options: ModelOptions) -> list[Sighting]:
    """What a model names, report by report: what it has named so far is told it, to be used again."""
    prompts = load_prompts(options.prompts)
    sightings: list[Sighting] = []
    async with open_client(options) as client:
        namer = Namer(client, prompts)
        for report in reports:
            labels = [one.named for one in fields_of(sightings)]
            name, passages = shown(report.document.doc_id), len(naming_passages(report))
            say(stderr, f"{name}: asking about {passages} passages")  # a small model takes a minute for each
            found = await namer.name(report, labels)
            sightings += found
            say(stderr, f"{name}: {len(found)} figures named")
    if namer.unread:
        say(stderr, f"note: of {namer.passages} passages {namer.unread} were answered in a way that cannot be read")
    return sightings


def _has_problems(report: ReportText) -> bool:
    document = report.document
    titles = (document.slice(section.title) for section in document.sections)
    return any(word in title for title in titles for word in _PROBLEMS)


def _table(fields: Sequence[DraftField], reports: int) -> Table:
    """Every field with how many reports state it, and one example."""
    table = Table(box=None, pad_edge=False)
    for name in ("field", "label", "unit", "asks for", "reports", "example"):
        table.add_column(name, overflow="fold", justify="right" if name == "reports" else "left")
    for one in fields:
        example = one.example
        words = f"{example.candidate.text}: {example.sentence}"[:_WIDEST]
        kind = " ".join([one.form.name or "level", *(["range"] if "range" in one.takes else [])])
        table.add_row(one.id, shown(one.label), one.unit, kind, f"{one.reports}/{reports}", shown(words))
    return table
