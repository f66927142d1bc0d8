"""Reading a server's reply: from the JSON of a chat completion to a :class:`Reply` that can be used."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

from baogao.errors import ReplyError
from baogao.llm.messages import Reply, TokenLogprob

_MOST_EQUAL_LINES = 7
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)


def read_reply(body: str, *, prompt_tokens: int) -> Reply:
    """Read the body of a chat completion.

    :param prompt_tokens: what to count where the server does not say (some leave ``usage`` out).
    :raises ReplyError: the body is not a chat completion.
    """
    try:
        return _reply(json.loads(body), prompt_tokens)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        start = " ".join(body[:120].split())
        raise ReplyError(f"the server's answer is not a chat completion of the OpenAI API: {start!r}") from error


def _reply(data: dict[str, Any], prompt_tokens: int) -> Reply:
    choice = data["choices"][0]
    usage = data.get("usage") or {}
    return Reply(
        text=_text(choice["message"]),
        finish_reason=choice.get("finish_reason") or "stop",
        prompt_tokens=usage.get("prompt_tokens") or prompt_tokens,
        completion_tokens=usage.get("completion_tokens") or 0,
        logprobs=_logprobs(choice),
    )


def _text(message: dict[str, Any]) -> str:
    calls = message.get("tool_calls")
    if calls:
        return str(calls[0]["function"]["arguments"])
    # Reasoning models behind servers that do not separate their thoughts put them in front.
    return _THOUGHTS.sub("", message.get("content") or "")


def _logprobs(choice: dict[str, Any]) -> tuple[TokenLogprob, ...] | None:
    tokens = (choice.get("logprobs") or {}).get("content")
    if not tokens:
        return None
    return tuple(TokenLogprob(token["token"], token["logprob"]) for token in tokens)


def refuse_useless(reply: Reply, *, accept_cut: bool) -> None:
    """Refuse a reply that no caller can use.

    :raises ReplyError: it is empty, was cut or withheld, or says one line over and over.
    """
    if _repeats_itself(reply.text):
        raise ReplyError("the model repeats the same line over and over")
    if reply.finish_reason == "length" and not accept_cut:
        raise ReplyError(f"the model's reply was cut after {reply.completion_tokens} tokens, before its end")
    if reply.finish_reason == "content_filter":
        raise ReplyError("the model server withheld the reply (content filter)")
    if not reply.text.strip():
        raise ReplyError("the model's reply is empty")


def _repeats_itself(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines() if any(map(str.isalnum, line)))
    return any(sum(1 for _ in run) > _MOST_EQUAL_LINES for _, run in groupby(lines))
