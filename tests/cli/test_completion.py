"""Completion: commands, options and values, although commands are imported late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from baogao.cli.main import app

SRC = Path(__file__).parents[2] / "src"


def complete(monkeypatch, capsys, line: str) -> set[str]:
    """What bash is offered at the end of a line."""
    words = line.split(" ")
    monkeypatch.setenv("_BAOGAO_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    with pytest.raises(SystemExit):
        app(prog_name="baogao")
    return set(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("baogao ex", {"extract", "export"}),
        ("baogao model r", {"rm"}),
        ("baogao extract --extr", {"--extractor"}),
        ("baogao extract --extractor ", {"rules", "llm", "hybrid"}),
        ("baogao -v extract --log", {"--log-file"}),
        ("baogao extract --schema gov", {"government_work_report"}),
        ("baogao schema show law_based_g", {"law_based_government"}),
        ("baogao eval run --lang ", {"zh", "en"}),
        ("baogao model rm ", {"qwen2.5-coder-0.5b"}),
    ],
)
def test_what_is_offered(monkeypatch, capsys, tmp_path, line, offered):
    """The commands, the options of a command, the values of an option, the models that are here."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "qwen2.5-coder-0.5b.gguf").write_bytes(b"GGUF")
    assert complete(monkeypatch, capsys, line) == offered


@pytest.mark.parametrize(("shell", "words"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete")])
def test_scripts_of_shells(monkeypatch, capsys, shell, words):
    """Each is given what it has to run."""
    monkeypatch.setenv("_BAOGAO_COMPLETE", f"source_{shell}")
    with pytest.raises(SystemExit):
        app(prog_name="baogao")
    said = capsys.readouterr().out
    assert words in said
    assert "_BAOGAO_COMPLETE" in said


def test_powershell_too(monkeypatch, capsys):
    """It asks by a line of its own, and is told words with their help."""
    monkeypatch.setenv("_BAOGAO_COMPLETE", "complete_powershell")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "baogao gold ch")
    monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", "ch")
    with pytest.raises(SystemExit):
        app(prog_name="baogao")
    assert capsys.readouterr().out.startswith("check:::Compare gold")


def test_nothing_heavy_is_imported_for_it():
    """Options of a command are offered without what it works with."""
    program = "import sys, baogao.cli.main as m\ntry: m.run()\nfinally: print(sorted(sys.modules), file=sys.stderr)"
    line = {"_BAOGAO_COMPLETE": "complete_bash", "COMP_WORDS": "baogao tune --ba", "COMP_CWORD": "2"}
    environment = {**os.environ, **line, "PYTHONPATH": str(SRC)}
    command = [sys.executable, "-c", f"import sys; sys.argv = ['baogao']\n{program}"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.split() == ["--base"]
    modules = set(json.loads(done.stderr.replace("'", '"')))
    assert not modules & {"torch", "numpy", "openai", "polars", "baogao.schema", "baogao.tuning", "baogao.llm.settings"}
