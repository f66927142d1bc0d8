"""Exchanges with a model server, recorded to a file and played back without one.

A cassette holds the path, the request's body and the reply's body; no host, no key, no times.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal

import httpx2
import yaml

from baogao.errors import ReplayError, UsageError

_HOST = "http://replay"
"""Stands for whatever server answered; the file does not know it."""


def json_of(body: Any) -> Any:
    """A request's or reply's body as data; one that is not JSON as its text."""
    text = body.decode("utf-8") if isinstance(body, bytes) else (body or "")
    try:
        return json.loads(text)
    except ValueError:
        return text


def bytes_of(body: Any) -> bytes:
    """The other way round."""
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()


class Persister:
    """Reads and writes the file, in place of vcrpy's own verbose format."""

    @staticmethod
    def load_cassette(path: str, serializer: object) -> tuple[list[Any], list[dict[str, Any]]]:
        """Requests and responses, as vcrpy has them.

        :raises ReplayError: the file is not a cassette.
        """
        from vcr.persisters.filesystem import CassetteNotFoundError
        from vcr.request import Request

        if not Path(path).is_file():
            raise CassetteNotFoundError
        requests, responses = [], []
        try:
            for exchange in _read(Path(path)):
                method, _, place = exchange["request"].partition(" ")
                content = bytes_of(exchange["body"]) if "body" in exchange else b""
                requests.append(Request(method, _HOST + place, content, {}))
                responses.append(_response(exchange["status"], bytes_of(exchange["reply"])))
        except _NOT_A_CASSETTE as error:
            raise ReplayError(f"{path} is not a cassette: {' '.join(str(error).split())}") from error
        return requests, responses

    @staticmethod
    def save_cassette(path: Path, cassette_dict: Mapping[str, Any], serializer: object = None) -> None:
        """Write requests and responses."""
        exchanges = []
        for request, response in zip(cassette_dict["requests"], cassette_dict["responses"], strict=True):
            body = {"body": json_of(request.body)} if request.body else {}
            status, reply = response["status"]["code"], json_of(response["body"]["string"])
            exchanges.append({"request": f"{request.method} {request.path}", **body, "status": status, "reply": reply})
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_dump(exchanges), encoding="utf-8")


def _dump(exchanges: list[dict[str, Any]]) -> str:
    """Exchanges as YAML; texts that several requests share stand once, under ``shared``."""
    texts = Counter(text for exchange in exchanges for text in _contents(exchange))
    shared = {text: f"text{number}" for number, text in enumerate((t for t in texts if texts[t] > 1), start=1)}
    slim = [
        _with_contents(exchange, lambda text: {"shared": shared[text]} if text in shared else text)
        for exchange in exchanges
    ]
    data = {"shared": {name: text for text, name in shared.items()}, "exchanges": slim}
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


def _read(path: Path) -> list[dict[str, Any]]:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    shared = data["shared"]
    return [
        _with_contents(exchange, lambda text: shared[text["shared"]] if isinstance(text, dict) else text)
        for exchange in data["exchanges"]
    ]


def _response(status: int, body: bytes) -> dict[str, Any]:
    """A response as vcrpy has it."""
    headers = {"content-type": ["application/json"]}
    return {"status": {"code": int(status), "message": ""}, "headers": headers, "body": {"string": body}}


_NOT_A_CASSETTE = (OSError, ValueError, yaml.YAMLError, LookupError, TypeError, AttributeError, RecursionError)
"""What comes of reading as a cassette what is none."""


def _contents(exchange: dict[str, Any]) -> Iterator[str]:
    body = exchange.get("body")
    if isinstance(body, dict):
        yield from (message["content"] for message in body.get("messages", []))


