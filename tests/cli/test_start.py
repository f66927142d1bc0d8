"""The program starts fast: nothing is imported that a command does not need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from cli.conftest import COMMUNIQUE

SRC = Path(__file__).parents[2] / "src"
STATUS = Path("/proc/self/status")
PROGRAM = """
import json, sys
from pathlib import Path
from baogao.cli.main import run
try:
    run()
finally:
    status = Path("/proc/self/status")
    peak = [line.split()[1] for line in status.read_text().splitlines() if "VmHWM" in line] if status.exists() else [0]
    print(json.dumps({"modules": sorted(sys.modules), "peak": int(peak[0])}), file=sys.stderr)
"""
MAIN = {
    "baogao",
    "baogao._version",
    "baogao.cli",
    "baogao.cli.common",
    "baogao.cli.examples",
    "baogao.cli.log",
    "baogao.cli.main",
    "baogao.cli.translation",
    "baogao.console",
    "baogao.errors",
    "baogao.language",
    "baogao.language.choice",
    "baogao.language.said",
    "baogao.language.templates",
    "baogao.llm",
    "baogao.llm.keys",
    "baogao.resources",
}

EVERY_HELP = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
import typer.main
from baogao.cli.main import app, imported
from baogao.cli.common import every_name

names = every_name(typer.main.get_command(imported()))
with redirect_stdout(StringIO()) as said:
    for name in names:
        app([*name.split(), "--help"], standalone_mode=False)
print(json.dumps({"modules": sorted(sys.modules), "helps": said.getvalue().count("--log-file"), "names": len(names)}))
"""
"""Asks every command for its help, in one process."""
HEAVY = {
    *("altair", "docx", "filelock", "httpx2", "instructor", "jinja2", "lxml", "numpy", "openai", "polars"),
    *("pydantic_settings", "pypdfium2", "sklearn", "tenacity", "torch", "transformers", "xlsxwriter", "yaml"),
    *("baogao.candidates", "baogao.document", "baogao.extraction", "baogao.schema", "baogao.record", "baogao.serving"),
}
"""What takes long to import, and what imports it."""
MODELS = {"openai", "instructor", "httpx2", "tenacity", "xllamacpp", "torch", "transformers"}
TABLES = {"polars", "numpy", "sklearn", "scipy"}


def started(*arguments: str) -> tuple[set[str], int]:
    """The modules that a command has imported at its end, and the most memory it took, in KiB."""
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    told = json.loads(done.stderr.splitlines()[-1])
    return set(told["modules"]), told["peak"]


def of_baogao(modules: set[str]) -> set[str]:
    """Those of this package."""
    return {name for name in modules if name.split(".")[0] == "baogao"}


def test_version_is_cheap():
    """The version takes less than 40 MB and imports no room but the command line."""
    modules, peak = started("--version")
    assert of_baogao(modules) == MAIN
    assert peak < 40_000 or not STATUS.exists()


def test_the_list_of_commands_imports_none():
    """Help knows every command without its module."""
    modules, _ = started("--help")
    assert of_baogao(modules) == MAIN


def test_no_help_imports_what_a_command_works_with():
    """Every command is asked for its help, and nothing heavy is there at the end."""
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    command = [sys.executable, "-c", EVERY_HELP]
    told = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert told["helps"] >= told["names"] >= 30
    assert not set(told["modules"]) & HEAVY, "import it inside of the function that needs it"


def test_a_run_shows_itself_before_it_imports_the_grammar(tmp_path, reports):
    """Rules are run where files are read; whoever waits for the records has neither readers nor the grammar."""
    modules, _ = started("extract", str(reports), "--schema", str(COMMUNIQUE), "--out", str(tmp_path / "out"))
    assert "baogao.pipeline" in modules
    assert not modules & {"baogao.candidates.find", "baogao.document.pdf", "docx", "pypdfium2", "lxml", "openai"}


def test_a_command_imports_no_other():
    """The command that is called is the only one that is imported."""
    modules, _ = started("schema", "--help")
    assert "baogao.cli.schema" in modules
    assert not modules & {f"baogao.cli.{name}" for name in ("extract", "evaluate", "batch", "tune", "model")}


def test_rules_import_nothing_of_models(tmp_path, reports):
    """A run of rules does without the clients of models, and without what draws and calculates."""
    given = ["--schema", str(COMMUNIQUE), "--out", str(tmp_path / "out")]
    modules, _ = started("extract", str(reports), *given)
    assert modules & (MODELS | TABLES) == set()
