"""Coverage of the printed intervals and type I error of the printed test, by simulation.

Run ``python eval/simulate_statistics.py``; about four minutes on one core. Reports differ in how hard they are, so the
fields of one report succeed and fail together: the chance of a right answer has a random effect of the document, on the
logit scale. The truth is the pooled rate of 400,000 reports of the same kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baogao.evaluation.statistics import F1, PRECISION, RECALL, Bootstrap, Counts, compare, sign_flip_test

SIZES = (14, 36, 100)
RATES = {"precision": PRECISION, "recall": RECALL, "F1": F1}


@dataclass(frozen=True)
class World:
    """A kind of extractor on a kind of report."""

    name: str
    mean: float
    """Of the chance of a right answer, in logits."""
    spread: float = 1.0
    """Standard deviation of the document's effect, in logits."""
    spurious: float = 1.0
    """Answers a report to what is not stated."""

    def draw(self, documents: int, rng: np.random.Generator) -> Counts:
        """Counts of some reports of 12 to 35 stated fields."""
        return self.answer(rng.integers(12, 36, documents), rng.normal(0, 1, documents), rng)

    def answer(self, stated: NDArray[np.int64], effect: Counts, rng: np.random.Generator) -> Counts:
        """Counts of given reports: their stated fields and their effects, one of each for a report."""
        correct = rng.binomial(stated, 1 / (1 + np.exp(-self.mean - self.spread * effect)))
        wrong = rng.binomial(stated - correct, 0.4)
        spurious = rng.poisson(self.spurious * np.exp(-self.spread * effect / 2))
        return np.stack([correct, wrong, stated - correct - wrong, spurious], axis=1).astype(np.float64)


WORLDS = (
    World("F1 0.73", 1.0, spurious=2.0),
    World("F1 0.86", 2.0),
    World("F1 0.94", 3.0, spurious=0.4),
    World("F1 0.92, very uneven", 3.0, spread=1.5, spurious=0.4),
)


def generator(world: World, documents: int, seed: int) -> np.random.Generator:
    """A stream of its own for each line of the table."""
    return np.random.default_rng([seed, documents, *world.name.encode()])


def coverage(world: World, documents: int, runs: int, seed: int = 0) -> dict[str, float]:
    """The share of runs whose 95% interval holds the truth, for each rate; a run without an interval is a miss."""
    rng = generator(world, documents, seed)
    truth = {name: float(rate.of(world.draw(400_000, rng).sum(axis=0))) for name, rate in RATES.items()}
    held = dict.fromkeys(RATES, 0)
    for run in range(runs):
        counts = world.draw(documents, rng)
        bootstrap = Bootstrap(documents, seed=run, resamples=1000)
        for name, rate in RATES.items():
            interval = bootstrap.interval(counts, rate)
            held[name] += interval is not None and interval[0] <= truth[name] <= interval[1]
    return {name: count / runs for name, count in held.items()}


def paired(
    world: World, documents: int, rng: np.random.Generator, shift: float = 0.0, shared: float = 0.8
) -> tuple[Counts, Counts]:
    """Two extractors on the same reports, the second better by ``shift`` logits; ``shared`` correlates their luck."""
    stated = rng.integers(12, 36, documents)
    common, own = rng.normal(0, 1, documents), rng.normal(0, 1, (2, documents))
    effects = shared**0.5 * common + (1 - shared) ** 0.5 * own
    better = World(world.name, world.mean + shift, world.spread, world.spurious)
    return world.answer(stated, effects[0], rng), better.answer(stated, effects[1], rng)


def type_one_error(world: World, documents: int, runs: int, seed: int = 0, flips: int = 999) -> float:
    """The share of runs in which the test at 5% finds a difference between two equally good extractors."""
    rng = generator(world, documents, seed)
    pairs = (paired(world, documents, rng) for _ in range(runs))
    p_values = [sign_flip_test(a, b, seed=run, flips=flips) for run, (a, b) in enumerate(pairs)]
    return sum(p is not None and p <= 0.05 for p in p_values) / runs


def difference_coverage(world: World, documents: int, runs: int, seed: int = 0, shift: float = 0.5) -> float:
    """The share of runs whose interval of the difference holds the true one."""
    rng = generator(world, documents, seed)
    a, b = paired(world, 400_000, rng, shift)
    truth = float(F1.of(a.sum(axis=0)) - F1.of(b.sum(axis=0)))
    held = 0
    for run in range(runs):
        a, b = paired(world, documents, rng, shift)
        interval = compare(a, b, Bootstrap(documents, seed=run, resamples=1000)).interval
        held += interval is not None and interval[0] <= truth <= interval[1]
    return held / runs


def unequal_type_one_error(documents: int, runs: int, flips: int = 499) -> float:
    """Type I error where the two have the same F1 in different ways: the second more uneven and more talkative.

    They are not exchangeable then, and the test keeps its level only for many documents.
    """
    plain, loud = World("plain", 2.0), World("loud", 3.33, spread=1.6, spurious=3.0)
    rng = generator(loud, documents, 0)
    found = 0
    for run in range(runs):
        stated, common = rng.integers(12, 36, documents), rng.normal(0, 1, documents)
        a, b = plain.answer(stated, common, rng), loud.answer(stated, common, rng)
        p = sign_flip_test(a, b, seed=run, flips=flips)
        found += p is not None and p <= 0.05
    return found / runs


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    print(
        f"{runs} runs each; coverage of the 95% intervals, and type I error of the sign-flip test at 5%, in per cent\n"
    )
    print("| extractor | reports | precision | recall | F1 | difference of F1 | type I error |")
    print("|---|---|---|---|---|---|---|")
    for world in WORLDS:
        for documents in SIZES:
            rates = coverage(world, documents, runs)
            cells: list[Callable[[World, int, int], float]] = [difference_coverage, type_one_error]
            shown = [*rates.values(), *(cell(world, documents, runs) for cell in cells)]
            print(
                f"| {world.name} | {documents} | " + " | ".join(f"{100 * share:.1f}" for share in shown) + " |",
                flush=True,
            )
    print("\nType I error of two unlike extractors of the same F1 (see the docstring):", end=" ")
    print(", ".join(f"{100 * unequal_type_one_error(n, runs):.1f} at {n} reports" for n in SIZES))


if __name__ == "__main__":
    main()
