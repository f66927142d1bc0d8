"""An empty account lasts and a rate passes, in whatever words services say either."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest

from baogao.errors import NoReplyError, QuotaError, ReplyError
from baogao.llm import EndpointSettings
from baogao.llm.failures import asked_pause, in_words, is_passing, is_throttling

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
SETTINGS = EndpointSettings(base_url="http://127.0.0.1:1/v1", model="small")
_PLAN = "You exceeded your current quota, please check your plan and billing details."


def refusal(status: int, message: str, code: Any = None, kind: str | None = None, **more: Any) -> openai.APIStatusError:
    """What the SDK raises over an answer."""
    body = {"message": message, "type": kind, "code": code, **more}
    response = httpx2.Response(status, text=json.dumps({"error": body}), request=REQUEST)
    return openai.APIStatusError(message, response=response, body=body)


EMPTY = [
    refusal(429, f"{_PLAN} For more information on this error, read the docs.", "insufficient_quota"),
    refusal(401, _PLAN, "insufficient_quota"),
    refusal(400, "Billing hard limit has been reached", "billing_hard_limit_reached"),
    refusal(429, "Your account is not active, please check your billing details.", "billing_not_active"),
    refusal(429, "The organization's limit was met.", "organization_spend_limit_exceeded"),
    refusal(402, "Insufficient Balance", kind="unknown_error"),
    refusal(403, "Sorry, your account balance is insufficient", 30001),
    refusal(429, "Your account is suspended due to insufficient balance", kind="exceeded_current_quota_error"),
    refusal(429, "Your account org-1<ak-2> is not active", kind="exceeded_current_quota_error"),
    refusal(400, "Access denied, please make sure your account is in good standing.", "Arrearage"),
    refusal(403, "The free tier of the model has been exhausted.", "AllocationQuota.FreeTierOnly"),
    refusal(403, "当前模型的免费额度已用完，请关闭仅使用免费额度模式"),
    refusal(429, "Free allocated quota exceeded.", "Throttling.AllocationQuota"),
    refusal(429, "The prepaid bill is overdue.", "PrepaidBillOverdue"),
    refusal(429, "Commodity has not purchased yet.", "CommodityNotPurchased"),
    refusal(403, "The request failed because your account has an overdue balance.", "AccountOverdueError"),
    refusal(429, "Your account 21 has exhausted its free trial quota for the model.", "QuotaExceeded"),
    refusal(429, "Your account has reached the set inference limit, the service was paused.", "SetLimitExceeded"),
    refusal(429, "您的账户已欠费，请充值后重试", "1113"),
    refusal(429, "余额不足或无可用资源包,请充值。", "1113"),
    refusal(429, "您的套餐已到期，请续费后使用", "1309"),
    refusal(429, "已达到 5 小时的使用上限。您的限额将在 2026-11-27 18:00:00 重置。", "1308"),
    refusal(400, "资源包余量已用尽，请购买资源包", "FailedOperation.ResourcePackExhausted"),
    refusal(403, "用户额度不足, 剩余额度: ＄0.000000", "insufficient_user_quota", "new_api_error"),
    refusal(403, "user quota is not enough", "insufficient_user_quota", "one_api_error"),
    refusal(403, "该令牌额度已用尽", "pre_consume_token_quota_failed"),
    refusal(403, "User's credit limit is insufficient, remaining credit limit: $0.000000"),
    refusal(402, "Insufficient credits. Add more using the page of your account.", 402),
    refusal(402, "This request requires more credits, or fewer max_tokens. You can only afford 2000.", 402),
    refusal(403, "Key limit exceeded (total limit).", 403),
    refusal(400, "Your credit balance is too low to access the API.", kind="invalid_request_error"),
    refusal(400, "You have reached your specified API usage limits. You will regain access on 2026-12-01."),
    refusal(429, "Your prepayment credits are depleted.", 429),
    refusal(
        429, f"{_PLAN}\n* Quota exceeded for metric: free_tier_requests, limit: 0, model: x\nPlease retry in 25.4s."
    ),
    refusal(403, "Your newly created team doesn't have any credits yet."),
    refusal(429, "Your team 1 has either used all available credits or reached its monthly spending limit."),
    refusal(412, "Account a is suspended, possibly due to reaching the monthly spending limit or unpaid invoices"),
    refusal(402, "You have exceeded your monthly included credits for Inference Providers."),
    refusal(400, "Budget has been exceeded! Current cost: 0.11, Max budget: 0.1", "400", "budget_exceeded"),
    refusal(429, "you have used up your daily free allocation of 10,000 neurons", 4006),
    refusal(403, "Out of call volume quota. Quota will be replenished in 3.00:00:00."),
    refusal(403, "Your subscription is expired.", "coding_plan_subscription_expired"),
]
PASSING = [
    refusal(429, "Rate limit reached on requests per min (RPM): Limit 3. Please try again in 20s.", kind="requests"),
    refusal(429, "Rate limit reached. You can increase it by adding a payment method at /account/billing."),
    refusal(429, "Rate limit reached on tokens per day (TPD): Limit 100000. Try again in 7m12s. Upgrade at /billing"),
    refusal(429, f"{_PLAN} See error-code#token-limit", "insufficient_quota"),
    refusal(429, "Allocated quota exceeded, please increase your quota limit.", "insufficient_quota"),
    refusal(429, "Allocated quota exceeded, please increase your quota limit.", "Throttling.AllocationQuota"),
    refusal(429, "Requests rate limit exceeded, please try again later.", "Throttling.RateQuota"),
    refusal(429, "You exceeded your current requests list.", "limit_requests"),
    refusal(429, "Your account reached max RPM: 3, please try again after 1 seconds", kind="rate_limit_reached_error"),
    refusal(429, "The engine is currently overloaded, please try again later", kind="engine_overloaded_error"),
    refusal(429, "您的账户已达到速率限制，请您控制请求频率", "1302"),
    refusal(429, "当前 API 请求过多，请稍后重试。", "1305"),
    refusal(429, "The request exceeded the rpm limit of your account; quota exceeded", "rpm_rate_limit_exceeded"),
    refusal(429, "Request was rejected due to rate limiting. Details: TPM limit reached.", 50603),
    refusal(429, "You have exceeded token rate limit of your pricing tier. Retry after 6 seconds. See quotaincrease"),
    refusal(429, "Quota exceeded for quota metric 'Generate Content API requests per minute'"),
    refusal(429, f"{_PLAN}\n* Quota exceeded for metric: free_tier_requests, limit: 15\nPlease retry in 36.4s.", 429),
    refusal(429, _PLAN, 429, details=[{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]),
    refusal(429, _PLAN, 429, details=[{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}]),
    refusal(429, "Resource has been exhausted (e.g. check quota).", 429),
    refusal(429, "Rate limit exceeded: free-models-per-min. Add 10 credits to unlock more requests", 429),
    refusal(429, "Service tier capacity exceeded for this model.", "3505"),
    refusal(429, "Concurrency limit reached for requests"),
    refusal(429, "Limit on concurrent requests, quota exceeded"),
    refusal(429, "已超出并发额度限制"),
    refusal(503, "The free quota has been exhausted"),
]  # fmt: skip


@pytest.mark.parametrize("error", EMPTY, ids=str)
def test_an_empty_account_in_any_words(error: openai.APIStatusError) -> None:
    """It is one kind of error, sent once, that slows nobody down."""
    assert type(in_words(error, SETTINGS)) is QuotaError
    assert not is_passing(error, longest_wait=60, answered_before=True)
    assert not is_throttling(error)


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_a_rate_that_speaks_of_quotas(error: openai.APIStatusError) -> None:
    """What passes is sent again, whatever it is called."""
    assert type(in_words(error, SETTINGS)) is NoReplyError
    assert is_throttling(error)


@pytest.mark.parametrize(
    "error",
    [
        refusal(400, f"[{{'type': 'missing', 'loc': ('body',), 'input': '{'县司法局' * 60}余额不足、欠费'}}]"),
        refusal(422, "messages.0.content: 欠费"),
        refusal(400, "'messages' must alternate"),
    ],
)
def test_a_report_that_speaks_of_arrears(error: openai.APIStatusError) -> None:
    """A server that repeats the question in its refusal speaks of the report and not of the account."""
    assert type(in_words(error, SETTINGS)) is ReplyError


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Please try again in 20s.", 20),
        ("Please try again in 7m12.5s", 432.5),
        ("Please try again in 1h2m3s", 3723),
        ("Please try again in 120ms", 0.12),
        ("Please retry after 6 seconds", 6),
        ("Please wait 43200 seconds", 43200),
        ("retryDelay': '26s'", 26),
        ("try again in a moment", None),
        ("try again in 5", None),
    ],
)
def test_a_pause_in_words(said: str, seconds: float | None) -> None:
    """Servers that throttle say how long in words where they leave out the header."""
    assert asked_pause(refusal(429, said)) == seconds
    assert asked_pause(refusal(400, said)) is None
