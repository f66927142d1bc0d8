"""From nothing to the first right figure: the three commands of docs/schemas.md."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from pathlib import Path

from authoring.conftest import REPORT
from cli.conftest import rows
from cli.model_of_tests import abilities
from llm.fake_server import Seen, Step, completion, fake_server

PAGE = Path(__file__).parents[2] / "docs" / "schemas.md"
_FIGURES = {"收件数": "收到申请", "办结数": "办结", "办结率": "办结率", "收件增幅": "下降", "办结率目标": "目标为"}
_PROJECT = re.compile(r"(?P<name>[^。；\n\]]{2,12})总投资\[\[(?P<cost>\d+)\]\]")


def linking_model(seen: Seen) -> Step:
    """Links by the words before a figure; names the date, the basis, one choice and the rows."""
    probed = abilities(seen)
    if probed is not None:
        return probed
    question = seen.body["messages"][-1]["content"]
    found = {label: re.search(rf"{words}(?:\[\[\d+\]\])*?\[\[(\d+)\]\]", question) for label, words in _FIGURES.items()}
    links = [{"field": label, "ids": [int(match[1])]} for label, match in found.items() if match]
    projects = [
        {
            "field": "重点项目",
            "cells": {"项目名称": one["name"], "投资额": int(one["cost"])},
        }
        for one in _PROJECT.finditer(question)
    ]
    reply = {
        "links": links,
        "words": [
            {"field": "依据文件", "answer": "青溪县办件管理办法", "text": "青溪县办件管理办法"},
            {"field": "是否全程网办", "answer": "是", "text": "所有事项已经实现全程网办"},
        ],
        "rows": projects,
        "metadata": [{"field": "报告标题", "text": "青溪县2023年办件情况报告"}],
    }
    return completion(json.dumps(reply, ensure_ascii=False))


def test_three_commands(baogao):
    """As the page prints them, with a server in the place of its address: figures, words and rows come out right."""
    section = PAGE.read_text(encoding="utf-8").split("## Three commands", 1)[1]
    block = section.split("```\n", 2)[1]
    commands = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    assert len(commands) == 3
    Path("report.txt").write_text(REPORT, encoding="utf-8")
    with fake_server(linking_model) as server:
        for command in commands:
            outcome = baogao(*(word.replace("http://localhost:8000/v1", server.url) for word in command))
            assert outcome.code == 0, outcome.err
    (record,) = rows(Path("out/permits"))
    values = {name: answer.value for name, answer in record.fields.items()}
    assert values["cases_received"] == 1280
    assert values["cases_closed"] == 1216
    assert values["closing_rate"] == 95
    assert values["received_growth"] == Decimal("-2.3")
    assert (values["closing_rate_target"], record.fields["closing_rate_target"].upper) == (96, 98)
    assert (values["legal_basis"], values["online"]) == ("青溪县办件管理办法", "是")
    assert [row["cost"].value for row in record.rows["projects"]] == [320, 1500]
    assert record.metadata["title"].value == "青溪县2023年办件情况报告"
