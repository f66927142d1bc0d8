"""Hybrid: both are heard once, an arbiter decides, and what they say beside figures is joined by who leads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import ReplyError
from baogao.extraction import NOTHING_SETTLED, Extraction, Link, SamplingExtractor, Settled, TextLink, Words
from baogao.hybrid.arbiter import RunArbiter
from baogao.hybrid.case import Case, Decision
from baogao.hybrid.hybrid import HybridExtractor, _texts
from baogao.record import Jury
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema
from baogao.usage import count, usage_scope
from short_reports import MUSEUM, Read, read

TEXT = """海坨市2022年经济社会发展统计公报

一、综合
全年地区生产总值86.4亿元。仓中有粮，合19万吨。

二、注释
1.本公报数据为初步统计数。
2.部分数据因四舍五入与分项不等。
"""
TITLE = TextLink("海坨市2022年经济社会发展统计公报", ((0, 16),))


class Recorded:
    """A model that says what was prepared, and remembers what it was asked and spared."""

    name = "llm"

    def __init__(self, schema: Schema, *prepared: Extraction | Exception) -> None:
        self.schema = schema
        self.prepared = list(prepared)
        self.settled: list[Settled] = []

    async def extract(self, report: Read, settled: Settled = NOTHING_SETTLED) -> Extraction:
        """Say the next that was prepared; the last one again and again."""
        self.settled.append(settled)
        count(requests=1, prompt_tokens=100)
        said = self.prepared.pop(0) if len(self.prepared) > 1 else self.prepared[0]
        if isinstance(said, Exception):
            raise said
        return said

    def questions(self, report: Read) -> list[object]:
        """None."""
        return []


class Deciding:
    """An arbiter that keeps the cases, and says what was prepared."""

    trust = None
    wants_sample = True

    def __init__(self, decision: Decision | None = None, sure: float | None = None) -> None:
        self.decision = decision or Decision({})
        self.sure = sure
        self.decided: list[Case] = []
        self.heard: list[Case] = []

    def hear(self, cases: Sequence[Case]) -> None:
        """Keep them."""
        self.heard += cases

    def decide(self, case: Case) -> Decision:
        """Keep it."""
        self.decided.append(case)
        return self.decision


@pytest.fixture(scope="module")
def rules(communique) -> RulesExtractor:
    """The rules for communiqués."""
    return RulesExtractor(load_rulebook(None, communique))


@pytest.fixture(scope="module")
def report() -> Read:
    """One report."""
    return read(TEXT)


def extracted(report: Read, rules: RulesExtractor, said: Extraction, arbiter) -> Extraction:
    """What hybrid makes of a report of which a model says this."""
    return asyncio.run(HybridExtractor(rules, Recorded(rules.schema, said), arbiter).extract(report))


def by_model(*ids: int) -> Link:
    """A link of the model."""
    return Link(ids, 0.8, by="llm")


@pytest.mark.parametrize(("sure", "settled"), [(None, set()), (0.0, {"gdp"}), (2.0, set())])
def test_nothing_is_settled_unless_that_was_learned(communique, rules, report, sure, settled):
    """The model is asked about everything, or is spared the fields that rules answer as surely as was learned."""
    model = Recorded(communique, Extraction())
    asyncio.run(HybridExtractor(rules, model, Deciding(sure=sure)).extract(report))
    (told,) = model.settled
    assert told.fields == settled
    assert told.candidates == ({report.of("86.4亿元").id} if settled else set())
    assert told.metadata


def test_the_arbiter_sees_the_whole_case(communique, rules, report):
    """Both readers' links and texts, the ranking and what was settled; its decision is the extraction."""
    grain = by_model(report.of("19万吨").id)
    said = Extraction(fields={"grain_output": grain}, notices=["from the model"])
    jury = Jury(leader="both", reason="why", reports=1, rules_f1=0.5, model_f1=0.5)
    arbiter = Deciding(Decision({"grain_output": grain}, jury=jury, notices=("from the arbiter",)), sure=0.0)
    extraction = extracted(report, rules, said, arbiter)
    alone, ranked = rules.link(report)
    read_by = {"rules": alone, "model": said}
    case = Case(report, communique, ranked, alone.fields, said.fields, frozenset({"gdp"}), read=read_by)
    assert arbiter.decided == [case]
    assert extraction.fields == {"grain_output": grain}
    assert extraction.notices == ["from the model", "from the arbiter"]
    assert extraction.jury == jury
    assert (extraction.metadata, extraction.lists) == (alone.metadata, alone.lists)


