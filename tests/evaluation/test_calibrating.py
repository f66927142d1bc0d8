"""From cases and gold to a calibration, and what each part of it is worth."""

from __future__ import annotations

import random

import pytest

from baogao.document import read_document
from baogao.evaluation.calibrating import Judged, Witness, ablate, calibration_of, judge_cases, learn
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.fitting import TrainingExample
from baogao.evaluation.runs import load_datasets
from baogao.extraction import Link, ReportText
from baogao.hybrid.arbiter import Proposal
from baogao.hybrid.features import FEATURES, GROUPS
from baogao.hybrid.hybrid import Case, ThresholdArbiter
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema
from short_reports import COMMUNIQUE


@pytest.fixture(scope="module")
def communiques(tmp_path_factory):
    """The communiqués' schema and gold, and a case of each, in which the model says nothing."""
    schema = load_schema(COMMUNIQUE)
    folder = tmp_path_factory.mktemp("data") / "communiques"
    build_dataset(sorted(COMMUNIQUE.parent.glob("*.marked.txt")), folder, schema)
    datasets = load_datasets([folder], schema)
    rules = RulesExtractor(load_rulebook(None, schema))
    cases = {}
    for item in datasets[0].items:
        document = read_document(item.text_path, item.gold.doc_id)
        report = ReportText.from_document(document)
        links, ranked = rules.link(report)
        cases[item.gold.doc_id] = Case(report, schema, ranked, links.fields, {})
    return schema, datasets, cases


def test_a_witness_decides_as_thresholds_do(communiques):
    """It keeps every case, and the run goes on as it would without it."""
    _, _, cases = communiques
    witness = Witness()
    for name, case in cases.items():
        assert witness.decide(case) == ThresholdArbiter().decide(case)
        assert witness.cases[name] is case


def test_every_proposal_is_judged(communiques):
    """By the scorer; the counts of rules alone are those of their answers."""
    _, datasets, cases = communiques
    judged = judge_cases(Witness(cases=cases), datasets)
    assert [one.example.doc_id for one in judged] == ["haituo-2022", "yunling-2023"]
    for one in judged:
        assert len(one.example.right) == len(one.example.proposals) > 0
        assert one.by_rules == (len(one.example.stated), 0, 0, 0)
        chosen = [right for proposal, right in zip(one.example.proposals, one.example.right, strict=True)
                  if proposal.features["by_rules"]]  # fmt: skip
        assert all(chosen)
    assert judge_cases(Witness(), datasets) == []


def invented(documents: int = 12) -> list[Judged]:
    """Reports in which the model is right nine times of ten, rules half of the time, and both propose."""
    draw = random.Random(4)
    found = []
    for number in range(documents):
        proposals, right = [], []
        for place in range(10):
            for by, share in (("rules", 0.5), ("llm", 0.9)):
                features = dict.fromkeys(FEATURES, 0.0) | {"by_rules": by == "rules", "by_model": by == "llm"}
                proposals.append(Proposal(f"f{place}", Link((2 * place + (by == "llm"),), 0.5, by), False, features))
                right.append(draw.random() < share)
        stated = frozenset(f"f{place}" for place in range(10))
        by_rules = sum(right[::2])
        example = TrainingExample(f"doc{number}", tuple(proposals), tuple(right), stated)
        counts = (by_rules, 10 - by_rules, 0, 0)
        found.append(Judged(example, "0" * 64, counts, counts))
    return found


def test_the_better_source_is_believed():
    """The fit finds out who is right more often, and beats what went before, on reports left out."""
    learned = learn(invented())
    assert learned.calibrated.sum(axis=0)[0] > learned.by_rules.sum(axis=0)[0] + 20
    assert learned.reliability.ece < 0.12  # bins of 12 answers: chance alone makes 0.08


def test_ablation_says_what_a_part_is_worth():
    """Without the model there is a loss, with an interval below zero; what says nothing is worth nothing."""
    judged = invented()
    rows = {one.without: one for one in ablate(judged, learn(judged))}
    assert {f"features: {group}" for group in GROUPS} < set(rows)
    model = rows["the model: its answers and features"].change
    assert model.difference < -0.2
    assert model.interval[1] < 0
    assert rows["features: place"].change.difference == 0
    assert rows["model and calibration: rules alone"].f1 == pytest.approx(0.5, abs=0.1)


def test_what_is_stored(communiques):
    """The digests of what it was learned from, no times and no paths; the same bytes each time."""
    schema, _, _ = communiques
    judged = invented()
    first, second = (calibration_of(learn(judged), judged, schema, 0.85, "m", "p", "r").to_json() for _ in range(2))
    assert first == second
    assert '"doc11": "0000' in first
    assert "/" not in first
