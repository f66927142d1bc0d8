"""How requests to one endpoint's model are written: what it refuses, and what it wants instead.

Servers that speak the OpenAI API differ in what they take. A refusal names, in some words, the part of the request that
is not liked; :meth:`Manner.after` answers with the manner to ask in from then on. Every change leaves something out or
puts something else in its place, and none is taken back, so that whatever a server refuses, it is asked a few times
more at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from baogao.llm.messages import MOST_TOKENS, Payload

Cap = Literal["max_tokens", "max_completion_tokens", "none"]
"""What the cap on a reply's length is called; ``none`` where the server takes none."""
Switch = Literal[
    "unknown", "none", "chat_template_kwargs", "enable_thinking", "thinking", "reasoning", "no_effort", "little_effort"
]
"""What is said so that a model does not think; ``none`` where nothing need be said, or helps."""

SWITCHES: Mapping[Switch, Payload] = {
    "chat_template_kwargs": {"chat_template_kwargs": {"enable_thinking": False}},
    "enable_thinking": {"enable_thinking": False},
    "thinking": {"thinking": {"type": "disabled"}},
    "reasoning": {"reasoning": {"enabled": False}},
    "no_effort": {"reasoning_effort": "none"},
    "little_effort": {"reasoning_effort": "minimal"},
}
"""The words that servers have for it: vLLM, SGLang and llama.cpp; Qwen's hosted models; GLM, DeepSeek and Doubao;
OpenRouter; Ollama and newer models of OpenAI; older ones."""

_CAPS: tuple[Cap, ...] = ("max_tokens", "max_completion_tokens", "none")
_LEAST_TEMPERATURE = 0.01
"""For servers to which 0 is no temperature."""
_ABOVE_ZERO = re.compile(
    r"(?:greater|larger) than|positive|[>(] ?0(?:\.0+)?\b|above 0|not be 0|non-zero|大于|区间", re.I
)
_ONLY_STREAMS = re.compile(
    r"(?:only|must|require|enable|need|set)\w*\W.{0,60}\bstream|\bstream\w*\W.{0,60}(?:only|must|require|true)"
    r"|仅支持流式|只支持流式|流式",
    re.I | re.S,
)
_SYSTEM_TURN = re.compile(
    r"\b(?:system|developer)\b.{0,60}\b(?:role|message|prompt|turn|instruction)|\brole\w*\b.{0,80}\b(?:system|developer)\b"
    r"|only.{0,20}user and assistant|roles must alternate|(?:start|begin) with (?:a |an? )?user|first message must"
    r"|system.{0,4}(?:角色|消息|提示)|角色.{0,10}system",
    re.I | re.S,
)
_REFERENCES = re.compile(r"\$(?:ref|defs)\b|\bdefinitions\b", re.I)
_STRICT = re.compile(r"\bstrict\b|additionalProperties|is required to (?:be supplied|include)", re.I)
_SHAPES = re.compile(
    r"response_format|json_schema|json_object|\bjson mode\b|structured output|guided|grammar|\bschema\b"
    r"|\btools?\b|tool_choice|function.?call|support functions?\b|结构化输出",
    re.I,
)
_TOO_LITTLE = re.compile(r"too (?:small|low)|below|at least|minimum|greater than or equal|>= ?\d|不小于|过小", re.I)
_TOO_MUCH = re.compile(
    r"too (?:large|long|many|high|big)|at most|maximum|exceed|context|less than or equal|\brange\b|\bin [\[(]|超|范围",
    re.I,
)
"""What is said of a number that is too low, or too high; the parameter itself is taken."""
_LITTLE_ROOM = 32
"""Tokens; no server wants a cap to be higher."""
FEWEST_THOUGHTS = 500
"""Tokens; with fewer no model thinks to an end."""
_OF_QUESTION = re.compile(
    r"context.{0,20}(?:length|size|window)|too long|reduce the length|content.{0,20}(?:filter|policy)|safety|moderation"
    r"|flagged|rate.?limit|quota|overloaded|busy|timed? ?out|disconnected|敏感|不安全|繁忙|中断|过长|超长",
    re.I,
)
"""What is said of this question, or of this moment, and not of how it is written."""
_TAKEN = re.compile(
    r"(?<!un)(?<!not )(?<!not a )(?<!no )\b(?:supported|allowed|valid|expected|available|accepted|permitted)"
    r"\W+(?:\w+\W+)?(?:parameters?|params|fields?|arguments?|options|keys|ones|are)\b[^.;。；\n]*",
    re.I,
)
"""Where a server lists what it would take."""
_MOST_READ = 5000
"""Characters of a refusal that are looked at."""
_SHAPED = ("response_format", "tools", "tool_choice")
_KEPT = ("model", "messages", "stream", *_SHAPED)
"""Parts of a request that are not simply left out."""


