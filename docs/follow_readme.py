"""Follow a README as a new user would: a fresh clone, a fresh environment, every command, and what it prints.

``python docs/follow_readme.py README.md README.zh-CN.md`` takes the blocks marked ``console`` of each page: a line that
begins with ``$`` is a command, the lines below it what it prints on standard output, ``…`` alone for any lines. A page
``NAME.zh-CN.md`` is followed with Chinese messages, any other with English ones. ``--skip PATTERN`` leaves commands out
(``--skip 'make|pip|model'`` needs no network). The exit code is 1 where a command fails or prints something else.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANY = "…"
_KEYS = ("OPENAI_", "BAOGAO_")


@dataclass(frozen=True)
class Step:
    """A command of a page, and what the page says that it prints; nothing where it says nothing."""

    command: str
    printed: str

    def accepts(self, output: str) -> bool:
        """Whether an output is the printed one, blanks at the ends of lines aside."""
        if not self.printed:
            return True
        lines = [r"(?:.*\n)*?" if line == _ANY else re.escape(line) + r"\n" for line in self.printed.splitlines()]
        said = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
        return re.fullmatch("".join(lines), said) is not None


def steps(page: str) -> Iterator[Step]:
    """The commands of a page's ``console`` blocks, in order."""
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            yield Step(command.split("  #")[0].strip(), printed.strip("\n"))


def language_of(page: Path) -> str:
    """The language in which a page shows messages."""
    return "zh" if ".zh" in page.name else "en"


def follow(page: Path, folder: Path, environment: dict[str, str], skip: str = "") -> list[str]:
    """Run the commands of a page in a folder; returns what went wrong, a text for each.

    :param skip: a regular expression; commands in which it is found are left out.
    """
    wrong = []
    for step in steps(page.read_text(encoding="utf-8")):
        if skip and re.search(skip, step.command):
            print(f"left out  {step.command}")
            continue
        done = subprocess.run(
            ["bash", "-c", step.command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        fine = done.returncode == 0 and step.accepts(done.stdout)
        print(f"{'ok      ' if fine else 'WRONG   '}  {step.command}", flush=True)
        if not fine:
            wrong.append(f"$ {step.command}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return wrong


def environment_of(folder: Path, language: str, programs: Path) -> dict[str, str]:
    """An environment without keys and settings of the user's, whose programs are those of a virtual environment."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(_KEYS)}
    path = f"{programs}{os.pathsep}{mine['PATH']}"
    return {**mine, "PATH": path, "HOME": str(folder), "COLUMNS": "100", "BAOGAO_LANG": language}


def main() -> int:
    """Follow the pages; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--skip", default="", help="regular expression of commands to leave out")
    said = parser.parse_args()
    wrong = []
    for page in said.pages:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "baogao")], check=True)
            venv.create(folder / "venv", with_pip=True)
            print(f"-- {page.name}")
            wrong += follow(
                folder / "baogao" / page.resolve().relative_to(ROOT),
                folder / "baogao",
                environment_of(folder, language_of(page), folder / "venv" / "bin"),
                said.skip,
            )
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
