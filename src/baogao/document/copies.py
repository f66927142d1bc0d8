"""Finding what is printed twice.

Scraped pages repeat whole bodies, or single paragraphs. A clause of some length that stands twice is the anchor of a
copy, which then grows both ways, white space aside; one of the two places is kept for reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from baogao.document.document import Copy, Span

_CLAUSE = re.compile(r"[^。；;，,：:！!？?]{8,}")
"""What anchors a copy: long enough to be rare, short enough to stand between any two blanked-out words."""
_MOST_PLACES = 4
"""A clause that stands more often than that is a refrain."""
_LEAST = 60
"""Characters, white space aside; a shorter passage may honestly stand twice: names of laws, slogans."""
_GAP = 40
"""Characters. Two runs with at most this between them, in both places, are one copy in which a few words differ."""
_BLANKS = re.compile(r"[（(]\s*略\s*[)）]|\*{2,}|[×xX]{3,}|[□■]{2,}|_{3,}")
"""What stands for words that were blanked out: （略）, ***, ××××."""
_DIGIT = re.compile(r"[\d零一二两三四五六七八九十百千]")
_BOUNDARY = re.compile(r"[。；;！!？?\n\r]\s*")
_PRINTED = re.compile(r"\S+")


class _Run(NamedTuple):
    """A stretch that repeats an earlier one; places count without white space."""

    start: int
    end: int
    earlier_start: int
    earlier_end: int

    @property
    def length(self) -> int:
        """Of its characters."""
        return self.end - self.start


def find_copies(text: str) -> tuple[Copy, ...]:
    """The repeated passages of a text, in order, each with the place it repeats (the place that is to be read).

    Of two copies the one with fewer words blanked out is read; with equally many, the first.
    """
    squeezed = "".join(text.split())
    merged: list[_Run] = []
    for run in _runs(squeezed):
        if merged and _same_copy(squeezed, merged[-1], run):
            merged[-1] = merged[-1]._replace(end=run.end, earlier_end=run.earlier_end)
        else:
            merged.append(run)
    runs = [run for run in merged if run.length >= _LEAST and run.earlier_end <= run.start]
    if not runs:
        return ()
    offsets = list(chain.from_iterable(range(*match.span()) for match in _PRINTED.finditer(text)))
    copies: list[Copy] = []
    for start, end, earlier_start, earlier_end in runs:
        later = (offsets[start], offsets[end - 1] + 1)
        earlier = (offsets[earlier_start], offsets[earlier_end - 1] + 1)
        later, earlier = _whole_sentences(text, later, earlier), _whole_sentences(text, earlier, later)
        spent = next((copy for copy in copies if copy.span[0] < earlier[1] and earlier[0] < copy.span[1]), None)
        if spent:
            earlier = spent.original
        elif len(_BLANKS.findall(text, *later)) < len(_BLANKS.findall(text, *earlier)):
            later, earlier = earlier, later
        if later[1] - later[0] >= _LEAST:
            copies.append(Copy(span=later, original=earlier))
    return tuple(sorted(copies, key=lambda copy: copy.span))


def _runs(text: str) -> Iterator[_Run]:
    """Stretches that repeat an earlier one exactly, each as long as it can be, in order and without overlap."""
    places: dict[str, list[int]] = {}
    copy: tuple[_Run, ...] = ()
    for match in _CLAUSE.finditer(text):
        position = match.start()
        earlier = places.setdefault(match.group(), [])
        if earlier and (not copy or position >= copy[-1].end):
            run = max((_grow(text, place, position, copy) for place in earlier), key=lambda run: run.length)
            copy = (copy[0], run) if copy and _same_copy(text, copy[-1], run) else (run,)
            yield run
        if len(earlier) < _MOST_PLACES:
            earlier.append(position)


def _grow(text: str, earlier: int, position: int, copy: tuple[_Run, ...]) -> _Run:
    """The longest run around two equal places: behind the run before, and never into the copy that it is part of.

    :param copy: the first and the last run of the copy so far.
    """
    done = copy[-1].end if copy else 0
    back = _common(text, range(position - 1, done - 1, -1), range(earlier - 1, -1, -1))
    limit = position - back
    if copy and earlier < copy[0].start and abs(copy[0].start - copy[0].earlier_start - position + earlier) <= _GAP:
        limit = copy[0].start
    length = _common(text, range(position, len(text)), range(earlier, limit))
    return _Run(position - back, position + length, earlier - back, earlier + length)


def _common(text: str, one: range, other: range) -> int:
    """How many characters two stretches of a text, given by their places, begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if text[a] != text[b]), min(len(one), len(other)))


def _same_copy(text: str, before: _Run, after: _Run) -> bool:
    """Whether only a few words between two runs differ, and those are no figures (or were blanked out)."""
    if not (0 <= after.start - before.end <= _GAP and 0 <= after.earlier_start - before.earlier_end <= _GAP):
        return False
    shift = (after.start - after.earlier_start) - (before.start - before.earlier_start)
    if abs(shift) > _GAP or after.earlier_end > before.start:
        return False
    one, other = text[before.end : after.start], text[before.earlier_end : after.earlier_start]
    return _is_blanked(one, other) or _DIGIT.findall(one) == _DIGIT.findall(other)


def _is_blanked(one: str, other: str) -> bool:
    """Whether in one of two places words were blanked out."""
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
