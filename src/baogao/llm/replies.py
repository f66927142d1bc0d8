"""Reading a server's reply: from the JSON of a chat completion to a :class:`Reply` that can be used."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from baogao.errors import BaogaoError, EndpointError, NoReplyError, QuotaError, ReplyError
from baogao.llm.base_url import other_api
from baogao.llm.failures import one_line
from baogao.llm.messages import MOST_TOKENS, Reply, TokenLogprob
from baogao.llm.quota import says_empty

# A model that repeats itself; set by hand, so that long lists, tables and rules of dashes pass.
_MOST_EQUAL_LINES = 7
"""Lines in a row that may be the same, as they are in a form where many fields are answered by "none"."""
_LONGEST_UNIT = 60
"""Characters of what comes again and again at the end of a line."""
_FEWEST_TURNS = 12
_FEWEST_REPEATED = 120
"""A line ends in a loop when at least so many characters at its end are one unit, at least so many times."""

# A server that sends more disregards the cap that every question has.
_MOST_CHARACTERS = 100_000
"""Of a reply: no question allows one anywhere near this."""

_MOST_READ = 2000
"""Characters of a useless answer that are looked at for its error; it may be of any size."""
_SHOWN = 120
"""Characters of a useless answer that its error shows."""
_PAGE_STARTS = ("<!doctype html", "<html")

_REFUSED = "refusal"
"""Stands for the ``finish_reason`` of a message that holds nothing but a refusal; servers say ``stop``."""
_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>\s*|\Z)", re.DOTALL)
"""What reasoning models put in front, behind servers that do not separate it; it may be cut before its end."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can say it, and nothing can write it."""
_MOST_ROUNDING = 0.01
"""By which a probability that was computed may be above 1, as a logarithm."""

_Text = Annotated[str, BeforeValidator(lambda said: _SURROGATE.sub("\ufffd", said) if isinstance(said, str) else said)]


class WebPageError(EndpointError):
    """A web page came with status 200: a wrong URL, or a gateway that wants somebody to sign in."""


class UnreadableReplyError(NoReplyError):
    """What came with status 200 is not a chat completion: JSON that was cut, another shape, bytes of no encoding."""


class _Token(BaseModel):
    token: _Text
    logprob: float = Field(strict=True, le=_MOST_ROUNDING, allow_inf_nan=False)


class _Logprobs(BaseModel):
    content: list[_Token] | None = None


class _Function(BaseModel):
    arguments: Any


class _Call(BaseModel):
    function: _Function


class _Message(BaseModel):
    content: _Text | None = None
    refusal: _Text | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: _Text | None = None
    logprobs: _Logprobs | None = None


class _Completion(BaseModel):
    """What is read of a chat completion; whatever else is in it does not matter."""

    choices: list[_Choice] = Field(min_length=1)
    usage: dict[str, Any] | None = None


def read_reply(body: str | bytes, *, prompt_tokens: int) -> Reply:
    """Read the body of a chat completion.

    :param body: text, or the bytes as they came, which must be UTF-8.
    :param prompt_tokens: what to count where the server does not say (some leave ``usage`` out).
    :raises WebPageError: the body is a web page.
    :raises EndpointError: it is an answer of another API.
    :raises QuotaError: it says that the account is empty.
    :raises UnreadableReplyError: it is anything else that is no chat completion.
    """
    start = body[:_MOST_READ].decode(errors="replace") if isinstance(body, bytes) else body[:_MOST_READ]
    if start.lstrip().lower().startswith(_PAGE_STARTS):
        raise WebPageError(
            f"the answer is a web page, not a chat completion of the OpenAI API: {_beginning(start)!r}; "
            "is the URL right? It mostly ends in /v1"
        )
    try:
        data = json.loads(body)
        if isinstance(data, dict) and (fault := data.get("error")):
            said = str(fault.get("message", fault) if isinstance(fault, dict) else fault)
            kind = QuotaError if says_empty(said) else UnreadableReplyError
            raise kind(f"the model server answers with an error: {_beginning(said)!r}")
        if api := other_api(data):
            raise EndpointError(
                f"the answer is one of {api}: {_beginning(start)!r}; is the URL right? It mostly ends in /v1"
            )
        return _reply(_Completion.model_validate(data), prompt_tokens)
    except BaogaoError:
        raise
    except Exception as error:  # whatever reading comes upon, it is the fault of what was sent
        raise UnreadableReplyError(
            f"the server's answer is not a chat completion of the OpenAI API: {_beginning(start)!r}"
        ) from error


def _reply(said: _Completion, prompt_tokens: int) -> Reply:
    choice, usage = said.choices[0], said.usage or {}
    message, calls = choice.message, choice.message.tool_calls
    text = str(calls[0].function.arguments) if calls else _THOUGHTS.sub("", message.content or "")
    refused = not text.strip() and bool(message.refusal)
    tokens = choice.logprobs.content if choice.logprobs else None
    return Reply(
        text=_SURROGATE.sub("\ufffd", message.refusal or "" if refused else text),
        finish_reason=_REFUSED if refused else choice.finish_reason or "stop",
        prompt_tokens=_tokens(usage.get("prompt_tokens")) or prompt_tokens,
        completion_tokens=_tokens(usage.get("completion_tokens")),
        logprobs=tuple(TokenLogprob(token.token, min(0.0, token.logprob)) for token in tokens) if tokens else None,
    )


def _tokens(said: Any) -> int:
    """A count as the server says it; nothing for what is no count."""
    return said if type(said) is int and 0 < said <= MOST_TOKENS else 0


def _beginning(text: str) -> str:
    """What an error shows of a useless answer."""
    return one_line(text[:_MOST_READ])[:_SHOWN]


def refuse_useless(reply: Reply, *, accept_cut: bool) -> None:
    """Refuse a reply that no caller can use.

    :raises ReplyError: it is empty, was cut, withheld or refused, is far too long, or says one thing over and over.
    """
    if len(reply.text) > _MOST_CHARACTERS:
        raise ReplyError(f"the model's reply is {len(reply.text)} characters long, far more than was asked for")
    if _repeats_itself(reply.text):
        raise ReplyError("the model repeats the same line over and over")
    if reply.finish_reason == _REFUSED:
        raise ReplyError(f"the model refuses to answer: {_beginning(reply.text)!r}")
    if reply.finish_reason == "length" and not accept_cut:
        raise ReplyError(f"the model's reply was cut after {reply.completion_tokens} tokens, before its end")
    if reply.finish_reason == "content_filter":
        raise ReplyError("the model server withheld the reply (content filter)")
    if not reply.text.strip():
        raise ReplyError("the model's reply is empty")


def _repeats_itself(text: str) -> bool:
    """Whether one line comes again and again in a row, or the last line ends in one short unit again and again."""
    lines = (line.strip() for line in text.splitlines() if any(map(str.isalnum, line)))
    if any(sum(1 for _ in run) > _MOST_EQUAL_LINES for _, run in groupby(lines)):
        return True
    last = text.rstrip().rpartition("\n")[2]
    for length in range(1, _LONGEST_UNIT + 1):
        unit = last[-length:]
        turns = max(_FEWEST_TURNS, -(-_FEWEST_REPEATED // length))
        if any(map(str.isalnum, unit)) and last.endswith(unit * turns):
            return True
    return False
