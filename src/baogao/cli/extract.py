"""``baogao extract``: reports in, records, texts and a page out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from baogao.cli.dry_run import run_dry
from baogao.cli.options import ExtractorChoice
from baogao.cli.setup import ModelOptions, Ready, ready_extractor
from baogao.cli.tables import summary_table, totals_line
from baogao.cli.terminal import failed_line, shown
from baogao.inputs import Source, find_sources
from baogao.outputs.page import write_page
from baogao.pipeline import run_extraction
from baogao.record import Record
from baogao.record_file import RunFolder
from baogao.schema import Schema, load_schema

_INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""


@dataclass(frozen=True)
class ExtractRequest:
    """What the command line asks for."""

    inputs: Sequence[str]
    out: Path
    schema: str
    extractor: ExtractorChoice | None
    """None: rules, unless a model is configured; then hybrid."""
    options: ModelOptions
    dry_run: bool = False


def run_extract(request: ExtractRequest, stdout: Console, stderr: Console) -> int:
    """Carry out the command; returns its exit code: 0, 1, or 130 after Ctrl-C.

    :raises UsageError: nothing could start.
    """
    schema = load_schema(request.schema)
    sources = find_sources(request.inputs)
    name = request.extractor or _default_extractor(request.options, stderr)
    if request.dry_run:
        return run_dry(sources, name, schema, request.options, stdout)
    try:
        records = asyncio.run(_run(request, sources, name, schema, stderr))
    except KeyboardInterrupt:
        folder = shown(request.out)
        stderr.print(f"interrupted; what was finished is kept in {folder}", highlight=False, soft_wrap=True)
        return _INTERRUPTED
    page = request.out / "index.html"
    write_page(records, request.out / "texts", schema, page)
    stdout.print(summary_table(records))
    stdout.print(totals_line(records), highlight=False, soft_wrap=True)
    stdout.print(f"records  {shown(request.out / 'records.jsonl')}", soft_wrap=True, highlight=False)
    stdout.print(f"page     {shown(page)}", soft_wrap=True, highlight=False)
    return 1 if any(record.status == "failed" for record in records) else 0


def _default_extractor(options: ModelOptions, stderr: Console) -> ExtractorChoice:
    if options.starts_server or options.settings().configured:
        return "hybrid"
    stderr.print(
        "no model is configured: using rules (for a model: --embedded, or --base-url and --model)", soft_wrap=True
    )
    return "rules"


async def _run(
    request: ExtractRequest, sources: list[Source], name: ExtractorChoice, schema: Schema, stderr: Console
) -> list[Record]:
    async with ready_extractor(name, schema, request.options) as ready:
        with ExitStack() as stack:
            folder = stack.enter_context(RunFolder(request.out, [source.doc_id for source in sources]))
            progress = stack.enter_context(_progress(stderr))
            task = progress.add_task(_title(ready), total=len(sources))

            def on_record(record: Record) -> None:
                if record.error:
                    progress.console.print(failed_line(record), highlight=False, soft_wrap=True)
                progress.advance(task)

            # Rules keep one core busy: more documents at once would only wait for each other.
            at_once = ready.client.settings.concurrency if ready.client else 1
            return await run_extraction(sources, ready.extractor, schema, ready.made_by, folder, at_once, on_record)


def _title(ready: Ready) -> str:
    return ready.extractor.name + (f" · {shown(ready.made_by.model)}" if ready.made_by.model else "")


def _progress(stderr: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=stderr
    )
