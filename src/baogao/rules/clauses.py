"""Clauses: a sentence cut so that figures which nothing parts share a clause.

Where names are listed first and figures after (收到、受理、审结分别为9件、8件、7件; 建议和提案9件和8件), every figure
of such a coordination gets its own name as its lead, so that the rules read it as if it were printed in full. A later
“前者” or “后者” stands for the first or the second of two names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from baogao.candidates.candidate import FIGURES, Candidate, Candidates
from baogao.document.document import Document, Sentence, Span
from baogao.rules.rules_file import OTHER

_BREAK = re.compile(
    r"[，,；;。！!？?（）()／/\n\r\t：:.—-]"
    r"(?:(?<![：:.—-])|(?<=[：:])(?=[^，,；;。\s]{2})|(?<=[.])(?!\d)|(?<=—)—*|(?<=-)-+)"
)
"""What parts two clauses: punctuation, a colon that something follows, a point that is none of a decimal, a dash.

It begins with all its characters in one set, which ``re`` looks for many times faster than for alternatives."""
_ASIDE = re.compile(r"[（(]([^（）()]*)[）)]")
"""Brackets without a figure in them are part of the clause (终止（和解、调解）9件)."""
_WORD = re.compile(r"\w")
_LINK = re.compile(r"以及|和|与|及|并|或")
"""What joins the next listed name to a figure (来信9件和来电8件)."""
_RANGE_OPEN = re.compile(r"(?:由|从)[^，、到至]{0,12}年[^，、]{0,6}$")
"""由8件、9件增至12件: the comma does not part what grew from what it grew to."""
_CLAUSE_END = re.compile(r"[，,；;。：:]")
"""What parts the clause in which a bracket opens from those before it."""
_RESPECTIVELY = re.compile(r"分别|依次|各(?=[有为]?\s*$)")
"""What says that figures follow in the order of their names; 各 only right before the first of them."""
_COMMA = re.compile(r"、|[，,]?以及|[，,；;／/]")
"""What parts the names of a list for sure."""
_AND = re.compile(r"和|与|及|并")
"""What parts the last two of them, and may be part of a name: tried only where names are missing."""
_POINT_IN_TIME = re.compile(r"\s*(?:截至|截止|到|至)?[^，,]{0,8}(?:末|底|初|目前|日|月份?)\s*")
"""When something was counted, between names and figures (来信和来电，截至12月末分别为9件和8件): no name."""
_BARE_LINK = re.compile(r"[，,、；;／/\s]*(?:和|与|及|以及)?")
"""Nothing but a link: what stands before it goes on."""
_FAR = 200
_MOST_FIGURES = 15
"""Characters, and other figures, on each side of a figure: no clause that a person wrote has half of either."""
_COMPARED = re.compile(r"(?:增[速幅]|同比|环比|[比较](?:上年|去年|同期)|年均)?")
"""What may stand before 分别 where it names nothing: 同比分别增长5%和6%."""
_LONGEST_VERB = 8
"""Characters of what stands between names and figures, or before figures whose names stand further up."""
_NO_COLLECTIVE: Mapping[str, Sequence[str]] = {}
_MOST_LISTED = 20
"""Figures of one coordination; a longer row of them is no list of what names before it count."""


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
    """The figure's own share of a coordination, in place of what stands before it; see :func:`distribute`."""
    topics: tuple[str, ...] = ()
    """What it mentions, in order."""
    is_rival: bool = False
    """True when it mentions more than background topics."""

    def lead_of(self, index: int) -> str:
        """The clause up to its figure ``index``, the figures before it masked; of a monstrous one the end."""
        if index == 0:
            return self.pieces[0][-_FAR:]
        first = max(0, index - _MOST_FIGURES)
        return _interleave(self.pieces[first : index + 1], self.figures[first:index])[-_FAR:]

    def tail_of(self, index: int) -> str:
        """The clause after its figure ``index``, the figures after it masked; of a monstrous one the beginning."""
        if index + 1 == len(self.figures):
            return self.pieces[index + 1][:_FAR]
        last = index + 1 + _MOST_FIGURES
        return _interleave(self.pieces[index + 1 : last], self.figures[index + 1 : last])[:_FAR]

    def masked(self) -> str:
        """The whole clause, every figure masked."""
        return _interleave(self.pieces, self.figures)


