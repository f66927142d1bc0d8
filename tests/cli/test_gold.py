"""``baogao gold build|check|agree`` from the outside."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from baogao.cli.main import app

SCHEMA = str(Path(__file__).parents[1] / "evaluation" / "small_schema.py")
MARKED = "---\nmetadata: {title: null, issuer: null}\n---\n年末{5辆|buses=5}，正点率{95|punctuality=95}。"


def invoke(*arguments: object):
    """Run one command with the small schema."""
    return CliRunner().invoke(app, ["gold", *map(str, arguments), "--schema", SCHEMA])


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """A marked report with one doubtful figure."""
    path = tmp_path / "doc.marked.txt"
    path.write_text(MARKED)
    return path


def test_build_then_check_then_agree(marked: Path, tmp_path: Path) -> None:
    """The whole way: files are written, warnings are printed, an annotator agrees with themselves."""
    built = invoke("build", marked, "--out", tmp_path / "set", "--split")
    assert built.exit_code == 0
    assert "0 errors, 1 warnings" in built.output
    assert len(list((tmp_path / "set").rglob("doc.gold.json"))) == 1
    checked = invoke("check", tmp_path / "set")
    assert checked.exit_code == 0
    assert "punctuality at 8: '95' has no per cent sign" in checked.output
    agreed = invoke("agree", tmp_path / "set", tmp_path / "set")
    assert agreed.exit_code == 0
    assert "1 reports in both: agreement 100.0%" in agreed.output


def test_errors_stop_a_build_with_exit_1(marked: Path, tmp_path: Path) -> None:
    """A value that its text does not say is printed, and nothing is written."""
    marked.write_text(MARKED.replace("buses=5", "buses=6"))
    built = invoke("build", marked, "--out", tmp_path / "set")
    assert built.exit_code == 1
    assert "error: " in built.output
    assert "'5辆' reads as 5, and the gold says 6" in built.output
    assert not (tmp_path / "set").exists()


def test_a_failing_check_exits_1(marked: Path, tmp_path: Path) -> None:
    """A text that was changed after its gold is found."""
    invoke("build", marked, "--out", tmp_path / "set")
    (tmp_path / "set" / "doc.txt").write_text("别的")
    checked = invoke("check", tmp_path / "set")
    assert checked.exit_code == 1
    assert "the text was changed after the gold" in checked.output


def test_where_two_annotators_differ(marked: Path, tmp_path: Path) -> None:
    """The fields are counted, and each difference is named with what either says."""
    invoke("build", marked, "--out", tmp_path / "a")
    marked.write_text(MARKED.replace("{95|punctuality=95}", "95"))
    invoke("build", marked, "--out", tmp_path / "b")
    agreed = invoke("agree", tmp_path / "a", tmp_path / "b")
    assert agreed.exit_code == 0
    lines = [" ".join(line.split()) for line in agreed.output.splitlines()]
    assert lines[0] == "field pairs stated agreed agreed where stated alpha"
    assert any(line.startswith("buses 1 1 100.0% 100.0%") for line in lines)
    assert any(line.startswith("punctuality 1 1 0.0% 0.0%") for line in lines)
    assert "doc: punctuality: reported 95 | silent" in lines
    assert "1 disagreements, 0 of them allowed as alternatives" in lines[-1]
