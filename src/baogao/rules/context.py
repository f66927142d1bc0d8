"""Contexts: what stands around a candidate, as the rules read it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from baogao.candidates.candidate import Candidate, Candidates
from baogao.document.document import Document, Span
from baogao.rules.clauses import Clause, cut_lead, distribute, sentence_clauses
from baogao.rules.rules_file import FIGURE
from baogao.rules.topics import TopicMap, TopicWords

_REACH_BEFORE = 70
_REACH_AFTER = 40
_STARTING_VALUE = re.compile(
    r"(?:由|从)[^，,；;。№]{0,30}#[^，,；;。#№]{0,4}?(?=(?:提高|提升|增加|增长|激增|上升|升|抬升|扩大|扩充|扩展|壮大|拉大|增|添|变|减少|下降|回落|精简|降|压缩|压减|加|涨)[到至为成])"
)
"""“由9件增至12件”: from the second figure's place only “增至” is left."""
_IS_STARTING_VALUE = re.compile(
    r"(?:由|从)[^，,；;。#№]{0,16}№[^，,；;。#№]{0,4}?(?:提高|提升|增加|增长|激增|上升|升|抬升|扩大|扩充|扩展|壮大|拉大|增|添|变|减少|下降|回落|精简|降|压缩|压减|加|涨)[到至为成]"
)
_BRACKETS = re.compile(r"[（()）]")
_SCOPE = r"全[省市县区旗盟州镇乡局]|今年|本年度?|当年|年内|全年|半年来?|一年来?|上半年|眼下|目前|现在|如今|年末|年底"
_PAST = r"(?:去年|上一?年度?|前一年|头一?年|\d{4}年)(?:同期|全年|年?底)?"
_REACHED = (
    r"(?:增|升|提高|提升|上升|扩大|攀升?|跃升?|减少?|下?降|微?降|压减?|拉大|变)[至到为成]"
    r"|[增减]加[到至]|达到?|登顶|一举|占了?"
)
_BARE = re.compile(
    rf"\s*(?:{_SCOPE}|{_PAST}|{_REACHED}|由|从|到|的|合计|合起来|加起来|前后|拢共|共计?|总计|计|有|为|是|系|则|就|已|现|一共"
    r"|共有|总数|人数|数量|件数|场次|[^，,。；;#]{0,12}(?:均|都)(?:已|为|是|达到?)*)*\s*"
)
"""A clause that says nothing of its figure but how much or when: it counts what the clause before names."""
_NAMED_BEFORE = re.compile(r"(?P<name>[^，,。；;：:！!？?（）()#—\n]{2,24})(?:[，,：:（(]|—+|--+)\s*\Z")
"""The name that stands before a comma: 法治副校长，58名 reads as 法治副校长58名."""
_BARE_NONE = re.compile(
    rf"\s*(?:{_SCOPE})*[一]?[件起宗]?[也均都]?(?:没有|未|暂无|暂未|无|零)[新再]?(?:发生|出现|收到|接到|有)?(?:过|一[件起宗])?"
)
"""A phrase that says "none" and does not say of what."""
_THEN = re.compile(rf"{_PAST}|[^，,。；;]{{0,10}}?以来|累计|由|从")
_EARLIER = frozenset({"prior_year", "cumulative"})
_HEADING_LENGTH = 14
_CAPTION = 0.9
_NEGATED = re.compile(r"(?:没有|没|未|无)[^，,；;。]{0,4}$")


@dataclass(slots=True)
class Context:
    """One candidate and all that rules look at."""

    candidate: Candidate
    text: str
    """The clauses around it, with ``№`` in its own place and ``#`` for other figures."""
    own: Span
    """Where in ``text`` the candidate's own clause is."""
    topics: dict[str, float]
    """What the passage talks about, by name, with a weight between 0 and 1."""
    passage: str = ""
    """What the sentence says before its own clause, back to a semicolon."""
    aside: bool = False
    """True inside brackets: a part, or last year's figure, of what stands before."""

    @property
    def bare(self) -> bool:
        """True when the figure has no unit of its own and something else follows at once, so that it counts that."""
        candidate = self.candidate
        if candidate.unit or candidate.label or candidate.kind == "none":
            return False
        behind = self.text.index(FIGURE) + 1
        return self.text[behind : behind + 1].isalnum()


def build_contexts(
    document: Document, candidates: Candidates, words: TopicWords, measures: frozenset[str]
) -> list[Context]:
    """The context of every none-phrase and of every number in one of these ``measures``, in reading order.

    Left out are a “一件” inside “没有一件” and the figure that another one grew from (由9件增至12件).
    """
    builder = _Builder(document, candidates, TopicMap(document, words), measures)
    contexts = [*builder.of_numbers(), *builder.of_none_phrases()]
    return sorted(contexts, key=lambda context: context.candidate.id)


