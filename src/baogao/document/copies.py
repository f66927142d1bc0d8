"""Finding what is printed twice.

Scraped pages repeat whole bodies, or single paragraphs. A clause of some length that stands twice is the anchor of a
copy, which then grows both ways, white space aside; one of the two places is kept for reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from baogao.document.model import Copy, Span

_CLAUSE = re.compile(r"[^。；;，,：:！!？?]{12,}")
"""What anchors a copy; shorter clauses are repeated by every author."""
_LEAST = 60
"""A shorter passage may honestly stand twice: names of laws, slogans."""
_GAP = 40
"""Two repeated runs with at most this between them, in both places, are one copy in which a few words differ."""
_BLANKS = re.compile(r"[（(]\s*略\s*[)）]|\*{2,}|[×xX]{3,}|[□■]{2,}|_{3,}")
_DIGIT = re.compile(r"[\d零一二两三四五六七八九十百千]")
_BOUNDARY = re.compile(r"[。；;！!？?\n\r]\s*|\Z")
_PRINTED = re.compile(r"\S+")

Run = tuple[int, int, int, int]
"""``(start, end, earlier start, earlier end)``, all counted without white space."""


def find_copies(text: str) -> tuple[Copy, ...]:
    """The repeated passages of a text, in order, each with the place it repeats (the place that is to be read).

    Of two copies the one with fewer words blanked out is read; with equally many, the first.
    """
    squeezed = "".join(text.split())
    runs = _merge(squeezed, _runs(squeezed))
    if not runs:
        return ()
    offsets = list(chain.from_iterable(range(*match.span()) for match in _PRINTED.finditer(text)))
    copies: list[Copy] = []
    for start, end, earlier_start, earlier_end in runs:
        later = _whole_sentences(text, (offsets[start], offsets[end - 1] + 1))
        earlier = (offsets[earlier_start], offsets[earlier_end - 1] + 1)
        spent = next((copy for copy in copies if _overlap(copy.span, earlier)), None)
        if spent:
            earlier = spent.original
        elif _blanks(text, later) < _blanks(text, earlier):
            later, earlier = _whole_sentences(text, earlier), later
        if later[1] - later[0] >= _LEAST:
            copies.append(Copy(span=later, original=earlier))
    return tuple(sorted(copies, key=lambda copy: copy.span))


def _runs(text: str) -> Iterator[Run]:
    """Stretches that repeat an earlier one exactly, each as long as it can be, in order and without overlap."""
    first: dict[str, int] = {}
    done = 0
    for match in _CLAUSE.finditer(text):
        position = match.start()
        earlier = first.setdefault(match.group(), position)
        if earlier == position or position < done:
            continue
        back = _common(text[done:position][::-1], text[:earlier][::-1])
        length = _common(text[position:], text[earlier:position])
        done = position + length
        yield position - back, done, earlier - back, earlier + length


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _merge(text: str, runs: Iterator[Run]) -> list[Run]:
    """Join runs that belong to one copy; drop what is too short, or overlaps what it repeats."""
    merged: list[Run] = []
    for run in runs:
        if merged and _same_copy(text, merged[-1], run):
            merged[-1] = (merged[-1][0], run[1], merged[-1][2], run[3])
        else:
            merged.append(run)
    return [run for run in merged if run[1] - run[0] >= _LEAST and run[3] <= run[0]]


def _same_copy(text: str, before: Run, after: Run) -> bool:
    """Whether only a few words between two runs differ, and those are no figures (or were blanked out)."""
    here, there = (before[1], after[0]), (before[3], after[2])
    if not (0 <= here[1] - here[0] <= _GAP and 0 <= there[1] - there[0] <= _GAP):
        return False
    one, other = text[slice(*here)], text[slice(*there)]
    blanked = _BLANKS.search(one) or _BLANKS.search(other)
    return bool(blanked) or _DIGIT.findall(one) == _DIGIT.findall(other)


def _whole_sentences(text: str, span: Span) -> Span:
    """The part of ``span`` that begins and ends with a sentence or a line: chance likeness at the edges is no copy."""
    start, end = span
    if text[:start].rstrip(" \t　")[-1:] not in {"", "。", "；", ";", "！", "!", "？", "?", "\n", "\r"}:
        match = _BOUNDARY.search(text, start, end)
        start = match.end() if match else end
    if text[end : end + 1] not in {"", "\n", "\r"} and not _BOUNDARY.match(text, end - 1):
        last = max((match.start() + 1 for match in _BOUNDARY.finditer(text, start, end - 1)), default=start)
        end = max(start, last)
    return start, end


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _blanks(text: str, span: Span) -> int:
    return len(_BLANKS.findall(text, *span))
