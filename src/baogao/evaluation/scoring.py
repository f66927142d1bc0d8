"""Scoring: one verdict for every field of every document, exactly by the table in the codebook.

It needs the records and the gold and nothing else, so that anyone's output can be scored. Nothing leaves a denominator
in silence: a document that failed, or has no record, has all its stated fields against it. A field that no annotator
has looked at has no verdict, and the report says how many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from baogao.errors import GoldError
from baogao.evaluation.aligning import align_rows
from baogao.evaluation.gold import Dataset, Gold, GoldField, Split
from baogao.evaluation.judging import has_bound, is_grounded, judge, match_items
from baogao.evaluation.submissions import Submission
from baogao.evaluation.tally import Hits, Tally, Verdict
from baogao.evaluation.values import AskedFor, asked_for, fold
from baogao.schema.fields import FieldKind, FieldSpec, Schema
from baogao.schema.values import Answer

_SILENCE = Answer(status="not_reported")
_UNASKED = GoldField(status="not_reported")


@dataclass(frozen=True)
class Score:
    """The verdict on one field of one document: on a figure, a choice, a date, a quote."""

    doc_id: str
    field: str
    """Its id; of a cell that of its list of rows."""
    verdict: Verdict
    answer: Answer | None
    """None when nothing was answered: silence, a failed document, no record."""
    gold: GoldField
    bound_ok: bool | None = None
    """Whether the bound is right too; None unless ``correct``."""
    grounded: bool | None = None
    """Whether the answer's evidence overlaps the gold's; None unless ``correct``."""
    spec: FieldSpec | None = None
    """What was asked; None for a plain figure."""
    cell: str = ""
    """Of a cell its id."""
    row: int | None = None
    """Of a cell the number of its row in gold, from 1; None for a row that gold does not have."""
    answer_row: int | None = None
    """The number of its row in the answer, from 1; None for a row that the answer does not have."""
    held_back: bool = False
    """Whether there was an answer that was not sure enough to be given."""

    @classmethod
    def of(cls, doc_id: str, spec: FieldSpec, truth: GoldField, answer: Answer | None) -> Score:
        """Score one field; without an answer, as one of a document that failed, it is ``errored``."""
        if answer is None:
            return cls(doc_id, spec.id, "errored", None, truth, spec=spec)
        verdict, reading = judge(truth, answer, spec.kind)
        spoken = None if answer.status == "not_reported" else answer
        if verdict != "correct" or reading is None:
            held_back = answer.held_back is not None
            return cls(doc_id, spec.id, verdict, spoken, truth, spec=spec, held_back=held_back)
        bound, place = has_bound(reading, answer), is_grounded(reading, answer)
        return cls(doc_id, spec.id, verdict, spoken, truth, bound, place, spec)

    @property
    def kind(self) -> FieldKind:
        """What kind of field it is."""
        return self.spec.kind if self.spec else "figure"

    @property
    def asked_for(self) -> AskedFor | None:
        """What a figure asks for; None for another kind."""
        return None if self.kind != "figure" else asked_for(self.spec) if self.spec else "level"

    @property
    def name(self) -> str:
        """The field's id; of a cell ``projects.investment``."""
        return f"{self.field}.{self.cell}" if self.cell else self.field

    @property
    def tally(self) -> Tally:
        """The score as counts."""
        return Tally.of(self.verdict, self.gold.stated, bool(self.bound_ok), bool(self.grounded))


@dataclass(frozen=True)
class MetadataScore:
    """Whether one piece of metadata is right."""

    doc_id: str
    field: str
    right: bool
    answer: str | None
    gold: str | None

    @classmethod
    def of(cls, gold: Gold, name: str, submission: Submission | None) -> MetadataScore:
        """Compare one piece of metadata, widths and white space aside; without a submission it is not right."""
        truth = gold.metadata.get(name)
        if submission is None:
            return cls(gold.doc_id, name, False, None, truth)
        answer = submission.metadata.get(name)
        return cls(gold.doc_id, name, _folded(answer) == _folded(truth), answer, truth)


@dataclass(frozen=True)
class ListScore:
    """How many items of one list were found."""

    doc_id: str
    name: str
    hits: Hits
    matches: tuple[int | None, ...]
    """For each item of the answer, the number of the gold item that it found (from 0), or None."""

    @classmethod
    def of(cls, gold: Gold, name: str, submission: Submission | None) -> ListScore:
        """Match one list; without a submission nothing is found."""
        items = gold.lists.get(name, [])
        answers = [] if submission is None else submission.lists.get(name, [])
        matches = match_items(items, answers)
        found = sum(match is not None for match in matches)
        return cls(gold.doc_id, name, Hits(found, len(answers), len(items)), matches)