@dataclass(frozen=True)
class Refusal:
    """What a server says against a request."""

    words: str
    """Everything it says, at most some thousand characters."""
    parameter: str = ""
    """The part that it names outside of its words, if it does."""

    @classmethod
    def of(cls, body: object, text: str) -> Refusal:
        """What the body of an error says.

        :param body: as data, or None where it is none.
        :param text: as it came.
        """
        said = body.get("error", body) if isinstance(body, dict) else None
        parameter = said.get("param") if isinstance(said, dict) else None
        details = body.get("detail") if isinstance(body, dict) else None
        if not parameter and isinstance(details, list) and details and isinstance(details[0], dict):
            place = details[0].get("loc")  # as pydantic, and so FastAPI, words it
            parameter = ".".join(map(str, place)) if isinstance(place, list) else None
            # It repeats what it was sent.
            body = {"detail": [{**one, "input": None} if isinstance(one, dict) else one for one in details]}
        try:
            words = json.dumps(body, ensure_ascii=False) if body else text
        except (ValueError, RecursionError):
            words = text
        return cls(words[:_MOST_READ].replace('\\"', '"'), parameter if isinstance(parameter, str) else "")

    @property
    def is_of_question(self) -> bool:
        """Whether it is about what is asked, or when, rather than about how."""
        return self.parameter in ("", "messages", "prompt") and bool(_OF_QUESTION.search(self.words))

    def meant(self, names: Collection[str]) -> list[str]:
        """Those that are named most plainly, in the order in which they are named."""
        found = {name: rank for name in names if (rank := self.rank(name))}
        best = max(found.values(), default=0)
        words = self.words.lower()
        return sorted((name for name, rank in found.items() if rank == best), key=words.find)

    def names(self, name: str) -> bool:
        """Whether a parameter is what is refused, rather than one of those that would be taken."""
        return self.rank(name) > 0

    def rank(self, name: str) -> int:
        """How plainly a parameter is named: 3 by itself, 2 in quotes, 1 among other words, 0 not at all."""
        if name in re.split(r"[.\[\]]+", self.parameter):
            return 3
        words = _TAKEN.sub(" ", self.words)
        if re.search(rf"[\"'`‘“「]{name}[\"'`’”」]", words):
            return 2
        return int(bool(re.search(rf"(?<![\w]){name}(?![\w])", words, re.I)))


