"""Passages: what is asked together, and what is not asked at all."""

from __future__ import annotations

import pytest

from baogao.asking.passages import PassageCutter, Shortlist, askable
from baogao.extraction import Settled
from short_reports import read

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
    assert not askable(report.of("80.1亿元"))
    assert PassageCutter(Shortlist(communique)).cut(report) == []


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