def test_a_sample_is_read_once_and_counted_once(rules, communique, report):
    """What it took is charged where the report is answered; a report that was not in it is asked about then."""
    grain = by_model(report.of("19万吨").id)
    model = Recorded(communique, Extraction(fields={"grain_output": grain}))
    arbiter = Deciding(Decision({"grain_output": grain}))
    hybrid = HybridExtractor(rules, model, arbiter)
    other = replace(report, document=replace(report.document, doc_id="other"))
    assert isinstance(hybrid, SamplingExtractor)

    async def run() -> list[int]:
        taken = []
        hybrid.begin_sample()
        assert await hybrid.extract(report) == Extraction()
        assert arbiter.heard == arbiter.decided == []
        hybrid.end_sample()
        assert [case.report for case in arbiter.heard] == [report]
        for one in (report, other, report):
            with usage_scope() as usage:
                assert (await hybrid.extract(one)).fields == {"grain_output": grain}
            taken.append(usage.prompt_tokens)
        return taken

    assert asyncio.run(run()) == [100, 100, 100]
    assert len(model.settled) == 3  # the third time the report is asked about anew: it was answered before


def test_a_report_of_the_same_name_is_not_taken_for_another(rules, communique, report):
    """What was read in a sample counts only for the same bytes."""
    model = Recorded(communique, Extraction())
    hybrid = HybridExtractor(rules, model, Deciding())
    namesake = replace(report, document=replace(report.document, sha256="0" * 64))

    async def run() -> None:
        hybrid.begin_sample()
        await hybrid.extract(report)
        hybrid.end_sample()
        await hybrid.extract(namesake)

    asyncio.run(run())
    assert len(model.settled) == 2


def test_a_sample_that_fails(rules, communique, report):
    """One that cannot be asked about is not heard, and its turn comes; a sample without any is no sample."""
    model = Recorded(communique, ReplyError("it said nothing"), Extraction())
    arbiter = Deciding()
    hybrid = HybridExtractor(rules, model, arbiter)

    async def run() -> Extraction:
        hybrid.begin_sample()
        with pytest.raises(ReplyError):
            await hybrid.extract(report)
        hybrid.end_sample()
        assert arbiter.heard == []
        return await hybrid.extract(report)

    assert asyncio.run(run()).metadata
    assert len(arbiter.decided) == 1


def test_how_much_a_report_tells(rules, report):
    """As many answers as rules have, for the model to give or not."""
    hybrid = HybridExtractor(rules, Recorded(rules.schema, Extraction()), Deciding())
    assert hybrid.tells(report) == 1
    assert hybrid.tells(read("某地情况\n\n无。\n")) == 0


@pytest.mark.parametrize(
    ("leader", "whole", "title", "notes"),
    [
        ("rules", False, "rules", "rules"),
        ("rules", True, "rules", "rules"),
        ("model", False, "model", "rules"),
        ("model", True, "model", "rules"),
    ],
)
def test_texts_are_the_leaders(rules, report, leader, whole, title, notes):
    """Metadata and lists are by whom the arbiter names; the other fills what the leader was not asked for."""
    alone = rules.link(report)[0]
    said = Extraction(metadata={"title": TextLink("经济社会发展统计公报", ((6, 16),))}, whole=whole)
    extraction = extracted(report, rules, said, Deciding(Decision({}, texts_by=leader)))
    assert extraction.metadata == (alone if title == "rules" else said).metadata
    assert extraction.lists == alone.lists
    assert len(alone.lists["notes"]) == 2


def test_the_other_fills_what_rules_do_not_read(rules, communique):
    """Where rules read no title, the model's is taken; of a list that rules know it is theirs, even an empty one."""
    report = read("某地情况\n\n全年地区生产总值86.4亿元。\n")
    said = Extraction(lists={"notes": [1], "more": [2]}, metadata={"title": TextLink("某地情况")})
    extraction = extracted(report, rules, said, Deciding())
    assert extraction.metadata == {"title": TextLink("某地情况")}
    assert extraction.lists == {"more": [2], "notes": []}


@pytest.mark.parametrize("leader", ["rules", "model"])
def test_texts_on_which_readers_differ_are_doubtful(rules, report, leader):
    """What is given comes first, then what the other says."""
    alone = rules.link(report)[0]
    title, notes = TextLink("统计公报", ((12, 16),)), alone.lists["notes"][:1]
    said = Extraction(metadata={"title": title}, lists={"notes": notes}, whole=True)
    doubts = extracted(report, rules, said, Deciding(Decision({}, texts_by=leader))).doubts
    assert [(doubt.field, doubt.reason, doubt.wrong) for doubt in doubts] == [
        ("title", "readers differ", 0.1),
        ("notes", "readers differ", 0.1),
    ]
    readers = ["rules", "llm"] if leader == "rules" else ["llm", "rules"]
    assert all([by for by, _ in doubt.said] == readers for doubt in doubts)
    assert dict(doubts[0].said) == {"rules": alone.metadata["title"], "llm": title}
    assert dict(doubts[1].said) == {"rules": tuple(alone.lists["notes"]), "llm": tuple(notes)}


