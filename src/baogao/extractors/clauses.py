"""Clauses: a sentence cut so that figures which nothing parts share a clause."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baogao.candidates.model import Candidate
from baogao.document.model import Sentence, Span
from baogao.extractors.rulebook import OTHER

_BREAK = re.compile(r"[，,；;。！!？?（）()／/\n\r\t]|[.](?!\d)|—+|--+")
_WORD = re.compile(r"\w")
_LINK = re.compile(r"、|(?:以及|和|与|及|并|或)")


@dataclass(slots=True)
class Clause:
    """A clause with the figures in it, or a run of text without any."""

    span: Span
    figures: list[Candidate]
    pieces: list[str]
    """The text around the figures: one piece more than there are figures."""
    sentence: int
    paragraph: int
    before: str = ""
    """The clauses without figures that stand just before, in the same sentence."""
    after: str = ""
    lead: str | None = None
    """The figure's own share of a coordination, in place of what stands before it; see ``coordination``."""
    topics: frozenset[str] = frozenset()

    def masked(self) -> str:
        """The clause with every figure as ``#``."""
        return OTHER.join(self.pieces)


def sentence_clauses(text: str, sentence: Sentence, number: int, figures: list[Candidate]) -> list[Clause]:
    """Cut a sentence so that figures which share no break share a clause; text without figures stays whole."""
    start, end = sentence.span
    if not figures:
        return [Clause(sentence.span, [], [text[start:end]], number, sentence.paragraph)]
    clauses: list[Clause] = []
    head, body = cut_head(text[start : figures[0].start])
    if head:
        clauses.append(Clause((start, start + len(head)), [], [head], number, sentence.paragraph))
    open_start = start + len(head)
    current = Clause((open_start, end), [], [body], number, sentence.paragraph, before=head)
    for index, figure in enumerate(figures):
        current.figures.append(figure)
        stop = figures[index + 1].start if index + 1 < len(figures) else end
        gap = text[figure.end : stop]
        cut = _cut_gap(gap, last=index + 1 == len(figures))
        if cut is None:
            current.pieces.append(gap)
            continue
        tail, middle, lead = cut
        current.pieces.append(tail)
        current.after = middle
        current.span = (current.span[0], figure.end + len(tail))
        clauses.append(current)
        if _WORD.search(middle):
            between = (figure.end + len(tail), stop - len(lead))
            clauses.append(Clause(between, [], [middle], number, sentence.paragraph))
        current = Clause((stop - len(lead), end), [], [lead], number, sentence.paragraph, before=middle)
    if current.figures:
        clauses.append(current)
    return clauses


def cut_head(lead: str) -> tuple[str, str]:
    """Split what stands before the first figure into the clauses before, and the beginning of its own clause."""
    breaks = list(_BREAK.finditer(lead))
    cut = breaks[-1].end() if breaks else 0
    return lead[:cut], lead[cut:]


def _cut_gap(gap: str, last: bool) -> tuple[str, str, str] | None:
    """Split the text between two figures into tail, clauses between and lead; None when nothing parts them."""
    breaks = list(_BREAK.finditer(gap))
    if last:
        cut = breaks[0].start() if breaks else len(gap)
        return gap[:cut], gap[cut:], ""
    if breaks:
        return gap[: breaks[0].start()], gap[breaks[0].start() : breaks[-1].end()], gap[breaks[-1].end() :]
    if "、" in gap:
        cut = gap.index("、")
        return gap[:cut], "", gap[cut + 1 :]
    link = _LINK.match(gap)
    if link:
        return "", "", gap[link.end() :]
    if gap.endswith(("和", "与", "及")):
        return gap[:-1], "", ""
    return None
