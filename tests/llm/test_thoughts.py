"""Thoughts in a reply's text."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.llm.thoughts import without_thoughts

HARMONY = "<|channel|>analysis<|message|>We need 12.<|end|><|start|>assistant<|channel|>final<|message|>"


@pytest.mark.parametrize(
    "text",
    [
        "<think>嗯，12件？</think>{}",
        "\n<think>\n嗯\n</think>\n\n{}",
        "嗯，12件？\n</think>\n\n{}",
        "嗯</think>{}",
        "<think>一</think><think>二</think>{}",
        "<think>一</think>不对</think>{}",
        "<think>写 `</think>` 之后</think>{}",
        "<think>“好”</think>{}",
        "<thinking>嗯</thinking>\n{}",
        "<Thought>嗯</Thought>\n{}",
        "<reasoning>嗯</reasoning>{}",
        "<reason>嗯</reason>\n{}",
        "<think\n>嗯</think\n>{}",
        "<think >嗯</think >{}",
        "嗯</think\n>\n{}",
        "Thinking...\n嗯\n...done thinking.\n\n{}",
        "嗯\n...done thinking.\n{}",
        "<seed:think>嗯</seed:think>{}",
        "◁think▷嗯◁/think▷{}",
        "[THINK]嗯[/THINK]{}",
        "<|begin_of_thought|>嗯<|end_of_thought|>{}",
        "<|channel>thought\n嗯<channel|>{}",
        HARMONY + "{}<|return|>",
        HARMONY + "{}",
        HARMONY.replace("final", "final <|constrain|>json") + "{}",
        HARMONY.replace("analysis<|message|>", "analysis").replace("final<|message|>", "final") + "{}",
        "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>b<|end|>"
        "<|start|>assistant<|channel|>final<|message|>{}",
        "We need 12.<|end|><|start|>assistant<|channel|>final<|message|>{}",
        "<|channel|>analysis<|message|>We need 12.<|end|>{}",
        "<|channel|>analysis<|message|>We need 12.<|end|>assistantfinal{}",
        "<|channel|>analysis<|message|>We need 12.<|end|>assistant<|channel|>final<|message|>{}",
        "analysisWe need 12.assistantfinal{}",
        "analysis我们要12。assistantfinal{}",
        "<think>嗯</think><answer>{}</answer>",
        "<think>嗯</think>\n<answer>\n{}\n</answer>\n",
        "<think>嗯</think><|begin_of_box|>{}<|end_of_box|>",
        "<think>嗯</think>{}<|im_end|>",
        "<think>嗯</think>{}</s>",
    ],
)
@pytest.mark.parametrize("answer", ["A", "受理：12件\n办结：无", '{"links": [{"field": "a</think>b", "ids": [1]}]}'])
def test_thoughts_are_cut_off(text: str, answer: str) -> None:
    """By whichever marks a model parts them from its answer, the answer is left."""
    assert without_thoughts(text.replace("{}", answer)) == (answer, True)


@pytest.mark.parametrize(
    "text",
    [
        "<think>受理：12件",
        "<think>",
        "[THINK]受理：12件",
        "<reason>受理：12件",
        "Thinking...\n受理：12件\n受理：13件",
        "<|channel|>analysis<|message|>受理：12件",
        "<|channel|>analysis<|message|>受理<|end|><|start|>assistant<|channel|>commentary<|message|>12件",
        "analysisWe need 12.",
        "<|channel|>analysis<|message|>We need 12.<|end|>",
        "<think>一</think><think>二",
        "<think>一 `<think>` 二",
    ],
)
def test_thoughts_that_were_cut_leave_no_answer(text: str) -> None:
    """What a model thought of an answer is none."""
    assert without_thoughts(text) == ("", True)


def test_thoughts_behind_an_answer() -> None:
    """Where they begin on a line of their own and have no end, what stands before is the answer."""
    assert without_thoughts("受理：12件\n<think>\n受理：13件？") == ("受理：12件", True)


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "a</think>b"}',
        '[{"title": "<think>a</think>"}]',
        '```json\n{"title": "a</think>b"}\n```',
        '{"links": [{"field": "a</think>b", "ids": [1',
        '{"a": "\\"</think>\\""}',
        "标题：关于“</think>”的说明",
        "用 `</think>` 结束",
        "见<think>一节",
        "analysis of the report",
        "Thinking... A",
        "受理：12件...done thinking.",
        " 受理：12件\n",
        "a < b > c",
    ],
)
def test_an_answer_that_mentions_a_mark_is_not_cut(text: str) -> None:
    """In a string of JSON, in quotes, or without an end in the middle of a line, a mark is a word."""
    assert without_thoughts(text) == (text, False)


def test_the_end_of_a_turn_is_no_end_of_thoughts() -> None:
    """Some models write it behind their answers, and then go on."""
    assert without_thoughts("A<|end|>") == ("A", False)
    assert without_thoughts("A<|end|>B") == ("A<|end|>B", False)


@pytest.mark.parametrize("text", ["<think></think>A", "<think>\n\n</think>\n\nA", "</think>A", "<answer>A</answer>"])
def test_no_thoughts_between_the_marks(text: str) -> None:
    """A model that was told not to think leaves the marks alone."""
    assert without_thoughts(text) == ("A", False)


@given(st.text("甲：12件\n{}[]\"'`|analysis"))
def test_a_text_without_marks_stays(text: str) -> None:
    """Whatever is in it, not a character is lost."""
    if not text.lstrip().startswith("analysis"):
        assert without_thoughts(text) == (text, False)


@given(st.text("想12件。\n"), st.text("甲：12件"))
def test_any_answer_behind_any_thoughts(thoughts: str, answer: str) -> None:
    """It is found, with an opening mark or without."""
    for opening in ("<think>", ""):
        assert without_thoughts(f"{opening}{thoughts}</think>{answer}") == (answer, bool(thoughts.strip()))


@given(
    st.text('{}[]":,\\a') | st.dictionaries(st.text(), st.text()).map(json.dumps),
    st.sampled_from(["</think>", "assistantfinal"]),
)
def test_json_is_never_cut(text: str, mark: str) -> None:
    """JSON with a mark in one of its strings is left as it is."""
    said = json.dumps({"a": text + mark + text}, ensure_ascii=False)
    assert without_thoughts(said) == (said, False)


@pytest.mark.parametrize(
    "unit", ["<think></think>", "<think>`</think>`", "</think>", "<think>", '{"', " ", "<|a|>", "\n<think"]
)
def test_size_is_no_trouble(unit: str) -> None:
    """A long text takes time in proportion."""
    started = time.process_time()
    without_thoughts(unit * 30_000)
    without_thoughts("{" + unit * 30_000 + "</think>")
    assert time.process_time() - started < 2
