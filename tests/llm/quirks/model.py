"""An honest model behind an endpoint that can be as odd as it likes: it answers whatever it is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from math import log
from typing import Any

from cli.model_of_tests import chosen_letter, filled_form, links
from llm.fake_server import Seen, Step

Server = Callable[[Seen], Step]
Body = dict[str, Any]

LETTER_SURE = 0.9
"""The probability of a letter that is chosen; of everything else that is said it is nearly 1."""
_LETTERS = "ABCDEFG"
_TOKENS_PER_CHARACTER = 0.65


def honest(seen: Seen) -> Step:
    """Answer as the OpenAI API does."""
    return as_asked(seen, completion_of(seen))


def as_asked(seen: Seen, body: Body) -> Step:
    """A completion whole, or in events where that was asked for."""
    return sse(chunks(body)) if seen.body.get("stream") else Step(body)


def completion_of(seen: Seen, text: str | None = None) -> Body:
    """The completion that answers a question.

    :param text: what is said instead of the right answer.
    """
    text = answer_to(seen.body) if text is None else text
    message: Body = {"role": "assistant", "content": text}
    reason = "stop"
    if seen.body.get("tools") and text.startswith("{"):
        function = {"name": seen.body["tools"][0]["function"]["name"], "arguments": text}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        }
        reason = "tool_calls"
    choice: Body = {"index": 0, "message": message, "finish_reason": reason}
    if seen.body.get("logprobs"):
        choice["logprobs"] = {"content": tokens_of(text)}
    prompt = round(_TOKENS_PER_CHARACTER * len(words_of(seen.body))) + 8
    usage = {"prompt_tokens": prompt, "completion_tokens": len(text), "total_tokens": prompt + len(text)}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def tokens_of(text: str) -> list[Body]:
    """Every character as a token with the logarithm of its probability."""
    return [{"token": char, "logprob": log(LETTER_SURE) if char in _LETTERS else -0.0001} for char in text]


def words_of(body: Body) -> str:
    """All that was said in a request, whoever said it."""
    contents = (message["content"] for message in body.get("messages", ()))
    return "\n".join(said if isinstance(said, str) else "".join(part["text"] for part in said) for said in contents)


def answer_to(body: Body) -> str:
    """The right answer to a question of ours; to any other something of the shape that was asked for."""
    words = words_of(body)
    if "[[17]]" in words:
        return json.dumps(links(words), ensure_ascii=False)
    asked = words[max(0, words.rfind("原文：")) :]
    if "都不是" in asked:
        options = re.findall(r"^[A-G] .+$", asked, re.MULTILINE)
        return chosen_letter("\n".join([asked.partition("\n")[0], *options]))
    if "表：" in asked:
        return filled_form(asked)
    schema = _schema_of(body)
    if schema is not None:
        return json.dumps(_instance(schema, schema))
    kind = body.get("response_format", {}).get("type")
    return '{"season": "autumn"}' if kind == "json_object" else "yes"


def is_ours(body: Body) -> bool:
    """Whether a request asks about a report, and does not only try the endpoint."""
    return any(mark in words_of(body) for mark in ("[[17]]", "都不是", "表："))


def cap_of(body: Body) -> int | None:
    """The most tokens that a reply may take, by whatever name; None where the request does not say."""
    return next((body[name] for name in ("max_completion_tokens", "max_tokens") if body.get(name)), None)


def _schema_of(body: Body) -> Body | None:
    if body.get("tools"):
        return dict(body["tools"][0]["function"]["parameters"])
    given = body.get("response_format", {}).get("json_schema")
    return dict(given["schema"]) if given else None


def _instance(schema: Body, root: Body) -> Any:
    """The plainest value that a JSON schema allows."""
    if "$ref" in schema:
        return _instance(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _instance(schema["anyOf"][0], root)
    if schema.get("type") == "object":
        return {name: _instance(inner, root) for name, inner in schema.get("properties", {}).items()}
    return {"array": [], "integer": 1, "number": 1, "boolean": True}.get(schema.get("type", ""), "autumn")


def chunks(body: Body, *, size: int = 7) -> Iterator[Body]:
    """A completion in pieces, as they are streamed; the last has the usage and no choice."""
    choice = body["choices"][0]
    message = choice["message"]
    frame = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    tokens = (choice.get("logprobs") or {}).get("content")

    def piece(delta: Body, reason: str | None = None, **more: Any) -> Body:
        return frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason, **more}]}

    yield piece({"role": "assistant", "content": ""})
    thoughts = message.get("reasoning_content") or ""
    for at in range(0, len(thoughts), size):
        yield piece({"reasoning_content": thoughts[at : at + size]})
    content = message.get("content") or ""
    for at in range(0, len(content), size):
        more = {"logprobs": {"content": tokens[at : at + size]}} if tokens else {}
        yield piece({"content": content[at : at + size]}, **more)
    for call in message.get("tool_calls") or ():
        told = call["function"]["arguments"]
        yield piece({"tool_calls": [call | {"index": 0, "function": call["function"] | {"arguments": ""}}]})
        for at in range(0, len(told), size):
            yield piece({"tool_calls": [{"index": 0, "function": {"arguments": told[at : at + size]}}]})
    yield piece({}, choice["finish_reason"])
    yield frame | {"choices": [], "usage": body["usage"]}


def sse(
    pieces: Iterator[Body] | list[Body],
    *,
    done: bool = True,
    end: str = "\n\n",
    start: str = "data: ",
    before: str = "",
    kind: str = "text/event-stream",
) -> Step:
    """Events, each with one piece.

    :param before: a line in front of each.
    """
    lines = [f"{before}{start}{json.dumps(piece, ensure_ascii=False)}{end}" for piece in pieces]
    return Step("".join([*lines, f"{start}[DONE]{end}" if done else ""]).encode(), headers={"content-type": kind})
