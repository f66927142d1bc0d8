"""Endpoints whose completions have another shape than the OpenAI API's, or end for other reasons."""

from __future__ import annotations

import json
from collections.abc import Callable

from llm.fake_server import Seen, Step
from llm.quirks.model import Body, Server, completion_of, is_ours
from llm.quirks.quirk import REPORT, Quirk, always, choice, edited, message


def _raw(change: Callable[[str], str]) -> Server:
    """A server that sends its JSON a little otherwise."""
    return lambda seen: Step(change(json.dumps(completion_of(seen), ensure_ascii=False)).encode())


def _parts(one: Body) -> None:
    one["content"] = [{"type": "text", "text": one["content"]}]


def _two_parts(one: Body) -> None:
    half = len(one["content"]) // 2
    one["content"] = [{"type": "text", "text": one["content"][at]} for at in (slice(half), slice(half, None))]


def _thinking_part(one: Body) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "地区生产总值：21.03万人，对吗？选B。"}]}
    one["content"] = [thought, {"type": "text", "text": one["content"]}]


def _dict_arguments(one: Body) -> None:
    for call in one.get("tool_calls") or ():
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])


def _only_tools(server: Server) -> Server:
    """A server whose model does not follow schemas: it is asked by tools."""

    def script(seen: Seen) -> Step:
        if "response_format" in seen.body and not is_ours(seen.body):
            return Step(completion_of(seen, "Autumn, because of the leaves."))
        return server(seen)

    return script


