"""Exchanges with a model server, recorded to a file and played back without one.

A cassette holds the path, the request's body and the reply's body; no host, no key, no times. Of the body it holds what
is asked; of what a user wants sent beside it a digest, by which a recording that goes on tells an exchange of another
configuration. A replay needs neither that configuration nor its secrets.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
import logging
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
from baogao.evaluation.gold import write_whole
from baogao.llm.body import cap_body
from baogao.llm.manner import Refusal, teaches
from baogao.llm.sdk import asked
from baogao.llm.secrets import without_keys
from baogao.resources import read_yaml

_log = logging.getLogger(__name__)

Mode = Literal["replay", "record"]
_HOST = "http://replay"
"""Stands for whatever server answered; the file does not know it."""
_HEADERS = frozenset({"content-type"})
"""All that is kept of a response's headers; of a request's the file holds none, so that no key gets into it."""
_BESIDE = "beside"
"""Where a request's digest of what was sent beside it stands: in the file, and among its headers while it is in use."""
_VOLATILE = frozenset({"id", "created", "timings", "system_fingerprint"})
"""Parts of a reply that differ from one run to the next and tell nothing of the answer."""
_TOKEN = frozenset({"token", "logprob"})
_PASSING = frozenset({408, 425, 429})
"""Statuses of trouble that passes, as all from 500 on are: the request was sent again, and is recorded then."""
_MOST_DIFFERENCE, _LONGEST_LINE = 8, 120
"""Lines of a difference that an error shows, and characters of each."""
_MOST_SAID = 20_000
"""Characters of an error that are kept; a server may send any number."""
_LAST_WORDS = 40
"""Characters by which an exchange that was not asked for is told: the end of its last message."""
_NOT_A_CASSETTE = (OSError, ValueError, yaml.YAMLError, LookupError, TypeError, AttributeError, RecursionError)
"""What comes of reading as a cassette what is none."""
_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029]")
"""Ends of lines beside ``\\n``: YAML would fold them into spaces; only in quotes can they be escaped."""


def json_of(body: Any) -> Any:
    """A request's or reply's body as data; one that is not JSON as its text."""
    text = body.decode("utf-8") if isinstance(body, bytes) else (body or "")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
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
            data = read_yaml(Path(path).read_text(encoding="utf-8"))
            shared = data["shared"]
            for slim in data["exchanges"]:
                exchange = _with_contents(slim, lambda text: shared[text["shared"]] if isinstance(text, dict) else text)
                method, _, place = exchange["request"].partition(" ")
                content = bytes_of(exchange["body"]) if "body" in exchange else b""
                beside = {_BESIDE: exchange[_BESIDE]} if _BESIDE in exchange else {}
                requests.append(Request(method, _HOST + place, content, beside))
                status = {"code": int(exchange["status"]), "message": ""}
                reply = {"string": bytes_of(exchange["reply"])}
                responses.append({"status": status, "headers": {"content-type": ["application/json"]}, "body": reply})
        except _NOT_A_CASSETTE as error:
            raise ReplayError(f"{path} is not a cassette: {' '.join(str(error).split())}") from error
        return requests, responses

    @staticmethod
    def save_cassette(path: Path, cassette_dict: Mapping[str, Any], serializer: object = None) -> None:
        """Write requests and responses as YAML; texts that several requests share stand once, under ``shared``.

        :raises UsageError: the file cannot be written.
        """
        exchanges = []
        for request, response in zip(cassette_dict["requests"], cassette_dict["responses"], strict=True):
            body = {"body": json_of(request.body)} if request.body else {}
            status, reply = response["status"]["code"], json_of(response["body"]["string"])
            beside = {_BESIDE: request.headers[_BESIDE]} if _BESIDE in request.headers else {}
            line = f"{request.method} {request.path}"
            exchanges.append({"request": line, **beside, **body, "status": status, "reply": reply})
        texts = Counter(message["content"] for exchange in exchanges for message in _messages(exchange))
        shared = {text: f"text{number}" for number, text in enumerate((t for t in texts if texts[t] > 1), start=1)}
        slim = [
            _with_contents(exchange, lambda text: {"shared": shared[text]} if text in shared else text)
            for exchange in exchanges
        ]
        data = {"shared": {name: text for text, name in shared.items()}, "exchanges": slim}
        text = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
        write_whole(path, text.encode())


