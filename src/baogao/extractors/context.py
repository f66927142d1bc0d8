"""What stands around a candidate: its clause, the clauses beside it, and what the passage is talking about.

A Chinese clause names the thing once and lets the following clauses inherit it (收到复议申请37件，受理36件，审结34件), so a
figure is read in its own clause first, together with the clauses before and after it that have no figure of their own, and
its topic is looked for backwards until a rival topic makes it unlikely.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from baogao.candidates.model import Candidate, Candidates
from baogao.document.model import Document, Span
from baogao.extractors.clauses import Clause, cut_head, sentence_clauses
from baogao.extractors.coordination import distribute
from baogao.extractors.rulebook import ANY_TOPIC, FIGURE, OTHER, Topic

_REACH_BEFORE = 70
_REACH_AFTER = 40
_RIVAL = 0.87
"""A topic loses this much for every other topic that was mentioned between it and the figure."""
_INHERITED = 0.97
_NEXT_SENTENCE = 0.94
_NEXT_PARAGRAPH = 0.9
_HEADING = 0.75
_ANY = 0.8
_FAINT = 0.5


@dataclass(slots=True)
class Context:
    """One candidate and all that rules look at."""

    candidate: Candidate
    text: str
    """The clauses around it, with ``№`` in its own place."""
    own: Span
    """Where in ``text`` the candidate's own clause is."""
    clause: str
    """Its own clause, every figure as ``#``."""
    topics: dict[str, float] = field(default_factory=dict)
    """What the passage talks about, by name, with a weight between 0 and 1."""


def build_contexts(document: Document, candidates: Candidates, topics: tuple[Topic, ...]) -> list[Context]:
    """The context of every number and every none-phrase, in reading order."""
    hits = _topic_hits(document, topics)
    clauses = list(_all_clauses(document, candidates, hits))
    contexts: list[Context] = []
    for index, clause in enumerate(clauses):
        if clause.figures:
            around = _around(document, clauses, index, hits)
            contexts += _clause_contexts(clause, around, topics)
    contexts += _none_contexts(document, candidates, clauses, hits)
    return sorted(contexts, key=lambda context: context.candidate.id)


class _Hits:
    """Where topics are mentioned, in order of position."""

    def __init__(self, found: list[tuple[int, str]]) -> None:
        found.sort()
        self.places = [place for place, _ in found]
        self.names = [name for _, name in found]

    def within(self, span: Span) -> frozenset[str]:
        return frozenset(self.names[bisect_left(self.places, span[0]) : bisect_left(self.places, span[1])])


def _topic_hits(document: Document, topics: tuple[Topic, ...]) -> _Hits:
    text = document.text
    found: list[tuple[int, str]] = []
    for topic in topics:
        for word in topic.words:
            place = text.find(word)
            while place >= 0:
                found.append((place, topic.name))
                place = text.find(word, place + 1)
        for pattern in topic.patterns:
            found += [(match.start(), topic.name) for match in pattern.finditer(text)]
    return _Hits(found)


def _all_clauses(document: Document, candidates: Candidates, hits: _Hits) -> Iterator[Clause]:
    numbers = candidates.of_kind("number")
    at = 0
    for number, sentence in enumerate(document.sentences):
        inside: list[Candidate] = []
        while at < len(numbers) and numbers[at].start < sentence.span[1]:
            if numbers[at].start >= sentence.span[0]:
                inside.append(numbers[at])
            at += 1
        clauses = sentence_clauses(document.text, sentence, number, inside)
        distribute(clauses)
        for clause in clauses:
            clause.topics = hits.within(clause.span)
            yield clause


def _around(document: Document, clauses: list[Clause], index: int, hits: _Hits) -> dict[str, float]:
    """Every topic that may govern a clause, with its weight: mentioned in it, before it, or in a heading above it."""
    here = clauses[index]
    found = {name: 1.0 for name in here.topics}
    weight = _RIVAL if found else 1.0
    for back in range(index - 1, -1, -1):
        clause, following = clauses[back], clauses[back + 1]
        if clause.sentence != following.sentence:
            weight *= _NEXT_SENTENCE
        if clause.paragraph != following.paragraph:
            weight *= _NEXT_PARAGRAPH
        if weight < _FAINT:
            break
        if clause.topics:
            factor = weight * _INHERITED
            new = [name for name in clause.topics if name not in found]
            for name in new:
                found[name] = factor
            if new:
                weight *= _RIVAL
    if index + 1 < len(clauses) and not clauses[index + 1].figures and clauses[index + 1].sentence == here.sentence:
        for name in clauses[index + 1].topics:
            found.setdefault(name, _ANY)
    for section in document.sections_at(here.span[0]):
        for name in hits.within(section.title):
            found[name] = max(found.get(name, 0.0), _HEADING)
    found[ANY_TOPIC] = _ANY
    return found


def _clause_contexts(clause: Clause, around: dict[str, float], topics: tuple[Topic, ...]) -> Iterator[Context]:
    before, after = clause.before[-_REACH_BEFORE:], clause.after[:_REACH_AFTER]
    masked = clause.masked()
    for index, candidate in enumerate(clause.figures):
        lead = OTHER.join(clause.pieces[: index + 1])
        own = f"{lead}{FIGURE}{OTHER.join(clause.pieces[index + 1 :])}"
        front = before
        if clause.lead is not None:
            front, own = "", f"{clause.lead}{FIGURE}{clause.pieces[-1]}"
        weights = around
        if candidate.label:
            front, own = "", f"{candidate.label}{FIGURE}"
            weights = _label_topics(candidate.label, topics) or around
        text = f"{front}{own}{after}"
        yield Context(candidate, text, (len(front), len(front) + len(own)), masked, weights)


def _label_topics(label: str, topics: tuple[Topic, ...]) -> dict[str, float]:
    """What the heads of a table cell talk about; empty when they name no topic."""
    found = {
        topic.name: 1.0
        for topic in topics
        if any(word in label for word in topic.words) or any(pattern.search(label) for pattern in topic.patterns)
    }
    return found | {ANY_TOPIC: _ANY} if found else {}


def _none_contexts(
    document: Document, candidates: Candidates, clauses: list[Clause], hits: _Hits
) -> Iterator[Context]:
    starts = [clause.span[0] for clause in clauses]
    for candidate in candidates.of_kind("none"):
        index = bisect_left(starts, candidate.end) - 1
        if index < 0:
            continue
        clause = clauses[index]
        start = max(clause.span[0], candidate.start - _REACH_BEFORE)
        lead, text = cut_head(document.text[start : candidate.start]), candidate.text
        front = "".join(lead)
        around = _around(document, clauses, index, hits)
        for name in hits.within((candidate.start - len(lead[1]), candidate.end)):
            around[name] = 1.0
        yield Context(candidate, f"{front}{text}", (len(lead[0]), len(front) + len(text)), lead[1] + text, around)
