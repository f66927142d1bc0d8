"""``baogao rules suggest``."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring.gold import SCHEMA, write_gold
from authoring.test_suggest import REPORTS
from baogao.document import document_from_text
from baogao.extraction import ReportText
from baogao.rules.extractor import RulesExtractor
from baogao.rules.rulebook import load_rulebook
from baogao.schema import load_schema


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A data set beside its schema, in the folder in which commands run."""
    (tmp_path / "wells.py").write_text(SCHEMA, encoding="utf-8")
    return write_gold(tmp_path / "gold", REPORTS)


def test_what_is_written_are_rules(baogao, gold):
    """The file that --out names loads as it is, and finds what was promised; it never replaces another."""
    outcome = baogao("rules", "suggest", gold, "--schema", "wells.py", "--out", "wells.rules.yaml")
    assert outcome.code == 0, outcome.err
    assert "on unseen reports F1 of these 2 figures goes from 0.000 to 1.000" in outcome.out
    schema = load_schema("wells.py")
    text = "全县新凿水井99口，封填旧井5口。"
    report = ReportText.from_document(document_from_text(text, "new"), schema.sought)
    links = RulesExtractor(load_rulebook(None, schema)).link(report)[0].fields
    assert {name: [report.candidates[one].text for one in link.candidates] for name, link in links.items()} == {
        "dug": ["99口"],
        "closed": ["5口"],
    }
    before = Path("wells.rules.yaml").read_bytes()
    outcome = baogao("rules", "suggest", gold, "--schema", "wells.py", "--out", "wells.rules.yaml")
    assert (outcome.code, "exists already" in outcome.err) == (2, True)
    assert Path("wells.rules.yaml").read_bytes() == before


def test_nothing_is_kept_unasked(baogao, gold):
    """Without --out the patterns are printed, with F1 seen and unseen, and no file changes."""
    files = sorted(Path().rglob("*"))
    outcome = baogao("rules", "suggest", gold, "--schema", "wells.py", "--field", "dug")
    assert "- {match: '新凿水井~№'}  # 1.000" in outcome.out
    assert "closed" not in outcome.out
    assert [path for path in sorted(Path().rglob("*")) if "__pycache__" not in path.parts] == files


def test_what_cannot_be_used(baogao, gold):
    """A field that does not exist, reports of a split called test, too few reports: one clear line."""
    outcome = baogao("rules", "suggest", gold, "--schema", "wells.py", "--field", "wet")
    assert (outcome.code, "has no figure 'wet'" in outcome.err) == (2, True)
    gold.rename("test")
    outcome = baogao("rules", "suggest", "test", "--schema", "wells.py")
    assert outcome.code == 2
    assert "4 reports of the split test are left out" in outcome.err
    assert "3 reports or more" in outcome.err
