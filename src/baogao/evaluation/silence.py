"""Why a stated field was missed: where on its way the figure that gold means was lost.

First the place that gold names is looked at: whether a candidate stands there that says what gold says, whether a cue
bars it from the field, whether it brought the field onto the form. Only where all that is well did the reader have the
choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field

from baogao.asking.passages import Passage, PassageCutter, Shortlist, may_answer
from baogao.asking.words_form import words_forms
from baogao.candidates.candidate import Candidate
from baogao.choices import Way
from baogao.document.document import Span
from baogao.evaluation.gold import Reading, Split
from baogao.evaluation.scoring import Score, Scores
from baogao.evaluation.summary import RunFile
from baogao.evaluation.taxonomy import Setting
from baogao.evaluation.values import same_value, words
from baogao.extraction import Link
from baogao.reading import read_answer
from baogao.schema.fields import FieldSpec, Schema
from baogao.schema.values import Strict

Reason = Literal["failed", "no_candidate", "cue", "not_asked", "no_row", "held_back", "silent", "other"]
REASONS: Mapping[Reason, tuple[str, str]] = {
    "failed": ("failed", "the document failed or has no record"),
    "no_candidate": ("no candidate", "where gold has it, the grammar finds no candidate that says what gold says"),
    "cue": ("excluded by a cue", "there is a candidate, and its cues bar it: they are of another period or a change"),
    "not_asked": ("not on the form", "there is a candidate, and its words did not bring the field onto the form"),
    "no_row": ("no such row", "of a cell: the reader did not make up its row"),
    "held_back": ("held back", "the reader found an answer, and it was not sure enough"),
    "silent": ("nothing said", "the reader could choose it, and said nothing"),
    "other": ("another said", "the reader could choose it, and said something else"),
}
_FORMS: tuple[Way, ...] = ("form", "choice", "blank")
"""Ways of asking that ask only about the fields whose words stand around a candidate."""
_SHOW_EVERYTHING: tuple[Way, ...] = ("link", "tag")
"""Ways of asking that show every candidate, whatever its cues and its words."""


class Silence(Strict):
    """Why one stated field, or cell, was not found."""

    extractor: str
    dataset: str
    split: Split | None = None
    doc_id: str
    field: str
    """Its id; of a cell ``projects.investment``."""
    row: int | None = None
    """Of a cell the number of its row in gold, from 1."""
    reason: Reason
    cues: list[str] = Field(default_factory=list)
    """Those that bar the candidate, or that it lacks as ``no target``."""

    def why(self) -> str:
        """``excluded by a cue: growth``."""
        name = REASONS[self.reason][0]
        return f"{name}: {', '.join(self.cues)}" if self.cues else name


class Silences(RunFile):
    """What a run missed, and why."""

    file_name = "silence.json"

    missed: list[Silence]


@dataclass(frozen=True)
class Asked:
    """How an extractor came to its answers."""

    name: str
    way: Way | None = None
    """The first model's; None for rules and for records of others."""
    foreign: bool = False
    """Whether the records were made elsewhere, so that nothing is known of candidates and forms."""

    @property
    def bars(self) -> bool:
        """Whether cues bar a candidate before anybody is asked."""
        return not self.foreign and self.way not in _SHOW_EVERYTHING


