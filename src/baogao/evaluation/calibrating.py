"""Learning a calibration from gold: cases of the hybrid extractor become judged examples, examples become weights.

``observe`` runs hybrid over gold and judges whatever it considered, ``learn`` fits to that, ``ablate`` says what each
part is worth, and ``calibration_of`` makes of it what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import httpx2
import numpy as np

from baogao.errors import UsageError
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
from baogao.evaluation.judging import judge
from baogao.evaluation.predict import EvalRequest, WatchExtractor, predict_run, unwatched
from baogao.evaluation.reliability import JudgedAnswer, Reliability, measure
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.scoring import ListScore, MetadataScore
from baogao.evaluation.statistics import Bootstrap, Comparison, Counts, compare, rates_of
from baogao.evaluation.submissions import submission_of
from baogao.evaluation.tally import Hits
from baogao.extraction import Extraction, Link
from baogao.hybrid.arbiter import RunArbiter, sure_agreement
from baogao.hybrid.calibration import Asked, Calibration, FitOn
from baogao.hybrid.case import Case, Decision, Reader
from baogao.hybrid.features import FEATURES, GROUPS
from baogao.hybrid.proposals import Proposal, Proposer
from baogao.hybrid.trust import BY_MODEL
from baogao.model_options import ModelOptions
from baogao.reading import provenance, read_answer, read_record
from baogao.schema.fields import Schema


@dataclass(frozen=True)
class CalibrationRequest:
    """What the command line asks for."""

    folders: Sequence[Path]
    """Of gold."""
    replays: Sequence[Path]
    """Recordings to play instead of asking a model: none, one for all folders, or one for each, in their order."""
    record: Path | None
    options: ModelOptions
    sure: float | None = None
    """From this confidence on rules settle a field, and the model is not asked about it; None: about all."""
    sender: httpx2.AsyncBaseTransport | None = None
    """What carries questions to the model, instead of the network."""


@dataclass
class Witness:
    """An arbiter that keeps every case, and decides nothing."""

    sure: float | None = None
    """From this confidence on rules settle a field; None: never."""
    cases: dict[str, Case] = field(default_factory=dict)
    """By document."""
    trust: None = None
    wants_sample: bool = False

    def hear(self, cases: Sequence[Case]) -> None:
        """See :class:`baogao.hybrid.case.Arbiter`."""

    def decide(self, case: Case) -> Decision:
        """Keep the case; see :class:`baogao.hybrid.case.Arbiter`."""
        self.cases[case.report.document.doc_id] = case
        return Decision({})


@dataclass(frozen=True)
class Judged:
    """A report of the gold, ready to learn from, and what was done before anything was learned."""

    example: TrainingExample
    sha256: str
    by_rules: tuple[int, int, int, int]
    """(correct, wrong, missing, spurious) of rules alone."""
    by_model: tuple[int, int, int, int]
    """The same, of the model alone; where rules settled fields it was not asked about these."""
    uncalibrated: tuple[int, int, int, int] | None
    """The same, of hybrid where the better reader is found on the run; None where rules settled fields: it settles
    none."""
    texts: Mapping[Reader, TextHits]
    """What of metadata and lists each side has right."""


@dataclass(frozen=True)
class TextHits:
    """What of a report's metadata and lists is right."""

    metadata: int
    of_metadata: int
    lists: Hits

    def __add__(self, other: TextHits) -> TextHits:
        return TextHits(self.metadata + other.metadata, self.of_metadata + other.of_metadata, self.lists + other.lists)

    @property
    def share(self) -> float:
        """The mean of how right both are."""
        shares = [self.metadata / self.of_metadata if self.of_metadata else 0.0, self.lists.f1 or 0.0]
        return sum(shares) / len(shares)


@dataclass(frozen=True)
class Observed:
    """What came of running hybrid over gold."""

    judged: Sequence[Judged]
    requests: float
    """Asked of the model, a report."""
    sure: float | None
    """From this confidence on rules settled a field."""
    agreement: tuple[int, int]
    """How many answers rules were sure of that the model was asked about, and how many of them it gave, too."""
    asked: list[Asked]
    prompts: str | None = None
    rules: str | None = None
    """The models and how they were asked, and digests of prompts and rules, of the last run."""

    @property
    def labels(self) -> list[bool]:
        """Whether each proposed answer is right, those that the gold neither asks for nor forbids left out."""
        return [right for one in self.judged for right in one.example.right if right is not None]


@dataclass(frozen=True)
class Ablation:
    """What F1 becomes without one part, cross-validated."""

    without: str
    f1: float | None
    change: Comparison
    """F1 without the part minus F1 with everything."""

    def as_dict(self) -> dict[str, Any]:
        """As a calibration keeps it."""
        change = self.change
        return {
            "without": self.without,
            "f1": self.f1,
            "change": change.difference,
            "ci": change.interval,
            "p": change.p,
        }


