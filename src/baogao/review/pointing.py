"""What a person points at, read as an answer: the figure, the date, the words that stand at some characters.

Nothing is typed that a report prints. A person points at characters; value, bound and unit come from the candidate that
stands there, by the same ``reading.py`` that reads for every extractor. Only what a schema infers (a level, a period)
is typed, and held against its pattern; of a choice an option is picked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from baogao.candidates.candidate import FIGURES, Candidate
from baogao.document import document_from_text
from baogao.document.file_text import FileText
from baogao.errors import UsageError
from baogao.extraction import Link, ReportText, Words
from baogao.outputs.corrected import PERSON
from baogao.reading import read_answer
from baogao.record import Record
from baogao.schema import FieldSpec, Schema
from baogao.schema.values import Answer, Item, Span, TextAnswer, shown_value

Said = Answer | TextAnswer | Item
_SURE = 1.0


class Pointing:
    """One report at which a person points.

    :param record: of whose file ``text`` was read.
    """

    def __init__(self, record: Record, text: str, schema: Schema) -> None:
        pages = tuple(record.read.pages) if record.read else ()
        document = document_from_text(FileText(text, pages=pages), record.doc_id, record.source)
        self._schema = schema
        self._text = text
        self._report = ReportText.from_document(document, schema.sought)

    @property
    def places(self) -> list[tuple[str, Span]]:
        """Every candidate as a place to point at: ``#KIND``, and its characters."""
        return [(f"#{one.kind}", self._printed(one)) for one in self._report.candidates]

    def answers(self, spec: FieldSpec, spans: Sequence[Span]) -> list[Said]:
        """What the characters that a person points at may answer, the likeliest first; at least one.

        :param spans: of the text, in code points, end exclusive; several where a field is summed.
        :raises UsageError: they lie outside of the text, or nothing that answers the field stands there.
        """
        spans = [self._trimmed(span) for span in spans]
        if not spans:
            raise UsageError("nothing is selected")
        read: dict[str, Callable[[Sequence[Span]], Iterable[Said]]] = {
            "figure": lambda at: self._figures(spec, at),
            "date": lambda at: self._dates(spec, at),
            "choice": lambda at: [self._words(spec, option, at) for option in spec.options],
            "quote": lambda at: [self._words(spec, "".join(self._quoted(at).split()), at)],
            "text": lambda at: [TextAnswer(value="".join(self._quoted(at).split()), evidence=list(at))],
            "items": self._entries,
        }
        if spec.kind not in read:
            raise UsageError(f"{spec.label} is a list of rows: point at the words of one cell")
        return list(read[spec.kind](spans))

    def says_none(self, spec: FieldSpec, spans: Sequence[Span]) -> Answer:
        """The answer that there was none, with the words that say so; with none where nothing is pointed at.

        :raises UsageError: the characters lie outside of the text; the field is no figure.
        """
        if spec.kind != "figure":
            raise UsageError(f"{spec.label} is no figure: that there was none cannot be said of it")
        spans = [self._trimmed(span) for span in spans]
        none = Answer(status="reported_none", value=0, bound="exact", by=PERSON)
        if not spans:
            return none
        return none.model_copy(
            update={"evidence": spans, "text": self._quoted(spans), "page": self._report.document.page_of(spans[0][0])}
        )

    def _printed(self, candidate: Candidate) -> Span:
        return self._report.document.printed((candidate.start, candidate.end))

    def _quoted(self, spans: Sequence[Span]) -> str:
        return "、".join(self._text[start:end] for start, end in spans)

    def _trimmed(self, span: Span) -> Span:
        """The same without white space at its ends."""
        start, end = span
        if not 0 <= start < end <= len(self._text):
            raise UsageError("the selection lies outside of the text")
        chosen = self._text[start:end]
        if not chosen.strip():
            raise UsageError("only white space is selected")
        return start + len(chosen) - len(chosen.lstrip()), end - len(chosen) + len(chosen.rstrip())

    def _at(self, span: Span, kinds: Iterable[str]) -> list[Candidate]:
        """The candidates at some characters: the one that is just these, those inside of them, those around."""
        among = [one for one in self._report.candidates if one.kind in kinds]
        printed = [(one, self._printed(one)) for one in among]
        inside = [one for one, place in printed if span[0] <= place[0] and place[1] <= span[1]]
        return (
            [one for one, place in printed if place == span]
            or inside
            or [one for one, place in printed if place[0] < span[1] and span[0] < place[1]]
        )

    def _figures(self, spec: FieldSpec, spans: Sequence[Span]) -> list[Said]:
        kinds = FIGURES | {"none"}
        found = [self._at(span, kinds) for span in spans]
        if len(spans) > 1:
            if not spec.additive:
                raise UsageError(f"{spec.label} is one figure: it is no sum of several")
            if any(len(at) != 1 for at in found):
                raise UsageError("each part of a sum must be one figure")
            return [self._linked(spec, [at[0] for at in found])]
        if not found[0]:
            return self._alone(spec, spans[0], kinds)
        sums = [self._linked(spec, found[0])] if spec.additive and len(found[0]) > 1 else []
        return [*(self._linked(spec, [one]) for one in found[0]), *sums]

    def _linked(self, spec: FieldSpec, candidates: Sequence[Candidate]) -> Answer:
        try:
            return read_answer(self._report, Link(tuple(one.id for one in candidates), _SURE, PERSON), spec)
        except ValueError as error:
            raise UsageError(f"no figure for {spec.label} is read there") from error

    def _dates(self, spec: FieldSpec, spans: Sequence[Span]) -> list[Said]:
        found = self._at(spans[0], ["date"])
        words = [Words(one.date, ((one.start, one.end),), _SURE, PERSON) for one in found]
        return [read_answer(self._report, one, spec) for one in words] or self._alone(spec, spans[0], {"date"})

    def _alone(self, spec: FieldSpec, span: Span, kinds: Iterable[str]) -> list[Said]:
        """What the characters say when they are read by themselves, without what stands around them."""
        start, end = span
        document = document_from_text(self._text[start:end])
        report = ReportText.from_document(document, self._schema.sought)
        found: list[Said] = []
        for one in report.candidates:
            if one.kind in kinds:
                said = Words(one.date, ((one.start, one.end),), _SURE, PERSON) if one.date else None
                answer = read_answer(report, said or Link((one.id,), _SURE, PERSON), spec)
                evidence = [(start + first, start + last) for first, last in answer.evidence or ()]
                page = self._report.document.page_of(evidence[0][0])
                found.append(answer.model_copy(update={"evidence": evidence, "page": page}))
        if not found:
            words = self._text[start:end]
            raise UsageError(
                f"no date is read in “{words}”" if spec.kind == "date" else f"no figure is read in “{words}”"
            )
        return found

    def _words(self, spec: FieldSpec, value: str, spans: Sequence[Span]) -> Answer:
        return Answer(
            status="reported",
            value=value,
            bound="exact",
            evidence=list(spans),
            text=self._quoted(spans),
            page=self._report.document.page_of(spans[0][0]),
            by=PERSON,
        )

    def _entries(self, spans: Sequence[Span]) -> list[Said]:
        """The selection as it is, and the entries that the grammar sees there."""
        places = [spans[0], *(self._printed(one) for one in self._at(spans[0], ["item"]))]
        return [
            Item(text=self._text[slice(*place)], evidence=[place], page=self._report.document.page_of(place[0]))
            for place in dict.fromkeys(places)
        ]


