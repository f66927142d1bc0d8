"""Pages served on this machine, for the person at it: by loopback only, and only to who has the address.

Every start draws a token. The address that is printed carries it; the first request with it gets a cookie and is led to
the same page without it. Whatever comes without the token, under the name of another host or from the page of another
site is refused. An application is told nothing of all this.
"""

from __future__ import annotations

import errno
import ipaddress
import secrets
import socket
import webbrowser
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from baogao.errors import UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN = "token"
"""What the token is called in an address."""
HEADERS = {
    "Content-Security-Policy": "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer carries, unless the application says otherwise."""
_SAFE = ("GET", "HEAD")
_GRACE = 2
"""Seconds that Ctrl-C leaves to requests that are being answered."""


class Service:
    """An application at a port of this machine: it listens from the start, and answers while it runs."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int | None = None) -> None:
        """Take the port.

        :param app: what answers, for instance a ``starlette.applications.Starlette``.
        :param host: a loopback address.
        :param port: None for any that is free.
        :raises UsageError: the extra is missing, the host is not loopback, the port is in use or may not be used.
        """
        check_extra()
        import uvicorn

        self._socket = _listen(host, port)
        self._token = secrets.token_urlsafe(24)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/?{TOKEN}={self._token}"
        """What a person opens."""
        guarded = Guard(app, self._token, f"baogao-{self.port}")
        quiet = {"log_level": "critical", "access_log": False, "server_header": False, "ws": "none"}
        settings: dict[str, Any] = {**quiet, "timeout_graceful_shutdown": _GRACE}
        self._server = uvicorn.Server(uvicorn.Config(guarded, **settings))

    def run(self) -> None:
        """Answer until Ctrl-C, or until :meth:`stop` is called by another thread."""
        with suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])
        self._socket.close()

    def stop(self) -> None:
        """End :meth:`run`, which finishes what it is answering."""
        self._server.should_exit = True


def check_extra() -> None:
    """See that what serves pages is installed, before an application imports it.

    :raises UsageError: it is not.
    """
    if find_spec("uvicorn") is None or find_spec("starlette") is None:
        raise UsageError("to serve pages needs an extra: pip install 'baogao[review]'")


def serve(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = False,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until Ctrl-C.

    :param open_browser: show the page in the person's browser.
    :param on_ready: called with the address, token included, as soon as a request to it would be answered.
    :raises UsageError: as :class:`Service`.
    """
    service = Service(app, host, port)
    if on_ready is not None:
        on_ready(service.address)
    if open_browser:
        webbrowser.open(service.address)
    service.run()


def _listen(host: str, port: int | None) -> socket.socket:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise UsageError(f"pages are served to this machine only, by 127.0.0.1, ::1 or localhost; not by {host}")
    if port is not None and not 0 <= port < 65536:
        raise UsageError(f"there is no port {port}: ports go from 1 to 65535")
    try:
        return socket.create_server((host, port or 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is in use; name another, or leave --port out for any that is free") from None
        reason = error.strerror or str(error)
        raise UsageError(f"port {port} of {host} cannot be used: {reason}") from error


class Guard:
    """Lets through only who has the token, by a loopback name, and, to change something, from our own page."""

    def __init__(self, app: ASGIApp, token: str, cookie: str) -> None:
        """Stand in front of an application.

        :param cookie: the name of the cookie; one for each port, because browsers do not keep those of ports apart.
        """
        self._app = app
        self._token = token
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on; what is neither a request nor the start of the server is not answered."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = _wrong_host(headers) or _foreign(scope["method"], headers)
        if refused:
            await _answer(send, 403, refused)
        elif self._has_token(dict(parse_qsl(scope["query_string"].decode("latin-1"))).get(TOKEN, "")):
            await _answer(send, 303, "", {"Location": _without_token(scope), "Set-Cookie": self._set_cookie()})
        elif self._has_token(_cookie(headers.get("cookie", ""), self._cookie)):
            await self._app(scope, receive, _with_headers(send))
        else:
            await _answer(send, 403, "Open the whole address that the terminal printed: it ends with a token.\n")

    def _has_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())

    def _set_cookie(self) -> str:
        return f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"


def _wrong_host(headers: MutableMapping[str, str]) -> str:
    """A name that leads here by a trick of its DNS is not ours; the port may differ, as through a tunnel."""
    try:
        name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        if name == "localhost" or ipaddress.ip_address(name).is_loopback:
            return ""
    except ValueError:
        pass
    return "This address is not one of this machine.\n"


def _foreign(method: str, headers: MutableMapping[str, str]) -> str:
    """Pages of other ports of this machine have our cookie too, but not our origin."""
    origin = headers.get("origin")
    if method in _SAFE or origin is None or origin.partition("://")[2] == headers.get("host"):
        return ""
    return "This request comes from another site.\n"


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _without_token(scope: Scope) -> str:
    """The same page of ours, whatever the path looks like."""
    rest = [(name, value) for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name != TOKEN]
    path = "/" + scope.get("raw_path", b"/").decode("latin-1").lstrip("/\\")
    return f"{path}?{urlencode(rest)}" if rest else path


async def _answer(send: Send, status: int, body: str, headers: MutableMapping[str, str] | None = None) -> None:
    said = {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in said.items()]
    send = _with_headers(send)
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body.encode()})


def _with_headers(send: Send) -> Send:
    async def guarded(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said = {name.lower() for name, _ in message["headers"]}
            new = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message["headers"] = [*message["headers"], *(pair for pair in new if pair[0].lower() not in said)]
        await send(message)

    return guarded
