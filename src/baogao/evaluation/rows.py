"""Rows of ``scores.jsonl``: one for each extractor, document and field, with the sentence it was judged on.

A row says everything that a reader of the report needs, so that a run can be reported on, or compared with another one,
without its gold and its texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from baogao.candidates import USUAL
from baogao.document import Document, document_from_text
from baogao.errors import GoldError, UsageError
from baogao.evaluation.gold import Dataset, GoldDoc, GoldField, Split
from baogao.evaluation.scoring import DocumentScore, ListScore, MetadataScore, RowsScore, Score, Scores
from baogao.evaluation.submissions import Submission
from baogao.evaluation.tally import Verdict
from baogao.evaluation.taxonomy import Cause, Setting, cause_of
from baogao.evaluation.values import words
from baogao.resources import new_file
from baogao.schema.fields import FieldKind, Sought
from baogao.schema.values import Answer, Span, Strict


class Excerpt(Strict):
    """A stretch of the report's text, and what was pointed at in it; spans count from its beginning."""

    start: int
    """Where it begins in the text."""
    text: str
    answer: list[Span] = Field(default_factory=list)
    gold: list[Span] = Field(default_factory=list)


class _Row(Strict):
    """What every row begins with."""

    extractor: str
    dataset: str
    split: Split | None = None
    doc_id: str
    field: str


class JudgedRow(_Row):
    """The verdict on one answer."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["figure", "choice", "date", "quote", "cell"]
    verdict: Verdict
    answer: Answer | None = None
    gold: GoldField
    bound_ok: bool | None = None
    grounded: bool | None = None
    cause: Cause | None = None
    error: str | None = None
    """Why the whole document failed, if it did."""
    excerpts: list[Excerpt] = Field(default_factory=list, alias="passages")
    """The sentences it was judged on; none where nothing is in doubt."""

    @property
    def place(self) -> str:
        """What it is about, in words."""
        return self.field

    @property
    def right(self) -> bool:
        """Whether the codebook finds no fault with it."""
        return self.verdict in ("correct", "neutral", "absent") or (self.verdict == "errored" and not self.gold.stated)


class ScoreRow(JudgedRow):
    """The verdict on one field: a figure, a choice, a date, a quote."""

    kind: Literal["figure", "choice", "date", "quote"] = "figure"


class CellRow(JudgedRow):
    """The verdict on one cell of a list of rows, which is ``field``."""

    kind: Literal["cell"] = "cell"
    cell: str
    cell_kind: FieldKind
    row: int | None = None
    """The number of its row in gold, from 1; None for a row that gold does not have."""
    answer_row: int | None = None
    """The same in the answer."""
    named: str = ""
    """What names its row, in gold or else in the answer."""

    @property
    def place(self) -> str:
        """The cell and what names its row."""
        return f"{self.field}.{self.cell} ({self.named or 'unnamed'})"


class MetadataRow(_Row):
    """Whether one piece of metadata is right."""

    kind: Literal["metadata"] = "metadata"
    right: bool
    answer: str | None = None
    gold: str | None = None


class ListRow(_Row):
    """How one list fared: how many items were found, and the texts of those that were not or should not have been."""

    kind: Literal["list"] = "list"
    found: int
    answers: int
    gold: int
    unfound: list[str] = Field(default_factory=list)
    surplus: list[str] = Field(default_factory=list)


Row = ScoreRow | CellRow | MetadataRow | ListRow
_KINDS: Mapping[str, type[Row]] = {
    **dict.fromkeys(("figure", "choice", "date", "quote"), ScoreRow),
    "cell": CellRow,
    "metadata": MetadataRow,
    "list": ListRow,
}
_WINDOW = 60
"""Characters around a place that lies in no sentence: navigation, a second copy."""
_LONGEST = 400
"""Characters of a sentence that are kept around its figures."""


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Write rows as JSON lines, empty parts left out.

    :raises UsageError: the file cannot be written.
    """
    lines = (
        json.dumps(
            row.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"kind": row.kind}, ensure_ascii=False
        )
        for row in rows
    )
    try:
        with new_file(path) as file:
            file.writelines(f"{line}\n".encode() for line in lines)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def read_rows(path: Path) -> list[Row]:
    """Read ``scores.jsonl``.

    :raises UsageError: there is no such file.
    :raises GoldError: a line that is not a row; names file and line.
    """
    if not path.is_file():
        raise UsageError(f"there is no {path}: score the run first (baogao eval score)")
    rows: list[Row] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            data = json.loads(line)
            rows.append(_KINDS[data["kind"]].model_validate(data))
        except ValidationError as error:
            first = error.errors()[0]
            raise GoldError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise GoldError(f"{where}: is not a row of scores: {error}") from error
    return rows


class DocumentShapes:
    """Settings of documents, worked out once for all extractors.

    :param sought: of the schema that was asked.
    """

    def __init__(self, sought: Sought = USUAL) -> None:
        self._sought = sought
        self._known: dict[str, Setting] = {}

    def of(self, item: GoldDoc) -> Setting:
        """The text's shape and its gold."""
        doc_id = item.gold.doc_id
        if doc_id not in self._known:
            self._known[doc_id] = Setting(document_from_text(item.text(), doc_id), item.gold, self._sought)
        return self._known[doc_id]