def _messages(exchange: dict[str, Any]) -> list[dict[str, Any]]:
    body = exchange.get("body")
    messages: list[dict[str, Any]] = body.get("messages", []) if isinstance(body, dict) else []
    return messages


def _with_contents(exchange: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The exchange with every message's content changed."""
    messages = [message | {"content": change(message["content"])} for message in _messages(exchange)]
    return exchange | {"body": exchange["body"] | {"messages": messages}} if messages else exchange


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and every exchange in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


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
            match_on=(method, same_path, _same_body, *([_same_beside] if mode == "record" else [])),
            before_record_response=_clean_response,
            # The same question asked twice has the same answer, and is recorded once.
            allow_playback_repeats=True,
        )
        self._loaded = len(self)

    def __len__(self) -> int:
        return len(self.vcr)

    @property
    def unplayed(self) -> list[str]:
        """What was recorded and never asked for, one line each."""
        return [
            f"{self.path.name}: {request.method} {request.path} …{_lines(request)[-1][-_LAST_WORDS:]}"
            for index, request in enumerate(self.vcr.requests)
            if not self.vcr.play_counts[index]
        ]

    def drop_stale(self) -> None:
        """Drop exchanges of an earlier recording that this one did not ask for, and those from which it was learned how
        to ask: a replay knows that from the start."""
        self.vcr.data = [
            exchange
            for index, exchange in enumerate(self.vcr.data)
            if (index >= self._loaded or self.vcr.play_counts[index]) and not _taught(*exchange)
        ]

    def save(self) -> None:
        """Write what was recorded.

        :raises UsageError: it cannot be written.
        """
        Persister.save_cassette(self.path, {"requests": self.vcr.requests, "responses": self.vcr.responses})

    def difference(self, request: Any) -> str:
        """What was asked and is not here, beside the most similar of what was recorded."""
        asked = _lines(request)
        recorded = [_lines(other) for other in self.vcr.requests]
        if not recorded:
            return f"{self.path} holds no exchange"
        nearest = max(recorded, key=lambda lines: (_likeness(lines, asked), _likeness(lines[-1], asked[-1])))
        changes = [
            line[:_LONGEST_LINE]
            for line in difflib.unified_diff(nearest, asked, n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]
        shown = " | ".join([*changes[:_MOST_DIFFERENCE], *(["…"] if len(changes) > _MOST_DIFFERENCE else [])])
        return f"{self.path} does not hold this request; beside the nearest recorded one (-) it says (+): {shown}"


_in_use: ContextVar[Cassette | None] = ContextVar("baogao_cassette", default=None)


@contextmanager
def playing(played: Cassette) -> Iterator[Cassette]:
    """Let a cassette carry whatever clients with a :func:`CassetteTransport` ask inside the block.

    Only this task, and tasks that it starts, are concerned: documents side by side have a cassette each. A cassette may
    be put in again.
    """
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


class CassetteTransport(httpx2.AsyncBaseTransport):
    """A transport for :class:`~baogao.llm.endpoint.ModelClient` that heeds :func:`playing`.

    :param inner: carries what is not played, by default the ordinary transport.
    :raises UsageError: vcrpy is missing.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport | None = None) -> None:
        check_vcr()
        self._inner = inner or httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Play, or send and record.

        :raises ReplayError: a replay was asked what its cassette does not hold.
        """
        played = _in_use.get()
        if played is None:
            return await self._inner.handle_async_request(request)
        from vcr.errors import CannotOverwriteExistingCassetteException
        from vcr.stubs.httpx_stubs import vcr_handle_async_request

        async def sent(transport: httpx2.AsyncBaseTransport, _: httpx2.Request) -> httpx2.Response:
            return await _sent(transport, request)

        handle = vcr_handle_async_request(played.vcr, sent, httpx2)
        apart = asked.get()
        content = request.content if apart is None else bytes_of(apart.body)
        words = content.decode(errors="replace")
        if without_keys(words) != words:
            _log.warning("a question repeats the key; it is not recorded")
            return await self._inner.handle_async_request(request)
        try:
            headers = {_BESIDE: apart.beside} if apart and apart.beside else {}
            kept = httpx2.Request(request.method, request.url, headers=headers, content=content)
            response: httpx2.Response = await handle(self._inner, kept)
        except CannotOverwriteExistingCassetteException as error:
            raise ReplayError(played.difference(error.failed_request)) from error
        return response

    async def aclose(self) -> None:
        """Close what carries the rest."""
        await self._inner.aclose()


async def _sent(transport: httpx2.AsyncBaseTransport, request: httpx2.Request) -> httpx2.Response:
    """What a server answers, unpacked and capped: vcrpy keeps the bytes as they come."""
    response = await transport.handle_async_request(request)
    await cap_body(response)
    return response


def _same_body(one: Any, other: Any) -> bool:
    """What vcrpy goes by; it takes a matcher that returns nothing for one that matched, so that no assert will do."""
    return bool(json_of(one.body) == json_of(other.body))


def _same_beside(one: Any, other: Any) -> bool:
    return bool(one.headers.get(_BESIDE) == other.headers.get(_BESIDE))


def _clean_response(response: dict[str, Any]) -> dict[str, Any] | None:
    """Only what a replay needs; nothing at all for trouble that passes and was retried."""
    status = response["status"]["code"]
    if status in _PASSING or status >= 500:
        return None
    headers = {name: value for name, value in response["headers"].items() if name.lower() in _HEADERS}
    said = response["body"]["string"]
    text = said if isinstance(said, str) else (said or b"").decode(errors="replace")
    text = text if status < 300 else text[:_MOST_SAID]
    shown = without_keys(text)
    if status < 300 and shown != text:
        _log.warning("an answer of the model server repeats the key; it is not recorded")
        return None
    body = json_of(shown)
    if isinstance(body, dict):
        body = {name: _slim(value) for name, value in body.items() if name not in _VOLATILE}
    return {"status": response["status"], "headers": headers, "body": {"string": bytes_of(body)}}


def _slim(part: Any) -> Any:
    """A part of a reply, with no more of any token than its text and its probability: servers say it in bytes, too."""
    if isinstance(part, dict):
        if part.keys() >= _TOKEN:
            return {name: part[name] for name in sorted(_TOKEN, reverse=True)}
        return {name: _slim(value) for name, value in part.items()}
    return [_slim(one) for one in part] if isinstance(part, list) else part


def _taught(request: Any, response: dict[str, Any]) -> bool:
    """Whether an answer is a refusal after which the same was asked in another manner."""
    said, asked = json_of(response["body"]["string"]), json_of(request.body)
    if response["status"]["code"] < 400 or not isinstance(asked, dict) or "messages" not in asked:
        return False
    return teaches(Refusal.of(said.get("error", said) if isinstance(said, dict) else None, str(said)), asked)


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _lines(request: Any) -> list[str]:
    """A request as lines that can be compared, texts line by line."""
    head, body = f"{request.method} {request.path}", json_of(request.body)
    if not isinstance(body, dict):
        return [head, str(body)]
    rest = {name: value for name, value in sorted(body.items()) if name != "messages"}
    return [
        head,
        *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rest.items()),
        *(
            f"{message['role']}: {line}"
            for message in body.get("messages", [])
            for line in str(message["content"]).splitlines()
        ),
    ]
