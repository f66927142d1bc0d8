"""Learning a calibration from gold: cases of the hybrid extractor become judged examples, examples become weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from baogao.evaluation.fitting import (
    STRENGTHS,
    Fit,
    TrainingExample,
    count_verdicts,
    example_counts,
    fit,
    given_answers,
)
from baogao.evaluation.gold import Dataset, Gold
from baogao.evaluation.reliability import JudgedAnswer, Reliability, measure
from baogao.evaluation.scoring import judge
from baogao.evaluation.statistics import F1, PRECISION, RECALL, Bootstrap, Comparison, Counts, compare
from baogao.extraction import Link
from baogao.hybrid.arbiter import Proposal, Proposer
from baogao.hybrid.calibration import Calibration, FitOn
from baogao.hybrid.features import FEATURES, GROUPS
from baogao.hybrid.hybrid import Case, Decision, ThresholdArbiter
from baogao.reading import read_answer
from baogao.schema.fields import Schema


@dataclass
class Witness:
    """An arbiter that keeps every case; it decides by thresholds, so that a run goes on as it would without it."""

    thresholds: ThresholdArbiter = field(default_factory=ThresholdArbiter)
    cases: dict[str, Case] = field(default_factory=dict)
    """By document."""

    @property
    def sure(self) -> float:
        """See :class:`baogao.hybrid.hybrid.Arbiter`."""
        return self.thresholds.sure

    def decide(self, case: Case) -> Decision:
        """Keep the case; see :class:`baogao.hybrid.hybrid.Arbiter`."""
        self.cases[case.report.document.doc_id] = case
        return self.thresholds.decide(case)


@dataclass(frozen=True)
class Judged:
    """A report of the gold, ready to learn from, and what was done before anything was learned."""

    example: TrainingExample
    sha256: str
    by_rules: tuple[int, int, int, int]
    """(correct, wrong, missing, spurious) of rules alone."""
    by_thresholds: tuple[int, int, int, int]
    """The same, for hybrid without a calibration."""


@dataclass(frozen=True)
class Ablation:
    """What F1 becomes without one part, cross-validated."""

    without: str
    f1: float | None
    change: Comparison
    """F1 without the part minus F1 with everything."""


@dataclass(frozen=True)
class Learned:
    """A fit and how it compares, all of it on reports that the fit had not seen."""

    fit: Fit
    calibrated: Counts
    by_thresholds: Counts
    by_rules: Counts
    reliability: Reliability


def judge_cases(witness: Witness, datasets: Iterable[Dataset]) -> list[Judged]:
    """Every report of the gold that has a case, in the order of the data sets, its proposals judged."""
    cases = witness.cases
    golds = [item.gold for dataset in datasets for item in dataset.items if item.gold.doc_id in cases]
    proposer = Proposer(next(iter(cases.values())).schema) if cases else None
    return [
        _judge_case(cases[gold.doc_id], gold, proposer, witness.thresholds) for gold in golds if proposer is not None
    ]


def _judge_case(case: Case, gold: Gold, proposer: Proposer, thresholds: ThresholdArbiter) -> Judged:
    proposals = tuple(proposer.propose(case))
    right = tuple(_is_right(case, gold, one.field, one.link) for one in proposals)
    stated = frozenset(spec.id for spec in case.schema.figures if gold.field(spec.id).stated)
    by_thresholds = thresholds.decide(case).fields
    return Judged(
        TrainingExample(case.report.document.doc_id, proposals, right, stated),
        case.report.document.sha256,
        _counts_of(case, gold, case.rules, stated),
        _counts_of(case, gold, by_thresholds, stated),
    )


def _is_right(case: Case, gold: Gold, name: str, link: Link) -> bool | None:
    """The scorer's verdict; None where the gold allows an answer and does not ask for one."""
    answer = read_answer(case.report, link, case.schema.by_id[name])
    verdict, _ = judge(gold.field(name), answer)
    return None if verdict == "neutral" else verdict == "correct"


def _counts_of(case: Case, gold: Gold, links: Mapping[str, Link], stated: frozenset[str]) -> tuple[int, int, int, int]:
    return count_verdicts(((name, _is_right(case, gold, name, link)) for name, link in links.items()), stated)


def learn(
    judged: Sequence[Judged], features: Sequence[str] = FEATURES, strengths: Sequence[float] = STRENGTHS
) -> Learned:
    """Fit to the judged reports, and measure by cross-validation.

    :param strengths: inverse strengths of the penalty to try.
    :raises UsageError: scikit-learn is missing, or there is too little to learn from.
    """
    examples = [one.example for one in judged]
    found = fit(examples, features, strengths)
    outcomes = [
        outcome
        for example, probabilities in zip(examples, found.probabilities, strict=True)
        for outcome in _outcomes(example, probabilities, found.threshold)
    ]
    return Learned(
        found,
        _array(example_counts(examples, found.probabilities, found.threshold)),
        _array([one.by_thresholds for one in judged]),
        _array([one.by_rules for one in judged]),
        measure(outcomes, sum(len(example.stated) for example in examples)),
    )


