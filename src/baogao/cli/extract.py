"""``baogao extract``: reports in, records, texts and a page out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from rich.console import Console

from baogao.assemble import ModelOptions, questioner, ready_extractor
from baogao.cli.progress import RunProgress, Totals
from baogao.console import shown
from baogao.engines.run import Engine, Job, run_by
from baogao.errors import DocumentError
from baogao.extraction import ExtractorName, ReportText
from baogao.inputs import Source, find_sources
from baogao.llm import Question, estimate_tokens
from baogao.outputs.page import write_page
from baogao.outputs.records import iterate_records
from baogao.outputs.run_folder import RunFolder
from baogao.record import Record
from baogao.schema import Schema, load_schema

_PAGE_REPORTS = 500
"""Reports that the page of a run shows; more would be too much for a browser. `baogao review` shows them all."""
_INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""


@dataclass(frozen=True)
class ExtractRequest:
    """What the command line asks for."""

    inputs: Sequence[str]
    out: Path
    schema: str
    extractor: ExtractorName | None
    """None: rules, unless a model is configured; then hybrid."""
    options: ModelOptions
    dry_run: bool = False
    engine: Engine = field(default_factory=Engine)


def run_extract(request: ExtractRequest, stdout: Console, stderr: Console) -> int:
    """Carry out the command; returns its exit code: 0, 1, or 130 after Ctrl-C.

    :raises UsageError: nothing could start.
    """
    request.engine.check(request.options)
    schema = load_schema(request.schema)
    sources = find_sources(request.inputs)
    name = request.extractor or request.options.default_extractor()
    if request.extractor is None and name == "rules":
        words = "no model is configured: using rules (for a model: --embedded, or --base-url and --model)"
        stderr.print(words, soft_wrap=True)
    if request.dry_run:
        return run_dry(sources, name, schema, request.options, stdout)
    totals = Totals()
    try:
        asyncio.run(_run(request, sources, name, schema, totals, stderr))
    except KeyboardInterrupt:
        folder = shown(request.out)
        stderr.print(
            f"interrupted; what was finished is kept in {folder}, and the same command goes on there",
            highlight=False,
            soft_wrap=True,
        )
        return _INTERRUPTED
    print_report(request.out, [source.doc_id for source in sources], totals, schema, stdout)
    return 1 if totals.failed else 0


def run_dry(
    sources: Sequence[Source], name: ExtractorName, schema: Schema, options: ModelOptions, stdout: Console
) -> int:
    """Print the requests and tokens that a run would take; returns its exit code, 1 when an input cannot be read."""
    if name == "rules":
        stdout.print(f"{len(sources)} reports, no requests: rules ask no model", highlight=False)
        return 0
    asker = questioner(name, schema, options)
    questions: list[Question] = []
    failed = 0
    for source in sources:
        try:
            document = source.read()
        except DocumentError as error:
            stdout.print(f"[red]failed[/] {shown(source.name)}: {shown(error)}", highlight=False, soft_wrap=True)
            failed += 1
        else:
            questions.extend(asker.questions(ReportText.from_document(document)))
    prompt = sum(estimate_tokens(question.messages) for question in questions)
    most = sum(question.max_tokens for question in questions)
    read = len(sources) - failed
    stdout.print(
        f"{read} reports, {len(questions)} requests, about {prompt} prompt tokens, at most {most} reply tokens",
        highlight=False,
        soft_wrap=True,
    )
    return 1 if failed else 0


def print_report(out: Path, order: list[str], totals: Totals, schema: Schema, stdout: Console) -> None:
    """Write the page, and print what the run came to."""
    page = out / "index.html"
    write_page(islice(iterate_records(out), _PAGE_REPORTS), out / "texts", schema, page)
    table = totals.table(order)
    if table is not None:
        stdout.print(table)
    partly = f" (the first {_PAGE_REPORTS} reports)" if totals.reports > _PAGE_REPORTS else ""
    lines = [
        totals.line(),
        *totals.reasons(),
        f"records  {shown(out / 'records.jsonl')}",
        f"page     {shown(page)}{partly}",
    ]
    for line in lines:
        stdout.print(line, highlight=False, soft_wrap=True)


async def _run(
    request: ExtractRequest,
    sources: list[Source],
    name: ExtractorName,
    schema: Schema,
    totals: Totals,
    stderr: Console,
) -> None:
    async with ready_extractor(name, schema, request.options) as ready:
        order = [source.doc_id for source in sources]
        title = ready.extractor.name + (f" · {shown(ready.made_by.model)}" if ready.made_by.model else "")
        with (
            RunFolder(request.out, order, ready.made_with()) as folder,
            RunProgress(stderr, title, len(sources)) as progress,
        ):
            for notice in folder.notices:
                stderr.print(f"note: {shown(notice)}", highlight=False, soft_wrap=True)
            if folder.kept:
                stderr.print(f"going on: {folder.kept} of {len(sources)} reports were finished before", highlight=False)

            def note(record: Record, *, fresh: bool = True) -> None:
                totals.add(record)
                progress.add(record, fresh=fresh)

            job = Job(name, request.schema, request.options, ready)
            await run_by(request.engine, job, sources, folder, note, partial(note, fresh=False))
