"""The blocks of a report, as plain values: what is said, not how it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from baogao.evaluation.reliability import Reliability
from baogao.evaluation.statistics import MINIMUM_DOCUMENTS, Interval

ALPHA = 0.05
"""Extractors whose difference has a p below this are told apart; over fields, after Holm's correction."""


@dataclass(frozen=True)
class Estimate:
    """A share, and its 95% interval; None is “n/a”."""

    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True)
class HeadlineRow:
    """One extractor on one part of the data."""

    extractor: str
    part: str
    """``all``, ``dev``, ``test``, or the name of a data set."""
    documents: int
    failed: int
    f1: Estimate
    precision: Estimate
    recall: Estimate
    bound_accuracy: Estimate
    grounding: Estimate
    specificity: Estimate
    metadata: Estimate
    lists: Mapping[str, Estimate]
    """F1 of each list."""
    verdicts: Mapping[str, int]


@dataclass(frozen=True)
class PairRow:
    """Two extractors on one part of the data; ``difference`` is F1 of ``a`` minus F1 of ``b``."""

    a: str
    b: str
    part: str
    documents: int
    difference: float | None
    interval: Interval | None
    p: float | None
    minimum_detectable: float | None

    @property
    def significant(self) -> bool:
        """Whether the test at 5% tells the two apart."""
        return self.p is not None and self.p < ALPHA

    def turned(self) -> PairRow:
        """The same comparison, seen from the other side."""
        return replace(
            self,
            a=self.b,
            b=self.a,
            difference=None if self.difference is None else -self.difference,
            interval=(-self.interval[1], -self.interval[0]) if self.interval else None,
        )


@dataclass(frozen=True)
class FieldCell:
    """One extractor on one field."""

    f1: Estimate
    precision: float | None
    recall: float | None
    correct: int
    wrong: int
    missing: int
    """Failed documents included."""
    spurious: int


@dataclass(frozen=True)
class FieldRow:
    """One field, the extractors side by side."""

    id: str
    label: str
    unit: str
    group: str
    stated: int
    cells: Mapping[str, FieldCell]
    notable: Sequence[str] = ()
    """Pairs of extractors that differ on this field, Holm-corrected at 5%."""


@dataclass(frozen=True)
class KindRow:
    """Fields of one kind, or cells of rows, on one part of the data."""

    part: str
    name: str
    stated: int
    f1: Mapping[str, Estimate]
    """Of each extractor."""


@dataclass(frozen=True)
class GroupRow:
    """The reports of one group: of a level, a year, a format, an author."""

    by: str
    """What reports are grouped by: ``level``, ``year``, ``format``, or as the data set says it."""
    name: str
    documents: int
    stated: int
    f1: Mapping[str, Estimate]
    """Of each extractor."""

    @property
    def note(self) -> str:
        """How little the row rests on."""
        if self.documents == 1:
            return "one report only: it says nothing of others"
        return "few reports" if self.documents < MINIMUM_DOCUMENTS else ""


@dataclass(frozen=True)
class WhyRow:
    """One reason for which stated fields were missed, counted for each extractor."""

    name: str
    meaning: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class MissedRow:
    """One field that was missed, and why, in words, for each extractor."""

    id: str
    label: str
    missed: int
    """By all extractors together."""
    why: Mapping[str, str]
    """``nothing said 3, no candidate 1``; empty where nothing was missed."""


@dataclass(frozen=True)
class CauseRow:
    """One cause of error, counted for each extractor."""

    id: str
    name: str
    meaning: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Fragment:
    """A stretch of an excerpt, and whether the answer and the gold point at it."""

    text: str
    answer: bool = False
    gold: bool = False


