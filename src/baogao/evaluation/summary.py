"""The summary of a run: every headline with its interval, every pair of extractors compared.

``summary.json`` is a :class:`Summary`. It holds no times, so that a replayed run gives the same bytes. A rate is from 0
to 1, and None where there is nothing to divide by; an interval is 95%, and None where too little speaks to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar, Self, get_args

from pydantic import Field, ValidationError

from baogao.errors import UsageError
from baogao.evaluation.gold import Dataset, Split
from baogao.evaluation.groups import Groups
from baogao.evaluation.reliability import Reliability, reliability_of
from baogao.evaluation.scoring import DocumentScore, Score, Scores
from baogao.evaluation.statistics import (
    F1,
    PRECISION,
    RECALL,
    Bootstrap,
    Counts,
    Interval,
    compare,
    compare_fields,
    document_counts,
    field_counts,
    group_counts,
)
from baogao.evaluation.tally import Hits, Tally
from baogao.schema.values import Strict

SPLITS: tuple[Split, ...] = get_args(Split)
_DIGITS = 6
"""Decimals that are kept of a float: two machines may differ in the last bit."""


def to_json(data: Mapping[str, Any]) -> str:
    """JSON that is the same bytes for the same content: keys sorted, floats rounded."""
    return json.dumps(_rounded(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # -0.0 would print differently from 0.0
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


class RunFile(Strict):
    """One of the JSON files of a run."""

    file_name: ClassVar[str]

    @classmethod
    def of_json(cls, data: object, path: Path) -> Self:
        """The content of ``path``.

        :raises UsageError: it does not fit; names file and key.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise UsageError(f"{path}: {place}: {first['msg']}" if place else f"{path}: {first['msg']}") from error

    def to_json(self) -> str:
        """What stands in the file."""
        return to_json(self.model_dump(by_alias=True))


class GoldInfo(Strict):
    """Which gold, and how much of it."""

    name: str
    documents: int
    digest: str
    splits: dict[Split, int] = Field(default_factory=dict)
    """Documents of each split that has any."""
    not_looked_at: int = Field(default=0, exclude_if=lambda count: not count)
    """Fields, over all documents, that no annotator has looked at: they have no verdict."""
    left_out: int = Field(default=0, exclude_if=lambda count: not count)
    """Reports of which nobody has looked at anything; they are not among the documents."""

    @classmethod
    def of(cls, dataset: Dataset) -> GoldInfo:
        """The gold of a data set."""
        counts = {split: len(dataset.part(split).items) for split in SPLITS}
        splits = {split: count for split, count in counts.items() if count}
        return GoldInfo(
            name=dataset.name,
            documents=len(dataset.items),
            digest=dataset.digest,
            splits=splits,
            not_looked_at=dataset.not_looked_at,
            left_out=len(dataset.left_out),
        )


class Rates(Strict):
    """How right some answers are."""

    precision: float | None
    recall: float | None
    f1: float | None

    @classmethod
    def of(cls, counted: Tally | Hits) -> Rates:
        """The rates of what was counted."""
        return Rates(precision=counted.precision, recall=counted.recall, f1=counted.f1)


class FieldSummary(Rates):
    """One extractor on one field: each verdict's count, and the rates."""

    stated: int
    f1_ci: Interval | None
    correct: int
    wrong: int
    missing: int
    spurious: int
    neutral: int
    absent: int
    errored: int


class GroupSummary(Rates):
    """One extractor on some fields of one kind, or on the cells of rows."""

    stated: int
    f1_ci: Interval | None
    correct: int
    wrong: int
    missing: int
    """Those of failed documents included."""
    spurious: int

    @classmethod
    def of_groups(cls, counts: Mapping[str, Counts], bootstrap: Bootstrap) -> dict[str, GroupSummary]:
        """What is said of groups of fields, by their counts in each document."""
        found = {}
        for name, one in counts.items():
            counted = dict(zip(("correct", "wrong", "missing", "spurious"), map(int, one.sum(axis=0)), strict=True))
            tally, interval = Tally(**counted), bootstrap.interval(one, F1)
            found[name] = cls(stated=tally.stated, f1_ci=interval, **counted, **dict(Rates.of(tally)))
        return found


