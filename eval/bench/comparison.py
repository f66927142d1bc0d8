"""Two records of one report: how much of what they say is the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from baogao.record import Record
from baogao.schema.values import Answer

_MARK = re.compile(r"^(?:[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[）)、．.]|[—●•·]+)")
"""The number of an entry, which is not part of its words."""


@dataclass
class Same:
    """How much of two sides is the same."""

    same: int = 0
    all: int = 0

    def add(self, same: int, every: int) -> None:
        """Count some more."""
        self.same += same
        self.all += every

    def __str__(self) -> str:
        return f"{self.same / self.all:.2%} ({self.all - self.same} of {self.all} differ)" if self.all else "n/a"


@dataclass
class Comparison:
    """What is the same in some reports, each read twice."""

    figures: Same = field(default_factory=Same)
    """Stated on either side; the same when status, value and bound are."""
    metadata: Same = field(default_factory=Same)
    entries: Same = field(default_factory=Same)

    def compare(self, truth: Record, other: Record) -> Iterator[str]:
        """Count what is the same in two records; the differences in words."""
        for name in truth.fields | other.fields:
            pair = truth.fields.get(name), other.fields.get(name)
            said = [_figure(answer) for answer in pair]
            if any(said):
                self.figures.add(said[0] == said[1], 1)
                if said[0] != said[1]:
                    yield f"{name}: {_told(pair[0])}, as text\n    and {_told(pair[1])}"
        for name in truth.metadata | other.metadata:
            values = [_bare(one.metadata[name].value or "") if name in one.metadata else "" for one in (truth, other)]
            if any(values):
                self.metadata.add(values[0] == values[1], 1)
                if values[0] != values[1]:
                    yield f"{name}: {values[0]!r}, as text\n    and {values[1]!r}"
        for name in truth.lists | other.lists:
            entries = [
                Counter(_MARK.sub("", _bare(item.text)) for item in one.lists.get(name, [])) for one in (truth, other)
            ]
            self.entries.add((entries[0] & entries[1]).total(), (entries[0] | entries[1]).total())
            yield from (f"{name}: {text!r}, only as text" for text in entries[0] - entries[1])
            yield from (f"{name}: {text!r}, not as text" for text in entries[1] - entries[0])


def _figure(answer: Answer | None) -> tuple[object, ...] | None:
    """What must be the same of an answer; None for silence."""
    if answer is None or answer.status == "not_reported":
        return None
    return answer.status, answer.value, answer.bound


def _told(answer: Answer | None) -> str:
    if answer is None or answer.status == "not_reported":
        return "nothing"
    sentence = " ".join((answer.sentence or "").split())
    return f"{answer.value} {answer.bound} {answer.text!r} in “{sentence}”"


def _bare(text: str) -> str:
    return "".join(text.split())
