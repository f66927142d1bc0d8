"""Passages and shortlists: what is asked together, what not at all, and the fields that a figure may answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.passages import (
    DocumentBigrams,
    PassageCutter,
    Shortlist,
    bigrams,
    may_answer,
    surroundings,
    unit_fit,
)
from baogao.extraction import Settled
from baogao.schema import load_schema
from short_reports import COMMUNIQUE, MUSEUM, Read, read

TEXT = """云岭县公报

一、综合
全年地区生产总值86.4亿元，按不变价格计算增长5.8%。各项工作平稳推进。

二、人口
（一）常住人口
年末常住人口21.03万人。城镇化率47.6%。
"""


def test_sections_are_not_mixed(communique):
    """A passage is from one section, whose title stands above it, and holds whole sentences with figures only."""
    first, second = PassageCutter(Shortlist(communique)).cut(read(TEXT))
    assert (first.title, second.title) == ("综合", "常住人口")
    assert "平稳推进" not in first.text
    assert second.text == "年末常住人口21.03万人。城镇化率47.6%。"


def test_spans_are_the_sentences(communique):
    """A passage knows where its words stand, and its candidates stand there."""
    report = read(TEXT)
    for passage in PassageCutter(Shortlist(communique)).cut(report):
        assert "".join("".join(report.document.slice(span)) for span in passage.spans).replace("\n", "") == passage.text
        for candidate in passage.candidates:
            assert any(start <= candidate.start and candidate.end <= end for start, end in passage.spans)


def test_fields_in_the_order_of_the_schema(communique):
    """A form looks the same whatever the order of the figures."""
    order = [spec.id for spec in communique.figures]
    for passage in PassageCutter(Shortlist(communique)).cut(read(TEXT)):
        places = [order.index(spec.id) for spec in passage.fields]
        assert places == sorted(set(places))


@pytest.mark.parametrize("length", [20, 60, 200])
def test_length(communique, length):
    """No passage is longer than allowed, unless one sentence is; no sentence is lost or asked twice."""
    sentences = [f"第{number}季度末全县常住人口{number}1万人。" for number in range(1, 9)]
    report = read("一、人口\n" + "".join(sentences))
    passages = PassageCutter(Shortlist(communique), length=length).cut(report)
    assert all(len(passage.text) <= length or len(passage.spans) == 1 for passage in passages)
    assert "".join(passage.text for passage in passages) == "".join(sentences)


def test_most_fields(flagship):
    """A form does not grow past what a small model fills."""
    text = "收到行政复议申请12件，受理10件，审结9件，维持6件。组织评查执法案卷135卷，发现问题27个。开展普法宣传40场。"
    whole = PassageCutter(Shortlist(flagship), most_fields=30).cut(read(text))
    short = PassageCutter(Shortlist(flagship), most_fields=6, per_candidate=1).cut(read(text))
    assert max(len(passage.fields) for passage in short) <= max(len(passage.fields) for passage in whole)
    assert len(short) >= len(whole)


def test_other_periods_are_not_asked_about(communique):
    """Last year's figure brings no question of its own."""
    report = read("上年地区生产总值为80.1亿元。")
    assert not may_answer(report.of("80.1亿元"), communique.by_id["gdp"])
    assert PassageCutter(Shortlist(communique)).cut(report) == []


@pytest.mark.parametrize(
    ("asked", "answering"),
    [
        ({}, ["86亿元"]),
        ({"period": "last"}, ["80亿元"]),
        ({"period": "next"}, ["90亿元"]),
        ({"period": "any"}, ["80亿元", "86亿元", "7.5%", "90亿元"]),
        ({"allow": frozenset({"growth"})}, ["86亿元", "7.5%"]),
        ({"allow": frozenset({"prior_year"})}, ["80亿元", "86亿元"]),
        ({"period": "cumulative"}, []),
    ],
)
def test_a_field_says_whose_figures_answer_it(communique, asked, answering):
    """Its period and what it allows decide, not the engine."""
    spec = replace(communique.by_id["gdp"], **asked)
    report = read("2023年公报\n\n去年地区生产总值80亿元，今年86亿元，增长7.5%。明年力争达到90亿元。")
    assert [c.text for c in report.candidates if c.kind != "item" and may_answer(c, spec)] == answering


