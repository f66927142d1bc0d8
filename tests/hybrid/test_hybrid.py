"""Hybrid: sure rules are believed, the model confirms and fills, and who spoke is recorded."""

from __future__ import annotations

import asyncio

import pytest

from baogao.extraction import Extraction, Link, Settled, TextLink
from baogao.hybrid.hybrid import Case, HybridExtractor, ThresholdArbiter
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema
from short_reports import COMMUNIQUE, read

HOW = ThresholdArbiter()
SURE, UNSURE, DOUBTFUL = HOW.sure + 0.05, (HOW.sure + HOW.alone) / 2, HOW.alone - 0.05


def decided_all(rules: dict[str, Link], model: dict[str, Link]) -> dict[str, Link]:
    """What comes of all fields."""
    report = read("")
    return HOW.decide(Case(report, load_schema(COMMUNIQUE), {}, rules, model)).fields


def decided(rules: Link | None, model: Link | None) -> Link | None:
    """What comes of one field."""
    return decided_all({"f": rules} if rules else {}, {"f": model} if model else {}).get("f")


def by_rules(confidence: float, *ids: int) -> Link:
    """A link of the rules."""
    return Link(ids, confidence, by="rules")


def by_model(confidence: float, *ids: int) -> Link:
    """A link of the model."""
    return Link(ids, confidence, by="llm")


def test_nobody_spoke():
    """Silence stays silence."""
    assert decided(None, None) is None


@pytest.mark.parametrize("model", [None, by_model(0.9, 2)])
def test_sure_rules_are_believed(model):
    """Whatever the model says or does not say."""
    assert decided(by_rules(SURE, 1), model) == by_rules(SURE, 1)


@pytest.mark.parametrize("confidence", [SURE, UNSURE, DOUBTFUL])
def test_agreement(confidence):
    """Two that point at the same place are more believable than one, and both are named."""
    link = decided(by_rules(confidence, 1), by_model(0.7, 1))
    assert (link.candidates, link.by) == ((1,), "rules+llm")
    assert link.confidence >= HOW.agreed


def test_agreement_on_one_part():
    """Where parts are summed, one common part is agreement, and the rules' parts are taken."""
    assert decided(by_rules(UNSURE, 1, 2), by_model(0.7, 2)).candidates == (1, 2)


def test_unsure_rules_lose_confidence_without_a_second():
    """A model that was asked and did not confirm makes an answer less believable, not another one."""
    link = decided(by_rules(UNSURE, 1), by_model(0.9, 2))
    assert (link.candidates, link.by) == ((1,), "rules")
    assert link.confidence < UNSURE


@pytest.mark.parametrize("model", [None, by_model(0.9, 2)])
def test_doubtful_rules_need_a_second(model):
    """What rules hardly believe themselves is dropped unless the model points at the same place."""
    assert decided(by_rules(DOUBTFUL, 1), model) is None


def test_the_model_fills_silence():
    """A model that is sure enough answers where rules are silent, with less confidence than it claims."""
    link = decided(None, by_model(0.95, 2))
    assert (link.candidates, link.by) == ((2,), "llm")
    assert link.confidence < 0.95
    assert decided(None, by_model(HOW.filled - 0.01, 2)) is None


def test_a_figure_answers_one_field():
    """The model does not get a figure that rules gave to another field."""
    chosen = decided_all({"f": by_rules(SURE, 1)}, {"g": by_model(0.95, 1), "h": by_model(0.95, 2)})
    assert set(chosen) == {"f", "h"}


class Recorded:
    """A model that remembers what it was spared."""

    name = "llm"

    def __init__(self, schema, extraction: Extraction) -> None:
        self.schema = schema
        self.extraction = extraction
        self.settled: Settled | None = None

    async def extract(self, report, settled):
        """Say what was prepared."""
        self.settled = settled
        return self.extraction

    def questions(self, report):
        """None."""
        return []


def test_extract(communique):
    """Rules' lists and metadata stand, and the model is told what is settled."""
    report = read("海坨市2022年经济社会发展统计公报\n\n一、综合\n全年地区生产总值86.4亿元。仓中有粮，合19万吨。\n")
    grain = report.of("19万吨").id
    said = Extraction(fields={"grain_output": by_model(0.95, grain)}, metadata={"title": TextLink("别的")})
    model = Recorded(communique, said)
    hybrid = HybridExtractor(RulesExtractor(load_rulebook(None, communique)), model)
    extraction = asyncio.run(hybrid.extract(report))
    assert extraction.fields["gdp"].by == "rules"
    assert extraction.metadata["title"].value == "海坨市2022年经济社会发展统计公报"
    assert report.of("86.4亿元").id in model.settled.candidates
    assert "gdp" in model.settled.fields
    assert model.settled.metadata
