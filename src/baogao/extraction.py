"""The one protocol behind rules, llm and hybrid.

An extractor never writes a value. It returns links, from a field to the candidates that answer it; values, bounds,
units and evidence are read from the candidates afterwards (``baogao.reading``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar, runtime_checkable

from baogao.candidates.candidate import USUAL, Candidates
from baogao.document.document import Document, Span
from baogao.document.file_text import Notice
from baogao.errors import BaogaoError
from baogao.llm.messages import Question
from baogao.record import Jury
from baogao.schema.fields import Schema, Sought

UNSAID_CONFIDENCE = 0.8
"""Of an answer by a model that does not say how sure it is; hybrid hears this much where rules are silent."""


@dataclass(frozen=True)
class ReportText:
    """One report, read: its text with its shape, and the candidates found in it."""

    document: Document
    candidates: Candidates

    @classmethod
    def from_document(cls, document: Document, sought: Sought = USUAL) -> ReportText:
        """A document with the candidates that the grammar finds in it.

        :param sought: what a schema asks about beside the usual, ``schema.sought``.
        """
        from baogao.candidates.find import find_candidates  # where a record comes from elsewhere, no grammar is needed

        return cls(document, find_candidates(document, sought))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a user should know of how the report was read, what was too doubtful for a figure included."""
        doubtful = (self.document.printed(span) for span in self.candidates.doubtful)
        words = self.document.file.text
        return (
            *self.document.notices,
            *(Notice(f"no figure is read in “{words[start:end]}”", (start, end)) for start, end in doubtful),
        )


@dataclass(frozen=True)
class Link:
    """One field's answer: the candidates it is read from (several only where an additive field is summed)."""

    candidates: tuple[int, ...]
    confidence: float
    """Between 0 and 1."""
    by: str
    """``rules``, ``llm``, ``rules+llm``; where several models are asked, ``llm:NAME`` of each that gives it."""
    reason: str = ""
    """Why, for a person who debugs: the rule that fired, the line of the reply."""


@dataclass(frozen=True)
class TextLink:
    """One piece of metadata: its value, and the spans it was read from (empty when it is inferred)."""

    value: str
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Words:
    """An answer in words: the option of a choice, a date, a quote; and the words that it was read from."""

    value: str
    evidence: tuple[Span, ...]
    confidence: float
    """Between 0 and 1."""
    by: str
    """As of a :class:`Link`."""
    reason: str = ""


@dataclass(frozen=True)
class HeldLink:
    """An answer that is kept for a person to look at and not given."""

    link: Link | Words
    reason: str
    """Why, in a few words."""


Row = dict[str, Link | Words]
"""The cells of one row that are answered, by their ids."""
Said = Link | Words | TextLink | tuple[int, ...]
"""What a reader says of a field: a figure, words, a piece of metadata, the entries of a list."""


@dataclass(frozen=True)
class Doubt:
    """A field that a person should look at, because readers differ or one alone spoke."""

    field: str
    reason: str
    """Why, in a few words."""
    wrong: float
    """How likely it is that what is given (silence, too) is wrong; between 0 and 1."""
    said: tuple[tuple[str, Said], ...]
    """What was said, and by whom; what is given comes first. A reader that is not named was silent."""


def _same_place(said: Said, other: Link | Words) -> bool:
    """Whether two point at the same candidates, or say the same words."""
    if isinstance(said, Link) and isinstance(other, Link):
        return said.candidates == other.candidates
    return isinstance(said, Words) and isinstance(other, Words) and said.value == other.value


@dataclass
class Extraction:
    """Everything an extractor found in one document. A field that is not in ``fields`` is not reported."""

    fields: dict[str, Link] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    """Of choices, dates and quotes."""
    rows: dict[str, list[Row]] = field(default_factory=dict)
    """Name of a list of records to its rows, in reading order."""
    held: dict[str, HeldLink] = field(default_factory=dict)
    """Answers to fields that are not in ``fields``, held back because they are not sure enough."""
    lists: dict[str, list[int]] = field(default_factory=dict)
    """List name to the ids of its item candidates, in reading order."""
    metadata: dict[str, TextLink] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    whole: bool = False
    """Whether silence on lists and metadata is an answer, too: the reader was asked for all of them."""
    doubts: tuple[Doubt, ...] = ()
    """What of this a person should look at."""
    jury: Jury | None = None
    """Who led, where several readers were heard."""

    def queue(self) -> list[Doubt]:
        """Its doubts, with everything that is held back among what was said."""
        doubts = {doubt.field: doubt for doubt in self.doubts}
        for name, held in self.held.items():
            if name in self.fields or name in self.words:
                continue
            link = held.link
            doubt = doubts.setdefault(name, Doubt(name, f"held back: {held.reason}", link.confidence, ()))
            if not any(_same_place(said, link) for _, said in doubt.said):
                doubts[name] = replace(doubt, said=((link.by, link), *doubt.said))
        return list(doubts.values())


