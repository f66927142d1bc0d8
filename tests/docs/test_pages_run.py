"""README and docs/api.md say what the code does: their examples are run, and what they print is compared."""

from __future__ import annotations

import ast
import asyncio
import html
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import baogao
from baogao.cli import main
from evaluation.eval_scripts import script

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [ROOT / "README.md", ROOT / "docs" / "api.md"]
EXPECTED = re.compile(r"  # (?P<value>.+)$")


def blocks(page: Path, language: str = "") -> list[str]:
    """The fenced blocks of a page in one language, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


@pytest.fixture
def at_the_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the top of a checkout, in which nothing of the checkout can be overwritten."""
    (tmp_path / "eval").symlink_to(ROOT / "eval")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAOGAO_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BAOGAO_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_of_a_page(page: Path, at_the_top: Path) -> None:
    """Every expression with a value behind ``#`` has that value; all of a page's blocks are one program."""
    program = blocks(page, "python")
    assert program
    names: dict[str, object] = {}
    compared = 0
    for block in program:
        lines = block.splitlines()
        for node in ast.parse(block).body:
            code = ast.unparse(node)
            expected = EXPECTED.search(lines[(node.end_lineno or 1) - 1])
            if isinstance(node, ast.Expr) and expected:
                assert repr(eval(code, names)) == expected["value"], code
                compared += 1
            else:
                exec(compile(ast.Module([node], []), str(page), "exec"), names)
    assert compared >= 2


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_commands_that_need_no_model(page: Path, at_the_top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of a README that needs neither network nor model works, and prints what the page says."""
    follow = script("../docs/follow_readme")
    monkeypatch.setenv("BAOGAO_LANG", follow.language_of(page))
    monkeypatch.setenv("COLUMNS", "100")
    steps = [step for step in follow.steps(page.read_text(encoding="utf-8")) if step.command.startswith("baogao ")]
    assert [bool(step.printed) for step in steps] == [True, True, False, False]
    for step in steps:
        done = CliRunner().invoke(main.app, shlex.split(step.command)[1:])
        assert done.exit_code == 0, step.command
        assert step.accepts(done.stdout), done.stdout
    written = {path.name for path in (at_the_top / "out" / "examples").iterdir()}
    assert written >= {"records.jsonl", "index.html", "matrix.html", "figures.xlsx", "figures.csv"}


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_film_of_a_page(page: Path) -> None:
    """It shows the page's commands, and every line that the page says they print."""
    film = script("../docs/film_of_terminal")
    picture = (film.PICTURES / film.FILMS[page.name]).read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]+>", "", picture)).replace(" ", "")
    steps = script("../docs/follow_readme").steps(page.read_text(encoding="utf-8"))
    lines = [
        line
        for step in steps
        if step.command.startswith("baogao ")
        for line in (step.command, *step.printed.splitlines())
    ]
    assert [line for line in lines if line.replace(" ", "") not in shown] == []
    assert len(lines) > 8


def test_both_readmes_say_the_same() -> None:
    """They have headings of the same levels, and the same commands, programs, figures and links in the same order."""

    def said(page: Path) -> list[list[str]]:
        text = page.read_text(encoding="utf-8")
        rows = [line.split("|")[3:] for line in text.splitlines() if line.startswith("| ")]
        return [
            re.findall("^#+ ", text, re.MULTILINE),
            re.findall(r"^\w[^#\n]*[^#\s]", "".join(blocks(page)), re.MULTILINE),
            [step.command for step in script("../docs/follow_readme").steps(text)],
            blocks(page, "python") + blocks(page, "json"),
            re.findall(r"\d[\d.,]*\d|\d", str(rows)),
            re.findall(r"\]\(([^)]+\.md)\)", text.partition("![")[2]),
        ]

    english, chinese = map(said, READMES)
    assert english == chinese
    assert min(map(len, english)) >= 2


def test_commands_with_a_model_are_understood(at_the_top: Path) -> None:
    """Each command with a model is one that the command line takes: asked for a dry run, it counts its questions."""
    (at_the_top / "reports").symlink_to(ROOT / "eval" / "datasets" / "examples")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("## With a model") : text.index("From Python:")]
    commands = [line.split("  #")[0] for line in section.splitlines() if line.startswith("baogao extract")]
    assert len(commands) >= 4
    for command in commands:
        words = [word for word in shlex.split(command)[1:] if word != "--dry-run"]
        result = CliRunner().invoke(main.app, [*words, "--dry-run"])
        assert (result.exit_code, "3 reports, " in result.stdout) == (0, True), command


def test_the_record_of_the_page(at_the_top: Path) -> None:
    """The field that README shows of a record is what that report's record holds."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r'^"(?P<name>\w+)": (?P<value>\{.*?\})$', text, re.MULTILINE | re.DOTALL)
    assert shown is not None
    record = asyncio.run(baogao.extract_async("eval/datasets/examples/harinuoer-2024h1.txt", extractor="rules"))
    line = record.to_json()
    assert f'"{shown["name"]}": {" ".join(shown["value"].split())}' in line


def test_every_link_leads_somewhere() -> None:
    """Pages and folders that the pages name are there."""
    pages = [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "eval" / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
