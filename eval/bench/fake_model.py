"""A fast fake model server in a process of its own: it answers after a fixed time, and counts the requests in flight.

It has no HTTP library, because it must take less of the machine than whatever is measured against it. Forms are filled:
the first blank gets the passage's first figure, the others 无. Who asks for JSON gets an answer without any content.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_FIGURE = re.compile(r"\d+[^\d，。；]?")
_EMPTY = '{"links": [], "extractions": []}'


@dataclass(frozen=True)
class Traffic:
    """What a server saw since the last question about it."""

    requests: int = 0
    seconds: float = 0.0
    """From the first request to the last reply."""
    mean: float = 0.0
    """Requests in flight, mean over that time."""
    most: int = 0


@dataclass(frozen=True)
class FakeModel:
    """A running server, as its users see it."""

    address: str

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{self.address}/v1"

    def traffic(self) -> Traffic:
        """What was seen since the last call."""
        with urllib.request.urlopen(f"{self.address}/traffic") as response:
            return Traffic(**json.load(response))


@contextmanager
def fake_model(latency: float = 0.02) -> Iterator[FakeModel]:
    """A server for the length of a block.

    :param latency: seconds from a request's last byte to the reply's first.
    """
    command = [sys.executable, __file__, f"--latency={latency}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield FakeModel(process.stdout.readline().strip())
        finally:
            process.stdin.close()  # it serves until its standard input ends


class _Counter:
    """Requests in flight, weighted by time."""

    def __init__(self) -> None:
        self.now = 0
        self.reset()

    def reset(self) -> None:
        self.requests = self.most = 0
        self.area = self.first = self.changed = 0.0

    def change(self, by: int) -> None:
        """Note that a request came or was answered."""
        time = asyncio.get_running_loop().time()
        if by > 0:
            self.first = self.first or time
            self.requests += 1
        self.area += self.now * (time - self.changed) if self.changed else 0.0
        self.changed = time
        self.now += by
        self.most = max(self.most, self.now)

    def traffic(self) -> Traffic:
        """What was seen; counting begins anew."""
        seconds = self.changed - self.first
        found = Traffic(self.requests, seconds, self.area / seconds if seconds else 0.0, self.most)
        self.reset()
        return found


class _Connection(asyncio.Protocol):
    """One connection, kept alive; requests come one after the other."""

    def __init__(self, counter: _Counter, latency: float) -> None:
        self._counter = counter
        self._latency = latency
        self._transport: Any = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not found or len(rest) < size:
            return
        self._received = rest[size:]
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/chat/completions"):
            self._counter.change(1)
            asyncio.get_running_loop().call_later(self._latency, self._complete, rest[:size])
        elif path == b"/traffic":
            self._send(asdict(self._counter.traffic()))
        else:
            self._send({"object": "list", "data": [{"id": "fake"}]})

    def _complete(self, body: bytes) -> None:
        self._counter.change(-1)
        self._send(_completion(body))

    def _send(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


def _completion(body: bytes) -> dict[str, Any]:
    asked = json.loads(body)
    text = _EMPTY if "response_format" in asked else _filled(asked["messages"][-1]["content"])
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {
        "prompt_tokens": len(body) // 5,
        "completion_tokens": len(text),
        "total_tokens": len(body) // 5 + len(text),
    }
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [choice],
        "usage": usage,
    }


def _filled(form: str) -> str:
    """The form with its blanks filled."""
    passage, _, blanks = form.rpartition("表：\n")
    figure = _FIGURE.search(passage.partition("】")[2] or passage)
    answers = [figure[0] if figure else "无"]
    lines = [line for line in blanks.splitlines() if line.endswith("：")]
    answers += ["无"] * len(lines)
    return "\n".join(line + answer for line, answer in zip(lines, answers, strict=False)) or "无"


async def _serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    counter = _Counter()
    server = await loop.create_server(lambda: _Connection(counter, latency), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.02)
    asyncio.run(_serve(parser.parse_args().latency))
