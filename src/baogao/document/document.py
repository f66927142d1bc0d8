"""The Document: one report's text, and what is known of its shape.

A report has two texts. ``Document.file.text`` is what its file prints, to the character; records, evidence and gold
point into it. ``Document.text`` is the same as it is read: without what means nothing (``baogao.document.view``). Shape
and candidates are found in that one, and their offsets count in it; :meth:`Document.printed` leads back. Offsets are
Python string offsets, end exclusive.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from baogao.document.file_text import FileText, Notice
from baogao.document.file_text import Span as Span
from baogao.document.view import View


class Section(NamedTuple):
    """One heading and what stands below it."""

    level: int
    """1 for 一、 and unnumbered headings, 2 for （一）, 3 for 1. or （1）, 4 for 一是, 第一, 其一, ● and their like."""
    marker: str
    """The numbering as printed: ``（一）``, ``一是``."""
    title: Span
    """The heading's words, without the marker; for an entry of a list, its head clause (up to the first ，。；)."""
    span: Span
    """From the marker to the next heading of the same or a higher level."""
    kind: str = ""
    """The form of its marker (see ``ListMark.kind``); empty for an unnumbered heading."""
    number: int | None = None
    """What its marker counts; None for bullets, words and unnumbered headings."""


class Sentence(NamedTuple):
    """One sentence, or one row of a pasted table: the unit in which figures are read together."""

    span: Span
    paragraph: int
    """Running number of its paragraph: hard line breaks inside a sentence do not begin a new one."""
    row: bool = False
    """True for a row of a table that was pasted as text."""


@dataclass(frozen=True)
class Copy:
    """A passage that is printed again: ``span`` repeats ``original``, white space and a few differing words aside."""

    span: Span
    original: Span


@dataclass(frozen=True)
class Document:
    """A report as read from its file."""

    doc_id: str
    source: str
    """The path as the user gave it."""
    file: FileText
    """What the file prints."""
    view: View
    """The same as it is read."""
    sha256: str
    """Hex digest of the input file's bytes."""
    main: tuple[Span, ...] = ()
    """What to read: the report itself in its main copy, in order, without navigation and without repeated bodies."""
    sections: tuple[Section, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    """The sentences of ``main``, in order."""
    copies: tuple[Copy, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What a user should know of how it was read: a guessed encoding, a body printed twice. Places are of the print."""

    @property
    def text(self) -> str:
        """The text as it is read."""
        return self.view.text

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.span[0] for sentence in self.sentences]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [section.span[0] for section in self.sections]

    @cached_property
    def _section_parents(self) -> list[int]:
        """For each section the last one before it that is still open where it begins, by number; -1 for none."""
        parents: list[int] = []
        around: list[int] = []
        for number, section in enumerate(self.sections):
            while around and self.sections[around[-1]].span[1] <= section.span[0]:
                around.pop()
            parents.append(around[-1] if around else -1)
            around.append(number)
        return parents

    def sentence_at(self, offset: int) -> Sentence | None:
        """The sentence that holds ``offset``, or None where nothing is read (navigation, a second copy)."""
        index = bisect_right(self._sentence_starts, offset) - 1
        if index < 0 or self.sentences[index].span[1] <= offset:
            return None
        return self.sentences[index]

    def sections_at(self, offset: int) -> list[Section]:
        """The sections around ``offset``, outermost first."""
        place = bisect_right(self._section_starts, offset) - 1
        around: list[Section] = []
        while place >= 0:
            if offset < self.sections[place].span[1]:
                around.append(self.sections[place])
            place = self._section_parents[place]
        return sorted(around, key=lambda section: section.level)

    def slice(self, span: Span) -> str:
        """The characters of ``span``."""
        return self.text[span[0] : span[1]]

    def printed(self, span: Span) -> Span:
        """Where the file prints ``span``; see :meth:`View.printed <baogao.document.view.View.printed>`."""
        return self.view.printed(span)

    def printed_sentences(self, spans: Iterable[Span]) -> str | None:
        """The sentences, as they are printed, that some spans of the print begin in, each once, in the order of the
        text, a line break between them."""
        found = [self.sentence_at(self.view.read(start)) for start, _ in sorted(spans)]
        texts = [self.file.text[slice(*self.printed(one.span))].strip() for one in found if one is not None]
        return "\n".join(dict.fromkeys(texts)) or None

    def page_of(self, offset: int) -> int | None:
        """The page, counted from 1, that a character of the print stands on; None for what has no pages."""
        return bisect_right(self.file.pages, offset) or None
