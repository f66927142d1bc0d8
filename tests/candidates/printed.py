"""Figures in all the forms in which reports print them, with what they mean."""

from __future__ import annotations

from decimal import Decimal

import cn2an
from hypothesis import strategies as st

UNITS = ["件", "份", "人次", "户", "场次", "批次", "名", "卷", "册", "条", "项", "个", "宗", "%"]
BEFORE = {
    "over": ["超过", "突破", "逾", "不少于", "至少"],
    "under": ["近", "不到", "不足", "不超过"],
    "about": ["约", "大约"],
}
AFTER = {"over": ["以上"], "under": ["以下", "以内"], "about": ["左右"]}


@st.composite
def printed_figures(draw):
    """A figure in one of the printed forms: its text, value, bound and unit."""
    form = draw(st.sampled_from(["plain", "commas", "wide", "decimal", "myriad", "chinese", "mixed"]))
    unit = draw(st.sampled_from(UNITS[:-1]))
    number, value = _number(draw, form)
    bound = draw(st.sampled_from(["exact", "over", "under", "about"]))
    if bound == "exact":
        return number + unit, value, bound, unit
    if draw(st.booleans()):
        return draw(st.sampled_from(BEFORE[bound])) + number + unit, value, bound, unit
    if bound == "over" and draw(st.booleans()):
        return number + draw(st.sampled_from("余多")) + unit, value, bound, unit
    return number + unit + draw(st.sampled_from(AFTER[bound])), value, bound, unit


def _number(draw, form):
    whole = draw(st.integers(min_value=11, max_value=98_765_432))
    cents = draw(st.integers(min_value=1, max_value=9999))
    wide = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
    forms = {
        "plain": (str(whole), Decimal(whole)),
        "commas": (f"{whole:,}", Decimal(whole)),
        "wide": (f"{whole:,}".translate(wide), Decimal(whole)),
        "decimal": (f"{cents}.5", Decimal(f"{cents}.5")),
        "myriad": (f"{cents}.25万", Decimal(cents * 10000 + 2500)),
        "chinese": (cn2an.an2cn(whole), Decimal(whole)),
        "mixed": (f"{cents}千", Decimal(cents * 1000)),
    }
    return forms[form]
