"""Scoring: one verdict for every field of every document, exactly by the table in the codebook.

It needs the records and the gold and nothing else, so that anyone's output can be scored. Nothing leaves a denominator
in silence: a document that failed, or has no record, has all its stated fields against it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from baogao.errors import GoldError
from baogao.evaluation.gold import Copies, Dataset, Gold, GoldField, Reading, Split
from baogao.evaluation.submissions import Submission
from baogao.evaluation.tally import Hits, Tally, Verdict
from baogao.schema.fields import Schema
from baogao.schema.values import Answer, Span


@dataclass(frozen=True)
class Score:
    """The verdict on one figure of one document."""

    doc_id: str
    field: str
    verdict: Verdict
    answer: Answer | None
    """None when nothing was answered: silence, a failed document, no record."""
    gold: GoldField
    bound_ok: bool | None = None
    """Whether the bound is right too; None unless ``correct``."""
    grounded: bool | None = None
    """Whether the answer's evidence overlaps the gold's; None unless ``correct``."""

    @classmethod
    def of(cls, gold: Gold, name: str, submission: Submission | None) -> Score:
        """Score one figure; without a submission, as one of a document that failed, it is ``errored``."""
        truth = gold.field(name)
        if submission is None:
            return cls(gold.doc_id, name, "errored", None, truth)
        answer = submission.fields.get(name) or Answer(status="not_reported")
        verdict, reading = judge(truth, answer)
        spoken = None if answer.status == "not_reported" else answer
        if verdict != "correct" or reading is None:
            return cls(gold.doc_id, name, verdict, spoken, truth)
        return cls(gold.doc_id, name, verdict, spoken, truth, has_bound(reading, answer), is_grounded(reading, answer))

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
        return cls(gold.doc_id, name, _fold(answer) == _fold(truth), answer, truth)


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
class DocumentScore:
    """Everything that is said of one document."""

    doc_id: str
    split: Split | None
    error: str | None
    """Why every field is ``errored``: the failure in words, or that there is no record; None when all is well."""
    figures: tuple[Score, ...]
    """In the schema's order, one for each figure."""
    metadata: tuple[MetadataScore, ...]
    lists: tuple[ListScore, ...]

    @cached_property
    def tally(self) -> Tally:
        """The document's figures, counted."""
        return sum((score.tally for score in self.figures), Tally())


@dataclass(frozen=True)
class Scores:
    """The scores of one extractor on one or more data sets; documents in the gold's order."""

    documents: tuple[DocumentScore, ...]

    @cached_property
    def tally(self) -> Tally:
        """All figures, counted."""
        return sum((document.tally for document in self.documents), Tally())

    def field_tallies(self) -> dict[str, Tally]:
        """The counts of each figure, in the schema's order."""
        tallies: dict[str, Tally] = {}
        for document in self.documents:
            for score in document.figures:
                tallies[score.field] = tallies.get(score.field, Tally()) + score.tally
        return tallies

    def list_hits(self) -> dict[str, Hits]:
        """The counts of each list, in the schema's order."""
        hits: dict[str, Hits] = {}
        for document in self.documents:
            for score in document.lists:
                hits[score.name] = hits.get(score.name, Hits()) + score.hits
        return hits

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
        figures=tuple(Score.of(gold, spec.id, said) for spec in schema.figures),
        metadata=tuple(MetadataScore.of(gold, spec.id, said) for spec in schema.metadata),
        lists=tuple(ListScore.of(gold, spec.id, said) for spec in schema.lists),
    )


def judge(gold: GoldField, answer: Answer) -> tuple[Verdict, Reading | None]:
    """The verdict on an answer of a document that did not fail, and the reading that it matches, if any.

    A reading matches in the same state and, as decimals, with exactly the same number: 12.0 is 12, 26.5 is not 26.4.
    Of several, the one counts that speaks best for the answer: by its place, then by its bound.
    """
    if answer.status == "not_reported":
        return ("missing" if gold.stated else "absent"), None
    said = answer.status, answer.value
    same = [reading for reading in gold.readings if (reading.status, reading.value) == said]
    if not same:
        return ("wrong" if gold.stated else "spurious"), None
    best = max(same, key=lambda reading: (is_grounded(reading, answer), has_bound(reading, answer)))
    return ("correct" if gold.stated else "neutral"), best


def is_grounded(reading: Reading, answer: Answer) -> bool:
    """Whether the answer's evidence overlaps any span of any copy of the reading."""
    return _overlaps(reading.evidence, answer.evidence or [])


def has_bound(reading: Reading, answer: Answer) -> bool:
    """Whether the bounds are the same; a bound that is not given is ``exact``."""
    return (reading.bound or "exact") == (answer.bound or "exact")


def match_items(items: Sequence[Copies], answers: Sequence[Sequence[Span]]) -> tuple[int | None, ...]:
    """Match a list's answers to its gold, in order: each takes the first item that it overlaps and none has taken."""
    free = dict(enumerate(items))
    matches: list[int | None] = []
    for answer in answers:
        match = next((number for number, copies in free.items() if _overlaps(copies, answer)), None)
        if match is not None:
            del free[match]
        matches.append(match)
    return tuple(matches)


def _overlaps(copies: Copies, spans: Sequence[Span]) -> bool:
    return any(start < right and left < end for copy in copies for start, end in copy for left, right in spans)


def _fold(text: str | None) -> str | None:
    """A text after NFKC, without white space; None stays None."""
    return None if text is None else "".join(unicodedata.normalize("NFKC", text).split())