def test_texts_on_which_readers_agree_are_not(rules, report):
    """The same title is the same wherever it is printed; a reader that was not asked does not differ."""
    alone = rules.link(report)[0]
    title = TextLink(alone.metadata["title"].value, ((3, 9),))
    same = Extraction(metadata={"title": title}, lists=dict(alone.lists), whole=True)
    assert extracted(report, rules, same, Deciding()).doubts == ()
    assert extracted(report, rules, Extraction(), Deciding()).doubts == ()


def test_texts_of_one_reader_alone_are_doubtful(rules, report):
    """Where both were asked and one is silent; and whether what it says is given depends on who leads."""
    silent = Extraction(metadata={"level": TextLink("county")}, lists={"more": [1]}, whole=True)
    reasons = {
        leader: [
            doubt.reason
            for doubt in extracted(report, rules, silent, Deciding(Decision({}, texts_by=leader))).doubts
            if doubt.field in ("title", "notes")
        ]
        for leader in ("rules", "model")
    }
    assert reasons == {"rules": ["rules alone"] * 2, "model": ["rules alone, not given"] * 2}


SIDES = st.dictionaries(
    st.sampled_from("abcd"), st.sampled_from([TextLink("x"), TextLink("y"), TextLink("x", ((1, 2),))])
)


@given(SIDES, SIDES, st.booleans())
def test_every_text_on_which_readers_differ_is_doubtful(ours, theirs, leads):
    """Where both were asked: each field that one alone names, or both differently, and no other."""
    joined, doubts = _texts(ours, theirs, model_leads=leads, whole=True, wrong=0.5)
    alike = {name for name in ours.keys() & theirs.keys() if ours[name].value == theirs[name].value}
    assert sorted(doubt.field for doubt in doubts) == sorted((ours.keys() | theirs.keys()) - alike)
    for doubt in doubts:
        given = joined.get(doubt.field)
        assert given is None or doubt.said[0][1] is given
        assert ("not given" in doubt.reason) == (given is None)


def test_figures_on_which_readers_differ_are_doubtful(communique, rules):
    """Each that one alone gives, or both differently; none where all agree."""
    text = TEXT.replace("仓中有粮", "年末常住人口21.03万人，城镇化率47.6%。粮食产量16万吨。仓中有粮")
    report = read(text)
    assert set(rules.link(report)[0].fields) == {"gdp", "residents", "urban_share", "grain_output"}
    agreeing = {"gdp": "86.4亿元", "residents": "21.03万人", "urban_share": "47.6%", "grain_output": "16万吨"}

    def doubted(**said: str) -> dict[str, str]:
        model = Extraction({name: by_model(report.of(figure).id) for name, figure in said.items()})
        doubts = extracted(report, rules, model, RunArbiter(communique)).doubts
        return {doubt.field: doubt.reason for doubt in doubts}

    assert doubted(**agreeing) == {}
    apart = doubted(**agreeing | {"grain_output": "19万吨"})
    assert apart == {"grain_output": "readers differ"}
    alone = doubted(**{name: figure for name, figure in agreeing.items() if name != "gdp"})
    assert list(alone) == ["gdp"]
    assert alone["gdp"].startswith("rules alone")


@pytest.mark.parametrize(("leader", "name"), [("rules", "青溪博物馆"), ("llm", "青溪县博物馆")])
def test_words_are_the_leaders_and_rows_the_models(leader, name):
    """What readers say in words is joined as metadata is, and a person looks where they differ; rules read no rows."""
    schema = load_schema(MUSEUM)
    report = read("年报\n\n青溪博物馆于2019年5月6日开馆，又名青溪县博物馆，全年免费开放。\n", schema)
    place = (4, 9)
    said = Extraction(
        words={
            "name": Words("青溪县博物馆", (place,), 0.8, "llm"),
            "free": Words("是", (place,), 0.8, "llm"),
            "grade": Words("三级", (place,), 0.8, "llm"),
        },
        rows={"shows": [{"title": Words("展", (place,), 0.8, "llm")}]},
        whole=True,
    )
    decision = Decision({}, texts_by="model" if leader == "llm" else "rules")
    found = extracted(report, RulesExtractor(load_rulebook(None, schema)), said, Deciding(decision))
    assert found.words["name"].value == name
    assert found.words["free"].by == "rules+llm"
    assert (found.words["free"].confidence, found.words["grade"].by) == (0.9, "llm")
    assert found.rows == said.rows
    doubted = {doubt.field for doubt in found.doubts}
    assert doubted == {"name", "opened_on", "grade"}