@pytest.mark.parametrize("kind", ["range", "rank", "ratio"])
def test_a_figure_is_printed_in_the_forms_that_its_field_takes(communique, kind):
    """A place in an order is no number, unless a field takes places."""
    spec = communique.by_id["gdp"]
    candidate = read("全年地区生产总值86亿元。").of("86亿元")._replace(kind=kind)
    assert not may_answer(candidate, spec)
    assert may_answer(candidate, replace(spec, takes=frozenset({kind})))


def test_of_few_figures_all_are_asked_about():
    """A schema of one figure whose words the report does not use is asked about wherever a number stands."""
    schema = load_schema(MUSEUM)
    (passage,) = PassageCutter(Shortlist(schema)).cut(read("全年共计3.2万人次。", schema))
    assert {spec.id for spec in passage.fields} == {"visitors", "visitor_growth"}


def test_settled_passages_are_closed(communique):
    """A passage is open while one of its figures may answer a field that is not settled."""
    cutter = PassageCutter(Shortlist(communique))
    report = read(TEXT)
    passage = cutter.cut(report)[0]
    figures = frozenset(candidate.id for candidate in passage.candidates)
    fields = frozenset(spec.id for spec in communique.figures)
    assert cutter.is_open(passage, Settled())
    assert not cutter.is_open(passage, Settled(fields, frozenset()))
    assert not cutter.is_open(passage, Settled(frozenset(), figures))
    assert cutter.is_open(passage, Settled(fields - {"gdp"}, figures - {report.of("86.4亿元").id}))


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


def test_near_words_weigh_most(communique):
    """The noun next to a figure before the rest of its sentence, that before the section's title."""
    report = read("一、统计\n城乡发展平稳，各地各方面共同努力之下常住人口21.03万人。")
    found = surroundings(DocumentBigrams(report.document), report.of("21.03万人"))
    assert found["常住"] > found["城乡"] > found["统计"]
    assert "，各" not in found


def test_the_next_clause_does_not_speak_of_a_figure():
    """What stands behind a comma names the next one."""
    report = read("常住人口21.03万人中，城镇占比不低。")
    found = surroundings(DocumentBigrams(report.document), report.of("21.03万人"))
    assert "人中" in found
    assert "城镇" not in found


def test_a_none_names_its_own_field(communique):
    """Of what stands before it only the nearest words count, and less; titles do not."""
    report = read("一、综合统计\n全年各方面情况良好，运行平稳有序，未发生行政诉讼案件。")
    (none,) = report.candidates.of_kind("none")
    found = surroundings(DocumentBigrams(report.document), none)
    assert found["诉讼"] > found["有序"]
    assert "综合" not in found


def test_the_heads_of_a_cell_are_near_words(communique):
    """A cell's words are its row's and its column's heads."""
    report = read("公报\n项目\t2022年\t2021年\n常住人口\t21人\t20人\n城镇人口\t11人\t10人\n")
    cell = report.of("21人")
    assert cell.label
    assert surroundings(DocumentBigrams(report.document), cell)["常住"] == max(
        surroundings(DocumentBigrams(report.document), cell).values()
    )
    assert Shortlist(communique).rank(report.document, cell)[0][1].id == "residents"


@pytest.mark.parametrize(
    ("unit", "figure", "fit"),
    [
        ("人", "9人", 1.0),
        ("人", "9名", 1.0),
        ("人", "9件", 0.5),
        ("吨", "9件", 1.0),
        ("%", "9件", 0.0),
        ("人", "9%", 0.0),
        ("%", "9%", 1.0),
    ],
)
def test_measure_words_of_another_family_fit_less(communique, unit, figure, fit):
    """People, events and things are told apart, but not strictly; rates and counts strictly."""
    spec = next(spec for spec in communique.figures if spec.unit == unit)
    assert unit_fit(spec, read(f"城乡{figure}。").of(figure)) == fit


