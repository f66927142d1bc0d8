"""``baogao batch``: the questions of a run into request files, the replies of a batch service into records."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import track

from baogao.assemble import ModelOptions, Ready, ready_extractor
from baogao.batch import (
    BatchFolder,
    BatchSetup,
    BatchSink,
    BatchTransport,
    PatientExtractor,
    Replies,
    RequestFiles,
)
from baogao.batch.folder import MOST_BYTES, MOST_REQUESTS, Limits
from baogao.cli.extract import print_report
from baogao.cli.options import CalibrationFile, MinConfidence, ModelName, PromptsDir, WayToAsk
from baogao.cli.progress import Totals
from baogao.console import shown
from baogao.errors import UsageError
from baogao.inputs import Source, find_sources
from baogao.llm import Abilities, EndpointSettings
from baogao.outputs.run_folder import RunFolder
from baogao.pipeline import Sink, run_documents
from baogao.record import Record
from baogao.schema import Schema, load_schema

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

_ABILITIES = {
    "json_schema": Abilities(json_schema=True),
    "tools": Abilities(tools=True),
    "json_object": Abilities(json_object=True),
    "plain": Abilities(),
}
_MEGABYTE = 1_000_000

FileRequests = Annotated[int, typer.Option("--file-requests", min=1, help="The most requests that a file may hold.")]
FileMegabytes = Annotated[int, typer.Option("--file-megabytes", min=1, help="The most megabytes of a file.")]


@dataclass(frozen=True)
class _BatchOptions(ModelOptions):
    """Nothing is sent, so nothing is repeated, waited for or charged."""

    def settings(self) -> EndpointSettings:
        calm = {"max_attempts": 1, "first_wait": 0.0, "longest_wait": 0.0, "budget_tokens": None}
        return super().settings().model_copy(update=calm)


@dataclass(frozen=True)
class _Outcome:
    """What one pass over the documents of a batch came to."""

    totals: Totals
    order: list[str]
    """The ids of the documents that became records."""
    for_results: int
    """Documents that wait for replies of files that were sent out already."""
    for_round: int
    """Documents that wait for replies of the files that were written now."""
    requests: RequestFiles


@app.command("prepare")
def prepare(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders or patterns.", metavar="INPUT...")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the batch: request files now, replies later.")],
    schema: Annotated[str, typer.Option(help="Name of a schema, or the path of a .py file.")] = "law_based_government",
    extractor: Annotated[Literal["llm", "hybrid"], typer.Option(help="Who answers.")] = "hybrid",
    model: ModelName = None,
    ask: WayToAsk = "auto",
    hold_to: Annotated[
        Literal["json_schema", "tools", "json_object", "plain"],
        typer.Option("--hold-to", help="What the server can hold a reply to; it is not probed."),
    ] = "json_schema",
    prompts: PromptsDir = None,
    min_confidence: MinConfidence = None,
    calibration: CalibrationFile = None,
    file_requests: FileRequests = MOST_REQUESTS,
    file_megabytes: FileMegabytes = MOST_BYTES // _MEGABYTE,
) -> None:
    """Write what a model would be asked into request files of the OpenAI Batch format. Nothing is sent."""
    loaded, sources = load_schema(schema), find_sources(inputs)
    name = model or ModelOptions().settings().model
    if name is None:
        raise UsageError("name the model that will be asked, with --model: it stands in every request")
    setup = BatchSetup(
        inputs=inputs,
        schema_source=schema,
        extractor=extractor,
        model=name,
        ask=ask,
        hold_to=hold_to,
        prompts=str(prompts) if prompts else None,
        min_confidence=min_confidence,
        calibration=calibration,
        made_with={},
    )
    stdout, stderr = Console(), Console(stderr=True)
    with BatchFolder(out) as folder:
        folder.clear()
        limits = Limits(file_requests, file_megabytes * _MEGABYTE)
        job = _Job(folder, setup, loaded, Replies(folder.replies), limits)
        outcome, used = asyncio.run(job.run(track(sources, "preparing", console=stderr), None))
        folder.save(setup.model_copy(update={"made_with": used}))
    _say_prepared(outcome, len(sources), stdout)
    raise typer.Exit(1 if outcome.totals.failed else 0)


@app.command("collect")
def collect(
    folder: Annotated[Path, typer.Argument(help="The folder of the batch.", metavar="DIR")],
    out: Annotated[Path, typer.Option("--out", help="Folder for records.jsonl, texts/ and index.html.")],
    results: Annotated[
        list[Path] | None, typer.Argument(help="Result and error files of the service.", metavar="RESULTS...")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask anew what was answered by an error.")] = False,
    file_requests: FileRequests = MOST_REQUESTS,
    file_megabytes: FileMegabytes = MOST_BYTES // _MEGABYTE,
) -> None:
    """Read results and write the records; where a reply brings up a question, write the next request files."""
    stdout, stderr = Console(), Console(stderr=True)
    with BatchFolder(folder) as batch:
        setup = batch.load()
        schema, sources = load_schema(setup.schema_source), find_sources(setup.inputs)
        limits = Limits(file_requests, file_megabytes * _MEGABYTE)
        job = _Job(batch, setup, schema, Replies(batch.replies), limits, again)
        for notice in job.take(results or []):
            stderr.print(f"note: {shown(notice)}", highlight=False, soft_wrap=True)
        outcome, _ = asyncio.run(job.run(track(sources, "collecting", console=stderr), out))
    print_report(out, outcome.order, outcome.totals, schema, stdout)
    _say_waiting(outcome, stdout)
    raise typer.Exit(1 if outcome.totals.failed or outcome.for_results or outcome.for_round else 0)


@dataclass(frozen=True)
class _Job:
    """One pass of the ordinary extraction over all documents, with replies from files."""

    folder: BatchFolder
    setup: BatchSetup
    schema: Schema
    replies: Replies
    limits: Limits
    again: bool = False

    def take(self, results: Iterable[Path]) -> list[str]:
        """Keep what result files say; returns what a user should know of them."""
        paths = list(results)
        if not paths:
            return []
        requests = RequestFiles(self.folder.folder)
        return self.replies.take(paths, lambda custom_id: requests.asked(custom_id) > 0).notices()

    async def run(self, sources: Iterable[Source], out: Path | None) -> tuple[_Outcome, dict[str, Any]]:
        """Go over the documents.

        :param out: where the records go; None where they are of no use yet.
        :returns: what became of them, and what records are made with.
        """
        with RequestFiles(self.folder.folder, self.limits) as requests:
            transport = BatchTransport(self.replies, requests, again=self.again)
            async with ready_extractor(self.setup.extractor, self.schema, self._options(), transport) as ready:
                used = ready.made_with()
                self._check(used)
                extractor = PatientExtractor(ready.extractor, transport, requests)
                run = partial(self._documents, ready=ready, extractor=extractor)
                if out is None:
                    totals, order = await run(sources, BatchSink(extractor))
                else:
                    listed = list(find_sources(self.setup.inputs))
                    state = used | {"replies": self.replies.state, "again": self.again}
                    with RunFolder(out, [source.doc_id for source in listed], state) as records:
                        totals, order = await run(sources, BatchSink(extractor, records))
        rounds = sum(extractor.waiting.values())
        return _Outcome(totals, order, len(extractor.waiting) - rounds, rounds, requests), used

    async def _documents(
        self, sources: Iterable[Source], sink: Sink, *, ready: Ready, extractor: PatientExtractor
    ) -> tuple[Totals, list[str]]:
        totals, order = Totals(), []

        def note(record: Record) -> None:
            if record.doc_id not in extractor.waiting:
                totals.add(record)
                order.append(record.doc_id)

        await run_documents(sources, extractor, ready.made_by, sink, at_once=1, on_record=note, on_kept=note)
        return totals, order

    def _options(self) -> ModelOptions:
        setup = self.setup
        return _BatchOptions(
            model=setup.model,
            ask=setup.ask,
            prompts=Path(setup.prompts) if setup.prompts else None,
            cache=False,
            min_confidence=setup.min_confidence,
            calibration=setup.calibration,
            abilities=_ABILITIES[setup.hold_to],
        )

    def _check(self, used: dict[str, Any]) -> None:
        """Refuse to go on where other questions would be asked now: what was paid for would be of no use."""
        before = self.setup.made_with
        changed = [name for name in before if name != "baogao" and before[name] != used.get(name)]
        if changed:
            raise UsageError(
                f"the batch in {self.folder.folder} was prepared with another {', '.join(changed)}: "
                "put it back, or prepare the batch anew"
            )


def _say_prepared(outcome: _Outcome, documents: int, stdout: Console) -> None:
    files = outcome.requests
    _print(stdout, *outcome.totals.reasons())
    _print(
        stdout,
        f"{documents} reports, {files.new} requests, about {files.prompt_tokens} prompt tokens, "
        f"at most {files.completion_tokens} reply tokens",
        *(f"send     {shown(path)}" for path in files.written),
    )


def _say_waiting(outcome: _Outcome, stdout: Console) -> None:
    files = outcome.requests
    if outcome.for_results:
        _print(stdout, f"{outcome.for_results} reports wait for results that are not here yet")
    if outcome.for_round:
        _print(
            stdout,
            f"{outcome.for_round} reports wait for a further round: {files.new} requests",
            *(f"send     {shown(path)}" for path in files.written),
        )


def _print(stdout: Console, *lines: str) -> None:
    for line in lines:
        stdout.print(line, highlight=False, soft_wrap=True)
