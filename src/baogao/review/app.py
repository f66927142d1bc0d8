"""The server of ``baogao review --serve``: the page, a report at a time, and what people say, saved at once.

Who may ask at all is the guard's to say (:mod:`baogao.serving`). What comes in is checked here; every refusal is a
sentence in ``error``. The work of a request is done where it is heard, one after another: a save is some milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from baogao.errors import BaogaoError, UsageError
from baogao.outputs.decisions import OvertakenError
from baogao.outputs.page import page_stream
from baogao.review.asked import read_step
from baogao.review.session import ReviewSession
from baogao.schema.values import Span, Strict

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_HERE = Path(__file__).parent
_SCRIPTS = ("selection.js", "outbox.js", "review.js")
"""Of the page, in the order in which they are run."""
_MOST_BYTES = 4_000_000
"""Of one request: everything that could be said of a report at once."""


class _Pointed(Strict):
    """The characters that a person points at, and for which field."""

    doc_id: str
    key: str
    spans: list[Span] = Field(max_length=50)
    none: bool = False


def review_app(session: ReviewSession, name: str = "") -> Starlette:
    """The application that serves a run to whoever reviews it.

    :param name: who is taken to look, until the page is told otherwise.
    :raises UsageError: the extra is missing.
    """
    if find_spec("starlette") is None:
        raise UsageError("to serve pages needs an extra: pip install 'baogao[review]'")
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, JSONResponse
    from starlette.routing import Route

    async def page(request: Request) -> Response:
        session.fresh()
        who = request.query_params.get("who", name) if session.blind else ""
        return HTMLResponse("".join(review_page(session, name, who)))

    async def report(request: Request) -> Response:
        session.fresh()
        asked = request.query_params
        return JSONResponse(session.report(asked.get("doc", ""), asked.get("who", "")))

    async def reports(request: Request) -> Response:
        session.fresh()
        return JSONResponse({"reports": session.summaries(request.query_params.get("who", ""))})

    async def changes(request: Request) -> Response:
        session.fresh()
        asked = request.query_params
        since = asked.get("since", "0")
        return JSONResponse(session.changes(int(since) if since.isdecimal() else 0, asked.get("who", "")))

    async def there(request: Request) -> Response:
        try:
            pointed = _Pointed.model_validate(await _json(request))
        except ValidationError as error:
            raise UsageError("the selection cannot be read") from error
        readings = session.read_there(pointed.doc_id, pointed.key, pointed.spans, none=pointed.none)
        return JSONResponse({"readings": readings})

    async def decisions(request: Request) -> Response:
        step = read_step(await _json(request))
        session.fresh()
        doc_id = step.asked[0].doc_id
        try:
            session.save(step)
        except OvertakenError as error:
            standing = session.standing_view(error.standing, step.who)
            return JSONResponse({"error": str(error), "standing": standing}, 409)
        return JSONResponse(session.report(doc_id, step.who))

    return Starlette(
        routes=[
            Route("/", page),
            Route("/report", report),
            Route("/reports", reports),
            Route("/changes", changes),
            Route("/there", _refusing(there), methods=["POST"]),
            Route("/decisions", _refusing(decisions), methods=["POST"]),
        ],
        exception_handlers={BaogaoError: _refused},
    )


def review_page(session: ReviewSession, name: str, who: str) -> Any:
    """The page, piece by piece: the one of ``index.html``, with what people need to answer on it."""
    script = "\n".join((_HERE / one).read_text(encoding="utf-8") for one in _SCRIPTS)
    css = (_HERE / "review.css").read_text(encoding="utf-8")
    specs = [cell for spec in session.schema.specs for cell in (spec, *spec.cells)]
    settings = {
        "name": name,
        "blind": session.blind,
        "run": session.folder.resolve().name,
        "saved": session.saved,
        "patterns": {spec.id: spec.pattern for spec in specs if spec.pattern},
        "additive": [spec.id for spec in specs if spec.additive],
    }
    return page_stream(session.schema, session.summaries(who), script=script, css=css, review=settings)


async def _refused(request: Request, error: Exception) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": str(error)}, 422)


def _refusing(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """An answer to JSON only: a form of another page can send none."""

    async def asked(request: Request) -> Response:
        from starlette.responses import JSONResponse

        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return JSONResponse({"error": "only JSON is taken here"}, 415)
        return await answer(request)

    return asked


async def _json(request: Request) -> Any:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise UsageError("this is more than can be saved at once")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError("what was sent is no JSON") from error
