"""What ``peers.py`` and the programs that it compares tell each other: a job on standard input, answers as JSON lines.

Imports nothing but the standard library, because it is used in the peers' environment, too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One field's answer, as the program gave it."""

    field: str
    text: str
    span: tuple[int, int] | None
    """Where it is printed; None where the program does not say."""


@dataclass(frozen=True)
class Answered:
    """One report's answers, and what they took."""

    doc_id: str
    answers: list[Answer]
    seconds: float
    requests: int
    prompt_tokens: int
    completion_tokens: int
    error: str = ""


class Meter:
    """Counts the tokens of whatever goes through an OpenAI client."""

    def __init__(self) -> None:
        self._requests = self._prompt = self._completion = 0

    def around(self, create: Callable[..., Any]) -> Callable[..., Any]:
        """The client's ``create``, counted."""

        def counted(*arguments: Any, **named: Any) -> Any:
            self._requests += 1
            completion = create(*arguments, **named)
            if completion.usage is not None:
                self._prompt += completion.usage.prompt_tokens
                self._completion += completion.usage.completion_tokens
            return completion

        return counted

    def taken(self) -> tuple[int, int, int]:
        """Requests, prompt tokens and reply tokens since the last call."""
        found = self._requests, self._prompt, self._completion
        self._requests = self._prompt = self._completion = 0
        return found


def read_job() -> dict[str, Any]:
    """The job on standard input."""
    job: dict[str, Any] = json.load(sys.stdin)
    return job


def write_answers(answered: Answered) -> None:
    """Write one report's answers to standard output."""
    print(json.dumps(asdict(answered), ensure_ascii=False), flush=True)


def read_answers(lines: str) -> list[Answered]:
    """What a program wrote."""
    found = []
    for line in lines.splitlines():
        data = json.loads(line)
        answers = [Answer(one["field"], one["text"], one["span"] and tuple(one["span"])) for one in data["answers"]]
        found.append(Answered(**data | {"answers": answers}))
    return found
