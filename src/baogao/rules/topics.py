"""Topics: what each passage talks about, and how far a topic reaches.

Chinese names the thing once and lets what follows inherit it, so a figure's topics are looked for in its own clause,
then backwards; every rival that was mentioned on the way makes an older topic less likely. Headings speak for their
sections.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from baogao.document.document import Document, Span
from baogao.rules.clauses import Clause
from baogao.rules.rulebook import ANY_TOPIC, Topic

_RIVAL = 0.87
"""A topic loses this much for every other topic that was mentioned between it and the figure."""
_INHERITED = 0.97
_NEXT_SENTENCE = 0.94
_NEXT_PARAGRAPH = 0.96
_HEADING = 0.75
_FOLLOWING = 0.8
_ANY = 0.8
_FAINT = 0.5
_STRAY_SPACE = re.compile(r"(?<=[一-鿿])[ 　]+(?=[一-鿿])")


class TopicWords:
    """Finds the words of all topics in a text, by one walk over the places where any of them may begin."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self.names = tuple(topic.name for topic in topics)
        self.background = frozenset(topic.name for topic in topics if topic.background)
        self._patterns = [(pattern, topic.name) for topic in topics for pattern in topic.patterns]
        self._by_initial: dict[str, list[tuple[str, str]]] = {}
        for word, name in ((word, topic.name) for topic in topics for word in topic.words if word):
            self._by_initial.setdefault(word[0], []).append((word, name))
        self._start = re.compile("|".join(map(self._beginning, self._by_initial)) or "(?!)")

    def _beginning(self, initial: str) -> str:
        """A pattern for the first character of every word with this initial: words may overlap, so the rest is left."""
        rests = "|".join(re.escape(word[1:]) for word, _ in self._by_initial[initial])
        return f"{re.escape(initial)}(?={rests})"

    def mentions(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a text mentions which topic, in no order."""
        for match in self._start.finditer(text):
            place = match.start()
            for word, name in self._by_initial[match[0]]:
                if text.startswith(word, place):
                    yield place, name
        for pattern, name in self._patterns:
            for match in pattern.finditer(text):
                yield match.start(), name


class TopicMap:
    """Where a document mentions which topics."""

    def __init__(self, document: Document, words: TopicWords) -> None:
        self.document = document
        self._words = words
        text, places = _without_stray_spaces(document.text)
        found = sorted((places[place] if places else place, name) for place, name in words.mentions(text))
        self._places = [place for place, _ in found]
        self._names = [name for _, name in found]
        self._headed: dict[int, frozenset[str]] = {}

    def mark(self, clause: Clause) -> None:
        """Note in a clause which topics it mentions."""
        clause.topics = self.within(clause.span)
        clause.is_rival = not clause.topics <= self._words.background

    def within(self, span: Span) -> frozenset[str]:
        """The topics that are mentioned in a span."""
        first = bisect_left(self._places, span[0])
        return frozenset(self._names[first : bisect_left(self._places, span[1], first)])

    def of_label(self, label: str) -> dict[str, float]:
        """What the heads of a table cell talk about; empty when they name no topic."""
        named = {name for _, name in self._words.mentions(label)}
        found = {name: 1.0 for name in self._words.names if name in named}
        return found | {ANY_TOPIC: _ANY} if found else {}

    def around(self, clauses: list[Clause], index: int) -> dict[str, float]:
        """Every topic that may govern a clause, with its weight between 0 and 1.

        :param clauses: all clauses of the document, which were marked.
        """
        here = clauses[index]
        background = self._words.background
        found = dict.fromkeys(here.topics, 1.0)
        rivals = _RIVAL if here.is_rival else 1.0
        for clause in self._before(clauses, index):
            weight = _INHERITED * _NEXT_SENTENCE ** (here.sentence_number - clause.sentence_number)
            weight *= _NEXT_PARAGRAPH ** (here.sentence.paragraph - clause.sentence.paragraph)
            if weight * rivals < _FAINT:
                break
            for name in clause.topics:
                if name not in found:
                    found[name] = weight if name in background else weight * rivals
            if clause.is_rival:
                rivals *= _RIVAL
        self._add_following(clauses, index, found)
        for name in self._headings(here):
            found[name] = max(found.get(name, 0.0), _HEADING)
        found[ANY_TOPIC] = _ANY
        return found

    def _headings(self, clause: Clause) -> frozenset[str]:
        """The topics in the headings above a clause, looked up once for a sentence."""
        known = self._headed.get(clause.sentence_number)
        if known is None:
            sections = self.document.sections_at(clause.span[0])
            known = frozenset(name for section in sections for name in self.within(section.title))
            self._headed[clause.sentence_number] = known
        return known

    def _before(self, clauses: list[Clause], index: int) -> Iterator[Clause]:
        """The clauses before one that mention a topic at all, the nearest first."""
        for back in range(index - 1, -1, -1):
            if clauses[back].topics:
                yield clauses[back]

    def _add_following(self, clauses: list[Clause], index: int, found: dict[str, float]) -> None:
        """A clause without figures just after (9人参加，均为执法资格考试)."""
        if index + 1 < len(clauses):
            following = clauses[index + 1]
            if not following.figures and following.sentence is clauses[index].sentence:
                for name in following.topics:
                    found.setdefault(name, _FOLLOWING)


def _without_stray_spaces(text: str) -> tuple[str, list[int]]:
    """The text without the spaces that a bad scan left inside words, and every character's old place.

    Nothing moved if the places are empty.
    """
    spans = [match.span() for match in _STRAY_SPACE.finditer(text)]
    if not spans:
        return text, []
    places: list[int] = []
    start = 0
    for begin, end in [*spans, (len(text), len(text))]:
        places += range(start, begin)
        start = end
    return "".join([text[place] for place in places]), places
