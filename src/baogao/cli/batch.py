"""``baogao batch``: the questions of a run into request files, the replies of a batch service into records."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from baogao.choices import MOST_BATCH_BYTES, MOST_REQUESTS, AskingName, HoldTo
from baogao.cli.common import Found, stderr, stdout
from baogao.cli.extract import print_report
from baogao.cli.options import (
    DEFAULT_SCHEMA,
    AddTo,
    CalibrationFile,
    MinConfidence,
    ModelNames,
    Overwrite,
    PriceCached,
    PriceIn,
    PriceOut,
    PromptsDir,
    SchemaName,
    WayToAsk,
    onto_of,
)
from baogao.console import say, shown
from baogao.errors import UsageError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

_MEGABYTE = 1_000_000

FileRequests = Annotated[int, typer.Option("--file-requests", min=1, help="The most requests that a file may hold.")]
FileMegabytes = Annotated[int, typer.Option("--file-megabytes", min=1, help="The most megabytes of a file.")]


def _note(notice: str) -> None:
    say(stderr, f"note: {shown(notice)}")


@app.command("prepare")
def prepare(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders or patterns.", metavar="INPUT...")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the batch: request files now, replies later.")],
    schema: SchemaName = DEFAULT_SCHEMA,
    extractor: Annotated[AskingName, typer.Option(help="Who answers.")] = "hybrid",
    model: ModelNames = None,
    ask: WayToAsk = "auto",
    hold_to: Annotated[
        HoldTo, typer.Option("--hold-to", help="What the server can hold a reply to; it is not probed.")
    ] = "json_schema",
    prompts: PromptsDir = None,
    min_confidence: MinConfidence = None,
    calibration: CalibrationFile = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    file_requests: FileRequests = MOST_REQUESTS,
    file_megabytes: FileMegabytes = MOST_BATCH_BYTES // _MEGABYTE,
) -> Found:
    """Write what a model would be asked into request files of the OpenAI Batch format. Nothing is sent."""
    from rich.progress import track

    from baogao.batch import BatchSetup, Limits, prepare_batch
    from baogao.cli.progress import Totals
    from baogao.model_options import ModelOptions

    if model and len(model) > 1:
        raise UsageError("a batch asks one model: name one with --model; `baogao extract` asks several")
    setup = BatchSetup(
        inputs=inputs,
        schema_source=schema,
        extractor=extractor,
        model=model[0] if model else ModelOptions().settings().model or "",
        ask=ask,
        hold_to=hold_to,
        prompts=str(prompts) if prompts else None,
        min_confidence=min_confidence,
        calibration=calibration,
        made_with={},
    )
    totals = Totals()
    watch = partial(track, description="preparing", console=stderr)
    limits = Limits(file_requests, file_megabytes * _MEGABYTE)
    done = prepare_batch(out, setup, limits, watch=watch, on_record=totals.add, on_notice=_note)
    files = done.requests
    prices = ModelOptions(prompt_price=price_in, completion_price=price_out).settings()
    cost = prices.cost(files.prompt_tokens, files.completion_tokens)
    say(
        stdout,
        *totals.reasons(),
        f"{done.documents} reports, {files.new} requests, about {files.prompt_tokens} prompt tokens, "
        f"at most {files.completion_tokens} reply tokens{'' if cost is None else f', cost at most {cost:.4f}'}",
        *(f"send     {shown(path)}" for path in files.written),
    )
    document = {
        "reports": done.documents,
        "failed": totals.failed,
        "requests": files.new,
        "prompt_tokens": files.prompt_tokens,
        "reply_tokens": files.completion_tokens,
        "cost": cost,
        "send": [str(path) for path in files.written],
    }
    return Found(document, 1 if totals.failed else 0)


@app.command("collect")
def collect(
    folder: Annotated[Path, typer.Argument(help="The folder of the batch.", metavar="DIR")],
    out: Annotated[Path, typer.Option("--out", help="Folder for records.jsonl, texts/ and index.html.")],
    results: Annotated[
        list[Path] | None, typer.Argument(help="Result and error files of the service.", metavar="RESULTS...")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask anew what was answered by an error.")] = False,
    overwrite: Overwrite = False,
    add: AddTo = False,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    price_cached: PriceCached = None,
    file_requests: FileRequests = MOST_REQUESTS,
    file_megabytes: FileMegabytes = MOST_BATCH_BYTES // _MEGABYTE,
) -> Found:
    """Read results and write the records; where a reply brings up a question, write the next request files."""
    from rich.progress import track

    from baogao.batch import Limits, collect_batch
    from baogao.cli.progress import Totals

    totals = Totals()
    done = collect_batch(
        folder,
        out,
        results or [],
        Limits(file_requests, file_megabytes * _MEGABYTE),
        again=again,
        onto=onto_of(overwrite=overwrite, add=add),
        prices={"prompt_price": price_in, "completion_price": price_out, "cached_price": price_cached},
        watch=partial(track, description="collecting", console=stderr),
        on_record=totals.add,
        on_notice=_note,
    )
    found = print_report(out, done.finished, totals, done.sure_from, done.folder)
    if done.for_results:
        say(stdout, f"{done.for_results} reports wait for results that are not here yet")
    if done.for_round:
        say(
            stdout,
            f"{done.for_round} reports wait for a further round: {done.requests.new} requests",
            *(f"send     {shown(path)}" for path in done.requests.written),
        )
    waiting = {
        "wait_for_results": done.for_results,
        "wait_for_round": done.for_round,
        "send": [str(path) for path in done.requests.written],
    }
    return Found({**found.document, **waiting}, 1 if totals.failed or done.for_results or done.for_round else 0)
