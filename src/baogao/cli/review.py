"""``baogao review``: the folder of a run as a page."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baogao.cli.common import Found, asked, stderr, stdout
from baogao.console import say, shown
from baogao.errors import UsageError

if TYPE_CHECKING:
    from baogao.review.session import ReviewSession

RunDir = Annotated[Path, typer.Argument(help="A folder that extract wrote.", metavar="DIR")]
SchemaOfRecords = Annotated[
    str | None, typer.Option("--schema", help="The schema, if not the one that the run remembers.")
]


def review(
    folder: RunDir,
    schema: SchemaOfRecords = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    served: Annotated[
        bool, typer.Option("--serve", help="Serve the page, to accept and correct answers on it, until Ctrl-C.")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="Who looks; else the page asks.", metavar="WHO")] = "",
    blind: Annotated[
        bool, typer.Option("--blind", help="Everybody sees only their own answers: for annotators who work apart.")
    ] = False,
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold", help="Folder for what is saved as gold in the page; else gold in DIR.", metavar="FOLDER"
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="The port to serve at; else the run's usual one, or any.")
    ] = None,
) -> Found:
    """Write the page of a run again: texts with their figures marked. With --serve people correct it in the browser."""
    for option, given in (("--name", name), ("--blind", blind), ("--gold", gold), ("--port", port)):
        if given and not served:
            raise UsageError(f"{option} goes with --serve only")
    saved = 0
    if served:
        saved = _serve(_session(folder, schema, blind=blind, gold=gold), name.strip(), port, show=show)
    written = _write_page(folder, schema)
    if show and not served:
        webbrowser.open(Path(written["page"]).resolve().as_uri())
    return Found({**written, "decisions": saved})


def _write_page(folder: Path, schema: str | None) -> dict[str, Any]:
    """The page as people left the run, and its place printed; gives it for programs."""
    from baogao.outputs.corrected import corrected_records
    from baogao.outputs.matrix import write_matrix
    from baogao.outputs.page import write_page
    from baogao.outputs.records import MATRIX, PAGE, TEXTS, read_records, schema_of

    used = schema_of(read_records(folder), schema, folder)
    records = corrected_records(folder, used)
    page = folder / PAGE
    write_page(records, folder / TEXTS, used, page, table=MATRIX)
    write_matrix(records, used, folder / MATRIX)
    say(stdout, shown(page), shown(folder / MATRIX))
    return {"page": str(page), "matrix": str(folder / MATRIX), "reports": len(records)}


def _session(folder: Path, schema: str | None, *, blind: bool, gold: Path | None) -> ReviewSession:
    """The run, ready to be served."""
    from baogao.review.session import ReviewSession

    return ReviewSession(folder, schema, blind=blind, gold=gold)


def _serve(session: ReviewSession, name: str, port: int | None, *, show: bool) -> int:
    """Serve a run until Ctrl-C, and say how much was decided."""
    from baogao.outputs.decisions import REVIEWS
    from baogao.serving import check_extra, serve

    check_extra()
    from baogao.review.app import review_app, usual_port

    def ready(address: str) -> None:
        say(
            stderr if asked.json else stdout,
            f"review  {shown(address)}",
            "Ctrl-C ends it; what was answered is saved at once.",
        )

    before = session.saved
    at = usual_port(session.folder) if port is None else port
    serve(review_app(session, name), port=at, open_browser=show, on_ready=ready)
    new = session.saved - before
    say(stdout, f"{new} decisions saved in {shown(session.folder / REVIEWS)}")
    return new
