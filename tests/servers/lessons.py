"""What a tiny model must say so that a report can be read with it: every question about the report, and the reply.

Nobody can ship a language model with the tests, and one of random weights answers nothing. One that knows these replies
by heart is small, and shows at any server whether question and answer come through unharmed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from baogao.api import extract
from baogao.record import Record
from llm.fake_server import FakeServer, Seen, Step, completion, failure, fake_server
from short_reports import COMMUNIQUE

REPORT = """临泉县2023年国民经济和社会发展统计公报

一、综合
初步核算，全年地区生产总值86.4亿元，比上年增长5.8%。粮食总产量12.4万吨。

二、人口
年末户籍人口23.15万人，常住人口21.03万人，城镇化率47.6%。

三、注释
1.本公报数据为初步统计数，正式数据以年鉴为准。
"""
FIGURES = {
    "地区生产总值": "86.4亿元",
    "地区生产总值增速": "5.8%",
    "粮食产量": "12.4万吨",
    "常住人口": "21.03万人",
    "城镇化率": "47.6%",
}
"""Fields by their labels, and what the report prints for each."""
TITLE = REPORT.partition("\n")[0]
WAYS = ("form", "choice", "link", "tag")
HOLDS = ("json_schema", "tools", "json_object", "nothing")
"""What a server can be held to."""
_PROSE = "I like autumn best, because it is cool."
"""What is said to everything else: no server that knows no schema makes JSON of it."""
_MARK = re.compile(r"\[\[(\d+)\]\]")


class Lesson(NamedTuple):
    """A conversation, and the reply to learn."""

    messages: list[dict[str, str]]
    reply: str


class Lessons(NamedTuple):
    """What is to be learned, and what a run comes to with it."""

    report: Path
    all: list[Lesson]
    outcomes: dict[str, dict[str, object]]
    """By the way of asking, or by ``hybrid`` and what the server can be held to: see :func:`outcome`."""


def teach(folder: Path) -> Lessons:
    """Every conversation that reading the report begins, in each way of asking and whatever the server can be held to.

    :param folder: where the report is written.
    """
    path = folder / "report.txt"
    path.write_text(REPORT, encoding="utf-8")
    learned: dict[str, Lesson] = {}
    outcomes: dict[str, dict[str, object]] = {}
    for holds in HOLDS:
        with fake_server(lambda seen, holds=holds: _answer(seen, holds), models=["parrot"]) as server:
            for way in WAYS if holds == HOLDS[0] else ("link",):
                outcomes[way] = outcome(extract(path, extractor="llm", ask=way, **_asking(server)))
            outcomes[f"hybrid, {holds}"] = outcome(extract(path, extractor="hybrid", **_asking(server)))
        for seen in server.seen:
            turns = seen.body["messages"]
            learned[json.dumps(turns)] = Lesson(turns, reply_to(turns))
    return Lessons(path, [learned[turns] for turns in sorted(learned)], outcomes)  # in whatever order they were asked


def outcome(record: Record) -> dict[str, object]:
    """What a record says, without how sure it is of it."""
    said: dict[str, object] = {name: answer.text for name, answer in record.fields.items() if answer.text}
    said |= {name: answer.value for name, answer in record.metadata.items() if answer.value}
    return said | {name: [one.text for one in entries] for name, entries in record.lists.items()}


def reply_to(messages: list[dict[str, str]]) -> str:
    """The right reply to a question about the report, told by how the question looks."""
    system, asked = messages[0]["content"], messages[-1]["content"]
    passage, _, form = asked.partition("\n表：\n")
    if "[[" in asked:
        return _links(asked) if "JSON" in system else _tags(asked)
    if form:
        known = FIGURES | {"公报标题": TITLE}
        labels = [line.rstrip("：") for line in form.splitlines() if line.endswith("：")]
        return "\n".join(f"{one}：{known[one] if known[one] in passage else '无'}" for one in labels)
    if chosen := re.search(r"【(.*)】", asked):
        options = [line.split(" ") for line in asked.splitlines()[1:]]
        right = [letter for letter, label in options if FIGURES.get(label) == chosen[1]]
        return right[0] if right else options[-1][0]
    if "Say: yes" in asked:
        return "yes"
    return '{"season": "autumn"}' if "JSON" in asked else _PROSE


def _links(asked: str) -> str:
    """The answer by link: what stands behind a mark, or behind several at one place, is what they mean."""
    links = []
    for label, figure in FIGURES.items():
        marked = re.search(rf"((?:\[\[\d+\]\])+){re.escape(figure)}", asked)
        links += [{"field": label, "ids": [int(_MARK.findall(marked[1])[0])]}] if marked else []
    entry = re.search(r"\n1\.\[\[(\d+)\]\]", asked)
    links += [{"field": "注释", "ids": [int(entry[1])]}] if entry else []
    answer = {"links": links, "metadata": [{"field": "公报标题", "text": TITLE}]}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _tags(asked: str) -> str:
    marked = {figure: number for number, figure in re.findall(r"\[\[(\d+)\]\]([\d.]+(?:亿元|万吨|万人|%))", asked)}
    lines = [f"{marked[figure]} {label}" for label, figure in FIGURES.items() if figure in marked]
    return "\n".join(lines) or "无"


def _answer(seen: Seen, holds: str) -> Step:
    """A server that can be held to one thing: it refuses the parameters for the others."""
    body = seen.body
    asked_for = body.get("response_format", {}).get("type") or ("tools" if "tools" in body else "nothing")
    if asked_for not in (holds, "nothing"):
        return failure(400, f"{asked_for} is not supported")
    text = reply_to(body["messages"])
    if asked_for != "nothing" and not text.startswith("{"):
        text = '{"season": "autumn"}'
    return completion(text, tool=body["tools"][0]["function"]["name"] if asked_for == "tools" else None)


def _asking(server: FakeServer) -> dict[str, Any]:
    return {"schema": COMMUNIQUE, "base_url": server.url, "model": "parrot", "cache": False}
