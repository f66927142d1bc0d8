"""Escalation: when the jury is unsure, what the last model is told and believed, and how a sample knows of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, Extraction, HeldLink, Link, Settled, TextLink
from baogao.hybrid.case import Case, Decision
from baogao.hybrid.escalation import MOST_WRONG, SETTLED, Escalation, expected_errors, is_unsure
from baogao.hybrid.hybrid import HybridExtractor
from baogao.hybrid.panel import Panel
from baogao.llm.messages import Message, Question
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema
from baogao.usage import count, usage_scope
from short_reports import COMMUNIQUE, read

SCHEMA = load_schema(COMMUNIQUE)
REPORT = read(
    "青石县2022年统计公报\n\n一、综合\n全年地区生产总值30亿元，上年28亿元。年末常住人口11.2万人，城镇化率140%。\n"
)
FIGURES = {words: REPORT.of(words).id for words in ("30亿元", "28亿元", "11.2万人", "140%")}


def link(words: str, confidence: float = 0.8, by: str = "llm") -> Link:
    """A link to a figure."""
    return Link((FIGURES[words],), confidence, by)


def case_of(**rules: Link) -> Case:
    """A case in which no model spoke."""
    return Case(REPORT, SCHEMA, {}, rules, {}, read={"rules": Extraction(dict(rules))})


def test_expected_errors():
    """What is given and wrong, and what is right and held back."""
    held = {"residents": HeldLink(link("11.2万人", 0.4), "")}
    assert expected_errors(Decision({"gdp": link("30亿元", 0.9)}, held)) == pytest.approx(0.5)


@pytest.mark.parametrize(("confidence", "unsure"), [(0.66, True), (0.67, False)])
def test_unsure_of_more_than_one_answer(confidence, unsure):
    """Three answers that are wrong so often are one wrong answer, or less."""
    names = {"gdp": "30亿元", "residents": "11.2万人", "grain_output": "28亿元"}
    given = {name: link(words, confidence) for name, words in names.items()}
    assert MOST_WRONG == 1.0
    assert is_unsure(case_of(), Decision(given)) is unsure


def test_unsure_of_arithmetic_that_fails():
    """However sure each answer is."""
    assert is_unsure(case_of(), Decision({"urban_share": link("140%", 1.0)}))
    assert not is_unsure(case_of(), Decision({"gdp": link("30亿元", 1.0)}))


class Said:
    """A model that says what was prepared for a report, or fails; it counts how often it was asked."""

    name = "llm"
    schema = SCHEMA

    def __init__(self, *outcomes: Extraction | Exception) -> None:
        self.outcomes = list(outcomes)
        self.settled: list[Settled] = []

    async def extract(self, report, settled=NOTHING_SETTLED):
        """Say the next, and the last again and again."""
        self.settled.append(settled)
        count(requests=1)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def questions(self, report):
        """One of some tokens."""
        return [Question((Message("user", "多少？" * 50),), max_tokens=5)]


class Deciding:
    """An arbiter that gives what the models' side says, so sure."""

    sure = None
    trust = None
    wants_sample = True

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence
        self.heard: list[int] = []

    def hear(self, cases):
        """Keep how many there were."""
        self.heard.append(len(cases))

    def decide(self, case):
        """Give it."""
        fields = {name: Link(one.candidates, self.confidence, one.by) for name, one in case.model.items()}
        return Decision(fields)


CHEAP = Extraction({"gdp": link("28亿元"), "residents": link("11.2万人")}, whole=True)
DEAR = Extraction({"gdp": link("30亿元")}, metadata={"title": TextLink("题")}, notices=["from it"], whole=True)


def hybrid(first: float, cheap: Said, dear: Said, price: float | None = None) -> tuple[HybridExtractor, Deciding]:
    """An extractor whose jury is so sure without the last model, and the arbiter that decides with it."""
    last = Deciding(0.9)
    rules = RulesExtractor(load_rulebook(None, SCHEMA))
    escalation = Escalation("dear", dear, last, price)
    return HybridExtractor(rules, Panel({"cheap": cheap}), Deciding(first), escalation), last


def test_sure_without_it():
    """It is not asked; what that saved is counted for it."""
    cheap, dear = Said(CHEAP), Said(DEAR)
    with usage_scope() as usage:
        extraction = asyncio.run(hybrid(0.99, cheap, dear, price=10.0)[0].extract(REPORT))
    assert extraction.fields["gdp"].by == "llm:cheap"
    assert (len(cheap.settled), len(dear.settled)) == (1, 0)
    spared = usage.readers["dear"]
    assert (spared.requests, spared.spared_tokens > 50) == (0, True)
    assert spared.spared_cost == pytest.approx(spared.spared_tokens / 1e5)


