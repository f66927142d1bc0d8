"""From cases and gold to a calibration, and what each part of it is worth."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from baogao.assemble import ModelOptions
from baogao.document import read_document
from baogao.errors import ReplayError, UsageError
from baogao.evaluation.calibrating import (
    Ablation,
    CalibrationRequest,
    Judged,
    Observed,
    TextHits,
    Witness,
    ablate,
    calibration_of,
    judge_cases,
    learn,
    observe,
)
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.fitting import TrainingExample
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.statistics import Comparison, rates_of
from baogao.evaluation.tally import Hits
from baogao.extraction import Extraction, Link, ReportText, TextLink
from baogao.hybrid.arbiter import RunArbiter
from baogao.hybrid.calibration import Asked, Calibrations
from baogao.hybrid.case import Case, Decision, Reader
from baogao.hybrid.features import FEATURES, GROUPS
from baogao.hybrid.proposals import Proposal
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema
from short_reports import COMMUNIQUE


@pytest.fixture(scope="module")
def communiques(tmp_path_factory):
    """The communiqués' schema and gold, and a case of each, in which the model only knows a title."""
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
        said = Extraction(metadata={"title": TextLink("统计公报")})
        read: dict[Reader, Extraction] = {"rules": links, "model": said}
        cases[item.gold.doc_id] = Case(report, schema, ranked, links.fields, {}, read=read)
    return schema, datasets, cases


def test_a_witness_keeps_every_case(communiques):
    """It decides nothing, and wants no sample: every report is asked about once."""
    _, _, cases = communiques
    witness = Witness()
    for name, case in cases.items():
        assert witness.decide(case) == Decision({})
        assert witness.cases[name] is case
    witness.hear(list(cases.values()))
    assert (witness.trust, witness.wants_sample, witness.sure) == (None, False, None)
    assert Witness(0.7).sure == 0.7


def test_every_proposal_is_judged(communiques):
    """By the scorer; the counts of rules alone are those of their answers."""
    _, datasets, cases = communiques
    judged = judge_cases(cases, datasets)
    assert [one.example.doc_id for one in judged] == ["haituo-2022", "yunling-2023"]
    for one in judged:
        assert len(one.example.right) == len(one.example.proposals) > 0
        assert one.by_rules == (len(one.example.stated), 0, 0, 0)
        assert one.by_model == (0, 0, len(one.example.stated), 0)
        chosen = [right for proposal, right in zip(one.example.proposals, one.example.right, strict=True)
                  if proposal.features["by_rules"]]  # fmt: skip
        assert all(chosen)
    assert judge_cases({}, datasets) == []


def test_what_was_there_before_is_judged_as_a_run_would_decide_it(communiques):
    """The better reader is found on all reports of the gold, and each is then decided."""
    schema, datasets, cases = communiques
    arbiter = RunArbiter(schema)
    arbiter.hear(list(cases.values()))
    for one in judge_cases(cases, datasets):
        case = cases[one.example.doc_id]
        given = arbiter.decide(case).fields
        assert sum(one.uncalibrated[:2]) == len(given) > 0
        assert one.uncalibrated == (len(given), 0, len(one.example.stated) - len(given), 0)


def test_texts_are_judged_by_reader(communiques):
    """What of metadata and lists each side has right; whoever is right more often is stored."""
    schema, datasets, cases = communiques
    judged = judge_cases(cases, datasets)
    for one in judged:
        rules, model = one.texts["rules"], one.texts["model"]
        assert (rules.metadata, rules.of_metadata) == (1, 1)
        assert (model.metadata, model.of_metadata) == (0, 1)
        assert rules.share > model.share == 0
    swapped = [replace(one, texts={"rules": one.texts["model"], "model": one.texts["rules"]}) for one in judged]
    for texts, leader in ((judged, "rules"), (swapped, "model")):
        examples = [replace(one, texts=texts[0].texts) for one in invented()]
        observed = Observed(examples, 1.0, None, (0, 0), [ASKED])
        assert calibration_of(observed, learn(examples), schema).texts_by == leader


