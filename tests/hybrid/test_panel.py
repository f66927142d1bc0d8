"""The panel: what most models give, whom a tie is given to, and what one that fails costs."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.errors import BudgetError, EndpointError, ReplyError
from baogao.extraction import NOTHING_SETTLED, Extraction, Link, Settled, TextLink
from baogao.hybrid.case import Case
from baogao.hybrid.panel import CLEARLY, Panel, PanelExtraction, join, standing_of, with_side
from baogao.schema import load_schema
from baogao.usage import count, usage_scope
from short_reports import COMMUNIQUE, read

SCHEMA = load_schema(COMMUNIQUE)
REPORT = read(
    "青石县2022年统计公报\n\n一、综合\n全年地区生产总值30亿元，上年28亿元，前年25亿元。年末常住人口11.2万人。\n"
)
FIGURES = {words: REPORT.of(words).id for words in ("30亿元", "28亿元", "25亿元", "11.2万人")}


def says(*, whole: bool = True, **figures: str) -> Extraction:
    """What a model says: fields to the characters of figures."""
    return Extraction({name: Link((FIGURES[words],), 0.8, "llm") for name, words in figures.items()}, whole=whole)


def joined(standing: dict[str, float] | None = None, spared: dict | None = None, **said: Extraction) -> PanelExtraction:
    """The side that models make together."""
    return join(REPORT, SCHEMA, PanelExtraction(by_name=said, spared=spared or {}), standing or {})


def gdp(side: Extraction) -> tuple[str, str] | None:
    """The figure that answers one field, and who gives it."""
    link = side.fields.get("gdp")
    return (REPORT.candidates[link.candidates[0]].text, link.by) if link else None


A, B = says(gdp="30亿元"), says(gdp="28亿元")
SILENT = says()


def test_they_agree():
    """Everybody who gives the answer is named, in the order of their names on the command line."""
    assert gdp(joined({"b": 1.0}, a=A, b=A)) == ("30亿元", "llm:a+llm:b")


def test_most_decide():
    """Two are heard against one, however it stands."""
    assert gdp(joined({"a": 1.0}, a=A, b=B, c=B)) == ("28亿元", "llm:b+llm:c")


@pytest.mark.parametrize(("standing", "answer"), [({}, "30亿元"), ({"b": 0.6, "a": 0.5}, "28亿元")])
def test_between_as_many_the_better_one_decides(standing, answer):
    """The one that agrees more; where that is not known, the first."""
    assert gdp(joined(standing, a=A, b=B))[0] == answer


@pytest.mark.parametrize(
    ("standing", "given"),
    [({}, True), ({"a": 0.5, "b": 0.54}, True), ({"a": 0.5, "b": 0.56}, False), ({"a": 0.9, "b": 0.1}, True)],
)
def test_silence_has_a_voice(standing, given):
    """Between one that speaks and one that does not the answer stands, unless the silent one is clearly better."""
    assert (gdp(joined(standing, a=A, b=SILENT)) is not None) is given


@pytest.mark.parametrize(
    ("standing", "given"), [({}, False), ({"a": 0.54, "c": 0.5}, False), ({"a": 0.56, "c": 0.5}, True)]
)
def test_more_are_silent(standing, given):
    """What one of three equals says alone is not the side's, and stays its own; of one that is clearly better it is."""
    side = joined(standing, a=A, b=SILENT, c=SILENT)
    assert (gdp(side) is not None) is given
    assert gdp(side.by_name["a"]) == ("30亿元", "llm")


def test_who_was_not_asked_is_not_silent():
    """A model that was spared a field has no voice on it; one that is shown the whole report all the same has."""
    spared = {"b": frozenset({"gdp"}), "c": frozenset({"gdp"})}
    partly = replace(SILENT, whole=False)
    assert gdp(joined({}, spared, a=A, b=partly, c=partly)) == ("30亿元", "llm:a")
    assert gdp(joined({}, spared, a=A, b=SILENT, c=SILENT)) is None


def test_metadata_and_lists():
    """Metadata go by their words; lists entry by entry; a model that was not asked for them has no voice."""
    first = Extraction(lists={"notes": [4, 5]}, metadata={"title": TextLink("甲", ((0, 1),))}, whole=True)
    second = Extraction(lists={"notes": [5, 6]}, metadata={"title": TextLink("甲", ((9, 10),))}, whole=True)
    third = Extraction(lists={"notes": [5]}, metadata={"title": TextLink("乙")}, whole=True)
    side = joined(a=first, b=second, c=third)
    assert side.lists == {"notes": [5]}
    assert side.metadata == {"title": TextLink("甲", ((0, 1),))}
    assert side.whole
    apart = joined(a=replace(first, whole=False), b=Extraction())
    assert (apart.lists, apart.metadata, apart.whole) == (first.lists, first.metadata, False)


SAID = st.dictionaries(
    st.sampled_from([spec.id for spec in SCHEMA.figures]), st.sampled_from(sorted(FIGURES)), max_size=4
)


