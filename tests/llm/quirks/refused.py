"""Endpoints that do not take what others take: parameters, roles, schemas, requests that do not stream."""

from __future__ import annotations

import json
from typing import Any

from llm.fake_server import Seen, Step
from llm.quirks.model import Body, Server, cap_of, chunks, completion_of, honest, sse
from llm.quirks.quirk import Quirk, error, has, refuses

_USE_OTHER = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)
_THINKING = "parameter.enable_thinking must be set to false for non-streaming calls"
_JINJA = "\n------------\nWhile executing CallExpression at line 19:\nError: Jinja Exception: System role not supported"
_STREAM_ONLY = "This model only support stream mode, please enable the stream parameter to access the model. "


def _extra(name: str, status: int = 422) -> Step:
    """A refusal as pydantic writes it."""
    fault = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted", "input": 1}
    return Step({"detail": [fault]}, status)


def _has_system(body: Body) -> bool:
    return any(turn["role"] in ("system", "developer") for turn in body["messages"])


def _not_streaming(body: Body) -> bool:
    return not body.get("stream")


def _mentions(word: str) -> Any:
    return lambda body: word in json.dumps([body.get("response_format"), body.get("tools")])


def _open_objects(body: Body) -> bool:
    """Whether some object of a schema does not say that it has no other properties."""

    def is_open(part: Any) -> bool:
        if isinstance(part, list):
            return any(map(is_open, part))
        if not isinstance(part, dict):
            return False
        itself = part.get("type") == "object" and part.get("additionalProperties") is not False
        return itself or any(map(is_open, part.values()))

    return is_open(body.get("response_format", {}).get("json_schema", {}))


def _format(*kinds: str) -> Any:
    return lambda body: body.get("response_format", {}).get("type") in kinds


def _thinks_unless_told(body: Body) -> bool:
    off = body.get("enable_thinking") is False or body.get("chat_template_kwargs", {}).get("enable_thinking") is False
    return not off and not body.get("stream")


def _thinks_within(most: int) -> Server:
    """A model that thinks 900 tokens before it answers, at a server that allows replies of no more than ``most``."""

    def server(seen: Seen) -> Step:
        cap = cap_of(seen.body) or most
        if cap > most:
            return error(400, f"Invalid max_tokens value, the valid range of max_tokens is [1, {most}]")
        body = completion_of(seen)
        one = body["choices"][0]
        one["message"]["reasoning_content"] = "想" * min(cap, 900)
        if cap < 1000:
            one["message"]["content"], one["finish_reason"] = "", "length"
        return Step(body)

    return server


