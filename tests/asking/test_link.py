"""The link way of asking: numbered candidates, answers by number, repair, long reports in parts."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from baogao.asking.link import FieldLink, LinkExtractor, Links, Part, parts_of, read_links
from baogao.errors import ReplyError
from baogao.extraction import Extraction
from baogao.llm import load_prompts
from baogao.llm.structured import json_inside
from baogao.schema import load_schema
from baogao.usage import usage_scope
from llm.fake_server import FakeServer, completion, fake_server
from short_reports import COMMUNIQUE, Read, client_of, read

TEXT = (
    "海坨市公报\n\n一、综合\n全年地区生产总值86.4亿元，比上年增长5.8%。年末常住人口21.03万人。\n\n"
    "二、注释\n1.本公报数据为初步统计数，正式数据以年鉴为准。\n2.部分数据因四舍五入，存在与分项合计不等的情况。\n"
)


def answers(*links: tuple[str, list[int]], **metadata: str) -> str:
    """A reply as JSON."""
    said = [{"field": field, "text": text} for field, text in metadata.items()]
    return json.dumps({"links": [{"field": field, "ids": ids} for field, ids in links], "metadata": said})


def extract(server: FakeServer, report: Read, schema) -> Extraction:
    """Ask the server about one report."""

    async def ask() -> Extraction:
        async with client_of(server.url, json_schema=True) as client:
            return await LinkExtractor(schema, client, load_prompts()).extract(report)

    return asyncio.run(ask())


def test_what_is_asked(communique):
    """Every candidate stands behind its number, the text is otherwise the report's, and every field is named."""
    report = read(TEXT)
    with fake_server([completion(answers())]) as server:
        assert extract(server, report, communique).fields == {}
        system, user = (message["content"] for message in server.seen[0].body["messages"])
    assert f"地区生产总值[[{report.of('86.4亿元').id}]]86.4亿元" in user
    assert set(map(int, re.findall(r"\[\[(\d+)\]\]", user))) == {c.id for c in report.candidates}
    squeezed = "".join(re.sub(r"\[\[\d+\]\]", "", user).split())
    assert squeezed == "".join("".join(report.document.slice(s.span) for s in report.document.sentences).split())
    assert all(f"{spec.label}：{spec.note}" in system for spec in communique.specs)


def test_answers_become_links(communique):
    """Numbers become links, entries stand once and in reading order, and usage is counted."""
    report = read(TEXT)
    items = [c.id for c in report.candidates if c.kind == "item"]
    reply = answers(
        ("gdp", [report.of("86.4亿元").id]),
        ("notes", items[::-1]),
        ("notes", items[:1]),
        ("gdp", [report.of("5.8%").id]),
    )
    with fake_server([completion(reply, prompt_tokens=400, completion_tokens=60)]) as server, usage_scope() as usage:
        extraction = extract(server, report, communique)
    assert extraction.fields["gdp"].candidates == (report.of("86.4亿元").id,)
    assert extraction.fields["gdp"].by == "llm"
    assert extraction.lists["notes"] == sorted(items)
    assert (usage.requests, usage.prompt_tokens, usage.dropped) == (1, 400, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        ("gdp", [9999]),
        ("nonsense", [1]),
        ("title", [1]),
        ("gdp", "an item"),
        ("notes", "a figure"),
    ],
    ids=["no such number", "no such field", "metadata", "an entry for a figure", "a figure for a list"],
)
def test_answers_that_point_at_nothing_are_dropped(communique, wrong):
    """They are counted, never guessed at, and do not spoil the others."""
    report = read(TEXT)
    field, ids = wrong
    item = next(c.id for c in report.candidates if c.kind == "item")
    wanted = {"an item": [item], "a figure": [report.of("86.4亿元").id]}
    reply = answers((field, wanted[ids] if isinstance(ids, str) else ids), ("residents", [report.of("21.03万人").id]))
    with fake_server([completion(reply)]) as server, usage_scope() as usage:
        extraction = extract(server, report, communique)
    assert set(extraction.fields) == {"residents"}
    assert extraction.lists == {}
    assert usage.dropped == 1