def _broken_choice(seen: Seen) -> Step:
    body = completion_of(seen)
    one = body["choices"][0]
    text = one["message"]["content"] or ""
    fault = {"message": "upstream died", "code": 502}
    one.update(message={"role": "assistant", "content": text[: len(text) // 2]}, finish_reason="error", error=fault)
    return Step(body)


def _half(reason: str, at: float = 0.6) -> Server:
    """A server whose replies about reports break off, and say so by a reason of its own."""

    def server(seen: Seen) -> Step:
        body = completion_of(seen)
        one = body["choices"][0]
        if is_ours(seen.body):
            text = one["message"]["content"] or one["message"]["tool_calls"][0]["function"]["arguments"]
            one["message"] = {"role": "assistant", "content": text[: int(len(text) * at)]}
            one["finish_reason"] = reason
        return Step(body)

    return server


def _half_a_line(seen: Seen) -> Step:
    """A form that breaks off within a figure, so that what is left of it is another figure of the report."""
    body = completion_of(seen)
    one = body["choices"][0]
    text = one["message"]["content"]
    if "86.4" in text:
        one["message"]["content"], one["finish_reason"] = text[: text.index("86.4") + 1], "length"
    return Step(body)


def _reason(reason: str | None) -> Server:
    return choice(lambda one: one.update(finish_reason=reason))


SHAPES = [
    Quirk("content in parts", "mistralai/client-python#621", message(_parts)),
    Quirk("content in two parts", "mistralai/client-python#621", message(_two_parts), ask="choice"),
    Quirk("a part is a thought", "brainlid/langchain#418 (Magistral)", message(_thinking_part)),
    Quirk("a part is a thought, by choice", "UKGovernmentBEIS/inspect_ai#2000", message(_thinking_part), ask="choice"),
    Quirk(
        "no message",
        "proxies that lost their upstream",
        choice(lambda one: one.update(message=None)),
        says="not a chat|empty",
    ),
    Quirk("no content at all", "vllm-project/vllm#41902", message(lambda one: one.update(content=None)), says="empty"),
    Quirk("usage is null", "langgenius/dify#2144", edited(lambda body: body.update(usage=None))),
    Quirk("usage is missing", "langgenius/dify#2144", edited(lambda body: body.pop("usage"))),
    Quirk("usage counts no prompt", "langgenius/dify#2144", edited(lambda body: body["usage"].update(prompt_tokens=0))),
    Quirk("usage in words", "gateways", edited(lambda body: body.update(usage={"prompt_tokens": "118", "total": 1.5}))),
    Quirk("a mark of byte order", "IIS in front of a server", _raw(lambda text: "\ufeff" + text)),
    Quirk("empty lines before the JSON", "api-docs.deepseek.com, rate limit", _raw(lambda text: "\n" * 40 + text)),
    Quirk("NaN in the JSON", "Python servers", _raw(lambda text: text.replace('"created": 1', '"created": NaN'))),
    Quirk(
        "a comma too many",
        "servers that write JSON by hand",
        _raw(lambda text: text[:-1] + ",}"),
        says="not a chat",
        either=True,
    ),
    Quirk(
        "JSON that breaks off", "gateways with a limit", _raw(lambda text: text[: len(text) // 2]), says="not a chat"
    ),
    Quirk(
        "a list around the completion",
        "SkyrimNet-GamePlugin#77",
        lambda seen: Step([completion_of(seen)]),
        says="not a chat",
        either=True,
    ),
    Quirk(
        "a completion of the old kind",
        "text completions behind a gateway",
        choice(lambda one: one.update(text=one.pop("message")["content"])),
        says="not a chat",
        either=True,
    ),
    Quirk("arguments as an object", "ggml-org/llama.cpp#20198", _only_tools(message(_dict_arguments)), ask="link"),
    Quirk(
        "an error with status 200",
        "langgenius/dify#9197 (OpenRouter)",
        always(Step({"error": {"message": "Provider returned error", "code": 502}})),
        says="Provider returned error",
    ),
    Quirk(
        "an error in a choice", "genkit-ai/genkit#6259", lambda seen: _broken_choice(seen), says="upstream|error|broke"
    ),
    Quirk(
        "an error of another API with status 200",
        "Qianfan, error 18",
        always(Step({"error_code": 18, "error_msg": "Open api qps request limit reached"})),
        says="qps request limit",
    ),
    Quirk(
        "a code and a message with status 200",
        "one-api",
        always(Step({"code": 500, "msg": "上游服务异常"})),
        says="上游服务异常",
    ),
    Quirk("no choice", "vLLM behind a proxy", edited(lambda body: body.update(choices=[])), says="not a chat|choice"),
]


REASONS = [
    Quirk("eos", "BerriAI/litellm#494 (TGI)", _reason("eos"), ask="link"),
    Quirk("end_turn", "zeitlings/ayai-gpt-nexus#2", _reason("end_turn")),
    Quirk("STOP", "Gemini behind gateways", _reason("STOP"), ask="link"),
    Quirk("no reason", "SplittyDev, MacPaw/OpenAI#312", _reason(None), ask="link"),
    Quirk("a reason nobody knows, of a whole reply", "vercel/ai#1832", _reason("xyz"), ask="link"),
    Quirk(
        "a reason nobody knows, of half a reply",
        "anomalyco/opencode#44092",
        _half("xyz"),
        says="xyz|cut|fit",
        ask="link",
    ),
    Quirk("cut at the cap", "the OpenAI API", _half("length"), says="cut", ask="link"),
    Quirk("MAX_TOKENS", "Gemini behind gateways", _half("MAX_TOKENS"), says="cut", ask="link"),
    Quirk("max_tokens", "Claude behind gateways", _half("max_tokens"), says="cut", ask="link"),
    Quirk("sensitive", "promptfoo/promptfoo#9905 (Zhipu)", _half("sensitive"), says="sensitive|withheld|filter"),
    Quirk("content_filter", "Azure", _half("content_filter"), says="filter"),
    Quirk("SAFETY", "xtekky/gpt4free#2341", _half("SAFETY"), says="safety|withheld|filter"),
    Quirk(
        "insufficient_system_resource",
        "genkit-ai/genkit#6259 (DeepSeek)",
        _half("insufficient_system_resource"),
        says="insufficient_system_resource|resource",
    ),
    Quirk("network_error", "promptfoo/promptfoo#9905 (Zhipu)", _half("network_error"), says="network_error|network"),
    Quirk("error", "gethouston/houston#1211 (OpenRouter)", _half("error"), says="error"),
    Quirk("abort", "vLLM", _half("abort"), says="abort"),
    Quirk(
        "model_context_window_exceeded",
        "genkit-ai/genkit#6259 (z.ai)",
        _half("model_context_window_exceeded"),
        says="cut|context",
        ask="link",
    ),
    Quirk(
        "half a line of a form",
        "the OpenAI API",
        _half_a_line,
        says="cut|form",
        either=True,
        partly=True,
        report=REPORT.replace("年末", "城关镇地区生产总值8亿元。年末"),
    ),
]