REFUSED = [
    Quirk(
        "max_tokens renamed, with param",
        "griptape-ai/ComfyUI-Griptape#312",
        refuses(has("max_tokens"), error(400, _USE_OTHER, param="max_tokens", code="unsupported_parameter")),
    ),
    Quirk(
        "max_tokens renamed, without param",
        "caozhiyuan/copilot-api#164",
        refuses(has("max_tokens"), Step({"error": {"message": _USE_OTHER, "code": "invalid_request_body"}}, 400)),
        ask="choice",
    ),
    Quirk(
        "neither cap is taken",
        "BerriAI/litellm#30882, as an inner gateway does it",
        refuses(
            has("max_tokens"),
            error(400, "Unrecognized request argument supplied: max_tokens"),
            refuses(
                has("max_completion_tokens"),
                error(400, "Unrecognized request argument supplied: max_completion_tokens"),
            ),
        ),
    ),
    Quirk(
        "temperature 0 is none",
        "QwenLM/qwen-code#921",
        refuses(
            lambda body: body.get("temperature", 1) != 1,
            error(
                400,
                "Unsupported value: 'temperature' does not support 0 with this model. "
                "Only the default (1) value is supported.",
                param="temperature",
                code="unsupported_value",
            ),
        ),
    ),
    Quirk(
        "temperature is no parameter",
        "BeehiveInnovations/pal-mcp-server#78",
        refuses(
            has("temperature"),
            error(400, "Unsupported parameter: 'temperature' is not supported with this model.", param="temperature"),
        ),
        ask="choice",
    ),
    Quirk(
        "temperature must be 1",
        "moona3k/macparakeet#1087 (Kimi)",
        refuses(
            lambda body: body.get("temperature", 1) != 1,
            error(400, "invalid temperature: only 1 is allowed for this model"),
        ),
    ),
    Quirk(
        "temperature within an open range",
        "open.bigmodel.cn, error 1210",
        refuses(
            lambda body: not 0 < body.get("temperature", 0.5) < 1,
            Step({"error": {"code": "1210", "message": "temperature 参数非法。限制 (0.0, 1.0)"}}, 400),
        ),
    ),
    Quirk(
        "logprobs are none of a reasoner's",
        "lollipopkit/flutter_gpt_box#213 (DeepSeek)",
        refuses(
            has("logprobs"),
            error(400, "deepseek-reasoner does not support the parameter `logprobs`", code="invalid_request_error"),
        ),
        ask="choice",
    ),
    Quirk(
        "logprobs are an extra input",
        "partITech/php-mistral#76",
        refuses(has("logprobs"), _extra("logprobs")),
        ask="choice",
    ),
    Quirk(
        "logprobs are an extra input, in a message",
        "1Panel-dev/MaxKB#2912 (vLLM)",
        refuses(
            has("logprobs"),
            Step(
                {
                    "object": "error",
                    "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'logprobs'), "
                    "'msg': 'Extra inputs are not permitted', 'input': True}]",
                    "type": "BadRequestError",
                    "param": None,
                    "code": 400,
                },
                400,
            ),
        ),
        ask="choice",
    ),
    Quirk(
        "no system turn (Gemma)",
        "huggingface/chat-ui#1386, vllm#2964",
        refuses(_has_system, Step({"object": "error", "message": "System role not supported", "code": 400}, 400)),
    ),
    Quirk(
        "no system turn, as a breakdown",
        "idiap/sdialog#122, anomalyco/opencode#5034 (llama.cpp)",
        refuses(_has_system, Step({"error": {"code": 500, "message": _JINJA, "type": "server_error"}}, 500)),
        ask="choice",
    ),
    Quirk(
        "no system turn (LM Studio)",
        "lmstudio-ai/lmstudio-bug-tracker#1054",
        refuses(
            _has_system,
            Step(
                {
                    "error": "Error rendering prompt with jinja template: "
                    '"Only user and assistant roles are supported!".'
                },
                400,
            ),
        ),
    ),
    Quirk(
        "no system turn (o1)",
        "huggingface/smolagents#430",
        refuses(
            _has_system,
            error(
                400,
                "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
                param="messages[0].role",
                code="unsupported_value",
            ),
        ),
        ask="link",
    ),
    Quirk(
        "turns must alternate from the first",
        "kubeai-project/kubeai#499",
        refuses(
            lambda body: body["messages"][0]["role"] != "user",
            error(400, "Conversation roles must alternate user/assistant/user/assistant/..."),
        ),
    ),
    Quirk(
        "three refusals, one after another",
        "openai o1-mini as it began",
        refuses(
            has("max_tokens"),
            error(400, _USE_OTHER, param="max_tokens"),
            refuses(
                has("temperature"),
                error(400, "Unsupported parameter: 'temperature' is not supported with this model."),
                refuses(_has_system, error(400, "'messages[0].role' does not support 'system' with this model.")),
            ),
        ),
    ),
    Quirk(
        "a gateway's words around a refusal",
        "google/adk-python#4039 (LiteLLM)",
        refuses(
            has("max_tokens"),
            error(
                400, f"litellm.BadRequestError: OpenAIException - {_USE_OTHER}. Received Model Group=small", code="400"
            ),
        ),
    ),
    Quirk(
        "$ref is no field",
        "router-for-me/CLIProxyAPI#97 (Gemini)",
        refuses(
            _mentions("$ref"),
            Step(
                [
                    {
                        "error": {
                            "code": 400,
                            "message": 'Invalid JSON payload received. Unknown name "$ref" at '
                            "'generation_config.response_schema.properties[0].value.items': Cannot find field.",
                            "status": "INVALID_ARGUMENT",
                        }
                    }
                ],
                400,
            ),
        ),
        ask="link",
    ),
    Quirk(
        "$ref is not supported",
        "instructor#711",
        refuses(
            _mentions("$ref"),
            error(400, "Invalid schema for response_format: '$ref' is not supported", param="response_format"),
        ),
        ask="auto",
    ),
    Quirk(
        "a schema must be closed",
        "moeru-ai/xsai#202",
        refuses(
            _open_objects,
            error(
                400,
                "Invalid schema for response_format 'Links': In context=(), 'additionalProperties' is required to be "
                "supplied and to be false.",
                param="response_format",
            ),
        ),
        ask="link",
    ),
    Quirk(
        "json_schema is unavailable",
        "llm-exe/llm-exe#662 (DeepSeek)",
        refuses(_format("json_schema"), error(400, "This response_format type is unavailable now")),
        ask="link",
    ),
    Quirk(
        "json_object is unavailable",
        "HKUDS/DeepTutor#344 (LM Studio)",
        refuses(_format("json_object"), Step({"error": "'response_format.type' must be 'json_schema' or 'text'"}, 400)),
        ask="auto",
    ),
    Quirk(
        "json_object wants the word",
        "platform.openai.com, JSON mode",
        refuses(
            _format("json_schema"),
            error(400, "response_format json_schema is not supported with this model"),
            refuses(
                lambda body: _format("json_object")(body) and "json" not in json.dumps(body["messages"]).lower(),
                error(400, "'messages' must contain the word 'json' in some form, to use 'response_format'"),
            ),
        ),
        ask="link",
    ),
    Quirk(
        "neither schemas nor tools",
        "open-jarvis/OpenJarvis#112 (vLLM)",
        refuses(
            has("tools"),
            error(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
            refuses(
                has("response_format"), error(400, "Unknown parameter: 'response_format'.", param="response_format")
            ),
        ),
        ask="link",
    ),
    Quirk(
        "no forced tool while it thinks",
        "cloudwego/eino#994",
        refuses(
            _format("json_schema"),
            error(400, "This response_format type is unavailable now"),
            refuses(
                lambda body: isinstance(body.get("tool_choice"), dict),
                error(
                    400,
                    "<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set "
                    "to required or object in thinking mode",
                    code="invalid_parameter_error",
                ),
            ),
        ),
        ask="link",
    ),
    Quirk(
        "schemas are refused only beside long prompts",
        "seen with grammars that run out of memory; the ability was found by a short request",
        refuses(
            lambda body: "response_format" in body and "[[17]]" in json.dumps(body["messages"]),
            error(400, "response_format is not supported for this request"),
        ),
        says="response_format|400",
        ask="link",
        either=True,
    ),
    Quirk(
        "thinking must be off where nothing streams",
        "infiniflow/ragflow#8972",
        refuses(_thinks_unless_told, error(400, _THINKING, code="invalid_parameter_error")),
    ),
    Quirk(
        "the same in Chinese",
        "alibaba/spring-ai-alibaba#867",
        refuses(_thinks_unless_told, error(400, "parameter.enable_thinking必须设置为false才能进行非流式调用")),
        ask="choice",
    ),
    Quirk(
        "thinking switched off by hand",
        "OpenBMB/UltraRAG#287",
        refuses(lambda body: body.get("enable_thinking") is not False, error(400, _THINKING)),
        config="[endpoint.extra_body]\nenable_thinking = false\n",
        ask="link",
    ),
    Quirk(
        "thinking switched off by hand, for a template",
        "OpenBMB/UltraRAG#287 (vLLM)",
        refuses(
            lambda body: body.get("chat_template_kwargs") != {"enable_thinking": False},
            error(400, "this deployment does not think"),
        ),
        config="[endpoint.extra_body.chat_template_kwargs]\nenable_thinking = false\n",
    ),
    Quirk(
        "streaming only",
        "infiniflow/ragflow#5912",
        refuses(_not_streaming, error(400, _STREAM_ONLY, code="invalid_parameter_error")),
    ),
    Quirk(
        "streaming only, by link",
        "MartialBE/one-hub#692",
        refuses(_not_streaming, error(400, _STREAM_ONLY, code="invalid_parameter_error")),
        ask="link",
    ),
    Quirk(
        "streaming only, in other words",
        "gateways of chat products",
        refuses(_not_streaming, Step({"detail": "Stream must be set to true"}, 400)),
        ask="choice",
    ),
    Quirk(
        "streaming only, and no stream_options",
        "gpustack/gpustack#429",
        refuses(
            _not_streaming,
            error(400, _STREAM_ONLY),
            refuses(
                has("stream_options"),
                _extra("stream_options", 400),
                lambda seen: sse([piece for piece in chunks(completion_of(seen)) if piece["choices"]]),
            ),
        ),
    ),
    Quirk("thoughts and a cap on the cap", "pollinations/pollinations#1291 (DeepSeek)", _thinks_within(8192)),
    Quirk(
        "a least cap",
        "platform.openai.com, Responses behind gateways",
        refuses(
            lambda body: (cap_of(body) or 16) < 16,
            error(400, "Invalid 'max_tokens': integer below minimum value. Expected a value >= 16, but got 4 instead."),
        ),
        says="below minimum value",
        ask="choice",
        either=True,
    ),
    Quirk(
        "a refusal that names nothing",
        "请求参数错误, of gateways that hide what is upstream",
        refuses(has("messages"), error(400, "请求参数错误")),
        says="请求参数错误",
        ask="choice",
    ),
    Quirk(
        "a refused parameter that is still refused when it is not sent",
        "gateways that add what they refuse",
        refuses(has("messages"), error(400, "Unsupported parameter: 'temperature' is not supported with this model.")),
        says="temperature",
        ask="choice",
    ),
    Quirk("nothing is odd", "the OpenAI API", honest, ask="auto"),
]
