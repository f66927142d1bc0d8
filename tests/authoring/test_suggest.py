"""Patterns proposed from gold, and what they are worth on reports in which they were not looked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authoring.gold import SCHEMA, write_gold
from baogao.authoring.patterns import Seen, grams
from baogao.authoring.suggest import Suggester
from baogao.candidates.candidate import Candidate
from baogao.evaluation.datasets import load_dataset
from baogao.rules.context import Context
from baogao.rules.rules_file import PatternCompiler
from baogao.schema import load_schema

REPORTS = [
    "全县新凿水井【dug:12口】，封填旧井【closed:3口】，修缮老井40口。\n",
    "今年新凿水井【dug:15口】，另外封填旧井【closed:4口】，普查老井50口。\n",
    "各乡共新凿水井【dug:18口】，封填旧井【closed:6口】，看护老井60口。\n",
    "全年新凿水井【dug:21口】，并封填旧井【closed:8口】，巡查老井70口。\n",
]


@pytest.fixture
def suggest(tmp_path):
    """The patterns for the field dug, of a schema with some rules and some marked reports."""

    def call(reports, rules="", field="dug"):
        path = tmp_path / "wells.py"
        path.write_text(SCHEMA, encoding="utf-8")
        if rules:
            path.with_name("wells.rules.yaml").write_text(rules, encoding="utf-8")
        schema = load_schema(path)
        dataset = load_dataset(write_gold(tmp_path / "gold", reports), schema)
        return Suggester(dataset, schema).suggest(schema.by_id[field])

    return call


def test_words_that_every_report_has(suggest):
    """They tell the figure from all others, on the report that is left out, too; the unit is the one of gold."""
    found = suggest(REPORTS)
    (only,) = found.suggestions
    assert (found.baseline.f1, only.seen.f1, only.unseen.f1, only.reports) == (0, 1, 1, 4)
    assert (only.kept, found.together.f1, found.units) == (True, 1, ("口",))
    assert only.shape.match == "新凿水井~№"


def test_words_of_two_reports_gain_nothing_unseen(suggest):
    """Where each report that has them is left out they are found in one alone: seen they help, unseen they do not."""
    reports = [
        "全县打出深井【dug:12口】。\n",
        "今年打出深井【dug:15口】。\n",
        "甲处【dug:18口】。\n",
        "乙厢【dug:21口】。\n",
    ]
    (only,) = suggest(reports).suggestions
    assert only.reports == 2
    assert only.seen.f1 > only.unseen.f1 == 0
    assert not only.kept


def test_rules_that_find_everything_want_no_more(suggest):
    """Nothing is proposed for figures that the rules answer already; their F1 is told."""
    found = suggest(REPORTS, "fields:\n  dug: {units: [口], topic: any, match: ['新凿水井~№']}\n")
    assert (found.baseline.f1, found.suggestions) == (1, ())


def test_topics_of_the_rules_are_used(suggest):
    """Words that stand near other figures, too, are asked for under the topic that tells them apart."""
    reports = [
        f"{odd}旧井方面，共计完成{n + 30}口。新井方面，共计完成【dug:{n}口】。\n"
        for n, odd in ((12, "甲"), (13, "乙"), (14, "丙"))
    ]
    rules = "topics: {fresh: [新井], old: [旧井]}\nfields:\n  closed: {units: [口], topic: any, match: [封填~№]}\n"
    (only,) = suggest(reports, rules).kept
    assert (only.shape.topic, only.unseen.f1) == ("fresh", 1)


def test_a_pattern_that_takes_from_others(suggest):
    """Right answers of another field that are lost count against it."""
    reports = ["本县凿井【dug:12口】。\n", "该乡凿井【dug:13口】。\n", "此村凿井【dug:14口】。\n"]
    reports += [f"{place}凿井【closed:{n}口】。\n" for n, place in enumerate(("东", "西", "南", "北"), 20)]
    found = suggest(reports, "fields:\n  closed: {units: [口], topic: any, match: [{match: '凿井~№', score: 0.7}]}\n")
    assert all(one.lost >= one.unseen.correct for one in found.suggestions if "凿" in one.shape.words)
    assert not [one for one in found.kept if one.lost]


@settings(max_examples=60, deadline=None)
@given(
    before=st.text(alphabet="凿井水口，；。#（A.", max_size=30),
    behind=st.text(alphabet="凿井水口，；。#）A.", max_size=20),
)
def test_a_pattern_finds_what_it_was_found_in(tmp_path_factory, before, behind):
    """Whatever stands around a figure, every pattern that is drawn from it matches there, as a rules file reads it."""
    text = f"{before}№{behind}"
    candidate = Candidate(1, "number", 0, 3, "12口", None, unit="口")
    seen = Seen("a", True, True, Context(candidate, text, (0, len(text)), {"any": 0.8, "faint": 0.5}))
    compiler = PatternCompiler(tmp_path_factory.getbasetemp() / "x.yaml", "", {})
    assert {shape.topic for shape in seen.shapes} <= {"any"}
    for shape in seen.shapes:
        assert compiler.regex(shape.match, ["fields", "x"]).search(text), shape
    assert all(gram in before for gram in seen.leads)


def test_grams_stay_within_runs():
    """No punctuation and no other figure is in one."""
    assert list(grams("凿井，#口水井", (2,))) == ["凿井", "口水", "水井"]
