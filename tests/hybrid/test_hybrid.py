"""Hybrid: sure rules are believed, the model confirms and fills, and who spoke is recorded."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.extraction import Extraction, Link, Settled, TextLink
from baogao.hybrid.hybrid import FILL_ONLY, Case, Decision, HybridExtractor, ThresholdArbiter
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


LINKS = st.dictionaries(st.sampled_from("fghij"), st.tuples(st.integers(1, 6), st.floats(0, 1)), max_size=5)


@given(LINKS, LINKS, st.sampled_from([HOW, FILL_ONLY]))
def test_an_answer_is_one_of_the_two(rules, model, how):
    """A given answer is the rules' or the model's own figure; rules are never overruled; sure ones are always given."""
    first = {name: by_rules(sure, number) for name, (number, sure) in rules.items()}
    second = {name: by_model(sure, number) for name, (number, sure) in model.items()}
    chosen = how.decide(Case(read(""), load_schema(COMMUNIQUE), {}, first, second)).fields
    for name, link in chosen.items():
        assert link.candidates == (first.get(name) or second[name]).candidates
        assert 0 <= link.confidence <= 1
        assert link.by == ("llm" if name not in first else link.by)
        assert (link.by == "rules+llm") == (name in first and name in second and rules[name][0] == model[name][0])
    assert {name for name, link in first.items() if link.confidence >= how.sure} <= set(chosen)


@given(LINKS, LINKS)
def test_the_model_gets_no_figure_of_the_rules(rules, model):
    """What it fills is none of the figures that rules gave to any field."""
    first = {name: by_rules(sure, number) for name, (number, sure) in rules.items()}
    second = {name: by_model(sure, number) for name, (number, sure) in model.items()}
    filled = {name: link for name, link in decided_all(first, second).items() if link.by == "llm"}
    assert not {link.candidates[0] for link in filled.values()} & {number for number, _ in rules.values()}
    assert not set(filled) & set(rules)
    assert all(model[name][1] >= HOW.filled for name in filled)


def test_beside_choices_rules_are_settled():
    """Whatever they answer is given as it is, and the model only fills."""
    doubtful = {"f": by_rules(0.1, 1)}
    case = Case(read(""), load_schema(COMMUNIQUE), {}, doubtful, {"f": by_model(0.9, 2), "g": by_model(0.9, 2)})
    decision = FILL_ONLY.decide(case)
    assert decision.fields["f"] == doubtful["f"]
    assert decision.fields["g"].by == "llm"
    assert (decision.held, decision.notices) == ({}, ())


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


class Deciding:
    """An arbiter that keeps the case, and says what was prepared."""

    sure = 0.0

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.case: Case | None = None

    def decide(self, case: Case) -> Decision:
        """Keep it."""
        self.case = case
        return self.decision


def test_the_arbiter_sees_the_whole_case(communique):
    """Both readers' links, the ranking and what was settled; its decision and its notices are the extraction's."""
    report = read("海坨市2022年经济社会发展统计公报\n\n一、综合\n全年地区生产总值86.4亿元。仓中有粮，合19万吨。\n")
    grain = by_model(0.95, report.of("19万吨").id)
    said = Extraction(fields={"grain_output": grain}, notices=["from the model"])
    arbiter = Deciding(Decision({"grain_output": grain}, notices=("from the arbiter",)))
    rules = RulesExtractor(load_rulebook(None, communique))
    extraction = asyncio.run(HybridExtractor(rules, Recorded(communique, said), arbiter).extract(report))
    by_rules_alone, ranked = rules.link(report)
    assert arbiter.case == Case(report, communique, ranked, by_rules_alone.fields, said.fields, frozenset({"gdp"}))
    assert extraction.fields == {"grain_output": grain}
    assert extraction.notices == ["from the model", "from the arbiter"]
    assert replace(extraction, fields={}, notices=[]) == replace(by_rules_alone, fields={}, notices=[])


def test_the_models_metadata_fill_those_of_rules(communique):
    """Where rules read none, its own are taken; of a list that rules know it is theirs, even an empty one."""
    report = read("某地情况\n\n全年地区生产总值86.4亿元。\n")
    said = Extraction(lists={"notes": [1], "more": [2]}, metadata={"title": TextLink("某地情况")})
    rules = RulesExtractor(load_rulebook(None, communique))
    extraction = asyncio.run(HybridExtractor(rules, Recorded(communique, said)).extract(report))
    assert extraction.metadata == {"title": TextLink("某地情况")}
    assert extraction.lists == {"more": [2], "notes": []}
