"""The form way of asking: what is asked, which lines of a reply count and where they point, and the extractor."""

from __future__ import annotations

import asyncio
import re
import time
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.form import (
    Filled,
    FormExtractor,
    assign_lines,
    form_lines,
    metadata_question,
    read_form,
    read_metadata,
)
from baogao.asking.passages import Passage, PassageCutter, Shortlist
from baogao.errors import ReplyError
from baogao.extraction import Extraction, Settled
from baogao.llm import load_prompts
from baogao.llm.messages import Reply
from baogao.schema import load_schema
from baogao.usage import usage_scope
from llm.fake_server import FakeServer, completion, fake_server
from short_reports import COMMUNIQUE, Read, client_of, read

TEXT = """海坨市2022年经济社会发展统计公报

一、综合
全年地区生产总值86.4亿元，比上年增长5.8%。

二、人口
年末常住人口21.03万人，城镇化率47.6%。
"""


def extract(
    server: FakeServer, report: Read, schema, settled: Settled | None = None, *, blank: bool = False
) -> Extraction:
    """Ask the server about one report."""

    async def ask() -> Extraction:
        async with client_of(server.url) as client:
            extractor = FormExtractor(schema, client, load_prompts(), blank=blank)
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


def passage_of(report: Read, schema) -> Passage:
    """The one passage of a short report."""
    (passage,) = PassageCutter(Shortlist(schema)).cut(report)
    return passage


def linked(text: str, reply: str, schema) -> tuple[dict[str, str], int]:
    """The text of the candidate that each field is linked to, and how many lines were dropped."""
    report = read(text)
    filled, dropped = read_form(reply, passage_of(report, schema))
    links = assign_lines(filled)
    assert all(0 < link.confidence <= 1 for link in links.values())
    return {name: report.candidates[link.candidates[0]].text for name, link in links.items()}, dropped


GDP = "全年地区生产总值86.4亿元，年末常住人口21.03万人。"


@pytest.mark.parametrize(
    "line",
    [
        "地区生产总值：86.4亿元",
        "地区生产总值: 86.4亿元。",
        " - 地区生产总值：86.4亿元",
        "地区生产总值（元）：86.4亿元",
        "地区生产总值：８６．４亿元",
        "地区生产总值：86.4 亿元",
        "地区生产总值：8640000000元",
    ],
)
def test_ways_to_write_a_line(communique, line):
    """Colons and digits of either width, dashes, a unit behind the name, the value written out."""
    assert linked(GDP, line, communique) == ({"gdp": "86.4亿元"}, 0)


@pytest.mark.parametrize("silence", ["", "无", "未提及", "-", "空"])
def test_silence(communique, silence):
    """A blank is no answer and nothing that was dropped."""
    assert linked(GDP, f"地区生产总值：{silence}\n常住人口：21.03万人", communique) == ({"residents": "21.03万人"}, 0)


def test_lines_that_were_not_asked_for(communique):
    """Names of no field are ignored; the first line of a name counts."""
    passage = passage_of(read(GDP), communique)
    reply = "天气：晴\n地区生产总值：86.4亿元\n地区生产总值：1元\n好的\n"
    assert [(spec.id, answer) for spec, answer in form_lines(reply, passage)] == [("gdp", "86.4亿元")]
    assert form_lines("好的，我来填表。", passage) == []


def test_a_figure_of_another_field(communique):
    """A figure whose words speak of something else is dropped, although it is printed."""
    assert linked(GDP, "地区生产总值：21.03万人", communique) == ({}, 1)


@pytest.mark.parametrize(
    "answer",
    [
        "86.4e8",
        "86.4E+8元",
        "86.4B",
        "86.4k亿元",
        "86.4×10^8元",
        "86.4*10^8",
        "86.4^2",
        "86.4亿元？不，那是去年的",
        "86.4亿元？",
        "86.4亿元，不对",
        "不是86.4亿元",
        "~~86.4亿元~~",
    ],
)
def test_a_figure_that_is_not_meant(communique, answer):
    """One that goes on in letters or an exponent is another figure, and one that is taken back is none."""
    assert linked(GDP, f"地区生产总值：{answer}", communique) == ({}, 1)


