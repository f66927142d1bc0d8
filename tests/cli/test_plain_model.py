"""A pydantic model that knows nothing of baogao is asked about a report in one command."""

from __future__ import annotations

import json

from cli.conftest import rows
from llm.fake_server import Seen, completion, fake_server
from llm.quirks.model import honest
from short_reports import MUSEUM

TEXT = """青溪博物馆2023年年报

青溪博物馆于2019年5月6日开馆，全年免费开放，接待观众3.2万人次。
全年举办“陶与火”展，展出86件。
"""


def links(seen: Seen):
    """What a model replies that reads the numbers behind which things stand."""
    user = seen.body["messages"][-1]["content"]
    if "青溪博物馆" not in user:
        return honest(seen)  # what it can do is tried first

    def number(before: str) -> int:
        return int(user.partition(before)[0].rpartition("[[")[2].rstrip("]"))

    answer = {
        "links": [
            {"field": "观众人次", "ids": [number("3.2万人次")]},
            {"field": "开馆日期", "ids": [number("2019年")]},
        ],
        "words": [
            {"field": "馆名", "text": "青溪博物馆"},
            {"field": "免费开放", "answer": "是", "text": "全年免费开放"},
        ],
        "rows": [{"field": "展览", "cells": {"展览名称": "“陶与火”展", "展品数": number("86件")}}],
    }
    return completion(json.dumps(answer, ensure_ascii=False))


def test_an_unchanged_model_extracts(baogao, tmp_path):
    """Numbers, a date, a yes, a name and a row come out, each with the characters that it was read from."""
    (tmp_path / "year.txt").write_text(TEXT, encoding="utf-8")
    with fake_server(links) as server:
        told = ("--schema", MUSEUM, "--extractor", "llm", "--base-url", server.url, "--model", "small", "--ask", "link")
        outcome = baogao("extract", "year.txt", "--out", "out", *told)
    assert outcome.code == 0, outcome.err
    (record,) = rows()
    said = {name: answer.value for name, answer in record.fields.items() if answer.status == "reported"}
    assert said == {"visitors": 32000, "opened_on": "2019-05-06", "name": "青溪博物馆", "free": "是"}
    assert record.rows["shows"][0]["objects"].value == 86
    printed = {name: TEXT[slice(*answer.evidence[0])] for name, answer in record.fields.items() if answer.evidence}
    assert printed == {
        "visitors": "3.2万人次",
        "opened_on": "2019年5月6日",
        "name": "青溪博物馆",
        "free": "全年免费开放",
    }
    for command in (("export", "out", "--to", "year.csv"), ("review", "out")):
        assert baogao(*command).code == 0, "the run remembers its schema"
    assert "2019-05-06" in (tmp_path / "year.csv").read_text(encoding="utf-8-sig")
