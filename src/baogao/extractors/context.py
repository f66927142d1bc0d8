"""Contexts: what stands around a candidate, as the rules read it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from baogao.candidates.model import Candidate, Candidates
from baogao.document.model import Document, Span
from baogao.extractors.clauses import Clause, cut_lead, sentence_clauses
from baogao.extractors.coordination import distribute
from baogao.extractors.rulebook import FIGURE, Topic
from baogao.extractors.topics import TopicMap

_REACH_BEFORE = 70
_REACH_AFTER = 40
_STARTING_VALUE = re.compile(
    r"(?:由|从)[^，,；;。№]{0,30}#[^，,；;。#№]{0,4}?(?=(?:提高|提升|增加|增长|上升|升|抬升|扩大|扩充|扩展|增|添|变|减少|下降|降|压缩|压减|加|涨)[到至为成])"
)
"""“由9件增至12件”: from the second figure's place only “增至” is left."""
_IS_STARTING_VALUE = re.compile(
    r"(?:由|从)[^，,；;。#№]{0,16}№[^，,；;。#№]{0,4}?(?:提高|提升|增加|增长|上升|升|抬升|扩大|扩充|扩展|增|添|变|减少|下降|降|压缩|压减|加|涨)[到至为成]"
)
_NEGATED = re.compile(r"(?:没有|没|未|无)[^，,；;。]{0,4}$")


@dataclass(slots=True)
class Context:
    """One candidate and all that rules look at."""

    candidate: Candidate
    text: str
    """The clauses around it, with ``№`` in its own place and ``#`` for other figures."""
    own: Span
    """Where in ``text`` the candidate's own clause is."""
    aside: bool
    """True inside brackets: a part, or last year's figure, of what stands before."""
    passage: str
    """What the sentence says before that clause, back to a semicolon."""
    topics: dict[str, float]
    """What the passage talks about, by name, with a weight between 0 and 1."""

    @property
    def bare(self) -> bool:
        """True when the figure has no unit of its own and something else follows at once, so that it counts that."""
        following = self.text[self.text.index(FIGURE) + 1 :][:1]
        return not self.candidate.unit and not self.candidate.label and following.isalnum()


def build_contexts(document: Document, candidates: Candidates, topics: tuple[Topic, ...]) -> list[Context]:
    """The context of every number and every none-phrase, in reading order.

    Left out are a “一件” inside “没有一件” and the figure that another one grew from (由9件增至12件).
    """
    topic_map = TopicMap(document, topics)
    clauses = list(_clauses(document, candidates, topic_map))
    contexts: list[Context] = []
    for index, clause in enumerate(clauses):
        if clause.figures:
            contexts += _of_clause(document, clause, topic_map, topic_map.around(clauses, index))
    contexts += _of_none_phrases(document, candidates, clauses, topic_map)
    return sorted(contexts, key=lambda context: context.candidate.id)


def _clauses(document: Document, candidates: Candidates, topic_map: TopicMap) -> Iterator[Clause]:
    numbers = candidates.of_kind("number")
    at = 0
    for sentence in document.sentences:
        inside: list[Candidate] = []
        while at < len(numbers) and numbers[at].start < sentence.span[1]:
            if numbers[at].start >= sentence.span[0]:
                inside.append(numbers[at])
            at += 1
        clauses = sentence_clauses(document.text, sentence, inside)
        distribute(clauses)
        for clause in clauses:
            clause.topics = topic_map.within(clause.span)
            yield clause


def _of_clause(document: Document, clause: Clause, topic_map: TopicMap, topics: dict[str, float]) -> Iterator[Context]:
    passage = _passage(document, clause)
    for index, candidate in enumerate(clause.figures):
        front, lead, tail = clause.before[-_REACH_BEFORE:], clause.lead_of(index), clause.tail_of(index)
        weights = topics
        if clause.lead is not None and index == len(clause.figures) - 1:
            front, lead = "", clause.lead
        if candidate.label:
            front, lead, tail = "", candidate.label, ""
            weights = topic_map.of_label(candidate.label) or topics
        if candidate.value == 1 and _NEGATED.search(lead):
            continue
        front, own = _squeeze(front), _STARTING_VALUE.sub("", _squeeze(f"{lead}{FIGURE}{tail}"))
        if _IS_STARTING_VALUE.search(own):
            continue
        text = f"{front}{own}{_squeeze(clause.after[:_REACH_AFTER])}"
        yield Context(candidate, text, (len(front), len(front) + len(own)), _is_aside(document, clause), passage, weights)


def _is_aside(document: Document, clause: Clause) -> bool:
    said = document.text[clause.sentence.span[0] : clause.span[0]]
    return said.count("（") + said.count("(") > said.count("）") + said.count(")")


def _squeeze(text: str) -> str:
    return text.replace(" ", "").replace("\u3000", "") if " " in text or "\u3000" in text else text


def _passage(document: Document, clause: Clause) -> str:
    said = document.text[clause.sentence.span[0] : clause.span[0]]
    return said[max(said.rfind("；"), said.rfind(";")) + 1 :]


def _of_none_phrases(
    document: Document, candidates: Candidates, clauses: list[Clause], topic_map: TopicMap
) -> Iterator[Context]:
    starts = [clause.span[0] for clause in clauses]
    for candidate in candidates.of_kind("none"):
        index = bisect_right(starts, candidate.start) - 1
        if index < 0:
            continue
        clause = clauses[index]
        start = max(clause.span[0], candidate.start - _REACH_BEFORE)
        front, lead = cut_lead(document.text[start : candidate.start])
        own = _squeeze(lead + candidate.text)
        topics = topic_map.around(clauses, index)
        for name in topic_map.within((candidate.start - len(lead), candidate.end)):
            topics[name] = 1.0
        yield Context(candidate, front + own, (len(front), len(front) + len(own)), False, _passage(document, clause), topics)