def _with_contents(exchange: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The exchange with every message's content changed."""
    body = exchange.get("body")
    if not isinstance(body, dict) or "messages" not in body:
        return exchange
    messages = [message | {"content": change(message["content"])} for message in body["messages"]]
    return exchange | {"body": body | {"messages": messages}}


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and every exchange in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Pages hold line separators that YAML would fold into spaces; only in quotes can they be escaped.
    style = '"' if _ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_Dumper.add_representer(str, _text)


Mode = Literal["replay", "record"]

_REQUEST_HEADERS = frozenset({"content-type"})
_RESPONSE_HEADERS = frozenset({"content-type"})
_VOLATILE = frozenset({"id", "created", "timings", "system_fingerprint"})
"""Parts of a reply that differ from one run to the next and tell nothing of the answer."""
_SHORTEST_KEY = 8
"""A shorter one is the stand-in for none."""
_MOST_DIFFERENCE = 8
_LONGEST_LINE = 120


class Cassette:
    """One cassette in use."""

    def __init__(self, path: Path, mode: Mode) -> None:
        from vcr.cassette import Cassette as VcrCassette
        from vcr.matchers import method
        from vcr.matchers import path as same_path
        from vcr.record_mode import RecordMode

        self.path = path
        self.mode = mode
        self.vcr: Any = VcrCassette.load(
            path=str(path),
            persister=Persister,
            record_mode=RecordMode.NONE if mode == "replay" else RecordMode.NEW_EPISODES,
            match_on=(method, same_path, _same_body),
            before_record_request=_clean_request,
            before_record_response=_clean_response,
            # The same question asked twice has the same answer, and is recorded once.
            allow_playback_repeats=True,
        )

    def __len__(self) -> int:
        return len(self.vcr)

    @property
    def unplayed(self) -> list[str]:
        """What was recorded and never asked for, one line each."""
        return [
            f"{self.path.name}: {request.method} {request.path} …{_last_words(request)}"
            for index, request in enumerate(self.vcr.requests)
            if not self.vcr.play_counts[index]
        ]

    def save(self) -> None:
        """Write what was recorded."""
        Persister.save_cassette(self.path, {"requests": self.vcr.requests, "responses": self.vcr.responses})


_in_use: ContextVar[Cassette | None] = ContextVar("baogao_cassette", default=None)
_key: ContextVar[bytes] = ContextVar("baogao_key", default=b"")
"""What the request under way was authorised with: a server may repeat it in its answer."""


@contextmanager
def cassette(path: Path, mode: Mode) -> Iterator[Cassette]:
    """Record to, or play from, one file whatever clients with a :func:`cassette_transport` ask inside the block.

    Only this task, and tasks that it starts, are concerned: documents side by side have a cassette each. A recording
    replaces the file, also when the block ends in an error.

    :raises ReplayError: there is no such cassette to play, or it cannot be read.
    :raises UsageError: vcrpy is missing.
    """
    check_vcr()
    if mode == "replay" and not path.is_file():
        raise ReplayError(f"there is no cassette {path}; record it first")
    if mode == "record":
        path.unlink(missing_ok=True)
    played = Cassette(path, mode)
    try:
        with playing(played):
            yield played
    finally:
        if mode == "record":
            played.save()


@contextmanager
def playing(played: Cassette) -> Iterator[Cassette]:
    """Let a played that is already there carry what is asked inside the block; it may be put in again."""
    token = _in_use.set(played)
    try:
        yield played
    finally:
        _in_use.reset(token)


def check_vcr() -> None:
    """Make sure that vcrpy is installed.

    :raises UsageError: it is not; says how to install it.
    """
    if importlib.util.find_spec("vcr") is None:
        raise UsageError("record and replay need vcrpy; install it with: pip install 'baogao[eval]'")


def cassette_transport(inner: httpx2.AsyncBaseTransport | None = None) -> httpx2.AsyncBaseTransport:
    """A transport for :class:`~baogao.llm.endpoint.ModelClient` that heeds :func:`cassette`.

    :param inner: carries what is not played, by default the ordinary transport.
    :raises UsageError: vcrpy is missing.
    """
    check_vcr()
    return _CassetteTransport(inner or httpx2.AsyncHTTPTransport())


class _CassetteTransport(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        played = _in_use.get()
        if played is None:
            return await self._inner.handle_async_request(request)
        from vcr.errors import CannotOverwriteExistingCassetteException
        from vcr.stubs.httpx_stubs import vcr_handle_async_request

        handle = vcr_handle_async_request(played.vcr, type(self._inner).handle_async_request, httpx2)
        _key.set(request.headers.get("authorization", "").removeprefix("Bearer ").encode())
        try:
            response: httpx2.Response = await handle(self._inner, request)
        except CannotOverwriteExistingCassetteException as error:
            raise ReplayError(_difference(played, error.failed_request)) from error
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _same_body(one: Any, other: Any) -> None:
    assert json_of(one.body) == json_of(other.body), "the bodies differ"


def _clean_request(request: Any) -> Any:
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in _REQUEST_HEADERS}
    return request


def _clean_response(response: dict[str, Any]) -> dict[str, Any] | None:
    """Only what a replay needs; nothing at all for trouble that passes and was retried."""
    status = response["status"]["code"]
    if status in (408, 425, 429) or status >= 500:
        return None
    headers = {name: value for name, value in response["headers"].items() if name.lower() in _RESPONSE_HEADERS}
    body = json_of(_without_key(response["body"]["string"]))
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in _VOLATILE}
    return {"status": response["status"], "headers": headers, "body": {"string": bytes_of(body)}}


def _without_key(body: bytes | str | None) -> bytes:
    key = _key.get()
    content = body.encode() if isinstance(body, str) else (body or b"")
    return content.replace(key, b"***") if len(key) >= _SHORTEST_KEY else content


def _difference(played: Cassette, request: Any) -> str:
    """What was asked, beside the most similar of what was recorded."""
    asked = _lines(request)
    recorded = [_lines(other) for other in played.vcr.requests]
    if not recorded:
        return f"{played.path} holds no exchange"
    nearest = max(recorded, key=lambda lines: (_likeness(lines, asked), _likeness(lines[-1], asked[-1])))
    changes = [
        line
        for line in difflib.unified_diff(nearest, asked, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    shown = " | ".join(line[:_LONGEST_LINE] for line in changes[:_MOST_DIFFERENCE]) + (
        " | …" if len(changes) > _MOST_DIFFERENCE else ""
    )
    return f"{played.path} does not hold this request; beside the nearest recorded one (-) it says (+): {shown}"


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _lines(request: Any) -> list[str]:
    """A request as lines that can be compared, texts line by line."""
    lines = [f"{request.method} {request.path}"]
    body = json_of(request.body)
    if not isinstance(body, dict):
        return [*lines, str(body)]
    messages = body.get("messages", [])
    rest = {name: value for name, value in body.items() if name != "messages"}
    lines += [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(rest.items())]
    for message in messages:
        lines += [f"{message['role']}: {line}" for line in str(message["content"]).splitlines()]
    return lines


def _last_words(request: Any) -> str:
    return _lines(request)[-1][-40:]
