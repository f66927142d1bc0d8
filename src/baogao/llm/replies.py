"""Reading a server's reply: from the JSON of a chat completion to a :class:`Reply` that can be used."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from baogao.errors import BaogaoError, EndpointError, NoReplyError, QuotaError, ReplyError
from baogao.llm.base_url import other_api
from baogao.llm.failures import one_line
from baogao.llm.finish_reasons import REFUSED, finish_reason
from baogao.llm.logprobs import read_logprobs
from baogao.llm.messages import MOST_TOKENS, Reply
from baogao.llm.quota import says_empty
from baogao.llm.streams import error_words, is_chunk, is_stream, join_chunks, read_stream
from baogao.llm.thoughts import without_thoughts

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

_NOTHING = ("", "{}")
"""What a call has that says nothing."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can say it, and nothing can write it."""


class WebPageError(EndpointError):
    """A web page came with status 200: a wrong URL, or a gateway that wants somebody to sign in."""


class UnreadableReplyError(NoReplyError):
    """What came with status 200 is not a chat completion: JSON that was cut, another shape, bytes of no encoding."""


class _Function(BaseModel):
    arguments: Any


class _Call(BaseModel):
    function: _Function


class _Message(BaseModel):
    content: str | list[str | dict[str, Any]] | dict[str, Any] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None
    # Thoughts, as different servers call them.
    reasoning_content: Any = None
    reasoning: Any = None
    thinking: Any = None


class _Choice(BaseModel):
    index: Any = 0
    message: _Message
    finish_reason: str | None = None
    logprobs: Any = None


class _Completion(BaseModel):
    """What is read of a chat completion; whatever else is in it does not matter."""

    choices: list[_Choice] = Field(min_length=1)
    usage: Any = None


def read_reply(body: str | bytes, *, prompt_tokens: int, max_tokens: int | None = None) -> Reply:
    """Read the body of a chat completion, whole or streamed.

    :param body: text, or the bytes as they came, which must be UTF-8.
    :param prompt_tokens: what to count where the server does not say (some leave ``usage`` out).
    :param max_tokens: the cap of the reply: one that just fills it may have been cut, whatever the server says.
    :raises WebPageError: the body is a web page.
    :raises EndpointError: it is an answer of another API.
    :raises QuotaError: it says that the account is empty.
    :raises UnreadableReplyError: it is anything else that is no chat completion.
    :raises NoReplyError: it is half a reply: a stream that ends early, or a server that gave up.
    """
    start = body[:_MOST_READ].decode(errors="replace") if isinstance(body, bytes) else body[:_MOST_READ]
    if start.lstrip("\ufeff \t\r\n").lower().startswith(_PAGE_STARTS):
        raise WebPageError(
            f"the answer is a web page, not a chat completion of the OpenAI API: {_beginning(start)!r}; "
            "is the URL right? It mostly ends in /v1"
        )
    try:
        data = _completion(body)
        if isinstance(data, dict) and (fault := error_words(data)):
            kind = QuotaError if says_empty(fault) else UnreadableReplyError
            raise kind(f"the model server answers with an error: {_beginning(fault)!r}")
        if api := other_api(data):
            raise EndpointError(
                f"the answer is one of {api}: {_beginning(start)!r}; is the URL right? It mostly ends in /v1"
            )
        return _reply(_Completion.model_validate(data), prompt_tokens, max_tokens)
    except BaogaoError:
        raise
    except Exception as error:  # whatever reading comes upon, it is the fault of what was sent
        raise UnreadableReplyError(
            f"the server's answer is not a chat completion of the OpenAI API: {_beginning(start)!r}"
        ) from error


def _completion(body: str | bytes) -> Any:
    """The JSON of a body, of a stream put together."""
    text = body.decode(json.detect_encoding(body), "surrogatepass") if isinstance(body, bytes) else body
    text = text.removeprefix("\ufeff")
    if is_stream(text):
        return read_stream(text)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
        return read_stream(text)
    return join_chunks([data], done=False) if is_chunk(data) else data


