"""The wheel is whole: installed in an environment of its own, it extracts a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REPORT = """青禾县2023年法治政府建设情况报告

一、主要工作
（一）规范行政执法。全年组织评查执法案卷135卷，发现问题27个。
"""


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program; what it said is shown when it fails."""
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from this tree by the build backend that is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """An empty environment with the wheel in it; the libraries are lent by this one, baogao itself is not."""
    place = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    install = [
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        "--disable-pip-version-check",
        "--no-warn-script-location",
    ]
    run(sys.executable, "-m", "pip", "--python", place, *install, wheel)
    # After its own site-packages; .pth files of the lending environment (an editable baogao) are not read.
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place


def test_contents(wheel):
    """Prompts, schemas and what stands beside them, page templates, messages, the mark of typing."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder, patterns in {"prompts": ("*.jinja",), "schemas": ("*.py", "*.yaml", "*.json", "*.gguf")}.items():
        files = {f"baogao/data/{folder}/{path.name}" for one in patterns for path in (ROOT / folder).glob(one)}
        assert files
        assert files <= names
    assert {"baogao/py.typed", "baogao/outputs/templates/page.html.j2"} <= names
    assert {"baogao/language/locale/zh/LC_MESSAGES/baogao.mo", "baogao/language/language.js"} <= names
    assert {"baogao/data/schemas/law_based_government.rules.yaml", "baogao/data/prompts/form.jinja"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "eval/"))]


def test_extract(environment, tmp_path):
    """The installed command reads a report, far from any checkout."""
    (tmp_path / "report.txt").write_text(REPORT, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OPENAI", "BAOGAO"))}
    command = [environment / "bin" / "baogao", "extract", "report.txt", "--out", "out", "--extractor", "rules"]
    run(*command, cwd=tmp_path, env=clean)
    record = json.loads((tmp_path / "out" / "records.jsonl").read_text(encoding="utf-8"))
    assert record["fields"]["case_files_reviewed"]["value"] == 135
    assert (tmp_path / "out" / "texts" / "report.txt").read_text(encoding="utf-8") == REPORT
    where = run(environment / "bin" / "python", "-c", "import baogao; print(baogao.__file__)", cwd=tmp_path, env=clean)
    assert where.stdout.startswith(str(environment))
