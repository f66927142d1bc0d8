"""Names and answers in a reply, however a model writes them."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.asking.labels import Labels, undecorated

NAMES = ("受理案件数", "GDP增速", "办结率（按期）", "12345热线受理量")
LABELS = Labels({name: name for name in NAMES})


def said(text: str) -> list[tuple[str, str]]:
    """What a reply answers."""
    return list(LABELS.answers(text))


@pytest.mark.parametrize(
    "line",
    [
        "受理案件数：12件",
        "受理案件数: 12件",
        "受理案件数（件）：12件",
        "- 受理案件数：12件",
        "* 受理案件数：12件",
        "• 受理案件数：12件",
        "1. 受理案件数：12件",
        "1、受理案件数：12件",
        "(1) 受理案件数：12件",
        "（1）受理案件数：12件",
        "① 受理案件数：12件",
        "12．受理案件数：12件",
        "- 1. **受理案件数**：12件",
        "**受理案件数**：12件",
        "**受理案件数：** 12件",
        "**受理案件数：12件**",
        "__受理案件数__：`12件`",
        "`受理案件数`：12件",
        "### 受理案件数：12件",
        "> 受理案件数：12件",
        "“受理案件数”：“12件”",
        "【受理案件数】：12件",
        "《受理案件数》：12件",
        '"受理案件数": "12件",',
        "  '受理案件数': '12件',",
        "受理案件数 = 12件",
        "受理案件数\t12件",
        "受理案件数 -> 12件",
        "受理案件数 → 12件",
        "受理 案件数：12件",
        "| 受理案件数 | 12件 |",
        "|受理案件数|12件|",
        "| **受理案件数** | **12件** |",
        "| 1 | 受理案件数 | 12件 | |",
        "| 受理案件数 | 12件 | 件 |",
        "| 受理案件数 | 件 | 12件 |",
    ],
)
def test_a_line_of_many_kinds(line: str) -> None:
    """Bullets, numbers, emphasis, quotes, tables and other signs between name and answer do not matter."""
    assert said(line) == said(f"好的，结果如下\n{line}\n以上") == [("受理案件数", "12件")]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("12345热线受理量：3件", "12345热线受理量"),
        ("1. 12345热线受理量：3件", "12345热线受理量"),
        ("ＧＤＰ增速：3件", "GDP增速"),
        ("gdp增速（%）：3件", "GDP增速"),
        ("办结率（按期）：3件", "办结率（按期）"),
        ("办结率(按期)：3件", "办结率（按期）"),
    ],
)
def test_names_that_look_like_something_else(line: str, name: str) -> None:
    """A name's own digits, brackets and widths are kept apart from what a model adds."""
    assert said(line) == [(name, "3件")]


@pytest.mark.parametrize(
    "text",
    [
        '{"受理案件数": "12件", "GDP增速": null}',
        '{"受理案件数": "12件",\n"GDP增速": ""}',
        '```json\n{"受理案件数": "12件", "GDP增速": ""}\n```',
        '{"结果": {"受理案件数": "12件", "GDP增速": ""}}',
        '[{"指标": "受理案件数", "数值": "12件"}, {"指标": "GDP增速", "数值": ""}]',
        '[{"name": "受理案件数", "unit": "件", "value": "12件"}, {"name": "GDP增速", "unit": "件", "value": ""}]',
        '[{"受理案件数": "12件"}, {"GDP增速": ""}]',
        '{"受理案件数": {"数值": "12件", "单位": "件"}, "GDP增速": {"单位": "%"}}',
        "| 指标 | 数值 |\n|---|---|\n| 受理案件数 | 12件 |\n| GDP增速 | |",
    ],
)
def test_json_and_tables(text: str) -> None:
    """Whole replies of another form say the same; an empty answer is an answer."""
    assert said(text) == [("受理案件数", "12件"), ("GDP增速", "")]


@pytest.mark.parametrize("cell", ["无", "未提及", "没有", "零", "-", "—", "**无**"])
def test_a_row_without_a_figure(cell: str) -> None:
    """A figure behind the cell that says that there is none is of something else."""
    assert said(f"| 受理案件数 | 件 | {cell} | 见第3页 |") == [("受理案件数", undecorated(cell))]


