"""``baogao model`` and ``baogao cache``: language models on this machine, endpoints, and kept replies."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from baogao.choices import DEFAULT_MODEL, Origin
from baogao.cli.options import BaseUrl, Gguf, ModelName
from baogao.console import shown
from baogao.llm import ModelClient, Profile, cache_clear, cache_stats, find_model, load_settings, probe
from baogao.llm import pull as pull_model
from baogao.llm.server import EmbeddedServer, serve

app = typer.Typer(no_args_is_help=True)
cache_app = typer.Typer(no_args_is_help=True)
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help="Which model.")] = DEFAULT_MODEL,
    source: Annotated[Origin, typer.Option(help="Where to fetch it from.")] = "auto",
) -> None:
    """Fetch a model for --embedded; an interrupted download goes on where it stopped."""
    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr) as progress:
        task = progress.add_task(name, total=None)
        path = pull_model(name, lambda done, total: progress.update(task, completed=done, total=total), source)
    stdout.print(shown(path), soft_wrap=True)


@app.command("serve")
def serve_model(
    gguf: Gguf = None,
    port: Annotated[int, typer.Option(help="Port to listen at; 0 takes a free one.")] = 8080,
    adapter: Annotated[
        list[Path] | None,
        typer.Option("--adapter", help="FILE of `baogao tune`; may be repeated, the first is applied."),
    ] = None,
    context: Annotated[int, typer.Option(help="Tokens of prompt and reply together.")] = 8192,
    threads: Annotated[int, typer.Option(help="Threads; 0 takes as many as there are cores.")] = 0,
) -> None:
    """Serve a model on this machine as an OpenAI-compatible API, until Ctrl-C."""
    server = EmbeddedServer(gguf or find_model(), adapters=adapter or [], port=port, context=context, threads=threads)
    serve(server, lambda line: stdout.print(line, soft_wrap=True))


@app.command("probe")
def probe_endpoint(base_url: BaseUrl = None, model: ModelName = None) -> None:
    """Ask an endpoint what it can do."""

    async def ask() -> tuple[str, Profile]:
        async with ModelClient(load_settings(base_url=base_url, model=model)) as client:
            return await client.model_name(), await probe(client)

    name, profile = asyncio.run(ask())
    stdout.print(f"model: {shown(name)}", soft_wrap=True)
    for what, value in profile.flat().items():
        stdout.print(f"{what}: {shown('unknown' if value is None else str(value))}")


@cache_app.command()
def stats() -> None:
    """Say where the cache is and what it holds."""
    held = cache_stats()
    stdout.print(f"{shown(held.directory)}: {held.replies} replies, {held.bytes} bytes", soft_wrap=True)


@cache_app.command()
def clear() -> None:
    """Remove every kept reply."""
    stdout.print(f"{cache_clear()} bytes removed")