def _interleave(pieces: list[str], figures: list[Candidate]) -> str:
    """Pieces with figures between them, as those look from another one's place: ``#``; a mere 一次 or 一家 in words."""
    if len(pieces) == 1:
        return pieces[0]
    out = pieces[:1]
    for figure, piece in zip(figures, pieces[1:], strict=False):
        out += [figure.text if figure.text[0] == "一" and figure.value == 1 else OTHER, piece]
    return "".join(out)


def clauses_of(
    document: Document, candidates: Candidates, collective: Mapping[str, Sequence[str]] = _NO_COLLECTIVE
) -> Iterator[Clause]:
    """All clauses of a document, in reading order, coordinated figures with their own names as leads.

    :param collective: words that name several things at once, and the words for each.
    """
    numbers = [one for one in candidates if one.kind in FIGURES]
    at = 0
    for order, sentence in enumerate(document.sentences):
        inside: list[Candidate] = []
        while at < len(numbers) and numbers[at].start < sentence.span[1]:
            if numbers[at].start >= sentence.span[0]:
                inside.append(numbers[at])
            at += 1
        clauses = list(sentence_clauses(document.text, sentence, order, inside))
        if len(inside) > 1:
            distribute(clauses, collective)
        yield from clauses


def sentence_clauses(text: str, sentence: Sentence, number: int, figures: list[Candidate]) -> Iterator[Clause]:
    """Cut a sentence at its punctuation, and between figures that are listed; text without figures stays whole."""
    start, end = sentence.span
    start += len(text[start:end]) - len(text[start:end].lstrip())  # an indent is no part of its first clause
    if not figures:
        yield Clause(sentence.span, [], [text[start:end]], sentence, number)
        return
    head, lead = cut_lead(_without_asides(text[start : figures[0].start]))
    aside = _clause_of_bracket(head)
    if head:
        yield Clause((start, start + len(head)), [], [head], sentence, number)
    current = Clause((start + len(head), end), [], [lead], sentence, number, before=head)
    for figure, stop in zip(figures, [*(one.start for one in figures[1:]), end], strict=True):
        gap = _without_asides(text[figure.end : stop])
        current.figures.append(figure)
        cut = cut_gap(gap, last=stop == end)
        if gap.startswith("、") and _RANGE_OPEN.search(current.lead_of(len(current.figures) - 1)):
            cut = None
        if cut is None:
            current.pieces.append(gap)
            continue
        tail, middle, lead = cut
        current.pieces.append(tail)
        current.after = middle
        begin = stop - len(lead)
        current.span = (current.span[0], figure.end + len(tail))
        yield current
        if _WORD.search(middle):
            yield Clause((figure.end + len(tail), begin), [], [middle], sentence, number)
        # After a bracket with figures in it the clause before the bracket goes on (审结（含结转2件）9件).
        resumed = aside if middle.endswith(("）", ")")) and not lead.strip() else ""
        if (middle or tail).endswith(("（", "(")):
            aside = _clause_of_bracket(current.masked() + middle)
        current = Clause((begin, stop), [], [resumed + lead], sentence, number, before=middle)
    if current.figures:
        yield current


def _without_asides(text: str) -> str:
    """Spaces for the brackets around words without figures: as long as before, but no break any more."""
    return _ASIDE.sub(r" \1 ", text) if "（" in text or "(" in text else text


def _clause_of_bracket(said: str) -> str:
    """The clause before the bracket that opens at the end of what was said; empty where none does."""
    return _CLAUSE_END.split(said)[-1][:-1] if said.endswith(("（", "(")) else ""


def cut_lead(lead: str) -> tuple[str, str]:
    """Split what stands before a figure into the clauses before, and the beginning of its own clause."""
    cut = max((match.end() for match in _BREAK.finditer(lead)), default=0)
    return lead[:cut], lead[cut:]


def cut_gap(gap: str, *, last: bool) -> tuple[str, str, str] | None:
    """Split the text behind a figure into the clause's tail, the clauses between, and the next figure's lead.

    None when nothing parts the two figures. Behind the last one everything is tail and clauses after it.
    """
    breaks = list(_BREAK.finditer(gap))
    if last:
        cut = breaks[0].start() if breaks else len(gap)
        return gap[:cut], gap[cut:], ""
    if breaks:
        first, end = breaks[0].start(), breaks[-1].end()
        return gap[:first], gap[first:end], gap[end:]
    if "、" in gap:
        cut = gap.index("、")
        return gap[:cut], "", gap[cut + 1 :]
    link = _LINK.match(gap)
    if link:
        return "", "", gap[link.end() :]
    if gap.endswith(("和", "与", "及")):
        return gap[:-1], "", ""
    return None