class Silent:
    """Finds out why fields were missed; what it learns of a schema serves all extractors and documents."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._cut: dict[str, list[Passage]] = {}
        """Of each document, by its id."""

    @cached_property
    def _cutter(self) -> PassageCutter:
        return PassageCutter(Shortlist(self.schema))

    def of(self, asked: Asked, dataset: str, scores: Scores, settings: Mapping[str, Setting]) -> Iterator[Silence]:
        """Everything that one extractor missed in one data set, in the order of documents and fields.

        :param settings: of each document, by its id.
        """
        for document, every in zip(scores.documents, scores.every, strict=True):
            for score in every:
                if not score.gold.stated or score.verdict not in ("missing", "wrong", "errored"):
                    continue
                reason, cues = self.reason(score, asked, settings[document.doc_id])
                yield Silence(
                    extractor=asked.name,
                    dataset=dataset,
                    split=document.split,
                    doc_id=document.doc_id,
                    field=score.name,
                    row=score.row,
                    reason=reason,
                    cues=cues,
                )

    def reason(self, score: Score, asked: Asked, setting: Setting) -> tuple[Reason, list[str]]:
        """Why one stated field was missed, and which cues bar its candidate."""
        spec = score.spec or self.schema.by_id[score.field]
        if score.verdict == "errored":
            return "failed", []
        if not asked.foreign:
            candidates = list(_saying(spec, score.gold.readings, setting))
            free = [one for one in candidates if may_answer(one, spec)]
            if spec.kind in ("figure", "date") and not candidates:
                return "no_candidate", []
            if score.cell and score.answer_row is None:
                return "no_row", []
            if spec.kind == "figure" and asked.bars and not free:
                return "cue", _barring(candidates[0], spec)
            if asked.way in _FORMS and not score.cell and not self._is_asked(spec, score, free, asked, setting):
                return "not_asked", []
        if score.answer is not None:
            return "other", []
        if score.held_back:
            return "held_back", []
        return ("no_row" if score.cell and score.answer_row is None else "silent"), []

    def _is_asked(
        self, spec: FieldSpec, score: Score, candidates: Sequence[Candidate], asked: Asked, setting: Setting
    ) -> bool:
        """Whether a form asked about a field where gold has it."""
        report = setting.report
        if spec.kind != "figure":  # only one way has a form for words
            if asked.way != "form":
                return False
            places = [span for reading in score.gold.readings for copy in reading.evidence for span in copy]
            forms = [one for one in words_forms(report, self.schema) if spec in one.fields]
            shown = [report.document.printed(span) for form in forms for span in form.shown(report.document)]
            return any(_overlap(place, shown) for place in places)
        if asked.way == "choice":
            ranks = [(one, self._cutter.shortlist.rank(report.document, one)) for one in candidates]
            return any(
                spec.id in self._cutter.brought(one, {other.id: fit for fit, other in ranked}) for one, ranked in ranks
            )
        ids = {one.id for one in candidates}
        passages = self._passages(setting)
        return any(
            spec in one.fields and not ids.isdisjoint(inside.id for inside in one.candidates) for one in passages
        )

    def _passages(self, setting: Setting) -> list[Passage]:
        doc_id = setting.gold.doc_id
        if doc_id not in self._cut:
            self._cut[doc_id] = self._cutter.cut(setting.report)
        return self._cut[doc_id]


def _saying(spec: FieldSpec, readings: Iterable[Reading], setting: Setting) -> Iterator[Candidate]:
    """The candidates at the readings' places that say what they say; of a sum those that stand at its parts."""
    places = [(reading, copy) for reading in readings for copy in reading.evidence]
    for one in setting.report.candidates:
        printed = setting.document.printed((one.start, one.end))
        for reading, copy in places:
            there = one.kind != "item" and _overlap(printed, copy)
            if there and (len(copy) > 1 or _says(spec, reading, one, setting)):
                yield one
                break


def _says(spec: FieldSpec, reading: Reading, candidate: Candidate, setting: Setting) -> bool:
    if spec.kind == "date" or candidate.kind == "date":
        return spec.kind == candidate.kind and words(reading.value or "") == candidate.date
    answer = read_answer(setting.report, Link((candidate.id,), 1.0, ""), spec)
    return answer.status == reading.status and same_value(reading, answer, spec.kind)


def _barring(candidate: Candidate, spec: FieldSpec) -> list[str]:
    barred = [cue for cue in candidate.cues if cue in spec.excludes]
    return [*barred, *(f"no {cue}" for cue in sorted(spec.needs - set(candidate.cues)))]


def _overlap(place: Span, spans: Iterable[Span]) -> bool:
    return any(start < place[1] and place[0] < end for start, end in spans)