def test_one_figure_for_one_field(communique):
    """Where the model gives one figure to two fields, the one that its words fit keeps it."""
    text = "全县人口城镇化率47.6%，经济发展平稳。"
    found, _ = linked(text, "地区生产总值增速：47.6%\n城镇化率：47.6%", communique)
    assert found == {"urban_share": "47.6%"}


@pytest.mark.parametrize("answer", ["零", "0件", "无", "没有"])
def test_none_is_stated(flagship, answer):
    """A phrase that says none answers the field that it names, however the model puts it."""
    label = flagship.by_id["litigation_cases"].label
    found, dropped = linked("全年未发生行政应诉案件。", f"{label}：{answer}", flagship)
    assert found["litigation_cases"].startswith("未发生行政应诉案件")
    assert (len(found), dropped) == (1, 0)


def test_last_year_is_no_answer(communique):
    """A figure that the cues exclude is dropped, even when the model copies it."""
    text = "全年地区生产总值86.4亿元，上年为80.1亿元。"
    assert linked(text, "地区生产总值：80.1亿元", communique)[0] == {}


SCHEMA = load_schema(COMMUNIQUE)
REPORT = read(TEXT)
(*_, PASSAGE) = PassageCutter(Shortlist(SCHEMA)).cut(REPORT)
LABELS = [spec.label for spec in PASSAGE.fields]
ANSWERS = st.sampled_from(
    ["21.03万人", "47.6%", "86.4亿元", "无", "零", "0人", "没有", "未提", "好的", "", "1/0", "１２人"]
)


@pytest.mark.parametrize("start", ["", "甲", f"{LABELS[0]}："])
@pytest.mark.parametrize(
    "unit",
    ["\n", " \n", " ", "\r", "\t", "-", "- ", "（", "甲（", "：", "甲：", "9", "9,", "一", "万", "百分之", "- 甲乙"],
)
def test_a_form_of_one_thing_over_and_over(start, unit):
    """Whatever a reply says 99,000 characters long, it is read in less than a second."""
    reply = start + unit * (99_000 // len(unit)) + "甲"
    started = time.process_time()
    read_form(reply, PASSAGE)
    read_metadata(said(reply), REPORT.document, SCHEMA)
    assert time.process_time() - started < 1


@given(
    st.lists(st.tuples(st.sampled_from([*LABELS, "天气"]), ANSWERS), max_size=8),
    st.sampled_from(["：", ": ", "（人）："]),
)
def test_form_lines(lines, colon):
    """Each field that was asked is answered by its first line, and nothing else is an answer."""
    reply = "\n".join(f"{label}{colon}{answer}" for label, answer in lines)
    wanted: dict[str, str] = {}
    for label, answer in lines:
        if label in LABELS:
            wanted.setdefault(label, answer)
    assert {spec.label: answer for spec, answer in form_lines(reply, PASSAGE)} == wanted


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(LABELS).map(lambda label: f"{label}：21.03万人"), max_size=5).map("\n".join)
)
def test_any_reply_points_into_its_passage(reply):
    """Whatever a model says, a line points at a candidate of the passage, or is dropped and counted."""
    filled, dropped = read_form(reply, PASSAGE)
    assert {line.candidate for line in filled} <= set(PASSAGE.candidates)
    assert {line.field for line in filled} <= set(PASSAGE.fields)
    assert len(filled) + dropped <= len(form_lines(reply, PASSAGE))
    assert all(0 < line.share <= 1 for line in filled)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SCHEMA.figures),
            st.sampled_from(REPORT.candidates.of_kind("number")),
            st.floats(0.5, 1),
            st.floats(0, 9),
        ),
        max_size=12,
    )
)
def test_assigned_lines(drawn):
    """Every link is one of the lines; no field and no figure stands twice; a line left over lost one of the two."""
    lines = [Filled(field, candidate, share, fit) for field, candidate, share, fit in drawn]
    links = assign_lines(lines)
    given_out = [link.candidates[0] for link in links.values()]
    assert len(set(given_out)) == len(given_out)
    assert {(name, link.candidates[0]) for name, link in links.items()} <= {
        (one.field.id, one.candidate.id) for one in lines
    }
    assert all(line.field.id in links or line.candidate.id in given_out for line in lines)
    assert all(0 < link.confidence <= 1 for link in links.values())


