"""``baogao extract``: reports in, records, texts and a page out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.choices import EngineChoice, ExtractorName
from baogao.cli.common import Found, stderr, stdout
from baogao.cli.options import DEFAULT_SCHEMA, AddTo, Ocr, Overwrite, SchemaName, onto_of, with_model_flags
from baogao.console import say, shown
from baogao.errors import DocumentError

if TYPE_CHECKING:
    from baogao.cli.progress import Totals
    from baogao.engines.run import Engine, Job
    from baogao.inputs import Source
    from baogao.llm.messages import Question
    from baogao.model_options import ModelOptions
    from baogao.outputs.earlier import Claim
    from baogao.outputs.run_folder import RunFolder
    from baogao.record import Record
    from baogao.schema import Schema

_INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""


@with_model_flags()
def extract_command(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders or patterns.", metavar="INPUT...")],
    out: Annotated[Path, typer.Option("--out", help="Folder for records.jsonl, texts/ and index.html.")],
    schema: SchemaName = DEFAULT_SCHEMA,
    extractor: Annotated[
        ExtractorName | None,
        typer.Option(help="Who answers. Without it rules, or hybrid where a model is configured."),
    ] = None,
    *,
    options: ModelOptions,
    engine: Annotated[
        EngineChoice, typer.Option(help="Where reports are worked on: here, or by workers of Ray.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="How many workers of Ray; 4 without it.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", min=1, help="Processes that read reports on this machine; one for each core without it."
        ),
    ] = None,
    ocr: Ocr = False,
    overwrite: Overwrite = False,
    add: AddTo = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what a model would be asked.")] = False,
) -> Found:
    """Read reports and write one record for each: every figure with its place in the text."""
    from baogao.engines.run import Engine, Job
    from baogao.guarded import warm_up

    where = Engine(engine, workers, jobs)
    where.check(options)
    onto = onto_of(overwrite=overwrite, add=add)
    if engine == "local":
        warm_up()  # it takes as long to start as all that follows
    from baogao.cli.progress import Totals
    from baogao.inputs import find_sources
    from baogao.interrupts import run_interruptibly
    from baogao.outputs.earlier import Claim
    from baogao.schema import load_schema

    loaded, sources = load_schema(schema), find_sources(inputs, ocr=ocr)
    for notice in sources.notices:
        say(stderr, f"note: {shown(notice)}")
    name = extractor or options.default_extractor()
    if extractor is None and name == "rules":
        words = "no model is configured: using rules (for a model: --embedded, or --base-url and --model)"
        stderr.print(words, soft_wrap=True)
    if dry_run:
        return run_dry(sources, name, loaded, options)
    totals = Totals()
    try:
        job, claim = Job(name, loaded, schema, options), Claim(sources, onto)
        folder, sure_from = run_interruptibly(_run(job, where, claim, out, totals))
    except KeyboardInterrupt:
        say(stderr, f"interrupted; what was finished is kept in {shown(out)}, and the same command goes on there")
        raise typer.Exit(_INTERRUPTED) from None
    found = print_report(out, [source.doc_id for source in folder.todo], totals, sure_from, folder)
    for notice in sources.at_the_end:
        say(stderr, f"note: {shown(notice)}")
    return found


async def _run(job: Job, engine: Engine, claim: Claim, out: Path, totals: Totals) -> tuple[RunFolder, float | None]:
    """Do the reports with a bar that says how far it is; every record is added to ``totals``.

    :returns: the folder, closed; and from which confidence on 98% of the answers are right, where that was learned.
    """
    from baogao.assemble import ready_extractor
    from baogao.cli.progress import RunProgress
    from baogao.engines.run import run_by
    from baogao.outputs.run_folder import RunFolder

    async with ready_extractor(job.name, job.schema, job.options) as ready:
        order = [source.doc_id for source in claim.sources]
        title = ready.extractor.name + (f" · {shown(ready.made_by.model)}" if ready.made_by.model else "")
        run = ready.made_with()
        if any(source.ocr for source in claim.sources):
            from baogao.document.ocr import engine_name

            run["ocr"] = engine_name()  # what was read without it is not mixed in
        folder = RunFolder(out, order, run, job.schema, claim)
        with folder, RunProgress(stderr, title, len(folder.todo)) as progress:
            for notice in folder.notices:
                say(stderr, f"note: {shown(notice)}")
            if folder.kept:
                kept, reports = folder.kept, len(folder.todo)
                stderr.print(f"going on: {kept} of {reports} reports were finished before", highlight=False)

            def note(record: Record, *, fresh: bool = True) -> None:
                totals.add(record)
                progress.add(record, fresh=fresh)

            kept_note = partial(note, fresh=False)
            await run_by(engine, job, ready, folder.todo, folder, on_record=note, on_kept=kept_note)
        return folder, ready.sure_from


def run_dry(sources: Sequence[Source], name: ExtractorName, schema: Schema, options: ModelOptions) -> Found:
    """Print the requests and tokens that a run would take; the exit code is 1 when an input cannot be read.

    :raises UsageError: prompts or worked examples do not load.
    """
    if name == "rules":
        stdout.print(f"{len(sources)} reports, no requests: rules ask no model", highlight=False)
        return Found({"reports": len(sources), "failed": 0, "requests": 0, "prompt_tokens": 0, "reply_tokens": 0})
    import asyncio

    from baogao.extraction import ReportText
    from baogao.guarded import GuardedReader
    from baogao.llm.tokens import estimate_tokens
    from baogao.opening import questioner  # rules start without what asks a model

    asker = asyncio.run(questioner(name, schema, options))
    questions: list[Question] = []
    failed = 0
    with closing(GuardedReader(sought=schema.sought)) as files:
        for source in sources:
            try:
                report = ReportText(*files.read(source).found())
            except DocumentError as error:
                say(stdout, f"[red]failed[/] {shown(source.name)}: {shown(error)}")
                failed += 1
            else:
                questions.extend(asker.questions(report))
    prompt = sum(estimate_tokens(question.messages) for question in questions)
    most = sum(question.max_tokens for question in questions)
    read = len(sources) - failed
    say(
        stdout,
        f"{read} reports, {len(questions)} requests, about {prompt} prompt tokens, at most {most} reply tokens",
    )
    counts = {"requests": len(questions), "prompt_tokens": prompt, "reply_tokens": most}
    return Found({"reports": len(sources), "failed": failed, **counts}, 1 if failed else 0)


def print_report(
    out: Path, order: list[str], totals: Totals, sure_from: float | None, folder: RunFolder | None = None
) -> Found:
    """Print what the run came to; the exit code is 1 where reports failed.

    :param order: the ids of the reports, as the table lists them.
    :param sure_from: from this confidence on 98% of the answers are right; None where that was not learned.
    :param folder: where the records went.
    """
    from baogao.outputs.records import MATRIX, PAGE, RECORDS, REVIEW
    from baogao.outputs.run_results import PAGE_REPORTS

    table = totals.table(order)
    if table is not None:
        stdout.print(table)
    partly = f" (the first {PAGE_REPORTS} reports)" if totals.reports > PAGE_REPORTS else ""
    records, page, matrix = out / RECORDS, out / PAGE, out / MATRIX
    led, review = totals.led(), totals.to_review(out / REVIEW, sure_from)
    say(
        stdout,
        totals.line(),
        *totals.readers(),
        *totals.reasons(),
        *totals.hardly_fit(),
        *([f"[yellow]{shown(line)}[/]" for line in folder.remarks] if folder else []),
        *([f"jury     {shown(led)}"] if led else []),
        f"records  {shown(records)}",
        *([f"review   {review}"] if review else []),
        f"page     {shown(page)}{partly}",
        f"table    {shown(matrix)}",
    )
    files = {
        "records": str(records),
        "page": str(page),
        "matrix": str(matrix),
        "review": str(out / REVIEW) if review else None,
    }
    remarks = list(folder.remarks) if folder else []
    return Found({**totals.summary(), "sure_from": sure_from, "remarks": remarks, **files}, 1 if totals.failed else 0)