@dataclass(frozen=True)
class Learned:
    """A fit and how it compares, all of it on reports that the fit had not seen."""

    fit: Fit
    calibrated: Counts
    uncalibrated: Counts | None
    by_rules: Counts
    by_model: Counts
    reliability: Reliability


def observe(request: CalibrationRequest, schema: Schema, watch: WatchExtractor = unwatched) -> Observed:
    """Run hybrid over gold, live or replayed, and judge whatever it considered.

    :param watch: as in :func:`baogao.evaluation.predict.predict_run`.
    :raises UsageError: nothing could start, or no report came through.
    :raises ReplayError: a question that was not recorded.
    """
    folders, replays = request.folders, request.replays
    if len(replays) > 1 and len(replays) != len(folders):
        raise UsageError(f"there are {len(folders)} data sets and {len(replays)} recordings: give one for each, or one")
    parts: list[tuple[Sequence[Path], Path | None]] = [(folders, next(iter(replays), None))]
    if len(replays) > 1:
        parts = [([folder], recording) for folder, recording in zip(folders, replays, strict=True)]
    witness = Witness(request.sure)
    requests = 0
    for part, replay in parts:
        with TemporaryDirectory(prefix="baogao-calibrate-") as out:
            asked = EvalRequest(
                part,
                Path(out),
                ["hybrid"],
                {},
                request.options,
                replay,
                request.record,
                lambda _: witness,
                request.sender,
                strict=False,
            )
            run = predict_run(asked, schema, watch)
            info = run.info()
            requests += run.timing().extractors["hybrid"].requests
    judged = judge_cases(witness.cases, load_datasets(folders, schema))
    if not judged:
        raise UsageError("no report came through, so there is nothing to learn from")
    hybrid = info.extractors[0]
    return Observed(
        judged,
        requests / len(judged),
        witness.sure,
        sure_agreement(list(witness.cases.values())),
        hybrid.models or ([Asked(way=hybrid.way, model=hybrid.model)] if hybrid.way else []),
        hybrid.way_prompts,
        info.rules,
    )


def judge_cases(cases: Mapping[str, Case], datasets: Iterable[Dataset]) -> list[Judged]:
    """Every report of the gold that has a case, in the order of the data sets, its proposals judged."""
    golds = [item.gold for dataset in datasets for item in dataset.items if item.gold.doc_id in cases]
    if not golds:
        return []
    schema = cases[golds[0].doc_id].schema
    proposer, arbiter = Proposer(schema, each=True), RunArbiter(schema)
    arbiter.hear([cases[gold.doc_id] for gold in golds])
    judged: list[Judged] = []
    for gold in golds:
        case = cases[gold.doc_id]
        proposals = tuple(proposer.propose(case))
        right = tuple(_is_right(case, gold, one.field, one.link) for one in proposals)
        stated = frozenset(spec.id for spec in case.schema.figures if gold.field(spec.id).stated)
        judged.append(
            Judged(
                TrainingExample(case.report.document.doc_id, proposals, right, stated),
                case.report.document.sha256,
                _counts_of(case, gold, case.rules, stated),
                _counts_of(case, gold, case.model, stated),
                None if case.settled else _counts_of(case, gold, arbiter.decide(case).fields, stated),
                {side: _text_hits(case, gold, extraction) for side, extraction in case.read.items()},
            )
        )
    return judged


def _text_hits(case: Case, gold: Gold, extraction: Extraction) -> TextHits:
    """What of a report's metadata and lists one side has right."""
    told = replace(extraction, fields={}, held={})
    submission = submission_of(read_record(case.report, told, case.schema, provenance(case.schema, "hybrid")))
    known = [spec for spec in case.schema.specs if gold.knows(spec.id)]
    metadata = [MetadataScore.of(gold, spec.id, submission).right for spec in known if spec.kind == "text"]
    lists = (ListScore.of(gold, spec.id, submission).hits for spec in known if spec.kind == "items")
    return TextHits(sum(metadata), len(metadata), sum(lists, Hits()))


def _is_right(case: Case, gold: Gold, name: str, link: Link) -> bool | None:
    """The scorer's verdict; None where the gold allows an answer and does not ask for one, and where nobody looked."""
    if not gold.knows(name):
        return None
    spec = case.schema.by_id[name]
    verdict, _ = judge(gold.field(name), read_answer(case.report, link, spec), spec.kind)
    return None if verdict == "neutral" else verdict == "correct"


def _counts_of(case: Case, gold: Gold, links: Mapping[str, Link], stated: frozenset[str]) -> tuple[int, int, int, int]:
    return count_verdicts(((name, _is_right(case, gold, name, link)) for name, link in links.items()), stated)


