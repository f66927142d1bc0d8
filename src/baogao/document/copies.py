"""Finding what is printed twice.

Scraped pages repeat whole bodies, or single paragraphs. A clause of some length that stands twice is the anchor of a
copy, which then grows both ways, white space aside; one of the two places is kept for reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from baogao.document.document import Copy, Span

_CLAUSE = re.compile(r"[^。；;，,：:！!？?]{8,}")
"""What anchors a copy: long enough to be rare, short enough to stand between any two blanked-out words."""
_MOST_PLACES = 4
"""A clause that stands more often than that is a refrain."""
_LEAST = 60
"""A shorter passage may honestly stand twice: names of laws, slogans."""
_GAP = 40
"""Two repeated runs with at most this between them, in both places, are one copy in which a few words differ."""
_BLANKS = re.compile(r"[（(]\s*略\s*[)）]|\*{2,}|[×xX]{3,}|[□■]{2,}|_{3,}")
_DIGIT = re.compile(r"[\d零一二两三四五六七八九十百千]")
_BOUNDARY = re.compile(r"[。；;！!？?\n\r]\s*")
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
        later = (offsets[start], offsets[end - 1] + 1)
        earlier = (offsets[earlier_start], offsets[earlier_end - 1] + 1)
        later, earlier = _whole_sentences(text, later, earlier), _whole_sentences(text, earlier, later)
        spent = next((copy for copy in copies if _overlap(copy.span, earlier)), None)
        if spent:
            earlier = spent.original
        elif _blanks(text, later) < _blanks(text, earlier):
            later, earlier = earlier, later
        if later[1] - later[0] >= _LEAST:
            copies.append(Copy(span=later, original=earlier))
    return tuple(sorted(copies, key=lambda copy: copy.span))


def _runs(text: str) -> Iterator[Run]:
    """Stretches that repeat an earlier one exactly, each as long as it can be, in order and without overlap."""
    places: dict[str, list[int]] = {}
    chain: tuple[Run, ...] = ()
    for match in _CLAUSE.finditer(text):
        position = match.start()
        earlier = places.setdefault(match.group(), [])
        if earlier and (not chain or position >= chain[-1][1]):
            run = max((_grow(text, place, position, chain) for place in earlier), key=lambda run: run[1] - run[0])
            chain = (chain[0], run) if chain and _same_copy(text, chain[-1], run) else (run,)
            yield run
        if len(earlier) < _MOST_PLACES:
            earlier.append(position)


def _grow(text: str, earlier: int, position: int, chain: tuple[Run, ...]) -> Run:
    """The longest run around two equal places: behind the run before, and never into the copy that it is part of.

    :param chain: the first and the last run of the copy so far.
    """
    done = chain[-1][1] if chain else 0
    back = _common(text, range(position - 1, done - 1, -1), range(earlier - 1, -1, -1))
    limit = position - back
    if chain and earlier < chain[0][0] and abs(chain[0][0] - chain[0][2] - position + earlier) <= _GAP:
        limit = chain[0][0]
    length = _common(text, range(position, len(text)), range(earlier, limit))
    return position - back, position + length, earlier - back, earlier + length


def _common(text: str, one: range, other: range) -> int:
    """How many characters two stretches of a text, given by their places, begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if text[a] != text[b]), min(len(one), len(other)))


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
    if abs((after[0] - after[2]) - (before[0] - before[2])) > _GAP or after[3] > before[0]:
        return False
    one, other = text[slice(*here)], text[slice(*there)]
    return _is_blanked(one, other) or _DIGIT.findall(one) == _DIGIT.findall(other)


def _is_blanked(one: str, other: str) -> bool:
    return bool(_BLANKS.search(one) or _BLANKS.search(other))


def _whole_sentences(text: str, span: Span, other: Span) -> Span:
    """``span`` from the beginning of a sentence or a line to the end of one.

    The rest of a sentence at either edge is taken in where the two places differ by a blank, and left out otherwise:
    chance likeness at the edges is no copy.
    """
    start, end = span
    lead, lead_there = _before(text, start), _before(text, other[0])
    if lead.strip():
        if _is_blanked(lead, lead_there) and max(len(lead), len(lead_there)) <= _GAP:
            start -= len(lead)
        else:
            match = _BOUNDARY.search(text, start, end)
            start = match.end() if match else end
    rest, rest_there = _after(text, end), _after(text, other[1])
    if rest.strip():
        if _is_blanked(rest, rest_there) and max(len(rest), len(rest_there)) <= _GAP:
            end += len(rest)
        else:
            last = max((match.start() + 1 for match in _BOUNDARY.finditer(text, start, end - 1)), default=start)
            end = max(start, last)
    return start, end


def _before(text: str, position: int) -> str:
    """The beginning of the sentence that goes on at ``position``; empty where one begins."""
    line = text[max(0, position - 2 * _GAP) : position]
    return re.split(r"[。；;！!？?\n\r]", line)[-1]


def _after(text: str, position: int) -> str:
    """The rest of the sentence that breaks off at ``position``, with its end; empty where one has ended."""
    if re.match(r"[。；;！!？?\n\r]", text[position - 1 : position]):
        return ""
    match = re.match(r"[^。；;！!？?\n\r]*[。；;！!？?]?", text[position : position + 2 * _GAP])
    return match[0] if match else ""


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _blanks(text: str, span: Span) -> int:
    return len(_BLANKS.findall(text, *span))