@dataclass(frozen=True)
class RowsScore:
    """How the cells of one list of rows fared."""

    doc_id: str
    name: str
    named_by: str
    """The cell by which a row is known."""
    matches: tuple[int | None, ...]
    """For each row of the answer, the number of the gold row that it was compared with (from 0), or None."""
    cells: tuple[Score, ...]
    """Those of the gold rows, in their order, then those of the answer's other rows; in the schema's order."""

    @classmethod
    def of(cls, gold: Gold, spec: FieldSpec, submission: Submission | None) -> RowsScore:
        """Align the rows of one list, and score each cell; without a submission every cell is ``errored``."""
        truths = gold.rows.get(spec.id, [])
        answers = [] if submission is None else submission.rows.get(spec.id, [])
        matches = align_rows(truths, answers, spec)
        key = spec.named_by.id if spec.named_by else ""
        of_gold = {match: number for number, match in enumerate(matches) if match is not None}
        silent = None if submission is None else _SILENCE
        cells = []
        for number, truth in enumerate(truths):
            said = of_gold.get(number)
            optional = key in truth and not truth[key].stated
            for cell in spec.cells:
                answer = silent if said is None else answers[said].get(cell.id, _SILENCE)
                score = Score.of(gold.doc_id, cell, truth.get(cell.id, _UNASKED), answer)
                if optional and score.verdict == "spurious":  # nothing that is said of such a row is wrong
                    score = replace(score, verdict="neutral")
                answer_row = None if said is None else said + 1
                cells.append(replace(score, field=spec.id, cell=cell.id, row=number + 1, answer_row=answer_row))
        for number, match in enumerate(matches):
            for cell in spec.cells if match is None else ():
                score = Score.of(gold.doc_id, cell, _UNASKED, answers[number].get(cell.id, _SILENCE))
                if score.answer is not None:
                    cells.append(replace(score, field=spec.id, cell=cell.id, answer_row=number + 1))
        return cls(gold.doc_id, spec.id, key, matches, tuple(cells))

    @cached_property
    def tally(self) -> Tally:
        """The cells, counted."""
        return sum((score.tally for score in self.cells), Tally())


@dataclass(frozen=True)
class DocumentScore:
    """Everything that is said of one document."""

    doc_id: str
    split: Split | None
    error: str | None
    """Why every field is ``errored``: the failure in words, or that there is no record; None when all is well."""
    fields: tuple[Score, ...]
    """In the schema's order, one for each field that is answered once (figures, choices, dates, quotes) and that
    somebody has looked at; so, too, the others."""
    metadata: tuple[MetadataScore, ...]
    lists: tuple[ListScore, ...]
    rows: tuple[RowsScore, ...] = ()

    @cached_property
    def tally(self) -> Tally:
        """The document's fields, counted; not the cells of its rows."""
        return sum((score.tally for score in self.fields), Tally())


@dataclass(frozen=True)
class Scores:
    """The scores of one extractor on one or more data sets; documents in the gold's order."""

    documents: tuple[DocumentScore, ...]

    @cached_property
    def tally(self) -> Tally:
        """All fields, counted; not the cells of rows."""
        return sum((document.tally for document in self.documents), Tally())

    def field_tallies(self) -> dict[str, Tally]:
        """The counts of each field that was looked at anywhere, in the schema's order."""
        tallies: dict[str, Tally] = {}
        for document in self.documents:
            for score in document.fields:
                tallies[score.field] = tallies.get(score.field, Tally()) + score.tally
        return tallies

    def list_hits(self) -> dict[str, Hits]:
        """The counts of each list that was looked at anywhere, in the schema's order."""
        hits: dict[str, Hits] = {}
        for document in self.documents:
            for score in document.lists:
                hits[score.name] = hits.get(score.name, Hits()) + score.hits
        return hits

    @property
    def every(self) -> Iterator[tuple[Score, ...]]:
        """Of each document all its scores: those of its fields, then those of the cells of its rows."""
        for document in self.documents:
            yield (*document.fields, *(cell for rows in document.rows for cell in rows.cells))

    @property
    def metadata_accuracy(self) -> float | None:
        """The share of metadata fields that are right, over all documents; None without any."""
        right = [score.right for document in self.documents for score in document.metadata]
        return sum(right) / len(right) if right else None

    def split(self, split: Split) -> Scores:
        """The scores of the documents of one split."""
        return Scores(tuple(document for document in self.documents if document.split == split))

    def __add__(self, other: Scores) -> Scores:
        return Scores(self.documents + other.documents)


def score_dataset(dataset: Dataset, submissions: Iterable[Submission], schema: Schema) -> Scores:
    """Score records against a data set.

    :param submissions: one for each document, in any order; see ``submissions.read_submissions``. A document without
        one counts as ``errored``.
    :raises GoldError: a record for a document that the data set does not have, two for one document, an unknown
        field, or a record made from another text.
    """
    by_id: dict[str, Submission] = {}
    for submission in submissions:
        if submission.doc_id in by_id:
            raise GoldError(f"{submission.where}: a second record for {submission.doc_id}")
        by_id[submission.doc_id] = submission
    known = {item.gold.doc_id for item in dataset.items}
    for doc_id, submission in by_id.items():
        if doc_id not in known:
            raise GoldError(f"{submission.where}: a record for {doc_id}, which {dataset.name} does not have")
    return Scores(
        tuple(score_document(item.gold, by_id.get(item.gold.doc_id), schema, item.split) for item in dataset.items)
    )


def score_document(
    gold: Gold, submission: Submission | None, schema: Schema, split: Split | None = None
) -> DocumentScore:
    """Score one document; None stands for a missing record.

    :raises GoldError: an unknown field, or a record made from another text.
    """
    if submission is not None:
        submission.check_against(gold, schema)
    error = "no record" if submission is None else submission.failure
    said = None if error else submission
    return DocumentScore(
        doc_id=gold.doc_id,
        split=split,
        error=error,
        fields=tuple(
            Score.of(
                gold.doc_id, spec, gold.field(spec.id), None if said is None else said.fields.get(spec.id, _SILENCE)
            )
            for spec in schema.fields
            if gold.knows(spec.id)
        ),
        metadata=tuple(MetadataScore.of(gold, spec.id, said) for spec in schema.metadata if gold.knows(spec.id)),
        lists=tuple(ListScore.of(gold, spec.id, said) for spec in schema.lists if gold.knows(spec.id)),
        rows=tuple(RowsScore.of(gold, spec, said) for spec in schema.rows if gold.knows(spec.id)),
    )


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)