def test_confidence_rises_with_the_fit():
    """Up to a fit beyond which answers were no more often right; a part of a total is less believed."""
    spec, candidate = SCHEMA.figures[0], REPORT.candidates.of_kind("number")[0]
    poor, good, best, more = (Filled(spec, candidate, 1.0, fit).confidence for fit in (0.5, 2.0, 4.0, 9.0))
    assert poor < good < best == more
    part = candidate._replace(cues=("part",))
    assert Filled(spec, part, 1.0, 2.0).confidence < good
    assert Filled(spec, candidate, 0.5, 2.0).confidence < good


def said(text: str) -> Reply:
    """A reply with this text."""
    return Reply(text, "stop", 1, 1)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("公报标题：海坨市2022年经济社会发展统计公报", "海坨市2022年经济社会发展统计公报"),
        ("公报标题：海坨市２０２２年经济社会发展统计公报", "海坨市2022年经济社会发展统计公报"),
        ("公报标题：海坨市 2022年 经济社会发展统计公报 ", "海坨市2022年经济社会发展统计公报"),
        ("公报标题：海坨市", "海坨市"),
        ("公报标题：青川县2022年公报", None),
        ("公报标题：无", None),
        ("公报标题：", None),
        ("标题：海坨市", None),
    ],
)
def test_metadata_are_believed_where_they_are_printed(line, value):
    """Widths and white space aside; what stands nowhere, and names of no field, are dropped."""
    found = read_metadata(said(line), REPORT.document, SCHEMA)
    if value is None:
        assert found == {}
    else:
        (span,) = found["title"].evidence
        assert (found["title"].value, REPORT.document.slice(span)) == (value, value)


def test_metadata_broken_over_lines():
    """The evidence is all that is printed, the value has no line break; the first line of a name counts."""
    document = read("海坨市2022年经济社会\n发展统计公报\n\n一切平稳。\n").document
    found = read_metadata(said("公报标题：海坨市2022年经济社会发展统计公报\n公报标题：海坨市"), document, SCHEMA)[
        "title"
    ]
    assert found.value == "海坨市2022年经济社会发展统计公报"
    (span,) = map(document.printed, found.evidence)
    assert document.file.text[slice(*span)] == "海坨市2022年经济社会\n发展统计公报"


def test_what_follows_from_other_words_is_taken_by_its_pattern(flagship):
    """A period or a level is printed nowhere: what the model says counts if it is of the form that the field allows."""
    spec = next(spec for spec in flagship.metadata if spec.role == "period_start")
    document = read("青川县2022年法治政府建设工作报告\n").document
    assert read_metadata(said(f"{spec.label}：2022-01，即1月"), document, flagship)[spec.id].value == "2022-01"
    assert read_metadata(said(f"{spec.label}：年初"), document, flagship) == {}


def test_the_metadata_form_shows_both_ends(communique):
    """Titles and dates stand there; a report without text, or a schema without metadata, has no such form."""
    text = "海坨市公报\n" + "各项工作平稳有序。" * 90 + "\n海坨市统计局\n2023年3月1日\n"
    question = metadata_question(read(text).document, communique, load_prompts()["metadata"])
    shown = question.messages[-1].content
    assert "海坨市公报" in shown
    assert "2023年3月1日" in shown
    assert len(shown) < len(text)
    assert metadata_question(read("").document, communique, load_prompts()["metadata"]) is None


