"""The form way of asking, from a report to links, against a model that follows a script."""

from __future__ import annotations

import asyncio
import re

import pytest

from baogao.asking.form import FormExtractor
from baogao.errors import ReplyError
from baogao.extraction import Extraction, Settled
from baogao.llm import load_prompts
from baogao.usage import usage_scope
from llm.fake_server import FakeServer, completion, fake_server
from short_reports import Read, client_of, read

TEXT = """海坨市2022年经济社会发展统计公报

一、综合
全年地区生产总值86.4亿元，比上年增长5.8%。

二、人口
年末常住人口21.03万人，城镇化率47.6%。
"""


def extract(server: FakeServer, report: Read, schema, settled: Settled | None = None) -> Extraction:
    """Ask the server about one report."""

    async def ask() -> Extraction:
        async with client_of(server.url) as client:
            extractor = FormExtractor(schema, client, load_prompts())
            return await extractor.extract(report, settled or Settled())

    return asyncio.run(ask())


def filled(**answers: str):
    """A model that writes these answers behind their labels, and 无 behind all others."""

    def script(seen):
        labels = re.findall(r"^(.+)：$", seen.body["messages"][-1]["content"].rsplit("表：", 1)[1], re.MULTILINE)
        return completion("\n".join(f"{label}：{answers.get(label, '无')}" for label in labels), prompt_tokens=90)

    return script


def test_answers_become_links(communique):
    """A copied figure points at its candidate; metadata that are printed are found; usage adds up."""
    report = read(TEXT)
    answers = {"地区生产总值": "86.4亿元", "常住人口": "21.03万人", "公报标题": "海坨市2022年经济社会发展统计公报"}
    with fake_server(filled(**answers)) as server, usage_scope() as usage:
        extraction = extract(server, report, communique)
        asked = len(server.seen)
    assert extraction.fields["gdp"].candidates == (report.of("86.4亿元").id,)
    assert extraction.fields["residents"].candidates == (report.of("21.03万人").id,)
    assert {link.by for link in extraction.fields.values()} == {"llm"}
    title = extraction.metadata["title"]
    assert report.document.slice(title.evidence[0]) == title.value == answers["公报标题"]
    assert (usage.requests, usage.prompt_tokens) == (asked, 90 * asked)


def test_replies_are_capped(communique):
    """Every question says how long its reply may be."""
    with fake_server(filled()) as server:
        extract(server, read(TEXT), communique)
        assert all(0 < seen.body["max_tokens"] < 500 for seen in server.seen)


@pytest.mark.parametrize("invented", ["99亿元", "86.5亿元", "864亿元", "一些"])
def test_what_is_not_printed_is_dropped(communique, invented):
    """A figure that is made up, or miscopied by a digit, cannot come out; it is counted."""
    with fake_server(filled(地区生产总值=invented)) as server, usage_scope() as usage:
        extraction = extract(server, read(TEXT), communique)
    assert "gdp" not in extraction.fields
    assert usage.dropped >= 1


def test_what_is_settled_is_not_asked(communique):
    """No question about metadata or a passage in which nothing is open."""
    report = read(TEXT)
    numbers = frozenset(c.id for c in report.candidates)
    everything = Settled(frozenset(spec.id for spec in communique.figures), numbers, metadata=True)
    with fake_server([]) as server:
        extraction = extract(server, report, communique, everything)
        assert server.seen == []
    assert extraction.fields == {}


def test_a_model_that_does_not_fill_the_form(communique):
    """Prose is no answer, and no silence either."""
    with (
        fake_server(lambda seen: completion("今天天气很好。")) as server,
        pytest.raises(ReplyError, match="did not fill the form; it said '今天天气很好。'"),
    ):
        extract(server, read(TEXT), communique)


def test_a_report_without_figures(communique):
    """Nothing to ask is no failure."""
    with fake_server(filled()) as server:
        extraction = extract(server, read("海坨市公报\n一切平稳。\n"), communique)
        assert all("海坨市公报" in seen.body["messages"][-1]["content"] for seen in server.seen)
    assert extraction.fields == {}


def test_a_dry_run_counts_the_same_questions(communique):
    """What is announced is what is asked."""
    report = read(TEXT)
    with fake_server(filled()) as server:
        extract(server, report, communique)
        extractor = FormExtractor(communique, client_of(server.url), load_prompts())
        announced = [q.messages[-1].content for q in extractor.questions(report)]
        assert sorted(announced) == sorted(seen.body["messages"][-1]["content"] for seen in server.seen)
