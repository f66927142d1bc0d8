"""Topics: what each passage talks about, and how far a topic reaches.

Chinese names the thing once and lets what follows inherit it, so a figure's topics are looked for in its own clause,
then backwards; every rival that was mentioned on the way makes an older topic less likely. Headings speak for their
sections.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from baogao.chinese.word_finder import WordFinder
from baogao.document.document import Document, Span
from baogao.rules.clauses import Clause
from baogao.rules.rulebook import ANY_TOPIC, Topic

# The weights of topics, 1 for one that the figure's own clause mentions. They have no source but the development
# reports (eval/datasets/fictional/dev and the tuning parts of the others; docs/accuracy.md), where they were set by
# hand: a topic that reaches too far lends its name to figures of something else, one that reaches too little leaves
# them nameless.
_RIVAL = 0.87
"""Factor for every other topic that was mentioned between it and the figure: five of them end it."""
_INHERITED = 0.97
"""Factor for a topic from an earlier clause: just behind one that the figure's own clause mentions."""
_NEXT_SENTENCE = 0.94
"""Factor for each sentence between."""
_NEXT_PARAGRAPH = 0.96
"""Factor for each paragraph between, beside that for the sentence."""
_HEADING = 0.75
"""For a topic of the headings above: a section has figures of other things as well."""
_FOLLOWING = 0.8
"""For a topic of a clause without figures just after."""
_ANY = 0.8
"""For patterns that want no topic: they must be good ones to beat those that have theirs."""
_CAPTION = 0.9
"""For a topic of the line above a table: the cell's own heads come first."""
_FAINT = 0.5
"""Nothing is looked for further back than this: no pattern could reach the threshold of an answer there."""
_MOST_PASSED = 100
"""Clauses with topics that are passed on the way back; rivals end it much sooner."""
_STRAY_SPACE = re.compile(r"[ 　](?<=[一-鿿].)[ 　]*(?=[一-鿿])")
"""Spaces between two Chinese characters, which mean nothing."""


class TopicWords:
    """Finds the words and the patterns of all topics in a text."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self.names = tuple(topic.name for topic in topics)
        self.background = frozenset(topic.name for topic in topics if topic.background)
        self._patterns = [(pattern, topic.name) for topic in topics for pattern in topic.patterns]
        self._words = WordFinder([(word, topic.name) for topic in topics for word in topic.words])

    def mentions(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a text mentions which topic, in no order."""
        yield from self._words.find(text)
        for pattern, name in self._patterns:
            for match in pattern.finditer(text):
                yield match.start(), name


class TopicMap:
    """Where a document mentions which topics."""

    def __init__(self, document: Document, words: TopicWords) -> None:
        self.document = document
        self._words = words
        text, places = without_stray_spaces(document.text)
        found = sorted((places[place] if places else place, name) for place, name in words.mentions(text))
        self._places = [place for place, _ in found]
        self._names = [name for _, name in found]
        self._speaking: list[Clause] = []
        """The clauses that mention any topic, in order, of those that were marked."""
        self._speaking_from: list[int] = []
        self._captions: list[int] = []
        """For each sentence the last one up to it that is no row of a table, by number; else the first."""
        for number, sentence in enumerate(document.sentences):
            self._captions.append(self._captions[-1] if number and sentence.row else number)
        self._headed: dict[int, tuple[str, ...]] = {}
        """The topics in the headings above each sentence that was asked about."""

    def mark(self, clause: Clause) -> None:
        """Note in a clause which topics it mentions; clauses are marked in their order."""
        clause.topics = self.within(clause.span)
        clause.is_rival = not self._words.background.issuperset(clause.topics)
        if clause.topics:
            self._speaking.append(clause)
            self._speaking_from.append(clause.span[0])

    def within(self, span: Span) -> tuple[str, ...]:
        """The topics that are mentioned in a span, each once, in the order of their first words.

        The order reaches the answers: of two patterns that score alike, the one whose topic comes first is taken.
        """
        first = bisect_left(self._places, span[0])
        last = bisect_left(self._places, span[1], first)
        return tuple(dict.fromkeys(self._names[first:last])) if first < last else ()

    def of_label(self, label: str) -> dict[str, float]:
        """What the heads of a table cell talk about; empty when they name no topic."""
        named = {name for _, name in self._words.mentions(label)}
        found = {name: 1.0 for name in self._words.names if name in named}
        return found | {ANY_TOPIC: _ANY} if found else {}

    def of_caption(self, row: int) -> dict[str, float]:
        """What the line above a table talks about.

        :param row: the number of the sentence that is a row of the table.
        """
        caption = self.document.sentences[self._captions[row]]
        return dict.fromkeys(self.within(caption.span), _CAPTION)

    def around(self, clauses: list[Clause], index: int) -> dict[str, float]:
        """Every topic that may govern a clause, with its weight between 0 and 1.

        :param clauses: all clauses of the document, which were marked.
        """
        here = clauses[index]
        background = self._words.background
        found = dict.fromkeys(here.topics, 1.0)
        rivals = _RIVAL if here.is_rival else 1.0
        before = bisect_left(self._speaking_from, here.span[0])
        for at in range(before - 1, max(-1, before - 1 - _MOST_PASSED), -1):
            clause = self._speaking[at]
            if not clause.is_rival and all(name in found for name in clause.topics):
                continue
            weight = _INHERITED * _NEXT_SENTENCE ** (here.sentence_number - clause.sentence_number)
            weight *= _NEXT_PARAGRAPH ** (here.sentence.paragraph - clause.sentence.paragraph)
            if weight * rivals < _FAINT:
                break
            for name in clause.topics:
                if name not in found:
                    found[name] = weight if name in background else weight * rivals
            if clause.is_rival:
                rivals *= _RIVAL
        # A clause without figures just after may say what was counted (9人参加，均为执法资格考试).
        following = clauses[index + 1] if index + 1 < len(clauses) else here
        speaks = not following.figures and following.sentence is here.sentence
        for name in following.topics if speaks else ():
            found.setdefault(name, _FOLLOWING)
        if here.sentence_number not in self._headed:
            sections = self.document.sections_at(here.span[0])
            headed = dict.fromkeys(name for section in sections for name in self.within(section.title))
            self._headed[here.sentence_number] = tuple(headed)
        for name in self._headed[here.sentence_number]:
            found[name] = max(found.get(name, 0.0), _HEADING)
        found[ANY_TOPIC] = _ANY
        return found


def without_stray_spaces(text: str) -> tuple[str, list[int]]:
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
