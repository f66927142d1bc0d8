"""Contexts: what stands around a candidate, as the rules read it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from baogao.candidates.candidate import Candidate, Candidates
from baogao.document.document import Document, Span
from baogao.rules.clauses import Clause, clauses_of, cut_lead
from baogao.rules.rules_file import FIGURE
from baogao.rules.topics import TopicMap, TopicWords

# Reaches and lengths below are in characters, and have no source but the development reports
# (eval/datasets/fictional/dev and the tuning parts of the others; docs/accuracy.md), where they were set by hand.
_REACH_BEFORE = 70
"""How much of the clauses before is read: names stand there, and with them those of other figures."""
_REACH_AFTER = 40
"""How much of the clauses after: less, because what follows seldom names what was counted."""
_LONGEST_PASSAGE = 1_000
"""How much of its own sentence, before its clause."""
_STARTING_VALUE = re.compile(
    r"(?:由|从)[^，,；;。№]{0,30}#[^，,；;。#№]{0,4}?(?=(?:提高|提升|增加|增长|激增|上升|升|抬升|扩大|扩充|扩展|壮大|拉大|增|添|变|减少|下降|回落|精简|降|压缩|压减|加|涨)[到至为成])"
)
"""“由9件增至12件”: from the second figure's place only “增至” is left."""
_IS_STARTING_VALUE = re.compile(
    r"(?:由|从)[^，,；;。#№]{0,16}№[^，,；;。#№]{0,4}?(?:提高|提升|增加|增长|激增|上升|升|抬升|扩大|扩充|扩展|壮大|拉大|增|添|变|减少|下降|回落|精简|降|压缩|压减|加|涨)[到至为成]"
)
"""The same from the first figure's place: it is the value that another one grew from."""
_BRACKETS = re.compile(r"[（()）]")
_SCOPE = r"全[省市县区旗盟州镇乡局]|今年|本年度?|当年|年内|全年|半年来?|一年来?|上半年|眼下|目前|现在|如今|年末|年底"
"""Whose or when a figure is, not what it counts."""
_PAST = r"(?:去年|上一?年度?|前一年|头一?年|\d{4}年)(?:同期|全年|年?底)?"
"""The year before, or another one."""
_REACHED = (
    r"(?:增|升|提高|提升|上升|扩大|攀升?|跃升?|减少?|下?降|微?降|压减?|拉大|变)[至到为成]"
    r"|[增减]加[到至]|达到?|登顶|一举|占了?"
)
"""Verbs of a value that is reached."""
_BARE_WORD = re.compile(
    rf"(?:{_SCOPE}|{_PAST}|{_REACHED}|由|从|到|的|合计|合起来|加起来|前后|拢共|共计?|总计|计|有|为|是|系|则|就|已|现|一共"
    r"|共有|总数|人数|数量|件数|场次|达到|[^，,。；;#]{0,12}(?:均|都))"
)
"""A word that says nothing of a figure but how much or when."""
_LONGEST_BARE_WORD = 14
"""Characters."""
_NAMED_BEFORE = re.compile(r"(?P<name>[^，,。；;：:！!？?（）()#—\n]{2,24})(?:[，,：:（(]|—+|--+)\s*\Z")
"""The name that stands before a comma: 法治副校长，58名 reads as 法治副校长58名."""
_BARE_NONE = re.compile(
    rf"\s*(?:{_SCOPE})*[一]?[件起宗]?[也均都]?(?:没有|未|暂无|暂未|无|零)[新再]?(?:发生|出现|收到|接到|有)?(?:过|一[件起宗])?"
)
"""A phrase that says "none" and does not say of what."""
_THEN = re.compile(rf"{_PAST}|[^，,。；;]{{0,10}}?以来|累计|由|从")
"""What made the figure before one of another time: left out when its name is lent to this period's."""
_EARLIER = frozenset({"prior_year", "cumulative"})
"""Cues of a figure whose name the next one takes (上年52件，本年43件)."""
_HEADING_LENGTH = 14
"""A longer sentence before a bare figure is no heading of it."""
_NEGATED = re.compile(r"(?:没有|没|未|无)[^，,；;。]{0,4}$")
"""没有一件: the one before which this stands is none."""


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
    document: Document,
    candidates: Candidates,
    words: TopicWords,
    measures: frozenset[str],
    collective: Mapping[str, Sequence[str]] | None = None,
) -> list[Context]:
    """The context of every none-phrase and of every number in one of these ``measures``, in reading order.

    ``collective`` are the words that name several things at once, and the words for each.

    Left out are a “一件” inside “没有一件” and the figure that another one grew from (由9件增至12件).
    """
    clauses = list(clauses_of(document, candidates, collective or {}))
    builder = _Builder(document, candidates, TopicMap(document, words), measures, clauses)
    contexts = [*builder.of_numbers(), *builder.of_none_phrases()]
    return sorted(contexts, key=lambda context: context.candidate.id)