def test_the_share_of_texts_that_are_right():
    """The mean of metadata and of the F1 of lists; where there are none, none is right."""
    assert TextHits(0, 0, Hits()).share == 0
    assert TextHits(2, 4, Hits(3, 3, 3)).share == pytest.approx(0.75)
    assert TextHits(1, 2, Hits()) + TextHits(1, 2, Hits()) == TextHits(2, 4, Hits())


ASKED = Asked(way="link", model="m")


def invented(documents: int = 12) -> list[Judged]:
    """Reports in which the model is right nine times of ten, rules half of the time, and both propose."""
    draw = random.Random(4)
    found = []
    for number in range(documents):
        proposals, right = [], []
        for place in range(10):
            for by, share in (("rules", 0.5), ("llm", 0.9)):
                features = dict.fromkeys(FEATURES, 0.0) | {"by_rules": by == "rules", "by_model": by == "llm"}
                link, stand = Link((2 * place + (by == "llm"),), 0.5, by), f"{'model' if by == 'llm' else by}_against"
                proposals.append(Proposal(f"f{place}", link, False, stand, features))
                right.append(draw.random() < share)
        stated = frozenset(f"f{place}" for place in range(10))
        by_rules = sum(right[::2])
        example = TrainingExample(f"doc{number}", tuple(proposals), tuple(right), stated)
        counts = (by_rules, 10 - by_rules, 0, 0)
        found.append(Judged(example, "0" * 64, counts, counts, counts, {}))
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
    assert {f"features: {group}" for group in GROUPS if group != "panel"} < set(rows)
    assert "features: panel" not in rows  # one model was asked
    model = rows["the model: its answers and features"].change
    assert model.difference < -0.2
    assert model.interval[1] < 0
    assert rows["features: place"].change.difference == 0
    assert rows["model and calibration: rules alone"].f1 == pytest.approx(0.5, abs=0.1)
    assert "the calibration: the better reader is found on the run" in rows
    assert "rules' second choices" in rows


def test_what_is_stored(communiques):
    """The digests of what it was learned from, no times and no paths; the same bytes each time."""
    schema, _, _ = communiques
    observed = Observed(invented(), 2.5, 0.85, (40, 30), [ASKED], "p", "r")
    first, second = (
        Calibrations(schema_name=schema.name, calibrations=[calibration_of(observed, learn(observed.judged), schema)])
        for _ in range(2)
    )
    assert first.to_json() == second.to_json()
    assert '"doc11": "0000' in first.to_json()
    assert "/" not in first.to_json()
    (one,) = first.calibrations
    assert (one.asked, one.agreement, one.fit_on.prompts, one.fit_on.rules) == ([ASKED], 0.75, "p", "r")


def test_what_was_measured_is_stored_with_it(communiques):
    """Rates on reports left out, beside those of what went before; requests and ablations as they were observed."""
    schema, _, _ = communiques
    observed = Observed(invented(), 2.5, 0.85, (0, 0), [])
    learned = learn(observed.judged)
    lost = Ablation("features: cues", 0.5, Comparison(-0.1, (-0.2, 0.0), 0.04, 0.1))
    plain, full = calibration_of(observed, learned, schema), calibration_of(observed, learned, schema, [lost])
    assert plain.measured["f1"] == rates_of(learned.calibrated)[0] > plain.measured["f1_by_rules"]
    assert (plain.measured["requests"], plain.sure, plain.threshold) == (2.5, 0.85, learned.fit.threshold)
    right = sum(sum(one.example.right) for one in observed.judged)
    assert (plain.fit_on.proposals, plain.fit_on.right) == (240, right)
    assert plain.agreement is None  # rules were sure of nothing that the model was asked about
    assert plain.sure_at_98 == learned.reliability.threshold
    assert plain.measured["f1_by_model"] == rates_of(learned.by_model)[0]
    assert "ablation" not in plain.measured
    assert full.measured["ablation"] == [
        {"without": "features: cues", "f1": 0.5, "change": -0.1, "ci": (-0.2, 0.0), "p": 0.04}
    ]


