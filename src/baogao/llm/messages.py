"""What is asked of a model, what comes back, and what an endpoint can do: plain values, no behaviour of the network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import exp
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

Role = Literal["system", "user", "assistant"]
Payload = dict[str, Any]
"""The body of one chat completion request, as the OpenAI API names its parts."""

MOST_TOKENS = 1_000_000_000
"""Of a question, a reply or a context: what says more counts nothing."""
Tokens = Annotated[int, Field(ge=0, le=MOST_TOKENS)]

# How what is kept is read back: as it was written, or not at all.
_AS_WRITTEN = ConfigDict(extra="forbid", allow_inf_nan=False)
_LATER = ("thought", "cached_tokens")
"""What is not in a reply that an earlier version kept."""


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Question:
    """One request to a model."""

    messages: tuple[Message, ...]
    max_tokens: int
    """The most the reply may be, in tokens; there is no question without a cap."""
    temperature: float = 0.0
    logprobs: bool = False
    accept_cut: bool = False
    """Whether a reply that ran into ``max_tokens`` is returned (never cached) rather than refused."""
    purpose: str = ""
    """For people who debug; it is neither sent nor part of the cache key."""

    def payload(self) -> Payload:
        """The request's body without the model's name."""
        body: Payload = {
            "messages": [{"role": message.role, "content": message.content} for message in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }
        if self.logprobs:
            body["logprobs"] = True
        return body


@dataclass(frozen=True)
class TokenLogprob:
    """One token of a reply and the natural logarithm of its probability."""

    __pydantic_config__: ClassVar[ConfigDict] = _AS_WRITTEN

    token: str
    logprob: Annotated[float, Field(le=0.0)]


@dataclass(frozen=True)
class Reply:
    """What a model answered."""

    __pydantic_config__: ClassVar[ConfigDict] = _AS_WRITTEN

    text: str
    """The reply's text; for a call of a tool, the arguments' JSON."""
    finish_reason: str
    """``stop``, ``length`` (cut before its end), ``tool_calls``, ``content_filter``, ``refusal``; else ``unknown``."""
    prompt_tokens: Tokens
    completion_tokens: Tokens
    cached: bool = False
    logprobs: tuple[TokenLogprob, ...] | None = None
    thought: bool = False
    """Whether the model thought before it answered, or instead of it; the thoughts are not in the text."""
    cached_tokens: Tokens = 0
    """Of the prompt's tokens, those that the server had read before; they are among ``prompt_tokens``."""

    def kept(self) -> dict[str, Any]:
        """As it is kept: what most replies have nothing of is left out, so that an earlier version can read it."""
        kept = asdict(self)
        return kept if self.thought or self.cached_tokens else {k: v for k, v in kept.items() if k not in _LATER}

    @property
    def whole_lines(self) -> str:
        """Its text, without the half line that a reply ends with that was cut."""
        return self.text.rpartition("\n")[0] if self.finish_reason == "length" else self.text

    def token_at(self, place: int) -> TokenLogprob | None:
        """The token that a character of the text is in; None where there are none, or they spell another text."""
        spelled = ""
        for token in self.logprobs or ():
            spelled += token.token
            if place < len(spelled):
                return token if spelled[: place + 1] == self.text[: place + 1] else None
        return None

    def lines(self) -> list[tuple[str, float | None]]:
        """Its lines, each with the probability of all of its tokens; None where the endpoint gives none.

        The last line of a reply that was cut is half a line, and left out.
        """
        lines = self.text.split("\n")
        logprobs = [0.0] * len(lines)
        number = 0
        for token in self.logprobs or ():
            if number < len(lines):
                logprobs[number] += token.logprob
            number += token.token.count("\n")
        whole = len(lines) - (self.finish_reason == "length")
        return [
            (line, exp(logprob) if self.logprobs else None)
            for line, logprob in zip(lines[:whole], logprobs, strict=False)
        ]


@dataclass(frozen=True)
class Abilities:
    """What an endpoint's model was seen to do; plain text is always possible."""

    json_schema: bool = False
    """Replies follow a JSON schema given as ``response_format``."""
    json_object: bool = False
    tools: bool = False
    """A forced call of a tool comes back as a call."""
    logprobs: bool = False
    context_length: Annotated[int, Field(gt=0, le=MOST_TOKENS)] | None = None
    """In tokens, where the server says so."""
