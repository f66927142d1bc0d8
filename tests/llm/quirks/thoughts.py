"""Models that think before they answer, and servers that hand their thoughts over in one of many ways."""

from __future__ import annotations

from collections.abc import Callable

from llm.fake_server import Seen, Step
from llm.quirks.model import Body, Server, as_asked, cap_of, completion_of, is_ours
from llm.quirks.quirk import REPORT, Quirk, message, said

_TRAP = '嗯，先看原文。\n地区生产总值：21.03万人\nB\n{"links": []}\n不对，重新看。'
"""A thought with wrong answers in it, in the shape of each way of asking."""
_ENOUGH = 1000
"""Tokens of a cap within which these models finish."""


def _thinking(change: Callable[[str], str]) -> Server:
    """A model that says its thoughts in its reply, also to what only tries it."""
    return said(change)


def _cut_unless_room(cut: Callable[[Body], None], whole: Callable[[Body], None]) -> Server:
    """A model whose thoughts take all of a small cap."""

    def server(seen: Seen) -> Step:
        body = completion_of(seen)
        cap = cap_of(seen.body)
        one = body["choices"][0]
        if one["message"]["content"] is None:
            one["message"] = {"role": "assistant", "content": one["message"]["tool_calls"][0]["function"]["arguments"]}
            one["finish_reason"] = "stop"
        if cap is None or cap >= _ENOUGH:
            whole(one)
        else:
            cut(one)
            body["usage"]["completion_tokens"] = cap
            one.pop("logprobs", None)
        return as_asked(seen, body)

    return server


def _apart(one: Body) -> None:
    one["message"]["reasoning_content"] = _TRAP


def _apart_and_nothing(one: Body) -> None:
    one["message"].update(reasoning_content=_TRAP, content="")
    one["finish_reason"] = "length"


def _apart_and_nothing_said(one: Body) -> None:
    one["message"].update(reasoning_content=_TRAP, content="")


def _hidden_and_nothing(one: Body) -> None:
    one["message"]["content"] = None
    one["finish_reason"] = "length"


def _inline(one: Body) -> None:
    one["message"]["content"] = f"<think>\n{_TRAP}\n</think>\n\n{one['message']['content']}"
    one.pop("logprobs", None)


def _inline_and_cut(one: Body) -> None:
    one["message"]["content"] = f"<think>\n{_TRAP}"
    one["finish_reason"] = "length"


def _bare_and_cut(one: Body) -> None:
    one["message"]["content"] = _TRAP
    one["finish_reason"] = "length"


def _cut_while_thinking(*lines: str, reason: str = "length") -> Server:
    """A model whose thoughts nothing tells from an answer, and which are cut before it."""

    def server(seen: Seen) -> Step:
        if not is_ours(seen.body):
            return Step(completion_of(seen))
        body = completion_of(seen, "\n".join(lines))
        body["choices"][0]["finish_reason"] = reason
        return as_asked(seen, body)

    return server


_ELSEWHERE = REPORT.replace("86.4亿元", "86.4亿元，其中城区地区生产总值80.1亿元")
_WRONG_LINK = '{"links": [{"field": "gdp", "ids": [2]}], "metadata": []}'


def _bare(one: Body) -> None:
    one["message"]["content"] = f"{_TRAP}\n</think>\n\n{one['message']['content']}"
    one.pop("logprobs", None)


def _endless(seen: Seen) -> Step:
    """A model that thinks for as long as it may."""
    body = completion_of(seen, "")
    one = body["choices"][0]
    one["message"]["reasoning_content"] = "想了又想，" * 50
    one["finish_reason"] = "length"
    body["usage"]["completion_tokens"] = cap_of(seen.body) or 100_000
    return as_asked(seen, body)


def _answer_as_thought(one: Body) -> None:
    one["reasoning_content"], one["content"] = one["content"], ""


def _thinks_only_about_reports(seen: Seen) -> Step:
    """A model that is quick to answer short questions, so that trying it shows nothing."""
    return _cut_unless_room(_apart_and_nothing, _apart)(seen) if is_ours(seen.body) else Step(completion_of(seen))


_FINAL = "<|start|>assistant<|channel|>final<|message|>"
_TAGS = {
    "<think>": (f"<think>\n{_TRAP}\n</think>\n\n", "deepseek-ai/DeepSeek-R1"),
    "an empty <think>": ("<think>\n\n</think>\n\n", "QwenLM/Qwen3, /no_think"),
    "no opening tag": (f"{_TRAP}\n</think>\n\n", "vllm-project/vllm#13125, open-webui#9808"),
    "two thoughts": (f"<think>{_TRAP}</think>\n{_TRAP}\n</think>\n", "vllm-project/vllm#17144"),
    "<thinking>": (f"<thinking>\n{_TRAP}\n</thinking>\n", "models that were told to think"),
    "<reason>": (f"<reason>\n{_TRAP}\n</reason>\n", "models that were told to think"),
    "<think> with a blank": (f"<think\n>{_TRAP}</think\n>\n", "deepseek-ai/DeepSeek-R1, templates"),
    "words of Ollama": (f"Thinking...\n{_TRAP}\n...done thinking.\n\n", "ollama, at its command line"),
    "<thought>": (f"<thought>\n{_TRAP}\n</thought>\n", "Gemini behind its OpenAI layer"),
    "marks of Kimi": (f"◁think▷{_TRAP}◁/think▷", "MoonshotAI/Kimi-VL"),
    "channels": (f"<|channel|>analysis<|message|>{_TRAP}<|end|>{_FINAL}", "kekzl/imp#768 (gpt-oss)"),
    "channels, final without a mark": (f"<|channel|>analysis<|message|>{_TRAP}<|end|>", "ggml-org/llama.cpp#15181"),
    "channels whose marks were lost": (f"analysis{_TRAP}assistantfinal", "oobabooga/textgen#7374"),
}


