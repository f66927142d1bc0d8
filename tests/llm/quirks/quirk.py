"""One way in which an endpoint differs from the OpenAI API, where it was seen, and what a user must get of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from baogao.choices import WayOrAuto
from llm.fake_server import Seen, Step
from llm.quirks.model import Body, Server, as_asked, completion_of, honest

KEY = "sk-quirk-5d1f7c0e9a42b8"
REPORT = """海坨市2022年国民经济和社会发展统计公报

一、综合
全年地区生产总值86.4亿元。年末常住人口21.03万人。
"""
_WORDS = (
    "养护治理巡查修缮绿化排水照明清扫勘测防汛引水护坡育苗疏浚东片西片南坡北岸群众干部村庄社区河道林地果园桥梁"
    "稳步持续全面深入细致及时有序推进落实完成安排布置检查督促协调配合支持参与满意认可提升改善"
)
_TOLD = Random(14)
LONG_REPORT = REPORT + "".join(f"{''.join(_TOLD.choices(_WORDS, k=40))}。\n" for _ in range(200))
"""About 7,000 tokens, most of them of no meaning, and no further figure."""
RIGHT = {"gdp": "86.4亿元", "residents": "21.03万人"}


@dataclass(frozen=True)
class Quirk:
    """An endpoint, and what must come of it: the right figures, or one line."""

    name: str
    source: str
    """Where it was seen: a thread of a public issue tracker, a provider's page."""
    server: Server
    """From a request to its answer."""
    says: str | None = None
    """A pattern that the one line must match, in any case; None where the figures must come."""
    ask: WayOrAuto = "form"
    either: bool = False
    """Whether the right figures are as good as the line."""
    partly: bool = False
    """Whether only some of the figures may come: none may be wrong."""
    ends_run: bool = False
    """Whether no other report would fare better: said once, and nothing more is sent."""
    first: tuple[Step, ...] = ()
    """What the first requests get, before it is the server's turn."""
    config: str = ""
    """What the user wrote into ``baogao.toml``."""
    path: str = "/v1"
    """How the user's base URL goes on behind the host."""
    report: str = REPORT
    figures: Mapping[str, str] = field(default_factory=lambda: RIGHT)
    """By field, as they are printed; no other may come."""
    sure: float | None = None
    """The confidence of each figure, where the way of asking knows it."""

    def script(self) -> Server:
        """A fresh server."""
        lock, waiting = threading.Lock(), list(self.first)

        def server(seen: Seen) -> Step:
            if seen.method == "GET" and seen.path.partition("?")[0].endswith("/models"):
                return Step({"object": "list", "data": [{"id": "small"}]})
            with lock:
                step = waiting.pop(0) if waiting else None
            return step or self.server(seen)

        return server


def error(status: int, message: str, /, **more: Any) -> Step:
    """An error as the OpenAI API words it; ``more`` stands beside the message."""
    return Step(
        {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None} | more}, status
    )


def always(step: Step) -> Server:
    """A server that has one answer."""
    return lambda _: step


def refuses(when: Callable[[Body], bool], refusal: Step, otherwise: Server = honest) -> Server:
    """A server that refuses some requests."""
    return lambda seen: refusal if when(seen.body) else otherwise(seen)


def has(name: str) -> Callable[[Body], bool]:
    """Whether a request has a parameter."""
    return lambda body: name in body


def edited(edit: Callable[[Body], object]) -> Server:
    """A server whose completions are edited before they are sent, whole or in events."""

    def server(seen: Seen) -> Step:
        body = completion_of(seen)
        edit(body)
        return as_asked(seen, body)

    return server


def choice(edit: Callable[[Body], object]) -> Server:
    """The same, for the one choice of a completion."""
    return edited(lambda body: edit(body["choices"][0]))


def message(edit: Callable[[Body], object]) -> Server:
    """The same, for the message of the choice."""
    return choice(lambda one: edit(one["message"]))


def said(change: Callable[[str], str]) -> Server:
    """A server whose model says the right thing in other words; its log-probabilities are those of these words."""

    def server(seen: Seen) -> Step:
        plain = completion_of(seen)["choices"][0]["message"]
        text = plain["content"] if plain["content"] is not None else plain["tool_calls"][0]["function"]["arguments"]
        body = completion_of(seen, change(text))
        return as_asked(seen, body)

    return server
