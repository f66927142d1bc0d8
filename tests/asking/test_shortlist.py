"""Shortlists: the field that a figure's words name comes first, and what cannot be is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.passages import Shortlist, bigrams, unit_fit
from short_reports import read


def ranked(text: str, figure: str, schema) -> list[str]:
    """The ids of a figure's fields, best first."""
    report = read(text)
    return [spec.id for _, spec in Shortlist(schema).rank(report.document, report.of(figure))]


@pytest.mark.parametrize(
    ("text", "figure", "first"),
    [
        ("全年地区生产总值86.4亿元。", "86.4亿元", "gdp"),
        ("年末常住人口21.03万人。", "21.03万人", "residents"),
        ("粮食总产量19万吨，其中玉米12万吨。", "19万吨", "grain_output"),
        ("常住人口城镇化率47.6%。", "47.6%", "urban_share"),
    ],
)
def test_the_named_field_comes_first(communique, text, figure, first):
    """The words next to a figure decide."""
    assert ranked(text, figure, communique)[0] == first


def test_scores_fall(communique):
    """Best first, every score above nothing."""
    report = read("年末常住人口21.03万人，粮食总产量19万吨。")
    for candidate in report.candidates.of_kind("number"):
        scores = [score for score, _ in Shortlist(communique).rank(report.document, candidate)]
        assert scores == sorted(scores, reverse=True)
        assert all(score > 0 for score in scores)


def test_shares_and_counts_are_kept_apart(communique):
    """A percentage answers no count, a count no share, and percentage points answer nothing."""
    text = "常住人口城镇化率47.6%，提高0.9个百分点，常住人口21万人。"
    assert not {"residents", "gdp"} & set(ranked(text, "47.6%", communique))
    assert "urban_share" not in ranked(text, "21万人", communique)
    assert ranked(text, "0.9个百分点", communique) == []


def test_nothing_shared(communique):
    """A figure among words of no field has no shortlist."""
    assert ranked("采购灯笼三百盏。", "三百盏", communique) == []


def test_a_none_answers_no_share(flagship):
    """A phrase that says none is a count of zero, never a rate."""
    report = read("全年未发生行政诉讼案件。")
    none = report.candidates.of_kind("none")[0]
    assert all(unit_fit(spec, none) == (0.0 if spec.is_rate else 1.0) for spec in flagship.figures)
    assert not [spec for _, spec in Shortlist(flagship).rank(report.document, none) if spec.is_rate]


@given(st.text(alphabet="法治政府，。 12（）\n", max_size=30))
def test_bigrams_never_cross_punctuation(text):
    """Each one is two characters that stand side by side in a run of words."""
    assert all(len(one) == 2 and one in text and not set(one) & set("，。 （）\n") for one in bigrams(text))
