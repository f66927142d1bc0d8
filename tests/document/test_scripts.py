"""Superscripts and subscripts."""

from __future__ import annotations

import pytest

from baogao.document.scripts import lowered, raised
from baogao.document.signs import STRUCK, plain


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1", "¹"),
        ("12", "¹²"),
        ("2", "²"),
        ("３", "³"),
        ("1,2", "¹,²"),
        ("1-3", "¹⁻³"),
        ("[1]", "[1]"),
        ("［2］", "［2］"),
        ("〔1〕", "〔1〕"),
        ("(1)", "⁽¹⁾"),
        ("（1）", "⁽¹⁾"),
        ("（注1）", "（注1）"),
        ("注1", "（注1）"),
        ("1注", "（1注）"),
        ("注", "（注）"),
        ("①", "①"),
        ("*", "*"),
        ("a", "ᵃ"),
        ("th", "ᵗʰ"),
        ("", ""),
        (" ", " "),
        ("2023年度统计口径1", "（2023年度统计口径1）"),
        ("较上年同期口径有调整", "较上年同期口径有调整"),
        ("1234567890123", "（1234567890123）"),
    ],
)
def test_superscripts(text, written):
    """A raised mark keeps its form, and none begins or ends with a digit that a figure could take for its own."""
    assert plain(raised(text)) == written
    assert not (set(written[:1] + written[-1:]) & set("0123456789"))


@pytest.mark.parametrize(("text", "written"), [("2", "₂"), ("10", "₁₀"), ("i", "i"), ("均值1", "（均值1）"), ("", "")])
def test_subscripts(text, written):
    """A lowered digit keeps its form."""
    assert plain(lowered(text)) == written


def test_signs_stay():
    """What was left out inside of a raised text is not forgotten."""
    assert raised(f"1{STRUCK}") == f"¹{STRUCK}"
