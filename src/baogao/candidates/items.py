"""Candidates that are entries of lists: head clauses, up to the first ，。；：.

Marked entries (一是…, （一）…, ● …) are the document's own sections. Lists without marks have entries too: the rows of
a table of words, the parts of a series, the sentences and clauses of a stretch of prose. Form alone does not tell
which prose is a list, so a stretch is taken that counts little or is about what is to come. Each entry says what parts
it from the next, and whoever reads may prefer those with marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import NamedTuple

from baogao.candidates.candidate import Parted
from baogao.candidates.tables import split_row, tables_of
from baogao.chinese.list_marks import ANNOUNCED, leading_mark
from baogao.document.document import Document, Section, Sentence, Span


class Entry(NamedTuple):
    """One entry of a list, marked or not."""

    span: Span
    parted: Parted
    """See ``Candidate.parted``."""


_HEAD = re.compile(r"[ \t　]*((?:[^，,。；;：:\n！!（]+|(?<=\d),(?=\d{3})|（[^（）\n]{0,80}）|（)*+)")
_ASCII_STOP = re.compile(r"\.(?!\d)")
_SHORTEST, _LONGEST = 2, 120
"""Characters of a head clause: a single one is a slip, a longer one is no head but prose."""
_FAR = 1_000
"""Characters; no head clause is looked for further behind its marker."""
_OPENING = re.compile(
    r"\s*(?:[^，,。；;：:\n]{1,6}|(?:对照|总的?[看来说]|回[头顾]|与|同|虽然|尽管|针对|围绕|面对|此外|过去|一年来|下一?步|新的|今后"
    r"|明年|来年|接下来|20\d\d年|[〇零○一二三四五六七八九]{4}年)[^，,。；;：:\n]*)[，,]"
)
"""A clause that leads up to a series: 对照群众期盼，…; 2024年，…."""
_SEMICOLON = re.compile("[；;]")
_SERIES = 2
"""Semicolons that make a sentence a series."""
_STOP = re.compile("[，。；]")
_CLAUSE = re.compile(r"(?:[^，,。；;：:！!？?\n（]+|(?<=\d),(?=\d{3})|（[^（）\n]{0,80}）|（)++")
_PHRASE = re.compile(r"[^、]+")
_FEWEST_OF_PHRASE = 5
"""Characters; 、 mostly stands between short words."""
_FEWEST = 3
"""Parts of a series that commas or 、 make."""
_FEWEST_CHARACTERS = 4
"""Characters of an unmarked entry: fewer are a label, a name or an adverb."""
_WORDS = re.compile(r"[\u4e00-\u9fff]")
_FEWEST_WORDS = 6
"""Chinese characters of a cell that may be an entry; a shorter one is a label."""
_LONGEST_LABEL = 10
"""Characters of a cell in the head of a table."""
_FIGURE = re.compile(r"\d[\d,.]*+(?![年月日])")
"""A figure, not a date."""
_FEW_FIGURES = 2
_COUNTING = 1.5
"""Figures, and of figures to 100 characters: prose that has more of both tells of what was done."""
_HEADING_LEVEL = 2
"""Of sections; what stands below a title further down goes into an entry, and is no list itself."""
_LONG = 600
"""Characters; of a longer stretch only the sentences are taken."""


def find_items(document: Document, planned: Sequence[Span] = ()) -> Iterator[Entry]:
    """The head clauses of all entries, in reading order, each once.

    :param planned: the spans about what is to come, in order and apart; see ``baogao.candidates.period``.
    """
    found: dict[Span, Parted] = {}
    prose = list(_unmarked(document))
    entries = (_marked(document), _rows(document), _series(document.text, prose), _prose(document, prose, planned))
    for entry in chain.from_iterable(entries):
        found.setdefault(entry.span, entry.parted)
    yield from (Entry(span, parted) for span, parted in sorted(found.items()))


def _marked(document: Document) -> Iterator[Entry]:
    """The entries and headings that bear a mark."""
    for section in document.sections:
        if section.marker and (head := _head(document.text, section.title[0], section.span[1])):
            yield Entry(head, "mark")


def _rows(document: Document) -> Iterator[Entry]:
    """The rows of tables of words: of each the first cell that is more than a label, and the longest one."""
    for table in tables_of(document):
        rows = [split_row(document.slice(row.span), row.span[0]) for row in table]
        counting = [any(_is_figure(text) for text, _ in row[1:]) for row in rows]
        if sum(counting) * 2 >= len(rows):
            continue
        headed = len(rows) > 1 and all(len(text) <= _LONGEST_LABEL for text, _ in rows[0])
        for row in rows[1:] if headed else rows:
            worded = [cell for cell in row if len(_WORDS.findall(cell[0])) >= _FEWEST_WORDS]
            for text, (start, end) in dict.fromkeys((*worded[:1], *sorted(worded, key=lambda cell: -len(cell[0]))[:1])):
                mark = leading_mark(text)
                if head := _head(document.text, start + (mark.end if mark else 0), end):
                    yield Entry(head, "row")


def _is_figure(text: str) -> bool:
    """Whether a cell holds a figure and next to no words: its row counts something."""
    return bool(_FIGURE.search(text)) and len(_WORDS.findall(text)) < _FEWEST_CHARACTERS


def _unmarked(document: Document) -> Iterator[Sentence]:
    """The sentences of prose in which no mark stands, and no heading; the lines of the title are none."""
    starts = [section.title[0] for section in document.sections]
    begun = False
    for sentence in document.sentences:
        start, end = sentence.span
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        begun = begun or last > 0 or bool(_STOP.search(document.text, start, end))
        if begun and not sentence.row and first == last:
            yield sentence


def _series(text: str, prose: list[Sentence]) -> Iterator[Entry]:
    """The parts of a sentence with two semicolons or more."""
    for sentence in prose:
        begin, end = sentence.span
        cuts = [match.end() for match in _SEMICOLON.finditer(text, begin, end)]
        if len(cuts) < _SERIES:
            continue
        # The first part begins after the last colon, or after a clause that only leads up to the series.
        first = 1 + max(text.rfind("：", begin, cuts[0]), text.rfind(":", begin, cuts[0]))
        if not first:
            opening = _OPENING.match(text, begin, cuts[0])
            first = opening.end() if opening else begin
        for start, stop in pairwise([first, *cuts, end]):
            if head := _head(text, start, stop):
                yield Entry(head, "semicolon")


def _prose(document: Document, prose: list[Sentence], planned: Sequence[Span]) -> Iterator[Entry]:
    """The sentences and clauses of prose that may be a list."""
    text = document.text
    openings = [start for start, _ in planned]
    for section, stretch in groupby(prose, lambda sentence: _innermost(document, sentence.span[0])):
        sentences = list(stretch)
        size = sum(sentence.span[1] - sentence.span[0] for sentence in sentences)
        figures = sum(len(_FIGURE.findall(document.slice(sentence.span))) for sentence in sentences)
        counts = figures > _FEW_FIGURES and figures * 100 > _COUNTING * size
        telling = counts or (section is not None and section.level > _HEADING_LEVEL)
        for sentence in sentences:
            before = bisect_right(openings, sentence.span[0])
            ahead = before > 0 and sentence.span[0] < planned[before - 1][1]
            if ahead or not telling:
                yield from _clauses(text, sentence.span, whole=size <= _LONG)
            elif lead := ANNOUNCED.search(text, *sentence.span):
                clauses = list(_clauses(text, (lead.end(), sentence.span[1]), whole=True))
                yield from clauses if len(clauses) >= _FEWEST else ()


def _innermost(document: Document, place: int) -> Section | None:
    """The innermost section around a place."""
    around = document.sections_at(place)
    return around[-1] if around else None


def _clauses(text: str, span: Span, whole: bool) -> Iterator[Entry]:
    """The clauses of a sentence: its head, that behind a lone semicolon, and, if it is taken whole, behind commas."""
    parted: Parted = "sentence"
    for match in _CLAUSE.finditer(text, *span):
        announced = ANNOUNCED.match(text, *match.span())
        head = _head(text, announced.end() if announced else match.start(), match.end())
        if head and head[1] - head[0] >= _FEWEST_CHARACTERS and (whole or parted != "clause"):
            yield Entry(head, parted)
            if whole:
                yield from _phrases(text, head)
        behind = text[match.end() : match.end() + 1]
        parted = "sentence" if behind in {"；", ";"} else "clause"


def _phrases(text: str, clause: Span) -> Iterator[Entry]:
    """The parts of a clause that 、 divides, where all of them are long."""
    phrases = [match.span() for match in _PHRASE.finditer(text, *clause)]
    if len(phrases) >= _FEWEST and all(end - start >= _FEWEST_OF_PHRASE for start, end in phrases):
        yield from (Entry(span, "phrase") for span in phrases)


def _head(text: str, start: int, limit: int) -> Span | None:
    """The head clause that begins at ``start``; None where there are too few words, or too many."""
    match = _HEAD.match(text, start, min(limit, start + _FAR))
    if match is None:
        return None
    begin, end = match.span(1)
    stop = _ASCII_STOP.search(text, begin, end)
    end = stop.start() if stop else end
    end -= len(text[begin:end]) - len(text[begin:end].rstrip())
    return (begin, end) if _SHORTEST <= end - begin <= _LONGEST else None