class _Builder:
    def __init__(
        self,
        document: Document,
        candidates: Candidates,
        topic_map: TopicMap,
        measures: frozenset[str],
        clauses: list[Clause],
    ) -> None:
        self.document = document
        self.candidates = candidates
        self.topic_map = topic_map
        self.measures = measures
        self.clauses = clauses
        for clause in self.clauses:
            topic_map.mark(clause)
        self._last: tuple[Clause, Candidate] | None = None
        """The figure before, and its clause."""
        self._last_lead = ""
        """What was read before it."""

    def of_numbers(self) -> Iterator[Context]:
        """The contexts of numbers in one of the measures."""
        text = self.document.text
        for place, clause in enumerate(self.clauses):
            asked = [index for index, figure in enumerate(clause.figures) if figure.unit in self.measures]
            if not asked:
                continue
            topics = self.topic_map.around(self.clauses, place)
            said = text[clause.sentence.span[0] : clause.span[0]]
            passage = said[max(said.rfind("；"), said.rfind(";")) + 1 :][-_LONGEST_PASSAGE:]
            aside = bool(_BRACKETS.search(said)) and (
                said.count("（") + said.count("(") > said.count("）") + said.count(")")
            )
            for index in asked:
                context = self._of_number(clause, index, topics)
                if context is not None:
                    context.passage, context.aside = passage, aside
                    yield context

    def _of_number(self, clause: Clause, index: int, topics: dict[str, float]) -> Context | None:
        """The context of a clause's figure ``index``; None for one that is no figure of its own."""
        candidate = clause.figures[index]
        front, lead, tail = clause.before[-_REACH_BEFORE:], clause.lead_of(index), clause.tail_of(index)
        if clause.lead is not None and index == len(clause.figures) - 1:
            front, lead = "", clause.lead
        if candidate.label:
            front, lead, tail = "", _BRACKETS.sub(" ", candidate.label), ""
            topics = self.topic_map.of_label(candidate.label) or topics
            for name, weight in self.topic_map.of_caption(clause.sentence_number).items():
                topics[name] = max(topics.get(name, 0.0), weight)
        if candidate.value == 1 and _NEGATED.search(lead):
            return None
        grown = _STARTING_VALUE.sub("", lead) if "由" in lead or "从" in lead else lead
        if not candidate.label and (index == 0 or grown != lead) and not tail.strip() and _is_bare(grown):
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
        last, candidate = self._last or (None, None)
        if last and candidate and last.sentence is clause.sentence and not _EARLIER.isdisjoint(candidate.cues):
            return front, _THEN.sub("", self._last_lead) + lead
        number = clause.sentence_number
        if front.strip() or number == 0 or clause.span[0] - clause.sentence.span[0] > 1:
            return front, lead
        # A short sentence without figures that opens the clause's paragraph (案卷评查。360卷，…).
        before = self.document.sentences[number - 1]
        heading = self.document.slice(before.span).strip(" 　。\n")
        fits = before.paragraph == clause.sentence.paragraph and 2 <= len(heading) <= _HEADING_LENGTH
        return front, heading + lead if fits and not any(char.isdigit() for char in heading) else lead

    def of_none_phrases(self) -> Iterator[Context]:
        """The contexts of phrases that say "none"."""
        starts = [clause.span[0] for clause in self.clauses]
        for candidate in self.candidates.of_kind("none"):
            place = bisect_right(starts, candidate.start) - 1
            if place < 0:
                continue
            start = max(self.clauses[place].sentence.span[0], candidate.start - _REACH_BEFORE)
            front, lead = cut_lead(self.document.text[start : candidate.start])
            if _BARE_NONE.fullmatch(lead + candidate.text) and (named := _NAMED_BEFORE.search(front)):
                front, lead = front[: named.start()], named["name"] + lead
            own = _squeeze(lead + candidate.text)
            topics = self.topic_map.around(self.clauses, place)
            for name in self.topic_map.within((candidate.start - len(lead), candidate.end)):
                topics[name] = 1.0
            yield Context(candidate, front + own, (len(front), len(front) + len(own)), topics)


def _is_bare(lead: str) -> bool:
    """Whether a clause consists of bare words only: then its figure counts what the clause before names.

    Word by word, with every place that is reached so: a pattern of them all would try each way to part them.
    """
    words = lead.strip()
    reached, waiting = {0}, [0]
    while waiting and len(words) not in reached:
        start = waiting.pop()
        if _BARE_WORD.match(words, start):  # most words are none, whatever their end
            ends = range(start + 1, min(len(words), start + _LONGEST_BARE_WORD) + 1)
            further = {end for end in ends if end not in reached and _BARE_WORD.fullmatch(words, start, end)}
            reached |= further
            waiting += further
    return len(words) in reached


def _squeeze(text: str) -> str:
    """Without the spaces that mean nothing in Chinese; line ends stay, they part clauses."""
    return text.replace(" ", "").replace("\u3000", "") if " " in text or "\u3000" in text else text
