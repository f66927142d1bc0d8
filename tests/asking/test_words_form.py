"""The form for choices, dates and quotes: what a small model is shown, and how its lines are read."""

from __future__ import annotations

import pytest

from baogao.asking.words_form import words_forms
from baogao.llm import load_prompts
from baogao.llm.messages import Reply
from baogao.schema import load_schema
from short_reports import MUSEUM, read

TEXT = (
    "青溪博物馆2023年年报\n\n青溪博物馆于2019年5月6日开馆，全年免费开放。\n"
    + "馆内设有展厅若干，设备齐备，人员到位。" * 12
    + "\n经评定为国家三级博物馆。旺季在夏季。\n"
)
SCHEMA = load_schema(MUSEUM)


def form():
    """The only form of the report."""
    report = read(TEXT, SCHEMA)
    (found,) = words_forms(report, SCHEMA)
    return found, report


def answered(lines: str) -> dict[str, str]:
    """What a reply comes to, by field."""
    found, report = form()
    return {name: said.value for name, said in found.read(Reply(lines, "stop", 1, 1), report).items()}


def test_what_is_shown():
    """The beginning, the sentences that speak of the fields, the options, and a blank for each field."""
    found, report = form()
    *_, user = found.question(report, load_prompts()["words"]).messages
    assert user.content.index("青溪博物馆于2019年") < user.content.index("旺季在夏季。")
    assert "等级（一级／二级／三级）" in user.content
    assert user.content.endswith("馆名：\n开馆日期：\n免费开放：\n等级：\n旺季：")


def test_a_filled_form():
    """Options, dates and quotes are read; a date as a date."""
    lines = "馆名：青溪博物馆\n开馆日期：2019年5月6日\n免费开放：是\n等级：三级\n旺季：无"
    assert answered(lines) == {"name": "青溪博物馆", "opened_on": "2019-05-06", "free": "是", "grade": "三级"}


@pytest.mark.parametrize(
    "line", ["馆名：红山博物馆", "开馆日期：免费", "等级：特级", "开馆日期：2020年1月1日", "别的：是"]
)
def test_what_is_not_printed_is_none(line):
    """Words that the report does not have, an option that there is not, words that are no date."""
    assert answered(line) == {}


def test_a_reply_that_was_cut_among_thoughts_is_none():
    """Half a reply is never a whole one."""
    found, report = form()
    assert found.read(Reply("让我想想，馆名可能是青溪博物馆，不对", "length", 1, 1), report) == {}


def test_no_form_without_words(communique):
    """A schema of figures has none, and an empty report neither."""
    assert words_forms(read(TEXT), communique) == []
    assert words_forms(read(""), SCHEMA) == []
