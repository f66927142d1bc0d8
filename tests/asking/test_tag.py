"""The tag way of asking, against a model that follows a script."""

from __future__ import annotations

import asyncio
import re
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.tag import (
    LENGTH,
    TagExtractor,
    numbered,
    passages,
    read_tags,
    report_title,
    tag_passage,
    tag_question,
    tag_reply,
)
from baogao.errors import ReplyError
from baogao.extraction import Extraction
from baogao.llm import load_prompts
from baogao.llm.messages import Reply, TokenLogprob
from baogao.schema.wording import Wording
from baogao.usage import usage_scope
from llm.fake_server import FakeServer, completion, fake_server
from short_reports import Read, client_of, read

TEXT = """海坨市2022年经济社会发展统计公报

一、综合
全年地区生产总值86.4亿元，比上年增长5.8%。

二、人口
年末常住人口21.03万人，城镇化率47.6%。
"""


def extract(server: FakeServer, report: Read, schema) -> Extraction:
    """Ask the server about one report."""

    async def ask() -> Extraction:
        async with client_of(server.url, logprobs=True) as client:
            return await TagExtractor(schema, client, load_prompts()).extract(report)

    return asyncio.run(ask())


def reply(text: str, logprobs: list[tuple[str, float]] | None = None, finish_reason: str = "stop") -> Reply:
    """A reply with these words."""
    tokens = None if logprobs is None else tuple(TokenLogprob(*one) for one in logprobs)
    return Reply(text, finish_reason, 10, 5, logprobs=tokens)


def test_a_prompt_is_the_pilots_to_the_byte():
    """The shipped adapter was trained on just these turns: another space, and it would be asked something else."""
    report = read(TEXT)
    (sentences,) = passages(report)
    question = tag_question(
        load_prompts()["tag"], report_title(report.document), tag_passage(report, sentences), Wording()
    )
    assert [(turn.role, turn.content) for turn in question.messages] == [
        (
            "system",
            "你是政府报告统计员。原文中每个数字和“没有”的说法前有编号。写出哪些编号回答了哪项统计指标，"
            "每行“编号 指标名”；没有就答“无”。去年的数字、目标、某一单位或某一项活动的分项都不算。",
        ),
        (
            "user",
            "报告：海坨市2022年经济社会发展统计公报一、综合全年地区生产总值86.4亿元\n"
            "原文：海坨市2022年经济社会发展统计公报一、综合全年地区生产总值[[1]]86.4亿元，比上年增长[[2]]5.8%。"
            "二、人口年末常住人口[[3]]21.03万人，城镇化率[[4]]47.6%。",
        ),
    ]
    assert question.logprobs
    assert question.temperature == 0.0


def test_lines_become_links(communique):
    """Each number stands for its figure, as sure as its line was probable; nothing is asked of the shortlist."""
    text = "1 地区生产总值\n3 常住人口"
    logprobs = [("1", log(0.9)), (" 地区生产总值", 0.0), ("\n", 0.0), ("3", log(0.5)), (" 常住人口", log(0.8))]
    report = read(TEXT)
    with fake_server([completion(text, logprobs=logprobs)]) as server, usage_scope() as usage:
        found = extract(server, report, communique)
    assert {name: (link.candidates, round(link.confidence, 6)) for name, link in found.fields.items()} == {
        "gdp": ((report.of("86.4亿元").id,), 0.9),
        "residents": ((report.of("21.03万人").id,), 0.4),
    }
    assert {link.by for link in found.fields.values()} == {"llm"}
    assert usage.requests == 1
    assert usage.dropped == 0
    assert not found.whole


def test_one_figure_may_answer_two_fields(communique):
    """Their names are joined, by what a name may hold itself."""
    report = read(TEXT)
    (passage,) = (tag_passage(report, one) for one in passages(report))
    lines, dropped = read_tags(reply("2 地区生产总值增速、城镇化率"), passage, communique)
    assert [(line.field.id, line.candidate.text) for line in lines] == [
        ("gdp_growth", "5.8%"),
        ("urban_share", "5.8%"),
    ]
    assert dropped == 0