@pytest.mark.parametrize("call", ["gdp", "地区生产总值", "地区生产总值：", "地区生产总值（亿元）", " 地区生产总值 "])
def test_a_field_goes_by_its_label_or_its_id(communique, call):
    """Prompts print labels; a model that adds the unit, or knows the id, is understood."""
    report = read(TEXT)
    assert communique.by_id["gdp"].label == "地区生产总值"
    with fake_server([completion(answers((call, [report.of("86.4亿元").id])))]) as server:
        assert set(extract(server, report, communique).fields) == {"gdp"}


def test_marks_that_stand_together_stand_for_each_other(flagship):
    """Where an entry begins with a figure both marks stand there: a figure takes the number, a list the entry."""
    report = read("青禾县报告\n\n一、存在的问题\n一是3个乡镇尚未配齐法治副校长。\n二是普法形式单一。\n")
    number, entry = report.of("3个"), next(c for c in report.candidates if c.kind == "item" and c.text[0] == "3")
    assert number.start == entry.start
    reply = answers(("school_legal_vice_principals", [entry.id]), ("problems", [number.id]))
    with fake_server([completion(reply)]) as server, usage_scope() as usage:
        extraction = extract(server, report, flagship)
    assert extraction.fields["school_legal_vice_principals"].candidates == (number.id,)
    assert extraction.lists["problems"] == [entry.id]
    assert usage.dropped == 0


@pytest.mark.parametrize(
    ("name", "said", "value", "places"),
    [
        (
            "title",
            "青禾县２０２３年法治政府建设报告",
            "青禾县2023年法治政府建设报告",
            ["青禾县2023年\n法治政府建设报告"],
        ),
        ("title", "青禾县2023年工作报告", None, []),
        ("jurisdiction", "青禾县", "青禾县", ["青禾县"]),
        ("level", "county", "county", []),
        ("level", "县级", None, []),
        ("period_end", "2023-12", "2023-12", []),
        ("period_end", "2023年底", None, []),
        (
            "issuer",
            "青禾县司法局、青禾县政府办公室",
            "青禾县司法局、青禾县政府办公室",
            ["青禾县司法局", "青禾县政府办公室"],
        ),
        ("issuer", "青禾县司法局、青禾县财政局", None, []),
        ("addressee", "无", None, []),
        ("exam_passed", "287人", None, []),
        ("nonsense", "青禾县", None, []),
    ],
)
def test_metadata_must_be_printed(flagship, name, said, value, places):
    """Widths and white space aside the words stand in the report, or have the form of a level or a period."""
    report = read("青禾县2023年\n法治政府建设报告\n\n培训287人。\n\n青禾县司法局\n青禾县政府办公室\n")
    with fake_server([completion(answers(**{name: said}))]) as server, usage_scope() as usage:
        found = extract(server, report, flagship).metadata
    assert usage.dropped == (value is None)
    if value is None:
        assert found == {}
    else:
        assert found[name].value == value
        assert [report.document.slice(span) for span in found[name].evidence] == places


def test_a_reply_without_metadata_is_whole(communique):
    """Replies of the form that was asked for before are understood."""
    report = read(TEXT)
    reply = json.dumps({"links": [{"field": "gdp", "ids": [report.of("86.4亿元").id]}]})
    with fake_server([completion(reply)]) as server:
        assert set(extract(server, report, communique).fields) == {"gdp"}


@pytest.mark.parametrize("literal", ["[[12]]", "[[[12]]]", "[12]", "[[12", "12]]", "[[ 12 ]]", "[", "[[[["])
def test_brackets_of_a_report_are_no_marks(communique, literal):
    """What a report prints in brackets is shown in wide ones, so that every [[number]] is a candidate's mark."""
    report = read(f"海坨市公报\n\n一、综合\n据{literal}统计，年末常住人口{literal}21.03万人。{literal}\n")
    (part,) = parts_of(report)
    marks = re.findall(r"\[\[(\d+)\]\]", part.text)
    assert list(map(int, marks)) == [c.id for c in report.candidates]
    assert not set(re.sub(r"\[\[\d+\]\]", "", part.text)) & set("[]")
    bare = re.sub(r"\[\[\d+\]\]", "", part.text).translate(str.maketrans("［］", "[]"))
    assert "".join(bare.split()) == "".join(report.document.text.split())


