"""Reports of one run that are nearly the same text: one report in two formats, with small changes, with another header.

A text is the set of its clauses. What two sets share is told from a sketch of each (one-permutation min-hashing), and
only texts with a part of their sketches in common are compared, so that the work grows with the number of reports and
not with that of their pairs.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array
from collections.abc import Iterator
from itertools import repeat
from operator import eq

_CLAUSE = re.compile(r"[^\W_]{4,}")
"""A run of letters and digits: shorter ones stand in any report."""
_BINS = 128
_BAND, _BANDS = 3, 16
"""Bins that must agree for two texts to be compared: of texts that share seven tenths, one in three bands does; and how
many bands are looked at: the more, the more memory, and with these one text in a thousand is missed."""
_EMPTY = -1
_ALIKE = 0.7
"""The share of clauses from which on two texts are copies; different reports in the data sets share 0.06 at most."""
_FEWEST = 12
"""Bins that are filled: a text of fewer clauses is a copy only of the same text."""
_MIX = 0x9E3779B1
"""Spreads a checksum over all bits, by multiplication."""


class NearCopies:
    """Takes the texts of a run in their order, and says of each which earlier one it is a copy of.

    In memory are a sketch of each text that is no copy, and where its parts are: about two kilobytes.
    """

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        """Each copy, and the first report of the same text, by their ids."""
        self._sketches: list[tuple[str, array[int]]] = []
        self._first_with: dict[int, int] = {}
        """The first sketch of those with a part, or of a whole text, by a hash of it."""

    def first_like(self, doc_id: str, text: str) -> str | None:
        """The first report whose text is nearly the same; None where there is none, and this one is kept in mind."""
        sketch, whole = _sketch(text)
        keys = [*_bands(sketch), whole]
        for number in sorted({self._first_with[key] for key in keys if key in self._first_with}):
            first, other = self._sketches[number]
            if self._first_with.get(whole) == number or _shared(sketch, other) >= _ALIKE:
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


def _sketch(text: str) -> tuple[array[int], int]:
    """Of all clauses of a text the least hash in each bin; and a hash of the whole, white space aside.

    Nobody looks again whether two texts with one hash are the same, so it has 64 bits.
    """
    whole = "".join(text.split())
    bins = [_EMPTY] * _BINS
    for clause in set(_CLAUSE.findall(whole)):
        mixed = zlib.crc32(clause.encode("utf-8", "replace")) * _MIX & 0xFFFFFFFF
        place, value = mixed % _BINS, mixed // _BINS
        if bins[place] == _EMPTY or value < bins[place]:
            bins[place] = value
    digest = hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=8).digest()
    return array("i", bins), int.from_bytes(digest)


def _bands(sketch: array[int]) -> Iterator[int]:
    """Hashes of the parts of a sketch under which it is found; of none that is empty."""
    for start in range(0, _BAND * _BANDS, _BAND):
        band = sketch[start : start + _BAND]
        if max(band) != _EMPTY:
            yield hash((start, *band))


def _shared(one: array[int], other: array[int]) -> float:
    """The share of clauses that two texts have in common, estimated; 0 where there are too few to tell."""
    if _BINS - max(one.count(_EMPTY), other.count(_EMPTY)) < _FEWEST:
        return 0.0
    alike: int = sum(map(eq, one, other))
    empty: int = sum(map(eq, map(max, one, other), repeat(_EMPTY))) if _EMPTY in one and _EMPTY in other else 0
    return (alike - empty) / (_BINS - empty)
