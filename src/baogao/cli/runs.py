"""``baogao eval history``, ``serve``: the runs below some folders, as a list and in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baogao.cli.common import Found, stderr, stdout
from baogao.console import say, shown

if TYPE_CHECKING:
    from rich.console import Console

    from baogao.evaluation.history import PastRun


def history_command(
    folders: Annotated[list[Path], typer.Argument(help="Folders with runs in them.", metavar="FOLDER...")],
) -> Found:
    """List the runs below some folders, the newest last; each is compared with the one before on the same gold."""
    from baogao.evaluation.history import find_runs, history

    pasts = history(find_runs(folders))
    if pasts:
        print_history(pasts, stdout)
    else:
        say(stderr, "there is no run in these folders")
    return Found({"runs": [past.to_data() for past in pasts]})


def serve_command(
    folder: Annotated[Path, typer.Argument(help="A folder with runs in it.", metavar="FOLDER")],
    port: Annotated[int | None, typer.Option("--port", help="The port; any that is free if not given.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Show runs and their reports in the browser, on this machine only, until Ctrl-C."""
    from baogao.evaluation.browsing import runs_app
    from baogao.serving import serve

    def ready(address: str) -> None:
        say(stdout, shown(address))
        say(stderr, "Ctrl-C ends it")

    serve(runs_app(folder), port=port, open_browser=show, on_ready=ready)


def print_history(pasts: Sequence[PastRun], console: Console) -> None:
    """Every run with its date and data, and below it a line for each extractor; narrow, because names are long."""
    from rich.table import Table

    from baogao.evaluation.report.render import interval_words, points, share

    widest = max(len(past.extractor) for past in pasts)
    for run, lines in groupby(pasts, key=lambda past: past.run):
        here = list(lines)
        made = here[0].made[:16].replace("T", " ")
        console.print(
            f"[bold]{made}  {shown(run.as_posix())}[/]  {shown(here[0].data)}", highlight=False, soft_wrap=True
        )
        table = Table(box=None, pad_edge=False)
        table.add_column("extractor", min_width=max(widest, 9), no_wrap=True)
        for name, width in (("F1", 5), ("95%", 11), ("precision", 9), ("recall", 6), ("points", 6)):
            table.add_column(name, justify="right", no_wrap=True, min_width=width)
        table.add_column("model", overflow="fold")
        for past in here:
            rates = (share(past.f1), interval_words(past.f1_interval), share(past.precision), share(past.recall))
            change = "" if past.difference is None else f"{'+' if past.difference > 0 else ''}{points(past.difference)}"
            table.add_row(shown(past.extractor), *rates, change, shown(past.model))
        if here[0].error:
            console.print(f"[red]{shown(here[0].error)}[/]", highlight=False, soft_wrap=True)
        else:
            console.print(table)