def test_only_additive_fields_take_several(flagship):
    """Several numbers are parts where parts may be summed; elsewhere only the first counts."""
    report = read("上半年开展应急演练2场，下半年开展应急演练3场。组织评查执法案卷135卷，其中处罚案卷58卷。")
    ids = {text: report.of(text).id for text in ("2场", "3场", "135卷", "58卷")}
    reply = answers(
        ("emergency_drills", [ids["2场"], ids["3场"]]), ("case_files_reviewed", [ids["135卷"], ids["58卷"]])
    )
    with fake_server([completion(reply)]) as server:
        extraction = extract(server, report, flagship)
    assert extraction.fields["emergency_drills"].candidates == (ids["2场"], ids["3场"])
    assert extraction.fields["case_files_reviewed"].candidates == (ids["135卷"],)


def test_repair(communique):
    """A reply that does not fit is sent back once, with its faults only; then it is a failure."""
    report = read(TEXT)
    good = answers(("gdp", [report.of("86.4亿元").id]))
    with fake_server([completion('{"links": [{"field": "gdp"}]}'), completion(good)]) as server, usage_scope() as usage:
        extraction = extract(server, report, communique)
        repair = server.seen[1].body["messages"][-1]["content"]
    assert "links.0.ids" in repair
    assert TEXT not in repair
    assert set(extraction.fields) == {"gdp"}
    assert usage.requests == 2
    with (
        fake_server([completion("{}"), completion("{}")]) as server,
        pytest.raises(ReplyError, match="links: Field required"),
    ):
        extract(server, report, communique)


def test_a_long_report_is_asked_in_parts(communique):
    """Parts are cut between sentences; each answers with its own numbers, and the first answer to a field holds."""
    filler = "".join(f"第{number}批项目按计划推进，各项工作平稳有序。" for number in range(1000))
    report = read(f"{TEXT}\n\n三、其他\n{filler}\n年末常住人口30万人。\n")
    first, last = report.of("21.03万人").id, report.of("30万人").id

    def script(seen):
        question = seen.body["messages"][-1]["content"]
        shown = [number for number in (first, last) if f"[[{number}]]" in question]
        return completion(answers(("residents", [first]), ("residents", shown)))

    with fake_server(script) as server, usage_scope() as usage:
        extraction = extract(server, report, communique)
        parts = [seen.body["messages"][-1]["content"] for seen in server.seen]
    assert len(parts) > 1
    assert all(len(re.sub(r"\[\[\d+\]\]", "", part)) <= 9100 for part in parts)
    assert "".join(parts).count("各项工作平稳有序。") == 1000
    assert extraction.fields["residents"].candidates == (first,)
    assert usage.dropped == len(parts) - 1


SCHEMA = load_schema(COMMUNIQUE)
REPORT = read(TEXT)
(PART,) = parts_of(REPORT)
SAID = st.lists(
    st.builds(
        FieldLink,
        field=st.sampled_from([*SCHEMA.by_id, "nonsense"]),
        ids=st.lists(st.integers(-1, len(REPORT.candidates) + 2), max_size=4),
    ),
    max_size=6,
)


@given(SAID)
def test_any_reply_links_to_what_may_answer(said):
    """Whatever ids a model names: figures get numbers, lists entries in reading order, metadata nothing."""
    extraction = Extraction()
    dropped = read_links(Links(links=said), PART, REPORT, SCHEMA, extraction)
    assert 0 <= dropped <= sum(len(link.ids) for link in said)
    for name, link in extraction.fields.items():
        assert SCHEMA.by_id[name].kind == "figure"
        assert [PART.candidates[one].kind for one in link.candidates] == ["number"]
    for name, ids in extraction.lists.items():
        assert SCHEMA.by_id[name].kind == "items"
        assert ids == sorted(set(ids))
        assert {PART.candidates[one].kind for one in ids} == {"item"}
    begins = {(link.field, PART.candidates[one].start) for link in said for one in link.ids if one in PART.candidates}
    given = ((name, one) for name, link in extraction.fields.items() for one in link.candidates)
    assert {(name, PART.candidates[one].start) for name, one in given} <= begins


