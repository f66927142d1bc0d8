"""A chat completion that came in pieces: from server-sent events, or JSON line by line, to one completion.

Some servers stream whether they are asked to or not. What comes out has the shape of a completion that came whole, so
that it is read in one place (:mod:`baogao.llm.replies`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from baogao.errors import NoReplyError

_FIELD = re.compile(r"(?:data|event|id|retry)?:|(?:data|event|id|retry)(?=[\r\n]|\Z)")
"""How a line of server-sent events begins; one that begins with a colon is a comment."""
_OTHER_FIELD = re.compile(r"[A-Za-z][\w-]*:")
"""A field of a name that is not defined: ignored, as the standard says."""
_LINE_END = re.compile(r"\r\n|\n|\r")
"""Of events; the other line ends of Unicode may stand in a text."""
_DONE = "[DONE]"
_SAID = ("content", "reasoning_content", "reasoning", "thinking", "refusal")
"""What a piece of a message may hold of a text."""
_ANSWERS = frozenset({"content", "refusal", "tool_calls", "function_call"})
"""What of a message is the reply."""


class CutStreamError(NoReplyError):
    """A stream ended before the reply did; what came of it is half a reply."""


def is_stream(text: str) -> bool:
    """Whether a body is server-sent events, by its beginning."""
    return _FIELD.match(text.lstrip("\ufeff \t\r\n")) is not None


def read_stream(text: str) -> dict[str, Any]:
    """The completion that a body of server-sent events, or of JSON line by line, adds up to.

    :returns: a completion as if it had come whole, or what the server sent as an error, wherever in the stream.
    :raises CutStreamError: the stream ended before the reply.
    :raises ValueError: it is no such stream.
    """
    chunks: list[dict[str, Any]] = []
    done = False
    for kind, said in _events(text):
        if said is _DONE:
            done = True
        elif kind == "error":
            return said if isinstance(said, dict) and "error" in said else {"error": said or "no words"}
        elif isinstance(said, dict):
            chunks.append(said)
    return join_chunks(chunks, done=done)


def _events(text: str) -> Iterator[tuple[str, Any]]:
    """The name and the data of each event; a line of JSON without a field's name is an event as well."""
    kind, data = "", list[str]()
    for line in _LINE_END.split(text.lstrip("\ufeff")):
        name, _, value = line.partition(":")
        if not line.strip():
            yield from ((kind, said) for said in _data(data))
            kind, data = "", []
        elif line.lstrip().startswith("{"):
            data.append(line)
        elif name == "event":
            kind = value.strip()
        elif name == "data":
            data.append(value)
        elif not _FIELD.match(line) and not _OTHER_FIELD.match(line):
            raise ValueError(f"no line of a stream: {line[:20]!r}")
    try:
        yield from ((kind, said) for said in _data(data))
    except ValueError as error:
        raise CutStreamError("the server's stream of a reply ends within an event") from error


def _data(lines: list[str]) -> list[Any]:
    """What the lines of one event hold: some servers leave out the empty line that parts one event from the next."""
    said = [line for line in map(str.strip, lines) if line]
    try:
        return [_DONE if line == _DONE else json.loads(line) for line in said]
    except ValueError:
        return [json.loads("\n".join(said))]


def is_chunk(data: Any) -> bool:
    """Whether what should be a completion is a piece of one."""
    if not isinstance(data, dict):
        return False
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and "delta" in first and "message" not in first


def _is_ollama(chunk: dict[str, Any]) -> bool:
    return "done" in chunk and "choices" not in chunk and isinstance(chunk.get("message"), dict)


def _as_chunk(chunk: dict[str, Any]) -> dict[str, Any]:
    """A chunk of Ollama's own API as one of the OpenAI API; another as it is."""
    if not _is_ollama(chunk):
        return chunk
    reason = (chunk.get("done_reason") or "stop") if chunk["done"] else None
    usage = {"prompt_tokens": chunk.get("prompt_eval_count"), "completion_tokens": chunk.get("eval_count")}
    choice = {"index": 0, "delta": chunk["message"], "finish_reason": reason}
    return {"choices": [choice], "usage": usage if chunk["done"] else None}


def join_chunks(chunks: Iterable[dict[str, Any]], *, done: bool) -> dict[str, Any]:
    """One completion of all chunks, or the first chunk that is an error.

    :param done: whether the server said that the stream is at its end.
    :raises CutStreamError: it did not, and no chunk says why the reply ends.
    """
    choices: dict[int, _Choice] = {}
    usage: Any = None
    for chunk in map(_as_chunk, chunks):
        if error_words(chunk):
            return chunk
        usage = chunk.get("usage") or usage
        for said in chunk.get("choices") or []:
            number = said.get("index")
            choices.setdefault(number if type(number) is int else 0, _Choice()).add(said)
    if not choices:
        raise CutStreamError("the server's stream holds no reply")
    number = min(choices)
    if not done and not choices[number].ended:
        raise CutStreamError("the server's stream of a reply ends before the reply")
    return {"choices": [choices[number].whole()], "usage": usage}