@pytest.mark.parametrize(
    ("text", "right", "dropped"),
    [
        ("无", 0, 0),
        ("无。", 0, 0),
        ("", 0, 0),
        ("1 地区生产总值", 1, 0),
        ("[[1]] 地区生产总值", 1, 0),
        ("1：地区生产总值", 1, 0),
        ("1. 地区生产总值\n\n", 1, 0),
        ("**1** 地区生产总值", 1, 0),
        ("1 **地区生产总值**", 1, 0),
        ("- 1 地区生产总值。", 1, 0),
        ("* [1] 地区生产总值", 1, 0),
        ("【1】地区生产总值", 1, 0),
        ("【1】 地区生产总值", 1, 0),
        ("(1) 地区生产总值", 1, 0),
        ("编号1：地区生产总值", 1, 0),
        ("1 → 地区生产总值", 1, 0),
        ("1, 地区生产总值", 1, 0),
        ("１ 地区生产总值", 1, 0),
        ('{\n"1": "地区生产总值",\n"3": "常住人口"\n}', 2, 2),
        ("| 编号 | 指标 |\n|---|---|\n| 1 | 地区生产总值 |\n| 3 | 常住人口 |", 2, 2),
        ("**无**", 0, 0),
        ("1 地区生产总值\n9 常住人口", 1, 1),
        ("1 地区生产总值\n0 常住人口", 1, 1),
        ("1 地区生产总值\n3 常住人口数", 1, 1),
        ("1 地区生产总值\n3 常住人口、没有的指标", 2, 0),
        ("1 地区生产总值\n3 没有的指标、常住人口", 2, 0),
        ("1 地区生产总值\n无", 1, 0),
        ("2 旅游人次\n4 森林覆盖率", 0, 2),
    ],
)
def test_what_a_line_may_be(communique, text, right, dropped):
    """Numbers and names that there are count; what points nowhere is dropped and counted."""
    report = read(TEXT)
    (passage,) = (tag_passage(report, one) for one in passages(report))
    lines, lost = read_tags(reply(text), passage, communique)
    assert (len(lines), lost) == (right, dropped)


def test_a_model_that_was_not_tuned_is_told_by_its_reply(communique):
    """Not a single line that says anything is an error that names what is wanted."""
    report = read(TEXT)
    (passage,) = (tag_passage(report, one) for one in passages(report))
    with pytest.raises(ReplyError, match="as one tuned for tag does"):
        read_tags(reply("这份公报写了地区生产总值。"), passage, communique)


def test_half_a_line_is_no_answer(communique):
    """The last line of a reply that was cut may be the beginning of another name."""
    report = read(TEXT)
    (passage,) = (tag_passage(report, one) for one in passages(report))
    cut = reply("3 常住人口\n1 地区生产总值", finish_reason="length")
    assert [line.field.id for line in read_tags(cut, passage, communique)[0]] == ["residents"]


@pytest.mark.parametrize(
    "text",
    [
        "先看原文。\n1 地区生产总值\n不对，",
        "1 地区生产总值\n不对，这是上年的。\n3 常",
        "1 地区生产总值\n不对",
        "好的\n",
        "嗯",
    ],
)
def test_thoughts_that_were_cut(communique, text):
    """Lines among prose are no answers where nobody knows how it would have ended."""
    (passage,) = (tag_passage(read(TEXT), one) for one in passages(read(TEXT)))
    with pytest.raises(ReplyError, match="did not answer by number and name"):
        read_tags(reply(text, finish_reason="length"), passage, communique)


def test_the_surest_passage_wins(communique):
    """Of two figures that are named for one field the one with the likelier line is taken."""
    filler = "各项工作有序推进，" * 60
    report = read(f"城区地区生产总值40.1亿元。{filler}。全年地区生产总值86.4亿元。")

    def script(seen):
        sure = "86.4" in seen.body["messages"][-1]["content"]
        return completion("1 地区生产总值", logprobs=[("1 地区生产总值", log(0.9 if sure else 0.6))])

    with fake_server(script) as server:
        found = extract(server, report, communique)
        assert len(server.seen) == 2
    assert found.fields["gdp"].candidates == (report.of("86.4亿元").id,)