def test_unsure_without_it():
    """It is asked, and believed where it differs or is silent; nothing was saved."""
    with usage_scope() as usage:
        extraction = asyncio.run(hybrid(0.4, Said(CHEAP), Said(DEAR))[0].extract(REPORT))
    assert {name: (one.candidates, one.by) for name, one in extraction.fields.items()} == {
        "gdp": ((FIGURES["30亿元"],), "llm:dear")
    }
    assert extraction.notices == ["from it"]
    assert {name: one.requests for name, one in usage.readers.items()} == {"cheap": 1, "dear": 1}
    assert usage.spared_tokens is None


def test_it_is_told_what_is_settled():
    """What is given with great confidence; its silence on that is none, unless it is shown the whole report."""
    dear = Said(Extraction({"gdp": link("30亿元")}))
    escalation = Escalation("dear", dear, Deciding(0.9))
    panel = Panel({"cheap": Said(CHEAP)})
    side = asyncio.run(panel.extract(REPORT))
    case = Case(REPORT, SCHEMA, {}, {}, side.fields, read={"rules": Extraction(), "model": side})
    decision = Decision({"gdp": link("28亿元", 0.5), "residents": link("11.2万人", SETTLED)})
    asked = asyncio.run(escalation.ask(case, decision, {}))
    assert dear.settled == [Settled(frozenset({"residents"}), frozenset({FIGURES["11.2万人"]}))]
    assert {name: one.by for name, one in asked.model.items()} == {"gdp": "llm:dear", "residents": "llm:cheap"}
    assert list(asked.models) == ["cheap", "dear"]
    assert (asked.readers_asked("gdp"), asked.readers_asked("residents")) == (3, 2)


def test_it_fails():
    """What was decided without it is given, and a notice says so; nothing was saved."""
    with usage_scope() as usage:
        extraction = asyncio.run(hybrid(0.4, Said(CHEAP), Said(ReplyError("no JSON")))[0].extract(REPORT))
    assert extraction.fields["gdp"].by == "llm:cheap"
    assert extraction.notices == ["dear was not heard on this report: no JSON"]
    assert usage.spared_tokens is None


async def sampled(extractor: HybridExtractor) -> list[bool]:
    """Show a report until it is not wanted any more; whether it was wanted again, each time."""
    wanted = [True]
    while wanted[-1]:
        extractor.begin_sample()
        with suppress(ReplyError):
            await extractor.extract(REPORT)
        wanted.append(extractor.end_sample())
    return wanted[1:]


def test_a_sample_is_read_twice():
    """First by all but the last model, then by that one where they are unsure; nobody is asked again after that."""
    cheap, dear = Said(CHEAP), Said(DEAR)
    extractor, last = hybrid(0.4, cheap, dear)

    async def run():
        wanted = await sampled(extractor)
        with usage_scope() as usage:
            return wanted, await extractor.extract(REPORT), usage

    wanted, extraction, usage = asyncio.run(run())
    assert wanted == [True, False]
    assert (len(cheap.settled), len(dear.settled)) == (1, 1)
    assert extraction.fields["gdp"].by == "llm:dear"
    assert {name: one.requests for name, one in usage.readers.items()} == {"cheap": 1, "dear": 1}
    assert last.heard == []  # learned from gold, as far as anybody knows: the hard ones alone would mislead it


def test_a_sample_that_fails_is_asked_about_again():
    """Whatever went wrong in the sample, the report's own turn comes."""
    cheap, dear = Said(CHEAP), Said(ReplyError("busy"), DEAR)
    extractor, _ = hybrid(0.4, cheap, dear)

    async def run():
        return await sampled(extractor), await extractor.extract(REPORT)

    wanted, extraction = asyncio.run(run())
    assert wanted == [True, False]
    assert (len(cheap.settled), len(dear.settled)) == (1, 2)
    assert extraction.fields["gdp"].by == "llm:dear"


def test_without_a_last_model_one_sample_is_enough():
    """As it was before there was one."""
    rules = RulesExtractor(load_rulebook(None, SCHEMA))
    extractor = HybridExtractor(rules, Panel({"a": Said(CHEAP), "b": Said(CHEAP)}), Deciding(0.4))
    assert asyncio.run(sampled(extractor)) == [False]
