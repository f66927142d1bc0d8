"""Numbers with a stranger in them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baogao.candidates.doubtful import doubtful_tokens
from baogao.candidates.figures import find_figures


@pytest.mark.parametrize(
    "token",
    [
        "1O8",
        "10O",
        "l2",
        "I28",
        "12B",
        "5o",
        "1|8",
        "Z3",
        "1\ue00028",
        "\ue000128",
        "128\uf8ff",
        "1\ufffd8",
        "128\ufffd",
        "1\x008",
        "1*8",
        "*28",
        "12*",
        "1?8",
        "1#8",
        "1_8",
        "1●8",
        "1□8",
        "1○8",
        "1〇",
        "1零8",
        "1О8",
        "1\u03368",
        "3万1O8",
        "1O8万",
        "1千2O百",
        "一百O五",
        "1A8",
        "1,O28",
    ],
)
def test_a_stranger_makes_a_number_doubtful(token):
    """No part of the token is a figure, whatever stands around it, and its place is told."""
    text = f"收到申请{token}件，办结47件。"
    assert [text[start:end] for start, end in doubtful_tokens(text)] == [token]
    assert [figure.value for figure in find_figures(text)] == [47]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("建成5G基站12个", [12]),
        ("A4纸12张", [12]),
        ("PM2.5下降", []),
        ("4A级景区3家", [3]),
        ("B2B、O2O模式", []),
        ("注册APP12个", [12]),
        ("通过ISO9001认证3家", [3]),
        ("办理VIP12个", [12]),
        ("H7N9、COVID-19", []),
        ("S3县道、G7高速", []),
        ("5S管理", []),
        ("●12件", [12]),
        ("○12件", [12]),
        ("\n\uf0d8 12件", [12]),
        ("\n\uf0b712件", [12]),
        ("一百○五件", [105]),
        ("1万零500件", [10500]),
        ("二O二三年12件", [12]),
        ("收到__12__件", [12]),
        ("多少？12件！3场", [12, 3]),
        ("12㎡3间", [12, 3]),
        ("3→5件", [3, 5]),
    ],
)
def test_ordinary_signs_are_no_strangers(text, values):
    """Latin words, bullets, old zeros and signs of punctuation beside digits leave them what they are."""
    assert list(doubtful_tokens(text)) == []
    assert [figure.value for figure in find_figures(text)] == values


@given(st.text(alphabet="0123456789OlIA|*\ue000\ufffd○零一百万点,.，件共 \n", max_size=60))
def test_doubtful_tokens_come_in_order(text):
    """Whatever the text, the places lie in it, do not overlap, and no figure shares a character with one."""
    spans = list(doubtful_tokens(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for figure in find_figures(text):
        assert all(figure.end <= start or end <= figure.start for start, end in spans)