def _reply(said: _Completion, prompt_tokens: int, max_tokens: int | None) -> Reply:
    choice = min(said.choices, key=lambda one: one.index if type(one.index) is int else 0)
    usage: dict[str, Any] = said.usage if isinstance(said.usage, dict) else {}
    message = choice.message
    called = _arguments(message)
    content, thought = _content(message)
    text, thoughts_in_text = without_thoughts(content) if called is None else (called, False)
    refused = not text.strip() and bool(message.refusal)
    completion_tokens, thoughts = _tokens(usage.get("completion_tokens")), _details(usage, "completion", "reasoning")
    prompt_tokens, cached = _tokens(usage.get("prompt_tokens")) or prompt_tokens, _cached(usage)
    if cached > prompt_tokens:  # it was counted apart
        prompt_tokens = min(prompt_tokens + cached, MOST_TOKENS)
        cached = min(cached, prompt_tokens)
    reason = finish_reason(
        choice.finish_reason, text, tokens=completion_tokens, thoughts=thoughts, max_tokens=max_tokens
    )
    thought = thought or thoughts_in_text or thoughts > 0
    aligned = called is None and (thought or text != message.content)
    return Reply(
        text=_SURROGATE.sub("\ufffd", message.refusal or "" if refused else text),
        finish_reason=REFUSED if refused else reason,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        logprobs=read_logprobs(choice.logprobs, of=_SURROGATE.sub("\ufffd", text) if aligned else None),
        thought=thought,
        cached_tokens=cached,
    )


def _arguments(message: _Message) -> str | None:
    """What a tool is called with; of calls that differ all of it, of which no one object can be read.

    :returns: None where none is called.
    """
    calls = [call.function for call in message.tool_calls or ()]
    if message.function_call and not calls:
        calls = [message.function_call]
    said = [call.arguments for call in calls]
    # Some servers send it unpacked.
    texts = [json.dumps(one, ensure_ascii=False) if isinstance(one, dict | list) else str(one) for one in said]
    saying = dict.fromkeys(text for text in texts if text.strip() not in _NOTHING)
    return "\n".join(saying or texts[:1]) if texts else None


def _content(message: _Message) -> tuple[str, bool]:
    """The text of a message, and whether there are thoughts beside it."""
    content = message.content
    thought = any(map(_is_thought, (message.reasoning_content, message.reasoning, message.thinking)))
    if isinstance(content, dict):
        if not {"text", "type"} & content.keys():
            return json.dumps(content, ensure_ascii=False), thought  # the answer itself, unpacked
        content = [content]
    if not isinstance(content, list):
        return content or "", thought
    texts: list[str] = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif "think" in (kind := str(part.get("type", ""))) or "reason" in kind:
            thought = True
        elif isinstance(text := part.get("text"), str):
            texts.append(text)
        elif isinstance(text, dict) and isinstance(text.get("value"), str):
            texts.append(text["value"])
    return "".join(texts), thought


def _is_thought(said: Any) -> bool:
    return bool(said.strip() if isinstance(said, str) else said)


def _details(usage: dict[str, Any], of: str, kind: str) -> int:
    """A part of the tokens, as the OpenAI API breaks them down."""
    details = usage.get(f"{of}_tokens_details")
    return _tokens(details.get(f"{kind}_tokens")) if isinstance(details, dict) else 0


def _cached(usage: dict[str, Any]) -> int:
    """The tokens of the prompt that a server had read before, as different ones call them."""
    names = ("prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens")
    return _details(usage, "prompt", "cached") or max(_tokens(usage.get(name)) for name in names)


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
    if reply.finish_reason == REFUSED:
        raise ReplyError(f"the model refuses to answer: {_beginning(reply.text)!r}")
    if reply.finish_reason == "content_filter":
        raise ReplyError("the model server withheld the reply (content filter)")
    if reply.thought and not reply.text.strip():
        took = f" of {reply.completion_tokens} tokens" if reply.completion_tokens else ""
        raise ReplyError(f"the model's reply is empty: it is nothing but thoughts{took}")
    if reply.finish_reason == "length" and not accept_cut:
        raise ReplyError(f"the model's reply was cut after {reply.completion_tokens} tokens, before its end")
    if not reply.text.strip():
        raise ReplyError("the model's reply is empty")


def _repeats_itself(text: str) -> bool:
    """Whether one line comes again and again in a row, or the last line ends in one short unit again and again."""
    lines = (line.strip() for line in text.splitlines() if any(map(str.isalnum, line)))
    if any(sum(1 for _ in run) > _MOST_EQUAL_LINES for _, run in groupby(lines)):
        return True
    last = text.rstrip().rpartition("\n")[2]
    if len(last) < _FEWEST_REPEATED:
        return False
    for length in range(1, _LONGEST_UNIT + 1):
        unit = last[-length:]
        turns = max(_FEWEST_TURNS, -(-_FEWEST_REPEATED // length))
        if any(map(str.isalnum, unit)) and last.endswith(unit * turns):
            return True
    return False