class PartSummary(Rates):
    """One extractor on one part of the reports."""

    documents: int
    failed: int
    precision_ci: Interval | None
    recall_ci: Interval | None
    f1_ci: Interval | None
    specificity: float | None
    bound_accuracy: float | None
    grounding: float | None
    metadata_accuracy: float | None
    lists: dict[str, Rates]
    rows: dict[str, GroupSummary] = Field(default_factory=dict, exclude_if=lambda rows: not rows)
    """Of each list of rows its cells, which are in none of the rates above; its cells one by one as
    ``projects.investment``."""
    kinds: dict[str, GroupSummary] = Field(default_factory=dict, exclude_if=lambda kinds: not kinds)
    """By kind of field (figure, choice, date, quote, rows); by what a figure asks for as ``figure: growth``. Not there
    where a schema has plain figures only."""
    verdicts: dict[str, int]
    confidence: Reliability | None = None
    """None for a run that was scored before there was such a thing."""


class ReportsSummary(Rates):
    """One extractor on the reports of one group."""

    documents: int
    stated: int
    f1_ci: Interval | None

    @classmethod
    def of_scores(cls, scores: Scores, seed: int) -> ReportsSummary:
        """The rates of some reports."""
        counts = document_counts(scores)
        interval = Bootstrap(len(counts), seed).interval(counts, F1)
        return cls(documents=len(counts), stated=scores.tally.stated, f1_ci=interval, **dict(Rates.of(scores.tally)))


class ExtractorSummary(PartSummary):
    """One extractor on all reports, on each split and, where there are several, on each data set."""

    fields: dict[str, FieldSummary]
    splits: dict[str, PartSummary]
    by_dataset: dict[str, PartSummary] = Field(default_factory=dict, exclude_if=lambda parts: not parts)
    groups: dict[str, dict[str, ReportsSummary]] = Field(default_factory=dict, exclude_if=lambda groups: not groups)
    """All reports by level, year, format and whatever the data set groups them by; in each the groups by name."""
    not_asked: list[str] = Field(default_factory=list, exclude_if=lambda names: not names)
    """Fields that it was not asked: what is counted of them says nothing of it."""

    def part(self, name: str) -> PartSummary:
        """``all`` reports, those of a split, or those of a data set."""
        return self if name == "all" else self.splits.get(name) or self.by_dataset[name]


class Difference(Strict):
    """Two extractors on one part of the reports: F1 of ``a`` minus F1 of ``b``."""

    documents: int
    difference: float | None
    ci: Interval | None
    p: float | None
    """Two-sided, by the sign-flip test."""
    minimum_detectable: float | None
    """The true difference that a test at 5% on so many reports would find four times out of five."""

    @classmethod
    def of(cls, a: Counts, b: Counts, seed: int) -> Difference:
        """Compare counts of the same documents in the same order."""
        found = compare(a, b, Bootstrap(len(a), seed))
        return Difference(
            documents=len(a),
            difference=found.difference,
            ci=found.interval,
            p=found.p,
            minimum_detectable=found.minimum_detectable,
        )


class PairSummary(Difference):
    """Two extractors on all reports and on each split."""

    a: str
    b: str
    splits: dict[str, Difference]
    fields_p: dict[str, float]
    """Of each field that can be tested, p after Holm's correction."""

    def part(self, name: str) -> Difference | None:
        """``all`` reports, or those of a split; None for a data set, by which nothing is compared."""
        return self if name == "all" else self.splits.get(name)


class Summary(RunFile):
    """What came of a run."""

    file_name = "summary.json"

    datasets: list[GoldInfo]
    extractors: dict[str, ExtractorSummary]
    comparisons: list[PairSummary]

    def parts(self, extractor: str) -> list[str]:
        """The parts of the data, the held-out split first, because it is what counts."""
        whole = self.extractors[extractor]
        splits: list[str] = [split for split in ("test", "dev") if split in whole.splits]
        others = [name for name in whole.by_dataset if name not in splits]
        only = not others and [part.documents for part in whole.splits.values()] == [whole.documents]
        return splits if only else [*splits, "all", *others]


def summarise(
    datasets: Sequence[Dataset],
    scores: Mapping[str, Scores],
    seed: int = 0,
    *,
    groups: Groups | None = None,
    unasked: Mapping[str, Sequence[str]] | None = None,
) -> Summary:
    """Summarise a run.

    :param scores: for each extractor, in the order of the run, its scores over all data sets, documents in one order.
    :param groups: that the reports belong to.
    :param unasked: the fields that an extractor was not asked, by its name.
    """
    extractors = {}
    for name, one in scores.items():
        told = {"groups": _by_group(one, groups or {}, seed), "not_asked": list((unasked or {}).get(name, ()))}
        extractors[name] = summarise_extractor(one, datasets, seed).model_copy(update=told)
    return Summary(
        datasets=[GoldInfo.of(dataset) for dataset in datasets],
        extractors=extractors,
        comparisons=[compare_extractors(scores, a, b, seed) for b, a in combinations(scores, 2)],
    )


