"""Nothing dies of a terminal whose encoding lacks characters: they are spelt out, and files are UTF-8 all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import COMMUNIQUE, GOOD

SRC = Path(__file__).parents[2] / "src"
SCHEMA = str(COMMUNIQUE)
MARKED = str(COMMUNIQUE.with_name("haituo-2022.marked.txt"))
ODD = "报告é🎉"
TEXT = GOOD.replace("一、综合", "一、综合é🎉𠮷")
PROGRAM = """
import json, sys
from baogao.cli.main import run
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["baogao", *arguments]
    print("==", flush=True)
    try:
        run()
    except SystemExit as ending:
        print("==", ending.code or 0, flush=True)
"""
"""Several commands in one process: to import them for each anew is what would take long."""
COMMANDS = {
    "help": (["--help"], 0),
    "help of a command": (["extract", "--help"], 0),
    "no such command": ([ODD], 2),
    "extract": (["extract", ODD, "--extractor", "rules", "--schema", SCHEMA, "--out", f"{ODD}/out"], 0),
    "review": (["review", f"{ODD}/out", "--schema", SCHEMA], 0),
    "export": (["export", f"{ODD}/out", "--schema", SCHEMA, "--to", f"{ODD}.csv"], 0),
    "candidates": (["candidates", f"{ODD}/{ODD}.txt"], 0),
    "candidates as JSON": (["candidates", f"{ODD}/{ODD}.txt", "--json"], 0),
    "schema": (["schema", "show", SCHEMA], 0),
    "schema as JSON": (["schema", "show", SCHEMA, "--json"], 0),
    "gold": (["gold", "build", MARKED, "--schema", SCHEMA, "--out", f"{ODD}.gold"], 0),
    "eval": (["eval", f"{ODD}.gold", "--schema", SCHEMA, "--out", f"{ODD}.run"], 0),
    "probe": (["model", "probe", "--base-url", "http://127.0.0.1:9/v1", "--model", ODD], 2),
    "no such file": (["extract", f"{ODD}?", "--out", "none"], 2),
}


def printed(encoding: str, folder: Path) -> tuple[dict[str, str], str]:
    """What the commands print on standard output, read strictly as what it should be; and on standard error."""
    (folder / ODD).mkdir()
    (folder / ODD / f"{ODD}.txt").write_text(TEXT, encoding="utf-8")
    given = json.dumps([arguments for arguments, _ in COMMANDS.values()])
    environment = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONIOENCODING": encoding, "BAOGAO_FIRST_WAIT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, given], cwd=folder, env=environment, capture_output=True, check=False
    )
    parts = done.stdout.decode(encoding).split("==\n")[1:]
    err = done.stderr.decode(encoding)
    assert "Traceback" not in err, err
    endings = {name: int(part.rsplit("==", 1)[1]) for name, part in zip(COMMANDS, parts, strict=True)}
    assert endings == {name: code for name, (_, code) in COMMANDS.items()}, err
    return {name: part.rsplit("==", 1)[0] for name, part in zip(COMMANDS, parts, strict=True)}, err


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_every_encoding_will_do(encoding, tmp_path):
    """Commands end as they should, say what they say, and write files of UTF-8."""
    out, err = printed(encoding, tmp_path)
    odd = ODD.encode(encoding, "backslashreplace").decode(encoding)
    assert f"{odd}/out" in out["extract"]
    assert f"no file matches {odd}?" in err
    found = [json.loads(line) for line in out["candidates as JSON"].splitlines()]
    assert any(one["text"] == "综合é🎉𠮷" for one in found)
    assert json.loads(out["schema as JSON"])["title"] == "communique"
    record = json.loads((tmp_path / ODD / "out" / "records.jsonl").read_text(encoding="utf-8"))
    assert record["doc_id"] == ODD
    assert ODD in (tmp_path / f"{ODD}.csv").read_text(encoding="utf-8-sig")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="files are always named in Unicode")
def test_names_of_files_have_an_encoding_too(tmp_path):
    """Where files cannot be named as reports are, one line says what to set, and what to set helps."""
    (tmp_path / f"{ODD}.txt").write_text(TEXT, encoding="utf-8")
    given = json.dumps([["extract", ".", "--extractor", "rules", "--schema", SCHEMA, "--out", "out"]])
    posix = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(SRC)}
    for utf8, ending in (("0", 2), ("1", 0)):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, given],
            cwd=tmp_path,
            env={**os.environ, **posix, "PYTHONUTF8": utf8},
            capture_output=True,
            check=False,
        )
        assert f"== {ending}" in done.stdout.decode("ascii", "replace")
        assert (b"which files are named; set PYTHONUTF8=1" in done.stderr) == (ending == 2)
        assert b"Traceback" not in done.stderr