def error_words(data: dict[str, Any]) -> str | None:
    """A server's words for what went wrong, in any of the shapes that errors have; None where nothing did."""
    choices = data.get("choices")
    within = [one.get("error") for one in choices if isinstance(one, dict)] if isinstance(choices, list) else []
    fault = data.get("error") or next(filter(None, within), None)
    status = data.get("base_resp")
    if not fault and isinstance(status, dict) and status.get("status_code"):
        fault = status.get("status_msg") or status
    if not fault and not choices and ("error" in (data.get("object"), data.get("type")) or "code" in data):
        fault = data
    if not fault:
        return None
    return str(fault.get("message") or fault if isinstance(fault, dict) else fault)


class _Choice:
    """One choice, as it grows from chunk to chunk."""

    def __init__(self) -> None:
        self.ended = False
        """Whether the last that was said of it is why it ends; some servers say ``stop`` all along."""
        self._finish_reason: Any = None
        self._messages: list[dict[str, Any]] = []
        """Beside the pieces: the whole of what they add up to, or each piece once more."""
        self._pieces: dict[str, list[Any]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._logprobs: dict[str, list[Any]] = {}
        self._sure = True
        """Whether every piece of content came with its log-probabilities."""

    def add(self, said: dict[str, Any]) -> None:
        """Add what a chunk says."""
        delta = said.get("delta") or {}
        reason = said.get("finish_reason")
        if any(delta.get(name) for name in (*_SAID, "tool_calls")):
            self.ended = bool(reason) and not self._finish_reason
        elif reason:
            self.ended = True
        self._finish_reason = reason or self._finish_reason
        if isinstance(said.get("message"), dict):
            self._messages.append(said["message"])
        for name in _SAID:
            if piece := delta.get(name):
                self._pieces.setdefault(name, []).append(piece)
        self._add_logprobs(said.get("logprobs"), needed=bool(delta.get("content")))
        calls = delta.get("tool_calls") or []
        if delta.get("function_call"):
            calls = [{"index": 0, "function": delta["function_call"]}]
        for place, call in enumerate(calls):
            number = call.get("index")
            self._add_call(number if type(number) is int else place, call.get("function") or {})

    def _add_logprobs(self, said: Any, *, needed: bool) -> None:
        if not isinstance(said, dict):
            self._sure = self._sure and not needed
            return
        for name, values in said.items():
            if isinstance(values, list):
                self._logprobs.setdefault(name, []).extend(values)

    def _add_call(self, number: int, function: dict[str, Any]) -> None:
        call = self._calls.setdefault(number, {"name": "", "pieces": []})
        call["name"] = function.get("name") or call["name"]
        call["pieces"].append(function.get("arguments"))

    def whole(self) -> dict[str, Any]:
        """The choice as it would have come whole."""
        message: dict[str, Any] = {name: _joined(pieces) for name, pieces in self._pieces.items()}
        if self._calls:
            calls = (self._calls[number] for number in sorted(self._calls))
            message["tool_calls"] = [
                {"function": {"name": call["name"], "arguments": _joined(call["pieces"])}} for call in calls
            ]
        return {
            "index": 0,
            "message": self._whole_message() | message,
            "finish_reason": self._finish_reason,
            "logprobs": self._logprobs if self._sure and self._logprobs else None,
        }

    def _whole_message(self) -> dict[str, Any]:
        """What came in messages and not in pieces; where there are several, each goes on from the one before.

        :raises ValueError: one does not: whether they are pieces, or several replies, cannot be told.
        """
        whole: dict[str, Any] = {}
        for message in self._messages:
            said = {name: value for name, value in message.items() if value and name not in self._pieces}
            for name in _ANSWERS & said.keys() & whole.keys():
                before, now = whole[name], said[name]
                if before != now and not (isinstance(now, str) and isinstance(before, str) and now.startswith(before)):
                    raise ValueError("several messages, none of them the whole")
            whole |= said
        return whole


def _joined(pieces: list[Any]) -> Any:
    """Pieces of a text as one; where some are lists of parts, all parts in one list; what is neither, as it came."""
    said = [piece for piece in pieces if piece is not None]
    if all(isinstance(piece, str) for piece in said):
        return "".join(said)
    if len(said) == 1:
        return said[0]
    return [part for piece in said for part in (piece if isinstance(piece, list) else [piece])]
