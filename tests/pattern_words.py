"""Texts made of a pattern's own words, on which a search that is begun or spared by a look must find what it would."""

from __future__ import annotations

import re

from hypothesis import strategies as st

_COMMON = [*"0123456789，。；：、,;.（） 年月日一二三", "2023年", "上", "件", "人", "收到"]


def texts_of(*patterns: re.Pattern[str], more: list[str] | None = None) -> st.SearchStrategy[str]:
    """Short texts of the words in some patterns, of digits and punctuation, and of ``more``."""
    words = [word for pattern in patterns for word in re.findall(r"[\u4e00-\u9fff]{1,4}", pattern.pattern)]
    return st.lists(st.sampled_from(sorted({*words, *_COMMON, *(more or [])})), max_size=10).map("".join)


def spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Where a pattern matches."""
    return [match.span() for match in pattern.finditer(text)]
