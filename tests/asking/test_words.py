"""Choices, dates, quotes and rows by link: what is printed counts, and nothing else does."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.link import LinkExtractor
from baogao.asking.words import FieldRow, FieldWords, RowReader, option_of, words_of
from baogao.extraction import Extraction
from baogao.llm import load_prompts
from baogao.reading import provenance, read_record
from baogao.schema import load_schema
from baogao.usage import usage_scope
from llm.fake_server import completion, fake_server
from short_reports import MUSEUM, Read, client_of, read

TEXT = (
    "青溪博物馆2023年年报\n\n青溪博物馆于2019年5月6日开馆，全年免费向公众开放，接待观众３.2万人次，下降2.3%。\n"
    "全年举办《山水 清音》展，展出书画86件；另有“陶与火”展在三县巡回展出。\n"
)
SCHEMA = load_schema(MUSEUM)


def report_and_ids() -> tuple[Read, dict[str, int]]:
    """The report as the schema has it read, and its figures by their texts."""
    report = read(TEXT, SCHEMA)
    return report, {candidate.text: candidate.id for candidate in report.candidates if candidate.kind != "item"}


def extract(reply: dict[str, object]) -> tuple[Extraction, Read, int, str]:
    """What a model's reply comes to; the report, what was dropped, and what the model was asked."""
    report, _ = report_and_ids()

    async def ask(url: str) -> Extraction:
        async with client_of(url, json_schema=True) as client:
            return await LinkExtractor(SCHEMA, client, load_prompts()).extract(report)

    whole = {"links": [], "metadata": [], "words": [], "rows": []} | reply
    with fake_server([completion(json.dumps(whole, ensure_ascii=False))]) as server, usage_scope() as usage:
        extraction = asyncio.run(ask(server.url))
        asked = server.seen[0].body["messages"][0]["content"]
    return extraction, report, usage.dropped, asked


def test_every_kind_of_field_is_asked_for():
    """Labels, options and the cells of rows stand in the question; a schema of figures has nothing of it."""
    *_, asked = extract({})
    assert "等级（一级／二级／三级）" in asked
    assert "展览：" in asked
    assert "· 是否巡展（是／否）" in asked
    assert "开馆日期：" in asked
    assert asked.count("开馆日期：") == 1


def test_words_become_answers_with_their_places():
    """A record has the option, the date and the quote, each with the characters that it was read from."""
    _, ids = report_and_ids()
    extraction, report, dropped, _ = extract(
        {
            "links": [
                {"field": "开馆日期", "ids": [ids["2019年5月6日"]]},
                {"field": "观众人次", "ids": [ids["３.2万人次"]]},
            ],
            "words": [
                {"field": "馆名", "text": "青溪 博物馆"},
                {"field": "免费开放", "answer": "是", "text": "全年免费向公众开放"},
            ],
            "rows": [
                {"field": "展览", "cells": {"展览名称": "《山水清音》", "展品数": ids["86件"]}},
                {"field": "展览", "cells": {"展览名称": "“陶与火”展", "是否巡展": "是", "展品数": None}},
            ],
        }
    )
    record = read_record(report, extraction, SCHEMA, provenance(SCHEMA, "llm"))
    assert dropped == 0
    said = {name: answer.value for name, answer in record.fields.items() if answer.status == "reported"}
    assert said == {"visitors": 32000, "opened_on": "2019-05-06", "name": "青溪博物馆", "free": "是"}
    assert record.fields["free"].text == "全年免费向公众开放"
    first, second = record.rows["shows"]
    assert (first["title"].value, first["objects"].value) == ("《山水清音》", 86)
    assert first["title"].text == "《山水 清音》"
    assert (second["title"].value, second["travelling"].value) == ("“陶与火”展", "是")
    assert "巡回展出" in second["travelling"].text


@pytest.mark.parametrize(
    ("reply", "dropped"),
    [
        ({"words": [{"field": "等级", "answer": "特级", "text": "免费"}]}, 1),
        ({"words": [{"field": "免费开放", "answer": "是", "text": "对所有人敞开大门"}]}, 1),
        ({"words": [{"field": "馆名", "text": "红山博物馆"}]}, 1),
        ({"words": [{"field": "馆名", "text": ""}]}, 1),
        ({"words": [{"field": "观众人次", "text": "３.2万人次"}]}, 1),
        ({"words": [{"field": "没有这一项", "text": "青溪博物馆"}]}, 1),
        ({"links": [{"field": "馆名", "ids": [1]}]}, 1),
        ({"links": [{"field": "开馆日期", "ids": [9999]}]}, 1),
        ({"rows": [{"field": "展览", "cells": {"展品数": 3}}]}, 1),
        ({"rows": [{"field": "展览", "cells": {"展览名称": "没有的展", "展品数": 3}}]}, 2),
        ({"rows": [{"field": "展览", "cells": {"展览名称": "陶与火", "票价": "三元", "展品数": 9999}}]}, 2),
        ({"rows": [{"field": "明年安排", "cells": {"a": 1}}]}, 1),
    ],
)
def test_what_is_not_printed_is_dropped(reply, dropped):
    """An option that is none, words that are not there, a row that nothing names: each is counted and not given."""
    extraction, _, counted, _ = extract(reply)
    assert counted == dropped
    assert extraction.words == {}
    assert all(set(row) == {"title"} for rows in extraction.rows.values() for row in rows)


def test_the_first_answer_holds_and_no_row_stands_twice():
    """A model that goes on about the same changes nothing."""
    row = {"field": "展览", "cells": {"展览名称": "陶与火"}}
    words = [{"field": "馆名", "text": "青溪博物馆"}, {"field": "馆名", "text": "青溪"}]
    extraction, *_ = extract({"words": words, "rows": [row, row]})
    assert extraction.words["name"].value == "青溪博物馆"
    assert len(extraction.rows["shows"]) == 1


def test_a_figure_of_another_kind_of_unit_is_none_of_a_row():
    """A percentage is no number of objects."""
    report, ids = report_and_ids()
    reader = RowReader(SCHEMA.by_id["shows"], {c.id: c for c in report.candidates}, report)
    percentage = next(one for text, one in ids.items() if text.endswith("2.3%"))
    row, dropped = reader.read(FieldRow(field="展览", cells={"展览名称": "陶与火", "展品数": percentage}))
    assert set(row) == {"title"}
    assert dropped == 1


@given(st.text(max_size=12))
def test_an_option_is_one_of_the_options(answer):
    """Whatever a model says."""
    spec = SCHEMA.by_id["grade"]
    assert option_of(spec, answer) in {None, *spec.options}


@given(st.text(min_size=1, max_size=20))
def test_a_quote_is_printed(words):
    """What comes out of any words is what the report prints at its evidence, white space aside."""
    report, _ = report_and_ids()
    said = words_of(SCHEMA.by_id["name"], FieldWords(field="name", text=words), report.document)
    if said is not None:
        assert said.value == "".join(report.document.slice(said.evidence[0]).split())
