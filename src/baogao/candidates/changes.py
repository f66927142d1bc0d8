"""Numbers of a change: those with a sign (较上年-12件), and those that are printed as a decrease (下降2.3%)."""

from __future__ import annotations

import re

_SIGNS = frozenset("-+负 ")
_CHANGE = re.compile(
    r"(?:(?:[同环相对]比|[上去]一?年(?:度|同期)?|同期|增[幅速减长加]|[涨降]幅|下降|减少|上升|变[化动])[率数量]?[为是:达]?"
    r"|[(:为是]) ?- ?\Z"
    r"|(?:[^\s\d+]|[^\d\s] +)\+ ?\Z|(?:[^\w\s]|[为是])负\Z"
)
"""Before the number of a change: 较上年-12件. Elsewhere a dash is a dash: 完成率-100%, 工作量—78项."""
_LONGEST = 9
"""Characters of what ``_CHANGE`` needs to see."""
_SIGN = re.compile(r"[-+负]\s?\Z")
_FALLING = re.compile(
    r"(?:下降|减少|回落|降低|缩减|下滑|下跌|下调|压减|削减|缩短|(?<![升增])[降减](?![幅率])"
    r"|(?:比|较|[同环]比)[^，。；,;\d]{0,10}[少低])(?:幅度|率)?了?(?:[约近达]|超过?|逾)?\s?\Z"
    r"|(?:[降跌减]幅|负增长|(?<![肩背担抱欺胜正减重])负)(?:[约近达为是:]|超过?|逾|达到)?\s?\Z"
)
"""Right before a number that is a decrease, and not what was reached by one (降至3.2%)."""
_FAR = 24
"""Characters of what ``_FALLING`` needs to see."""
_JOINT = re.compile(r"\s?(?:、|,|和|与|及|以及|或)\s?")
"""Between two numbers of which the second falls like the first: 分别下降2.3%、4.5%."""


def sign_before(text: str, start: int) -> str:
    """The sign, with a blank behind it, that makes the number at ``start`` a change; empty where there is none."""
    before = text[start - 1 : start]
    if before not in _SIGNS or _CHANGE.search(text, max(0, start - _LONGEST), start) is None:
        return ""
    sign = _SIGN.search(text, max(0, start - 2), start)
    return sign[0] if sign else before


def falls(text: str, start: int, sign: str) -> bool:
    """Whether a number is printed as a decrease.

    :param start: where its text begins, bound words and sign included.
    :param sign: that is part of its text.
    """
    return sign[:1] in {"-", "负"} or _FALLING.search(text, max(0, start - _FAR), start) is not None


def falls_like(between: str) -> bool:
    """Whether a number falls where the one before does, by what is printed between them."""
    return _JOINT.fullmatch(between) is not None
