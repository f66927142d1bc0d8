"""Does hybrid ever cost what its better reader knows? ``simulate_jury.py [FOLDER ...] [--seeds N] [--worse]
[--alone]``.

Beside the rules as they are stands a model made from gold by noise, from nearly perfect to useless. Nothing was
learned of it: a sample of the reports says who leads. For each data set and share of noise the table has F1 of rules,
of the model and of hybrid, as means over the kinds of noise and the seeds, and the mean and the worst difference of
hybrid to the better one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean

import numpy as np
from learn_jury import HERE, Item, counts_of, f1_of, items_of

from baogao.evaluation.simulated import NOISES, Noise, Noisy, WorseRules
from baogao.hybrid.arbiter import RunArbiter
from baogao.hybrid.case import Case
from baogao.pipeline import MOST_SAMPLED
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

SETS = ("examples", "fictional/dev", "fictional/test", "fresh/tuning", "fresh/calibration", "second-hand")
SHARES = (0.0, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8)
TOLERATED = -0.005


@dataclass(frozen=True)
class Outcome:
    """F1 of the three on a data set."""

    rules: float
    model: float
    hybrid: float
    leader: str

    @property
    def gain(self) -> float:
        """Hybrid less the better of its readers."""
        return self.hybrid - max(self.rules, self.model)


def main() -> None:
    """Print the table, and what stayed below what is tolerated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*", default=[HERE / "datasets" / name for name in SETS])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--worse", action="store_true", help="rules that lose two answers of five, too")
    parser.add_argument("--alone", action="store_true", help="judge each report by itself, without a sample of others")
    arguments = parser.parse_args()
    schema, low = load_schema(), 0
    print("set, reports, noise: rules, model, hybrid, gain (worst of all) and how often which led")
    for folder in arguments.folders:
        items = items_of(folder, schema)
        for worse in (WorseRules(), *((WorseRules(lost=0.4),) if arguments.worse else ())):
            for share in SHARES:
                outcomes = list(simulated(items, schema, share, worse, range(arguments.seeds), alone=arguments.alone))
                gains = [one.gain for one in outcomes]
                low += mean(gains) < TOLERATED
                led = {who: sum(one.leader == who for one in outcomes) for who in ("model", "both", "rules")}
                rules, model, hybrid = (
                    mean(getattr(one, who) for one in outcomes) for who in ("rules", "model", "hybrid")
                )
                mark = " *" if mean(gains) < TOLERATED else ""
                print(
                    f"{folder.name:12} {len(items):3} {share:.2f} {rules:.3f} {model:.3f} {hybrid:.3f} "
                    f"{mean(gains):+.4f} ({min(gains):+.4f}) {led}{mark}",
                    flush=True,
                )
    print(f"{low} below {TOLERATED}")


def simulated(
    items: Sequence[Item], schema: Schema, share: float, worse: WorseRules, seeds: Sequence[int], *, alone: bool = False
) -> Iterator[Outcome]:
    """Every kind of noise, with every seed; without noise they are all the same."""
    kinds: Sequence[Noise] = NOISES if share else NOISES[:1]
    for seed in seeds if share or worse != WorseRules() else seeds[:1]:
        for noise in kinds:
            yield outcome(items, schema, Noisy(noise, share), worse, Random(seed), alone=alone)


def outcome(
    items: Sequence[Item], schema: Schema, model: Noisy, worse: WorseRules, draw: Random, *, alone: bool = False
) -> Outcome:
    """What comes of one pair of readers on one data set."""
    cases: list[Case] = []
    for item in items:
        said = model.say(item.report, item.right, item.fits, schema, draw)
        ruled = item.rules
        if worse != WorseRules():
            ruled = worse.say(item.report, item.rules, item.ranked, item.fits, draw)
        cases.append(Case(item.report, schema, item.ranked, ruled, said))
    arbiter = RunArbiter(schema)
    step = max(1.0, len(cases) / MOST_SAMPLED)
    if not alone:
        arbiter.hear([cases[int(number * step)] for number in range(min(MOST_SAMPLED, len(cases)))])
    totals = np.zeros((3, 4))
    for item, case in zip(items, cases, strict=True):
        stated = frozenset(spec.id for spec in schema.figures if item.gold.field(spec.id).stated)
        given = (dict(case.rules), dict(case.model), arbiter.decide(case).fields)
        totals += np.array([counts_of(item, schema, links, stated) for links in given])
    return Outcome(*map(f1_of, totals), leader=arbiter.trust.leader if arbiter.trust else "")


if __name__ == "__main__":
    main()