def rows_of(
    extractor: str, dataset: Dataset, scores: Scores, submissions: Sequence[Submission], shapes: DocumentShapes
) -> Iterator[Row]:
    """The rows of one extractor on one data set, in the order of documents and fields."""
    items = {item.gold.doc_id: item for item in dataset.items}
    by_id = {submission.doc_id: submission for submission in submissions}
    for document in scores.documents:
        writer = _RowWriter(extractor, dataset.name, document, shapes.of(items[document.doc_id]))
        yield from (writer.field(score) for score in document.fields)
        yield from (writer.metadata(score) for score in document.metadata)
        yield from (writer.items(score, by_id.get(document.doc_id)) for score in document.lists)
        yield from (row for score in document.rows for row in writer.cells(score))


class _RowWriter:
    """Rows of one document; what all of them share is said once."""

    def __init__(self, extractor: str, dataset: str, document: DocumentScore, setting: Setting) -> None:
        self._head: dict[str, Any] = {
            "extractor": extractor,
            "dataset": dataset,
            "split": document.split,
            "doc_id": document.doc_id,
        }
        self._error = document.error
        self._setting = setting

    def field(self, score: Score) -> ScoreRow:
        return ScoreRow(**self._judged(score), kind=score.kind)

    def cells(self, rows: RowsScore) -> Iterator[CellRow]:
        """A row for each cell of a list of records."""
        names: dict[tuple[int | None, int | None], str] = {}
        for score in rows.cells:
            if score.cell == rows.named_by:
                said = next((one.value for one in (*score.gold.readings, score.answer) if one and one.value), "")
                names[score.row, score.answer_row] = words(said)
        for score in rows.cells:
            yield CellRow(
                **self._judged(score),
                cell=score.cell,
                cell_kind=score.kind,
                row=score.row,
                answer_row=score.answer_row,
                named=names.get((score.row, score.answer_row), ""),
            )

    def _judged(self, score: Score) -> dict[str, Any]:
        """What the rows of fields and of cells share."""
        doubtful = score.verdict not in ("absent", "neutral", "correct") or score.grounded is False
        return self._head | {
            "field": score.field,
            "verdict": score.verdict,
            "answer": score.answer,
            "gold": score.gold,
            "bound_ok": score.bound_ok,
            "grounded": score.grounded,
            "cause": cause_of(score, self._setting),
            "error": self._error,
            "excerpts": excerpts_of(self._setting.document, score) if doubtful else [],
        }

    def metadata(self, score: MetadataScore) -> MetadataRow:
        return MetadataRow(**self._head, field=score.field, right=score.right, answer=score.answer, gold=score.gold)

    def items(self, score: ListScore, submission: Submission | None) -> ListRow:
        items = self._setting.gold.lists.get(score.name, [])
        answers = submission.lists.get(score.name, []) if submission and not submission.failure else []
        text = self._setting.document.file.text
        return ListRow(
            **self._head,
            field=score.name,
            found=score.hits.found,
            answers=score.hits.answers,
            gold=score.hits.gold,
            unfound=[_words(text, copies[0]) for number, copies in enumerate(items) if number not in score.matches],
            surplus=[_words(text, spans) for spans, match in zip(answers, score.matches, strict=True) if match is None],
        )


def excerpts_of(document: Document, score: Score) -> list[Excerpt]:
    """The sentences that an answer and its gold stand in, each once, in reading order.

    Of gold, the best reading's copy that the answer touches, else its first copy.
    """
    spoken = list((score.answer.evidence if score.answer else None) or [])
    copies = score.gold.readings[0].evidence if score.gold.readings else []
    touched = (
        copy for copy in copies if any(span[0] < end and start < span[1] for start, end in copy for span in spoken)
    )
    true = next(touched, copies[0] if copies else [])
    frames = sorted({_frame(document, span) for span in [*spoken, *true] if 0 <= span[0] < len(document.file.text)})
    return [
        Excerpt(
            start=start,
            text=document.file.text[start:end],
            answer=[_shift(span, start) for span in spoken if start <= span[0] < end],
            gold=[_shift(span, start) for span in true if start <= span[0] < end],
        )
        for start, end in frames
    ]


def _frame(document: Document, span: Span) -> Span:
    """The sentence around a span, cut where it is very long; a window where there is no sentence."""
    sentence = document.sentence_at(document.view.read(span[0]))
    if sentence is None:
        return max(0, span[0] - _WINDOW), min(len(document.file.text), span[1] + _WINDOW)
    start, end = document.printed(sentence.span)
    if end - start <= _LONGEST:
        return start, max(end, span[1])
    start = max(start, span[0] - _LONGEST // 2)
    return start, max(span[1], min(end, start + _LONGEST))


def _shift(span: Span, start: int) -> Span:
    return span[0] - start, span[1] - start


def _words(text: str, spans: Sequence[Span]) -> str:
    return "".join(" ".join(text[start:end].split()) for start, end in spans)
