"""The file of a cassette: YAML in UTF-8, made to be read and compared by people, in place of vcrpy's verbose format."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from baogao.errors import ReplayError

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