def summarise_extractor(scores: Scores, datasets: Sequence[Dataset], seed: int) -> ExtractorSummary:
    """One extractor's scores over some data sets."""
    counts, bootstrap = field_counts(scores), Bootstrap(len(scores.documents), seed)
    fields = {
        name: FieldSummary(
            stated=tally.stated,
            f1_ci=bootstrap.interval(counts[name], F1),
            **tally.verdicts,
            **dict(Rates.of(tally)),
        )
        for name, tally in scores.field_tallies().items()
    }
    by_dataset: dict[str, PartSummary] = {}
    for dataset in datasets if len(datasets) > 1 else ():
        ids = {item.gold.doc_id for item in dataset.items}
        part = Scores(tuple(document for document in scores.documents if document.doc_id in ids))
        by_dataset[dataset.name] = _part(part, seed)
    return ExtractorSummary(
        **dict(_part(scores, seed)),
        fields=fields,
        splits={split: _part(part, seed) for split, part in _splits(scores)},
        by_dataset=by_dataset,
    )


def compare_extractors(scores: Mapping[str, Scores], a: str, b: str, seed: int) -> PairSummary:
    """Two extractors' scores, document by document and field by field."""
    corrected = compare_fields(field_counts(scores[a]), field_counts(scores[b]), seed)
    return PairSummary(
        a=a,
        b=b,
        **dict(Difference.of(document_counts(scores[a]), document_counts(scores[b]), seed)),
        splits={
            split: Difference.of(document_counts(part), document_counts(scores[b].split(split)), seed)
            for split, part in _splits(scores[a])
        },
        fields_p={name: p for name, p in corrected.items() if p is not None},
    )


def _part(scores: Scores, seed: int) -> PartSummary:
    tally, counts = scores.tally, document_counts(scores)
    bootstrap = Bootstrap(len(counts), seed)
    return PartSummary(
        documents=len(scores.documents),
        failed=sum(document.error is not None for document in scores.documents),
        **dict(Rates.of(tally)),
        precision_ci=bootstrap.interval(counts, PRECISION),
        recall_ci=bootstrap.interval(counts, RECALL),
        f1_ci=bootstrap.interval(counts, F1),
        specificity=tally.specificity,
        bound_accuracy=tally.bound_accuracy,
        grounding=tally.grounding,
        metadata_accuracy=scores.metadata_accuracy,
        lists={name: Rates.of(hits) for name, hits in scores.list_hits().items()},
        rows=GroupSummary.of_groups(group_counts(scores, _row_of) | group_counts(scores, _cell_of), bootstrap),
        kinds=_kinds(scores, bootstrap),
        verdicts=tally.verdicts,
        confidence=reliability_of(scores),
    )


def _by_group(scores: Scores, groups: Groups, seed: int) -> dict[str, dict[str, ReportsSummary]]:
    """The reports of each group, by what they are grouped by."""
    parts: dict[str, dict[str, list[DocumentScore]]] = {}
    for document in scores.documents:
        for kind, group in groups.get(document.doc_id, {}).items():
            parts.setdefault(kind, {}).setdefault(group, []).append(document)
    return {
        kind: {name: ReportsSummary.of_scores(Scores(tuple(part)), seed) for name, part in sorted(found.items())}
        for kind, found in parts.items()
    }


def _kinds(scores: Scores, bootstrap: Bootstrap) -> dict[str, GroupSummary]:
    """How each kind of field fared, and figures by what they ask for; none where there is only one such group."""
    asked, kinds = group_counts(scores, _asked_of), group_counts(scores, _kind_of)
    if len(kinds) < 2 and len(asked) < 2:
        return {}
    return GroupSummary.of_groups(kinds | asked, bootstrap)


def _kind_of(score: Score) -> str:
    return "rows" if score.cell else score.kind


def _asked_of(score: Score) -> str | None:
    return None if score.cell or score.asked_for is None else f"figure: {score.asked_for}"


def _row_of(score: Score) -> str | None:
    return score.field if score.cell else None


def _cell_of(score: Score) -> str | None:
    return score.name if score.cell else None


def _splits(scores: Scores) -> Iterator[tuple[Split, Scores]]:
    for split in SPLITS:
        part = scores.split(split)
        if part.documents:
            yield split, part