@given(SAID)
def test_what_was_said_first_holds(said):
    """Read again, or after another part, a reply changes nothing."""
    extraction = Extraction()
    read_links(Links(links=said), PART, REPORT, SCHEMA, extraction)
    fields, lists = dict(extraction.fields), {name: list(ids) for name, ids in extraction.lists.items()}
    read_links(Links(links=said), PART, REPORT, SCHEMA, extraction)
    assert (extraction.fields, extraction.lists) == (fields, lists)


@given(
    st.lists(
        st.sampled_from(["常住人口21人", "，", "。", "。\n", "一是仓容不足。", "86亿元", "\n", " "]), max_size=24
    ).map("".join)
)
def test_a_part_is_the_text_with_its_numbers(text):
    """Without them it is the sentences as printed, white space aside, and each candidate's number stands before it."""
    report = read(text)
    parts = parts_of(report)
    shown = "".join(part.text for part in parts)
    printed = "".join(report.document.slice(sentence.span) for sentence in report.document.sentences)
    assert "".join(re.sub(r"\[\[\d+\]\]", "", shown).split()) == "".join(printed.split())
    for part in parts:
        assert set(map(int, re.findall(r"\[\[(\d+)\]\]", part.text))) == set(part.candidates)
        squeezed = "".join(part.text.split())
        for number, candidate in part.candidates.items():
            behind = re.sub(r"\[\[\d+\]\]", "", squeezed.split(f"[[{number}]]", 1)[1])
            assert behind.startswith("".join(candidate.text.split()))


def test_sentences_of_a_paragraph_share_a_line():
    """So that a model sees where one ends."""
    report = read("公报\n\n常住人口21人。城镇人口11人。\n\n地区生产总值86亿元。\n")
    (part,) = parts_of(report)
    assert [re.sub(r"\[\[\d+\]\]", "", line) for line in part.text.splitlines()][-2:] == [
        "常住人口21人。城镇人口11人。",
        "地区生产总值86亿元。",
    ]
    assert Part.of(report, []) == Part("", {})


def test_what_a_dry_run_counts(communique):
    """One question a part, each with its cap; a report without sentences has none."""
    extractor = LinkExtractor(communique, client_of("http://127.0.0.1:9/v1"), load_prompts())
    (question,) = extractor.questions(REPORT)
    assert question.max_tokens > 0
    assert PART.text in question.messages[-1].content
    assert extractor.questions(read("")) == []


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("[3, 12]", [3, 12]),
        ("[[3], [12]]", [3, 12]),
        ("[[[3]], [[12]]]", [3, 12]),
        ('["3", "12"]', [3, 12]),
        ('["[[3]]", "[[12]]"]', [3, 12]),
        ('["３", "１２"]', [3, 12]),
        ('"[[12]]"', [12]),
        ("12", [12]),
        ("[]", []),
    ],
)
def test_numbers_of_many_kinds(said, ids):
    """Alone, in quotes, or in the brackets that they stand in, they are the same numbers."""
    assert FieldLink.model_validate_json(f'{{"field": "gdp", "ids": {said}}}').ids == ids


@pytest.mark.parametrize(
    "said", ['"1 2"', '"1,200"', '["12件"]', '"12345-6"', "[1.5]", "null", "true", '[{"id": 3}]', '"[[3]] [[4]]"']
)
def test_what_is_no_number(said):
    """Nothing is made of what may be two numbers, or half of one."""
    with pytest.raises(ValidationError):
        FieldLink.model_validate_json(f'{{"field": "gdp", "ids": {said}}}')


@given(
    st.lists(st.tuples(st.text("gdp甲'\"“，", max_size=5), st.lists(st.integers(0, 999), max_size=3)), max_size=4),
    st.data(),
)
def test_half_an_answer_is_refused(links, data):
    """JSON that was cut anywhere, right or nearly right, holds no answer."""
    text = answers(*links)
    loose = text.replace("]", ",]").replace("[,]", "[]")
    for whole in (text, loose):
        cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
        with pytest.raises(ValidationError):
            Links.model_validate_json(json_inside(cut))
        assert [(one.field, one.ids) for one in Links.model_validate_json(json_inside(whole)).links] == links
