"""The places that a page marks in a text, and the text cut at their edges."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from baogao.schema.values import Span

CANDIDATE = "candidate"
"""The kind of a place that answers nothing, and could: what a person may point at."""
_BESIDE_FIELDS = {
    "cell": 1,
    "cell review": 1,
    "proposal": 2,
    "metadata": 3,
    "item": 3,
    "item proposal": 3,
    CANDIDATE: 4,
}
"""Kinds of place that no field of the record was read from, and how far behind one a click puts them."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text that no span's edge cuts."""

    start: int
    end: int
    inside: tuple[int, ...]
    """Indices of the spans that cover it, ascending."""


def cut(length: int, spans: Sequence[Span], cuts: Iterable[int] = ()) -> list[Piece]:
    """Split ``[0, length)`` at every edge of ``spans`` and at every one of ``cuts``.

    The pieces are in order, not empty, and together they are the whole text.

    :raises ValueError: a span is empty or reaches outside of the text.
    """
    opening: dict[int, list[int]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for index, (start, end) in enumerate(spans):
        if not 0 <= start < end <= length:
            raise ValueError(f"the span [{start}, {end}] does not lie in a text of {length} characters")
        opening[start].append(index)
        closing[end].append(index)
    edges = sorted({0, length, *opening, *closing, *(at for at in cuts if 0 < at < length)})
    pieces = []
    inside: set[int] = set()
    for start, end in pairwise(edges):
        inside.difference_update(closing[start])
        inside.update(opening[start])
        pieces.append(Piece(start, end, tuple(sorted(inside))))
    return pieces


def field_of(key: str) -> str:
    """The field that a key is about: ``FIELD``, ``FIELD/ENTRY`` of a list, ``FIELD/ROW/CELL``, ``FIELD~PROPOSAL``."""
    return re.split("[/~]", key, maxsplit=1)[0]


@dataclass
class Places:
    """All evidence of a record; a place's index is its number on the page."""

    title: str | None
    """The id of the field that is the report's title."""
    spans: list[Span] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: str, kind: str, spans: list[Span] | None) -> list[int]:
        """Note where the answer ``key`` was read; the numbers of its places."""
        first = len(self.spans)
        for span in spans or []:
            self.spans.append(span)
            self.rows.append({"key": key, "kind": kind})
        return list(range(first, len(self.spans)))

    def of(self, key: str, kind: str, spans: list[Span]) -> list[int]:
        """The numbers of the places that a proposal was read from: where its field has a place already, that one."""
        name = field_of(key)
        known = {span: at for at, span in enumerate(self.spans) if field_of(self.rows[at]["key"]) == name}
        return [known[span] if span in known else self.add(key, kind, [span])[0] for span in spans]

    def in_title(self, piece: Piece) -> bool:
        """True when the piece belongs to the report's title."""
        return any(self.rows[at]["key"] == self.title for at in piece.inside)

    def foremost_first(self, places: tuple[int, ...]) -> list[int]:
        """What a click means where several overlap: a field before the rest, the shorter before the longer."""
        return sorted(
            places,
            key=lambda at: (
                _BESIDE_FIELDS.get(self.rows[at]["kind"], 0),
                self.spans[at][1] - self.spans[at][0],
                at,
            ),
        )

    def reading_order(self) -> list[str]:
        """The stated fields as a reader meets them."""
        in_order = sorted(zip(self.rows, self.spans, strict=True), key=lambda pair: pair[1])
        return list(dict.fromkeys(row["key"] for row, _ in in_order if row["kind"] not in _BESIDE_FIELDS))
