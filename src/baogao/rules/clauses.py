"""Clauses: a sentence cut so that figures which nothing parts share a clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from baogao.candidates.candidate import Candidate
from baogao.document.document import Sentence, Span
from baogao.rules.patterns import OTHER

_BREAK = re.compile(r"[，,；;。！!？?（）()／/\n\r\t]|[：:](?=[^，,；;。\s]{2})|[.](?!\d)|—+|--+")
_ASIDE = re.compile(r"[（(]([^（）()]*)[）)]")
"""Brackets without a figure in them are part of the clause (终止（和解、调解）9件)."""
_WORD = re.compile(r"\w")
_LINK = re.compile(r"以及|和|与|及|并|或")
_RANGE_OPEN = re.compile(r"(?:由|从)[^，、到至]{0,12}年[^，、]{0,6}$")
"""由8件、9件增至12件: the comma does not part what grew from what it grew to."""
_BEFORE_BRACKET = re.compile(r"([^，,；;。：:]*)[（(]$")


@dataclass(slots=True)
class Clause:
    """A clause with the figures in it, or a run of text without any."""

    span: Span
    figures: list[Candidate]
    pieces: list[str]
    """The text around the figures: one piece more than there are figures."""
    sentence: Sentence
    sentence_number: int
    before: str = ""
    """The clauses without figures that stand just before, in the same sentence."""
    after: str = ""
    lead: str | None = None
    """The figure's own share of a coordination, in place of what stands before it; see ``coordination``."""
    topics: frozenset[str] = frozenset()
    """What it mentions."""
    is_rival: bool = False
    """True when it mentions more than background topics."""

    def lead_of(self, index: int) -> str:
        """The clause up to its figure ``index``, the figures before it masked."""
        return _interleave(self.pieces[: index + 1], self.figures)

    def tail_of(self, index: int) -> str:
        """The clause after its figure ``index``, the figures after it masked."""
        return _interleave(self.pieces[index + 1 :], self.figures[index + 1 :])

    def masked(self) -> str:
        """The whole clause, every figure masked."""
        return _interleave(self.pieces, self.figures)


def _interleave(pieces: list[str], figures: list[Candidate]) -> str:
    if len(pieces) == 1:
        return pieces[0]
    out = pieces[:1]
    for figure, piece in zip(figures, pieces[1:], strict=False):
        out += [_mask(figure), piece]
    return "".join(out)


def _mask(figure: Candidate) -> str:
    """How a figure looks from another one's place: ``#``; a mere 一次 or 一家 is left in words."""
    return figure.text if figure.text[0] == "一" and figure.value == 1 else OTHER


def sentence_clauses(text: str, sentence: Sentence, number: int, figures: list[Candidate]) -> list[Clause]:
    """Cut a sentence at its punctuation, and between figures that are listed; text without figures stays whole."""
    if not figures:
        return [Clause(sentence.span, [], [text[slice(*sentence.span)]], sentence, number)]
    return list(_Cutter(text, sentence, number, figures).clauses())


@dataclass
class _Cutter:
    text: str
    sentence: Sentence
    number: int
    figures: list[Candidate]
    aside: str = field(default="", init=False)
    """The words before the bracket that is open now."""

    def clauses(self) -> Iterator[Clause]:
        start, end = self.sentence.span
        head, lead = cut_lead(_without_asides(self.text[start : self.figures[0].start]))
        self._note_bracket(head)
        if head:
            yield Clause((start, start + len(head)), [], [head], self.sentence, self.number)
        current = Clause((start + len(head), end), [], [lead], self.sentence, self.number, before=head)
        for figure, stop in zip(self.figures, [*(one.start for one in self.figures[1:]), end], strict=True):
            gap = _without_asides(self.text[figure.end : stop])
            current.figures.append(figure)
            cut = _cut_gap(gap) if stop < end else _cut_tail(gap)
            if gap.startswith("、") and _RANGE_OPEN.search(current.lead_of(len(current.figures) - 1)):
                cut = None
            if cut is None:
                current.pieces.append(gap)
                continue
            tail, middle, lead = cut
            current.pieces.append(tail)
            current.after = middle
            current.span = (current.span[0], figure.end + len(tail))
            yield current
            begin = stop - len(lead)
            if _WORD.search(middle):
                yield Clause((figure.end + len(tail), begin), [], [middle], self.sentence, self.number)
            lead = self._resume(current, middle, lead)
            current = Clause((begin, stop), [], [lead], self.sentence, self.number, before=middle)
        if current.figures:
            yield current

    def _resume(self, last: Clause, middle: str, lead: str) -> str:
        """After a bracket with figures in it the clause before the bracket goes on (审结（含结转2件）9件)."""
        resumed = self.aside if middle.endswith(("）", ")")) and not lead.strip() else ""
        if (middle or last.pieces[-1]).endswith(("（", "(")):
            self._note_bracket(last.masked() + middle)
        return resumed + lead

    def _note_bracket(self, said: str) -> None:
        if said.endswith(("（", "(")):
            opened = _BEFORE_BRACKET.search(said)
            self.aside = opened[1] if opened else ""


def _without_asides(text: str) -> str:
    """Spaces for the brackets around words without figures: as long as before, but no break any more."""
    return _ASIDE.sub(r" \1 ", text) if "（" in text or "(" in text else text


def cut_lead(lead: str) -> tuple[str, str]:
    """Split what stands before a figure into the clauses before, and the beginning of its own clause."""
    cut = max((match.end() for match in _BREAK.finditer(lead)), default=0)
    return lead[:cut], lead[cut:]


def _cut_tail(gap: str) -> tuple[str, str, str]:
    """Split the rest of a sentence into the end of the last figure's clause, and the clauses after it."""
    found = _BREAK.search(gap)
    cut = found.start() if found else len(gap)
    return gap[:cut], gap[cut:], ""


def _cut_gap(gap: str) -> tuple[str, str, str] | None:
    """Split the text between two figures into tail, clauses between and lead; None when nothing parts them."""
    first = last = None
    for last in _BREAK.finditer(gap):
        first = first or last
    if first and last:
        return gap[: first.start()], gap[first.start() : last.end()], gap[last.end() :]
    if "、" in gap:
        cut = gap.index("、")
        return gap[:cut], "", gap[cut + 1 :]
    link = _LINK.match(gap)
    if link:
        return "", "", gap[link.end() :]
    if gap.endswith(("和", "与", "及")):
        return gap[:-1], "", ""
    return None
