"""Matching: what raises and lowers a score, what excludes a figure, and that the ranking is the same each time."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.rules.context import build_contexts
from baogao.rules.matching import THRESHOLD, Scored, rank_candidates
from baogao.rules.rulebook import Rulebook, load_rulebook
from baogao.rules.topics import TopicWords
from baogao.schema.load import load_schema
from short_reports import COMMUNIQUE, read

RULES = """\
units: {weight: [吨], count: [件]}
topics: {grain: [粮食], road: [公路], trade: [贸易]}
common_excludes:
  average: {match: 平均|每户}
  plan: {match: 计划, inherited: 规划, unless: 实际}
fields:
  grain_output:
    units: [weight]
    topic: grain
    match: ['粮食产量~№', {match: '收购~№', score: 0.8}]
    exclude: 玉米
    exclude_passage: 小麦
    none: ['产量', {match: '粮食', score: 0.7}]
  gdp:
    units: [weight, count]
    topic: [road, any]
    match: [{match: '养护~№', not_topic: trade}, {match: '里程~№', role: total}]
    allow: [average, prior_year]
    exclude_passage: 小麦
  residents:
    units: [count]
    topic: grain
    match: [{match: '库存…№', share: true}, {match: '库存量№', score: 0.95}]
"""


@cache
def flagship_rules() -> Rulebook:
    """The rules that come along."""
    return load_rulebook(None, load_schema())


@pytest.fixture(scope="module")
def small(tmp_path_factory, communique) -> Rulebook:
    """Rules of two lines a field."""
    path = tmp_path_factory.mktemp("rules") / "communique.rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return load_rulebook(path, communique)


def ranked(text: str, rulebook: Rulebook) -> dict[str, list[Scored]]:
    """Every field's candidates in a text."""
    report = read(text)
    contexts = build_contexts(report.document, report.candidates, TopicWords(rulebook.topics), rulebook.measures)
    return rank_candidates(contexts, rulebook)


def texts(text: str, rulebook: Rulebook, field: str = "grain_output") -> list[str]:
    """A field's candidates, the best first, as they are printed."""
    return [one.candidate.text for one in ranked(text, rulebook).get(field, [])]


def score(text: str, rulebook: Rulebook, field: str = "grain_output") -> float:
    """The best score of a field."""
    return ranked(text, rulebook)[field][0].score


NAMES = ["收到行政复议申请", "受理", "审结", "评查案卷", "没有收到", "未发生行政诉讼案件"]
MODIFIERS = ["其中", "全省", "上年", "分别为", "力争", "各", "累计"]
FIGURES = ["37件", "12件", "8卷", "98%", "3"]
SENTENCES = st.lists(
    st.sampled_from([*NAMES, *MODIFIERS, *FIGURES, "，", "、", "。", "（", "）"]),
    max_size=18,
).map("".join)


@given(SENTENCES)
def test_scores_lie_between_the_threshold_and_1(text):
    """A field's candidates are all different, and stand in falling order of their scores."""
    for found in ranked(text, flagship_rules()).values():
        scores = [one.score for one in found]
        assert scores == sorted(scores, reverse=True)
        assert all(THRESHOLD <= one <= 1 for one in scores)
        assert len({one.candidate_id for one in found}) == len(found)


@given(SENTENCES)
def test_the_ranking_is_the_same_each_time(text):
    """Equal scores stand in reading order, whatever was ranked before."""
    first, second = ranked(text, flagship_rules()), ranked(text, flagship_rules())
    assert {name: [(one.candidate_id, one.score, one.shared) for one in found] for name, found in first.items()} == {
        name: [(one.candidate_id, one.score, one.shared) for one in found] for name, found in second.items()
    }
    for found in first.values():
        places = [(-one.score, one.candidate_id) for one in found]
        assert places == sorted(places)


@pytest.mark.parametrize(("text", "source"), [("粮食公路收购9吨", "收购~№"), ("公路粮食收购9吨", "收(购)~№")])
def test_patterns_that_score_alike(tmp_path, communique, text, source):
    """The one counts whose topic is named first, in whatever process."""
    path = tmp_path / "communique.rules.yaml"
    alike = "[{match: '收购~№', topic: grain}, {match: '收(购)~№', topic: road}]"
    rules = f"topics: {{grain: [粮食], road: [公路]}}\nfields:\n  gdp: {{units: [吨], topic: road, match: {alike}}}\n"
    path.write_text(rules, encoding="utf-8")
    (best,) = ranked(f"全年{text}。", load_rulebook(path, communique))["gdp"]
    assert best.pattern.source == source


@given(SENTENCES)
def test_a_candidate_answers_in_the_measure_of_its_field(text):
    """A percentage answers no count; a count may lack its word."""
    rulebook = flagship_rules()
    for name, found in ranked(text, rulebook).items():
        numbers = [one.candidate for one in found if one.candidate.kind == "number"]
        assert {candidate.unit for candidate in numbers} <= rulebook.fields[name].measures


