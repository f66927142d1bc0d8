"""Why an answer is not right: causes of error, decided from its place in the text.

What is certain comes first: whether the place is the field's own, or gold of another field. Only then do the cues count
that the grammar of candidates found, because those can be wrong themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from baogao.candidates import USUAL, parse_quantity
from baogao.candidates.each import nouns_sharing
from baogao.document import Document, Span
from baogao.document.view import clean_characters
from baogao.evaluation.gold import Gold, Reading
from baogao.evaluation.printed import Printed, fault_of
from baogao.evaluation.scoring import Score
from baogao.evaluation.values import is_plain
from baogao.extraction import ReportText
from baogao.schema.fields import FieldSpec, Sought
from baogao.schema.values import Answer

Cause = Literal[
    "prior_year",
    "growth",
    "target",
    "cumulative",
    "part_for_total",
    "sub_unit",
    "neighbouring_field",
    "wrong_copy",
    "misread_number",
    "invented",
    "misplaced_none",
    "unasked_figure",
    "missed",
    "failed",
]
CAUSES: Mapping[Cause, tuple[str, str]] = {
    "prior_year": ("prior year", "the figure of an earlier period"),
    "growth": ("growth", "a rate of growth or a change, not the figure itself"),
    "target": ("target", "what is planned or aimed at"),
    "cumulative": ("cumulative", "a total since an earlier year"),
    "part_for_total": ("part for total", "one part of a figure whose total is asked for, or a sum that lacks a part"),
    "sub_unit": ("sub-unit", "the figure of one unit among several"),
    "neighbouring_field": ("neighbouring field", "a figure that is the right answer of another field"),
    "wrong_copy": ("wrong copy", "a passage that is not the report: a second copy, the navigation of the site"),
    "misread_number": ("misread number", "the right place, and another value or state read from it"),
    "invented": (
        "invented",
        "no figure of this value stands where the answer points, or it points nowhere",
    ),
    "misplaced_none": ("misplaced none", "a “none” that says nothing of this field"),
    "unasked_figure": ("unasked figure", "a figure of the report that answers no field, without a cue that says why"),
    "missed": ("missed", "the report states it, the answer is silent"),
    "failed": ("failed", "the document failed or has no record"),
}
_OF_CUE: tuple[tuple[str, Cause], ...] = (
    ("growth", "growth"),
    ("prior_year", "prior_year"),
    ("target", "target"),
    ("cumulative", "cumulative"),
    ("part", "part_for_total"),
    ("sub_unit", "sub_unit"),
)
"""What a cue of a candidate means as a cause; of several cues the first here decides."""


@dataclass(frozen=True)
class Setting:
    """One document, as far as causes need it."""

    document: Document
    gold: Gold
    sought: Sought = USUAL
    """Of the schema that was asked."""

    @cached_property
    def report(self) -> ReportText:
        """The document with what the grammar finds in its main copy."""
        return ReportText.from_document(self.document, self.sought)

    def owners(self, spans: Sequence[Span]) -> list[str]:
        """The fields that have some gold reading at one of the spans; a cell as ``projects.1.investment``."""
        cells = {
            f"{name}.{number}.{cell}": field
            for name, rows in self.gold.rows.items()
            for number, row in enumerate(rows, start=1)
            for cell, field in row.items()
        }
        return [
            name
            for name, field in (self.gold.fields | cells).items()
            if any(_overlap(spans, copy) for reading in field.readings for copy in reading.evidence)
        ]

    def cues(self, spans: Sequence[Span]) -> set[str]:
        """What the context says of the candidates at the spans."""
        document = self.document
        here = [one for one in self.report.candidates if _overlap(spans, [document.printed((one.start, one.end))])]
        return {cue for found in here for cue in found.cues}

    def reads(self, span: Span) -> bool:
        """Whether the span lies inside what is read."""
        main = map(self.document.printed, self.document.main)
        return any(start <= span[0] and span[1] <= end for start, end in main)


def cause_of(score: Score, setting: Setting) -> Cause | None:
    """Why a verdict is what it is; None for one that is not an error."""
    if score.verdict == "missing":
        return "missed"
    if score.verdict == "errored":
        return "failed" if score.gold.stated else None
    if score.verdict not in ("wrong", "spurious") or score.answer is None:
        return None
    if not _printed(score.answer, setting.document.file.text, score.spec):
        return "invented"
    spans = score.answer.evidence or []
    owners = setting.owners(spans)
    if (f"{score.field}.{score.row}.{score.cell}" if score.cell else score.field) in owners:
        copies = [copy for reading in score.gold.readings for copy in reading.evidence]
        # some, and not all, of the parts that add up to the gold
        is_part = any(0 < sum(_overlap(spans, [part]) for part in copy) < len(copy) for copy in copies)
        return "part_for_total" if is_part else "misread_number"
    if owners:
        return "neighbouring_field"
    if not all(setting.reads(span) for span in spans):
        return "wrong_copy"
    cues = setting.cues(spans)
    otherwise: Cause = "misplaced_none" if score.answer.status == "reported_none" else "unasked_figure"
    return next((cause for cue, cause in _OF_CUE if cue in cues), otherwise)


def _printed(answer: Answer, text: str, spec: FieldSpec | None) -> bool:
    """Whether the answer's value can be read at its place: a none needs a place only, a sum the sum of its parts."""
    spans = answer.evidence or []
    if not spans or any(not 0 <= start < end <= len(text) for start, end in spans):
        return False
    if answer.status == "reported_none":
        return True
    if spec is not None and not is_plain(spec):
        reading = Reading(status="reported", value=answer.value, upper=answer.upper, bound=answer.bound)
        if fault_of(spec, reading) is not None:
            return False
        return Printed(text, spans, spec).says(reading)
    figures = [parse_quantity("".join(clean_characters(text[start:end]).text.split())) for start, end in spans]
    values = [figure.value for figure in figures if figure is not None]
    if len(values) < len(spans):
        return any(char.isnumeric() for start, end in spans for char in text[start:end])
    shared = [value * nouns_sharing(text, start) for value, (start, _) in zip(values, spans, strict=True)]
    return answer.value in {*values, sum(values), sum(shared)}


def _overlap(spans: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(start < right and left < end for start, end in spans for left, right in others)
