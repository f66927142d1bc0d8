"""One line of a result file: what a batch service, or ``vllm run-batch``, says of one request.

::

    {"id": "…", "custom_id": "…", "response": {"status_code": 200, "body": {…}}, "error": null}

A request that failed has another status with the server's words as its body, or an ``error`` beside it; one that was
never worked on (expired, cancelled) has an ``error`` and no response.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_LONGEST_WORDS = 300


@dataclass(frozen=True)
class Result:
    """What became of one request."""

    custom_id: str
    line_id: str
    """The service's own name for this line; two attempts at one request differ in it."""
    status: int | None
    """Of HTTP; None where no server answered."""
    body: Any
    """JSON as the server sent it; for a failure without a body, the error in its place."""
    words: str = ""
    """What went wrong; empty where nothing did."""

    @property
    def good(self) -> bool:
        """Whether a server answered as it was asked to. Whether the answer is of use is seen when it is read."""
        return self.status == 200 and not self.words

    def to_line(self) -> bytes:
        """The result as a line of a file that :func:`read_result` reads."""
        response = None if self.status is None else {"status_code": self.status, "body": self.body}
        error = {"message": self.words} if self.words else None
        line = {"id": self.line_id, "custom_id": self.custom_id, "response": response, "error": error}
        return (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def read_result(line: bytes) -> Result | None:
    """The result of a line, or None where the line is not one: cut, damaged, of another format."""
    try:
        data = json.loads(line.decode("utf-8", "surrogatepass"))
        return _result(data)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _result(data: dict[str, Any]) -> Result | None:
    custom_id, error = data["custom_id"], data.get("error")
    response = data.get("response") or {}
    if not isinstance(custom_id, str) or not (response or error):
        return None
    body = response.get("body")
    status = int(response["status_code"]) if response else None
    words = "" if status == 200 and not error and isinstance(body, dict) else _words(error or body)
    if status == 200 and words:
        status = None  # some say 200 for a request that failed
    if not isinstance(body, dict):
        body = {"error": {"message": words}}
    return Result(custom_id, str(data.get("id") or ""), status, body, words)


def _words(error: Any) -> str:
    """An error's message and code, wherever they stand: services nest them differently."""
    while isinstance(error, dict) and isinstance(error.get("error"), dict):
        error = error["error"]
    if not isinstance(error, dict):
        said = str(error or "no reply and no reason")
    else:
        parts = [str(error[name]) for name in ("code", "message") if error.get(name)]
        said = ": ".join(parts) or json.dumps(error, ensure_ascii=False)
    printable = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(printable.split())[:_LONGEST_WORDS]
