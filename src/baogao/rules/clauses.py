"""Clauses: a sentence cut so that figures which nothing parts share a clause.

Where names are listed first and figures after (收到、受理、审结分别为9件、8件、7件; 建议和提案9件和8件), every figure
of such a coordination gets its own name as its lead, so that the rules read it as if it were printed in full. A later
“前者” or “后者” stands for the first or the second of two names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from baogao.candidates.candidate import Candidate
from baogao.document.document import Sentence, Span
from baogao.rules.rules_file import OTHER

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


_RESPECTIVELY = re.compile(r"分别|依次|各(?=[有为]?\s*$)")
_COMMA = re.compile(r"、|[，,]?以及|[，,；;／/]")
_AND = re.compile(r"和|与|及|并")
_POINT_IN_TIME = re.compile(r"\s*(?:截至|截止|到|至)?[^，,]{0,8}(?:末|底|初|目前|日|月份?)\s*")
_BARE_LINK = re.compile(r"[，,、；;／/\s]*(?:和|与|及|以及)?")


def distribute(clauses: list[Clause]) -> None:
    """Give every figure of a coordinated run its own name as ``lead``; ``clauses`` are those of one sentence."""
    if not any(_follows(clause) or "者" in clause.pieces[0] for clause in clauses[1:]):
        return
    at = 0
    leads: list[str] = []
    while at < len(clauses):
        run = _run_from(clauses, at)
        names = _names(clauses[at], len(run)) if len(run) > 1 else None
        if names is None:
            run = run[:1]
            _resolve(run[0], leads)
            names = [run[0].pieces[0]] if run[0].figures else []
        else:
            for clause, name in zip(run, names, strict=True):
                clause.lead = name
        leads += names
        at = clauses.index(run[-1]) + 1


def _follows(clause: Clause) -> bool:
    """Whether a figure stands alone in its clause, with nothing but a link before it."""
    return len(clause.figures) == 1 and _BARE_LINK.fullmatch(clause.before + clause.pieces[0]) is not None


def _run_from(clauses: list[Clause], at: int) -> list[Clause]:
    """The clauses from ``at`` on whose figures follow each other with nothing but a link in between."""
    first = clauses[at]
    if not first.figures:
        return [first]
    respectively = _RESPECTIVELY.search(first.before + first.masked())
    run = [first]
    for clause in clauses[at + 1 :]:
        if not clause.figures and _BARE_LINK.fullmatch(clause.pieces[0]) and respectively:
            continue
        if not _follows(clause) or run[-1].pieces[-1].strip() or (clause.before and not respectively):
            break
        run.append(clause)
    alike = len({clause.figures[-1].unit for clause in run if clause.figures}) == 1 and not run[-1].pieces[-1].strip()
    return run if respectively or alike else [first]


def _names(first: Clause, count: int) -> list[str] | None:
    """The last ``count`` names before the first figure, each with the verb after 分别; None when there are fewer."""
    lead = first.before + first.lead_of(len(first.figures) - 1)
    marker = _RESPECTIVELY.search(lead)
    listed, verb = (lead[: marker.start()], lead[marker.end() :]) if marker else (lead, "")
    parts = [part for part in _COMMA.split(listed) if part.strip() and not _POINT_IN_TIME.fullmatch(part)]
    if len(parts) < count and parts:
        parts = [*parts[:-1], *_AND.split(parts[-1], maxsplit=count - len(parts))]
    if len(parts) < count:
        return None
    return [f"{part}{verb}" for part in parts[-count:]]


def _resolve(clause: Clause, leads: list[str]) -> None:
    """Put the names of the last two figures in place of 前者 and 后者."""
    if len(leads) >= 2:
        first, second = leads[0], leads[1]
        clause.pieces[0] = clause.pieces[0].replace("前者", first).replace("后者", second)
