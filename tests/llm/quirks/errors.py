"""What endpoints write when they refuse: lines that a user can do something with, and what ends a run."""

from __future__ import annotations

from typing import Any

from llm.fake_server import Step, failure
from llm.quirks.model import honest
from llm.quirks.quirk import KEY, Quirk, always, error

_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<h1>{0}</h1>\r\n<hr>nginx\r\n</body>\r\n</html>\r\n"
_SIGN = "\x1b[31mfatal\x1b[0m\r\n\x07at line 1\n" + "x" * 9000


def _words(name: str, source: str, step: Step, says: str, **more: Any) -> Quirk:
    return Quirk(name, source, always(step), says=says, ask="choice", **more)


def _quota(name: str, source: str, step: Step) -> Quirk:
    return _words(name, source, step, "quota|余额|balance|欠费|额度|arrear", ends_run=True)


ERRORS = [
    _words(
        "too long",
        "the OpenAI API",
        error(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"),
        "longer than the model can read",
    ),
    _words(
        "too long (vLLM)",
        "vLLM",
        Step(
            {
                "object": "error",
                "message": "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens",
                "type": "BadRequestError",
                "code": 400,
            },
            400,
        ),
        "longer than the model can read",
    ),
    _words(
        "too long (llama.cpp)",
        "ggml-org/llama.cpp",
        Step(
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                }
            },
            400,
        ),
        "longer than the model can read",
    ),
    _words(
        "too long (DashScope)",
        "help.aliyun.com",
        Step({"code": "InvalidParameter", "message": "Range of input length should be [1, 30720]"}, 400),
        "longer than the model can read",
    ),
    _words(
        "too long (Zhipu)",
        "open.bigmodel.cn, error 1261",
        Step({"error": {"code": "1261", "message": "Prompt 超长"}}, 400),
        "longer than the model can read",
    ),
    _words("too long, in Chinese", "one-api", error(400, "上下文长度超限"), "longer than the model can read"),
    _words(
        "too long (Moonshot)",
        "platform.moonshot.cn",
        error(400, "Invalid request: Your request exceeded model token limit: 8192"),
        "longer than the model can read",
    ),
    _words(
        "no such model, in Chinese",
        "open.bigmodel.cn, error 1211",
        Step({"error": {"code": "1211", "message": "模型不存在，请检查模型代码。"}}, 400),
        "has no model|模型不存在",
    ),
    _words(
        "no such model (DeepSeek)",
        "api-docs.deepseek.com",
        error(400, "Model Not Exist"),
        "has no model|Model Not Exist",
    ),
    _words(
        "no such model (Ollama)",
        "ollama",
        error(404, 'model "small" not found, try pulling it first'),
        "has no model|not found",
    ),
    _words(
        "no such model (new-api)",
        "QuantumNous/new-api",
        error(503, "当前分组 default 下对于模型 small 无可用渠道"),
        "无可用渠道",
    ),
    _words(
        "a model that does not chat", "ollama", error(400, '"bge-m3" does not support chat'), "does not support chat"
    ),
    _words(
        "sensitive words (Zhipu)",
        "langchain4j/langchain4j#1079",
        Step({"error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容"}}, 400),
        "敏感",
    ),
    _words(
        "sensitive words (DashScope)",
        "help.aliyun.com",
        Step({"code": "data_inspection_failed", "message": "Input data may contain inappropriate content."}, 400),
        "inappropriate",
    ),
    _words(
        "sensitive words (new-api)",
        "openai/openai-cookbook#1224",
        error(400, "input contains sensitive words: [test]", code="sensitive_words_detected"),
        "sensitive words",
    ),
    _words(
        "content filter (Azure)",
        "Azure",
        error(
            400,
            "The response was filtered due to the prompt triggering content management policy",
            code="content_filter",
        ),
        "filtered",
    ),
    _words(
        "a flat error",
        "help.aliyun.com",
        Step({"code": "InternalError.Algo", "message": "Something broke in the algorithm", "request_id": "1"}, 400),
        "Something broke",
    ),
    _words(
        "msg", "Chinese gateways", Step({"code": 400, "msg": "应用未开通此能力", "data": None}, 400), "应用未开通此能力"
    ),
    _words("error_msg", "Qianfan", Step({"error_code": 336002, "error_msg": "Invalid JSON"}, 400), "Invalid JSON"),
    _words(
        "an error as text",
        "lmstudio-ai/lmstudio-bug-tracker#307",
        Step({"error": "the engine is not loaded"}, 400),
        "engine is not loaded",
    ),
    _words(
        "a list of errors",
        "Cloudflare Workers AI",
        Step({"success": False, "errors": [{"code": 7000, "message": "No route for that URI"}]}, 400),
        "No route for that URI",
    ),
    _words(
        "a list around the error",
        "SkyrimNet-GamePlugin#77 (Gemini)",
        Step(
            [{"error": {"code": 400, "message": "User location is not supported", "status": "FAILED_PRECONDITION"}}],
            400,
        ),
        "User location is not supported",
    ),
    _words("detail", "FastAPI", Step({"detail": "The worker pool is closed"}, 400), "worker pool is closed"),
    _words(
        "detail as a list",
        "FastAPI",
        Step({"detail": [{"loc": ["body", "messages"], "msg": "field required", "type": "value_error.missing"}]}, 422),
        "field required",
    ),
    _words(
        "a nested reason",
        "open-webui/computer#293 (OpenRouter)",
        Step(
            {
                "error": {
                    "message": "Provider returned error",
                    "code": 400,
                    "metadata": {"raw": "tokens per reply are limited upstream", "provider_name": "P"},
                }
            },
            400,
        ),
        "limited upstream",
    ),
    _words(
        "a JSON that failed",
        "thepersonalaicompany/amurex-backend#38 (Groq)",
        error(
            400,
            "Failed to generate JSON. Please adjust your prompt.",
            code="json_validate_failed",
            failed_generation="{",
        ),
        "Failed to generate JSON",
    ),
    _words(
        "plain text",
        "sgl-project/sglang#892",
        Step(b"Internal Server Error", 500, {"content-type": "text/plain"}),
        "500",
    ),
    _words("a page of nginx", "nginx", Step(_PAGE.format("502 Bad Gateway"), 502), "502 Bad Gateway"),
    _words(
        "a page of Cloudflare",
        "Cloudflare",
        Step(
            "<!DOCTYPE html><html><head><title>example.com | 524: A timeout occurred</title></head></html>",
            524,
        ),
        "524",
    ),
    _words("nothing at all", "load balancers", Step(b"", 503), "503"),
    _words("control characters without end", "Python servers", Step(_SIGN.encode(), 500), "500"),
    _words(
        "a wrong key that is repeated",
        "the OpenAI API",
        failure(401, f"Incorrect API key provided: {KEY}."),
        "401",
        ends_run=True,
    ),
    _words(
        "a wrong key, cut",
        "the OpenAI API",
        failure(401, f"Incorrect API key provided: {KEY[:8]}***{KEY[-4:]}."),
        "401",
        ends_run=True,
    ),
    _words(
        "a wrong key (Claude)",
        "api.anthropic.com",
        Step(
            {"type": "error", "error": {"type": "authentication_error", "message": "x-api-key header is required"}}, 401
        ),
        "401",
        ends_run=True,
    ),
    _words(
        "a wrong key (new-api)",
        "QuantumNous/new-api",
        Step({"error": {"message": "无效的令牌", "type": "new_api_error"}}, 401),
        "401",
        ends_run=True,
    ),
    _words(
        "a key in an error of the server",
        "gateways that log headers",
        error(500, f"upstream refused Bearer {KEY} at /v1"),
        "upstream refused",
    ),
    Quirk(
        "too many, for some milliseconds",
        "Azure",
        honest,
        first=(Step({"error": {"message": "Rate limit reached"}}, 429, {"retry-after-ms": "5"}),),
        ask="choice",
    ),
    Quirk(
        "too many in a minute (Gemini)",
        "ai.google.dev",
        honest,
        first=(
            error(
                429,
                "Quota exceeded for quota metric 'Generate Content API requests per minute'",
                status="RESOURCE_EXHAUSTED",
            ),
        ),
        ask="choice",
    ),
    Quirk(
        "too many in a minute (DashScope)",
        "help.aliyun.com",
        honest,
        first=(
            error(
                429,
                "You have exceeded your current request limit. Allocated quota exceeded, please increase your quota.",
                code="limit_requests",
            ),
        ),
        ask="choice",
    ),
    Quirk(
        "still loading", "llama.cpp, vLLM behind a gateway", honest, first=(error(503, "Loading model"),), ask="choice"
    ),
]