@given(st.lists(SAID, min_size=1, max_size=5), st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_the_side_says_what_somebody_says(models, standing):
    """An answer of the side is that of those it names, of no fewer than any other answer; alike when asked again."""
    said = {f"m{number}": says(**figures) for number, figures in enumerate(models)}
    heights = dict(zip(said, standing, strict=False))
    side = joined(heights, **said)
    for name, link in side.fields.items():
        by = [one.removeprefix("llm:") for one in link.by.split("+")]
        voices = Counter(one.fields[name].candidates for one in said.values() if name in one.fields)
        assert [
            model
            for model in said
            if said[model].fields.get(name, link).candidates == link.candidates and name in said[model].fields
        ] == by
        assert len(by) == max(voices.values())
        silent = [model for model, one in said.items() if name not in one.fields]
        ahead = max(heights[model] for model in by) - max((heights[model] for model in silent), default=0.0)
        assert len(by) >= len(silent) or ahead > CLEARLY
    assert joined(heights, **said) == side
    alone = joined(heights, m0=said["m0"])
    assert {name: link.candidates for name, link in alone.fields.items()} == {
        name: link.candidates for name, link in said["m0"].fields.items()
    }


class Said:
    """A model that says what was prepared, or fails."""

    name = "llm"
    schema = SCHEMA

    def __init__(self, outcome: Extraction | Exception) -> None:
        self.outcome = outcome
        self.settled: Settled | None = None

    async def extract(self, report, settled=NOTHING_SETTLED):
        """Say it."""
        self.settled = settled
        count(requests=1)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def questions(self, report):
        """One."""
        return ["?"]


def test_one_that_fails_is_left_out():
    """The others are heard, and a notice says why it was not; what it took counts for it."""
    panel = Panel({"a": Said(ReplyError("no JSON")), "b": Said(B)})
    with usage_scope() as usage:
        side = asyncio.run(panel.extract(REPORT))
    assert gdp(side) == ("28亿元", "llm:b")
    assert side.notices == ["a was not heard on this report: no JSON"]
    assert {name: counts.requests for name, counts in usage.readers.items()} == {"a": 1, "b": 1}
    assert panel.questions(REPORT) == ["?", "?"]


@pytest.mark.parametrize("error", [EndpointError("gone"), BudgetError("spent")])
def test_what_ends_more_than_an_answer(error):
    """A model that cannot be reached, and a budget that is spent, are no matter of one model."""
    with pytest.raises(type(error)):
        asyncio.run(Panel({"a": Said(A), "b": Said(error)}).extract(REPORT))


def test_all_fail():
    """The report fails with what the first one says."""
    with pytest.raises(ReplyError, match="first"):
        asyncio.run(Panel({"a": Said(ReplyError("first")), "b": Said(ReplyError("second"))}).extract(REPORT))


def case(rules: dict[str, str], settled: frozenset[str] = frozenset(), **said: Extraction) -> Case:
    """A case of sure rules and a panel."""
    links = {name: Link((FIGURES[words],), 0.9, "rules") for name, words in rules.items()}
    base = Case(REPORT, SCHEMA, {}, links, {}, settled, read={"rules": Extraction(links)})
    return with_side(base, joined(spared=dict.fromkeys(said, settled), **said))


def test_standing_is_agreement_with_others_and_sure_rules():
    """Of two, the one that gives what sure rules give stands higher; a case alone tells nothing."""
    one = case({"gdp": "30亿元", "residents": "11.2万人"}, a=B, b=says(gdp="30亿元", residents="11.2万人"))
    assert standing_of(["a", "b"], [one]) == {}
    standing = standing_of(["a", "b"], [one] * 20)
    assert standing == {"a": 0.0, "b": 0.5}


def test_standing_leaves_out_what_was_not_asked():
    """A model that was spared a field is not the worse for its silence."""
    apart = says(whole=False, residents="11.2万人")
    spared = case({"gdp": "30亿元", "residents": "11.2万人"}, frozenset({"gdp"}), a=apart, b=apart)
    assert standing_of(["a", "b"], [spared] * 20) == {"a": 1.0, "b": 1.0}


def test_a_sample_changes_the_side():
    """Cases are joined anew by what is known when all were heard, with their notices kept."""
    before = [case({"gdp": "28亿元", "residents": "11.2万人"}, a=A, b=B)] * 20
    before = [with_side(one, replace(one.read["model"], notices=["kept"])) for one in before]
    assert gdp(before[0].read["model"])[0] == "30亿元"
    panel = Panel({"a": Said(A), "b": Said(B)})
    after = panel.hear(before)
    assert gdp(after[0].read["model"])[0] == "28亿元"
    assert after[0].model == after[0].read["model"].fields
    assert after[0].models == {"a": A.fields, "b": B.fields}
    assert after[0].read["model"].notices == ["kept"]
    assert gdp(asyncio.run(panel.extract(REPORT)))[0] == "28亿元"