def chosen(answers: Sequence[Said], value: str | None, spans: Sequence[Span]) -> Said:
    """The one of several that a person took.

    :param value: as :func:`value_of` says it; None where there is only one at these characters.
    :raises UsageError: it is not among them.
    """
    fitting = [one for one in answers if value in (None, value_of(one))]
    if not fitting:
        raise UsageError(f"“{value}” is not what stands there")
    just_these = [one for one in fitting if list(one.evidence or ()) == list(spans)]
    return (just_these or fitting)[0]


def value_of(said: Said) -> str:
    """The value of an answer in words, for a person to take it by."""
    if isinstance(said, Item):
        return said.text
    if isinstance(said, TextAnswer):
        return said.value or ""
    return "" if said.value is None else shown_value(said.value, said.upper)


def typed(spec: FieldSpec, value: str) -> TextAnswer:
    """A piece of metadata that follows from other words, as a person typed it.

    :raises UsageError: the schema does not say that it is inferred; it does not match what the schema says.
    """
    value = value.strip()
    if spec.kind != "text" or not spec.pattern:
        raise UsageError(f"{spec.label} is printed: select it in the text")
    if not re.fullmatch(spec.pattern, value):
        raise UsageError(f"“{value}” is no {spec.label}: it must match {spec.pattern}")
    return TextAnswer(value=value)