def learn(
    judged: Sequence[Judged], features: Sequence[str] | None = None, strengths: Sequence[float] = STRENGTHS
) -> Learned:
    """Fit to the judged reports, and measure by cross-validation.

    :param features: None for all that say something of these readers.
    :param strengths: inverse strengths of the penalty to try.
    :raises UsageError: scikit-learn is missing, or there is too little to learn from.
    """
    examples = [one.example for one in judged]
    found = fit(examples, features or features_for(judged), strengths)
    outcomes = [
        JudgedAnswer(one.probability, right, one.proposal.field in example.stated)
        for example, probabilities in zip(examples, found.probabilities, strict=True)
        for one, right in given_answers(example, probabilities, found.threshold)
        if right is not None
    ]
    uncalibrated = [one.uncalibrated for one in judged if one.uncalibrated]
    return Learned(
        found,
        _array(example_counts(examples, found.probabilities, found.threshold)),
        _array(uncalibrated) if len(uncalibrated) == len(judged) else None,
        _array([one.by_rules for one in judged]),
        _array([one.by_model for one in judged]),
        measure(outcomes, sum(len(example.stated) for example in examples)),
    )


def features_for(judged: Sequence[Judged]) -> tuple[str, ...]:
    """All features; where one model was asked, without those that tell several apart."""
    panel = GROUPS["panel"]
    several = any(one.features.get(name) for each in judged for one in each.example.proposals for name in panel)
    return FEATURES if several else tuple(name for name in FEATURES if name not in panel)


def calibration_of(
    observed: Observed, learned: Learned, schema: Schema, ablations: Sequence[Ablation] = ()
) -> Calibration:
    """What is stored of a fit: no times and no paths, so that a replay stores the same bytes."""
    labels, reliability = observed.labels, learned.reliability
    measured: dict[str, Any] = {
        "f1": rates_of(learned.calibrated)[0],
        "f1_by_rules": rates_of(learned.by_rules)[0],
        "f1_by_model": rates_of(learned.by_model)[0],
        "ece": reliability.ece,
        "coverage_at_98": reliability.coverage,
        "penalty": 1 / learned.fit.strength,
        "requests": observed.requests,
    }
    if learned.uncalibrated is not None:
        measured["f1_uncalibrated"] = rates_of(learned.uncalibrated)[0]
    if ablations:
        measured["ablation"] = [one.as_dict() for one in ablations]
    asked, alike = observed.agreement
    texts = {
        side: sum((one.texts[side] for one in observed.judged if side in one.texts), TextHits(0, 0, Hits()))
        for side in get_args(Reader)
    }
    measured["texts"] = {side: hits.share for side, hits in texts.items()}
    return Calibration(
        asked=observed.asked,
        sure=observed.sure,
        threshold=learned.fit.threshold,
        sure_at_98=reliability.threshold,
        agreement=alike / asked if asked else None,
        texts_by="model" if texts["model"].share > texts["rules"].share else "rules",
        intercept=learned.fit.intercept,
        weights=list(learned.fit.weights),
        fit_on=FitOn(
            documents={one.example.doc_id: one.sha256 for one in observed.judged},
            proposals=len(labels),
            right=sum(labels),
            prompts=observed.prompts,
            rules=observed.rules,
            schema=schema.digest,
        ),
        measured=measured,
    )


def ablate(judged: Sequence[Judged], learned: Learned, seed: int = 0) -> list[Ablation]:
    """Take every part away in turn, learn anew with the same penalty, and compare with everything, report by report.

    :raises UsageError: as :func:`learn`.
    """
    chosen = "by_rules", "by_model"
    every = features_for(judged)
    without: dict[str, tuple[Sequence[Judged], Sequence[str]]] = {
        f"features: {group}": (judged, [name for name in every if name not in names])
        for group, names in GROUPS.items()
        if not set(every).isdisjoint(names)
    }
    _, rest = without["features: model"]
    by_model = BY_MODEL
    without["the model: its answers and features"] = (_keep(judged, lambda one: one.stand not in by_model), rest)
    without["rules' second choices"] = (_keep(judged, lambda one: any(one.features[by] for by in chosen)), every)
    counts = {name: learn(*part, [learned.fit.strength]).calibrated for name, part in without.items()}
    if learned.uncalibrated is not None:
        counts["the calibration: the better reader is found on the run"] = learned.uncalibrated
    counts["model and calibration: rules alone"] = learned.by_rules
    return [
        Ablation(name, rates_of(part)[0], compare(part, learned.calibrated, Bootstrap(len(part), seed)))
        for name, part in counts.items()
    ]


def _keep(judged: Sequence[Judged], wanted: Callable[[Proposal], bool]) -> list[Judged]:
    """The reports as if only the wanted proposals had been made."""
    reports: list[Judged] = []
    for one in judged:
        kept = [pair for pair in zip(one.example.proposals, one.example.right, strict=True) if wanted(pair[0])]
        proposals, right = tuple(proposal for proposal, _ in kept), tuple(truth for _, truth in kept)
        reports.append(replace(one, example=replace(one.example, proposals=proposals, right=right)))
    return reports


def _array(rows: Sequence[tuple[int, int, int, int]]) -> Counts:
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
