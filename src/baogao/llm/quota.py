"""Whether a server says that an account is empty, which lasts, or that it is asked too fast, which passes.

There is no common code for either, and both speak of quotas. What names money, credit, arrears or a used-up allowance
decides by itself. What only names a quota decides where nothing speaks of a rate or of a pause: several services answer
“you exceeded your current quota, please check your plan and billing details” to too many tokens a minute.
"""

from __future__ import annotations

import re

_STATUS = frozenset({400, 401, 402, 403, 412, 429})
_WANTS_MONEY = 402
_MAY_ECHO = 400
"""A status with which servers repeat the question, and a report may speak of arrears."""
_HEAD = 200
"""Characters of such an answer that are believed to be the server's own."""

_NO_MONEY = re.compile(
    r"insufficient[\s_-]*(account[\s_-]*)?(balance|credit|fund)|insufficient_(user|token)_quota"
    r"|(balance|credits?|credit[\s_]limit)\s+(is|are|has been|have been)?\s*"
    r"(too low|insufficient|not enough|exhausted|depleted|used up|expired)"
    r"|(balance|quota)[\s_]*(is[\s_])?not[\s_]enough|out of credits|requires more credits|any credits|available credits"
    r"|credit limit (exceeded|reached)|billing_(hard|not)|billing hard limit|payment required"
    r"|(spend(ing)?|budget|usage)[\s_-]*limits?[\s_-]*(exceeded|reached)"
    r"|(monthly|specified)[\w\s]{0,20}(spending|usage) limit"
    r"|(budget|spend)\w*( has been)? exceeded|exceededbudget|over budget"
    r"|arrear|overdue|unpurchased|not.?purchased|exceeded_current_quota_error|pre_consume_token_quota_failed"
    r"|free.?tier.?only|free[\w\s-]{0,20}(quota|tier|allocation|credits)[\w\s-]{0,30}(exceeded|exhausted|used up)"
    r"|exhausted its free|daily free allocation|SetLimitExceeded|limit: 0,"
    r"|余额不足|欠费|额度(不足|已?用[尽完])|余量已?用[尽完]|无可用资源包|资源包[^。]{0,10}(不足|用[尽完])|请.{0,4}充值|账[户单]已?逾期|套餐已?(到期|过期|用完)"
    r"|(subscription|plan)( is| has)? expired",
    re.I,
)
_QUOTA = re.compile(
    r"insufficient[\s_]quota|exceeded your (current|monthly|assigned|included)[\w\s]{0,20}(quota|credits)"
    r"|out of[\w\s]{0,20} quota|quota[\w\s.]{0,30}(exceeded|exhausted|used up)|key limit exceeded|使用上限"
    r"|(exceeded|reached)[\w\s]{0,30}(daily|weekly|monthly) (quota|limit)",
    re.I,
)
_RATE = re.compile(
    r"per.?(minute|second|min\b|sec\b)|\b[rt]p[ms]\b|\bqp[ms]\b|rate.{0,4}limit|throttl|too many (requests|tokens)"
    r"|retry.?delay|(retry|again) (in|after) [\d.]|concurren|frequen|overload|token-limit|allocated quota exceeded"
    r"|并发|频率|限流|限速|每分钟|每秒|请求过[快多]|稍后[再重]试",
    re.I,
)


def is_empty(status: int, said: str) -> bool:
    """Whether an answer means that the account is empty, or all that it may use is used up.

    :param said: the code and the words of the answer.
    """
    if status not in _STATUS:
        return False
    return status == _WANTS_MONEY or says_empty(said[:_HEAD] if status == _MAY_ECHO else said)


def says_empty(said: str) -> bool:
    """The same by words alone, whatever status they came with."""
    return bool(_NO_MONEY.search(said) or (_QUOTA.search(said) and not _RATE.search(said)))
