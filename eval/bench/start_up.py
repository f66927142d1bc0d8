"""How fast the command line starts: ``start_up.py [--repeat N] [--no-imports]``.

Each command is run ``N`` times in a process of its own. Printed are the median, the best, and the least processor time
in seconds, and the ten dearest imports by ``python -X importtime``, whose clock makes them dearer than they are.
For a run it is the time to the first thing that it shows on a terminal. The machine should do nothing else.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "baogao")
HELP = (
    *(["--version"], ["--help"], ["extract", "--help"], ["review", "--help"], ["export", "--help"]),
    *(["schema", "--help"], ["schema", "show", "--help"], ["candidates", "--help"], ["rules", "suggest", "--help"]),
    *(["model", "list", "--help"], ["cache", "stats", "--help"], ["gold", "check", "--help"]),
    *(["batch", "prepare", "--help"], ["eval", "run", "--help"], ["calibrate", "--help"], ["tune", "--help"]),
)
_IMPORT = re.compile(r"import time:\s+(?P<own>\d+) \|\s+(?P<all>\d+) \|\s+(?P<name>\S+)")
_DEAREST = 10


class Took(NamedTuple):
    """Seconds of one run."""

    wall: float
    processor: float


def environment() -> dict[str, str]:
    """Where the program is, and no one's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "BAOGAO_"))}
    return kept | {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": "100"}


def run(arguments: list[str]) -> Took:
    """Run a command to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([*PROGRAM, *arguments], env=environment(), capture_output=True, check=True, cwd=ROOT)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def first_sign(arguments: list[str]) -> Took:
    """Seconds until a command shows anything on its terminal, and of processor time of its own process by then; on
    Linux. It is let end."""
    here, terminal = pty.openpty()
    started = time.perf_counter()
    process = subprocess.Popen(
        [*PROGRAM, *arguments], env=environment(), stdout=subprocess.DEVNULL, stderr=terminal, cwd=ROOT
    )
    os.close(terminal)
    os.read(here, 1)
    wall, ticks = (
        time.perf_counter() - started,
        Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split(),
    )
    processor = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
    try:
        while os.read(here, 65536):
            continue
    except OSError:  # the other end is closed
        pass
    process.wait()
    os.close(here)
    return Took(wall, processor)


def dearest(arguments: list[str]) -> list[str]:
    """The imports that take longest by themselves."""
    command = [sys.executable, "-X", "importtime", *PROGRAM[1:], *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, encoding="utf-8", check=True, cwd=ROOT)
    found = sorted(((int(one["own"]), one["name"]) for one in _IMPORT.finditer(done.stderr)), reverse=True)
    return [f"{name} {microseconds / 1000:.0f}" for microseconds, name in found[:_DEAREST]]


def report(what: str, times: list[Took]) -> None:
    """Print a line."""
    best, middle = min(times), median(one.wall for one in times)
    print(f"{what:24} {middle:.2f} median  {best.wall:.2f} best  {min(one.processor for one in times):.2f} processor")


def main() -> None:
    """Print a line for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--no-imports", action="store_true", help="leave out the dearest imports")
    given = parser.parse_args()
    run(["--help"])  # byte code is written, files are in memory
    for arguments in HELP:
        report(" ".join(arguments), [run(list(arguments)) for _ in range(given.repeat)])
        if not given.no_imports:
            print(f"    {', '.join(dearest(list(arguments)))} (milliseconds)")
    with tempfile.TemporaryDirectory() as folder:
        reports, out = str(ROOT / "eval" / "datasets" / "examples"), str(Path(folder) / "out")
        extract = ["extract", reports, "--extractor", "rules", "--out", out]
        report("extract: first sign", [first_sign(extract) for _ in range(given.repeat)])
        if not given.no_imports:
            print(f"    {', '.join(dearest(extract))} (milliseconds)")


if __name__ == "__main__":
    main()