def test_a_blank_form_shows_no_examples_and_is_as_sure_as_its_lines(communique):
    """A tuned model is asked without worked examples or metadata; its own probability is the confidence."""

    def script(seen):
        assert [turn["role"] for turn in seen.body["messages"]] == ["system", "user"]
        labels = re.findall(r"^(.+)：$", seen.body["messages"][-1]["content"], re.MULTILINE)
        lines = [f"{label}：{'86.4亿元' if label == '地区生产总值' else '无'}" for label in labels]
        logprobs = [(line + "\n", log(0.7) if line.endswith("亿元") else log(0.9)) for line in lines]
        return completion("\n".join(lines), logprobs=logprobs)

    with fake_server(script) as server:
        found = extract(server, read(TEXT), communique, blank=True)
        assert all(seen.body["logprobs"] for seen in server.seen)
    assert list(found.fields) == ["gdp"]
    assert found.fields["gdp"].confidence == pytest.approx(0.7)
    assert found.metadata == {}


def test_a_tuned_model_says_itself_where_there_was_none(communique):
    """A line left at 无 is silence to a model that learned to write 零; of others the phrase decides."""
    report = read("二、人口\n今年没有统计常住人口。")
    (passage,) = PassageCutter(Shortlist(communique)).cut(report)
    assert [line.field.id for line in read_form("常住人口：无", passage)[0]] == ["residents"]
    assert read_form("常住人口：无", passage, {"常住人口": 0.9})[0] == []
    (line,) = read_form("常住人口：零", passage, {"常住人口": 0.9})[0]
    assert (line.field.id, line.confidence) == ("residents", 0.9)


@pytest.mark.parametrize(
    "reply",
    [
        "- **常住人口**：21.03万人",
        "1. 常住人口：21.03万人",
        "| 指标 | 数值 |\n|---|---|\n| 常住人口 | 21.03万人 |",
        '```json\n{"常住人口": "21.03万人"}\n```',
        "好的，填写如下：\n\n“常住人口”：２１．０３万人。\n\n以上来自第二段。",
    ],
)
def test_a_form_filled_in_another_way(reply):
    """Marks that models add are no part of name or answer."""
    assert [line.candidate.text for line in read_form(reply, PASSAGE)[0]] == ["21.03万人"]


def test_nothing_in_bold():
    """A single "none" for the whole form, with emphasis."""
    assert {answer for _, answer in form_lines("**无**。", PASSAGE)} == {"无"}


def test_half_a_line_is_no_answer(communique):
    """Of a reply that was cut the last line is left out: 8 may have been going to be 86.4."""
    report = read("二、人口\n年末常住人口21.03万人。\n三、劳动力\n年末常住人口2人。")
    labels = "常住人口"

    def script(seen):
        shown = seen.body["messages"][-1]["content"]
        if labels not in shown:
            return completion("无")
        return completion(f"{labels}：2", finish_reason="length")

    with fake_server(script) as server, pytest.raises(ReplyError, match="did not fill the form"):
        extract(server, report, communique)


def test_half_a_title_is_no_title():
    """What is left of a title is printed in the report as well."""
    cut = Reply("公报标题：海坨市2022年", "length", 1, 1)
    assert read_metadata(cut, REPORT.document, SCHEMA) == {}


def test_thoughts_about_metadata_that_were_cut():
    """A title that a model only considers is none, although it is printed."""
    cut = Reply("好的，先看标题。\n公报标题：海坨市\n不对，再看", "length", 1, 1)
    assert read_metadata(cut, REPORT.document, SCHEMA) == {}


@pytest.mark.parametrize(
    "line", ["**公报标题**：海坨市2022年经济社会发展统计公报", "1. 公报标题: “海坨市2022年经济社会发展统计公报”"]
)
def test_metadata_in_another_way(line):
    """Marks that models add are no part of a value."""
    assert read_metadata(said(line), REPORT.document, SCHEMA)["title"].value == "海坨市2022年经济社会发展统计公报"