def test_neutral_answers_are_no_labels():
    """What the gold allows and does not ask for is neither right nor wrong."""
    example = TrainingExample("d", (), (True, None, False), frozenset())
    nothing = (0, 0, 0, 0)
    judged = [Judged(example, "", nothing, nothing, nothing, {})]
    assert Observed(judged, 0, 1, (0, 0), []).labels == [True, False]


EVAL = Path(__file__).parents[2] / "eval"
RECORDING = EVAL / "runs" / "fresh-calibration" / "cassettes"
OFFLINE = ModelOptions()


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> tuple[Path, Path]:
    """Four of the reports that the flagship's calibration was learned from, and their recording."""
    folder = tmp_path_factory.mktemp("few") / "calibration"
    recording = folder.with_name("cassettes")
    folder.mkdir()
    (recording / "reports").mkdir(parents=True)
    for name in ("recording.json", "endpoint.yaml"):
        shutil.copy(RECORDING / name, recording)
    for path in sorted((EVAL / "datasets" / "fresh" / "calibration").glob("*.gold.json"))[:4]:
        name = path.name.removesuffix(".gold.json")
        shutil.copy(path, folder)
        shutil.copy(path.with_name(f"{name}.txt"), folder)
        shutil.copy(RECORDING / "reports" / f"{name}.yaml", recording / "reports")
    return folder, recording


def test_hybrid_is_observed_over_gold(few, flagship):
    """A replay needs no model and says what it was; every report is judged, and everybody who looks on sees it."""
    seen: list[str] = []

    class Watching:
        def __enter__(self):
            return lambda record: seen.append(record.doc_id)

        def __exit__(self, *error: object) -> None:
            seen.append("done")

    def watch(name: str, reports: int) -> Watching:
        assert (name, reports) == ("hybrid", 4)
        return Watching()

    folder, recording = few
    observed = observe(CalibrationRequest([folder], [recording], None, OFFLINE, 0.0), flagship, watch)
    ids = sorted(path.name.removesuffix(".gold.json") for path in folder.glob("*.gold.json"))
    assert [one.example.doc_id for one in observed.judged] == ids
    assert sorted(seen[:-1]) == ids
    assert seen[-1] == "done"
    assert observed.requests > 1
    assert observed.asked == [Asked(way="choice", model="qwen2.5-coder-1.5b")]
    assert observed.agreement == (0, 0)  # the model was asked only where rules are silent
    assert observed.prompts.startswith("sha256:")
    assert observed.rules.startswith("sha256:")
    assert calibration_of(observed, learn(observed.judged), flagship).fit_on.documents.keys() == set(ids)


def test_what_rules_settle_can_be_said(few, flagship):
    """A model that was recorded only where rules are silent; told to ask more, hybrid asks what was not recorded."""
    folder, recording = few
    told = observe(CalibrationRequest([folder], [recording], None, OFFLINE, 0.0), flagship)
    assert told.sure == 0
    with pytest.raises(ReplayError, match="does not hold this request"):
        observe(CalibrationRequest([folder], [recording], None, OFFLINE, 0.85), flagship)


def test_recordings_must_fit_the_data_sets(few, flagship):
    """Two recordings for three data sets are refused; so is a recording of other reports."""
    folder, recording = few
    with pytest.raises(UsageError, match="3 data sets and 2 recordings"):
        observe(CalibrationRequest([folder] * 3, [recording] * 2, None, OFFLINE), flagship)
    with pytest.raises(ReplayError, match="belongs to no report of the data sets"):
        observe(CalibrationRequest([folder], [RECORDING], None, OFFLINE), flagship)