QUOTA = [
    _quota(
        "OpenAI",
        "the OpenAI API",
        error(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            code="insufficient_quota",
        ),
    ),
    _quota(
        "Moonshot",
        "anomalyco/opencode#24462, Kimi-K2#5",
        error(
            429,
            "Your account org-1 is suspended due to insufficient balance, please recharge your account",
            type="exceeded_current_quota_error",
        ),
    ),
    _quota(
        "DashScope",
        "alibaba/spring-ai-alibaba#1146",
        Step(
            {"code": "Arrearage", "message": "Access denied, please make sure your account is in good standing."}, 400
        ),
    ),
    _quota(
        "DashScope, as OpenAI words it",
        "dataelement/bisheng#2426",
        error(400, "Access denied, please make sure your account is in good standing.", code="Arrearage"),
    ),
    _quota(
        "DashScope, free tier",
        "help.aliyun.com",
        error(
            403,
            'The free tier of the model has been exhausted; disable the "use free tier only" mode to go on',
            code="AllocationQuota.FreeTierOnly",
        ),
    ),
    _quota(
        "Zhipu",
        "continuedev/continue#11823",
        Step({"error": {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}}, 429),
    ),
    _quota(
        "Zhipu, in arrears",
        "langgenius/dify#5850",
        Step({"error": {"code": "1113", "message": "您的账户已欠费，请充值后重试。"}}, 429),
    ),
    _quota(
        "Zhipu, in English",
        "7836246/cursor2api#30",
        Step(
            {"error": {"code": "1113", "message": "Insufficient balance or no resource package. Please recharge."}}, 429
        ),
    ),
    _quota(
        "SiliconFlow",
        "FoundationAgents/OpenManus#438",
        Step(
            {
                "code": 30011,
                "message": "The selected model requires paid balance. Your paid balance is insufficient.",
                "data": None,
            },
            403,
        ),
    ),
    _quota("DeepSeek", "666ghj/BettaFish#286", error(402, "Insufficient Balance")),
    _quota(
        "new-api",
        "QuantumNous/new-api#6929",
        Step(
            {
                "error": {
                    "message": "用户额度不足, 剩余额度: ＄-0.000002",
                    "type": "new_api_error",
                    "code": "insufficient_user_quota",
                }
            },
            403,
        ),
    ),
    _quota("one-api", "one-api", Step({"error": {"message": "该令牌额度已用尽", "type": "one_api_error"}}, 403)),
    _quota(
        "Ark",
        "volcengine.com",
        error(403, "The request failed because your account has an overdue balance.", code="AccountOverdueError"),
    ),
    _quota(
        "OpenRouter", "openrouter.ai", error(402, "This request requires more credits, or fewer max_tokens.", code=402)
    ),
    _quota(
        "LiteLLM's budget",
        "docs.litellm.ai",
        error(400, "Budget has been exceeded! Current cost: 10.0, Max budget: 10.0", type="budget_exceeded"),
    ),
    _quota(
        "Hunyuan",
        "cloud.tencent.com",
        Step(
            {
                "error": {
                    "message": "您的账户资源包已用完，账户余额不足",
                    "code": "FailedOperation.ResourcePackExhausted",
                }
            },
            400,
        ),
    ),
]