@dataclass(frozen=True)
class Manner:
    """How requests are written. What is here by default is how OpenAI wrote the API first."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    cap: Cap = "max_tokens"
    left_out: tuple[str, ...] = ()
    """Parameters that the server does not take: ``temperature``, ``logprobs``, ``stream_options``, ``strict`` …"""
    least_temperature: Annotated[float, Field(ge=0, le=1)] = 0.0
    system_turn: bool = True
    """Whether instructions may have a turn of their own; else they begin the first turn of the user."""
    stream: bool = False
    """Whether replies are asked for in pieces, which is the only way of some servers."""
    refs: bool = True
    """Whether a schema may point at its own parts by ``$ref``."""
    switch: Switch = "unknown"
    thinking_tokens: Annotated[int, Field(ge=0, le=MOST_TOKENS)] = 0
    """What the model's thoughts may take, beside the reply."""

    def write(self, payload: Payload) -> Payload:
        """The body of a request as this server wants it.

        :param payload: as :meth:`baogao.llm.messages.Question.payload` and instructor word it.
        """
        body = {
            self.cap if name == "max_tokens" else name: value + self.thinking_tokens if name == "max_tokens" else value
            for name, value in payload.items()
            if name not in self.left_out
        }
        body.pop("none", None)
        if "temperature" in body:
            body["temperature"] = max(body["temperature"], self.least_temperature)
        if not self.system_turn:
            body["messages"] = _without_system(body["messages"])
        for name in ("response_format", "tools"):
            if name in body:
                body[name] = self._schema(body[name], {})
        if self.stream:
            body["stream"] = True
            if "stream_options" not in self.left_out:
                body["stream_options"] = {"include_usage": True}
        return body | SWITCHES.get(self.switch, {})

    def _schema(self, part: Any, definitions: Mapping[str, Any]) -> Any:
        """A schema, or what holds one, without what is not taken."""
        if isinstance(part, list):
            return [self._schema(one, definitions) for one in part]
        if not isinstance(part, dict):
            return part
        if not self.refs:
            definitions = part.get("$defs", definitions)
            if "$ref" in part:
                return self._schema(definitions[part["$ref"].rpartition("/")[2]], definitions)
            part = {name: value for name, value in part.items() if name != "$defs"}
        if "strict" in self.left_out:
            part = {name: value for name, value in part.items() if name != "strict" or isinstance(value, dict)}
        return {name: self._schema(value, definitions) for name, value in part.items()}

    def after(self, refusal: Refusal, body: Payload, *, kept: Collection[str] = ()) -> Manner | None:
        """The manner to ask in after a refusal; None where it names nothing that can be written otherwise.

        :param body: what was refused.
        :param kept: parts that a user wants sent.
        """
        if refusal.is_of_question:
            return self._with_less_room(refusal)
        named = refusal.meant([*body, *kept])
        if named and named[0] in (*_SHAPED, *kept):
            return self._after_schema(refusal, body)  # what else is named is what would be taken
        named = [name for name in named if name not in _KEPT]
        return (
            self._renamed(refusal, body)
            or self._after_thinking(refusal, body)
            or self._after_streaming(refusal, named)
            or next((changed for name in named if (changed := self._without(name, refusal))), None)
            or self._after_messages(refusal, body)
            or self._after_schema(refusal, body)
        )

    def _with_less_room(self, refusal: Refusal) -> Manner | None:
        fewer = self.thinking_tokens // 2
        fits = fewer >= FEWEST_THOUGHTS and _TOO_MUCH.search(refusal.words)
        return replace(self, thinking_tokens=fewer) if fits else None

    def _renamed(self, refusal: Refusal, body: Payload) -> Manner | None:
        newer = self.cap == "max_tokens" and "max_tokens" in body and refusal.names("max_completion_tokens")
        about_size = _TOO_MUCH.search(refusal.words) or _TOO_LITTLE.search(refusal.words)
        return replace(self, cap="max_completion_tokens") if newer and not about_size else None

    def _after_thinking(self, refusal: Refusal, body: Payload) -> Manner | None:
        told = SWITCHES.get(self.switch, {})
        if any(refusal.names(name) for name in told):
            return replace(self, switch="none")
        if self.switch == "unknown" and "enable_thinking" not in body and refusal.names("enable_thinking"):
            return replace(self, switch="enable_thinking")
        return None

    def _after_streaming(self, refusal: Refusal, named: Collection[str]) -> Manner | None:
        plainer = any(refusal.rank(name) > 1 for name in named)
        if self.stream or plainer or not (refusal.parameter == "stream" or _ONLY_STREAMS.search(refusal.words)):
            return None
        return replace(self, stream=True)

    def _without(self, name: str, refusal: Refusal) -> Manner | None:
        """Without one parameter of the request, or with another in its place."""
        if name == self.cap:
            if _TOO_LITTLE.search(refusal.words):
                return None if self.thinking_tokens else replace(self, thinking_tokens=_LITTLE_ROOM)
            if _TOO_MUCH.search(refusal.words):
                return self._with_less_room(refusal)
            return replace(self, cap=_CAPS[_CAPS.index(self.cap) + 1])
        if name == "temperature" and not self.least_temperature and _ABOVE_ZERO.search(refusal.words):
            return replace(self, least_temperature=_LEAST_TEMPERATURE)
        return self._leaving(name)

    def _leaving(self, name: str) -> Manner | None:
        known = name in self.left_out
        return None if known else replace(self, left_out=tuple(sorted({*self.left_out, name})))

    def _after_messages(self, refusal: Refusal, body: Payload) -> Manner | None:
        has_system = any(message["role"] == "system" for message in body["messages"])
        return replace(self, system_turn=False) if has_system and _SYSTEM_TURN.search(refusal.words) else None

    def _after_schema(self, refusal: Refusal, body: Payload) -> Manner | None:
        described = str([body.get("response_format"), body.get("tools")])
        if self.refs and "$ref" in described and _REFERENCES.search(refusal.words):
            return replace(self, refs=False)
        if "'strict'" in described and _STRICT.search(refusal.words):
            return self._leaving("strict")
        return None


def refuses_shape(refusal: Refusal, body: Payload) -> bool:
    """Whether a server refuses to hold its reply to the schema, or to the call of a tool, that the request has."""
    shaped = "response_format" in body or "tools" in body
    return shaped and not refusal.is_of_question and bool(_SHAPES.search(f"{refusal.parameter} {refusal.words}"))


def teaches(refusal: Refusal, body: Payload) -> bool:
    """Whether a request that was refused so is asked in another manner."""
    return Manner().after(refusal, body) is not None or refuses_shape(refusal, body)


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns, with instructions put in front of the first words of the user."""
    said = [message["content"] for message in messages if message["role"] == "system"]
    turns = [dict(message) for message in messages if message["role"] != "system"]
    if turns and turns[0]["role"] == "user":
        turns[0]["content"] = "\n\n".join([*said, turns[0]["content"]])
    elif said:
        turns.insert(0, {"role": "user", "content": "\n\n".join(said)})
    return turns
