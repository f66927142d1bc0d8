"""Time and memory of ``baogao extract`` with rules from 100 to 10,000 reports: ``growth.py [SIZE SIZE SIZE]``.

A further report should take the same time in a long run as in a short one. So the time of one report is taken between
the first and the second size, and between the second and the third; what the program needs to start falls out. Memory
is the peak of the resident set.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from command import Taken, load, run_baogao
from corpus import write_corpus

SIZES = (100, 1_000, 10_000)


def main() -> None:
    """Print a line on time and a line on memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    sizes = parser.parse_args().sizes
    if len(sizes) != len(SIZES):
        parser.error("three sizes are needed")
    before = load()
    taken = [_extract(size) for size in sizes]
    clock = [one.seconds for one in taken]
    processor = [one.processor for one in taken]
    peaks = [one.peak for one in taken]
    print(
        f"time: {_told(sizes, clock, 's')}; processor {_told(sizes, processor, 's')}; against a report before, one "
        f"beyond {sizes[1]:,} takes {_growth(sizes, clock):+.0%} by the clock and {_growth(sizes, processor):+.0%} of "
        f"processor time (target within 10%); {before}"
    )
    print(
        f"memory: {_told(sizes, peaks, 'MB')}; grows by {peaks[-1] - peaks[0]:.0f} MB (target 50), "
        f"by {peaks[-1] - peaks[1]:.0f} MB of it beyond {sizes[1]:,}; {before}"
    )


def _told(sizes: Sequence[int], figures: Sequence[float], unit: str) -> str:
    return ", ".join(f"{figure:.1f} {unit} for {size:,}" for size, figure in zip(sizes, figures, strict=True))


def _growth(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """By what share the time of one report grows from the first step to the second."""
    early, late = (
        (seconds[step + 1] - seconds[step]) / (sizes[step + 1] - sizes[step]) for step in range(len(sizes) - 1)
    )
    return late / early - 1


def _extract(size: int) -> Taken:
    with TemporaryDirectory(prefix="baogao-bench-") as folder:
        write_corpus(Path(folder, "in"), size)
        return run_baogao(["extract", Path(folder, "in"), "--extractor", "rules", "--out", Path(folder, "out")])


if __name__ == "__main__":
    main()