@dataclass(frozen=True)
class Discrepancy:
    """One answer that is not the gold's, by one or several extractors, with its sentences."""

    doc_id: str
    part: str
    """The split, or the data set where there is none."""
    field: str
    label: str
    extractors: Sequence[str]
    verdict: str
    cause: str
    """The name of the cause; empty where there is none."""
    answer: str
    gold: str
    others: Sequence[str]
    """Other readings that the gold allows."""
    confidence: float | None
    excerpts: Sequence[Sequence[Fragment]]
    note: str = ""
    held_out: bool = False
    """True for a test report: whoever works on rules or prompts should not read it."""
    why: Sequence[str] = ()
    """Why each extractor missed what is stated: ``rules: excluded by a cue: growth``."""


@dataclass(frozen=True)
class OtherDiscrepancy:
    """A piece of metadata, or the entries of a list, that differ from the gold."""

    doc_id: str
    part: str
    label: str
    extractors: Sequence[str]
    answer: str
    gold: str
    held_out: bool = False


@dataclass(frozen=True)
class Grid:
    """Every report and field, for the page: what its script shows, as plain data."""

    verdicts: Mapping[str, str]
    """Each letter of a cell, with what it means."""
    data: Mapping[str, Any]
    """See ``grid.py``."""
    without_text: int
    """Reports whose text is not at hand."""


@dataclass(frozen=True)
class RiskPoint:
    """Of the surest answers, the share ``coverage`` is kept; of those the share ``risk`` is not right."""

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True)
class RiskCurve:
    """Risk against coverage for one extractor, the surest answers first."""

    extractor: str
    points: Sequence[RiskPoint]


@dataclass(frozen=True)
class ReliabilityRow:
    """How far one extractor's confidence can be taken at its word, on one part of the data."""

    extractor: str
    part: str
    found: Reliability


@dataclass(frozen=True)
class CostRow:
    """What one extractor took, for each report."""

    extractor: str
    documents: int
    seconds: float
    median_seconds: float
    prompt_tokens: float
    completion_tokens: float
    requests: float
    cached: float
    cost: float | None

    @property
    def tokens(self) -> float:
        """Prompt and reply together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Picture:
    """A drawing, as SVG."""

    id: str
    title: str
    caption: str
    svg: str


@dataclass(frozen=True)
class ReportModel:
    """Everything that a report says."""

    title: str
    verdict: str
    """The sentence on F1 and its difference."""
    support: Sequence[str]
    """What to know beside it: chance, the smallest difference that would show, failed documents."""
    identity: Sequence[tuple[str, str]]
    extractors: Sequence[str]
    lists: Mapping[str, str]
    """The schema's lists: id to label."""
    headline: Sequence[HeadlineRow]
    pairs: Sequence[PairRow]
    fields: Sequence[FieldRow]
    causes: Sequence[CauseRow]
    discrepancies: Sequence[Discrepancy]
    others: Sequence[OtherDiscrepancy]
    curves: Sequence[RiskCurve]
    reliability: Sequence[ReliabilityRow]
    """Extractors whose answers carry a confidence, on every part of the data."""
    costs: Sequence[CostRow]
    cost_note: str = ""
    pictures: Sequence[Picture] = field(default=())
    notices: Sequence[str] = field(default=())
    kinds: Sequence[KindRow] = field(default=())
    """None where a schema has plain figures only."""
    cells: Sequence[FieldRow] = field(default=())
    """Those of lists of rows."""
    opening: Sequence[str] = field(default=())
    """Two plain sentences, for a reader who knows no statistics."""
    proof: Sequence[str] = field(default=())
    """What so many reports allow to say of others, and how the baseline fares."""
    groups: Sequence[GroupRow] = field(default=())
    """By level, year, format, author; one that all reports belong to is not there."""
    together: Mapping[str, str] = field(default_factory=dict)
    """What all reports have in common, of what reports are grouped by."""
    not_asked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The labels of what each extractor was not asked."""
    grid: Grid | None = None
    silence: Sequence[WhyRow] = field(default=())
    """None of a run that was scored before there was such a thing."""
    missed: Sequence[MissedRow] = field(default=())