def test_a_candidate_stands_once_with_its_best_pattern(small):
    """Two patterns that match give it one place, at the better score."""
    (both,) = ranked("粮食产量收购19吨。", small)["grain_output"]
    assert both.pattern.source.startswith("粮食产量")
    assert both.score > score("粮食丰收，收购19吨。", small)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("粮食产量19吨。", "粮食产量达到历史最高的19吨。"),
        ("粮食收购19吨。", "粮食丰收。收购19吨。"),
        ("粮食产量19吨。", "全县（粮食产量19吨）。"),
        ("粮食产量19吨。", "粮食产量累计19吨。"),
        ("粮食丰收，收购19吨。", "粮食丰收，公路7件，收购19吨。"),
    ],
    ids=["a long gap", "an inherited topic", "in brackets", "a running total", "a rival topic"],
)
def test_what_speaks_against_a_place_lowers_its_score(small, better, worse):
    """And does not silence it."""
    assert score(better, small) > score(worse, small) >= THRESHOLD


def test_a_count_without_its_word_counts_less(small):
    """养护9 may be a count, 养护9件 is one."""
    assert score("公路养护9件。", small, "gdp") > score("公路养护9。", small, "gdp")


def test_a_match_that_reaches_out_of_the_clause_counts_less(small):
    """库存 three clauses before may well be the name of something else."""
    assert score("粮食库存9件。", small, "residents") > score("粮食库存不少，主要在城里9件。", small, "residents")


def test_far_fetched_places_are_silent(small):
    """Below the threshold nothing is an answer."""
    assert texts("粮食丰收。公路7件。贸易6件。公路5件。贸易4件。公路3件。收购19吨。", small) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("粮食产量，玉米19吨。", id="own exclude"),
        pytest.param("粮食中小麦不少，粮食产量19吨。", id="exclude of the passage"),
        pytest.param("粮食产量平均19吨。", id="common exclude"),
        pytest.param("规划明确，粮食产量19吨。", id="inherited exclude"),
        pytest.param("粮食产量上年19吨。", id="cue"),
    ],
)
def test_excluded_figures_answer_nothing(small, text):
    """Whatever pattern they match."""
    assert texts(text, small) == []
    assert texts("粮食产量19吨。", small) == ["19吨"]


def test_what_a_field_allows_does_not_exclude(small):
    """A common exclude and a cue by their names."""
    assert texts("公路养护平均7件。", small, "gdp") == ["7件"]
    assert texts("公路养护上年7件。", small, "gdp") == ["7件"]


def test_an_inherited_exclude_is_broken(small):
    """By what the figure's own clause says."""
    assert texts("规划明确，实际粮食产量19吨。", small) == ["19吨"]


def test_a_near_topic_keeps_a_figure_for_another_field(small):
    """``not_topic`` near, the pattern is silent; far away it speaks."""
    assert texts("公路养护7件。", small, "gdp") == ["7件"]
    assert texts("贸易公路养护7件。", small, "gdp") == []


def test_a_total_needs_no_clean_passage(small):
    """``exclude_passage`` is no bar to a pattern that finds totals; the topic ``any`` is always near."""
    assert texts("小麦不少，里程7件。", small, "gdp") == ["7件"]
    assert texts("小麦不少，公路养护7件。", small, "gdp") == []


def test_what_may_be_shared(small):
    """A pattern that says so, and 各 right before the figure."""
    assert ranked("粮食库存7件。", small)["residents"][0].shared
    assert not ranked("公路养护7件。", small)["gdp"][0].shared
    assert ranked("公路养护各7件。", small)["gdp"][0].shared
    (both,) = ranked("粮食库存量7件。", small)["residents"]
    assert (both.pattern.source, both.shared) == ("库存量№", True)


def test_a_none_answers_by_the_noun_that_it_negates(small):
    """Or by what its clause named before, with less of a score; and it may always be shared."""
    own, beside = ranked("粮食未出现产量。", small), ranked("粮食产量未发生变化。", small)
    assert own["grain_output"][0].shared
    assert own["grain_output"][0].candidate.kind == "none"
    assert own["grain_output"][0].score > beside["grain_output"][0].score
    assert "grain_output" not in ranked("公路未发生事故。", small)


def test_a_bare_number_that_counts_the_next_word_is_left_out(small):
    """7 in 7公里 is no count of what the field counts."""
    assert texts("公路养护7公里。", small, "gdp") == []


def test_rules_of_another_schema():
    """The same engine ranks by whatever rules it is given."""
    found = ranked("全年粮食总产量19万吨，其中玉米12万吨。", load_rulebook(None, load_schema(COMMUNIQUE)))
    assert [one.candidate.text for one in found["grain_output"]] == ["19万吨"]


def test_a_topic_may_have_to_be_near(tmp_path, communique):
    """``least`` bars a figure before which another topic was mentioned."""
    path = tmp_path / "communique.rules.yaml"
    path.write_text(RULES.replace("{match: '库存…№', share: true}", "{match: '№', least: 0.86}"), encoding="utf-8")
    rulebook = load_rulebook(path, communique)
    assert texts("粮食丰收，共3件。", rulebook, "residents") == ["3件"]
    assert texts("粮食丰收，公路养护5件，共3件。", rulebook, "residents") == []
    assert texts("粮食丰收，公路养护5件，库存量3件。", rulebook, "residents") == ["3件"]
