"""Cutting a text at the edges of overlapping spans, so that every piece lies wholly inside or outside of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from baogao.schema.values import Span


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