SCHEMA = load_schema(COMMUNIQUE)
TEXTS = st.lists(
    st.sampled_from(
        [
            "一、综合\n",
            "（一）人口\n",
            "常住人口",
            "地区生产总值",
            "城镇化率",
            "86亿元",
            "21万人",
            "47.6%",
            "上年",
            "，",
            "。",
            "。\n",
        ]
    ),
    max_size=24,
).map("".join)


@given(TEXTS)
def test_known_bigrams_are_those_of_all_that_are_known(text):
    """Looking bigrams up once, and only those that fields have, changes nothing about them but their number."""
    report = read(text)
    known = {bigram for spec in SCHEMA.figures for words in (spec.label, *spec.terms) for bigram in bigrams(words)}
    every, some = DocumentBigrams(report.document), DocumentBigrams(report.document, known)
    for candidate in report.candidates:
        around = surroundings(every, candidate)
        kept = {bigram: weight for bigram, weight in around.items() if bigram in known}
        assert list(surroundings(some, candidate).items()) == list(kept.items())


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_bigrams_of_a_stretch(text, start, length):
    """They are those of its characters alone."""
    document = read(text).document
    assert DocumentBigrams(document).within(start, start + length) == bigrams(document.text[start : start + length])


def cut(report: Read, length: int, most_fields: int):
    """Its passages."""
    return PassageCutter(Shortlist(SCHEMA), length=length, most_fields=most_fields).cut(report)


@given(TEXTS, st.integers(10, 200), st.integers(1, 8))
def test_no_figure_is_asked_about_twice_and_none_is_forgotten(text, length, most_fields):
    """Every candidate that brings a field is in one passage, and each field that it brings is on that form."""
    report = read(text)
    cutter = PassageCutter(Shortlist(SCHEMA), length=length, most_fields=most_fields)
    passages = cutter.cut(report)
    shown = [candidate.id for passage in passages for candidate in passage.candidates]
    assert shown == sorted(set(shown))
    for candidate in report.candidates:
        fits = {spec.id: score for score, spec in cutter.shortlist.rank(report.document, candidate)}
        inside = report.document.sentence_at(candidate.start) and candidate.kind != "item"
        if inside and cutter.brought(candidate, fits):
            (passage,) = [one for one in passages if candidate in one.candidates]
            assert set(cutter.brought(candidate, fits)) <= {spec.id for spec in passage.fields}
            assert dict(passage.fits[candidate.id]) == fits


@given(TEXTS, st.integers(10, 200), st.integers(1, 8))
def test_passages_keep_their_bounds(text, length, most_fields):
    """Of length and of fields, unless one sentence alone is past them; one section; sentences in order."""
    report = read(text)
    for passage in cut(report, length, most_fields):
        sentences = [one for one in report.document.sentences if one.span in passage.spans]
        held = [one for one in sentences if any(one.span[0] <= c.start < one.span[1] for c in passage.candidates)]
        assert len(held) == 1 or sum(one.span[1] - one.span[0] for one in held) <= length
        assert len(held) == 1 or len(passage.fields) <= most_fields
        assert list(passage.spans) == sorted(passage.spans)
        assert "\n" not in passage.text


def test_a_heading_above_a_figure_is_shown(communique):
    """A short line without figures says what the figures below are of; a longer one is a sentence, and stays out."""
    heading, sentence = "● 常住人口\n", "各方面的情况总的来说都很好，大家对此也都很满意和放心。\n"
    (with_heading,) = PassageCutter(Shortlist(communique)).cut(read(f"{heading}年末共21.03万人。"))
    (without,) = PassageCutter(Shortlist(communique)).cut(read(f"{sentence}年末常住人口21.03万人。"))
    assert with_heading.text.startswith("●常住人口")
    assert without.text == "年末常住人口21.03万人。"


def test_a_row_of_a_table_keeps_its_gaps(communique):
    """Its cells would run together; a line break inside a sentence is left out."""
    (passage,) = PassageCutter(Shortlist(communique)).cut(read("公报\n项目\t2022年\t2021年\n常住人口\t21人\t20人\n"))
    assert "常住人口 21人 20人" in passage.text
    (broken,) = PassageCutter(Shortlist(communique)).cut(read("年末常住\n人口21.03万人。"))
    assert broken.text == "年末常住人口21.03万人。"
