"""``make fuzz``: all targets in turn, with fresh random inputs, until the time is up.

    python tests/fuzz/run.py --minutes 30 [--target NAME ...]

An input that fails is made smaller by hypothesis, printed, and kept in ``out/fuzz``. One that takes longer than a
minute counts as a hang: its stack is printed and the run ends. So it does when native code crashes; the input is in
``out/fuzz/TARGET.last`` then. Exit code 1 when anything was found.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hypothesis import HealthCheck, Phase, given, settings

from fuzz.targets import TARGETS

_HANG_SECONDS = 60.0
_EXAMPLES = 300


def fuzz(names: Sequence[str], seconds: float, examples: int, folder: Path) -> int:
    """Run targets in turn until the time is up, each at least once; returns how many of them failed."""
    folder.mkdir(parents=True, exist_ok=True)
    runs: Counter[str] = Counter()
    failed: dict[str, str] = {}
    until = time.monotonic() + seconds
    while True:
        for name in names:
            if name not in failed:
                _round(name, examples, folder, runs, failed)
        if time.monotonic() > until or len(failed) == len(names):
            break
    for name in names:
        print(f"{name:12} {runs[name]:9,} inputs  {'FAILED' if name in failed else 'ok'}")
    print(f"{sum(runs.values()):,} inputs, {len(failed)} findings")
    return len(failed)


def _round(name: str, examples: int, folder: Path, runs: Counter[str], failed: dict[str, str]) -> None:
    target = TARGETS[name]
    last = folder / f"{name}.last"

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def one(data: bytes) -> None:
        last.write_bytes(data)
        runs[name] += 1
        faulthandler.dump_traceback_later(_HANG_SECONDS, exit=True, file=sys.__stderr__)
        try:
            target.run(data)
        finally:
            faulthandler.cancel_dump_traceback_later()

    try:
        one()
    except Exception:  # whatever a target raises is what we look for
        failed[name] = traceback.format_exc()
        last.rename(folder / f"{name}.failed")
        print(f"--- {name}\n{failed[name]}", flush=True)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="only this one; may be repeated")
    parser.add_argument("--folder", type=Path, default=Path("out/fuzz"))
    options = parser.parse_args()
    faulthandler.enable()
    return 1 if fuzz(options.target or list(TARGETS), options.minutes * 60, _EXAMPLES, options.folder) else 0


if __name__ == "__main__":
    sys.exit(main())
