"""What an author is told of a schema that loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from baogao.candidates.advice import advice
from baogao.schema import load_schema

EVERY_KIND = Path(__file__).parents[1] / "fixtures" / "every_kind.py"


@pytest.fixture
def doubts(tmp_path):
    """A function that changes the schema of every kind, and gives what is said of it."""

    def doubts(old: str, new: str, ruled: set[str] | None = None) -> list[str]:
        source = EVERY_KIND.read_text(encoding="utf-8")
        assert old in source
        path = tmp_path / "water.py"
        path.write_text(source.replace(old, new), encoding="utf-8")
        return advice(load_schema(path), ruled)

    return doubts


@pytest.mark.parametrize("name", ["law_based_government", "government_work_report"])
def test_what_is_shipped_is_not_doubted(name):
    """Nothing is said of it."""
    assert advice(load_schema(name), set()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit="万立方米"', 'unit="万升"', ["water: the unit '升' is read where it is printed just so"]),
        ('unit="万元"', 'unit="港元"', ["cost: the unit '港元' is read where it is printed just so"]),
        ('unit="万立方米"', 'unit="方"', []),
        ('unit="万立方米"', 'unit="亿千瓦时"', []),
        ('unit="万立方米"', 'unit="户"', []),
        ('unit="万立方米"', 'unit=""', []),
    ],
)
def test_units_that_nobody_knows(doubts, old, new, said):
    """Of a cell's unit, too; none of one that the grammar, the conversions or the schema itself know."""
    found = doubts(old, new)
    assert len(found) == len(said)
    assert all(words in one for words, one in zip(said, found, strict=True))


def test_figures_that_nothing_tells_apart(doubts):
    """Terms, unit and period are the same; another period, or no terms at all, is told apart."""
    twin = 'Ask("用水量", unit="万立方米", terms=["供水量"]'
    old = 'Ask("维修次数", unit="次", additive=True'
    (said,) = doubts(old, twin)
    assert "repairs: nothing but label and note tells it from water" in said
    assert doubts(old, f'{twin}, period="next"') == []
    assert doubts(old, 'Ask("用水量", unit="万立方米"') == []


def test_a_choice_without_terms(doubts):
    """Said where rules exist and none answers it, with the line of the field; terms settle it."""
    first, second = doubts('"""报告的标题。"""', '"""标题。"""', set())
    assert "plan_met: no rule answers it, and it has no terms" in first
    assert "metered: no rule answers it, and it has no terms" in second
    line = next(at for at, one in enumerate(EVERY_KIND.read_text("utf-8").splitlines(), 1) if "    plan_met:" in one)
    assert first.startswith(f"water.py, line {line}: ")
    (left,) = doubts('Ask("是否装表到户"', 'Ask("是否装表到户", terms=["装表"]', set())
    assert "plan_met" in left
    assert doubts('"""报告的标题。"""', '"""标题。"""', {"plan_met", "metered"}) == []