@dataclass(frozen=True)
class Settled:
    """What is answered for sure already, so that a model need not be asked about it."""

    fields: frozenset[str] = frozenset()
    candidates: frozenset[int] = frozenset()
    """The candidates that these answers are read from."""
    metadata: bool = False


NOTHING_SETTLED = Settled()


class Extractor(Protocol):
    """Decides which candidate answers which field of its schema."""

    name: str
    """``rules``, ``llm`` or ``hybrid``; a name of its own for one that somebody else wrote."""
    schema: Schema

    async def extract(self, report: ReportText) -> Extraction:
        """Link one report.

        :raises ReplyError: a model's reply cannot be used.
        :raises EndpointError: no model can be reached.
        :raises BudgetError: the token budget is spent.
        """
        ...


@runtime_checkable
class SamplingExtractor(Extractor, Protocol):
    """An extractor that wants to see some reports of a run before it answers any."""

    @property
    def wants_sample(self) -> bool:
        """Whether it does, in this run."""
        ...

    def tells(self, report: ReportText) -> int:
        """How much a report would tell it: the number of answers that can be compared."""
        ...

    def begin_sample(self) -> None:
        """What is extracted from now on is read, and not answered."""
        ...

    def end_sample(self) -> bool:
        """Learn from what was read; whoever is extracted again is answered without being asked about again.

        :returns: whether the same reports are wanted once more, for what is asked only now that so much is known.
        """
        ...


class ModelExtractor(Extractor, Protocol):
    """An extractor that asks a model, and may be spared what is settled."""

    async def extract(self, report: ReportText, settled: Settled = NOTHING_SETTLED) -> Extraction:
        """Link one report; what is settled may be left out, of the questions and of the answers.

        :raises ReplyError: a reply cannot be used.
        :raises EndpointError: the model cannot be asked.
        :raises BudgetError: the token budget is spent.
        """
        ...

    def questions(self, report: ReportText) -> list[Question]:
        """What would be asked of a report with nothing settled, for a dry run."""
        ...


T = TypeVar("T")


async def answers(asked: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Every result, in order.

    When one fails the others are cancelled, so that no more tokens are spent. One whose reply a batch is to bring lets
    the others put their questions, too: they all go into one batch.

    :raises BaogaoError: what the first to fail raises.
    """
    tasks = [asyncio.ensure_future(coroutine) for coroutine in asked]
    waiting = set(tasks)
    try:
        while waiting:
            finished, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
            for error in (task.exception() for task in tasks if task in finished):
                if error is not None and not (isinstance(error, BaogaoError) and error.ends == "nothing"):
                    raise error
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class WrappedExtractor:
    """Another extractor, with something done around it: subclasses say what, in ``extract``."""

    def __init__(self, inner: Extractor) -> None:
        self.inner = inner
        self.name = inner.name
        self.schema = inner.schema


def innermost(extractor: Extractor) -> Extractor:
    """The extractor inside of everything that was done around it."""
    while isinstance(extractor, WrappedExtractor):
        extractor = extractor.inner
    return extractor


class HoldingExtractor(WrappedExtractor):
    """Another extractor, whose unsure answers go to a review queue, not into silence.

    :param least: answers with less confidence are held back; between 0 and 1.
    """

    def __init__(self, inner: Extractor, least: float) -> None:
        super().__init__(inner)
        self._least = least

    async def extract(self, report: ReportText) -> Extraction:
        """Link one report; see :class:`Extractor`."""
        return hold_back(await self.inner.extract(report), self._least)


def hold_back(extraction: Extraction, least: float) -> Extraction:
    """The extraction with every figure, and all words, below ``least`` among what is held back.

    Of rows the cells below it are left out: a record has no place for a cell that is held back.
    """
    fields = {name: link for name, link in extraction.fields.items() if link.confidence >= least}
    words = {name: said for name, said in extraction.words.items() if said.confidence >= least}
    every_answer: dict[str, Link | Words] = {**extraction.fields, **extraction.words}
    held = {
        name: HeldLink(said, f"less sure than the {least:g} that was asked for")
        for name, said in every_answer.items()
        if said.confidence < least
    }
    sure = {
        name: [{cell: said for cell, said in row.items() if said.confidence >= least} for row in found]
        for name, found in extraction.rows.items()
    }
    rows = {name: [row for row in found if row] for name, found in sure.items()}
    doubts = tuple(
        replace(doubt, reason=f"{doubt.reason}, held back: {now.reason}", wrong=now.link.confidence)
        if (now := held.get(doubt.field))
        else doubt
        for doubt in extraction.doubts
    )
    return replace(extraction, fields=fields, words=words, rows=rows, held={**extraction.held, **held}, doubts=doubts)
