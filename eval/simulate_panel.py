"""What are several models worth, and what does asking a dear one about few reports cost?

``simulate_panel.py [FOLDER ...]``. Models are made from gold by noise. The first table has F1 of hybrid with each of
two models alone, and with both and with three as a panel. The second has a cheap model and a nearly perfect dear one:
F1 of hybrid without the dear one, with it where the jury is unsure, and with it everywhere; and the share of reports
that it was asked about.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import numpy as np
from learn_jury import HERE, Item, counts_of, f1_of, items_of

from baogao.evaluation.simulated import Noisy
from baogao.extraction import Extraction
from baogao.hybrid.arbiter import RunArbiter
from baogao.hybrid.case import Case, Decision
from baogao.hybrid.escalation import MOST_WRONG, expected_errors, is_unsure
from baogao.hybrid.panel import PanelExtraction, join, side_of, standing_of, with_side
from baogao.pipeline import MOST_SAMPLED
from baogao.schema.fields import Schema
from baogao.schema.load import load_schema

SETS = ("fictional/dev", "fresh/tuning")
PAIRS = ((0.05, 0.05), (0.02, 0.2), (0.2, 0.02), (0.3, 0.3), (0.05, 0.5))
CHEAP = (0.05, 0.15, 0.3, 0.5)
DEAR = 0.01
"""Shares of noise."""
THRESHOLDS = (0.5, MOST_WRONG, 2.0)
SEEDS = 3


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*", default=[HERE / "datasets" / name for name in SETS])
    folders = {folder: items_of(folder, load_schema()) for folder in parser.parse_args().folders}
    schema = load_schema()
    print("set, noise of two models: F1 with the first, the second, both, both and a third like the second")
    for folder, items in folders.items():
        for shares in PAIRS:
            found = np.array([of_panels(items, schema, shares, seed) for seed in range(SEEDS)]).mean(axis=0)
            print(f"{folder.name:10} {shares} {' '.join(f'{one:.3f}' for one in found)}", flush=True)
    print(f"set, noise of the cheap model: F1 without the dear one, asked above {THRESHOLDS} (share asked), everywhere")
    for folder, items in folders.items():
        for share in CHEAP:
            rows = [of_escalation(items, schema, share, seed) for seed in range(SEEDS)]
            alone, everywhere = (mean(row[number] for row in rows) for number in (0, 1))
            asked = [
                f"{mean(row[2][number][0] for row in rows):.3f} ({mean(row[2][number][1] for row in rows):.2f})"
                for number in range(len(THRESHOLDS))
            ]
            print(f"{folder.name:10} {share:.2f} {alone:.3f} {' '.join(asked)} {everywhere:.3f}", flush=True)


def cases_of(items: Sequence[Item], schema: Schema, shares: Sequence[float], seed: int) -> list[Case]:
    """What rules and some models say of every report, in an order of chance."""
    draw = Random(seed)
    cases = []
    for item in draw.sample(items, len(items)):
        said = {
            f"m{number}": Extraction(
                Noisy("mixed", share).say(item.report, item.right, item.fits, schema, draw), whole=True
            )
            for number, share in enumerate(shares)
        }
        base = Case(item.report, schema, item.ranked, item.rules, {}, read={"rules": Extraction(item.rules)})
        cases.append(with_side(base, PanelExtraction(by_name=said)))
    return cases


def seen_by(cases: Sequence[Case], names: Sequence[str], standing: dict[str, float] | None = None) -> list[Case]:
    """The same as a panel of some of the models sees them, by its standing on a sample."""
    found = []
    for case in cases:
        heard = PanelExtraction(by_name={name: side_of(case).by_name[name] for name in names})
        found.append(with_side(case, join(case.report, case.schema, heard, {})))
    if standing is None:
        standing = standing_of(names, found[:MOST_SAMPLED])
    return [with_side(case, join(case.report, case.schema, side_of(case), standing)) for case in found]


def decided(cases: Sequence[Case], sample: Sequence[Case]) -> list[Decision]:
    """What the jury gives."""
    arbiter = RunArbiter(cases[0].schema)
    arbiter.hear(sample)
    return [arbiter.decide(case) for case in cases]


def counted(items: Sequence[Item], cases: Sequence[Case], decisions: Sequence[Decision]) -> Any:
    """(correct, wrong, missing, spurious) of each report."""
    by_id = {item.gold.doc_id: item for item in items}
    rows = []
    for case, decision in zip(cases, decisions, strict=True):
        item = by_id[case.report.document.doc_id]
        stated = frozenset(spec.id for spec in case.schema.figures if item.gold.field(spec.id).stated)
        rows.append(counts_of(item, case.schema, decision.fields, stated))
    return np.array(rows)


def of_panels(items: Sequence[Item], schema: Schema, shares: tuple[float, float], seed: int) -> list[float]:
    """F1 with the first model, the second, both, and three."""
    cases = cases_of(items, schema, (*shares, shares[1]), seed)
    scores = []
    for names in (["m0"], ["m1"], ["m0", "m1"], ["m0", "m1", "m2"]):
        seen = seen_by(cases, names)
        scores.append(f1_of(counted(items, seen, decided(seen, seen[:MOST_SAMPLED])).sum(axis=0)))
    return scores


def of_escalation(
    items: Sequence[Item], schema: Schema, share: float, seed: int
) -> tuple[float, float, list[tuple[float, float]]]:
    """F1 without the dear model, with it everywhere, and for each threshold F1 and the share of reports asked about."""
    cases = cases_of(items, schema, (share, DEAR), seed)
    cheap, both = seen_by(cases, ["m0"]), seen_by(cases, ["m0", "m1"], {"m1": 1.0})
    first = decided(cheap, cheap[:MOST_SAMPLED])
    alone, everywhere = counted(items, cheap, first), counted(items, both, decided(both, both[:MOST_SAMPLED]))
    found = []
    for threshold in THRESHOLDS:
        asked = np.array(
            [
                expected_errors(decision) > threshold
                # Within it, only arithmetic that fails is left to be unsure of.
                or (expected_errors(decision) <= MOST_WRONG and is_unsure(case, decision))
                for case, decision in zip(cheap, first, strict=True)
            ]
        )
        sample = [case for case, one in zip(both[:MOST_SAMPLED], asked[:MOST_SAMPLED], strict=True) if one]
        last = counted(items, both, decided(both, sample))
        found.append((f1_of(np.where(asked[:, None], last, alone).sum(axis=0)), float(asked.mean())))
    return f1_of(alone.sum(axis=0)), f1_of(everywhere.sum(axis=0)), found


if __name__ == "__main__":
    main()
