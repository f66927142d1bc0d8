"""Gold from what people looked at: their decisions on a run's answers, as labels.

What nobody looked at is not gold. A list is looked at when somebody said so of the whole of it, not of an entry: nobody
knows otherwise whether one is missing. Comments stay where they were written.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from baogao.document import Document, document_from_text
from baogao.evaluation.checking import check_gold
from baogao.evaluation.gold import Copies, Gold, GoldField, GoldRow
from baogao.evaluation.values import version_said
from baogao.outputs.corrected import corrected, holding_on, text_digest
from baogao.outputs.decisions import Decisions
from baogao.record import Record
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Answer, Span

_LEAST_AGAIN = 15
"""Characters, white space aside, of a sentence that says the same of the same where it is printed again."""
_ENDS = frozenset("。；！？;!?\n")
"""Before a sentence one of these stands, white space aside, or nothing."""


def gold_of(
    record: Record, decisions: Decisions, text: str, schema: Schema, who: str | None = None, *, proposals: bool = False
) -> Gold:
    """The gold of one report: what people accepted, corrected, found to be none or not there.

    It may hold what loading it would refuse, a "none" without its words; see :func:`sound`.

    :param text: what the record's offsets refer to.
    :param who: only what this one person decided; None for what stands by now, whoever decided it.
    :param proposals: whether what nobody looked at is in it, too, as the record has it: for a person to go on from.
    """
    return _Labels(record, decisions if who is None else decisions.of(who), text, schema).gold(proposals)


def sound(gold: Gold, text: str, schema: Schema) -> tuple[Gold, dict[str, str]]:
    """The gold without fields that loading it would refuse, and why each of them is left out.

    They count as not looked at: a person can put them right and save again.
    """
    wrong: dict[str, str] = {}
    for finding in check_gold(gold, text, schema, Path(f"{gold.doc_id}.gold.json")):
        name = finding.place.split(",")[0]
        if finding.level == "error" and name in schema.by_id:
            wrong.setdefault(name, finding.message)
    if not wrong:
        return gold, wrong
    left_out = {*gold.not_looked_at, *wrong}
    marked = gold.model_copy(update={"not_looked_at": [one.id for one in schema.specs if one.id in left_out]})
    parts = ("metadata", "fields", "lists", "rows")
    kept = {part: {k: v for k, v in getattr(gold, part).items() if k not in wrong} for part in parts}
    return marked.model_copy(update=kept), wrong


class _Labels:
    """What people left of one report, read as gold."""

    def __init__(self, record: Record, decisions: Decisions, text: str, schema: Schema) -> None:
        self._text, self._schema = text, schema
        self._record = corrected(record, decisions, text, schema)
        self._decided = holding_on(text, decisions).keys()
        self._again = PrintedAgain(text)

    def gold(self, proposals: bool) -> Gold:
        """The labels, and which of them nobody looked at."""
        record, schema = self._record, self._schema
        unknown = [spec.id for spec in schema.specs if not self._is_known(spec)]
        gold = Gold(
            doc_id=record.doc_id,
            schema_name=schema.name,
            schema_version=version_said(schema),
            text_file=f"{record.doc_id}.txt",
            sha256=text_digest(self._text),
            characters=len(self._text),
            metadata={
                spec.id: record.metadata[spec.id].value for spec in schema.metadata if spec.id in record.metadata
            },
            fields=dict(self._fields()),
            lists={
                spec.id: [self._again.copies([sorted(item.evidence)]) for item in record.lists.get(spec.id, ())]
                for spec in schema.lists
            },
            rows={spec.id: list(self._rows(spec)) for spec in schema.rows},
            not_looked_at=unknown,
        )
        return gold if proposals else gold.known()

    def _is_known(self, spec: FieldSpec) -> bool:
        """Whether somebody looked; of a list at the whole of it, and at every entry that there is by now."""
        record = self._record
        if spec.kind == "text":
            return spec.id in record.metadata and record.metadata[spec.id].reviewed is not None
        if spec.kind == "items":
            entries = record.lists.get(spec.id, ())
            return spec.id in self._decided and all(item.reviewed is not None for item in entries)
        if spec.kind == "rows":
            return spec.id in self._decided
        return spec.id in record.fields and record.fields[spec.id].reviewed is not None

    def _fields(self) -> Iterator[tuple[str, GoldField]]:
        """What is stated, field by field; silence is said by nothing."""
        for spec in self._schema.fields:
            answer = self._record.fields.get(spec.id)
            if answer is not None and answer.status != "not_reported":
                yield spec.id, self._field(answer, spec)

    def _field(self, answer: Answer, spec: FieldSpec) -> GoldField:
        spans = sorted(answer.evidence or ())
        # The parts of a sum belong together; words in several places decide one by one.
        copies = [spans] if spec.additive or spec.kind == "quote" else [[span] for span in spans]
        return GoldField(
            status=answer.status,
            value=answer.value,
            upper=answer.upper,
            bound=(answer.bound or "exact") if spec.kind == "figure" else answer.bound,
            evidence=self._again.copies([copy for copy in copies if copy]),
        )

    def _rows(self, spec: FieldSpec) -> Iterator[GoldRow]:
        for row in self._record.rows.get(spec.id, ()):
            cells = {cell.id: row[cell.id] for cell in spec.cells if cell.id in row}
            told = {name: cell for name, cell in cells.items() if cell.status != "not_reported"}
            if told:
                yield {cell.id: self._field(told[cell.id], cell) for cell in spec.cells if cell.id in told}


class PrintedAgain:
    """Finds where a text says the same again: the same whole sentence, at least of some length, white space aside.

    Only there it is certain that a second figure of the same value is the same figure. In another sentence it may be
    another one, and a person has to say so.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def copies(self, copies: Copies) -> Copies:
        """Some copies, and behind them the places where their sentences are printed again."""
        found = list(copies)
        for copy in copies:
            found += [other for other in self._others(copy) if other not in found]
        return found

    @cached_property
    def _document(self) -> Document:
        return document_from_text(self._text)

    @cached_property
    def _places(self) -> list[int]:
        """Where the characters that are no white space stand."""
        return [place for place, char in enumerate(self._text) if not char.isspace()]

    @cached_property
    def _folded(self) -> str:
        return "".join(self._text[place] for place in self._places)

    def _others(self, copy: Sequence[Span]) -> Iterator[list[Span]]:
        frame = self._frame(copy)
        if frame is None:
            return
        start, end = (bisect_left(self._places, place) for place in frame)
        words = self._folded[start:end]
        if len(words) < _LEAST_AGAIN:
            return
        inside = [tuple(bisect_left(self._places, place) - start for place in span) for span in copy]
        found = self._folded.find(words)
        while found >= 0:
            if found != start and self._begins_here(found):
                yield [(self._places[found + first], self._places[found + last - 1] + 1) for first, last in inside]
            found = self._folded.find(words, found + len(words))

    def _frame(self, copy: Sequence[Span]) -> Span | None:
        """From the beginning of the first sentence to the end of the last, as printed."""
        document = self._document
        sentences = [document.sentence_at(document.view.read(start)) for start, _ in copy]
        known = [document.printed(one.span) for one in sentences if one is not None]
        if not known or len(known) < len(copy):
            return None
        frame = known[0][0], known[-1][1]
        return frame if all(frame[0] <= start and end <= frame[1] for start, end in copy) else None

    def _begins_here(self, place: int) -> bool:
        """Whether a sentence begins at a character."""
        before = self._text[: self._places[place]]
        return not before.strip() or before[-1] == "\n" or before.rstrip(" \t\u3000\r")[-1] in _ENDS
