"""Models that answer in a manner of their own, and endpoints with their own idea of log-probabilities."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import log
from typing import Any

from llm.fake_server import Seen, Step
from llm.quirks.model import LETTER_SURE, Body, Server, completion_of
from llm.quirks.quirk import Quirk, choice, said


def _logprobs(logprobs: Any) -> Server:
    """A server that has its own idea of log-probabilities; a function makes them of the text."""

    def edit(one: Body) -> None:
        if "logprobs" in one:
            one["logprobs"] = logprobs(one["message"]["content"]) if callable(logprobs) else logprobs

    return choice(edit)


def _tokens(*before: str, letter: str = "{}", after: tuple[str, ...] = ()) -> Server:
    """A choice that is said in several tokens, of which one is the letter."""

    def server(seen: Seen) -> Step:
        plain = completion_of(seen)["choices"][0]["message"]["content"] or ""
        tokens = [*before, letter.format(plain), *after]
        body = completion_of(seen, "".join(tokens))
        known = [{"token": one, "logprob": -2.5} for one in tokens]
        known[len(before)]["logprob"] = log(LETTER_SURE)
        body["choices"][0]["logprobs"] = {"content": known}
        return Step(body)

    return server


def _form(line: Callable[[str, str], str], head: str = "", tail: str = "") -> Server:
    """A model that fills a form in a manner of its own."""

    def change(text: str) -> str:
        lines = [one.split("：", 1) for one in text.split("\n") if "：" in one]
        return head + "\n".join(line(*one) for one in lines) + tail if lines else text

    return said(change)


def _json_of_form(text: str) -> str:
    return json.dumps(dict(one.split("：", 1) for one in text.split("\n") if "：" in one), ensure_ascii=False)


def _wide(text: str) -> str:
    return re.sub(r"[\d.]", lambda one: chr(ord(one[0]) + 0xFEE0), text)


def _ids_as_text(text: str) -> str:
    return re.sub(r'"ids": \[(\d+)\]', r'"ids": ["\1"]', text)


PROBABILITIES = [
    Quirk(
        "logprob is null",
        "sgl-project/sglang#20323",
        _logprobs(lambda text: {"content": [{"token": text, "logprob": None}]}),
        ask="choice",
    ),
    Quirk("logprobs are null", "InternLM/lmdeploy#2802", _logprobs(None), ask="choice"),
    Quirk("logprobs without content", "sgl-project/sglang#839", _logprobs({"content": None}), ask="choice"),
    Quirk("logprobs of nothing", "sgl-project/sglang#839", _logprobs({"content": []}), ask="choice"),
    Quirk(
        "logprobs of the old kind",
        "xorbitsai/inference#5252",
        _logprobs(lambda text: {"tokens": [text], "token_logprobs": [None], "top_logprobs": None}),
        ask="choice",
    ),
    Quirk("logprobs as a list", "togethercomputer/openapi#68", _logprobs([-0.1]), ask="choice"),
    Quirk(
        "minus infinity among the others",
        "Python servers",
        _logprobs(
            lambda text: {
                "content": [
                    {
                        "token": text,
                        "logprob": log(LETTER_SURE),
                        "top_logprobs": [{"token": "Z", "logprob": float("-inf")}],
                    }
                ]
            }
        ),
        ask="choice",
        sure=LETTER_SURE,
    ),
    Quirk(
        "one logprob of many is null",
        "sgl-project/sglang#11113",
        _logprobs(
            lambda text: {"content": [{"token": "", "logprob": None}, {"token": text, "logprob": log(LETTER_SURE)}]}
        ),
        ask="choice",
    ),
    Quirk(
        "the letter is the second token",
        "Llama tokenizers",
        _tokens(" ", after=("\n",)),
        ask="choice",
        sure=LETTER_SURE,
    ),
    Quirk(
        "the letter has a blank before it", "Llama tokenizers", _tokens(letter=" {}"), ask="choice", sure=LETTER_SURE
    ),
    Quirk("the letter is in bold", "small models", _tokens("**", after=("**",)), ask="choice", sure=LETTER_SURE),
    Quirk(
        "the letter stands after a word",
        "small models",
        _tokens("答案", "：", after=("。",)),
        ask="choice",
        sure=LETTER_SURE,
    ),
    Quirk(
        "the letter stands after a thought",
        "QwenLM, thinking templates",
        _tokens("<think>", "选B还是A", "</think>", "\n\n"),
        ask="choice",
        sure=LETTER_SURE,
    ),
    Quirk(
        "the letter stands after a thought without its beginning",
        "vllm-project/vllm#13125",
        _tokens("选B还是C", "</think>", "\n\n"),
        ask="choice",
        sure=LETTER_SURE,
    ),
    Quirk(
        "tokens by their numbers",
        "vLLM, return_tokens_as_token_ids",
        _logprobs(lambda text: {"content": [{"token": f"token_id:{ord(text)}", "logprob": -0.1}]}),
        ask="choice",
    ),
]

_CHOSEN = {
    "in bold": "**{}**",
    "in brackets": "({})",
    "in full-width brackets": "（{}）",
    "in black brackets": "【{}】",
    "with a full stop": "{}.",
    "with its label": "{}. 就是这一项",
    "after a word": "答案：{}",
    "after a verb": "选{}",
    "in a sentence": "答案是 {}。",
    "boxed": "\\boxed{{{}}}",
    "as JSON": '{{"answer": "{}"}}',
    "quoted": "“{}”",
    "as code": "`{}`",
}

FORMS = [
    *(Quirk(f"a letter {name}", "small models", said(shape.format), ask="choice") for name, shape in _CHOSEN.items()),
    Quirk("a full-width letter", "small models", said(lambda text: chr(ord(text[0]) + 0xFEE0)), ask="choice"),
    Quirk("a small letter", "small models", said(str.lower), ask="choice"),
    Quirk(
        "a whole sentence and no letter",
        "small models",
        said(lambda _: "这个数字应该是某项指标。"),
        says="letter",
        ask="choice",
    ),
    Quirk("two letters", "small models", said(lambda _: "A或B"), says="letter", either=True, ask="choice"),
    Quirk("a form in bold", "chat models", _form(lambda name, value: f"**{name}**：{value}")),
    Quirk("a form in bold, colon included", "chat models", _form(lambda name, value: f"**{name}：** {value}")),
    Quirk("a form with numbers", "chat models", _form(lambda name, value: f"1. {name}：{value}")),
    Quirk("a form with numbers and marks", "chat models", _form(lambda name, value: f"（1）{name}：{value}")),
    Quirk("a form as a list", "chat models", _form(lambda name, value: f"* {name}: {value}")),
    Quirk(
        "a form as a table",
        "chat models",
        _form(lambda name, value: f"| {name} | {value} |", "| 指标 | 数值 |\n|---|---|\n"),
    ),
    Quirk("a form as JSON", "chat models", said(_json_of_form)),
    Quirk("a form as fenced JSON", "chat models", said(lambda text: f"```json\n{_json_of_form(text)}\n```")),
    Quirk("a form in a fence", "chat models", said(lambda text: f"```\n{text}\n```")),
    Quirk(
        "a form with an introduction",
        "chat models",
        said(lambda text: f"好的，以下是填写的表：\n\n{text}\n\n如有疑问请告诉我。"),
    ),
    Quirk(
        "a form with an equals sign",
        "chat models",
        _form(lambda name, value: f"{name} = {value}"),
        says="form",
        either=True,
    ),
    Quirk("a form in full-width figures", "chat models", said(_wide)),
    Quirk("a form in quotes", "chat models", _form(lambda name, value: f"「{name}」：“{value}”")),
    Quirk("a form with bold values", "chat models", _form(lambda name, value: f"{name}：**{value}**")),
    Quirk("links in a fence", "chat models", said(lambda text: f"```json\n{text}\n```"), ask="link"),
    Quirk("links after a sentence", "chat models", said(lambda text: f"好的，结果如下：\n{text}\n以上。"), ask="link"),
    Quirk("links with numbers as text", "chat models", said(_ids_as_text), ask="link"),
    Quirk(
        "links with single quotes",
        "chat models",
        said(lambda text: text.replace('"', "'")),
        says="fit",
        either=True,
        ask="link",
    ),
    Quirk(
        "links with null for a list",
        "chat models",
        said(lambda text: text[:-1] + ', "metadata": null}'),
        says="fit",
        either=True,
        ask="link",
    ),
]
