"""The words of reports on the year before, and of changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.words import TOKEN
from baogao.candidates.yearly_words import tokens
from pattern_words import texts_of

YEARLY, CHANGES = tokens("before_title", True), tokens("title", True)
MORE = ["20", "近三年", "5年来", "十四五", "“", "五年新增", "年均", "前年", "今后五年", "在去年", "2024年"]


@given(st.sampled_from([YEARLY, CHANGES]), texts_of(YEARLY, CHANGES, more=MORE))
def test_words_are_found_wherever_they_begin(pattern, text):
    """What lets the search skip most characters hides no word that matters."""
    anywhere = re.compile(pattern.pattern[pattern.pattern.index("(?:") :], pattern.flags)
    found = [(match.span(), match.lastgroup) for match in pattern.finditer(text)]
    assert found == [(match.span(), match.lastgroup) for match in anywhere.finditer(text)]


def test_nothing_changes_for_other_schemas():
    """Where no changes are asked about, the words are the usual ones."""
    assert tokens("title", False) is tokens("printed", False) is TOKEN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("去年", "last_year"),
        ("上年末", "last_year"),
        ("过去一年", "last_year"),
        ("今年", "this_year"),
        ("新的一年", "this_year"),
        ("前年", "prior"),
        ("去年同期", "prior"),
        ("五年来", "cumulative"),
        ("“十四五”时期", "cumulative"),
        ("年均", "average"),
        ("比上年增长", "compare"),
        ("在去年增长的基础上", "based"),
        ("预计", None),
        ("争取资金", None),
        ("未来科技城", None),
        ("未来五年", "target"),
        ("争取实现", "target"),
    ],
)
def test_words_of_a_yearly_report(text, kind):
    """Each word is found as what it is in a report on the year before."""
    match = YEARLY.match(text)
    assert (match and match.lastgroup) == kind