def test_digits_stay_as_they_are_written() -> None:
    """A number of JSON is not rounded on its way."""
    assert said('{"受理案件数": 12345678901234567890.10}') == [("受理案件数", "12345678901234567890.10")]
    assert said('{"受理案件数": 1e400}') == [("受理案件数", "1e400")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "受理案件数",
        "受理案件数12件",
        "没有受理案件数：12件",
        "今年受理案件数：12件",
        "| 受理案件数 | 12件 | 10件 |",
        "12件：受理案件数",
        '{"受理案件数": "12件", "GDP增速": "1',
        '{"受理案件数": true}',
        '{"受理案件数": ["12件", "13件"]}',
        '[{"指标": "受理案件数", "今年": "12件", "去年": "10件"}]',
        '{"a": ' * 2000,
        '{"a": ' * 6 + '{"受理案件数": "12件"}' + "}" * 6,
    ],
)
def test_what_answers_nothing(text: str) -> None:
    """A name alone, another name, several answers, JSON that was cut: none is made up."""
    assert said(text) == []


def test_names_that_differ_by_width_alone() -> None:
    """Only as they are written, they are told apart."""
    labels = Labels({"a类": 1, "Ａ类": 2})
    assert list(labels.answers("a类：x\nＡ类：y\nA类：z")) == [(1, "x"), (2, "y")]


LINES = st.sampled_from(["{}：{}", "{}: {}", "- **{}**：{}", "| {} | {} |", '"{}": "{}",', "{}={}"])


@given(st.lists(st.tuples(LINES, st.sampled_from(NAMES), st.sampled_from(["12件", "无", "3.5%", "零"])), max_size=8))
def test_answers_come_in_the_order_of_the_lines(lines: list[tuple[str, str, str]]) -> None:
    """Each line is read by itself, of whatever kind its neighbours are."""
    assert said("\n".join(kind.format(name, answer) for kind, name, answer in lines)) == [one[1:] for one in lines]


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["12件", "无", "3.5%"]) | st.none()), st.booleans())
def test_any_json_object(answers: dict[str, str | None], indented: bool) -> None:
    """On one line or many, keys are names and values answers."""
    text = json.dumps(answers, ensure_ascii=False, indent=2 if indented else None)
    assert said(text) == [(name, answer or "") for name, answer in answers.items()]


@given(st.text(max_size=80) | st.text('{}[]":，|：= 1.*受理案件数', max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Whatever it is, the names are those asked for, and every answer stands in the text."""
    for name, answer in said(text):
        assert name in NAMES
        assert answer in text


@pytest.mark.parametrize("unit", ["|", "*", " ", "（", "1.", "：", "`", "甲="])
def test_size_is_no_trouble(unit: str) -> None:
    """A long line takes time in proportion."""
    started = time.process_time()
    said(unit * 50_000)
    assert time.process_time() - started < 1


FORM = ("受理案件数：12件", "GDP增速：无", "办结率（按期）：9%", "12345热线受理量：3件")


@pytest.mark.parametrize(
    "text",
    [
        "好的，先看受理案件数。\n受理案件数：12件\n不对",
        "受理案件数：12件\n不对，这是上年的。\nGDP增速：3%",
        "受理案件数：12件\n不对，这",
        "受理案件数：12件\n那么",
        "\n".join(["思考：", *FORM]),
        "\n".join([*FORM[:3], "以上是前三项。", FORM[3]]),
        "\n".join([*FORM, "等等，12件是去年的。"]),
        "\n".join([*FORM, "12件是去年的？"]),
    ],
)
def test_thoughts_that_were_cut(text: str) -> None:
    """Words before the form is whole, or that take a line of it back."""
    assert LABELS.are_lost(text)


@given(st.data(), st.sampled_from(["{}", "- {}", "**{}**", "> {}", "1. {}"]), st.sampled_from(["", "```\n", "---\n"]))
def test_a_form_that_was_cut(data: st.DataObject, kind: str, head: str) -> None:
    """Wherever it breaks off, behind its last line too, what came is answers."""
    text = head + "\n".join(map(kind.format, FORM)) + "\n\n说明：以上数据均来自原文"
    end = data.draw(st.integers(0, len(text)))
    assert not LABELS.are_lost(text[:end])


def test_undecorated() -> None:
    """Quotes and emphasis go, brackets and signs of the answer itself stay."""
    assert undecorated(" **“12件（含旧存）”** ") == "12件（含旧存）"
    assert undecorated("-") == "-"
