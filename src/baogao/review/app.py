"""The server of ``baogao review --serve``: the page, a report at a time, and what people say, saved at once.

Who may ask at all is the guard's to say (:mod:`baogao.serving`). What comes in is checked here; every refusal is a
sentence in ``error``. The work of a request is done where it is heard, one after another: a save is some milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from baogao.errors import BaogaoError, UsageError
from baogao.language.pages import chinese_of
from baogao.outputs.decisions import NotKeptError, OvertakenError
from baogao.outputs.page import page_stream
from baogao.outputs.records import MATRIX
from baogao.review.asked import read_step
from baogao.review.session import ReviewSession
from baogao.schema.values import Span, Strict

_HERE = Path(__file__).parent
_SCRIPTS = ("selection.js", "outbox.js", "keys.js", "frame.js", "desk.js", "review.js")
"""Of the page, in the order in which they are run."""
_FIRST_PORT = 49152
"""From here on ports are nobody's."""
_MOST_BYTES = 4_000_000
"""Of one request: everything that could be said of a report at once."""
_MOST_DIGITS = 15
"""Of a number of decisions."""


class _Pointed(Strict):
    """The characters that a person points at, and for which field."""

    doc_id: str
    key: str
    spans: list[Span] = Field(max_length=50)
    none: bool = False


def review_app(session: ReviewSession, name: str = "") -> Starlette:
    """The application that serves a run to whoever reviews it.

    :param name: who is taken to look, until the page is told otherwise.
    """
    answers = _Answers(session, name)
    return Starlette(
        routes=[
            Route("/", answers.page),
            Route("/index.html", answers.page),
            Route(f"/{MATRIX}", answers.matrix),
            Route("/report", answers.report),
            Route("/reports", answers.reports),
            Route("/changes", answers.changes),
            Route("/there", answers.there, methods=["POST"]),
            Route("/decisions", answers.decisions, methods=["POST"]),
            Route("/gold", answers.gold, methods=["POST"]),
        ],
        exception_handlers={BaogaoError: _refused},
    )


class _Answers:
    """What is answered to each kind of request."""

    def __init__(self, session: ReviewSession, name: str) -> None:
        self._run = session
        self._name = name

    async def page(self, request: Request) -> Response:
        """The page, without its reports."""
        self._run.fresh()
        who = request.query_params.get("who", self._name) if self._run.blind else ""
        return HTMLResponse("".join(review_page(self._run, self._name, who)))

    async def matrix(self, request: Request) -> Response:
        """The table over all reports."""
        self._run.fresh()
        return HTMLResponse(self._run.matrix())

    async def report(self, request: Request) -> Response:
        """One report."""
        self._run.fresh()
        asked = request.query_params
        return JSONResponse(self._run.report(asked.get("doc", ""), asked.get("who", "")))

    async def reports(self, request: Request) -> Response:
        """Every report in a line."""
        self._run.fresh()
        return JSONResponse({"reports": self._run.summaries(request.query_params.get("who", ""))})

    async def changes(self, request: Request) -> Response:
        """What was said since."""
        self._run.fresh()
        asked = request.query_params
        since = asked.get("since", "")
        number = int(since) if since.isdecimal() and len(since) <= _MOST_DIGITS else 0
        return JSONResponse(self._run.changes(number, asked.get("who", "")))

    async def there(self, request: Request) -> Response:
        """What stands at some characters."""
        try:
            pointed = _Pointed.model_validate(await _json(request))
        except ValidationError as error:
            raise UsageError("the selection cannot be read") from error
        readings = self._run.read_there(pointed.doc_id, pointed.key, pointed.spans, none=pointed.none)
        return JSONResponse({"readings": readings})

    async def decisions(self, request: Request) -> Response:
        """Save a step; the report as it is then."""
        step = read_step(await _json(request))
        self._run.fresh()
        try:
            self._run.save(step)
        except OvertakenError as error:
            standing = self._run.standing_view(error.standing, step.who)
            return JSONResponse({"error": str(error), "standing": standing}, 409)
        return JSONResponse(self._run.report(step.asked[0].doc_id, step.who))

    async def gold(self, request: Request) -> Response:
        """Write one report as gold."""
        asked = await _json(request)
        self._run.fresh()
        doc_id = asked.get("doc_id") if isinstance(asked, dict) else None
        saved = self._run.save_gold(doc_id if isinstance(doc_id, str) else "")
        return JSONResponse(saved | {"zh": chinese_of(saved["left_out"].values())})


def usual_port(folder: Path) -> int | None:
    """A port that is the same for a folder every time: what a browser kept of a server that died is found again there.

    None where something else listens at it.
    """
    port = _FIRST_PORT + int(_name_of(folder)[:8], 16) % (65536 - _FIRST_PORT)
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return None
    return port


def _name_of(folder: Path) -> str:
    """A name that no other folder has, and that does not say where it is."""
    return hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()


def review_page(session: ReviewSession, name: str, who: str) -> Iterable[str]:
    """The page, piece by piece: the one of ``index.html``, with what people need to answer on it."""
    script = "\n".join((_HERE / one).read_text(encoding="utf-8") for one in _SCRIPTS)
    css = (_HERE / "review.css").read_text(encoding="utf-8")
    specs = [cell for spec in session.schema.specs for cell in (spec, *spec.cells)]
    settings = {
        "name": name,
        "blind": session.blind,
        "run": _name_of(session.folder),
        "saved": session.saved,
        "patterns": {spec.id: spec.pattern for spec in specs if spec.pattern},
        "additive": [spec.id for spec in specs if spec.additive],
    }
    table = None if session.blind else MATRIX
    return page_stream(session.schema, session.summaries(who), table=table, script=script, css=css, review=settings)


async def _refused(request: Request, error: Exception) -> Response:
    words = str(error)
    status = 415 if isinstance(error, _NoJsonError) else 507 if isinstance(error, NotKeptError) else 422
    return JSONResponse({"error": words, "zh": chinese_of([words])}, status)


class _NoJsonError(UsageError):
    """Something else than JSON came: a form of another page can send no JSON."""


async def _json(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _NoJsonError("only JSON is taken here")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise UsageError("this is more than can be saved at once")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError("what was sent is no JSON") from error