def _outcomes(example: TrainingExample, probabilities: Sequence[float], threshold: float) -> list[JudgedAnswer]:
    return [
        JudgedAnswer(one.probability, right, one.proposal.field in example.stated)
        for one, right in given_answers(example, probabilities, threshold)
        if right is not None
    ]


def calibration_of(
    learned: Learned,
    judged: Sequence[Judged],
    schema: Schema,
    sure: float,
    model: str | None = None,
    prompts: str | None = None,
    rules: str | None = None,
) -> Calibration:
    """What is stored of a fit."""
    labels = [right for one in judged for right in one.example.right if right is not None]
    reliability = learned.reliability
    return Calibration(
        schema_name=schema.name,
        sure=sure,
        threshold=learned.fit.threshold,
        intercept=learned.fit.intercept,
        weights=list(learned.fit.weights),
        fit_on=FitOn(
            documents={one.example.doc_id: one.sha256 for one in judged},
            proposals=len(labels),
            right=sum(labels),
            model=model,
            prompts=prompts,
            rules=rules,
            schema=schema.digest,
        ),
        measured={
            "f1": f1_of(learned.calibrated),
            "f1_by_thresholds": f1_of(learned.by_thresholds),
            "f1_by_rules": f1_of(learned.by_rules),
            "ece": reliability.ece,
            "coverage_at_98": reliability.coverage,
            "penalty": 1 / learned.fit.strength,
        },
    )


def f1_of(counts: Counts) -> float | None:
    """F1 over all documents; None where there is nothing to find."""
    return rates_of(counts)[0]


def rates_of(counts: Counts) -> tuple[float | None, float | None, float | None]:
    """F1, precision and recall over all documents; None where there is nothing to divide by."""
    values = [float(rate.of(counts.sum(axis=0))) for rate in (F1, PRECISION, RECALL)]
    f1, precision, recall = (value if np.isfinite(value) else None for value in values)
    return f1, precision, recall


def ablate(judged: Sequence[Judged], learned: Learned, seed: int = 0) -> list[Ablation]:
    """Take every part away in turn, learn anew with the same penalty, and compare with everything, report by report.

    :raises UsageError: as :func:`learn`.
    """
    parts = {f"features: {group}": _without_features(judged, group) for group in GROUPS}
    parts["the model: its answers and features"] = _without_model(judged)
    parts["rules' second choices"] = _without_second_choices(judged)
    rows = [
        _ablation(name, learn(part, features, [learned.fit.strength]).calibrated, learned.calibrated, seed)
        for name, (part, features) in parts.items()
    ]
    rows.append(_ablation("the calibration: thresholds instead", learned.by_thresholds, learned.calibrated, seed))
    rows.append(_ablation("model and calibration: rules alone", learned.by_rules, learned.calibrated, seed))
    return rows


def _ablation(name: str, counts: Counts, everything: Counts, seed: int) -> Ablation:
    return Ablation(name, f1_of(counts), compare(counts, everything, Bootstrap(len(counts), seed)))


_Part = tuple[Sequence[Judged], Sequence[str]]


def _without_features(judged: Sequence[Judged], group: str) -> _Part:
    return judged, [name for name in FEATURES if name not in GROUPS[group]]


def _without_model(judged: Sequence[Judged]) -> _Part:
    """Only what rules propose, and nothing that the model said of it."""
    part = [_keep(one, lambda proposal: proposal.link.by != "llm") for one in judged]
    return part, [name for name in FEATURES if name not in GROUPS["model"]]


def _without_second_choices(judged: Sequence[Judged]) -> _Part:
    """Only what rules or the model chose, not what rules rank beside it."""
    return [_keep(one, _is_chosen) for one in judged], FEATURES


def _is_chosen(proposal: Proposal) -> bool:
    return bool(proposal.features["by_rules"] or proposal.features["by_model"])


def _keep(judged: Judged, wanted: Callable[[Proposal], bool]) -> Judged:
    example = judged.example
    kept = [(one, right) for one, right in zip(example.proposals, example.right, strict=True) if wanted(one)]
    proposals, right = tuple(one for one, _ in kept), tuple(truth for _, truth in kept)
    return replace(judged, example=replace(example, proposals=proposals, right=right))


def _array(rows: Sequence[tuple[int, int, int, int]]) -> Counts:
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
