"""``baogao model`` and ``baogao cache``: language models on this machine, endpoints, and kept replies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.choices import DEFAULT_MODEL, Origin
from baogao.cli.common import Found, stderr, stdout
from baogao.cli.options import BaseUrl, Gguf, ModelName
from baogao.console import say, shown, table_of
from baogao.errors import UsageError
from baogao.language import translated

if TYPE_CHECKING:
    from baogao.llm import Profile

app = typer.Typer(no_args_is_help=True)
cache_app = typer.Typer(no_args_is_help=True)


def _names_here(incomplete: str) -> list[str]:
    """For completion: the models that are here."""
    from baogao.llm.model_files import model_files

    return list(dict.fromkeys(one.name for one in model_files() if one.name.startswith(incomplete)))


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help="Which model.")] = DEFAULT_MODEL,
    source: Annotated[Origin, typer.Option(help="Where to fetch it from.")] = "auto",
) -> Found:
    """Fetch a model for --embedded; an interrupted download goes on where it stopped. A file that is there already,
    carried by hand, is checked and kept."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from baogao.llm import pull as pull_model

    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr) as progress:
        task = progress.add_task(name, total=None)
        path = pull_model(name, lambda done, total: progress.update(task, completed=done, total=total), source)
    say(stdout, shown(path))
    return Found({"name": name, "file": str(path), "bytes": path.stat().st_size})


@app.command("list")
def list_models() -> Found:
    """List the models that are here, with the adapters that are used with them, and those that can be fetched."""
    from baogao.llm import MODELS
    from baogao.llm.model_files import model_files
    from baogao.resources import models_dir

    files, adapters = model_files(), _adapters()
    there = {one.name for one in files if one.state == "whole"}
    others = [name for name in MODELS if name not in there]
    models = [
        {
            "name": one.name,
            "file": str(one.path),
            "bytes": one.size,
            "state": one.state,
            "default": one.is_default,
            "adapters": adapters.get(one.name, []),
        }
        for one in files
    ]
    rows = [
        (
            shown(one.path.name),
            f"{one.size / 1e6:,.0f} MB",
            translated(one.state),
            translated("default") if one.is_default else "",
        )
        for one in files
    ]
    if rows:
        stdout.print(table_of(("file", "size", "state", ""), rows))
    used = [(name, file) for name in dict.fromkeys(one.name for one in files) for file in adapters.get(name, [])]
    say(stdout, *(f"adapter for {shown(name)}: {shown(file)}" for name, file in used))
    folder = models_dir()
    say(stdout, f"folder  {shown(folder)}")
    say(stderr, *(f"note: {shown(name)} can be fetched with: baogao model pull {shown(name)}" for name in others))
    return Found({"folder": str(folder), "models": models, "can_be_fetched": others})


def _adapters() -> dict[str, list[str]]:
    """The adapters that come with baogao, by the name of the model that they are for; none without the extra
    ``local``."""
    from baogao.asking.adapters import read_adapter
    from baogao.resources import resource_dir

    found: dict[str, list[str]] = {}
    for path in sorted(resource_dir("schemas").glob("*.adapter.gguf")):
        try:
            found.setdefault(read_adapter(path).info.base.name, []).append(str(path))
        except UsageError:  # what is wrong with it is said where it is used
            continue
    return found


@app.command("rm")
def remove(
    name: Annotated[str, typer.Argument(help="Its name, as `baogao model list` says it.", autocompletion=_names_here)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> Found:
    """Remove the file of a model from this machine."""
    from baogao.llm.model_files import files_of, remove_model

    files = files_of(name)
    if not yes and not typer.confirm(f"Remove {', '.join(str(one.path) for one in files)}?", err=True):
        raise UsageError("nothing was removed")
    freed = remove_model(name)
    say(stdout, f"{shown(name)}: {freed} bytes removed")
    return Found({"name": name, "files": [str(one.path) for one in files], "bytes": freed})


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
    from baogao.llm import find_model
    from baogao.llm.server import EmbeddedServer, serve

    server = EmbeddedServer(gguf or find_model(), adapters=adapter or [], port=port, context=context, threads=threads)
    serve(server, lambda line: stdout.print(line, soft_wrap=True, highlight=False))


@app.command("probe")
def probe_endpoint(base_url: BaseUrl = None, model: ModelName = None) -> Found:
    """Ask an endpoint what it can do."""
    import asyncio

    from baogao.llm import ModelClient, load_settings, probe

    async def ask() -> tuple[str, Profile]:
        async with ModelClient(load_settings(base_url=base_url, model=model)) as client:
            return await client.model_name(), await probe(client)

    name, profile = asyncio.run(ask())
    said = profile.flat()
    say(stdout, f"model: {shown(name)}")
    say(stdout, *(f"{what}: {shown('unknown' if value is None else str(value))}" for what, value in said.items()))
    return Found({"model": name, **said})


@cache_app.command()
def stats() -> Found:
    """Say where the cache is and what it holds."""
    from baogao.llm import cache_stats

    held = cache_stats()
    say(stdout, f"{shown(held.directory)}: {held.replies} replies, {held.bytes} bytes")
    return Found({"folder": str(held.directory), "replies": held.replies, "bytes": held.bytes})


@cache_app.command()
def clear() -> Found:
    """Remove every kept reply."""
    from baogao.llm import cache_clear

    removed = cache_clear()
    say(stdout, f"{removed} bytes removed")
    return Found({"bytes_removed": removed})
