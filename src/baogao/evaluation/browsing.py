"""The runs below a folder as pages: a list of them, and each one's report.

What a request names is looked up among the runs that are there, so that no path leads out of the folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from baogao.errors import UsageError
from baogao.evaluation.history import PastRun, find_runs, history
from baogao.evaluation.report.render import render_runs
from baogao.serving import check_extra

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

FILES: Mapping[str, str] = {
    "report.html": "text/html",
    "report.md": "text/plain",
    "summary.json": "application/json",
    "run.json": "application/json",
}
"""What of a run can be seen, and as what."""


def runs_app(folder: Path) -> Starlette:
    """The pages of a folder, to be served; what changes in the folder is seen when a page is loaded again.

    :raises UsageError: there is no such folder, or what serves pages is not installed.
    """
    check_extra()
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.responses import HTMLResponse, Response
    from starlette.routing import Route

    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")

    def runs(request: Request) -> Response:
        found = find_runs([folder])
        reports = {
            run: f"runs/{quote(_name(run, folder))}/report.html" for run in found if (run / "report.html").is_file()
        }
        return HTMLResponse(render_runs(by_gold(history(found)), reports, folder))

    def file(request: Request) -> Response:
        name = request.path_params["file"]
        place = {_name(run, folder): run for run in find_runs([folder])}.get(request.path_params["run"])
        path = place / name if place is not None and name in FILES else None
        if path is None or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise HTTPException(404, "There is no such run, or it has no such file.")
        return Response(path.read_bytes(), media_type=f"{FILES[name]}; charset=utf-8")

    return Starlette(routes=[Route("/", runs), Route("/runs/{run:path}/{file}", file)])


def _name(run: Path, folder: Path) -> str:
    """A run's place below the folder; ``.`` for the folder itself, under a name that no browser takes for a step."""
    name = run.relative_to(folder).as_posix()
    return "this-folder" if name == "." else name


def by_gold(pasts: list[PastRun]) -> dict[str, list[PastRun]]:
    """Runs of one gold together, the newest first, under the words of the newest; the latest gold first."""
    groups: dict[tuple[str, ...], list[PastRun]] = {}
    for past in sorted(pasts, key=lambda past: past.made, reverse=True):
        groups.setdefault(past.gold, []).append(past)
    return {(group[0].data or "Runs that cannot be read"): group for group in groups.values()}