def test_parts_of_one_passage_are_added(flagship):
    """Only for a field that may be added up, and only what the same passage names."""
    additive = next(spec for spec in flagship.figures if spec.additive)
    plain = next(spec for spec in flagship.figures if not spec.additive and not spec.is_rate)
    report = read("全年甲项3场、乙项4场、丙项5场。")
    for spec, parts in ((additive, 2), (plain, 1)):
        with fake_server([completion(f"1 {spec.label}\n2 {spec.label}")]) as server:
            found = extract(server, report, flagship)
        assert len(found.fields[spec.id].candidates) == parts


def test_a_bad_reply_ends_only_its_report(communique):
    """It is an error of that report, as with other ways of asking."""
    with fake_server([completion("我不知道")]) as server, pytest.raises(ReplyError):
        extract(server, read(TEXT), communique)


def test_a_passage_whose_reply_cannot_be_read_is_left_out(communique):
    """The others are answered, and a notice says how many there were."""
    filler = "各项工作有序推进，" * 60
    report = read(f"全年地区生产总值86.4亿元。{filler}。年末常住人口21.03万人。")

    def script(seen):
        nonsense = "21.03" in seen.body["messages"][-1]["content"]
        return completion("10010011121419" if nonsense else "1 地区生产总值")

    with fake_server(script) as server:
        found = extract(server, report, communique)
    assert list(found.fields) == ["gdp"]
    assert found.notices == ["1 of 2 passages got no reply that can be read"]


def test_nothing_is_asked_of_a_report_without_figures(communique):
    """There is nothing to number."""
    with fake_server([]) as server:
        assert extract(server, read("各项工作有序推进。"), communique).fields == {}
        assert server.seen == []


def test_a_reply_for_tuning_is_read_back(flagship):
    """What a model is trained to say is what is understood, for every name of the schema."""
    report = read("".join(f"第{n}项{n}件。" for n in range(11, 31)))
    (passage,) = (tag_passage(report, one) for one in passages(report))
    specs = list(flagship.figures)
    answered = {n: specs[3 * n : 3 * n + 3] for n in range(1, 20)}
    lines, dropped = read_tags(reply(tag_reply(answered)), passage, flagship)
    said = [(passage.candidates.index(line.candidate) + 1, line.field) for line in lines]
    assert said == [(n, spec) for n, several in answered.items() for spec in several]
    assert dropped == 0
    assert tag_reply({}) == "无"


WORDS = (
    "全县评查案卷135卷。",
    "一、工作情况\n",
    "没有行政复议案件。",
    "比上年增长5.8%，",
    "稳步推进，",
    "（三）[[2]]\n",
    "12\t3万人\n",
)
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=60)


@given(SENTENCES, st.integers(1, 900))
def test_every_figure_is_numbered_once(parts, length):
    """Whatever the cut: each figure of the report stands in one passage, in order, right behind its number."""
    report = read("公报\n" + "".join(parts))
    shown = [tag_passage(report, one) for one in passages(report, length)]
    sentences = report.document.sentences
    every = [candidate for sentence in sentences for candidate in numbered(report, sentence.span)]
    assert [candidate for passage in shown for candidate in passage.candidates] == every
    for passage in shown:
        assert passage.candidates
        assert "\n" not in passage.text
        for number, candidate in enumerate(passage.candidates, start=1):
            words = re.sub(r"\s", "", candidate.text)
            assert f"[[{number}]]{words}" in re.sub(r"\s", "", passage.text)


@given(SENTENCES)
def test_passages_are_short(parts):
    """None is longer than the length, unless it is one sentence."""
    report = read("公报\n" + "".join(parts))
    for one in passages(report):
        assert len(one) == 1 or sum(sentence.span[1] - sentence.span[0] for sentence in one) <= LENGTH
