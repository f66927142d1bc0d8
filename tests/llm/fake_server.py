"""A small real model server on loopback that answers by a script, for tests of everything that asks a model.

It can misbehave on every level of HTTP; ``tests/faults`` holds the faults and decides when they happen.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Step:
    """One scripted response; ``body`` is sent as it is when it is text or bytes, else as JSON."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before anything is sent."""
    drop: bool = False
    """Close the connection without an answer."""
    reset_after: int | None = None
    """Reset the connection after so many bytes of the body."""
    drip: float = 0.0
    """Seconds between one byte of the body and the next."""
    endless: bool = False
    """Send the body again and again, until the client has had enough."""
    away: float | None = None
    """Close the connection without an answer, and take no other for so many seconds."""

    def data(self) -> bytes:
        """The bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    def content_type(self) -> str:
        """What the body is said to be, unless ``headers`` say otherwise."""
        return "text/html" if isinstance(self.body, str) else "application/json"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


def completion(
    text: str = "",
    *,
    finish_reason: str = "stop",
    prompt_tokens: int = 10,
    completion_tokens: int = 5,
    tool: str | None = None,
    logprobs: list[tuple[str, float]] | None = None,
) -> Step:
    """A chat completion: ``text`` as content, or as the arguments of a call of ``tool``."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if tool is not None:
        call = {"id": "call1", "type": "function", "function": {"name": tool, "arguments": text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": finish_reason}
    if logprobs is not None:
        choice["logprobs"] = {"content": [{"token": token, "logprob": value} for token, value in logprobs]}
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
    return Step({"id": "x", "object": "chat.completion", "created": 1, "choices": [choice], "usage": usage})


def failure(status: int, message: str, *, code: str | None = None, headers: dict[str, str] | None = None) -> Step:
    """An error as the OpenAI API words it."""
    return Step({"error": {"message": message, "code": code}}, status, headers or {})


Script = Sequence[Step] | Callable[[Seen], Step]


class FakeServer:
    """Answers chat completions by its script and lists ``models`` (names or whole entries).

    ``seen`` holds every completion that was asked for.
    """

    def __init__(self, script: Script, models: Sequence[str | dict[str, Any]] | None = ("small",)) -> None:
        self.seen: list[Seen] = []
        self.models = models
        self.most_at_once = 0
        self._script = script
        self._now = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.bytes_sent = 0
        """Of bodies without end."""
        self._http = _Http(self)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on; a client that does not shake hands is left alone."""
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)

    def answer(self, seen: Seen) -> Step:
        """The next step of the script."""
        if seen.path == "/v1/models":
            if self.models is None:
                return failure(404, "no such page")
            entries = [{"id": model} if isinstance(model, str) else model for model in self.models]
            return Step({"object": "list", "data": entries})
        with self._lock:
            self.seen.append(seen)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            step = self._script(seen) if callable(self._script) else self._next()
        self.pause(step.delay)
        with self._lock:
            self._now -= 1
        return step

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than the server runs."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        """Whether the block has been left."""
        return self._closing.is_set()

    def go_away(self, seconds: float) -> None:
        """Take no connection for a while; whoever comes is refused."""
        port = self._http.server_port
        self._http.shutdown()
        self._http.server_close()

        def come_back() -> None:
            self.pause(seconds)
            if not self.closing:
                self._http = _Http(self, port)
                self._http.serve_forever(0.02)

        threading.Thread(target=come_back, daemon=True).start()

    def _next(self) -> Step:
        assert not callable(self._script)
        if len(self.seen) > len(self._script):
            return failure(418, "the script of the fake server has no further step")
        return self._script[len(self.seen) - 1]

    def __enter__(self) -> FakeServer:
        threading.Thread(target=lambda: self._http.serve_forever(0.02), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """Connections that may wait to be accepted: with the five of socketserver, one of 32 that come at once is reset."""

    def __init__(self, fake: FakeServer, port: int = 0) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone; everything else is a defect of a test."""
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        length = int(self.headers.get("content-length", 0))
        sent = self.rfile.read(length)
        if len(sent) < length:
            self.close_connection = True  # the client has given up
            return
        body = json.loads(sent) if sent else {}
        headers = {name.lower(): ", ".join(self.headers.get_all(name, ())) for name in self.headers}
        step = self.server.fake.answer(Seen(self.command, self.path, headers, body))
        if step.away is not None:
            self.server.fake.go_away(step.away)
        try:
            self._hang_up() if step.drop or step.away is not None else self._send(step)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has given up

    def _send(self, step: Step) -> None:
        data = step.data()
        self.send_response(step.status)
        size = {} if step.endless else {"content-length": str(len(data))}
        headers = {"content-type": step.content_type(), **size, **step.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if step.endless:
            self._repeat(data)
            return
        if step.drip:
            self._drip(data, step.drip)
            return
        self.wfile.write(data[: step.reset_after])
        if step.reset_after is not None:
            # Without lingering, closing sends a reset instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _repeat(self, data: bytes) -> None:
        self.close_connection = True  # without a length, the end of the body is the end of the connection
        while not self.server.fake.closing:
            self.wfile.write(data)
            self.server.fake.bytes_sent += len(data)

    def _drip(self, data: bytes, seconds: float) -> None:
        for position in range(len(data)):
            if self.server.fake.closing:
                return
            self.wfile.write(data[position : position + 1])
            self.server.fake.pause(seconds)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def fake_server(script: Script, models: Sequence[str | dict[str, Any]] | None = ("small",)) -> Iterator[FakeServer]:
    """A running server; it stops with the block."""
    with FakeServer(script, models) as server:
        yield server
