"""Reports of one run that are nearly the same text: one report in two formats, with small changes, with another header.

A text is the set of its clauses. What two sets share is told from a sketch of each (one-permutation min-hashing), and
only texts with a part of their sketches in common are compared, so that the work grows with the number of reports and
not with that of their pairs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import repeat
from operator import eq

_CLAUSE = re.compile(r"[^\W_]{4,}")
"""A run of letters and digits: shorter ones stand in any report."""
_BINS = 128
_BAND = 4
"""Bins that must agree for two texts to be compared: of texts that share seven tenths, one in four bands does."""
_EMPTY = -1
_ALIKE = 0.7
"""The share of clauses from which on two texts are copies; different reports in the data sets share 0.06 at most."""
_FEWEST = 12
"""Bins that are filled: a text of fewer clauses is a copy only of the same text."""
_MIX = 0x9E3779B1
"""Spreads a checksum over all bits, by multiplication."""

Sketch = tuple[int, ...]


class NearCopies:
    """Takes the texts of a run in their order, and says of each which earlier one it is a copy of.

    In memory are a sketch of each text that is no copy, about a kilobyte, and where its parts are.
    """

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        """Each copy, and the first report of the same text, by their ids."""
        self._sketches: list[tuple[str, Sketch]] = []
        self._first_with: dict[tuple[int, ...], int] = {}

    def first_like(self, doc_id: str, text: str) -> str | None:
        """The first report whose text is nearly the same; None where there is none, and this one is kept in mind."""
        sketch, whole = _sketch(text)
        keys = [*_bands(sketch), (whole,)]
        for number in sorted({self._first_with[key] for key in keys if key in self._first_with}):
            first, other = self._sketches[number]
            if self._first_with.get((whole,)) == number or _shared(sketch, other) >= _ALIKE:
                self.found[doc_id] = first
                return first
        for key in keys:
            self._first_with.setdefault(key, len(self._sketches))
        self._sketches.append((doc_id, sketch))
        return None

    def groups(self) -> dict[str, list[str]]:
        """The copies of each report that has any."""
        groups: dict[str, list[str]] = {}
        for copy, first in self.found.items():
            groups.setdefault(first, []).append(copy)
        return groups


def _sketch(text: str) -> tuple[Sketch, int]:
    """Of all clauses of a text the least hash in each bin; and a hash of the whole, white space aside."""
    whole = "".join(text.split())
    bins = [_EMPTY] * _BINS
    for clause in set(_CLAUSE.findall(whole)):
        mixed = zlib.crc32(clause.encode("utf-8", "replace")) * _MIX & 0xFFFFFFFF
        place, value = mixed % _BINS, mixed // _BINS
        if bins[place] == _EMPTY or value < bins[place]:
            bins[place] = value
    return tuple(bins), zlib.crc32(whole.encode("utf-8", "replace"))


def _bands(sketch: Sketch) -> Iterator[tuple[int, ...]]:
    """The parts of a sketch under which it is found, each with its number; none that is empty."""
    for start in range(0, _BINS, _BAND):
        band = sketch[start : start + _BAND]
        if max(band) != _EMPTY:
            yield (start, *band)


def _shared(one: Sketch, other: Sketch) -> float:
    """The share of clauses that two texts have in common, estimated; 0 where there are too few to tell."""
    if _BINS - max(one.count(_EMPTY), other.count(_EMPTY)) < _FEWEST:
        return 0.0
    alike: int = sum(map(eq, one, other))
    empty: int = sum(map(eq, map(max, one, other), repeat(_EMPTY))) if _EMPTY in one and _EMPTY in other else 0
    return (alike - empty) / (_BINS - empty)
