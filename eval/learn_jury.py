"""Learn how to weigh rules and a model of which nothing is known: ``learn_jury.py [FOLDER ...]``.

Models of every quality are made from gold by noise, and rules that are worse than they are, as they would be on
reports of another region. For each such pair ``baogao.hybrid.trust`` says how good the two are, on a sample of the
reports; what is learned is how likely an answer is right, given that. The result is
``src/baogao/hybrid/any_model.json``. The reports of ``fictional/test`` and ``second-hand`` are not touched.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from baogao.document import read_document
from baogao.evaluation.fitting import TrainingExample, count_verdicts, given_answers
from baogao.evaluation.gold import Gold
from baogao.evaluation.judging import judge
from baogao.evaluation.reliability import JudgedAnswer, measure
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.simulated import NOISES, Noisy, WorseRules, right_links
from baogao.extraction import Link, ReportText
from baogao.hybrid.calibration import Regression, Weight
from baogao.hybrid.case import Case
from baogao.hybrid.features import GROUPS
from baogao.hybrid.proposals import Proposal, Proposer
from baogao.hybrid.trust import BY_MODEL, BY_RULES, STANDS, Trust
from baogao.hybrid.weighing import MODEL_RATIO, NOT_WEIGHED, RULES_RATIO, WEIGHED, AnyModel, Plausibility
from baogao.reading import read_answer
from baogao.rules.extractor import RulesExtractor
from baogao.rules.matching import Scored
from baogao.rules.rulebook import load_rulebook
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

HERE = Path(__file__).parent
OUT = HERE.parent / "src" / "baogao" / "hybrid" / "any_model.json"
FOLDERS = [HERE / "datasets" / name for name in ("fictional/dev", "fresh/tuning", "fresh/calibration")]
SHARES = (0.0, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9)
"""Of a model's answers that are noise."""
RULES = (WorseRules(), WorseRules(lost=0.2), WorseRules(lost=0.4), WorseRules(0.1, 0.1), WorseRules(0.1, 0.2))
SAMPLES = (1, 3, 12)
"""Reports from which trust is found: the first so many of a shuffled set."""
THRESHOLD = 0.45
"""About half of the F1 that comes of it, which is where F1 is highest (Lipton, Elkan and Naryanaswamy 2014)."""
MOST = 0.9
"""From the probability that is written down on 98% of the answers are right in so many of the runs."""
LOOKS = tuple(
    name
    for group in ("cues", "words", "rivals", "place", "checks")
    for name in GROUPS[group]
    if name not in NOT_WEIGHED
)
"""What is looked at in an answer whoever gives it."""
RULES_LOOK = (*LOOKS, "rules_score", "rules_confidence", "rules_margin", "pattern_score", "pattern_length")
KNOTS = {
    "": (),
    ":model_right": (-1.0, 0.0, 1.0, 2.0),
    ":rules_right": (-1.0, 0.0, 1.0),
    ":rules_only": (-2.5, -1.5, -0.5),
    ":differ": (-3.0, -2.0, -1.0),
    ":model_only": (-2.5, -1.5),
    ":lead": (-1.5, -0.5, 0.0, 0.5, 1.5),
    ":model_f1": (1.0, 2.0, 3.0),
    ":rules_f1": (1.0, 2.0, 3.0),
}
"""Where the worth of what trust says bends."""
KEPT = 0.2
"""The share of answers that is learned from: they are many, and alike."""
Term = tuple[str, float | None]
Table = NDArray[np.float32]


@dataclass(frozen=True)
class Item:
    """A report with gold, and what rules say of it."""

    report: ReportText
    gold: Gold
    rules: dict[str, Link]
    ranked: dict[str, list[Scored]]
    right: dict[str, Link]
    fits: dict[int, dict[str, float]]


@dataclass(frozen=True)
class Run:
    """One pair of readers on one data set."""

    name: str
    noise: Noisy
    worse: WorseRules
    examples: list[TrainingExample]
    by_rules: float
    by_model: float
    """F1 of either alone."""


