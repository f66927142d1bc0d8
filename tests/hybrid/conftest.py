"""Cases of the hybrid extractor, from short texts; and reports of pure numbers to learn from."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from baogao.evaluation.fitting import TrainingExample
from baogao.extraction import Link
from baogao.hybrid.case import Case
from baogao.hybrid.proposals import Proposal
from baogao.hybrid.trust import Stand
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema
from short_reports import Read, read

GDP = "海坨市2022年经济社会发展统计公报\n\n一、综合\n全年地区生产总值86.4亿元，上年为80亿元。年末常住人口21.03万人。\n"


@pytest.fixture(scope="session")
def case_of() -> Callable[..., tuple[Read, Case]]:
    """A function from a text, and what a model says of it (field to the figure's characters), to its case."""

    def build(text: str, schema: Schema, said: dict[str, str] | None = None, sure: float = 2.0) -> tuple[Read, Case]:
        report = read(text)
        rules = RulesExtractor(load_rulebook(None, schema))
        links, ranked = rules.link(report)
        model = {name: Link((report.of(words).id,), 0.8, "llm") for name, words in (said or {}).items()}
        settled = frozenset(name for name, link in links.fields.items() if link.confidence >= sure)
        return report, Case(report, schema, ranked, links.fields, model, settled)

    return build


def proposal(
    field: str, *ids: int, shared: bool = False, by: str = "rules", stand: Stand = "rules_only", **features: float
) -> Proposal:
    """A proposal made by hand."""
    return Proposal(field, Link(ids, 0.5, by), shared, stand, features)


def synthetic(documents: int, seed: int = 0) -> list[TrainingExample]:
    """Reports in which the feature ``good`` says how likely an answer is right, and ``noise`` says nothing."""
    draw = random.Random(seed)
    examples = []
    for number in range(documents):
        proposals, right = [], []
        for place in range(20):
            good = draw.random()
            proposals.append(proposal(f"f{place}", place, good=good, noise=draw.random()))
            right.append(draw.random() < good)
        stated = frozenset(one.field for one, is_right in zip(proposals, right, strict=True) if is_right)
        examples.append(TrainingExample(f"doc{number}", tuple(proposals), tuple(right), stated))
    return examples
