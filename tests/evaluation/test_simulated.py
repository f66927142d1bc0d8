"""Simulated readers: one that knows the gold is right, and each noise does what it says, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baogao.asking.passages import Shortlist
from baogao.document import read_document
from baogao.evaluation.compiling import build_dataset
from baogao.evaluation.gold import Gold
from baogao.evaluation.judging import judge
from baogao.evaluation.runs import load_datasets
from baogao.evaluation.simulated import NOISES, Noisy, WorseRules, right_links
from baogao.extraction import Link, ReportText
from baogao.reading import read_answer
from baogao.rules.extractor import RulesExtractor
from baogao.rules.matching import Scored
from baogao.rules.rulebook import load_rulebook
from baogao.schema import Schema, load_schema

DEV = Path(__file__).parents[2] / "eval" / "datasets" / "fictional" / "dev"


@dataclass(frozen=True)
class World:
    """A report with gold, and what its readers say."""

    schema: Schema
    report: ReportText
    gold: Gold
    right: dict[str, Link]
    rules: dict[str, Link]
    ranked: dict[str, list[Scored]]
    fits: dict[int, dict[str, float]]

    @property
    def place(self) -> dict[int, int]:
        """Figures by their order."""
        return {one.id: number for number, one in enumerate(self.report.candidates.of_kind("number"))}

    def verdict(self, name: str, link: Link) -> str:
        """The scorer's."""
        return judge(self.gold.field(name), read_answer(self.report, link, self.schema.by_id[name]))[0]


def made() -> World:
    """The first report of ``fictional/dev``."""
    schema = load_schema()
    item = next(item for dataset in load_datasets([DEV], schema) for item in dataset.items)
    report = ReportText.from_document(read_document(item.text_path, item.gold.doc_id))
    by_rules, ranked = RulesExtractor(load_rulebook(None, schema)).link(report)
    shortlist = Shortlist(schema)
    numbers = report.candidates.of_kind("number")
    ranks = {one.id: shortlist.rank(report.document, one) for one in numbers}
    fits = {one: {spec.id: score for score, spec in found} for one, found in ranks.items()}
    right = right_links(report, item.gold, schema)
    return World(schema, report, item.gold, right, dict(by_rules.fields), dict(ranked), fits)


WORLD = made()


@pytest.fixture
def world() -> World:
    """One is enough."""
    return WORLD


def test_who_knows_the_gold_is_right(world):
    """Every link is correct by the scorer, in the schema's order, and hardly a stated field is left out."""
    stated = [spec.id for spec in world.schema.figures if world.gold.field(spec.id).stated]
    assert len(world.right) >= 0.95 * len(stated) > 10
    assert list(world.right) == [name for name in stated if name in world.right]
    assert {world.verdict(name, link) for name, link in world.right.items()} == {"correct"}


def test_right_links_of_sums_phrases_and_silence(tmp_path, small):
    """A sum has all its parts, a phrase that says none is a candidate; what the gold is silent on has no link."""
    marked = tmp_path / "one.marked.txt"
    marked.write_text(
        "---\nmetadata: {title: 某市公交年报, issuer: null}\n---\n某市公交年报\n年末公交车辆{134辆|buses=134}。"
        "春季演练{2场|drills+=2}，秋季演练{3场|drills+=3}；{未发生责任事故|accidents=none}。\n",
        encoding="utf-8",
    )
    assert build_dataset([marked], tmp_path / "set", small) == []
    (item,) = load_datasets([tmp_path / "set"], small)[0].items
    report = ReportText.from_document(read_document(item.text_path, "one"))
    found = {
        name: [report.candidates[one].text for one in link.candidates]
        for name, link in right_links(report, item.gold, small).items()
    }
    assert found["drills"] == ["2场", "3场"]
    assert found["buses"] == ["134辆"]
    assert report.candidates[right_links(report, item.gold, small)["accidents"].candidates[0]].kind == "none"
    assert set(found) == {"buses", "drills", "accidents"}


@pytest.mark.parametrize("noise", NOISES)
def test_no_noise_is_the_truth(world, noise):
    """Of a share of 0 nothing is changed, whatever the noise."""
    assert Noisy(noise, 0.0).say(world.report, world.right, world.fits, world.schema, Random(1)) == world.right


@given(st.sampled_from(NOISES), st.floats(0, 1), st.integers(0, 10**6))
@settings(max_examples=60)
def test_the_same_seed_says_the_same(noise, share, seed):
    """Every reader is made again from its seed; its links can be read."""
    model, worse = Noisy(noise, share), WorseRules(share, share)
    said, ruled = (
        [
            model.say(WORLD.report, WORLD.right, WORLD.fits, WORLD.schema, Random(seed)),
            worse.say(WORLD.report, WORLD.rules, WORLD.ranked, WORLD.fits, Random(seed)),
        ]
        for _ in range(2)
    )
    assert said == ruled
    for links in said:
        for name, link in links.items():
            assert read_answer(WORLD.report, link, WORLD.schema.by_id[name]).status != "not_reported"