class _Builder:
    def __init__(
        self, document: Document, candidates: Candidates, topic_map: TopicMap, measures: frozenset[str]
    ) -> None:
        self.document = document
        self.candidates = candidates
        self.topic_map = topic_map
        self.measures = measures
        self.clauses = list(self._clauses())
        self._last: tuple[Clause, Candidate] | None = None
        """The figure before, and its clause."""
        self._last_lead = ""
        """What was read before it."""

    def _clauses(self) -> Iterator[Clause]:
        numbers = self.candidates.of_kind("number")
        at = 0
        for order, sentence in enumerate(self.document.sentences):
            inside: list[Candidate] = []
            while at < len(numbers) and numbers[at].start < sentence.span[1]:
                if numbers[at].start >= sentence.span[0]:
                    inside.append(numbers[at])
                at += 1
            clauses = sentence_clauses(self.document.text, sentence, order, inside)
            if len(inside) > 1:
                distribute(clauses)
            for clause in clauses:
                self.topic_map.mark(clause)
                yield clause

    def of_numbers(self) -> Iterator[Context]:
        for place, clause in enumerate(self.clauses):
            asked = [index for index, figure in enumerate(clause.figures) if figure.unit in self.measures]
            if asked:
                topics = self.topic_map.around(self.clauses, place)
                passage, aside = self._said_before(clause)
                for index in asked:
                    context = self._of_number(clause, index, topics)
                    if context is not None:
                        context.passage, context.aside = passage, aside
                        yield context

    def _of_number(self, clause: Clause, index: int, topics: dict[str, float]) -> Context | None:
        candidate = clause.figures[index]
        front, lead, tail = clause.before[-_REACH_BEFORE:], clause.lead_of(index), clause.tail_of(index)
        if clause.lead is not None and index == len(clause.figures) - 1:
            front, lead = "", clause.lead
        if candidate.label:
            front, lead, tail = "", _BRACKETS.sub(" ", candidate.label), ""
            topics = self.topic_map.of_label(candidate.label) or topics
            for name, weight in self._caption_topics(clause).items():
                topics[name] = max(topics.get(name, 0.0), weight)
        if candidate.value == 1 and _NEGATED.search(lead):
            return None
        grown = _STARTING_VALUE.sub("", lead)
        if not candidate.label and (index == 0 or grown != lead) and not tail.strip() and _BARE.fullmatch(grown):
            front, lead = self._named(clause, front, grown)
        self._last, self._last_lead = (clause, candidate), lead
        front, own = _squeeze(front), _squeeze(f"{lead}{FIGURE}{tail}")
        if "从" in own or "由" in own:
            own = _STARTING_VALUE.sub("", own)
            if _IS_STARTING_VALUE.search(own):
                return None
        text = f"{front}{own}{_squeeze(clause.after[:_REACH_AFTER])}"
        return Context(candidate, text, (len(front), len(front) + len(own)), topics)

    def _named(self, clause: Clause, front: str, lead: str) -> tuple[str, str]:
        """A bare figure with its name: the clause before, the heading, or the name of last year's figure before it."""
        named = _NAMED_BEFORE.search(front)
        if named is not None:
            return front[: named.start()], named["name"] + lead
        if self._follows_earlier(clause):
            return front, _THEN.sub("", self._last_lead) + lead
        if not front.strip() and (heading := self._heading_before(clause)):
            return front, heading + lead
        return front, lead

    def _follows_earlier(self, clause: Clause) -> bool:
        """Whether the figure before stands in the same sentence and is last year's, or a total over years."""
        if self._last is None:
            return False
        last, candidate = self._last
        return last.sentence is clause.sentence and not _EARLIER.isdisjoint(candidate.cues)

    def _heading_before(self, clause: Clause) -> str:
        """A short sentence without figures that opens the clause's paragraph (案卷评查。360卷，…)."""
        number = clause.sentence_number
        if number == 0 or clause.span[0] - clause.sentence.span[0] > 1:
            return ""
        before = self.document.sentences[number - 1]
        text = self.document.text[slice(*before.span)].strip(" 　。\n")
        fits = before.paragraph == clause.sentence.paragraph and 2 <= len(text) <= _HEADING_LENGTH
        return text if fits and not any(char.isdigit() for char in text) else ""

    def _caption_topics(self, clause: Clause) -> dict[str, float]:
        """What the line above a table talks about."""
        number = clause.sentence_number
        while number > 0 and self.document.sentences[number].row:
            number -= 1
        return dict.fromkeys(self.topic_map.within(self.document.sentences[number].span), _CAPTION)

    def of_none_phrases(self) -> Iterator[Context]:
        starts = [clause.span[0] for clause in self.clauses]
        for candidate in self.candidates.of_kind("none"):
            place = bisect_right(starts, candidate.start) - 1
            if place >= 0:
                yield self._of_none_phrase(candidate, place)

    def _of_none_phrase(self, candidate: Candidate, place: int) -> Context:
        clause = self.clauses[place]
        start = max(clause.sentence.span[0], candidate.start - _REACH_BEFORE)
        front, lead = cut_lead(self.document.text[start : candidate.start])
        if _BARE_NONE.fullmatch(lead + candidate.text) and (named := _NAMED_BEFORE.search(front)):
            front, lead = front[: named.start()], named["name"] + lead
        own = _squeeze(lead + candidate.text)
        topics = self.topic_map.around(self.clauses, place)
        for name in self.topic_map.within((candidate.start - len(lead), candidate.end)):
            topics[name] = 1.0
        return Context(candidate, front + own, (len(front), len(front) + len(own)), topics)

    def _said_before(self, clause: Clause) -> tuple[str, bool]:
        """What the sentence says before a clause, back to a semicolon; and whether a bracket is open there."""
        said = self.document.text[clause.sentence.span[0] : clause.span[0]]
        opened = bool(_BRACKETS.search(said)) and (
            said.count("（") + said.count("(") > said.count("）") + said.count(")")
        )
        return said[max(said.rfind("；"), said.rfind(";")) + 1 :], opened


def _squeeze(text: str) -> str:
    return text.replace(" ", "").replace("\u3000", "") if " " in text or "\u3000" in text else text
