"""Finding what is printed twice.

Scraped pages repeat whole bodies, or single paragraphs. Every repeated passage of some length is found by its character
n-grams, white space aside; one of each pair is then kept for reading.
"""

from __future__ import annotations

import re

from baogao.document.model import Copy, Span

_GRAM = 40
"""Shorter coincidences (names of laws, slogans) are ordinary in official prose."""
_LEAST = 60
"""A shorter passage may honestly stand twice."""
_GAP = 40
"""Two repeated runs with the same shift and at most this gap are one copy in which a few words differ."""
_BLANKS = re.compile(r"[（(]\s*略\s*[)）]|\*{2,}|[×xX]{3,}|[□■]{2,}|_{3,}")
_PRINTED = re.compile(r"\S")


def find_copies(text: str) -> tuple[Copy, ...]:
    """The repeated passages of a text, in order, each with the place it repeats (the place that is to be read).

    Of two copies the one with fewer words blanked out is read; with equally many, the first.
    """
    offsets = [match.start() for match in _PRINTED.finditer(text)]
    squeezed = "".join(map(text.__getitem__, offsets))
    copies = []
    for start, end, shift in _merge(_runs(squeezed)):
        later = (offsets[start], offsets[end - 1] + 1)
        earlier = (offsets[start - shift], offsets[end - shift - 1] + 1)
        if _blanks(text, later) < _blanks(text, earlier):
            later, earlier = earlier, later
        copies.append(Copy(span=later, original=earlier))
    return tuple(sorted(copies, key=lambda copy: copy.span))


def _runs(text: str) -> list[tuple[int, int, int]]:
    """Maximal ``(start, end, shift)`` with ``text[start:end] == text[start - shift:end - shift]``, not overlapping."""
    first: dict[str, int] = {}
    runs: list[tuple[int, int, int]] = []
    position = 0
    while position + _GRAM <= len(text):
        earlier = first.setdefault(text[position : position + _GRAM], position)
        if position - earlier < _GRAM:
            position += 1
            continue
        end = _extend(text, earlier, position)
        runs.append((position, end, position - earlier))
        position = end
    return runs


def _extend(text: str, earlier: int, later: int) -> int:
    limit = min(len(text) - later, later - earlier)
    length = _GRAM
    while length < limit and text[earlier + length] == text[later + length]:
        length += 1
    return later + length


def _merge(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    merged: list[tuple[int, int, int]] = []
    for start, end, shift in runs:
        if merged and abs(merged[-1][2] - shift) <= _GAP and start - merged[-1][1] <= _GAP:
            merged[-1] = (merged[-1][0], end, merged[-1][2])
        else:
            merged.append((start, end, shift))
    return [run for run in merged if run[1] - run[0] >= _LEAST and run[1] - run[2] <= run[0]]


def _blanks(text: str, span: Span) -> int:
    return len(_BLANKS.findall(text, *span))