def distribute(clauses: list[Clause], collective: Mapping[str, Sequence[str]] = _NO_COLLECTIVE) -> None:
    """Give every figure of a coordinated run its own name as ``lead``; ``clauses`` are those of one sentence.

    A run without names is of the figures before it (收到9件、办结8件，分别增长5%和6%).
    """
    if not any(_follows(clause) or "者" in clause.pieces[0] for clause in clauses[1:]):
        return
    at = coordinated = 0
    leads: list[str] = []
    while at < len(clauses):
        first = clauses[at]
        run, following = _run_from(clauses, at)
        names = None
        if len(run) > 1:
            lead = first.before + first.lead_of(len(first.figures) - 1)
            names = listed_names(lead, len(run), collective)
            verb = _verb_of(lead, listed=coordinated == len(run))
            if names is None and verb is not None and len(leads) >= len(run):
                names = [f"{name}{OTHER}{verb}" for name in leads[-len(run) :]]
        if names is not None:
            for clause, name in zip(run, names, strict=True):
                clause.lead = name
            coordinated = len(run)
        else:
            following = at + 1
            if len(leads) >= 2:
                first.pieces[0] = first.pieces[0].replace("前者", leads[0]).replace("后者", leads[1])
            names = [first.pieces[0]] if first.figures else []
            coordinated = 0 if first.figures else coordinated
        leads += names
        at = following


def _verb_of(lead: str, listed: bool) -> str | None:
    """What stands before a run of figures that names nothing, 分别 left out; None where it may name something.

    :param listed: whether the figures before it were as many, and a run as well: then 分别 may be missing.
    """
    said = lead.strip(" 　，,、；;\n")
    marker = _RESPECTIVELY.search(said)
    if marker is not None and _COMPARED.fullmatch(said, 0, marker.start()):
        said = said[: marker.start()] + said[marker.end() :]
    elif marker is not None:
        return None
    return said if (marker or listed) and len(said) <= _LONGEST_VERB and not _COMMA.search(said) else None


def _follows(clause: Clause) -> bool:
    """Whether a figure stands alone in its clause, with nothing but a link before it."""
    return len(clause.figures) == 1 and _BARE_LINK.fullmatch(clause.before + clause.pieces[0]) is not None


def _run_from(clauses: list[Clause], at: int) -> tuple[list[Clause], int]:
    """The clauses from ``at`` on whose figures follow each other with nothing but a link in between.

    :returns: with the place behind the last of them.
    """
    first, following = clauses[at], at + 1
    if not first.figures:
        return [first], following
    respectively = _RESPECTIVELY.search(first.before + first.masked())
    run = [first]
    for place in range(at + 1, len(clauses)):
        clause = clauses[place]
        if not clause.figures and _BARE_LINK.fullmatch(clause.pieces[0]) and respectively:
            continue
        if not _follows(clause) or run[-1].pieces[-1].strip() or (clause.before and not respectively):
            break
        if len(run) == _MOST_LISTED:
            return [first], at + 1
        run.append(clause)
        following = place + 1
    alike = len({clause.figures[-1].unit for clause in run if clause.figures}) == 1 and not run[-1].pieces[-1].strip()
    return (run, following) if respectively or alike else ([first], at + 1)


def listed_names(lead: str, count: int, collective: Mapping[str, Sequence[str]] = _NO_COLLECTIVE) -> list[str] | None:
    """The last ``count`` names of a list, each with the verb after 分别; None when there are fewer.

    :param lead: what stands before the first of ``count`` figures (收到、受理、审结分别为).
    :param collective: words that name several things at once, and the words for each: they count where none is listed.
    """
    marker = _RESPECTIVELY.search(lead)
    listed, verb = (lead[: marker.start()], lead[marker.end() :]) if marker else (lead, "")
    clause = _CLAUSE_END.split(listed.rstrip(" 　，,"))[-1]
    for word, names in collective.items() if "、" not in clause else ():
        if word in clause and len(names) == count:
            return [f"{clause.replace(word, name, 1)}{verb}" for name in names]
    parts = [part for part in _COMMA.split(listed) if part.strip() and not _POINT_IN_TIME.fullmatch(part)]
    if len(parts) < count and parts:
        parts = [*parts[:-1], *_AND.split(parts[-1], maxsplit=count - len(parts))]
    if len(parts) < count:
        return None
    return [f"{part}{verb}" for part in parts[-count:]]