@given(st.floats(0, 1), st.integers(0, 10**6))
@settings(max_examples=60)
def test_what_is_dropped_is_silence(share, seed):
    """Nothing is put in its place; with a share of 1 nothing is left."""
    said = Noisy("dropped", share).say(WORLD.report, WORLD.right, WORLD.fits, WORLD.schema, Random(seed))
    assert said.items() <= WORLD.right.items()
    assert Noisy("dropped", 1.0).say(WORLD.report, WORLD.right, WORLD.fits, WORLD.schema, Random(seed)) == {}


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_a_neighbour_is_another_figure_near_by(seed):
    """At most two figures away, for the same field; a phrase has no neighbour and is left out."""
    said = Noisy("neighbour", 1.0).say(WORLD.report, WORLD.right, WORLD.fits, WORLD.schema, Random(seed))
    place = WORLD.place
    figures = {name for name, link in WORLD.right.items() if link.candidates[0] in place}
    assert set(said) == figures
    for name, link in said.items():
        away = abs(place[link.candidates[0]] - place[WORLD.right[name].candidates[0]])
        assert 1 <= away <= 2


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_what_goes_to_another_field_keeps_its_figure(seed):
    """Every figure is one of the right ones, and mostly under the name of another field."""
    said = Noisy("other_field", 1.0).say(WORLD.report, WORLD.right, WORLD.fits, WORLD.schema, Random(seed))
    figures = {link.candidates[0] for link in WORLD.right.values()}
    assert {link.candidates[0] for link in said.values()} <= figures
    assert 0 < len(said) <= len(WORLD.right)
    astray = [name for name, link in said.items() if WORLD.right.get(name) != link]
    assert len(astray) >= 0.8 * len(said)


@given(st.floats(0, 1), st.integers(0, 10**6))
@settings(max_examples=40)
def test_what_is_said_too_much_takes_nothing_away(share, seed):
    """All that is right stands, and there is more beside it: at most one for each answer."""
    said = Noisy("spurious", share).say(WORLD.report, WORLD.right, WORLD.fits, WORLD.schema, Random(seed))
    assert WORLD.right.items() <= said.items()
    assert len(said) <= 2 * len(WORLD.right)


def test_mixed_noise_is_some_of_each(world):
    """Over many draws answers are left out, changed, and given to fields that the gold is silent on."""
    dropped = changed = astray = 0
    for seed in range(40):
        said = Noisy("mixed", 0.5).say(world.report, world.right, world.fits, world.schema, Random(seed))
        dropped += len(world.right.keys() - said.keys())
        changed += sum(name in said and said[name] != link for name, link in world.right.items())
        astray += len(said.keys() - world.right.keys())
    assert min(dropped, changed, astray) > 40


def test_a_small_model_takes_what_looks_best(world):
    """Half of its failures are silence; the others, and fields that are not stated, get the figure that fits best."""
    said = Noisy("small", 1.0).say(world.report, world.right, world.fits, world.schema, Random(1))
    wrong = {name: link.candidates[0] for name, link in said.items() if name in world.right}
    assert 0.2 < len(wrong) / len(world.right) < 0.7
    for name, one in wrong.items():
        others = [fits[name] for other, fits in world.fits.items() if name in fits]
        assert one not in world.right[name].candidates
        assert world.fits[one][name] >= sorted(others)[-2] - 1e-9 or len(others) == 1
    assert said.keys() - world.right.keys()


def test_a_lookalike_stands_among_the_fields_words(world):
    """It is another figure, one of those that fit the field best; fields that are not stated get one, too."""
    said = Noisy("lookalike", 1.0).say(world.report, world.right, world.fits, world.schema, Random(1))
    assert said.keys() - world.right.keys()
    for name, link in said.items():
        assert name in world.fits[link.candidates[0]]
        assert name not in world.right or link.candidates != world.right[name].candidates


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_the_share_is_kept(world, share):
    """So many answers are left out of many."""
    kept = sum(
        len(Noisy("dropped", share).say(world.report, world.right, world.fits, world.schema, Random(seed)))
        for seed in range(60)
    )
    assert kept / (60 * len(world.right)) == pytest.approx(1 - share, abs=0.04)


def test_rules_that_are_no_worse(world):
    """Say what they say."""
    assert WorseRules().say(world.report, world.rules, world.ranked, world.fits, Random(1)) == world.rules


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_what_rules_lose_is_silence_or_another_figure(seed):
    """None of their answers stands where all are lost; some are silence, and none is new."""
    said = WorseRules(lost=1.0).say(WORLD.report, WORLD.rules, WORLD.ranked, WORLD.fits, Random(seed))
    assert set(said) <= set(WORLD.rules)
    assert len(said) < len(WORLD.rules)
    assert all(said[name].candidates != WORLD.rules[name].candidates for name in said)


@given(st.floats(0, 0.5), st.integers(0, 10**6))
@settings(max_examples=40)
def test_what_rules_say_too_much_is_free(added, seed):
    """As many answers more as was said, as far as there are figures that none of their answers has."""
    said = WorseRules(added=added).say(WORLD.report, WORLD.rules, WORLD.ranked, WORLD.fits, Random(seed))
    assert WORLD.rules.items() <= said.items()
    more = {name: link for name, link in said.items() if name not in WORLD.rules}
    assert len(more) <= round(added * len(WORLD.rules))
    taken = {one for link in WORLD.rules.values() for one in link.candidates}
    assert not taken & {one for link in more.values() for one in link.candidates}
    assert all(name == next(iter(WORLD.fits[link.candidates[0]])) for name, link in more.items())
