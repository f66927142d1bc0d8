"""``baogao matrix``: the table over all reports written again, and the figures that stand out."""

from __future__ import annotations

from pathlib import Path

from baogao.cli import matrix
from baogao.outputs import views
from baogao.outputs.outliers import Outlier
from baogao.schema import load_schema
from cli.conftest import COMMUNIQUE


def test_a_run_has_its_table_and_the_command_writes_it_again(extract, baogao, reports, monkeypatch):
    """The page leads to it, and it to the page; the browser is opened only when asked."""
    opened = []
    monkeypatch.setattr(matrix.webbrowser, "open", opened.append)
    assert extract(reports).code == 0
    written = Path("out/matrix.html").read_text(encoding="utf-8")
    assert 'href="index.html"' in written
    assert 'href="matrix.html"' in Path("out/index.html").read_text(encoding="utf-8")
    Path("out/matrix.html").unlink()
    assert baogao("matrix", "out", "--schema", COMMUNIQUE).out == "out/matrix.html\n"
    assert Path("out/matrix.html").read_text(encoding="utf-8") == written
    assert opened == []
    Path("out/matrix.html").unlink()
    assert baogao("matrix", "out", "--schema", COMMUNIQUE, "--open").code == 0
    assert opened == [Path("out/matrix.html").resolve().as_uri()]
    Path("out/matrix.html").unlink()
    assert baogao("review", "out", "--schema", COMMUNIQUE).code == 0
    assert Path("out/matrix.html").is_file()


def test_a_run_knows_its_sentences(extract, reports, monkeypatch):
    """Its table is written without another look at the texts."""
    monkeypatch.setattr(views, "document_from_text", None)
    assert extract(reports).code == 0
    assert "粮食" in Path("out/matrix.html").read_text(encoding="utf-8")


def test_no_run(baogao):
    """One line that says what is missing."""
    outcome = baogao("matrix", "nowhere")
    assert (outcome.code, outcome.err.startswith("error: cannot read nowhere")) == (2, True)


def test_outliers_are_printed(capsys):
    """Each with its report, its field and what it is compared with; of very many the farthest."""
    schema = load_schema("law_based_government")
    found = [Outlier(f"r{number}", "case_files_reviewed", 1350, "last_year", 135) for number in range(25)]
    matrix.print_outliers(found, schema)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "r0  执法案卷评查数  1,350 is 10 times last year's 135"
    assert (len(lines), lines[-1]) == (21, "5 more outliers are listed in the table")
