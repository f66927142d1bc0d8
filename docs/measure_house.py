"""Measures of the house: how many files and how long, how many private helpers are used once, how many tests.

``python docs/measure_house.py`` prints them; ``--helpers`` lists the helpers, file by file.

A private helper is used once when its name, which begins with one underscore, stands twice in its own file: where it is
defined and where it is used.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "baogao"


def functions(path: Path) -> list[str]:
    """The names of all functions and methods of a file, those inside others included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def used_once(path: Path) -> list[str]:
    """Its private helpers whose names stand twice in it."""
    seen = Counter(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return [name for name in functions(path) if re.match(r"_[^_]", name) and seen[name] == 2]


def lines(path: Path) -> int:
    """How many lines a file has."""
    return path.read_text(encoding="utf-8").count("\n")


def main() -> None:
    """Print the measures."""
    files = sorted(SOURCE.rglob("*.py"))
    helpers = {path: used_once(path) for path in files}
    every = sum(len(functions(path)) for path in files)
    once = sum(map(len, helpers.values()))
    source, tests = sum(map(lines, files)), sum(map(lines, (ROOT / "tests").rglob("*.py")))
    print(f"source files                {len(files)}")
    print(f"median lines of a file      {median(map(lines, files)):.0f}")
    print(f"functions                   {every}")
    print(f"private helpers used once   {once} ({once / every:.1%})")
    print(f"test lines : source lines   {tests} : {source} = {tests / source:.2f}")
    if "--helpers" in sys.argv:
        for path, names in sorted(helpers.items(), key=lambda pair: -len(pair[1])):
            print(f"{path.relative_to(SOURCE)}  {len(names)} of {len(functions(path))}: {' '.join(names)}")


if __name__ == "__main__":
    main()