def main() -> None:
    """Learn, and write what was learned."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*", default=FOLDERS)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    schema = load_schema()
    runs = [run for folder in arguments.folders for run in simulate(folder, items_of(folder, schema), schema)]
    learned = learn(runs)
    outcomes = list(left_out(runs))
    found = measure([one for run in outcomes for one in run], sum(one.stated for run in outcomes for one in run))
    sure_from = [measure(run, sum(one.stated for one in run)).threshold or 1.0 for run in outcomes if run]
    sure = float(np.quantile(sure_from, MOST))
    notes = {
        "data_sets": [folder.name for folder in arguments.folders],
        "shares_of_noise": list(SHARES),
        "noises": list(NOISES),
        "runs": len(runs),
        "ece_on_sets_left_out": found.ece,
    }
    final = learned.model_copy(update={"learned": notes, "sure_at_98": sure})
    arguments.out.write_text(final.to_json(), encoding="utf-8")
    print(f"{len(runs)} runs; on sets left out ECE {found.ece:.3f}, 98% from {sure:.3f}", file=sys.stderr)


def items_of(folder: Path, schema: Schema) -> list[Item]:
    """The reports of a data set."""
    extractor = RulesExtractor(load_rulebook(None, schema))
    proposer = Proposer(schema)
    items: list[Item] = []
    for dataset in load_datasets([folder], schema):
        for one in dataset.items:
            report = ReportText.from_document(read_document(one.text_path, one.gold.doc_id), schema.sought)
            by_rules, ranked = extractor.link(report)
            numbers = report.candidates.of_kind("number")
            ranks = {c.id: proposer.shortlist.rank(report.document, c) for c in numbers}
            fits = {one: {spec.id: score for score, spec in found} for one, found in ranks.items()}
            right = right_links(report, one.gold, schema)
            items.append(Item(report, one.gold, by_rules.fields, ranked, right, fits))
    return items


def simulate(
    folder: Path,
    items: Sequence[Item],
    schema: Schema,
    rules: Sequence[WorseRules] = RULES,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
) -> Iterator[Run]:
    """Every pair of readers on a data set; worse rules meet a model of mixed noise and one other by turns."""
    proposer, draw = Proposer(schema), Random(seed)
    for number, (worse, share) in enumerate(product(rules, shares)):
        noises = NOISES if worse == WorseRules() else ("mixed", "small", NOISES[number % (len(NOISES) - 2)])
        for noise in noises:
            model = Noisy(noise, share)
            examples, rules_counts, model_counts = [], np.zeros(4), np.zeros(4)
            for item in draw.sample(items, len(items)):
                said = model.say(item.report, item.right, item.fits, schema, draw)
                ruled = item.rules
                if worse != WorseRules():
                    ruled = worse.say(item.report, item.rules, item.ranked, item.fits, draw)
                case = Case(item.report, schema, item.ranked, ruled, said)
                proposals = tuple(proposer.propose(case))
                stated = frozenset(spec.id for spec in schema.figures if item.gold.field(spec.id).stated)
                right = tuple(is_right(item, schema, one.field, one.link) for one in proposals)
                examples.append(TrainingExample(item.gold.doc_id, proposals, right, stated))
                rules_counts += counts_of(item, schema, ruled, stated)
                model_counts += counts_of(item, schema, said, stated)
            yield Run(folder.name, model, worse, examples, f1_of(rules_counts), f1_of(model_counts))


def is_right(item: Item, schema: Schema, name: str, link: Link) -> bool | None:
    """The scorer's verdict; None where the gold allows an answer and does not ask for one, and where nobody looked."""
    if not item.gold.knows(name):
        return None
    verdict, _ = judge(item.gold.field(name), read_answer(item.report, link, schema.by_id[name]))
    return None if verdict == "neutral" else verdict == "correct"


def counts_of(item: Item, schema: Schema, links: dict[str, Link], stated: frozenset[str]) -> Any:
    """(correct, wrong, missing, spurious) of some links."""
    return np.array(
        count_verdicts(((name, is_right(item, schema, name, link)) for name, link in links.items()), stated)
    )


def f1_of(counts: Any) -> float:
    """F1 from counts."""
    correct, wrong, missing, spurious = counts
    return float(2 * correct / (2 * correct + 2 * wrong + missing + spurious)) if correct else 0.0