def _in_front(thought: str) -> Server:
    return _thinking(lambda text: thought + text)


THOUGHTS = [
    *(
        Quirk(f"{name}, by {way}", source, _in_front(thought), ask=way)
        for name, (thought, source) in _TAGS.items()
        for way in (("form", "choice", "link") if name in ("<think>", "no opening tag", "channels") else ("form",))
    ),
    Quirk("thoughts apart", "api-docs.deepseek.com", message(lambda one: one.update(reasoning_content=_TRAP))),
    Quirk("thoughts apart, by choice", "Qwen3", message(lambda one: one.update(reasoning_content=_TRAP)), ask="choice"),
    Quirk("thoughts apart, by another name", "OpenRouter, vLLM", message(lambda one: one.update(reasoning=_TRAP))),
    Quirk(
        "thoughts as details",
        "OpenRouter",
        message(lambda one: one.update(reasoning_details=[{"type": "reasoning.text", "text": _TRAP}])),
        ask="link",
    ),
    Quirk("thoughts apart eat the cap", "BerriAI/litellm-docs#559", _cut_unless_room(_apart_and_nothing, _apart)),
    Quirk(
        "thoughts apart eat the cap, by choice",
        "BerriAI/litellm-docs#559",
        _cut_unless_room(_apart_and_nothing, _apart),
        ask="choice",
    ),
    Quirk(
        "thoughts apart eat the cap, by what it can do",
        "BerriAI/litellm-docs#559",
        _cut_unless_room(_apart_and_nothing, _apart),
        ask="auto",
    ),
    Quirk(
        "thoughts eat the cap and the server calls it a stop",
        "kekzl/imp#1442, elizaOS/eliza#8189",
        _cut_unless_room(_apart_and_nothing_said, _apart),
        ask="choice",
    ),
    Quirk(
        "hidden thoughts eat the cap",
        "covan-ai/covan#112 (gpt-5)",
        _cut_unless_room(_hidden_and_nothing, lambda one: None),
        ask="choice",
    ),
    Quirk("thoughts in the reply eat the cap", "langextract#72", _cut_unless_room(_inline_and_cut, _inline)),
    Quirk(
        "thoughts in the reply eat the cap, by link",
        "langextract#72",
        _cut_unless_room(_inline_and_cut, _inline),
        ask="link",
    ),
    Quirk(
        "thoughts without an opening tag eat the cap",
        "vllm-project/vllm#31045",
        _cut_unless_room(_bare_and_cut, _bare),
        ask="choice",
        says="letter|thought|think|cut",
        either=True,
    ),
    *(
        Quirk(
            f"thoughts without a mark are cut, {name}",
            "vllm-project/vllm#31045",
            _cut_while_thinking(*lines),
            says="form",
            report=_ELSEWHERE,
        )
        for name, lines in {
            "words first": ("好的，先看地区生产总值。", "地区生产总值：80.1亿元", "不对，这是城区的。再看"),
            "an answer first": ("地区生产总值：80.1亿元", "不对，这是城区的。再看一遍，", "地区生产总值"),
            "half a line behind an answer": ("地区生产总值：80.1亿元", "不对，这是城区的"),
            "a table first": ("| 地区生产总值 | 80.1亿元 |", "", "不对，这是城区的。再看一遍，", "地"),
        }.items()
    ),
    *(
        Quirk(
            f"thoughts without a mark are cut, by link, {reason}",
            "vllm-project/vllm#31045",
            _cut_while_thinking(f"好的。{_WRONG_LINK}", f"不对，这是城区的。{_WRONG_LINK[:40]}", reason=reason),
            says="cut|fit",
            ask="link",
            report=_ELSEWHERE,
        )
        for reason in ("length", "stop")
    ),
    Quirk("thoughts only about reports", "adaptive thinking", _thinks_only_about_reports, ask="link"),
    Quirk("thoughts without end", "lenneTech/nest-server#607", _endless, says="thought|think|reason", ask="choice"),
    Quirk(
        "the answer among the thoughts",
        "vLLM with a parser of thoughts and thinking off",
        message(_answer_as_thought),
        says="empty|thought|think|reason",
        either=True,
    ),
]
