"""Candidates: every place in a report that could answer a question of a schema.

The model links, the code reads: an extractor may only point at candidates, so a figure that is not printed cannot come
out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

from baogao.document.document import Span
from baogao.schema.fields import Cue, FieldSpec, Sought
from baogao.schema.values import Bound, plain_number

Kind = Literal["number", "none", "item", "range", "rank", "ratio", "date"]
FIGURES: frozenset[Kind] = frozenset({"number", "range", "rank", "ratio"})
"""The kinds that hold a number."""
USUAL = Sought()
"""What is found where no schema asks for more."""
_LEFT_OUT = frozenset({"label", "each", "parted", "upper", "falls", "date"})
Parted = Literal["", "mark", "row", "semicolon", "sentence", "clause", "phrase"]


class Candidate(NamedTuple):
    """One number, one phrase that says "none", or one head of a list item; where a schema asks for them, a range, a
    place in an order, a part of a ratio, a date."""

    id: int
    """Running number in reading order, from 1."""
    kind: Kind
    start: int
    end: int
    """``text == document.text[start:end]``: a number with its bound words and unit, a negated phrase, a head clause."""
    text: str
    value: Decimal | None
    """A number's value in its unit (6.5万份 is 65000), of a range the lower bound; 0 for a none; None for an item and a
    date."""
    bound: Bound = "exact"
    unit: str = ""
    """The measure word; ``%`` for per cent however written; ``个百分点`` for percentage points; empty if none."""
    cues: tuple[Cue, ...] = ()
    """What its context says of it; see ``baogao.candidates.cues``."""
    label: str = ""
    """For a cell of a pasted table: its row and column heads, joined by a space; else empty."""
    each: Decimal | None = None
    """The printed number, where ``value`` counts it for each of several nouns: 1 where 各1场 stands behind two."""
    parted: Parted = ""
    """What parts an entry from its neighbours: a mark of its own, or else a row of a table, a semicolon in a series of
    them, a full stop, a comma, or 、."""

    upper: Decimal | None = None
    """The other bound of a range: 7 of 6.5%-7%."""
    falls: bool = False
    """Whether it is printed as a decrease: 下降2.3%, 负增长2.3%, -2.3%; ``value`` has no sign."""
    date: str = ""
    """Of a date: ``2025-01-08``, ``2025-01``, ``2025``."""

    def value_for(self, spec: FieldSpec) -> Decimal | None:
        """The value that a field takes from here, in the unit that is printed.

        One that may be summed takes the sum, any other the number of one noun; a decrease is negative where the field
        asks for a sign.
        """
        value = self.value if spec.additive or self.each is None else self.each
        return -value if value is not None and self.falls and spec.signed else value

    def to_json(self) -> dict[str, Any]:
        """One of ``baogao candidates --json``: plain JSON, in a fixed order.

        Without what is empty of ``label``, ``parted`` and what comes behind it, and without ``each`` if it says no
        more than ``value``.
        """
        line = self._asdict() | {
            "value": None if self.value is None else plain_number(self.value),
            "cues": list(self.cues),
            "each": None if self.each is None else plain_number(self.each),
            "upper": None if self.upper is None else plain_number(self.upper),
        }
        return {name: value for name, value in line.items() if value or name not in _LEFT_OUT}


@dataclass(frozen=True)
class Candidates:
    """All candidates of one document, in reading order."""

    items: tuple[Candidate, ...]
    doubtful: tuple[Span, ...] = ()
    """Where digits are printed that cannot be told to be a figure (1O8, 12 348), so that none is read."""

    @cached_property
    def _by_id(self) -> dict[int, Candidate]:
        return {candidate.id: candidate for candidate in self.items}

    def __getitem__(self, candidate_id: int) -> Candidate:
        return self._by_id[candidate_id]

    def __contains__(self, candidate_id: object) -> bool:
        return candidate_id in self._by_id

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def of_kind(self, kind: Kind) -> list[Candidate]:
        """The candidates of one kind, in reading order."""
        return [candidate for candidate in self.items if candidate.kind == kind]

    def within(self, start: int, end: int) -> list[Candidate]:
        """The candidates that lie wholly inside ``[start, end)``, in reading order."""
        first = bisect_left(self._starts, start)
        inside = self.items[first : bisect_right(self._starts, end, first)]
        return [candidate for candidate in inside if candidate.end <= end]

    @cached_property
    def _starts(self) -> list[int]:
        """Ascending, because candidates stand in reading order."""
        return [candidate.start for candidate in self.items]


def touches(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether any of some spans, in order, has a character between two places."""
    place = bisect_left(spans, (end, 0)) - 1
    return place >= 0 and spans[place][1] > start