def learn(runs: Sequence[Run]) -> AnyModel:
    """The three regressions."""
    known = [
        pair for run in runs for example in run.examples for pair in zip(example.proposals, example.right, strict=True)
    ]
    known = [(one, right) for one, right in known if right is not None]
    model_looks = plausibility([pair for pair in known if pair[0].stand in BY_MODEL], LOOKS)
    rules_look = plausibility([pair for pair in known if pair[0].stand in BY_RULES], RULES_LOOK)
    blank = Regression(intercept=0.0, weights=[])
    learned = AnyModel(
        model_looks=model_looks, rules_look=rules_look, weigh=blank, threshold=THRESHOLD, sure_at_98=None, learned={}
    )
    stands = [f"{stand}{name}" for stand, name in product(STANDS, KNOTS)]
    terms: list[Term] = [(name, None) for name in (*WEIGHED, MODEL_RATIO, RULES_RATIO, *stands)]
    terms += [(f"{stand}{name}", knot) for stand in STANDS for name, knots in KNOTS.items() for knot in knots]
    draw = Random(0)
    blocks: list[Table] = []
    labels: list[bool] = []
    for run in runs:
        sampled = trusts(learned, run)
        pairs = [pair for one in run.examples for pair in zip(one.proposals, one.right, strict=True)]
        pairs = [pair for pair in pairs if pair[1] is not None and draw.random() < KEPT]
        blocks.append(table_of([learned.features(one, draw.choice(sampled)) for one, _ in pairs], terms))
        labels += [bool(right) for _, right in pairs]
    return learned.model_copy(update={"weigh": regression(np.concatenate(blocks), labels, terms)})


def trusts(learned: AnyModel, run: Run) -> list[Trust]:
    """What samples of the run's reports say."""
    return [
        learned.trust([one.proposals for one in run.examples[:size]]) for size in SAMPLES if size <= len(run.examples)
    ]


def plausibility(pairs: Sequence[tuple[Proposal, bool]], names: Sequence[str]) -> Plausibility:
    """How right an answer looks."""
    terms: list[Term] = [(name, None) for name in names]
    labels = [right for _, right in pairs]
    found = regression(table_of([one.features for one, _ in pairs], terms), labels, terms)
    share = sum(labels) / len(labels)
    return Plausibility(**found.model_dump(), average=float(np.log(share / (1 - share))))


def table_of(rows: Sequence[Mapping[str, float]], terms: Sequence[Term]) -> Table:
    """A row for each answer, a column for each term."""
    weights = [Weight(feature=name, above=knot, mean=0.0, scale=1.0, weight=1.0) for name, knot in terms]
    table = np.empty((len(rows), len(terms)), dtype=np.float32)
    for number, row in enumerate(rows):
        table[number] = [weight.term(row) for weight in weights]
    return table


def regression(table: Table, labels: Sequence[bool], terms: Sequence[Term]) -> Regression:
    """A logistic regression over some terms."""
    scaler = StandardScaler().fit(table)
    fitted = LogisticRegression(C=0.1, max_iter=3000).fit(scaler.transform(table), np.array(labels))
    weights = [
        Weight(feature=name, above=knot, mean=float(mean), scale=float(scale), weight=float(weight))
        for (name, knot), mean, scale, weight in zip(terms, scaler.mean_, scaler.scale_, fitted.coef_[0], strict=True)
    ]
    return Regression(intercept=float(fitted.intercept_[0]), weights=weights)


def left_out(runs: Sequence[Run]) -> Iterator[list[JudgedAnswer]]:
    """The answers that are given in each run of a data set, by what was learned on the others."""
    for name in dict.fromkeys(run.name for run in runs):
        learned = learn([run for run in runs if run.name != name])
        for run in (run for run in runs if run.name == name and run.worse == WorseRules()):
            trust = trusts(learned, run)[-1]
            found: list[JudgedAnswer] = []
            for example in run.examples:
                probabilities = [learned.probability(one, trust) for one in example.proposals]
                for one, right in given_answers(example, probabilities, THRESHOLD):
                    if right is not None:
                        found.append(JudgedAnswer(one.probability, right, one.proposal.field in example.stated))
            yield found


if __name__ == "__main__":
    main()
