"""A model that can count: it fills forms, chooses letters, tags and links candidates by the words of communiqués' fields."""

from __future__ import annotations

import json
import re
from typing import Any

from llm.fake_server import Seen, Step, completion

_FIGURES = {
    "地区生产总值": r"地区生产总值([\d.]+亿元)",
    "地区生产总值增速": r"增长([\d.]+%)",
    "常住人口": r"常住人口([\d.]+万人)",
    "城镇化率": r"城镇化率([\d.]+%)",
}
_LINKED = {"gdp": "地区生产总值", "residents": "常住人口", "urban_share": "城镇化率"}


def filled_form(question: str) -> str:
    """A form as a careful model fills it; metadata are left blank."""
    passage, form = question.rsplit("表：", 1)
    lines = []
    for label in (line.rstrip("：") for line in form.split()):
        found = re.search(_FIGURES[label], passage) if label in _FIGURES else None
        lines.append(f"{label}：{found[1] if found else '无'}")
    return "\n".join(lines)


def chosen_letter(question: str) -> str:
    """The letter of the field that the figure in 【】 answers, or of none of them."""
    passage, *options = question.splitlines()
    names = [option.split(" ", 1) for option in options]
    figure = passage.replace("【", "").replace("】", "")
    asked = passage.split("【", 1)[1].split("】", 1)[0]
    for letter, label in names:
        found = re.search(_FIGURES[label], figure) if label in _FIGURES else None
        if found and found[1] == asked:
            return letter
    return names[-1][0]


def tags(question: str) -> str:
    """The numbers of the figures behind the words of three fields, each with the field's name."""
    found = {word: re.search(rf"{word}\[\[(\d+)\]\]", question) for word in _LINKED.values()}
    return "\n".join(f"{match[1]} {word}" for word, match in found.items() if match) or "无"


def links(question: str) -> dict[str, Any]:
    """Numbers of the candidates behind the words of three fields, and of every entry below the notes."""
    found = {field: re.search(rf"{word}\[\[(\d+)\]\]", question) for field, word in _LINKED.items()}
    answers = [{"field": field, "ids": [int(match[1])]} for field, match in found.items() if match]
    notes = [int(number) for number in re.findall(r"\[\[(\d+)\]\]本公报", question)]
    return {"links": [*answers, {"field": "notes", "ids": notes}]}


def abilities(seen: Seen) -> Step | None:
    """The reply to a request that only tries what the server can do: JSON by schema, nothing else."""
    if "season" not in json.dumps(seen.body) and "Say: yes" not in json.dumps(seen.body):
        return None
    kind = seen.body.get("response_format", {}).get("type")
    return completion('{"season": "autumn"}' if kind == "json_schema" else "autumn")


def good_model(seen: Seen) -> Step:
    """Answers whatever it is asked."""
    question = seen.body["messages"][-1]["content"]
    if "表：" in question:
        return completion(filled_form(question), prompt_tokens=100, completion_tokens=20)
    if question.endswith("都不是"):
        return completion(chosen_letter(question), prompt_tokens=200, completion_tokens=1)
    if "每行“编号 指标名”" in seen.body["messages"][0]["content"]:
        return completion(tags(question), prompt_tokens=200, completion_tokens=10)
    answer = json.dumps(links(question), ensure_ascii=False)
    return abilities(seen) or completion(answer, prompt_tokens=400, completion_tokens=60)
